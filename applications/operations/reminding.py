"""
Reminders of entry rounds and papers: one mail a facility and day that gathers what is due, nearer and louder, and the
city's digest.

Sent on business days by beat: when a round opens, ten, three and one business days before its last day, on it, and
every third business day after it while something is left. Papers that have neither come nor been announced are told of
three and one business days before their day, on it and after it in the same way, and in whatever mail goes out. By
hand the same mail goes to chosen facilities at once, with everything they owe; it is that day's reminder, whichever
came first. No mail carries an item's content.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from applications import permissions
from applications.events import ApplicationEvent
from applications.queries.papers import shown_papers
from applications.queries.wheel import RoundState, wheels
from applications.states import PaperStatus
from audit.record import record
from facilities.actors import Actor, Role
from facilities.models import Facility, Membership, Municipality
from facilities.operating import operation
from facilities.queries import mailboxes, people_of
from facilities.rules import ProblemsFound
from facilities.schedule import CitySchedule
from facilities.scope import current_scope
from jobs import mail, outbox
from pages.wareki import date_words, fiscal_year_words

NOTHING_OWED: Final = (
    "催促する施設を1件以上選んでください。未提出、差し戻し中、紙の書類がまだの施設だけが対象です。"
)
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


@dataclass(frozen=True, slots=True)
class OfYear:
    """What one facility is told of one fiscal year."""

    fiscal_year: int
    states: Sequence[RoundState]
    papers: OwedPapers | None

    @property
    def is_urgent(self) -> bool:
        """Something is late, or came back."""
        late = any(state.standing.is_over or state.returned for state in self.states)
        return late or bool(self.papers and self.papers.late)

    @property
    def text(self) -> str:
        """The year with a line for each round, and one for the papers."""
        lines = [*map(_line, self.states), *([self.papers.line] if self.papers else [])]
        return "\n".join([fiscal_year_words(self.fiscal_year), *lines])


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many facilities a reminder by hand goes to, and how many had had the day's one already."""

    told: int
    already: int


Digests = dict[UUID, list[OfYear]]


def remind(city: Municipality, *, today: date) -> int:
    """
    Remind facilities of the rounds that are open or over; how many mails were asked for, that had not been before.

    The scope is the whole city. Nothing happens on a day off.
    """
    schedule = CitySchedule.of(city)
    if schedule.day_off(today):
        return 0
    facilities = _run_on(today)
    digests: Digests = {}
    late: list[tuple[int, int, int]] = []
    for fiscal_year in _years(today):
        states = _states(city, facilities, fiscal_year, today)
        owed = _owed_papers(facilities, schedule, fiscal_year, today)
        due = {key: [one for one in own if _is_due(one, schedule, today)] for key, own in states.items()}
        _gather(digests, fiscal_year, due, owed, lambda papers: papers.is_due)
        overdue = sum(any(state.standing.is_over for state in own) for own in due.values())
        overdue_papers = sum(bool(papers.late) for papers in owed.values() if papers.is_due)
        late.append((fiscal_year, overdue, overdue_papers))
    written = _write_to_facilities(digests, facilities, today)
    if written:
        told = {account.facility_id for account in written if account.facility_id}
        record(
            ApplicationEvent.REMINDED,
            rows={"facility": told},
            detail={"day": today.isoformat()},
            municipality_id=current_scope().municipality_id,
        )
    return len(written) + _write_to_city(late, today)


@operation(ApplicationEvent.REMINDED)
def remind_now(city: Municipality, facility_ids: Collection[UUID], *, by: Actor, at: datetime) -> Reminded:
    """
    Send the day's reminder to these facilities at once, whatever the day, with everything they owe.

    :raises NotAllowed: not the operations section.
    :raises ProblemsFound: none of them owes anything.
    """
    permissions.set_rounds(by, None)
    today = timezone.localdate(at)
    facilities = {key: one for key, one in _run_on(today).items() if key in set(facility_ids)}
    digests: Digests = {}
    for fiscal_year in _years(today):
        states = _states(city, facilities, fiscal_year, today)
        open_ones = {key: [one for one in own if _is_owed(one)] for key, own in states.items()}
        owed = _owed_papers(facilities, CitySchedule.of(city), fiscal_year, today)
        _gather(digests, fiscal_year, open_ones, owed, lambda _: True)
    if not digests:
        raise ProblemsFound([NOTHING_OWED])
    written = {account.facility_id for account in _write_to_facilities(digests, facilities, today)}
    record(
        ApplicationEvent.REMINDED,
        by=by,
        rows={"facility": sorted(one for one in written if one)},
        detail={"day": today.isoformat()},
    )
    return Reminded(len(written), len(digests) - len(written))


