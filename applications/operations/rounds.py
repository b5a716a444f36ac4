"""The operations section sets the days of a round, and opens one again for a facility that missed it."""

from datetime import date, datetime
from uuid import UUID

from applications import permissions
from applications.events import ApplicationEvent
from applications.models import EntryRound, RoundReopening
from applications.rounds import Round, own_days, rounds_of
from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility, Municipality
from facilities.operating import operation
from facilities.rules import ProblemsFound
from facilities.schedule import CitySchedule
from pages.wareki import date_words

LONGEST_NAME, LONGEST_REASON = 40, 300
# A round of a year may lie in the next one (実績報告), never two years later.
YEARS_LATER = 1
MEANWHILE = "画面を開いたあとに日程が変わりました。いまの日を確かめて、もう一度設定してください。"


@operation(ApplicationEvent.ROUND_SET)
def set_round(
    fiscal_year: int,
    number: int,
    *,
    name: str,
    opens_on: date,
    closes_on: date,
    shown: tuple[date, date],
    by: Actor,
    at: datetime,
) -> EntryRound:
    """
    Set the days of one round for all facilities of the city. ``shown`` are the days the page showed.

    :raises NotAllowed: only the operations section.
    :raises ProblemsFound: days out of order, outside of the year, on a day off, before the round before it; or the days
        are no longer those that were shown.
    """
    permissions.set_rounds(by, None)
    # Also where the year has no row yet: the city's own row is there to queue at.
    municipality = Municipality.objects.select_for_update(of=("self",)).get(pk=by.municipality_id)
    rounds = {own.number: own for own in rounds_of(municipality, fiscal_year)}
    before = rounds[number]
    if (before.opens_on, before.closes_on) != shown:
        raise ProblemsFound([MEANWHILE])
    name = " ".join(name.split())
    if problems := _problems(municipality, fiscal_year, rounds.get(number - 1), name, opens_on, closes_on):
        raise ProblemsFound(problems)
    row: EntryRound
    row, _ = EntryRound.objects.update_or_create(
        municipality=municipality,
        fiscal_year=fiscal_year,
        number=number,
        defaults={
            "name": name,
            "opens_on": opens_on,
            "closes_on": closes_on,
            "set_at": at,
            "set_by": by.user_id,
        },
    )
    record(
        ApplicationEvent.ROUND_SET,
        by=by,
        on=row,
        rows={"entry_round": [row.pk]},
        detail={
            "fiscal_year": fiscal_year,
            "round": number,
            "before": [before.opens_on, before.closes_on],
            "after": [opens_on, closes_on],
        },
    )
    return row


@operation(ApplicationEvent.ROUND_REOPENED)
def reopen(
    facility_id: UUID,
    *,
    fiscal_year: int,
    number: int,
    until: date,
    reason: str,
    by: Actor,
    at: datetime,
    today: date,
) -> RoundReopening:
    """
    Let one facility send in a round until another day; the facility reads the reason. Opened twice, the last one holds.

    :raises Facility.DoesNotExist: not a facility of the open scope.
    :raises NotAllowed: only the operations section.
    :raises ProblemsFound: no reason, a day that is past, or no later than the round's own last day.
    """
    permissions.set_rounds(by, None)
    facility = Facility.objects.get(pk=facility_id)
    municipality = Municipality.objects.select_for_update(of=("self",)).get(pk=by.municipality_id)
    own = next(own for own in rounds_of(municipality, fiscal_year) if own.number == number)
    reason = " ".join(reason.split())
    problems = []
    if not reason:
        problems.append("再開の理由を入力してください。施設の画面に表示されます。")
    if len(reason) > LONGEST_REASON:
        problems.append(f"理由は{LONGEST_REASON}字までで入力してください。")
    _, closes = own_days(own, facility, CitySchedule.of(municipality))
    if until < today or until <= closes:
        problems.append(
            f"入力できる最後の日は、今日以降で、締切（{date_words(closes)}）より後の日にしてください。"
        )
    if problems:
        raise ProblemsFound(problems)
    row: RoundReopening = RoundReopening.objects.create(
        municipality_id=facility.municipality_id,
        facility=facility,
        entry_round=_row_of(municipality, own, at),
        until=until,
        reason=reason,
        opened_at=at,
        opened_by=by.user_id,
    )
    record(
        ApplicationEvent.ROUND_REOPENED,
        by=by,
        on=row,
        rows={"facility": [facility.pk]},
        detail={"fiscal_year": fiscal_year, "round": number, "until": until},
    )
    return row


def _row_of(municipality: Municipality, own: Round, at: datetime) -> EntryRound:
    """The round's own row, written down now where the usual days hold: a reopening needs something to stand at."""
    row: EntryRound
    row, _ = EntryRound.objects.get_or_create(
        municipality=municipality,
        fiscal_year=own.fiscal_year,
        number=own.number,
        defaults={"name": own.name, "opens_on": own.opens_on, "closes_on": own.closes_on, "set_at": at},
    )
    return row


def _problems(
    municipality: Municipality,
    fiscal_year: int,
    earlier: Round | None,
    name: str,
    opens_on: date,
    closes_on: date,
) -> list[str]:
    problems = []
    if not name or len(name) > LONGEST_NAME:
        problems.append(f"回の名前を{LONGEST_NAME}字までで入力してください。")
    if closes_on < opens_on:
        problems.append("締切日は、開始日と同じか後の日にしてください。")
    first, last = date(fiscal_year, 4, 1), date(fiscal_year + 1 + YEARS_LATER, 3, 31)
    if not first <= opens_on <= last or not first <= closes_on <= last:
        problems.append(f"{date_words(first)}から{date_words(last)}までの日にしてください。")
    schedule = CitySchedule.of(municipality)
    if why := schedule.day_off(closes_on):
        before, after = schedule.open_days_around(closes_on)
        problems.append(
            f"締切日が閉庁日（{why}）です。{date_words(before)}か{date_words(after)}にしてください。"
        )
    if earlier is not None and opens_on < earlier.opens_on:
        problems.append(f"開始日は、前の回の開始日（{date_words(earlier.opens_on)}）以降の日にしてください。")
    return problems
