"""Lists of papers: of the city with filters, of a facility with the covers it can print."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from applications.definitions import FAMILY_LABELS
from applications.models import Paper
from applications.models.papers import WAITED_FOR
from applications.paper_numbers import numbers_in
from applications.states import PaperStatus, VersionStatus
from facilities.models import FacilityKind

STATES: Final = {
    "open": "まだ届いていない",
    "overdue": "期限を過ぎた",
    "due": "未提出",
    "announced": "送付の連絡あり",
    "received": "受付済み（確認待ち）",
    "checked": "確認済み",
    "not_needed": "提出不要",
    "all": "すべて",
}
SORTS: Final = {
    "due": "期限の早い順",
    "facility": "事業所番号順",
    "title": "書類の名前順",
    "received": "受付の新しい順",
}
ORDERS: Final = {
    "due": ("due_on", "facility__number", "number"),
    "facility": ("facility__number", "due_on", "number"),
    "title": ("title", "facility__number", "number"),
    "received": ("-received_at", "number"),
}
TONES: Final = {
    PaperStatus.DUE: "off",
    PaperStatus.ANNOUNCED: "info",
    PaperStatus.RECEIVED: "now",
    PaperStatus.CHECKED: "ok",
    PaperStatus.NOT_NEEDED: "off",
}
ON_A_PAGE: Final = 100


@dataclass(frozen=True)
class PaperQuestion:
    """The filters of the list, as they stand in the address. Nonsense there means «not asked»."""

    state: str = "open"
    family: str = ""
    kind: str = ""
    words: str = ""
    sort: str = "due"
    page: str = "1"

    @classmethod
    def of(cls, asked: QueryDict) -> "PaperQuestion":
        """Read the address; without a state, what has not come yet."""
        state, sort = asked.get("state", ""), asked.get("sort", "")
        family, kind = asked.get("family", ""), asked.get("kind", "")
        return cls(
            state=state if state in STATES else "open",
            family=family if family in FAMILY_LABELS else "",
            kind=kind if kind in FacilityKind.values else "",
            words=asked.get("words", "").strip()[:60],
            sort=sort if sort in SORTS else "due",
            page=asked.get("page", "1")[:6],
        )

    @property
    def query(self) -> str:
        """Back into an address, without the page."""
        values = QueryDict(mutable=True)
        for name in ("state", "family", "kind", "words", "sort"):
            if value := getattr(self, name):
                values[name] = value
        return values.urlencode()

    @property
    def fields(self) -> list[tuple[str, str]]:
        """For hidden fields beside a button."""
        return [(name, value) for name, value in QueryDict(self.query).items() if isinstance(value, str)]

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the usual hides rows."""
        return bool(self.state != "open" or self.family or self.kind or self.words)


@dataclass(frozen=True)
class PaperRow:
    """One paper in a list."""

    paper: Paper
    today: date

    @property
    def is_overdue(self) -> bool:
        """It should be here, and is not."""
        return self.paper.is_open and self.paper.due_on < self.today

    @property
    def tone(self) -> str:
        """Of its tag."""
        return "bad" if self.is_overdue else TONES[PaperStatus(self.paper.status)]

    @property
    def words(self) -> str:
        """What the tag says."""
        label = PaperStatus(self.paper.status).label
        return f"{label}（期限を過ぎています）" if self.is_overdue else label


def shown_papers() -> QuerySet[Paper]:
    """Papers of the scope that count: nothing is due for what is being typed or was given up."""
    return (
        Paper.objects.exclude(
            version__status__in=(VersionStatus.DRAFT, VersionStatus.DISCARDED), status=PaperStatus.DUE
        )
        .select_related("facility", "version__application")
        .defer("version__content_sealed")
    )


def city_papers(asked: PaperQuestion, today: date) -> QuerySet[Paper]:
    """What the city asked for; one query when it is read."""
    found = shown_papers()
    if asked.state == "open":
        found = found.filter(status__in=WAITED_FOR)
    elif asked.state == "overdue":
        found = found.filter(status__in=WAITED_FOR, due_on__lt=today)
    elif asked.state != "all":
        found = found.filter(status=asked.state)
    if asked.family:
        found = found.filter(version__application__family=asked.family)
    if asked.kind:
        found = found.filter(facility__kind=asked.kind)
    if asked.words:
        number = next(iter(numbers_in(asked.words)), asked.words)
        found = found.filter(
            Q(facility__name__icontains=asked.words)
            | Q(facility__number__startswith=asked.words)
            | Q(title__icontains=asked.words)
            | Q(version__application__label__icontains=asked.words)
            | Q(number__startswith=number)
        )
    return found.order_by(*ORDERS[asked.sort])


def count_by_state(today: date) -> dict[str, int]:
    """How many of each state there are: one query."""
    counts = dict.fromkeys(STATES, 0)
    rows = shown_papers().order_by().values_list("status", "due_on")
    for status, due_on in rows:
        counts[status] += 1
        counts["all"] += 1
        if status in WAITED_FOR:
            counts["open"] += 1
            counts["overdue"] += due_on < today
    return counts


def rows_of(papers: Iterable[Paper], today: date) -> list[PaperRow]:
    """For a page."""
    return [PaperRow(paper, today) for paper in papers]


def papers_of_versions(version_ids: Iterable[UUID], today: date) -> list[PaperRow]:
    """What these versions of one application expect: one query."""
    return rows_of(shown_papers().filter(version__in=list(version_ids)).order_by("due_on", "number"), today)
