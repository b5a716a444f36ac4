"""How the demo's months bend: corrections at every stage, a silent facility, a month closed again, a question."""

from collections.abc import Mapping
from uuid import UUID

from claims.models import Claim
from claims.operations import closing, confirming, conversation, submitting
from claims.operations import facts as facts_operations
from claims.states import ClaimStatus
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.periods import ServiceMonth
from portal.demo import by_hand, cast
from portal.demo.months import decide
from portal.demo.scene import APRIL, MAY, acting, claim_of, facility_of, moment, sheet_of

SILENT, SENT, BEGUN = "1299900000009", "1299900000012", "1299900000017"
HAND_REASON = "4月1日付の転入の届出が、4月20日に届いたため（1歳児 標準時間 1人）。"
SATURDAY_REASON = "{day}の土曜日に閉所していましたが、実績に入れていませんでした。"


def play(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """After April and May. April is closed, opened again for two corrections, and closed for good."""
    _close_and_reopen(city, actors["kakaricho"])
    _late_child(city, actors["nyuen"], clerks)
    _closed_saturday(city, actors["tanto"], clerks)
    _close_for_good(city, actors, clerks)
    _corrections_of_may(city, actors["tanto"], clerks)
    _silent_facility(city, actors["nyuen"])
    _question(city, actors["tanto"], clerks)


def _close_and_reopen(city: Municipality, chief: Actor) -> None:
    with acting(city, chief):
        closing.close(APRIL, note="提出された請求を、すべて承認したため。", by=chief, at=moment(4, 28, 16))
        closing.reopen(
            APRIL,
            reason="転入の届出が遅れた施設の過誤調整を受け付けるため",
            by=chief,
            at=moment(5, 12, 9, 10),
        )


def _late_child(city: Municipality, enrolment: Actor, clerks: Mapping[UUID, Actor]) -> None:
    """One child more in April, after approval: corrected by hand, confirmed, and claimed as a 過誤調整."""
    at = moment(5, 12, 10)
    late = {by_hand.plain(city, "3", "1"): 1}
    by_hand.rewrite(city, enrolment, cast.SECOND_NURSERY, APRIL, late, reason=HAND_REASON, at=at)
    facility = facility_of(city, enrolment, cast.SECOND_NURSERY)
    clerk = clerks[facility.pk]
    with acting(city, clerk):
        newer = sheet_of(facility, APRIL)
        confirming.confirm(newer.pk, shown_version=newer.version, by=clerk, at=at.replace(hour=13))
        claim = claim_of(facility, APRIL, ClaimStatus.DRAFT)
        submitting.submit(
            claim.pk,
            shown_hash=claim.content_hash,
            declared=True,
            by=clerk,
            at=at.replace(hour=13, minute=8),
        )


def _closed_saturday(city: Municipality, officer: Actor, clerks: Mapping[UUID, Actor]) -> None:
    """駅前やまびこ保育園 has found a Saturday of April it was closed on."""
    _correct_saturdays(city, officer, clerks, cast.FIRST_NURSERY, APRIL, "4月18日", submit=True)


def _close_for_good(city: Municipality, actors: Mapping[str, Actor], clerks: Mapping[UUID, Actor]) -> None:
    """Both corrections are approved: they take the place of what was paid, and the month is closed again."""
    for number in (cast.FIRST_NURSERY, cast.SECOND_NURSERY):
        facility = facility_of(city, actors["tanto"], number)
        decide(city, facility, APRIL, actors, moment(5, 14, 10), steps=2)
    chief = actors["kakaricho"]
    with acting(city, chief):
        closing.close(APRIL, note="過誤調整を2件承認したため。", by=chief, at=moment(5, 15, 16))


def _corrections_of_may(city: Municipality, officer: Actor, clerks: Mapping[UUID, Actor]) -> None:
    """One waits for the city's decision, one has just been begun."""
    _correct_saturdays(city, officer, clerks, SENT, MAY, "5月16日", submit=True)
    _correct_saturdays(city, officer, clerks, BEGUN, MAY, "5月9日", submit=False)


def _correct_saturdays(
    city: Municipality,
    officer: Actor,
    clerks: Mapping[UUID, Actor],
    number: str,
    month: ServiceMonth,
    day: str,
    *,
    submit: bool,
) -> None:
    """A facility begins a 過誤調整 of one closed Saturday more, and sends it or not yet."""
    facility = facility_of(city, officer, number)
    clerk, at = clerks[facility.pk], moment(5, 13, 11) if month == APRIL else moment(5, 20, 11)
    with acting(city, clerk):
        approved = claim_of(facility, month, ClaimStatus.APPROVED)
        correction = submitting.open_correction(
            approved.pk, reason=SATURDAY_REASON.format(day=day), by=clerk, at=at
        )
        closures = {"saturday_closures": correction.facts["saturday_closures"] + 1}
        facts_operations.save(facility, month, closures, shown_version=1, by=clerk, at=at.replace(minute=4))
        if submit:
            claim = Claim.objects.get(pk=correction.pk)
            submitting.submit(
                claim.pk,
                shown_hash=claim.content_hash,
                declared=True,
                by=clerk,
                at=at.replace(minute=9),
            )


def _silent_facility(city: Municipality, enrolment: Actor) -> None:
    facility = facility_of(city, enrolment, SILENT)
    with acting(city, enrolment):
        sheet = sheet_of(facility, MAY)
        confirming.confirm_on_behalf(
            sheet.pk,
            reason="締切を過ぎたため、5月12日に電話で園長に人数を確認しました。",
            shown_version=sheet.version,
            by=enrolment,
            at=moment(5, 12, 15, 30),
        )


def _question(city: Municipality, officer: Actor, clerks: Mapping[UUID, Actor]) -> None:
    facility = facility_of(city, officer, cast.FIRST_NURSERY)
    clerk = clerks[facility.pk]
    with acting(city, officer):
        claim = claim_of(facility, MAY, ClaimStatus.RETURNED)
        conversation.remark(
            claim.pk,
            text="4月分は過誤調整をしていただきました。5月分も、閉所した土曜日をカレンダーでご確認ください。",
            by=officer,
            at=moment(5, 13, 13),
        )
    with acting(city, clerk):
        conversation.remark(
            claim.pk,
            text="カレンダーを確認しています。明日までに修正版を提出します。",
            by=clerk,
            at=moment(5, 13, 15, 20),
        )
