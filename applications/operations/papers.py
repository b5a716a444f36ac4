"""
What happens to the papers of applications (R11): expected, announced, received, checked, filed, set back, not needed.

Papers are expected from the moment a version that needs them is sent. An answer to a returned version takes over what
its predecessor had, with numbers, announcements and receipts: nobody sends twice what lies there already. A change of
something approved expects its papers anew. The due day is told once, with the first sending, and stays.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from applications import paper_numbers, permissions
from applications.definitions import Paper as NeededPaper
from applications.events import PaperEvent
from applications.models import ApplicationVersion, Paper
from applications.models.papers import LONGEST_PLACE, LONGEST_REMARK
from applications.paper_numbers import in_groups
from applications.rounds import Standing
from applications.states import PAPER_TRANSITIONS, PaperStatus
from audit.record import record
from facilities.actors import Actor
from facilities.models import Municipality
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from facilities.schedule import CitySchedule
from pages.wareki import time_words

MOST_AT_ONCE = 200
TRIES = 5
NOTHING_READ = "受付番号を1つ以上、読み取るか入力してください。"
TOO_MANY = f"一度に受け付けられるのは{MOST_AT_ONCE}枚までです。分けて受け付けてください。"
NO_NUMBER = "「{number}」は13桁の番号ではありません。表紙のバーコードの下の番号を入力してください。"
WRONG_NUMBER = "「{number}」は番号が違います（検査数字が合いません）。表紙の13桁の番号を確かめてください。"
UNKNOWN = "「{number}」という番号の書類はありません。表紙がこの市のものか、確かめてください。"
ALREADY = "「{number}」（{title}）は、{when}に受け付けています。"
NO_LONGER = "「{number}」（{title}）は「提出不要」です。受け付けるときは、先に一覧で元に戻してください。"
NOTHING_CHOSEN = "書類を1つ以上選んでください。"
NOT_DUE = "選んだ書類の中に、すでに連絡したか受け付けられたものがあります。画面を開き直してください。"
OTHER_STATUS = "この書類は「{label}」になっています。画面を開き直して確かめてください。"
NO_PLACE = f"保管場所を1字から{LONGEST_PLACE}字までで入力してください。"
NO_REASON = f"理由を1字から{LONGEST_REMARK}字までで入力してください。施設にも表示されます。"
ANSWERED_WITHOUT = "差し戻しへの回答で、要らなくなりました"
TAKEN_BACK_WITHOUT = "提出し直した内容では、要らなくなりました"
BACK: dict[str, PaperStatus] = {
    PaperStatus.ANNOUNCED: PaperStatus.DUE,
    PaperStatus.RECEIVED: PaperStatus.DUE,
    PaperStatus.CHECKED: PaperStatus.RECEIVED,
    PaperStatus.NOT_NEEDED: PaperStatus.DUE,
}


def expect(
    version: ApplicationVersion, needed: Sequence[NeededPaper], standing: Standing, *, by: Actor, at: datetime
) -> None:
    """
    Note what must come for a version that is being sent; whoever calls holds the version.

    What was noted for it before it was taken back, or for the returned version it answers, goes on as it is.
    """
    known = _known(version)
    wanted = {paper.key: paper for paper in needed}
    for key, row in known.items():
        paper = wanted.pop(key, None)
        if paper is not None:
            _go_on(row, version, paper)
        elif row.is_open:
            row.move_to(PaperStatus.NOT_NEEDED)
            row.remark = TAKEN_BACK_WITHOUT if row.version_id == version.pk else ANSWERED_WITHOUT
            row.announced_at = None
            row.save(update_fields=["status", "remark", "announced_at"])
    rows = _made(version, wanted.values(), standing, at)
    changed = [*rows, *known.values()]
    if changed:
        record(
            PaperEvent.EXPECTED,
            by=by,
            on=version,
            rows={"application_version": [version.pk], "paper": [row.pk for row in changed]},
        )


def _known(version: ApplicationVersion) -> dict[str, Paper]:
    """The papers of this version and of the one it answers, locked; its own before the other's."""
    versions = [pk for pk in (version.answers_id, version.pk) if pk is not None]
    rows = Paper.objects.select_for_update(of=("self",)).filter(version__in=versions).order_by("number")
    found: dict[str, Paper] = {}
    for row in rows:
        if row.paper_key not in found or row.version_id == version.pk:
            found[row.paper_key] = row
    return found


