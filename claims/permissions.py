"""Who may do what with counts and claims. A facility acts on its own rows; the city never acts in its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from claims.models import Claim, CountSheet, FileKind
from claims.states import ClaimStatus, SheetStatus
from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.models import Facility
from facilities.rules import NotAllowed, Rule, rule


class OfFacility(Protocol):
    """Anything that belongs to one facility."""

    @property
    def facility_id(self) -> UUID: ...


@dataclass(frozen=True)
class FactsOfMonth:
    """The month whose facts would change, with the statuses of its current claims."""

    facility_id: UUID
    claim_statuses: frozenset[str]

    @classmethod
    def of(cls, facility_id: UUID, claims: Iterable[Claim]) -> "FactsOfMonth":
        """
        ``claims``: all of the month.

        An approved one that is being corrected does not hold the facts, nor one to another municipality: it keeps those
        it was fixed with and is replaced when the facility wants.
        """
        current = [
            claim for claim in claims if claim.status != ClaimStatus.SUPERSEDED and not claim.is_fixed_outside
        ]
        corrected = {claim.corrects_id for claim in current}
        return cls(facility_id, frozenset(claim.status for claim in current if claim.pk not in corrected))


@rule
def confirm(actor: Actor, sheet: CountSheet) -> None:
    """The facility, while its counts wait for it."""
    _in_own_facility(actor, sheet)
    if sheet.status == SheetStatus.CONFIRMED:
        raise NotAllowed("この月の児童数は、すでに確認済みです。")
    if sheet.status == SheetStatus.DISPUTED:
        raise NotAllowed("相違の申し出に市が回答するまで、確認できません。回答をお待ちください。")
    _still_current(sheet)


@rule
def dispute(actor: Actor, sheet: CountSheet) -> None:
    """The facility, until it has confirmed."""
    _in_own_facility(actor, sheet)
    if sheet.status == SheetStatus.CONFIRMED:
        raise NotAllowed("確認済みの児童数には、相違を申し出られません。こども施設入園課へ連絡してください。")
    if sheet.status == SheetStatus.DISPUTED:
        raise NotAllowed("相違の申し出はすでに届いています。市の回答をお待ちください。")
    _still_current(sheet)


@rule
def confirm_on_behalf(actor: Actor, sheet: CountSheet) -> None:
    """The enrolment section, while the counts wait for the facility. Whether its time is over, the operation asks."""
    if actor.duty is not Role.ENROLMENT:
        raise NotAllowed("施設に代わって児童数を確認できるのは、こども施設入園課だけです。")
    if sheet.status == SheetStatus.CONFIRMED:
        raise NotAllowed("この月の児童数は、すでに確認済みです。")
    if sheet.status == SheetStatus.DISPUTED:
        raise NotAllowed("施設から相違の申し出があります。先に回答してください。")
    _still_current(sheet)


@rule
def save_facts(actor: Actor, subject: FactsOfMonth) -> None:
    """The facility, while none of the month's claims has gone to the city, or while an approved one is corrected."""
    _in_own_facility(actor, subject)
    if ClaimStatus.APPROVED in subject.claim_statuses:
        raise NotAllowed(
            "承認済みの請求があるため、この月の実績は変更できません。"
            "誤りがあったときは、請求の画面で「過誤の訂正を始める」を押してください。"
        )
    if ClaimStatus.SUBMITTED in subject.claim_statuses:
        raise NotAllowed("提出済みの請求があります。実績を変更するときは、先に請求を取り下げてください。")


@rule
def answer_conditions(actor: Actor, facility: Facility) -> None:
    """The facility itself, when it claims by the table at all."""
    if not actor.is_facility or actor.facility_id != facility.pk:
        raise NotAllowed("加算の条件に回答できるのは、その施設の方だけです。")
    if facility.is_public:
        raise NotAllowed("公立施設は請求の対象外です。")


@rule
def recalculate(actor: Actor, facility: Facility) -> None:
    """The facility, when it claims by the table at all."""
    if not actor.is_facility or actor.facility_id != facility.pk:
        raise NotAllowed("施設の方だけができる操作です。")
    if facility.is_public:
        raise NotAllowed("公立施設は請求の対象外です。")


@rule
def submit(actor: Actor, claim: Claim) -> None:
    """The facility, a draft; one to another municipality is fixed by it, and nobody here reviews it."""
    _in_own_facility(actor, claim)
    if claim.status == ClaimStatus.SUBMITTED:
        raise NotAllowed("この請求は、すでに提出済みです。")
    if claim.status != ClaimStatus.DRAFT:
        raise NotAllowed(f"この請求は「{claim.get_status_display()}」のため、提出できません。")


@rule
def withdraw(actor: Actor, claim: Claim) -> None:
    """The facility, until somebody at the city has decided."""
    _in_own_facility(actor, claim)
    if claim.status != ClaimStatus.SUBMITTED:
        raise NotAllowed("提出済みの請求だけを取り下げられます。画面を開き直して、状態をご確認ください。")
    if claim.outside:
        raise NotAllowed(
            "請求書を渡している場合があるため、取り下げられません。「訂正版を作る」で直してください。"
        )
    if claim.first_decided_at is not None:
        raise NotAllowed("市の審査が始まっているため、取り下げられません。市の担当課へ連絡してください。")


