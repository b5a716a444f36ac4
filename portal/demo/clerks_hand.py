"""
The hand of a clerk who fills applications in: plausible texts for whatever an item asks, from tables.

What is granted already is said again as it stands, so that an approval changes no amount. What the product knows is
left alone. An item that still lacks something stays a draft; so does a person who waits for the roster.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

import formulas
from applications.definitions import Field, Item, Kind, Months
from applications.entering import read_value
from applications.filling import ROW_KEY, Filled, FilledItem, Origin, is_empty
from applications.models import ApplicationVersion, ItemPack
from applications.operations import cases, together
from applications.operations.cases import Shown, Wanted
from applications.packs_in_force import item_of
from applications.queries.filled import fill_many
from applications.states import VersionStatus
from facilities.actors import Actor
from facilities.models import Facility, GrantedItem
from facilities.periods import ServiceMonth
from staff_records.models import StaffMember

Texts = dict[str, list[str]]
AS_BEFORE: Final = "市に届け出ている区分のとおりです。名簿の職員は、この業務をしていません。"
# Answers bring up questions, which bring up questions once more.
PASSES: Final = 3
# Answers that are not yes: a «yes» would be the worse thing, or another addition's.
SAYS_NO: Final = frozenset(
    {
        "sick_child_care",
        "meals_from_elsewhere",
        "subsidy",
        "balance",
        "urban",
        "renovation_subsidised",
        "other_grant",
        "open_class",
    }
)
WORDS: Final[Mapping[str, str]] = {
    "activities": "クラスの担任のほかに保育士が加わり、年齢の違う子どもの活動を週に3日行っています。",
    "duties": "献立の作成、食物アレルギーの対応、食育の助言",
    "support": "外部の研修の費用を園が負担し、勤務の時間として参加しています。",
    "method": "基本給と毎月の手当を4月から改善します。",
    "by": "見本評価機構",
    "rest_reason": "年度の途中で職員が1人入れ替わったため。",
    "rest_use": "翌年度に、職員の賃金の改善に使います。",
    "rest_paid_by": "R9.6",
    "reason": "見積りより安く済んだため。",
    "what": "非常用の照明と備蓄品",
    "month": "R8.11",
    "on": "R8.11.20",
    "published_on": "R9.2.10",
    "remark": "",
}
NUMBERS: Final[Mapping[str, str]] = {
    "extra_staff": "1",
    "limit": "3",
    "capacity_2": "60",
    "owned_percent": "100",
    "rented_percent": "100",
    "planned_yen": "4,900,000",
    "personnel_yen": "132,000,000",
    "income_yen": "186,000,000",
    "months": "12",
    "other": "3.4",
    "by_month": "15",
    "users_by_month": "14",
    "paid_by_month": "210,000",
    "last_base": "3,000,000",
    "last_allowance": "240,000",
    "last_bonus": "600,000",
    "base": "3,120,000",
    "allowance": "300,000",
    "bonus": "600,000",
    "category_2_yen": "300,000",
    "carried_yen": "0",
    "paid_out_yen": "0",
    "paid_in_yen": "0",
    "insurance_yen": "5,100,000",
    "payroll_yen": "38,400,000",
    "persons": "12",
    "from_elsewhere": "2",
    "monthly_yen": "5,000",
    "paid_yen": "240,000",
    "paid": "20,000",
}
# Columns that may stay empty, and do not.
PAID: Final[Mapping[str, frozenset[str]]] = {
    "treatment_3_report": frozenset({"monthly_yen", "months"}),
    "monthly_allowance_report": frozenset({"paid_yen"}),
    "teacher_pay_report": frozenset({"paid"}),
}
CHOSEN: Final[Mapping[str, Sequence[str]]] = {
    "ict_functions": ("attendance", "records", "contact"),
    "uses": ("wages", "training"),
    "before": ("none",),
    "payment": ("advance",),
}
DIETITIANS: Final = {"a": "placed", "b": "shared", "c": "contracted"}
# Asked of everybody who may apply for it; the others are asked of those to whom they are granted.
EVERYBODY: Final = frozenset({"facility_state", "monthly_allowance", "teacher_pay", "materials"})
DEDUCTIONS: Final[Mapping[str, str]] = {
    "no_director": "director_dedicated",
    "no_partner_facility": "partner_facility",
    "delivered_meals_penalty": "meals_from_elsewhere",
}


@dataclass(frozen=True)
class Desk:
    """What a clerk sits before: the facility, what is granted to it (options by code and children), a teacher."""

    facility: Facility
    by: Actor
    granted: Mapping[tuple[str, str], Mapping[str, Any]]
    teacher: str = ""
    own: Mapping[str, str | list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, facility: Facility, by: Actor, month: ServiceMonth, **own: str | list[str]) -> "Desk":
        """Its scope is open. ``own``: texts of this clerk's, by ``field`` or ``item__field``."""
        return cls(facility, by, _granted(facility, month), _teacher(facility), own)

    def options(self, item: Item) -> Mapping[str, Any] | None:
        """The options with which the item is granted; None where it is not."""
        if item.grants is None:
            return None
        for (code, certification), options in self.granted.items():
            own = item.grants.certification
            if code == item.grants.code and (not own or not certification or own == certification):
                return options
        return None

    def wants(self, item: Item) -> bool:
        """Whether the clerk applies for it: what holds already, and what everybody gets."""
        return item.key in EVERYBODY or self.options(item) is not None


