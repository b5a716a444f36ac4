"""Where forms of applications are ordered: at a draft, at what was sent, in a year's list, and in the review."""

import io

import pytest
from pypdf import PdfReader

from applications import form_years
from applications.models import ItemPack
from documents import operations as documents
from documents.models import Document, Format
from documents.stored import problems_of
from facilities.actors import Role
from tests.applications.stage import approve, release_pack, save, submit
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in

pytestmark = pytest.mark.django_db
TYPED = {"extra_staff": "1", "monthly_yen": "100000"}
SHEET = "公定価格 個票4（チーム保育推進加算）"
TOTAL = "公定価格 加算・調整 適用申請書（総括表）"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city, capacity=130)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


@pytest.fixture
def clerk(sakura: Nursery) -> Browser:
    return sign_in(sakura.clerk)


def page_of(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def printed(place: Nursery, form: str) -> str:
    """The words of the PDF that was ordered last, made as the worker makes it."""
    with place.open() as by:
        document = Document.objects.filter(form=form, format=Format.PDF).latest("ordered_at")
        documents.render(document.pk)
        document.refresh_from_db()
        assert document.ready_at is not None, problems_of(document)
        content = documents.content_of(document, by=by)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "".join(text.split())


def ordered(browser: Browser, base: str, subject: str, subject_id: object) -> None:
    answer = browser.post(f"{base}order/{subject}/{subject_id}/", {"back": "/f/"})
    assert answer.status_code == 302


def test_a_draft_is_printed_before_it_is_sent(sakura, pack, clerk):
    draft = save(sakura, pack, **TYPED)
    own = f"/f/{sakura.facility.number}"
    page = page_of(clerk, f"{own}/applications/2026/price/team_childcare/check/")

    assert SHEET in page
    assert "下書き" in page
    ordered(clerk, f"{own}/documents/", "application", draft.pk)
    said = printed(sakura, "price_sheet_team")
    assert "下書き" in said
    assert "チーム保育推進加算" in said
    assert "管理番号" not in said


def test_what_is_approved_is_printed_with_its_number(city, sakura, pack, clerk):
    approved = approve(city, submit(sakura, save(sakura, pack, **TYPED)))
    own = f"/f/{sakura.facility.number}"
    page = page_of(clerk, f"{own}/applications/2026/price/team_childcare/")

    assert SHEET in page
    assert f"{SHEET}を作る" in page
    ordered(clerk, f"{own}/documents/", "application", approved.pk)
    said = printed(sakura, "price_sheet_team")
    assert f"管理番号1299900000901-2026-TC-1-{approved.content_hash[:8]}" in said
    assert "下書き" not in said
    assert "令和8年4月から" in said
    assert "さくら保育園" in said
    assert "ダウンロード" in page_of(clerk, f"{own}/applications/2026/price/team_childcare/")


def test_what_is_declined_has_no_sheet(sakura, pack, clerk):
    submit(sakura, save(sakura, pack, wanted=False, from_month=None))

    page = page_of(clerk, f"/f/{sakura.facility.number}/applications/2026/price/team_childcare/")

    assert "帳票の印刷" not in page


def test_the_year_gives_its_totalled_sheet(city, sakura, pack, clerk):
    list_of_year = f"/f/{sakura.facility.number}/applications/2026/"
    assert TOTAL not in page_of(clerk, f"{list_of_year}?family=price"), "nothing was sent yet"
    approve(city, submit(sakura, save(sakura, pack, **TYPED)))

    assert TOTAL not in page_of(clerk, list_of_year)
    assert "総括表を印刷できます" in page_of(clerk, list_of_year)
    assert TOTAL in page_of(clerk, f"{list_of_year}?family=price")
    subject_id = form_years.year_id(sakura.facility.pk, 2026, "price")
    ordered(clerk, f"/f/{sakura.facility.number}/documents/", form_years.SUBJECT, subject_id)
    said = printed(sakura, "price_summary")
    assert "令和8年度公定価格加算・調整適用申請書（総括表）" in said
    assert "チーム保育推進加算申請する令和8年4月から1人" in said
    assert "管理番号1299900000901-2026-PRICE-" in said


def test_the_reviewer_prints_what_was_sent(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))
    officer = sign_in(city.people[Role.OFFICER])

    assert SHEET in page_of(officer, f"/c/applications/{sent.pk}/")
    ordered(officer, "/c/documents/", "application", sent.pk)
    assert "下書き" in printed(sakura, "price_sheet_team"), "not decided yet"
    approve(city, sent)
    page = page_of(officer, f"/c/applications/{sent.pk}/")
    assert "新しい内容で作る" in page


def test_others_print_nothing_of_it(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    neighbour = sign_in(sumire.clerk)
    year = form_years.year_id(sakura.facility.pk, 2026, "price")

    for subject, subject_id in (("application", sent.pk), (form_years.SUBJECT, year)):
        neighbour.post(f"/f/{sumire.facility.number}/documents/order/{subject}/{subject_id}/", {})
    with sakura.open():
        assert not Document.objects.exists()
