"""The auditor's pages: found, filtered, exported, and themselves recorded; the record cannot be changed by anybody."""

import csv
import io
import re
from datetime import date
from enum import StrEnum
from importlib import import_module
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from audit.models import Event
from audit.record import NOBODY, Context, NoAuditContext, Outcome, Who, context, record
from audit.tasks import make_partitions
from claims.operations import submitting
from documents import operations
from facilities.actors import Role
from facilities.rules import NotAllowed
from portal.event_words import WORDS
from portal.events import PortalEvent
from tests.cast import Browser, City, Nursery, make_city, make_facility, sign_in
from tests.documents.test_claim_form import approve, order_and_render, submitted_claim
from tests.record import events_of


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def auditor(city: City) -> Browser:
    return sign_in(city.people[Role.AUDITOR])


def happen(nursery: Nursery, event: str = "claims.shown", **arguments) -> None:
    with nursery.open():
        record(event, **arguments)


def shown_in(answer) -> list[str]:
    return re.findall(r'data-row="([0-9a-f-]{36})"', answer.content.decode())


def test_the_newest_event_comes_first(city, sakura, auditor):
    for event in ("counts.confirmed", "claims.shown", "claims.submitted"):
        happen(sakura, event)

    page = auditor.get("/a/").content.decode()

    places = [page.rindex(WORDS[name]) for name in ("claims.submitted", "claims.shown", "counts.confirmed")]
    assert places == sorted(places)


def test_an_event_without_words_shows_its_name(sakura, auditor):
    happen(sakura, "claims.something_new")

    assert "claims.something_new" in auditor.get("/a/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event=claims.", {"claims.shown", "claims.submitted"}),
        ("event=counts.confirmed", {"counts.confirmed"}),
        ("outcome=refused", {"claims.submitted"}),
        ("actor=f1299900000902", {"counts.confirmed"}),
        ("actor=施設職員", {"claims.shown", "claims.submitted", "counts.confirmed"}),
        ("facility=すみれ", {"counts.confirmed"}),
        ("facility=1299900000901", {"claims.shown", "claims.submitted"}),
        ("facility=%", set()),
        ("object_id=nothing", set()),
        ("last_day=2020-01-01", set()),
        ("first_day=2999-01-01", set()),
    ],
)
def test_events_are_filtered(city, sakura, auditor, query, found):
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    happen(sakura, "claims.shown")
    happen(sakura, "claims.submitted", outcome=Outcome.REFUSED)
    happen(sumire, "counts.confirmed")

    ids = set(shown_in(auditor.get(f"/a/?{query}")))

    names = {event.event for event in events_of(city) if str(event.pk) in ids}
    assert names == found


def test_a_nonsense_filter_is_told_at_its_field(sakura, auditor):
    answer = auditor.get("/a/?first_day=きのう")

    assert answer.status_code == 200
    assert 'href="#id_first_day"' in answer.content.decode()


def test_pages_follow_each_other_without_gap_or_repetition(city, sakura, auditor):
    for _ in range(130):
        happen(sakura, "claims.shown")
    wanted = {str(event.pk) for event in events_of(city, "claims.shown")}

    first = auditor.get("/a/?event=claims.shown")
    (query,) = set(re.findall(r'href="\?([^"]*before=\d+[^"]*)"', first.content.decode()))
    second = auditor.get(f"/a/?{query.replace('&amp;', '&')}")

    assert len(shown_in(first)) == 100
    assert len(shown_in(second)) == 30
    assert set(shown_in(first)) | set(shown_in(second)) == wanted


def test_one_event_shows_its_rows_and_what_else_happened(city, sakura, auditor):
    happen(sakura, "claims.shown", on=sakura.facility, detail={"month": "2026-06"})
    happen(sakura, "claims.submitted", on=sakura.facility)
    event = events_of(city, "claims.shown")[0]

    page = auditor.get(f"/a/events/{event.pk}/").content.decode()

    assert "2026-06" in page
    assert WORDS["claims.submitted"] in page
    assert str(event.request_id) in page


def test_the_reading_itself_is_recorded_with_what_was_shown(city, sakura, auditor):
    happen(sakura, "claims.shown")

    listed = auditor.get("/a/?event=claims.")
    auditor.get("/a/export/?event=claims.")

    read = events_of(city, PortalEvent.AUDIT_LISTED)[-1]
    exported = events_of(city, PortalEvent.AUDIT_EXPORTED)[-1]
    assert sorted(read.rows["event"]) == sorted(shown_in(listed))
    assert read.detail == {"event": "claims."}
    assert exported.detail == {"event": "claims.", "events": 1}
    assert read.actor_label == "auditor-129999"


def test_the_export_opens_in_a_spreadsheet_and_holds_no_formula(city, sakura, auditor):
    formula = Who(id="x", label='=HYPERLINK("http://example.jp")', role="@role")
    for sign in ("+1", "-1", "＝1", "\t1"):
        with context(Context(who=formula, address=sign, municipality_id=city.municipality.pk)):
            record("claims.shown", facility_id=sakura.facility.pk, detail={})

    answer = auditor.get("/a/export/?event=claims.")

    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Disposition"].startswith(f"attachment; filename*=utf-8''{quote('操作の記録_')}")
    assert rows[0][:3] == ["日時", "利用者ID", "役割"]
    assert len(rows) == 5
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(tuple("=+-@\t\r＝＋－＠"))]
    assert rows[1][1] == '\'=HYPERLINK("http://example.jp")'


