"""The approved claim on paper: ordered once, rendered by the worker, the same numbers in PDF and workbook."""

import io
import re

import pytest
from django.utils import timezone
from django.utils.html import escape
from openpyxl import load_workbook
from pypdf import PdfReader

from approvals.operations import claims as review
from claims import form_values
from claims.form_lines import everybody_of, subject_of
from claims.models import ChildCount, Claim, ClaimLine
from claims.operations import confirming, facts, submitting
from documents import operations, queries, rendering
from documents.in_force import NoSuchForm
from documents.models import Document
from documents.rendering import NothingIsFetched
from facilities.actors import Role
from facilities.models import FacilityKind
from facilities.rules import NotAllowed
from rate_books.in_force import title_and_source_of
from tests.cast import JUNE, KINDERGARTEN_CELLS, NURSERY_CELLS, give_counts, make_city, make_facility, sign_in
from tests.documents.packs.recalculated import needs_libreoffice, recalculated, wrong_results

NURSERY_ITEMS = {
    "age3_staffing": {},
    "age4plus_staffing": {},
    "chief_nursery_teacher": {},
    "treatment_3": {"headcount_a": 4, "headcount_b": 3},
    "climate": {"variant": "other"},
}
KINDERGARTEN_ITEMS = {
    "vice_principal": {},
    "age3_staffing": {},
    "bus": {},
    "meals": {"variant": "in_house"},
    "side_dish_exemption": {"children": 4},
    "treatment_3": {"headcount_a": 3, "headcount_b": 2},
    "climate": {"variant": "other"},
}


def submitted_claim(city, *, kind=FacilityKind.NURSERY, number="1299900000901", name="髙﨑𠮷さくら園"):
    first_grade = kind == FacilityKind.KINDERGARTEN
    garden = make_facility(
        city, name, number=number, kind=kind, items=KINDERGARTEN_ITEMS if first_grade else NURSERY_ITEMS
    )
    sheet = give_counts(garden, JUNE, KINDERGARTEN_CELLS if first_grade else NURSERY_CELLS)
    now = timezone.now()
    with garden.open() as clerk:
        confirming.confirm(sheet.pk, shown_version=1, by=clerk, at=now)
        values = {"meal_days_a_week": 5, "side_dish_days": 20} if first_grade else {"saturday_closures": 0}
        facts.save(garden.facility, JUNE, values, shown_version=0, by=clerk, at=now)
        claim = Claim.objects.get()
        submitting.submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=now)
    return garden, claim


def approve(city, claim):
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            review.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=timezone.now())


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture(params=[FacilityKind.NURSERY, FacilityKind.KINDERGARTEN])
def approved(request, city):
    garden, claim = submitted_claim(city, kind=request.param)
    approve(city, claim)
    return garden, claim


def form_of(garden):
    """The request's code: private nurseries are entrusted, everybody else claims a benefit."""
    return "commission_claim" if garden.facility.kind == FacilityKind.NURSERY else "benefit_claim"


def order_and_render(garden, claim, run_jobs):
    with garden.open() as clerk:
        operations.order(form_of(garden), "claim", claim.pk, by=clerk, at=timezone.now())
    run_jobs()
    with garden.open() as clerk:
        return {
            document.format: operations.content_of(document, by=clerk)
            for document in Document.objects.filter(subject_id=claim.pk)
        }


def test_pdf_and_workbook_say_what_the_claim_says(approved, run_jobs):
    garden, claim = approved

    files = order_and_render(garden, claim, run_jobs)

    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages)
    assert f"{claim.total_yen:,}" in text
    book = load_workbook(io.BytesIO(files["xlsx"]), data_only=True)
    detail = {str(cell.value) for row in book["内訳書"].iter_rows() for cell in row}
    reasons = {str(cell.value) for row in book["計算の根拠"].iter_rows() for cell in row}
    with garden.open():
        for line in ClaimLine.objects.filter(claim=claim):
            assert line.label in text
            assert f"{line.amount_yen:,}".replace("-", "−") in text
            # Base price and its treatment stand in columns of their own.
            assert line.label in detail or line.code in {"base", "treatment_1_2"}
            assert str(line.amount_yen) in reasons | {str(cell) for cell in _of_further(book)}
    base, added = amounts_of(book["内訳書"])
    assert base + added == claim.total_yen


