"""
The city's digest of what facilities have reported (異動の届出のお知らせ): one mail a business day, numbers only.

It comes when something new was reported since the business day before; what waits longer does not write every day.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from audit.record import record
from facilities.actors import OPERATIONS_ROLES
from facilities.models import Membership, Municipality
from facilities.schedule import CitySchedule
from jobs import mail
from staff_records.events import StaffEvent
from staff_records.queries.changes import unseen


def tell_city(city: Municipality, *, today: date) -> int:
    """
    Write to the operations section of what is new; how many mails were asked for. The scope is the whole city.

    Nothing happens on a day off, and nothing twice on a day.
    """
    schedule = CitySchedule.of(city)
    if schedule.day_off(today):
        return 0
    waiting = list(unseen().order_by().values_list("facility_id", "reported_at"))
    since = _morning(schedule.business_days_before(today, 1))
    facilities: set[UUID] = {facility for facility, _ in waiting}
    if not any(reported_at >= since for _, reported_at in waiting):
        return 0
    people = [
        row.user
        for row in Membership.objects.filter(
            duty__in=OPERATIONS_ROLES, ended_at__isnull=True, user__is_active=True
        ).select_related("user")
        if row.user.address
    ]
    for person in people:
        mail.send_later(
            to=person.address,
            subject="【はぐくみ請求】職員の異動の届出があります",
            text=(
                f"確認を待つ職員の異動の届出が{len(waiting)}件（{len(facilities)}施設）あります。\n"
                f"{settings.CITY_SITE_URL}/c/staff/changes/\n"
            ),
            expires_at=_morning(today + timedelta(days=1)),
            key=f"staff changes|{today}|{person.pk}",
        )
    if people:
        record(
            StaffEvent.CITY_TOLD,
            rows={"facility": facilities},
            detail={"changes": len(waiting)},
            municipality_id=city.pk,
        )
    return len(people)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
