"""The approved claim on paper: ordered once, rendered by the worker, the same numbers in PDF and workbook."""

import io
import math
import os
import re
import shutil
import subprocess

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from openpyxl import load_workbook
from pypdf import PdfReader

from approvals.operations import claims as review
from claims import paper
from claims.models import ChildCount, Claim, ClaimLine
from claims.operations import confirming, facts, submitting
from documents import operations, queries, rendering
from documents.models import Document
from documents.rendering import NothingIsFetched
from facilities.actors import Role
from facilities.models import FacilityKind
from facilities.rules import NotAllowed
from rate_books.in_force import title_and_source_of
from tests.cast import JUNE, KINDERGARTEN_CELLS, NURSERY_CELLS, give_counts, make_city, make_facility, sign_in

UTF8_CSV = "csv:Text - txt - csv (StarCalc):44,34,76"
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


def order_and_render(garden, claim, run_jobs):
    with garden.open() as clerk:
        operations.order("claim", "claim", claim.pk, by=clerk, at=timezone.now())
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
    with garden.open():
        for line in ClaimLine.objects.filter(claim=claim):
            assert line.label in text
            assert f"{line.amount_yen:,}".replace("-", "−") in text
    detail = load_workbook(io.BytesIO(files["xlsx"]))["内訳書"]
    amounts = 0
    for row in detail.iter_rows(min_row=4):
        amount = row[4].value
        if isinstance(amount, int):
            amounts += amount
        elif isinstance(amount, str) and amount.startswith("=C"):
            amounts += row[2].value * row[3].value
    assert amounts == claim.total_yen


def test_pages_and_annex_name_the_source_of_each_line_and_of_the_book(approved, run_jobs):
    garden, claim = approved
    with garden.open():
        values = paper.values(claim.pk)
        sources = [line.source for line in ClaimLine.objects.filter(claim=claim)]

    page = sign_in(garden.clerk).get(f"/f/{garden.facility.number}/claims/{claim.pk}/").content.decode()
    annex = render_to_string("documents/claim.html", values).split("計算の根拠")[1]

    _, book_source = title_and_source_of(claim.rate_book, claim.rate_book_hash)
    assert all(sources)
    assert book_source
    for shown, cell in ((page, "<dt>出典</dt><dd>{}</dd>"), (annex, "<tr><th>出典</th><td>{}</td></tr>")):
        assert [shown.count(cell.format(escape(one))) for one in sources] == [1] * len(sources)
        assert shown.count(escape(book_source)) == 1


def test_every_sheet_of_the_workbook_says_that_its_prices_are_no_official_ones(city):
    _, claim = submitted_claim(city)
    with city.open():
        assert claim.price_mark == "見本・支払不可"
        found = paper.values(claim.pk)

    for sheet in paper.workbook(found).book:
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
    _front, detail, reasons = re.split("内訳書　?|計算の根拠", "\n".join(pages))[-3:]
    assert f"番号 {claim.rate_book}" in reasons
    with garden.open():
        labels = list(ClaimLine.objects.filter(claim=claim).values_list("label", flat=True))
    known = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    # A reason may speak of another item: its own name stands alone with its amount.
    told = [re.findall(known, detail), re.findall(rf"^({known}) [−0-9,]+円$", reasons, re.MULTILINE)]
    orders = [list(dict.fromkeys(found)) for found in told]
    assert orders[0] == orders[1]
    assert set(orders[0]) == set(labels)


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

    assert paper._subject(part, certification, paper._everybody(counts)) == words


def test_all_children_of_one_kind_are_simply_all():
    everybody = paper._everybody(
        [ChildCount(certification="2", count=8), ChildCount(certification="3", count=4)]
    )

    assert paper._subject({"quantity": 12}, "23", everybody) == "全員"


def test_a_viewer_that_does_not_compute_shows_every_sum(approved, run_jobs):
    garden, claim = approved

    content = order_and_render(garden, claim, run_jobs)["xlsx"]

    written, kept = load_workbook(io.BytesIO(content)), load_workbook(io.BytesIO(content), data_only=True)
    assert kept["請求書"]["C6"].value == claim.total_yen
    formulas = 0
    for sheet in written:
        results = kept[sheet.title]
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            formulas += 1
            assert results[cell.coordinate].value == worked_out(cell.value, results), cell.coordinate
    assert formulas > 5


def worked_out(formula, sheet):
    """What our three kinds of formula come to over the kept values: a product, a sum of a range, a sum of cells."""
    if "!" in formula:
        title, place = formula[1:].split("!")
        return sheet.parent[title][place].value
    if found := re.fullmatch(r"=SUM\((\w+):(\w+)\)", formula):
        return sum(cell.value for row in sheet[f"{found[1]}:{found[2]}"] for cell in row)
    if "*" in formula:
        return math.prod(sheet[place].value for place in formula[1:].split("*"))
    return sum(sheet[place].value for place in formula[1:].split("+"))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_a_spreadsheet_program_computes_the_same_sum(approved, run_jobs, tmp_path):
    garden, claim = approved
    # Saved once more, the kept results are gone: what comes out was computed from the formulas.
    load_workbook(io.BytesIO(order_and_render(garden, claim, run_jobs)["xlsx"])).save(tmp_path / "claim.xlsx")

    command = ["soffice", "--headless", "--convert-to", UTF8_CSV, "--outdir", str(tmp_path)]
    environment = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run([*command, str(tmp_path / "claim.xlsx")], check=True, capture_output=True, env=environment)

    front = (tmp_path / "claim.csv").read_text(encoding="utf-8")
    assert f'請求金額,,"¥{claim.total_yen:,}"' in front
    assert f"計（この請求の児童）,{claim.child_total}" in front


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


def test_nothing_prints_before_the_approval(city):
    garden, claim = submitted_claim(city)

    with garden.open() as clerk, pytest.raises(NotAllowed, match="承認したあと"):
        operations.order("claim", "claim", claim.pk, by=clerk, at=timezone.now())


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
        operations.order("claim", "claim", claim.pk, by=clerk, at=timezone.now())
        before = queries.panel_for("claim", claim.pk)
    run_jobs()
    with garden.open():
        after = queries.panel_for("claim", claim.pk)

    assert [one.state for one in before.forms[0].progress] == ["waiting", "waiting"]
    assert [one.state for one in after.forms[0].progress] == ["ready", "ready"]


def test_the_clerk_orders_watches_and_downloads_in_the_browser(city, run_jobs):
    garden, claim = submitted_claim(city)
    approve(city, claim)
    browser = sign_in(garden.clerk)
    base = f"/f/{garden.facility.number}"

    page = browser.get(f"{base}/claims/{claim.pk}/")
    assert "請求書を作る" in page.content.decode()
    ordered = browser.post(
        f"{base}/documents/order/claim/{claim.pk}/", {"back": f"{base}/claims/{claim.pk}/"}
    )
    assert ordered.headers["Location"] == f"{base}/claims/{claim.pk}/"
    assert "hx-get" in browser.get(ordered.headers["Location"]).content.decode()
    run_jobs()
    panel = browser.get(f"{base}/documents/progress/claim/{claim.pk}/").content.decode()

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
def test_a_template_can_fetch_nothing(attack, tmp_path, settings):
    page = f"<!doctype html><html lang=ja><title>x</title><body>{attack}x"
    (tmp_path / "attack.html").write_text(page, encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    try:
        content = rendering.pdf("attack.html", {}, identifier="x")
    except NothingIsFetched:
        return

    assert b"root:" not in content
    assert not PdfReader(io.BytesIO(content)).attachments
