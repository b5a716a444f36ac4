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
    CONTACT_SHOWN = "documents.contact_shown"
    CONTACT_SAVED = "documents.contact_saved"
    CHECKED = "documents.checked"
    OVERVIEW_SHOWN = "documents.overview_shown"
    BUNDLES_SHOWN = "documents.bundles_shown"
    BUNDLE_ORDERED = "documents.bundle_ordered"
    BUNDLE_MADE = "documents.bundle_made"
    BUNDLE_CANCELLED = "documents.bundle_cancelled"
    BUNDLE_RETRIED = "documents.bundle_retried"
    BUNDLE_DOWNLOADED = "documents.bundle_downloaded"
    BUNDLE_FORGOTTEN = "documents.bundle_forgotten"


class FormPackEvent(StrEnum):
    """What happens to form packs, and who looked at what through them."""

    LISTED = "form_packs.listed"
    SHOWN = "form_packs.shown"
    STARTED = "form_packs.started"
    CHANGED = "form_packs.changed"
    WORKBOOK_REPLACED = "form_packs.workbook_replaced"
    UNDONE = "form_packs.undone"
    RELEASED = "form_packs.released"
    DISCARDED = "form_packs.discarded"
    DOWNLOADED = "form_packs.downloaded"
    PREVIEWED = "form_packs.previewed"
    PREVIEW_DOWNLOADED = "form_packs.preview_downloaded"
    DICTIONARY_SHOWN = "form_packs.dictionary_shown"
    DICTIONARY_EXPORTED = "form_packs.dictionary_exported"


class CityFontEvent(StrEnum):
    """What happens to fonts of the city's own characters."""

    LISTED = "city_fonts.listed"
    SHOWN = "city_fonts.shown"
    PREVIEWED = "city_fonts.previewed"
    LOADED = "city_fonts.loaded"
    RELEASED = "city_fonts.released"
    DISCARDED = "city_fonts.discarded"
