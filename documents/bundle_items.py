"""What a bundle shall hold: every form of every subject that is filed in its months, in the order of its file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from uuid import UUID

from documents import in_force
from documents.dictionary import Subject, subjects
from documents.models import Bundle, BundleItem, Format
from documents.packs.manifest import Family
from documents.packs.pack import Pack
from facilities.models import Facility
from facilities.periods import ServiceMonth
from pages import wareki

FAMILIES = {family: place for place, family in enumerate(Family)}


@dataclass(frozen=True)
class Listed:
    """One form of one subject: what can be printed of a facility. ``words``: which of its kind, where asked for."""

    facility: Facility
    subject: Subject
    subject_id: UUID
    pack: Pack
    words: str = ""

    @property
    def formats(self) -> tuple[Format, ...]:
        """In which it is made."""
        return (Format.PDF, Format.XLSX) if self.pack.workbook is not None else (Format.PDF,)


def listed(
    first: ServiceMonth,
    last: ServiceMonth,
    facilities: Mapping[UUID, Facility],
    *,
    whole_city: bool,
    in_words: bool = False,
) -> list[Listed]:
    """
    All forms of what is filed from ``first`` to ``last``, months of one fiscal year: by facility, family and code.

    As many queries as there are sorts of subjects, however many facilities there are; ``in_words`` a query for each
    month of those that come in no sorts, which tells them apart.
    """
    year = first.fiscal_year
    asked = None if whole_city else list(facilities)
    found: list[Listed] = []
    for subject in subjects():
        packs = in_force.packs_of_year(subject.code, year)
        sorts = subject.sorts(year) if packs else {}
        for of in (sorts or ("",)) if packs else ():
            by_kind = cache(partial(_of_kind, packs, of, year))
            parts = _months(first, last) if in_words and not sorts else [(first, last)]
            for begin, end in parts:
                words = sorts.get(of, "") or f"{wareki.month_words(begin.first_day)}分"
                found += [
                    Listed(facilities[facility_id], subject, subject_id, pack, words)
                    for facility_id, subject_id in subject.find(of, asked, begin, end)
                    if facility_id in facilities
                    for pack in by_kind(facilities[facility_id].kind)
                ]
    found.sort(
        key=lambda one: (one.facility.number, FAMILIES[one.pack.manifest.family], one.pack.manifest.code)
    )
    return found


def items_of(bundle: Bundle) -> list[BundleItem]:
    """The bundle's rows, not stored yet."""
    rows = Facility.objects.all() if bundle.about_id is None else Facility.objects.filter(pk=bundle.about_id)
    found = listed(
        ServiceMonth.of(bundle.first_month),
        ServiceMonth.of(bundle.last_month),
        {facility.pk: facility for facility in rows},
        whole_city=bundle.about_id is None,
    )
    wanted = [
        (one, file_format)
        for one in found
        if not bundle.forms or one.pack.manifest.code in bundle.forms
        for file_format in one.formats
        if file_format in bundle.formats
    ]
    return [
        BundleItem(
            municipality_id=bundle.municipality_id,
            facility_id=bundle.facility_id,
            bundle=bundle,
            position=position,
            about_id=one.facility.pk,
            about_number=one.facility.number,
            about_name=one.facility.name,
            subject=one.subject.code,
            subject_id=one.subject_id,
            form=one.pack.manifest.code,
            title=one.pack.manifest.title,
            format=file_format,
        )
        for position, (one, file_format) in enumerate(wanted)
    ]


def _months(first: ServiceMonth, last: ServiceMonth) -> Iterator[tuple[ServiceMonth, ServiceMonth]]:
    month = first
    while month <= last:
        yield month, month
        month = month.plus(1)


def _of_kind(packs: Sequence[Pack], of: str, fiscal_year: int, facility_kind: str) -> list[Pack]:
    return in_force.among(packs, of=of, fiscal_year=fiscal_year, facility_kind=facility_kind)
