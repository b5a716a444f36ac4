"""``rotate_keys``: a new key for everything the house has sealed, while everybody reads and writes."""

import os
from io import StringIO
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from accounts.models import User
from approvals.items.registers import keep_comparisons
from audit.record import SYSTEM, Context, context
from claims.queries.kept_findings import keep_findings
from documents import operations as documents
from documents.models import Document
from facilities.actors import Role
from jobs import outbox
from jobs.models import Job
from jobs.running import payload_of
from person_keys import store
from person_keys.models import PersonKey
from portal.models import NoticeAttachment
from portal.operations import notices, resealing
from staff_records.queries.overview import OverviewQuestion, city_staff
from tests.access.world import World, make_world
from tests.cast import JUNE, make_city, make_facility, make_user
from tests.person_keys.running import killing, old_key_in_front, rotate
from tests.record import events_of
from tests.staff_records.stage import add_member
from vault import CannotUnseal, key_id_of, unseal

PERSONS = 5000


def run(*arguments: str) -> tuple[int, str, str]:
    """The command in this process: its exit code and what it said."""
    said, warned = StringIO(), StringIO()
    try:
        call_command("rotate_keys", *arguments, stdout=said, stderr=warned)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue(), warned.getvalue()
    return 0, said.getvalue(), warned.getvalue()


def tokens() -> dict[str, list[tuple[Any, bytes]]]:
    """Every sealed value of the house with its place, by column."""
    found: dict[str, list[tuple[Any, bytes]]] = {}
    for part in resealing.parts():
        with part.open():
            found.setdefault(part.column.name, []).extend(
                (part.column.place_of(row), bytes(getattr(row, part.column.column))) for row in part.rows
            )
    return found


@pytest.fixture
def world(db: None, settings: Any) -> World:
    """A whole house, sealed under the key that was there before; a new one stands in front."""
    with old_key_in_front(settings):
        made = make_world()
        with made.sakura.open():
            add_member(made.sakura, 990)
        with made.city.open(Role.OFFICER):
            # What each room keeps of its answers lies sealed, too.
            city_staff(OverviewQuestion(JUNE))
            keep_findings([made.sakura.facility.pk])
            keep_comparisons([made.sakura.facility.pk])
        with transaction.atomic():
            outbox.add("test.nothing", payload={"address": "hanako@example.jp"})
    return made


def test_everything_opens_without_the_old_key_afterwards(world, settings):
    before = {place: token for values in tokens().values() for place, token in values}
    plain = {place: unseal(token, bound_to=place) for place, token in before.items()}
    assert [name for name, values in tokens().items() if not values] == [], "such a column proves nothing"

    code, said, _ = run()

    assert code == 0
    assert "外せます" in said
    settings.VAULT_KEYS = {"k2": settings.VAULT_KEYS["k2"]}
    after = {place: token for values in tokens().values() for place, token in values}
    assert {key_id_of(token) for token in after.values()} == {"k2"}
    assert {place: unseal(token, bound_to=place) for place, token in after.items()} == plain


def test_files_of_sent_notices_and_documents_are_handed_out_as_before(world, settings):
    run()
    settings.VAULT_KEYS = {"k2": settings.VAULT_KEYS["k2"]}

    with world.city.open(Role.OFFICER) as officer:
        attachment = NoticeAttachment.objects.get(pk=world.ids["attachment_id"])
        assert notices.content_of(attachment, by=officer)
    with world.sakura.open() as clerk:
        document = Document.objects.get(pk=world.ids["document_id"])
        assert documents.content_of(document, by=clerk)


