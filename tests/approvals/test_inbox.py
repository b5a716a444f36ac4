"""The inbox of the whole city: states, filters, what is unchanged, approving together, and its pages."""

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals import queries
from approvals.operations import claims as operations
from audit.models import Event
from claims.cells import Cell, DisputedCell
from claims.models import Claim
from claims.operations import confirming, facts, submitting
from claims.states import ClaimStatus
from facilities.actors import Role
from facilities.models import FacilityKind, Ownership
from tests.cast import APRIL, JUNE, MAY, NURSERY_CELLS, give_counts, make_city, make_facility, sign_in
from tests.documents.test_claim_form import NURSERY_ITEMS

INBOX = "/c/review/"


def play(garden, month, cells=NURSERY_CELLS, *, submit=True):
    """Confirm, save facts, submit one month."""
    sheet = give_counts(garden, month, cells)
    now = timezone.now()
    with garden.open() as clerk:
        confirming.confirm(sheet.pk, shown_version=1, by=clerk, at=now)
        facts.save(garden.facility, month, {"saturday_closures": 0}, shown_version=0, by=clerk, at=now)
        claim = Claim.objects.get(month=month.first_day)
        if submit:
            submitting.submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=now)
            claim.refresh_from_db()
    return claim


def approve(city, claim, *roles):
    for role in roles or (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            operations.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=timezone.now())


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def two_gardens(city):
    """さくら is as last month, すみれ has one child more; both have submitted June."""
    more = (("3", "0", "standard", 9), *NURSERY_CELLS[1:])
    claims = {}
    for name, number, cells in (
        ("さくら保育園", "1299900000901", NURSERY_CELLS),
        ("すみれ保育園", "1299900000902", more),
    ):
        garden = make_facility(city, name, number=number, items=NURSERY_ITEMS)
        approve(city, play(garden, MAY))
        claims[name] = play(garden, JUNE, cells)
    return city, claims


def inbox(city, role=Role.OFFICER, **asked):
    with city.open(role) as person:
        return queries.inbox(JUNE, duty=role, user_id=person.user_id, **asked)


def test_every_state_of_the_month_is_shown(city):
    approved = make_facility(city, "承認園", number="1299900000911", items=NURSERY_ITEMS)
    approve(city, play(approved, JUNE))
    first = make_facility(city, "一次園", number="1299900000912", items=NURSERY_ITEMS)
    approve(city, play(first, JUNE), Role.OFFICER)
    play(make_facility(city, "提出園", number="1299900000913", items=NURSERY_ITEMS), JUNE)
    play(make_facility(city, "下書き園", number="1299900000914", items=NURSERY_ITEMS), JUNE, submit=False)
    give_counts(make_facility(city, "確認待ち園", number="1299900000915"), JUNE)
    make_facility(city, "未着園", number="1299900000916")
    disputed = make_facility(city, "相違園", number="1299900000919", items=NURSERY_ITEMS)
    sheet = give_counts(disputed, JUNE)
    mark = DisputedCell(Cell("129999", "3", "0", "standard"), 9, "1人入園しました。")
    with disputed.open() as clerk:
        confirming.dispute(sheet.pk, [mark], shown_version=1, by=clerk, at=timezone.now())
    public = make_facility(city, "公立園", number="1299900000917", ownership=Ownership.PUBLIC)
    small = make_facility(city, "小規模園", number="1299900000918", kind=FacilityKind.SMALL_A)
    for garden in (public, small):
        sheet = give_counts(garden, JUNE)
        with garden.open() as clerk:
            confirming.confirm(sheet.pk, shown_version=1, by=clerk, at=timezone.now())

    states = {row.facility.name: row.state for row in inbox(city).everything}

    assert states == {
        "承認園": "approved",
        "一次園": "first",
        "提出園": "submitted",
        "下書き園": "draft",
        "確認待ち園": "waiting",
        "未着園": "none",
        "相違園": "disputed",
        "公立園": "public",
        "小規模園": "obstacle",
    }


def test_only_what_equals_the_last_approved_month_is_unchanged(two_gardens):
    city, _ = two_gardens

    rows = {row.facility.name: row for row in inbox(city).rows}

    assert rows["さくら保育園"].is_unchanged
    assert rows["さくら保育園"].flags == []
    assert rows["さくら保育園"].difference == 0
    assert not rows["すみれ保育園"].is_unchanged
    assert rows["すみれ保育園"].flags == ["児童数 +1"]


