"""
Replacing the keys of persons: a second generation for everybody, and the first one gone when nothing is sealed with it.

While a person has two, both open and the newer one seals.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from person_keys.models import Owner, PersonKey
from person_keys.router import KEY_STORE
from person_keys.store import city, hold_generations, wrapped


def begin(municipality_ids: Iterable[UUID]) -> int:
    """
    Make a new generation for everybody, all in one transaction; returns for how many.

    Nothing happens (0) while somebody still has two: that replacement is finished first.
    """
    with transaction.atomic(using=KEY_STORE):
        hold_generations()
        cities = list(municipality_ids)
        if any(unfinished(one) for one in cities):
            return 0
        return sum(_second_generation(one) for one in cities)


def unfinished(municipality_id: UUID) -> list[UUID]:
    """Who has two generations, in the order of their ids."""
    with city(municipality_id):
        rows = _living(municipality_id).values("person_id").annotate(many=Count("pk")).filter(many__gt=1)
        return list(rows.order_by("person_id").values_list("person_id", flat=True))


def end(person_ids: Iterable[UUID], *, municipality_id: UUID) -> int:
    """Remove all generations of these persons but the newest; returns how many. Nothing may be sealed with them."""
    with city(municipality_id):
        rows = _living(municipality_id).filter(person_id__in=set(person_ids))
        newest = dict(rows.values_list("person_id").annotate(newest=Max("generation")))
        old = [
            key.pk for key in rows.only("person_id", "generation") if key.generation < newest[key.person_id]
        ]
        PersonKey.objects.filter(pk__in=old).delete()
        return len(old)


def _second_generation(municipality_id: UUID) -> int:
    with city(municipality_id):
        newest = _living(municipality_id).values_list("person_id").annotate(newest=Max("generation"))
        rows = [
            wrapped(person_id, generation + 1, municipality_id=municipality_id)
            for person_id, generation in newest
        ]
        PersonKey.objects.bulk_create(rows, batch_size=1000)
        return len(rows)


def _living(municipality_id: UUID) -> QuerySet[PersonKey]:
    # A document is sealed once and never opened for writing: its key is wrapped anew with the others, not replaced.
    return PersonKey.objects.filter(
        municipality_id=municipality_id, owner=Owner.MEMBER, destroyed_at__isnull=True
    )
