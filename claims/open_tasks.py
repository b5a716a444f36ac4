"""What of this room a facility has still to do: counts to confirm, claims to send or to put right."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from claims.closing import closing_of
from claims.models import Claim, CountSheet
from claims.queries.deadlines import own_days_of_months
from claims.states import ClaimStatus, SheetStatus
from facilities.models import Facility
from facilities.open_tasks import OpenTask, asks
from facilities.schedule import Step

WORDS = {ClaimStatus.DRAFT: "請求の提出", ClaimStatus.RETURNED: "差し戻された請求の修正"}
CORRECTION = "過誤調整の提出"


@asks
def counts_and_claims(facility: Facility) -> list[OpenTask]:
    """Of the months that are open: four queries, however many they are."""
    sheets = list(_open(CountSheet.objects.filter(facility=facility, status=SheetStatus.WAITING)))
    claims = list(_open(Claim.objects.filter(facility=facility, outside=False, status__in=list(WORDS))))
    waiting = {sheet.month for sheet in sheets}
    months = {row.service_month for row in (*sheets, *claims)}
    days = own_days_of_months(facility.pk, months, facility.municipality) if months else {}
    tasks = [
        OpenTask(
            sheet.service_month,
            "児童数の確認",
            days[sheet.service_month][Step.CONFIRM],
            reverse("claims:count_page", args=[facility.number, sheet.service_month]),
            "count_sheet",
            sheet.pk,
        )
        for sheet in sheets
    ]
    for claim in claims:
        # A draft behind counts that wait is made anew when they are confirmed.
        if claim.is_draft and claim.month in waiting:
            continue
        tasks.append(
            OpenTask(
                claim.service_month,
                CORRECTION if claim.is_correction else WORDS[ClaimStatus(claim.status)],
                None if claim.is_correction else days[claim.service_month][Step.CLAIM],
                reverse("claims:claim_page", args=[facility.number, claim.pk]),
                "claim",
                claim.pk,
            )
        )
    return tasks


def _open(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.exclude(closing_of("month")).order_by("month")
