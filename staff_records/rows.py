"""One row of a roster's table as a value: what is read from cells, and what cells are written from."""

from dataclasses import dataclass
from datetime import date

from staff_records.values import Detail, Earlier, Identity, Licenced, Paid, Terms, Trained, Worked

SideValue = Licenced | Earlier | Trained | Worked | Paid


@dataclass(frozen=True)
class Who:
    """Whom a row is about: by 職員番号, or by name as long as there is no number."""

    number: int | None = None
    name: str = ""


@dataclass(frozen=True)
class MemberEntry:
    """A row of 職員名簿: a member as of a day. ``nursery`` and ``kindergarten`` are their qualifications, if any."""

    number: int | None
    identity: Identity
    detail: Detail
    terms: Terms
    hired_on: date
    left_on: date | None = None
    nursery: Licenced | None = None
    kindergarten: Licenced | None = None


@dataclass(frozen=True)
class SideEntry:
    """A row of any other table, about a member."""

    who: Who
    value: SideValue


Entry = MemberEntry | SideEntry
