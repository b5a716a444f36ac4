"""Conditions on the building and the region."""

from __future__ import annotations

from typing import Final

from pricing.conditions.answers import HOLDS, Answer, ask, decide
from pricing.conditions.declaring import Case

HALF_PERCENT: Final = 50
# 老朽改修 beside a 国庫補助: cost ÷ 2,000 above twice the floor area, at least ten million yen (pricing.md §6 [S3]).
RENOVATION_DIVISOR_YEN: Final = 2_000
RENOVATION_AREA_TIMES: Final = 2
RENOVATION_LEAST_YEN: Final = 10_000_000


def no_subsidy_or_renovated(case: Case) -> Answer:
    """減価償却費: no 国庫補助, or an unsubsidised 老朽改修 that is large enough."""
    if case.facts.state_subsidy is False:
        return HOLDS
    done = case.facts.renovation
    large_enough = (
        done is not None
        and not done.subsidised
        and done.cost_yen >= RENOVATION_LEAST_YEN
        and done.cost_yen > done.floor_area * RENOVATION_AREA_TIMES * RENOVATION_DIVISOR_YEN
    )
    if large_enough:
        return HOLDS
    if case.facts.state_subsidy is None or done is None:
        return ask(
            *(["state_subsidy"] if case.facts.state_subsidy is None else []),
            *(["renovation"] if done is None else []),
        )
    return decide(False, "国庫補助を受けて整備した建物で、補助のない一定額以上の老朽改修もありません。")


def depreciation_kind(case: Case) -> tuple[str, ...] | Answer:
    """標準 or 都市部."""
    if case.facts.urban is None:
        return ask("urban")
    return ("urban",) if case.facts.urban else ("standard",)


def rent_kind(case: Case) -> tuple[str, ...] | Answer:
    """Area A–D and 標準 or 都市部."""
    area, urban = case.facts.rent_area, case.facts.urban
    if area is None or urban is None:
        return ask(*(["rent_area"] if area is None else []), *(["urban"] if urban is None else []))
    return (f"{area}_{'urban' if urban else 'standard'}",)


def climate_kind(case: Case) -> tuple[str, ...] | Answer:
    """The 級地 of the place."""
    return ask("climate_zone") if case.facts.climate_zone is None else (case.facts.climate_zone,)
