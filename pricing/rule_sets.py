"""
Which items a facility type has, in the order of the official table, and in which fiscal years.

One table a type (two for 認定こども園). An item's years stand beside it (pricing.md §9), so a year's rules are the
items that stand in that year. A new 加算 is one function in ``pricing/items/`` and one line here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from pricing.items import base, children, deductions, facility
from pricing.month import fiscal_year_words
from pricing.problems import NoRuleSet, Problem
from pricing.vocabulary import FACILITY_TYPES, ITEM_LABELS
from pricing.working import Entry, Item

FIRST_FISCAL_YEAR: Final = 2015
# An item that stands until this year stands until it is said otherwise.
LAST_YEAR: Final = 9999
# They come by themselves: with every claim, and where such children are counted.
ALWAYS: Final = frozenset({"base", "treatment_1_2", "treatment_i"})
BY_CHILDREN: Final = frozenset({"employee_slot", "mid_month"})
AUTOMATIC: Final = ALWAYS | BY_CHILDREN


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """
    The table of one certification system (1 or 23) of a facility type in one fiscal year.

    The order of ``entries`` counts: 定員超過 multiplies what stands before it and nothing after it (D7).
    """

    facility_type: str
    fiscal_year: int
    system: str
    entries: tuple[Entry, ...]
    by_code: dict[str, Entry]


@dataclass(frozen=True, slots=True, eq=False)
class TypeRules:
    """The calculation of one facility type in one fiscal year: a table for each system it is priced in."""

    facility_type: str
    fiscal_year: int
    tables: dict[str, RuleSet]
    systems_by_code: dict[str, tuple[str, ...]]

    @property
    def systems(self) -> tuple[str, ...]:
        """1, 23 or both."""
        return tuple(self.tables)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every item of the type once, in the order of its tables."""
        found: dict[str, Entry] = {}
        for table in self.tables.values():
            for entry in table.entries:
                found.setdefault(entry.item.code, entry)
        return tuple(found.values())

    def systems_of(self, code: str) -> tuple[str, ...]:
        """The systems whose table has the item."""
        return self.systems_by_code.get(code, ())


def _at(number: str, declared: Item, label: str = "", *, since: int = 0, until: int = LAST_YEAR) -> Entry:
    return Entry(number, declared, label or ITEM_LABELS[declared.code], since, until)


def _whole(declared: Item, label: str = "", *, since: int = 0, until: int = LAST_YEAR) -> Entry:
    """An item of a whole 認定こども園, printed in both of its tables at half its price each [K] (D17)."""
    return Entry("", declared, label or ITEM_LABELS[declared.code], since, until, whole_facility=True)


# The years of pricing.md §9. What has none has stood in the table since 平成27年度, as far as our sources say.
H29, R1, R2, R4, R6, R7, R8 = 2017, 2019, 2020, 2022, 2024, 2025, 2026

# fmt: off
_KINDERGARTEN: Final = (
    _at("⑤", base.base),
    _at("⑥", base.treatment_i, until=R6),
    _at("⑥", base.treatment_1_2, since=R7),
    _at("⑦", children.vice_principal),
    _at("⑧", children.age3_staffing),
    _at("⑨", children.age4plus_staffing, since=R6),
    _at("⑩", children.under_age3_intake),
    _at("⑪", children.lecturer),
    _at("⑫", children.team_teaching),
    _at("⑬", children.bus),
    _at("⑭", children.meals),
    _at("⑮", children.external_audit),
    _at("⑯", children.side_dishes_by_day, since=R1),
    _at("⑰", deductions.below_staffing),
    _at("⑰a", deductions.no_safety_plan, since=R8),
    _at("⑰b", deductions.no_management_report, since=R8),
    _at("⑱", deductions.over_capacity),
    _at("⑲", facility.chief_teacher),
    _at("⑳", facility.parenting_support),
    _at("㉑", facility.special_support),
    _at("㉒", facility.office_staff, "事務職員配置"),
    _at("㉓", facility.guidance_enrichment),
    _at("㉔", facility.office_workload),
    _at("㉕", facility.treatment_3, since=R7),
    _at("", facility.treatment_ii, since=H29, until=R6),
    _at("", facility.treatment_iii, since=R4, until=R6),
    _at("㉖", children.climate),
    _at("㉗", facility.stakeholder_evaluation),
    _at("㉘", children.snow),
    _at("㉙", facility.ash),
    _at("㉚", facility.facility_strengthening),
    _at("㉛", facility.school_transition),
    _at("㉜", facility.nutrition_of_one_price, until=R1),
    _at("㉜", facility.nutrition, since=R2),
    _at("㉝", facility.third_party_evaluation),
    _at("㉞", facility.ict, since=R8),
    _at("", children.mid_month),
)

