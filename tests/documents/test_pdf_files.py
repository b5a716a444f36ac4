"""Attached PDFs are pages: no scripts, no files inside, no passwords, wherever in the file they are hidden."""

import io
import zlib

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from documents import pdf_files
from documents.attachments import AttachmentKind, kind_of
from documents.pdf_files import HAS_ACTIVE, IS_LOCKED, NO_PDF, TOO_MUCH
from facilities.rules import ProblemsFound
from tests.documents.pdfs import pdf


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def one_page() -> PdfWriter:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    return writer


def with_action(**action: str) -> bytes:
    writer = one_page()
    values = {
        NameObject(f"/{key}"): NameObject(text) if text.startswith("/") else TextStringObject(text)
        for key, text in action.items()
    }
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(values)
    return written(writer)


def with_script() -> bytes:
    return with_action(S="/JavaScript", JS="app.alert(1)")


def with_launch() -> bytes:
    return with_action(S="/Launch", F="cmd.exe")


def with_file() -> bytes:
    writer = one_page()
    writer.add_attachment("a.xlsm", b"PK")
    return written(writer)


def packed(objects: bytes, more: bytes = b"") -> bytes:
    """A stream of objects, as writers since PDF 1.5 pack them."""
    stream = zlib.compress(objects) + more
    dictionary = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>" % len(stream)
    return pdf(b"\n1 0 obj" + dictionary + b"stream\r\n" + stream + b"\nendstream endobj")


@pytest.mark.parametrize(
    "content",
    [
        with_script(),
        with_launch(),
        with_file(),
        pdf(b"\n<</S/J#61vaScript/JS(x)>>"),
        packed(b"1 0 <</S/JavaScript/JS(app.alert)>>"),
        packed(b"1 0 <</S/JavaScript>>" + b" " * 300_000),
        pdf(b"\n<</AcroForm<</XFA [1 0 R]>>>>"),
    ],
    ids=["script", "launch", "file inside", "escaped", "packed", "packed and long", "xfa"],
)
def test_what_is_more_than_pages_is_refused(content):
    with pytest.raises(ProblemsFound, match=HAS_ACTIVE):
        kind_of(content)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7",
        b"%PDF-<html><script>alert(1)</script></html>",
        pdf() + b"x" * 10_000,
    ],
    ids=["nothing", "a page of the web", "something else behind it"],
)
def test_what_only_begins_as_a_pdf_is_none(content):
    with pytest.raises(ProblemsFound, match=NO_PDF):
        kind_of(content)


def test_a_password_hides_what_would_be_looked_for():
    writer = one_page()
    writer.encrypt(user_password="", owner_password="x", algorithm="RC4-128")

    with pytest.raises(ProblemsFound, match=IS_LOCKED):
        kind_of(written(writer))


def test_pages_pass():
    for content in (written(one_page()), pdf(), packed(b"1 0 <</Type/Page>>"), packed(b"1 0 null")[:-1]):
        assert kind_of(content) is AttachmentKind.PDF


def test_what_unpacks_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(pdf_files, "MOST_UNPACKED", 1000)
    with pytest.raises(ProblemsFound, match=TOO_MUCH):
        kind_of(packed(b"0" * 2000))
    assert kind_of(packed(b"0" * 900)) is AttachmentKind.PDF


def test_a_damaged_stream_is_nobodys_harm():
    assert kind_of(pdf(b"<</Type/ObjStm>>stream\nnot packed")) is AttachmentKind.PDF
