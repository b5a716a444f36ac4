"""
Reminders of entry rounds: one mail a facility that gathers what is due, nearer and louder, and the city's digest.

Sent on business days by beat: when a round opens, ten, three and one business days before its last day, on it, and
every third business day after it while something is left. What was sent for a round and day is never sent again. No
mail carries an item's content.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from applications.events import ApplicationEvent
from applications.queries.wheel import RoundState, wheels
from audit.record import record
from facilities.actors import Role
from facilities.models import Facility, Municipality
from facilities.queries import mailboxes, people_of
from facilities.schedule import CitySchedule
from facilities.scope import current_scope
from jobs import mail
from pages.wareki import date_words, fiscal_year_words

BEFORE: Final = (10, 3, 1)
EVERY_AFTER, LAST_AFTER = 3, 30
JAPAN = ZoneInfo("Asia/Tokyo")


def remind(city: Municipality, *, today: date) -> int:
    """
    Remind facilities of the rounds that are open or over; how many mails were asked for.

    The scope is the whole city. Nothing happens on a day off.
    """
    schedule = CitySchedule.of(city)
    if schedule.day_off(today):
        return 0
    at = datetime.combine(today, time(8), tzinfo=JAPAN)
    sent = 0
    # 実績報告 of last year lies in this one.
    year = today.year - (today.month < 4)
    for fiscal_year in (year - 1, year):
        sent += _remind_of_year(city, schedule, fiscal_year, at, today)
    return sent


def _remind_of_year(
    city: Municipality, schedule: CitySchedule, fiscal_year: int, at: datetime, today: date
) -> int:
    facilities = {
        facility.pk: facility
        for facility in Facility.objects.filter(municipality=city)
        if facility.closed_on is None or facility.closed_on >= today
    }
    states = wheels(city, list(facilities.values()), fiscal_year, at)
    due = {
        facility_id: found
        for facility_id, rounds in states.items()
        if (found := [state for state in rounds if _is_due(state, schedule, today)])
    }
    sent = _write_to_facilities(due, facilities, fiscal_year, today)
    late = {
        facility_id: [state for state in found if state.standing.is_over]
        for facility_id, found in due.items()
        if any(state.standing.is_over for state in found)
    }
    return sent + _write_to_city(late, fiscal_year, today)


def _is_due(state: RoundState, schedule: CitySchedule, today: date) -> bool:
    """Whether today is a day on which this round is told of: something is left, or came back."""
    if not state.items or (not state.left and not state.returned):
        return False
    own, until = state.standing.round, state.standing.until
    if today > until:
        after = schedule.business_days_between(until, today)
        return after == 1 or (after <= LAST_AFTER and after % EVERY_AFTER == 0)
    days = {schedule.business_days_before(until, count) for count in BEFORE} | {until}
    opens = own.opens_on
    while schedule.day_off(opens):
        opens += timedelta(days=1)
    return today in days | {opens} and today >= own.opens_on


def _write_to_facilities(
    due: Mapping[UUID, Sequence[RoundState]],
    facilities: Mapping[UUID, Facility],
    fiscal_year: int,
    today: date,
) -> int:
    accounts, year = mailboxes(list(due)), fiscal_year_words(fiscal_year)
    for account in accounts:
        assert account.facility_id is not None, "a facility account has a facility"
        facility, states = facilities[account.facility_id], due[account.facility_id]
        lines = "\n".join(_line(state) for state in states)
        urgent = any(state.standing.is_over or state.returned for state in states)
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】{'至急　' if urgent else ''}加算の申請のお願い（{year}）",
            text=(
                f"{facility.name}　{year}\n\n{lines}\n\n"
                f"ログインして入力・提出してください。\n"
                f"{settings.SITE_URL}/f/{facility.number}/applications/?year={fiscal_year}\n"
            ),
            expires_at=_end_of(today),
            key=f"rounds|{fiscal_year}|{today}|{account.pk}",
        )
    if accounts:
        record(
            ApplicationEvent.REMINDED,
            rows={"facility": {account.facility_id for account in accounts if account.facility_id}},
            detail={"fiscal_year": fiscal_year},
            municipality_id=current_scope().municipality_id,
        )
    return len(accounts)


def _line(state: RoundState) -> str:
    standing = state.standing
    words = "締切は今日です" if standing.days_left == 0 else f"締切　{standing.closes_words}"
    if standing.is_over:
        words = f"締切（{standing.closes_words}）を過ぎています"
    parts = [f"未提出 {state.left}件"] if state.left else []
    if state.returned:
        parts.append(f"差し戻し {state.returned}件")
    return f"・{standing.name}　{'、'.join(parts)}　{words}"


def _write_to_city(late: Mapping[UUID, Sequence[RoundState]], fiscal_year: int, today: date) -> int:
    """The officers read how many facilities are late, once for each day on which facilities are reminded."""
    if not late:
        return 0
    officers = people_of(Role.OFFICER)
    for officer in officers:
        mail.send_later(
            to=officer.address,
            subject=f"【はぐくみ請求】加算の申請がまだの施設（{date_words(today)}）",
            text=(
                f"{fiscal_year_words(fiscal_year)}の入力の回で、締切を過ぎて未提出・差し戻しの項目がある施設が"
                f"{len(late)}件あります。\n{settings.CITY_SITE_URL}/c/rounds/?year={fiscal_year}\n"
            ),
            expires_at=_end_of(today),
            key=f"rounds-late|{fiscal_year}|{today}|{officer.pk}",
        )
    return len(officers)


def _end_of(today: date) -> datetime:
    """A reminder of yesterday is no reminder: it is not sent when the mail server comes back too late."""
    return datetime.combine(today + timedelta(days=1), time.min, tzinfo=JAPAN)