def _of_further(book):
    return [
        cell.value
        for sheet in book.worksheets
        if sheet.title.startswith("計算の根拠 (")
        for row in sheet.iter_rows()
        for cell in row
    ]


def amounts_of(detail):
    """What the rows of a 内訳書 come to by hand: unit × number of base prices with treatment, and of all items."""
    base = added = 0
    for row in detail.iter_rows():
        numbers = [cell.value for cell in row if isinstance(cell.value, int)]
        words = [cell.value for cell in row if isinstance(cell.value, str)]
        if "小計" in words or "このシートの計" in words or not words:
            continue
        if len(numbers) == 6:  # people, unit, amount, treatment's unit and amount, both
            people, unit, amount, treatment_unit, treatment, both = numbers
            assert (unit * people, treatment_unit * people) == (amount, treatment)
            base += amount + treatment
            assert amount + treatment == both
        elif len(numbers) == 3:
            unit, times, amount = numbers
            assert unit * times == amount
            added += amount
    return base, added


def test_pages_and_annex_name_the_source_of_each_line_and_of_the_book(approved, run_jobs):
    garden, claim = approved
    with garden.open():
        rows = form_values.values(claim.pk, frozenset({"claim_steps"}))["claim_steps"]
        sources = [line.source for line in ClaimLine.objects.filter(claim=claim)]

    page = sign_in(garden.clerk).get(f"/f/{garden.facility.number}/claims/{claim.pk}/").content.decode()
    files = order_and_render(garden, claim, run_jobs)

    title, book_source = title_and_source_of(claim.rate_book, claim.rate_book_hash)
    assert all(sources)
    assert book_source
    shown = "<dt>出典</dt><dd>{}</dd>"
    assert [page.count(shown.format(escape(one))) for one in sources] == [1] * len(sources)
    assert page.count(escape(book_source)) == 1
    # On paper the book is named at the top of each sheet, and the sources speak of its rows.
    told = [text for label, text in steps_in(rows) if label == "出典"]
    assert told == [_plain(source.replace(title, "")) for source in sources]
    sheets = [one.extract_text() for one in PdfReader(io.BytesIO(files["pdf"])).pages]
    annex = [text for text in sheets if "計算の根拠" in text]
    assert annex
    assert all(text.count(book_source) == 1 and title in text for text in annex)
    so_far, whole = 0, _plain("".join(annex))
    for row in rows:
        if row["text"]:
            so_far = whole.find(_plain(row["text"]), so_far)
            assert so_far >= 0, row


def steps_in(rows):
    """Label and text of each step, put together again; without blanks."""
    steps = []
    for row in rows:
        if row["item_yen"] is not None or (row["label"] and row["text"]):
            steps.append(["", ""])
        steps[-1][0] += row["label"] or ""
        steps[-1][1] += _plain(row["text"] or "")
    return steps


def _plain(text):
    return re.sub(r"\s", "", text)


def test_every_sheet_of_the_workbook_says_that_its_prices_are_no_official_ones(city, run_jobs):
    garden, claim = submitted_claim(city)
    assert claim.price_mark == "見本・支払不可"

    book = load_workbook(io.BytesIO(order_and_render(garden, claim, run_jobs)["xlsx"]))

    assert len(book.worksheets) > 3
    for sheet in book:
        assert any(
            "見本・支払不可　" in str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row
        ), sheet


