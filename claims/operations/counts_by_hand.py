"""
The enrolment section corrects one facility's counts without a file: late children, slips, a facility the file forgot.

Like a file it makes a new version; the old one stays. Entering and leaving in the middle of the month (途中入退所) are
cells of their own, with the days that are priced.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from audit.record import record
from claims import checks, permissions
from claims.closing import require_open
from claims.events import ImportEvent
from claims.imports import ALLOWED_AGES, FIRST_MONTH, Key
from claims.models import ChildCount, CountSheet
from claims.operations.counts_import import step_back
from claims.operations.drafting import counts_corrected
from claims.operations.previews import hold_counts
from claims.operations.telling import tell_of_correction
from claims.states import SheetStatus
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import ProblemsFound

SAME = "いまの人数と同じです。変わるところを直してください。"
CHANGED = "画面を開いたあとに児童数が変わりました。いまの人数をもう一度ご確認ください。"


@operation(ImportEvent.CORRECTED_BY_HAND)
def correct_counts(
    facility_id: UUID,
    month: ServiceMonth,
    cells: Mapping[Key, int],
    *,
    shown_version: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> CountSheet:
    """
    Let ``cells`` be the month's counts: all of them, with children each; a cell that is not there has none.

    ``shown_version`` is the version the form was filled from, 0 when nothing had come. The facility confirms again;
    claims of the month are flagged, and an approved one leads to a 過誤調整.

    :raises Facility.DoesNotExist: not a facility of the open scope.
    :raises NotAllowed: not the enrolment section, or a closed month.
    :raises ProblemsFound: nothing changes, no reason, another version was shown, or cells that cannot be.
    """
    facility = Facility.objects.get(pk=facility_id)
    permissions.bring_in_counts(by, facility)
    hold_counts(facility.municipality_id)
    sheets = CountSheet.objects.select_for_update(of=("self",)).filter(
        facility=facility, month=month.first_day
    )
    standing = sheets.exclude(status=SheetStatus.SUPERSEDED).first()
    require_open(month)
    if (standing.version if standing else 0) != shown_version:
        raise ProblemsFound([CHANGED])
    before = list(ChildCount.objects.filter(sheet=standing)) if standing else []
    reason = reason.strip()
    after = {key: count for key, count in cells.items() if count}
    if problems := [*_problems(facility, month, before, after), *checks.problems_of_reason(reason)]:
        raise ProblemsFound(problems)
    if standing is not None:
        step_back([standing], by=by, at=at)
    sheet: CountSheet = CountSheet.objects.create(
        municipality_id=facility.municipality_id,
        facility=facility,
        month=month.first_day,
        version=shown_version + 1,
        source_id=standing.source_id if standing else None,
        arrived_at=at,
        entered_by=by.user_id,
        entered_reason=reason,
    )
    disabled = {key_of(row): row.disabled_count for row in before}
    ChildCount.objects.bulk_create(_row(sheet, key, count, disabled.get(key)) for key, count in after.items())
    if standing is not None:
        counts_corrected(sheet, by=by, at=at)
    record(
        ImportEvent.CORRECTED_BY_HAND,
        by=by,
        on=sheet,
        rows={"sheet": [sheet.pk]},
        detail={"month": str(month), "version": sheet.version, "children": sum(after.values())},
        facility_id=facility.pk,
    )
    tell_of_correction(sheet)
    return sheet


def key_of(row: ChildCount) -> Key:
    """The cell of a stored count, as files name it."""
    return (
        row.payer_code,
        row.certification,
        row.age,
        row.hours,
        row.branch,
        row.employee_slot,
        row.movement,
        row.days,
    )


def _problems(
    facility: Facility, month: ServiceMonth, before: list[ChildCount], after: Mapping[Key, int]
) -> list[str]:
    problems = []
    # What came for a month after the closing is corrected to nobody; an approved claim follows it.
    if month < FIRST_MONTH or (not facility.lives_in(month) and (after or not before)):
        problems.append("この月は施設の開設前か廃止後のため、児童数を登録できません。")
    if before and {key_of(row): row.count for row in before} == dict(after):
        problems.append(SAME)
    if not before and not after:
        problems.append("人数を1か所以上入力してください。")
    for payer, certification, age, hours, _, _, movement, days in after:
        if age not in ALLOWED_AGES[certification]:
            problems.append(f"{certification}号にその年齢はありません。区分を確認してください。")
        if (hours == "education") != (certification == "1"):
            problems.append("1号は教育標準時間、2号・3号は標準時間か短時間です。区分を確認してください。")
        if bool(movement) != (days is not None):
            problems.append("途中入退所の行には、日数を入力してください。")
        if len(payer) != 6 or not payer.isascii() or not payer.isdigit():
            problems.append("居住市区町村コードは6桁の数字で入力してください。")
    if any(not 0 < count <= checks.MOST_CHILDREN for count in after.values()):
        problems.append(f"人数は0から{checks.MOST_CHILDREN}の整数で入力してください。")
    return list(dict.fromkeys(problems))


def _row(sheet: CountSheet, key: Key, count: int, disabled: int | None) -> ChildCount:
    payer_code, certification, age, hours, branch, employee_slot, movement, days = key
    return ChildCount(
        municipality_id=sheet.municipality_id,
        facility_id=sheet.facility_id,
        sheet=sheet,
        payer_code=payer_code,
        certification=certification,
        age=age,
        hours=hours,
        branch=branch,
        employee_slot=employee_slot,
        movement=movement,
        days=days,
        count=count,
        disabled_count=None if disabled is None else min(disabled, count),
    )
