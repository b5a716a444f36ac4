"""Sheets as HTML: what is drawn where, what does not fit, and the picture that can be clicked."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from documents.packs.drawing import Drawing, Mark, drawn
from documents.packs.filled import FilledCell, FilledSheet, Marks
from documents.packs.template import PageSetup, Place, Template
from tests.documents.packs.sheets import BOXED, FINAL, HEAD, cell, every_look, filled, sheet


class Cells(HTMLParser):
    """Each cell's tag, attributes and text, by address."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("td", "th"):
            self.cells.append((tag, dict(attrs), []))
        if tag == "br":
            self.cells[-1][2].append("\n")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1][2].append(data)

    def at(self, address: str) -> tuple[str, dict[str, str | None], str]:
        found = [one for one in self.cells if one[1].get("data-cell") == address]
        assert found, f"no cell {address}"
        return found[0][0], found[0][1], "".join(found[0][2])


def words_of(drawing: Drawing) -> list[str]:
    return [str(one) for one in drawing.problems]


def one_cell(text: str | FilledCell, *, wide: float = 30, high: float = 8, **look: object) -> Drawing:
    """「施設名」 and beside it a value."""
    template = Template(
        (
            sheet(
                [cell("A1", "施設名", HEAD), cell("B1", None, BOXED, **look)],
                widths=(20, wide, 20),
                heights=(high,),
            ),
        )
    )
    return drawn(template, filled(template, {"B1": text}))


def test_every_look_is_drawn_with_classes_alone() -> None:
    drawing = drawn(*every_look())

    assert drawing.problems == drawing.notes == ()
    assert "style=" not in drawing.html
    assert "<script" not in drawing.page
    used = set(re.findall(r'class="([^"]*)"', drawing.html))
    for name in {one for several in used for one in several.split()}:
        assert re.search(rf"\.{name}\b", drawing.css), f"class {name} has no rule"


def test_merged_cells_span_and_hidden_columns_do_not_count() -> None:
    template = Template(
        (
            sheet(
                [
                    cell("A1", "二行三列", BOXED, rows=2, columns=3),
                    cell("D1", "右", BOXED),
                    cell("D2", "右下", BOXED),
                    cell("A3", "下", BOXED, columns=4),
                ],
                widths=(20, 0, 20, 20),
                heights=(8, 8, 8),
            ),
        )
    )
    cells = Cells(drawn(template, filled(template)).html)

    assert cells.at("A1")[1]["rowspan"] == "2"
    assert cells.at("A1")[1]["colspan"] == "2"
    assert cells.at("A3")[1]["colspan"] == "3"
    assert [one[1].get("data-cell") for one in cells.cells] == ["A1", "D1", "D2", "A3"]


def test_a_merged_cell_over_a_page_break_is_written_once() -> None:
    template = Template((sheet([cell("A1", "両方", BOXED, rows=4)], heights=(8,) * 4, breaks=(2,)),))
    html = drawn(template, filled(template)).html

    assert html.count('rowspan="2"') == 2
    assert html.count("両方") == 1


def test_title_rows_stand_on_each_page_as_its_head() -> None:
    cells = [cell("A1", "番号", HEAD), *(cell(f"A{row}", row, BOXED) for row in range(2, 42))]
    template = Template((sheet(cells, heights=(10.0,) * 41, title_rows=(1, 1)),))
    drawing = drawn(template, filled(template))

    assert drawing.html.count("<section") == 2
    assert drawing.html.count("番号") == 2
    assert drawing.html.count("<thead>") == 1
    assert Cells(drawing.html).at("A41")[2] == "41"


def test_numbers_of_the_template_are_printed_by_their_format() -> None:
    cells = Cells(drawn(*every_look()).html)

    assert cells.at("E5")[2] == "1,234,567円"
    assert cells.at("B5")[2] == "12,345,678"
    assert cells.at("G5")[2] == "TRUE"


def test_words_of_the_template_spill_over_empty_cells_and_shrink_before_full_ones() -> None:
    text = "とても長い説明の文字がここに立っています"
    cells = [cell("A1", text), cell("A2", text), cell("B2", "次"), cell("A3", text), cell("B3")]
    template = Template((sheet(cells, widths=(50, 60, 20)),))

    def size(drawing: Drawing, address: str) -> float:
        names = (Cells(drawing.html).at(address)[1]["class"] or "").split()
        rules = [re.search(rf"\.{name}\{{font-size:([\d.]+)pt", drawing.css) for name in names]
        return next(float(rule[1]) for rule in rules if rule)

    plain = drawn(template, filled(template))
    full = drawn(template, filled(template, {"B3": "値"}))

    assert size(plain, "A1") == size(plain, "A3") == 10
    assert size(plain, "A2") < 8
    assert size(full, "A3") < 8
    assert plain.problems == plain.notes == ()


