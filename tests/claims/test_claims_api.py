"""Other systems of the city read approved claims: exactly what is stored, page by page, and nothing of anybody else."""

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from approvals.operations import claims as approvals
from claims import form_values
from claims.composing import stored_line_as_row
from claims.models import Claim, ClaimLine
from claims.operations.drafting import recalculate
from claims.operations.submitting import open_correction, submit
from claims.queries import approved as approved_queries
from facilities.actors import Role
from facilities.api_clients import ApiScope
from facilities.models import GrantedItem
from portal.views.api_schema import SCHEMA
from pricing import calculate, parse, shipped_books
from pricing.quote import STEP_FIELDS
from rate_books.in_force import title_and_source_of
from tests.access.subjects import api_token
from tests.cast import JUNE, MAY, NURSERY_CELLS, City, Nursery, make_city, sign_in
from tests.claims.stage import AT, confirmed, give_facts, kindergarten, nursery, ready_claim
from tests.documents.test_claim_form import order_and_render, steps_in
from tests.record import events_of

ADDRESS = "/api/v1/claims/"
READ = (ApiScope.CLAIMS_READ,)
MOST_QUERIES = 16
OF_JUNE = f"{ADDRESS}?month=2026-06"


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def token(city: City) -> str:
    return api_token(city, scopes=READ)[1]


def read(token: str, address: str = OF_JUNE, **headers: str) -> Any:
    """As another system would: a token, no session, no cookie."""
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(raise_request_exception=False).get(address, headers={**bearer, **headers})


def claims_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["claims"]
    return found


def names_of(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content
    return [problem["column"] for problem in answer.json()["errors"]]


def submitted(place: Nursery, claim: Claim, *, minutes: int = 0) -> Claim:
    with place.open() as clerk:
        at = AT + timedelta(minutes=minutes)
        return submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=at)


def approve(place: Nursery, claim: Claim, *, minutes: int = 60) -> Claim:
    at = AT + timedelta(minutes=minutes)
    for role in (Role.OFFICER, Role.CHIEF):
        with place.city.open(role) as person:
            approvals.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=at)
    with place.city.open():
        return Claim.objects.get(pk=claim.pk)


def approved(place: Nursery, *, minutes: int = 60) -> Claim:
    return approve(place, submitted(place, ready_claim(place)), minutes=minutes)


def corrected(place: Nursery, claim: Claim) -> Claim:
    """A 過誤調整 of another amount, approved in its place."""
    with place.city.open():
        GrantedItem.objects.filter(facility=place.facility, code="chief_nursery_teacher").delete()
    with place.open() as clerk:
        open_correction(claim.pk, reason="主任保育士の異動を届け出ていませんでした。", by=clerk, at=AT)
        recalculate(place.facility, JUNE, by=clerk, at=AT)
    with place.city.open():
        draft = Claim.objects.get(corrects=claim.pk)
    return approve(place, submitted(place, draft, minutes=90), minutes=120)


# ---------------------------------------------------------------- what is read


def test_an_approved_claim_is_read_as_it_is_stored(city, token):
    sakura = nursery(city)
    claim = approved(sakura)

    answer = read(token)

    (found,) = claims_of(answer)
    with city.open():
        lines = [
            stored_line_as_row(line) for line in ClaimLine.objects.filter(claim=claim).order_by("position")
        ]
    assert found == {
        "id": str(claim.pk),
        "facility_number": "1299900000901",
        "month": "2026-06",
        "version": 1,
        "status": "approved",
        "corrects": None,
        "total_yen": claim.total_yen,
        "approved_at": "2026-06-05T15:32:00+09:00",
        "content_hash": claim.content_hash,
        "ratebook": {"id": "2026-04-sample", "status": "sample", "is_sample": True},
        "inputs": claim.snapshot,
        "lines": lines,
    }
    assert sum(line["amount_yen"] for line in found["lines"]) == found["total_yen"]
    assert answer.json()["next"] is None
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_what_is_read_is_enough_to_compute_every_yen_again(city, token):
    for place in (nursery(city), kindergarten(city)):
        approved(place)

    for found in claims_of(read(token)):
        book = next(book for book in shipped_books() if book.id == found["ratebook"]["id"])
        quote = calculate(parse(found["inputs"]), book)
        assert quote.total_yen == found["total_yen"]
        assert [[step.as_dict() for step in line.steps] for line in quote.lines] == [
            line["steps"] for line in found["lines"]
        ]


