"""Two people at the same moment: one submission, one decision."""

import pytest
from django.db import connections

from facilities.actors import Role
from facilities.rules import NotAllowed, ProblemsFound
from person_keys.router import KEY_STORE
from staff_records.models import RosterSnapshot, SnapshotLine
from staff_records.operations import year_start
from tests.approvals.test_four_eyes import at_once
from tests.cast import make_city, make_facility
from tests.staff_records.year_stage import AT, YEAR, add_teacher, send, shown_hash

pytestmark = pytest.mark.django_db(transaction=True)


def staffed():
    sakura = make_facility(make_city())
    with sakura.open():
        add_teacher(sakura, 1)
        add_teacher(sakura, 2)
    return sakura


def answer_of(act):
    try:
        return act().status
    except (NotAllowed, ProblemsFound) as refusal:
        return str(refusal)
    finally:
        connections[KEY_STORE].close()  # of this thread


def test_two_clerks_who_submit_at_once_send_one_roster():
    sakura = staffed()

    def submit():
        with sakura.open() as clerk:
            shown = shown_hash(sakura)
            return year_start.submit(sakura.facility, YEAR, shown_hash=shown, declared=True, by=clerk, at=AT)

    answers = at_once([lambda: answer_of(submit), lambda: answer_of(submit)])

    assert sorted(answers) == sorted(["submitted", year_start.WAITS])
    with sakura.open():
        assert SnapshotLine.objects.count() == 2


def test_two_of_the_city_and_the_clerk_at_once_leave_one_answer():
    sakura = staffed()
    snapshot = send(sakura)
    shown = snapshot.content_hash

    def accept():
        with sakura.city.open(Role.OFFICER) as officer:
            return year_start.accept(snapshot.pk, shown_hash=shown, by=officer, at=AT)

    def give_back():
        with sakura.city.open(Role.CHIEF) as chief:
            return year_start.return_to_facility(
                snapshot.pk, shown_hash=shown, reason="職員番号1を確かめてください。", by=chief, at=AT
            )

    def withdraw():
        with sakura.open() as clerk:
            return year_start.withdraw(snapshot.pk, by=clerk, at=AT)

    acts = (accept, give_back, withdraw)
    answers = at_once([lambda act=act: answer_of(act) for act in acts])

    assert answers.count(year_start.NOT_SUBMITTED) == 2
    with sakura.open():
        assert RosterSnapshot.objects.get().status in answers
