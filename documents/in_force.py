"""Which form packs hold: those that came with the product, unless the city has released its own of the same code."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q

from documents.models import FormPack
from documents.pack_content import pack_of
from documents.pack_states import FormPackState
from documents.packs.pack import Pack
from documents.packs.shipped import shipped

# Released packs never change: read once in a process, named by what they are made of.
MOST_KEPT: Final = 48
VERY_SORT, ITS_KIND = 2, 1
_kept: dict[str, Pack] = {}


class NoSuchForm(Exception):
    """No pack in force has this code for this subject, year and facility type."""


def packs_for(subject: str, *, of: str, fiscal_year: int, facility_kind: str) -> list[Pack]:
    """
    The forms there are of a subject, in the order of their codes: the city's own before the product's; of several years
    of a code, the latest. One query, and another one for packs this process has not read yet.
    """
    return among(
        packs_of_year(subject, fiscal_year), of=of, fiscal_year=fiscal_year, facility_kind=facility_kind
    )


def packs_of_year(subject: str, fiscal_year: int) -> list[Pack]:
    """Every pack of a kind of subject, of any sort and facility type, for whoever asks ``among`` them many times."""
    return [pack for pack in _all(subject, fiscal_year) if pack.manifest.subject == subject]


def among(packs: Iterable[Pack], *, of: str, fiscal_year: int, facility_kind: str) -> list[Pack]:
    """
    Those of a sort and facility type, each code once; those for all of a kind only where the sort has no own. No query.
    """
    found: dict[str, Pack] = {}
    for pack in packs:
        manifest = pack.manifest
        if manifest.closeness(of) is not None and manifest.holds_for(fiscal_year, facility_kind):
            earlier = found.get(manifest.code)
            if earlier is None or _rank(earlier) <= _rank(pack):
                found[manifest.code] = pack
    has_own = any(pack.manifest.closeness(of) == VERY_SORT for pack in found.values())
    return [
        found[code]
        for code in sorted(found)
        if not (has_own and found[code].manifest.closeness(of) == ITS_KIND)
    ]


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


def _rank(pack: Pack) -> tuple[bool, int]:
    return not pack.is_shipped, pack.manifest.from_year


def _all(subject: str, fiscal_year: int) -> Iterable[Pack]:
    yield from shipped()
    yield from _released(subject, fiscal_year)


def _released(subject: str, fiscal_year: int) -> Sequence[Pack]:
    in_year = Q(from_year__lte=fiscal_year) & (Q(to_year=0) | Q(to_year__gte=fiscal_year))
    rows: list[tuple[UUID, str]] = list(
        FormPack.objects.filter(in_year, subject=subject, state=FormPackState.RELEASED)
        .order_by("code", "from_year")
        .values_list("pk", "content_hash")
    )
    found = {digest: _kept[digest] for _, digest in rows if digest in _kept}
    if missing := [pk for pk, digest in rows if digest not in found]:
        for row in FormPack.objects.filter(pk__in=missing).select_related("workbook"):
            found[row.content_hash] = _kept[row.content_hash] = pack_of(row)
        while len(_kept) > MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
    return [found[digest] for _, digest in rows]
