"""Telling the other administrators that an erasure waits for them: how many records, of nobody by name."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone

from audit.record import record
from facilities.actors import Role
from facilities.models import Membership
from jobs import mail, outbox
from staff_records.events import RetentionEvent
from staff_records.models import Erasure
from staff_records.states import ErasureStatus

TELL_ADMINISTRATORS = "staff_records.tell_of_erasure"


def tell_later(erasure: Erasure) -> None:
    """Once for an erasure, when it has been asked for."""
    outbox.add(
        TELL_ADMINISTRATORS,
        key=f"erasure waits|{erasure.pk}",
        municipality_id=erasure.municipality_id,
        erasure_id=erasure.pk,
    )


def tell(erasure_id: UUID) -> int:
    """
    A mail to each administrator who may confirm it; how many. Nothing when it does not wait any more. Called by the
    worker in the city's scope.
    """
    erasure = Erasure.objects.filter(pk=erasure_id, status=ErasureStatus.WAITING).first()
    if erasure is None:
        return 0
    others = Membership.objects.filter(duty=Role.ADMINISTRATOR, ended_at__isnull=True, user__is_active=True)
    addresses = {
        row.user_id: row.user.address
        for row in others.exclude(user_id=erasure.requested_by).select_related("user")
        if row.user.address
    }
    day = timezone.localdate(erasure.requested_at)
    for user_id, address in addresses.items():
        mail.send_later(
            to=address,
            subject="【はぐくみ請求】職員の記録の消去が、確認を待っています",
            text=(
                f"ほかの管理者が、保存期間を過ぎた職員の記録{erasure.persons}人分の消去を依頼しました"
                f"（{day.month}月{day.day}日）。\n"
                "消去すると元に戻せません。ログインして人数と年度を確かめ、確認するか、取りやめてください。\n"
                f"{settings.CITY_SITE_URL}/c/staff/retention/\n"
            ),
            key=f"erasure waits|{erasure.pk}|{user_id}",
        )
    if addresses:
        record(RetentionEvent.ERASURE_TOLD, on=erasure, detail={"persons": erasure.persons})
    return len(addresses)
