"""
A form pack's manifest from its TOML and back: every problem at its path, all at once.

What the text can tell by itself is judged here: kinds, lengths, formulas, keys, circles. Whether the dictionary has the
names and the workbook the cells is ``checking``'s.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import formulas
from documents.packs.formatting import DIGITS, FORMATS
from documents.packs.manifest import (
    Direction,
    Family,
    FormColumn,
    FormField,
    FormTable,
    Issuer,
    Manifest,
    Overflow,
)
from formulas import FormulaWrong
from formulas.nodes import Node, Problem

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
LONGEST_TEXT: Final = 300_000
MOST_FIELDS: Final = 600
MOST_TABLES: Final = 20
MOST_COLUMNS: Final = 60
FIRST_YEAR, LAST_YEAR = 2015, 2100
# What fields may speak of besides the dictionary and their own keys.
PAGE: Final = "page"


class ManifestWrong(Exception):
    """The manifest cannot be used; ``problems`` say where and what to do."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def read_manifest(text: str) -> Manifest:
    """:raises ManifestWrong: with every problem at its path."""
    problems: list[Problem] = []
    if len(text) > LONGEST_TEXT:
        raise ManifestWrong([Problem("", f"定義は{LONGEST_TEXT:,}字までにしてください。")])
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ManifestWrong([Problem("", f"TOMLとして読み取れません（{wrong}）。")]) from wrong
    node = Node("", given, problems)
    manifest = _manifest(node)
    node.done()
    problems.extend(_wrong_keys(manifest))
    problems.extend(_wrong_formulas(manifest))
    if problems:
        raise ManifestWrong(problems)
    if circle := _circle(manifest):
        raise ManifestWrong([Problem(f"field.{circle[0]}", f"計算が回っています：{' → '.join(circle)}")])
    return manifest


def _manifest(node: Node) -> Manifest:
    code = node.text("code", most=40)
    if code and not KEY.fullmatch(code):
        node.say("code", "半角の英小文字・数字・_ で書いてください。")
    return Manifest(
        code=code,
        title=node.text("title", most=60),
        family=Family(node.choice("family", list(Family))),
        subject=node.text("subject", most=40),
        of=node.text("of", most=80, default=""),
        from_year=_year(node, "from_year", ...),
        to_year=_year(node, "to_year", 0),
        facility_types=node.texts("facility_types", []),
        issuer=Issuer(node.choice("issuer", list(Issuer), Issuer.FACILITY.value)),
        when=node.text("when", most=formulas.LONGEST, default=""),
        source=node.text("source", most=300),
        official=node.take("official", bool),
        embeds_workbook=node.take("embeds_workbook", bool, False),
        prints_drafts=node.take("prints_drafts", bool, False),
        fields=tuple(_field(one) for one in _few(node, "field", MOST_FIELDS)),
        tables=tuple(_table(one) for one in _few(node, "table", MOST_TABLES)),
        tables_of_numbers=_stairs(node),
    )


def _year(node: Node, name: str, default: Any) -> int:
    year: int = node.take(name, int, default)
    if name in node.given and not FIRST_YEAR <= year <= LAST_YEAR and year != 0:
        node.say(name, f"年度を西暦（{FIRST_YEAR}〜{LAST_YEAR}）で書いてください。")
    return year


def _few(node: Node, name: str, most: int) -> list[Node]:
    found = node.tables(name)
    if len(found) > most:
        node.say(name, f"{most}個までにしてください。")
    return found[:most]


def _stairs(node: Node) -> Mapping[str, tuple[Mapping[str, int], ...]]:
    given = node.take("numbers", dict, {})
    stairs = {}
    for name, rows in given.items():
        is_stair = isinstance(rows, list) and all(
            isinstance(row, dict)
            and formulas.RESULT in row
            and all(isinstance(value, int) and not isinstance(value, bool) for value in row.values())
            for row in rows
        )
        if not is_stair:
            node.say(f"numbers.{name}", "整数の行のリストで、どの行にも result を書いてください。")
            continue
        stairs[name] = tuple(rows)
    return stairs


def _field(node: Node) -> FormField:
    found = FormField(
        key=_key(node),
        label=node.text("label", most=80),
        source=node.text("source", most=formulas.LONGEST),
        format=_format(node),
        at=node.texts("at", []),
        words=_words(node),
    )
    node.done()
    return found


def _table(node: Node) -> FormTable:
    lines: int = node.take("lines", int, 1)
    if not 1 <= lines <= 10:
        node.say("lines", "1〜10で書いてください。")
    found = FormTable(
        key=_key(node),
        label=node.text("label", most=80),
        each=node.text("each", most=80),
        at=node.text("at", most=80, default=""),
        where=node.text("where", most=formulas.LONGEST, default=""),
        lines=max(lines, 1),
        direction=Direction(node.choice("direction", list(Direction), Direction.DOWN.value)),
        overflow=Overflow(node.choice("overflow", list(Overflow), Overflow.CONTINUE.value)),
        columns=tuple(_column(one, lines) for one in _few(node, "column", MOST_COLUMNS)),
    )
    node.done()
    return found


def _column(node: Node, lines: int) -> FormColumn:
    line: int = node.take("line", int, 0)
    if not 0 <= line < max(lines, 1):
        node.say("line", "0から、表の lines より小さい数で書いてください。")
    at = node.text("at", most=10, default="")
    if at and not re.fullmatch(r"[A-Z]{1,3}|[1-9][0-9]{0,4}", at):
        node.say("at", "列の文字（A）か、横に並ぶ表では行の番号（5）で書いてください。")
    found = FormColumn(
        key=_key(node),
        label=node.text("label", most=80),
        source=node.text("source", most=formulas.LONGEST),
        format=_format(node),
        at=at,
        line=line,
        words=_words(node),
    )
    if found.format == DIGITS:
        node.say("format", "1桁ずつの欄は、表の中では使えません。")
    node.done()
    return found


