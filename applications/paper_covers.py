"""
The cover sheet of a paper (表紙): what a facility prints and sends in front of it, with the number as a barcode.

It names facility, item and paper, and nobody else. The same paper has the same cover, however often it is printed.
"""

from typing import Any
from uuid import UUID

from django.utils import timezone

from applications.models import Paper
from applications.states import PaperStatus
from documents import code128, forms
from documents.forms import Heading, PanelWords
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.rules import NotAllowed
from pages import wareki

COVER_FORM = "paper_cover"
NOT_FOUND = "この書類は見つかりません。"
SPARED = "「提出不要」になった書類の表紙は作れません。"


def register() -> None:
    """Make the form known to documents."""
    forms.register(
        forms.Form(
            code=COVER_FORM,
            html_template="documents/paper_cover.html",
            heading=heading,
            values=values,
            workbook=None,
            may_order=may_order,
            words=PanelWords(
                title="書類の表紙", lead="紙で届ける書類に付ける表紙（PDF）を作ります。", button="表紙を作る"
            ),
        )
    )


def may_order(actor: Actor, paper_id: UUID) -> None:
    """
    Locks the paper, so that two orders at once queue.

    :raises NotAllowed: it is not this facility's, or not needed any more.
    """
    paper = Paper.objects.select_for_update(of=("self",)).filter(pk=paper_id).first()
    if paper is None or paper.facility_id != actor.facility_id:
        raise NotAllowed(NOT_FOUND)
    if paper.status == PaperStatus.NOT_NEEDED:
        raise NotAllowed(SPARED)


def heading(paper_id: UUID) -> Heading:
    """事業所番号_年度_月_様式."""
    paper = Paper.objects.select_related("facility", "version__application").get(pk=paper_id)
    year = wareki.fiscal_year_words(paper.version.application.fiscal_year)
    stem = f"{paper.facility.number}_{year}_{paper.due_on.month}月_表紙_{paper.number}"
    title = f"書類の表紙　{paper.title}"
    return Heading(paper.due_on.replace(day=1), title[:120], stem[:110])


def values(paper_id: UUID) -> dict[str, Any]:
    """Plain values of the cover."""
    paper = Paper.objects.select_related("facility", "version__application").get(pk=paper_id)
    application = paper.version.application
    municipality = Municipality.objects.get(pk=paper.municipality_id)
    return {
        "addressee": municipality.name,
        "facility_name": paper.facility.name,
        "facility_number": paper.facility.number,
        "year": wareki.fiscal_year_words(application.fiscal_year),
        "item": application.label,
        "stage": application.get_stage_display(),
        "title": paper.title,
        "has_children": paper.has_children,
        "due": wareki.date_words(paper.due_on),
        "number_words": paper.number_words,
        "barcode": code128.svg(paper.number),
        "made_at": timezone.localtime(),
    }
