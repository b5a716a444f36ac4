"""
Files beside an application (添付ファイル): taken in and away while it is a draft, handed out with a record.

What a file is, its content says. Of pictures only the pixels stay; workbooks whose cells seem to carry children's
names, birth dates or addresses are refused and not kept (R12).
"""

import hashlib
import html
import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID
from zipfile import ZipFile

from applications import permissions
from applications.events import TalkEvent
from applications.models import ApplicationVersion, EvidenceFile
from applications.states import VersionStatus
from audit.record import record
from documents.attachments import AttachmentKind, safe_name, taken_in
from documents.personal_data import DATE, NAMES_A_CHILD, names_a_child, suspicions
from documents.reading import FileRefused, Row, Sheet, Table, read_sheets
from facilities.actors import Actor
from facilities.operating import operation
from facilities.rules import NotAllowed, ProblemsFound
from vault import seal, unseal

MOST: Final = 10
TOO_MANY = f"添付できるファイルは、1つの申請に{MOST}個までです。先に、どれかを外してください。"
NOT_A_DRAFT = (
    "ファイルを付けたり外したりできるのは、入力中の申請だけです。"
    "提出したあとは「取り下げて直す」から始めてください。"
)
THE_SAME = "同じ内容のファイルが、すでに付いています。"
HAS_PERSONAL_DATA = (
    "シート「{title}」に、氏名・生年月日・住所などの個人情報が含まれているようです。個人情報のあるファイルは添付できません。"
    "児童の氏名がある書類は、紙で届けてください。ファイルは保存していません。"
)
NAMED_BESIDE_CELLS = (
    f"コメント（メモ）か図形の文字：{NAMES_A_CHILD}ファイルは保存していません。消して、保存し直してください。"
)
# Where a workbook keeps what is written beside its cells: notes, comments with answers, text boxes.
BESIDE_CELLS: Final = re.compile(r"xl/(?!.*_rels/).*(?:comment|drawing)[^/]*\.xml", re.IGNORECASE)
MOST_BESIDE_CELLS: Final = 4 * 1024 * 1024
PARAGRAPH: Final = re.compile(r"</(?:\w+:)?(?:text|p)>")
TAG: Final = re.compile(r"<[^>]*>")
# The line of headings stands among the first ones, below a title and a remark or two.
MOST_ABOVE_HEADINGS: Final = 10


class EvidenceDamaged(Exception):
    """The stored content is not what was attached. Never handed out."""


@operation(TalkEvent.ATTACHED)
def attach(version_id: UUID, content: bytes, *, file_name: str, by: Actor, at: datetime) -> EvidenceFile:
    """
    Add a file to a draft.

    :raises ApplicationVersion.DoesNotExist: not a version of the open scope.
    :raises NotAllowed: not the facility's own, or not a draft.
    :raises ProblemsFound: there are enough or the same already, or the file may not be attached.
    """
    version = _draft(version_id, by)
    if EvidenceFile.objects.filter(version=version).count() >= MOST:
        raise ProblemsFound([TOO_MANY])
    kind, kept = taken_in(content)
    if kind is AttachmentKind.XLSX:
        _require_no_names(content)
    digest = hashlib.sha256(kept).hexdigest()
    if EvidenceFile.objects.filter(version=version, content_hash=digest).exists():
        raise ProblemsFound([THE_SAME])
    file = EvidenceFile(
        municipality_id=version.municipality_id,
        facility_id=version.facility_id,
        version=version,
        kind=kind,
        size_bytes=len(kept),
        content_hash=digest,
        added_at=at,
        added_by=by.user_id,
    )
    # A name that names a child is let go (R12); the file itself may be in order.
    file.file_name = safe_name("" if names_a_child(file_name) else file_name, kind)
    file.content_sealed = seal(kept, bound_to=file.place)
    file.save(force_insert=True)
    record(
        TalkEvent.ATTACHED,
        by=by,
        on=file,
        rows={"application_version": [version.pk], "attachment": [file.pk]},
        detail={"bytes": file.size_bytes, "content_hash": digest},
    )
    return file


