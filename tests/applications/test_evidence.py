"""Files beside an application: what is taken, what is refused, who may have it."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from openpyxl import Workbook
from openpyxl.comments import Comment

from applications.events import TalkEvent
from applications.models import ApplicationVersion, EvidenceFile, ItemPack
from applications.operations import evidence
from documents.attachments import AttachmentKind
from facilities.actors import Role
from facilities.rules import NotAllowed, ProblemsFound
from tests.applications.stage import AT, release_pack, save, submit
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.documents.pdfs import pdf
from tests.documents.test_images import photograph
from tests.documents.test_scanning import VIRUS, clamd
from tests.record import events_of

pytestmark = pytest.mark.django_db
TYPED = {"extra_staff": "1", "monthly_yen": "412399"}
PDF = pdf(b"contract")


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


@pytest.fixture
def draft(sakura: Nursery, pack: ItemPack) -> ApplicationVersion:
    return save(sakura, pack, **TYPED)


def attach(
    place: Nursery, version: ApplicationVersion, content: bytes, name: str = "契約書.pdf"
) -> EvidenceFile:
    with place.open() as by:
        return evidence.attach(version.pk, content, file_name=name, by=by, at=AT)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_file_is_sealed_named_by_its_content_and_recorded(city, sakura, draft):
    file = attach(sakura, draft, PDF, "悪い\u202e名.exe")

    assert (file.kind, file.file_name) == (AttachmentKind.PDF, "悪い 名.exe.pdf")
    assert "悪い".encode() not in bytes(file.name_sealed)
    with sakura.open() as by:
        row = EvidenceFile.objects.get(pk=file.pk)
        assert PDF not in bytes(row.content_sealed)
        assert evidence.content_of(row, by=by) == PDF
    assert [event.event for event in events_of(city, TalkEvent.TAKEN)] == [TalkEvent.TAKEN]


def test_a_photograph_is_kept_without_its_place(sakura, draft):
    file = attach(sakura, draft, photograph(), "写真.jpg")
    with sakura.open() as by:
        assert b"SECRET" not in evidence.content_of(EvidenceFile.objects.get(pk=file.pk), by=by)


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([("品名", "支払日", "金額（円）"), ("遊具", "2026-04-10", 1200)], False),
        ([("児童名", "年齢"), ("さくら", 3)], True),
        ([("申請の根拠",), ("番号", "備考"), ("1", "見本 花子")], True),
        ([("番号", "生年月日"), ("1", "2022-05-05")], True),
        ([("番号", "場所"), ("1", "青葉台市中央1丁目2-3")], True),
    ],
)
def test_workbooks_that_seem_to_name_people_are_refused_and_not_kept(sakura, draft, rows, refused):
    content = workbook(*rows)
    if not refused:
        assert attach(sakura, draft, content, "領収.xlsx").kind == AttachmentKind.XLSX
        return
    with pytest.raises(ProblemsFound, match="個人情報") as problem:
        attach(sakura, draft, content, "表.xlsx")
    assert "花子" not in str(problem.value)
    with sakura.open():
        assert not EvidenceFile.objects.exists()


def test_notes_beside_the_cells_are_read_too(sakura, draft):
    def with_note(words: str) -> bytes:
        book = Workbook()
        book.active.append(["遊具", 1200])
        book.active["A1"].comment = Comment(words, "見本")
        written = io.BytesIO()
        book.save(written)
        return written.getvalue()

    with pytest.raises(ProblemsFound, match="コメント") as problem:
        attach(sakura, draft, with_note("見本花子ちゃんの分 <1200円>"), "領収.xlsx")
    assert "花子" not in str(problem.value)

    assert attach(sakura, draft, with_note("3歳児1人の分"), "領収.xlsx").kind == AttachmentKind.XLSX


def test_a_file_is_not_called_by_a_childs_name(sakura, draft):
    file = attach(sakura, draft, PDF, "見本花子ちゃんの診断書.pdf")

    assert file.file_name == "添付ファイル.pdf"


def test_an_infected_file_is_not_kept(sakura, draft, settings):
    with clamd() as (address, _):
        settings.CLAMD_ADDRESS = address
        with pytest.raises(ProblemsFound, match="ウイルス検査で問題"):
            attach(sakura, draft, PDF + VIRUS)
    with pytest.raises(ProblemsFound, match="検査ができない"):
        attach(sakura, draft, PDF)
    with sakura.open():
        assert not EvidenceFile.objects.exists()


def test_the_same_file_and_one_too_many_are_refused(sakura, draft):
    attach(sakura, draft, PDF)
    with pytest.raises(ProblemsFound, match="すでに付いています"):
        attach(sakura, draft, PDF, "別の名前.pdf")
    for number in range(evidence.MOST - 1):
        attach(sakura, draft, PDF + bytes([65 + number]))
    with pytest.raises(ProblemsFound, match="10個まで"):
        attach(sakura, draft, PDF + b"!")


def test_what_was_sent_stays_with_its_version(city, sakura, pack, draft):
    file = attach(sakura, draft, PDF)
    submit(sakura, draft)
    with sakura.open() as by:
        with pytest.raises(NotAllowed, match="入力中"):
            evidence.detach(file.pk, by=by)
        with pytest.raises(NotAllowed, match="入力中"):
            evidence.attach(draft.pk, PDF + b"2", file_name="b.pdf", by=by, at=AT)
        with pytest.raises(DatabaseError), transaction.atomic():
            EvidenceFile.objects.get(pk=file.pk).delete()


def test_strangers_reach_nothing(city, sakura, draft):
    file = attach(sakura, draft, PDF)
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    with sumire.open() as by:
        with pytest.raises(ApplicationVersion.DoesNotExist):
            evidence.attach(draft.pk, PDF, file_name="a.pdf", by=by, at=AT)
        with pytest.raises(EvidenceFile.DoesNotExist):
            evidence.detach(file.pk, by=by)


def test_the_pages_of_both_sides(city, sakura, draft, time_machine: Any):
    time_machine.move_to(AT)
    clerk, officer = sign_in(sakura.clerk), sign_in(city.people[Role.OFFICER])
    mine = f"/f/{sakura.facility.number}/applications/"
    item = f"{mine}2026/price/team_childcare/"
    assert "児童の氏名・生年月日・住所がある書類は、添付できません" in clerk.get(item).content.decode()
    wrong = clerk.post(f"{item}attach/", {"file": SimpleUploadedFile("a.pdf", b"MZ not a pdf")})
    assert wrong.status_code == 422
    assert "この種類のファイルは添付できません" in wrong.content.decode()
    assert clerk.post(f"{item}attach/", {}).status_code == 422
    assert clerk.post(f"{item}attach/", {"file": SimpleUploadedFile("契約書.pdf", PDF)}).status_code == 302
    with sakura.open():
        file = EvidenceFile.objects.get()
    assert officer.get(f"/c/questions/files/{file.pk}/").status_code == 404

    assert clerk.post(f"{item}files/{file.pk}/remove/").status_code == 302
    clerk.post(f"{item}attach/", {"file": SimpleUploadedFile("契約書.pdf", PDF)})
    with sakura.open():
        file = EvidenceFile.objects.get()
    sent = submit(sakura, draft)
    for taken in (clerk.get(f"{mine}files/{file.pk}/"), officer.get(f"/c/questions/files/{file.pk}/")):
        assert taken.content == PDF
        assert taken["Content-Disposition"].startswith("attachment;")
        assert taken["X-Content-Type-Options"] == "nosniff"
    assert "契約書.pdf" in officer.get(f"/c/applications/{sent.pk}/").content.decode()
