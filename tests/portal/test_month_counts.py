"""One month has one count of its facilities: on the city's home, its map, the review and the closing."""

import re

import pytest
from django.utils import timezone

from claims.models import Claim
from claims.operations import closing
from claims.operations.confirming import confirm
from claims.operations.counts_by_hand import correct_counts
from claims.operations.submitting import open_correction, submit
from facilities.actors import Role
from facilities.models import Facility
from facilities.rules import ProblemsFound
from tests.approvals.test_inbox import approve, play
from tests.cast import MAY, NURSERY_CELLS, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.documents.test_claim_form import NURSERY_ITEMS

PAIRS = re.compile(r"(児童数の確認待ち|相違の回答待ち|未提出|差し戻し|審査待ち|一次承認)\D{0,3}(\d+)")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</main>")[0]))


def a_mixed_month(city: City) -> None:
    """A claim of every step, 過誤調整 drafted and sent, corrected counts under a draft, and one to another city."""
    now = timezone.now()

    def garden(number: int) -> Nursery:
        return make_facility(city, f"園{number}", number=f"12999000009{number:02}", items=NURSERY_ITEMS)

    def correction(place: Nursery, *, send: bool) -> None:
        claim = play(place, MAY)
        approve(city, claim)
        with place.open() as clerk:
            opened = open_correction(claim.pk, reason="誤りがありました。", by=clerk, at=now)
            if send:
                submit(opened.pk, shown_hash=opened.content_hash, declared=True, by=clerk, at=now)

    correction(garden(1), send=True)
    correction(garden(2), send=False)
    play(garden(3), MAY)
    approve(city, play(garden(4), MAY), Role.OFFICER)
    play(garden(5), MAY, submit=False)
    again = garden(6)
    play(again, MAY, submit=False)
    with city.open(Role.ENROLMENT) as section:
        cells = {
            ("129999", cert, age, hours, False, False, "", None): count
            for cert, age, hours, count in (("3", "0", "standard", 9), *NURSERY_CELLS[1:])
        }
        correct_counts(
            again.facility.pk, MAY, cells, shown_version=1, reason="届出が遅れました。", by=section, at=now
        )
    give_counts(garden(7), MAY)


def test_home_map_review_and_closing_count_the_same(city: City) -> None:
    a_mixed_month(city)
    browser = sign_in(city.people[Role.CHIEF])

    home = text_of(browser.get("/c/?month=2026-05").content.decode())
    line, legend = home.split("まだ終わっていない月：")[1].split("どこまで進んだか")[0].split("7施設")
    review = text_of(browser.get("/c/review/?month=2026-05").content.decode()).split("すべて")[0]
    closed = text_of(browser.get("/c/counts/2026-05/closing/").content.decode()).split("月を締める")[0]

    expected = {"児童数の確認待ち": "2", "未提出": "1", "審査待ち": "2", "一次承認": "1"}
    assert dict(PAIRS.findall(line)) == expected
    assert dict(PAIRS.findall(legend)) == expected
    assert dict(PAIRS.findall(review)) == expected
    assert dict(PAIRS.findall(closed)) == expected
    assert "施設が作成中の過誤調整 1施設" in closed


def test_the_closing_leads_to_the_claims_it_counts(city: City) -> None:
    a_mixed_month(city)
    page = sign_in(city.people[Role.CHIEF]).get("/c/counts/2026-05/closing/").content.decode()
    (link,) = re.findall(r'<dt>未提出</dt><dd><a href="([^"]+)">1施設</a>', page)

    listed = sign_in(city.people[Role.CHIEF]).get(link.replace("&amp;", "&")).content.decode()

    assert re.findall(r">(園\d)</a><span", listed) == ["園5"]
    # Who has no business with money is not sent there.
    section = sign_in(city.people[Role.ENROLMENT]).get("/c/counts/2026-05/closing/").content.decode()
    assert "<dt>未提出</dt><dd>1施設</dd>" in section
    assert '<a href="/c/counts/2026-05/?status=waiting">2施設</a>' in section


def test_a_facility_without_children_of_this_city_owes_no_claim(city: City) -> None:
    garden = make_facility(city, items=NURSERY_ITEMS)
    sheet = give_counts(garden, MAY, payer_code="129998")
    with garden.open() as clerk:
        confirm(sheet.pk, shown_version=1, by=clerk, at=timezone.now())
        assert not Claim.objects.filter(outside=False).exists()

    home = text_of(sign_in(city.people[Role.CHIEF]).get("/c/").content.decode())

    assert "未提出" not in home
    assert "請求対象外 1" in home
    assert "請求が提出された 0 / 0" in home


def test_a_correction_alone_opens_no_month_but_is_named(city: City) -> None:
    garden = make_facility(city, items=NURSERY_ITEMS)
    claim = play(garden, MAY)
    approve(city, claim)
    with garden.open() as clerk:
        now = timezone.now()
        opened = open_correction(claim.pk, reason="誤りがありました。", by=clerk, at=now)
        submit(opened.pk, shown_hash=opened.content_hash, declared=True, by=clerk, at=now)
    give_counts(garden)

    page = sign_in(city.people[Role.CHIEF]).get("/c/").content.decode()

    assert '<p class="muted">令和8年6月分</p>' in page
    assert "令和8年5月分 （ 審査待ち 1 ）" in text_of(page)


def test_corrected_counts_beside_an_approved_claim_are_named_and_want_a_note(city: City) -> None:
    garden = make_facility(city, items=NURSERY_ITEMS)
    approve(city, play(garden, MAY))
    now = timezone.now()
    cells = {("129999", "3", "0", "standard", False, False, "", None): 9}
    with city.open(Role.ENROLMENT) as section:
        correct_counts(
            garden.facility.pk, MAY, cells, shown_version=1, reason="届出が遅れました。", by=section, at=now
        )

    page = text_of(sign_in(city.people[Role.CHIEF]).get("/c/counts/2026-05/closing/").content.decode())

    assert "訂正された児童数の確認待ち 1施設" in page
    with city.open(Role.CHIEF) as chief, pytest.raises(ProblemsFound, match="メモに入力"):
        closing.close(MAY, note="", by=chief, at=now)


def test_the_month_before_is_that_month_with_who_has_closed_since(city: City) -> None:
    browser = sign_in(city.people[Role.ENROLMENT])
    stays = make_facility(city, "園1", number="1299900000901")
    gone = make_facility(city, "園2", number="1299900000902")
    for place in (stays, gone):
        give_counts(place, MAY)
    give_counts(stays)
    with city.open():
        Facility.objects.filter(pk=gone.facility.pk).update(closed_on="2026-05-31")

    may = browser.get("/c/counts/2026-05/").content.decode()
    june = browser.get("/c/counts/2026-06/").content.decode()

    assert "176人" in may
    assert "前月のデータはありません" in may
    assert "88人（前月 176人）" in june