@rule
def correct(actor: Actor, claim: Claim) -> None:
    """The facility, a claim that came back, or one to another municipality that it has fixed."""
    _in_own_facility(actor, claim)
    if claim.status != ClaimStatus.RETURNED and not claim.is_fixed_outside:
        raise NotAllowed("差し戻された請求だけ、修正版を作れます。")


@rule
def open_correction(actor: Actor, claim: Claim) -> None:
    """The facility, of a claim that was approved for its own city."""
    _in_own_facility(actor, claim)
    if claim.status != ClaimStatus.APPROVED:
        raise NotAllowed(
            "過誤の訂正ができるのは、承認済みの請求だけです。画面を開き直して、状態をご確認ください。"
        )


@rule
def drop_correction(actor: Actor, claim: Claim) -> None:
    """The facility, of a correction it has begun itself and not sent."""
    _in_own_facility(actor, claim)
    if claim.status != ClaimStatus.DRAFT or not claim.is_correction:
        raise NotAllowed("取りやめられるのは、提出していない過誤の訂正だけです。")
    if not claim.correction_reason:
        raise NotAllowed(
            "児童数や登録内容の変更による過誤調整は、取りやめられません。内容を確認して提出してください。"
        )


@rule
def remark(actor: Actor, claim: Claim) -> None:
    """The facility itself and those who review; on anything but a draft that nobody at the city has seen."""
    if actor.is_facility:
        _in_own_facility(actor, claim)
    elif actor.duty not in OPERATIONS_ROLES:
        raise NotAllowed("やりとりができるのは、施設とこども施設運営課です。")


@rule
def close_month(actor: Actor, subject: object) -> None:
    """Who decides last: 係長 and 課長."""
    if actor.duty not in {Role.CHIEF, Role.MANAGER}:
        raise NotAllowed("月を締める、または締めを解除できるのは、こども施設運営課の係長と課長です。")


@rule
def see_claims(actor: Actor, subject: object) -> None:
    """The operations section and the administrator see claims; the enrolment section has no business with money."""
    if actor.duty not in OPERATIONS_ROLES | {Role.ADMINISTRATOR}:
        raise NotAllowed("請求を見ることができるのは、こども施設運営課と市の管理者です。")


@rule
def see_closing(actor: Actor, subject: object) -> None:
    """Everybody who works with the city's months."""
    if actor.duty not in OPERATIONS_ROLES | {Role.ENROLMENT, Role.ADMINISTRATOR}:
        raise NotAllowed("月の締めを見ることができるのは、入園課・運営課と市の管理者です。")


def _in_own_facility(actor: Actor, row: OfFacility) -> None:
    if not actor.is_facility or actor.facility_id != row.facility_id:
        raise NotAllowed("施設の方だけができる操作です。")


def _still_current(sheet: CountSheet) -> None:
    if sheet.status == SheetStatus.SUPERSEDED:
        raise NotAllowed("画面を開いたあとに、新しい児童数が届きました。新しい人数をご確認ください。")


@rule
def bring_in_counts(actor: Actor, subject: object) -> None:
    """The enrolment section brings in counts and answers disputes (R1)."""
    if actor.duty is not Role.ENROLMENT:
        raise NotAllowed("児童数の取込と回答ができるのは、こども施設入園課だけです。")


@rule
def see_counts(actor: Actor, subject: object) -> None:
    """Both sections and the administrator see the city's counts."""
    if actor.duty not in OPERATIONS_ROLES | {Role.ENROLMENT, Role.ADMINISTRATOR}:
        raise NotAllowed("児童数を見ることができるのは、入園課・運営課と市の管理者です。")


@rule
def bring_in_charges(actor: Actor, subject: object) -> None:
    """The enrolment section brings in user charges."""
    if actor.duty is not Role.ENROLMENT:
        raise NotAllowed("利用者負担額の取込ができるのは、こども施設入園課だけです。")


# Who brings in a file of this kind decides on its previews, mappings and refusals, too.
BRINGING_IN: Mapping[str, Rule[object]] = {
    FileKind.COUNTS: bring_in_counts,
    FileKind.CHARGES: bring_in_charges,
}


@rule
def see_charges(actor: Actor, subject: object) -> None:
    """The enrolment section alone sees rows: one of one or two children would reveal a family's fee."""
    if actor.duty is not Role.ENROLMENT:
        raise NotAllowed("利用者負担額の内訳を見ることができるのは、こども施設入園課だけです。")


@rule
def see_charge_totals(actor: Actor, subject: object) -> None:
    """The operations section sees facilities' totals, those of few children hidden."""
    if actor.duty not in OPERATIONS_ROLES | {Role.ENROLMENT}:
        raise NotAllowed("利用者負担額の合計を見ることができるのは、入園課と運営課です。")
