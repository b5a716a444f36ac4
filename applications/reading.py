"""
A pack from its TOML, and every problem at its path (``item[3].field[2].formula``) with a sentence that says what to do.

Pure but for the names it is told: which sources exist, which facts conditions know, which additions may be granted and
with which options. What refers to something that is not there is refused here, not when a clerk opens the page.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import formulas
from applications.definitions import (
    NUMBERS,
    TABLES,
    Check,
    Family,
    Field,
    Grant,
    Item,
    Kind,
    Months,
    Pack,
    Paper,
    Share,
    Stage,
    Words,
)
from applications.filling import OF_LAST_YEAR
from formulas import FROM, RESULT, Formula, FormulaWrong
from formulas.nodes import Node, Problem

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
PACK_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
LARGEST: Final = 400_000
ROUNDS: Final = range(1, 7)
FIRST_YEAR, LAST_YEAR = 2015, 2999
COLUMN_KINDS: Final = frozenset(Kind) - TABLES - {Kind.MONTHLY}
# What stands in formulas besides an item's own fields.
GIVEN: Final = frozenset({"fiscal_year"})


@dataclass(frozen=True, slots=True)
class FactAnswer:
    """How a fact of conditions is answered: by a field of one of ``kinds``, with no other ``choices`` than these."""

    kinds: frozenset[Kind]
    choices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """
    What packs may refer to.

    ``sources`` by name; ``person_sources`` those of one person; ``facts`` of conditions with what an answer may be;
    ``grants``: each addition with
    the options pricing takes; ``deductions`` are those that take away; ``types`` of facilities.
    """

    sources: frozenset[str]
    person_sources: frozenset[str]
    class_sources: frozenset[str]
    facts: Mapping[str, "FactAnswer"]
    grants: Mapping[str, frozenset[str]]
    types: frozenset[str]
    deductions: frozenset[str] = frozenset()


class PackWrong(Exception):
    """The text is no pack; ``problems`` are all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def content_hash(text: str) -> str:
    """What tells one content from another; line ends do not count."""
    return sha256("\n".join(text.splitlines()).encode()).hexdigest()


def read_pack(text: str, words: Vocabulary, *, was_released: bool = False) -> Pack:
    """
    The pack. ``was_released``: it was read before, so that what it refers to and the product has no more is let be:
    such a source knows nothing, and one old pack closes no page.

    :raises PackWrong: with every problem at once.
    """
    if len(text.encode()) > LARGEST:
        raise PackWrong([Problem("", f"様式は{LARGEST // 1000}KBまでです。項目を分けてください。")])
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise PackWrong([Problem("", f"TOMLとして読み取れません（{wrong}）。")]) from wrong
    reader = _Reader(words)
    pack = reader.pack(document)
    if problems := reader.problems if was_released else [*reader.problems, *reader.unknown]:
        raise PackWrong(problems)
    assert pack is not None
    return pack


