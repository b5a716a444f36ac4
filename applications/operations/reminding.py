"""
Reminders of entry rounds and papers: one mail a facility that gathers what is due, nearer and louder, and the city's
digest.

Sent on business days by beat: when a round opens, ten, three and one business days before its last day, on it, and
every third business day after it while something is left. Papers that have neither come nor been announced are told of
three and one business days before their day, on it and after it in the same way, and in whatever mail goes out. What
was sent for a round and day is never sent again. No mail carries an item's content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from django.conf import settings

from applications.events import ApplicationEvent
from applications.queries.papers import shown_papers
from applications.queries.wheel import RoundState, wheels
from applications.states import PaperStatus
from audit.record import record
from facilities.actors import Role
from facilities.models import Facility, Municipality
from facilities.queries import mailboxes, people_of
from facilities.schedule import CitySchedule
from facilities.scope import current_scope
from jobs import mail
from pages.wareki import date_words, fiscal_year_words

BEFORE: Final = (10, 3, 1)
BEFORE_PAPERS: Final = (3, 1)
EVERY_AFTER, LAST_AFTER = 3, 30


@dataclass(frozen=True, slots=True)
class OwedPapers:
    """Papers of one facility and fiscal year that have not come: how many, how many of them late, the next day."""

    waited: int
    late: int
    next_on: date | None
    is_due: bool

    @property
    def line(self) -> str:
        """For the mail; no paper's name stands in it."""
        parts = [f"期限を過ぎています {self.late}枚"] if self.late else []
        if self.next_on is not None:
            parts.append(f"これから {self.waited - self.late}枚（次の期限　{date_words(self.next_on)}）")
        return f"・紙の書類　{'、'.join(parts)}"


def remind(city: Municipality, *, today: date) -> int:
    """
    Remind facilities of the rounds that are open or over; how many mails were asked for.

    The scope is the whole city. Nothing happens on a day off.
    """
    schedule = CitySchedule.of(city)
    if schedule.day_off(today):
        return 0
    at = datetime.combine(today, time(8), tzinfo=mail.JAPAN)
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
        if facility.closed_on is None or facility.closed_on >= date(fiscal_year, 4, 1)
    }
    states = wheels(city, list(facilities.values()), fiscal_year, at)
    due = {
        facility_id: found
        for facility_id, rounds in states.items()
        if (found := [state for state in rounds if _is_due(state, schedule, today)])
    }
    owed = _owed_papers(facilities, schedule, fiscal_year, today)
    sent = _write_to_facilities(due, owed, facilities, fiscal_year, today)
    late = {
        facility_id: [state for state in found if state.standing.is_over]
        for facility_id, found in due.items()
        if any(state.standing.is_over for state in found)
    }
    late_papers = sum(bool(papers.late) for papers in owed.values() if papers.is_due)
    return sent + _write_to_city(len(late), late_papers, fiscal_year, today)


def _owed_papers(
    facilities: Mapping[UUID, Facility], schedule: CitySchedule, fiscal_year: int, today: date
) -> dict[UUID, OwedPapers]:
    """What has neither come nor been announced, by facility: one query."""
    rows = shown_papers().filter(
        status=PaperStatus.DUE, version__application__fiscal_year=fiscal_year, facility__in=facilities
    )
    days: dict[UUID, list[date]] = {}
    for facility_id, due_on in rows.order_by("due_on").values_list("facility_id", "due_on"):
        days.setdefault(facility_id, []).append(due_on)
    return {
        facility_id: OwedPapers(
            len(own),
            sum(day < today for day in own),
            next((day for day in own if day >= today), None),
            any(_is_told_of(day, schedule, today) for day in set(own)),
        )
        for facility_id, own in days.items()
    }


def _is_told_of(due_on: date, schedule: CitySchedule, today: date) -> bool:
    if today > due_on:
        return _is_after(due_on, schedule, today)
    days = {schedule.business_days_before(due_on, count) for count in BEFORE_PAPERS} | {due_on}
    return today in days


def _is_after(until: date, schedule: CitySchedule, today: date) -> bool:
    """The business day after, and every third one for a while."""
    after = schedule.business_days_between(until, today)
    return after == 1 or (after <= LAST_AFTER and after % EVERY_AFTER == 0)


def _is_due(state: RoundState, schedule: CitySchedule, today: date) -> bool:
    """Whether today is a day on which this round is told of: something is left, or came back."""
    if not state.items or (not state.left and not state.returned):
        return False
    first, until = state.standing.opens, state.standing.until
    if today > until:
        return _is_after(until, schedule, today)
    days = {schedule.business_days_before(until, count) for count in BEFORE} | {until}
    return today in days | {schedule.business_day_from(first)} and today >= first


def _write_to_facilities(
    due: Mapping[UUID, Sequence[RoundState]],
    owed: Mapping[UUID, OwedPapers],
    facilities: Mapping[UUID, Facility],
    fiscal_year: int,
    today: date,
) -> int:
    told = [*due, *(key for key, papers in owed.items() if papers.is_due and key not in due)]
    accounts, year = mailboxes(told), fiscal_year_words(fiscal_year)
    for account in accounts:
        assert account.facility_id is not None, "a facility account has a facility"
        facility, states = facilities[account.facility_id], due.get(account.facility_id, ())
        papers = owed.get(account.facility_id)
        lines = "\n".join([*map(_line, states), *([papers.line] if papers else [])])
        urgent = any(state.standing.is_over or state.returned for state in states)
        urgent = urgent or bool(papers and papers.late)
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】{'至急　' if urgent else ''}加算の申請のお願い（{year}）",
            text=(
                f"{facility.name}　{year}\n\n{lines}\n\n"
                f"ログインして入力・提出してください。\n"
                f"{settings.SITE_URL}/f/{facility.number}/applications/?year={fiscal_year}\n"
            ),
            expires_at=mail.end_of(today),
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


def _write_to_city(late: int, late_papers: int, fiscal_year: int, today: date) -> int:
    """The officers read how many facilities are late, once for each day on which facilities are reminded."""
    if not late and not late_papers:
        return 0
    year = fiscal_year_words(fiscal_year)
    parts = []
    if late:
        parts.append(
            f"{year}の入力の回で、締切を過ぎて未提出・差し戻しの項目がある施設が{late}件あります。\n"
            f"{settings.CITY_SITE_URL}/c/rounds/?year={fiscal_year}\n"
        )
    if late_papers:
        parts.append(
            f"{year}の申請で、紙の書類の期限を過ぎた施設が{late_papers}件あります。\n"
            f"{settings.CITY_SITE_URL}/c/papers/?state=overdue\n"
        )
    officers = people_of(Role.OFFICER)
    for officer in officers:
        mail.send_later(
            to=officer.address,
            subject=f"【はぐくみ請求】加算の申請がまだの施設（{date_words(today)}）",
            text="\n".join(parts),
            expires_at=mail.end_of(today),
            key=f"rounds-late|{fiscal_year}|{today}|{officer.pk}",
        )
    return len(officers)
