"""What is entered later for an earlier day goes on into the spans after it, whatever the order of entering."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.record import record
from staff_records.carrying import GOES_ON, carried, said_together
from staff_records.models import StaffMember
from staff_records.operations import terms as acts
from staff_records.values import Terms
from staff_records.words import Beginning, Leave
from staff_records.writing import locked
from staff_records.writing_rows import terms_value
from tests.cast import make_city, make_facility
from tests.staff_records.stage import add_member

FULL = Terms("nursery_teacher", True, Decimal(8), Decimal(20))
FIRST = date(2026, 4, 1)
DAYS = 24
# Facts about parts of the terms that have nothing to do with each other; each is true from its day on.
FACTS: dict[str, dict[str, object]] = {
    "title": {"title": "主任"},
    "hours": {"is_regular": False, "hours_a_day": Decimal(5), "days_a_month": Decimal(16)},
    "post": {"post": "core"},
    "leave": {"leave": Leave.CHILDCARE},
    "return": {"leave": ""},
}


@st.composite
def entered(draw: st.DrawFn) -> tuple[dict[str, int], list[str]]:
    """The day of each fact, and an order of entering: a return is entered after the leave it ends."""
    days = {name: draw(st.integers(1, DAYS - 2)) for name in FACTS}
    days["return"] = draw(st.integers(days["leave"] + 1, DAYS - 1))
    order = draw(st.permutations(list(FACTS)))
    leave, back = order.index("leave"), order.index("return")
    if leave > back:
        order[leave], order[back] = order[back], order[leave]
    return days, order


def as_it_was(days: dict[str, int], day: int) -> Terms:
    """The terms of a day by the facts alone."""
    terms = FULL
    for name in sorted(FACTS, key=lambda one: days[one]):
        if days[name] <= day:
            terms = replace(terms, **FACTS[name])  # type: ignore[arg-type]
    return terms


@pytest.fixture
def hanako(db):
    sakura = make_facility(make_city())
    with sakura.open() as clerk:
        member = add_member(sakura)
        yield member, clerk


def timeline(member: StaffMember) -> list[Terms]:
    (found,) = locked([member.pk])
    record("staff.shown", rows={"staff_member": [member.pk]})
    spans = [found.employment_on(FIRST + timedelta(days=day)) for day in range(DAYS)]
    return [terms_value(span) for span in spans if span is not None]


def enter(member: StaffMember, clerk, name: str, day: date) -> None:
    (found,) = locked([member.pk])
    asked = {
        "from_day": day,
        "shown_version": found.member.version,
        "by": clerk,
        "at": timezone.now(),
    }
    if name == "leave":
        acts.begin_leave(member.pk, Leave.CHILDCARE, **asked)
    elif name == "return":
        acts.come_back_to_work(member.pk, **asked)
    else:
        held = found.employment_on(day)
        assert held is not None
        acts.change(member.pk, replace(terms_value(held), **FACTS[name]), **asked)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=entered())
def test_the_order_of_entering_does_not_matter(hanako, facts):
    member, clerk = hanako
    days, order = facts
    with transaction.atomic():
        for name in order:
            enter(member, clerk, name, FIRST + timedelta(days=days[name]))
        (found,) = locked([member.pk])
        record("staff.shown", rows={"staff_member": [member.pk]})

        assert timeline(member) == [as_it_was(days, day) for day in range(DAYS)]
        begins = {span.first_day: span.beginning for span in found.spans}
        assert begins[FIRST + timedelta(days=days["leave"])] == Beginning.LEAVE
        assert begins[FIRST + timedelta(days=days["return"])] == Beginning.RETURNED
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=entered(), wrong=st.sampled_from(["title", "hours", "post"]))
def test_a_fact_taken_back_leaves_what_the_others_say(hanako, facts, wrong):
    member, clerk = hanako
    days, order = facts
    # Facts of one day are one span and are taken back together: the wrong one has a day of its own.
    others = {name: day * 2 for name, day in days.items() if name != wrong}
    day_of_wrong = days[wrong] * 2 + 1
    with transaction.atomic():
        for name in order:
            enter(member, clerk, name, FIRST + timedelta(days=others.get(name, day_of_wrong)))
        (found,) = locked([member.pk])
        span = found.employment_on(FIRST + timedelta(days=day_of_wrong))
        assert span is not None
        acts.withdraw_span(
            member.pk, span.pk, shown_version=found.member.version, by=clerk, at=timezone.now()
        )

        never = {**others, wrong: 999}
        assert timeline(member) == [as_it_was(never, day) for day in range(DAYS)]
        transaction.set_rollback(True)


def test_a_contract_goes_on_whole_or_not_at_all():
    """Half of the hours of one contract and half of another one are hours nobody has agreed on."""
    may = replace(FULL, hours_a_month=Decimal(120))
    july = replace(FULL, hours_a_day=Decimal(5))

    assert carried(FULL, may, [(Beginning.CHANGED, july)]) == [july]


def test_nothing_goes_on_into_another_employment():
    later = [(Beginning.HIRED, FULL), (Beginning.CHANGED, FULL)]

    assert carried(FULL, replace(FULL, title="主任"), later) == [FULL, FULL]


def test_what_a_return_says_of_leave_stays_when_no_leave_stood_before():
    later = [(Beginning.RETURNED, FULL), (Beginning.CHANGED, FULL)]

    assert carried(FULL, replace(FULL, leave=Leave.SICK), later) == [FULL, FULL]


@pytest.mark.parametrize("first", [Beginning.HIRED, Beginning.TRANSFERRED])
@pytest.mark.parametrize("then", sorted(GOES_ON))
def test_a_day_of_hiring_is_called_so(first, then):
    assert said_together(first, then) == first