def _go_on(row: Paper, version: ApplicationVersion, paper: NeededPaper) -> None:
    row.version = version
    row.title, row.has_children = paper.title, paper.has_children
    if row.status == PaperStatus.NOT_NEEDED and row.remark in {ANSWERED_WITHOUT, TAKEN_BACK_WITHOUT}:
        row.move_to(PaperStatus.DUE)
        row.remark = ""
    row.save(update_fields=["version", "title", "has_children", "status", "remark"])


def _made(
    version: ApplicationVersion, papers: Iterable[NeededPaper], standing: Standing, at: datetime
) -> list[Paper]:
    papers = list(papers)
    if not papers:
        return []
    schedule = CitySchedule.of(Municipality.objects.get(pk=version.municipality_id))
    # Who sends late, changes or answers has the same days from the sending on.
    first = max(standing.until, timezone.localdate(at))
    rows = [
        Paper(
            municipality_id=version.municipality_id,
            facility_id=version.facility_id,
            version=version,
            paper_key=paper.key,
            title=paper.title,
            has_children=paper.has_children,
            due_on=schedule.business_days_after(first, paper.business_days) if paper.business_days else first,
        )
        for paper in papers
    ]
    for left in reversed(range(TRIES)):
        for row in rows:
            row.number = paper_numbers.new()
        try:
            with transaction.atomic():
                return list(Paper.objects.bulk_create(rows))
        except IntegrityError:
            # Somebody else drew the same of 10¹² numbers.
            if not left:
                raise
    return rows


@operation(PaperEvent.ANNOUNCED)
def announce(facility_id: UUID, paper_ids: Iterable[UUID], *, by: Actor, at: datetime) -> list[Paper]:
    """
    The facility says that it has sent these (送付しました): all of them or none.

    :raises NotAllowed: not the facility's own, or one of them is not waited for any more.
    :raises ProblemsFound: none was chosen.
    """
    ids = set(paper_ids)
    if not ids:
        raise ProblemsFound([NOTHING_CHOSEN])
    papers = list(
        Paper.objects.select_for_update(of=("self",))
        .filter(pk__in=ids, facility_id=facility_id)
        .order_by("number")
    )
    for paper in papers:
        permissions.keep(by, paper)
    if len(papers) != len(ids) or any(paper.status != PaperStatus.DUE for paper in papers):
        raise NotAllowed(NOT_DUE)
    for paper in papers:
        paper.move_to(PaperStatus.ANNOUNCED)
        paper.announced_at = at
    Paper.objects.bulk_update(papers, ["status", "announced_at"])
    record(PaperEvent.ANNOUNCED, by=by, rows={"paper": [paper.pk for paper in papers]})
    return papers


@operation(PaperEvent.RECEIVED)
def receive(text: str, *, by: Actor, at: datetime) -> list[Paper]:
    """
    Receive what was scanned or typed, one or several numbers: all of them or none.

    :raises NotAllowed: not the operations section.
    :raises ProblemsFound: per number, that it is wrong, unknown, not needed, or when it was received.
    """
    permissions.keep_papers(by, None)
    numbers = paper_numbers.numbers_in(text)
    if not numbers:
        raise ProblemsFound([NOTHING_READ])
    if len(numbers) > MOST_AT_ONCE:
        raise ProblemsFound([TOO_MANY])
    rows = Paper.objects.select_for_update(of=("self",)).filter(
        number__in=[number for number in numbers if paper_numbers.is_right(number)]
    )
    found = {paper.number: paper for paper in rows.order_by("number")}
    problems = [problem for number in numbers if (problem := _why_not(number, found.get(number)))]
    if problems:
        raise ProblemsFound(problems)
    papers = [found[number] for number in numbers]
    for paper in papers:
        paper.move_to(PaperStatus.RECEIVED)
        paper.received_at, paper.received_by, paper.remark = at, by.user_id, ""
    Paper.objects.bulk_update(papers, ["status", "received_at", "received_by", "remark"])
    record(PaperEvent.RECEIVED, by=by, rows={"paper": [paper.pk for paper in papers]})
    return papers


def _why_not(number: str, paper: Paper | None) -> str:
    """What stands against receiving it; empty when nothing does."""
    if not paper_numbers.is_number(number):
        return NO_NUMBER.format(number=number[:30])
    if not paper_numbers.is_right(number):
        return WRONG_NUMBER.format(number=number[:30])
    words = in_groups(number)
    if paper is None:
        return UNKNOWN.format(number=words)
    if paper.received_at is not None:
        when = time_words(timezone.localtime(paper.received_at))
        return ALREADY.format(number=words, title=paper.title, when=when)
    if paper.status == PaperStatus.NOT_NEEDED:
        return NO_LONGER.format(number=words, title=paper.title)
    return ""


