"""A month of a facility: teachers required against teachers present."""

from dataclasses import dataclass
from functools import cached_property

from facilities.periods import ServiceMonth
from pricing.staffing import StaffingGap, staffing_gap
from pricing.staffing.roundings import number_words, persons_words, raise_to_hundredths
from staff_records.figures.presence import Counted, Presence
from staff_records.required import Required


@dataclass(frozen=True)
class MonthInNumbers:
    """``required`` None: no children of the month have been counted."""

    month: ServiceMonth
    counted: Counted
    required: Required | None

    @cached_property
    def gap(self) -> StaffingGap | None:
        """Required, present and the difference; None where one of them is not known, or nobody is on the roster."""
        needed = self.required.with_team if self.required else None
        if needed is None or self.counted.teachers is None or not self.counted.staff:
            return None
        return staffing_gap(needed, self.counted.teachers)

    @property
    def is_short(self) -> bool:
        """Fewer teachers than required."""
        return self.gap is not None and not self.gap.enough

    @property
    def required_words(self) -> str:
        """9人; empty where it is not known."""
        needed = self.required.with_team if self.required else None
        return f"{needed.total}人" if needed else ""

    @property
    def present_words(self) -> str:
        """13.6人; empty where it is not known."""
        value = self.counted.teachers
        return "" if value is None or not self.counted.staff else f"{persons_words(value)}人"

    @property
    def state(self) -> tuple[str, str]:
        """Tone and words of the tag."""
        if not self.counted.staff:
            return "off", "名簿なし"
        if self.required is None:
            return "off", "児童数なし"
        if self.gap is None:
            return "warn", "計算できません"
        return ("ok", "足りています") if self.gap.enough else ("bad", f"{self.gap.missing}人不足")

    @property
    def difference_words(self) -> str:
        """＋4.6人; empty where it is not known."""
        if self.gap is None:
            return ""
        difference = self.gap.difference
        if difference < 0:
            return f"−{number_words(raise_to_hundredths(-difference))}人"
        return f"{'＋' if difference > 0 else '±'}{persons_words(difference)}人"


@dataclass(frozen=True)
class MonthOfStaff(MonthInNumbers):
    """With the way from the roster to the numbers."""

    presence: Presence
