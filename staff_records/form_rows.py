"""
The rows of a roster as forms show them: each column's entry in the dictionary beside the value it has for one person.

One list gives the vocabulary and the values, so that neither can have what the other lacks. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from documents.dictionary import Entry, Kind
from formulas import Value
from pricing.staffing import POSTS, TRAINING_FIELDS, age_on
from pricing.staffing import Standing as LeaderStanding
from pricing.staffing.career import TOO_SHORT
from pricing.staffing.roundings import number_words
from pricing.staffing.trainings import MANAGEMENT
from staff_records.columns import MEMBERS, QUALIFICATIONS, TRAININGS
from staff_records.figures.frozen import span_of
from staff_records.standing import Standing, Values
from staff_records.words import Concurrence

MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True)
class OnRoster:
    """
    One person of a snapshot as of ``day``. ``full_time_hours``: of a 常勤, None where the facility has not said;
    ``leader``: how the person stands for 区分3, None where it cannot be told (on leave, experience not known).
    """

    one: Standing
    day: date
    full_time_hours: Decimal | None
    leader: LeaderStanding | None = None

    def text(self, code: str) -> str | None:
        """A value as people read it."""
        return self.one.words[code] or None

    def date(self, code: str) -> date | None:
        """A day."""
        return day_of(self.one.values[code])

    def number(self, code: str) -> int | Fraction | None:
        """A number."""
        return number_of(self.one.values[code])

    @property
    def full_time_equivalent(self) -> int | Fraction | None:
        """
        常勤換算 by the contract: 1 of a 常勤 without another job, of others hours ÷ hours of a 常勤, 1 at most.

        [K] Who works here and elsewhere counts by the hours here; None where the hours of a 常勤 are not known.
        """
        span = span_of(self.one)
        if span.working_time.is_regular and span.concurrence != Concurrence.OTHER_FACILITY:
            return 1
        if not self.full_time_hours:
            return None
        return plain(min(Fraction(span.hours_a_month) / Fraction(self.full_time_hours), Fraction(1)))

    @property
    def age(self) -> int:
        """満年齢 on the day."""
        return age_on(date.fromisoformat(self.one.values["birth_date"]), self.day)

    @property
    def post_rank(self) -> str | None:
        """A or B of the post; None without one."""
        post = self.one.values["post"]
        return POSTS[post].rank if post else None

    @property
    def is_regular(self) -> bool:
        """常勤 as the roster calls it."""
        return self.one.values["regular"] == "regular"

    @property
    def is_new(self) -> bool:
        """Hired after 1 April of the year before: not yet on that year's sheet."""
        hired = self.date("hired_on")
        return hired is not None and hired > self.day.replace(year=self.day.year - 1)

    @property
    def rank(self) -> str | None:
        """A or B of 区分3, whose conditions the person meets."""
        if self.leader is None:
            return None
        return "A" if self.leader.a.qualifies else "B" if self.leader.b.qualifies else None

    @property
    def hours_missing(self) -> str | None:
        """Hours of training missing for A and B."""
        if self.leader is None:
            return None
        parts = [
            f"{one.rank} あと{number_words(hours)}時間"
            for one in (self.leader.a, self.leader.b)
            if (hours := sum((each.hours for each in one.hours_missing), start=Fraction(0)))
        ]
        return "、".join(parts) or None

    @property
    def trainings(self) -> tuple[Values, ...]:
        """Finished by the day."""
        return self.one.beside[TRAININGS.code]


Told = tuple[Entry, Callable[[OnRoster], Value]]


def number_of(text: str) -> int | Fraction | None:
    """``7.5`` exact; nothing for nothing."""
    return plain(Fraction(text)) if text else None


def plain(number: Fraction) -> int | Fraction:
    """Whole numbers as such."""
    return number.numerator if number.denominator == 1 else number


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _joined(*texts: str | None, by: str = "、") -> str | None:
    return by.join(text for text in texts if text) or None


def _text(code: str, label: str = "", meaning: str = "", *, personal: bool = True) -> Told:
    column = MEMBERS.column(code)
    entry = Entry(code, label or column.heading, Kind.TEXT, meaning, is_personal=personal)
    return entry, lambda shown: shown.text(code)


def _date(code: str, meaning: str = "") -> Told:
    entry = Entry(code, MEMBERS.column(code).heading, Kind.DATE, meaning, is_personal=True)
    return entry, lambda shown: shown.date(code)


def _number(code: str, unit: str, meaning: str = "") -> Told:
    entry = Entry(code, MEMBERS.column(code).heading, Kind.NUMBER, meaning, unit)
    return entry, lambda shown: shown.number(code)


