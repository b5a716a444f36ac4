"""
What forms may show of an application (データ項目): what every item has, and each one's own fields under their keys.

Pure: made of the item as its pack describes it, so that a new year's pack brings its own names. ``form_values`` gives
the values; both walk ``names_in``, so that there is a value for each name and no other.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from applications.definitions import Field, Item, Kind
from applications.wording import unit_of
from documents.dictionary import Entry, Group, Table, Vocabulary
from documents.dictionary import Kind as Shown

APPLICATION, ANSWERS = "application", "answers"
ALL_ANSWERS, PAPERS, CHANGES = "application_answers", "application_papers", "application_changes"
ROW_NAME: Final = "row_name"
KINDS: Final = {
    Kind.YES_NO: Shown.YES_NO,
    Kind.WHOLE: Shown.WHOLE,
    Kind.DECIMAL: Shown.NUMBER,
    Kind.YEN: Shown.YEN,
    Kind.DATE: Shown.DATE,
    Kind.MONTH: Shown.MONTH,
}
NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9_]+")
SENT: Final = "提出した内容のとおり。下書きでは、いま分かっている内容。"

APPLICATION_GROUP: Final = Group(
    APPLICATION,
    "申請",
    (
        Entry("item", "項目", Shown.TEXT, "申請項目の名前。"),
        Entry("item_key", "項目のキー", Shown.TEXT, "式の条件に使います。"),
        Entry("family", "区分", Shown.TEXT, "公定価格の加算・調整、県の加算など。"),
        Entry(
            "family_key",
            "区分のキー",
            Shown.TEXT,
            "treatment、price、prefecture、city。式の条件に使います。",
        ),
        Entry("stage", "種類", Shown.TEXT, "「申請」または「実績報告」。"),
        Entry("is_report", "実績報告", Shown.YES_NO, "実績報告の項目か。"),
        Entry("is_deduction", "減算の届出", Shown.YES_NO, "減算の届出の項目か。"),
        Entry("fiscal_year", "年度", Shown.TEXT, "「令和8年度」の形。"),
        Entry("version", "版", Shown.WHOLE, "1から始まる番号。変更や差し戻しのたびに1つ増えます。"),
        Entry("is_change", "変更", Shown.YES_NO, "承認された内容の変更か。"),
        Entry("kind_words", "申請の種別", Shown.TEXT, "「当初」または「変更」。"),
        Entry("question", "聞き方", Shown.TEXT, "「この項目を申請しますか」の形。"),
        Entry("wanted", "申請する", Shown.YES_NO, "申請する（報告する、該当する）か。答えていなければ空。"),
        Entry("wanted_words", "申請する（文）", Shown.TEXT, "「申請する」「該当しない」の形。"),
        Entry("from_month", "適用開始月", Shown.MONTH, "年度の途中から始まる項目だけ。ほかは空。"),
        Entry("to_month", "適用終了月", Shown.MONTH, "終わる月を決めたときだけ。"),
        Entry("months_words", "適用の期間（文）", Shown.TEXT, "「令和8年4月から」「年度」「3月」の形。"),
        Entry("change_month", "変更年月", Shown.MONTH, "変更のときの適用開始月。変更でなければ空。"),
        Entry(
            "changed_fields",
            "変更した欄",
            Shown.TEXT,
            "変わった欄の名前（2つまで）。変更でなければ空。",
        ),
        Entry(
            "variant",
            "加算の内容（文）",
            Shown.TEXT,
            "単価を決める欄。「211〜280人」「人数A 4人、人数B 2人」の形。",
        ),
        Entry("amount_label", "金額の名前", Shown.TEXT, "項目の金額を何と呼ぶか。金額のない項目は空。"),
        Entry("amount_yen", "金額", Shown.YEN, "項目の金額。金額のない項目は空。", "円"),
        Entry("before_yen", "変更前の金額", Shown.YEN, "承認されていた金額。変更でなければ空。", "円"),
        Entry("nation_yen", "国の負担", Shown.YEN, "金額のうち国の負担（円未満切捨て）。", "円"),
        Entry("prefecture_yen", "県の負担", Shown.YEN, "金額のうち県の負担（円未満切捨て）。", "円"),
        Entry("city_yen", "市の負担", Shown.YEN, "金額から国と県の負担を引いた残り。", "円"),
        Entry("state", "状態", Shown.TEXT, "入力中、提出済み、承認済みなど。"),
        Entry("submitted_on", "提出日", Shown.DATE, "提出していなければ空。"),
        Entry("approved_on", "承認日", Shown.DATE, "承認されていなければ空。"),
        Entry("late_reason", "遅れた理由", Shown.TEXT, "期限のあとに提出したときの理由。"),
        Entry("help", "説明", Shown.TEXT, "項目の説明。"),
        Entry("source", "項目の出典", Shown.TEXT, "申請様式にある出典。"),
    ),
)
ANSWERS_TABLE: Final = Table(
    ALL_ANSWERS,
    "申請の内容（すべての欄）",
    (
        Entry("label", "欄", Shown.TEXT, "欄の名前。表の行では、何の行か。前の行の続きでは空。"),
        Entry(
            "words", "内容", Shown.TEXT, "単位の付いた文。60字を超えると次の行に続きます。", is_personal=True
        ),
        Entry("unit", "単位", Shown.TEXT, "欄の単位。"),
        Entry("source", "どこから", Shown.TEXT, "職員名簿、児童数、計算など。入力した欄は空。"),
        Entry("reason", "登録と違う理由", Shown.TEXT, "登録と違う内容を入力したときの理由。"),
        Entry("is_row", "表の行・続き", Shown.YES_NO, "表の行を1行に並べたものか、前の行の続きか。"),
    ),
    "項目の欄を上から順に並べた表。どの項目にも使えます。",
)
PAPERS_TABLE: Final = Table(
    PAPERS,
    "紙の書類",
    (
        Entry("title", "書類", Shown.TEXT, "紙で届ける書類の名前。"),
        Entry("due_on", "提出期限", Shown.DATE, "提出すると決まります。下書きでは空。"),
        Entry("number", "受付番号", Shown.TEXT, "表紙の番号。下書きでは空。"),
        Entry("state", "状態", Shown.TEXT, "未提出、受付済みなど。"),
        Entry("needed", "必要", Shown.YES_NO, "「提出不要」になった書類は「いいえ」。"),
        Entry("has_children", "児童の氏名がある", Shown.YES_NO, "児童の氏名がある書類か。"),
    ),
)
CHANGES_TABLE: Final = Table(
    CHANGES,
    "承認された内容からの変更",
    (
        Entry("label", "欄", Shown.TEXT, "変わった欄。"),
        Entry("before", "変更前", Shown.TEXT, "承認された内容。", is_personal=True),
        Entry("now", "変更後", Shown.TEXT, "今回の内容。", is_personal=True),
        Entry("by", "差", Shown.WHOLE, "数の欄の増減。"),
    ),
    "変更の申請だけ。ほかでは行がありません。",
)
GENERAL: Final = Vocabulary((APPLICATION_GROUP,), (ANSWERS_TABLE, PAPERS_TABLE, CHANGES_TABLE))
# What is told without the answers: none of it opens anybody's name.
WITHOUT_ANSWERS: Final = frozenset({APPLICATION, PAPERS})


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a field's value; with ``choice`` that of whether this choice is the answer."""

    name: str
    field: Field
    choice: str = ""


