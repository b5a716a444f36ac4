"""The base of every row about a person: it belongs to a facility and opens with the person's key."""

from collections.abc import Collection
from typing import Any, ClassVar, Self
from uuid import UUID

from django.apps import apps
from django.db import models

from facilities.tenancy import FacilityOwned
from staff_records.sealed import Opened, sealed_names


class PersonRow(FacilityOwned):
    """A row whose personal values are sealed under one person's key. ``opened`` is set by ``opening`` only."""

    opened: ClassVar[Opened | None] = None

    class Meta:
        abstract = True

    @property
    def key_id(self) -> UUID:
        """Under whose key in the key store the values are sealed."""
        raise NotImplementedError

    @classmethod
    def under_keys(cls, key_ids: Collection[UUID]) -> models.Q:
        """The rows whose ``key_id`` is one of these."""
        raise NotImplementedError

    @classmethod
    def every(cls) -> models.QuerySet[Any]:
        """The rows of the scope that hold values, also those no page lists: for erasing and for replacing keys."""
        rows: models.QuerySet[Any] = cls.objects.all()
        return rows

    def open_with(self, opened: Opened) -> None:
        """Let the values be read and written."""
        self.opened = opened  # type: ignore[misc]  # on this row, not on the class


class MemberRow(PersonRow):
    """A row about a member of staff."""

    member = models.ForeignKey("staff_records.StaffMember", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def key_id(self) -> UUID:
        """The member's."""
        return self.member_id

    @classmethod
    def under_keys(cls, key_ids: Collection[UUID]) -> models.Q:
        """The members'."""
        return models.Q(member__in=key_ids)

    @classmethod
    def of(cls, member: Any, **values: Any) -> Self:
        """A new row about ``member``, who is open. Not saved yet."""
        personal = {name: values.pop(name) for name in sealed_names(cls) if name in values}
        row = cls(
            municipality_id=member.municipality_id, facility_id=member.facility_id, member=member, **values
        )
        row.open_with(member.opened)
        for name, value in personal.items():
            setattr(row, name, value)
        return row


def kinds_of_rows() -> list[type[PersonRow]]:
    """Every table with personal values; rows about members come last."""
    found = [model for model in apps.get_models() if issubclass(model, PersonRow) and sealed_names(model)]
    return sorted(found, key=lambda model: issubclass(model, MemberRow))
