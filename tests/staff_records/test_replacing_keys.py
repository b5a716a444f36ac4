"""``rotate_keys --person-keys``: every person gets another key, and nothing is unreadable at any instant."""

from io import StringIO
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections, transaction
from django.utils import timezone

from audit.record import SYSTEM, Context, context, record
from facilities.scope import scope
from person_keys import generations, store
from person_keys.models import PersonKey
from staff_records.dossiers import Purpose, dossiers
from staff_records.models import StaffDetail, StaffMember, Wage
from staff_records.opening import open_to_show
from staff_records.operations import replacing_keys
from staff_records.person_rows import kinds_of_rows
from staff_records.sealed import sealed_names
from tests.cast import City, Nursery, make_city, make_facility
from tests.person_keys.running import killing, rotate
from tests.record import events_of
from tests.staff_records.full import CANARIES, all_rows, all_values, fill
from vault import key_id_of


def run() -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("rotate_keys", "--person-keys", stdout=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def read_everything(city: City) -> dict[tuple[str, Any], Any]:
    with context(Context(who=SYSTEM)), scope(city.municipality.pk, None):
        rows = all_rows()
        open_to_show(rows)
        record("staff.shown", rows={"staff_member": [row.key_id for row in rows]})
        return all_values(rows)


def generations_of(city: City) -> set[tuple[int, bool]]:
    with store.city(city.municipality.pk):
        rows = PersonKey.objects.filter(municipality_id=city.municipality.pk)
        return {(row.generation, row.wrapped is not None) for row in rows}


def sealing_keys(city: City) -> set[str]:
    with scope(city.municipality.pk, None):
        return {
            key_id_of(token)
            for row in all_rows()
            for value in sealed_names(type(row)).values()
            if (token := getattr(row, value.column))
        }


@pytest.fixture
def cities(db: None) -> tuple[Nursery, Nursery]:
    """Two cities with a few people each."""
    both = (make_facility(make_city()), make_facility(make_city("129998", "緑野市"), number="1299800000901"))
    for nursery in both:
        with nursery.open():
            for number in range(1, 4):
                fill(nursery, number, is_withdrawn=number == 2)
    return both


def test_every_kind_of_row_has_values_in_this_story(cities):
    with cities[0].open():
        rows = all_rows()
        assert {type(row) for row in rows} == set(kinds_of_rows())
        open_to_show(rows)
        record("staff.shown", rows={"staff_member": [row.key_id for row in rows]})
    assert len({type(row).__name__ for row in rows}) >= 10


def test_everything_reads_as_before_and_the_old_keys_are_gone(cities):
    before = [read_everything(nursery.city) for nursery in cities]

    code, said = run()

    assert (code, "すべての人の鍵を取り替えました" in said) == (0, True)
    assert [read_everything(nursery.city) for nursery in cities] == before
    for nursery in cities:
        assert sealing_keys(nursery.city) == {"2"}
        assert generations_of(nursery.city) == {(2, True)}
        (event,) = events_of(nursery.city, "keys.replaced")
        assert event.detail == {"persons": 6, "waiting": 0}


def test_it_can_be_done_again_and_again(cities):
    for _ in range(3):
        assert run()[0] == 0

    assert generations_of(cities[0].city) == {(4, True)}
    assert read_everything(cities[0].city)


def test_between_two_generations_everything_opens_and_the_newer_one_seals(cities):
    nursery = cities[0]
    before = read_everything(nursery.city)
    assert generations.begin([nursery.city.municipality.pk]) == 6
    assert generations.begin([nursery.city.municipality.pk]) == 0

    assert read_everything(nursery.city) == before
    with nursery.open():
        (found,) = dossiers(StaffMember.objects.filter(number=1), Purpose.SHOW)
        record("staff.shown", rows={"staff_member": [found.member.pk]})
        detail = found.details[0]
        detail.name = "若葉　花子"
        detail.save()
        assert key_id_of(detail.name_sealed) == "2"
        assert key_id_of(detail.kana_sealed) == "1"


def test_somebody_who_was_erased_gets_no_new_key_and_stops_nobody(cities):
    nursery = cities[0]
    with nursery.open():
        member = StaffMember.objects.get(number=1)
        store.destroy([member.pk], municipality_id=member.municipality_id, at=timezone.now())

    assert run()[0] == 0
    assert generations_of(nursery.city) == {(1, False), (2, True)}
    with pytest.raises(store.KeyDestroyed):
        store.make([member.pk], municipality_id=member.municipality_id)


def test_nobody_gets_a_first_key_beside_a_later_one(cities):
    run()
    with cities[0].open():
        member = StaffMember.objects.get(number=1)

        store.make([member.pk], municipality_id=member.municipality_id)

    assert generations_of(cities[0].city) == {(2, True)}


def test_the_database_refuses_a_key_beside_a_tombstone(cities):
    member_id, city_id = uuid4(), cities[0].city.municipality.pk
    store.make([member_id], municipality_id=city_id)
    store.destroy([member_id], municipality_id=city_id, at=timezone.now())

    with pytest.raises(Exception, match="was destroyed"), store.city(city_id):
        store.wrapped(member_id, 7, municipality_id=city_id).save(force_insert=True)


def test_a_damaged_value_keeps_its_persons_older_key_and_is_told(cities):
    nursery = cities[0]
    with nursery.open():
        wage = Wage.objects.order_by("member__number")[0]
        Wage.objects.filter(pk=wage.pk).update(base_yen_sealed=b"\x01\x011damaged")

    code, said = run()

    assert code == 1
    assert "1人は" in said
    assert generations_of(nursery.city) == {(1, True), (2, True)}


@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_nothing_is_unreadable_at_any_instant():
    nursery = make_facility(make_city())
    with nursery.open():
        for number in range(1, 61):
            fill(nursery, number)
    before = read_everything(nursery.city)
    unreadable: list[str] = []
    readings, over = [], Flag()

    def read_on() -> None:
        try:
            while not over.is_set():
                try:
                    assert read_everything(nursery.city) == before
                except Exception as problem:
                    unreadable.append(repr(problem))
                readings.append(1)
        finally:
            connections.close_all()

    reader = Thread(target=read_on)
    reader.start()
    try:
        with killing(seed=5) as killed:
            for _ in range(10):
                killed.run("--person-keys")
        ended = rotate("--person-keys")
    finally:
        over.set()
        reader.join()

    assert unreadable == []
    assert killed.times
    assert len(readings) > 10
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(generations_of(nursery.city)) == 1
    assert read_everything(nursery.city) == before


@pytest.mark.django_db(transaction=True)
def test_who_had_read_before_may_still_write_afterwards():
    """A clerk's transaction that began before the replacement writes what it had read: it stays readable."""
    nursery = make_facility(make_city())
    with nursery.open():
        fill(nursery)
    begun, go_on = Flag(), Flag()

    def clerk() -> None:
        try:
            with nursery.open():
                (detail,) = list(StaffDetail.objects.filter(withdrawn_at__isnull=True))
                open_to_show([detail])
                record("staff.shown", rows={"staff_member": [detail.member_id]})
                begun.set()
                go_on.wait(10)
                detail.name = "若葉　花子"
                detail.save()
        finally:
            connections.close_all()

    writing = Thread(target=clerk)
    writing.start()
    begun.wait(10)
    generations.begin([nursery.city.municipality.pk])
    with context(Context(who=SYSTEM)):
        waited = replacing_keys.replace_in(nursery.city.municipality, lambda _: None, patience=0)
    go_on.set()
    writing.join()
    assert waited.left == 2
    assert sealing_keys(nursery.city) == {"1", "2"}

    assert run()[0] == 0

    assert sealing_keys(nursery.city) == {"2"}
    assert "若葉　花子" in read_everything(nursery.city).values()


def test_canaries_are_what_is_read(cities):
    values = {str(value) for value in read_everything(cities[0].city).values()}

    assert set(CANARIES.values()) <= values


def test_a_value_of_one_city_says_nothing_in_another(cities):
    mine, theirs = cities
    with mine.open():
        token = StaffDetail.objects.all()[0].name_sealed
    with transaction.atomic(), theirs.open(), connection.cursor() as cursor:
        cursor.execute("UPDATE staff_records_staffdetail SET name_sealed = %s", [bytes(token)])

    code, _ = run()

    assert code == 1, "a value that does not open keeps its person's older key"


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_do_not_get_into_each_others_way():
    nursery = make_facility(make_city())
    with nursery.open():
        fill(nursery)
    held, go_on = Flag(), Flag()

    def other() -> None:
        try:
            with replacing_keys.only_run():
                held.set()
                go_on.wait(10)
        finally:
            connections.close_all()

    running = Thread(target=other)
    running.start()
    held.wait(10)

    with pytest.raises(CommandError, match="ほかの"):
        run()
    go_on.set()
    running.join()

    assert run()[0] == 0
