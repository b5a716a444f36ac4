"""Base classes of tenant rows, and the managers that answer only inside an open scope."""

from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from django.db import models

from facilities.scope import current_scope

Row = TypeVar("Row", bound=models.Model)


class CityOwnedManager(models.Manager[Row]):
    """Rows of the municipality in scope."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().filter(municipality=current_scope().municipality_id)


class FacilityOwnedManager(models.Manager[Row]):
    """Rows of the facilities in scope; without a scope an error instead of somebody else's rows."""

    def get_queryset(self) -> models.QuerySet[Row]:
        opened = current_scope()
        rows = super().get_queryset().filter(municipality=opened.municipality_id)
        return rows if opened.facility_ids is None else rows.filter(facility__in=opened.facility_ids)


class MunicipalityOwned(models.Model):
    """A row of one municipality."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    municipality = models.ForeignKey("facilities.Municipality", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[CityOwnedManager[Any]] = CityOwnedManager()

    class Meta:
        abstract = True


class FacilityOwned(models.Model):
    """A row of one facility. It carries both ids, so that policies and references never need a join."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    municipality = models.ForeignKey("facilities.Municipality", on_delete=models.PROTECT, related_name="+")
    facility = models.ForeignKey("facilities.Facility", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[FacilityOwnedManager[Any]] = FacilityOwnedManager()

    class Meta:
        abstract = True