def test_everything_about_a_claim_is_found_under_its_id(city, auditor, run_jobs):
    garden, claim = submitted_claim(city)
    with garden.open() as clerk, pytest.raises(NotAllowed):
        operations.order("decision_notice", "claim", claim.pk, by=clerk, at=timezone.now())
    approve(city, claim)
    order_and_render(garden, claim, run_jobs)
    happen(garden, rows={"claim": [claim.pk]})
    happen(garden, "facts.shown")

    names = {
        Event.objects.get(pk=row).event
        for row in shown_in(auditor.get(f"/a/?object_id={claim.pk}"))
        if Event.objects.filter(pk=row).exists()
    }

    assert {
        "claims.submitted",
        "approvals.decided",
        "claims.approved",
        "documents.ordered",
        "documents.rendered",
        "documents.downloaded",
        "claims.shown",
    } <= names
    assert "facts.shown" not in names


def test_a_refusal_is_found_under_what_it_was_aimed_at(city, auditor):
    garden, claim = submitted_claim(city)
    with garden.open() as clerk, pytest.raises(NotAllowed):
        operations.order("decision_notice", "claim", claim.pk, by=clerk, at=timezone.now())
    with garden.open() as clerk, pytest.raises(NotAllowed):
        submitting.correct(claim.pk, by=clerk, at=timezone.now())

    page = auditor.get(f"/a/?object_id={claim.pk}&outcome=refused").content.decode()

    assert WORDS["claims.corrected"] in page.split("<table")[1]


def test_nonsense_instead_of_an_id_finds_nothing(sakura, auditor):
    happen(sakura)

    for nonsense in ('") || (1 == 1', "'; DROP TABLE audit_event; --", "\\", "$.*"):
        answer = auditor.get("/a/", {"object_id": nonsense})
        assert answer.status_code == 200
        assert shown_in(answer) == []


def test_another_citys_events_are_invisible(city, sakura, auditor):
    there = make_city("129998", "緑野市")
    konan = make_facility(there, "こもれび保育園", number="1299800000901")
    happen(konan, "claims.shown")
    foreign = events_of(there, "claims.shown")[0]

    assert str(foreign.pk) not in auditor.get("/a/").content.decode()
    assert auditor.get(f"/a/events/{foreign.pk}/").status_code == 404
    assert len(auditor.get("/a/export/").content.decode().splitlines()) == len(events_of(city))
    with city.open(Role.AUDITOR):
        assert not Event.objects.filter(municipality_id=there.municipality.pk).exists()


def test_a_facility_reads_no_events_at_all(sakura):
    happen(sakura)

    with sakura.open():
        assert not Event.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET outcome = 'done'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
    ],
)
def test_the_application_cannot_change_the_record(sakura, statement):
    happen(sakura)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_event NO FORCE ROW LEVEL SECURITY; UPDATE audit_event SET outcome = 'failed'",
        "ALTER TABLE audit_event NO FORCE ROW LEVEL SECURITY; DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "TRUNCATE audit_event_default",
    ],
)
def test_not_even_the_owner_changes_the_record(as_owner, statement):
    city = make_city()
    happen(make_facility(city))

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        as_owner(statement)

    assert len(events_of(city, "claims.shown")) == 1


def test_partitions_are_made_ahead(db):
    make_partitions()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r' "
            "AND relname ~ '^audit_event_20[0-9]{2}_[0-9]{2}$'"
        )
        (months,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = %s", [_next_year()])
        (there,) = cursor.fetchone()

    assert months >= 14
    assert there == 1


def _next_year() -> str:
    today = date.today()
    return f"audit_event_{today.year + 1}_{today.month:02}"


def test_an_event_falls_into_the_partition_of_its_month(city, sakura):
    happen(sakura)

    with city.open(Role.AUDITOR), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM audit_event")
        (partition,) = {name for (name,) in cursor.fetchall()}

    assert re.fullmatch(r"audit_event_20\d\d_\d\d", partition)


def test_nothing_is_recorded_without_saying_who(db):
    with pytest.raises(NoAuditContext):
        record("claims.shown")


def test_an_event_name_has_an_area_and_a_past(db):
    with context(Context(who=NOBODY)), pytest.raises(DatabaseError), transaction.atomic():
        record("Claims!")


def test_every_event_of_the_house_has_words():
    rooms = (
        "accounts",
        "facilities",
        "documents",
        "rate_books",
        "staff_records",
        "applications",
        "claims",
        "approvals",
        "portal",
    )
    kinds = [kind for room in rooms for kind in vars(import_module(f"{room}.events")).values()]
    names = {
        event.value
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, StrEnum)
        for event in kind
    }

    assert len(names) > 40
    assert names == set(WORDS)
