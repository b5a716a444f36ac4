"""Values into cells: where they stand, what follows from what, and rows that go on on further sheets."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from documents.packs.filled import Filled, Marks
from documents.packs.filling import fill, is_for, wanted_names
from documents.packs.manifest import (
    Direction,
    Family,
    FormColumn,
    FormField,
    FormTable,
    Manifest,
    Overflow,
)
from documents.packs.template import Area, Look, PageSetup, Template, TemplateCell, TemplateSheet


def sheet(title: str, *cells: TemplateCell, rows: int = 40, columns: int = 12) -> TemplateSheet:
    return TemplateSheet(
        title,
        Area(1, 1, rows, columns),
        (10.0,) * columns,
        (6.0,) * rows,
        {(cell.row, cell.column): cell for cell in cells},
        PageSetup(),
    )


def manifest(fields: Sequence[FormField] = (), tables: Sequence[FormTable] = (), **more: Any) -> Manifest:
    return Manifest(
        code="form",
        title="様式",
        family=Family.MONTHLY,
        subject="claim",
        from_year=2026,
        source="見本",
        official=False,
        fields=tuple(fields),
        tables=tuple(tables),
        **more,
    )


def filled(pack: Manifest, values: Any, *sheets: TemplateSheet, names: Any = None) -> Filled:
    return fill(pack, Template(sheets, names or {}), values, title="様式", marks=Marks())


LINES = FormTable(
    "lines",
    "内訳",
    "claim_lines",
    (
        FormColumn("label", "項目", "label", at="A"),
        FormColumn("amount", "金額", "unit * quantity", at="C"),
        FormColumn("tax", "税", "amount * 2", at="D"),
    ),
    "内訳!A5:D7",
)


def rows(count: int) -> list[dict[str, Any]]:
    return [{"label": f"項目{number}", "unit": 10, "quantity": number} for number in range(1, count + 1)]


def test_fields_stand_in_their_cells_whatever_order_they_need_each_other_in() -> None:
    pack = manifest(
        [
            FormField("double", "倍", "total * 2", "", ("請求書!B2", "TWICE")),
            FormField("total", "計", "claim.total_yen + 1"),
        ]
    )

    found = filled(
        pack, {"claim": {"total_yen": 4}}, sheet("請求書"), names={"TWICE": ("請求書", Area(3, 3, 3, 3))}
    )

    (page,) = found.sheets
    assert {where: cell.content for where, cell in page.cells.items()} == {(2, 2): 10, (3, 3): 10}
    assert found.texts == {"double": "10", "total": "5"}
    assert not found.problems


def test_rows_go_on_on_further_sheets_with_the_sums_of_each() -> None:
    pack = manifest(
        [
            FormField("here", "この頁の計", "sum(lines_page.amount)", "", ("内訳!C8",)),
            FormField("whole", "計", "sum(lines.amount)", "", ("内訳!C9",)),
            FormField("pages", "頁", 'concat(page.number, "/", page.count)', "", ("内訳!D1",)),
        ],
        [LINES],
    )

    found = filled(pack, {"claim_lines": rows(8)}, sheet("内訳"))

    assert [one.title for one in found.sheets] == ["内訳", "内訳 (2)", "内訳 (3)"]
    assert [one.cells[1, 4].text for one in found.sheets] == ["1/3", "2/3", "3/3"]
    assert [one.cells[8, 3].content for one in found.sheets] == [60, 150, 150]
    assert {one.cells[9, 3].content for one in found.sheets} == {360}
    assert [found.sheets[2].cells[row, 1].text for row in (5, 6)] == ["項目7", "項目8"]
    assert (7, 1) not in found.sheets[2].cells
    assert len(found.tables["lines"]) == 8


def test_a_table_that_must_not_go_on_is_a_problem_with_its_size() -> None:
    table = FormTable("lines", "内訳", "claim_lines", LINES.columns, LINES.at, overflow=Overflow.REFUSE)

    found = filled(manifest((), [table]), {"claim_lines": rows(4)}, sheet("内訳"))

    (problem,) = found.problems
    assert str(problem.place) == "内訳!A5"
    assert "3行までの様式ですが、4行あります" in problem.sentence


def test_rows_for_which_the_condition_does_not_hold_are_left_out() -> None:
    table = FormTable("lines", "内訳", "claim_lines", LINES.columns, LINES.at, where="quantity > 2")

    found = filled(manifest((), [table]), {"claim_lines": rows(4)}, sheet("内訳"))

    assert [row["label"] for row in found.tables["lines"]] == ["項目3", "項目4"]


def test_months_run_to_the_right_two_columns_each() -> None:
    table = FormTable(
        "months",
        "月別",
        "months",
        (FormColumn("count", "人数", "count", at="7"),),
        "表!C7:H7",
        lines=2,
        direction=Direction.ACROSS,
    )

    found = filled(manifest((), [table]), {"months": [{"count": n} for n in (5, 6, 7)]}, sheet("表"))

    assert {where: cell.content for where, cell in found.sheets[0].cells.items()} == {
        (7, 3): 5,
        (7, 5): 6,
        (7, 7): 7,
    }


def test_an_entry_may_take_several_rows() -> None:
    columns = (
        FormColumn("name", "氏名", "label", at="B", line=0),
        FormColumn("kana", "ふりがな", "quantity", at="B", line=1),
    )
    table = FormTable("people", "名簿", "people", columns, "表!A3:D6", lines=2)

    found = filled(manifest((), [table]), {"people": rows(3)}, sheet("表"))

    assert len(found.sheets) == 2
    assert {where: cell.text for where, cell in found.sheets[0].cells.items()} == {
        (3, 2): "項目1",
        (4, 2): "1",
        (5, 2): "項目2",
        (6, 2): "2",
    }


def test_one_digit_a_box_and_merged_boxes_count_once() -> None:
    pack = manifest([FormField("total", "請求金額", "claim.total_yen", "digits", ("表!B2:I2",))])
    boxes = [TemplateCell(2, column, Look(), columns=2) for column in (2, 4, 6, 8)]

    found = filled(pack, {"claim": {"total_yen": 120}}, sheet("表", *boxes))

    assert {where: cell.content for where, cell in found.sheets[0].cells.items()} == {
        (2, 2): "¥",
        (2, 4): 1,
        (2, 6): 2,
        (2, 8): 0,
    }
    too_much = filled(pack, {"claim": {"total_yen": 1_200}}, sheet("表", *boxes))
    assert "4けたの欄に入りません" in str(too_much.problems[0])


def test_a_formula_of_the_template_stays_with_what_it_comes_to() -> None:
    pack = manifest([FormField("total", "計", "claim.total_yen", "", ("表!B2",))])

    found = filled(
        pack, {"claim": {"total_yen": 9}}, sheet("表", TemplateCell(2, 2, Look(), formula="SUM(B3:B5)"))
    )

    assert found.sheets[0].cells[2, 2].keeps_formula
    assert found.sheets[0].cells[2, 2].content == 9


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        ("claim.total_yen / claim.nothing_yen", "", "0で割る"),
        ('claim.total_yen + "x"', "", "計算できるのは数だけ"),
        ("claim.total_yen", "date", "日付ではない"),
    ],
)
def test_what_cannot_be_written_is_a_problem_with_its_label(source: str, name: str, words: str) -> None:
    pack = manifest([FormField("total", "請求金額", source, name, ("表!B2",))])

    found = filled(pack, {"claim": {"total_yen": 9, "nothing_yen": 0}}, sheet("表"))

    (problem,) = found.problems
    assert problem.key == "total"
    assert "請求金額" in problem.sentence
    assert words in problem.sentence


def test_what_is_not_known_is_an_empty_cell() -> None:
    pack = manifest([FormField("total", "計", "claim.charge_yen * 2", "yen_mark", ("表!B2",))])

    found = filled(pack, {"claim": {}}, sheet("表"))

    assert found.sheets[0].cells[2, 2].content is None
    assert not found.problems


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("表!ZZ", "セル番地"),
        ("ない!B2", "シートがありません"),
        ("表!B99", "印刷範囲"),
        ("NAME", "ブックにある名前でもありません"),
    ],
)
def test_a_cell_that_is_not_there_is_a_problem(at: str, words: str) -> None:
    pack = manifest([FormField("total", "計", "claim.total_yen", "", (at,))])

    (problem,) = filled(pack, {"claim": {"total_yen": 1}}, sheet("表")).problems

    assert words in problem.sentence


def test_a_title_of_a_further_sheet_is_never_too_long_nor_twice() -> None:
    long = "あ" * 31
    table = FormTable("lines", "内訳", "claim_lines", LINES.columns, f"{long}!A5:D7")

    found = filled(manifest((), [table]), {"claim_lines": rows(9)}, sheet(long), sheet(f"{'あ' * 27} (2)"))

    titles = [one.title for one in found.sheets]
    assert len(set(titles)) == len(titles) == 4
    assert max(map(len, titles)) <= 31


def test_whether_there_is_such_a_form() -> None:
    pack = manifest(when="claim.is_correction")

    assert is_for(pack, {"claim": {"is_correction": True}})
    assert not is_for(pack, {"claim": {"is_correction": False}})
    assert not is_for(pack, {"claim": {}})
    assert is_for(manifest(), {})


def test_what_a_pack_speaks_of_is_asked_for() -> None:
    pack = manifest([FormField("total", "計", "claim.total_yen + sum(lines.amount)")], [LINES])

    assert {"claim", "claim_lines"} <= wanted_names(pack)


def test_fractions_stay_exact() -> None:
    pack = manifest([FormField("share", "割合", "claim.total_yen / 3", "", ("表!B2",))])

    found = filled(pack, {"claim": {"total_yen": 1}}, sheet("表"))

    assert found.sheets[0].cells[2, 2].content == Fraction(1, 3)
