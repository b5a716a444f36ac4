"""One person on several rosters of a corporation: found, added with everything known, moved."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from facilities.actors import Role
from facilities.models import Membership
from facilities.rules import NotAllowed
from facilities.scope import current_scope, scope
from staff_records.models import Employment, StaffChange
from staff_records.operations import same_person
from staff_records.problems import FieldProblems
from staff_records.same_corporation import rosters_of_its_corporation
from staff_records.values import Earlier, Licenced, Trained
from staff_records.words import Beginning, ChangeKind, Concurrence, Ending, Licence, Proof
from tests.cast import Nursery, make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import (
    FULL,
    KANA,
    MAY_1,
    PART,
    add,
    arrival,
    hire,
    of_another_corporation,
    of_the_same_corporation,
    roster_of,
    writing,
)
from tests.staff_records.stage import BIRTH, HIRED

FIND = "/f/1299900000903/staff/find/"


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def sakura(city):
    return make_facility(city)


@pytest.fixture
def momiji(city, sakura):
    return of_the_same_corporation(city)


@pytest.fixture
def hanako(sakura):
    """With a licence, training, and earlier work elsewhere."""
    found = hire(sakura)
    with writing(sakura, found) as (again, writer):
        writer.add_qualification(again, Licenced(Licence.NURSERY_TEACHER, "千葉県-012345", date(2012, 4, 1)))
        writer.add_training(again, Trained("infants", Decimal(15), date(2025, 8, 1)))
        writer.add_earlier(
            again,
            Earlier("kindergarten", date(2015, 4, 1), date(2020, 3, 31), "みほん幼稚園", True, Proof.CHECKED),
        )
    return found


def serve_both(nursery: Nursery, other: Nursery) -> None:
    """The clerk of ``nursery`` keeps ``other``'s roster, too."""
    with scope(nursery.city.municipality.pk, None):
        Membership.objects.create(
            municipality=nursery.city.municipality,
            user=nursery.clerk,
            duty=Role.FACILITY,
            facility=other.facility,
            slot=2,
        )


# ---------------------------------------------------------------- looking


def test_somebody_of_the_same_corporation_is_found_by_kana_and_birth_date(sakura, momiji, hanako):
    with momiji.open() as clerk:
        found = same_person.look_up(momiji.facility, kana="アオバ　ハナコ", birth_date=BIRTH, by=clerk)
        assert [one.member.pk for one in found] == [hanako.member.pk]
        other_day = BIRTH + timedelta(days=1)
        assert not same_person.look_up(momiji.facility, kana=KANA, birth_date=other_day, by=clerk)