def test_an_official_price_is_not_marked_as_a_sample(city, token):
    approved(kindergarten(city))

    (found,) = claims_of(read(token))

    assert found["ratebook"] == {"id": "2026-04", "status": "official", "is_sample": False}


def test_only_what_is_approved_for_the_own_city_and_the_asked_month_is_read(city, token):
    sakura = nursery(city)
    draft = ready_claim(sakura)
    nothing = claims_of(read(token))
    submitted(sakura, draft)
    sent = claims_of(read(token))
    approve(sakura, draft)
    sumire = nursery(city, number="1299900000902")
    give_facts(sumire, saturday_closures=1)
    confirmed(sumire, cells=NURSERY_CELLS, payer_code="129998")
    with city.open():
        assert Claim.objects.filter(outside=True).exists()

    assert nothing == sent == []
    assert [one["id"] for one in claims_of(read(token))] == [str(draft.pk)]
    assert claims_of(read(token, f"{ADDRESS}?month=2026-05")) == []


def test_a_claim_that_was_replaced_is_read_only_when_all_versions_are_asked_for(city, token):
    sakura = nursery(city)
    first = approved(sakura)
    second = corrected(sakura, first)

    (current,) = claims_of(read(token))
    old, new = claims_of(read(token, f"{OF_JUNE}&all_versions=1"))

    assert (current["id"], current["version"], current["corrects"]) == (str(second.pk), 2, str(first.pk))
    assert (old["id"], old["status"], old["total_yen"]) == (str(first.pk), "superseded", first.total_yen)
    assert new == current
    assert first.total_yen != second.total_yen
    assert claims_of(read(token, f"{OF_JUNE}&all_versions=0")) == [current]


def test_one_facility_may_be_asked_for(city, token):
    approved(nursery(city))
    momo = approved(kindergarten(city))
    nursery(city, number="1299900000903")

    (found,) = claims_of(read(token, f"{OF_JUNE}&facility=1299900000911"))

    assert found["id"] == str(momo.pk)
    assert claims_of(read(token, f"{OF_JUNE}&facility=1299900000903")) == []


# ---------------------------------------------------------------- page, paper and API say the same


def steps_of_page(page: str) -> Iterator[list[tuple[str, str]]]:
    """「なぜこの金額？」 of each line."""
    for block in re.findall(r'<dl class="why-steps">(.*?)</dl>', page, re.DOTALL):
        found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", block, re.DOTALL)
        yield [(unescape(label), unescape(text)) for label, text in found if label != "出典"]


@pytest.mark.parametrize("place_of", [nursery, kindergarten])
def test_page_paper_and_api_give_the_same_steps(
    city: City, token: str, run_jobs: Any, place_of: Callable[[City], Nursery]
) -> None:
    place = place_of(city)
    claim = approved(place)

    (found,) = claims_of(read(token))
    page = sign_in(place.clerk).get(f"/f/{place.facility.number}/claims/{claim.pk}/").content.decode()
    review = sign_in(city.people[Role.OFFICER]).get(f"/c/review/{claim.pk}/").content.decode()
    paper = PdfReader(io.BytesIO(order_and_render(place, claim, run_jobs)["pdf"]))

    of_api = [[(step["label"], step["text"]) for step in line["steps"]] for line in found["lines"]]
    # Pages and paper put deductions last.
    assert sorted(steps_of_page(page)) == sorted(of_api)
    assert sorted(steps_of_page(review)) == sorted(of_api)
    with place.open():
        rows = form_values.values(claim.pk, frozenset({"claim_steps"}))["claim_steps"]
    title, _ = title_and_source_of(claim.rate_book, claim.rate_book_hash)
    # A sheet names the book once; its rows are the steps, long ones over several of them.
    on_paper = [(re.sub(r"\s", "", label), text) for label, text in steps_in(rows) if label != "出典"]
    assert on_paper == [
        (re.sub(r"\s", "", label), re.sub(r"\s", "", text.replace(title, "")))
        for steps in of_api
        for label, text in steps
    ]
    annex = "".join(re.sub(r"\s", "", sheet.extract_text()) for sheet in paper.pages).split("計算の根拠", 1)[
        1
    ]
    so_far = 0
    for row in rows:
        if row["text"]:
            so_far = annex.find(re.sub(r"\s", "", row["text"]), so_far)
            assert so_far >= 0, row


