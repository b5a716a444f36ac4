"""Names of the events of this room."""

from enum import StrEnum


class RateBookEvent(StrEnum):
    """What happens to rate books."""

    LISTED = "rate_books.listed"
    LOAD_SHOWN = "rate_books.load_shown"
    SHOWN = "rate_books.shown"
    TEMPLATE_TAKEN = "rate_books.template_taken"
    FILE_TAKEN = "rate_books.file_taken"
    LOADED = "rate_books.loaded"
    REFUSED = "rate_books.refused"
    RELEASED = "rate_books.released"
    DISCARDED = "rate_books.discarded"
