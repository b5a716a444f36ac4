"""The administrator says what holds of the places of facilities in a fiscal year (地域の設定)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from applications import permissions
from applications.events import PlaceEvent
from applications.models import PlaceException, PlaceFact
from applications.place_facts import BY_FACT
from applications.queries.places import fingerprint
from audit.record import record
from facilities.actors import Actor
from facilities.models import Facility, Municipality
from facilities.operating import operation
from facilities.rules import ProblemsFound

MEANWHILE: Final = "画面を開いたあとに設定が変わりました。いまの設定を確かめて、もう一度登録してください。"
SAME: Final = "市の設定と同じです。例外は、市の設定と違う施設だけに登録します。"
NO_EXCEPTION: Final = "この例外は、すでに取り消されています。"
NOTHING_BEFORE: Final = "引き継ぐ設定がありません。前の年度に設定がないか、すべて登録済みです。"
NO_FACT: Final = "項目を選んでください。"


@operation(PlaceEvent.SAID)
def say(
    fiscal_year: int, values: Mapping[str, bool | str | None], *, shown: str, by: Actor, at: datetime
) -> list[str]:
    """
    Say what holds in the whole city; None: not known any more. Answers the facts that are other ones now.

    ``shown``: the fingerprint of what the page showed.

    :raises NotAllowed: only administrators.
    :raises ProblemsFound: somebody has said something meanwhile.
    """
    permissions.say_places(by, None)
    _one_after_the_other(by)
    rows = {row.fact: row for row in PlaceFact.objects.filter(fiscal_year=fiscal_year, ended_at__isnull=True)}
    if fingerprint(rows.values()) != shown:
        raise ProblemsFound([MEANWHILE])
    changed = [
        fact
        for fact in BY_FACT
        if fact in values and values[fact] != (rows[fact].value if fact in rows else None)
    ]
    said = []
    for fact in changed:
        if fact in rows:
            _end(rows[fact], by, at)
        if (value := values[fact]) is not None:
            said.append(
                PlaceFact.objects.create(
                    municipality_id=by.municipality_id,
                    fiscal_year=fiscal_year,
                    fact=fact,
                    **_said(value, by, at),
                )
            )
    record(
        PlaceEvent.SAID,
        by=by,
        rows={"place_fact": [row.pk for row in said] + [rows[fact].pk for fact in changed if fact in rows]},
        detail={"fiscal_year": fiscal_year, **{fact: values[fact] for fact in changed}},
    )
    return changed


@operation(PlaceEvent.EXCEPTED)
def make_exception(
    facility_id: UUID,
    *,
    fiscal_year: int,
    fact: str,
    value: bool | str | None,
    by: Actor,
    at: datetime,
) -> PlaceException | None:
    """
    Say what holds of one facility that lies elsewhere; None takes its exception back.

    :raises Facility.DoesNotExist: not a facility of the open scope.
    :raises NotAllowed: only administrators.
    :raises ProblemsFound: no fact, the same as the whole city's, or nothing to take back.
    """
    permissions.say_places(by, None)
    _one_after_the_other(by)
    facility = Facility.objects.get(pk=facility_id)
    if fact not in BY_FACT:
        raise ProblemsFound([NO_FACT])
    held = {"fiscal_year": fiscal_year, "fact": fact, "ended_at__isnull": True}
    before: PlaceException | None = PlaceException.objects.filter(facility=facility, **held).first()
    if value is None and before is None:
        raise ProblemsFound([NO_EXCEPTION])
    everywhere = PlaceFact.objects.filter(**held).first()
    if value is not None and everywhere is not None and everywhere.value == value:
        raise ProblemsFound([SAME])
    if before is not None:
        _end(before, by, at)
    made: PlaceException | None = None
    if value is not None:
        made = PlaceException.objects.create(
            municipality_id=by.municipality_id,
            facility=facility,
            fiscal_year=fiscal_year,
            fact=fact,
            **_said(value, by, at),
        )
    record(
        PlaceEvent.EXCEPTED,
        by=by,
        on=facility,
        rows={"place_exception": [row.pk for row in (before, made) if row is not None]},
        detail={"fiscal_year": fiscal_year, **{fact: value}},
    )
    return made


@operation(PlaceEvent.CARRIED)
def carry_over(fiscal_year: int, *, by: Actor, at: datetime) -> int:
    """
    Say again what held in the year before, where nothing is said of this one yet. Answers how many facts it were.

    Exceptions come along for facilities that are still run.

    :raises NotAllowed: only administrators.
    :raises ProblemsFound: there is nothing to say again.
    """
    permissions.say_places(by, None)
    _one_after_the_other(by)
    have = set(
        PlaceFact.objects.filter(fiscal_year=fiscal_year, ended_at__isnull=True).values_list(
            "fact", flat=True
        )
    )
    excepted = set(
        PlaceException.objects.filter(fiscal_year=fiscal_year, ended_at__isnull=True).values_list(
            "facility_id", "fact"
        )
    )
    before = {"fiscal_year": fiscal_year - 1, "ended_at__isnull": True, "fact__in": list(BY_FACT)}
    facts = [
        PlaceFact(
            municipality_id=by.municipality_id,
            fiscal_year=fiscal_year,
            fact=row.fact,
            **_said(row.value, by, at, is_carried=True),
        )
        for row in PlaceFact.objects.filter(**before)
        if row.fact not in have
    ]
    exceptions = [
        PlaceException(
            municipality_id=by.municipality_id,
            facility_id=row.facility_id,
            fiscal_year=fiscal_year,
            fact=row.fact,
            **_said(row.value, by, at, is_carried=True),
        )
        for row in PlaceException.objects.filter(**before, facility__closed_on__isnull=True)
        if (row.facility_id, row.fact) not in excepted
    ]
    if not facts and not exceptions:
        raise ProblemsFound([NOTHING_BEFORE])
    PlaceFact.objects.bulk_create(facts)
    PlaceException.objects.bulk_create(exceptions)
    record(
        PlaceEvent.CARRIED,
        by=by,
        rows={"place_fact": [row.pk for row in facts], "place_exception": [row.pk for row in exceptions]},
        detail={"fiscal_year": fiscal_year, **{row.fact: row.value for row in facts}},
    )
    return len(facts) + len(exceptions)


def _one_after_the_other(by: Actor) -> None:
    """What holds is looked up and ended: two administrators never do it at once."""
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)


def _said(value: Any, by: Actor, at: datetime, *, is_carried: bool = False) -> dict[str, Any]:
    return {"value": value, "said_at": at, "said_by": by.user_id, "is_carried": is_carried}


def _end(row: PlaceFact | PlaceException, by: Actor, at: datetime) -> None:
    row.ended_at, row.ended_by = at, by.user_id
    row.save(update_fields=["ended_at", "ended_by"])
