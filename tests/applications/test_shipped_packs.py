"""The packs of 令和8年度: read without a problem, ask nothing twice, leave nothing out, and compute."""

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from applications.definitions import Family, Field, Item, Kind, Pack, Stage
from applications.facts import ANSWER, FACT, FACTS, as_fact, as_kept
from applications.filling import FilledItem, Given, Problem, fill, first_known
from applications.packs_in_force import vocabulary
from applications.reading import read_pack
from applications.shipped import COMES_BY_ITSELF, shipped, shipped_years
from claims import answers
from claims.facts import facts_of_item
from facilities.models import FacilityKind
from pricing.rule_sets import TABLES

YEAR = 2026
PACKS: dict[str, Pack] = {name: read_pack(text, vocabulary()) for name, text in shipped(YEAR).items()}
ITEMS: dict[str, Item] = {item.key: item for pack in PACKS.values() for item in pack.items}
TYPES = list(FacilityKind.values)
# Deductions a facility reports where it lacks something: with everything as it should be, their check says so.
LACKING = {
    "no_dedicated_chief",
    "no_director",
    "below_staffing",
    "no_safety_plan",
    "no_management_report",
    "no_partner_facility",
    "delivered_meals_penalty",
}


def person(number: int, **own: Any) -> dict[str, Any]:
    return {
        "member": str(UUID(int=number)),
        "person.number": number,
        "person.job": "保育士",
        "person.post": "",
        "person.is_regular": True,
        "person.is_nursery_teacher": True,
        "person.licence": "保育士",
        "person.service_months": 80,
        "person.service_years": 6,
        "person.experience_months": 150,
        "person.experience_years": 12,
        "person.counts": True,
        "person.months": 12,
        **{f"person.{name}": value for name, value in own.items()},
    }


PEOPLE = [
    person(1),
    person(2, service_years=2, months=6),
    person(3, is_regular=False),
    person(4, is_nursery_teacher=False),
]
AGES = {"age0": 8, "age1": 14, "age2": 15, "age3mid": 5, "age3": 18, "age4plus": 33, "total": 93}
CLASSES = [
    {"class": "age0", "class.label": "0歳児", "class.age": 0, "class.children": 8},
    {"class": "age3", "class.label": "3歳児", "class.age": 3, "class.children": 18},
]


def known_of(kind: str) -> dict[str, Any]:
    """What the product knows of a facility like those of the demo."""
    capacity_1 = 300 if kind == "kindergarten" else 15 if kind == "certified_kodomoen" else None
    return {
        "facility.kind": kind,
        "profile.capacity": 130,
        "profile.capacity_1": capacity_1,
        "profile.capacity_23": 130,
        "profile.region_percent": 10,
        **{f"counts.{name}": number for name, number in AGES.items()},
        **{f"counts.average.{name}": str(number) for name, number in AGES.items()},
        "counts.classes": CLASSES,
        "required.teachers": 12,
        "roster.teachers": "15.6",
        "team.headroom": "3.6",
        "roster.people": PEOPLE,
        "roster.people_of_year": PEOPLE,
        "roster.counted": 3,
        "roster.total_months": 450,
        "roster.average_years": 13,
        "roster.base_percent": 12,
        "roster.wage_percent": 7,
        "fact.average_experience_months": "150",
        "fact.vice_principal": True,
        "fact.qualified_percent": "80",
        "fact.home_care_assistants": True,
        "fact.disabled_children": 1,
        **{
            name: False
            for name in vocabulary().sources
            if name.count(".") == 1 and name.startswith("granted.")
        },
        **{name: 1_000_000 for name in vocabulary().sources if name.startswith("received.")},
        "granted.treatment_3": True,
        "granted.office_staff": True,
        "monthly.strengthening_spent_yen": 180_000,
        "city.climate_zone": "other",
        "city.rent_area": "c",
        "city.urban": False,
        "city.snow_region": True,
        "city.ash_region": True,
    }