# The column numbers of the nursery table are known up to ⑳; what follows it are the 特定加算.
_NURSERY: Final = (
    _at("⑥", base.base),
    _at("⑦", base.treatment_i, until=R6),
    _at("⑦", base.treatment_1_2, since=R7),
    _at("⑧", children.age3_staffing),
    _at("⑨", children.age4plus_staffing, since=R6),
    _at("⑩", children.age1_staffing, since=R7),
    _at("⑪", facility.holiday_care),
    _at("⑫", children.night_care),
    _at("⑬", children.depreciation),
    _at("⑭", children.rent),
    _at("⑮", children.team_childcare),
    _at("⑯", children.side_dishes_by_month, since=R1),
    _at("⑰", deductions.branch),
    _at("⑱", deductions.no_director),
    _at("⑲", deductions.saturday_closure, since=R2),
    _at("", deductions.no_safety_plan, since=R8),
    _at("", deductions.no_management_report, since=R8),
    _at("⑳", deductions.over_capacity),
    _at("", facility.chief_nursery_teacher),
    _at("", facility.special_support_a_b),
    _at("", facility.office_staff, "事務職員雇上費"),
    _at("", facility.treatment_3, since=R7),
    _at("", facility.treatment_ii, since=H29, until=R6),
    _at("", facility.treatment_iii, since=R4, until=R6),
    _at("", children.climate),
    _at("", children.snow),
    _at("", facility.ash),
    _at("", facility.elderly_employment),
    _at("", facility.facility_strengthening),
    _at("", facility.school_transition),
    _at("", facility.nutrition_of_one_price, until=R1),
    _at("", facility.nutrition, since=R2),
    _at("", facility.third_party_evaluation),
    _at("", facility.ict, since=R8),
    _at("", children.mid_month),
)


def _kodomoen_after_over_capacity(
    *, of_education: bool
) -> tuple[Entry, ...]:
    """
    What both tables of a 認定こども園 print after 定員超過 (D17), and what only the one of 1号 has.

    主幹教諭等の専任化なし stands where the other types have their 主幹・主任専任: after 定員超過, which D7 does not let
    multiply it. The 1号 table is the one of a 幼稚園 (pricing.md §4.2, §4.3) without 主幹教諭等専任, which a こども園
    does not have (D17); its items are of 1号 alone, because D17 does not name them among those of the whole facility.
    """

    def own(*entries: Entry) -> tuple[Entry, ...]:
        return entries if of_education else ()

    return (
        _whole(deductions.no_dedicated_chief),
        *own(_at("", facility.parenting_support)),
        _whole(facility.special_support_a_b),
        *own(
            _at("", facility.office_staff, "事務職員配置"),
            _at("", facility.guidance_enrichment),
            _at("", facility.office_workload),
        ),
        _whole(facility.treatment_3, since=R7),
        _whole(facility.treatment_ii, since=H29, until=R6),
        _whole(facility.treatment_iii, since=R4, until=R6),
        _at("", children.climate),
        *own(_at("", facility.stakeholder_evaluation)),
        _at("", children.snow),
        _at("", facility.ash),
        _whole(facility.elderly_employment),
        _whole(facility.facility_strengthening),
        _whole(facility.school_transition),
        _whole(facility.nutrition_of_one_price, until=R1),
        _whole(facility.nutrition, since=R2),
        _whole(facility.third_party_evaluation),
        _whole(facility.ict, since=R8),
        _at("", children.mid_month),
    )


