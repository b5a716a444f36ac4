"""The pages of finding fit a phone, also filled and with everything open."""

from datetime import date
from pathlib import Path

from django.utils import timezone

from facilities.actors import Role
from staff_records.operations import overlaps
from staff_records.values import Detail
from tests.cast import make_city, make_facility, sign_in
from tests.pages.widths import overflow
from tests.staff_records.rosters import (
    hire,
    of_another_corporation,
    of_the_same_corporation,
    writing,
)


def test_found_shared_and_flagged_people_fit_on_a_phone(db: None, tmp_path: Path, run_jobs) -> None:
    city = make_city()
    sakura = make_facility(city)
    sumire, momiji = of_another_corporation(city), of_the_same_corporation(city)
    taro = ("勅使河原　新太郎", "てしがわら　しんたろう")
    here = hire(sakura, taro)
    there = hire(momiji, taro, person_id=here.member.person_id)
    hire(sumire, taro)
    hire(sumire, ("緑　太郎", "みどり　たろう"), last_day=date(2025, 3, 31))
    hire(sakura, ("緑　太郎", "みどり　たろう"), first_day=date(2025, 3, 1))
    hire(momiji)
    with writing(momiji, there) as (found, writer):
        new = Detail(
            "若葉　新太郎", "わかば　しんたろう", "勅使河原", "272-0001", "青葉市みどりが丘東1丁目23番地45"
        )
        writer.add_detail(found, new, from_day=date(2026, 5, 1))
    run_jobs()
    officer, clerk = sign_in(city.people[Role.OFFICER]), sign_in(sakura.clerk)
    with city.open(Role.CHIEF) as chief:
        pair = (
            overlaps.OverlapFlag.objects.filter(facility=sumire.facility).earliest("found_at", "pk").pair_id
        )
        overlaps.clear(pair, reason="両方の契約書で確かめました。", by=chief, at=timezone.now())

    pages = {
        "search": officer.post("/c/staff/search/", {"kana": "てしがわら"}),
        "overlaps": officer.get("/c/staff/overlaps/"),
        "find": clerk.post(
            "/f/1299900000901/staff/find/", {"kana": "あおば　はなこ", "birth_date": "H2.4.2"}
        ),
        "refused": clerk.post("/f/1299900000901/staff/find/", {"kana": "青葉", "birth_date": ""}),
    }
    assert [page.status_code for page in pages.values()] == [200, 200, 200, 422]
    found = overflow({name: page.content.decode() for name, page in pages.items()}, tmp_path)

    assert found["overlaps"]
    assert not any(wider for page in found.values() for wider in page.values()), found