TYPED: Mapping[str, Mapping[str, Any]] = {
    "facility_state": {"meals_from_elsewhere": False},
    "team_teaching": {"extra_staff": 2, "limit": 2},
    "class_organisation": {"capacity_2": 90},
    "depreciation": {"owned_percent": "100", "subsidy": False},
    "rent": {"rented_percent": "100", "balance": False},
    "special_support": {"allowance": 1},
    "third_party_evaluation": {"before": ["none"]},
    "elderly_employment": {"by_month": [40] * 12, "other_grant": False},
    "holiday_care_report": {"persons": 9, "from_elsewhere": 2, "users_by_month": [20] * 12},
    "wage_plan": {"expected_yen": 1_000, "starting_yen": 10_000, "paid_yen": 20_000},
    "wage_report": {
        "category_2_yen": 400_000,
        "carried_yen": 0,
        "staff": {
            row["member"]: {
                **{"last_base": 2_400_000, "last_allowance": 120_000, "last_bonus": 600_000},
                **{"base": 2_500_000, "allowance": 240_000, "bonus": 600_000},
            }
            for row in PEOPLE
        },
    },
    "treatment_3_report": {"staff": {PEOPLE[0]["member"]: {"monthly_yen": 40_000, "months": 12}}},
    "teacher_pay_report": {"staff": {PEOPLE[0]["member"]: {"paid": 20_000}}},
    "monthly_allowance": {"personnel_yen": 68_000_000, "income_yen": 100_000_000},
    "monthly_allowance_report": {"staff": {PEOPLE[0]["member"]: {"paid_yen": 240_000}}},
    "no_director": {},
}


def plausible(own: Field) -> Any:
    """Something a clerk would type."""
    match own.kind:
        case Kind.YES_NO:
            return True
        case Kind.CHOICE:
            return next(iter(own.choices))
        case Kind.CHOICES:
            return [key for key in own.choices if key != "none"]
        case Kind.WHOLE | Kind.YEN:
            return max(1, own.least or 0)
        case Kind.DECIMAL:
            return "1.4"
        case Kind.DATE:
            return "2026-12-01"
        case Kind.MONTH:
            return "2026-12"
        case Kind.MONTHLY:
            return [1] * 12
        case Kind.ROWS:
            return [{column.key: plausible(column) for column in own.columns if column.is_typed}]
        case Kind.PEOPLE | Kind.CLASSES:
            return {}
    return "見本の文"


def filled(item: Item, known: Mapping[str, Any], **instead: Any) -> FilledItem:
    """With what the clerk types where nobody knows it; ``instead`` stands for what is tried."""
    given = {name: Given(value, "見本") for name, value in known.items() if value is not None}
    own = {
        field.key: plausible(field)
        for field in item.fields
        if field.is_typed and first_known(field, given) is None
    }
    return fill(item, fiscal_year=YEAR, known=given, typed={**own, **TYPED.get(item.key, {}), **instead})


def items_of(kind: str) -> Iterator[Item]:
    """All items of the type, as the year brings them."""
    items = [item for pack in PACKS.values() for item in pack.items if item.asks(kind)]
    yield from sorted(items, key=lambda item: (item.rounds[0], item.key != "facility_state"))


def year_of(kind: str, **state: Any) -> dict[str, FilledItem]:
    """Every item filled one after the other; what was said is known to the ones that follow."""
    known, made = known_of(kind), {}
    for item in items_of(kind):
        one = filled(item, known, **(state if item.key == "facility_state" else {}))
        made[item.key] = one
        known.update({f"item.{item.key}.{key}": value for key, value in one.values.items()})
        known.update(
            {f"{FACT}{name}": value for name, value in one.facts.items() if f"{FACT}{name}" not in known}
        )
    return made


def test_the_year_has_a_pack_of_each_family():
    assert shipped_years() == [2024, YEAR]
    assert {pack.family for pack in PACKS.values()} == set(Family)
    assert {pack.fiscal_year for pack in PACKS.values()} == {YEAR}
    assert {pack.id for pack in PACKS.values()} == set(PACKS)
    assert len(ITEMS) == sum(len(pack.items) for pack in PACKS.values()), "no key stands in two packs"
    assert shipped(1999) == {}


@pytest.mark.parametrize("name", ["prefecture", "city"])
def test_what_is_no_real_rule_says_that_it_is_a_sample(name):
    assert "見本" in PACKS[name].title
    assert "見本" in PACKS[name].source
    assert all("見本" in item.label and "見本" in item.source for item in PACKS[name].items)


@pytest.mark.parametrize("item", ITEMS.values(), ids=lambda item: item.key)
def test_each_item_says_where_it_is_from_and_what_it_is_for(item):
    assert item.source
    assert item.help
    assert not any("児童名" in own.label or "園児名" in own.label for own in item.all_fields())


