"""A form tried with a real facility, beside the one it would replace."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from documents import html_forms, in_force
from documents.city_characters import face, own_font
from documents.contacts import contact_of
from documents.dictionary import Example, NoSuchSubject, Subject, subject_of
from documents.making import filled_form
from documents.models import FormPack
from documents.pack_content import pack_of, template_of
from documents.pack_states import FormPackState
from documents.packs.drawing import Drawing, drawn
from documents.packs.filled import FormProblem
from documents.packs.filling import is_for
from documents.packs.pack import Pack
from documents.packs.shipped import shipped
from documents.printables import Printable, groups_of
from facilities.models import Facility

MOST_EXAMPLES: Final = 50


@dataclass(frozen=True)
class Tried:
    """A pack with the values of one subject: as a picture, or as text where it brings HTML of its own."""

    pack: Pack
    drawing: Drawing | None
    problems: Sequence[FormProblem]
    is_for: bool = True


def examples_for(pack: Pack) -> Sequence[Example]:
    """The subjects a preview may show, newest first."""
    try:
        subject = subject_of(pack.manifest.subject)
    except NoSuchSubject:
        return ()
    manifest, year = pack.manifest, pack.manifest.from_year
    if not manifest.of or manifest.of == manifest.one_sort:
        return list(subject.examples(manifest.of, year))[:MOST_EXAMPLES]
    found: list[Example] = []
    for sort in (sort for sort in subject.sorts(year) if manifest.closeness(sort)):
        found += subject.examples(sort, year)
        if len(found) >= MOST_EXAMPLES:
            break
    return found[:MOST_EXAMPLES]


def tried(pack: Pack, subject_id: UUID) -> Printable:
    """
    The form of this subject as the pack would print it, as a draft.

    :raises Facility.DoesNotExist: the subject is of no facility in scope.
    """
    subject: Subject = subject_of(pack.manifest.subject)
    facts = replace(subject.facts(subject_id), is_final=False)
    facility = Facility.objects.get(pk=facts.facility_id)
    return Printable(pack, subject, subject_id, facts, facility, contact_of(facility.pk))


def shown(found: Printable) -> Tried:
    """Its picture with what is wrong with it."""
    pack = found.pack
    if pack.manifest.when and not is_for(pack.manifest, found.values(groups_of([pack.manifest.when]))):
        return Tried(pack, None, (), is_for=False)
    filled = filled_form(found)
    template = template_of(pack.workbook)
    if template is None or pack.html is not None:
        problems = list(filled.problems)
        if pack.html is not None:
            try:
                html_forms.page(pack.html, filled)
            except html_forms.TemplateWrong as wrong:
                problems.append(FormProblem(None, "", str(wrong)))
        return Tried(pack, None, problems)
    drawing = drawn(template, filled, screen=True, own=face(own_font()))
    return Tried(pack, drawing, [*filled.problems, *drawing.problems])


def before(row: FormPack, found: Printable) -> Pack | None:
    """
    The form that this one would replace for the same facility: the one in force now, else last year's.
    """
    manifest = found.pack.manifest
    for year in (manifest.from_year, manifest.from_year - 1):
        for pack in in_force.packs_for(
            manifest.subject, of=found.facts.of, fiscal_year=year, facility_kind=found.facility.kind
        ):
            if pack.manifest.code == manifest.code and pack.content_hash != row.content_hash:
                return pack
    return None


def replaced_by(row: FormPack) -> Pack | None:
    """The pack that a release would take the place of: the city's of its code and year, else the nearest earlier."""
    rows = (
        FormPack.objects.filter(code=row.code, state=FormPackState.RELEASED, from_year__lte=row.from_year)
        .exclude(pk=row.pk)
        .select_related("workbook")
        .order_by("-from_year")
    )
    if (own := rows.first()) is not None:
        return pack_of(own)
    theirs = [
        pack
        for pack in shipped()
        if pack.manifest.code == row.code and pack.manifest.from_year <= row.from_year
    ]
    return max(theirs, key=lambda pack: pack.manifest.from_year, default=None)


def people_of(found: Printable) -> Mapping[str, Iterable[UUID]]:
    """Whose values stand in the form, as rows of an event."""
    return found.subject.people(found.subject_id)
