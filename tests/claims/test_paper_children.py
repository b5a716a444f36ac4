"""The form counts the children it claims for, and says so when the facility has more."""

import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from openpyxl import load_workbook

from claims import form_values
from claims.models import ChildCount, Claim
from claims.operations.confirming import confirm
from documents.making import made
from documents.models import Format
from documents.printables import printable
from facilities.actors import Role
from tests.cast import KINDERGARTEN_CELLS, City, Nursery, give_counts, make_city, sign_in
from tests.claims.stage import AT, current_claim, give_facts, kindergarten


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_the_claim_and_the_whole_facility_are_counted_apart(city: City) -> None:
    momo = kindergarten(city)
    give_facts(momo, side_dish_days=20, meal_days_a_week=5)
    sheet = give_counts(momo, cells=KINDERGARTEN_CELLS)
    own = {"municipality": city.municipality, "facility": momo.facility, "sheet": sheet}
    with momo.open() as clerk:
        ChildCount.objects.create(
            **own, payer_code="129998", certification="1", age="5", hours="education", count=1
        )
        confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
        claim = current_claim(momo)
        own = told(claim)
        front = front_of(momo, claim)

    assert own["claim"]["has_other_payers"] is True
    assert own["claim"]["enrolled_children"] == claim.child_total + 1
    assert front["計（この請求の児童）"] == claim.child_total
    assert front[WHOLE] == claim.child_total + 1


WHOLE = "施設全体（ほかの市区町村の児童を含む）"


def told(claim: Claim) -> Mapping[str, Any]:
    """What forms know of the claim's children."""
    wanted = frozenset({"claim", "claim_children", "claim_movers", "claim_lines"})
    return form_values.values(claim.pk, wanted)


def front_of(place: Nursery, claim: Claim) -> dict[str, int]:
    """The labels of the request's first sheet, each with the last number in its row."""
    found = printable("benefit_claim", "claim", claim.pk)
    book = load_workbook(io.BytesIO(made(found, Format.XLSX)), data_only=True)
    labels: dict[str, int] = {}
    for row in book["請求書"].iter_rows():
        words = [cell.value for cell in row if isinstance(cell.value, str)]
        numbers = [cell.value for cell in row if isinstance(cell.value, int)]
        if words and numbers:
            labels |= dict.fromkeys(words, numbers[-1])
    return labels


def with_movers(city: City) -> tuple[Nursery, Claim]:
    """もも with two who came for ten days, one who left after five, and one who left before the first day of care."""
    momo = kindergarten(city)
    give_facts(momo, side_dish_days=20, meal_days_a_week=5)
    sheet = give_counts(momo, cells=KINDERGARTEN_CELLS)
    own = {"municipality": city.municipality, "facility": momo.facility, "sheet": sheet}
    cell = {"payer_code": "129999", "certification": "1", "age": "3", "hours": "education"}
    with momo.open() as clerk:
        for movement, days, count in (("in", 10, 2), ("out", 5, 1), ("out", 0, 1)):
            ChildCount.objects.create(**own, **cell, movement=movement, days=days, count=count)
        confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
        return momo, current_claim(momo)


def test_who_entered_within_the_month_is_listed_apart_from_n(city: City) -> None:
    momo, claim = with_movers(city)
    with momo.open():
        own = told(claim)
        front = front_of(momo, claim)
    counted = {row["label"]: row["count"] for row in own["claim_children"]}

    # 95 stay, one leaves after five days: both are in N, who came is not.
    assert own["claim"]["first_day_children"] == 96
    assert sum(counted.values()) == 96
    assert front["計（この請求の児童）"] == 96
    assert counted["1号 3歳 教育標準時間"] == front["1号　3歳"] == 31
    entered = [
        (row["label"], row["days"], row["count"])
        for row in own["claim_movers"]
        if row["movement"] == "途中入所"
    ]
    assert entered == [("1号 3歳 教育標準時間", 10, 2)]
    assert front["途中入所（上の数に入らない）"] == 2
    assert own["claim"]["has_other_payers"] is False, "nobody else's children are there"
    assert front[WHOLE] == 96


def test_both_audiences_see_who_entered_beside_the_total(city: City) -> None:
    momo, claim = with_movers(city)

    facility = sign_in(momo.clerk).get(f"/f/{momo.facility.number}/claims/{claim.pk}/").content.decode()
    review = sign_in(city.people[Role.OFFICER]).get(f"/c/review/{claim.pk}/").content.decode()

    assert "児童 96人" in facility
    assert "途中入所 2人（上の人数に含みません）" in facility
    rows = re.findall(
        r'<th scope="row">(1号 [^<]*)</th><td class="number">—</td><td class="number">(\d+)</td>', review
    )
    assert rows[-1] == ("1号 3歳児 教育標準時間（途中入所・合計に含まない）", "2")
    assert sum(int(count) for _, count in rows[:-1]) == 96
    assert re.search(r"合計（この請求の児童）</th><td[^>]*>—</td><td[^>]*>96<", review)


def test_the_workbook_names_the_whole_facility_where_others_pay(city: City) -> None:
    momo = kindergarten(city)
    give_facts(momo, side_dish_days=20, meal_days_a_week=5)
    sheet = give_counts(momo, cells=KINDERGARTEN_CELLS)
    with momo.open() as clerk:
        ChildCount.objects.filter(sheet=sheet, age="5").update(payer_code="129998")
        confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
        front = front_of(momo, current_claim(momo))

    assert front[WHOLE] == 95


def test_an_exemption_of_four_children_is_not_said_to_be_everybody(city: City) -> None:
    momo = kindergarten(city)
    give_facts(momo, side_dish_days=20, meal_days_a_week=5)
    sheet = give_counts(momo, cells=KINDERGARTEN_CELLS)
    with momo.open() as clerk:
        confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
        lines = told(current_claim(momo))["claim_lines"]

    exemption = [row for row in lines if row["label"] == "副食費徴収免除"]
    assert [(row["subject"], row["quantity"]) for row in exemption] == [("4人 × 20日", 80)]
