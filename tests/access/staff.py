"""Somebody on the roster with a row of everything, for the questions who may see whom."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from staff_records.models import (
    EarlierEmployment,
    Employment,
    Qualification,
    StaffChange,
    StaffDetail,
    StaffMember,
    Training,
)
from staff_records.operations import papers, people
from staff_records.values import Detail, Earlier, Identity, Licenced, Terms, Trained
from staff_records.words import Beginning
from tests.cast import Nursery

WHO = Identity(date(1988, 5, 6))
NAMED = Detail("若葉　みどり", "わかば　みどり", address="青葉市みどり1丁目2番3号")
FULL = Terms("nursery_teacher", True, Decimal(8), Decimal(20))


def staff_rows(place: Nursery) -> dict[str, UUID]:
    """The ids of a member and of a row of each kind, by the last word of the addresses that are about one."""
    now = timezone.now()
    with place.open() as clerk:
        acting: dict[str, Any] = {"by": clerk, "at": now}
        member = people.hire(
            place.facility, WHO, NAMED, FULL, first_day=date(2020, 4, 1), beginning=Beginning.HIRED, **acting
        )

        def shown() -> dict[str, Any]:
            return {**acting, "shown_version": StaffMember.objects.get(pk=member.pk).version}

        papers.qualify(member.pk, Licenced("nursery_teacher", "千葉県-012345", date(2012, 4, 1)), **shown())
        papers.add_earlier(member.pk, Earlier("nursery", date(2012, 4, 1), date(2015, 3, 31)), **shown())
        papers.train(member.pk, Trained("infants", Decimal(15), date(2024, 8, 1)), **shown())
        qualification = Qualification.objects.get(member=member).pk
        earlier = EarlierEmployment.objects.get(member=member).pk
        return {
            "member": member.pk,
            "change": StaffChange.objects.filter(member=member)[0].pk,
            "detail": StaffDetail.objects.get(member=member).pk,
            "span": Employment.objects.get(member=member).pk,
            "qualification": qualification,
            "copy": qualification,
            "earlier": earlier,
            "proof": earlier,
            "training": Training.objects.get(member=member).pk,
        }
