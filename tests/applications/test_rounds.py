"""The six rounds of a year: their days, who stands where, opening again, reminders, the wheel."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from applications.models import ItemPack, RoundReopening
from applications.operations import reminding, rounds
from applications.queries.wheel import Spoke, wheels
from applications.queries.year import year_of
from applications.rounds import rounds_of, standing_of
from approvals.items.overview import OverviewQuestion, overview
from facilities.actors import Role
from facilities.models import FacilityProfile
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from facilities.views.schedule import feed_token
from jobs.models import Job
from jobs.running import payload_of
from tests.applications.packs import PRICE
from tests.applications.stage import AT, approve, release_pack, save, submit
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

TYPED = {"extra_staff": "1", "monthly_yen": "1000"}
USUAL = (date(2026, 4, 1), date(2026, 4, 30))


def day(month: int, number: int, year: int = 2026) -> datetime:
    return timezone.make_aware(datetime(year, month, number, 9))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


def set_first(city: City, opens: date, closes: date, *, shown=USUAL, role=Role.OFFICER, name="年度当初"):
    with city.open(role) as by:
        return rounds.set_round(
            2026, 1, name=name, opens_on=opens, closes_on=closes, shown=shown, by=by, at=AT
        )


def reopen(
    city: City, place: Nursery, until: date, reason="職員の交代", today=date(2026, 5, 20), role=Role.OFFICER
):
    with city.open(role) as by:
        return rounds.reopen(
            place.facility.pk,
            fiscal_year=2026,
            number=1,
            until=until,
            reason=reason,
            by=by,
            at=AT,
            today=today,
        )


def spokes(city: City, place: Nursery, at: datetime) -> list[Spoke]:
    with city.open():
        return [
            state.spoke for state in wheels(city.municipality, [place.facility], 2026, at)[place.facility.pk]
        ]


def test_a_year_nobody_has_set_has_the_usual_days_off_days_of_rest(city):
    with city.open():
        usual = rounds_of(city.municipality, 2026)

    assert [(own.number, own.opens_on, own.closes_on) for own in usual] == [
        (1, date(2026, 4, 1), date(2026, 4, 30)),
        (2, date(2026, 6, 1), date(2026, 7, 31)),
        (3, date(2026, 10, 1), date(2026, 11, 2)),  # 31 October is a Saturday
        (4, date(2027, 1, 5), date(2027, 2, 1)),  # 31 January is a Sunday
        (5, date(2027, 3, 23), date(2027, 4, 12)),  # the equinox and its substitute; 10 April is a Saturday
        (6, date(2027, 5, 6), date(2027, 6, 30)),
    ]


def test_the_city_sets_other_days(city, sakura):
    set_first(city, date(2026, 4, 6), date(2026, 4, 24))

    with sakura.open():
        assert standing_of(sakura.facility, 2026, 1, day(4, 27)).is_over
        assert standing_of(sakura.facility, 2026, 1, day(4, 5)).is_ahead


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        (date(2026, 4, 10), date(2026, 4, 9), "開始日と同じか後"),
        (date(2026, 4, 1), date(2026, 4, 29), "閉庁日（昭和の日）"),
        (date(2025, 4, 1), date(2026, 4, 30), "までの日にしてください"),
    ],
)
def test_days_that_cannot_be_are_refused_with_a_sentence(city, opens, closes, words):
    with pytest.raises(ProblemsFound, match=words):
        set_first(city, opens, closes)


def test_days_are_not_set_over_somebody_elses(city):
    set_first(city, date(2026, 4, 6), date(2026, 4, 24))

    with pytest.raises(ProblemsFound, match="日程が変わりました"):
        set_first(city, date(2026, 4, 7), date(2026, 4, 24))


def test_only_the_operations_section_sets_and_opens(city, sakura):
    with pytest.raises(NotAllowed):
        set_first(city, *USUAL, role=Role.ENROLMENT)
    with pytest.raises(NotAllowed):
        reopen(city, sakura, date(2026, 6, 30), role=Role.ADMINISTRATOR)


def test_a_round_is_opened_again_for_one_facility(city, sakura, pack):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    reopen(city, sakura, date(2026, 5, 29))

    assert submit(sakura, save(sakura, pack, **TYPED), at=day(5, 29)).late_reason == ""
    with sakura.open():
        standing = standing_of(sakura.facility, 2026, 1, day(5, 29))
    assert (standing.is_open, standing.reopening_reason) == (True, "職員の交代")
    with pytest.raises(ProblemsFound, match="遅れた理由"):
        submit(sumire, save(sumire, pack, **TYPED), at=day(5, 29))


def test_the_last_opening_holds(city, sakura):
    reopen(city, sakura, date(2026, 6, 30))
    with city.open(Role.OFFICER) as by:
        rounds.reopen(
            sakura.facility.pk,
            fiscal_year=2026,
            number=1,
            until=date(2026, 5, 22),
            reason="早める",
            by=by,
            at=day(5, 20),
            today=date(2026, 5, 20),
        )

    with sakura.open():
        assert RoundReopening.objects.count() == 2
        assert standing_of(sakura.facility, 2026, 1, day(5, 25)).is_over


@pytest.mark.parametrize(
    ("until", "reason"), [(date(2026, 5, 19), "x"), (date(2026, 4, 30), "x"), (date(2026, 6, 1), " ")]
)
def test_an_opening_needs_a_reason_and_a_day_to_come(city, sakura, until, reason):
    with pytest.raises(ProblemsFound):
        reopen(city, sakura, until, reason)


def test_the_wheel_tells_what_is_done_due_late_and_returned(city, sakura, pack):
    nothing = [Spoke.NOTHING] * 4
    assert spokes(city, sakura, day(3, 20)) == [Spoke.AHEAD, *nothing, Spoke.AHEAD]
    assert spokes(city, sakura, day(4, 20))[0] == Spoke.DUE
    assert spokes(city, sakura, day(5, 20))[0] == Spoke.LATE

    submit(sakura, save(sakura, pack, **TYPED))
    assert spokes(city, sakura, day(5, 20)) == [Spoke.DONE, *nothing, Spoke.AHEAD]


def test_a_change_stands_in_its_round_on_every_page(city, sakura, pack):
    approve(city, submit(sakura, save(sakura, pack, **TYPED)))
    october = day(10, 20)
    submit(
        sakura,
        save(sakura, pack, from_month=ServiceMonth(2026, 11), at=october, **{**TYPED, "monthly_yen": "2000"}),
        at=october,
    )
    with city.open():
        states = wheels(city.municipality, [sakura.facility], 2026, october)[sakura.facility.pk]
    with sakura.open():
        year = year_of(city.municipality, sakura.facility, 2026, october)
    with city.open():
        first, third = (
            overview(OverviewQuestion(2026, number), city.municipality, october) for number in (1, 3)
        )

    assert [(one.standing.round.number, one.sent, one.items) for one in states if one.items] == [
        (3, 1, 1),
        (6, 0, 1),
    ]
    assert [(one.number, one.done, len(one.lines)) for one in year.rounds] == [(3, 1, 1), (6, 0, 1)]
    assert first.everything == []
    assert [(cell.sent, cell.all) for row in third.everything for cell in row.cells if cell.all] == [(1, 1)]


def test_the_overview_opens_with_the_last_round_that_asks_for_anything(city, sakura, pack):
    with city.open():
        shown = overview(OverviewQuestion(2026, 0), city.municipality, day(11, 26))

    # Round 3 is for changes, and nobody has made one.
    assert shown.asked.round == 1
    assert [cell.state for row in shown.everything for cell in row.cells if cell.all] == ["overdue"]


def test_the_wheel_of_a_city_costs_the_same_for_many_facilities(city, sakura, pack):
    with city.open():
        with CaptureQueriesContext(connection) as one:
            wheels(city.municipality, [sakura.facility], 2026, AT)
        more = [
            make_facility(city, f"園{number}", number=f"12999000009{number}").facility
            for number in range(10, 18)
        ]
        with CaptureQueriesContext(connection) as many:
            wheels(city.municipality, [sakura.facility, *more], 2026, AT)

    assert len(one) == len(many) == 1


@pytest.mark.parametrize(
    ("today", "mails"),
    [
        (date(2026, 3, 31), 0),
        (date(2026, 4, 1), 1),  # it opens
        (date(2026, 4, 2), 0),
        (date(2026, 4, 15), 1),  # ten business days before (29 April is a holiday)
        (date(2026, 4, 30), 1),
        (date(2026, 5, 1), 2),  # over: the facility and the officer
        (date(2026, 5, 2), 0),  # Saturday
        (date(2026, 5, 7), 0),
        (date(2026, 5, 8), 2),  # every third business day after
        (date(2026, 5, 11), 0),
    ],
)
def test_reminders_come_on_their_days(city, sakura, pack, today, mails):
    with city.open():
        assert reminding.remind(city.municipality, today=today) == mails
        assert reminding.remind(city.municipality, today=today) == 0  # once a day

    assert Job.objects.filter(kind="jobs.mail").count() == mails


def test_who_has_sent_everything_is_left_alone(city, sakura, pack):
    submit(sakura, save(sakura, pack, **TYPED))

    with city.open():
        assert reminding.remind(city.municipality, today=date(2026, 4, 30)) == 0


def written() -> list[dict[str, str]]:
    return [payload_of(job) for job in Job.objects.filter(kind="jobs.mail").order_by("created_at")]


def by_hand(city: City, place: Nursery, at: datetime) -> reminding.Reminded:
    with city.open(Role.OFFICER) as officer:
        return reminding.remind_now(city.municipality, [place.facility.pk], by=officer, at=at)


def test_a_reminder_by_hand_is_the_days_reminder_whichever_comes_first(city, sakura, pack):
    """16 April is no day of the schedule, the 30th is one."""
    assert by_hand(city, sakura, day(4, 16)) == reminding.Reminded(1, 0)
    assert by_hand(city, sakura, day(4, 16)) == reminding.Reminded(0, 1)
    assert by_hand(city, sakura, day(4, 30)) == reminding.Reminded(1, 0)
    with city.open():
        assert reminding.remind(city.municipality, today=date(2026, 4, 30)) == 0
        assert reminding.remind(city.municipality, today=date(2026, 5, 1)) == 2
    assert by_hand(city, sakura, day(5, 1)) == reminding.Reminded(0, 1)

    first = written()[0]
    assert "・第1回　年度当初の申請　未提出 1件　締切　" in first["text"]
    assert "チーム保育" not in first["text"]
    assert events_of(city, "applications.reminded")[0].rows == {"facility": [str(sakura.facility.pk)]}


def test_who_owes_nothing_is_not_reminded_by_hand(city, sakura, pack):
    submit(sakura, save(sakura, pack, **TYPED))

    with pytest.raises(ProblemsFound, match="紙の書類がまだの施設だけ"):
        by_hand(city, sakura, day(4, 16))
    with city.open(Role.ENROLMENT) as enrolment, pytest.raises(NotAllowed):
        reminding.remind_now(city.municipality, [sakura.facility.pk], by=enrolment, at=day(4, 16))
    assert written() == []


def test_what_is_owed_of_two_years_stands_in_one_mail(city, sakura, pack):
    """In May 2027 the report of 2026 is open, and what of 2027's first round nobody has sent is late."""
    release_pack(
        city, PRICE.replace("fiscal_year = 2026", "fiscal_year = 2027").replace('"price"', '"next"', 1)
    )
    with city.open():
        FacilityProfile.objects.update(from_month=date(2026, 4, 1))

    assert by_hand(city, sakura, day(5, 6, 2027)) == reminding.Reminded(1, 0)

    [mail] = written()
    assert mail["subject"].startswith("【はぐくみ請求】至急 ")
    assert mail["text"].index("令和8年度") < mail["text"].index("第6回") < mail["text"].index("令和9年度")


