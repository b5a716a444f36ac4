"""Files beside a version that whoever approved the one before has not seen."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from applications.models import ApplicationVersion, EvidenceFile
from applications.states import VersionStatus

SEEN_IN = (VersionStatus.SUBMITTED, VersionStatus.APPROVED)
Hashes = Mapping[UUID, set[str]]


def evidence_asked(fiscal_years: Iterable[int]) -> QuerySet[EvidenceFile]:
    """The files of what waits or was approved in these years and those before, for one message with others."""
    years = set(fiscal_years)
    rows = EvidenceFile.objects.filter(
        version__application__fiscal_year__in=years | {year - 1 for year in years},
        version__status__in=SEEN_IN,
    )
    return rows.only("version_id", "content_hash").order_by()


def hashes_of(files: Iterable[EvidenceFile]) -> dict[UUID, set[str]]:
    """What ``evidence_asked`` was answered, by version."""
    found: dict[UUID, set[str]] = {}
    for file in files:
        found.setdefault(file.version_id, set()).add(file.content_hash)
    return found


def new_files(version: ApplicationVersion, before: ApplicationVersion | None, hashes: Hashes) -> int:
    """How many of its files are not those of the version before; a first application as a whole is new anyhow."""
    own: set[str] = hashes.get(version.pk, set())
    seen: set[str] = hashes.get(before.pk, set()) if before is not None else set()
    return 0 if before is None and version.is_wanted else len(own - seen)
