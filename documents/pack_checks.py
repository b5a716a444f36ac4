"""A form pack against the dictionary as it is registered and the facility types there are."""

from documents import html_forms
from documents.common_values import COMMON
from documents.dictionary import NoSuchSubject, subject_of, subjects
from documents.pack_content import template_of
from documents.packs.checking import problems_of
from documents.packs.filled import FormProblem, Marks
from documents.packs.filling import fill
from documents.packs.findings import Findings, Known
from documents.packs.manifest import Manifest
from documents.packs.pack import Pack
from documents.packs.samples import sample_values
from facilities.models import FacilityKind

MOST_KEPT = 24
_kept: dict[str, Findings] = {}


def findings_of(pack: Pack) -> Findings:
    """
    What is wrong with it and what is worth a look; of the same content found out once in a process.

    :raises FileRefused: its workbook cannot be read.
    """
    if pack.content_hash not in _kept:
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[pack.content_hash] = _found(pack)
    return _kept[pack.content_hash]


def _found(pack: Pack) -> Findings:
    template, known = template_of(pack.workbook), known_for(pack.manifest)
    found = problems_of(
        pack.manifest, template, known, workbook=pack.workbook, has_html=pack.html is not None
    )
    if pack.html is None or found.problems:
        return found
    values = sample_values(known.vocabulary, rows=2, is_long=False)
    filled = fill(pack.manifest, template, values, title=pack.manifest.title, marks=Marks())
    try:
        html_forms.page(pack.html, filled)
    except html_forms.TemplateWrong as wrong:
        return Findings((FormProblem(None, "", f"HTMLの様式を使えません。{wrong}"),), found.remarks)
    return found


def known_for(manifest: Manifest) -> Known:
    """What a pack of this subject may speak of."""
    names = [one.code for one in subjects()]
    types = [value for value, _ in FacilityKind.choices]
    try:
        subject = subject_of(manifest.subject)
    except NoSuchSubject:
        return Known(COMMON, None, names, types)
    own = subject.describe(manifest.one_sort, manifest.from_year)
    return Known(COMMON, own, names, types, subject.names_people, tuple(subject.sorts(manifest.from_year)))