def test_the_list_is_filtered_searched_and_sorted(two_gardens):
    city, claims = two_gardens
    approve(city, claims["すみれ保育園"], Role.OFFICER)

    assert [row.facility.name for row in inbox(city, state="first").rows] == ["すみれ保育園"]
    assert [row.facility.name for row in inbox(city, words="さくら").rows] == ["さくら保育園"]
    assert [row.facility.name for row in inbox(city, mine=True).rows] == ["さくら保育園"]
    assert [row.facility.name for row in inbox(city, Role.CHIEF, mine=True).rows] == ["すみれ保育園"]
    assert [row.facility.name for row in inbox(city, sort="attention").rows] == [
        "すみれ保育園",
        "さくら保育園",
    ]


def test_unchanged_claims_are_approved_together_and_changed_ones_are_not(two_gardens):
    city, claims = two_gardens
    choices = [(claim.pk, claim.content_hash) for claim in claims.values()]

    with city.open(Role.OFFICER) as officer:
        result = operations.approve_unchanged(choices, by=officer, at=timezone.now())

    assert result.approved == [claims["さくら保育園"].pk]
    assert "前回の承認内容" in result.refused[claims["すみれ保育園"].pk]


def test_together_again_changes_nothing(two_gardens):
    city, claims = two_gardens
    choices = [(claims["さくら保育園"].pk, claims["さくら保育園"].content_hash)]
    with city.open(Role.OFFICER) as officer:
        operations.approve_unchanged(choices, by=officer, at=timezone.now())
        again = operations.approve_unchanged(choices, by=officer, at=timezone.now())

    assert again.approved == []
    assert len(again.refused) == 1


def test_the_reviewer_walks_from_the_inbox_through_both_claims(two_gardens):
    city, claims = two_gardens
    browser = sign_in(city.people[Role.OFFICER])

    page = browser.get(INBOX).content.decode()
    assert "件を選択中" in page
    confirm = browser.post(
        f"{INBOX}together/", {"month": "2026-06", "claim": [str(claims["さくら保育園"].pk)]}
    )
    assert "まとめて承認する請求の確認" in confirm.content.decode()
    sakura = claims["さくら保育園"]
    done = browser.post(
        f"{INBOX}together/approve/", {"choice": [f"{sakura.pk}:{sakura.content_hash}"]}, follow=True
    )
    assert "1件を承認しました" in done.content.decode()
    review = browser.get(f"{INBOX}{claims['すみれ保育園'].pk}/").content.decode()
    assert "と違うところ" in review
    approved = browser.post(
        f"{INBOX}{claims['すみれ保育園'].pk}/approve/",
        {"shown_hash": claims["すみれ保育園"].content_hash, "month": "2026-06"},
    )

    assert approved.status_code == 302
    assert {row.state for row in inbox(city).rows} == {"first"}


def test_a_return_without_a_reason_keeps_the_page_and_says_so(two_gardens):
    city, claims = two_gardens
    claim = claims["さくら保育園"]

    answer = sign_in(city.people[Role.OFFICER]).post(
        f"{INBOX}{claim.pk}/return/", {"shown_hash": claim.content_hash, "reason": " "}
    )

    assert answer.status_code == 422
    assert "差し戻しの理由を入力してください" in answer.content.decode()


def test_nothing_chosen_is_said_in_the_list(two_gardens):
    city, _ = two_gardens

    answer = sign_in(city.people[Role.OFFICER]).post(f"{INBOX}together/", {"month": "2026-06"})

    assert answer.status_code == 422
    assert "1件以上選んでください" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ENROLMENT, 403), (Role.ADMINISTRATOR, 200), (Role.AUDITOR, 404)]
)
def test_the_inbox_is_the_operations_sections(two_gardens, role, status):
    city, _ = two_gardens

    assert sign_in(city.people[role]).get(INBOX).status_code == status


def test_another_citys_claim_is_not_there(two_gardens):
    _, claims = two_gardens
    elsewhere = make_city("129998", "緑野市")

    for claim in claims.values():
        assert sign_in(elsewhere.people[Role.OFFICER]).get(f"{INBOX}{claim.pk}/").status_code == 404


def test_the_export_is_a_spreadsheet_without_formulas(two_gardens):
    city, _ = two_gardens
    make_facility(city, "=1+1保育園", number="1299900000909")
    make_facility(city, "𠮷野保育園", number="1299900000908")
    browser = sign_in(city.people[Role.OFFICER])

    answer = browser.get(f"{INBOX}export/?month=2026-06")
    utf8 = answer.content
    cp932 = browser.get(f"{INBOX}export/?month=2026-06&encoding=cp932").content

    assert utf8.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Disposition"].endswith("_2026-06.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "さくら保育園" in cp932.decode("cp932")
    assert "〓野保育園" in cp932.decode("cp932")
    assert "𠮷野保育園" in utf8.decode("utf-8-sig")
    assert "'=1+1保育園" in utf8.decode("utf-8-sig")
    assert ",=1" not in utf8.decode("utf-8-sig")