@pytest.mark.parametrize("kind", TYPES)
def test_what_a_facility_can_be_granted_is_applied_for_or_comes_by_itself(kind):
    codes = {
        entry.item.code
        for entries in TABLES[kind].values()
        for entry in entries
        if entry.first_year <= YEAR <= entry.last_year
    }
    applied = [(item.grants.code, item.grants.certification) for item in items_of(kind) if item.grants]

    assert {code for code, _ in applied} == codes - COMES_BY_ITSELF.keys()
    assert len(set(applied)) == len(applied)


@pytest.mark.parametrize("kind", TYPES)
def test_nothing_is_asked_twice(kind):
    asked: dict[str, list[str]] = {}
    for item in items_of(kind):
        for one in filled(item, known_of(kind)).asked:
            if one.field.fact:
                asked.setdefault(one.field.fact, []).append(item.key)

    assert {fact: keys for fact, keys in asked.items() if len(keys) > 1} == {}


@pytest.mark.parametrize("kind", TYPES)
def test_a_year_is_filled_without_a_gap(kind):
    made = year_of(kind)
    problems = {key: one.problems for key, one in made.items() if one.problems and key not in LACKING}

    assert problems == {}
    for key, one in made.items():
        empty = [shown.field.key for shown in one.shown if shown.field.is_computed and shown.is_empty]
        assert not empty, key
    assert not [key for key in made if key in LACKING and not made[key].problems]


@pytest.mark.parametrize("kind", TYPES)
def test_who_lacks_something_can_say_so(kind):
    lacking = {
        **dict.fromkeys(("chief_substitute", "director_paid", "safety_plan", "management_report"), False),
        "partner_facility": False,
        "meals_from_elsewhere": True,
    }
    made = year_of(kind, **lacking)
    staffed = {"below_staffing"}

    assert {key: made[key].problems for key in LACKING - staffed if key in made and made[key].problems} == {}


@pytest.mark.parametrize("kind", TYPES)
def test_options_are_what_pricing_takes(kind):
    for key, one in year_of(kind).items():
        grants = one.item.grants
        if grants is None:
            assert one.options == {}
            continue
        entries = [
            entry
            for system, table in TABLES[kind].items()
            for entry in table
            if entry.item.code == grants.code
            and grants.certification in ("", system)
            and entry.first_year <= YEAR <= entry.last_year
        ]
        assert entries, key
        for entry in entries:
            if variant := one.options.get("variant"):
                assert variant in entry.item.variants, key
            assert bool(variant) == bool(entry.item.variants) or grants.code == "under_age3_intake", key
            counted = set(one.options) - {"variant"}
            assert counted <= set(entry.item.options) | set(entry.item.optional), key
            by_month = facts_of_item(kind, grants.code, grants.certification).keys()
            assert set(entry.item.options) - by_month <= counted, key


def test_a_shortage_is_deducted_for_each_missing_teacher():
    known = {**known_of("kindergarten"), "required.teachers": 12, "roster.teachers": "10.4"}
    one = filled(ITEMS["below_staffing"], known)

    assert (one.options, one.problems) == ({"headcount": 2}, ())


def test_reports_stand_on_applications():
    for pack in PACKS.values():
        for item in pack.items:
            if item.stage is Stage.REPORT:
                assert pack.by_key[item.reports_on].stage is Stage.APPLICATION
                assert set(item.types) <= set(pack.by_key[item.reports_on].types)


def test_march_items_are_planned_in_the_fourth_round():
    march = {item.key for item in ITEMS.values() if item.months == "march"}

    assert len(march) == 9
    assert all(item.rounds[0] == 4 for item in ITEMS.values() if item.months == "march")


def test_facts_are_asked_as_the_conditions_ask_them():
    for item in ITEMS.values():
        for own in item.fields:
            if not own.fact:
                continue
            question = answers.BY_NAME.get(own.fact)
            if question is None:
                assert own.fact == "third_party_years"
                continue
            # Months of experience are typed whole there; the roster knows parts of one.
            assert own.kind == question.kind or own.fact == "average_experience_months", own.fact
            if question.kind == answers.CHOICES:
                assert set(own.choices) - {"none"} == dict(question.choices).keys()
            elif question.choices:
                assert own.choices.keys() == dict(question.choices).keys()


@pytest.mark.parametrize(
    ("name", "kept", "fact"),
    [
        ("teachers", "13.6", Fraction(68, 5)),
        ("extended_care", True, True),
        ("elderly_hours", 400, 400),
        ("rent_area", "b", "b"),
        ("ict_functions", ["contact", "records"], frozenset({"contact", "records"})),
        ("ict_functions", ["none"], frozenset()),
        ("third_party_years", ["2022"], frozenset({2022})),
        ("third_party_years", ["none"], frozenset()),
    ],
)
def test_a_fact_is_kept_and_taken_back(name, kept, fact):
    assert as_fact(name, kept) == fact
    assert as_kept(name, fact) == kept


