"""Filled items of 処遇改善等加算 with many people, for looking at their forms. Everybody in them is invented."""

from datetime import date
from typing import Any, cast

from applications.definitions import Item
from applications.filling import FilledItem, Given, fill, first_known
from applications.form_values import all_answers, answers_of
from applications.packs_in_force import vocabulary
from applications.reading import read_pack
from applications.shipped import shipped
from documents.dictionary import Values
from tests.applications.test_shipped_packs import known_of, person, plausible
from tests.staff_records.sample_roster import FAMILIES, GIVEN, common

ITEMS: dict[int, dict[str, Item]] = {
    year: dict(read_pack(shipped(year)["treatment"], vocabulary()).by_key) for year in (2024, 2026)
}
JOBS = ("園長", "主任保育士", "保育士", "保育士", "看護師", "調理師", "パート保育士")
POSTS = {3: "副主任保育士", 4: "専門リーダー", 5: "職務分野別リーダー"}
METHOD = (
    "基本給を月額5,000円引き上げ、4月分から支給する。区分3は役職手当として月額で支給し、賞与では支給しない。"
)


def people(count: int) -> list[dict[str, Any]]:
    """So many people as the roster tells them."""
    return [
        person(
            number,
            job=JOBS[(number - 1) % len(JOBS)],
            post=POSTS.get(number, ""),
            is_regular=number % 7 != 0,
            service_months=number * 7 % 300,
            experience_months=number * 7 % 300 + number * 5 % 60,
            counts=number % 7 != 0,
            months=12 if number % 9 else 7,
        )
        for number in range(1, count + 1)
    ]


def name_of(number: int) -> str:
    """The ``number``-th's name."""
    return f"{FAMILIES[number % len(FAMILIES)][0]}　{GIVEN[number % len(GIVEN)][0]}"


def filled_for(item: Item, count: int, fiscal_year: int = 2026, **typed: Any) -> FilledItem:
    """The item with so many people, and ``typed`` beside what a clerk would type."""
    staff = people(count)
    counted = [one for one in staff if one["person.counts"]]
    total = sum(one["person.experience_months"] for one in counted)
    known = {
        **known_of("nursery"),
        "roster.people": staff,
        "roster.people_of_year": staff,
        "roster.counted": len(counted),
        "roster.total_months": total,
        "roster.average_years": (2 * total + 12 * len(counted)) // (24 * len(counted)),
    }
    told = {name: Given(value, "職員名簿") for name, value in known.items() if value is not None}
    usual = {
        own.key: plausible(own)
        for own in item.fields
        if own.is_typed and not own.is_table and first_known(own, told) is None
    }
    return fill(item, fiscal_year=fiscal_year, known=told, typed={**usual, **typed})


def wages(count: int, *, before: bool = False) -> dict[str, dict[str, Any]]:
    """A raise for each of them; of the third a revision is known. ``before``: with what 令和6年度 asked."""
    return {
        one["member"]: {
            **(_asked_before(place) if before else {}),
            "last_base": 2_400_000 + 12_000 * place,
            "last_allowance": 120_000,
            "last_bonus": 600_000,
            "base": 2_460_000 + 12_000 * place,
            "allowance": 180_000,
            "bonus": 610_000,
            **({"revision": 24_000, "remark": "年度の途中で昇格"} if place == 2 else {}),
        }
        for place, one in enumerate(people(count))
    }


def _asked_before(place: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "by_i": True,
        "by_iii": place % 3 == 0,
        "equivalent": "1" if place % 7 != 6 else "0.45",
    }
    if place % 4 == 0:
        found |= {"revision_percent": "0.8", "revision": 20_000, "before": 6_000, "iii": 18_000}
    return found


def values_of(made: FilledItem, title: str, fiscal_year: int = 2026) -> Values:
    """Everything a form of an application may show."""
    named = {one["member"]: name_of(place) for place, one in enumerate(people(500), start=1)}
    words = f"令和{fiscal_year - 2018}年度"
    application = {
        "item": made.item.label,
        "item_key": made.item.key,
        "family": "処遇改善等加算",
        "family_key": "treatment",
        "fiscal_year": words,
        "version": 1,
        "is_change": False,
        "kind_words": "当初",
        "wanted": True,
        "from_month": date(fiscal_year, 4, 1),
        "submitted_on": date(fiscal_year, 4, 20),
        "approved_on": None,
    }
    return cast(
        "Values",
        {
            **common(title),
            "application": application,
            **answers_of(made, fiscal_year, named),
            "application_answers": all_answers(made, named),
        },
    )
