"""What is asked: one facility's month, as values that never change. All money is whole yen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pricing.month import Month
from pricing.problems import InputProblems, Problem


@dataclass(frozen=True, slots=True)
class Capacity:
    """利用定員 by system: ``education`` is 1号, ``childcare`` is 2・3号."""

    education: int | None = None
    childcare: int | None = None

    def of(self, system: str) -> int:
        """
        The 利用定員 of system ``1`` or ``23``.

        :raises InputProblems: it was not given.
        """
        found = self.education if system == "1" else self.childcare
        if found is None:
            raise InputProblems([Problem(f"capacity.{system}", "利用定員を入力してください。")])
        return found

    def has(self, system: str) -> bool:
        """Whether there is a 利用定員 of the system."""
        return (self.education if system == "1" else self.childcare) is not None


@dataclass(frozen=True, slots=True)
class ChildClass:
    """
    So many children of one certification, class age and hours, on the first day of the month.

    ``disabled`` of them have a disability. ``branch``: of the 分園; ``employee_slot``: of the 従業員枠 (事業所内).
    ``mid_month_days``: they came or left within the month and are priced by so many days (D11). Who came is not in N;
    a ``leaver`` was there on the first day and is.
    """

    certification: str
    age_class: str
    hours: str
    count: int
    payer: str | None = None
    branch: bool = False
    employee_slot: bool = False
    disabled: int = 0
    mid_month_days: int | None = None
    leaver: bool = False

    @property
    def enrolled(self) -> int:
        """How many of them count in N."""
        return 0 if self.mid_month_days is not None and not self.leaver else self.count


@dataclass(frozen=True, slots=True)
class Treatment:
    """処遇改善の加算率 in whole percents: 基礎分 (a) and 賃金改善分 (b, before R7 賃金改善要件分)."""

    base_percent: int
    wage_percent: int


class ItemClaim(NamedTuple):
    """
    One 加算 or 減算 asked for, with its options; ``position`` is its place in the list.

    ``certification`` (1 or 23) says for which system of a 認定こども園; empty means every system that has the item.
    """

    code: str
    position: int = 0
    variant: str = ""
    certification: str = ""
    extra_staff: int | None = None
    weekdays: int | None = None
    children: int | None = None
    days: int | None = None
    spent_yen: int | None = None
    headcount: int | None = None
    headcount_a: int | None = None
    headcount_b: int | None = None

    def number(self, option: str) -> int:
        """
        The value of a numeric option.

        :raises InputProblems: the option was not given.
        """
        value: int | None = getattr(self, option)
        if value is None:
            raise InputProblems(
                [Problem(self.path(option), "この項目には数の入力が必要です。整数で入力してください。")]
            )
        return value

    def path(self, key: str) -> str:
        return f"items[{self.position}].{key}"


@dataclass(frozen=True, slots=True)
class ClaimInput:
    """
    One facility's month.

    All ``children`` count in N. With a ``payer`` only that payer's children are priced;
    without one, all of them are.
    """

    facility_type: str
    region_percent: int
    capacity: Capacity
    month: Month
    children: tuple[ChildClass, ...]
    treatment: Treatment
    items: tuple[ItemClaim, ...] = ()
    payer: str | None = None