def test_a_city_without_a_month_is_told_that_there_is_nothing_to_export(db):
    browser = sign_in(make_city().people[Role.OFFICER])

    answer = browser.get(f"{INBOX}export/", follow=True)

    assert answer.redirect_chain == [(INBOX, 302)]
    assert "書き出す月がまだありません" in answer.content.decode()


def test_the_record_names_every_row_that_was_shown(two_gardens):
    city, _ = two_gardens
    page = sign_in(city.people[Role.OFFICER]).get(INBOX).content.decode()
    shown = {UUID(row) for row in re.findall(r'data-row="([0-9a-f-]{36})"', page)}

    with city.open(Role.AUDITOR):
        event = Event.objects.filter(event="approvals.inbox_shown").latest("number")

    assert event.shown_ids == shown


def test_a_long_list_costs_as_many_queries_as_a_short_one(two_gardens):
    city, _ = two_gardens
    give_counts(make_facility(city, "園", number="1299900000999"), JUNE)
    browser = sign_in(city.people[Role.OFFICER])
    browser.get(INBOX)
    with CaptureQueriesContext(connection) as few:
        browser.get(INBOX)
    for place in range(30):
        give_counts(make_facility(city, f"園{place}", number=f"12999000010{place:02}"), JUNE)

    with CaptureQueriesContext(connection) as many:
        browser.get(INBOX)

    assert len(many) == len(few)


def test_the_claims_status_never_changes_by_looking(two_gardens):
    city, claims = two_gardens
    sign_in(city.people[Role.OFFICER]).get(f"{INBOX}{claims['さくら保育園'].pk}/")

    with city.open():
        assert Claim.objects.get(pk=claims["さくら保育園"].pk).status == ClaimStatus.SUBMITTED


def test_a_month_without_counts_leads_to_the_newest_that_has_some(city):
    play(make_facility(city, "さくら", number="1299900000901", items=NURSERY_ITEMS), MAY)

    page = sign_in(city.people[Role.OFFICER]).get("/c/review/?month=2030-01").content.decode()

    assert "令和12年1月分の児童数は、まだ届いていません" in page
    assert "?month=2026-05" in page


def test_nothing_to_choose_shows_no_bar_to_approve_together(city):
    play(make_facility(city, "さくら", number="1299900000901", items=NURSERY_ITEMS), MAY)

    page = sign_in(city.people[Role.OFFICER]).get("/c/review/?month=2026-05").content.decode()

    assert "審査待ち" in page
    assert "まとめて承認する" not in page


def test_the_inbox_opens_where_claims_wait_for_this_person(city):
    garden = make_facility(city, "さくら", number="1299900000901", items=NURSERY_ITEMS)
    approve(city, play(garden, APRIL), Role.OFFICER)
    play(garden, MAY)
    give_counts(garden, JUNE)
    opened = {}
    for role in (Role.OFFICER, Role.CHIEF, Role.ADMINISTRATOR):
        page = sign_in(city.people[role]).get(INBOX).content.decode()
        opened[role] = re.findall(r'<option value="([\d-]+)" selected>', page)[0]

    assert opened == {Role.OFFICER: "2026-05", Role.CHIEF: "2026-04", Role.ADMINISTRATOR: "2026-06"}


def test_a_decision_leads_back_to_the_month_of_the_claim(city):
    garden = make_facility(city, "さくら", number="1299900000901", items=NURSERY_ITEMS)
    other = make_facility(city, "すみれ", number="1299900000902", items=NURSERY_ITEMS)
    first, second = play(garden, MAY), play(other, MAY)
    play(garden, JUNE)
    browser = sign_in(city.people[Role.OFFICER])

    # Opened from a page that named no month: the next of May, then the list of May.
    page = browser.get(f"{INBOX}{first.pk}/").content.decode()
    one = browser.post(f"{INBOX}{first.pk}/approve/", {"shown_hash": first.content_hash})
    two = browser.post(
        f"{INBOX}{second.pk}/return/",
        {"shown_hash": second.content_hash, "reason": "人数を確認してください。"},
    )

    assert "/c/review/?month=2026-05" in page
    assert f"{second.pk}/" in page, "the next one of its month"
    assert one["Location"].startswith(f"{INBOX}{second.pk}/?month=2026-05")
    assert two["Location"].startswith(f"{INBOX}?month=2026-05")
