"""
Reading a claim from its JSON shape: every problem at once, each at its path.

The shape is the contract of ``manage.py quote``; pages and batches build the same dict.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from pricing.checks import Known, child_problems, circumstance_problems, not_in_table, not_in_year, twice
from pricing.claim import Capacity, ChildClass, ClaimInput, ItemClaim, Treatment
from pricing.items.children import intake_variant
from pricing.month import Month
from pricing.possible import disability_problems
from pricing.problems import InputProblems, Problem
from pricing.rule_sets import (
    AUTOMATIC,
    FIRST_FISCAL_YEAR,
    TABLES,
    claimable_entries,
    entries_of_year,
    rules_for,
)
from pricing.vocabulary import (
    AGE_CLASSES,
    CERTIFICATIONS,
    FACILITY_TYPES,
    HOURS,
    ITEM_LABELS,
    REGION_PERCENTS,
    SYSTEMS,
    system_of,
)
from pricing.working import FIRST_YEAR_WITH_ROW_RATES, Entry

__all__ = [
    "Capacity",
    "ChildClass",
    "ClaimInput",
    "InputProblems",
    "ItemClaim",
    "Month",
    "Treatment",
    "parse",
]

_TOP_KEYS: Final = frozenset({
    "facility_type", "region_percent", "capacity", "month", "ratebook",
    "children", "treatment", "items", "payer",
})  # fmt: skip
_CHILD_KEYS: Final = frozenset({
    "certification", "age_class", "hours", "count", "payer", "branch", "employee_slot", "disabled",
    "mid_month_days", "leaver",
})  # fmt: skip
# Smallest and largest value of each numeric option.
_OPTION_RANGES: Final = {
    "extra_staff": (1, 99),
    "weekdays": (1, 5),
    "children": (0, 9_999),
    "days": (0, 20),
    "spent_yen": (0, 999_999_999),
    "headcount": (1, 999),
    "headcount_a": (0, 999),
    "headcount_b": (0, 999),
}
_OPTIONS: Final = frozenset(_OPTION_RANGES)
_ITEM_KEYS: Final = frozenset({"code", "variant", "certification", *_OPTION_RANGES})
_MOST_CHILDREN: Final = 9_999
_LARGEST_CAPACITY: Final = 9_999

# Which classes exist where. A 2号 child of class age 2 turned three this year.
_EDUCATION: Final = {"1": ("3", "3mid", "4plus")}
_CHILDCARE: Final = {"2": ("2", "12", "3", "4plus"), "3": ("0", "1", "2", "12")}
_UNDER_3: Final = {"2": ("2", "12"), "3": ("0", "1", "2", "12")}
_CLASSES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "kindergarten": _EDUCATION,
    "nursery": _CHILDCARE,
    "certified_kodomoen": {**_EDUCATION, **_CHILDCARE},
    "small_a": _UNDER_3,
    "small_b": _UNDER_3,
    "small_c": _UNDER_3,
    "home_based": _UNDER_3,
    "workplace": _UNDER_3,
    "home_visiting": _UNDER_3,
}
_SYSTEM_HOURS: Final = {"1": ("education",), "23": ("standard", "short")}
_WITH_BRANCHES: Final = frozenset({"nursery", "certified_kodomoen"})
_MOST_DAYS: Final = 31


def parse(document: object, fiscal_year: int | None = None) -> ClaimInput:
    """
    Read one claim. ``ratebook`` is only checked for its shape: choosing the book is the caller's.

    ``fiscal_year`` is that of the book, whose rules hold: with it, items that year does not have are told along with
    everything else. Without, items are read as in the month's own year, and ``calculate`` tells.

    :raises InputProblems: everything that is wrong, each with its path.
    """
    reader = _Reader(fiscal_year)
    claim = reader.claim(document)
    if reader.problems or claim is None:
        raise InputProblems(reader.problems)
    return claim


def shown(value: object) -> str:
    """A piece of somebody's input, short and printable, for a message."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(letter if letter.isprintable() else "�" for letter in text[:41])
    return text if len(text) <= 40 else f"{text[:40]}…"