def test_the_paper_is_short_and_tells_the_lines_in_one_order(approved, run_jobs):
    garden, claim = approved

    pages = [
        page.extract_text()
        for page in PdfReader(io.BytesIO(order_and_render(garden, claim, run_jobs)["pdf"])).pages
    ]

    assert len(pages) <= 4
    # The first sheet is the whole request: amount, sums, conditions, children and dates.
    for words in (
        "請求金額",
        "内訳",
        "計算の条件",
        "児童数（初日在籍）",
        "市の承認日",
        f"{claim.total_yen:,}",
    ):
        assert words in pages[0]
    assert claim.rate_book not in pages[0]
    detail = pages[1]
    reasons = "\n".join(pages[2:])
    assert f"番号 {claim.rate_book}" in reasons
    with garden.open():
        lines = list(ClaimLine.objects.filter(claim=claim))
        rows = form_values.values(claim.pk, frozenset({"claim_steps"}))["claim_steps"]
    labels = [line.label for line in lines]
    listed = [line.label for line in lines if line.code not in {"base", "treatment_1_2"}]
    known = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    told = [label for label in dict.fromkeys(re.findall(known, detail)) if label in listed]
    assert told == listed
    whole = _plain(reasons)
    places = [whole.find(f"{_plain(label)}") for label in listed]
    assert -1 not in places
    # A reason may speak of another item: an item's own row is the one its name and amount stand in.
    assert [row["position"] for row in rows if row["item_yen"] is not None] == [
        line.position for line in lines
    ]


@pytest.mark.parametrize(
    ("certification", "part", "words"),
    [
        ("1", {"quantity": 14}, "1号の全員"),
        ("23", {"quantity": 59}, "2・3号の全員"),
        ("1", {"quantity": 14, "note": "7人 × 2日"}, "7人 × 2日"),
        ("23", {"quantity": 6}, "対象の子ども"),
    ],
)
def test_whom_a_line_counts_is_said(certification, part, words):
    counts = [
        ChildCount(certification=kind, count=count) for kind, count in (("1", 14), ("2", 40), ("3", 19))
    ]

    assert subject_of(part, certification, everybody_of(counts)) == words


def test_all_children_of_one_kind_are_simply_all():
    everybody = everybody_of([ChildCount(certification="2", count=8), ChildCount(certification="3", count=4)])

    assert subject_of({"quantity": 12}, "23", everybody) == "全員"


def test_a_viewer_that_does_not_compute_shows_every_sum(approved, run_jobs):
    garden, claim = approved

    content = order_and_render(garden, claim, run_jobs)["xlsx"]

    written, shown = load_workbook(io.BytesIO(content)), load_workbook(io.BytesIO(content), data_only=True)
    assert beside(shown["請求書"], PAID) == claim.total_yen
    assert beside(shown["内訳書"], "公定価格の合計") == claim.total_yen
    formulas = sums = 0
    for sheet in written:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            formulas += 1
            sums += shown[sheet.title][cell.coordinate].value is not None
    # Rows that nothing stands in show nothing.
    assert formulas > sums > 20
    wrong = [one for one in wrong_results(content) if "kept None" not in one]
    assert wrong == []


# 委託費 is the whole price; from a benefit what families pay is taken off.
PAID = ("請求金額（委託費）", "請求金額")


def beside(sheet, label):
    """The number in the row of a label, to its right; of several labels the first there is."""
    for wanted in (label,) if isinstance(label, str) else label:
        for row in sheet.iter_rows():
            words = [place for place, cell in enumerate(row) if cell.value == wanted]
            numbers = [cell.value for cell in row[words[0] :] if isinstance(cell.value, int)] if words else []
            if numbers and not all(0 <= number <= 9 for number in numbers):
                return numbers[0]
    raise AssertionError(label)


