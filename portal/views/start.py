"""The first page after login: straight to one's own door."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.models import User
from facilities.actors import Role
from facilities.models import Membership
from facilities.scope import tell_acting_user


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the login, or to the door of the person's role; someone without a role is told what to do."""
    user = request.user
    if not isinstance(user, User) or not user.is_verified():  # type: ignore[attr-defined]
        return redirect("accounts:login")
    with transaction.atomic():
        tell_acting_user(user.pk)
        mine = list(
            Membership.own.filter(user_id=user.pk, ended_at__isnull=True)
            .select_related("facility")
            .order_by("began_at", "pk")
        )
    facilities = [membership.facility for membership in mine if membership.facility is not None]
    if len(facilities) == 1:
        return redirect("facility_portal:home", facilities[0].number)
    if facilities:
        return redirect("facility_choice:choose")
    duties = {Role(membership.duty) for membership in mine}
    if Role.AUDITOR in duties:
        return redirect("audit_portal:events")
    if duties:
        return redirect("city_portal:home")
    return render(request, "portal/no_role.html", {"side": "plain"}, status=403)
