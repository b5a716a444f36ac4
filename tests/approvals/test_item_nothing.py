"""«申請しない» of what was never held: approved together, folded in the inbox; every other «no» deserves a look."""

import re
from datetime import datetime

import pytest
from django.http import QueryDict
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack
from applications.states import VersionStatus
from approvals.items.folding import folded
from approvals.items.inbox import ItemQuestion, item_inbox
from approvals.models import ItemDecision
from approvals.operations import items as operations
from facilities.actors import Role
from facilities.models import GrantedItem
from facilities.operations import granting
from facilities.periods import ServiceMonth
from tests.applications.packs import PRICE
from tests.applications.stage import (
    APRIL,
    AT,
    IN_LAST_APRIL,
    LAST_YEAR,
    approve,
    approved_last_year,
    release_pack,
    save,
    submit,
)
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

PAGE = "/c/applications/"
TYPED = {"extra_staff": "1", "monthly_yen": "100000"}
MORE = """

[[item]]
key = "no_safety_plan"
label = "安全計画を策定していない場合の届出（減算）"
rounds = [1]
types = ["nursery"]
grants = { code = "no_safety_plan" }

[[item.field]]
key = "months"
label = "月数"
kind = "whole"

[[item]]
key = "state"
label = "施設の状況"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "safety_plan"
label = "安全計画を策定している"
kind = "yes_no"
fact = "safety_plan"
"""
LAST_APRIL = ServiceMonth(2025, 4)
MAY_2027 = timezone.make_aware(datetime(2027, 5, 10, 9))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city, PRICE + MORE)


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city, items={})


def no(place: Nursery, pack: ItemPack, key: str = "team_childcare", at: datetime = AT) -> ApplicationVersion:
    return submit(place, save(place, pack, key, wanted=False, from_month=None, at=at), at=at)


def together(city: City, *versions: ApplicationVersion) -> operations.BulkResult:
    with city.open(Role.OFFICER) as person:
        return operations.approve_unchanged(
            [(version.pk, version.content_hash) for version in versions], by=person, at=AT
        )


def hold(city: City, place: Nursery, month: ServiceMonth = LAST_APRIL) -> None:
    with city.open() as by:
        granting.hold_from(
            place.facility, "team_childcare", "", {"extra_staff": 1},
            from_month=month, to_month=None, reason="", by=by, at=AT,
        )  # fmt: skip


def test_a_no_to_what_was_never_held_goes_together_through_both_steps(city, sakura, pack):
    sent = no(sakura, pack)

    assert together(city, sent).approved == [sent.pk]
    with city.open(Role.CHIEF) as chief:
        assert operations.approve_unchanged([(sent.pk, sent.content_hash)], by=chief, at=AT).refused == {}
    with city.open():
        assert ApplicationVersion.objects.get(pk=sent.pk).status == VersionStatus.APPROVED
        assert not GrantedItem.objects.exists()


def test_a_no_that_takes_something_away_is_looked_at(city, sakura, pack):
    hold(city, sakura)
    sent = no(sakura, pack)

    assert together(city, sent).refused == {sent.pk: operations.HAS_FLAGS}
    page = sign_in(city.people[Role.OFFICER]).get(PAGE).content.decode()
    assert "取りやめ" in page
    assert (
        "承認済みの内容を取りやめる申請です"
        in sign_in(city.people[Role.OFFICER]).get(f"{PAGE}{sent.pk}/").content.decode()
    )


def test_what_begins_to_hold_while_it_is_approved_is_found_out_under_the_lock(
    city, sakura, pack, monkeypatch
):
    """Between the look at all of them and the lock of each: only the lock's own question can know."""
    sent = no(sakura, pack)
    asked = operations._warned_of

    def and_meanwhile(version_ids):
        told = asked(version_ids)
        hold(city, sakura, APRIL)
        return told

    monkeypatch.setattr(operations, "_warned_of", and_meanwhile)

    assert together(city, sent).refused == {sent.pk: operations.HAS_FLAGS}


def test_the_same_no_as_last_year_is_looked_at_where_an_administrator_has_granted_it_since(
    city, sakura, pack
):
    last = release_pack(city, LAST_YEAR)
    version = save(sakura, last, wanted=False, from_month=None, at=IN_LAST_APRIL)
    approve(city, submit(sakura, version, at=IN_LAST_APRIL), at=IN_LAST_APRIL)
    hold(city, sakura, ServiceMonth(2025, 9))

    sent = no(sakura, pack)

    assert together(city, sent).refused == {sent.pk: operations.HAS_FLAGS}


def test_what_held_last_year_and_ended_is_a_withdrawal(city, sakura, pack):
    approved_last_year(city, sakura, release_pack(city, LAST_YEAR), **TYPED)
    with city.open():
        GrantedItem.objects.update(to_month=ServiceMonth(2026, 3).first_day)

    sent = no(sakura, pack)

    assert together(city, sent).refused == {sent.pk: operations.HAS_FLAGS}


