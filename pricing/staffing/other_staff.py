"""Staff besides teachers that the base price contains (§8.2), as far as sourced: only of a 保育所."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pricing.staffing.refusals import NotCountable, RuleUnknown
from pricing.staffing.years import year_problems
from pricing.vocabulary import FACILITY_TYPES

# 利用定員 up to → 調理員等, of them 非常勤 (留意事項 令和3年3月31日; [K] for the other years).
COOKS: Final = ((40, 1, 0), (150, 2, 0))
COOKS_ABOVE: Final = (3, 1)


@dataclass(frozen=True, slots=True)
class OtherStaff:
    """So many of a role, of them ``part_time`` 非常勤; ``persons`` None: placed, but no number is set."""

    role: str
    persons: int | None
    part_time: int
    reason: str


def other_staff(facility_type: str, fiscal_year: int, capacity: int) -> tuple[OtherStaff, ...]:
    """
    施設長, 調理員, 事務職員 and 嘱託医 for a 利用定員.

    :raises NotCountable: no such facility type, or a capacity that is none.
    :raises RuleUnknown: the type's other staff, or the year, is not known here.
    """
    if facility_type not in FACILITY_TYPES:
        raise NotCountable([f"「{facility_type}」という施設類型はありません。"])
    unknown = year_problems(fiscal_year, "職員配置")
    if facility_type != "nursery":
        unknown.append(
            f"{FACILITY_TYPES[facility_type]}の施設長・調理員・事務職員の人数は確かめられていません。"
        )
    if unknown:
        raise RuleUnknown(unknown)
    if isinstance(capacity, bool) or not isinstance(capacity, int) or capacity <= 0:
        raise NotCountable(["利用定員は1以上の整数で入力してください。"])
    cooks, part_time = next(
        ((persons, part) for most, persons, part in COOKS if capacity <= most), COOKS_ABOVE
    )
    return (
        OtherStaff("施設長", 1, 0, "施設に1人"),
        OtherStaff(
            "調理員等",
            cooks,
            part_time,
            f"利用定員{capacity}人。調理業務の全部を委託するときと食事を搬入するときは置かないことができる",
        ),
        OtherStaff("事務職員", None, 0, "非常勤。施設長等が兼ねるときと業務を委託するときは置かなくてよい"),
        OtherStaff("嘱託医・嘱託歯科医", None, 0, "嘱託する"),
    )