def test_all_facts_that_can_be_answered_to_the_conditions_can_be_answered_in_items():
    assert answers.BY_NAME.keys() <= FACTS.keys()
    assert {f"{FACT}teachers", f"{ANSWER}teachers"} <= vocabulary().sources


# ------------------------------------------------------------------------------------------ amounts


def sentences(found: tuple[Problem, ...]) -> list[str]:
    return [problem.at for problem in found]


@pytest.mark.parametrize(
    ("granted", "spent", "rest", "asks"),
    [
        (4_948_000, 4_948_000, 0, False),
        (4_948_000, 5_000_000, 0, False),
        (4_948_000, 4_900_000, 48_000, True),
    ],
)
def test_the_rest_of_team_childcare(granted, spent, rest, asks):
    known = {**known_of("nursery"), "received.team_childcare": granted}
    one = filled(ITEMS["team_childcare_report"], known, spent_yen=spent, rest_reason=None, rest_use=None)

    assert one.amount_yen == rest
    assert sentences(one.problems) == (["rest_reason", "rest_use"] if asks else [])


@pytest.mark.parametrize(
    ("capacity", "extra", "experience", "wrong"),
    [
        (120, 1, "138", []),
        (120, 2, "144", ["extra_staff"]),
        (121, 2, "144", []),
        (121, 1, "137.9", ["experience"]),
        (90, 1, "138", []),
    ],
)
def test_team_childcare_has_its_bounds(capacity, extra, experience, wrong):
    known = {
        **known_of("nursery"),
        "profile.capacity_23": capacity,
        "fact.average_experience_months": experience,
    }
    one = filled(ITEMS["team_childcare"], known, extra_staff=extra)

    assert sentences(one.problems) == wrong
    assert one.options == {"extra_staff": extra}


@pytest.mark.parametrize(
    ("hours", "tier", "wrong"),
    [
        (399, "400_to_799", ["by_month"]),
        (400, "400_to_799", []),
        (799, "400_to_799", []),
        (800, "800_to_1199", []),
        (1199, "800_to_1199", []),
        (1200, "1200_or_more", []),
    ],
)
def test_the_tiers_of_elderly_hours(hours, tier, wrong):
    made = {**known_of("nursery"), "fact.extended_care": True, "fact.temporary_care_general": False}
    made["fact.sick_child_care"] = False
    one = filled(ITEMS["elderly_employment"], made, by_month=[hours, *[0] * 10, None])

    assert (one.options, one.facts["elderly_hours"]) == ({"variant": tier}, hours)
    assert sentences(one.problems) == wrong


@pytest.mark.parametrize(
    ("users", "tier"),
    [(1, "up_to_210"), (210, "up_to_210"), (211, "up_to_280"), (1050, "up_to_1050"), (1051, "over_1050")],
)
def test_the_tiers_of_holiday_care(users, tier):
    one = filled(ITEMS["holiday_care"], known_of("nursery"), by_month=[users, *[0] * 11])

    assert (one.options, one.facts["holiday_users"]) == ({"variant": tier}, users)


@pytest.mark.parametrize(
    ("years", "personnel", "months", "monthly"),
    [
        (0, 49_999_999, 12, 0),
        (0, 50_000_000, 12, 5_000),
        (2, 69_999_999, 12, 10_000),
        (3, 69_999_999, 1, 20_000),
        (6, 70_000_000, 12, 25_000),
        (7, 50_000_000, 12, 15_000),
        (7, 70_000_000, 12, 40_000),
        (40, 99_000_000, 12, 40_000),
    ],
)
def test_the_stair_of_the_monthly_allowance(years, personnel, months, monthly):
    people = [person(1, service_years=years, months=months), person(2, is_regular=False)]
    known = {**known_of("nursery"), "roster.people": people}
    one = filled(ITEMS["monthly_allowance"], known, personnel_yen=personnel, income_yen=100_000_000)
    first, second = one.by_key["staff"].value

    assert (first["monthly_yen"], first["yen"], second["yen"]) == (monthly, monthly * months, 0)
    assert one.amount_yen == monthly * months
    assert sentences(one.problems) == ([] if monthly else ["staff"])