def test_what_begins_in_october_is_on_time_in_october(city, sakura, pack):
    version = save(sakura, pack, from_month=ServiceMonth(2026, 10), at=day(10, 5), **TYPED)

    assert version.round_number == 3
    assert submit(sakura, version, at=day(10, 6)).late_reason == ""


def test_what_nobody_sent_in_april_is_late_in_may(city, sakura, pack):
    version = save(sakura, pack, at=day(5, 20), **TYPED)

    assert version.round_number == 1
    with pytest.raises(ProblemsFound, match="遅れた理由"):
        submit(sakura, version, at=day(5, 20))


def test_rounds_stand_in_everybodys_calendar_once_there_is_something_to_apply_for(city, sakura, time_machine):
    time_machine.move_to(day(6, 5))
    feed = f"/calendar/{feed_token(city.municipality.code, 'facility')}.ics"
    before = Browser().get(feed).content.decode()
    release_pack(city)

    own = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/schedule/calendar.ics")
    days = {
        str(event["uid"]): (event.decoded("dtstart"), str(event["summary"]))
        for event in Calendar.from_ical(own.content).walk("vevent")
        if "round-" in str(event["uid"])
    }

    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/schedule/").content.decode()

    assert "令和8年度　第2回　処遇改善等加算の申請の締切" in page
    assert "令和8年7月31日(金)" in page
    assert "round-" not in before
    assert days["129999-round-2026-2-closes@hagukumi"] == (
        date(2026, 7, 31),
        "令和8年度　第2回　処遇改善等加算の申請の締切",
    )
    assert "129999-round-2026-6-opens@hagukumi" in days
    assert "round-2026-2-closes" in Browser().get(feed).content.decode(), "also where nobody logs in"


