"""
What the city decides about an application: states, times, the record.

Only ``approvals.operations`` may import this module (an import contract): nobody approves around the four eyes, and the
database counts the decisions once more. Every function takes a version that the caller has locked, inside the caller's
transaction.
"""

from datetime import datetime

from applications.events import ApplicationEvent
from applications.models import ApplicationVersion
from applications.states import VersionStatus
from audit.record import record
from facilities.actors import Actor


def note_first_decision(version: ApplicationVersion, *, at: datetime) -> None:
    """From now on the facility cannot withdraw it. Harmless when it was noted before."""
    if version.first_decided_at is not None:
        return
    version.first_decided_at = at
    version.save(update_fields=["first_decided_at"])
    record(ApplicationEvent.FIRST_DECIDED, on=version)


def approve(version: ApplicationVersion, *, by: Actor, at: datetime) -> None:
    """
    The last step has approved the version: its content stays for ever, the version it replaces becomes history.

    :raises TransitionNotAllowed: the version is not submitted.
    """
    replaced = ApplicationVersion.objects.select_for_update(of=("self",)).filter(
        application_id=version.application_id, status=VersionStatus.APPROVED
    )
    for earlier in replaced:
        earlier.move_to(VersionStatus.SUPERSEDED)
        earlier.save(update_fields=["status"])
        record(
            ApplicationEvent.REPLACED,
            by=by,
            on=earlier,
            rows={"application_version": [earlier.pk, version.pk]},
        )
    version.move_to(VersionStatus.APPROVED)
    version.first_decided_at = version.first_decided_at or at
    version.decided_at, version.decided_by = at, by.user_id
    version.save(update_fields=["status", "first_decided_at", "decided_at", "decided_by"])
    record(
        ApplicationEvent.APPROVED,
        by=by,
        on=version,
        rows={"application_version": [version.pk]},
        detail={"content_hash": version.content_hash},
    )


def return_to_facility(version: ApplicationVersion, *, reason: str, by: Actor, at: datetime) -> None:
    """
    Send the version back with a reason; the facility answers with the next one.

    :raises TransitionNotAllowed: the version is not submitted.
    """
    version.move_to(VersionStatus.RETURNED)
    version.first_decided_at = version.first_decided_at or at
    version.decided_at, version.decided_by, version.return_reason = at, by.user_id, reason
    version.save(update_fields=["status", "first_decided_at", "decided_at", "decided_by", "return_reason"])
    record(
        ApplicationEvent.RETURNED,
        by=by,
        on=version,
        rows={"application_version": [version.pk]},
        detail={"content_hash": version.content_hash},
    )