def write(
    desk: Desk, items: Sequence[tuple[ItemPack, Item]], *, from_month: ServiceMonth, at: datetime
) -> list[ApplicationVersion]:
    """
    Save these items with everything they ask, again while answers bring up new questions.

    What is known is asked once for all of them. An item that was approved is changed from ``from_month`` on.
    """
    fiscal_year = items[0][0].fiscal_year
    versions = _newest(desk, fiscal_year)
    left = list(items)
    for again in range(PASSES):
        wanted = [(desk.facility, item, versions.get((pack.family, item.key))) for pack, item in left]
        filled = fill_many(wanted, fiscal_year)
        answered = []
        for (pack, item), one in zip(left, filled, strict=True):
            place, texts = (pack.family, item.key), _texts(desk, item, one, with_conditions=again > 0)
            version = versions.get(place)
            if texts:
                answered.append((pack, item))
            elif again:
                continue
            is_draft = version is not None and version.status == VersionStatus.DRAFT
            versions[place], _ = cases.save(
                desk.facility.pk,
                pack_id=pack.pk,
                item_key=item.key,
                wanted=Wanted(True, from_month if item.months is Months.FROM else None),
                entries=texts,
                reasons=_reasons(one, texts),
                shown_revision=version.revision if version is not None and is_draft else 0,
                by=desk.by,
                at=at,
            )
        # What was answered in the first pass may be asked of by any other item, later on only by the same.
        if again and not (left := answered):
            break
    return [versions[pack.family, item.key] for pack, item in items]


def decline(desk: Desk, items: Sequence[tuple[ItemPack, Item]], at: datetime) -> list[ApplicationVersion]:
    """Say of these that they are not applied for."""
    if not items:
        return []
    chosen = {(pack.family, item.key): pack.pk for pack, item in items}
    return together.decline_together(desk.facility.pk, pack_id_of=chosen, by=desk.by, at=at)


def send_what_is_ready(
    desk: Desk, fiscal_year: int, round_number: int, at: datetime, *, late_reason: str = "", but: str = ""
) -> list[ApplicationVersion]:
    """Send the drafts of the round that are complete in one act; ``but`` is kept back. The rest stays a draft."""
    drafts = [
        version for version in drafts_of(desk.facility, fiscal_year) if version.round_number == round_number
    ]
    items = [item_of(version.pack, version.application.item_key) for version in drafts]
    filled = fill_many(
        [(desk.facility, item, version) for item, version in zip(items, drafts, strict=True)], fiscal_year
    )
    shown = {
        version.pk: Shown(version.revision, cases.hash_of(version, one))
        for version, item, one in zip(drafts, items, filled, strict=True)
        if item.key != but and not cases.before_submission(version, item, one, fiscal_year)
    }
    if not shown:
        return []
    return together.submit_together(desk.facility.pk, shown=shown, late_reason=late_reason, by=desk.by, at=at)


def drafts_of(facility: Facility, fiscal_year: int) -> QuerySet[ApplicationVersion]:
    """What is not sent yet."""
    drafts: QuerySet[ApplicationVersion] = (
        ApplicationVersion.objects.filter(
            facility=facility, application__fiscal_year=fiscal_year, status=VersionStatus.DRAFT
        )
        .select_related("application", "pack")
        .order_by("application__family", "application__item_key")
    )
    return drafts


def _granted(facility: Facility, month: ServiceMonth) -> dict[tuple[str, str], Mapping[str, Any]]:
    rows = GrantedItem.objects.filter(facility=facility, from_month__lte=month.first_day)
    return {(row.code, row.certification): row.options for row in rows.exclude(to_month__lt=month.first_day)}


def _teacher(facility: Facility) -> str:
    """Somebody of the roster who may stand for a dedicated chief: whoever has been there after the chiefs."""
    rows = StaffMember.objects.filter(facility=facility, left_year=None).order_by("number")
    numbers = list(rows.values_list("pk", flat=True)[:8])
    return str(numbers[-1]) if numbers else ""