@pytest.mark.parametrize("place_of", [nursery, kindergarten])
def test_every_line_has_its_price_row_its_arithmetic_its_rule_and_its_source_as_data(
    city: City, token: str, place_of: Callable[[City], Nursery]
) -> None:
    approved(place_of(city))

    (found,) = claims_of(read(token))

    assert len(found["lines"]) > 10
    for line in found["lines"]:
        by_kind = {step["kind"]: step["values"] for step in line["steps"]}
        rows = next(
            list(by_kind[kind]["rows"] if kind == "class_prices" else by_kind[kind].values())
            for kind in ("price", "class_prices", "prices")
            if kind in by_kind
        )
        assert all(row["book"] == found["ratebook"]["id"] and row["amount"] for row in rows), line["code"]
        assert by_kind["rule"]["rule"]
        assert {"amount", "class"} & set(by_kind), line["code"]
        assert line["source"]
        for step in line["steps"]:
            assert set(STEP_FIELDS[step["kind"]]) - {"part"} <= set(step["values"])
        floored = {"treatment", "share", "percent"} & set(by_kind)
        assert all(by_kind[kind]["rounding"] == "floor10" for kind in floored)
        assert sum(part["amount_yen"] for part in line["parts"]) == line["amount_yen"]


# ---------------------------------------------------------------- page by page


@pytest.fixture
def five(city: City) -> list[Claim]:
    """Five facilities; two of them were approved in the same moment."""
    places = [nursery(city, number=f"12999000009{place:02}") for place in range(1, 6)]
    return [
        approved(place, minutes=minutes) for place, minutes in zip(places, (90, 60, 60, 75, 80), strict=True)
    ]


def pages(token: str, address: str = OF_JUNE) -> Iterator[Any]:
    cursor = ""
    while True:
        answer = read(token, f"{address}&cursor={cursor}" if cursor else address)
        yield answer
        cursor = answer.json()["next"]
        if not cursor:
            return


def test_pages_in_the_order_of_approval_give_each_claim_once(city, token, five, monkeypatch):
    monkeypatch.setattr(approved_queries, "MOST_A_PAGE", 2)

    read_pages = [[one["id"] for one in claims_of(answer)] for answer in pages(token)]

    in_order = sorted(five, key=lambda claim: (claim.approved_at, str(claim.pk)))
    assert [len(page) for page in read_pages] == [2, 2, 1]
    assert [one for page in read_pages for one in page] == [str(claim.pk) for claim in in_order]


def test_a_full_last_page_has_no_next(city, token, five, monkeypatch):
    monkeypatch.setattr(approved_queries, "MOST_A_PAGE", 5)

    assert [len(claims_of(answer)) for answer in pages(token)] == [5]


def test_what_is_approved_or_replaced_between_two_pages_is_not_missed(city, token, monkeypatch):
    monkeypatch.setattr(approved_queries, "MOST_A_PAGE", 1)
    sakura, sumire = nursery(city), nursery(city, number="1299900000902")
    first, other = approved(sakura), approved(sumire, minutes=61)
    reading = pages(token)
    (seen,) = claims_of(next(reading))

    second = corrected(sakura, first)
    rest = [one["id"] for answer in reading for one in claims_of(answer)]

    assert seen["id"] == str(first.pk)
    assert rest == [str(other.pk), str(second.pk)]


