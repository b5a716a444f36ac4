"""
The texts of one row, read into values: everything that is wrong with it at once, each sentence at its column.

Pure: what can be said without the roster is said here. Nothing repeats what was typed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pricing.staffing.jobs import ALIASES as JOB_ALIASES
from staff_records import checks
from staff_records.columns import TABLES, Column, Kind, Table
from staff_records.problems import FieldProblem
from staff_records.rows import Entry, MemberEntry, SideEntry, Who
from staff_records.typed import Doubtful, Unreadable
from staff_records.typed.names import missing_in_paper_fonts, read_kana, read_name
from staff_records.typed.values import (
    read_address,
    read_birth_date,
    read_choice,
    read_day,
    read_days_a_month,
    read_hours,
    read_hours_a_day,
    read_month,
    read_monthly_hours,
    read_postal_code,
    read_registration_number,
    read_staff_number,
    read_text,
    read_yen,
)
from staff_records.values import Detail, Earlier, Identity, Licenced, Paid, Terms, Trained, Worked

Texts = Mapping[str, str]
Cells = Mapping[str, Any]

MOST_TRAINING_HOURS = 999
MOST_CHOICES_TOLD = 4
NURSERY, KINDERGARTEN_COLUMNS = "nursery_teacher", ("kindergarten_number", "kindergarten_date")
YEN: Final = ("base_yen", "allowance_yen", "post_allowance_yen", "bonus_yen")
# What people write for a choice beside its label, by column.
CHOICE_ALIASES: Final[Mapping[str, Mapping[str, str]]] = {
    "sex": {"女性": "female", "男性": "male"},
    "job": JOB_ALIASES,
    "regular": {
        "正規": "regular",
        "正職員": "regular",
        "正社員": "regular",
        "フルタイム": "regular",
        "パート": "part_time",
        "短時間": "part_time",
        "臨時": "part_time",
    },
    "leave": {
        "産休": "maternity",
        "育休": "childcare",
        "介護": "care",
        "病休": "sick",
        "休職": "sick",
    },
    "concurrence": {"他の職務": "other_job", "他施設": "other_facility", "役員": "officer"},
    "kindergarten_licence": {
        "専修": "kindergarten_special",
        "一種": "kindergarten_1",
        "1種": "kindergarten_1",
        "二種": "kindergarten_2",
        "2種": "kindergarten_2",
    },
    "long_enough": {"○": "yes", "〇": "yes", "有": "yes", "×": "no", "無": "no"},
    "in_house": {"内": "in_house", "外": "outside"},
}
NOT_ON_PAPER = (
    "「{}」は印刷用の字体にないため、紙の名簿では別の字形か空欄になります。"
    "字が正しければ、直さなくてかまいません。"
)
# A column's words where the checks of a person's record know the same day under another name.
CHECKED_AS = {
    "nursery": {"obtained_on": "nursery_date"},
    "kindergarten": {"obtained_on": "kindergarten_date"},
}


@dataclass(frozen=True)
class RowRead:
    """
    One row: what could be read of each cell, the whole as a value when nothing is missing, and what is wrong.

    ``doubts`` are no problems: hardly meant, yet possible, or right and not to be printed as it is.
    """

    table: Table
    cells: Cells
    entry: Entry | None
    problems: tuple[FieldProblem, ...]
    doubts: tuple[FieldProblem, ...] = ()


def is_blank(texts: Texts) -> bool:
    """Nothing was typed."""
    return not any(text.strip() for text in texts.values())


def read_who(texts: Texts) -> Who:
    """Whom a row is about, as far as that can be read."""
    number, name = _quietly(read_staff_number, texts.get("number", "")), texts.get("name", "")
    return Who(number, _quietly(read_name, name) or "")


def read_row(table_code: str, texts: Texts, *, today: date) -> RowRead:
    """One row of a table. The checks that need the person's record are ``checks``'."""
    table = TABLES[table_code]
    cells: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    doubts: list[FieldProblem] = []
    for column in table.columns:
        text = texts.get(column.code, "")
        try:
            cells[column.code] = read_cell(column, text, today)
        except Doubtful as doubt:
            cells[column.code] = read_birth_date(text, today, sure=True)
            doubts.append(FieldProblem(column.code, str(doubt)))
        except Unreadable as refused:
            cells[column.code] = None
            problems.append(FieldProblem(column.code, str(refused)))
        else:
            if column.kind is Kind.NAME and (words := not_on_paper(cells[column.code])):
                doubts.append(FieldProblem(column.code, words))
            if (
                column.required
                and cells[column.code] is None
                and not _is_named_by_number(table, column, texts)
            ):
                problems.append(FieldProblem(column.code, _missing(column)))
    problems += _together(table, cells, problems, today)
    entry = None if problems else BUILDERS[table.code](cells)
    return RowRead(table, cells, entry, tuple(problems), tuple(doubts))


def not_on_paper(name: str | None) -> str:
    """A sentence where a name has a character that our forms cannot print as it is; else nothing."""
    lacking = missing_in_paper_fonts(name or "")
    return NOT_ON_PAPER.format(lacking[0]) if lacking else ""


def problems_with(entry: Entry, birth_date: date, *, today: date) -> Iterator[FieldProblem]:
    """What is impossible about a row of another table for somebody born on ``birth_date``."""
    if isinstance(entry, MemberEntry):
        return
    match entry.value:
        case Licenced():
            yield from checks.licenced(entry.value, birth_date, today=today)
        case Earlier():
            yield from checks.earlier(entry.value, birth_date, today=today)
        case Trained():
            yield from checks.trained(entry.value, today=today)
        case Worked() | Paid():
            if entry.value.month > today:
                yield FieldProblem("month", "これからの月です。月が終わってから入力してください。")


def read_cell(column: Column, text: str, today: date) -> Any:
    """The value of one cell; None where nothing was typed. :raises Unreadable: it means nothing there."""
    if not text.strip():
        return None
    match column.kind:
        case Kind.BIRTH:
            return read_birth_date(text, today)
        case Kind.NAME:
            return read_name(text, one_name=column.code == "former_name")
        case Kind.TEXT:
            return read_text(text, most=column.longest)
        case Kind.CHOICE:
            return _choice(column, text)
        case Kind.HOURS if column.code in {"training_hours", "management_hours"}:
            return read_hours(text, most=MOST_TRAINING_HOURS)
        case _:
            return READERS[column.kind](text)


def _choice(column: Column, text: str) -> str | None:
    """:raises Unreadable: no choice; a long list of them is at the cell anyway and is not told again."""
    try:
        return read_choice(text, column.choices, CHOICE_ALIASES.get(column.code))
    except Unreadable:
        if len(column.choices) <= MOST_CHOICES_TOLD:
            raise
        raise Unreadable(f"{column.heading}の一覧にありません。一覧から選んでください。") from None


READERS: Final[Mapping[Kind, Callable[[str], Any]]] = {
    Kind.NUMBER: read_staff_number,
    Kind.KANA: read_kana,
    Kind.DAY: read_day,
    Kind.MONTH: read_month,
    Kind.POSTAL: read_postal_code,
    Kind.ADDRESS: read_address,
    Kind.REGISTRATION: read_registration_number,
    Kind.HOURS_A_DAY: read_hours_a_day,
    Kind.DAYS_A_MONTH: read_days_a_month,
    Kind.HOURS: read_monthly_hours,
    Kind.YEN: read_yen,
}


def _quietly(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text)
    except Unreadable:
        return None


def _is_named_by_number(table: Table, column: Column, texts: Texts) -> bool:
    return table.code != "members" and column.code == "name" and bool(texts.get("number", "").strip())


def _missing(column: Column) -> str:
    if column.choices:
        return f"{column.heading}を選んでください。"
    example = f"「{column.example}」のように" if column.example else ""
    return f"{column.heading}を{example}入力してください。"


# ---------------------------------------------------------------- cells that must fit together


@dataclass(frozen=True)
class _Days:
    first_day: date
    last_day: date | None


def _together(table: Table, cells: Cells, found: list[FieldProblem], today: date) -> Iterator[FieldProblem]:
    at = {problem.field for problem in found}
    for problem in TOGETHER[table.code](cells, today) if table.code in TOGETHER else ():
        if problem.field not in at:
            at.add(problem.field)
            yield problem


def _member_together(cells: Cells, today: date) -> Iterator[FieldProblem]:
    born = cells["birth_date"]
    if born is not None:
        yield from checks.identity(Identity(born), today=today)
    for column in ("hired_on", "left_on"):
        if cells[column] is not None:
            yield from checks.near(cells[column], column, today=today)
    if cells["hired_on"] is not None:
        yield from checks.spans([_Days(cells["hired_on"], cells["left_on"])], born or date.min)
    for kind, value in (("nursery", _nursery(cells)), ("kindergarten", _kindergarten(cells))):
        if value is not None:
            for one in checks.licenced(value, born or date.min, today=today):
                yield FieldProblem(CHECKED_AS[kind].get(one.field, one.field), one.message)
    if cells["kindergarten_licence"] is None and any(cells[code] for code in KINDERGARTEN_COLUMNS):
        yield FieldProblem("kindergarten_licence", "番号か取得日があります。免許の種類を選んでください。")


def _qualification_together(cells: Cells, today: date) -> Iterator[FieldProblem]:
    if cells["licence"] is not None:
        yield from checks.licenced(_licenced(cells), date.min, today=today)


def _earlier_together(cells: Cells, today: date) -> Iterator[FieldProblem]:
    if cells["first_day"] is not None and cells["last_day"] is not None:
        yield from checks.earlier(Earlier("", cells["first_day"], cells["last_day"]), date.min, today=today)


def _training_together(cells: Cells, today: date) -> Iterator[FieldProblem]:
    hours, management = cells["training_hours"], cells["management_hours"] or Decimal(0)
    if hours is not None and hours == 0:
        yield FieldProblem("training_hours", "研修の時間を0より大きい数字で入力してください。")
    yield from checks.trained(
        Trained("", management if hours is None else hours, cells["finished_on"] or today, management),
        today=today,
    )


def _wage_together(cells: Cells, today: date) -> Iterator[FieldProblem]:
    if cells["month"] is not None and all(cells[code] is None for code in YEN):
        yield FieldProblem("base_yen", "金額を1つ以上入力してください。")
    allowance, post = cells["allowance_yen"], cells["post_allowance_yen"]
    if post is not None and post > (allowance or 0):
        yield FieldProblem(
            "post_allowance_yen", "役職手当が手当より多くなっています。手当には役職手当も含めてください。"
        )


TOGETHER: Final[Mapping[str, Callable[[Cells, date], Iterator[FieldProblem]]]] = {
    "members": _member_together,
    "qualifications": _qualification_together,
    "earlier": _earlier_together,
    "trainings": _training_together,
    "wages": _wage_together,
}


# ---------------------------------------------------------------- values


def _member(cells: Cells) -> Entry:
    return MemberEntry(
        number=cells["number"],
        identity=Identity(cells["birth_date"], cells["sex"] or ""),
        detail=Detail(
            cells["name"],
            cells["kana"],
            cells["former_name"] or "",
            cells["postal_code"] or "",
            cells["address"] or "",
        ),
        terms=Terms(
            job=cells["job"],
            is_regular=cells["regular"] == "regular",
            hours_a_day=cells["hours_a_day"],
            days_a_month=cells["days_a_month"],
            hours_a_month=cells["hours_a_month"],
            title=cells["title"] or "",
            post=cells["post"] or "",
            leave=cells["leave"] or "",
            concurrence=cells["concurrence"] or "",
        ),
        hired_on=cells["hired_on"],
        left_on=cells["left_on"],
        nursery=_nursery(cells),
        kindergarten=_kindergarten(cells),
    )


def _nursery(cells: Cells) -> Licenced | None:
    number, day = cells["nursery_number"], cells["nursery_date"]
    return Licenced(NURSERY, number or "", day) if number or day else None


def _kindergarten(cells: Cells) -> Licenced | None:
    licence = cells["kindergarten_licence"]
    if licence is None:
        return None
    return Licenced(licence, cells["kindergarten_number"] or "", cells["kindergarten_date"])


def _who(cells: Cells) -> Who:
    return Who(cells["number"], cells["name"] or "")


def _licenced(cells: Cells) -> Licenced:
    return Licenced(cells["licence"], cells["licence_number"] or "", cells["obtained_on"])


def _qualification(cells: Cells) -> Entry:
    return SideEntry(_who(cells), _licenced(cells))


def _earlier(cells: Cells) -> Entry:
    return SideEntry(
        _who(cells),
        Earlier(
            workplace=cells["workplace"],
            first_day=cells["first_day"],
            last_day=cells["last_day"],
            employer=cells["employer"] or "",
            is_long_enough={"yes": True, "no": False}.get(cells["long_enough"]),
            proof=cells["proof"] or "none",
        ),
    )


def _training(cells: Cells) -> Entry:
    return SideEntry(
        _who(cells),
        Trained(
            field=cells["field"],
            hours=cells["training_hours"],
            finished_on=cells["finished_on"],
            management_hours=cells["management_hours"] or Decimal(0),
            title=cells["training_title"] or "",
            organiser=cells["organiser"] or "",
            is_in_house=cells["in_house"] == "in_house",
        ),
    )


def _worked(cells: Cells) -> Entry:
    return SideEntry(_who(cells), Worked(cells["month"], cells["worked_hours"]))


def _paid(cells: Cells) -> Entry:
    return SideEntry(_who(cells), Paid(cells["month"], *(cells[code] for code in YEN)))


BUILDERS: Final[Mapping[str, Callable[[Cells], Entry]]] = {
    "members": _member,
    "qualifications": _qualification,
    "earlier": _earlier,
    "trainings": _training,
    "hours": _worked,
    "wages": _paid,
}
