"""Uploaded workbooks of forms: judged, and kept once."""

import hashlib
from datetime import datetime
from typing import Final

from documents import personal_data
from documents.models import FormWorkbook
from documents.pack_content import template_of
from documents.packs.template import Template
from documents.reading import FileRefused
from facilities.actors import Actor
from facilities.rules import ProblemsFound

FILLED_IN: Final = (
    "氏名や生年月日の入った、記入済みのブックのようです。何も書き込んでいない様式を選んでください。"
    "ファイルは保存していません。"
)


def readable(content: bytes) -> Template:
    """
    The sheets of an uploaded workbook.

    :raises ProblemsFound: macros, a password, no .xlsx, too large, or filled in with somebody's data; each says what
        to do.
    """
    try:
        template = template_of(content)
    except FileRefused as refused:
        raise ProblemsFound([str(problem) for problem in refused.problems]) from None
    assert template is not None, "there is a workbook"
    rows: dict[tuple[str, int], list[str]] = {}
    for sheet in template.sheets:
        for cell in sheet.cells.values():
            if isinstance(cell.value, str):
                rows.setdefault((sheet.title, cell.row), []).append(cell.value)
    if personal_data.seems_filled_in(list(rows.values())):
        raise ProblemsFound([FILLED_IN])
    return template


def keep(content: bytes, file_name: str, *, by: Actor, at: datetime) -> FormWorkbook:
    """The row of these bytes; the same bytes are kept once."""
    digest = hashlib.sha256(content).hexdigest()
    found, _ = FormWorkbook.objects.get_or_create(
        municipality_id=by.municipality_id,
        content_hash=digest,
        defaults={
            "content": content,
            "size_bytes": len(content),
            "file_name": file_name[-200:],
            "added_at": at,
            "added_by": by.user_id,
        },
    )
    workbook: FormWorkbook = found
    return workbook
