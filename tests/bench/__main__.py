"""``make bench``: one JSON object of measured figures, with the machine's description. Never asserts."""

import json
import os
import platform
import subprocess
import sys

from tests.bench import pricing_bench, workbook_bench
from tests.bench.house import open_house


def machine() -> dict[str, object]:
    """What it was measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        model = next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), "")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "python": platform.python_version(),
        "cpu": model,
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "commit": commit.stdout.strip(),
    }


def main() -> None:
    """Measure one thing after the other."""
    found: dict[str, object] = {"machine": machine(), "pricing": pricing_bench.measure()}
    found["workbook"] = workbook_bench.measure()
    with open_house():
        from tests.bench import (
            bundle_bench,
            documents_bench,
            drafting_bench,
            forms_bench,
            imports_bench,
            pages_bench,
            revision_bench,
            staff_bench,
            staff_figures_bench,
        )

        found["imports"] = imports_bench.measure()
        found["drafting"] = drafting_bench.measure()
        found["revision"] = revision_bench.measure()
        found["staff_figures"] = staff_figures_bench.measure()
        found["documents"] = documents_bench.measure()
        found["forms"] = forms_bench.measure()
        found["bundles"] = bundle_bench.measure()
        found["staff"] = staff_bench.measure()
        found["pages"] = pages_bench.measure()
    json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
