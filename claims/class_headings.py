"""
What a column of a wide file counts, told from its heading: 「2号3歳標準」, but also 「3歳」 or 「0歳児（短）」.

Pure. Headings arrive normalised (``documents.reading``): no blanks, half-width digits. What a heading leaves open is
filled in only where the other headings of the file leave one answer; otherwise somebody has to choose.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CERTIFICATION_1, CERTIFICATION_2, CERTIFICATION_3 = "1号", "2号", "3号"
STANDARD, SHORT, EDUCATION = "標準", "短時間", "教育標準時間"
THREE_MID = "満3歳"
# An age, a certification and the hours, as headings write them.
_AGE = re.compile(r"満[3三](?:歳|才)?児?|(?<![0-9])[0-5〇零一二三四五](?:歳|才)児?")
_CERTIFICATION = re.compile(r"(?<![0-9])([123])号")
_HOURS = re.compile(r"教育標準時間|教育標準|教育|標準時間|標準|標|短時間|短")
# What says nothing more about the children than that they are counted.
_FILLER = re.compile(r"認定|こども|子ども|児童|児|クラス|在籍|初日|入所|人数|員数|数|人|保育|必要量|区分|の")
_SIGNS = re.compile(r"[\W_]")
_TOTAL = re.compile(r"計|総数|総人数|全体")
_PART_OF_A_CLASS = re.compile(r"[0-5](?:歳|才)|満3|[123]号|標準|短時間")
_DIGITS = str.maketrans("〇零一二三四五", "0012345")
LEAST_CLASSES = 2


@dataclass(frozen=True)
class ChildClass:
    """A class of children (区分): 認定区分, 年齢 and 保育必要量, in the words of our wide layout."""

    certification: str
    age: str
    hours: str

    @property
    def heading(self) -> str:
        """Its column in our wide layout: 2号3歳標準."""
        return f"{self.certification}{self.age}{self.hours}"

    @property
    def words(self) -> str:
        """As pages say it: 2号 3歳 標準時間."""
        hours = "標準時間" if self.hours == STANDARD else self.hours
        return f"{self.certification} {self.age} {hours}"


# Every class there is; a 2号 child of class age 2 turned three this year.
CLASSES: tuple[ChildClass, ...] = (
    *(ChildClass(CERTIFICATION_1, age, EDUCATION) for age in (THREE_MID, "3歳", "4歳", "5歳")),
    *(
        ChildClass(CERTIFICATION_3, age, hours)
        for age in ("0歳", "1歳", "2歳")
        for hours in (STANDARD, SHORT)
    ),
    *(
        ChildClass(CERTIFICATION_2, age, hours)
        for age in ("2歳", "3歳", "4歳", "5歳")
        for hours in (STANDARD, SHORT)
    ),
)
CLASS_OF: Mapping[str, ChildClass] = {one.heading: one for one in CLASSES}


def said_by(heading: str) -> ChildClass | None:
    """What a heading says of a class, with empty words for what it leaves open; None when it names no class."""
    rest = _SIGNS.sub("", heading)
    age = _AGE.search(rest)
    if age is None:
        return None
    rest = rest.replace(age[0], "", 1)
    certification = _CERTIFICATION.search(rest)
    if certification is not None:
        rest = rest.replace(certification[0], "", 1)
    hours = _HOURS.search(rest)
    if hours is not None:
        rest = rest.replace(hours[0], "", 1)
    if _FILLER.sub("", rest):
        return None
    return ChildClass(
        certification[0] if certification else "", _age(age[0]), _hours(hours[0]) if hours else ""
    )


def _age(text: str) -> str:
    return THREE_MID if text.startswith("満") else f"{text[0].translate(_DIGITS)}歳"


def _hours(text: str) -> str:
    if text.startswith("教育"):
        return EDUCATION
    return STANDARD if text.startswith("標") else SHORT


def look_wide(headings: Iterable[str]) -> bool:
    """Whether these are headings of a file with a column a class."""
    return sum(said_by(heading) is not None for heading in headings) >= LEAST_CLASSES


def may_be_a_class(heading: str) -> bool:
    """Whether a heading speaks of classes at all, so that somebody has to say what it counts. A sum is no class."""
    return _TOTAL.search(heading) is None and _PART_OF_A_CLASS.search(heading) is not None


def proposed_classes(headings: Iterable[str]) -> dict[str, ChildClass]:
    """
    The class each heading most likely means, where the headings together leave only one.

    「3歳」 beside 「3歳短時間」 is the 標準時間 of 2号; beside both of them it is 1号. Alone it may be anything.
    """
    said = {heading: one for heading in headings if (one := said_by(heading)) is not None}
    found: dict[str, ChildClass] = {}
    for heading, one in said.items():
        whole = _completed(one)
        if whole.heading in CLASS_OF and whole not in found.values():
            found[heading] = whole
    certain = set(found.values())
    for heading, one in said.items():
        meant = None if heading in found else _beside(_completed(one), certain)
        if meant is not None and meant not in found.values():
            found[heading] = meant
    return found


def _completed(one: ChildClass) -> ChildClass:
    """With what follows from the rest: there is one certification for 0歳 and for 教育標準時間, one length of 1号."""
    certification = one.certification or _certification(one)
    hours = one.hours or (EDUCATION if certification == CERTIFICATION_1 else "")
    # 満3歳 of 2号 are the children of the class of 2歳 who have turned three.
    age = "2歳" if certification == CERTIFICATION_2 and one.age == THREE_MID else one.age
    return ChildClass(certification, age, hours)


def _certification(one: ChildClass) -> str:
    if one.hours == EDUCATION or (one.age == THREE_MID and not one.hours):
        return CERTIFICATION_1
    if one.age in {"0歳", "1歳", "2歳"}:
        return CERTIFICATION_3
    return CERTIFICATION_2 if one.hours else ""


def _beside(one: ChildClass, certain: set[ChildClass]) -> ChildClass | None:
    """What an open heading means beside those that are certain; None when it may be several things."""
    if one.hours:
        return None
    certification = one.certification or CERTIFICATION_2
    standard, short = (ChildClass(certification, one.age, hours) for hours in (STANDARD, SHORT))
    first = ChildClass(CERTIFICATION_1, one.age, EDUCATION)
    if standard not in certain and short in certain:
        return standard
    if not one.certification and standard in certain and first not in certain:
        return first
    return None
