"""Write every shipped form pack anew (``make forms``)."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from deploy.forms.layout import Form

TOOLS = frozenset({"layout", "parts", "item_parts", "item_totals", "treatment_parts", "build"})


def forms() -> list[Form]:
    """Every pack there is a script of: each module of this folder gives its own with ``forms()``."""
    folder = Path(__file__).resolve().parent
    names = sorted(found.name for found in iter_modules([str(folder)]) if found.name not in TOOLS)
    return [form for name in names for form in import_module(f"deploy.forms.{name}").forms()]


if __name__ == "__main__":
    for form in forms():
        form.write()
        print(f"{form.code}/{form.folder}")