def test_a_page_is_of_fifty_claims_and_the_schema_says_so():
    schema = json.loads(SCHEMA.read_text())["components"]["schemas"]["ApprovedClaims"]

    assert schema["properties"]["claims"]["maxItems"] == approved_queries.MOST_A_PAGE == 50


def test_five_claims_cost_as_many_queries_as_one(city, token, five):
    costs = []
    for address in (
        f"{OF_JUNE}&facility=1299900000901",
        f"{OF_JUNE}&facility=1299900000902",
        OF_JUNE,
    ):
        with CaptureQueriesContext(connection) as queries:
            read(token, address)
        costs.append(len(queries))

    assert costs[0] == costs[1] == costs[2] + 1, "one more finds the facility"
    assert max(costs) <= MOST_QUERIES


def test_a_page_the_reader_has_already_is_not_sent_again(city, token):
    sakura = nursery(city)
    claim = approved(sakura)
    tag = read(token)["ETag"]

    same = read(token, **{"If-None-Match": tag})
    weak = read(token, **{"If-None-Match": f'"other", W/{tag}'})
    other = read(token, **{"If-None-Match": '"other"'})
    corrected(sakura, claim)
    changed = read(token, **{"If-None-Match": tag})

    assert [answer.status_code for answer in (same, weak, other, changed)] == [304, 304, 200, 200]
    assert same.content == b""
    assert same["ETag"] == tag != changed["ETag"]


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["month"]),
        ("?month=", ["month"]),
        ("?month=2026-13", ["month"]),
        ("?month=令和8年6月", ["month"]),
        ("?month=2026-06&month=2026-05", ["month"]),
        ("?month=2026-06&facility=", ["facility"]),
        ("?month=2026-06&facility=１２９９９００００００９０１", ["facility"]),
        ("?month=2026-06&facility=%00", ["facility"]),
        ("?month=2026-06&all_versions=yes", ["all_versions"]),
        ("?month=2026-06&cursor=2", ["cursor"]),
        ("?month=2026-06&cursor=00000000-0000-4000-8000-000000000000", ["cursor"]),
        ("?month=2026-06&faclity=1299900000901", ["faclity"]),
        (
            "?facility=x&all_versions=2&cursor=x&page=2",
            ["facility", "all_versions", "cursor", "page", "month"],
        ),
    ],
)
def test_conditions_that_cannot_be_are_all_said_at_once(city, token, query, names):
    answer = read(token, ADDRESS + query)

    assert sorted(names_of(answer)) == sorted(names)
    assert all(problem["message"] for problem in answer.json()["errors"])
    assert not events_of(city, "claims.read_by_system")


def test_a_cursor_of_another_month_is_no_cursor_here(city, token):
    claim = approved(nursery(city))

    assert read(token, f"{OF_JUNE}&cursor={claim.pk}").status_code == 200
    assert names_of(read(token, f"{ADDRESS}?month={MAY}&cursor={claim.pk}")) == ["cursor"]


def test_without_a_valid_token_nothing_is_learnt(city, token):
    place = nursery(city)
    approved(place)

    answers = [read(text) for text in ("", "x", token[:-2] + "__")]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert sign_in(place.clerk).get(OF_JUNE).status_code == 401


def test_a_token_made_for_sending_reads_nothing_and_one_for_reading_sends_nothing(city, token):
    approved(nursery(city))
    _, sender = api_token(city, scopes=(ApiScope.CHILD_COUNTS_WRITE, ApiScope.USER_CHARGES_WRITE))

    refused = read(sender)
    sent = Client().post(
        "/api/v1/child-counts/", b"x", content_type="text/csv", headers={"Authorization": f"Bearer {token}"}
    )

    assert (refused.status_code, sent.status_code) == (403, 403)
    assert "claims" not in refused.json()
    denied = events_of(city, "facilities.api_denied")
    assert [event.detail["page"] for event in denied] == ["api:claims", "api:child_counts"]