def _months(name: str, label: str, meaning: str, of: Callable[[Standing], int | None]) -> tuple[Told, ...]:
    """Months of experience whole, and parted into years and months."""

    def years(shown: OnRoster) -> int | None:
        months = of(shown.one)
        return None if months is None else months // MONTHS_A_YEAR

    def rest(shown: OnRoster) -> int | None:
        months = of(shown.one)
        return None if months is None else months % MONTHS_A_YEAR

    return (
        (Entry(name, f"{label}（月数）", Kind.WHOLE, meaning, "か月", True), lambda shown: of(shown.one)),
        (Entry(f"{name}_years", f"{label}（年）", Kind.WHOLE, "月数を12で割った年。", "年", True), years),
        (Entry(f"{name}_rest", f"{label}（か月）", Kind.WHOLE, "12か月に満たない月。", "か月", True), rest),
    )


def _name_words(shown: OnRoster) -> str | None:
    former = shown.text("former_name")
    return f"{shown.text('name')}（{former}）" if former else shown.text("name")


def _address_words(shown: OnRoster) -> str | None:
    postal = shown.text("postal_code")
    return _joined(f"〒{postal}" if postal else None, shown.text("address"), by="　")


def _licence_words(shown: OnRoster) -> str | None:
    """Every qualification with its number."""
    values = shown.one.values
    held = [("保育士", values["nursery_number"])] if values["nursery_number"] else []
    if values["kindergarten_licence"]:
        held.append((shown.text("kindergarten_licence") or "", values["kindergarten_number"]))
    licences = QUALIFICATIONS.column("licence").choices
    held += [(licences[row["licence"]], row["licence_number"]) for row in _other_licences(shown)]
    return _joined(*(f"{label} {number}".strip() for label, number in held))


def _other_licences(shown: OnRoster) -> tuple[Values, ...]:
    return shown.one.beside[QUALIFICATIONS.code]


def _hours_of_field(field: str) -> Callable[[OnRoster], Value]:
    """うちマネジメント is time of マネジメント and not of the field it stands in."""

    def hours(shown: OnRoster) -> Value:
        total = Fraction(0)
        for row in shown.trainings:
            managing = number_of(row["management_hours"]) or 0
            if row["field"] == field:
                total += (number_of(row["training_hours"]) or 0) - (0 if field == MANAGEMENT else managing)
            elif field == MANAGEMENT:
                total += managing
        return plain(total) if total else None

    return hours


def _hours(shown: OnRoster, *, in_house: bool | None = None) -> Value:
    found = [
        number_of(row["training_hours"]) or 0
        for row in shown.trainings
        if in_house is None or (row["in_house"] == "in_house") == in_house
    ]
    return plain(sum(map(Fraction, found), Fraction(0))) if found else None


def _why_not(shown: OnRoster) -> str | None:
    if shown.one.counts:
        return None
    return TOO_SHORT if shown.one.months is not None else "経験年数を計算できないため"


