"""What a pack of items asks otherwise than the one it would replace: item by item, field by field, in sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import unified_diff
from typing import Any, Final

from applications.definitions import Field, Item, Pack

MOST_LINES: Final = 400
# Words for what can differ of an item or a field; the rest is told as a whole.
OF_ITEM: Final = {
    "label": "名前",
    "stage": "種類",
    "months": "期間",
    "rounds": "入力の回",
    "types": "施設類型",
    "help": "説明",
    "source": "出典",
    "grants": "設定する加算",
    "certifies_rates": "加算率の認定",
    "reports_on": "報告する申請",
    "amount": "金額の欄",
    "share": "負担割合",
    "checks": "確認すること",
    "papers": "紙の書類",
    "tables": "段階の表",
    "public_too": "公立施設も申請する",
    "is_for_all": "必ず提出する",
    "own_words": "申請するかの聞き方",
}
OF_FIELD: Final = {
    "label": "名前",
    "kind": "種類",
    "help": "説明",
    "unit": "単位",
    "choices": "選択肢",
    "required": "必須",
    "least": "最小",
    "most": "最大",
    "longest": "字数",
    "known_from": "出どころ",
    "fact": "加算の条件",
    "formula": "計算式",
    "option": "加算の条件の値",
    "shown_if": "出る条件",
    "may_differ": "登録と違う入力",
    "otherwise": "入力しない欄の説明",
    "columns": "列",
}
PLAIN: Final = (str, int, bool, type(None))


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """One item: 追加, 削除 or 変更, with what of it."""

    label: str
    kind: str
    sentences: tuple[str, ...] = ()


def pack_differences(before: Pack, now: Pack) -> list[ItemDifference]:
    """In the order of the new pack; what it does not have any more comes last."""
    found = []
    for item in now.items:
        earlier = before.by_key.get(item.key)
        if earlier is None:
            found.append(ItemDifference(item.label, "追加"))
        elif told := tuple(_of_item(earlier, item)):
            found.append(ItemDifference(item.label, "変更", told))
    gone = [item for item in before.items if item.key not in now.by_key]
    return found + [ItemDifference(item.label, "削除") for item in gone]


def line_differences(before: str, now: str) -> list[str]:
    """The two texts line by line, with three lines around."""
    lines = unified_diff(before.splitlines(), now.splitlines(), "公開中", "この様式", lineterm="", n=3)
    return list(lines)[:MOST_LINES]


def _of_item(before: Item, now: Item) -> Iterable[str]:
    yield from _attributes(before, now, OF_ITEM, "")
    yield from _of_fields({own.key: own for own in before.fields}, {own.key: own for own in now.fields}, "欄")


def _of_fields(before: Mapping[str, Field], now: Mapping[str, Field], what: str) -> Iterable[str]:
    for key, own in now.items():
        if key not in before:
            yield f"{what}「{own.label}」を追加"
        else:
            yield from _attributes(before[key], own, OF_FIELD, f"{what}「{own.label}」の")
    for key, own in before.items():
        if key not in now:
            yield f"{what}「{own.label}」を削除"


def _attributes(before: Any, now: Any, words: Mapping[str, str], of: str) -> Iterable[str]:
    for one in fields(now):
        old, new = getattr(before, one.name), getattr(now, one.name)
        if old == new or one.name not in words:
            continue
        if isinstance(old, PLAIN) and isinstance(new, PLAIN):
            yield f"{of}{words[one.name]}：{_words(old)} → {_words(new)}"
        else:
            yield f"{of}{words[one.name]}を変更"


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return str(value) if value not in (None, "") else "なし"
