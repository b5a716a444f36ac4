"""
What forms show of a roster as a whole: its figures as they were frozen, and what is known beside it today.

Each entry of the dictionary stands beside the value it has. Hours of a 常勤, granted headcounts and required teachers
are no part of a roster; they are told as they are known when the form is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

from django.utils import timezone

from documents.dictionary import Entry, Kind
from facilities.models import FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from formulas import Value
from pages import wareki
from pricing.staffing import StaffingRefused, category3_lines, leader_standing
from pricing.staffing import Standing as LeaderStanding
from staff_records.figures.frozen import person_of, roster_of
from staff_records.figures.leaders import granted_headcounts
from staff_records.figures.months import MonthInNumbers
from staff_records.figures.presence import Presence, dedicated_chiefs, presence_of
from staff_records.form_rows import MONTHS_A_YEAR, OnRoster, plain
from staff_records.models import RosterSnapshot, WorkRules
from staff_records.required import Required
from staff_records.roster_figures import RosterFigures
from staff_records.standing import Standing, has_nursery_number
from staff_records.states import SnapshotStatus
from staff_records.year_roster import Frozen

DECIDED: Final = frozenset({SnapshotStatus.ACCEPTED, SnapshotStatus.SUPERSEDED})
ERASED: Final = "保存期間が過ぎたため消去されました"


@dataclass(frozen=True)
class Beside:
    """What is known of the facility on the day of a roster: terms of its first month, hours of a 常勤, teachers."""

    profile: FacilityProfile | None
    grants: tuple[GrantedItem, ...]
    rules: tuple[WorkRules, ...]
    required: Required | None

    def full_time_hours(self, day: date) -> Decimal | None:
        """所定時間 of a 常勤 in the month of ``day``."""
        return roster_of((), self.rules).full_time_hours(ServiceMonth.of(day))

    def mark(self, day: date) -> list[Value]:
        """Everything of it that a form shows, to see whether it is still the same."""
        teachers = self.required.with_team if self.required else None
        hours = self.full_time_hours(day)
        return [
            None if hours is None else f"{hours}",
            *granted_headcounts(self.grants),
            None if teachers is None else teachers.total,
            self.profile.capacity_23 if self.profile else None,
            ",".join(sorted(grant.code for grant in self.grants)),
        ]


@dataclass(frozen=True)
class Sent:
    """A roster that was sent, opened to be shown, with what is known beside it."""

    snapshot: RosterSnapshot
    frozen: Frozen
    beside: Beside

    @cached_property
    def figures(self) -> RosterFigures:
        """As they were computed when it was sent; those who were erased are in them."""
        return RosterFigures.of_json(self.snapshot.figures)

    @cached_property
    def people(self) -> tuple[OnRoster, ...]:
        """Everybody who can still be read, in the order of the roster."""
        hours = self.beside.full_time_hours(self.snapshot.day)
        return tuple(
            OnRoster(one, self.snapshot.day, hours, self._leader(one)) for one in self.frozen.standings
        )

    def _leader(self, one: Standing) -> LeaderStanding | None:
        """For 区分3; who is on leave leads nobody."""
        if one.months is None or one.values["leave"]:
            return None
        try:
            return leader_standing(
                one.months,
                person_of(one).trainings,
                one.values["post"] or None,
                self.snapshot.fiscal_year,
                self.snapshot.facility.kind,
                job=one.values["job"],
            )
        except StaffingRefused:
            return None

    @cached_property
    def presence(self) -> Presence | None:
        """The teachers of the day; None where somebody cannot be read any more, or a job is not known."""
        if self.frozen.erased:
            return None
        beside, facility = self.beside, self.snapshot.facility
        try:
            return presence_of(
                roster_of(self.frozen.standings, beside.rules),
                facility.kind,
                ServiceMonth.of(self.snapshot.day),
                capacity_23=beside.profile.capacity_23 if beside.profile else None,
                dedicated=dedicated_chiefs(facility.kind, {grant.code for grant in beside.grants}),
            )
        except StaffingRefused:
            return None

    @cached_property
    def month(self) -> MonthInNumbers | None:
        """Required against present."""
        if self.presence is None:
            return None
        return MonthInNumbers(self.presence.month, self.presence.counted, self.beside.required)

    @cached_property
    def leaders(self) -> tuple[LeaderStanding, ...]:
        """Everybody of whom it can be told."""
        return tuple(one.leader for one in self.people if one.leader is not None)

    def full_time_equivalent(self, *, regular: bool | None = None) -> int | Fraction | None:
        """常勤換算 of everybody (of 常勤, of 非常勤) at work; None where one of them is not known."""
        if self.frozen.erased:
            return None
        found = [
            shown.full_time_equivalent
            for shown in self.people
            if not shown.one.values["leave"] and (regular is None or shown.is_regular == regular)
        ]
        known = [Fraction(value) for value in found if value is not None]
        return plain(sum(known, Fraction(0))) if len(known) == len(found) else None

    @property
    def average_months(self) -> int | Fraction | None:
        """B ÷ A, exact."""
        figures = self.figures
        if figures.total_months is None or not figures.counted:
            return None
        return plain(Fraction(figures.total_months, figures.counted))

    @property
    def average_rest(self) -> int | Fraction | None:
        """Months of the average beyond whole years, exact."""
        months = self.average_months
        return None if months is None else plain(Fraction(months) % MONTHS_A_YEAR)

    @property
    def accepted_on(self) -> date | None:
        """When the city accepted it."""
        return _day(self.snapshot.decided_at) if self.snapshot.status in DECIDED else None


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else timezone.localdate(moment)


def _parted(months: int | Fraction | None) -> int | None:
    return None if months is None else int(months // MONTHS_A_YEAR)


def _rounding(sent: Sent) -> str | None:
    if sent.average_rest is None:
        return None
    return "6か月以上なので切上げ" if sent.average_rest >= 6 else "6か月未満なので切捨て"


def _average_age(sent: Sent) -> int | Fraction | None:
    ages = [shown.age for shown in sent.people]
    return plain(Fraction(sum(ages), len(ages))) if ages else None


def _teachers(sent: Sent) -> int | None:
    required = sent.beside.required
    return required.with_team.total if required and required.with_team else None


def _present(sent: Sent) -> int | Fraction | None:
    value = sent.presence.value if sent.presence else None
    return None if value is None else plain(value)


def _difference(sent: Sent) -> int | Fraction | None:
    gap = sent.month.gap if sent.month else None
    return None if gap is None else plain(gap.difference)


ToldOfRoster = tuple[Entry, Callable[[Sent], Value]]


def _figure(name: str, label: str, unit: str, meaning: str, field: str = "") -> ToldOfRoster:
    def value(sent: Sent) -> Value:
        found: int | None = getattr(sent.figures, field or name)
        return found

    return Entry(name, label, Kind.WHOLE, meaning, unit), value


ROSTER: Final[tuple[ToldOfRoster, ...]] = (
    (Entry("day", "基準日", Kind.DATE, "いつ現在の名簿か。"), lambda sent: sent.snapshot.day),
    _figure("persons", "職員数", "人", "基準日に名簿にある職員。休業中の職員を含みます。"),
    _figure("regular", "常勤の職員数", "人", "名簿の「常勤」。"),
    _figure("part_time", "非常勤の職員数", "人", "名簿の「非常勤」。"),
    _figure("on_leave", "休業中の職員数", "人", "産前産後休業、育児休業など。"),
    (
        Entry(
            "full_time_hours",
            "常勤の月の所定時間",
            Kind.NUMBER,
            "就業規則の時間として登録された時間。登録がなければ空。",
            "時間",
        ),
        lambda sent: (
            None
            if (hours := sent.beside.full_time_hours(sent.snapshot.day)) is None
            else plain(Fraction(hours))
        ),
    ),
    (
        Entry(
            "full_time_equivalent",
            "常勤換算の合計",
            Kind.NUMBER,
            "休業中の職員を除いた常勤換算の合計。所定時間の登録がなく計算できないときは空。",
            "人",
        ),
        lambda sent: sent.full_time_equivalent(),
    ),
    (
        Entry("full_time_equivalent_regular", "常勤換算（常勤）", Kind.NUMBER, "常勤の職員の分。", "人"),
        lambda sent: sent.full_time_equivalent(regular=True),
    ),
    (
        Entry(
            "full_time_equivalent_part_time", "常勤換算（非常勤）", Kind.NUMBER, "非常勤の職員の分。", "人"
        ),
        lambda sent: sent.full_time_equivalent(regular=False),
    ),
    _figure("counted", "平均に入る職員（A）", "人", "1日6時間以上かつ月20日以上の職員。"),
    (
        Entry("left_out", "平均に入らない職員", Kind.WHOLE, "1日6時間未満または月20日未満の職員。", "人"),
        lambda sent: None if sent.figures.counted is None else sent.figures.persons - sent.figures.counted,
    ),
    _figure("total_months", "経験の合計（B・月数）", "か月", "平均に入る職員の経験年数の合計。"),
    (
        Entry("total_years", "経験の合計（B・年）", Kind.WHOLE, "合計の月数を12で割った年。", "年"),
        lambda sent: _parted(sent.figures.total_months),
    ),
    (
        Entry("total_rest", "経験の合計（B・か月）", Kind.WHOLE, "12か月に満たない月。", "か月"),
        lambda sent: None if sent.figures.total_months is None else sent.figures.total_months % MONTHS_A_YEAR,
    ),
    (
        Entry("average_months", "平均（B÷A・月数）", Kind.NUMBER, "端数を処理する前の平均。", "か月"),
        lambda sent: sent.average_months,
    ),
    (
        Entry("average_whole_years", "平均（B÷A・年）", Kind.WHOLE, "端数を処理する前の平均の年。", "年"),
        lambda sent: _parted(sent.average_months),
    ),
    (
        Entry("average_rest", "平均（B÷A・か月）", Kind.NUMBER, "端数を処理する前の平均の月。", "か月"),
        lambda sent: sent.average_rest,
    ),
    _figure("average_years", "平均経験年数（C）", "年", "6か月以上は切上げ、6か月未満は切捨て。"),
    (
        Entry("rounding", "端数の処理", Kind.TEXT, "「6か月以上なので切上げ」など。"),
        _rounding,
    ),
    _figure("base_percent", "区分1（基礎分）の率", "％", "平均経験年数から。"),
    _figure(
        "wage_percent", "区分2（賃金改善分）の率", "％", "平均経験年数から。キャリアパス要件を満たすとき。"
    ),
    (
        Entry("refused", "計算できない理由", Kind.TEXT, "平均や率を計算できないときの文。計算できれば空。"),
        lambda sent: "".join(sent.figures.refused) or None,
    ),
    (
        Entry("version", "版", Kind.WHOLE, "その年度に提出した何番目の名簿か。"),
        lambda sent: sent.snapshot.version,
    ),
    (
        Entry("state", "状態", Kind.TEXT, "提出済み、受理済みなど。"),
        lambda sent: str(SnapshotStatus(sent.snapshot.status).label),
    ),
    (
        Entry("is_accepted", "市が受理した", Kind.YES_NO, "あとの版に替わったものも「はい」。"),
        lambda sent: sent.snapshot.status in DECIDED,
    ),
    (
        Entry("submitted_on", "提出日", Kind.DATE, "施設が市に提出した日。"),
        lambda sent: _day(sent.snapshot.submitted_at),
    ),
    (Entry("accepted_on", "市の受理日", Kind.DATE, "受理される前は空。"), lambda sent: sent.accepted_on),
    (
        Entry("erased", "消去された職員", Kind.WHOLE, "保存期間が過ぎて消去され、表にない職員。", "人"),
        lambda sent: sent.frozen.erased,
    ),
    (
        Entry("erased_words", "消去された職員（文）", Kind.TEXT, "消去された職員がいないときは空。"),
        lambda sent: f"ほかの{sent.frozen.erased}人は、{ERASED}。" if sent.frozen.erased else None,
    ),
    (
        Entry("year_words", "名簿の年度", Kind.TEXT, "「令和8年度」の形。"),
        lambda sent: wareki.fiscal_year_words(sent.snapshot.fiscal_year),
    ),
    (
        Entry("as_of", "年度と基準日（文）", Kind.TEXT, "「令和8年度（令和8年4月1日現在）」の形。"),
        lambda sent: (
            f"{wareki.fiscal_year_words(sent.snapshot.fiscal_year)}"
            f"（{wareki.day_words(sent.snapshot.day)}現在）"
        ),
    ),
)
FIGURES: Final[tuple[ToldOfRoster, ...]] = (
    (
        Entry(
            "required",
            "必要な保育者数",
            Kind.WHOLE,
            "基準日の月の児童数と加算から。児童数がなければ空。",
            "人",
        ),
        _teachers,
    ),
    (
        Entry("present", "実際の保育者数", Kind.NUMBER, "基準日の常勤換算。計算できないときは空。", "人"),
        _present,
    ),
    (
        Entry("difference", "必要数との差", Kind.NUMBER, "足りないときはマイナス。", "人"),
        _difference,
    ),
    (
        Entry("candidates_a", "区分3の要件を満たす職員（A）", Kind.WHOLE, "休業中の職員を除きます。", "人"),
        lambda sent: category3_lines(sent.leaders, None).a,
    ),
    (
        Entry(
            "candidates_b",
            "区分3の要件を満たす職員（Bだけ）",
            Kind.WHOLE,
            "Aの要件も満たす職員を除きます。",
            "人",
        ),
        lambda sent: category3_lines(sent.leaders, None).b,
    ),
    (
        Entry("headcount_a", "認定された人数A", Kind.WHOLE, "区分3の認定がなければ空。", "人"),
        lambda sent: granted_headcounts(sent.beside.grants)[0],
    ),
    (
        Entry("headcount_b", "認定された人数B", Kind.WHOLE, "区分3の認定がなければ空。", "人"),
        lambda sent: granted_headcounts(sent.beside.grants)[1],
    ),
    (
        Entry(
            "leaders_a", "人数Aの職位の職員", Kind.WHOLE, "副主任保育士・専門リーダー・中核リーダー。", "人"
        ),
        lambda sent: sum(one.post_rank == "A" for one in sent.people),
    ),
    (
        Entry("leaders_b", "人数Bの職位の職員", Kind.WHOLE, "職務分野別リーダー・若手リーダー。", "人"),
        lambda sent: sum(one.post_rank == "B" for one in sent.people),
    ),
    (
        Entry("nursery_teachers", "保育士登録のある職員", Kind.WHOLE, "登録番号のある職員。", "人"),
        lambda sent: sum(has_nursery_number(one) for one in sent.frozen.standings),
    ),
    (
        Entry("average_age", "平均年齢", Kind.NUMBER, "基準日の満年齢の平均。", "歳"),
        _average_age,
    ),
)