def _path_of(holder: str, key: str) -> str:
    """``children[0]``, ``count`` → children[0].count; the claim itself has no path."""
    return f"{holder}.{key}" if holder else key


class _Reader:
    """
    Collects problems while it reads; what could not be read is ``None`` until the end.

    Values are read with the ``path`` of their holder ("" for the claim itself): their own is put together when there
    is a problem.
    """

    def __init__(self, fiscal_year: int | None = None) -> None:
        self.problems: list[Problem] = []
        self.fiscal_year = fiscal_year

    def note(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    # -- values

    def mapping(self, value: object, path: str, keys: Collection[str], what: str) -> Mapping[str, Any] | None:
        if not isinstance(value, dict):
            self.note(path or "input", f"{what}を {{…}} の形で書いてください。")
            return None
        for key in value:
            if key not in keys:
                name = shown(key) or "（空の名前）"
                self.note(
                    _path_of(path, name), f"「{name}」という項目はありません。つづりを確かめてください。"
                )
        return value

    def sequence(self, value: object, path: str, what: str) -> list[Any]:
        if not isinstance(value, list):
            self.note(path, f"{what}を [ … ] の形で書いてください。")
            return []
        return value

    def whole(
        self, holder: Mapping[str, Any], key: str, path: str, smallest: int, largest: int
    ) -> int | None:
        value = holder.get(key)
        if type(value) is int and smallest <= value <= largest:
            return value
        how = f"{smallest}から{largest:,}の整数で入力してください。"
        if key not in holder:
            how = f"必要な項目です。{how}"
        elif type(value) is not int:
            how = f"「{shown(value)}」は使えません。{how}"
        self.note(_path_of(path, key), how)
        return None

    def choice(self, holder: Mapping[str, Any], key: str, path: str, allowed: Collection[str]) -> str | None:
        value = holder.get(key)
        if isinstance(value, str) and value in allowed:
            return value
        what = f"「{shown(value)}」は使えません" if key in holder else "必要な項目です"
        self.note(_path_of(path, key), f"{what}。{'・'.join(allowed)} のいずれかを入力してください。")
        return None

    def code_text(self, holder: Mapping[str, Any], key: str, path: str, what: str) -> str | None:
        """An optional short text; null is the same as leaving it out."""
        value = holder.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not 1 <= len(value) <= 60 or not value.isprintable():
            self.note(
                _path_of(path, key), f"「{shown(value)}」は使えません。{what}を文字で入力してください。"
            )
            return None
        return value

    # -- the claim

    def claim(self, document: object) -> ClaimInput | None:
        found = self.mapping(document, "", _TOP_KEYS, "計算の入力")
        if found is None:
            return None
        facility_type = self.choice(found, "facility_type", "", FACILITY_TYPES)
        region = self.region(found)
        capacity = self.capacity(found, facility_type)
        month = self.month(found)
        self.code_text(found, "ratebook", "", "単価表の名前")
        children = self.children(found, facility_type, capacity)
        treatment = self.treatment(found, month)
        payer = self.payer(found, children)
        self.problems.extend(child_problems(children or (), month))
        items = self.items(found, facility_type, Known(month, children, capacity, payer))
        self.ages_apart(children, items)
        self.problems.extend(disability_problems(items, children or ()))
        if (
            facility_type is None or region is None or capacity is None or month is None
            or children is None or treatment is None
        ):  # fmt: skip
            return None
        return ClaimInput(facility_type, region, capacity, month, children, treatment, items, payer)

    def region(self, found: Mapping[str, Any]) -> int | None:
        words = "・".join(str(percent) for percent in REGION_PERCENTS)
        value = found.get("region_percent")
        if type(value) is not int or value not in REGION_PERCENTS:
            self.note("region_percent", f"地域区分の割合を {words} のいずれかの整数で入力してください。")
            return None
        return value

    def capacity(self, found: Mapping[str, Any], facility_type: str | None) -> Capacity | None:
        systems = tuple(SYSTEMS if facility_type is None else TABLES[facility_type])
        value = found.get("capacity")
        sizes = self.mapping(value, "capacity", systems, f"利用定員（{'・'.join(systems)}）")
        if sizes is None or facility_type is None:
            return None
        # A 認定こども園 may have no 利用定員 of one system; every other type has one system and needs it.
        asked = systems if len(systems) == 1 else [system for system in systems if system in sizes]
        if not asked:
            self.note(
                "capacity", f"利用定員を {'・'.join(systems)} のどちらか、または両方に入力してください。"
            )
            return None
        before = len(self.problems)
        given = {system: self.whole(sizes, system, "capacity", 1, _LARGEST_CAPACITY) for system in asked}
        if len(self.problems) > before:
            return None
        return Capacity(education=given.get("1"), childcare=given.get("23"))

    def month(self, found: Mapping[str, Any]) -> Month | None:
        value = found.get("month")
        try:
            return Month.parse(value if isinstance(value, str) else "")
        except ValueError:
            self.note("month", "対象月を 2026-06 の形で入力してください。")
            return None

    def treatment(self, found: Mapping[str, Any], month: Month | None) -> Treatment | None:
        rates = self.mapping(found.get("treatment"), "treatment", ("base_percent", "wage_percent"), "加算率")
        if rates is None:
            return None
        # Before R7 賃金改善要件分 began at 3 percent and lost up to 2 without キャリアパス (pricing.md §7.1) [K].
        least = 4 if month is None or month.fiscal_year >= FIRST_YEAR_WITH_ROW_RATES else 1
        base = self.whole(rates, "base_percent", "treatment", 2, 12)
        wage = self.whole(rates, "wage_percent", "treatment", least, 7)
        return None if base is None or wage is None else Treatment(base, wage)

    def payer(self, found: Mapping[str, Any], children: tuple[ChildClass, ...] | None) -> str | None:
        payer = self.code_text(found, "payer", "", "市区町村コード")
        if payer is not None and children is not None and all(child.payer != payer for child in children):
            self.note("payer", f"市区町村コード {shown(payer)} の子どもが children にいません。")
            return None
        return payer

    # -- children

    def children(
        self, found: Mapping[str, Any], facility_type: str | None, capacity: Capacity | None
    ) -> tuple[ChildClass, ...] | None:
        before = len(self.problems)
        if "children" not in found:
            self.note("children", "必要な項目です。子どもがいない月は [] としてください。")
            return None
        children = [
            self.child(value, f"children[{position}]", facility_type, capacity)
            for position, value in enumerate(self.sequence(found["children"], "children", "子どもの数の一覧"))
        ]
        if len(self.problems) > before:
            return None
        read = tuple(child for child in children if child is not None)
        if sum(child.count for child in read) > _MOST_CHILDREN:
            self.note(
                "children", f"子どもの数の合計が{_MOST_CHILDREN:,}人を超えています。数を確かめてください。"
            )
            return None
        return read

    def child(
        self, value: object, path: str, facility_type: str | None, capacity: Capacity | None
    ) -> ChildClass | None:
        found = self.mapping(value, path, _CHILD_KEYS, "子どもの区分と数")
        if found is None:
            return None
        before = len(self.problems)
        classes: Mapping[str, tuple[str, ...]] = _CLASSES.get(facility_type or "", {})
        certification = self.choice(found, "certification", path, classes or CERTIFICATIONS)
        system = None if certification is None else system_of(certification)
        age_class = self.choice(found, "age_class", path, AGE_CLASSES)
        hours = self.choice(found, "hours", path, _SYSTEM_HOURS.get(system or "", HOURS))
        count = self.whole(found, "count", path, 0, _MOST_CHILDREN)
        payer = self.code_text(found, "payer", path, "市区町村コード")
        allowed = classes.get(certification or "")
        if age_class is not None and allowed is not None and age_class not in allowed:
            self.note(
                f"{path}.age_class",
                f"{certification}号の年齢は {'・'.join(allowed)} のいずれかを入力してください。",
            )
        if system is not None and allowed is not None and capacity is not None and not capacity.has(system):
            self.note(
                f"{path}.certification",
                f"{SYSTEMS[system]}の利用定員がありません。capacity.{system} を入力するか、"
                "子どもの区分を直してください。",
            )
        branch = self.flag(
            found,
            "branch",
            path,
            facility_type in _WITH_BRANCHES and system != "1",
            "分園のある施設類型ではありません",
        )
        slot = self.flag(
            found, "employee_slot", path, facility_type == "workplace", "従業員枠は事業所内保育だけです"
        )
        disabled = self.disabled(found, path, count)
        days, leaver = self.mid_month(found, path)
        if certification is None or age_class is None or hours is None or count is None:
            return None
        if len(self.problems) > before:
            return None
        return ChildClass(certification, age_class, hours, count, payer, branch, slot, disabled, days, leaver)

    def flag(self, found: Mapping[str, Any], key: str, path: str, fits: bool, why_not: str) -> bool:
        """A yes or no that only some facilities may say yes to."""
        if key not in found:
            return False
        value = found[key]
        if not isinstance(value, bool):
            self.note(_path_of(path, key), "true か false で入力してください。")
            return False
        if value and not fits:
            self.note(_path_of(path, key), f"{why_not}。外してください。")
            return False
        return value

    def disabled(self, found: Mapping[str, Any], path: str, count: int | None) -> int:
        """うち障害児数: at most all of them."""
        if "disabled" not in found:
            return 0
        disabled = self.whole(found, "disabled", path, 0, _MOST_CHILDREN)
        if disabled is not None and count is not None and disabled > count:
            self.note(
                f"{path}.disabled", "うち障害児数が子どもの数を超えています。どちらかを直してください。"
            )
        return disabled or 0

    def mid_month(self, found: Mapping[str, Any], path: str) -> tuple[int | None, bool]:
        """Days of children who came or left within the month (D11), and whether they left."""
        days = None
        if "mid_month_days" in found:
            days = self.whole(found, "mid_month_days", path, 1, _MOST_DAYS)
        leaver = self.flag(
            found,
            "leaver",
            path,
            "mid_month_days" in found,
            "途中退所のときは mid_month_days（日数）も必要です",
        )
        return days, leaver

    def ages_apart(self, children: tuple[ChildClass, ...] | None, items: tuple[ItemClaim, ...]) -> None:
        """The 12 class is enough until an item needs the one-year-olds alone (D14)."""
        if children is None or not any(asked.code == "age1_staffing" for asked in items):
            return
        label = ITEM_LABELS["age1_staffing"]
        for position, child in enumerate(children):
            if child.age_class == "12" and child.certification == "3" and child.count:
                self.note(
                    f"children[{position}].age_class",
                    f"「{label}」を請求するときは、1歳児（1）と2歳児（2）を分けて入力してください。",
                )

    # -- items

    def items(
        self, found: Mapping[str, Any], facility_type: str | None, known: Known
    ) -> tuple[ItemClaim, ...]:
        if "items" not in found:
            return ()
        items: list[ItemClaim] = []
        seen: set[tuple[str, str]] = set()
        for position, value in enumerate(self.sequence(found["items"], "items", "請求する項目の一覧")):
            path = f"items[{position}]"
            holder = self.mapping(value, path, _ITEM_KEYS, "請求する項目")
            if holder is None:
                continue
            entries = self.entries(holder, path, facility_type, known.month)
            if not entries or facility_type is None:
                continue
            certification = self.certification(holder, path, facility_type, entries)
            if certification is None:
                continue
            systems = [certification] if certification else list(entries)
            entry = entries[systems[0]]
            code = entry.item.code
            claimed = {(system, code) for system in systems}
            if not seen.isdisjoint(claimed):
                self.note(f"{path}.code", twice(entry))
            seen |= claimed
            asked = self.item(holder, path, position, entry, certification)
            self.problems.extend(circumstance_problems(asked, entry, systems, known))
            items.append(asked)
        self.chosen_variants(items)
        return tuple(items)

    def entries(
        self, holder: Mapping[str, Any], path: str, facility_type: str | None, month: Month | None
    ) -> Mapping[str, Entry]:
        """The item in the type's tables, by system; empty (and noted) when it cannot be claimed."""
        code = holder.get("code")
        if not isinstance(code, str) or code not in ITEM_LABELS:
            message = (
                f"「{shown(code)}」という項目はありません。項目の記号を確かめてください。"
                if "code" in holder
                else "必要な項目です。請求する項目の記号を入力してください。"
            )
            self.note(f"{path}.code", message)
            return {}
        if code in AUTOMATIC:
            self.note(
                f"{path}.code", f"「{ITEM_LABELS[code]}」は自動で計算されます。一覧から外してください。"
            )
            return {}
        if facility_type is None:
            return {}
        entries = claimable_entries(facility_type, code)
        if not entries:
            self.note(f"{path}.code", not_in_table(code, facility_type))
            return {}
        year = self.fiscal_year if self.fiscal_year is not None or month is None else month.fiscal_year
        if year is None or year < FIRST_FISCAL_YEAR:
            return entries
        standing = entries_of_year(facility_type, code, year)
        if self.fiscal_year is not None and not standing:
            self.note(f"{path}.code", not_in_year(code, rules_for(facility_type, year)))
        # What the year does not have is still read, so that everything else that is wrong with it is told too.
        return standing or entries

    def certification(
        self, holder: Mapping[str, Any], path: str, facility_type: str, entries: Mapping[str, Entry]
    ) -> str | None:
        """The system an item is asked for; empty: every system that has it. ``None`` when that cannot be (noted)."""
        label = next(iter(entries.values())).label
        if "certification" not in holder:
            if len(entries) > 1 and len({entry.item for entry in entries.values()}) > 1:
                self.note(
                    f"{path}.certification",
                    f"「{label}」は1号と2・3号で計算が異なります。1 か 23 を入力してください。",
                )
                return None
            return ""
        value = holder["certification"]
        if not isinstance(value, str) or value not in entries:
            words = " か ".join(entries)
            where = "この施設類型では" if len(TABLES[facility_type]) == 1 else f"「{label}」では"
            self.note(f"{path}.certification", f"「{shown(value)}」は使えません。{where} {words} だけです。")
            return None
        if entries[value].whole_facility:
            self.note(
                f"{path}.certification",
                f"「{label}」は施設全体の項目で、1号と2・3号の両方で計算します。certification を外してください。",
            )
            return None
        return value

    def item(
        self, holder: Mapping[str, Any], path: str, position: int, entry: Entry, certification: str
    ) -> ItemClaim:
        declared = entry.item
        numbers: dict[str, int] = {}
        if declared.options or declared.optional or not _OPTIONS.isdisjoint(holder):
            for option, (smallest, largest) in _OPTION_RANGES.items():
                if option in declared.options or (option in declared.optional and option in holder):
                    number = self.whole(holder, option, path, smallest, largest)
                    if number is not None:
                        numbers[option] = number
                elif option in holder and option not in declared.optional:
                    self.note(f"{path}.{option}", f"「{entry.label}」では使わない項目です。外してください。")
        variant = self.variant(holder, path, entry)
        return ItemClaim(declared.code, position, variant, certification, **numbers)

    def variant(self, holder: Mapping[str, Any], path: str, entry: Entry) -> str:
        declared = entry.item
        if not declared.variants:
            if "variant" in holder:
                self.note(f"{path}.variant", f"「{entry.label}」に区分はありません。外してください。")
            return ""
        if declared.chosen_variant and "variant" not in holder:
            return ""
        return self.choice(holder, "variant", path, declared.variants) or ""

    def chosen_variants(self, items: list[ItemClaim]) -> None:
        """A variant that the rule chooses may be said, but not otherwise than the rule (D10)."""
        asked = {asked.code: asked for asked in items if asked.certification in ("", "1")}
        intake = asked.get("under_age3_intake")
        if intake is not None and intake.variant and intake.variant != intake_variant(asked):
            self.note(
                intake.path("variant"),
                "3歳児配置改善を請求しているかどうかと合いません。区分は自動で決まるので、外してください。",
            )
