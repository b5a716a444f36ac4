"""What form packs are made of, read once: their manifests and the sheets of their workbooks, by their hashes."""

import hashlib
from functools import lru_cache

from documents.common_values import COMMON
from documents.dictionary import Vocabulary, subject_of
from documents.models import FormPack, FormWorkbook
from documents.packs.manifest import Manifest
from documents.packs.manifest_reading import read_manifest
from documents.packs.pack import Pack
from documents.packs.template import Template
from documents.packs.template_reading import read_template

_templates: dict[str, Template] = {}
MOST_TEMPLATES = 64


def manifest_of(text: str) -> Manifest:
    """:raises ManifestWrong: not a manifest."""
    return _manifest(text)


@lru_cache(maxsize=64)
def _manifest(text: str) -> Manifest:
    return read_manifest(text)


def template_of(content: bytes | None) -> Template | None:
    """
    The sheets of a workbook; of the same bytes read once.

    :raises FileRefused: it cannot be used as a form.
    """
    if content is None:
        return None
    digest = hashlib.sha256(content).hexdigest()
    found = _templates.pop(digest, None)
    if found is None:
        found = read_template(content)
        while len(_templates) >= MOST_TEMPLATES:
            _templates.pop(next(iter(_templates)), None)
    _templates[digest] = found
    return found


def workbook_bytes(workbook: FormWorkbook | None) -> bytes | None:
    """As they were uploaded."""
    return None if workbook is None else bytes(workbook.content)


def pack_of(row: FormPack) -> Pack:
    """
    The pack as it is used; loads its workbook.

    :raises ManifestWrong: this version of the product does not understand it.
    """
    return Pack(
        manifest_of(row.manifest),
        workbook_bytes(row.workbook),
        row.html or None,
        row.content_hash,
        is_shipped=False,
    )


def vocabulary_of(manifest: Manifest) -> Vocabulary:
    """
    Everything a form of this pack's subject and year may show.

    :raises NoSuchSubject: nobody registered its subject.
    """
    return COMMON + subject_of(manifest.subject).describe(manifest.one_sort, manifest.from_year)
