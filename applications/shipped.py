"""The packs that come with the product: texts a city loads, compares with its own forms, changes and releases."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "packs"
# Items of the official tables nobody applies for, and why: what a pack leaves out must stand here.
COMES_BY_ITSELF: Final[Mapping[str, str]] = {
    "base": "児童数と利用定員から、毎月の請求に必ず入ります。",
    "treatment_1_2": "加算率の認定で、毎月の請求に入ります。",
    "mid_month": "途中で入退所した子どもの日数が児童数で届くと入ります。",
    "employee_slot": "従業員枠の子どもの数が児童数で届くと入ります。",
    "branch": "分園の子どもの数が児童数で届くと入ります。",
    "saturday_closure": "土曜日に閉所した日数を、月の実績で入力すると入ります。",
    "over_capacity": "過去の年度の在所率から、市が判断して登録します。",
}


def shipped_years() -> list[int]:
    """The fiscal years there are packs of."""
    return sorted(int(folder.name) for folder in FOLDER.iterdir() if folder.is_dir())


def shipped(fiscal_year: int) -> dict[str, str]:
    """The packs' TOML by their names, in a steady order; none where the product has none of the year."""
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((FOLDER / str(fiscal_year)).glob("*.toml"))
    }