@operation(PaperEvent.CHECKED)
def check(paper_id: UUID, *, filed_at: str, by: Actor, at: datetime) -> Paper:
    """
    A received paper is in order and lies at ``filed_at`` (保管場所).

    :raises Paper.DoesNotExist: not a paper of the open scope.
    :raises NotAllowed: not the operations section, or the paper is not received.
    :raises ProblemsFound: no place is said.
    """
    paper = _locked(paper_id, by)
    if paper.status != PaperStatus.RECEIVED:
        raise NotAllowed(_is_now(paper))
    paper.filed_at = _place(filed_at)
    paper.move_to(PaperStatus.CHECKED)
    paper.checked_at, paper.checked_by, paper.remark = at, by.user_id, ""
    paper.save(update_fields=["status", "checked_at", "checked_by", "filed_at", "remark"])
    record(PaperEvent.CHECKED, by=by, on=paper, rows={"paper": [paper.pk]})
    return paper


@operation(PaperEvent.FILED)
def file_elsewhere(paper_id: UUID, *, filed_at: str, by: Actor) -> Paper:
    """
    A checked paper lies somewhere else now.

    :raises Paper.DoesNotExist: not a paper of the open scope.
    :raises NotAllowed: not the operations section, or the paper is not checked.
    :raises ProblemsFound: no place is said.
    """
    paper = _locked(paper_id, by)
    if paper.status != PaperStatus.CHECKED:
        raise NotAllowed(_is_now(paper))
    paper.filed_at = _place(filed_at)
    paper.save(update_fields=["filed_at"])
    record(PaperEvent.FILED, by=by, on=paper, rows={"paper": [paper.pk]})
    return paper


@operation(PaperEvent.SET_BACK)
def set_back(paper_id: UUID, *, shown_status: str, reason: str, by: Actor) -> Paper:
    """
    One step back, with a reason the facility reads: checked to received, else to be sent (again).

    :raises Paper.DoesNotExist: not a paper of the open scope.
    :raises NotAllowed: not the operations section, or the paper is not as shown.
    :raises ProblemsFound: no reason is given.
    """
    paper = _locked(paper_id, by)
    target = BACK.get(paper.status)
    if target is None or paper.status != shown_status:
        raise NotAllowed(_is_now(paper))
    paper.remark = _reason(reason)
    paper.move_to(target)
    paper.checked_at = paper.checked_by = None
    paper.filed_at = ""
    if target == PaperStatus.DUE:
        paper.announced_at = paper.received_at = paper.received_by = None
    paper.save()
    record(PaperEvent.SET_BACK, by=by, on=paper, rows={"paper": [paper.pk]}, detail={"paper_status": target})
    return paper


@operation(PaperEvent.NOT_NEEDED)
def spare(paper_id: UUID, *, reason: str, by: Actor) -> Paper:
    """
    The city does without it (提出不要), with a reason the facility reads.

    :raises Paper.DoesNotExist: not a paper of the open scope.
    :raises NotAllowed: not the operations section, or it has come already.
    :raises ProblemsFound: no reason is given.
    """
    paper = _locked(paper_id, by)
    if PaperStatus.NOT_NEEDED not in PAPER_TRANSITIONS[paper.status]:
        raise NotAllowed(_is_now(paper))
    paper.remark = _reason(reason)
    paper.move_to(PaperStatus.NOT_NEEDED)
    paper.announced_at = None
    paper.save(update_fields=["status", "remark", "announced_at"])
    record(PaperEvent.NOT_NEEDED, by=by, on=paper, rows={"paper": [paper.pk]})
    return paper


def _locked(paper_id: UUID, by: Actor) -> Paper:
    permissions.keep_papers(by, None)
    paper: Paper = Paper.objects.select_for_update(of=("self",)).get(pk=paper_id)
    return paper


def _is_now(paper: Paper) -> str:
    return OTHER_STATUS.format(label=PaperStatus(paper.status).label)


def _place(text: str) -> str:
    place = text.strip()
    if not 1 <= len(place) <= LONGEST_PLACE:
        raise ProblemsFound([NO_PLACE])
    return place


def _reason(text: str) -> str:
    reason = text.strip()
    if not 1 <= len(reason) <= LONGEST_REMARK:
        raise ProblemsFound([NO_REASON])
    return reason