def test_the_file_of_a_sent_notice_takes_another_key_and_nothing_else(world):
    with world.city.open():
        attachment = NoticeAttachment.objects.get(pk=world.ids["attachment_id"])
        for change in ("content_sealed = content_sealed || 'x'", "size_bytes = 1", "content_sealed = ''"):
            with (
                pytest.raises(Exception, match=r"immutable|out of valid range"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"UPDATE portal_noticeattachment SET {change} WHERE id = %s", [attachment.pk])


def test_the_check_counts_what_is_left_and_says_when_an_old_key_may_go(world):
    code, said, _ = run("--check")
    assert code == 1
    assert "外さないでください" in said
    assert "accounts_user.name_sealed: " in said

    assert run()[0] == 0

    code, said, _ = run("--check")
    assert code == 0
    assert "件あります" not in said


def test_it_is_on_record_with_counts_and_without_contents(world):
    run()

    events = events_of(world.city, "keys.resealed")
    assert {event.detail["table"] for event in events} >= {
        "person_keys_personkey.wrapped",
        "documents_document.content_sealed",
    }
    assert {event.detail["key"] for event in events} == {"k2"}
    assert {event.actor_id for event in events} == {SYSTEM.id}


def test_a_wrong_key_changes_nothing_and_is_named(world, settings):
    before = tokens()
    settings.VAULT_KEYS = {"k2": os.urandom(32), "k1": os.urandom(32)}

    code, _, warned = run()

    assert code == 1
    assert "いまある鍵では開けません" in warned
    assert tokens() == before


def test_one_damaged_value_stops_nobody_else(world):
    User.objects.filter(pk=world.sakura.clerk.pk).update(name_sealed=b"\x01\x02k1damaged")

    code, _, warned = run()

    assert code == 1
    assert "accounts_user.name_sealed: 1件" in warned
    code, said, _ = run("--check")
    assert code == 1
    assert "accounts_user.name_sealed: 1\n" in said
    assert resealing.count_old(next(part for part in resealing.parts() if "address" in part.name)) == 0


def test_what_somebody_writes_meanwhile_is_not_overwritten(world, monkeypatch):
    user = User.objects.get(pk=world.sakura.clerk.pk)
    write = resealing._write

    def somebody_is_faster(part, rows, ring, unreadable):
        if part.name == "accounts_user.name_sealed" and user.name == "見本 花子":
            user.name = "若葉 花子"
            user.save()
        return write(part, rows, ring, unreadable)

    monkeypatch.setattr(resealing, "_write", somebody_is_faster)

    assert run()[0] == 0
    assert User.objects.get(pk=user.pk).name == "若葉 花子"


def test_the_keys_of_5000_persons_are_rewrapped_in_five_seconds(db, settings):
    city = make_city()
    with old_key_in_front(settings):
        store.make([uuid4() for _ in range(PERSONS)], municipality_id=city.municipality.pk)
    part = next(
        part
        for part in resealing.parts()
        if part.column.model is PersonKey and part.municipality == city.municipality
    )
    began = perf_counter()

    with context(Context(who=SYSTEM)):
        left = resealing.reseal(lambda _: None)

    assert perf_counter() - began < 5
    assert left.resealed >= PERSONS
    assert resealing.count_old(part) == 0


@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_everything_opens_and_the_next_run_ends_it(settings):
    with old_key_in_front(settings):
        city = make_city()
        people = [make_user(f"person-{number}") for number in range(1200)]
        store.make([uuid4() for _ in range(1500)], municipality_id=city.municipality.pk)
        with transaction.atomic():
            for _ in range(800):
                outbox.add("test.nothing", payload={"name": "花子"})

    with killing(seed=20261125) as killed:
        for _ in range(8):
            killed.run()
            for values in tokens().values():
                for place, token in values:
                    assert unseal(token, bound_to=place)
    ended = rotate()

    assert killed.times
    assert ended.returncode == 0, ended.stdout + ended.stderr
    settings.VAULT_KEYS = {"k2": settings.VAULT_KEYS["k2"]}
    assert {user.name for user in User.objects.filter(pk__in=[one.pk for one in people])} == {"見本 花子"}
    assert all(payload_of(job) == {"name": "花子"} for job in Job.objects.all())


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_share_the_work(settings):
    from concurrent.futures import ThreadPoolExecutor

    with old_key_in_front(settings):
        make_city()
        for number in range(600):
            make_user(f"person-{number}")

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda _: rotate(), range(2)))

    assert [end.returncode for end in ends] == [0, 0]
    settings.VAULT_KEYS = {"k2": settings.VAULT_KEYS["k2"]}
    assert {user.name for user in User.objects.all()} == {"見本 花子"}


@pytest.mark.django_db(transaction=True)
def test_a_key_of_another_city_is_not_to_be_had_by_the_application(settings):
    city, other = make_city(), make_city("129998", "緑野市")
    ids = [uuid4() for _ in range(3)]
    store.make(ids, municipality_id=city.municipality.pk)
    sakura = make_facility(other, number="1299800000901")

    with sakura.open(), pytest.raises(store.KeyMissing):
        store.rings(ids, municipality_id=other.municipality.pk)
    with store.city(other.municipality.pk), connections["keys"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM person_keys_personkey")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE person_keys_personkey SET wrapped = NULL, destroyed_at = now()")
        assert cursor.rowcount == 0
    assert len(store.rings(ids, municipality_id=city.municipality.pk)) == 3


def test_a_key_moved_to_another_person_or_city_does_not_open(db):
    city = make_city()
    mine, his = uuid4(), uuid4()
    store.make([mine, his], municipality_id=city.municipality.pk)
    with store.city(city.municipality.pk):
        row = PersonKey.objects.get(person_id=mine)
        PersonKey.objects.filter(person_id=his).update(wrapped=row.wrapped)

    with pytest.raises(CannotUnseal):
        store.rings([his], municipality_id=city.municipality.pk)
