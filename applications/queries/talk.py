"""What was said about applications: the conversation of one, and who waits for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from applications.models import Application, ApplicationVersion, Remark
from applications.states import VersionStatus
from facilities.models import Facility
from pages.wareki import fiscal_year_words


@dataclass(frozen=True)
class Said:
    """
    One thing said. ``heading`` says by whom and what about; ``is_open``: a question nobody has answered; ``is_new``:
    said by the other side, and not seen by this one before.
    """

    at: datetime
    by_city: bool
    heading: str
    text: str
    row_id: UUID
    is_open: bool = False
    is_new: bool = False
    is_read: bool = False


@dataclass(frozen=True)
class Conversation:
    """Everything said about one application, the oldest first, with the reasons of returns between."""

    said: tuple[Said, ...]
    to_answer: tuple[Said, ...]

    @property
    def remark_ids(self) -> list[UUID]:
        """For the record."""
        return [one.row_id for one in self.said if not one.heading.startswith(RETURNED)]


RETURNED = "差し戻しの理由"


def conversation(
    application: Application,
    versions: Iterable[ApplicationVersion],
    *,
    for_city: bool,
    labels: Mapping[str, str] | None = None,
) -> Conversation:
    """One query. ``labels``: what fields are called; ``versions``: those whose returns are told."""
    rows = list(Remark.objects.filter(application=application))
    answered = {row.answers_id for row in rows if row.answers_id}
    said = [_said(row, answered, for_city, labels or {}) for row in rows]
    said += [
        Said(one.decided_at, True, f"{RETURNED}（第{one.number}版）", one.return_reason, one.pk)
        for one in versions
        if one.return_reason and one.decided_at is not None
    ]
    said.sort(key=lambda one: one.at)
    mine = [one for one in said if one.is_open and one.by_city != for_city]
    return Conversation(tuple(said), tuple(mine))


def _said(row: Remark, answered: set[UUID], for_city: bool, labels: Mapping[str, str]) -> Said:
    who = "市" if row.by_city else "施設"
    what = "の質問" if row.wants_answer else "の回答" if row.answers_id else ""
    about = f"（{labels.get(row.field_key, row.field_key)}）" if row.field_key else ""
    return Said(
        row.said_at,
        row.by_city,
        f"{who}{what}{about}",
        row.text,
        row.pk,
        is_open=row.wants_answer and row.pk not in answered,
        is_new=row.by_city != for_city and row.read_at is None,
        is_read=row.by_city == for_city and row.read_at is not None,
    )


@dataclass(frozen=True)
class Waiting:
    """An application about which one side has something to read or to answer."""

    application: Application
    facility: Facility
    version_id: UUID | None
    new: int
    questions: tuple[UUID, ...]
    unanswered: int
    last_at: datetime

    @property
    def year_words(self) -> str:
        """令和8年度."""
        return fiscal_year_words(self.application.fiscal_year)

    @property
    def is_waiting(self) -> bool:
        """This side is asked for something."""
        return bool(self.new or self.questions)


def open_questions(facility: Facility) -> list[Remark]:
    """The city's questions the facility has not answered, the oldest first: one query; no text is opened."""
    return list(
        Remark.objects.filter(facility=facility, by_city=True, wants_answer=True, answered_by__isnull=True)
        .select_related("application")
        .defer("text_sealed")
    )


def talked_about(*, for_city: bool) -> list[Waiting]:
    """Every application of the scope with a conversation, what waits for this side first: two queries."""
    rows = (
        Remark.objects.select_related("application", "facility")
        .defer("text_sealed")
        .order_by("application", "said_at")
    )
    by_application: dict[UUID, list[Remark]] = {}
    for row in rows:
        by_application.setdefault(row.application_id, []).append(row)
    newest = dict(
        ApplicationVersion.objects.filter(application__in=by_application)
        .exclude(status__in=(VersionStatus.DRAFT, VersionStatus.DISCARDED))
        .order_by("number")
        .values_list("application_id", "pk")
    )
    found = [_waiting(rows, newest.get(key), for_city) for key, rows in by_application.items()]
    return sorted(found, key=lambda one: (not one.is_waiting, -one.last_at.timestamp()))


def _waiting(rows: list[Remark], version_id: UUID | None, for_city: bool) -> Waiting:
    answered = {row.answers_id for row in rows if row.answers_id}
    asked = [row for row in rows if row.wants_answer and row.pk not in answered]
    first = rows[0]
    return Waiting(
        first.application,
        first.facility,
        version_id,
        new=sum(row.by_city != for_city and row.read_at is None for row in rows),
        questions=tuple(row.pk for row in asked if row.by_city != for_city),
        unanswered=sum(row.by_city == for_city for row in asked),
        last_at=rows[-1].said_at,
    )


def waiting_for_city() -> QuerySet[Remark]:
    """The facilities' words that the city has not read or not answered."""
    from_facilities = Remark.objects.filter(by_city=False)
    unread = from_facilities.filter(read_at__isnull=True)
    unanswered = from_facilities.filter(wants_answer=True, answered_by__isnull=True)
    return (unread | unanswered).distinct()
