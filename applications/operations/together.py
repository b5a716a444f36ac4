"""What a facility does with several applications in one act: sends a round, says what it does not apply for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from applications import permissions
from applications.events import ApplicationEvent
from applications.models import ApplicationVersion, ItemPack
from applications.operations.cases import (
    NOT_AS_SHOWN,
    Shown,
    Subject,
    Wanted,
    before_submission,
    hash_of,
    may_be_sent,
    round_problems,
    save,
    send,
)
from applications.packs_in_force import item_of, pack_of
from applications.queries.filled import fill_many
from applications.rounds import standing_of
from applications.states import VersionStatus
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

NOTHING_TO_SEND: Final = "提出できる申請がありません。"
FOR_ALL: Final = "「{label}」は、どの施設も提出します。"


@operation(ApplicationEvent.SUBMITTED)
def submit_together(
    facility_id: UUID,
    *,
    shown: Mapping[UUID, Shown],
    late_reason: str = "",
    by: Actor,
    at: datetime,
) -> list[ApplicationVersion]:
    """
    Send several drafts of one round in one act, all or none; what is known is asked once for all of them.

    :raises NotAllowed: not the facility's own, or one of them is no draft (any more) or not as it was shown.
    :raises ProblemsFound: one of them is not complete, or the round is not open, or over and no reason is given.
    """
    permissions.keep(by, Subject(facility_id))
    facility = Facility.objects.select_for_update(of=("self",)).get(pk=facility_id)
    versions = list(
        ApplicationVersion.objects.select_for_update(of=("self",))
        .select_related("application", "pack")
        .filter(facility=facility, pk__in=shown)
        .order_by("application__family", "application__item_key")
    )
    if not versions:
        raise ProblemsFound([NOTHING_TO_SEND])
    if len(versions) != len(shown) or len({_place_of(version) for version in versions}) != 1:
        raise NotAllowed(NOT_AS_SHOWN)
    fiscal_year, round_number = _place_of(versions[0])
    items = [item_of(version.pack, version.application.item_key) for version in versions]
    wanted = [(facility, item, version) for item, version in zip(items, versions, strict=True)]
    standing = standing_of(facility, fiscal_year, round_number, at)
    problems: list[str] = []
    filled_items = fill_many(wanted, fiscal_year)
    for version, item, filled in zip(versions, items, filled_items, strict=True):
        may_be_sent(version, by)
        if Shown(version.revision, hash_of(version, filled)) != shown[version.pk]:
            raise NotAllowed(NOT_AS_SHOWN)
        own = before_submission(version, item, filled, fiscal_year)
        problems += [f"「{item.label}」：{sentence}" for sentence in own]
        problems += round_problems(standing, version, late_reason)
    if problems:
        raise ProblemsFound(list(dict.fromkeys(problems)))
    for version, filled in zip(versions, filled_items, strict=True):
        send(version, filled, standing, late_reason=late_reason, by=by, at=at)
    return versions


@operation(ApplicationEvent.SAVED)
def decline_together(
    facility_id: UUID, *, pack_id_of: Mapping[tuple[str, str], UUID], by: Actor, at: datetime
) -> list[ApplicationVersion]:
    """
    Say of several items that they are not applied for: drafts that are sent with their round. ``pack_id_of`` tells
    which pack each (family, item) was shown with.

    :raises NotAllowed: not the facility's own, or one of them is with the city or approved already, or sent by all.
    :raises ProblemsFound: none was chosen.
    """
    permissions.keep(by, Subject(facility_id))
    if not pack_id_of:
        raise ProblemsFound(["申請しない項目を選んでください。"])
    revisions = {
        (version.application.family, version.application.item_key): version.revision
        for version in ApplicationVersion.objects.filter(
            facility_id=facility_id,
            status=VersionStatus.DRAFT,
            application__fiscal_year__in=ItemPack.objects.filter(pk__in=pack_id_of.values()).values(
                "fiscal_year"
            ),
        ).select_related("application")
    }
    packs = {row.pk: pack_of(row) for row in ItemPack.objects.filter(pk__in=pack_id_of.values())}
    for place, pack_id in pack_id_of.items():
        item = packs[pack_id].by_key.get(place[1]) if pack_id in packs else None
        if item is not None and item.is_for_all:
            raise NotAllowed(FOR_ALL.format(label=item.label))
    return [
        save(
            facility_id,
            pack_id=pack_id,
            item_key=place[1],
            wanted=Wanted(is_wanted=False),
            entries={},
            reasons={},
            shown_revision=revisions.get(place, 0),
            by=by,
            at=at,
        )[0]
        for place, pack_id in pack_id_of.items()
    ]


def _place_of(version: ApplicationVersion) -> tuple[int, int]:
    return version.application.fiscal_year, version.round_number
