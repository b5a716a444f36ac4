"""What a roster comes to: experience and rates, teachers against those required, leaders; with every reason."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.models import FacilityKind
from facilities.periods import ServiceMonth
from pricing.staffing import EarlierService, Training, WorkingTime
from staff_records.figures.experience import RateComparison, Verdict, experience_of
from staff_records.figures.facts import facts_of
from staff_records.figures.leaders import leaders_of
from staff_records.figures.people import Person, Roster, Span
from staff_records.figures.presence import Presence, dedicated_chiefs, presence_of
from staff_records.words import Concurrence, Licence

JUNE = ServiceMonth(2026, 6)
FULL = WorkingTime(Decimal(8), Decimal(20), all_set_hours=True)
NURSERY = ((Licence.NURSERY_TEACHER, date(2012, 4, 1)),)
KINDERGARTEN = ((Licence.KINDERGARTEN_1, None),)


def span(**wanted: Any) -> Span:
    usual: dict[str, Any] = {
        "first": date(2020, 4, 1),
        "last": None,
        "working_time": FULL,
        "hours_a_month": Decimal(160),
        "job": "nursery_teacher",
        "post": "",
        "is_regular": True,
        "on_leave": False,
        "concurrence": "",
    }
    return Span(**(usual | wanted))


def part_time(hours: int = 4, days: int = 16, **wanted: Any) -> Span:
    time = WorkingTime(Decimal(hours), Decimal(days))
    return span(working_time=time, hours_a_month=Decimal(hours * days), is_regular=False, **wanted)


def person(*spans: Span, licences: Any = NURSERY, **more: Any) -> Person:
    return Person(uuid4(), 1, spans or (span(),), licences=licences, **more)


def roster(*people: Person, full_time: int | None = 160) -> Roster:
    rules = () if full_time is None else ((date(2020, 4, 1), Decimal(full_time)),)
    return Roster(tuple(people), rules)


def there(found: Roster, kind: str = FacilityKind.NURSERY, **wanted: Any) -> Presence:
    return presence_of(found, kind, JUNE, **({"capacity_23": 90, "dedicated": 0} | wanted))


# ---------------------------------------------------------------- experience and rates


def test_the_average_of_a_hand_made_sheet() -> None:
    """6年0か月 here; 2年3か月 here and 4年0か月 elsewhere; together 12年3か月 ÷ 2 = 6年1.5か月 → 6年 → 8%."""
    before = EarlierService(date(2019, 4, 1), date(2023, 3, 31), "kindergarten", True, True)
    found = experience_of(roster(person(), person(span(first=date(2024, 1, 1)), earlier=(before,))), 2026)

    assert [(one.career.months_here, one.career.months_elsewhere) for one in found.people] == [
        (72, 0),
        (27, 48),
    ]
    assert found.average is not None
    assert found.rates is not None
    assert (found.average.average_months, found.average.years) == (Fraction(147, 2), 6)
    assert (found.rates.base_percent, found.rates.wage_percent) == (8, 6)
    assert "12年3か月 ÷ 2人 = 6年1.5か月" in found.steps
    assert "6か月未満なので切捨て、平均経験年数 6年" in found.steps


@pytest.mark.parametrize(("months", "years", "percent"), [(77, 6, 8), (78, 7, 9), (132, 11, 12)])
def test_half_a_year_rounds_up(months: int, years: int, percent: int) -> None:
    begins = ServiceMonth(2026, 4).plus(-months).first_day
    found = experience_of(roster(person(span(first=begins))), 2026)

    assert found.average is not None
    assert found.rates is not None
    assert (found.average.years, found.rates.base_percent) == (years, percent)
    assert found.rates.wage_percent == (7 if years >= 11 else 6)


def test_who_works_short_or_was_not_there_is_left_out() -> None:
    late = person(span(first=date(2026, 4, 2)))
    gone = person(span(last=date(2026, 3, 31)))
    short = person(part_time())

    found = experience_of(roster(person(), late, gone, short), 2026)

    assert found.average is not None
    assert (found.average.persons, found.average.left_out) == (1, 1)
    assert [one.left_out for one in found.people] == [
        "",
        "1日6時間以上かつ月20日以上の勤務ではないため",
    ]


def test_certificates_that_are_missing_are_told_with_what_they_would_bring() -> None:
    waiting = EarlierService(date(2010, 4, 1), date(2020, 3, 31), "nursery", None, False)
    found = experience_of(roster(person(earlier=(waiting,)), person()), 2026)

    assert found.average is not None
    assert found.with_certificates is not None
    assert found.average.years == 6
    average, rates = found.with_certificates
    assert rates is not None
    assert (average.years, rates.base_percent, rates.wage_percent) == (11, 12, 7)
    assert found.steps[-1] == (
        "在職証明などが未確認の前歴を数えていない職員が1人（あわせて120か月）います。"
        "すべて確認できると、平均経験年数11年、区分1 12%・区分2 7%になります。"
    )
    (reason,) = (item for item in found.people[0].career.items if not item.counts)
    assert "在職証明が未確認のため" in reason.reason


def test_career_path_is_not_told_by_a_roster() -> None:
    found = experience_of(roster(person()), 2026)

    assert "キャリアパス要件を満たすものとして計算しています（名簿からは分かりません）。" in found.steps


def test_nobody_on_the_roster_has_no_rate_and_says_why() -> None:
    found = experience_of(roster(), 2026)

    assert found.average is None
    assert found.steps == ("令和8年4月1日の時点で、名簿に職員がいません。",)


@pytest.mark.parametrize(
    ("base", "wage", "verdict"),
    [
        (8, 6, Verdict.EQUAL),
        (7, 6, Verdict.HIGHER),
        (9, 6, Verdict.LOWER),
        (8, 7, Verdict.LOWER),
        (8, 4, Verdict.HIGHER),
        (None, None, Verdict.NOT_REGISTERED),
    ],
)
def test_the_rate_stands_beside_the_registered_one(
    base: int | None, wage: int | None, verdict: Verdict
) -> None:
    rates = experience_of(roster(person()), 2026).rates
    found = RateComparison(2026, rates, base, wage, provisional=True)

    assert found.verdict is verdict
    assert found.differs == bool(found.sentence) == (verdict in {Verdict.HIGHER, Verdict.LOWER})
    assert ("（仮）" in found.sentence) == found.differs


# ---------------------------------------------------------------- teachers present


def test_part_timers_count_by_their_hours_really_worked_or_by_the_contract() -> None:
    worked = person(part_time(), worked={date(2026, 6, 1): Decimal(80)})
    by_contract = person(part_time())

    found = there(roster(*[person() for _ in range(12)], worked, by_contract))

    assert found.value == 12 + Fraction(80 + 64, 160)
    assert found.words == "常勤12人＋非常勤の常勤換算0.9人"
    assert (found.regular, found.part_time) == (12, 2)


def test_without_the_hours_of_a_full_timer_the_number_is_a_question() -> None:
    found = there(roster(person(), person(part_time()), full_time=None))

    assert found.value is None
    assert "登録されていない" in found.question
    assert "160時間のときは1.4人です" in found.question
    assert there(roster(person(), full_time=None)).value == 1, "nobody counts by hours"


def test_leave_licence_and_other_jobs_are_left_out_with_their_reason() -> None:
    found = there(
        roster(
            person(),
            person(span(on_leave=True)),
            person(licences=()),
            person(licences=((Licence.NURSERY_TEACHER, date(2026, 6, 2)),)),
            person(span(job="cook")),
        )
    )

    assert found.value == 1
    assert dict(found.teachers.left_out) == {
        "休職中（産休・育休など）のため": 1,
        "保育士・教諭の資格がないため": 2,
        "調理師は保育にあたる人数に入れないため": 1,
    }
    assert found.on_leave == 1


@pytest.mark.parametrize(
    ("kind", "licences", "value"),
    [
        (FacilityKind.NURSERY, KINDERGARTEN, 0),
        (FacilityKind.KINDERGARTEN, KINDERGARTEN, 1),
        (FacilityKind.KINDERGARTEN, NURSERY, 0),
        (FacilityKind.CERTIFIED_KODOMOEN, KINDERGARTEN, 1),
        (FacilityKind.CERTIFIED_KODOMOEN, NURSERY, 1),
    ],
)
def test_the_licence_is_the_one_the_type_asks_for(kind: str, licences: Any, value: int) -> None:
    assert there(roster(person(licences=licences)), kind).value == value


def test_who_has_another_job_counts_by_hours_and_only_if_they_are_known() -> None:
    inside = span(concurrence=Concurrence.OTHER_JOB)
    outside = span(concurrence=Concurrence.OTHER_FACILITY, hours_a_month=Decimal(80))

    assert there(roster(person(inside))).value == 0
    assert there(roster(person(inside, worked={date(2026, 6, 1): Decimal(40)}))).value == Fraction(1, 4)
    assert there(roster(person(outside))).value == Fraction(1, 2)


def test_a_dedicated_chief_is_told_by_grants_and_answers() -> None:
    codes = {"chief_nursery_teacher"}

    assert dedicated_chiefs("nursery", codes) == 1
    assert dedicated_chiefs("nursery", codes, answer=False) == 0
    assert dedicated_chiefs("nursery", set()) == 0
    assert dedicated_chiefs("nursery", set(), answer=True) == 1
    assert dedicated_chiefs("certified_kodomoen", set()) == 2
    assert dedicated_chiefs("certified_kodomoen", {"no_dedicated_chief"}) == 0
    chiefs = [person(span(job="chief_nursery_teacher")) for _ in range(2)]
    assert there(roster(*chiefs), dedicated=1).value == 1


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 8), st.integers(1, 23), st.booleans()), max_size=12),
    st.integers(120, 180),
)
def test_the_order_of_people_does_not_matter_and_one_more_never_makes_fewer(
    given_people: list[tuple[bool, int, int, bool]], full_time: int
) -> None:
    people = [
        person(span(on_leave=leave) if regular else part_time(hours, days, on_leave=leave))
        for regular, hours, days, leave in given_people
    ]
    value = there(roster(*people, full_time=full_time)).value

    assert value is not None
    assert there(roster(*reversed(people), full_time=full_time)).value == value
    more = there(roster(*people, person(), full_time=full_time)).value
    assert more == value + 1
    assert 0 <= value <= len(people)


# ---------------------------------------------------------------- facts


def told(found: Roster, kind: str = FacilityKind.NURSERY) -> dict[str, Any]:
    facts = facts_of(found, kind, JUNE, profile=None, dedicated=0)
    return {} if facts is None else facts.values


def test_only_what_rows_say_is_told() -> None:
    everybody = told(
        roster(
            person(),
            person(span(job="vice_director")),
            person(part_time(job="lecturer"), licences=()),
            person(span(job="clerk")),
            person(span(job="clerk")),
            person(span(job="cook_dietitian")),
            person(span(job="director", concurrence=Concurrence.OFFICER)),
            person(span(job="chief_nursery_teacher")),
        ),
        FacilityKind.KINDERGARTEN,
    )

    assert {name: everybody.get(name) for name in ("vice_principal", "lecturer", "office_staff")} == {
        "vice_principal": True,
        "lecturer": True,
        "office_staff": True,
    }
    assert (everybody["extra_office_staff"], everybody["dietitian"]) == (True, "shared")
    assert (everybody["director_experienced"], everybody["director_dedicated"]) == (True, False)
    assert "chief_dedicated" not in everybody, "that a 主任 has no class, the roster does not say"
    for name in (
        "career_path",
        "holiday_staff",
        "disability_care_staffed",
        "director_paid",
        "chief_substitute",
    ):
        assert name not in everybody


def test_nobody_with_a_job_is_told_only_where_no_contract_could_do_it() -> None:
    plain = told(roster(person()))

    assert (plain["vice_principal"], plain["lecturer"], plain["chief_dedicated"]) == (False, False, False)
    assert not {"office_staff", "dietitian", "director_dedicated", "director_experienced"} & plain.keys()
    assert told(roster()) == {}


def test_home_carers_and_their_assistants() -> None:
    carer = person(span(job="home_carer"))
    found = told(roster(carer, person(span(job="home_care_assistant"), licences=())), FacilityKind.HOME_BASED)

    assert (found["home_care_assistants"], found["qualified_staff"], found["teachers"]) == (True, True, 1)


# ---------------------------------------------------------------- leaders


def test_leaders_and_the_hours_they_still_need() -> None:
    fields = ("infants", "early_education", "disability", "management")
    done = tuple(Training(name, Decimal(15), Decimal(0), date(2025, 8, 1), False) for name in fields)
    eight_years = span(first=date(2018, 4, 1), post="vice_chief")
    grant = type("Grant", (), {"code": "treatment_3", "options": {"headcount_a": 2, "headcount_b": 1}})()

    found = leaders_of(
        roster(
            person(eight_years, trainings=done),
            person(eight_years, trainings=done[:3]),
            person(span(first=date(2025, 4, 1))),
            person(replace(eight_years, on_leave=True), trainings=done),
        ),
        FacilityKind.NURSERY,
        JUNE.first_day,
        2026,
        [grant],
    )

    assert [one.rank for one in found.people] == ["A", "B", ""]
    assert found.people[1].hours_missing == "A あと15時間"
    assert found.is_short
    assert found.steps[0] == "人数A 2人に、要件を満たす職員 1人: あと1人"
    without = leaders_of(roster(person()), FacilityKind.NURSERY, JUNE.first_day, 2026, [])
    assert not without.is_short
    assert "基礎となる職員数が分からないので比べていません" in without.steps[1]
