"""
A facility's year of one family as forms are made of it (帳票の対象「年度の申請」): what 総括表 show.

Nobody keeps a row for it: its id is made of facility, year and sort, and found again among those in scope. It shows
what was sent, so that facility and city print the same.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from applications.definitions import FAMILY_LABELS, STAGE_LABELS, Family, Item, Months, Stage
from applications.differences import as_sent, differences
from applications.filling import FilledItem
from applications.form_told import day_of, months_words
from applications.form_values import changed_fields, variant_words
from applications.models import Application, ApplicationVersion, ItemPack, Paper
from applications.packs_in_force import item_of, pack_of, released_rows
from applications.permissions import read_in_city
from applications.queries.wheel import applies_to
from applications.states import PackState, PaperStatus, VersionStatus
from asking import together
from documents import dictionary
from documents.dictionary import Entry, Example, Facts, Group, Kind, Row, Subject, Table, Values, Vocabulary
from facilities.actors import Actor
from facilities.models import Facility
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from formulas import Value
from pages.wareki import fiscal_year_words

SUBJECT = "application_year"
REPORTS = "/report"
NOT_FOUND = "この年度の申請は見つかりません。"
NOT_SENT_YET = "未提出"
SENT = (VersionStatus.SUBMITTED, VersionStatus.RETURNED, VersionStatus.APPROVED)
MOST_EXAMPLES = 10

YEAR = Group(
    "year",
    "年度の申請",
    (
        Entry("family", "区分", Kind.TEXT, "公定価格の加算・調整、県の加算など。"),
        Entry("stage", "種類", Kind.TEXT, "「申請」または「実績報告」。"),
        Entry("fiscal_year", "年度", Kind.TEXT, "「令和8年度」の形。"),
        Entry("items", "項目の数", Kind.WHOLE, "この施設が申請できる（報告する）項目。", "件"),
        Entry("answered", "提出した項目の数", Kind.WHOLE, "申請しない項目も含みます。", "件"),
        Entry("wanted", "申請する項目の数", Kind.WHOLE, "申請する（報告する、該当する）項目。", "件"),
        Entry("approved", "承認された項目の数", Kind.WHOLE, "申請しない項目も含みます。", "件"),
        Entry("open", "まだ提出していない項目の数", Kind.WHOLE, "これから受け付ける項目も含みます。", "件"),
        Entry("amount_yen", "金額の合計", Kind.YEN, "金額のある項目の合計。1つもなければ空。", "円"),
        Entry("submitted_on", "最後の提出日", Kind.DATE, "1つも提出していなければ空。"),
    ),
)
ITEMS = Table(
    "year_items",
    "年度の項目",
    (
        Entry("item", "項目", Kind.TEXT, "申請項目の名前。"),
        Entry("item_key", "項目のキー", Kind.TEXT, "式の条件に使います。"),
        Entry("is_deduction", "減算の届出", Kind.YES_NO, "減算の届出の項目か。"),
        Entry("is_march", "3月の加算", Kind.YES_NO, "3月の請求で受ける加算か。"),
        Entry("answered", "提出した", Kind.YES_NO, "申請する・しないを提出したか。"),
        Entry("wanted", "申請する", Kind.YES_NO, "提出していなければ空。"),
        Entry("wanted_words", "申請する（文）", Kind.TEXT, "「申請する」「該当しない」の形。"),
        Entry("from_month", "適用開始月", Kind.MONTH, "年度の途中から始まる項目だけ。"),
        Entry("months_words", "適用の期間（文）", Kind.TEXT, "「令和8年4月から」「年度」「3月」の形。"),
        Entry("variant", "加算の内容（文）", Kind.TEXT, "単価を決める欄の内容。"),
        Entry("is_change", "変更", Kind.YES_NO, "承認された内容の変更か。提出していなければ空。"),
        Entry("change_month", "変更年月", Kind.MONTH, "変更でなければ空。"),
        Entry(
            "changed_fields",
            "変更した欄",
            Kind.TEXT,
            "変わった欄の名前（2つまでと、残りの数）。変更でなければ空。",
        ),
        Entry("has_papers", "添付", Kind.YES_NO, "紙の書類があるか。提出していなければ空。"),
        Entry("papers", "添付の書類", Kind.TEXT, "紙の書類の名前を並べたもの。"),
        Entry("amount_yen", "金額", Kind.YEN, "金額のない項目は空。", "円"),
        Entry("state", "状態", Kind.TEXT, "提出済み、承認済み、差し戻し、未提出。"),
        Entry("submitted_on", "提出日", Kind.DATE, "提出していなければ空。"),
        Entry("approved_on", "承認日", Kind.DATE, "承認されていなければ空。"),
    ),
    "施設が申請できる項目を、申請様式の順に。提出していない項目も行になります。",
)
VOCABULARY = Vocabulary((YEAR,), (ITEMS,))


def register() -> None:
    """Make the subject known to documents."""
    dictionary.register(
        Subject(
            code=SUBJECT,
            label="年度の申請（総括表）",
            describe=lambda of, fiscal_year: VOCABULARY,
            facts=facts,
            values=values,
            may_order=may_order,
            find=find,
            examples=examples,
            page=page,
            sorts=sorts,
        )
    )


def sorts(fiscal_year: int) -> Mapping[str, str]:
    """Families, each with applications and with reports."""
    return {
        sort_of(family, stage): f"{FAMILY_LABELS[family]}　{STAGE_LABELS[stage]}"
        for family in Family
        for stage in Stage
    }


def sort_of(family: Family, stage: Stage) -> str:
    """``price`` or ``price/report``: what a pack writes as ``of``."""
    return f"{family.value}{REPORTS if stage is Stage.REPORT else ''}"


def year_id(facility_id: UUID, fiscal_year: int, of: str) -> UUID:
    """The subject's id: the same for the same facility, year and sort."""
    return uuid5(facility_id, f"application_year/{fiscal_year}/{of}")


