"""
Reminders before and after a deadline (締切のお知らせ), and the city's digest of who is late.

Sent on business days by beat. What was sent for a facility, month, step and day is never sent again, however often
the task runs. No mail carries a number of children or an amount.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from audit.record import record
from claims.events import ClaimEvent
from claims.models import Claim, CountSheet
from claims.operations.telling import people_of
from claims.queries.deadlines import deadlines_of
from claims.states import ClaimStatus, SheetStatus
from claims.wording import month_words
from facilities.actors import Role
from facilities.models import Municipality
from facilities.periods import ServiceMonth
from facilities.queries import mailboxes
from facilities.schedule import CitySchedule, Deadline, Step
from facilities.scope import current_scope
from jobs import mail
from pages import wareki

DAYS_BEFORE = 2
DAYS_AFTER = 1
# A month's claim is due within the months its rule may name; older months are the city's to ask about.
MONTHS_BACK = 3
JAPAN = ZoneInfo("Asia/Tokyo")
SENTENCES = {
    Step.CONFIRM: "児童数の確認がまだです。ログインして人数をご確認ください。",
    Step.CLAIM: "請求の提出がまだです。ログインして内容を確認し、提出してください。",
}
PAGES = {Step.CONFIRM: "counts/{month}/", Step.CLAIM: "claims/"}
# Who in the city hears about late facilities.
DIGESTS = {Step.CONFIRM: Role.ENROLMENT, Step.CLAIM: Role.OFFICER}


def remind(city: Municipality, *, today: date) -> int:
    """
    Remind the facilities whose step is due soon, today, or since yesterday; how many mails were asked for.

    The scope is the whole city. Nothing happens on a day off.
    """
    schedule = CitySchedule.of(city)
    if schedule.day_off(today):
        return 0
    sent = 0
    for back in range(MONTHS_BACK + 1):
        month = ServiceMonth.of(today).plus(-back)
        for step in SENTENCES:
            deadline = schedule.deadline(month, step)
            for day, facilities in _by_own_deadline(late(month, step), month, step, city).items():
                own = replace(deadline, day=day)
                if today in _days_of(schedule, own):
                    sent += _remind(own, facilities, today)
            if today == _day_after(schedule, deadline):
                sent += _digest(deadline, today)
    return sent


def late(month: ServiceMonth, step: Step) -> list[UUID]:
    """The facilities that have not done this step of the month. A dispute stops the clock: they wait for the city."""
    if step == Step.CONFIRM:
        waiting = CountSheet.objects.filter(month=month.first_day, status=SheetStatus.WAITING)
        return list(waiting.values_list("facility_id", flat=True))
    # A correction of an approved claim (過誤調整) has no deadline of its own.
    drafts = Claim.objects.filter(
        month=month.first_day, outside=False, status=ClaimStatus.DRAFT, corrects__isnull=True
    )
    confirmed = CountSheet.objects.filter(month=month.first_day, status=SheetStatus.CONFIRMED)
    return list(
        drafts.filter(facility__in=confirmed.values("facility_id")).values_list("facility_id", flat=True)
    )


def _by_own_deadline(
    facilities: list[UUID], month: ServiceMonth, step: Step, city: Municipality
) -> dict[date, list[UUID]]:
    """Facilities by the day that holds for them: an answered dispute gives its days back."""
    found: dict[date, list[UUID]] = defaultdict(list)
    if facilities:
        for facility, day in deadlines_of(facilities, month, step, city).items():
            found[day].append(facility)
    return dict(found)


def _days_of(schedule: CitySchedule, deadline: Deadline) -> set[date]:
    return {
        schedule.business_days_before(deadline.day, DAYS_BEFORE),
        deadline.day,
        _day_after(schedule, deadline),
    }


def _day_after(schedule: CitySchedule, deadline: Deadline) -> date:
    day = deadline.day + timedelta(days=DAYS_AFTER)
    while schedule.day_off(day):
        day += timedelta(days=1)
    return day


def _remind(deadline: Deadline, facilities: list[UUID], today: date) -> int:
    month, step = deadline.month, deadline.step
    words, when = month_words(month), wareki.date_words(deadline.day)
    state = (
        f"締切（{when}）を過ぎています。"
        if today > deadline.day
        else "締切は今日です。"
        if today == deadline.day
        else f"締切は{when}です。"
    )
    accounts = mailboxes(facilities)
    for account in accounts:
        assert account.facility is not None, "a facility account has a facility"
        page = PAGES[step].format(month=month)
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】{step.label}のお願い（{words}）",
            text=(
                f"{account.facility.name}　{words}\n\n{state}{SENTENCES[step]}\n"
                f"{settings.SITE_URL}/f/{account.facility.number}/{page}\n"
            ),
            expires_at=_end_of(today),
            key=f"reminder|{step}|{month}|{today}|{account.pk}",
        )
    if accounts:
        record(
            ClaimEvent.REMINDED,
            rows={"facility": {account.facility_id for account in accounts if account.facility_id}},
            detail={"month": str(month), "step_of_month": str(step)},
            municipality_id=current_scope().municipality_id,
        )
    return len(accounts)


def _digest(deadline: Deadline, today: date) -> int:
    month, step = deadline.month, deadline.step
    count = len(late(month, step))
    if not count:
        return 0
    people = list(people_of(DIGESTS[step]))
    page = f"c/counts/{month}/" if step == Step.CONFIRM else f"c/review/?month={month}"
    for person in people:
        mail.send_later(
            to=person.address,
            subject=f"【はぐくみ請求】{step.label}がまだの施設（{month_words(month)}）",
            text=(
                f"{month_words(month)}の{step.label}の締切（{wareki.date_words(deadline.day)}）を過ぎて、"
                f"まだの施設が{count}件あります。\n{settings.CITY_SITE_URL}/{page}\n"
            ),
            expires_at=_end_of(today),
            key=f"digest|{step}|{month}|{today}|{person.pk}",
        )
    return len(people)


def _end_of(today: date) -> datetime:
    """A reminder of yesterday is no reminder: it is not sent when the mail server comes back too late."""
    return datetime.combine(today + timedelta(days=1), time.min, tzinfo=JAPAN)