def test_another_citys_token_sees_nothing(city):
    claim = approved(nursery(city))
    neighbour = make_city("129998", "緑野市")
    _, theirs = api_token(neighbour, scopes=READ)

    assert claims_of(read(theirs)) == claims_of(read(theirs, f"{OF_JUNE}&all_versions=1")) == []
    real = read(theirs, f"{OF_JUNE}&facility=1299900000901")
    unreal = read(theirs, f"{OF_JUNE}&facility=1299900000999")
    assert (real.status_code, real.content) == (unreal.status_code, unreal.content)
    assert real.status_code == 404
    assert names_of(read(theirs, f"{OF_JUNE}&cursor={claim.pk}")) == ["cursor"]
    assert not events_of(city, "claims.read_by_system")


def test_nothing_can_be_written_here(city, token):
    headers = {"Authorization": f"Bearer {token}"}

    answers = [
        getattr(Client(), name)(OF_JUNE, headers=headers) for name in ("post", "put", "patch", "delete")
    ]

    assert {answer.status_code for answer in answers} == {405}


def test_too_many_calls_are_told_when_to_come_back(city, token, settings):
    settings.API_CALLS_PER_MINUTE = 1

    answers = [read(token) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1]["Retry-After"]) >= 1


# ---------------------------------------------------------------- the record


def test_every_page_read_is_on_record_with_its_claims(city):
    row, text = api_token(city, scopes=READ)
    sakura = nursery(city)
    claim, other = approved(sakura), approved(kindergarten(city))
    tag = read(text)["ETag"]
    read(text, **{"If-None-Match": tag})
    read(text, f"{OF_JUNE}&facility=1299900000901&all_versions=1")

    whole, again, one = events_of(city, "claims.read_by_system")

    assert whole.rows["claim"] == again.rows["claim"] == sorted([str(claim.pk), str(other.pk)])
    assert one.rows["claim"] == [str(claim.pk)]
    assert (whole.facility_id, one.facility_id) == (None, sakura.facility.pk)
    assert one.detail == {"month": "2026-06", "all_versions": True}
    for event in (whole, again, one):
        assert (event.actor_id, event.actor_label, event.entrance) == (str(row.pk), "基幹システム", "api")
    auditor = sign_in(city.people[Role.AUDITOR]).get("/a/").content.decode()
    assert "承認済みの請求をほかのシステムが読んだ（API）" in auditor


# ---------------------------------------------------------------- the schema


def test_the_answer_has_the_form_of_the_schema(city, token):
    schemas = json.loads(SCHEMA.read_text())["components"]["schemas"]
    for place in (nursery(city), kindergarten(city)):
        approved(place)

    answer = read(token).json()

    def holds(body: dict[str, Any], schema: dict[str, Any]) -> None:
        assert set(schema["required"]) <= set(body)
        if "properties" in schema:
            assert set(body) <= set(schema["properties"])
            for name, described in schema["properties"].items():
                if "enum" in described and name in body:
                    assert body[name] in described["enum"]

    holds(answer, schemas["ApprovedClaims"])
    for claim in answer["claims"]:
        holds(claim, schemas["Claim"])
        holds(claim["ratebook"], schemas["Claim"]["properties"]["ratebook"])
        holds(claim["inputs"], schemas["Claim"]["properties"]["inputs"])
        for line in claim["lines"]:
            holds(line, schemas["ClaimLine"])
            for part in line["parts"]:
                holds(part, schemas["ClaimLine"]["properties"]["parts"]["items"])
            for step in line["steps"]:
                holds(step, schemas["ClaimLine"]["properties"]["steps"]["items"])


def test_the_schema_tells_of_every_answer_and_every_kind_of_step():
    described = json.loads(SCHEMA.read_text())
    steps = described["components"]["schemas"]["ClaimLine"]["properties"]["steps"]["items"]

    assert set(described["paths"][ADDRESS]["get"]["responses"]) == {
        "200", "304", "401", "403", "404", "405", "422", "429",
    }  # fmt: skip
    assert set(steps["properties"]["kind"]["enum"]) == set(STEP_FIELDS)


def test_the_administrator_may_choose_reading_on_the_page(city):
    page = sign_in(city.people[Role.ADMINISTRATOR]).get("/c/api-tokens/").content.decode()

    assert 'value="claims:read"' in page
    assert "承認済みの請求を読む" in page