def test_no_deduction_is_a_claim_that_deserves_a_look_until_it_is_the_same_again(city, sakura, pack):
    first = no(sakura, pack, "no_safety_plan")
    assert together(city, first).refused == {first.pk: operations.AVOIDS_DEDUCTION}
    assert (
        "減算に当てはまらない"
        in sign_in(city.people[Role.OFFICER])
        .post(f"{PAGE}together/", {"version": [str(first.pk), str(no(sakura, pack).pk)]})
        .content.decode()
    )


def test_the_same_deduction_does_not_apply_again(city, sakura, pack):
    last = release_pack(city, LAST_YEAR + MORE)
    version = save(sakura, last, "no_safety_plan", wanted=False, from_month=None, at=IN_LAST_APRIL)
    approve(city, submit(sakura, version, at=IN_LAST_APRIL), at=IN_LAST_APRIL)
    sent = no(sakura, pack, "no_safety_plan")

    assert together(city, sent).approved == [sent.pk]


def test_whoever_asks_for_facts_is_not_nothing(city, sakura, pack):
    sent = no(sakura, pack, "state")
    assert together(city, sent).refused == {sent.pk: operations.HAS_CHANGED}


def test_a_report_nobody_owes_is_nothing_and_one_that_is_owed_strikes(city, sakura, pack):
    approve(city, no(sakura, pack))
    free = no(sakura, pack, "team_childcare_report", at=MAY_2027)
    other = make_facility(city, "すみれ", number="1299900000902", items={})
    approve(city, submit(other, save(other, pack, **TYPED)))
    owed = no(other, pack, "team_childcare_report", at=MAY_2027)

    result = together(city, free, owed)

    assert result.approved == [free.pk]
    assert result.refused == {owed.pk: operations.HAS_FLAGS}
    assert (
        "適用した項目の報告なし"
        in sign_in(city.people[Role.OFFICER]).get(f"{PAGE}?year=2026").content.decode()
    )


def facilities(city: City, number: int) -> list[Nursery]:
    return [
        make_facility(city, f"園{place}", number=f"12999000019{place:02d}", items={})
        for place in range(number)
    ]


def test_they_are_one_line_an_item_and_go_with_three_clicks(city, pack):
    for place in facilities(city, 5):
        no(place, pack)
        no(place, pack, "no_safety_plan")
    browser = sign_in(city.people[Role.OFFICER])
    page = browser.get(f"{PAGE}?mine=1").content.decode()

    assert "5件を1行にまとめています" in page
    (key,) = re.findall(r'name="fold_key" value="([^"]+)"', page)
    assert len(re.findall(r'<tr data-row="', page)) == 5  # the deductions
    assert "<span data-count>5</span>" in page

    asked = browser.post(f"{PAGE}together/", {"mine": "1", "fold_key": [key]}).content.decode()
    choices = re.findall(r'name="choice" value="([^"]+)"', asked)
    assert len(choices) == 5
    assert "前も受けていない項目の「申請しない」です。" in asked
    done = browser.post(f"{PAGE}together/approve/", {"mine": "1", "choice": choices}, follow=True)

    assert "5件を承認しました" in done.content.decode()
    with city.open():
        assert ItemDecision.objects.filter(in_bulk=True).count() == 5
    assert len(events_of(city, "item_review.bulk_shown")[-1].rows["application_version"]) == 5


@pytest.mark.parametrize(("fold", "lines", "rows"), [("item", 1, 0), ("facility", 0, 3), ("none", 0, 3)])
def test_folded_by_item_by_facility_or_not_at_all(city, pack, fold, lines, rows):
    """Of one row there is no fold."""
    for place in facilities(city, 3):
        no(place, pack)
    with city.open(Role.OFFICER) as officer:
        found = item_inbox(ItemQuestion.of(QueryDict(f"fold={fold}"), AT), by=officer, at=AT)
    shown = folded(found, "")

    assert (len(shown.folds), len(shown.page)) == (lines, rows)
    assert shown.preselected == 3


def test_a_whole_city_stands_on_pages(city, pack, monkeypatch):
    monkeypatch.setattr("approvals.items.folding.PER_PAGE", 2)
    for place in facilities(city, 5):
        submit(place, save(place, pack, **TYPED))
    browser = sign_in(city.people[Role.OFFICER])

    first, last = (browser.get(f"{PAGE}?page={page}").content.decode() for page in ("", "9"))

    assert [len(re.findall(r'<tr data-row="', page)) for page in (first, last)] == [2, 1]
    assert "1–2件 / 5件" in first
    assert "page=2" in first
    assert "5–5件 / 5件" in last
    assert len(events_of(city, "item_review.inbox_shown")[-1].rows["application_version"]) == 1