@needs_libreoffice
def test_a_spreadsheet_program_computes_the_same_sum(approved, run_jobs):
    garden, claim = approved
    # Saved once more, the kept results are gone: what comes out was computed from the formulas.
    emptied = io.BytesIO()
    load_workbook(io.BytesIO(order_and_render(garden, claim, run_jobs)["xlsx"])).save(emptied)

    computed = recalculated(emptied.getvalue())

    fronts = [value for (sheet, _), value in computed.items() if sheet == "請求書"]
    assert claim.total_yen in fronts
    assert claim.child_total in fronts
    assert claim.total_yen in [value for (sheet, _), value in computed.items() if sheet == "内訳書"]


def test_fonts_are_embedded_and_every_character_is_drawn(approved, run_jobs):
    garden, claim = approved

    files = order_and_render(garden, claim, run_jobs)

    reader = PdfReader(io.BytesIO(files["pdf"]))
    assert "髙﨑𠮷さくら園" in reader.pages[0].extract_text()
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert "+" in font["/BaseFont"]


def test_files_are_named_by_number_year_month_and_form(approved, run_jobs):
    garden, claim = approved
    order_and_render(garden, claim, run_jobs)

    with garden.open():
        names = {document.file_name for document in Document.objects.all()}

    title = "委託費請求書" if garden.facility.kind == FacilityKind.NURSERY else "施設型給付費請求書"
    stem = f"{garden.facility.number}_令和8年度_06_{title}"
    assert names == {f"{stem}.pdf", f"{stem}.xlsx"}


def test_before_the_approval_there_are_only_drafts(city, run_jobs):
    garden, claim = submitted_claim(city)

    with garden.open() as clerk:
        drafts = operations.order(form_of(garden), "claim", claim.pk, by=clerk, at=timezone.now())
        # A notice to families is for final amounts only.
        with pytest.raises((NotAllowed, NoSuchForm)):
            operations.order("proxy_receipt_notice", "claim", claim.pk, by=clerk, at=timezone.now())
    run_jobs()

    assert all(document.is_draft and not document.control_number for document in drafts)
    assert all("_下書き." in document.file_name for document in drafts)
    with garden.open() as clerk:
        files = {one.format: operations.content_of(one, by=clerk) for one in Document.objects.all()}
    for page in PdfReader(io.BytesIO(files["pdf"])).pages:
        assert "下書き" in page.extract_text()
    for sheet in load_workbook(io.BytesIO(files["xlsx"])):
        assert "下書き" in str(sheet.oddHeader.left.text) + str(sheet.oddHeader.center.text) + str(
            sheet.oddHeader.right.text
        )


def test_a_returned_claim_has_no_request_but_a_notice_that_the_city_gives_out(city, run_jobs):
    garden, claim = submitted_claim(city)
    with city.open(Role.OFFICER) as officer:
        review.return_to_facility(
            claim.pk,
            shown_hash=claim.content_hash,
            reason="土曜日の日数を確かめてください。",
            by=officer,
            at=timezone.now(),
        )
    with garden.open() as clerk:
        with pytest.raises(NoSuchForm):
            operations.order("commission_claim", "claim", claim.pk, by=clerk, at=timezone.now())
        with pytest.raises(NotAllowed, match="市が作成します"):
            operations.order("return_notice", "claim", claim.pk, by=clerk, at=timezone.now())
    with city.open(Role.OFFICER) as officer:
        operations.order("return_notice", "claim", claim.pk, by=officer, at=timezone.now())
    run_jobs()

    with garden.open() as clerk:
        documents = list(Document.objects.all())
        (paper,) = [one for one in documents if one.format == "pdf"]
        text = PdfReader(io.BytesIO(operations.content_of(paper, by=clerk))).pages[0].extract_text()
        (form,) = [one for one in queries.panel_for("claim", claim.pk).forms if one.code == "return_notice"]
    assert "土曜日の日数を確かめてください。" in text
    assert "下書き" not in text
    assert paper.control_number
    assert {one.document.pk for one in form.progress} == {one.pk for one in documents}
    assert not form.is_wanted


