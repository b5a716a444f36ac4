"""The lines of a claim as rows of the data dictionary: by price, by item, by section, with their reasons. No query."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any, Final
from unicodedata import east_asian_width

from claims.cells import is_on_first_day
from claims.form_classes import class_amounts
from claims.form_reading import ClaimRead
from claims.models import ChildCount, ClaimLine
from claims.queries.comparison import SECTION_ORDER, compare_claims
from documents.dictionary import Row
from pricing import SECTION_LABELS
from pricing.rule_sets import claimable_entry
from pricing.vocabulary import FACILITY_UNITS, ITEM_LABELS, SYSTEMS, system_of
from pricing.wording import part_words

TREATMENT: Final = frozenset({"treatment_1_2", "treatment_i"})
QUALITY: Final = frozenset({"treatment_3", "treatment_ii", "treatment_iii"})
NOBODY: Final = "対象なし"
# Half-width characters in one row of a sheet in readable type; a longer step goes on in the next row.
WIDEST_TEXT: Final = 84
WIDEST_LABEL: Final = 24
BREAKS_AFTER: Final = "、。／）→ "
SECTION_WORDS: Final[Mapping[str, str]] = {str(code): words for code, words in SECTION_LABELS.items()}


def items_yen(read: ClaimRead, system: str | None) -> Row:
    found: Counter[str] = Counter()
    for line in read.lines:
        if system is None or line.certification == system:
            found[line.code] += line.amount_yen
    return {code: found.get(code) for code in ITEM_LABELS}


def lines(read: ClaimRead) -> list[Row]:
    everybody = everybody_of(row for row in read.own_counts if is_on_first_day(row))
    return [row for line in read.lines for row in _parts(line, block_of(read.kind, line), everybody)]


def _parts(line: ClaimLine, block: str, everybody: Mapping[str, tuple[str, int]]) -> Iterable[Row]:
    parts = line.parts or [None]
    for number, part in enumerate(parts, start=1):
        is_first, is_last = number == 1, number == len(parts)
        yield {
            **_of_item(line),
            "block": block,
            "part_number": number,
            "is_first": is_first,
            "is_last": is_last,
            "first_label": line.label if is_first else None,
            "subject": subject_of(part, line.certification, everybody) if part else NOBODY,
            "age_class": part and part.get("age_class"),
            "hours": part and part.get("hours"),
            "unit_yen": part and part["unit_yen"],
            "quantity": part and part["quantity"],
            "amount_yen": part["amount_yen"] if part else line.amount_yen,
            "item_yen": line.amount_yen if is_last else None,
        }


def block_of(kind: str, line: ClaimLine) -> str:
    """Where a line stands in the 内訳書: base, treatment, children, facility, quality or deduction."""
    if line.section != "addition":
        return line.section
    if line.code in TREATMENT:
        return "treatment"
    if line.code in QUALITY:
        return "quality"
    entry = claimable_entry(kind, line.code, line.certification)
    return "facility" if entry is not None and entry.item.unit in FACILITY_UNITS else "children"


def everybody_of(counts: Iterable[ChildCount]) -> dict[str, tuple[str, int]]:
    """By the certification of a line: what all of its children are called, and how many they are."""
    by_system: Counter[str] = Counter()
    for row in counts:
        by_system[system_of(row.certification)] += row.count
    found = {"": ("全員", sum(by_system.values()))}
    for system, count in by_system.items():
        found[system] = (f"{SYSTEMS[system]}の全員" if len(by_system) > 1 else "全員", count)
    return found


def subject_of(part: Mapping[str, Any], certification: str, everybody: Mapping[str, tuple[str, int]]) -> str:
    """Whom a part counts: a class, all children of the line, some of them; or what its number is made of."""
    if part.get("age_class"):
        return part_words(part)
    if part.get("note"):
        return str(part["note"])
    words, count = everybody.get(certification, ("", None))
    return words if part["quantity"] == count else "対象の子ども"


def _of_item(line: ClaimLine) -> Row:
    return {
        "position": line.position,
        "section": line.section,
        "section_label": SECTION_WORDS[line.section],
        "code": line.code,
        "number": line.number or None,
        "label": line.label,
        "system": line.certification or None,
        "system_words": SYSTEMS.get(line.certification),
    }


def items(read: ClaimRead) -> list[Row]:
    return [
        {
            **_of_item(line),
            "part_count": len(line.parts),
            "amount_yen": line.amount_yen,
            "summary": line.summary or None,
            "reason": line.reason,
            "source": line.source,
        }
        for line in read.lines
    ]


def sections(read: ClaimRead) -> list[Row]:
    return [
        {
            "section": section,
            "section_label": SECTION_WORDS[section],
            "item_count": len(lines),
            "amount_yen": sum(line.amount_yen for line in lines),
        }
        for section in SECTION_ORDER
        if (lines := [line for line in read.lines if line.section == section])
    ]


def steps(read: ClaimRead) -> list[Row]:
    rows: list[Row] = []
    for line in read.lines:
        told = [(step["label"], step["text"]) for step in line.steps]
        told += [("出典", line.source)] if line.source else []
        texts: list[tuple[str | None, str | None]] = [
            row
            for label, text in told
            for row in zip_longest(
                in_rows(label, WIDEST_LABEL),
                # The sheet says once whose prices they are.
                in_rows(text.replace(f"{read.book_title} ", ""), WIDEST_TEXT),
            )
        ]
        names: list[str | None] = [*in_rows(line.label, WIDEST_LABEL)]
        count = max(len(names), len(texts))
        names += [None] * (count - len(names))
        texts += [(None, None)] * (count - len(texts))
        for number, (name, (label, text)) in enumerate(zip(names, texts, strict=True)):
            rows.append(
                {
                    "position": line.position,
                    "section": line.section,
                    "section_label": SECTION_WORDS[line.section],
                    "item_label": name,
                    "item_yen": None if number else line.amount_yen,
                    "label": label,
                    "text": text,
                }
            )
    return rows


def in_rows(text: str, widest: int) -> list[str]:
    """The text in pieces of ``widest`` half-width characters at most, parted where it pauses, never in a number."""
    pieces = []
    while wide(text) > widest:
        room = next(end for end in range(len(text), 0, -1) if wide(text[:end]) <= widest)
        ends = [end for end in range(room, room // 2, -1) if text[end - 1] in BREAKS_AFTER]
        ends += [
            end for end in range(room, 0, -1) if not (_is_narrow(text[end - 1]) and _is_narrow(text[end]))
        ]
        end = (ends or [room])[0]
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*pieces, text]


def wide(text: str) -> int:
    """How many half-width characters a text takes."""
    return sum(1 if _is_narrow(one) else 2 for one in text)


def _is_narrow(character: str) -> bool:
    return east_asian_width(character) in ("Na", "N", "H")


def base_rows(read: ClaimRead) -> list[Row]:
    """Base price and treatment of each class side by side, in the order of the lines."""
    found: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for line in read.lines:
        if line.code != "base" and line.code not in TREATMENT:
            continue
        unit, amount = (
            ("unit_yen", "amount_yen") if line.code == "base" else ("treatment_unit_yen", "treatment_yen")
        )
        for part in line.parts:
            place = (line.certification, part["age_class"] or "", part["hours"] or "", part.get("note", ""))
            row = found.setdefault(
                place,
                {
                    "system": line.certification or None,
                    "system_words": SYSTEMS.get(line.certification),
                    "subject": part_words(part) if part["age_class"] else NOBODY,
                    "age_class": part["age_class"],
                    "hours": part["hours"],
                    "quantity": part["quantity"],
                    **dict.fromkeys(("unit_yen", "amount_yen", "treatment_unit_yen", "treatment_yen"), 0),
                },
            )
            row[unit] += part["unit_yen"]
            row[amount] += part["amount_yen"]
    return list(found.values())


def differences(read: ClaimRead) -> list[Row]:
    if not read.claim.is_correction:
        return []
    before = {(line.code, line.certification): line for line in read.lines_before}
    rows: list[Row] = []
    for row in compare_claims(read.lines, read.lines_before):
        line = row.line or before[row.code, row.certification]
        rows.append(
            {
                **_of_item(line),
                "before_yen": row.before,
                "after_yen": row.now,
                "difference_yen": row.difference,
                "has_changed": row.has_changed,
            }
        )
    return [{name: value for name, value in row.items() if name != "position"} for row in rows]


def classes(read: ClaimRead) -> list[Row]:
    claim = read.claim
    children = [
        child
        for child in claim.snapshot.get("children", [])
        if child.get("payer") in {None, claim.payer_code}
    ]
    return [
        {
            "label": one.label,
            "children": one.children,
            "amount_yen": one.amount_yen,
            "per_child_yen": one.per_child_yen,
            "is_rest": one.children is None,
        }
        for one in class_amounts(read.lines, children)
    ]
