"""Which form packs hold: those that came with the product, unless the city has released its own of the same code."""

from collections.abc import Iterable

from documents.packs.pack import Pack
from documents.packs.shipped import shipped


class NoSuchForm(Exception):
    """No pack in force has this code for this subject, year and facility type."""


def packs_for(subject: str, *, of: str, fiscal_year: int, facility_kind: str) -> list[Pack]:
    """The forms there are of a subject, in the order of their codes; of several years of a code, the latest."""
    found: dict[str, Pack] = {}
    for pack in _all(fiscal_year):
        manifest = pack.manifest
        if (
            manifest.subject == subject
            and manifest.of in {"", of}
            and manifest.holds_for(fiscal_year, facility_kind)
        ):
            earlier = found.get(manifest.code)
            if earlier is None or earlier.manifest.from_year <= manifest.from_year:
                found[manifest.code] = pack
    return [found[code] for code in sorted(found)]


def pack_for(code: str, subject: str, *, of: str, fiscal_year: int, facility_kind: str) -> Pack:
    """
    The form of this code.

    :raises NoSuchForm: none in force.
    """
    found = packs_for(subject, of=of, fiscal_year=fiscal_year, facility_kind=facility_kind)
    for pack in found:
        if pack.manifest.code == code:
            return pack
    raise NoSuchForm(code)


def _all(fiscal_year: int) -> Iterable[Pack]:
    return shipped()
