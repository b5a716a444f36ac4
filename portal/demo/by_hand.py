"""Counts the core system does not know: a branch's children, 従業員枠, who came or left within the month."""

from collections.abc import Mapping
from datetime import datetime

from claims.imports import Key
from claims.models import ChildCount
from claims.operations import counts_by_hand
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.periods import ServiceMonth
from portal.demo.scene import MAY, acting, facility_of, sheet_of

BRANCHED, EMPLOYEES, MOVING = "1299900000018", ("1299900000171", "1299900000172"), "1299900000021"
BRANCH_REASON = "分園の子どもの内訳を、施設の届出により分けました。"
EMPLOYEES_REASON = "従業員枠の子どもを、施設の届出により分けました。"
MOVING_REASON = "5月13日の入所（1人）と5月15日の退所（1人）を、日割のために分けました。"


def plain(city: Municipality, certification: str, age: str) -> Key:
    """The cell of the own city's children with 標準時間."""
    return (city.code, certification, age, "standard", False, False, "", None)


def in_branch(city: Municipality, certification: str, age: str) -> Key:
    """The same in a branch."""
    return (city.code, certification, age, "standard", True, False, "", None)


def of_employees(city: Municipality, certification: str, age: str) -> Key:
    """The same, 従業員枠."""
    return (city.code, certification, age, "standard", False, True, "", None)


def moving(city: Municipality, certification: str, age: str, movement: str, days: int) -> Key:
    """The same, of children who came (in) or left (out) within the month, with the days that are priced."""
    return (city.code, certification, age, "standard", False, False, movement, days)


def correct(city: Municipality, enrolment: Actor, month: ServiceMonth, at: datetime) -> None:
    """What the enrolment section puts right before the facilities confirm."""
    branch = {
        change: number
        for age, children in (("1", 4), ("2", 5))
        for change, number in (
            (plain(city, "3", age), -children),
            (in_branch(city, "3", age), children),
        )
    }
    rewrite(city, enrolment, BRANCHED, month, branch, reason=BRANCH_REASON, at=at)
    employees = {
        change: number
        for age in ("1", "2")
        for change, number in ((plain(city, "3", age), -1), (of_employees(city, "3", age), 1))
    }
    for number in EMPLOYEES:
        rewrite(city, enrolment, number, month, employees, reason=EMPLOYEES_REASON, at=at)
    if month == MAY:
        came_and_left = {
            moving(city, "3", "1", "in", 15): 1,
            plain(city, "3", "2"): -1,
            moving(city, "3", "2", "out", 10): 1,
        }
        rewrite(city, enrolment, MOVING, month, came_and_left, reason=MOVING_REASON, at=at)


def rewrite(
    city: Municipality,
    by: Actor,
    number: str,
    month: ServiceMonth,
    differences: Mapping[Key, int],
    *,
    reason: str,
    at: datetime,
) -> None:
    """Correct the facility's counts of the month by so many children a cell."""
    facility = facility_of(city, by, number)
    with acting(city, by):
        sheet = sheet_of(facility, month)
        cells = {counts_by_hand.key_of(row): row.count for row in ChildCount.objects.filter(sheet=sheet)}
        for key, difference in differences.items():
            cells[key] = cells.get(key, 0) + difference
        counts_by_hand.correct_counts(
            facility.pk, month, cells, shown_version=sheet.version, reason=reason, by=by, at=at
        )