_KODOMOEN_EDUCATION: Final = (
    _at("", base.base),
    _at("", base.treatment_i, until=R6),
    _at("", base.treatment_1_2, since=R7),
    _at("", children.vice_principal),
    _at("", children.age3_staffing),
    _at("", children.age4plus_staffing, since=R6),
    _at("", children.under_age3_intake),
    _at("", children.lecturer),
    _at("", children.class_organisation),
    _at("", children.team_teaching),
    _at("", children.bus),
    _at("", children.meals),
    _at("", children.external_audit),
    _at("", children.side_dishes_by_day, since=R1),
    _at("", deductions.below_staffing),
    _at("", deductions.no_safety_plan, since=R8),
    _at("", deductions.no_management_report, since=R8),
    _at("", deductions.over_capacity),
    *_kodomoen_after_over_capacity(of_education=True),
)
_KODOMOEN_CHILDCARE: Final = (
    _at("", base.base),
    _at("", base.treatment_i, until=R6),
    _at("", base.treatment_1_2, since=R7),
    _at("", children.age3_staffing),
    _at("", children.age4plus_staffing, since=R6),
    _at("", children.age1_staffing, since=R7),
    _at("", children.class_organisation),
    _at("", facility.holiday_care),
    _at("", children.night_care),
    _at("", children.depreciation),
    _at("", children.rent),
    _at("", children.team_childcare),
    _at("", children.side_dishes_by_month, since=R1),
    _at("", deductions.branch),
    _at("", deductions.no_director, "園長未配置"),
    _at("", deductions.saturday_closure, since=R2),
    _at("", deductions.below_staffing),
    _at("", deductions.no_safety_plan, since=R8),
    _at("", deductions.no_management_report, since=R8),
    _at("", deductions.over_capacity),
    *_kodomoen_after_over_capacity(of_education=False),
)


_OVER_CAPACITY: Final = _at("", deductions.over_capacity)


def _community(*, special: Iterable[Entry], running: Iterable[Entry], deductions_: Iterable[Entry],
               after: Iterable[Entry], over_capacity: Iterable[Entry] = (_OVER_CAPACITY,)) -> tuple[Entry, ...]:
    """The order that the tables of 地域型保育 share (pricing.md §4.4)."""
    return (
        _at("", base.base),
        _at("", base.treatment_i, until=R6),
        _at("", base.treatment_1_2, since=R7),
        *special,
        *running,
        *deductions_,
        _at("", deductions.no_safety_plan, since=R8),
        _at("", deductions.no_management_report, since=R8),
        *over_capacity,
        _at("", facility.treatment_3, since=R7),
        _at("", facility.treatment_ii, since=H29, until=R6),
        _at("", facility.treatment_iii, since=R4, until=R6),
        _at("", children.climate),
        _at("", children.snow),
        _at("", facility.ash),
        *after,
        _at("", facility.third_party_evaluation),
        _at("", facility.ict, since=R8),
        _at("", children.mid_month),
    )


_QUALIFIED: Final = _at("", children.qualified_staff)
_DISABILITY: Final = _at("", children.disability_care)
_ONE_YEAR_OLDS: Final = _at("", children.age1_staffing, since=R7)
_HOLIDAY_AND_NIGHT: Final = (_at("", facility.holiday_care), _at("", children.night_care))
_BUILDING: Final = (_at("", children.depreciation), _at("", children.rent))
_NO_MANAGER: Final = _at("", deductions.no_director, "管理者未配置")
_DEDUCTIONS: Final = (
    _at("", deductions.no_partner_facility),
    _at("", deductions.delivered_meals_penalty),
    _NO_MANAGER,
    _at("", deductions.saturday_closure, since=R2),
)
_AFTER: Final = (
    _at("", facility.elderly_employment),
    _at("", facility.facility_strengthening),
    _at("", facility.nutrition_of_one_price, until=R1),
    _at("", facility.nutrition, since=R2),
)

