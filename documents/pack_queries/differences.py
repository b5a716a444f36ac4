"""What a form shows otherwise than the one it would replace: field by field, in sentences. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from documents.packs.formatting import FORMATS
from documents.packs.manifest import FormColumn, FormField, FormTable, Manifest


@dataclass(frozen=True, slots=True)
class FormDifference:
    """One field or table: 追加, 削除, 移動 or 変更, with what of it."""

    label: str
    kind: str
    sentences: tuple[str, ...] = ()

    @property
    def tone(self) -> str:
        """Of its tag."""
        return {"追加": "now", "削除": "bad", "移動": "info", "変更": "warn"}[self.kind]


def form_differences(before: Manifest, now: Manifest) -> list[FormDifference]:
    """In the order of the new form; what it does not have any more comes last."""
    found = list(_head(before, now))
    found += _fields(before.by_key, now.fields)
    earlier = {one.key: one for one in before.tables}
    for table in now.tables:
        if table.key not in earlier:
            found.append(FormDifference(f"表「{table.label}」", "追加", (f"{table.at}",)))
        else:
            found += _table(earlier[table.key], table)
    keys = {one.key for one in now.tables}
    found += [FormDifference(f"表「{one.label}」", "削除") for one in before.tables if one.key not in keys]
    return found


def _head(before: Manifest, now: Manifest) -> Iterator[FormDifference]:
    sentences = []
    for words, old, new in (
        ("名前", before.title, now.title),
        ("出典", before.source, now.source),
        ("使う条件", before.when, now.when),
        ("公式の様式", before.official, now.official),
        ("下書きの印刷", before.prints_drafts, now.prints_drafts),
        ("施設類型", "・".join(before.facility_types) or "すべて", "・".join(now.facility_types) or "すべて"),
    ):
        if old != new:
            sentences.append(f"{words}：{_words(old)} → {_words(new)}")
    if sentences:
        yield FormDifference("見出し", "変更", tuple(sentences))


def _fields(before: Mapping[str, FormField], now: Sequence[FormField]) -> Iterator[FormDifference]:
    for one in now:
        earlier = before.get(one.key)
        if earlier is None:
            yield FormDifference(one.label, "追加", tuple(f"{at}に {one.source}" for at in one.at))
            continue
        sentences = list(_shown(earlier, one))
        moved = earlier.at != one.at
        if moved:
            sentences.append(f"場所：{'、'.join(earlier.at) or 'なし'} → {'、'.join(one.at) or 'なし'}")
        if sentences:
            yield FormDifference(
                one.label, "移動" if moved and len(sentences) == 1 else "変更", tuple(sentences)
            )
    keys = {one.key for one in now}
    for key, one in before.items():
        if key not in keys:
            yield FormDifference(one.label, "削除", tuple(one.at))


def _table(before: FormTable, now: FormTable) -> Iterator[FormDifference]:
    sentences = []
    for words, old, new in (
        ("元の表", before.each, now.each),
        ("行を選ぶ条件", before.where, now.where),
        ("1件の行数", before.lines, now.lines),
    ):
        if old != new:
            sentences.append(f"{words}：{_words(old)} → {_words(new)}")
    is_moved = before.at != now.at
    if is_moved:
        sentences.append(f"範囲：{before.at or 'なし'} → {now.at or 'なし'}")
    earlier = {one.key: one for one in before.columns}
    for column in now.columns:
        if column.key not in earlier:
            sentences.append(f"列「{column.label}」を追加（{column.at}）")
            continue
        old_column = earlier[column.key]
        sentences += [f"列「{column.label}」の{sentence}" for sentence in _shown(old_column, column)]
        if (old_column.at, old_column.line) != (column.at, column.line):
            sentences.append(f"列「{column.label}」の場所：{old_column.at} → {column.at}")
    keys = {one.key for one in now.columns}
    sentences += [f"列「{one.label}」を削除" for one in before.columns if one.key not in keys]
    if sentences:
        kind = "移動" if is_moved and len(sentences) == 1 else "変更"
        yield FormDifference(f"表「{now.label}」", kind, tuple(sentences))


def _shown(before: FormField | FormColumn, now: FormField | FormColumn) -> Iterator[str]:
    if before.source != now.source:
        yield f"入れるもの：{before.source} → {now.source}"
    if before.format != now.format:
        yield f"書式：{_format(before.format)} → {_format(now.format)}"
    if before.words != now.words:
        yield f"文字：{'／'.join(before.words or ()) or 'なし'} → {'／'.join(now.words or ()) or 'なし'}"
    if before.label != now.label:
        yield f"名前：{before.label} → {now.label}"


def _format(name: str) -> str:
    return FORMATS[name].label if name else "ふつう"


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return str(value) if value not in (None, "") else "なし"