@pytest.mark.parametrize(
    ("expected", "planned"), [(0, 0), (999, 0), (1_000, 1_000), (1_999, 1_000), (4_948_788, 4_948_000)]
)
def test_what_is_expected_is_cut_to_a_thousand(expected, planned):
    assert filled(ITEMS["wage_plan"], known_of("nursery"), expected_yen=expected).amount_yen == planned


def test_headcounts_follow_from_children_and_what_is_granted():
    """pricing.md §8.3: 2.6 + 4.8 + 0.9 + 1.1 = 9.4 → 9; with 配置改善 2.6 + 2.8 + 2.5 + 1.2 + 1.3 = 10.4 → 10."""
    plain = filled(ITEMS["treatment_3"], {**known_of("nursery"), "counts.average.age3mid": "0"}, other="3.4")
    improved = filled(
        ITEMS["treatment_3"],
        {
            **known_of("nursery"),
            "counts.average.age3mid": "0",
            **dict.fromkeys(
                ("granted.age1_staffing", "granted.age3_staffing", "granted.age4plus_staffing"), True
            ),
        },
        other="3.4",
    )

    assert (plain.by_key["by_age"].value, plain.by_key["number"].value) == ("9.4", 12)
    assert plain.options == {"headcount_a": 4, "headcount_b": 2}
    assert improved.by_key["by_age"].value == "10.4"
    assert improved.options == {"headcount_a": 4, "headcount_b": 3}


@pytest.mark.parametrize(
    ("base", "bonus", "wrong", "rest"),
    [
        # 4 people: 区分2 400,000 and 区分3 1,000,000 are due, half of it in base pay and monthly allowances.
        (2_750_000, 600_000, [], 0),
        (2_575_000, 775_000, [], 0),
        (2_574_999, 775_001, ["monthly_gain_yen"], 0),
        (2_650_000, 600_000, ["rest_reason", "rest_paid_by"], 400_000),
    ],
)
def test_wages_are_compared_with_what_was_received(base, bonus, wrong, rest):
    before = {"last_base": 2_400_000, "last_allowance": 0, "last_bonus": 600_000, "allowance": 0}
    staff = {row["member"]: {**before, "base": base, "bonus": bonus} for row in PEOPLE}
    one = filled(
        ITEMS["wage_report"],
        known_of("nursery"),
        staff=staff,
        insurance_yen=0,
        paid_out_yen=0,
        paid_in_yen=0,
        rest_reason=None,
        rest_paid_by=None,
    )

    assert sentences(one.problems) == wrong
    assert one.amount_yen == rest


def test_wages_of_the_roster_are_not_typed_again():
    paid = {
        "last_base_yen": 1,
        "last_allowance_yen": 1,
        "last_bonus_yen": 1,
        "base_yen": 2,
        "allowance_yen": 2,
        "bonus_yen": 2,
    }
    known = {**known_of("nursery"), "roster.people_of_year": [person(1, **paid)]}
    one = filled(ITEMS["wage_report"], known, staff={})
    (row,) = one.by_key["staff"].value

    assert (row["base"], row["gain"], row["monthly_gain"]) == (2, 3, 2)
    assert not [problem for problem in one.problems if problem.at == "staff"]


def test_an_amount_by_class_of_children():
    assert filled(ITEMS["materials"], known_of("nursery")).amount_yen == 8 * 3_000 + 18 * 5_000
    assert not filled(ITEMS["materials"], known_of("nursery")).asked


def test_most_of_a_year_is_known():
    """Of all fields of a 保育所 that are shown, so many have to be typed."""
    shown = Counter(
        "asked" if field.is_asked else "known" for one in year_of("nursery").values() for field in one.shown
    )

    assert shown["asked"] <= 110
    assert shown["known"] > shown["asked"]


def test_what_was_said_last_year_is_there_is_a_fact_and_may_be_typed_over():
    state = ITEMS["facility_state"]
    last_year = {f"last_year.{own.key}": plausible(own) for own in state.fields}
    known = {**known_of("nursery"), **last_year, "fact.director_paid": False}
    own = {name: Given(value, "昨年度") for name, value in known.items() if value is not None}
    same = fill(state, fiscal_year=YEAR, known=own, typed={})
    other = fill(state, fiscal_year=YEAR, known=own, typed={"extended_care": False})

    assert (same.is_complete, same.asked) == (True, ())
    assert same.facts["extended_care"] is True
    assert other.facts["extended_care"] is False
    assert other.is_complete
    # What is registered this year stands before last year's, and is nothing the facility has said.
    assert same.by_key["director_paid"].value is False
    assert "director_paid" not in same.facts
