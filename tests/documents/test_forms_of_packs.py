"""Documents from packs: which content and which pack they show, drafts, reasons, and what changes meanwhile."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from documents import contacts, html_forms, operations, queries
from documents.in_force import NoSuchForm
from documents.models import ControlNumber, Document
from documents.operations import ControlNumberTaken
from documents.packs.filled import Filled
from facilities.actors import Role
from facilities.rules import NotAllowed, ProblemsFound
from tests.approvals.test_four_eyes import at_once
from tests.cast import JUNE, City, Nursery, make_city, make_facility, sign_in
from tests.documents.errands import CODE, PAGE, Errand, Errands, errands_known, page_pack, sheet_pack
from tests.record import events_of

DRAFTS = "prints_drafts = true"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def errands() -> Iterator[Errands]:
    with errands_known(page_pack(), sheet_pack()) as known:
        yield known


def order(place: Nursery, errand: Errand, code: str = "errand_page") -> list[Document]:
    with place.open() as clerk:
        return operations.order(code, CODE, errand.id, by=clerk, at=timezone.now())


def content(place: Nursery, document: Document) -> bytes:
    with place.open() as clerk:
        return operations.content_of(Document.objects.get(pk=document.pk), by=clerk)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_sheet_becomes_pdf_and_workbook_with_the_same_values(
    sakura: Nursery, errands: Errands, run_jobs: Any
) -> None:
    errand = errands.add(sakura, JUNE, words="遠足のお知らせ")

    documents = {one.format: one for one in order(sakura, errand, "errand_sheet")}
    run_jobs()

    pdf, xlsx = content(sakura, documents["pdf"]), content(sakura, documents["xlsx"])
    text = text_of(pdf)
    assert "遠足のお知らせ" in text
    assert errand.control_number in text
    sheet = load_workbook(io.BytesIO(xlsx))["用事"]
    assert [sheet[f"B{row}"].value for row in (1, 2, 3)] == ["さくら保育園", "遠足のお知らせ", 1234]
    with sakura.open():
        row = Document.objects.get(pk=documents["pdf"].pk)
    assert (row.subject, row.edition, row.pack_hash) == (CODE, "1", errands.packs[1].content_hash)
    assert row.control_number == errand.control_number
    assert re.fullmatch(rf"{sakura.facility.number}_令和8年度_06_用事の表\.pdf", row.file_name)


def test_the_same_content_gives_the_same_bytes(sakura: Nursery, errands: Errands, run_jobs: Any) -> None:
    errand = errands.add(sakura, JUNE)
    made = []
    for _ in range(2):
        documents = order(sakura, errand) + order(sakura, errand, "errand_sheet")
        run_jobs()
        made.append([content(sakura, one) for one in documents])
        with sakura.open():
            Document.objects.all().delete()

    assert made[0] == made[1]


def test_a_new_edition_is_another_document_and_the_old_one_says_so(
    sakura: Nursery, errands: Errands, run_jobs: Any
) -> None:
    errand = errands.add(sakura, JUNE)
    [first] = order(sakura, errand)
    run_jobs()

    newer = errands.change(errand, words="新しいお知らせ")
    with sakura.open():
        panel = queries.panel_for(CODE, errand.id)
    form = next(one for one in panel.forms if one.code == "errand_page")
    assert [one.document.pk for one in form.earlier] == [first.pk]
    assert form.is_wanted
    [second] = order(sakura, newer)
    run_jobs()

    assert second.pk != first.pk
    assert "新しいお知らせ" in text_of(content(sakura, second))
    assert "新しい" not in text_of(content(sakura, first))
    page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/documents/progress/{CODE}/{errand.id}/")
    assert page.content.decode().count("前の内容") == 1


def test_a_draft_is_made_only_where_its_pack_says_so_and_is_marked(sakura: Nursery, run_jobs: Any) -> None:
    with errands_known(page_pack("quiet"), page_pack("open", more=DRAFTS)) as errands:
        errand = errands.add(sakura, JUNE, is_final=False, price_mark="見本・支払不可")
        with pytest.raises(NotAllowed, match="確定する前"):
            order(sakura, errand, "quiet")
        [draft] = order(sakura, errand, "open")
        run_jobs()

        text = text_of(content(sakura, draft))
        with sakura.open():
            panel = queries.panel_for(CODE, errand.id)
    assert "下書き" in text
    assert "見本・支払不可" in text
    assert errand.control_number not in text
    assert draft.control_number == ""
    assert draft.file_name.endswith("_下書き.pdf")
    assert [form.code for form in panel.forms] == ["open"]


def test_what_cannot_be_made_says_every_reason_and_is_made_when_it_is_mended(
    city: City, sakura: Nursery, run_jobs: Any
) -> None:
    with errands_known(sheet_pack(digits=True)) as errands:
        errand = errands.add(sakura, JUNE, yen=987654321)
        documents = order(sakura, errand, "errand_sheet")
        run_jobs()
        page = sign_in(sakura.clerk).get(f"/f/{sakura.facility.number}/documents/").content.decode()
        with sakura.open():
            rows = list(Document.objects.all())
        assert all(row.failed_at and not row.ready_at for row in rows)
        assert page.count("用事!B3：「金額」は1けたの欄に入りません") == 2
        # Values stand in no event, no job and in no plain column.
        told = [str(event.detail) for event in events_of(city, "documents.not_rendered")]
        assert len(told) == 2
        assert not any("987654321" in one for one in told)
        assert all(b"987654321" not in bytes(row.problems_sealed) for row in rows)

        errands.packs[:] = [sheet_pack()]
        again = order(sakura, errand, "errand_sheet")
        run_jobs()
        assert {one.pk for one in again}.isdisjoint(one.pk for one in documents)
        assert all(content(sakura, one) for one in again)


def test_a_failed_one_ordered_anew_is_the_same_document(sakura: Nursery, run_jobs: Any) -> None:
    with errands_known(page_pack(html=PAGE.replace("texts.yen", "texts.nothing"))) as errands:
        errand = errands.add(sakura, JUNE)
        [failed] = order(sakura, errand)
        run_jobs()
        with sakura.open():
            assert Document.objects.get().failed_at
        [again] = order(sakura, errand)

    assert again.pk == failed.pk
    assert again.failed_at is None


def test_the_document_says_which_pack_and_edition_were_rendered(
    sakura: Nursery, errands: Errands, run_jobs: Any
) -> None:
    errand = errands.add(sakura, JUNE)
    [document] = order(sakura, errand)
    newer = page_pack(title="用事の届（改正）")
    errands.packs[0] = newer
    errands.change(errand, words="あとから")

    run_jobs()

    with sakura.open():
        row = Document.objects.get(pk=document.pk)
    assert (row.pack_hash, row.edition) == (newer.content_hash, "2")
    assert "改正" in row.title
    assert "あとから" in text_of(content(sakura, row))


def test_replaced_while_the_newer_one_is_there_it_says_so(
    sakura: Nursery, errands: Errands, run_jobs: Any
) -> None:
    errand = errands.add(sakura, JUNE)
    [older] = order(sakura, errand)
    newer = errands.change(errand)
    [newest] = order(sakura, newer)

    run_jobs()

    with sakura.open():
        assert Document.objects.get(pk=newest.pk).ready_at
        gone = Document.objects.get(pk=older.pk)
        assert gone.failed_at
        from documents.stored import problems_of

        assert problems_of(gone) == [operations.REPLACED]


def test_a_form_that_is_not_in_force_any_more_says_so(
    sakura: Nursery, errands: Errands, run_jobs: Any
) -> None:
    errand = errands.add(sakura, JUNE)
    order(sakura, errand)
    errands.packs.clear()

    run_jobs()

    with sakura.open():
        assert Document.objects.get().failed_at
    with pytest.raises(NoSuchForm):
        order(sakura, errand)


def test_a_condition_decides_whether_there_is_such_a_form(sakura: Nursery) -> None:
    with errands_known(page_pack("large", more='when = "errand.yen >= 5000"')) as errands:
        small, large = errands.add(sakura, JUNE, yen=1), errands.add(sakura, JUNE, yen=5000)
        with sakura.open():
            assert queries.panel_for(CODE, small.id).forms == []
            assert len(queries.panel_for(CODE, large.id).forms) == 1
        with pytest.raises(NoSuchForm):
            order(sakura, small, "large")


@pytest.mark.django_db(transaction=True)
def test_two_orders_at_once_make_one_document(errands: Errands) -> None:
    sakura = make_facility(make_city())
    errand = errands.add(sakura, JUNE)

    answers = at_once([lambda: order(sakura, errand), lambda: order(sakura, errand)])

    assert answers[0] == answers[1], answers
    with sakura.open():
        assert Document.objects.count() == 1


def test_of_the_city_operations_and_administrators_order_and_enrolment_does_not(
    city: City, sakura: Nursery, errands: Errands, run_jobs: Any
) -> None:
    errand = errands.add(sakura, JUNE)
    for role in (Role.OFFICER, Role.ADMINISTRATOR):
        with city.open(role) as person:
            [document] = operations.order("errand_page", CODE, errand.id, by=person, at=timezone.now())
            assert document.facility_id == sakura.facility.pk
    for role in (Role.ENROLMENT, Role.AUDITOR):
        with city.open(role) as person, pytest.raises(NotAllowed):
            operations.order("errand_page", CODE, errand.id, by=person, at=timezone.now())


def test_a_stranger_orders_nothing(city: City, sakura: Nursery, errands: Errands) -> None:
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    errand = errands.add(sakura, JUNE)

    with pytest.raises(NotAllowed):
        order(sumire, errand)


def test_one_control_number_stands_for_one_subject(
    sakura: Nursery, errands: Errands, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = errands.add(sakura, JUNE), errands.add(sakura, JUNE)
    monkeypatch.setattr(Errand, "control_number", property(lambda self: "E-same"))
    order(sakura, first)
    order(sakura, first, "errand_sheet")

    with pytest.raises(ControlNumberTaken):
        order(sakura, second)
    with sakura.open():
        assert ControlNumber.objects.get().subject_id == first.id


# ---------------------------------------------------------------- what a facility enters once


def save_contact(place: Nursery, shown_version: int = 0, **details: str) -> None:
    with place.open() as clerk:
        contacts.save(place.facility, details, shown_version=shown_version, by=clerk, at=timezone.now())


def test_what_a_facility_entered_once_stands_in_its_forms(
    sakura: Nursery, errands: Errands, run_jobs: Any
) -> None:
    errand = errands.add(sakura, JUNE)
    [without] = order(sakura, errand)
    save_contact(sakura, person="見本　花子")
    [with_person] = order(sakura, errand)
    save_contact(sakura, 1, person="見本　次郎")
    [newest] = order(sakura, errand)
    run_jobs()

    with sakura.open():
        states = {row.pk: row.failed_at is None for row in Document.objects.all()}
    # The first two were ordered of contents that held no more when they were rendered, and the newest was there.
    assert states == {without.pk: False, with_person.pk: False, newest.pk: True}
    assert "見本　次郎" in text_of(content(sakura, newest)).replace(" ", "　") or "次郎" in text_of(
        content(sakura, newest)
    )


def test_a_contact_saved_elsewhere_meanwhile_is_not_overwritten(sakura: Nursery) -> None:
    save_contact(sakura, person="見本　花子")

    with pytest.raises(ProblemsFound, match="ほかの画面"):
        save_contact(sakura, person="見本　次郎")

    with sakura.open():
        assert contacts.contact_of(sakura.facility.pk).row["person"] == "見本　花子"


def test_another_facility_and_the_city_change_no_contact(city: City, sakura: Nursery) -> None:
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")

    for place in (sumire.open(), city.open()):
        with place as person, pytest.raises(NotAllowed):
            contacts.save(sakura.facility, {}, shown_version=0, by=person, at=timezone.now())


# ---------------------------------------------------------------- a pack's own template


@pytest.mark.parametrize(
    "attack",
    [
        '{% include "base.html" %}',
        '{% extends "base.html" %}',
        "{% load hagukumi %}",
        "{% debug %}",
        "{% autoescape off %}{{ texts.words }}{% endautoescape %}",
        "{{ texts.words|safe }}",
        "{{ texts.unknown }}",
        "{% csrf_token %}",
        "{% now 'Y' %}",
    ],
)
def test_a_template_reads_loads_and_trusts_nothing(attack: str) -> None:
    with pytest.raises(html_forms.TemplateWrong):
        html_forms.page(attack, Filled("表題", [], texts={"words": "<b>"}))


def test_values_in_a_template_are_escaped() -> None:
    page = html_forms.page("<p>{{ texts.words }}</p>", Filled("表題", [], texts={"words": "<script>"}))

    assert page == "<p>&lt;script&gt;</p>"