def test_words_of_the_template_that_do_not_fit_are_a_note_and_no_problem() -> None:
    template = Template((sheet([cell("A1", "長い" * 20), cell("B1", "次")]),))
    drawing = drawn(template, filled(template))

    assert drawing.problems == ()
    assert [one.place for one in drawing.notes] == [Place("様式", 1, 1)]


def test_a_value_never_spills_over_an_empty_cell() -> None:
    assert words_of(one_cell("若" * 100)) == [
        "様式!B1：「施設名」の欄に入りきりません。おおよそ39字までにするか、欄を広げてください。"
    ]
    assert one_cell("若" * 35).problems == ()


def test_a_value_wraps_rather_than_get_tiny_and_stays_whole() -> None:
    drawing = one_cell("認定こども園若葉の森分園", wide=20, high=12)
    text = Cells(drawing.html).at("B1")[2]

    assert drawing.problems == ()
    assert "\n" in text
    assert text.replace("\n", "") == "認定こども園若葉の森分園"


def test_a_value_that_must_not_shrink_is_a_problem_earlier() -> None:
    wide = FilledCell("1234567890123", "1234567890123", shrinks=False)

    assert one_cell(replace(wide, shrinks=True), wide=20).problems == ()
    assert len(one_cell(wide, wide=20).problems) == 1


def test_five_hundred_characters_stand_whole_or_are_a_problem() -> None:
    text = ("認定こども園若葉の森こどもえん分園。第２園舎（北）、" * 20)[:500]
    fits = one_cell(text, wide=120, high=60, wraps=True)
    lost = one_cell(text, wide=40, high=20, wraps=True)

    assert Cells(fits.html).at("B1")[2].replace("\n", "") == text
    assert fits.problems == ()
    assert len(lost.problems) == 1
    assert lost.problems[0].place == Place("様式", 1, 2)


def test_characters_without_a_glyph_are_told_with_their_place_in_values_and_in_the_template() -> None:
    template = Template((sheet([cell("A1", "見出し🏫"), cell("A2", None, BOXED)]),))
    drawing = drawn(template, filled(template, {"A2": "\ue123田\U000e01ef"}))

    assert [one.place for one in drawing.problems] == [Place("様式", 1, 1), Place("様式", 2, 1)]
    assert "「🏫」" in drawing.problems[0].sentence
    assert "「\ue123」「田\U000e01ef」" in drawing.problems[1].sentence
    assert one_cell("𠮷野家　葛\U000e0100飾　髙﨑").problems == ()


def test_boxes_to_tick_are_drawn_though_no_font_has_them() -> None:
    drawing = one_cell("☐☑✔", wide=30)

    assert drawing.problems == ()
    assert Cells(drawing.html).at("B1")[2] == "□□✓✓"


def test_upright_words_stand_under_each_other() -> None:
    cells = Cells(drawn(*every_look()).html)

    assert cells.at("A6")[2].split("\n") == list("縦書きー（一）、。")


@pytest.mark.parametrize("rotation", [255, 90, 180])
def test_upright_and_turned_words_that_do_not_fit_are_told(rotation: int) -> None:
    long = "長い縦書きの見出しがここにあります" * 12
    drawing = one_cell(long, wide=8, high=30, rotation=rotation)
    short = one_cell("短い", wide=8, high=30, rotation=rotation)

    assert [one.place for one in drawing.problems] == [Place("様式", 1, 2)]
    assert re.search("「施設名」の欄に入りきりません。おおよそ[1-9]", drawing.problems[0].sentence)
    assert short.problems == ()


@pytest.mark.parametrize("rotation", [0, 255, 90])
def test_blanks_are_nothing(rotation: int) -> None:
    assert one_cell("　 ", rotation=rotation).problems == ()


def test_text_is_never_markup() -> None:
    drawing = one_cell('<b onclick="x">&', wide=60)
    hostile = Marks('"}</style><i>', '"}<i>', "https://x.example/?<")
    template, values = every_look()
    marked = drawn(template, replace(values, marks=hostile, title="</title><i>"))

    assert "&lt;b onclick=&quot;x&quot;&gt;&amp;" in drawing.html
    assert "<i>" not in marked.page
    assert "</style><i" not in marked.page


