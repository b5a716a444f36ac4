"""Write every shipped form pack anew (``make forms``)."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from deploy.forms.layout import Form


def forms() -> list[Form]:
    """Every pack there is a script of: each module of this folder that has ``forms()`` gives its own."""
    folder = Path(__file__).resolve().parent
    names = sorted(found.name for found in iter_modules([str(folder)]) if found.name != "build")
    modules = [import_module(f"deploy.forms.{name}") for name in names]
    return [form for module in modules if hasattr(module, "forms") for form in module.forms()]


if __name__ == "__main__":
    for form in forms():
        form.write()
        print(f"{form.code}/{form.folder}")
