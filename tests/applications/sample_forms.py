"""Values for looking at forms of applications, without a database. Everybody in them is invented."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from applications.definitions import FAMILY_LABELS, STAGE_LABELS, Item, Months, Stage
from applications.filling import FilledItem
from applications.form_values import all_answers, answers_of, variant_words
from applications.form_vocabulary import ALL_ANSWERS, APPLICATION, CHANGES, PAPERS
from applications.form_years import ITEMS, YEAR
from documents.common_values import COMMON
from documents.dictionary import Row, Values
from tests.applications import test_shipped_packs as shipped_items

NAMES = ("青葉　はなこ", "髙﨑　太郎", "𠮷森　さくら", "小鳥遊　㐂代")
PEOPLE = {row["member"]: name for row, name in zip(shipped_items.PEOPLE, NAMES, strict=True)}
LONG = (
    "3歳以上の3つのクラスで、担任のほかに1人ずつ加えて保育をします。朝夕の受入れと食事の時間は2人で分担し、"
    "活動の計画は毎週の会議で話し合います。経験の短い職員には、主任が一緒に入って助言をします。"
)
DUTIES = ("園庭と玄関の清掃", "昼食の配膳と片付け", "遊具の点検と修理", "絵本の整理")
WORKS = (
    ("2026-05", "避難訓練に使う誘導灯と防災頭巾の購入", "supplies", 48_000),
    ("2026-09", "非常用の発電機と蓄電池の購入", "equipment", 126_500),
    ("2026-11", "非常口の扉と階段の手すりの修繕", "repairs", 88_000),
)
DAY = date(2026, 4, 14)
COMMON_VALUES: Mapping[str, Row] = {
    "form": {
        "title": "様式",
        "control_number": None,
        "day": DAY,
        "month": date(2026, 4, 1),
        "month_words": "令和8年4月分",
        "fiscal_year": "令和8年度",
        "period": "令和8年度",
        "mark": None,
        "is_draft": False,
    },
    "facility": {
        "number": "1299900000901",
        "name": "青葉台さくら保育園",
        "kind": "保育所",
        "kind_code": "nursery",
        "ownership": "私立",
        "postal_code": "272-0001",
        "location": "青葉台市みどりが丘東三丁目12番34号",
        "opened_on": date(2010, 4, 1),
        "approved_capacity": 130,
        "capacity_1": None,
        "capacity_23": 130,
        "capacity_words": "2・3号 130人",
        "region": "10/100地域",
        "region_percent": 10,
        "base_percent": 12,
        "wage_percent": 7,
        "rates_are_provisional": False,
    },
    "corporation": {"name": "社会福祉法人　青葉台みほん会", "number": "1234567890123"},
    "city": {"name": "青葉台市", "mayor": "青葉台市長", "code": "129999"},
    "contact": {
        "representative_title": "理事長",
        "representative": "見本　太郎",
        "representative_words": "理事長　見本　太郎",
        "corporation_postal_code": "272-0001",
        "corporation_location": "青葉台市みどりが丘東三丁目12番34号",
        "department": "事務",
        "person": "見本　花子",
        "phone": "047-000-0000",
    },
}


@cache
def _year(kind: str) -> Mapping[str, FilledItem]:
    return shipped_items.year_of(kind)


@cache
def filled(key: str, kind: str = "") -> FilledItem:
    """The item of a facility that has answered everything, as long as people write."""
    item = shipped_items.ITEMS[key]
    kind = kind or item.types[min(1, len(item.types) - 1)]
    typed: dict[str, Any] = {}
    for own in item.fields:
        if own.kind == "long_text":
            typed[own.key] = LONG
        if own.key in {"by_month", "users_by_month"}:
            typed[own.key] = [38, 41, 36, 44, 52, 39, 40, 37, 45, 48, 35, 42]
        if own.key == "paid_by_month":
            typed[own.key] = [198_000] * 12
        if own.kind == "person":
            typed[own.key] = shipped_items.PEOPLE[1]["member"]
    typed |= _typed_tables(key)
    known = shipped_items.known_of(kind)
    year = _year(kind)
    known |= {
        f"item.{one}.{name}": value for one, made in year.items() for name, value in made.values.items()
    }
    known |= {f"fact.{name}": value for made in year.values() for name, value in made.facts.items()}
    own = shipped_items.TYPED.get(key, {})
    return shipped_items.filled(item, known, **{**own, **typed})


def _typed_tables(key: str) -> dict[str, Any]:
    members = [row["member"] for row in shipped_items.PEOPLE]
    if key == "elderly_employment":
        return {
            "persons": [
                {"person": member, "who": who, "duties": duties}
                for member, who, duties in zip(
                    members, ("elderly", "disabled", "elderly", "single_parent"), DUTIES, strict=True
                )
            ]
        }
    if key == "facility_strengthening":
        return {
            "works": [
                {"month": when, "what": what, "account": account, "yen": yen}
                for when, what, account, yen in WORKS
            ]
        }
    if key == "monthly_allowance":
        return {"personnel_yen": 168_999_999, "income_yen": 245_000_000}
    if key == "team_childcare_report":
        return {"spent_yen": 940_000}
    if key == "elderly_employment_report":
        return {"spent_yen": 912_345}
    return {}


def application(made: FilledItem) -> Row:
    """What is told of every item, as of a version that was approved."""
    item = made.item
    amount = made.amount_yen
    shares = item.share.split(amount) if item.share and amount is not None else (None,) * 3
    return {
        "item": item.label,
        "item_key": item.key,
        "family": FAMILY_LABELS[item.family],
        "family_key": item.family.value,
        "stage": STAGE_LABELS[item.stage],
        "is_report": item.stage is Stage.REPORT,
        "is_deduction": item.is_deduction,
        "fiscal_year": "令和8年度",
        "version": 2,
        "is_change": True,
        "kind_words": "変更",
        "question": item.words.question,
        "wanted": True,
        "wanted_words": item.words.yes,
        "from_month": date(2026, 10, 1),
        "to_month": None,
        "months_words": {Months.MARCH: "3月", Months.YEAR: "年度"}.get(item.months, "令和8年10月から"),
        "change_month": date(2026, 10, 1),
        "changed_fields": "、".join(one.field.label for one in made.shown[:2]),
        "variant": variant_words(item, made.values),
        "amount_label": item.field_named(item.amount).label if item.amount else None,
        "amount_yen": amount,
        "before_yen": amount,
        "nation_yen": shares[0],
        "prefecture_yen": shares[1],
        "city_yen": shares[2],
        "state": "承認済み",
        "submitted_on": DAY,
        "approved_on": date(2026, 4, 21),
        "late_reason": None,
        "help": item.help,
        "source": item.source,
    }


def values_of(made: FilledItem) -> Values:
    """Everything a form of the item may show."""
    return {
        **COMMON_VALUES,
        APPLICATION: application(made),
        **answers_of(made, shipped_items.YEAR, PEOPLE),
        ALL_ANSWERS: all_answers(made, PEOPLE),
        PAPERS: [
            {
                "title": paper.title,
                "due_on": date(2026, 5, 15),
                "number": f"1234 5678 9012 {number}",
                "state": "未提出",
                "needed": True,
                "has_children": paper.has_children,
            }
            for number, paper in enumerate(made.papers)
        ],
        CHANGES: [{"label": "年間の見込み", "before": "100人", "now": "120人", "by": 20}],
    }


def items_of_year(family: str, stage: Stage, kind: str = "nursery") -> list[Item]:
    """The items a facility of this type has."""
    return [
        item
        for item in shipped_items.ITEMS.values()
        if item.family == family and item.stage is stage and item.asks(kind)
    ]


def year_values(family: str, stage: Stage, kind: str = "nursery") -> Values:
    """A year in which every second item is applied for, and every fourth was changed."""
    rows = []
    for number, item in enumerate(items_of_year(family, stage, kind)):
        made = filled(item.key, kind)
        row: dict[str, Any] = dict.fromkeys(entry.name for entry in ITEMS.columns)
        row |= application(made)
        wanted = number % 2 == 0
        row |= {
            "answered": number % 7 != 6,
            "wanted": wanted,
            "wanted_words": item.words.answer(wanted),
            "months_words": row["months_words"] if wanted else None,
            "variant": row["variant"] if wanted else None,
            "is_march": item.months is Months.MARCH,
            "change_month": row["change_month"] if number % 4 == 0 else None,
            "changed_fields": row["changed_fields"] if number % 4 == 0 else None,
            "has_papers": bool(made.papers) and wanted,
            "papers": "、".join(paper.title for paper in made.papers) or None,
        }
        if not row["answered"]:
            row |= dict.fromkeys(
                ("wanted", "wanted_words", "months_words", "variant", "has_papers", "change_month")
            )
        rows.append({entry.name: row[entry.name] for entry in ITEMS.columns})
    amounts = [row["amount_yen"] for row in rows if row["amount_yen"] is not None]
    year = {
        "family": FAMILY_LABELS[shipped_items.ITEMS[rows[0]["item_key"]].family],
        "stage": STAGE_LABELS[stage],
        "fiscal_year": "令和8年度",
        "items": len(rows),
        "answered": sum(row["answered"] for row in rows),
        "wanted": sum(row["wanted"] is True for row in rows),
        "approved": sum(row["answered"] for row in rows),
        "open": sum(not row["answered"] for row in rows),
        "amount_yen": sum(amounts) if amounts else None,
        "submitted_on": DAY,
    }
    return {**COMMON_VALUES, YEAR.name: year, ITEMS.name: rows}


assert set(COMMON_VALUES) == {group.name for group in COMMON.groups}
