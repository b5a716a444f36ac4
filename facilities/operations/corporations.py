"""
Corporations (設置主体): known by their number, a sole proprietor by the name; renamed from a day on, numbers corrected.

Who runs a facility never changes here: that is a new 事業所番号.
"""

from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from audit.record import record
from facilities import permissions
from facilities.actors import Actor
from facilities.events import FacilityEvent
from facilities.models import Corporation, CorporationName, Facility
from facilities.operating import operation
from facilities.rules import ProblemsFound

SAME_NAME = "いまの名称と同じです。新しい名称を入力してください。"
SAME_NUMBER = "いまの法人番号と同じです。正しい番号を入力してください。"
NOT_AHEAD = "設置主体の名称の変更日は、今日かそれより前の日にしてください。"


def other_name(corporation: Corporation | None, number: str, name: str) -> str | None:
    """What to do when ``corporation``, found by its number, is known under another name; nothing when it is not."""
    if corporation is None or not number or corporation.name == name:
        return None
    return (
        f"この法人番号の設置主体は「{corporation.name}」として登録されています。名前を同じにしてください。"
        "名称が変わったときは、設置主体の画面で先に変更してください。"
    )


def corporation_for(number: str, name: str, by: Actor) -> Corporation:
    """
    The city's corporation of this number (a sole proprietor: of this name), made when it is new.

    :raises ProblemsFound: it is known under another name.
    """
    found = _known(number, name)
    if problem := other_name(found, number, name):
        raise ProblemsFound([problem])
    return found or Corporation.objects.create(
        municipality_id=by.municipality_id, corporate_number=number, name=name
    )


def remove_if_unused(corporation: Corporation) -> None:
    """One that runs nothing, and was typed by mistake, does not stay in the way of its number."""
    if Facility.objects.filter(corporation=corporation).exists():
        return
    CorporationName.objects.filter(corporation=corporation).delete()
    corporation.delete()


@operation(FacilityEvent.CORPORATION_RENAMED)
def rename(
    corporation_id: UUID, name: str, *, from_day: date | None, by: Actor, at: datetime
) -> CorporationName:
    """
    Let a corporation have another name from a day on; papers of earlier months keep the name they had.

    Without a day the name that holds today is put right, as if it had always been so. The same day again corrects it.

    :raises Corporation.DoesNotExist: not a corporation of the open scope.
    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: nothing changes, or the day lies ahead.
    """
    corporation = _locked(corporation_id, by)
    today = timezone.localtime(at).date()
    if from_day is not None and from_day > today:
        raise ProblemsFound([NOT_AHEAD])
    if not _standing(corporation).exists():
        _keep(corporation, corporation.name, None)
    held = _holding_on(corporation, from_day or today)
    if held.name == name:
        raise ProblemsFound([SAME_NAME])
    if from_day is None or held.from_day == from_day:
        held.withdrawn_at = at
        held.save(update_fields=["withdrawn_at"])
        from_day = held.from_day
    named = _keep(corporation, name, from_day)
    corporation.name = _holding_on(corporation, today).name
    corporation.save(update_fields=["name"])
    record(
        FacilityEvent.CORPORATION_RENAMED,
        by=by,
        on=corporation,
        rows={"corporation": [corporation.pk], "corporation_name": [held.pk, named.pk]},
        detail={
            "from_day": from_day.isoformat() if from_day else "",
            "before": str(held.pk),
            "after": str(named.pk),
        },
    )
    return named


@operation(FacilityEvent.CORPORATE_NUMBER_CORRECTED)
def correct_number(corporation_id: UUID, number: str, *, by: Actor, at: datetime) -> Corporation:
    """
    Put right a 法人番号 that was left out or mistyped.

    When the city knows the number already under the same name, it is one corporation written twice: the facilities go
    over to the one that has the number. Returns whose they are.

    :raises Corporation.DoesNotExist: not a corporation of the open scope.
    :raises NotAllowed: only the administrator.
    :raises ProblemsFound: nothing changes, or the number belongs to a corporation of another name.
    """
    corporation = _locked(corporation_id, by)
    if corporation.corporate_number == number:
        raise ProblemsFound([SAME_NUMBER])
    other = _known(number, corporation.name)
    if problem := other_name(other, number, corporation.name):
        raise ProblemsFound([problem])
    facilities = list(
        Facility.objects.select_for_update(of=("self",)).filter(corporation=corporation).order_by("pk")
    )
    before = corporation.corporate_number
    if other is None:
        corporation.corporate_number = number
        corporation.save(update_fields=["corporate_number"])
    else:
        Facility.objects.filter(pk__in=[row.pk for row in facilities]).update(corporation=other)
    record(
        FacilityEvent.CORPORATE_NUMBER_CORRECTED,
        by=by,
        on=corporation,
        rows={
            "corporation": [corporation.pk, *([other.pk] if other else [])],
            "facility": [row.pk for row in facilities],
        },
        detail={"before": before, "after": number},
    )
    if other is not None:
        remove_if_unused(corporation)
    return other or corporation


def _known(number: str, name: str) -> Corporation | None:
    known = Corporation.objects.select_for_update(of=("self",)).filter(corporate_number=number)
    found: Corporation | None = (known if number else known.filter(name=name)).first()
    return found


def _locked(corporation_id: UUID, by: Actor) -> Corporation:
    corporation: Corporation = Corporation.objects.select_for_update(of=("self",)).get(pk=corporation_id)
    permissions.set_up_facilities(by, corporation)
    return corporation


def _standing(corporation: Corporation) -> QuerySet[CorporationName]:
    rows: QuerySet[CorporationName] = CorporationName.objects.filter(
        corporation=corporation, withdrawn_at__isnull=True
    )
    return rows


def _holding_on(corporation: Corporation, day: date) -> CorporationName:
    return [row for row in _standing(corporation) if row.from_day is None or row.from_day <= day][-1]


def _keep(corporation: Corporation, name: str, from_day: date | None) -> CorporationName:
    kept: CorporationName = CorporationName.objects.create(
        municipality_id=corporation.municipality_id, corporation=corporation, name=name, from_day=from_day
    )
    return kept
