"""The sheet of experience as lines: ア現施設, イ他施設, ウ合計 of each person, and why a span counts (forms §3)."""

from collections.abc import Iterator, Sequence

from pricing.staffing import JOBS
from pricing.staffing.roundings import number_words
from staff_records.figures.experience import Experienced
from staff_records.queries.figures import FacilityFigures, Named

COLUMNS = [
    "基準日",
    "事業所番号",
    "施設名",
    "職員番号",
    "氏名",
    "年齢",
    "職種",
    "常勤・非常勤",
    "1日の勤務時間",
    "月の勤務日数",
    "ア 現施設（月）",
    "イ 他施設（月）",
    "ウ 合計（月）",
    "平均に入れる",
    "数えた期間・数えなかった期間",
]


def sheet_lines(
    figures: FacilityFigures, people: Sequence[tuple[Experienced, Named]]
) -> Iterator[list[object]]:
    """One line a person, and one with the average."""
    place = [str(figures.experience.day), figures.facility.number, figures.facility.name]
    for one, named in people:
        time = one.span.working_time
        yield [
            *place,
            one.number,
            named.name,
            named.age,
            JOBS[one.span.job].label,
            "常勤" if one.span.is_regular else "非常勤",
            f"{time.hours_a_day}",
            f"{time.days_a_month}",
            one.career.months_here,
            one.career.months_elsewhere,
            one.career.months,
            "入れる" if one.is_counted else f"入れない（{one.left_out}）",
            "\n".join(item.words for item in one.career.items),
        ]
    average = figures.experience.average
    if average is not None:
        mean = f"{number_words(average.average_months)}か月（平均経験年数{average.years}年）"
        steps = "\n".join(figures.experience.steps)
        yield [*place, "", f"合計 {average.persons}人", *[""] * 7, average.total_months, mean, steps]
