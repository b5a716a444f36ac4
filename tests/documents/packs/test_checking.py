"""Everything that can be wrong with a form pack is told, all at once, at its cell or field."""

from dataclasses import replace

import pytest

from documents.packs.checking import problems_of
from documents.packs.findings import Findings
from documents.packs.manifest import FormColumn, FormField, Manifest, Overflow
from documents.packs.template import Template
from tests.documents.packs.made import SHEET, known, manifest, template


def _found(given: Manifest, sheets: Template | None = None, **others: object) -> Findings:
    return problems_of(given, sheets or template(), known(**others))


def _with(field: FormField) -> Manifest:
    own = manifest()
    return replace(own, fields=(*own.fields, field))


def _column(**changes: object) -> Manifest:
    own = manifest()
    table = own.tables[0]
    changed = replace(table.columns[2], **changes)  # type: ignore[arg-type]
    return replace(own, tables=(replace(table, columns=(*table.columns[:2], changed)),))


def _sentences(found: Findings) -> str:
    return "\n".join(map(str, found.problems))


def test_a_sound_pack_has_no_problems():
    assert _found(manifest()).problems == ()


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (FormField("a", "市", "city.nam", at=(f"{SHEET}!E4",)), "「city.name」ではありませんか"),
        (FormField("a", "市", "citi.name", at=(f"{SHEET}!E4",)), "データ項目「citi.name」はありません"),
        (FormField("a", "市", "city", at=(f"{SHEET}!E4",)), "データのまとまり"),
        (FormField("a", "計", "totl + 1", at=(f"{SHEET}!E4",)), "「total」ではありませんか"),
        (FormField("a", "計", "sum(lines.amont)", at=(f"{SHEET}!E4",)), "「lines.amount」ではありませんか"),
        (FormField("a", "計", "sum(bill_lines.yen)", at=(f"{SHEET}!E4",)), "bill_lines.yen"),
        (FormField("a", "額", "bill.total_yen", "date", (f"{SHEET}!E4",)), "使えません。使えるのは"),
        (FormField("a", "市", "city.name", "", (f"{SHEET}!E4",), ("○", "")), "はい・いいえの項目にだけ"),
        (FormField("bill", "額", "1", at=(f"{SHEET}!E4",)), "データ項目の名前と同じです"),
        (FormField("a", "市", "city.name", at=("表紙!E4",)), "「表紙」というシートがありません"),
        (FormField("a", "市", "city.name", at=(f"{SHEET}!ZZ400",)), "印刷範囲"),
        (FormField("a", "市", "city.name", at=(f"{SHEET}!C6",)), "同じセルに入ります"),
        (FormField("a", "市", "city.name", at=(f"{SHEET}!C10",)), "同じセルに入ります"),
        (FormField("a", "市", "city.name"), "場所が決まっていません"),
        (FormField("a", "施設長", "bill.director", at=(f"{SHEET}!D4",)), "個人の情報です"),
        (FormField("a", "割", "bill.children / 0", at=(f"{SHEET}!D4",)), "0で割る"),
        (FormField("a", "計", "facility.name + 1", at=(f"{SHEET}!D4",)), "計算できるのは数だけ"),
    ],
)
def test_a_field_that_cannot_be_is_told(field, words):
    assert words in _sentences(_found(_with(field)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": "amount"}, "データ項目「amount」はありません"),
        ({"format": "date"}, "使えません。使えるのは"),
        ({"at": "F"}, "表の範囲B9:D13の外です"),
        ({"at": "7"}, "1行目のセルを選び直してください"),
    ],
)
def test_a_column_that_cannot_be_is_told(changes, words):
    assert words in _sentences(_found(_column(**changes)))


def test_a_block_whose_rows_do_not_come_out_even_is_told():
    own = manifest()
    uneven = replace(own, tables=(replace(own.tables[0], lines=2),))

    assert "割り切れません" in _sentences(_found(uneven))


def test_a_table_without_columns_and_one_of_no_dictionary_are_told():
    own = manifest()
    tables = (
        replace(own.tables[0], columns=()),
        replace(own.tables[0], key="more", each="bill_line", at=f"{SHEET}!E9:F13", label="別の内訳"),
    )

    words = _sentences(_found(replace(own, tables=tables)))

    assert "列がありません" in words
    assert "「bill_lines」ではありませんか" in words


def test_a_cell_within_a_merged_block_is_told_with_the_right_one():
    sheets = template(merged="C4:D4")

    found = _found(_with(FormField("a", "市", "city.name", at=(f"{SHEET}!D4",))), sheets)

    assert "左上のC4にしてください" in _sentences(found)


def test_everything_is_told_at_once_and_at_its_cell():
    wrong = replace(
        _with(FormField("a", "額", "bill.total_yen", "date", (f"{SHEET}!D4",))),
        facility_types=("nurseri",),
        when="bill.nothing",
    )

    found = _found(wrong)

    assert len(found.problems) == 3
    assert {str(one.place) for one in found.problems} == {"None", f"{SHEET}!D4"}
    assert "「nursery」ではありませんか" in _sentences(found)


def test_an_unknown_subject_is_told_with_the_nearest():
    found = _found(manifest(subject="bil"), own=None)

    assert "「bill」ではありませんか" in _sentences(found)


def test_people_may_stand_in_forms_that_name_people():
    field = FormField("a", "施設長", "bill.director", at=(f"{SHEET}!D4",))

    assert _found(_with(field), names_people=True).problems == ()


def test_a_formula_that_nobody_fills_is_a_remark():
    found = _found(manifest(), template(formula="=SUM(D9:D13)"))

    assert found.problems == ()
    assert any(
        "PDFでは空になります" in one.sentence and str(one.place) == f"{SHEET}!D6" for one in found.remarks
    )


def test_more_rows_than_the_block_are_no_problem_whichever_way_they_go_on():
    own = manifest()
    refusing = replace(own, tables=(replace(own.tables[0], overflow=Overflow.REFUSE),))

    assert _found(own).problems == _found(refusing).problems == ()


def test_a_value_too_wide_for_its_cell_is_told_at_it():
    sheets = template()
    narrow = replace(
        sheets, sheets=(replace(sheets.sheets[0], widths=(1.0,) * len(sheets.sheets[0].widths)),)
    )

    found = _found(manifest(), narrow)

    assert any("短い見本でも" in one.sentence and one.place is not None for one in found.problems)


def test_a_helper_may_stand_nowhere_when_another_speaks_of_it():
    own = manifest()
    fields = (
        *own.fields,
        FormField("half", "半分", "bill.total_yen / 2"),
        FormField("shown", "四捨五入", "half_up(half, 1)", at=(f"{SHEET}!D4",)),
    )

    assert _found(replace(own, fields=fields)).problems == ()


def test_a_column_may_count_its_rows_and_use_another():
    columns = (
        FormColumn("no", "番号", "number", at="B"),
        FormColumn("label", "項目", 'concat(label, "：")', at="C"),
        FormColumn("twice", "倍", "no * 2", at="D"),
    )
    own = manifest()

    assert _found(replace(own, tables=(replace(own.tables[0], columns=columns),))).problems == ()
