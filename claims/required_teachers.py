"""The teachers that a month's children and granted items require, for the pages of the roster."""

from collections.abc import Mapping

from django.db.models import Max

from asking import together
from claims.composing import Ingredients
from claims.conditions import known_facts
from claims.models import ChildCount, CountSheet
from claims.states import SheetStatus
from facilities.periods import ServiceMonth
from pricing.conditions.answers import Answer
from pricing.conditions.staffing import required_of, team_persons
from staff_records.required import Place, Required, TermsOf, newest_month_by, required_by


@required_by
def required_by_counts(terms: Mapping[Place, TermsOf]) -> dict[Place, Required]:
    """Of every facility and month whose counts have come: one query."""
    sheets = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED).filter(
        facility__in={facility_id for facility_id, _ in terms},
        month__in={month.first_day for _, month in terms},
    )
    counts = ChildCount.objects.filter(sheet__in=sheets.order_by().values("pk"))
    found_sheets, found_counts = together(sheets, counts)
    found = {}
    for sheet in found_sheets:
        place = (sheet.facility_id, ServiceMonth.of(sheet.month))
        if place in terms:
            own = terms[place]
            found[sheet.pk] = Ingredients(
                sheet, own.facility, "", profile=own.profile, grants=list(own.grants), books=()
            )
    for count in found_counts:
        if count.sheet_id in found:
            found[count.sheet_id].counts.append(count)
    return {(one.facility.pk, one.month): _required(one) for one in found.values()}


@newest_month_by
def newest_counts() -> ServiceMonth | None:
    """The newest month with counts of a facility in scope: one query."""
    sheets = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED)
    newest = sheets.aggregate(newest=Max("month"))["newest"]
    return None if newest is None else ServiceMonth.of(newest)


def _required(found: Ingredients) -> Required:
    facts = known_facts(found)
    needed = required_of(facts, {one.code for one in facts.claimed})
    if isinstance(needed, Answer):
        return Required(None, questions=needed.sentences)
    return Required(needed, team_persons(facts))
