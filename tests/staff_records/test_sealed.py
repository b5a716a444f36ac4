"""Personal values: sealed to their place, opened for a purpose, shown only with a record of whose they are."""

import pytest
from django.db import connection

from audit.record import ShownUnnamed, record
from person_keys.store import KeyDestroyed, KeyMissing, destroy
from staff_records.dossiers import Purpose, dossiers
from staff_records.models import Employment, StaffDetail, StaffMember
from staff_records.opening import open_to_compute, open_to_show
from staff_records.sealed import ForComputingOnly, NotOpened
from tests.cast import make_city, make_facility
from tests.staff_records.stage import BIRTH, HIRED, add_member
from vault import CannotUnseal


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


def test_a_value_is_closed_until_somebody_says_what_for(sakura):
    with sakura.open():
        add_member(sakura)
        member = StaffMember.objects.get()

        with pytest.raises(NotOpened):
            _ = member.birth_date


def test_opened_to_be_shown_it_reads_as_it_was_written(sakura):
    with sakura.open():
        add_member(sakura, former_name="若葉")
        detail = StaffDetail.objects.get()
        open_to_show([detail])
        record("staff.shown", rows={"staff_member": [detail.member_id]})

        assert (detail.name, detail.former_name, detail.from_day) == ("青葉　花子", "若葉", None)


def test_what_is_shown_must_be_named_on_the_record(sakura):
    with sakura.open():
        add_member(sakura)

    with pytest.raises(ShownUnnamed), sakura.open():
        open_to_show(StaffMember.objects.all())


def test_opened_for_computing_it_gives_days_and_no_names(sakura):
    with sakura.open():
        add_member(sakura)
        detail, span, member = StaffDetail.objects.get(), Employment.objects.get(), StaffMember.objects.get()
        open_to_compute([detail], [span], [member])

        assert (span.first_day, member.birth_date) == (HIRED, BIRTH)
        with pytest.raises(ForComputingOnly):
            _ = detail.name


@pytest.mark.parametrize("column", ["name_sealed", "kana_sealed"])
def test_a_value_moved_to_another_row_or_column_does_not_open(sakura, column):
    with sakura.open():
        hanako, taro = add_member(sakura), add_member(sakura, 2, name="若葉　太郎")
        mine, his = (StaffDetail.objects.get(member=member) for member in (hanako, taro))
        his.name_sealed = getattr(mine, column)
        open_to_compute([])
        open_to_show([his])
        record("staff.shown", rows={"staff_member": [taro.pk]})

        with pytest.raises(CannotUnseal):
            _ = his.name


def test_a_value_of_the_same_person_moved_to_another_column_does_not_open(sakura):
    with sakura.open():
        add_member(sakura)
        detail = StaffDetail.objects.get()
        detail.name_sealed = detail.kana_sealed
        open_to_show([detail])
        record("staff.shown", rows={"staff_member": [detail.member_id]})

        with pytest.raises(CannotUnseal):
            _ = detail.name


def test_nothing_of_a_person_stands_in_the_clear(sakura):
    with sakura.open():
        add_member(sakura)
        with connection.cursor() as cursor:
            for table in ("staffmember", "staffdetail", "employment"):
                cursor.execute(f"SELECT array_agg(t::text) FROM staff_records_{table} AS t")
                words = str(cursor.fetchone()[0])
                for personal in ("青葉", "あおば", "みどり", BIRTH.isoformat(), HIRED.isoformat()):
                    assert personal.encode().hex() not in words
                    assert personal not in words


def test_a_destroyed_key_opens_nothing_and_is_never_made_again(sakura):
    from django.utils import timezone

    with sakura.open():
        member = add_member(sakura)
        destroy([member.pk], municipality_id=member.municipality_id, at=timezone.now())

        with pytest.raises(KeyDestroyed):
            dossiers([member], Purpose.SHOW)


def test_a_key_of_another_city_is_not_found(sakura):
    other = make_facility(make_city("129998", "緑野市"), "となり保育園", number="1299800000901")
    with sakura.open():
        member = add_member(sakura)

    with other.open(), pytest.raises(KeyMissing):
        open_to_compute([member])


def test_dossiers_of_many_cost_as_much_as_of_one(sakura, django_assert_num_queries):
    with sakura.open():
        members = [add_member(sakura, number) for number in range(1, 11)]
        for some in (members[:2], members):
            with django_assert_num_queries(1):
                found = dossiers(some, Purpose.COMPUTE)
            assert [one.hired_on(HIRED) for one in found] == [HIRED] * len(some)
