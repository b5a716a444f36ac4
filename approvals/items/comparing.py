"""
An application beside what was approved before: this year's approved version, else last year's of the same item.

Unchanged is found out from what both were sent with (keyed hash, options, amount), never believed.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from applications.models import ApplicationVersion
from applications.states import VersionStatus

Place = tuple[UUID, str, str]
# Values stay sealed where they are not shown.
SEALED: Final = ("content_sealed",)


def place_of(version: ApplicationVersion) -> Place:
    """Facility and item: where a year's application has its last year's."""
    application = version.application
    return version.facility_id, application.family, application.item_key


def before_of(version: ApplicationVersion) -> ApplicationVersion | None:
    """What the version is compared with: one query. Of a version that was replaced, the one it replaced itself."""
    return before_rows(version).first()


def before_rows(version: ApplicationVersion) -> QuerySet[ApplicationVersion]:
    """The same as a queryset of one row or none, for one message with others."""
    application = version.application
    rows: QuerySet[ApplicationVersion] = ApplicationVersion.objects.select_related("application")
    if version.replaces_id is not None:
        return rows.filter(pk=version.replaces_id)
    rows = rows.filter(
        application__facility=version.facility_id,
        application__family=application.family,
        application__item_key=application.item_key,
        status=VersionStatus.APPROVED,
    ).exclude(pk=version.pk)
    this_year = Q(application__fiscal_year=application.fiscal_year, number__lt=version.number)
    last_year = Q(application__fiscal_year=application.fiscal_year - 1)
    return rows.filter(this_year | last_year).order_by("-application__fiscal_year", "-number")[:1]


def befores_of(
    versions: Sequence[ApplicationVersion], approved: Iterable[ApplicationVersion]
) -> dict[UUID, ApplicationVersion]:
    """
    The same for many: by version. ``approved`` are the approved versions of the year and the year before, with their
    applications.
    """
    by_year = {(place_of(one), one.application.fiscal_year): one for one in approved}
    found: dict[UUID, ApplicationVersion] = {}
    for version in versions:
        place, year = place_of(version), version.application.fiscal_year
        this = by_year.get((place, year))
        before = this if this is not None and this.number < version.number else by_year.get((place, year - 1))
        if before is not None:
            found[version.pk] = before
    return found


def is_same(version: ApplicationVersion, before: ApplicationVersion | None) -> bool:
    """Every answer, option and amount is that of what was approved before."""
    return (
        before is not None
        and version.values_hash == before.values_hash
        and version.is_wanted == before.is_wanted
        and version.options == before.options
        and version.amount_yen == before.amount_yen
    )


def ends_something(version: ApplicationVersion, before: ApplicationVersion | None) -> bool:
    """What was approved is not wanted any more."""
    return version.is_wanted is False and before is not None and bool(before.is_wanted)
