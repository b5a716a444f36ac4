"""The packs that come with the product: texts a city loads, compares with its own forms, changes and releases."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "packs"


def shipped_years() -> list[int]:
    """The fiscal years there are packs of."""
    return sorted(int(folder.name) for folder in FOLDER.iterdir() if folder.is_dir())


def shipped(fiscal_year: int) -> dict[str, str]:
    """The packs' TOML by their names, in a steady order; none where the product has none of the year."""
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((FOLDER / str(fiscal_year)).glob("*.toml"))
    }
