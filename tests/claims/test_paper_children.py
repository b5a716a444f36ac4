"""The form counts the children it claims for, and says so when the facility has more."""

import re

import pytest
from django.template.loader import render_to_string

from claims import paper
from claims.models import ChildCount, Claim
from claims.operations.confirming import confirm
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
        values = paper.values(claim.pk)

    html = render_to_string("documents/claim.html", values)

    assert values["enrolled"] == claim.child_total + 1
    assert f'<th>計（この請求の児童）</th><td class="number">{claim.child_total}</td>' in html
    assert f'児童を含む）</th><td class="number">{claim.child_total + 1}</td>' in html


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
        values = paper.values(claim.pk)

    html = render_to_string("documents/claim.html", values)
    front = paper.workbook(values).book["請求書"]
    cells = {row[0].value: row[1].value for row in front.iter_rows(min_col=1, max_col=2) if row[0].value}

    # 95 stay, one leaves after five days: both are in N, who came is not.
    assert values["first_day"] == 96
    assert sum(count for _, count in values["children"]) == 96
    assert '<th>計（この請求の児童）</th><td class="number">96</td>' in html
    assert dict(values["children"])["1号 3歳 教育標準時間"] == 31
    assert values["entrants"] == [("1号 3歳 教育標準時間　途中入所（10日）", 2)]
    assert "途中入所（10日）" in html
    assert "施設全体" not in html, "nobody else's children are there"
    assert cells["1号 3歳 教育標準時間　途中入所（10日）"] == 2
    assert not any("施設全体" in str(words) for words in cells)


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
        values = paper.values(current_claim(momo).pk)

    front = paper.workbook(values).book["請求書"]
    cells = {row[0].value: row[1].value for row in front.iter_rows(min_col=1, max_col=2) if row[0].value}

    assert cells["施設全体（ほかの市区町村の児童を含む）"] == 95


def test_an_exemption_of_four_children_is_not_said_to_be_everybody(city: City) -> None:
    momo = kindergarten(city)
    give_facts(momo, side_dish_days=20, meal_days_a_week=5)
    sheet = give_counts(momo, cells=KINDERGARTEN_CELLS)
    with momo.open() as clerk:
        confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
        sections = paper.values(current_claim(momo).pk)["sections"]

    (exemption,) = [line for _, rows, _ in sections for line in rows if line.label == "副食費徴収免除"]
    assert [(part.words, part.quantity) for part in exemption.parts] == [("4人 × 20日", 80)]
