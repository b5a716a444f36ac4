"""The fiscal years whose rules are known here: 平成27年度, when the scheme began, to 令和8年度."""

from __future__ import annotations

from typing import Final

FIRST_FISCAL_YEAR: Final = 2015
LAST_FISCAL_YEAR: Final = 2026


def fiscal_year_words(fiscal_year: int) -> str:
    """``2018`` → 平成30年度, ``2019`` → 令和元年度, ``2026`` → 令和8年度."""
    if fiscal_year < 2019:
        return f"平成{fiscal_year - 1988}年度"
    return "令和元年度" if fiscal_year == 2019 else f"令和{fiscal_year - 2018}年度"


def year_problems(fiscal_year: int, what: str) -> list[str]:
    """One sentence when ``what`` is not known for the year, none when it is."""
    if FIRST_FISCAL_YEAR <= fiscal_year <= LAST_FISCAL_YEAR:
        return []
    known = f"{fiscal_year_words(FIRST_FISCAL_YEAR)}から{fiscal_year_words(LAST_FISCAL_YEAR)}まで"
    return [f"{fiscal_year}年度の{what}は確かめられていません。分かるのは{known}です。"]
