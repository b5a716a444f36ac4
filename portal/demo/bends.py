"""How the demo's months bend: a correction after approval, a silent facility, a closing that was opened, a question."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from claims.models import ChildCount, Claim, CountSheet
from claims.operations import closing, confirming, conversation, counts_by_hand, submitting
from claims.operations import facts as facts_operations
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import Actor
from facilities.models import Facility, Municipality
from facilities.periods import ServiceMonth
from portal.demo import cast
from portal.demo.months import APRIL, JAPAN, MAY, acting

SILENT = "1299900000009"
HAND_REASON = "4月1日付の転入の届出が、4月20日に届いたため（1歳児 標準時間 1人）。"


def play(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """After April and May. April was closed and is open again for the late child."""
    _close_and_reopen(city, actors["kakaricho"])
    _late_child(city, actors["nyuen"], clerks)
    _own_mistake(city, actors["tanto"], clerks)
    _silent_facility(city, actors["nyuen"])
    _question(city, actors["tanto"], clerks)


def _close_and_reopen(city: Municipality, chief: Actor) -> None:
    with acting(city, chief):
        closing.close(
            APRIL,
            note="単価のない施設類型は、単価の登録後に請求します。",
            by=chief,
            at=datetime(2026, 4, 28, 16, 0, tzinfo=JAPAN),
        )
        closing.reopen(
            APRIL,
            reason="転入の届出が遅れた施設の過誤調整を受け付けるため",
            by=chief,
            at=datetime(2026, 5, 12, 9, 10, tzinfo=JAPAN),
        )


def _late_child(city: Municipality, enrolment: Actor, clerks: Mapping[UUID, Actor]) -> None:
    """One child more in April, after approval: corrected by hand, confirmed, and claimed as a 過誤調整."""
    facility, at = _facility(city, enrolment, cast.SECOND_NURSERY), datetime(2026, 5, 12, 10, 0, tzinfo=JAPAN)
    with acting(city, enrolment):
        sheet = _sheet(facility, APRIL)
        cells = {counts_by_hand.key_of(row): row.count for row in ChildCount.objects.filter(sheet=sheet)}
        key = (city.code, "3", "1", "standard", False, False, "", None)
        cells[key] = cells.get(key, 0) + 1
        counts_by_hand.correct_counts(
            facility.pk,
            APRIL,
            cells,
            shown_version=sheet.version,
            reason=HAND_REASON,
            by=enrolment,
            at=at,
        )
    clerk = clerks[facility.pk]
    with acting(city, clerk):
        newer = _sheet(facility, APRIL)
        confirming.confirm(newer.pk, shown_version=newer.version, by=clerk, at=at.replace(hour=13))
        claim = _claim(facility, APRIL, ClaimStatus.DRAFT)
        submitting.submit(
            claim.pk,
            shown_hash=claim.content_hash,
            declared=True,
            by=clerk,
            at=at.replace(hour=13, minute=8),
        )


def _own_mistake(city: Municipality, officer: Actor, clerks: Mapping[UUID, Actor]) -> None:
    """駅前やまびこ保育園 has found a Saturday it was closed on, and is correcting April."""
    facility = _facility(city, officer, cast.FIRST_NURSERY)
    clerk, at = clerks[facility.pk], datetime(2026, 5, 13, 11, 0, tzinfo=JAPAN)
    with acting(city, clerk):
        submitting.open_correction(
            _claim(facility, APRIL, ClaimStatus.APPROVED).pk,
            reason="4月18日の土曜日に閉所していましたが、実績に入れていませんでした。",
            by=clerk,
            at=at,
        )
        facts_operations.save(
            facility, APRIL, {"saturday_closures": 1}, shown_version=1, by=clerk, at=at.replace(minute=4)
        )


def _silent_facility(city: Municipality, enrolment: Actor) -> None:
    facility = _facility(city, enrolment, SILENT)
    with acting(city, enrolment):
        sheet = _sheet(facility, MAY)
        confirming.confirm_on_behalf(
            sheet.pk,
            reason="締切を過ぎたため、5月12日に電話で園長に人数を確認しました。",
            shown_version=sheet.version,
            by=enrolment,
            at=datetime(2026, 5, 12, 15, 30, tzinfo=JAPAN),
        )


def _question(city: Municipality, officer: Actor, clerks: Mapping[UUID, Actor]) -> None:
    facility = _facility(city, officer, cast.FIRST_NURSERY)
    clerk = clerks[facility.pk]
    with acting(city, officer):
        claim = _claim(facility, MAY, ClaimStatus.RETURNED)
        conversation.remark(
            claim.pk,
            text="4月分の過誤調整と合わせて、5月分もご確認をお願いします。",
            by=officer,
            at=datetime(2026, 5, 13, 13, 0, tzinfo=JAPAN),
        )
    with acting(city, clerk):
        conversation.remark(
            claim.pk,
            text="カレンダーを確認しています。明日までに修正版を提出します。",
            by=clerk,
            at=datetime(2026, 5, 13, 15, 20, tzinfo=JAPAN),
        )


def _facility(city: Municipality, by: Actor, number: str) -> Facility:
    with acting(city, by):
        return Facility.objects.get(number=number)


def _sheet(facility: Facility, month: ServiceMonth) -> CountSheet:
    sheets = CountSheet.objects.filter(facility=facility, month=month.first_day)
    found: CountSheet = sheets.exclude(status=SheetStatus.SUPERSEDED).get()
    return found


def _claim(facility: Facility, month: ServiceMonth, status: ClaimStatus) -> Claim:
    claims = Claim.objects.filter(facility=facility, month=month.first_day, outside=False)
    found: Claim = claims.get(status=status)
    return found
