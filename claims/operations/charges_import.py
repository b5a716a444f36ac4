"""
Bringing in user charges: preview, then accept or discard.

As with counts the file itself is never kept, accepting stores all rows or none, and the same file again changes
nothing. A file speaks for the whole month of each facility it names: a municipality it no longer names is superseded,
facilities it does not name are left alone. Claims do not change: their net amount is not computed yet.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Max, QuerySet, Sum

from audit.record import Who, record
from claims import permissions
from claims.charges import EXEMPT_1, EXEMPT_2, Amounts, ChargeRow, Children, understand
from claims.events import ChargeEvent
from claims.models import Certification, ChargeImport, ChildCount, FileKind, UserCharge
from claims.operations import previews
from claims.operations.counts_import import known_facilities
from claims.operations.previews import current_sheets
from claims.queries.mappings import AS_FOUND, HowToRead
from claims.states import ImportStatus, SheetStatus
from claims.wording import month_words
from documents.reading import Problem, read_csv
from facilities.api_clients import ApiScope
from facilities.models import Facility
from facilities.operating import operation
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed
from facilities.scope import current_scope

OVERTAKEN = (
    "確認のあとに、ほかの取込で利用者負担額が変わりました。もう一度ファイルを選んで、内容を確認してください。"
)
TOO_LARGE = (
    f"ファイルが大きすぎます（{settings.UPLOAD_LIMIT_BYTES // 1024 // 1024}MBまで）。"
    "利用者負担額だけのファイルか確認し、月ごとに分けてください。"
)
# So many facilities without counts are named; of more, the number says enough.
NAMED = 3

Place = tuple[UUID, date, str]


@dataclass(frozen=True)
class ChargeChange:
    """What one row would become. ``before`` None: it is new; ``after`` None: the file no longer has it."""

    facility: Facility
    month: ServiceMonth
    payer_code: str
    before: Amounts | None
    after: Amounts | None

    @property
    def kind(self) -> str:
        """new, changed, gone or unchanged."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        return "unchanged" if self.before == self.after else "changed"

    @property
    def place(self) -> Place:
        """Facility, month and municipality, as rows are kept."""
        return self.facility.pk, self.month.first_day, self.payer_code