# [K] pricing.md §4.4: the lists of 小規模A・B are from memory, those of C and 家庭的保育 partly [S4][S6].
_SMALL_A: Final = _community(
    special=(_DISABILITY, _ONE_YEAR_OLDS), running=(*_HOLIDAY_AND_NIGHT, *_BUILDING), deductions_=_DEDUCTIONS,
    after=_AFTER,
)
_SMALL_B: Final = _community(
    special=(_QUALIFIED, _DISABILITY, _ONE_YEAR_OLDS), running=(*_HOLIDAY_AND_NIGHT, *_BUILDING),
    deductions_=_DEDUCTIONS, after=_AFTER,
)
_HOME_CARE: Final = (_at("", children.home_care_assistant), _at("", children.home_care_support))
_SMALL_C: Final = _community(
    special=(_QUALIFIED, *_HOME_CARE, _DISABILITY), running=(*_HOLIDAY_AND_NIGHT, *_BUILDING), deductions_=_DEDUCTIONS,
    after=_AFTER,
)
_HOME_BASED: Final = _community(
    special=(_QUALIFIED, *_HOME_CARE, _DISABILITY),
    running=_BUILDING, deductions_=_DEDUCTIONS, after=_AFTER,
)
# [K] pricing.md §4.4: up to 19 定員 as 小規模A・B, so with 資格保有者 of B; from 20 as a 保育所, whose other items are
# by §6 for 保育所 alone, so the table is the same and its rows and ratios differ.
_WORKPLACE: Final = _community(
    special=(_QUALIFIED, _DISABILITY, _ONE_YEAR_OLDS), running=(*_HOLIDAY_AND_NIGHT, *_BUILDING),
    deductions_=_DEDUCTIONS, after=_AFTER,
)
# [K] pricing.md §4.4, §6 («全», «地域型»). No 土曜閉所: here 特定の日に保育を行わない場合 stands in its place [U].
_HOME_VISITING: Final = _community(
    special=(_QUALIFIED,), running=(*_HOLIDAY_AND_NIGHT, *_BUILDING), deductions_=(_NO_MANAGER,),
    after=_AFTER, over_capacity=(),  # one child a person: there is no capacity
)
# fmt: on


def _with_employee_slot(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """従業員枠の調整 looks at everything but 日割, which looks at it."""
    return (*entries[:-1], _at("", deductions.employee_slot), entries[-1])


TABLES: Final[dict[str, dict[str, tuple[Entry, ...]]]] = {
    "kindergarten": {"1": _KINDERGARTEN},
    "nursery": {"23": _NURSERY},
    "certified_kodomoen": {"1": _KODOMOEN_EDUCATION, "23": _KODOMOEN_CHILDCARE},
    "small_a": {"23": _SMALL_A},
    "small_b": {"23": _SMALL_B},
    "small_c": {"23": _SMALL_C},
    "home_based": {"23": _HOME_BASED},
    "workplace": {"23": _with_employee_slot(_WORKPLACE)},
    "home_visiting": {"23": _HOME_VISITING},
}


@cache
def rules_for(facility_type: str, fiscal_year: int) -> TypeRules:
    """
    The rules of a facility type in a book's fiscal year.

    :raises NoRuleSet: before 平成27年度 there was no 公定価格.
    """
    if fiscal_year < FIRST_FISCAL_YEAR:
        message = (
            f"{fiscal_year_words(fiscal_year)}の{FACILITY_TYPES[facility_type]}の計算規則がありません。"
            f"計算できるのは{fiscal_year_words(FIRST_FISCAL_YEAR)}の単価表からです。"
        )
        raise NoRuleSet([Problem("ratebook", message)])
    tables = {}
    systems_by_code: dict[str, tuple[str, ...]] = {}
    for system, entries in TABLES[facility_type].items():
        standing = tuple(entry for entry in entries if entry.first_year <= fiscal_year <= entry.last_year)
        by_code = {entry.item.code: entry for entry in standing}
        tables[system] = RuleSet(facility_type, fiscal_year, system, standing, by_code)
        for code in by_code:
            systems_by_code[code] = (*systems_by_code.get(code, ()), system)
    return TypeRules(facility_type, fiscal_year, tables, systems_by_code)


@cache
def claimable_entries(facility_type: str, code: str) -> dict[str, Entry]:
    """The item by system, as the type's tables know it in whatever year; empty when they never had it."""
    return {
        system: entry
        for system, entries in TABLES[facility_type].items()
        for entry in entries
        if entry.item.code == code
    }


def is_of_two_tables(facility_type: str, code: str) -> bool:
    """Whether it can hold for the children of either table alone: it stands in both, and not for the whole (D17)."""
    found = claimable_entries(facility_type, code).values()
    return len(found) > 1 and not any(entry.whole_facility for entry in found)


@cache
def entries_of_year(facility_type: str, code: str, fiscal_year: int) -> dict[str, Entry]:
    """The item by system, as the tables of one fiscal year have it; empty when that year lacks it."""
    rules = rules_for(facility_type, fiscal_year)
    return {system: rules.tables[system].by_code[code] for system in rules.systems_of(code)}


def claimable_entry(facility_type: str, code: str, certification: str = "") -> Entry | None:
    """The item in the table of ``certification`` (1 or 23), or in the first that has it."""
    found = claimable_entries(facility_type, code)
    if certification:
        return found.get(certification)
    return next(iter(found.values()), None)
