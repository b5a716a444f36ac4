"""
A paper as forms are made of it (帳票の対象「紙の書類」): its cover sheet, with the number as a barcode.

It names facility, item and paper, and nobody else. The same paper has the same cover, however often it is printed.
"""

import hashlib
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from applications.definitions import FAMILY_LABELS, Family
from applications.models import Paper
from applications.permissions import keep_papers
from applications.states import PaperStatus
from documents import dictionary
from documents.dictionary import Entry, Example, Facts, Group, Kind, Row, Subject, Values, Vocabulary
from facilities.actors import Actor
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from pages.wareki import fiscal_year_words

SUBJECT = "paper"
COVER_FORM = "paper_cover"
NOT_FOUND = "この書類は見つかりません。"
SPARED = "「提出不要」になった書類の表紙は作れません。"
MOST_EXAMPLES = 10
PAPER = Group(
    "paper",
    "紙の書類",
    (
        Entry("title", "書類", Kind.TEXT, "紙で届ける書類の名前。"),
        Entry("number", "受付番号", Kind.TEXT, "13桁。バーコードにします。"),
        Entry("number_words", "受付番号（区切り）", Kind.TEXT, "読みやすく区切った受付番号。"),
        Entry("due_on", "提出期限", Kind.DATE, "市に届く期限。"),
        Entry("item", "申請項目", Kind.TEXT, "書類が要る申請項目。"),
        Entry("family", "区分", Kind.TEXT, "公定価格の加算・調整、県の加算など。"),
        Entry("stage", "種類", Kind.TEXT, "「申請」または「実績報告」。"),
        Entry("fiscal_year", "年度", Kind.TEXT, "「令和8年度」の形。"),
        Entry("has_children", "児童の氏名がある", Kind.YES_NO, "児童の氏名がある書類か。"),
        Entry("state", "状態", Kind.TEXT, "未提出、受付済みなど。"),
    ),
)


def register() -> None:
    """Make the subject known to documents."""
    dictionary.register(
        Subject(
            code=SUBJECT,
            label="紙の書類（表紙）",
            describe=lambda of, fiscal_year: Vocabulary((PAPER,)),
            facts=facts,
            values=values,
            may_order=may_order,
            find=find,
            examples=examples,
            page=page,
        )
    )


def facts(paper_id: UUID) -> Facts:
    """
    Final at once, without a control number: its own number stands on it, and a second code beside the barcode would be
    read in its place.
    """
    paper = _papers().get(pk=paper_id)
    told = f"{paper.number}|{paper.title}|{paper.due_on}|{paper.has_children}"
    return Facts(
        facility_id=paper.facility_id,
        day=paper.due_on,
        edition=hashlib.sha256(told.encode()).hexdigest(),
        is_final=True,
        control_number="",
        made_at=paper.version.submitted_at or paper.version.saved_at,
        period_words=paper.title,
        suffix=f"_{paper.number}",
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


def find(
    of: str, facility_ids: Collection[UUID] | None, first: ServiceMonth, last: ServiceMonth
) -> Sequence[tuple[UUID, UUID]]:
    """The papers that are needed and due in these months: one query."""
    rows = Paper.objects.exclude(status=PaperStatus.NOT_NEEDED)
    rows = rows.filter(due_on__gte=first.first_day, due_on__lt=last.plus(1).first_day)
    if facility_ids is not None:
        rows = rows.filter(facility__in=facility_ids)
    return list(rows.order_by("facility__number", "due_on", "number").values_list("facility_id", "pk"))


def examples(of: str, fiscal_year: int) -> Sequence[Example]:
    """A few of the year's: one query."""
    rows = _papers().filter(version__application__fiscal_year=fiscal_year).order_by("-due_on", "number")
    return [Example(one.pk, f"{one.facility.name}　{one.title}") for one in rows[:MOST_EXAMPLES]]


def page(actor: Actor, paper_id: UUID) -> str:
    """The facility's list of papers, or the paper's page in the city."""
    paper = _papers().filter(pk=paper_id).first()
    if paper is None:
        return ""
    if actor.facility_id == paper.facility_id:
        return reverse("applications:papers", args=[paper.facility.number])
    return reverse("papers:paper", args=[paper_id]) if keep_papers.allows(actor, None) else ""


def values(paper_id: UUID, wanted: frozenset[str]) -> Values:
    """What stands on the cover."""
    paper = _papers().get(pk=paper_id)
    application = paper.version.application
    told: Row = {
        "title": paper.title,
        "number": paper.number,
        "number_words": paper.number_words,
        "due_on": paper.due_on,
        "item": application.label,
        "family": FAMILY_LABELS[Family(application.family)],
        "stage": application.get_stage_display(),
        "fiscal_year": fiscal_year_words(application.fiscal_year),
        "has_children": paper.has_children,
        "state": paper.get_status_display(),
    }
    return {PAPER.name: told}


def _papers() -> QuerySet[Paper]:
    rows: QuerySet[Paper] = Paper.objects.select_related("facility", "version__application").defer(
        "version__content_sealed"
    )
    return rows
