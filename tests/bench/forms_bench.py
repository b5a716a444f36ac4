"""
Forms in a worker: one beside the same page drawn by a bare WeasyPrint, many on both cores, and a worker's memory.
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from documents import rendering
from documents.packs.drawing import drawn
from documents.packs.template import Template
from tests.documents.packs.sheets import BOXED, FINAL, HEAD, cell, every_look, filled, sheet

ROUNDS = 15
# A month of a city with 172 facilities.
FORMS = 172
DOCUMENTS = (100, 2_000)


def measure() -> dict[str, Any]:
    """``single_ratio`` is of medians taken in turn; ``both_cores`` how much faster two workers are than one."""
    one, two = many(1), many(2)
    return {
        **single(),
        "forms_per_minute_one_worker": round(FORMS / one * 60, 1),
        "forms_per_minute_two_workers": round(FORMS / two * 60, 1),
        "both_cores": round(one / two, 2),
        **memory(),
    }


def single() -> dict[str, float]:
    """From the filled form to its PDF, as a worker does it, beside nothing but the rendering of the same page."""
    template, values = every_look()
    page = drawn(template, values).page
    ours, bare = [], []
    for _ in range(ROUNDS + 1):
        ours.append(_seconds(lambda: form(0)))
        bare.append(_seconds(lambda: _bare(page)))
    # The first of each reads the fonts.
    mine, theirs = statistics.median(ours[1:]), statistics.median(bare[1:])
    return {
        "single_ms": round(mine * 1000, 1),
        "bare_weasyprint_ms": round(theirs * 1000, 1),
        "single_ratio": round(mine / theirs, 3),
    }


def many(workers: int) -> float:
    """Seconds for all the forms of a month."""
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(form, [0] * workers))
        began = time.perf_counter()
        list(pool.map(form, range(FORMS)))
        return time.perf_counter() - began


def memory() -> dict[str, int]:
    """A worker's resident megabytes after so many documents, each with a name and a number of its own."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        found = pool.submit(_grown).result()
    return {f"memory_mb_after_{count}": megabytes for count, megabytes in found.items()}


def form(_number: int) -> int:
    """One form of one page, with everything a cell can look like."""
    return len(rendering.pdf_of_html(drawn(*every_look()).page, identifier="bench"))


def small_form(number: int) -> bytes:
    """A few cells; every name has characters of its own."""
    template = Template(
        (
            sheet(
                [
                    cell("A1", "請求書", size=16, bold=True),
                    cell("A2", "施設名", HEAD),
                    cell("B2", None, BOXED, columns=4),
                    cell("A3", "金額", HEAD),
                    cell("B3", None, BOXED, columns=2),
                ]
            ),
        )
    )
    name = f"{chr(0x3041 + number % 80)}{chr(0x30A1 + number % 80)}保育園{number}"
    values = filled(template, {"B2": name, "B3": (number, f"{number:,}")}, marks=FINAL)
    return rendering.pdf_of_html(drawn(template, values).page, identifier=str(number))


def _grown() -> dict[int, int]:
    found = {}
    for number in range(1, max(DOCUMENTS) + 1):
        small_form(number)
        if number in DOCUMENTS:
            found[number] = _resident_megabytes()
    return found


def _resident_megabytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) // 1024


def _bare(page: str) -> bytes:
    content: bytes = rendering.weasyprint.HTML(string=page).write_pdf(pdf_variant=rendering.UNIVERSAL)
    return content


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
