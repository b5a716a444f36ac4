"""Names of the events of this room."""

from enum import StrEnum


class ApplicationEvent(StrEnum):
    """What happens to applications, and who looked at whose."""

    LISTED = "applications.listed"
    SHOWN = "applications.shown"
    CHECKED = "applications.checked"
    ENTRIES_SHOWN = "applications.entries_shown"
    ENTRIES_EXPORTED = "applications.entries_exported"
    SAVED = "applications.saved"
    DISCARDED = "applications.discarded"
    SUBMITTED = "applications.submitted"
    WITHDRAWN = "applications.withdrawn"
    FIRST_DECIDED = "applications.first_decided"
    RETURNED = "applications.returned"
    APPROVED = "applications.approved"
    REPLACED = "applications.replaced"
    PRINTED = "applications.printed"
    ROUNDS_SHOWN = "applications.rounds_shown"
    ROUND_SET = "applications.round_set"
    ROUND_REOPENED = "applications.round_reopened"
    REMINDED = "applications.reminded"


class PackEvent(StrEnum):
    """What happens to packs of application items."""

    LISTED = "item_packs.listed"
    SHOWN = "item_packs.shown"
    LOADED = "item_packs.loaded"
    RELEASED = "item_packs.released"
    DISCARDED = "item_packs.discarded"


class PlaceEvent(StrEnum):
    """What happens to what the city says of the places of facilities."""

    SHOWN = "places.shown"
    SAID = "places.said"
    EXCEPTED = "places.excepted"
    CARRIED = "places.carried"


class PaperEvent(StrEnum):
    """What happens to papers that travel outside."""

    LISTED = "papers.listed"
    EXPORTED = "papers.exported"
    EXPECTED = "papers.expected"
    ANNOUNCED = "papers.announced"
    RECEIVED = "papers.received"
    CHECKED = "papers.checked"
    FILED = "papers.filed"
    SET_BACK = "papers.set_back"
    NOT_NEEDED = "papers.not_needed"
    COVERS_ORDERED = "papers.covers_ordered"


class TalkEvent(StrEnum):
    """What is said and attached beside an application."""

    LISTED = "application_talk.listed"
    SHOWN = "application_talk.shown"
    SAID = "application_talk.said"
    READ = "application_talk.read"
    ATTACHED = "application_talk.attached"
    DETACHED = "application_talk.detached"
    TAKEN = "application_talk.taken"