class _Reader:
    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        # What it refers to and the product does not have.
        self.unknown: list[Problem] = []
        self.problems: list[Problem] = []

    def pack(self, document: dict[str, Any]) -> Pack | None:
        top = Node("", document, self.problems)
        pack_id = top.text("id", most=40)
        if pack_id and not PACK_ID.fullmatch(pack_id):
            top.say("id", "半角の小文字、数字、「.」「_」「-」で書いてください。")
        year = top.take("fiscal_year", int)
        if "fiscal_year" in document and year not in range(FIRST_YEAR, LAST_YEAR + 1):
            top.say("fiscal_year", "西暦の年度（例：2026）で書いてください。")
        family = Family(top.choice("family", list(Family)))
        title, source = top.text("title", most=100), top.text("source", most=300)
        nodes = top.tables("item")
        if not nodes:
            top.say("item", "項目を1つ以上書いてください。")
        items = [self.item(node, family) for node in nodes]
        self.unique([item.key for item in items], nodes, "key")
        own = {item.key: item for item in items}
        for item, node in zip(items, nodes, strict=True):
            self.refers(item, node, own)
        top.done()
        return None if self.problems else Pack(pack_id, year, family, title, source, tuple(items))

    def lacks(self, node: Node, name: str, sentence: str) -> None:
        """Note a reference to what is not there."""
        self.unknown.append(Problem(node.at(name), sentence))

    def item(self, node: Node, family: Family) -> Item:
        stage = Stage(node.choice("stage", list(Stage), "application"))
        types = node.texts("types")
        for name in types:
            if name not in self.words.types:
                self.lacks(node, "types", f"「{name}」という施設類型はありません。")
        rounds = tuple(value for value in node.take("rounds", list) if isinstance(value, int))
        if not rounds or any(number not in ROUNDS for number in rounds):
            node.say("rounds", "入力する回を1から6までの数で書いてください（例：[1, 3]）。")
        field_nodes = node.tables("field")
        fields = [self.field(own, is_column=False) for own in field_nodes]
        self.unique([own.key for own in fields], field_nodes, "key")
        grants = self.grant(node.table("grants"))
        item = Item(
            key=self.key(node),
            label=node.text("label", most=60),
            family=family,
            stage=stage,
            months=Months(node.choice("months", list(Months), "from")),
            rounds=rounds,
            types=types,
            fields=tuple(fields),
            help=node.text("help", most=2000, default=""),
            source=node.text("source", most=300, default=""),
            grants=grants,
            certifies_rates=node.take("certifies_rates", bool, False),
            reports_on=node.text("reports_on", most=40, default=""),
            amount=node.text("amount", most=40, default=""),
            share=self.share(node.table("share")),
            checks=tuple(self.check(own) for own in node.tables("check")),
            papers=tuple(self.paper(own) for own in node.tables("paper")),
            tables=self.lookups(node.table("tables")),
            public_too=node.take("public_too", bool, False),
            is_for_all=node.take("is_for_all", bool, False),
            is_deduction=grants is not None and grants.code in self.words.deductions,
            own_words=self.own_words(node.table("words")),
        )
        node.done()
        if item.is_for_all and item.own_words is not None:
            node.say("words", "だれもが提出する項目（is_for_all）では、申請するかを聞きません。")
        self.formulas_of(item, node, field_nodes)
        self.options_of(item, node, field_nodes)
        return item

    def field(self, node: Node, *, is_column: bool) -> Field:
        kinds = sorted(COLUMN_KINDS) if is_column else list(Kind)
        kind = Kind(node.choice("kind", kinds))
        column_nodes = node.tables("column")
        columns = [self.field(own, is_column=True) for own in column_nodes]
        self.unique([own.key for own in columns], column_nodes, "key")
        choices = node.take("choices", dict, {})
        sources = node.texts("known_from", [])
        made = Field(
            key=self.key(node),
            label=node.text("label", most=60),
            kind=kind,
            help=node.text("help", most=500, default=""),
            unit=node.text("unit", most=10, default=""),
            choices={str(key): str(value) for key, value in choices.items()},
            required=node.take("required", bool, True),
            least=node.take("least", int, None),
            most=node.take("most", int, None),
            longest=node.take("longest", int, 0),
            known_from=sources,
            fact=node.text("fact", most=60, default=""),
            formula=node.text("formula", most=formulas.LONGEST, default=""),
            option=node.text("option", most=40, default=""),
            shown_if=node.text("shown_if", most=formulas.LONGEST, default=""),
            may_differ=node.take("may_differ", bool, any(name.startswith(OF_LAST_YEAR) for name in sources)),
            otherwise=node.text("otherwise", most=200, default=""),
            columns=tuple(columns),
        )
        node.done()
        if is_column and (made.shown_if or made.option or made.otherwise):
            node.say("", "shown_if、option、otherwise は、列には書けません。")
        if made.key in GIVEN:
            node.say("key", f"「{made.key}」は、計算式のために決まった名前です。")
        self.fits(made, node)
        return made

    def fits(self, own: Field, node: Node) -> None:
        """What a field of its kind must and may have."""
        if (own.kind in {Kind.CHOICE, Kind.CHOICES}) != bool(own.choices):
            node.say("choices", "choice と choices の欄だけに、選択肢を1つ以上書いてください。")
        if own.is_table != bool(own.columns):
            node.say("column", "表（rows、people、classes）の欄だけに、列を1つ以上書いてください。")
        if (own.least, own.most) != (None, None) and own.kind not in NUMBERS | {Kind.MONTHLY} | TABLES:
            node.say("least", "最小・最大は、数の欄と表の行数だけに書けます。")
        if own.least is not None and own.most is not None and own.least > own.most:
            node.say("most", "最小より小さくなっています。")
        if own.longest and own.kind not in {Kind.TEXT, Kind.LONG_TEXT}:
            node.say("longest", "字数は文字の欄だけに書けます。")
        if own.formula and (own.known_from or own.is_table):
            node.say("formula", "計算する欄に、known_from と列は書けません。")
        if own.otherwise and (own.formula or own.may_differ or not (own.known_from or own.fact)):
            node.say("otherwise", "otherwise は、known_from か fact だけで埋まる欄に書きます。")
        known = {"people": self.words.person_sources, "classes": self.words.class_sources}
        for column in own.columns:
            allowed = known.get(own.kind, frozenset())
            for name in column.known_from:
                if name not in allowed:
                    sentence = f"「{name}」という出どころは、この表にありません。"
                    self.lacks(node, f"column.{column.key}.known_from", sentence)
        if not node.path.rpartition(".")[2].startswith("column"):
            for name in own.known_from:
                if name not in self.words.sources and not name.startswith(("item.", "last_year.")):
                    self.lacks(node, "known_from", f"「{name}」という出どころはありません。")
        if own.fact:
            self.answers_fact(own, node)

    def answers_fact(self, own: Field, node: Node) -> None:
        """A fact is answered as the conditions understand it: another kind would be an answer to nothing."""
        wanted = self.words.facts.get(own.fact)
        if wanted is None:
            self.lacks(node, "fact", f"条件の事実「{own.fact}」はありません。")
        elif own.kind not in wanted.kinds:
            kinds = "、".join(sorted(wanted.kinds))
            self.lacks(node, "fact", f"条件の事実「{own.fact}」は、{kinds} の欄で聞いてください。")
        elif wanted.choices and not own.choices.keys() <= wanted.choices:
            allowed = "、".join(sorted(wanted.choices))
            self.lacks(node, "choices", f"条件の事実「{own.fact}」の選択肢は次のものです：{allowed}")

    def check(self, node: Node) -> Check:
        made = Check(
            formula=node.text("formula", most=formulas.LONGEST),
            sentence=node.text("sentence", most=300),
            at=node.text("at", most=40, default=""),
            is_remark=node.take("is_remark", bool, False),
        )
        node.done()
        return made

    def paper(self, node: Node) -> Paper:
        made = Paper(
            key=self.key(node),
            title=node.text("title", most=60),
            why=node.text("why", most=300),
            business_days=node.take("business_days", int, 0),
            needed_if=node.text("needed_if", most=formulas.LONGEST, default=""),
            has_children=node.take("has_children", bool, False),
        )
        if not 0 <= made.business_days <= 60:
            node.say("business_days", "0から60までの数で書いてください。")
        node.done()
        return made

    def own_words(self, node: Node | None) -> Words | None:
        if node is None:
            return None
        made = Words(
            question=node.text("question", most=60),
            yes=node.text("yes", most=20),
            no=node.text("no", most=20),
        )
        node.done()
        return made

    def grant(self, node: Node | None) -> Grant | None:
        if node is None:
            return None
        made = Grant(node.text("code", most=40), node.choice("certification", ["", "1", "23"], ""))
        if made.code and made.code not in self.words.grants:
            self.lacks(node, "code", f"「{made.code}」という加算はありません。")
        node.done()
        return made

    def share(self, node: Node | None) -> Share | None:
        if node is None:
            return None
        made = Share(*(node.take(who, int, 0) for who in ("nation", "prefecture", "city")))
        if min(made.nation, made.prefecture, made.city) < 0 or made.of == 0:
            node.say("", "国・県・市の割合を0以上の整数で書いてください。")
        node.done()
        return made

    def lookups(self, node: Node | None) -> dict[str, tuple[Mapping[str, int], ...]]:
        """Stairs of bounds: every row the same bounds and a result, in rising order."""
        found: dict[str, tuple[Mapping[str, int], ...]] = {}
        for name in node.given if node else ():
            assert node is not None
            rows = node.take(name, list)
            good = [
                row for row in rows if isinstance(row, dict) and all(type(v) is int for v in row.values())
            ]
            bounds = {frozenset(row) for row in good}
            if len(good) != len(rows) or len(bounds) != 1 or RESULT not in next(iter(bounds), ()):
                node.say(name, f"どの行にも、同じ下限（{FROM}…）と {RESULT} を整数で書いてください。")
                continue
            if any(key != RESULT and not key.startswith(FROM) for key in next(iter(bounds))):
                node.say(name, f"列の名前は {FROM}… か {RESULT} です。")
                continue
            found[name] = tuple(good)
        return found

    def formulas_of(self, item: Item, node: Node, field_nodes: Sequence[Node]) -> None:
        """Every formula can be read and names nothing that is not there; fields do not need each other in a circle."""
        own = {made.key: made for made in item.fields}
        needs: dict[str, frozenset[str]] = {}
        for made, at in zip(item.fields, field_nodes, strict=True):
            for name in ("formula", "shown_if"):
                read = self.formula(getattr(made, name), at, name, own, item)
                needs[made.key] = needs.get(made.key, frozenset()) | (read.names if read else frozenset())
            columns = {column.key: column for column in made.columns}
            before: set[str] = set()
            for column in made.columns:
                name = f"column.{column.key}.formula"
                read = self.formula(column.formula, at, name, {**own, **columns}, item)
                names = read.names if read else frozenset()
                needs[made.key] |= names - columns.keys()
                if names & columns.keys() - before:
                    at.say(name, "列の計算式には、それより前の列だけを使えます。")
                before.add(column.key)
        for number, check in enumerate(item.checks):
            self.formula(check.formula, node, f"check[{number}].formula", own, item)
            if check.at and check.at not in own:
                node.say(f"check[{number}].at", f"「{check.at}」という欄はありません。")
        for number, paper in enumerate(item.papers):
            self.formula(paper.needed_if, node, f"paper[{number}].needed_if", own, item)
        if item.amount and (item.amount not in own or own[item.amount].kind is not Kind.YEN):
            node.say("amount", "金額の欄（yen）の名前を書いてください。")
        for key in _circles(needs):
            node.say(f"field.{key}", "計算式がたがいに相手の欄を使っています。")

    def formula(
        self, text: str, node: Node, name: str, own: Mapping[str, Field], item: Item
    ) -> Formula | None:
        if not text:
            return None
        try:
            read = formulas.read(text)
        except FormulaWrong as wrong:
            node.say(name, str(wrong))
            return None
        for missing in sorted(read.names - own.keys() - GIVEN):
            node.say(name, f"計算式の「{missing}」という欄はありません。")
        for table, column in sorted(read.columns):
            if table in own and column not in {made.key for made in own[table].columns}:
                node.say(name, f"表「{table}」に「{column}」という列はありません。")
        for table in sorted(read.tables - item.tables.keys()):
            node.say(name, f"「{table}」という段階の表はありません。")
        return read

    def options_of(self, item: Item, node: Node, field_nodes: Sequence[Node]) -> None:
        """Options belong to a granted addition that takes them, each from one field."""
        allowed = self.words.grants.get(item.grants.code, frozenset()) if item.grants else frozenset()
        seen: set[str] = set()
        for made, at in zip(item.fields, field_nodes, strict=True):
            if not made.option:
                continue
            if made.option not in allowed:
                self.lacks(at, "option", f"この加算に「{made.option}」という条件はありません。")
            if made.option in seen:
                at.say("option", "同じ条件を2つの欄が決めています。")
            seen.add(made.option)
        if item.grants and item.stage is Stage.REPORT:
            node.say("grants", "実績報告は加算を決めません。")

    def refers(self, item: Item, node: Node, own: Mapping[str, Item]) -> None:
        """What an item takes from another one is there."""
        if (item.stage is Stage.REPORT) != bool(item.reports_on):
            node.say(
                "reports_on", "実績報告には、報告する申請項目の名前を書いてください（申請には書きません）。"
            )
        elif item.reports_on and item.reports_on not in own:
            node.say("reports_on", f"「{item.reports_on}」という項目はこの様式にありません。")
        for made in item.fields:
            for name in made.known_from:
                kind, _, rest = name.partition(".")
                if kind not in {"item", "last_year"}:
                    continue
                key, _, column = rest.partition(".")
                if kind == "last_year":
                    key, column = item.key, rest
                there = own.get(key)
                if there is None or column not in {field.key for field in there.fields}:
                    node.say(f"field.{made.key}.known_from", f"「{name}」の項目か欄がありません。")

    def key(self, node: Node) -> str:
        key = node.text("key", most=40)
        if key and not KEY.fullmatch(key):
            node.say("key", "半角の小文字で始まる英数字と「_」で書いてください。")
        return key

    def unique(self, keys: Sequence[str], nodes: Sequence[Node], name: str) -> None:
        seen: set[str] = set()
        for key, node in zip(keys, nodes, strict=True):
            if key and key in seen:
                node.say(name, f"「{key}」が2回あります。")
            seen.add(key)


def _circles(needs: Mapping[str, frozenset[str]]) -> list[str]:
    """The keys that need themselves, by whatever way."""
    found = []
    for key in needs:
        seen: set[str] = set()
        waiting = list(needs[key])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(needs.get(name, ()))
        if key in seen:
            found.append(key)
    return found
