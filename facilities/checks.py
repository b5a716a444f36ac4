"""What must hold of a facility's profile before it is stored: the list, the form and the operation ask alike."""

from facilities.models import FacilityKind

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
        field = "capacity_1" if kind in ONLY_1 else "capacity_23"
        return {field: "利用定員がありません。人数を入れてください。"}
    if used > approved:
        words = (
            f"利用定員（合わせて{used}人）が認可定員（{approved}人）より多くなっています。どちらかを直してください。"
            "認定こども園は、認可と認定を受けた定員を合わせて認可定員に入れてください。"
        )
        return {"approved_capacity": words}
    return {}