# ---------------------------------------------------------------- one year


@dataclass(frozen=True)
class Line:
    """One item with the newest version that was sent, None where none was."""

    item: Item
    version: ApplicationVersion | None


@dataclass(frozen=True)
class ItemYear:
    """A facility's items of one sort with what was sent of them."""

    facility: Facility
    fiscal_year: int
    of: str
    lines: tuple[Line, ...] = field(repr=False)

    @property
    def family(self) -> Family:
        """Whose additions they are."""
        return Family(self.of.partition("/")[0])

    @property
    def stage(self) -> Stage:
        """Applications or reports."""
        return Stage.REPORT if self.of.endswith(REPORTS) else Stage.APPLICATION

    @property
    def versions(self) -> list[ApplicationVersion]:
        """What was sent."""
        return [line.version for line in self.lines if line.version is not None]

    @property
    def is_final(self) -> bool:
        """Everything that was sent is approved, and something is."""
        return bool(self.versions) and all(one.status == VersionStatus.APPROVED for one in self.versions)

    @cached_property
    def edition(self) -> str:
        """What it would show: the items there are, and the versions that stand in them."""
        told = [
            [line.item.key, line.item.label, *_parts(line.version)] if line.version else [line.item.key]
            for line in self.lines
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()

    @property
    def moment(self) -> datetime:
        """When the newest of it was sent or decided; the beginning of the year where nothing was."""
        begun = timezone.make_aware(datetime(self.fiscal_year, 4, 1))
        return max((one.decided_at or one.submitted_at or begun for one in self.versions), default=begun)

    @property
    def day(self) -> date:
        """The day of what was sent last, within the year."""
        first = date(self.fiscal_year, 4, 1)
        return max((day_of(one) for one in self.versions), default=first)


def _parts(version: ApplicationVersion) -> list[str]:
    return [str(version.pk), version.content_hash, version.status]


def _find_place(subject_id: UUID) -> tuple[Facility, int, str]:
    """
    :raises Facility.DoesNotExist: no facility in scope has a year of this id.
    """
    facilities, begun, packs = together(
        Facility.objects.select_related(None).order_by("number"),
        Application.objects.order_by("fiscal_year").distinct("fiscal_year").only("fiscal_year"),
        ItemPack.objects.filter(state=PackState.RELEASED)
        .order_by("fiscal_year")
        .distinct("fiscal_year")
        .only("fiscal_year"),
    )
    years = sorted({row.fiscal_year for row in (*begun, *packs)})
    for facility in facilities:
        for fiscal_year in years:
            for of in sorts(fiscal_year):
                if year_id(facility.pk, fiscal_year, of) == subject_id:
                    return facility, fiscal_year, of
    raise Facility.DoesNotExist


def year_told(subject_id: UUID) -> ItemYear:
    """
    Four queries, however many items.

    :raises Facility.DoesNotExist: no facility in scope has a year of this id.
    """
    facility, fiscal_year, of = _find_place(subject_id)
    packs, versions = together(
        released_rows(fiscal_year).filter(family=of.partition("/")[0]), _sent(fiscal_year, [facility.pk], of)
    )
    newest: dict[str, ApplicationVersion] = {}
    for version in versions:
        newest[version.application.item_key] = version
    stage = Stage.REPORT if of.endswith(REPORTS) else Stage.APPLICATION
    lines = [
        Line(item, newest.pop(item.key, None))
        for row in packs
        for item in pack_of(row).items
        if item.stage is stage and (item.key in newest or applies_to(item, facility, fiscal_year))
    ]
    # What was sent by a pack that asks it no more is still the facility's.
    lines += [Line(item_of(version.pack, key), version) for key, version in newest.items()]
    return ItemYear(facility, fiscal_year, of, tuple(lines))


def _sent(
    fiscal_year: int, facility_ids: Collection[UUID] | None, of: str = ""
) -> QuerySet[ApplicationVersion]:
    rows = ApplicationVersion.objects.filter(application__fiscal_year=fiscal_year, status__in=SENT)
    if facility_ids is not None:
        rows = rows.filter(facility__in=facility_ids)
    if of:
        family, _, report = of.partition("/")
        stage = Stage.REPORT if report else Stage.APPLICATION
        rows = rows.filter(application__family=family, application__stage=stage.value)
    return rows.select_related("application", "pack").order_by("number")


def _lightly(rows: QuerySet[ApplicationVersion]) -> QuerySet[ApplicationVersion]:
    """With their facilities, without what was said."""
    return rows.select_related("application", "facility").defer("content_sealed")


def facts(subject_id: UUID) -> Facts:
    """The year's; final as soon as nothing that was sent waits for its decision."""
    told = year_told(subject_id)
    short = told.of.replace(REPORTS, "-R").upper()
    number = f"{told.facility.number}-{told.fiscal_year}-{short}-{told.edition[:8]}"
    return Facts(
        facility_id=told.facility.pk,
        day=told.day,
        edition=told.edition,
        is_final=told.is_final,
        control_number=number if told.is_final else "",
        made_at=told.moment,
        of=told.of,
        period_words=fiscal_year_words(told.fiscal_year),
    )


def may_order(actor: Actor, subject_id: UUID) -> None:
    """
    Locks the facility's row, so that orders queue; whoever only refers to the row does not wait.

    :raises NotAllowed: it is neither this facility's nor the operations section that asks.
    """
    try:
        facility, _, _ = _find_place(subject_id)
    except Facility.DoesNotExist:
        raise NotAllowed(NOT_FOUND) from None
    if actor.facility_id != facility.pk and not read_in_city.allows(actor, None):
        raise NotAllowed(NOT_FOUND)
    Facility.objects.select_for_update(of=("self",), no_key=True).get(pk=facility.pk)


def find(
    of: str, facility_ids: Collection[UUID] | None, first: ServiceMonth, last: ServiceMonth
) -> Sequence[tuple[UUID, UUID]]:
    """The years of which something was sent, filed under the month of what was sent last: a query a year."""
    found: list[tuple[UUID, UUID]] = []
    for fiscal_year in range(first.fiscal_year, last.fiscal_year + 1):
        days: dict[tuple[str, UUID, str], date] = {}
        for version in _lightly(_sent(fiscal_year, facility_ids, of)):
            application = version.application
            sort = sort_of(Family(application.family), Stage(application.stage))
            key = (version.facility.number, version.facility_id, sort)
            days[key] = max(days.get(key, date.min), day_of(version))
        found += [
            (facility_id, year_id(facility_id, fiscal_year, sort))
            for (_, facility_id, sort), day in sorted(days.items(), key=lambda one: one[0][::2])
            if first <= ServiceMonth.of(day) <= last
        ]
    return found


def examples(of: str, fiscal_year: int) -> Sequence[Example]:
    """Facilities that have sent something, by their numbers: one query."""
    named = {version.facility_id: version.facility for version in _lightly(_sent(fiscal_year, None, of))}
    first = sorted(named.values(), key=lambda facility: facility.number)[:MOST_EXAMPLES]
    wanted = of or sort_of(Family.PRICE, Stage.APPLICATION)
    return [
        Example(
            year_id(facility.pk, fiscal_year, wanted), f"{facility.name}　{fiscal_year_words(fiscal_year)}"
        )
        for facility in first
    ]


def page(actor: Actor, subject_id: UUID) -> str:
    """The facility's page of the year; for the city the facility's own page."""
    try:
        facility, fiscal_year, _ = _find_place(subject_id)
    except Facility.DoesNotExist:
        return ""
    if actor.facility_id == facility.pk:
        return reverse("applications:year", args=[facility.number, fiscal_year])
    if not read_in_city.allows(actor, None):
        return ""
    return reverse("facilities:facility_page", args=[facility.number])


def values(subject_id: UUID, wanted: frozenset[str]) -> Values:
    """What is asked of the year: two queries more than the year itself."""
    told = year_told(subject_id)
    rows = _rows(told)
    amounts = [row["amount_yen"] for row in rows if isinstance(row["amount_yen"], int)]
    sent = [one.submitted_at for one in told.versions if one.submitted_at is not None]
    group: Row = {
        "family": FAMILY_LABELS[told.family],
        "stage": STAGE_LABELS[told.stage],
        "fiscal_year": fiscal_year_words(told.fiscal_year),
        "items": len(rows),
        "answered": len(told.versions),
        "wanted": sum(row["wanted"] is True for row in rows),
        "approved": sum(one.status == VersionStatus.APPROVED for one in told.versions),
        "open": len(rows) - len(told.versions),
        "amount_yen": sum(amounts) if amounts else None,
        "submitted_on": timezone.localdate(max(sent)) if sent else None,
    }
    return {YEAR.name: group, ITEMS.name: rows}


def _rows(told: ItemYear) -> list[Row]:
    versions = told.versions
    papers: dict[UUID, list[str]] = {}
    sheets = Paper.objects.filter(version__in=versions).exclude(status=PaperStatus.NOT_NEEDED)
    for paper in sheets.order_by("due_on", "number"):
        papers.setdefault(paper.version_id, []).append(paper.title)
    replaced = {one.replaces_id for one in versions if one.replaces_id}
    before = ApplicationVersion.objects.filter(pk__in=replaced).select_related("pack").in_bulk()
    return [_row(line, papers, before) for line in told.lines]


def _row(line: Line, papers: Mapping[UUID, Sequence[str]], before: Mapping[UUID, ApplicationVersion]) -> Row:
    item, version = line.item, line.version
    row: dict[str, Value] = dict.fromkeys(entry.name for entry in ITEMS.columns)
    row |= {
        "item": item.label,
        "item_key": item.key,
        "is_deduction": item.is_deduction,
        "is_march": item.months is Months.MARCH,
        "answered": version is not None,
        "state": NOT_SENT_YET,
    }
    if version is not None:
        replaced = before.get(version.replaces_id) if version.replaces_id else None
        said = as_sent(item_of(version.pack, item.key), version.content)
        titles = papers.get(version.pk, ())
        row |= {
            "wanted": version.is_wanted,
            "wanted_words": (item.change_words if replaced else item.words).answer(version.is_wanted),
            "from_month": version.from_month,
            "months_words": months_words(version, item),
            "variant": variant_words(said.item, said.values),
            "is_change": replaced is not None,
            "change_month": version.from_month if replaced else None,
            "changed_fields": _changed(replaced, said) if replaced else None,
            "has_papers": bool(titles),
            "papers": "、".join(titles) or None,
            "amount_yen": version.amount_yen,
            "state": version.get_status_display(),
            "submitted_on": timezone.localdate(version.submitted_at) if version.submitted_at else None,
            "approved_on": timezone.localdate(version.decided_at)
            if version.status == VersionStatus.APPROVED and version.decided_at
            else None,
        }
    return row


def _changed(replaced: ApplicationVersion, said: FilledItem) -> str | None:
    earlier = as_sent(item_of(replaced.pack, said.item.key), replaced.content)
    return changed_fields(differences(earlier, said, {}))
