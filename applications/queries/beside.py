"""What stands beside an application on pages of both sides: its papers, files and conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from applications.definitions import Item
from applications.models import Application, ApplicationVersion, EvidenceFile
from applications.queries.papers import PaperRow, papers_of_versions
from applications.queries.talk import Conversation, conversation
from applications.states import VersionStatus

NOTHING_SAID = Conversation((), ())


@dataclass(frozen=True)
class Beside:
    """Three queries, and none before anything was kept or said."""

    application: Application | None
    draft_id: UUID | None
    papers: tuple[PaperRow, ...] = ()
    files: tuple[EvidenceFile, ...] = ()
    talk: Conversation = NOTHING_SAID
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def row_ids(self) -> dict[str, list[UUID]]:
        """What the page shows, for the record."""
        return {
            "paper": [row.paper.pk for row in self.papers],
            "attachment": [file.pk for file in self.files],
            "remark": self.talk.remark_ids,
        }


def beside(
    application: Application | None,
    versions: Sequence[ApplicationVersion],
    item: Item | None,
    *,
    for_city: bool,
    today: date,
) -> Beside:
    """
    Of one application and its versions; drafts are the facility's own, the city sees nothing of them. There may be
    none yet: a facility asks before it types.
    """
    shown = [
        one
        for one in versions
        if not for_city or one.status not in {VersionStatus.DRAFT, VersionStatus.DISCARDED}
    ]
    labels = {own.key: own.label for own in item.fields} if item is not None else {}
    if application is None:
        return Beside(None, None, labels=tuple(labels.items()))
    ids = [one.pk for one in shown]
    files = EvidenceFile.objects.filter(version__in=ids).defer("content_sealed").select_related("version")
    return Beside(
        application,
        next((one.pk for one in shown if one.status == VersionStatus.DRAFT), None),
        tuple(papers_of_versions(ids, today)) if ids else (),
        tuple(files.defer("content_sealed", "version__content_sealed")) if ids else (),
        conversation(application, shown, for_city=for_city, labels=labels),
        tuple(labels.items()),
    )
