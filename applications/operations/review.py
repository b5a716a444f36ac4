"""
What the city decides about an application: states, times, the record.

Only ``approvals.operations`` may import this module (an import contract): nobody approves around the four eyes, and the
database counts the decisions once more. Every function takes a version that the caller has locked, inside the caller's
transaction.
"""

from datetime import datetime

from applications.definitions import Field, Item
from applications.events import ApplicationEvent
from applications.filling import is_empty
from applications.models import ApplicationVersion
from applications.operations.cases import hash_of_sent
from applications.packs_in_force import pack_of
from applications.states import VersionStatus
from audit.record import record
from facilities.actors import Actor
from facilities.rules import NotAllowed

NOT_AS_SENT = (
    "保存されている内容が、提出されたときの内容と一致しません。承認せずに、市の管理者に連絡してください。"
)


def note_first_decision(version: ApplicationVersion, *, at: datetime) -> None:
    """
    From now on the facility cannot withdraw it. Harmless when it was noted before.

    :raises NotAllowed: its values are not those that were sent.
    """
    _require_as_sent(version)
    if version.first_decided_at is not None:
        return
    version.first_decided_at = at
    version.save(update_fields=["first_decided_at"])
    record(ApplicationEvent.FIRST_DECIDED, on=version)


def approve(version: ApplicationVersion, *, by: Actor, at: datetime) -> None:
    """
    The last step has approved the version: its content stays for ever, the version it replaces becomes history.

    :raises TransitionNotAllowed: the version is not submitted.
    :raises NotAllowed: its values are not those that were sent.
    """
    _require_as_sent(version)
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


def _require_as_sent(version: ApplicationVersion) -> None:
    """
    The values a reviewer reads lie sealed, where the database can compare them neither with the hash that is approved
    nor with the options and the amount that take effect.
    """
    sent = version.content.get("sent", {})
    item = pack_of(version.pack).by_key.get(version.application.item_key)
    values = {key: kept["value"] for key, kept in sent.items()}
    said = {own.option: values[own.key] for own in _options_of(item) if not is_empty(values.get(own.key))}
    amount = values.get(item.amount, version.amount_yen) if item is not None else version.amount_yen
    if (
        hash_of_sent(version) != version.content_hash
        or (item is not None and said != version.options)
        or amount != version.amount_yen
    ):
        raise NotAllowed(NOT_AS_SENT)


def _options_of(item: Item | None) -> tuple[Field, ...]:
    return tuple(own for own in item.fields if own.option) if item is not None else ()
