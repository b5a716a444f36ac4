"""The core system pushes its counts: the same checks as in the browser, and people still decide."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPMethod
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims import api
from claims.models import CountImport, CountSheet, MappingDraft
from claims.operations import counts_import
from claims.states import ImportStatus
from facilities.actors import Role
from facilities.operations import api_tokens
from facilities.rules import NotAllowed
from portal.views.api_schema import SCHEMA
from tests.access.subjects import AUGUST, OTHER_LAYOUT, api_token, saved_mapping
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.record import events_of

ADDRESS = "/api/v1/child-counts/"
BAD = AUGUST.replace("1299900000901", "1299900000999").replace(",17\n", ",x7\n")
NAMES = AUGUST.replace("さくら保育園", "見本 太郎").replace("すみれ保育園", "見本 次郎")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    place = make_facility(city)
    make_facility(city, "すみれ保育園", number="1299900000902")
    return place


@pytest.fixture
def token(city: City) -> str:
    return api_token(city)[1]


def send(token: str, content: str | bytes = AUGUST, *, query: str = "", kind: str = "text/csv") -> Any:
    """As another system would: a body and a token, no session, no cookie."""
    body = content.encode("cp932") if isinstance(content, str) else content
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(raise_request_exception=False).post(
        ADDRESS + query, body, content_type=kind, headers=headers
    )


def sentences(answer: Any) -> list[tuple[int, str, str]]:
    return [(one["line"], one["column"], one["message"]) for one in answer.json()["errors"]]


def imports_of(city: City) -> list[CountImport]:
    with city.open():
        return list(CountImport.objects.all())


# ---------------------------------------------------------------- what happens to a file


def test_what_is_sent_waits_for_the_enrolment_section(city, sakura, token, run_jobs, mail_folder):
    answer = send(token)

    (imported,) = imports_of(city)
    assert answer.status_code == 201
    assert answer.json() == {
        "import_id": str(imported.pk),
        "status": "previewed",
        "months": ["2026-08"],
        "summary": imported.summary,
    }
    assert answer.json()["summary"]["rows"] == 2
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    with city.open():
        assert not CountSheet.objects.exists(), "nothing is accepted by itself"
    run_jobs()
    (mail,) = [
        text
        for file in mail_folder.iterdir()
        if city.people[Role.ENROLMENT].address in (text := file.read_text())
    ]
    assert f"/c/counts/imports/{imported.pk}/" in mail
    enrolment = sign_in(city.people[Role.ENROLMENT])
    page = enrolment.get(f"/c/counts/imports/{imported.pk}/").content.decode()
    assert "API：基幹システム から届きました" in page
    accepted = enrolment.post(f"/c/counts/imports/{imported.pk}/accept/")
    assert accepted.status_code == 302
    with city.open():
        assert CountSheet.objects.count() == 2


def test_a_form_with_a_file_is_the_same(city, sakura, token):
    file = SimpleUploadedFile("counts.csv", AUGUST.encode("cp932"), "text/csv")

    answer = Client().post(ADDRESS, {"file": file}, headers={"Authorization": f"Bearer {token}"})
    again = send(token)

    assert (answer.status_code, again.status_code) == (201, 200)
    assert again.json() == answer.json()


def test_the_same_file_again_is_the_same_preview_until_somebody_has_decided(city, sakura, token):
    first, second = send(token), send(token)
    (imported,) = imports_of(city)
    with city.open(Role.ENROLMENT) as enrolment:
        counts_import.accept(imported.pk, by=enrolment, at=timezone.now())

    third = send(token)

    assert [answer.status_code for answer in (first, second, third)] == [201, 200, 201]
    assert first.json()["import_id"] == second.json()["import_id"] != third.json()["import_id"]
    assert third.json()["summary"]["unchanged"] == 2


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_it_is_one_preview():
    city = make_city()
    make_facility(city)
    make_facility(city, "すみれ保育園", number="1299900000902")
    _, token = api_token(city)

    def call(_: int) -> int:
        try:
            return int(send(token).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as systems:
        answers = sorted(systems.map(call, range(4)))

    assert answers == [200, 200, 200, 201]
    assert len(imports_of(city)) == 1


def test_every_problem_has_its_place_and_nothing_is_kept(city, sakura, token):
    answer = send(token, BAD)

    assert answer.status_code == 422
    assert [(line, column) for line, column, _ in sentences(answer)] == [(2, "事業所番号"), (2, "初日在籍数")]
    assert answer.json()["unlisted"] == 0
    assert imports_of(city) == []
    (refused,) = events_of(city, "counts.refused")
    assert (refused.actor_label, refused.entrance, refused.outcome) == ("基幹システム", "api", "refused")


def test_a_file_with_names_is_refused_and_leaves_only_its_hash(city, sakura, token):
    answer = send(token, NAMES)

    assert answer.status_code == 422
    assert "見本" not in answer.content.decode()
    assert imports_of(city) == []
    for event in events_of(city):
        assert "見本" not in json.dumps([event.detail, event.rows], ensure_ascii=False)


def test_another_layout_needs_its_mapping_and_may_need_its_month(city, sakura, token):
    unknown = send(token, OTHER_LAYOUT)
    with city.open():
        assert not MappingDraft.objects.exists(), "nobody is there to choose columns"
    saved_mapping(city)

    known = send(token, OTHER_LAYOUT)
    wrong_month = send(token, OTHER_LAYOUT, query="?month=13")

    assert unknown.status_code == 422
    assert known.status_code == 201
    assert wrong_month.status_code == 422
    assert imports_of(city)[0].mapping_name == "みほんシステム"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b"PK\x03\x04" + b"0" * 100, b"\n" * 100])
def test_what_is_no_table_gets_a_sentence(city, sakura, token, content):
    answer = send(token, content)

    assert answer.status_code == 422
    assert all(message for _, _, message in sentences(answer))


def test_no_file_at_all_is_an_empty_file(city, sakura, token):
    nothing = Client().post(ADDRESS, {}, headers={"Authorization": f"Bearer {token}"})

    assert nothing.status_code == 422
    assert sentences(nothing)


@pytest.mark.parametrize("kind", ["text/csv", "multipart"])
def test_too_large_is_said_and_not_kept(city, sakura, token, kind):
    content = b"0,1,2,3,4,5,6,7\n" * (6 * 1024 * 64)

    if kind == "multipart":
        file = SimpleUploadedFile("counts.csv", content, "text/csv")
        answer = Client().post(ADDRESS, {"file": file}, headers={"Authorization": f"Bearer {token}"})
    else:
        answer = send(token, content)

    assert answer.status_code == 413
    assert "5MBまで" in sentences(answer)[0][2]
    assert imports_of(city) == []


def test_other_forms_and_other_methods_are_refused(city, sakura, token):
    headers = {"Authorization": f"Bearer {token}"}
    other = Client().post(ADDRESS, b"{}", content_type="application/json", headers=headers)
    methods = [
        getattr(Client(), name)(ADDRESS, headers=headers) for name in ("get", "put", "patch", "delete")
    ]

    assert other.status_code == 415
    assert [answer.status_code for answer in methods] == [405] * 4
    assert all("message" in answer.content.decode() for answer in (other, *methods))


# ---------------------------------------------------------------- who may


def test_without_a_valid_token_every_answer_is_the_same(city, sakura, token):
    revoked, text = api_token(city)
    with city.open() as administrator:
        api_tokens.revoke(revoked.pk, by=administrator, at=timezone.now())
    last = token[-1]
    wrong = ["", "x", text, token[:-1] + ("A" if last != "A" else "B"), token.replace("129999", "129997")]

    answers = [send(one) for one in wrong]
    basic = Client().post(ADDRESS, b"", content_type="text/csv", headers={"Authorization": f"Basic {token}"})

    assert {answer.status_code for answer in (*answers, basic)} == {401}
    assert len({answer.content for answer in (*answers, basic)}) == 1
    assert answers[0]["WWW-Authenticate"] == "Bearer"
    assert imports_of(city) == []


def test_a_session_of_the_enrolment_section_opens_nothing_here(city, sakura):
    enrolment = sign_in(city.people[Role.ENROLMENT])

    assert enrolment.post(ADDRESS, AUGUST.encode("cp932"), content_type="text/csv").status_code == 401


def test_a_token_for_something_else_is_refused(city, sakura):
    _, text = api_token(city)
    with city.open(), connection.cursor() as cursor:
        cursor.execute("UPDATE facilities_apitoken SET scopes = '[]'")

    answer = send(text)

    assert answer.status_code == 403
    assert imports_of(city) == []
    (denied,) = events_of(city, "facilities.api_denied")
    assert denied.detail == {"page": "api:child_counts", "status": 403}


def test_an_operation_asks_for_the_scope_itself(city, sakura):
    _, text = api_token(city)
    with city.open():
        client = api_tokens.authenticate(text, at=timezone.now())
        without = type(client)(client.id, client.label, client.role, client.municipality_id, frozenset())
        with pytest.raises(NotAllowed):
            counts_import.preview(AUGUST.encode("cp932"), by=without, at=timezone.now())
        sent = counts_import.preview(AUGUST.encode("cp932"), by=client, at=timezone.now())
        with pytest.raises(NotAllowed):
            counts_import.accept(sent.pk, by=client, at=timezone.now())


def test_another_citys_token_fills_only_its_own_city(city, sakura, token):
    neighbour = make_city("129998", "緑野市")
    _, theirs = api_token(neighbour)

    answer = send(theirs)

    assert answer.status_code == 422
    assert "登録されていません" in sentences(answer)[0][2]
    assert imports_of(city) == imports_of(neighbour) == []


def test_too_many_calls_are_told_when_to_come_back(city, sakura, token, settings):
    settings.API_CALLS_PER_MINUTE = 2

    answers = [send(token) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 200, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 61


def test_a_call_that_breaks_leaves_nothing_and_may_be_sent_again(city, sakura, token, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(api, "arrive", lambda *_, **__: 1 / 0)
        assert send(token).status_code == 500

    assert imports_of(city) == []
    assert send(token).status_code == 201


# ---------------------------------------------------------------- the record


def test_every_call_stands_in_the_record_under_the_tokens_name(city, sakura):
    row, text = api_token(city)

    send(text)
    send(text)

    arrived = events_of(city, "counts.arrived")
    (imported,) = imports_of(city)
    assert [event.detail["repeated"] for event in arrived] == [False, True]
    for event in (*arrived, *events_of(city, "counts.previewed")):
        assert (event.actor_id, event.actor_label, event.actor_role) == (str(row.pk), "基幹システム", "API")
        assert event.rows["import"] == [str(imported.pk)]
    auditor = sign_in(city.people[Role.AUDITOR]).get("/a/").content.decode()
    assert "児童数のファイルが届いた（フォルダ・API）" in auditor


def test_denied_calls_are_recorded_in_the_city_the_token_names(city, sakura, token):
    send(token[:-1] + ("A" if token[-1] != "A" else "B"))

    (denied,) = events_of(city, "facilities.api_denied")
    assert (denied.outcome, denied.detail["status"], denied.entrance) == ("refused", 401, "api")
    assert token not in str(denied.detail)


# ---------------------------------------------------------------- the schema


def test_the_schema_tells_of_every_address_and_method_there_is():
    described = json.loads(SCHEMA.read_text())

    views = {
        reverse("api:child_counts"): api.ChildCounts,
        reverse("api:claims"): api.ApprovedClaims,
        reverse("api:user_charges"): api.UserCharges,
    }
    assert set(described["paths"]) == set(views)
    for path, view in views.items():
        there = {name for name in view.http_method_names if name != "head" and hasattr(view, name)}
        assert set(described["paths"][path]) == there
        assert there <= {method.value.lower() for method in HTTPMethod}


def test_the_answers_have_the_form_of_the_schema(city, sakura, token):
    described = json.loads(SCHEMA.read_text())
    known = described["components"]["schemas"]
    answers = {"Import": send(token).json(), "Errors": send(token, BAD).json()}

    for name, body in answers.items():
        assert set(known[name]["required"]) <= set(body) <= set(known[name]["properties"])
    assert set(answers["Import"]["summary"]) == set(known["Import"]["properties"]["summary"]["required"])
    assert all(type(value) is int for value in answers["Import"]["summary"].values())
    for problem in answers["Errors"]["errors"]:
        assert set(problem) == {"line", "column", "message"}
    statuses = set(described["paths"][ADDRESS]["post"]["responses"])
    assert statuses == {"200", "201", "400", "401", "403", "405", "413", "415", "422", "429"}


def test_the_schema_is_open_and_tells_nothing_of_any_city(city):
    answer = Client().get("/api/v1/schema/")

    assert answer.status_code == 200
    assert "青葉台" not in answer.content.decode()


def test_a_token_of_yesterday_is_over(city, sakura):
    row, text = api_token(city)
    with city.open():
        row.made_at -= timedelta(days=40)
        row.expires_at = timezone.now() - timedelta(seconds=1)
        row.save(update_fields=["made_at", "expires_at"])

    assert send(text).status_code == 401
    with city.open():
        assert not CountImport.objects.filter(status=ImportStatus.PREVIEWED).exists()
