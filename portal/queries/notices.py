"""Notices, as the city and as its facilities see them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import Coalesce
from django.http import QueryDict

from facilities.models import Facility, FacilityKind
from facilities.periods import ServiceMonth
from portal.models import Audience, Notice, NoticeAttachment, NoticeReading, NoticeTarget
from portal.states import NoticeStatus

ON_A_PAGE = 50
LATEST = 3

# ---------------------------------------------------------------- to whom


def facilities_of_today(today: date) -> list[Facility]:
    """The facilities that are run this month, by number: those a notice can go to."""
    month = ServiceMonth.of(today)
    return [facility for facility in Facility.objects.order_by("number") if facility.lives_in(month)]


def reached(notice: Notice, today: date) -> list[Facility]:
    """The facilities a draft would go to if it were sent today."""
    everybody = facilities_of_today(today)
    if notice.audience == Audience.KINDS:
        return [facility for facility in everybody if facility.kind in notice.kinds]
    if notice.audience == Audience.FACILITIES:
        chosen = set(notice.chosen)
        return [facility for facility in everybody if str(facility.pk) in chosen]
    return everybody


def by_kind(facilities: Iterable[Facility]) -> list[tuple[FacilityKind, list[Facility]]]:
    """Facilities under their type, in the order of the types."""
    found: dict[str, list[Facility]] = defaultdict(list)
    for facility in facilities:
        found[facility.kind].append(facility)
    return [(kind, found[kind]) for kind in FacilityKind if kind in found]


# ---------------------------------------------------------------- the city


@dataclass(frozen=True)
class NoticeQuestion:
    """What is asked of a list of notices."""

    words: str = ""
    state: str = ""
    page: str = ""

    @classmethod
    def of(cls, sent: QueryDict) -> "NoticeQuestion":
        """From an address; an unknown state asks for all."""
        state = sent.get("state", "")
        words = sent.get("words", "").replace("\0", "").strip()[:60]
        return cls(words, state if state in NoticeStatus.values else "", sent.get("page", ""))

    @property
    def query(self) -> str:
        """For the addresses of other pages of the same list."""
        return urlencode({name: value for name in ("words", "state") if (value := getattr(self, name))})


def notices_of_city(asked: NoticeQuestion) -> Page[Notice]:
    """
    A page of the city's notices, newest first, each with ``reach`` and ``read``: to how many, by how many.

    Two queries.
    """
    rows = Notice.objects.defer("text").annotate(
        reach=_count_of(NoticeTarget, "pk"), read=_count_of(NoticeReading, "facility")
    )
    if asked.state:
        rows = rows.filter(status=asked.state)
    if asked.words:
        rows = rows.filter(Q(title__icontains=asked.words) | Q(text__icontains=asked.words))
    ordered = rows.order_by(Coalesce("sent_at", "saved_at").desc(), "pk")
    return Paginator(ordered, ON_A_PAGE).get_page(asked.page)


def _count_of(model: type[NoticeTarget] | type[NoticeReading], column: str) -> Coalesce:
    """How many different ones a notice has; a subquery, because two joins would multiply each other."""
    counted = (
        model.objects.filter(notice=OuterRef("pk"))
        .order_by()
        .values("notice")
        .annotate(found=Count(column, distinct=True))
        .values("found")
    )
    return Coalesce(Subquery(counted), 0)


@dataclass
class Receipt:
    """One facility a notice went to, with who of it has read it, first reader first."""

    facility: Facility
    readings: list[NoticeReading] = field(default_factory=list)

    @property
    def is_read(self) -> bool:
        """Anybody of the facility has."""
        return bool(self.readings)

    @property
    def first_read_at(self) -> datetime | None:
        """By whoever was first."""
        return self.readings[0].first_read_at if self.readings else None

    @property
    def readers(self) -> str:
        """Their login ids."""
        return "、".join(reading.user.login_id for reading in self.readings)


KINDS_IN_ORDER = {kind: place for place, kind in enumerate(FacilityKind.values)}
SORTS: dict[str, Callable[[Receipt], Any]] = {
    "number": lambda row: row.facility.number,
    "name": lambda row: row.facility.name,
    "kind": lambda row: (KINDS_IN_ORDER[row.facility.kind], row.facility.number),
    # Nobody yet comes last.
    "read": lambda row: (not row.is_read, row.first_read_at and row.first_read_at.timestamp()),
}
SHOWN = {"": "すべて", "read": "既読の施設", "unread": "未読の施設"}


@dataclass(frozen=True)
class ReceiptQuestion:
    """What is asked of a notice's receipts: which, and sorted by what (``-`` before it: the other way round)."""

    show: str = ""
    sort: str = "number"

    @classmethod
    def of(cls, sent: QueryDict) -> "ReceiptQuestion":
        """From an address; the unknown asks for all, by number."""
        show, sort = sent.get("show", ""), sent.get("sort", "")
        return cls(show if show in SHOWN else "", sort if sort.removeprefix("-") in SORTS else "number")

    def heading(self, sort: str) -> tuple[str, str]:
        """(the address that sorts by this column, how it is sorted now)."""
        state = {sort: "ascending", f"-{sort}": "descending"}.get(self.sort, "none")
        following = f"-{sort}" if state == "ascending" else sort
        return f"?{urlencode({'show': self.show, 'sort': following})}", state