def _newest(desk: Desk, fiscal_year: int) -> dict[tuple[str, str], ApplicationVersion]:
    """The newest version of each item, by family and key."""
    rows = ApplicationVersion.objects.filter(
        facility=desk.facility, application__fiscal_year=fiscal_year
    ).select_related("application", "pack")
    return {
        (row.application.family, row.application.item_key): row
        for row in rows.exclude(status=VersionStatus.DISCARDED).order_by("number")
    }


def _texts(desk: Desk, item: Item, filled: FilledItem, *, with_conditions: bool) -> Texts:
    """
    What the clerk types: into every field that is asked and has nothing yet.

    From top to bottom: what is asked on a condition only once the others are answered.
    """
    texts: Texts = {}
    for one in filled.shown:
        own = one.field
        if not own.is_typed or not (with_conditions or _is_settled(own, filled)):
            continue
        if own.is_table:
            texts |= _table(desk, item, one)
        elif own.may_differ and one.known is not None:
            granted = _as_granted(desk, item, own)
            if granted is not None and read_value(own, [granted]) != one.value:
                texts[own.key] = [granted]
        elif one.is_asked and (own.required or own.fact) and is_empty(one.value):
            answer = _answer(desk, item, own)
            if own.kind is Kind.MONTHLY:
                texts |= {f"{own.key}.{month}": answer for month in range(12)}
            else:
                texts[own.key] = answer
    return texts


def _is_settled(own: Field, filled: FilledItem) -> bool:
    """Whether it is asked whatever else is answered: its condition is about what is known."""
    names = formulas.read(own.shown_if).names if own.shown_if else ()
    return all(filled.by_key[name].origin is Origin.KNOWN for name in names)


def _reasons(filled: FilledItem, texts: Texts) -> dict[str, str]:
    """Why something else was typed than what is registered."""
    return {key: AS_BEFORE for key in texts if key in filled.by_key and filled.by_key[key].known is not None}


def _table(desk: Desk, item: Item, one: Filled) -> Texts:
    own = one.field
    rows = one.value or []
    if own.kind not in ROW_KEY:
        columns = [] if rows else [column for column in own.columns if not column.is_computed]
        return {f"{own.key}.0.{column.key}": _answer(desk, item, column) for column in columns}
    key = ROW_KEY[own.kind]
    return {
        f"{own.key}.{row[key]}.{column.key}": _answer(desk, item, column)
        for row in rows
        for column in own.columns
        if not column.is_computed
        and (column.required or column.key in PAID.get(item.key, ()))
        and is_empty(row.get(column.key))
    }


def _answer(desk: Desk, item: Item, own: Field) -> list[str]:
    """One field's texts: this clerk's own, what is granted, the tables, and then whatever its kind bids."""
    for name in (f"{item.key}__{own.key}", own.key):
        if name in desk.own:
            told = desk.own[name]
            return [told] if isinstance(told, str) else list(told)
    if (known := _as_granted(desk, item, own)) is not None:
        return [known]
    match own.kind:
        case Kind.YES_NO:
            return ["no" if own.key in SAYS_NO else "yes"]
        case Kind.CHOICE | Kind.CHOICES:
            fitting = [key for key in CHOSEN.get(own.key, ()) if key in own.choices]
            return fitting or [next(iter(own.choices))]
        case Kind.PERSON:
            return [desk.teacher]
        case Kind.WHOLE | Kind.DECIMAL | Kind.MONTHLY:
            return [NUMBERS.get(own.key, str(own.least or 1))]
        case Kind.YEN:
            return [NUMBERS.get(own.key, "120,000")]
        case Kind.DATE:
            return [WORDS.get(own.key, "R8.5.20")]
        case Kind.MONTH:
            return [WORDS.get(own.key, "R8.11")]
    return [WORDS.get(own.key, "見本の記入です。")]


def _as_granted(desk: Desk, item: Item, own: Field) -> str | None:
    """What must be said for the options to stay as they are."""
    options = desk.options(item) or {}
    variant = str(options.get("variant", ""))
    codes = {code for code, _ in desk.granted}
    if own.option in options and not own.is_computed:
        return str(options[own.option])
    if item.key == "nutrition" and own.key == "dietitian" and variant:
        return DIETITIANS[variant]
    if item.key == "special_support" and own.key == "allowance":
        return "1" if variant == "a" else "0"
    if item.key == "school_transition" and own.key == "curriculum":
        return "yes" if variant == "full" else "no"
    for code, key in DEDUCTIONS.items():
        if own.key == key:
            # What the deduction says is lacking; the delivered meals are what they should not be.
            return "yes" if (code in codes) == (key == "meals_from_elsewhere") else "no"
    if own.key == "meal_style":
        meals = [options for (code, _), options in desk.granted.items() if code == "meals"]
        return str(meals[0]["variant"]) if meals else "none"
    return None
