"""様式に載せる事項: what a facility enters once for all of its forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from audit.record import record
from documents.common_values import CONTACT
from documents.dictionary import Row
from documents.events import DocumentEvent
from documents.models import FormContact
from facilities.actors import Actor
from facilities.models import Facility
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound

# What is made of others is not entered.
MADE = frozenset({"representative_words"})
ENTERED = tuple(entry for entry in CONTACT.entries if entry.name not in MADE)
NAMES = tuple(entry.name for entry in ENTERED)
ONLY_FACILITY = "様式に載せる事項を変えられるのは、施設の方だけです。"
CHANGED = "ほかの画面で先に保存されています。いまの内容を確認してから、もう一度保存してください。"


@dataclass(frozen=True)
class Contact:
    """
    The newest of a facility; ``version`` 0 while nothing was entered. ``row`` are the values of ``CONTACT``, None where
    nothing was entered: a form leaves a line to write on.
    """

    version: int
    row: Row
    saved_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing stands in it."""
        return not any(self.row.values())

    @property
    def missing(self) -> list[str]:
        """The labels of what was not entered."""
        return [entry.label for entry in ENTERED if not self.row[entry.name]]


def contact_of(facility_id: UUID) -> Contact:
    """What forms of the facility show. One query."""
    found = FormContact.objects.filter(facility=facility_id).order_by("-version").first()
    if found is None:
        return Contact(0, _row({}))
    return Contact(found.version, _row(found.details), found.saved_at)


def _row(details: Mapping[str, str]) -> Row:
    representative = (details.get(name) for name in ("representative_title", "representative"))
    return {
        **{name: details.get(name) or None for name in NAMES},
        "representative_words": "　".join(filter(None, representative)) or None,
    }


@operation(DocumentEvent.CONTACT_SAVED)
def save(
    facility: Facility, details: Mapping[str, str], *, shown_version: int, by: Actor, at: datetime
) -> FormContact:
    """
    Let forms show these values from now on.

    :raises NotAllowed: somebody else than the facility.
    :raises ProblemsFound: somebody saved another version meanwhile.
    """
    if by.facility_id != facility.pk:
        raise NotAllowed(ONLY_FACILITY)
    if contact_of(facility.pk).version != shown_version:
        raise ProblemsFound([CHANGED])
    saved = FormContact(
        municipality_id=by.municipality_id,
        facility=facility,
        version=shown_version + 1,
        saved_at=at,
        saved_by=by.user_id,
    )
    saved.hold({name: details.get(name, "") for name in NAMES})
    try:
        with transaction.atomic():
            saved.save(force_insert=True)
    except IntegrityError as twice:
        raise ProblemsFound([CHANGED]) from twice
    record(
        DocumentEvent.CONTACT_SAVED,
        by=by,
        on=saved,
        rows={"form_contact": [saved.pk]},
        detail={"version": saved.version, "filled": sum(1 for name in NAMES if details.get(name))},
    )
    return saved
