"""Lists of staff as cards on a phone, as tables on a desk; every page leads back to the roster."""

from pathlib import Path

import pytest

from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.pages.widths import measured
from tests.staff_records.rosters import hire

HIDDEN = (
    "[...document.querySelectorAll('main .table-scroll')].map(box => box.scrollHeight - box.clientHeight)"
)
NARROW = "[...document.querySelectorAll('main .only-narrow')].map(one => one.checkVisibility())"
BROKEN = """[...document.querySelectorAll('main .table-scroll tbody th')].flatMap(name => {
    name.closest(".table-scroll").style.width = "26rem";
    const walker = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
    const broken = [];
    for (let text = walker.nextNode(); text; text = walker.nextNode())
        for (const part of text.data.matchAll(/[^\\s\u3000]+/g)) {
            const range = document.createRange();
            range.setStart(text, part.index);
            range.setEnd(text, part.index + part[0].length);
            if (new Set([...range.getClientRects()].map(line => line.top)).size > 1) broken.push(part[0]);
        }
    return broken;
})"""
PEOPLE = 9


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    place = make_facility(city)
    for turn in range(PEOPLE):
        hire(place, (f"青葉　花子{turn}", "あおば　はなこ"))
    return place


def page_of(place: Nursery, address: str) -> str:
    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/staff/{address}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_cards_scroll_with_the_page_and_not_in_a_box(sakura: Nursery, tmp_path: Path) -> None:
    sign_in(sakura.clerk).post(
        f"/f/{sakura.facility.number}/staff/entry/", {"source": "copied", "day": "R8.6.1"}
    )
    pages = {"roster": page_of(sakura, ""), "typed": page_of(sakura, "entry/members/")}

    on_a_phone = measured(pages, tmp_path, HIDDEN)
    on_a_desk = measured(pages, tmp_path, HIDDEN, width=1280)

    assert on_a_phone == {"roster": [0], "typed": [0]}
    assert on_a_desk["typed"][0] > 0, "the headings of a long table stay in sight"


def test_the_number_of_a_person_is_said_once_at_each_width(sakura: Nursery, tmp_path: Path) -> None:
    pages = {"year": page_of(sakura, "year/2026/")}

    assert measured(pages, tmp_path, NARROW) == {"year": [True] * PEOPLE}
    assert measured(pages, tmp_path, NARROW, width=1280) == {"year": [False] * PEOPLE}


def test_a_name_breaks_between_its_parts_only(sakura: Nursery, tmp_path: Path) -> None:
    hire(sakura, ("石井　薫子", "いしい　かおるこまる"))

    assert measured({"year": page_of(sakura, "year/2026/")}, tmp_path, BROKEN, width=1280) == {"year": []}


@pytest.mark.parametrize(
    "address", ["new/", "find/", "entry/", "workbook/", "import/", "figures/", "year/2026/"]
)
def test_every_page_of_staff_leads_back_to_the_roster(sakura: Nursery, address: str) -> None:
    way = page_of(sakura, address).split('class="breadcrumbs"')[1].split("</nav>")[0]

    assert way.count(f'<a href="/f/{sakura.facility.number}/staff/">職員</a>') == 1
