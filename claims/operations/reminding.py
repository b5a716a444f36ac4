"""
Reminders before and after a deadline (締切のお知らせ), and the city's digest of who is late.

Sent on business days by beat. What was sent for a facility, month, step and day is never sent again, however often
the task runs. No mail carries a number of children or an amount.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from audit.record import record
from claims.closing import closed_among
from claims.events import ClaimEvent
from claims.models import Claim, CountSheet
from claims.queries.deadlines import deadlines_of
from claims.states import ClaimStatus, SheetStatus
from claims.wording import month_words
from facilities.actors import Role
from facilities.models import Facility, Municipality
from facilities.operations.changes import resting_in
from facilities.periods import ServiceMonth
from facilities.queries import mailboxes, people_of
from facilities.schedule import CitySchedule, Deadline, Step
from facilities.scope import current_scope
from jobs import mail
from pages import wareki

DAYS_BEFORE = 2
DAYS_AFTER = 1
# A month's claim is due within the months its rule may name; an older one only when its counts came or its claim went
# back late. Next month's import may be due on its first day, with a mail the day before.
MONTHS_BACK, MONTHS_AHEAD = 3, 1
SENTENCES = {
    Step.CONFIRM: "児童数の確認がまだです。ログインして人数をご確認ください。",
    Step.CLAIM: "請求の提出がまだです。ログインして内容を確認し、提出してください。",
}
RETURNED = "差し戻された請求の修正がまだです。ログインして理由を確認し、修正版を提出してください。"
PAGES = {Step.CONFIRM: "counts/{month}/", Step.CLAIM: "claims/"}
# Who in the city hears about late facilities.
DIGESTS = {Step.CONFIRM: Role.ENROLMENT, Step.CLAIM: Role.OFFICER}


def remind(city: Municipality, *, today: date) -> int:
    """
    Remind facilities and the city's sections of what is due; how many mails were asked for.

    A facility hears before, on and after its own day; the city of late facilities the day after, and of its own steps
    (importing, reviewing) the day before and on the day. The scope is the whole city. Nothing happens on a day off.
    """
    schedule = CitySchedule.of(city)
    if schedule.day_off(today):
        return 0
    sent = 0
    for month in _months(today):
        for step in SENTENCES:
            sent += _remind_facilities(month, step, city, today)
        for step in (Step.IMPORT, Step.REVIEW):
            deadline = schedule.deadline(month, step)
            if today in {schedule.business_days_before(deadline.day, 1), deadline.day}:
                sent += _remind_city(deadline, schedule, today)
    return sent


def late(month: ServiceMonth, step: Step) -> list[UUID]:
    """
    The facilities that have not done this step of the month. A dispute stops the clock: they wait for the city.

    Nothing is asked of a facility for months after its closing.
    """
    if step == Step.CONFIRM:
        waiting = CountSheet.objects.filter(_living_in(month), status=SheetStatus.WAITING)
        return list(waiting.values_list("facility_id", flat=True))
    confirmed = CountSheet.objects.filter(month=month.first_day, status=SheetStatus.CONFIRMED)
    claims = _unsent(month).filter(facility__in=confirmed.values("facility_id"))
    return list(claims.values_list("facility_id", flat=True))


def _unsent(month: ServiceMonth) -> QuerySet[Claim]:
    """Drafts and returned claims. A correction of an approved claim (過誤調整) has no deadline of its own."""
    unsent = Claim.objects.filter(status__in=[ClaimStatus.DRAFT, ClaimStatus.RETURNED], outside=False)
    return unsent.filter(_living_in(month), corrects__isnull=True)


def _living_in(month: ServiceMonth) -> Q:
    """Rows of this month, of facilities that were not closed before it."""
    return Q(month=month.first_day) & ~Q(facility__closed_on__lt=month.first_day)


def _months(today: date) -> list[ServiceMonth]:
    """The months in which something may be due, without those the city has closed."""
    this = ServiceMonth.of(today)
    months = {this.plus(number) for number in range(-MONTHS_BACK, MONTHS_AHEAD + 1)}
    unfinished = (
        CountSheet.objects.filter(status=SheetStatus.WAITING),
        Claim.objects.filter(status__in=[ClaimStatus.DRAFT, ClaimStatus.RETURNED], corrects__isnull=True),
    )
    for rows in unfinished:
        months |= {ServiceMonth.of(day) for day in rows.order_by().values_list("month", flat=True).distinct()}
    return sorted(months - set(closed_among(months)))


# ---------------------------------------------------------------- facilities


def _remind_facilities(month: ServiceMonth, step: Step, city: Municipality, today: date) -> int:
    """Those whose day is near, and the digest of those whose day was over yesterday."""
    facilities = late(month, step)
    if not facilities:
        return 0
    schedule, sent = CitySchedule.of(city), 0
    deadline = schedule.deadline(month, step)
    returned = _returned(month) if step == Step.CLAIM else set()
    by_day: dict[date, list[UUID]] = defaultdict(list)
    for facility, day in deadlines_of(facilities, month, step, city).items():
        by_day[day].append(facility)
    for day, those in by_day.items():
        own = replace(deadline, day=day)
        if today in _days_of(schedule, own):
            sent += _remind(own, those, returned, today)
    if any(today == _day_after(schedule, replace(deadline, day=day)) for day in by_day):
        overdue = sum(len(those) for day, those in by_day.items() if day < today)
        sent += _digest(deadline, schedule, overdue, today)
    return sent


def _returned(month: ServiceMonth) -> set[UUID]:
    """The facilities whose claim has come back and was not corrected yet."""
    claims = _unsent(month).filter(status=ClaimStatus.RETURNED)
    return set(claims.values_list("facility_id", flat=True))


def _days_of(schedule: CitySchedule, deadline: Deadline) -> set[date]:
    return {
        schedule.business_days_before(deadline.day, DAYS_BEFORE),
        deadline.day,
        _day_after(schedule, deadline),
    }


def _day_after(schedule: CitySchedule, deadline: Deadline) -> date:
    return schedule.business_day_from(deadline.day + timedelta(days=DAYS_AFTER))


def _remind(deadline: Deadline, facilities: list[UUID], returned: set[UUID], today: date) -> int:
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
        sentence = RETURNED if account.facility_id in returned else SENTENCES[step]
        mail.send_later(
            to=account.user.address,
            subject=f"【はぐくみ請求】{step.label}のお願い（{words}）",
            text=(
                f"{account.facility.name}　{words}\n\n{state}{sentence}\n"
                f"{settings.SITE_URL}/f/{account.facility.number}/{page}\n"
            ),
            expires_at=mail.end_of(today),
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


def _digest(deadline: Deadline, schedule: CitySchedule, overdue: int, today: date) -> int:
    """How many facilities are late; whoever reviews also reads when the city pays."""
    month, step = deadline.month, deadline.step
    pays = _pay_words(schedule, month) if step == Step.CLAIM else ""
    page = f"c/counts/{month}/" if step == Step.CONFIRM else f"c/review/?month={month}"
    return _write_to_city(
        DIGESTS[step],
        subject=f"{step.label}がまだの施設（{month_words(month)}）",
        text=(
            f"{month_words(month)}の{step.label}の締切（{wareki.date_words(deadline.day)}）を過ぎて、"
            f"まだの施設が{overdue}件あります。{pays}"
        ),
        page=page,
        key=f"digest|{step}|{month}|{today}",
        today=today,
    )


# ---------------------------------------------------------------- the city's own steps


def _remind_city(deadline: Deadline, schedule: CitySchedule, today: date) -> int:
    """Each section of what is left of its own step; nobody of what is done."""
    month, step = deadline.month, deadline.step
    when = "今日" if today == deadline.day else wareki.date_words(deadline.day)
    begin = f"{month_words(month)}の{step.label}の締切は{when}です。"
    sent = 0
    for duty, sentence in _left(month, step).items():
        sent += _write_to_city(
            duty,
            subject=f"{step.label}のお願い（{month_words(month)}）",
            text=f"{begin}{sentence}{_pay_words(schedule, month) if step == Step.REVIEW else ''}",
            page="c/counts/" if step == Step.IMPORT else f"c/review/?month={month}",
            key=f"city|{step}|{month}|{today}",
            today=today,
        )
    return sent


def _left(month: ServiceMonth, step: Step) -> dict[Role, str]:
    """What is left of the city's step, in words, by who has to do it."""
    if step == Step.IMPORT:
        missing = _without_counts(month)
        sentence = f"児童数がまだ届いていない施設が{missing}件あります。"
        return {Role.ENROLMENT: sentence} if missing else {}
    waiting = Claim.objects.filter(month=month.first_day, outside=False, status=ClaimStatus.SUBMITTED)
    decided = list(waiting.values_list("first_decided_at", flat=True))
    first = sum(moment is None for moment in decided)
    second = len(decided) - first
    return {
        duty: f"審査待ちの請求が{number}件あります。"
        for duty, number in ((Role.OFFICER, first), (Role.CHIEF, second), (Role.MANAGER, second))
        if number
    }


def _without_counts(month: ServiceMonth) -> int:
    """Facilities that are run in the month and do not rest, whose counts have not come."""
    arrived = CountSheet.objects.filter(month=month.first_day).values_list("facility_id", flat=True)
    known = {*arrived, *resting_in(month)}
    return sum(facility.lives_in(month) and facility.pk not in known for facility in Facility.objects.all())


def _pay_words(schedule: CitySchedule, month: ServiceMonth) -> str:
    return f"支払日は{wareki.date_words(schedule.deadline(month, Step.PAY).day)}です。"


def _write_to_city(duty: Role, *, subject: str, text: str, page: str, key: str, today: date) -> int:
    """One mail to each person of this role; the same key is never sent twice."""
    people = people_of(duty)
    for person in people:
        mail.send_later(
            to=person.address,
            subject=f"【はぐくみ請求】{subject}",
            text=f"{text}\n{settings.CITY_SITE_URL}/{page}\n",
            expires_at=mail.end_of(today),
            key=f"{key}|{person.pk}",
        )
    return len(people)