@operation(TalkEvent.DETACHED)
def detach(file_id: UUID, *, by: Actor) -> None:
    """
    Take a file off a draft.

    :raises EvidenceFile.DoesNotExist: not a file of the open scope.
    :raises NotAllowed: not the facility's own, or it was sent.
    """
    file = EvidenceFile.objects.defer("content_sealed").get(pk=file_id)
    version = _draft(file.version_id, by)
    digest = file.content_hash
    file.delete()
    record(
        TalkEvent.DETACHED,
        by=by,
        on=version,
        rows={"application_version": [version.pk], "attachment": [file_id]},
        detail={"content_hash": digest},
    )


def content_of(file: EvidenceFile, *, by: Actor) -> bytes:
    """
    The file, checked against its hash, and recorded as handed out.

    :raises EvidenceDamaged: the content is not what was attached.
    """
    content = unseal(file.content_sealed, bound_to=file.place)
    if hashlib.sha256(content).hexdigest() != file.content_hash:
        raise EvidenceDamaged(str(file.pk))
    record(
        TalkEvent.TAKEN,
        by=by,
        on=file,
        rows={"application_version": [file.version_id], "attachment": [file.pk]},
        detail={"content_hash": file.content_hash},
    )
    return content


def _draft(version_id: UUID, by: Actor) -> ApplicationVersion:
    version: ApplicationVersion = ApplicationVersion.objects.select_for_update(of=("self",)).get(
        pk=version_id
    )
    permissions.keep(by, version)
    if version.status != VersionStatus.DRAFT:
        raise NotAllowed(NOT_A_DRAFT)
    return version


def _require_no_names(content: bytes) -> None:
    """:raises ProblemsFound: cells seem to carry personal data, or cannot be read."""
    try:
        sheets = read_sheets(content)
    except FileRefused as refused:
        raise ProblemsFound([problem.message for problem in refused.problems]) from refused
    problems = [HAS_PERSONAL_DATA.format(title=sheet.title) for sheet in sheets if _has_names(sheet)]
    if any(map(names_a_child, _texts_beside_cells(content))):
        problems.append(NAMED_BESIDE_CELLS)
    if problems:
        raise ProblemsFound(problems)


def _texts_beside_cells(content: bytes) -> Iterator[str]:
    """Notes, comments and text boxes of a workbook that was read already, without their marks."""
    with ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            if BESIDE_CELLS.fullmatch(name):
                with packed.open(name) as part:
                    written = part.read(MOST_BESIDE_CELLS).decode(errors="replace")
                for paragraph in PARAGRAPH.split(written):
                    yield html.unescape(TAG.sub("", paragraph))


def _has_names(sheet: Sheet) -> bool:
    """Whichever of the first filled lines is taken for the headings."""
    lines = sorted({row for row, _ in sheet.cells})
    columns = sorted({column for _, column in sheet.cells})
    # Receipts are full of days; births betray themselves by their heading, or by the names beside them.
    cells = {place: text for place, text in sheet.cells.items() if not DATE.fullmatch(text)}
    grid = [[cells.get((line, column), "") for column in columns] for line in lines]
    if not grid:
        return False
    if suspicions(_table(grid, headings=False), frozenset()):
        return True
    # What headings say is enough only where something stands below them.
    return any(
        suspicions(_table(grid[place:], headings=True), frozenset())
        for place in range(min(MOST_ABOVE_HEADINGS, len(grid) - 1))
        if sum(map(bool, grid[place])) > 1
    )


def _table(grid: list[list[str]], *, headings: bool) -> Table:
    """Cells as a list. Headings must differ; a blank one says nothing of its column."""
    names = [text if headings and text else f"\0{number}" for number, text in enumerate(grid[0], start=1)]
    seen: dict[str, int] = {}
    for number, name in enumerate(names):
        if name in seen:
            names[number] = f"{name}\0{number}"
        seen[names[number]] = number
    body = grid[1:] if headings else grid
    return Table(names, [Row(number, tuple(cells), seen) for number, cells in enumerate(body)], "")