def _years(today: date) -> tuple[int, int]:
    """実績報告 of last year lies in this one."""
    year = today.year - (today.month < 4)
    return year - 1, year


def _run_on(today: date) -> dict[UUID, Facility]:
    """Who is run, and who was within the years that are told of: what it has still to report is asked of it, too."""
    begins = date(min(_years(today)), 4, 1)
    rows = Facility.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=begins))
    return {facility.pk: facility for facility in rows}


def _states(
    city: Municipality, facilities: Mapping[UUID, Facility], fiscal_year: int, today: date
) -> dict[UUID, list[RoundState]]:
    at = datetime.combine(today, time(8), tzinfo=mail.JAPAN)
    return wheels(city, list(facilities.values()), fiscal_year, at)


def _gather(
    digests: Digests,
    fiscal_year: int,
    states: Mapping[UUID, Sequence[RoundState]],
    owed: Mapping[UUID, OwedPapers],
    begins: Callable[[OwedPapers], bool],
) -> None:
    """Rounds of the year, and papers with them; papers alone where ``begins`` says that they are told of."""
    for facility_id in {**states, **owed}:
        own, papers = states.get(facility_id, ()), owed.get(facility_id)
        if own or (papers is not None and begins(papers)):
            digests.setdefault(facility_id, []).append(OfYear(fiscal_year, own, papers))


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


def _is_owed(state: RoundState) -> bool:
    """Whether something of the round is left or came back, and it has begun."""
    return bool(state.items and (state.left or state.returned)) and not state.standing.is_ahead


def _write_to_facilities(
    digests: Mapping[UUID, Sequence[OfYear]], facilities: Mapping[UUID, Facility], today: date
) -> list[Membership]:
    """One mail an account and day; those to which none had been asked for before."""
    keys = {f"rounds|{today}|{account.pk}": account for account in mailboxes(digests)}
    before = outbox.asked(keys)
    new = {key: account for key, account in keys.items() if key not in before}
    for key, account in new.items():
        assert account.facility_id is not None, "a facility account has a facility"
        facility, years = facilities[account.facility_id], digests[account.facility_id]
        urgent = any(year.is_urgent for year in years)
        text = "\n\n".join(year.text for year in years)
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】{'至急　' if urgent else ''}加算の申請のお願い（{date_words(today)}）",
            text=(
                f"{facility.name}\n\n{text}\n\n"
                f"ログインして入力・提出してください。\n"
                f"{settings.SITE_URL}/f/{facility.number}/applications/?year={years[-1].fiscal_year}\n"
            ),
            expires_at=mail.end_of(today),
            key=key,
        )
    return list(new.values())


def _line(state: RoundState) -> str:
    standing = state.standing
    words = "締切は今日です" if standing.days_left == 0 else f"締切　{standing.closes_words}"
    if standing.is_over:
        words = f"締切（{standing.closes_words}）を過ぎています"
    parts = [f"未提出 {state.left}件"] if state.left else []
    if state.returned:
        parts.append(f"差し戻し {state.returned}件")
    return f"・{standing.name}　{'、'.join(parts)}　{words}"


def _write_to_city(late: Sequence[tuple[int, int, int]], today: date) -> int:
    """
    The officers read how many facilities are late, once for each day on which facilities are reminded.

    ``late``: fiscal year, facilities with rounds that are over, facilities with papers whose day is past.
    """
    parts = []
    for fiscal_year, rounds, papers in late:
        year = fiscal_year_words(fiscal_year)
        if rounds:
            parts.append(
                f"{year}の入力の回で、締切を過ぎて未提出・差し戻しの項目がある施設が{rounds}件あります。\n"
                f"{settings.CITY_SITE_URL}/c/rounds/?year={fiscal_year}\n"
            )
        if papers:
            parts.append(
                f"{year}の申請で、紙の書類の期限を過ぎた施設が{papers}件あります。\n"
                f"{settings.CITY_SITE_URL}/c/papers/?state=overdue\n"
            )
    if not parts:
        return 0
    keys = {f"rounds-late|{today}|{officer.pk}": officer for officer in people_of(Role.OFFICER)}
    before = outbox.asked(keys)
    new = {key: officer for key, officer in keys.items() if key not in before}
    for key, officer in new.items():
        mail.send_later(
            to=officer.address,
            subject=f"【はぐくみ請求】加算の申請がまだの施設（{date_words(today)}）",
            text="\n".join(parts),
            expires_at=mail.end_of(today),
            key=key,
        )
    return len(new)