def remind(city: City, today: date) -> int:
    with city.open():
        return reminding.remind(city.municipality, today=today)


def days_of(city: City, place: Nursery, at: datetime) -> list[tuple[date, date]]:
    with city.open():
        return [
            (state.standing.opens, state.standing.until)
            for state in wheels(city.municipality, [place.facility], 2026, at)[place.facility.pk]
        ]


def test_who_opens_during_the_year_has_the_days_of_every_round_from_then_on(city, sakura, pack):
    with city.open():
        sakura.facility.opened_on = date(2026, 10, 1)
        sakura.facility.save()

    assert spokes(city, sakura, day(9, 30))[0] is Spoke.AHEAD
    assert spokes(city, sakura, day(10, 1))[0] is Spoke.DUE
    assert spokes(city, sakura, day(11, 2))[0] is Spoke.LATE
    assert days_of(city, sakura, day(10, 1)) == [
        (date(2026, 10, 1), date(2026, 10, 30)),  # 30 days, as in April
        (date(2026, 10, 1), date(2026, 11, 30)),
        (date(2026, 10, 1), date(2026, 11, 2)),
        (date(2027, 1, 5), date(2027, 2, 1)),
        (date(2027, 3, 23), date(2027, 4, 12)),
        (date(2027, 5, 6), date(2027, 6, 30)),
    ]
    assert remind(city, date(2026, 5, 1)) == 0
    assert remind(city, date(2026, 10, 1)) == 1
    reopen(city, sakura, date(2026, 11, 20), today=date(2026, 11, 2))
    assert days_of(city, sakura, day(11, 2))[0] == (date(2026, 10, 1), date(2026, 11, 20))


def test_who_has_closed_applies_for_nothing_more_and_a_year_it_was_not_there_asks_nothing(city, sakura, pack):
    with city.open():
        sakura.facility.closed_on = date(2026, 3, 31)
        sakura.facility.save()
    assert set(spokes(city, sakura, day(5, 20))) == {Spoke.NOTHING}
    with pytest.raises(NotAllowed, match="この施設では申請しません"):
        save(sakura, pack, **TYPED)
    assert sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/applications/2026/").status_code == 200
