"""What must hold of a facility's profile before it is stored: the list, the form and the operation ask alike."""

from collections.abc import Sequence

from facilities.models import Branch, FacilityKind, FacilityProfile
from facilities.periods import ServiceMonth
from pages.wareki import month_words

# First grade only, or both: which capacities a type can have. All others have the second and third only.
ONLY_1 = frozenset({FacilityKind.KINDERGARTEN})
BOTH = frozenset({FacilityKind.CERTIFIED_KODOMOEN})
# 処遇改善等加算 区分1 and 区分2, as a certificate can have them.
BASE_PERCENTS, WAGE_PERCENTS = range(2, 13), range(4, 8)


def capacities_fit(
    kind: str, *, approved: int, capacity_1: int | None, capacity_23: int | None
) -> dict[str, str]:
    """
    What is wrong with the capacities of a facility of this type, by field of the profile.

    利用定員 is set within 認可定員: nobody is taken in beyond what was approved.
    """
    used = (capacity_1 or 0) + (capacity_23 or 0)
    if kind in ONLY_1 and capacity_23:
        return {"capacity_23": "幼稚園に2・3号の利用定員はありません。空欄にしてください。"}
    if kind not in ONLY_1 | BOTH and capacity_1:
        return {"capacity_1": "この施設類型に1号の利用定員はありません。空欄にしてください。"}
    if not used:
        return {capacity_field(kind): "利用定員がありません。人数を入れてください。"}
    if used > approved:
        words = (
            f"利用定員（合わせて{used}人）が認可定員（{approved}人）より多くなっています。どちらかを直してください。"
            "認定こども園は、認可と認定を受けた定員を合わせて認可定員に入れてください。"
        )
        return {"approved_capacity": words}
    return {}


def capacity_field(kind: str) -> str:
    """The field of the profile in which a facility of this type has its places, or most of them."""
    return "capacity_1" if kind in ONLY_1 else "capacity_23"


def branches_fit(
    branches: Sequence[Branch],
    *,
    capacity: int,
    held: FacilityProfile | None,
    from_month: ServiceMonth,
    to_month: ServiceMonth | None,
) -> str:
    """
    Why a facility with these branches (分園) cannot have ``capacity`` places in these months; empty when it can.

    ``held``: the profile that holds now. Branches that had no room before may stay while the capacity does not fall.
    """
    if held is not None and capacity >= held.capacity:
        return ""
    begin = {from_month, *(ServiceMonth.of(branch.from_month) for branch in branches)}
    for month in sorted(begin):
        if month < from_month or (to_month is not None and month > to_month):
            continue
        places = sum(branch.capacity for branch in branches if holds(branch, month))
        if places > capacity:
            return (
                f"分園の利用定員は、施設の利用定員に含まれます。{month_words(month.first_day)}は分園が合わせて{places}人です。"
                f"施設の利用定員を{places}人以上にするか、先に分園を終了してください。"
            )
    return ""


def holds(row: Branch | FacilityProfile, month: ServiceMonth) -> bool:
    """Whether it is there in ``month``."""
    return row.from_month <= month.first_day and (row.to_month is None or row.to_month >= month.first_day)
