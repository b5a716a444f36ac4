"""
A form of one subject as it would be printed now: its pack in force, its facts, what its documents are called.

Everything that orders, renders or shows forms begins here. Nothing is recorded but what a subject's values record.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import formulas
from documents import in_force
from documents.common_values import COMMON, CONTACT, common_values
from documents.contacts import Contact, contact_of
from documents.dictionary import Facts, Subject, Values, subject_of
from documents.models import Format
from documents.packs.filling import is_for, wanted_names
from documents.packs.pack import Pack
from facilities.models import Facility
from pages import wareki

LONGEST_TITLE = 120
LONGEST_STEM = 110
NOT_IN_FILE_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|\r\n\t', "・"))

COMMON_NAMES = frozenset(group.name for group in COMMON.groups)


@dataclass(frozen=True)
class Printable:
    """One form of one subject, now. ``edition`` changes whenever its documents would show something else."""

    pack: Pack
    subject: Subject
    subject_id: UUID
    facts: Facts
    facility: Facility
    contact: Contact

    @property
    def code(self) -> str:
        """The form's code."""
        return self.pack.manifest.code

    @property
    def formats(self) -> tuple[Format, ...]:
        """In which it is made: every pack has a PDF, one with a workbook an xlsx, too."""
        return (Format.PDF, Format.XLSX) if self.pack.workbook is not None else (Format.PDF,)

    @property
    def edition(self) -> str:
        """Which content it would show: the subject's, and the contact's where it stands in the form."""
        if not self.contact.version or CONTACT.name not in wanted_names(self.pack.manifest):
            return self.facts.edition
        whole = f"{self.facts.edition}|{CONTACT.name} {self.contact.version}"
        return hashlib.sha256(whole.encode()).hexdigest()

    @property
    def control_number(self) -> str:
        """Of final content only."""
        return self.facts.control_number if self.facts.is_final else ""

    @property
    def is_draft(self) -> bool:
        """Its content is not final."""
        return not self.facts.is_final

    @property
    def month(self) -> date:
        """The first day of the month it is filed under."""
        return self.facts.month.first_day

    @property
    def title(self) -> str:
        """``令和8年6月分 委託費請求書``."""
        period = self.facts.period_words or f"{wareki.month_words(self.month)}分"
        return f"{period} {self.pack.manifest.title}"[:LONGEST_TITLE]

    @property
    def file_stem(self) -> str:
        """``事業所番号_年度_月_様式``, with what tells papers of one month apart."""
        month = self.facts.month
        year = wareki.fiscal_year_words(month.fiscal_year)
        stem = f"{self.facility.number}_{year}_{month.month:02}_{self.pack.manifest.title}{self.facts.suffix}"
        return f"{stem}{'_下書き' if self.is_draft else ''}".translate(NOT_IN_FILE_NAMES)[:LONGEST_STEM]

    def values(self, wanted: frozenset[str]) -> Values:
        """The values of these groups and tables. ``Subject.values`` records what it reads of people."""
        return {**self.common(wanted), **self.subject.values(self.subject_id, wanted - COMMON_NAMES)}

    def common(self, wanted: frozenset[str]) -> Values:
        """What documents tell of every subject."""
        return common_values(
            self.facts, title=self.pack.manifest.title, wanted=wanted, contact=self.contact.row
        )


def printable(code: str, subject_code: str, subject_id: UUID) -> Printable:
    """
    The form of this code for a subject.

    :raises NoSuchForm: none in force for its sort, year and facility type, or its condition does not hold.
    :raises NoSuchSubject: nobody registered this kind of subject.
    """
    known = _known(subject_code, subject_id)
    facts = known.facts
    pack = in_force.pack_for(
        code,
        subject_code,
        of=facts.of,
        fiscal_year=facts.month.fiscal_year,
        facility_kind=known.facility.kind,
    )
    found = known.in_form(pack)
    if not _is_for(found, known.told([pack])):
        raise in_force.NoSuchForm(code)
    return found


def printables(subject_code: str, subject_id: UUID) -> list[Printable]:
    """
    Every form there is for a subject, in the order of their codes; drafts only where their pack prints them.

    :raises NoSuchSubject: nobody registered this kind of subject.
    """
    known = _known(subject_code, subject_id)
    facts = known.facts
    packs = in_force.packs_for(
        subject_code, of=facts.of, fiscal_year=facts.month.fiscal_year, facility_kind=known.facility.kind
    )
    packs = [pack for pack in packs if facts.is_final or pack.manifest.prints_drafts]
    told = known.told(packs)
    return [found for pack in packs if _is_for(found := known.in_form(pack), told)]


def groups_of(sources: Iterable[str]) -> frozenset[str]:
    """The groups and tables that these formulas speak of."""
    return frozenset(name for source in sources for name in formulas.read(source).names)


@dataclass(frozen=True)
class _Known:
    subject: Subject
    subject_id: UUID
    facts: Facts
    facility: Facility
    contact: Contact

    def in_form(self, pack: Pack) -> Printable:
        return Printable(pack, self.subject, self.subject_id, self.facts, self.facility, self.contact)

    def told(self, packs: Iterable[Pack]) -> Values:
        """What the subject tells of the conditions of these packs: asked once, however many they are."""
        wanted = groups_of(pack.manifest.when for pack in packs if pack.manifest.when) - COMMON_NAMES
        return self.subject.values(self.subject_id, wanted) if wanted else {}


def _known(subject_code: str, subject_id: UUID) -> _Known:
    subject = subject_of(subject_code)
    facts = subject.facts(subject_id)
    facility = Facility.objects.get(pk=facts.facility_id)
    return _Known(subject, subject_id, facts, facility, contact_of(facility.pk))


def _is_for(found: Printable, told: Values) -> bool:
    """Whether the pack's condition holds; ``told`` is what the subject itself tells of it."""
    when = found.pack.manifest.when
    if not when:
        return True
    common = groups_of([when]) & COMMON_NAMES
    return is_for(found.pack.manifest, {**told, **(found.common(common) if common else {})})
