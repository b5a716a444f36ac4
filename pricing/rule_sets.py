"""
Which items a facility type has, in the order of the official table, by fiscal year.

A rule set holds from its first fiscal year until a later one replaces it. A new 加算 is one
function in ``pricing/items/`` and one line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pricing.items import base, children, deductions, facility
from pricing.problems import NoRuleSet, Problem
from pricing.vocabulary import FACILITY_TYPES, ITEM_LABELS
from pricing.working import Entry, Item


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """
    The calculation of one facility type from ``first_fiscal_year`` on.

    ``system`` is the certification system the type is priced in (1 or 23). The order of
    ``entries`` counts: 定員超過 multiplies what stands before it and nothing after it (D7).
    """

    facility_type: str
    first_fiscal_year: int
    system: str
    entries: tuple[Entry, ...]
    by_code: dict[str, Entry]


def _numbered(number: str, declared: Item, label: str = "") -> Entry:
    return Entry(number, declared, label or ITEM_LABELS[declared.code])


def _rule_set(facility_type: str, first_fiscal_year: int, system: str, *entries: Entry) -> RuleSet:
    by_code = {entry.item.code: entry for entry in entries}
    return RuleSet(facility_type, first_fiscal_year, system, entries, by_code)


# fmt: off
KINDERGARTEN_R8: Final = _rule_set(
    "kindergarten", 2026, "1",
    _numbered("⑤", base.base),
    _numbered("⑥", base.treatment_1_2),
    _numbered("⑦", children.vice_principal),
    _numbered("⑧", children.age3_staffing),
    _numbered("⑨", children.age4plus_staffing),
    _numbered("⑩", children.under_age3_intake),
    _numbered("⑪", children.lecturer),
    _numbered("⑫", children.team_teaching),
    _numbered("⑬", children.bus),
    _numbered("⑭", children.meals),
    _numbered("⑮", children.external_audit),
    _numbered("⑯", children.side_dishes_by_day),
    _numbered("⑰", deductions.below_staffing),
    _numbered("⑰a", deductions.no_safety_plan),
    _numbered("⑰b", deductions.no_management_report),
    _numbered("⑱", deductions.over_capacity),
    _numbered("⑲", facility.chief_teacher),
    _numbered("⑳", facility.parenting_support),
    _numbered("㉑", facility.special_support),
    _numbered("㉒", facility.office_staff, "事務職員配置"),
    _numbered("㉓", facility.guidance_enrichment),
    _numbered("㉔", facility.office_workload),
    _numbered("㉕", facility.treatment_3),
    _numbered("㉖", children.climate),
    _numbered("㉗", facility.stakeholder_evaluation),
    _numbered("㉘", children.snow),
    _numbered("㉙", facility.ash),
    _numbered("㉚", facility.facility_strengthening),
    _numbered("㉛", facility.school_transition),
    _numbered("㉜", facility.nutrition),
    _numbered("㉝", facility.third_party_evaluation),
    _numbered("㉞", facility.ict),
)

# The column numbers of the nursery table are known up to ⑳; what follows it are the 特定加算.
NURSERY_R8: Final = _rule_set(
    "nursery", 2026, "23",
    _numbered("⑥", base.base),
    _numbered("⑦", base.treatment_1_2),
    _numbered("⑧", children.age3_staffing),
    _numbered("⑨", children.age4plus_staffing),
    _numbered("⑩", children.age1_staffing),
    _numbered("⑪", facility.holiday_care),
    _numbered("⑫", children.night_care),
    _numbered("⑬", children.depreciation),
    _numbered("⑭", children.rent),
    _numbered("⑮", children.team_childcare),
    _numbered("⑯", children.side_dishes_by_month),
    _numbered("⑱", deductions.no_director),
    _numbered("⑲", deductions.saturday_closure),
    _numbered("", deductions.no_safety_plan),
    _numbered("", deductions.no_management_report),
    _numbered("⑳", deductions.over_capacity),
    _numbered("", facility.chief_nursery_teacher),
    _numbered("", facility.special_support_a_b),
    _numbered("", facility.office_staff, "事務職員雇上費"),
    _numbered("", facility.treatment_3),
    _numbered("", children.climate),
    _numbered("", children.snow),
    _numbered("", facility.ash),
    _numbered("", facility.elderly_employment),
    _numbered("", facility.facility_strengthening),
    _numbered("", facility.school_transition),
    _numbered("", facility.nutrition),
    _numbered("", facility.third_party_evaluation),
    _numbered("", facility.ict),
)
# fmt: on

RULE_SETS: Final = (KINDERGARTEN_R8, NURSERY_R8)
CALCULATED_FACILITY_TYPES: Final = frozenset(rules.facility_type for rules in RULE_SETS)
UNSUPPORTED_TYPE: Final = "この施設類型の計算にはまだ対応していません。"


def rule_set_for(facility_type: str, fiscal_year: int) -> RuleSet:
    """
    The rules of a facility type in a book's fiscal year: the latest that began by then.

    :raises NoRuleSet: the type, or so early a year, is not calculated here.
    """
    own = [rules for rules in RULE_SETS if rules.facility_type == facility_type]
    if not own:
        raise NoRuleSet([Problem("facility_type", UNSUPPORTED_TYPE)])
    begun = [rules for rules in own if rules.first_fiscal_year <= fiscal_year]
    if not begun:
        first = min(rules.first_fiscal_year for rules in own)
        message = (
            f"{fiscal_year}年度の{FACILITY_TYPES[facility_type]}の計算規則がありません。"
            f"計算できるのは{first}年度の単価表からです。"
        )
        raise NoRuleSet([Problem("ratebook", message)])
    return max(begun, key=lambda rules: rules.first_fiscal_year)


def claimable_entry(facility_type: str, code: str) -> Entry | None:
    """The item as the type's newest rules know it, for reading what was asked."""
    for rules in sorted(RULE_SETS, key=lambda rules: -rules.first_fiscal_year):
        if rules.facility_type == facility_type and code in rules.by_code:
            return rules.by_code[code]
    return None