def test_ordered_twice_is_made_once(city, run_jobs):
    garden, claim = submitted_claim(city)
    approve(city, claim)
    first = order_and_render(garden, claim, run_jobs)

    second = order_and_render(garden, claim, run_jobs)

    assert first == second
    with garden.open():
        assert Document.objects.count() == 2


def test_the_same_claim_gives_the_same_bytes(city, run_jobs):
    garden, claim = submitted_claim(city)
    approve(city, claim)
    first = order_and_render(garden, claim, run_jobs)
    with garden.open():
        Document.objects.all().delete()

    assert order_and_render(garden, claim, run_jobs) == first


def test_progress_goes_from_waiting_to_ready(city, run_jobs):
    garden, claim = submitted_claim(city)
    approve(city, claim)
    with garden.open() as clerk:
        operations.order(form_of(garden), "claim", claim.pk, by=clerk, at=timezone.now())
        before = queries.panel_for("claim", claim.pk)
    run_jobs()
    with garden.open():
        after = queries.panel_for("claim", claim.pk)

    assert _states(before) == ["waiting", "waiting"]
    assert _states(after) == ["ready", "ready"]


def _states(panel):
    (form,) = [one for one in panel.forms if one.code == "commission_claim"]
    return [one.state for one in form.progress]


def test_the_clerk_orders_watches_and_downloads_in_the_browser(city, run_jobs):
    garden, claim = submitted_claim(city)
    approve(city, claim)
    browser = sign_in(garden.clerk)
    base = f"/f/{garden.facility.number}"

    progress = f"{base}/documents/progress/claim/{claim.pk}/"
    page = browser.get(f"{base}/claims/{claim.pk}/")
    assert f'hx-get="{progress}?back=' in page.content.decode()
    assert "委託費請求書を作る" in browser.get(progress).content.decode()
    ordered = browser.post(
        f"{base}/documents/order/claim/{claim.pk}/",
        {"back": f"{base}/claims/{claim.pk}/", "form": "commission_claim"},
    )
    assert ordered.headers["Location"] == f"{base}/claims/{claim.pk}/"
    assert "hx-get" in browser.get(progress).content.decode()
    run_jobs()
    panel = browser.get(progress).content.decode()

    assert "hx-get" not in panel
    with garden.open():
        document = Document.objects.get(format="pdf")
    download = browser.get(f"{base}/documents/file/{document.pk}/")
    assert download.content.startswith(b"%PDF-")
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert int(download.headers["Content-Length"]) == len(download.content)
    assert document.file_name in browser.get(f"{base}/documents/").content.decode()


def test_a_strangers_document_is_not_there(city, run_jobs):
    garden, claim = submitted_claim(city)
    approve(city, claim)
    order_and_render(garden, claim, run_jobs)
    stranger = make_facility(city, "すみれ保育園", number="1299900000902")
    with garden.open():
        document = Document.objects.first()

    answer = sign_in(stranger.clerk).get(f"/f/{stranger.facility.number}/documents/file/{document.pk}/")

    assert answer.status_code == 404


def test_a_file_moved_to_another_row_does_not_open(city, run_jobs):
    from vault import CannotUnseal

    garden, claim = submitted_claim(city)
    approve(city, claim)
    order_and_render(garden, claim, run_jobs)
    with garden.open() as clerk:
        first, second = Document.objects.order_by("format")
        second.content_sealed = first.content_sealed

        with pytest.raises(CannotUnseal):
            operations.content_of(second, by=clerk)


@pytest.mark.parametrize(
    "attack",
    [
        '<img src="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<style>@import url("http://127.0.0.1:1/x.css");</style>',
        '<img src="http://127.0.0.1:1/x.png">',
    ],
)
def test_a_page_can_fetch_nothing(attack):
    page = f"<!doctype html><html lang=ja><title>x</title><body>{attack}x"

    try:
        content = rendering.pdf_of_html(page, identifier="x")
    except NothingIsFetched:
        return

    assert b"root:" not in content
    assert not PdfReader(io.BytesIO(content)).attachments
