"""Setting the routes of applications, and letting somebody decide in somebody else's place."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.definitions import Family, Stage
from approvals import permissions
from approvals.events import ItemEvent
from approvals.models import Certifier, Delegation, ReviewRoute
from approvals.models.items import FEWEST_STEPS
from audit.record import record
from facilities.actors import OPERATIONS_ROLES, Actor, Role
from facilities.models import Membership
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

TOO_SHORT = "審査の段階を2つ以上選んでください。1人だけでは承認できません。"
NOT_IN_ORDER = "審査の段階は、同じ役割を2回使わずに選んでください。"
NO_REASON = "代理の理由を入力してください。"
TOO_LONG = "代理の理由は200字までで入力してください。"
LONGEST_DELEGATION = 366


@dataclass(frozen=True)
class RouteValues:
    """A route as it was typed; empty family, stage or item: any. ``least_yen`` in whole yen."""

    steps: tuple[str, ...]
    family: str = ""
    stage: str = ""
    item_key: str = ""
    least_yen: int = 0
    certifier: str = Certifier.PREFECTURE


@operation(ItemEvent.ROUTE_SET)
def set_route(values: RouteValues, *, by: Actor, at: datetime) -> ReviewRoute:
    """
    Let applications of a kind and amount take this route; the same kind and amount again corrects it.

    Versions somebody has decided on keep theirs.

    :raises NotAllowed: only administrators.
    :raises ProblemsFound: fewer than two steps, or one role twice.
    """
    permissions.set_routes(by, None)
    problems = []
    if len(values.steps) < FEWEST_STEPS:
        problems.append(TOO_SHORT)
    if len(set(values.steps)) < len(values.steps):
        problems.append(NOT_IN_ORDER)
    if not set(values.steps) <= {role.value for role in OPERATIONS_ROLES}:
        problems.append("審査の段階は、担当・係長・課長から選んでください。")
    if values.family not in {"", *Family} or values.stage not in {"", *Stage}:
        problems.append("区分と種類を選び直してください。")
    if values.item_key and not values.family:
        problems.append("項目を選ぶときは、その区分も選んでください。")
    if values.least_yen < 0:
        problems.append("金額は0以上の整数で入力してください。")
    if problems:
        raise ProblemsFound(problems)
    kind = {
        "family": values.family,
        "stage": values.stage,
        "item_key": values.item_key,
        "least_yen": values.least_yen,
    }
    before = ReviewRoute.objects.select_for_update(of=("self",)).filter(**kind).first()
    then = _words_of(before) if before else None
    row = before or ReviewRoute(municipality_id=by.municipality_id, **kind)
    row.steps, row.certifier = list(values.steps), values.certifier
    row.set_at, row.set_by = at, by.user_id
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as race:
        raise NotAllowed("ほかの管理者が先に設定しました。画面を開き直してください。") from race
    record(
        ItemEvent.ROUTE_SET,
        by=by,
        on=row,
        rows={"review_route": [row.pk]},
        detail={**asdict(values), "steps": list(values.steps), "before": then},
    )
    return row


@operation(ItemEvent.ROUTE_REMOVED)
def remove_route(route_id: UUID, *, by: Actor, at: datetime) -> None:
    """
    Let what took this route take the next that fits, in the end the usual one.

    :raises ReviewRoute.DoesNotExist: it is gone already, or not of the open scope.
    :raises NotAllowed: only administrators.
    """
    permissions.set_routes(by, None)
    row: ReviewRoute = ReviewRoute.objects.select_for_update(of=("self",)).get(pk=route_id)
    record(
        ItemEvent.ROUTE_REMOVED,
        by=by,
        on=row,
        rows={"review_route": [row.pk]},
        detail={"before": _words_of(row)},
    )
    row.delete()


@operation(ItemEvent.DELEGATED)
def delegate(
    from_user: UUID,
    *,
    to_user: UUID,
    role: str,
    from_day: date | None,
    to_day: date | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> Delegation:
    """
    Let ``to_user`` decide the steps of ``role`` in ``from_user``'s place from one day to another.

    :raises NotAllowed: neither oneself nor an administrator.
    :raises ProblemsFound: days, people or role do not fit, or there is no reason.
    """
    permissions.delegate(by, from_user)
    problems = [*_days_problems(from_day, to_day, at), *_people_problems(from_user, to_user, role)]
    if not reason.strip():
        problems.append(NO_REASON)
    if len(reason.strip()) > 200:
        problems.append(TOO_LONG)
    if problems or from_day is None or to_day is None:
        raise ProblemsFound(problems)
    row: Delegation = Delegation.objects.create(
        municipality_id=by.municipality_id,
        from_user=from_user,
        to_user=to_user,
        role=role,
        from_day=from_day,
        to_day=to_day,
        reason=reason.strip(),
        set_at=at,
        set_by=by.user_id,
    )
    record(
        ItemEvent.DELEGATED,
        by=by,
        on=row,
        rows={"delegation": [row.pk], "user": [from_user, to_user]},
        detail={"role": role, "from_day": from_day.isoformat(), "to_day": to_day.isoformat()},
    )
    return row


@operation(ItemEvent.DELEGATION_ENDED)
def end_delegation(delegation_id: UUID, *, by: Actor, at: datetime) -> Delegation:
    """
    From now on nobody decides in the other's place by this delegation.

    :raises Delegation.DoesNotExist: not one of the open scope.
    :raises NotAllowed: neither oneself nor an administrator; ended already.
    """
    row: Delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation_id)
    permissions.delegate(by, row.from_user)
    if row.ended_at is not None:
        raise NotAllowed("この代理は、すでに終わっています。")
    row.ended_at, row.ended_by = at, by.user_id
    row.save(update_fields=["ended_at", "ended_by"])
    record(ItemEvent.DELEGATION_ENDED, by=by, on=row, rows={"delegation": [row.pk]})
    return row


def _days_problems(from_day: date | None, to_day: date | None, at: datetime) -> Sequence[str]:
    if from_day is None or to_day is None:
        return ["代理の始まる日と終わる日を入力してください。"]
    if to_day < from_day:
        return ["代理の終わる日は、始まる日と同じか後の日にしてください。"]
    if to_day < timezone.localdate(at):
        return ["代理の終わる日は、今日か今日より後の日にしてください。"]
    if (to_day - from_day).days >= LONGEST_DELEGATION:
        return ["代理の期間は1年までにしてください。"]
    return []


def _people_problems(from_user: UUID, to_user: UUID, role: str) -> Sequence[str]:
    if from_user == to_user:
        return ["代わりに決定する人には、本人以外を選んでください。"]
    lasting = Membership.objects.filter(user__in=(from_user, to_user), ended_at__isnull=True)
    duties = {(row.user_id, row.duty) for row in lasting}
    problems = []
    if role not in OPERATIONS_ROLES or (from_user, Role(role)) not in duties:
        problems.append("任せる人は、その役割を持つ人から選んでください。")
    if not any(user == to_user and duty in OPERATIONS_ROLES for user, duty in duties):
        problems.append("代わりに決定する人は、こども施設運営課の人から選んでください。")
    return problems


def _words_of(row: ReviewRoute) -> dict[str, object]:
    return {"steps": row.steps, "least_yen": row.least_yen, "certifier": row.certifier}
