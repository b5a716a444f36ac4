"""
Forms of the time before form packs, each a template and functions of its room, until the room has packs.

Transitional: goes with the last ``register`` of a room. What they printed stays: their documents name the subjects they
are about.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from documents.in_force import NoSuchForm
from documents.sheet_style import FilledWorkbook
from facilities.actors import Actor

__all__ = ["FilledWorkbook", "Form", "Heading", "NoSuchForm", "PanelWords", "form_of", "old_form", "register"]

# Which subject each is about (``documents.dictionary``).
SUBJECTS = {"claim": "claim"}


@dataclass(frozen=True)
class Heading:
    """What a document is called before it is rendered: its month, its title, and the stem of its file name."""

    month: date
    title: str
    file_stem: str


@dataclass(frozen=True)
class PanelWords:
    """What the page says where a form is ordered: the heading, what will be made, and the button."""

    title: str = "請求書の印刷"
    lead: str = "承認された内容で、請求書と内訳書（PDFとExcel）を作ります。"
    button: str = "請求書を作る"


def nobody(subject_id: UUID) -> Mapping[str, Iterable[UUID]]:
    """The people of a form that names none."""
    return {}


@dataclass(frozen=True)
class Form:
    """
    One form (様式).

    ``heading`` names a document of a subject; ``may_order`` locks the subject, so that orders of it queue, and raises
    ``NotAllowed`` when it must not be printed (yet). ``people``: whose personal values stand in it, as rows of an
    event. Without ``workbook`` it is made as PDF only. A form that ``names_people`` is sealed under a key of its own
    in the key store, so that it can be made unreadable everywhere when somebody in it is erased.
    """

    code: str
    html_template: str
    heading: Callable[[UUID], Heading]
    values: Callable[[UUID], dict[str, Any]]
    workbook: Callable[[dict[str, Any]], FilledWorkbook] | None
    may_order: Callable[[Actor, UUID], None]
    words: PanelWords = PanelWords()
    people: Callable[[UUID], Mapping[str, Iterable[UUID]]] = nobody
    names_people: bool = False

    @property
    def formats(self) -> tuple[str, ...]:
        """In which it is made."""
        return ("pdf", "xlsx") if self.workbook is not None else ("pdf",)


_forms: dict[str, Form] = {}


def register(form: Form) -> None:
    """Make a form known; called once by each room when Django is ready."""
    _forms[form.code] = form


def old_form(code: str) -> Form | None:
    """The registered form of this code."""
    return _forms.get(code)


def of_subject(subject: str) -> Form | None:
    """The registered form about this kind of subject."""
    return next((form for code, form in _forms.items() if SUBJECTS[code] == subject), None)


def form_of(code: str) -> Form:
    """
    The registered form.

    :raises NoSuchForm: nobody registered it.
    """
    try:
        return _forms[code]
    except KeyError:
        raise NoSuchForm(code) from None