@dataclass
class ChargePlan:
    """What accepting would do, and the facilities of these months that the file does not name."""

    changes: list[ChargeChange]
    missing: list[Facility] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> list[ChargeChange]:
        """The rows that are new, changed, gone or unchanged."""
        return [change for change in self.changes if change.kind in kinds]

    @property
    def fingerprint(self) -> str:
        """Of what would change and from what; accepting does exactly what was shown."""
        said = [
            (change.facility.number, str(change.month), change.payer_code, change.kind, change.before)
            for change in self.changes
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def preview(
    content: bytes, *, by: Who, at: datetime, how: HowToRead = AS_FOUND, sender: str = ""
) -> ChargeImport:
    """
    Read a file and keep what it would do, sealed and for a while. ``sender``: what sent it, when no person did.

    :raises NotAllowed: only the enrolment section, and what may send in its place.
    :raises claims.imports.HeadingsUnknown: another vendor's layout that no column mapping fits.
    :raises claims.operations.previews.MonthsClosed: one of its months is closed.
    :raises FileRefused: with every problem; nothing is kept but the file's hash on record.
    """
    with previews.refusals_on_record(ChargeEvent.REFUSED, content, by=by) as file_hash:
        return _preview(file_hash, content=content, by=by, at=at, how=how, sender=sender)


@operation(ChargeEvent.PREVIEWED)
def _preview(
    file_hash: str, *, content: bytes, by: Who, at: datetime, how: HowToRead, sender: str
) -> ChargeImport:
    may_send(by)
    table = read_csv(content)
    meaning, mapping_name = previews.understood(table, FileKind.CHARGES, how, understand, known_facilities())
    previews.refuse_closed_months(meaning.months, len(table.rows))
    plan = plan_of(meaning.rows)
    imported = ChargeImport(
        municipality_id=current_scope().municipality_id,
        file_hash=file_hash,
        encoding=table.encoding,
        mapping_name=mapping_name,
        sender=sender,
        months=meaning.months,
        summary=_summary(plan, len(table.rows)),
        uploaded_at=at,
        uploaded_by=previews.user_id(by),
        expires_at=at + settings.COUNT_PREVIEW_LIFETIME,
    )
    remarks = [
        *previews.early_months(meaning.months, at),
        *map(str, meaning.remarks),
        *_beside_counts(meaning.rows, plan),
    ]
    kept = {
        "rows": [row.as_json() for row in meaning.rows],
        "fingerprint": plan.fingerprint,
        "remarks": remarks,
    }
    previews.keep(imported, kept)
    record(
        ChargeEvent.PREVIEWED,
        by=by,
        on=imported,
        rows={"import": [imported.pk]},
        detail={"file_hash": file_hash, "months": meaning.months, **imported.summary},
    )
    return imported


@operation(ChargeEvent.ACCEPTED)
def accept(import_id: UUID, *, by: Who, at: datetime) -> ChargeImport:
    """
    Store what was previewed: all rows or none.

    :raises ChargeImport.DoesNotExist: not an import of the open scope.
    :raises NotAllowed: not the enrolment section, already decided, expired, a closed month, or overtaken by another
        import.
    """
    imported: ChargeImport = ChargeImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    previews.only_people(by, permissions.bring_in_charges)
    previews.require_waiting(imported, at)
    kept = kept_preview(imported)
    previews.one_after_the_other(imported)
    previews.require_months_open(imported)
    plan = plan_of(kept.rows)
    if plan.fingerprint != kept.fingerprint:
        raise NotAllowed(OVERTAKEN)
    stored = _store(plan, imported, at=at)
    previews.decide(imported, ImportStatus.ACCEPTED, by=by, at=at)
    record(
        ChargeEvent.ACCEPTED,
        by=by,
        on=imported,
        rows={"import": [imported.pk], "charge": stored},
        detail={"file_hash": imported.file_hash, "months": imported.months, **imported.summary},
    )
    return imported


@operation(ChargeEvent.DISCARDED)
def discard(import_id: UUID, *, by: Who, at: datetime) -> ChargeImport:
    """
    Take nothing from this file.

    :raises ChargeImport.DoesNotExist: not an import of the open scope.
    :raises NotAllowed: not the enrolment section, or already decided.
    """
    imported: ChargeImport = ChargeImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    previews.only_people(by, permissions.bring_in_charges)
    previews.require_undecided(imported)
    previews.decide(imported, ImportStatus.DISCARDED, by=by, at=at)
    record(ChargeEvent.DISCARDED, by=by, on=imported, rows={"import": [imported.pk]})
    return imported


def may_send(by: Who) -> None:
    """
    The enrolment section, a token that was made for it, and the system itself, which is the folder.

    Deciding is for people alone.

    :raises NotAllowed: anybody else.
    """
    previews.may_send(by, permissions.bring_in_charges, ApiScope.USER_CHARGES_WRITE)


def empty_expired(*, at: datetime) -> int:
    """End the scope's previews whose time is over, and empty them; returns how many. Harmless to repeat."""
    return previews.empty_expired(ChargeImport, ChargeEvent.EXPIRED, at=at)


@dataclass(frozen=True)
class KeptCharges:
    """What waits sealed in a preview."""

    rows: list[ChargeRow]
    fingerprint: str
    remarks: list[str]


def kept_preview(imported: ChargeImport) -> KeptCharges:
    """
    The opened preview.

    :raises NotAllowed: it was emptied.
    """
    kept = previews.opened(imported)
    return KeptCharges(
        [ChargeRow.from_json(row) for row in kept["rows"]], kept["fingerprint"], kept["remarks"]
    )


def plan_of(rows: list[ChargeRow]) -> ChargePlan:
    """Compare with what stands in the database now: two queries, however many rows."""
    facilities = {facility.number: facility for facility in Facility.objects.order_by("number")}
    months = {month: ServiceMonth.parse(month) for month in {row.month for row in rows}}
    said = {
        (facilities[row.number].pk, months[row.month].first_day, row.payer_code): row.amounts for row in rows
    }
    named = {(facility_id, day) for facility_id, day, _ in said}
    standing = {
        place_of(charge): amounts_of(charge)
        for charge in current_charges(months.values())
        if (charge.facility_id, charge.month) in named
    }
    by_id = {facility.pk: facility for facility in facilities.values()}
    changes = [
        ChargeChange(
            by_id[place[0]], ServiceMonth.of(place[1]), place[2], standing.get(place), said.get(place)
        )
        for place in {**said, **standing}
    ]
    changes.sort(key=lambda change: (change.month, change.facility.number, change.payer_code))
    in_file = {facility_id for facility_id, _ in named}
    return ChargePlan(
        changes,
        [
            facility
            for facility in facilities.values()
            if facility.pk not in in_file and any(facility.lives_in(month) for month in months.values())
        ],
    )


def current_charges(months: Iterable[ServiceMonth]) -> QuerySet[UserCharge]:
    """The rows of these months that stand."""
    found: QuerySet[UserCharge] = UserCharge.objects.filter(
        month__in=[month.first_day for month in months], superseded_at__isnull=True
    )
    return found


def place_of(charge: UserCharge) -> Place:
    """Facility, month and municipality of a kept row."""
    return charge.facility_id, charge.month, charge.payer_code


def amounts_of(charge: UserCharge) -> Amounts:
    """The figures of a kept row."""
    return Amounts(charge.charge_yen, charge.national_charge_yen, charge.exempt_2, charge.exempt_1)


def children_of(months: Iterable[ServiceMonth]) -> dict[Place, Children]:
    """The children of these months' current counts, by facility, month and municipality: one query."""
    counts = ChildCount.objects.filter(sheet__month__in=[month.first_day for month in months])
    groups = (
        counts.exclude(sheet__status=SheetStatus.SUPERSEDED)
        .values_list("facility_id", "sheet__month", "payer_code", "certification", "age")
        .annotate(children=Sum("count"))
        .order_by()
    )
    found: dict[Place, Children] = defaultdict(Children)
    for facility_id, day, payer_code, certification, age, number in groups:
        # A child that turned three this year is 2号 of class age 2, and keeps its fee until March.
        is_charged = certification == Certification.C3 or (certification == Certification.C2 and age == "2")
        found[facility_id, day, payer_code] += Children(
            total=number,
            first=number if certification == Certification.C1 else 0,
            second=number if certification == Certification.C2 else 0,
            charged=number if is_charged else 0,
        )
    return dict(found)


def _beside_counts(rows: list[ChargeRow], plan: ChargePlan) -> list[str]:
    """What does not fit the child counts: they may have come later, or be wrong themselves, so it refuses nothing."""
    months = {change.month for change in plan.changes}
    children = children_of(months)
    arrived = set(current_sheets(months).values_list("facility_id", "month"))
    lines = {row.key: row.line for row in rows}
    without: dict[ServiceMonth, list[str]] = defaultdict(list)
    remarks: list[str] = []
    for change in plan.changes:
        if change.after is None:
            continue
        facility_id, day, _ = change.place
        if (facility_id, day) not in arrived:
            if change.facility.name not in without[change.month]:
                without[change.month].append(change.facility.name)
            continue
        line = lines[str(change.month), change.facility.number, change.payer_code]
        remarks += _of_line(change, children.get(change.place, Children()), line)
    return [*(_no_counts(month, names) for month, names in sorted(without.items())), *remarks]


def _of_line(change: ChargeChange, children: Children, line: int) -> list[str]:
    assert change.after is not None, "only what the file says is looked at"
    name = change.facility.name
    if not children.total:
        words = (
            f"{name}：この市区町村の子どもは、児童数にいません。市区町村コードか児童数を確認してください。"
        )
        return [str(Problem(words, line))]
    found = []
    for heading, exempt, certified, words in (
        (EXEMPT_2, change.after.exempt_2, children.second, "2号"),
        (EXEMPT_1, change.after.exempt_1, children.first, "1号"),
    ):
        if exempt > certified:
            more = f"{name}：{exempt}人は、児童数の{words}（{certified}人）より多くなっています。"
            found.append(str(Problem(f"{more}人数を確認してください。", line, heading)))
    return found


def _no_counts(month: ServiceMonth, names: list[str]) -> str:
    others = f"ほか{len(names) - NAMED}施設" if len(names) > NAMED else ""
    return (
        f"{month_words(month)}の児童数がまだ届いていません（{'、'.join(names[:NAMED])}{others}）。"
        "人数と突き合わせた確認はしていません。"
    )


def _store(plan: ChargePlan, imported: ChargeImport, *, at: datetime) -> list[UUID]:
    """New versions where rows are new or differ; what stood before is superseded. The ids of all of them."""
    replaced = [change.place for change in plan.of_kind("changed", "gone")]
    written = plan.of_kind("new", "changed")
    months = {change.month for change in plan.changes}
    ids = [charge.pk for charge in current_charges(months) if place_of(charge) in set(replaced)]
    UserCharge.objects.filter(pk__in=ids).update(superseded_at=at, superseded_in=imported)
    # Also of rows that are gone: what comes back is the next version, not the first again.
    latest = UserCharge.objects.filter(month__in=[month.first_day for month in months])
    versions: dict[Place, int] = {
        (facility_id, day, payer_code): version
        for facility_id, day, payer_code, version in latest.order_by()
        .values_list("facility_id", "month", "payer_code")
        .annotate(Max("version"))
    }
    charges = UserCharge.objects.bulk_create(
        [
            UserCharge(
                municipality_id=imported.municipality_id,
                facility=change.facility,
                month=change.month.first_day,
                payer_code=change.payer_code,
                version=versions.get(change.place, 0) + 1,
                source=imported,
                arrived_at=at,
                **asdict(change.after),
            )
            for change in written
            if change.after is not None
        ],
        batch_size=1000,
    )
    return [*ids, *(charge.pk for charge in charges)]


def _summary(plan: ChargePlan, lines: int) -> dict[str, int]:
    """Numbers of rows and facilities. Never yen: of a short file a sum would tell what a family pays."""
    kinds = Counter(change.kind for change in plan.changes)
    return {
        "rows": lines,
        "rows_new": kinds["new"],
        "rows_changed": kinds["changed"],
        "rows_gone": kinds["gone"],
        "rows_unchanged": kinds["unchanged"],
        "facilities": len({change.facility.pk for change in plan.changes}),
        "missing": len(plan.missing),
    }
