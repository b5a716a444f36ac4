"""The form counts the children it claims for, and says so when the facility has more."""

import pytest
from django.template.loader import render_to_string

from claims import paper
from claims.models import ChildCount
from claims.operations.confirming import confirm
from tests.cast import KINDERGARTEN_CELLS, City, give_counts, make_city
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


def test_an_exemption_of_four_children_is_not_said_to_be_everybody(city: City) -> None:
    momo = kindergarten(city)
    give_facts(momo, side_dish_days=20, meal_days_a_week=5)
    sheet = give_counts(momo, cells=KINDERGARTEN_CELLS)
    with momo.open() as clerk:
        confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
        lines = paper.values(current_claim(momo).pk)["lines"]

    (exemption,) = [line for line in lines if line.label == "副食費徴収免除"]
    assert [(part.words, part.quantity) for part in exemption.parts] == [("—", 80)]
