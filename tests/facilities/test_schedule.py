"""Deadlines on business days: rules, holidays, closing days, exceptions; shown everywhere, also as a calendar file."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from facilities.actors import Role
from facilities.models import Municipality
from facilities.operations.schedule import (
    add_closing_day,
    out_of_order,
    remove_closing_day,
    remove_exception,
    set_exception,
    set_rules,
)
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from facilities.schedule import DEFAULTS, LAST_DAY, CitySchedule, Shift, Step, StepRule
from tests.cast import (
    CITY_DAYS,
    JUNE,
    MAY,
    Browser,
    City,
    Nursery,
    give_counts,
    make_city,
    make_facility,
    sign_in,
)
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
USUAL = CITY_DAYS


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def administrator(city: City) -> Browser:
    return sign_in(city.people[Role.ADMINISTRATOR])


def schedule_of(city: City) -> CitySchedule:
    return CitySchedule.of(Municipality.objects.get(pk=city.municipality.pk))


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 6, 10), ""),
        (date(2026, 6, 13), "土曜日"),
        (date(2026, 6, 14), "日曜日"),
        (date(2026, 5, 5), "こどもの日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 5, 6), "振替休日"),
        (date(2026, 12, 28), ""),
        (date(2026, 12, 29), "年末年始"),
        (date(2027, 1, 1), "元日"),
        (date(2027, 1, 3), "年末年始"),
    ],
)
def test_days_off_have_a_reason(day, why):
    assert USUAL.day_off(day) == why


def test_a_deadline_moves_to_a_business_day_and_says_why():
    may = USUAL.deadline(MAY, Step.CLAIM)
    review = USUAL.deadline(JUNE, Step.REVIEW)
    december = USUAL.deadline(ServiceMonth(2026, 12), Step.PAY)

    assert (may.day, may.nominal, may.reason) == (date(2026, 5, 11), date(2026, 5, 10), "日曜日")
    assert (review.day, review.reason) == (date(2026, 6, 19), "土曜日")
    assert (december.day, december.nominal) == (date(2026, 12, 28), date(2026, 12, 31))
    assert not USUAL.deadline(JUNE, Step.CLAIM).is_shifted


@pytest.mark.parametrize(
    ("month", "last"),
    [("2026-02", date(2026, 2, 28)), ("2028-02", date(2028, 2, 29)), ("2026-04", date(2026, 4, 30))],
)
def test_the_thirty_first_is_the_last_day_of_any_month(month, last):
    assert StepRule(0, LAST_DAY, Shift.NONE).nominal(ServiceMonth.parse(month)) == last


@given(
    months_later=st.integers(0, 3),
    day=st.integers(1, 31),
    shift=st.sampled_from([Shift.EARLIER, Shift.LATER]),
    number=st.integers(0, 600),
)
def test_a_shifted_deadline_is_the_nearest_business_day_on_its_side(months_later, day, shift, number):
    month = ServiceMonth(2015, 4).plus(number)
    rule = StepRule(months_later, day, shift)
    schedule = CitySchedule(rules={**DEFAULTS, Step.PAY: rule})

    found = schedule.deadline(month, Step.PAY)

    assert schedule.day_off(found.day) == ""
    low, high = sorted((found.day, found.nominal))
    between = [low + timedelta(days=each) for each in range((high - low).days + 1)]
    assert all(schedule.day_off(each) for each in between if each != found.day)
    assert (found.day <= found.nominal) if shift == Shift.EARLIER else (found.day >= found.nominal)


def test_business_days_are_counted_back_over_a_holiday():
    assert USUAL.business_days_before(date(2026, 5, 11), 3) == date(2026, 5, 1)


def test_the_defaults_leave_two_business_days_for_every_step_in_twenty_years():
    usual, months = CitySchedule(), [JUNE.plus(number) for number in range(-2, 240)]

    assert out_of_order(usual, months) == []
    assert [each for month in months for each in usual.tight(month)] == []


@given(
    number=st.integers(0, 400),
    days=st.lists(st.integers(1, 31), min_size=5, max_size=5),
    shifts=st.lists(st.sampled_from(list(Shift)), min_size=5, max_size=5),
)
def test_a_step_is_tight_when_two_business_days_after_the_one_before_are_not_over(number, days, shifts):
    month = ServiceMonth(2015, 4).plus(number)
    rules = {step: StepRule(0, day, shift) for step, day, shift in zip(Step, days, shifts, strict=True)}
    schedule = CitySchedule(rules=rules)

    tight = {(each.earlier.step, each.later.step) for each in schedule.tight(month)}

    for earlier, later in pairwise(schedule.month(month)):
        has_time = schedule.business_days_after(earlier.day, 2) <= later.day
        assert ((earlier.step, later.step) in tight) is not has_time


def test_days_that_used_to_be_usual_left_no_time_after_the_holidays_of_may():
    may = USUAL.tight(MAY)

    assert [(each.earlier.step, each.later.step, each.days) for each in may] == [
        (Step.IMPORT, Step.CONFIRM, 0)
    ]
    assert may[0].later.day == date(2026, 5, 7)


# ---------------------------------------------------------------- setting


def test_what_a_city_sets_is_kept_and_comes_back(city):
    with city.open() as administrator:
        set_rules({Step.CLAIM: StepRule(0, 12, Shift.NONE)}, by=administrator, at=AT)
        add_closing_day(date(2026, 6, 22), "システムの入替え", by=administrator, at=AT)
        set_exception(JUNE, Step.CLAIM, date(2026, 6, 15), "月末の停電のため", by=administrator, at=AT)

    kept = schedule_of(city)
    assert kept.deadline(JUNE.plus(1), Step.CLAIM).day == date(2026, 7, 12)
    june = kept.deadline(JUNE, Step.CLAIM)
    assert (june.day, june.nominal, june.reason) == (
        date(2026, 6, 15),
        date(2026, 6, 12),
        "月末の停電のため",
    )
    assert kept.day_off(date(2026, 6, 22)) == "システムの入替え"
    event = events_of(city, "facilities.schedule_changed")[0]
    assert event.detail["what"] == "rules"
    assert event.detail["after"]["claim"] == [0, 12, "none"]

    with city.open() as administrator:
        remove_closing_day(date(2026, 6, 22), by=administrator, at=AT)
        remove_exception(JUNE, Step.CLAIM, by=administrator, at=AT)
    again = schedule_of(city)
    assert again.deadline(JUNE, Step.CLAIM).day == date(2026, 6, 12)
    assert again.day_off(date(2026, 6, 22)) == ""


def test_steps_stay_in_their_order(city):
    with city.open() as administrator:
        with pytest.raises(ProblemsFound, match=r"審査.*が、請求の提出.*より前"):
            set_rules({Step.CLAIM: StepRule(0, 25, Shift.LATER)}, by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match=r"請求の提出.*が、児童数の確認.*より前"):
            set_exception(JUNE, Step.CLAIM, date(2026, 6, 2), "x", by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="対象月より前"):
            set_exception(JUNE, Step.CLAIM, date(2026, 5, 31), "x", by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="すでに休みです（日曜日）"):
            add_closing_day(date(2026, 6, 14), "x", by=administrator, at=AT)
    assert schedule_of(city) == USUAL


@pytest.mark.parametrize(
    ("month", "day", "why"),
    [
        (JUNE, date(2026, 6, 14), r"日曜日）。近い開庁日は令和8年6月12日\(金\)と令和8年6月15日\(月\)です"),
        (JUNE, date(2026, 6, 16), r"システムの入替え）。近い開庁日は令和8年6月15日\(月\)と令和8年6月17日"),
        (ServiceMonth(2026, 8), date(2026, 8, 1), r"土曜日）。次の開庁日の令和8年8月3日\(月\)にしてください"),
    ],
)
def test_no_step_is_set_on_a_day_on_which_the_city_is_closed(city, month, day, why):
    with city.open() as administrator:
        add_closing_day(date(2026, 6, 16), "システムの入替え", by=administrator, at=AT)
        before = schedule_of(city)
        with pytest.raises(ProblemsFound, match=why):
            set_exception(month, Step.CLAIM, day, "x", by=administrator, at=AT)
    assert schedule_of(city) == before


def test_the_city_does_not_close_on_a_day_it_has_set_for_a_month(city):
    with city.open() as administrator:
        set_exception(JUNE, Step.CLAIM, date(2026, 6, 15), "停電のため", by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="令和8年6月分の請求の提出の日に決められています"):
            add_closing_day(date(2026, 6, 15), "x", by=administrator, at=AT)
    assert schedule_of(city).day_off(date(2026, 6, 15)) == ""


def test_other_days_hold_from_this_month_on_and_earlier_months_keep_theirs(city):
    with city.open() as administrator:
        set_rules({Step.CLAIM: StepRule(0, 12, Shift.NONE)}, by=administrator, at=AT)
        set_rules({Step.CLAIM: StepRule(0, 13, Shift.NONE)}, by=administrator, at=AT)
        set_rules({Step.CLAIM: StepRule(0, 14, Shift.NONE)}, by=administrator, at=AT + timedelta(days=70))

    kept = schedule_of(city)
    days = [kept.deadline(month, Step.CLAIM).day.day for month in (MAY, JUNE, JUNE.plus(1), JUNE.plus(2))]
    assert days == [11, 13, 13, 14]
    assert CitySchedule.of(Municipality(schedule=kept.as_json())) == kept


WRITE_DOWN = import_module("facilities.migrations.0012_every_city_has_its_days")
SEEN = {
    Step.IMPORT: StepRule(0, 3, Shift.LATER),
    Step.CONFIRM: StepRule(0, 10, Shift.LATER),
    Step.CLAIM: StepRule(0, 15, Shift.LATER),
    Step.REVIEW: StepRule(0, 23, Shift.EARLIER),
    Step.PAY: StepRule(0, LAST_DAY, Shift.EARLIER),
}


def test_other_defaults_move_no_day_of_a_city_that_is_there(db, monkeypatch):
    before = Municipality.objects.create(code="129998", name="緑野市")
    days = CitySchedule.of(before).month(MAY)

    for step in Step:
        monkeypatch.setitem(DEFAULTS, step, StepRule(1, 20, Shift.NONE))
    after = Municipality.objects.create(code="129997", name="となり市")
    before.refresh_from_db()

    assert CitySchedule.of(before).month(MAY) == days
    assert CitySchedule.of(after).deadline(MAY, Step.CLAIM).day == date(2026, 6, 20)


@pytest.mark.parametrize("kept", [{}, {"rules": {}}, {"rules": {"claim": [0, 12, "none"]}}])
def test_a_city_has_a_rule_for_every_step(city, kept):
    with pytest.raises(KeyError):
        CitySchedule.of(Municipality(schedule=kept))

    with pytest.raises(IntegrityError, match="municipality_has_a_rule_for_every_step"), transaction.atomic():
        Municipality.objects.filter(pk=city.municipality.pk).update(schedule=kept)


def test_what_a_city_has_not_set_is_written_down_as_it_was_seen():
    claim = {"claim": [0, 12, "none"]}
    ours = {"rules": claim, "earlier": [["2026-05", {}]], "closing_days": {"2026-06-15": "市制記念日"}}

    nothing, part = (CitySchedule.of(Municipality(schedule=WRITE_DOWN.whole(kept))) for kept in ({}, ours))

    assert nothing == CitySchedule(rules=SEEN)
    assert part.rules_of(JUNE) == {**SEEN, Step.CLAIM: StepRule(0, 12, Shift.NONE)}
    assert part.rules_of(MAY) == SEEN
    assert part.day_off(date(2026, 6, 15)) == "市制記念日"
    assert WRITE_DOWN.whole(part.as_json()) == part.as_json()


def test_the_order_is_looked_at_in_the_coming_years_too(city):
    # In order in every month of this fiscal year, and not where 15 to 17 July are three days off.
    rules = {Step.CLAIM: StepRule(0, 15, Shift.LATER), Step.REVIEW: StepRule(0, 17, Shift.EARLIER)}
    this_year = [ServiceMonth(2026, 4).plus(number) for number in range(12)]
    assert out_of_order(CitySchedule(rules={**DEFAULTS, **rules}), this_year) == []

    with city.open() as administrator, pytest.raises(ProblemsFound, match=r"審査（令和10年7月14日\(金\)）"):
        set_rules(rules, by=administrator, at=AT)
    assert schedule_of(city) == USUAL


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.AUDITOR])
def test_only_the_administrator_sets_days(city, role):
    with city.open(role) as person:
        for act in (
            lambda: set_rules({}, by=person, at=AT),
            lambda: add_closing_day(date(2026, 6, 22), "x", by=person, at=AT),
            lambda: set_exception(JUNE, Step.CLAIM, date(2026, 6, 15), "x", by=person, at=AT),
        ):
            with pytest.raises(NotAllowed, match="市の管理者だけ"):
                act()


def test_another_city_keeps_its_own_days(city):
    other = make_city("129998", "緑野市")

    with city.open() as administrator:
        set_rules({Step.CLAIM: StepRule(0, 12, Shift.NONE)}, by=administrator, at=AT)

    assert schedule_of(other) == USUAL


# ---------------------------------------------------------------- pages


def test_the_year_is_shown_to_everybody_and_set_by_the_administrator(city, administrator):
    page = administrator.get("/c/schedule/?year=2026").content.decode()
    enrolment = sign_in(city.people[Role.ENROLMENT]).get("/c/schedule/?year=2026").content.decode()

    assert "令和8年度の日程" in page
    assert "令和8年5月11日(月)" in page
    assert "5月10日が日曜日のため" in page
    assert "毎月の日を変える" in page
    assert "令和8年5月11日(月)" in enrolment
    assert "毎月の日を変える" not in enrolment


def test_the_year_warns_of_steps_without_time_and_not_of_those_that_are_over(administrator, time_machine):
    time_machine.move_to(datetime(2026, 5, 1, 1, 0, tzinfo=UTC))
    in_may = administrator.get("/c/schedule/?year=2026").content.decode()
    time_machine.move_to(datetime(2026, 5, 8, 1, 0, tzinfo=UTC))
    later = administrator.get("/c/schedule/?year=2026").content.decode()

    assert "児童数の取込から児童数の確認まで、開庁日が2日ありません：令和8年5月分（0日）" in in_may
    assert "令和8年5月分（0日）" not in later
    assert "令和8年10月分（0日）" in later


def test_new_days_are_looked_at_before_they_are_set(city, administrator):
    typed = rules_form(confirm_day="10", claim_day="15", review_day="23")

    good = administrator.post("/c/schedule/rules/", {**typed, "preview": "1"})
    tight = administrator.post("/c/schedule/rules/", {**typed, "confirm_day": "5", "preview": "1"})
    wrong = administrator.post("/c/schedule/rules/", {**typed, "claim_day": "9", "preview": "1"})

    assert (good.status_code, tight.status_code, wrong.status_code) == (200, 200, 422)
    assert "どの月も、段階の間に開庁日が2日以上あります" in good.content.decode()
    assert 'name="confirm_day" value="10"' in good.content.decode()
    tried = tight.content.decode().split("変えたあとの日（まだ変えていません）")[1]
    assert "児童数の取込から児童数の確認まで、開庁日が2日ありません" in tried
    assert "より前になります" in wrong.content.decode()
    assert schedule_of(city) == USUAL


def test_only_the_administrator_looks_at_new_days(city):
    officer = sign_in(city.people[Role.OFFICER])

    answer = officer.post("/c/schedule/rules/", {**rules_form(), "preview": "1"})

    assert answer.status_code == 422
    assert "変えたあとの日（まだ" not in answer.content.decode()


def rules_form(**changes: str) -> dict[str, str]:
    form = {}
    for step, rule in USUAL.rules.items():
        form |= {
            f"{step}_months": str(rule.months_later),
            f"{step}_day": str(rule.day),
            f"{step}_shift": str(rule.shift),
        }
    return {**form, **changes}


def test_the_page_changes_every_kind_of_day(city, administrator):
    answers = [
        administrator.post("/c/schedule/rules/", rules_form(claim_day="12"), follow=True),
        administrator.post(
            "/c/schedule/closing-days/", {"day": "2026-08-14", "name": "夏の一斉休業"}, follow=True
        ),
        administrator.post(
            "/c/schedule/exceptions/",
            {"month": "2026-06", "step": "claim", "day": "2026-06-15", "reason": "停電のため"},
            follow=True,
        ),
    ]

    assert [answer.status_code for answer in answers] == [200] * 3
    page = answers[-1].content.decode()
    assert "夏の一斉休業" in page
    assert "停電のため" in page
    assert "令和8年6月15日(月)" in page
    administrator.post("/c/schedule/closing-days/2026-08-14/remove/")
    last = administrator.post("/c/schedule/exceptions/2026-06/claim/remove/", follow=True).content.decode()
    assert "夏の一斉休業" not in last
    assert "停電のため" not in last


@pytest.mark.parametrize(
    ("act", "typed", "field"),
    [
        ("rules", rules_form(claim_day="32"), "id_rules_claim_day"),
        ("rules", rules_form(pay_shift="いつか"), "id_rules_pay_shift"),
        ("closing-days", {"day": "2026-02-30", "name": "x"}, "id_closing_day"),
        ("exceptions", {"month": "2026-06", "step": "claim", "day": "2026-06-15"}, "id_exception_reason"),
        ("exceptions", {"month": "6月", "step": "x", "day": "", "reason": "x"}, "id_exception_step"),
    ],
)
def test_a_wrong_day_is_told_at_its_field(administrator, act, typed, field):
    answer = administrator.post(f"/c/schedule/{act}/", typed)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["?year=x", "?year=1", "closing-days/nonsense/remove/", "exceptions/2026-06/x/remove/"]
)
def test_nonsense_in_the_address_is_not_there(administrator, address):
    method = administrator.get if address.startswith("?") else administrator.post

    assert method(f"/c/schedule/{address}").status_code == 404


def test_a_facility_sees_its_own_steps_with_the_reason(city, sakura, time_machine):
    time_machine.move_to(datetime(2026, 6, 5, 5, 0, tzinfo=UTC))
    with city.open() as administrator:
        set_exception(JUNE, Step.CLAIM, date(2026, 6, 15), "停電のため", by=administrator, at=AT)

    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/schedule/").content.decode()

    assert "停電のため" in page
    assert "児童数の取込" not in page
    assert "令和9年4月分" in page
    assert "令和9年5月分" not in page


def test_the_deadline_of_the_home_page_is_the_city_s(city, sakura):
    give_counts(sakura, JUNE)
    with city.open() as administrator:
        set_exception(JUNE, Step.CLAIM, date(2026, 6, 15), "停電のため", by=administrator, at=AT)

    home = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/").content.decode()

    assert "締切 令和8年6月15日" in home
    assert "令和8年6月5日(金)まで" in home


def test_a_calendar_program_reads_the_file(city, sakura, time_machine):
    time_machine.move_to(datetime(2026, 6, 5, 5, 0, tzinfo=UTC))
    answer = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/schedule/calendar.ics")

    calendar = Calendar.from_ical(answer.content)
    claims = {
        str(event["uid"]): event.decoded("dtstart")
        for event in calendar.walk("vevent")
        if "請求の提出" in str(event["summary"])
    }
    assert answer["Content-Type"].startswith("text/calendar")
    assert claims["129999-2026-05-claim@hagukumi"] == date(2026, 5, 11)
    why = [str(event["description"]) for event in calendar.walk("vevent") if "description" in event]
    assert "5月10日が日曜日のため" in why
    assert "日曜日" not in why
    assert len(claims) == 12
    whole = sign_in(city.people[Role.OFFICER]).get("/c/schedule/calendar.ics")
    summaries = [str(event["summary"]) for event in Calendar.from_ical(whole.content).walk("vevent")]
    assert len(summaries) == 60
    assert "令和8年6月分　支払日" in summaries
    assert "令和8年6月分　審査の締切" in summaries
    assert not any("支払の締切" in summary for summary in summaries)


def test_a_calendar_program_subscribes_without_a_login_and_learns_only_days(city: City) -> None:
    sakura = make_facility(city)
    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/schedule/").content.decode()
    address = re.search(r'value="http://[^/]+(/calendar/[^"]+\.ics)"', page)
    assert address is not None

    taken = Browser().get(html.unescape(address[1]))

    assert taken.status_code == 200
    assert "請求の提出の締切" in taken.content.decode()
    assert sakura.facility.name not in taken.content.decode()
    assert "審査" not in taken.content.decode(), "the city's own steps are not the facility's"
    assert Browser().get(address[1].replace("facility", "city")).status_code == 404
