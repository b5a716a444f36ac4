"""
The inbox of a whole city on pages, with what nobody needs to read one by one folded into a line.

What is folded: a «no» to what was never held («申請しない（前も受けていません）»). A city has up to ninety of them a
facility in its first year; a line stands for all of one item, or of one facility, in the same step.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator

from approvals.items.inbox import ItemInbox, ItemQuestion, ItemRow
from pages.wareki import fiscal_year_words

PER_PAGE: Final = 200


@dataclass(frozen=True)
class Fold:
    """Rows that give up nothing, of one item or one facility and in one step; ``key`` names them in a form."""

    key: str
    label: str
    rows: tuple[ItemRow, ...]

    @property
    def first(self) -> ItemRow:
        """Any of them: they are in the same state and step."""
        return self.rows[0]

    @property
    def goes_together(self) -> bool:
        """Whether the reader may approve them together."""
        return self.first.goes_together


@dataclass(frozen=True)
class Folded:
    """What was asked for, as the page shows it: on its first page the folds, and single rows page by page."""

    folds: tuple[Fold, ...]
    page: Page[ItemRow]

    @cached_property
    def preselected(self) -> int:
        """How many applications are ticked when the page opens."""
        folded = sum(len(fold.rows) for fold in self.folds if fold.goes_together)
        return folded + sum(row.goes_together for row in self.page)

    @property
    def any_together(self) -> bool:
        """Whether any single row of the page can be ticked."""
        return any(row.goes_together for row in self.page)

    @property
    def folded(self) -> int:
        """How many applications stand in folds."""
        return sum(len(fold.rows) for fold in self.folds)


def folded(inbox: ItemInbox, page: str) -> Folded:
    """``page`` as it stands in the address; nonsense is the first one, too late a one the last."""
    folds = _folds(inbox.rows, inbox.asked)
    inside = {row.version.pk for fold in folds for row in fold.rows}
    own = Paginator([row for row in inbox.rows if row.version.pk not in inside], PER_PAGE).get_page(page)
    return Folded(folds if own.number == 1 else (), own)


def rows_of(chosen: Iterable[str], inbox: ItemInbox) -> list[ItemRow]:
    """The rows of the folds that were ticked, as they are now."""
    wanted = set(chosen)
    return [row for fold in _folds(inbox.rows, inbox.asked) if fold.key in wanted for row in fold.rows]


def one_by_one(inbox: ItemInbox, version_id: UUID) -> ItemInbox:
    """The list without what is folded, for going from one row to the next; the whole one from inside a fold."""
    inside = {row.version.pk for fold in _folds(inbox.rows, inbox.asked) for row in fold.rows}
    if version_id in inside:
        return inbox
    return replace(inbox, rows=[row for row in inbox.rows if row.version.pk not in inside])


def next_for_reader(inbox: ItemInbox, version_id: UUID) -> UUID | None:
    """The next row that waits for the reader; what is folded comes when no single one does any more."""
    single = one_by_one(inbox, version_id).next_for_reader(version_id)
    return single or inbox.next_for_reader(version_id)


def _folds(rows: Sequence[ItemRow], asked: ItemQuestion) -> tuple[Fold, ...]:
    """Of one row there is no fold: it stands for itself."""
    if asked.fold == "none":
        return ()
    found: dict[tuple[str, ...], list[ItemRow]] = defaultdict(list)
    for row in rows:
        if row.noticed.asks_nothing:
            found[_place(row, asked.fold)].append(row)
    return tuple(
        Fold(".".join(place), _label(own[0], asked), tuple(own))
        for place, own in sorted(found.items(), key=lambda pair: (not pair[1][0].goes_together, pair[0]))
        if len(own) > 1
    )


def _place(row: ItemRow, fold: str) -> tuple[str, ...]:
    application = row.version.application
    step = (str(row.subject.step), str(len(row.subject.route.steps)), str(int(row.can_decide)))
    if fold == "facility":
        return row.version.facility.number, str(application.fiscal_year), *step
    return str(application.fiscal_year), application.family, application.item_key, *step


def _label(row: ItemRow, asked: ItemQuestion) -> str:
    application = row.version.application
    year = "" if application.fiscal_year == asked.this_year else fiscal_year_words(application.fiscal_year)
    words = row.version.facility.name if asked.fold == "facility" else application.label
    return f"{year}　{words}".strip()
