"""Names of the events of this room."""

from enum import StrEnum


class DocumentEvent(StrEnum):
    """What happens to papers."""

    LISTED = "documents.listed"
    ORDERED = "documents.ordered"
    PROGRESS_SHOWN = "documents.progress_shown"
    NOT_RENDERED = "documents.not_rendered"
    RENDERED = "documents.rendered"
    DOWNLOADED = "documents.downloaded"