@dataclass(frozen=True)
class Receipts:
    """Who has read a notice and who has not: those asked for, and all of them."""

    rows: list[Receipt]
    everybody: list[Receipt]

    @property
    def reach(self) -> int:
        """Facilities it went to."""
        return len(self.everybody)

    @property
    def read(self) -> int:
        """Facilities of which somebody has read it."""
        return sum(row.is_read for row in self.everybody)


def receipts_of(notice: Notice, asked: ReceiptQuestion) -> Receipts:
    """Two queries, however many facilities."""
    targets = (
        NoticeTarget.objects.filter(notice=notice).select_related("facility").order_by("facility__number")
    )
    found = {target.facility_id: Receipt(target.facility) for target in targets}
    readings = NoticeReading.objects.filter(notice=notice).select_related("user")
    for reading in readings.order_by("first_read_at", "pk"):
        found[reading.facility_id].readings.append(reading)
    everybody = list(found.values())
    rows = [row for row in everybody if not asked.show or row.is_read == (asked.show == "read")]
    rows.sort(key=SORTS[asked.sort.removeprefix("-")], reverse=asked.sort.startswith("-"))
    return Receipts(rows, everybody)


def attachments_of(notice: Notice) -> list[NoticeAttachment]:
    """A notice's files without their content."""
    return list(NoticeAttachment.objects.filter(notice=notice).defer("content_sealed"))


def counts_by_kind(facilities: Iterable[Facility]) -> dict[str, int]:
    """How many there are of each type."""
    return Counter(facility.kind for facility in facilities)


# ---------------------------------------------------------------- a facility


def notices_of_facility(facility_id: UUID, user_id: UUID, words: str = "") -> QuerySet[Any]:
    """
    What was sent to a facility, each with ``is_unread`` by this person; unread first, then the newest.

    Of a withdrawn notice only the title is searched: its text is no longer shown.
    """
    mine = NoticeReading.objects.filter(notice=OuterRef("pk"), facility=facility_id, user=user_id)
    unread = ExpressionWrapper(Q(status=NoticeStatus.SENT) & ~Exists(mine), output_field=BooleanField())
    rows: QuerySet[Any] = (
        Notice.objects.exclude(status=NoticeStatus.DRAFT).annotate(is_unread=unread).defer("text")
    )
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(status=NoticeStatus.SENT, text__icontains=words))
    return rows.order_by("-is_unread", "-sent_at", "pk")


@dataclass(frozen=True)
class LatestNotices:
    """For a facility's home."""

    unread: int
    rows: list[Notice]


def latest_notices(facility_id: UUID, user_id: UUID) -> LatestNotices:
    """The newest ones that hold, and how many of all are unread: one query."""
    rows = notices_of_facility(facility_id, user_id).filter(status=NoticeStatus.SENT)
    counted = rows.annotate(unread=Window(Count("pk", filter=Q(is_unread=True))))
    latest = list(counted.order_by("-sent_at", "pk")[:LATEST])
    return LatestNotices(latest[0].unread if latest else 0, latest)