def test_the_largest_type_of_the_first_rows_is_the_title_and_heads_name_what_they_stand_for() -> None:
    cells = [
        cell("A1", "委託費請求書", size=16),
        cell("A2", "施設名", HEAD),
        cell("B2", None, BOXED),
        *(cell(f"{letter}3", letter, HEAD) for letter in "ABCDEFGH"),
        cell("A4", None, BOXED),
    ]
    template = Template((sheet(cells), sheet(cells, title="内訳")))
    drawing = drawn(template, filled(template, {"B2": "若葉保育園", "A4": "1"}))
    found = Cells(drawing.html)

    assert drawing.html.count("<h1>委託費請求書</h1>") == 1
    assert drawing.html.count("<h2>委託費請求書</h2>") == 1
    assert found.at("A2")[:2] == ("th", {**found.at("A2")[1], "scope": "row"})
    assert found.at("A3")[1]["scope"] == found.at("H3")[1]["scope"] == "col"
    assert found.at("B2")[0] == "td"


def test_hidden_sheets_are_not_printed_and_further_ones_are() -> None:
    template = Template(
        (
            sheet([cell("A1", None, BOXED)]),
            replace(sheet([cell("A1", "選択肢")], title="一覧"), is_hidden=True),
        )
    )
    values = filled(template, {"A1": "一枚目"})
    second = FilledSheet("様式", "様式 (2)", {(1, 1): FilledCell("二枚目", "二枚目" * 40)})
    drawing = drawn(template, replace(values, sheets=[*values.sheets, second]))

    assert drawing.html.count("<section") == 2
    assert "選択肢" not in drawing.html
    assert drawing.problems[0].place == Place("様式 (2)", 1, 1)


def test_furniture_stands_in_margins_that_are_wide_enough_for_it() -> None:
    template = Template(
        (sheet([cell("A1", "題")], heights=(9.2,) * 30, page=PageSetup(margin_top=5, margin_bottom=5)),)
    )
    final = drawn(template, filled(template, marks=FINAL))
    draft = drawn(template, filled(template, marks=Marks("下書き")))
    plain = drawn(template, filled(template))

    assert "margin:5mm 18mm 21.5mm 18mm" in final.css
    assert "margin:10mm 18mm 10mm 18mm" in draft.css
    assert "margin:5mm 18mm 10mm 18mm" in plain.css
    assert [one.html.count("<svg") for one in (final, draft, plain)] == [1, 0, 0]
    assert [one.html.count("下書き") for one in (final, draft, plain)] == [0, 1, 0]
    assert {one.html.count("<section") for one in (final, draft, plain)} == {1}


def test_the_picture_for_the_browser_is_one_table_a_sheet_whose_cells_are_links() -> None:
    template, values = every_look()
    place = Place("様式", 4, 2)
    drawing = drawn(
        template,
        values,
        screen=True,
        link_of=lambda at: f"?cell={at.address}&x=<",
        marked={place: {Mark.CHOSEN, Mark.MAPPED}},
    )
    found = Cells(drawing.html)

    assert found.tags.count("table") == 1
    assert "@page" not in drawing.css
    assert "mm" not in drawing.css
    assert "<svg" not in drawing.html
    assert "style=" not in drawing.html
    assert {"is-chosen", "is-mapped"} <= set((found.at("B4")[1]["class"] or "").split())
    assert drawing.html.count("is-chosen") == 1
    # Every cell can be chosen, the empty ones as well.
    assert found.tags.count("a") == len(found.cells)
    assert 'href="?cell=H1&' not in drawing.html
    assert 'href="?cell=B4&amp;x=&lt;"' in drawing.html
    assert 'aria-label="B4 若葉の森こども園"' in drawing.html


def test_the_picture_is_as_large_as_the_sheet_whatever_its_paper_makes_of_it() -> None:
    one = sheet([cell("A1", "題")], widths=(100.0,) * 4, page=PageSetup(fit_wide=1))
    template = Template((one,))

    assert "width:1511.81px" in drawn(template, filled(template), screen=True).css


@pytest.mark.parametrize("screen", [False, True])
def test_the_same_form_gives_the_same_page(screen: bool) -> None:
    assert drawn(*every_look(), screen=screen) == drawn(*every_look(), screen=screen)
