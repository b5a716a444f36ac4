"""The rendered paper: tags, fonts, furniture, files inside, the same bytes, and how it looks."""

import io
import re
from dataclasses import replace
from typing import Any

import pypdf
import pytest

from documents import making, rendering
from documents.packs.drawing import drawn
from documents.packs.filled import Filled, Marks
from documents.packs.template import PageSetup, Template
from documents.rendering import ARCHIVAL, Attached, NothingIsFetched, pdf_of_html
from tests.documents.errands import page_pack
from tests.documents.packs.golden import assert_looks_like, picture_of
from tests.documents.packs.sheets import BOXED, FINAL, HEAD, cell, every_look, filled, sheet


def paper(template: Template, values: Filled, **more: Any) -> bytes:
    return pdf_of_html(drawn(template, values).page, identifier="form", **more)


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    """Everything on it, without blanks and line ends: where lines end is nothing a reader searches for."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in read(content).pages))


def roster(rows: int = 60) -> tuple[Template, Filled]:
    """A wide list on A3 that goes on under its title rows."""
    heads = ["番号", "氏名", "職種", "常勤", "採用日", "経験年数", "備考"]
    cells = [cell("A1", "職員名簿・経験年数算定表", size=16, bold=True, horizontal="center", columns=7)]
    cells += [cell(f"{letter}2", head, HEAD) for letter, head in zip("ABCDEFG", heads, strict=True)]
    values: dict[str, Any] = {}
    for row in range(3, rows + 3):
        told = [
            str(row - 2),
            f"若葉　第{row}",
            "保育士",
            "常勤",
            "令和5年4月1日",
            "12年6月",
            "備考" * (row % 5),
        ]
        for letter, text in zip("ABCDEFG", told, strict=True):
            cells.append(cell(f"{letter}{row}", None, replace(BOXED, wraps=True)))
            values[f"{letter}{row}"] = text
    template = Template(
        (
            sheet(
                cells,
                widths=(14, 45, 35, 25, 45, 35, 260),
                heights=(14.0, *(9.0,) * (rows + 1)),
                title_rows=(1, 2),
                page=PageSetup("A3", True, fit_wide=1, centred=True),
            ),
        )
    )
    return template, filled(template, values, marks=Marks("下書き"))


@pytest.fixture(scope="module")
def looks() -> bytes:
    return paper(*every_look())


@pytest.fixture(scope="module")
def names() -> bytes:
    return paper(*roster())


def elements(reader: pypdf.PdfReader) -> list[Any]:
    """The elements of structure, as they are read aloud."""

    def below(one: Any) -> list[Any]:
        one = one.get_object()
        if not isinstance(one, dict) or "/S" not in one:
            return []
        kids = one.get("/K", [])
        return [one, *(found for kid in (kids if isinstance(kids, list) else [kids]) for found in below(kid))]

    return below(reader.trailer["/Root"]["/StructTreeRoot"]["/K"][0])


def test_it_is_tagged_in_japanese_with_a_title_heads_and_words_for_its_picture(looks: bytes) -> None:
    reader = read(looks)
    root = reader.trailer["/Root"]
    found = elements(reader)
    kinds = [one["/S"] for one in found]

    assert root["/Lang"] == "ja"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "委託費請求書"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert kinds.count("/H1") == 1
    assert {"/Table", "/TR", "/TD", "/TH", "/Figure"} <= set(kinds)
    assert [one["/Alt"] for one in found if one["/S"] == "/Figure"] == [
        "確認用の二次元コード（管理番号 131016-2604-0012）"
    ]
    assert [one.title for one in reader.outline] == ["委託費請求書（様式第1号）"]


def test_every_value_can_be_found_in_its_text_variants_and_rare_characters_included(looks: bytes) -> None:
    _, values = every_look()
    text = text_of(looks)

    for one in values.sheets[0].cells.values():
        assert re.sub(r"\s", "", one.text) in text
    assert "管理番号131016-2604-0012" in text
    assert "1/1" in text
    assert "はぐくみ請求" in text


def test_all_fonts_are_ours_embedded_and_cut_to_what_is_used(looks: bytes) -> None:
    fonts = [font.get_object() for page in read(looks).pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]

    assert fonts
    assert all("/FontFile3" in one or "/FontFile2" in one for one in descriptors)
    assert all(re.match(r"/[A-Z]{6}\+Noto-(Sans|Serif)-JP", font["/BaseFont"]) for font in fonts)
    assert len(looks) < 300_000


def test_a_wide_list_lies_on_a3_and_goes_on_page_by_page_without_an_empty_one(names: bytes) -> None:
    pages = read(names).pages

    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {(1191, 842)}
    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        text = re.sub(r"\s", "", page.extract_text())
        assert "経験年数" in text
        assert f"{number}/2" in text
        assert text.count("下書き") == 2, "across the page and in its top margin"
    assert all(f"若葉第{row}" in text_of(names) for row in range(3, 63))


def test_the_same_form_gives_the_same_bytes(looks: bytes) -> None:
    workbook = Attached("様式.xlsx", b"PK\3\4 a workbook", "この帳票の元のExcel")

    assert paper(*every_look()) == looks
    first = paper(*every_look(), variant=ARCHIVAL, attachments=[workbook])
    assert first == paper(*every_look(), variant=ARCHIVAL, attachments=[workbook])
    assert first != looks


def test_documents_share_what_is_known_of_fonts_and_are_the_same_whatever_came_before(
    looks: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, configuration = [], rendering.FontConfiguration
    monkeypatch.setattr(rendering, "_fonts", rendering._Fonts())
    monkeypatch.setattr(rendering, "FontConfiguration", lambda: made.append(configuration()) or made[-1])

    for number in range(3):
        template = Template((sheet([cell("A1", f"別の帳票{number}", size=9 + number, font="ＭＳ 明朝")]),))
        paper(template, filled(template))
    again = paper(*every_look())

    # Each one made would keep 200 KB of a worker for ever.
    assert len(made) == 1
    assert again == looks


def test_its_workbook_goes_inside_an_archival_paper_as_what_it_was_made_from() -> None:
    workbook = Attached("様式.xlsx", b"PK\3\4 a workbook", "この帳票の元のExcel")
    reader = read(paper(*every_look(), variant=ARCHIVAL, attachments=[workbook]))
    root = reader.trailer["/Root"]

    assert reader.attachments["様式.xlsx"] == [b"PK\3\4 a workbook"]
    (inside,) = (one.get_object() for one in root["/AF"])
    assert inside["/AFRelationship"] == "/Source"
    assert inside["/Desc"] == "この帳票の元のExcel"
    assert inside["/EF"]["/F"]["/Subtype"] == (
        "/application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    metadata = root["/Metadata"].get_object().get_data()
    assert b'pdfaid:part="3"' in metadata
    assert b'pdfaid:conformance="A"' in metadata
    assert root["/OutputIntents"]
    assert root["/StructTreeRoot"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_nothing_is_fetched(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(self: Any, url: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(url)
        raise NothingIsFetched

    monkeypatch.setattr(rendering.RefusingFetcher, "fetch", refuse)
    page = (
        '<html lang="ja"><title>x</title><style>@font-face{font-family:x;src:url(http://127.0.0.1:9/f)}</style>'
        '<img src="file:///etc/passwd" alt="x"><p style="font-family:x">字</p>'
    )

    text = text_of(pdf_of_html(page, identifier="x"))

    assert text == "字x" or text == "x字" or text == "字"
    assert asked == ["http://127.0.0.1:9/f", "file:///etc/passwd"]


def test_a_form_of_html_with_a_character_nobody_draws_is_refused_before_it_is_rendered() -> None:
    values = Filled(
        "届", [], texts={"words": "山\ue000", "yen": "1"}, tables={"rows": [{"name": "🏫"}, {"name": "🏫"}]}
    )

    with pytest.raises(making.FormUnfit) as unfit:
        making._page(page_pack(), values, None)

    assert [one.key for one in unfit.value.problems] == ["words", "name"]
    assert "「\ue000」" in unfit.value.problems[0].sentence


def test_every_page_has_its_code_and_its_band_whatever_its_size() -> None:
    sheets = [
        sheet([cell("A1", "縦")], title="縦"),
        sheet([cell("A1", "横")], title="横", page=PageSetup("A3", True)),
        sheet([cell("A1", "縦二")], title="縦二", page=PageSetup("B5")),
    ]
    template = Template(tuple(sheets))
    marks = replace(FINAL, band="下書き　見本・支払不可")
    content = paper(template, filled(template, marks=marks))

    for number in (1, 2, 3):
        picture = picture_of(content, page=number)
        dots = picture.width / read(content).pages[number - 1].mediabox.width * 72 / 25.4
        right, bottom = picture.width - 18 * dots, picture.height - 4 * dots
        code = picture.crop((int(right - 16 * dots), int(bottom - 16 * dots), int(right), int(bottom)))
        middle = picture.crop(
            tuple(int(length) for length in (0, picture.height * 0.2, picture.width, picture.height * 0.8))
        )
        assert sum(code.histogram()[:128]) > 0.3 * code.width * code.height, f"no code on page {number}"
        assert sum(middle.histogram()[200:250]) > 0.005 * middle.width * middle.height, (
            f"no band on page {number}"
        )


def test_it_looks_as_it_did(looks: bytes, names: bytes) -> None:
    assert_looks_like("every-look", looks)
    assert_looks_like("roster-page-2", names, page=2)
