"""Attached workbooks hold cells: no objects, no controls, no links that start a program."""

import io
from zipfile import ZipFile

import openpyxl
import pytest

from documents.attachments import HAS_OBJECTS, AttachmentKind, kind_of
from facilities.rules import ProblemsFound

LINK = '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</externalLink>'


def workbook(**parts: str) -> bytes:
    """A workbook with these parts beside its own; ``__`` in a name stands for a slash."""
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["電気代", 1000])
    book.save(out)
    with ZipFile(out, "a") as packed:
        for name, content in parts.items():
            packed.writestr(f"xl/{name.replace('__', '/')}", content)
    return out.getvalue()


@pytest.mark.parametrize(
    "parts",
    [
        {"embeddings__oleObject1.bin": "MZ"},
        {"activeX__activeX1.bin": "x"},
        {"ctrlProps__ctrlProp1.xml": "<x/>"},
        {"externalLinks__externalLink1.xml": LINK.format('<ddeLink ddeService="cmd" ddeTopic="/c calc"/>')},
    ],
)
def test_what_would_start_something_is_refused(parts):
    with pytest.raises(ProblemsFound, match="埋め込みオブジェクト"):
        kind_of(workbook(**parts))
    assert "消して" in HAS_OBJECTS


def test_links_to_other_workbooks_are_harmless():
    book = LINK.format('<externalBook xmlns:r="r" r:id="rId1"/>')

    assert kind_of(workbook(**{"externalLinks__externalLink1.xml": book})) is AttachmentKind.XLSX