def _key(node: Node) -> str:
    key = node.text("key", most=48)
    if key and not KEY.fullmatch(key):
        node.say("key", "半角の英小文字で始め、英小文字・数字・_ で書いてください。")
    return key


def _format(node: Node) -> str:
    name = node.text("format", most=30, default="")
    if name and name not in FORMATS:
        node.say("format", f"この書式はありません。使えるのは：{'、'.join(FORMATS)}")
        return ""
    return name


def _words(node: Node) -> tuple[str, str] | None:
    words = node.texts("words", [])
    if not words:
        return None
    if len(words) != 2:
        node.say("words", "「はい」のときと「いいえ」のときの文字を、2つ書いてください。")
        return None
    return words[0], words[1]


def _wrong_keys(manifest: Manifest) -> Iterable[Problem]:
    owners = [("field", place, one.key) for place, one in enumerate(manifest.fields)]
    owners += [("table", place, one.key) for place, one in enumerate(manifest.tables)]
    seen: set[str] = set()
    for kind, place, key in owners:
        if key in seen:
            yield Problem(f"{kind}[{place}].key", f"「{key}」が2つあります。")
        if key == PAGE:
            yield Problem(f"{kind}[{place}].key", f"「{PAGE}」はページの番号に使う名前です。")
        seen.add(key)
    for place, table in enumerate(manifest.tables):
        keys = [column.key for column in table.columns]
        for key in {key for key in keys if keys.count(key) > 1}:
            yield Problem(f"table[{place}].column", f"「{key}」が2つあります。")


def _wrong_formulas(manifest: Manifest) -> Iterable[Problem]:
    for path, text in manifest.sources():
        try:
            found = formulas.read(text)
        except FormulaWrong as wrong:
            yield Problem(path, str(wrong))
            continue
        for missing in sorted(found.tables - manifest.tables_of_numbers.keys()):
            yield Problem(path, f"数の表「{missing}」がありません。numbers に書いてください。")


def _circle(manifest: Manifest) -> list[str]:
    """The keys of fields (or of one table's columns) that need each other, from first to first; empty for none."""
    for one in manifest.fields:
        # A column may be named like the row's own value it shows; a field has no other value of its name.
        if one.key in formulas.read(one.source).names:
            return [one.key, one.key]
    sources = [{one.key: one.source for one in manifest.fields}]
    sources += [{one.key: one.source for one in table.columns} for table in manifest.tables]
    for keyed in sources:
        needs = {key: formulas.read(source).names - {key} for key, source in keyed.items()}
        for key in needs:
            if path := _path_back(key, needs):
                return path
    return []


def _path_back(start: str, needs: Mapping[str, frozenset[str]]) -> list[str]:
    waiting: list[tuple[str, list[str]]] = [(start, [start])]
    seen: set[str] = set()
    while waiting:
        key, path = waiting.pop()
        for needed in sorted(needs.get(key, frozenset()) & needs.keys()):
            if needed == start:
                return [*path, start]
            if needed not in seen:
                seen.add(needed)
                waiting.append((needed, [*path, needed]))
    return []


# ---------------------------------------------------------------- back to text


def manifest_text(manifest: Manifest) -> str:
    """The manifest as TOML, which ``read_manifest`` reads to the same; what is as usual is left out."""
    lines = _pairs(
        code=manifest.code,
        title=manifest.title,
        family=manifest.family.value,
        subject=manifest.subject,
        of=manifest.of,
        from_year=manifest.from_year,
        to_year=manifest.to_year,
        facility_types=list(manifest.facility_types),
        issuer="" if manifest.issuer is Issuer.FACILITY else manifest.issuer.value,
        when=manifest.when,
        source=manifest.source,
    )
    lines.append(f"official = {_toml(manifest.official)}")
    lines += _pairs(embeds_workbook=manifest.embeds_workbook, prints_drafts=manifest.prints_drafts)
    for one in manifest.fields:
        lines += ["", "[[field]]", *_pairs(key=one.key, label=one.label, source=one.source)]
        lines += _pairs(format=one.format, at=list(one.at), words=list(one.words or ()))
    for table in manifest.tables:
        lines += ["", "[[table]]", *_pairs(key=table.key, label=table.label, each=table.each, at=table.at)]
        lines += _pairs(where=table.where, lines=table.lines if table.lines != 1 else 0)
        lines += _pairs(
            direction="" if table.direction is Direction.DOWN else table.direction.value,
            overflow="" if table.overflow is Overflow.CONTINUE else table.overflow.value,
        )
        for column in table.columns:
            lines += ["[[table.column]]", *_pairs(key=column.key, label=column.label, source=column.source)]
            lines += _pairs(
                format=column.format, at=column.at, line=column.line, words=list(column.words or ())
            )
    if manifest.tables_of_numbers:
        lines += ["", "[numbers]"]
        for name, rows in manifest.tables_of_numbers.items():
            lines.append(f"{name} = [")
            lines += [
                f"  {{ {', '.join(f'{key} = {value}' for key, value in row.items())} }}," for row in rows
            ]
            lines.append("]")
    return "\n".join(lines) + "\n"


def _pairs(**values: Any) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in values.items() if value]


def _toml(value: Any) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped, too.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
