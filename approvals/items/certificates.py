"""加算率 that were approved and where their certificates are (進達・認定), for all facilities of a year."""

from collections import Counter
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import QueryDict

from applications.states import VersionStatus
from approvals.items.filters import address_of, fits_facility, kind_in, words_in, year_in
from approvals.models import Certifier, RateCertificate

STATES: Final = {
    "confirm": "別の人の確認待ち",
    "waiting": "進達前",
    "forwarded": "進達済み・認定待ち",
    "certified": "認定済み",
}
TONES: Final = {"confirm": "bad", "waiting": "warn", "forwarded": "now", "certified": "ok"}


@dataclass(frozen=True)
class CertificatesQuestion:
    """The filters, as they stand in the address. Nonsense there means «not asked»."""

    year: int
    state: str = ""
    kind: str = ""
    words: str = ""

    @classmethod
    def of(cls, asked: QueryDict, this_year: int) -> "CertificatesQuestion":
        """Read the address; without a year, this one."""
        state = asked.get("state", "")
        return cls(
            year=year_in(asked.get("year", "")) or this_year,
            state=state if state in STATES else "",
            kind=kind_in(asked),
            words=words_in(asked),
        )

    @property
    def fields(self) -> list[tuple[str, str]]:
        """For hidden fields beside a button."""
        return [
            (name, str(value))
            for name in ("year", "state", "kind", "words")
            if (value := getattr(self, name))
        ]

    @property
    def query(self) -> str:
        """Back into an address."""
        return address_of(dict(self.fields))

    @property
    def is_filtered(self) -> bool:
        """Whether anything hides rows."""
        return bool(self.state or self.kind or self.words)


@dataclass(frozen=True)
class CertificateRow:
    """One facility's approved 加算率."""

    certificate: RateCertificate

    @property
    def state(self) -> str:
        """A key of ``STATES``."""
        if self.certificate.awaits_confirmation:
            return "confirm"
        if self.certificate.holds:
            return "certified"
        return "forwarded" if self.certificate.forwarded_on else "waiting"

    @property
    def words(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def tone(self) -> str:
        """Of its tag."""
        return TONES[self.state]

    @property
    def is_open(self) -> bool:
        """進達 and 認定 can still be noted, together with others."""
        return self.state in {"waiting", "forwarded"}

    @property
    def is_of_city(self) -> bool:
        """The city itself certified."""
        return self.certificate.certifier == Certifier.CITY


@dataclass(frozen=True)
class Certificates:
    """The rows that were asked for, and all of the year."""

    asked: CertificatesQuestion
    rows: list[CertificateRow]
    everything: list[CertificateRow]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(state, its words, how many)."""
        found = Counter(row.state for row in self.everything)
        return [(state, words, found[state]) for state, words in STATES.items() if found[state]]

    @property
    def open(self) -> list[CertificateRow]:
        """Shown rows something can be noted of."""
        return [row for row in self.rows if row.is_open]

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """What is shown, for the record."""
        return {"rate_certificate": [row.certificate.pk for row in self.rows]}


def certificates(asked: CertificatesQuestion) -> Certificates:
    """All of the year, the facility's number in order: one query. Nothing sealed is opened."""
    rows = (
        RateCertificate.objects.filter(
            version__application__fiscal_year=asked.year, version__status=VersionStatus.APPROVED
        )
        .select_related("facility", "version__application")
        .defer("version__content_sealed")
        .order_by("facility__number")
    )
    everything = [CertificateRow(row) for row in rows]
    return Certificates(asked, [row for row in everything if _fits(row, asked)], everything)


def _fits(row: CertificateRow, asked: CertificatesQuestion) -> bool:
    facility = row.certificate.facility
    return (not asked.state or row.state == asked.state) and fits_facility(
        facility, kind=asked.kind, words=asked.words
    )