# Who it is, and how to reach them; everything that any table of the roster shows of a person begins with these.
WHO: Final[tuple[Told, ...]] = (
    (
        Entry("staff_number", "職員番号", Kind.WHOLE, "施設が付けた番号。", is_personal=True),
        lambda shown: shown.one.number,
    ),
    _text("name"),
    _text("former_name"),
    (
        Entry("name_words", "氏名（旧姓）", Kind.TEXT, "旧姓があれば、かっこに入れます。", is_personal=True),
        _name_words,
    ),
    _text("kana"),
    _text("title"),
    _text("job"),
    (
        Entry("job_code", "職種のコード", Kind.TEXT, "nursery_teacher など。式の条件に使います。"),
        lambda shown: shown.one.values["job"],
    ),
    _text("post", meaning="発令された区分3の職位。なければ空。"),
)
EXPERIENCE: Final[tuple[Told, ...]] = (
    *_months(
        "here",
        "ア 現施設の勤続",
        "採用日から基準日の前日までのうち、数える期間。",
        lambda one: one.months_here,
    ),
    *_months(
        "elsewhere",
        "イ 他施設の通算",
        "証明のある前歴のうち、通算できる期間。",
        lambda one: one.months_elsewhere,
    ),
    *_months("total", "ウ 経験年数の合計", "アとイの合計。", lambda one: one.months),
    (
        Entry("experience", "経験年数（文）", Kind.TEXT, "「6年3か月」の形。", is_personal=True),
        lambda shown: shown.one.experience or None,
    ),
    (
        Entry("counts", "平均に入る", Kind.YES_NO, "1日6時間以上かつ月20日以上の勤務か。", is_personal=True),
        lambda shown: shown.one.counts,
    ),
    (
        Entry(
            "counted_months",
            "平均に入る経験（月数）",
            Kind.WHOLE,
            "平均に入らない職員は0。合計に使います。",
            "か月",
            True,
        ),
        lambda shown: shown.one.months if shown.one.counts else 0,
    ),
    (
        Entry("why_not", "平均に入らない理由", Kind.TEXT, "平均に入る職員では空。", is_personal=True),
        _why_not,
    ),
    (
        Entry(
            "is_new",
            "新規採用等",
            Kind.YES_NO,
            "前の年の4月1日より後に採用された職員か（前年度の表に載っていない職員）。",
            is_personal=True,
        ),
        lambda shown: shown.is_new,
    ),
)
CONTRACT: Final[tuple[Told, ...]] = (
    (
        Entry("is_regular", "常勤", Kind.YES_NO, "名簿の常勤・非常勤。"),
        lambda shown: shown.is_regular,
    ),
    _text("regular", meaning="「常勤」または「非常勤」。", personal=False),
    _number("hours_a_day", "時間"),
    _number("days_a_month", "日"),
    _number("hours_a_month", "時間", "契約の月の時間。登録がなければ空。"),
    _text("leave", meaning="産前産後休業、育児休業など。なければ空。"),
    (
        Entry("is_on_leave", "休業中", Kind.YES_NO, "基準日に休業しているか。", is_personal=True),
        lambda shown: bool(shown.one.values["leave"]),
    ),
    _text("concurrence", meaning="兼務している職務。なければ空。"),
    (
        Entry("is_officer", "法人役員との兼務", Kind.YES_NO, "兼務が法人の役員か。", is_personal=True),
        lambda shown: shown.one.values["concurrence"] == Concurrence.OFFICER,
    ),
    (
        Entry(
            "full_time_equivalent",
            "常勤換算",
            Kind.NUMBER,
            "常勤は1、非常勤は契約の月の時間÷常勤の月の所定時間。所定時間の登録がなければ空。",
            "人",
        ),
        lambda shown: shown.full_time_equivalent,
    ),
)
PEOPLE: Final[tuple[Told, ...]] = (
    *WHO,
    _date("birth_date"),
    (
        Entry("age", "年齢", Kind.WHOLE, "名簿の基準日での満年齢。", "歳", True),
        lambda shown: shown.age,
    ),
    _text("sex"),
    _text("postal_code"),
    _text("address"),
    (
        Entry(
            "address_words", "住所（郵便番号付き）", Kind.TEXT, "「〒272-0001　住所」の形。", is_personal=True
        ),
        _address_words,
    ),
    *CONTRACT,
    _date("hired_on", "アの勤務開始日。続いた雇用の最初の日。"),
    *EXPERIENCE,
    (
        Entry("licence_words", "資格と番号", Kind.TEXT, "持っている資格と番号のすべて。", is_personal=True),
        _licence_words,
    ),
    _text("nursery_number"),
    _date("nursery_date"),
    _text("kindergarten_licence"),
    _text("kindergarten_number"),
    _date("kindergarten_date"),
    (
        Entry(
            "other_licences", "その他の資格", Kind.TEXT, "保育士・幼稚園教諭のほかの資格。", is_personal=True
        ),
        lambda shown: _joined(
            *(QUALIFICATIONS.column("licence").choices[row["licence"]] for row in _other_licences(shown))
        ),
    ),
    *(
        (
            Entry(
                f"hours_{code}",
                f"研修 {field.words}",
                Kind.NUMBER,
                "修了した研修の時間の合計。",
                "時間",
                True,
            ),
            _hours_of_field(code),
        )
        for code, field in TRAINING_FIELDS.items()
    ),
    (
        Entry("training_hours", "研修の時間の合計", Kind.NUMBER, "すべての分野の合計。", "時間", True),
        _hours,
    ),
    (
        Entry("in_house_hours", "うち園内研修", Kind.NUMBER, "園内研修の時間の合計。", "時間", True),
        lambda shown: _hours(shown, in_house=True),
    ),
    (
        Entry(
            "rank",
            "区分3の要件",
            Kind.TEXT,
            "経験と研修からみて「A」「B」のどちらの要件を満たすか。どちらでもなければ空。",
            is_personal=True,
        ),
        lambda shown: shown.rank,
    ),
    (
        Entry("hours_missing", "足りない研修", Kind.TEXT, "「A あと15時間」の形。", is_personal=True),
        lambda shown: shown.hours_missing,
    ),
)
