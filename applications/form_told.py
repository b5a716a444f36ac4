"""
One version of an application with what it says: as it was sent, or as it would be sent now. What forms show of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final
from uuid import UUID

from django.utils import timezone

from applications.definitions import FAMILY_LABELS, STAGE_LABELS, Family, Item, Months, Stage
from applications.differences import Difference, as_sent, differences
from applications.filling import FilledItem
from applications.form_values import changed_fields, variant_words
from applications.models import ApplicationVersion, Paper
from applications.packs_in_force import item_in_force, item_of
from applications.queries.filled import fill_for
from applications.states import PaperStatus, VersionStatus
from applications.wording import Names, people_in
from documents.dictionary import Row
from facilities.periods import ServiceMonth
from formulas import Value
from pages.wareki import fiscal_year_words, month_words
from staff_records.models import StaffMember
from staff_records.queries.figures import names_of

# What stands: also a version that a later one replaced was approved once.
DECIDED: Final = frozenset({VersionStatus.APPROVED, VersionStatus.SUPERSEDED})


@dataclass(frozen=True)
class Told:
    """One version with what it says: as it was sent, or as it would be sent now."""

    version: ApplicationVersion
    item: Item

    @classmethod
    def of(cls, version_id: UUID) -> "Told":
        """:raises ApplicationVersion.DoesNotExist: no such version in scope."""
        rows = ApplicationVersion.objects.select_related("application", "facility", "pack", "replaces__pack")
        version = rows.get(pk=version_id)
        own = item_of(version.pack, version.application.item_key)
        if version.status != VersionStatus.DRAFT:
            return cls(version, own)
        try:
            return cls(version, item_in_force(version.application))
        except KeyError:  # no pack asks it any more; what was typed can still be read
            return cls(version, own)

    @property
    def is_draft(self) -> bool:
        """Not sent yet."""
        return self.version.status == VersionStatus.DRAFT

    @property
    def fiscal_year(self) -> int:
        """The application's."""
        return int(self.version.application.fiscal_year)

    @cached_property
    def filled(self) -> FilledItem:
        """What it says."""
        if self.is_draft:
            return fill_for(self.version.facility, self.fiscal_year, self.item, self.version)
        return as_sent(self.item, self.version.content)

    @cached_property
    def earlier(self) -> FilledItem | None:
        """What the approved version says that it changes."""
        before = self.version.replaces
        if before is None:
            return None
        return as_sent(item_of(before.pack, self.version.application.item_key), before.content)

    @cached_property
    def member_ids(self) -> list[UUID]:
        """Whom it names, of those who were not erased."""
        both = [one for one in (self.filled, self.earlier) if one is not None]
        named = people_in([(one.field, one.value) for filled in both for one in filled.shown])
        if not named:
            return []
        rows = StaffMember.objects.filter(pk__in=named, erased_at__isnull=True)
        return list(rows.order_by("facility", "number").values_list("pk", flat=True))

    @property
    def amount_yen(self) -> int | None:
        """The item's amount, as it was sent or as it is now."""
        if self.is_draft and self.version.is_wanted is not False:
            return self.filled.amount_yen
        amount: int | None = self.version.amount_yen
        return amount

    def share(self, place: int) -> int | None:
        """What nation (0), prefecture (1) or city (2) bears of it; None where nobody shares."""
        if self.item.share is None or self.amount_yen is None:
            return None
        return self.item.share.split(self.amount_yen)[place]

    def changes(self, names: Names) -> Sequence[Difference]:
        """How it differs from what was approved; nothing where it is no change."""
        return differences(self.earlier, self.filled, names) if self.earlier is not None else []

    def names(self) -> Names:
        """Their names as of 1 April, opened to be shown."""
        if not self.member_ids:
            return {}
        day = ServiceMonth(self.fiscal_year, 4).first_day
        return {str(pk): name for pk, name in names_of(self.member_ids, day).items()}


def day_of(version: ApplicationVersion) -> date:
    """The day it was sent, or saved: within its own year, also where a report comes after its end."""
    fiscal_year = version.application.fiscal_year
    told = timezone.localdate(version.submitted_at or version.saved_at)
    return min(max(told, date(fiscal_year, 4, 1)), date(fiscal_year + 1, 3, 31))


