"""What lists of all facilities filter by, as it stands in an address. Nonsense there means «not asked»."""

from collections.abc import Mapping

from django.http import QueryDict

from facilities.models import Facility, FacilityKind

LONGEST_WORDS = 60


def year_in(text: str) -> int | None:
    """A fiscal year from the address; None where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else None


def kind_in(asked: QueryDict) -> str:
    """The type of facility that is asked for."""
    kind = asked.get("kind", "")
    return kind if kind in FacilityKind.values else ""


def words_in(asked: QueryDict) -> str:
    """Part of a facility's name or number."""
    return asked.get("words", "").strip()[:LONGEST_WORDS]


def address_of(values: Mapping[str, object]) -> str:
    """The filters back into an address; what is empty stays out."""
    written = QueryDict(mutable=True)
    for name, value in values.items():
        if value:
            written[name] = str(value)
    return written.urlencode()


def fits_facility(facility: Facility, *, kind: str, words: str) -> bool:
    """Whether the facility is of the type and called so."""
    return (not kind or facility.kind == kind) and (
        not words or words in facility.name or words in facility.number
    )
