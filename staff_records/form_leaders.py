"""
Trainings and the leaders of 区分3 as forms show them: each column's entry beside the value it has. Pure.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from documents.dictionary import Entry, Kind
from facilities.periods import ServiceMonth
from formulas import Value
from pages.wareki import fiscal_year_words
from pricing.staffing import TRAINING_FIELDS, RankStanding
from staff_records.columns import TRAININGS
from staff_records.form_rows import EXPERIENCE, PEOPLE, WHO, OnRoster, Told, day_of, number_of
from staff_records.standing import Values, words_of

ToldOfRow = tuple[Entry, Callable[[OnRoster, Values], Value]]


def _of_people(name: str) -> Told:
    return next(told for told in PEOPLE if told[0].name == name)


def _training_text(code: str) -> ToldOfRow:
    column = TRAININGS.column(code)
    entry = Entry(code, column.heading, Kind.TEXT, is_personal=True)
    return entry, lambda shown, row: words_of(column, row[code]) or None


TRAINING: Final[tuple[ToldOfRow, ...]] = (
    (
        Entry("field", "分野", Kind.TEXT, "「①乳児保育」の形。", is_personal=True),
        lambda shown, row: TRAINING_FIELDS[row["field"]].words,
    ),
    (
        Entry("field_mark", "分野の番号", Kind.TEXT, "①から⑧まで。", is_personal=True),
        lambda shown, row: TRAINING_FIELDS[row["field"]].mark,
    ),
    _training_text("training_title"),
    _training_text("organiser"),
    (
        Entry("hours", "時間", Kind.NUMBER, "研修の時間。", "時間", True),
        lambda shown, row: number_of(row["training_hours"]),
    ),
    (
        Entry("management_hours", "うちマネジメント", Kind.NUMBER, "研修の時間のうち。", "時間", True),
        lambda shown, row: number_of(row["management_hours"]),
    ),
    (
        Entry("finished_on", "修了日", Kind.DATE, "修了した日。", is_personal=True),
        lambda shown, row: day_of(row["finished_on"]),
    ),
    (
        Entry(
            "finished_year", "受講年度", Kind.TEXT, "修了した日の年度。「令和7年度」の形。", is_personal=True
        ),
        lambda shown, row: fiscal_year_words(
            ServiceMonth.of(date.fromisoformat(row["finished_on"])).fiscal_year
        ),
    ),
    (
        Entry("is_in_house", "園内研修", Kind.YES_NO, "園内で行った研修か。", is_personal=True),
        lambda shown, row: row["in_house"] == "in_house",
    ),
)


def _of_post(shown: OnRoster) -> RankStanding | None:
    if shown.leader is None:
        return None
    return shown.leader.a if shown.post_rank == "A" else shown.leader.b


def _meets_conditions(shown: OnRoster) -> bool | None:
    of_post = _of_post(shown)
    return None if of_post is None else of_post.qualifies


LEADERSHIP: Final[tuple[Told, ...]] = (
    *WHO,
    (
        Entry("post_rank", "A・Bの別", Kind.TEXT, "職位が人数Aと人数Bのどちらの対象か。", is_personal=True),
        lambda shown: shown.post_rank,
    ),
    (
        Entry(
            "is_a",
            "人数Aの職位",
            Kind.YES_NO,
            "副主任保育士・専門リーダー・中核リーダーか。",
            is_personal=True,
        ),
        lambda shown: shown.post_rank == "A",
    ),
    *EXPERIENCE,
    _of_people("training_hours"),
    _of_people("in_house_hours"),
    (
        Entry(
            "fields", "修了した分野", Kind.TEXT, "修了した研修の分野の番号。「①③⑦」の形。", is_personal=True
        ),
        lambda shown: (
            "".join(
                field.mark
                for code, field in TRAINING_FIELDS.items()
                if any(row["field"] == code for row in shown.trainings)
            )
            or None
        ),
    ),
    (
        Entry(
            "meets_conditions",
            "要件を満たす",
            Kind.YES_NO,
            "職位に求められる経験と研修からみて。休業中の職員などで分からないときは空。",
            is_personal=True,
        ),
        _meets_conditions,
    ),
    _of_people("hours_missing"),
)