def is_final(version: ApplicationVersion) -> bool:
    """It was approved, whatever replaced it since."""
    return version.status in DECIDED and not version.return_reason


def control_number(version: ApplicationVersion) -> str:
    """事業所番号-年度-項目-版-内容: the item by the first letters of its key's words."""
    application = version.application
    short = "".join(word[0] for word in application.item_key.split("_") if word).upper()
    parts = (
        version.facility.number,
        application.fiscal_year,
        short,
        version.number,
        version.content_hash[:8],
    )
    return "-".join(map(str, parts))


class _WhenAsked(Mapping[str, Value]):
    """Values by name; those of ``later`` are found when somebody asks, once."""

    def __init__(self, now: dict[str, Value], later: Mapping[str, Callable[[], Value]]) -> None:
        self._now, self._later = now, later

    def __getitem__(self, name: str) -> Value:
        if name not in self._now:
            self._now[name] = self._later[name]()
        return self._now[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._now, **self._later})

    def __len__(self) -> int:
        return len({**self._now, **self._later})


def application_row(told: Told) -> Row:
    """The group ``application``. What it takes a filled item to know is found when it is asked for."""
    version, application, item = told.version, told.version.application, told.item
    words = item.change_words if version.replaces_id else item.words
    before = version.replaces
    approved = version.decided_at if is_final(version) else None
    now: dict[str, Value] = {
        "item": application.label,
        "item_key": application.item_key,
        "family": FAMILY_LABELS[Family(application.family)],
        "family_key": application.family,
        "stage": STAGE_LABELS[Stage(application.stage)],
        "is_report": application.stage == Stage.REPORT,
        "is_deduction": item.is_deduction,
        "fiscal_year": fiscal_year_words(application.fiscal_year),
        "version": version.number,
        "is_change": before is not None,
        "kind_words": "当初" if before is None else "変更",
        "question": words.question,
        "wanted": version.is_wanted,
        "wanted_words": words.answer(version.is_wanted) or None,
        "from_month": version.from_month,
        "to_month": version.to_month,
        "months_words": months_words(version, item),
        "change_month": version.from_month if before is not None else None,
        "amount_label": item.field_named(item.amount).label if item.amount else None,
        "before_yen": before.amount_yen if before is not None else None,
        "state": version.get_status_display(),
        "submitted_on": timezone.localdate(version.submitted_at) if version.submitted_at else None,
        "approved_on": timezone.localdate(approved) if approved else None,
        "late_reason": version.late_reason or None,
        "help": item.help or None,
        "source": item.source or None,
    }
    later: dict[str, Callable[[], Value]] = {
        "changed_fields": lambda: changed_fields(told.changes({})),
        "variant": lambda: variant_words(item, told.filled.values),
        "amount_yen": lambda: told.amount_yen,
        "nation_yen": lambda: told.share(0),
        "prefecture_yen": lambda: told.share(1),
        "city_yen": lambda: told.share(2),
    }
    return _WhenAsked(now, later)


def months_words(version: ApplicationVersion, item: Item) -> str | None:
    """From which month to which it holds; nothing where it is not applied for."""
    if version.is_wanted is False and version.replaces_id is None:
        return None
    if item.months is not Months.FROM:
        return "3月" if item.months is Months.MARCH else "年度"
    if version.from_month is None:
        return None
    end = f"{month_words(version.to_month)}まで" if version.to_month else ""
    return f"{month_words(version.from_month)}から{end}"


def paper_rows(told: Told) -> list[Row]:
    """The expected papers with their numbers; of a draft, what would be expected."""
    if told.is_draft:
        return [
            {
                "title": one.title,
                "due_on": None,
                "number": None,
                "state": PaperStatus.DUE.label,
                "needed": True,
                "has_children": one.has_children,
            }
            for one in (told.filled.papers if told.version.is_wanted is not False else ())
        ]
    rows = Paper.objects.filter(version=told.version).order_by("due_on", "number")
    return [
        {
            "title": one.title,
            "due_on": one.due_on,
            "number": one.number_words,
            "state": one.get_status_display(),
            "needed": one.status != PaperStatus.NOT_NEEDED,
            "has_children": one.has_children,
        }
        for one in rows
    ]