def test_both_facilities_have_it_on_record(city, sakura, momiji, hanako):
    browser = sign_in(momiji.clerk)

    answer = browser.post(FIND, {"kana": KANA, "birth_date": "H2.4.2"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "青葉　花子" in page
    assert "さくら保育園" in page
    (own,) = [one for one in events_of(city, "staff.looked_up") if one.rows.get("staff_member")]
    assert own.facility_id == momiji.facility.pk
    (theirs,) = events_of(city, "staff.shown_to_other_facility")
    assert theirs.facility_id == sakura.facility.pk
    assert theirs.rows == {"staff_member": [str(hanako.member.pk)]}
    assert theirs.detail == {"shown_to": "1299900000903"}
    assert "あおば" not in str([(one.rows, one.detail) for one in events_of(city)])


@pytest.mark.parametrize("missing", ["kana", "birth_date"])
def test_without_either_nobody_is_looked_for(sakura, momiji, hanako, missing):
    asked = {"kana": KANA, "birth_date": "H2.4.2", missing: ""}

    answer = sign_in(momiji.clerk).post(FIND, asked)

    assert answer.status_code == 422
    assert "青葉　花子" not in answer.content.decode()


def test_people_of_another_corporation_are_not_found(city, sakura, hanako):
    sumire = of_another_corporation(city)

    answer = sign_in(sumire.clerk).post(
        "/f/1299900000902/staff/find/", {"kana": KANA, "birth_date": "H2.4.2"}
    )
    with sumire.open() as clerk, pytest.raises(NotAllowed):
        same_person.add(sumire.facility, arrival(hanako), by=clerk, at=timezone.now())

    assert "青葉　花子" not in answer.content.decode()
    assert "この方は見つかりません" in answer.content.decode()


def test_the_scope_is_the_corporations_rosters_as_long_as_it_lasts_and_then_ones_own(city, sakura, momiji):
    sumire = of_another_corporation(city)
    with momiji.open():
        with rosters_of_its_corporation(momiji.facility), connection.cursor() as cursor:
            assert current_scope().facility_ids == {sakura.facility.pk, momiji.facility.pk}
            cursor.execute("SELECT id FROM facilities_facility")
            assert {row[0] for row in cursor.fetchall()} == {sakura.facility.pk, momiji.facility.pk}
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM facilities_facility")
            assert cursor.fetchall() == [(momiji.facility.pk,)]
    assert sumire.facility.pk


def test_no_other_act_of_a_facility_opens_a_scope():
    room = Path(settings.BASE_DIR) / "staff_records"
    opens = {
        str(file.relative_to(room))
        for file in room.rglob("*.py")
        if "from facilities.scope import scope" in file.read_text()
    }

    # The house's own work: the worker, and what an operator starts from the console.
    own_work = {
        "tasks.py",
        "operations/replacing_keys.py",
        "operations/rebuilding_index.py",
        "management/commands/after_restore.py",
    }
    assert opens - own_work == {"same_corporation.py"}


def test_another_facilitys_clerk_may_not_look_for_it(sakura, momiji, hanako):
    with momiji.open(), pytest.raises(NotAllowed):
        same_person.look_up(momiji.facility, kana=KANA, birth_date=BIRTH, by=sakura.actor)


# ---------------------------------------------------------------- adding


def test_who_works_at_both_brings_everything_along(city, sakura, momiji, hanako, run_jobs):
    add(momiji, arrival(hanako, terms=PART))

    (here,) = roster_of(momiji)
    assert here.member.person_id == hanako.member.person_id
    assert (here.member.birth_date, here.details[0].name) == (BIRTH, "青葉　花子")
    assert [(row.licence, row.number) for row in here.qualifications] == [
        (Licence.NURSERY_TEACHER, "千葉県-012345")
    ]
    assert [row.finished_on for row in here.trainings] == [date(2025, 8, 1)]
    assert [(row.employer, row.first_day, row.last_day, row.proof) for row in here.earlier] == [
        ("みほん幼稚園", date(2015, 4, 1), date(2020, 3, 31), Proof.CHECKED),
        ("さくら保育園", HIRED, date(2026, 4, 30), Proof.ROSTER),
    ]
    (span,) = here.spans
    assert (span.beginning, span.concurrence, span.is_regular) == (
        Beginning.HIRED,
        Concurrence.OTHER_FACILITY,
        False,
    )
    assert roster_of(sakura)[0].left_on(MAY_1) is None
    with momiji.open():
        assert [change.kind for change in StaffChange.objects.all()] == [ChangeKind.HIRED]


def test_spans_alike_for_experience_are_one_and_shorter_hours_are_another(sakura, momiji, hanako):
    with writing(sakura, hanako) as (found, writer):
        writer.change_terms(
            found, replace(FULL, title="主任"), from_day=date(2022, 4, 1), beginning=Beginning.CHANGED
        )
        writer.change_terms(found, PART, from_day=date(2024, 4, 1), beginning=Beginning.CHANGED)

    here = add(momiji, arrival(hanako))

    assert [
        (row.first_day, row.last_day, row.is_long_enough) for row in here.earlier if row.proof == Proof.ROSTER
    ] == [(HIRED, date(2024, 3, 31), True), (date(2024, 4, 1), date(2026, 4, 30), False)]


def test_who_moves_under_another_clerk_is_ended_by_the_other_facility(sakura, momiji, hanako):
    here = add(momiji, arrival(hanako, moves=True))

    assert here.spans[0].beginning == Beginning.TRANSFERRED
    assert roster_of(sakura)[0].left_on(MAY_1) is None


def test_an_announced_move_to_come_brings_the_time_until_then(sakura, momiji, hanako):
    to_come = timezone.localdate() + timedelta(days=60)

    here = add(momiji, arrival(hanako, moves=True, first_day=to_come))

    assert here.earlier[-1].last_day == to_come - timedelta(days=1)


def test_a_clerk_of_both_moves_somebody_in_one_act(city, sakura, momiji, hanako, run_jobs):
    serve_both(momiji, sakura)
    answer = sign_in(momiji.clerk).post(
        f"{FIND}add/",
        {
            "member": str(hanako.member.pk),
            "kana": KANA,
            "birth_date": "H2.4.2",
            "how": "moves",
            "first_day": "R8.5.1",
            "job": "nursery_teacher",
            "regular": "regular",
            "hours_a_day": "8",
            "days_a_month": "20",
        },
    )

    (there,), (here,) = roster_of(sakura), roster_of(momiji)
    assert answer.headers["Location"] == f"/f/1299900000903/staff/{here.member.pk}/"
    assert (there.spans[-1].last_day, there.spans[-1].ending) == (date(2026, 4, 30), Ending.TRANSFERRED)
    assert here.spans[0].first_day == MAY_1
    with city.open():
        assert sorted(change.kind for change in StaffChange.objects.all()) == ["moved_in", "moved_out"]
    assert {event.facility_id for event in events_of(city, "staff.moved")} == {
        sakura.facility.pk,
        momiji.facility.pk,
    }
    assert {event.facility_id for event in events_of(city, "staff.taken_to_other_facility")} == {
        sakura.facility.pk
    }
    run_jobs()
    assert "期間が重なっている" not in sign_in(momiji.clerk).get(FIND).content.decode()


def test_a_move_takes_back_the_leaving_that_was_announced(city, sakura, momiji, hanako):
    serve_both(momiji, sakura)
    with writing(sakura, hanako) as (again, writer):
        writer.end_work(again, last_day=date(2026, 6, 30), ending=Ending.LEFT)
        writer.report(again, ChangeKind.LEFT, day=date(2026, 6, 30))

    sign_in(momiji.clerk).post(
        f"{FIND}add/",
        {
            "member": str(hanako.member.pk),
            "kana": KANA,
            "birth_date": "H2.4.2",
            "how": "moves",
            "first_day": "R8.5.1",
            "job": "nursery_teacher",
            "regular": "regular",
            "hours_a_day": "8",
            "days_a_month": "20",
        },
    )

    with city.open():
        kinds = StaffChange.objects.filter(withdrawn_at=None).values_list("kind", flat=True)
        assert sorted(kinds) == ["moved_in", "moved_out"]


def test_nobody_begins_here_years_ahead(momiji, hanako):
    with pytest.raises(FieldProblems, match="1年より先の日付"):
        add(momiji, arrival(hanako, first_day=date(2098, 4, 1)))


def test_a_move_on_a_day_that_does_not_fit_is_refused_at_the_day_and_nothing_is_kept(
    city, sakura, momiji, hanako
):
    serve_both(momiji, sakura)

    answer = sign_in(momiji.clerk).post(
        f"{FIND}add/",
        {
            "member": str(hanako.member.pk),
            "kana": KANA,
            "birth_date": "H2.4.2",
            "how": "moves",
            "first_day": HIRED.isoformat(),
            "job": "nursery_teacher",
            "regular": "regular",
            "hours_a_day": "8",
            "days_a_month": "20",
        },
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "元の施設でこの日より後に始まる勤務があります" in page
    assert page.count("青葉　花子") == 1
    assert roster_of(momiji) == []
    (refused,) = [one for one in events_of(city, "staff.moved") if one.outcome == "refused"]
    assert refused.rows == {"subject": [str(hanako.member.pk)]}


@pytest.mark.parametrize(
    ("both", "ended", "asks"), [(False, False, True), (False, True, False), (True, False, False)]
)
def test_the_other_facility_is_to_report_a_move_only_when_its_roster_does_not_say_it(
    sakura, momiji, hanako, both, ended, asks
):
    if both:
        serve_both(momiji, sakura)
    if ended:
        with writing(sakura, hanako) as (found, writer):
            writer.end_work(found, last_day=date(2026, 4, 30), ending=Ending.TRANSFERRED)
    browser = sign_in(momiji.clerk)

    answer = browser.post(
        f"{FIND}add/",
        {
            "member": str(hanako.member.pk),
            "kana": KANA,
            "birth_date": "H2.4.2",
            "how": "moves",
            "first_day": "R8.5.1",
            "job": "nursery_teacher",
            "regular": "regular",
            "hours_a_day": "8",
            "days_a_month": "20",
        },
        follow=True,
    )

    page = answer.content.decode()
    assert "名簿に登録しました" in page
    assert ("元の施設で転出を登録してもらってください" in page) is asks


@pytest.mark.parametrize(("moves", "event"), [(False, "staff.hired"), (True, "staff.moved")])
def test_a_refusal_stays_on_record_with_who_was_looked_up(city, sakura, momiji, hanako, moves, event):
    add(momiji, arrival(hanako))
    before = len(events_of(city))

    with momiji.open() as clerk, pytest.raises(NotAllowed, match="職員番号1"):
        same_person.add(momiji.facility, arrival(hanako, moves=moves), by=clerk, at=timezone.now())

    new = events_of(city)[before:]
    shown = [str(hanako.member.pk)]
    assert [(one.event, one.outcome, one.facility_id) for one in new] == [
        ("staff.looked_up", "done", momiji.facility.pk),
        ("staff.shown_to_other_facility", "done", sakura.facility.pk),
        (event, "refused", momiji.facility.pk),
    ]
    assert [list(one.rows.values()) for one in new] == [[shown]] * 3


def test_what_is_missing_is_told_at_its_field_and_what_was_typed_stays(sakura, momiji, hanako):
    answer = sign_in(momiji.clerk).post(
        f"{FIND}add/",
        {
            "member": str(hanako.member.pk),
            "kana": KANA,
            "birth_date": "H2.4.2",
            "how": "goes_on",
            "first_day": "R8.2.30",
            "job": "cook",
            "regular": "part_time",
            "hours_a_day": "25",
            "days_a_month": "",
        },
    )

    page = answer.content.decode()
    fields = f"p{hanako.member.pk.hex[:12]}"
    assert answer.status_code == 422
    for name in ("first_day", "hours_a_day", "days_a_month"):
        assert f'id="{fields}_{name}-error"' in page
        assert f'href="#{fields}_{name}"' in page
    assert 'value="R8.2.30"' in page
    assert '<option value="cook" selected>' in page


def test_who_had_left_is_hired_and_not_shared(sakura, momiji, hanako):
    with writing(sakura, hanako) as (found, writer):
        writer.end_work(found, last_day=date(2024, 3, 31), ending=Ending.LEFT)

    page = sign_in(momiji.clerk).post(FIND, {"kana": KANA, "birth_date": "H2.4.2"}).content.decode()
    here = add(momiji, arrival(hanako))

    assert "退職" in page
    assert "採用（元の施設は退職している）" in page
    assert (here.spans[0].beginning, here.spans[0].concurrence) == (Beginning.HIRED, "")
    assert here.earlier[-1].last_day == date(2024, 3, 31)


def test_who_was_never_really_hired_is_not_found(sakura, momiji, hanako):
    with sakura.open():
        Employment.objects.update(withdrawn_at=timezone.now())

    page = sign_in(momiji.clerk).post(FIND, {"kana": KANA, "birth_date": "H2.4.2"}).content.decode()

    assert "青葉　花子" not in page


def test_nobody_is_added_twice(sakura, momiji, hanako):
    add(momiji, arrival(hanako))

    with pytest.raises(NotAllowed, match="職員番号1で登録されています"):
        add(momiji, arrival(hanako))


def test_who_was_typed_here_by_hand_is_not_added_again(sakura, momiji, hanako):
    hire(momiji)

    with pytest.raises(NotAllowed, match="職員番号1"):
        add(momiji, arrival(hanako))


def test_a_member_id_alone_opens_nobody(sakura, momiji, hanako):
    for wrong in ({"kana": "みどり　はなこ"}, {"birth_date": date(1990, 4, 3)}, {"member_id": uuid4()}):
        with pytest.raises(NotAllowed, match="見つかりません"):
            add(momiji, arrival(hanako, **wrong))

    assert roster_of(momiji) == []
