"""Tokens of other systems: shown once, stored as a keyed hash, bound to one city and to what they were made for."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from facilities.actors import Role
from facilities.api_clients import ApiScope, TokenLacksScope
from facilities.models import ApiToken
from facilities.operations import api_tokens
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from tests.cast import Browser, City, make_city, make_facility, sign_in
from tests.record import events_of

AT = datetime(2026, 6, 5, 5, 0, tzinfo=UTC)
TODAY = date(2026, 6, 5)
COUNTS = (ApiScope.CHILD_COUNTS_WRITE,)
SHOWN = re.compile(r"hagukumi_[0-9]{6}_[A-Za-z0-9_-]{43}")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def make(city: City, label: str = "基幹システム", **changes: Any) -> tuple[ApiToken, str]:
    values = {"scopes": COUNTS, "expires_on": TODAY, "at": AT, **changes}
    with city.open() as administrator:
        return api_tokens.create(label, by=administrator, **values)


def who(city: City, text: str, at: datetime = AT) -> Any:
    with scope(city.municipality.pk, None):
        return api_tokens.authenticate(text, at=at)


def type_in(administrator: Browser, **changes: str) -> Any:
    values = {
        "label": "基幹システム",
        "scopes": ApiScope.CHILD_COUNTS_WRITE.value,
        "expires_on": str(date.today() + timedelta(days=30)),
    }
    return administrator.post("/c/api-tokens/", {**values, **changes})


# ---------------------------------------------------------------- what a token is


def test_a_token_acts_for_its_city_and_for_what_it_was_made_for(city):
    row, text = make(city)

    client = who(city, text)

    assert api_tokens.city_of(text) == city.municipality
    assert (client.id, client.label, client.municipality_id) == (
        str(row.pk),
        "基幹システム",
        city.municipality.pk,
    )
    client.require(ApiScope.CHILD_COUNTS_WRITE)
    with pytest.raises(TokenLacksScope):
        replace(client, scopes=frozenset()).require(ApiScope.CHILD_COUNTS_WRITE)


def test_the_token_itself_is_stored_nowhere(city):
    row, text = make(city)
    secret = text.split("_", 2)[2]

    with city.open(), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM facilities_apitoken t WHERE id = %s", [row.pk])
        stored = cursor.fetchone()[0]

    assert secret not in stored
    assert len(bytes(row.token_hash)) == 32
    assert all(secret not in str(event.detail) + str(event.rows) for event in events_of(city))


def test_it_ends_with_the_last_moment_of_its_last_day_in_japan(city):
    _, text = make(city)
    midnight = datetime(2026, 6, 5, 15, 0, tzinfo=UTC)

    assert who(city, text, midnight - timedelta(seconds=1))
    with pytest.raises(api_tokens.TokenRefused):
        who(city, text, midnight)


def test_a_revoked_token_opens_nothing_and_is_revoked_once(city):
    row, text = make(city)

    with city.open() as administrator:
        api_tokens.revoke(row.pk, by=administrator, at=AT)
        with pytest.raises(NotAllowed, match="すでに取り消されています"):
            api_tokens.revoke(row.pk, by=administrator, at=AT)

    with pytest.raises(api_tokens.TokenRefused):
        who(city, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hagukumi_129999_",
        "hagukumi_999999_" + "a" * 43,
        "hagukumi_129999_" + "a" * 42,
        "hagukumi_129999_" + "a" * 43 + "\n",
        "x" * 100_000,
    ],
)
def test_what_is_no_token_names_no_city(city, text):
    with pytest.raises(api_tokens.TokenRefused):
        api_tokens.city_of(text)


def test_a_good_token_with_another_citys_code_opens_neither_city(city):
    other = make_city("129998", "緑野市")
    _, text = make(city)
    bent = text.replace("129999", "129998")

    assert api_tokens.city_of(bent) == other.municipality
    for place in (city, other):
        with pytest.raises(api_tokens.TokenRefused):
            who(place, bent)
    with pytest.raises(api_tokens.TokenRefused):
        who(other, text)


def test_calls_of_a_minute_are_counted_and_the_next_minute_begins_anew(city, settings):
    settings.API_CALLS_PER_MINUTE = 3
    _, text = make(city)
    for _ in range(3):
        who(city, text)

    with pytest.raises(api_tokens.TooManyCalls) as refusal:
        who(city, text, AT + timedelta(seconds=20))

    assert 40 <= refusal.value.seconds <= 41
    assert who(city, text, AT + timedelta(seconds=60))


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_are_all_counted(settings):
    settings.API_CALLS_PER_MINUTE = 5
    city = make_city()
    _, text = make(city)

    def call(_: int) -> bool:
        try:
            with transaction.atomic():
                who(city, text)
            return True
        except api_tokens.TooManyCalls:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(call, range(16)))

    assert sum(answers) == 5


# ---------------------------------------------------------------- making one


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"label": "　"}, "名前を入力してください。"),
        ({"label": "長" * 61}, "名前は60字までで入力してください。"),
        ({"scopes": ()}, "できることを選んでください。"),
        ({"scopes": ("payments:write",)}, "できることを選んでください。"),
        ({"expires_on": TODAY - timedelta(days=1)}, "今日から1年以内"),
        ({"expires_on": TODAY + timedelta(days=365)}, "今日から1年以内"),
    ],
)
def test_what_is_missing_is_said(city, changes, sentence):
    with pytest.raises(ProblemsFound, match=sentence):
        make(city, **changes)

    with city.open():
        assert not ApiToken.objects.exists()


def test_everything_wrong_is_said_at_once(city):
    with pytest.raises(ProblemsFound) as refusal:
        make(city, "", scopes=(), expires_on=date(2020, 1, 1))

    assert len(str(refusal.value).splitlines()) == 3


def test_only_the_administrator_makes_and_revokes(city):
    row, _ = make(city)
    for role in (Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.AUDITOR):
        with city.open(role) as person:
            with pytest.raises(NotAllowed):
                api_tokens.create("x", scopes=COUNTS, expires_on=TODAY, by=person, at=AT)
            with pytest.raises(NotAllowed):
                api_tokens.revoke(row.pk, by=person, at=AT)


def test_twenty_usable_tokens_are_enough(city):
    for place in range(20):
        make(city, f"システム{place}")

    with pytest.raises(ProblemsFound, match="20件まで"):
        make(city)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("label = ''", "api_token_has_a_label"),
        ("expires_at = made_at", "api_token_lives_a_year_at_most"),
        ("expires_at = made_at + interval '367 days'", "api_token_lives_a_year_at_most"),
        ("revoked_at = now()", "api_token_revocation_has_time_and_person"),
        ("revoked_by = made_by", "api_token_revocation_has_time_and_person"),
    ],
)
def test_the_database_refuses_what_cannot_be(city, change, rule):
    make(city)

    with (
        city.open(),
        pytest.raises(IntegrityError, match=rule),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE facilities_apitoken SET {change}")


# ---------------------------------------------------------------- the page


def test_a_new_token_is_shown_once_and_never_lies_in_the_session(city):
    administrator = sign_in(city.people[Role.ADMINISTRATOR])

    answer = type_in(administrator)
    session = Session.objects.get(pk=administrator.session.session_key).get_decoded()
    first = administrator.get("/c/api-tokens/").content.decode()
    again = administrator.get("/c/api-tokens/").content.decode()

    assert answer.status_code == 302
    shown = SHOWN.search(first)
    assert shown
    assert shown[0].split("_", 2)[2] not in str(session)
    assert who(city, shown[0], datetime.now(UTC)).label == "基幹システム"
    assert not SHOWN.search(again)
    assert "使えます" in again


def test_a_new_token_stands_whole_in_a_field_that_can_be_selected_and_copied(city):
    administrator = sign_in(city.people[Role.ADMINISTRATOR])
    type_in(administrator)

    page = administrator.get("/c/api-tokens/").content.decode()

    shown = SHOWN.search(page)
    assert shown
    assert re.search(rf'<textarea id="new-token"[^>]* readonly>{re.escape(shown[0])}</textarea>', page)
    assert 'data-copy="new-token"' in page


def test_the_page_says_what_is_wrong_beside_the_field_and_makes_nothing(city):
    administrator = sign_in(city.people[Role.ADMINISTRATOR])

    answer = type_in(administrator, label="", expires_on="2020-01-01")
    late = type_in(administrator, expires_on="2020-01-01")

    assert (answer.status_code, late.status_code) == (422, 422)
    assert "名前を入力してください。" in answer.content.decode()
    assert "有効期限は、今日から1年以内の日にしてください。" in late.content.decode()
    with city.open():
        assert not ApiToken.objects.exists()


def test_revoked_on_the_page_it_is_listed_as_revoked(city):
    administrator = sign_in(city.people[Role.ADMINISTRATOR])
    row, text = make(city, expires_on=date.today() + timedelta(days=5), at=datetime.now(UTC))

    administrator.post(f"/c/api-tokens/{row.pk}/revoke/")
    page = administrator.get("/c/api-tokens/").content.decode()
    again = administrator.post(f"/c/api-tokens/{row.pk}/revoke/")

    assert "取消済み" in page
    assert f"/c/api-tokens/{row.pk}/revoke/" not in page
    assert again.status_code == 422
    assert "すでに取り消されています" in again.content.decode()
    with pytest.raises(api_tokens.TokenRefused):
        who(city, text, datetime.now(UTC))


def test_another_citys_token_looks_like_one_that_does_not_exist(city):
    row, _ = make(city)
    neighbour = sign_in(make_city("129998", "緑野市").people[Role.ADMINISTRATOR])

    real = neighbour.post(f"/c/api-tokens/{row.pk}/revoke/")
    unreal = neighbour.post("/c/api-tokens/00000000-0000-4000-8000-000000000000/revoke/")

    assert (real.status_code, unreal.status_code) == (404, 404)
    assert real.content == unreal.content
    assert "トークンはまだありません" in neighbour.get("/c/api-tokens/").content.decode()


def test_everybody_else_of_the_city_and_every_facility_stays_outside(city):
    sakura = make_facility(city)

    for role in (Role.ENROLMENT, Role.OFFICER, Role.CHIEF, Role.MANAGER):
        assert sign_in(city.people[role]).get("/c/api-tokens/").status_code == 403
        assert "/c/api-tokens/" not in sign_in(city.people[role]).get("/c/").content.decode()
    assert sign_in(sakura.clerk).get("/c/api-tokens/").status_code == 404


def test_making_and_revoking_stand_in_the_record(city):
    row, _ = make(city)
    with city.open() as administrator:
        api_tokens.revoke(row.pk, by=administrator, at=AT)

    (made,) = events_of(city, "facilities.api_token_created")
    (revoked,) = events_of(city, "facilities.api_token_revoked")
    assert made.rows == revoked.rows == {"token": [str(row.pk)]}
    assert made.detail == {"scopes": ["child_counts:write"], "expires_on": "2026-06-05"}


def test_ten_tokens_cost_as_many_queries_as_one(city, django_assert_max_num_queries):
    administrator = sign_in(city.people[Role.ADMINISTRATOR])
    now = datetime.now(UTC)
    costs = []
    for more in (1, 9):
        for place in range(more):
            make(city, f"システム{more}-{place}", expires_on=date.today(), at=now)
        administrator.get("/c/api-tokens/")
        with django_assert_max_num_queries(12) as queries:
            administrator.get("/c/api-tokens/")
        costs.append(len(queries))

    assert costs[0] == costs[1]