def names_in(fields: Sequence[Field], taken: Iterable[str] = ()) -> Iterator[Name]:
    """
    The names of plain fields: their keys, then ``<key>_<choice>`` for each choice. A name that is taken already gets
    further ``_`` at its end, so that the same pack always gives the same names.
    """
    names = {own.key for own in fields} | set(taken)
    for own in fields:
        yield Name(own.key, own)
    for own in fields:
        for choice in own.choices:
            name = f"{own.key}_{NOT_IN_NAMES.sub('_', choice.lower())}"
            while name in names:
                name += "_"
            names.add(name)
            yield Name(name, own, choice)


def plain_fields(item: Item) -> list[Field]:
    """The fields that hold one value."""
    return [own for own in item.fields if not own.is_table and own.kind is not Kind.MONTHLY]


def table_name(own: Field) -> str:
    """``answers_<key>``: the rows of a table, or the twelve months of a field."""
    return f"{ANSWERS}_{own.key}"


def vocabulary_of(item: Item | None) -> Vocabulary:
    """All that forms of this item may show; without one, what they may show of any."""
    if item is None:
        return GENERAL
    entries = tuple(_entry(name, item) for name in names_in(plain_fields(item)))
    group = (Group(ANSWERS, f"内容（{item.label}）", entries),) if entries else ()
    tables = [_table(own, item) for own in item.fields if own.is_table or own.kind is Kind.MONTHLY]
    return GENERAL + Vocabulary(group, tuple(tables))


def _entry(name: Name, item: Item) -> Entry:
    own = name.field
    if name.choice:
        label = f"{own.label}：{own.choices[name.choice]}"
        return Entry(name.name, label, Shown.YES_NO, "これを選んだか。答えていなければ空。")
    meaning = own.help or f"「{item.label}」の欄。{SENT}"
    kind = KINDS.get(own.kind, Shown.TEXT)
    return Entry(name.name, own.label, kind, meaning, unit_of(own), is_personal=own.kind is Kind.PERSON)


def _table(own: Field, item: Item) -> Table:
    if own.kind is Kind.MONTHLY:
        kind = Shown.YEN if unit_of(own) == "円" else Shown.WHOLE
        columns = (
            Entry("month", "月", Shown.MONTH, "4月から3月までの12か月。"),
            Entry("value", own.label, kind, own.help or SENT, unit_of(own)),
        )
        return Table(table_name(own), f"{own.label}（月ごと）", columns, "12行。答えていない月は空。")
    name = Entry(
        ROW_NAME,
        "行の名前",
        Shown.TEXT,
        "職員の表では氏名、年齢の表では年齢、ほかでは「1行目」の形。",
        is_personal=own.kind is Kind.PEOPLE,
    )
    entries = (name, *(_entry(one, item) for one in names_in(own.columns, {ROW_NAME})))
    return Table(table_name(own), own.label, entries, own.help or f"「{item.label}」の表。{SENT}")
