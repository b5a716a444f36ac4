"""A form pack against the dictionary as it is registered and the facility types there are."""

from documents.common_values import COMMON
from documents.dictionary import NoSuchSubject, subject_of, subjects
from documents.pack_content import template_of
from documents.packs.checking import Findings, Known, problems_of
from documents.packs.manifest import Manifest
from documents.packs.pack import Pack
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
        template = template_of(pack.workbook)
        _kept[pack.content_hash] = problems_of(
            pack.manifest, template, known_for(pack.manifest), has_html=pack.html is not None
        )
    return _kept[pack.content_hash]


def known_for(manifest: Manifest) -> Known:
    """What a pack of this subject may speak of."""
    names = [one.code for one in subjects()]
    types = [value for value, _ in FacilityKind.choices]
    try:
        subject = subject_of(manifest.subject)
    except NoSuchSubject:
        return Known(COMMON, None, names, types)
    own = subject.describe(manifest.of, manifest.from_year)
    return Known(COMMON, own, names, types, subject.names_people, tuple(subject.sorts(manifest.from_year)))
