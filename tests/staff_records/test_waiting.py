"""Acts at the same moment that need the same rows: they wait for each other, never in a circle, and leave nothing."""

import io
import time
from threading import Barrier, Event

import openpyxl
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from audit.record import SYSTEM, record
from documents import making
from documents import operations as documents
from documents.models import Document, Format
from facilities.actors import Role
from facilities.models import Membership
from facilities.scope import tell_acting_user
from person_keys import store
from person_keys.router import KEY_STORE
from staff_records.dossiers import Dossier
from staff_records.models import StaffMember
from staff_records.operations import erasing, same_person
from staff_records.operations.same_person import Arrival
from tests.approvals.test_four_eyes import at_once
from tests.cast import Nursery, make_city, make_facility
from tests.staff_records.rosters import MAY_1, arrival, hire, of_the_same_corporation, roster_of
from tests.staff_records.year_stage import AT, accepted, add_teacher

pytestmark = pytest.mark.django_db(transaction=True)
TARO = ("若葉　太郎", "わかば　たろう")


def move(nursery: Nursery, asked: Arrival) -> Dossier:
    """As a request does it: whose memberships are asked for is known."""
    with nursery.open() as clerk:
        tell_acting_user(clerk.user_id)
        return same_person.add(nursery.facility, asked, by=clerk, at=timezone.now()).here


def on_own_connection(act):
    def run():
        try:
            return act()
        finally:
            connections[KEY_STORE].close()

    return run


def test_two_clerks_of_both_facilities_move_people_across_at_once(monkeypatch):
    city = make_city()
    sakura, momiji = make_facility(city), of_the_same_corporation(city)
    for clerk, other in ((sakura.clerk, momiji), (momiji.clerk, sakura)):
        with city.open():
            Membership.objects.create(
                municipality=city.municipality,
                user=clerk,
                duty=Role.FACILITY,
                facility=other.facility,
                slot=2,
            )
    hanako = hire(sakura)
    taro = hire(momiji, TARO)
    gate, hires = Barrier(2, timeout=20), same_person._hire

    def hire_when_both_hold_their_rosters(*args):
        gate.wait()
        return hires(*args)

    monkeypatch.setattr(same_person, "_hire", hire_when_both_hold_their_rosters)
    acts = (
        lambda: move(momiji, arrival(hanako, moves=True)),
        lambda: move(sakura, arrival(taro, moves=True, kana=TARO[1])),
    )

    answers = at_once([on_own_connection(act) for act in acts])

    assert {type(one) for one in answers} == {Dossier}, answers
    assert len(answers) == 2
    for place, gone, come in ((sakura, hanako, taro), (momiji, taro, hanako)):
        found = {one.detail_on(MAY_1).name: one for one in roster_of(place)}
        assert not found[gone.detail_on(MAY_1).name].is_there_on(MAY_1)
        assert found[come.detail_on(MAY_1).name].is_there_on(MAY_1)


@pytest.fixture
def sakura() -> Nursery:
    sakura = make_facility(make_city())
    with sakura.open():
        add_teacher(sakura, 1)
        gone = add_teacher(sakura, 2, name="鸙野　瑠璃子")
        gone.left_year = 2026
        gone.save(update_fields=["left_year"])
    return sakura


def wait_until_somebody_waits() -> None:
    """For a lock, in this database; whoever does not wait is what the test is about."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)


def erase(sakura: Nursery, begun: Event, wait) -> None:
    with sakura.city.open(), transaction.atomic():
        member = StaffMember.objects.get(number=2)
        erasing._empty([member.pk], at=timezone.now())
        begun.set()
        wait()
        record(
            "staff.erased", by=SYSTEM, rows={"staff_member": [member.pk]}, detail={"persons": 1, "rows": 1}
        )


def test_a_roster_ordered_and_rendered_while_somebody_is_erased_does_not_name_them(sakura):
    snapshot = accepted(sakura)
    begun = Event()

    def print_it():
        assert begun.wait(20)
        with sakura.open() as clerk:
            ordered = documents.order("roster", "roster", snapshot.pk, by=clerk, at=AT)
            book = next(one for one in ordered if one.format == Format.XLSX)
            with transaction.atomic():
                documents.render(book.pk)

    acts = (lambda: erase(sakura, begun, wait_until_somebody_waits), print_it)
    assert len(at_once([on_own_connection(act) for act in acts])) == 2

    with sakura.open() as clerk:
        book = Document.objects.get(format=Format.XLSX)
        content = openpyxl.load_workbook(io.BytesIO(documents.content_of(book, by=clerk)))
    texts = [cell for sheet in content for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("青葉" in str(text) for text in texts)
    assert not any("鸙野" in str(text) for text in texts)


def test_a_roster_that_is_being_rendered_goes_with_whom_it_names(sakura, monkeypatch):
    snapshot = accepted(sakura)
    with sakura.open() as clerk:
        ordered = documents.order("roster", "roster", snapshot.pk, by=clerk, at=AT)
    book = next(one for one in ordered if one.format == Format.XLSX)
    rendered, writes = Event(), making.spliced

    def slowly(*args, **options):
        content = writes(*args, **options)
        rendered.set()
        wait_until_somebody_waits()
        return content

    monkeypatch.setattr(making, "spliced", slowly)

    def print_it():
        with sakura.open(), transaction.atomic():
            documents.render(book.pk)

    def erase_it():
        assert rendered.wait(20)
        erase(sakura, Event(), lambda: None)

    assert len(at_once([on_own_connection(act) for act in (print_it, erase_it)])) == 2

    with sakura.open():
        assert not Document.objects.exists()
    city_id = sakura.city.municipality.pk
    assert store.destroyed_among([book.pk], municipality_id=city_id) == {book.pk}
    with sakura.open(), transaction.atomic():
        documents.render(book.pk)  # the job comes once more: there is nothing to do
