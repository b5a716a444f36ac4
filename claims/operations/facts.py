"""A facility saves the month's few facts; drafts that depend on them are computed again."""

from collections.abc import Mapping
from datetime import datetime

from audit.record import record
from claims import checks, permissions
from claims.closing import require_open
from claims.events import ClaimEvent
from claims.facts import BY_NAME, FACTS, given
from claims.models import Claim, CountSheet, MonthlyFacts
from claims.operations.drafting import DraftResult, redraft_if_confirmed
from claims.states import SheetStatus
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound


class SavedElsewhere(ProblemsFound):
    """The facts were saved from another screen in the meantime. ``saved`` is what stands there now."""

    def __init__(self, saved: MonthlyFacts) -> None:
        super().__init__(
            ["別の画面で先に保存された内容があります。保存されている値と見比べて、もう一度保存してください。"]
        )
        self.saved = saved


@operation(ClaimEvent.FACTS_SAVED)
def save(
    facility: Facility,
    month: ServiceMonth,
    values: Mapping[str, int],
    *,
    shown_version: int,
    by: Actor,
    at: datetime,
) -> DraftResult | None:
    """
    Save ``values`` (by fact name; facts not named stay as they are) and renew the month's drafts.

    ``shown_version`` is the version the form was filled from, 0 when nothing was saved yet. None when the counts are
    not confirmed: then confirming drafts.

    :raises NotAllowed: not the facility itself, or a claim of the month is submitted or approved.
    :raises SavedElsewhere: another version is saved.
    :raises ProblemsFound: there are no counts of the month, or a value does not fit.
    """
    sheets = CountSheet.objects.select_for_update(of=("self",)).filter(
        facility=facility, month=month.first_day
    )
    if sheets.exclude(status=SheetStatus.SUPERSEDED).first() is None:
        raise ProblemsFound(["この月の児童数がまだ届いていません。届いてから入力してください。"])
    permissions.save_facts(by, _subject(facility, month))
    require_open(month)
    saved = (
        MonthlyFacts.objects.select_for_update(of=("self",))
        .filter(facility=facility, month=month.first_day)
        .first()
    )
    if saved is not None and saved.version != shown_version:
        raise SavedElsewhere(saved)
    if problems := checks.problems_of_facts(values, month):
        raise ProblemsFound(problems)
    if saved is None:
        saved = MonthlyFacts(
            municipality_id=facility.municipality_id, facility=facility, month=month.first_day, version=0
        )
    for name, value in values.items():
        setattr(saved, BY_NAME[name].name, value)
    saved.version += 1
    saved.saved_at, saved.saved_by = at, by.user_id
    saved.save()
    record(
        ClaimEvent.FACTS_SAVED,
        by=by,
        on=saved,
        rows={"facts": [saved.pk]},
        detail={"month": str(month), "version": saved.version, **values},
    )
    return redraft_if_confirmed(facility, month, by=by, at=at)


def give_back(claim: Claim, *, by: Actor, at: datetime) -> None:
    """
    Let the facts that the approved ``claim`` was computed with stand again: its correction was given up.

    The caller holds the month's sheet and claims, and draws up again what depends on the facts.
    """
    saved = (
        MonthlyFacts.objects.select_for_update(of=("self",))
        .filter(facility=claim.facility_id, month=claim.month)
        .first()
    )
    if saved is None or given(saved) == claim.facts:
        return
    for fact in FACTS:
        setattr(saved, fact.name, claim.facts.get(fact.name))
    saved.version += 1
    saved.saved_at, saved.saved_by = at, by.user_id
    saved.save()
    record(
        ClaimEvent.FACTS_SAVED,
        by=by,
        on=saved,
        rows={"facts": [saved.pk]},
        detail={"month": str(claim.service_month), "version": saved.version, **given(saved)},
    )


def _subject(facility: Facility, month: ServiceMonth) -> permissions.FactsOfMonth:
    """The month's claims, locked, so that none is submitted while the facts under it change."""
    claims = Claim.objects.select_for_update(of=("self",)).filter(facility=facility, month=month.first_day)
    return permissions.FactsOfMonth.of(facility.pk, claims.only("status", "corrects", "outside"))
