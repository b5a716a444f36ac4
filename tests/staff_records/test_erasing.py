"""After the retention period: one administrator asks, another confirms, nobody reads it any more, not in a backup."""

import subprocess
from datetime import date, timedelta
from email import message_from_bytes
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from audit.record import SYSTEM, Context, context, record
from documents.models import Document
from facilities.actors import Role
from facilities.models import Membership
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from jobs.models import Job
from person_keys import store
from person_keys.models import PersonKey
from staff_records import finding, tasks
from staff_records.dossiers import Purpose, dossiers, members_since
from staff_records.models import (
    EntryRow,
    EntrySheet,
    Erasure,
    ErasureLine,
    OverlapFlag,
    RosterSnapshot,
    SearchToken,
    SnapshotLine,
    StaffDetail,
    StaffMember,
)
from staff_records.opening import open_to_show, with_new_key
from staff_records.operations import erasing, sweeping
from staff_records.operations.entries import RowEdit, save_rows
from staff_records.person_rows import kinds_of_rows
from staff_records.queries.retention import last_year_past
from staff_records.sealed import sealed_names
from staff_records.states import EntryStatus, ErasureStatus
from staff_records.writing import Writer, locked
from tests.cast import City, Nursery, make_city, make_facility, make_user, sign_in
from tests.record import events_of
from tests.staff_records.full import CANARIES, all_rows, fill
from tests.staff_records.stage import add_member

AT = timezone.now()
TODAY = date(2026, 6, 10)
PAGE = "/c/staff/retention/"


@pytest.fixture
def sakura(db: None) -> Nursery:
    """Two people who left in fiscal 2011, and one who works there."""
    nursery = make_facility(make_city())
    second_administrator(nursery.city)
    with nursery.open():
        fill(nursery, 1)
        fill(nursery, 2)
        fill(nursery, 3, left_year=None)
    return nursery


def second_administrator(city: City) -> None:
    user = make_user(f"second-{city.municipality.code}", realm=city.municipality)
    with scope(city.municipality.pk, None):
        Membership.objects.create(municipality=city.municipality, user=user, duty=Role.ADMINISTRATOR)
    city.second = user  # type: ignore[attr-defined]


def acting_second(city: City) -> Any:
    from facilities.actors import actor_for

    user = city.second  # type: ignore[attr-defined]
    return actor_for(
        user_id=user.pk,
        login_id=user.login_id,
        duty=Role.ADMINISTRATOR,
        municipality_id=city.municipality.pk,
    )


def asked(city: City, persons: int = 2) -> Erasure:
    with city.open() as administrator:
        return erasing.ask(persons, by=administrator, at=AT, today=TODAY)


def confirmed(city: City, persons: int = 2) -> Erasure:
    erasure = asked(city, persons)
    with city.open():
        return erasing.confirm(erasure.pk, by=acting_second(city), at=AT)


def erase(city: City, run_jobs: Any, persons: int = 2) -> Erasure:
    erasure = confirmed(city, persons)
    while run_jobs():
        pass
    with scope(city.municipality.pk, None):
        return Erasure.objects.get(pk=erasure.pk)


def erased_ids(city: City) -> list[Any]:
    with scope(city.municipality.pk, None):
        rows = StaffMember.with_erased.filter(erased_at__isnull=False)
        return list(rows.order_by("number").values_list("pk", flat=True))


# ---------------------------------------------------------------- the page


def test_the_page_tells_numbers_and_no_names(sakura):
    page = sign_in(sakura.city.people[Role.ADMINISTRATOR]).get(PAGE).content.decode()

    assert "さくら保育園" in page
    assert "平成23年度" in page
    assert "2人" in page
    assert not [word for word in CANARIES.values() if word in page]


def test_the_page_costs_the_same_however_many_people(sakura, django_assert_max_num_queries):
    browser = sign_in(sakura.city.people[Role.ADMINISTRATOR])
    browser.get(PAGE)
    with sakura.open():
        for number in range(10, 20):
            member = add_member(sakura, number)
            StaffMember.objects.filter(pk=member.pk).update(left_year=2000 + number % 5)

    with django_assert_max_num_queries(30):
        assert browser.get(PAGE).status_code == 200


def test_two_administrators_erase_in_the_browser(sakura, run_jobs):
    first = sign_in(sakura.city.people[Role.ADMINISTRATOR])
    second = sign_in(sakura.city.second)

    assert first.post(f"{PAGE}ask/", {"persons": 2}).status_code == 302
    with scope(sakura.city.municipality.pk, None):
        erasure = Erasure.objects.get()
    own = first.get(PAGE).content.decode()
    assert "確認して消去する" not in own
    refused = first.post(f"{PAGE}{erasure.pk}/confirm/", {"understood": "on"})
    assert refused.status_code == 422
    assert "自分の依頼は確認できません" in refused.content.decode()
    assert second.post(f"{PAGE}{erasure.pk}/confirm/").status_code == 422
    assert second.post(f"{PAGE}{erasure.pk}/confirm/", {"understood": "on"}).status_code == 302
    assert "消去しています" in second.get(PAGE).content.decode()
    while run_jobs():
        pass

    page = second.get(PAGE).content.decode()
    assert "消去済み" in page
    assert "保存期間を過ぎた人はいません" in page


def test_the_period_is_a_rule_of_the_city(sakura):
    browser = sign_in(sakura.city.people[Role.ADMINISTRATOR])

    assert browser.post(f"{PAGE}rule/", {"years": "31"}).status_code == 422
    assert browser.post(f"{PAGE}rule/", {"years": "20"}).status_code == 302

    assert "保存期間を過ぎた人はいません" in browser.get(PAGE).content.decode()
    (event,) = events_of(sakura.city, "staff.retention_rule_set")
    assert event.detail == {"before": 5, "after": 20}


@pytest.mark.parametrize(
    ("years", "today", "last"),
    [
        (5, date(2026, 3, 31), 2019),
        (5, date(2026, 4, 1), 2020),
        (1, date(2026, 4, 1), 2024),
        (30, date(2026, 4, 1), 1995),
    ],
)
def test_a_period_ends_with_a_fiscal_year(years, today, last):
    assert last_year_past(years, today) == last


# ---------------------------------------------------------------- two people


def test_nobody_confirms_what_she_asked_for_not_even_in_the_database(sakura):
    erasure = asked(sakura.city)

    with sakura.city.open() as administrator, pytest.raises(NotAllowed, match="自分の依頼"):
        erasing.confirm(erasure.pk, by=administrator, at=AT)
    with (
        scope(sakura.city.municipality.pk, None),
        pytest.raises(IntegrityError, match="somebody_else"),
        transaction.atomic(),
    ):
        Erasure.objects.update(status="confirmed", confirmed_at=AT, confirmed_by=erasure.requested_by)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CHIEF, Role.MANAGER, Role.ENROLMENT])
def test_only_administrators_ask_confirm_and_set_the_period(sakura, role):
    erasure = asked(sakura.city)

    with sakura.city.open(role) as somebody:
        for act in (
            lambda: erasing.ask(2, by=somebody, at=AT, today=TODAY),
            lambda: erasing.confirm(erasure.pk, by=somebody, at=AT),
            lambda: erasing.withdraw(erasure.pk, by=somebody, at=AT),
            lambda: erasing.set_rule(7, by=somebody, at=AT),
        ):
            with pytest.raises(NotAllowed, match="市の管理者だけ"):
                act()


def test_the_other_administrators_hear_that_an_erasure_waits_and_see_it_on_their_home(
    sakura, run_jobs, mail_folder
):
    city = sakura.city
    erasure = asked(city)

    run_jobs()
    run_jobs()  # the mails it has asked for

    (mail,) = [message_from_bytes(file.read_bytes()) for file in mail_folder.iterdir()]
    assert mail["To"] == city.second.address
    text = mail.get_payload(decode=True).decode()
    assert "職員の記録2人分の消去" in text
    assert "/c/staff/retention/" in text
    assert not [word for word in CANARIES.values() if word in text]
    assert "あなたの確認を待っています" in home_of(city.second)
    assert "ほかの管理者の確認を待っています" in home_of(city.people[Role.ADMINISTRATOR])
    assert "職員の記録の消去" not in home_of(city.people[Role.OFFICER])
    with city.open() as administrator:
        erasing.withdraw(erasure.pk, by=administrator, at=AT)
    assert "職員の記録の消去" not in home_of(city.second)


def home_of(user: Any) -> str:
    answer = sign_in(user).get("/c/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_withdrawn_request_erases_nobody_and_another_one_may_be_made(sakura, run_jobs, mail_folder):
    erasure = asked(sakura.city)
    with sakura.city.open() as administrator:
        erasing.withdraw(erasure.pk, by=administrator, at=AT)
        with pytest.raises(NotAllowed, match="もう確認待ちではありません"):
            erasing.confirm(erasure.pk, by=acting_second(sakura.city), at=AT)

    assert run_jobs() == 1  # the mail of which nothing is left to say
    assert not mail_folder.exists()
    assert erased_ids(sakura.city) == []
    assert asked(sakura.city).status == ErasureStatus.WAITING


def test_what_is_asked_is_what_was_shown_and_only_once(sakura):
    with sakura.city.open() as administrator:
        with pytest.raises(NotAllowed, match="人数が変わりました"):
            erasing.ask(3, by=administrator, at=AT, today=TODAY)
        erasing.ask(2, by=administrator, at=AT, today=TODAY)
        with pytest.raises(NotAllowed, match="すでにあります"):
            erasing.ask(2, by=administrator, at=AT, today=TODAY)
        with pytest.raises(NotAllowed, match="保存期間を変えられません"):
            erasing.set_rule(7, by=administrator, at=AT)
        with pytest.raises(ProblemsFound, match="1から30"):
            erasing.set_rule(0, by=administrator, at=AT)


def test_without_anybody_past_the_period_nothing_is_asked(db):
    city = make_city()
    with city.open() as administrator, pytest.raises(NotAllowed, match="いません"):
        erasing.ask(0, by=administrator, at=AT, today=TODAY)


# ---------------------------------------------------------------- what is left


def test_nothing_that_says_who_they_were_is_left_and_the_rows_still_count(sakura, run_jobs):
    with sakura.open():
        counts = {kind: kind._base_manager.count() for kind in kinds_of_rows() if kind is not EntryRow}
    erasure = erase(sakura.city, run_jobs)

    assert erasure.status == ErasureStatus.DONE
    gone = erased_ids(sakura.city)
    assert len(gone) == 2
    with sakura.open():
        assert {kind: kind._base_manager.count() for kind in counts} == counts
        for kind in counts:
            for row in kind._base_manager.filter(kind.under_keys(gone)):
                assert {
                    bytes(getattr(row, value.column) or b"") for value in sealed_names(kind).values()
                } == {b""}
        for model in (SearchToken, OverlapFlag, EntryRow):
            assert not model.objects.filter(member__in=gone).exists()
            assert model.objects.filter(member__isnull=False).count() == 1
    with store.city(sakura.city.municipality.pk):
        tombstones = PersonKey.objects.filter(person_id__in=gone)
        assert [(row.wrapped, row.destroyed_at is None) for row in tombstones] == [(None, False)] * 2


def test_the_record_names_ids_and_counts(sakura, run_jobs):
    erase(sakura.city, run_jobs)
    gone = sorted(map(str, erased_ids(sakura.city)))

    for name in ("staff.erasure_asked", "staff.erased", "staff.keys_destroyed"):
        (event,) = events_of(sakura.city, name)
        assert event.rows["staff_member"] == gone
        assert event.detail["persons"] == 2
    (event,) = events_of(sakura.city, "staff.erasure_confirmed")
    assert event.actor_id == str(sakura.city.second.pk)
    assert events_of(sakura.city, "staff.erased")[0].actor_id == SYSTEM.id


def test_who_still_works_there_reads_as_before(sakura, run_jobs):
    erase(sakura.city, run_jobs)

    with sakura.open():
        (member,) = StaffMember.objects.all()
        (found,) = dossiers([member], Purpose.SHOW)
        record("staff.shown", rows={"staff_member": [member.pk]})
        assert found.details[0].name == CANARIES["name"]


def test_an_erased_person_is_found_by_no_page_and_no_operation(sakura, run_jobs):
    erase(sakura.city, run_jobs)
    gone = erased_ids(sakura.city)

    with sakura.open():
        assert not StaffMember.objects.filter(pk__in=gone).exists()
        assert [member.number for member in members_since(1990)] == [3]
        assert locked(gone) == []
        lines = list(SnapshotLine.objects.filter(member__in=gone))
        with pytest.raises(store.KeyDestroyed):
            open_to_show(lines)


def test_no_path_makes_another_key(sakura, run_jobs):
    erase(sakura.city, run_jobs)
    gone = erased_ids(sakura.city)

    with sakura.open(), pytest.raises(store.KeyDestroyed):
        with_new_key(list(StaffMember.with_erased.filter(pk__in=gone)))
    with pytest.raises(Exception, match="stays destroyed"), store.city(sakura.city.municipality.pk):
        PersonKey.objects.filter(person_id__in=gone).update(wrapped=b"x", destroyed_at=None)


def test_a_number_is_not_given_twice(sakura, run_jobs):
    with sakura.open():
        StaffMember.objects.filter(number=2).update(number=99)
    erase(sakura.city, run_jobs)

    with sakura.open():
        writer = Writer(by=sakura.actor.user_id, at=AT, today=TODAY)
        assert writer.next_number(sakura.facility) == 100


def test_a_printed_roster_of_theirs_goes_too(sakura, run_jobs):
    with sakura.open():
        snapshot = RosterSnapshot.objects.get()
        shared: dict[str, Any] = {
            "municipality": sakura.city.municipality,
            "facility": sakura.facility,
            "form": "roster",
            "subject": "roster",
            "format": "pdf",
            "month": date(2011, 4, 1),
            "title": "名簿",
            "file_name": "roster.pdf",
            "ordered_at": AT,
            "ordered_by": sakura.actor.user_id,
        }
        Document.objects.create(**shared, subject_id=snapshot.pk, job_id=snapshot.pk)
        other = Document.objects.create(**shared, subject_id=sakura.facility.pk, job_id=snapshot.pk)
    erase(sakura.city, run_jobs)

    with sakura.open():
        assert list(Document.objects.all()) == [other]


def test_the_other_half_of_a_suspected_double_employment_goes_and_the_person_number_changes(sakura, run_jobs):
    sumire = make_facility(sakura.city, "すみれ保育園", number="1299900000902")
    with sakura.open():
        member = StaffMember.objects.get(number=1)
        pair = OverlapFlag.objects.get(member=member).pair_id
    with sumire.open():
        same = add_member(sumire, person_id=member.person_id)
        OverlapFlag.objects.create(
            municipality=sumire.city.municipality,
            facility=sumire.facility,
            member=same,
            pair_id=pair,
            same_corporation=True,
            both_regular=False,
            found_at=AT,
        )
    erase(sakura.city, run_jobs)

    with scope(sakura.city.municipality.pk, None):
        assert not OverlapFlag.objects.filter(pair_id=pair).exists()
        assert StaffMember.with_erased.get(pk=member.pk).person_id != member.person_id
        assert StaffMember.objects.get(pk=same.pk).person_id == member.person_id


# ---------------------------------------------------------------- meanwhile, half-way, again


def test_who_is_employed_again_meanwhile_is_kept(sakura, run_jobs):
    confirmed(sakura.city)
    with sakura.open():
        StaffMember.objects.filter(number=1).update(left_year=None)
    while run_jobs():
        pass

    with scope(sakura.city.municipality.pk, None):
        assert [row.number for row in StaffMember.objects.order_by("number")] == [1, 3]
        assert ErasureLine.objects.filter(was_kept=True).count() == 1
        kept = StaffMember.objects.get(number=1)
        assert store.rings([kept.pk], municipality_id=kept.municipality_id)


def test_stopped_between_the_steps_it_goes_on_and_nobody_shows_meanwhile(sakura, run_jobs, monkeypatch):
    monkeypatch.setattr(erasing, "AT_ONCE", 1)
    destroy, away = store.destroy, [True]

    def first_away(*args: Any, **kwargs: Any) -> None:
        if away:
            away.pop()
            raise OSError("the key store is away")
        destroy(*args, **kwargs)

    monkeypatch.setattr(store, "destroy", first_away)
    confirmed(sakura.city)
    while run_jobs():
        pass

    with scope(sakura.city.municipality.pk, None):
        assert Erasure.objects.get().status == ErasureStatus.CONFIRMED
        assert [row.number for row in StaffMember.objects.all()] == [3]
    Job.objects.filter(done_at__isnull=True).update(due_at=AT - timedelta(days=1))
    while run_jobs():
        pass

    with scope(sakura.city.municipality.pk, None):
        assert Erasure.objects.get().status == ErasureStatus.DONE
    assert (
        len(store.destroyed_among(erased_ids(sakura.city), municipality_id=sakura.city.municipality.pk)) == 2
    )


def test_done_twice_is_done_once(sakura, run_jobs):
    erasure = erase(sakura.city, run_jobs)

    with sakura.city.open():
        erasing.empty_rows(erasure.pk, at=AT)
        erasing.destroy_keys(erasure.pk, at=AT)

    assert len(events_of(sakura.city, "staff.erased")) == 1
    assert not Job.objects.filter(done_at__isnull=True).exists()


def test_jobs_carry_ids_only(sakura):
    erasure = confirmed(sakura.city)

    job = Job.objects.get(kind=erasing.EMPTY_ROWS)
    assert job.payload_sealed is None
    assert job.args == {
        "municipality_id": str(sakura.city.municipality.pk),
        "erasure_id": str(erasure.pk),
    }


# ---------------------------------------------------------------- backups


@pytest.mark.django_db(transaction=True)
def test_yesterdays_backup_beside_todays_key_store_gives_nothing(servers, run_jobs):
    nursery = make_facility(make_city())
    second_administrator(nursery.city)
    with nursery.open():
        fill(nursery, 1)
        fill(nursery, 2, left_year=None)
    values = connections["default"].settings_dict
    restored = f"{values['NAME']}_restored"
    postgres = servers[0]

    def tool(name: str, *arguments: str) -> None:
        subprocess.run([str(postgres.binaries / name), *arguments], check=True, capture_output=True)

    server = ["-h", str(postgres.socket_folder), "-U", "postgres"]
    dump = str(postgres.var / "yesterday.dump")
    tool("pg_dump", *server, "-Fc", "-f", dump, values["NAME"])
    erase(nursery.city, run_jobs, persons=1)
    tool("createdb", *server, restored)
    tool("pg_restore", *server, "-d", restored, dump)
    today = values["NAME"]
    try:
        connections["default"].close()
        values["NAME"] = restored
        with nursery.open():
            back = StaffMember.objects.get(number=1)
            assert bytes(back.birth_date_sealed)
            for row in [one for one in all_rows() if one.key_id == back.pk]:
                with pytest.raises(store.KeyDestroyed):
                    open_to_show([row])
            stays = StaffMember.objects.get(number=2)
            dossiers([stays], Purpose.SHOW)
            record("staff.shown", rows={"staff_member": [stays.pk]})
        call_command("after_restore", stdout=StringIO())
        with nursery.open():
            assert [row.number for row in StaffMember.objects.all()] == [2]
    finally:
        connections["default"].close()
        values["NAME"] = today
        tool("dropdb", *server, "--force", restored)


@pytest.mark.django_db(transaction=True)
def test_yesterdays_key_store_forgets_again_what_was_erased_since(servers, run_jobs):
    nursery = make_facility(make_city())
    second_administrator(nursery.city)
    with nursery.open():
        fill(nursery, 1)
        fill(nursery, 2, left_year=None)
    city_id, postgres = nursery.city.municipality.pk, servers[0]
    name, dump = connections["keys"].settings_dict["NAME"], str(postgres.var / "keys.dump")
    server = ["-h", str(postgres.socket_folder), "-U", "postgres"]
    pg_dump = [str(postgres.binaries / "pg_dump"), *server, "-Fc", "--data-only", "-f", dump, name]
    subprocess.run(pg_dump, check=True, capture_output=True)
    erase(nursery.city, run_jobs, persons=1)
    (gone,) = erased_ids(nursery.city)
    with psycopg.connect(postgres.url("postgres", name)) as own:
        own.execute("TRUNCATE person_keys_personkey, django_migrations")
    restoring = [str(postgres.binaries / "pg_restore"), *server, "--data-only", "-d", name, dump]
    subprocess.run(restoring, check=True, capture_output=True)
    assert store.rings([gone], municipality_id=city_id)

    said = StringIO()
    call_command("after_restore", stdout=said)

    assert "1人" in said.getvalue()
    assert store.destroyed_among([gone], municipality_id=city_id) == {gone}
    assert len(store.person_ids(municipality_id=city_id, destroyed=False)) == 3


# ---------------------------------------------------------------- what lies in entry sheets


def type_number(nursery: Nursery, number: str) -> Any:
    """A row without a member, typed under a number into the open sheet; the scope is open."""
    sheet = EntrySheet.objects.get()
    edit = RowEdit(f"token/members/{number}", "members", {"number": number, "name": "若葉　太郎"})
    return save_rows(sheet.pk, [edit], by=nursery.actor, at=AT).rows[edit.row].pk


def test_what_was_typed_under_the_number_of_somebody_erased_goes_too(sakura, run_jobs):
    with sakura.open():
        gone, kept = type_number(sakura, "０１"), type_number(sakura, "3")
        before = EntrySheet.objects.get().version

    erase(sakura.city, run_jobs)

    with sakura.open():
        there = set(EntryRow.objects.values_list("pk", flat=True))
        assert EntrySheet.objects.get().version == before + 1
    assert kept in there
    assert gone not in there
    city_id = sakura.city.municipality.pk
    assert gone in store.destroyed_among([gone, kept], municipality_id=city_id)
    assert kept not in store.destroyed_among([gone, kept], municipality_id=city_id)


def type_rows(nursery: Nursery, *rows: tuple[str, dict[str, str]]) -> list[Any]:
    """Rows without a number; the scope is open."""
    edits = [RowEdit(f"token/{table}/{place}", table, texts) for place, (table, texts) in enumerate(rows)]
    saved = save_rows(EntrySheet.objects.get().pk, edits, by=nursery.actor, at=AT).rows
    return [saved[edit.row].pk for edit in edits]


def test_what_was_typed_about_somebody_erased_without_a_number_goes_by_kana_and_day_of_birth(
    sakura, run_jobs
):
    who = {"name": CANARIES["name"], "kana": "ヒバリノ ルリコ", "birth_date": "S52.11.23"}
    with sakura.open():
        finding.refresh(locked([StaffMember.objects.get(number=1).pk]))
        record("staff.shown", rows={"staff_member": [StaffMember.objects.get(number=1).pk]})
        rows = type_rows(
            sakura,
            ("members", who),
            ("trainings", {"name": CANARIES["name"], "hours": "15"}),
            ("members", {**who, "birth_date": "S52.11.24"}),
            ("trainings", {"name": "若葉　太郎", "hours": "15"}),
            ("members", {"name": "若葉　太郎", "kana": "よめない漢字", "birth_date": "きのう"}),
        )

    erase(sakura.city, run_jobs)

    with sakura.open():
        there = set(EntryRow.objects.values_list("pk", flat=True))
    assert [row in there for row in rows] == [False, False, True, True, True]
    city_id = sakura.city.municipality.pk
    assert store.destroyed_among(rows, municipality_id=city_id) == set(rows[:2])


def test_a_sheet_nobody_goes_on_with_is_thrown_away(sakura, run_jobs):
    with sakura.open():
        EntrySheet.objects.update(saved_at=timezone.now() - timedelta(days=59))
    tasks.sweep_keys()
    with sakura.open():
        rows = list(EntryRow.objects.filter(member=None).values_list("pk", flat=True))
        assert rows
        EntrySheet.objects.update(saved_at=timezone.now() - timedelta(days=61))

    tasks.sweep_keys()
    run_jobs()

    with sakura.open():
        assert EntrySheet.objects.get().status == EntryStatus.DISCARDED
        assert not EntryRow.objects.exists()
    assert store.destroyed_among(rows, municipality_id=sakura.city.municipality.pk) == set(rows)
    (event,) = events_of(sakura.city, "staff.entry_discarded")
    assert event.detail == {"idle_days": 60}


# ---------------------------------------------------------------- keys nothing is kept under


def later() -> Any:
    return timezone.now() + timedelta(days=2)


def test_keys_of_rows_that_never_came_are_removed_after_a_day(sakura):
    from uuid import uuid4

    city = sakura.city.municipality
    rolled_back = uuid4()
    store.make([rolled_back], municipality_id=city.pk)
    with context(Context(who=SYSTEM)), scope(city.pk, None):
        assert sweeping.sweep(city, at=timezone.now()) == 0
        assert sweeping.sweep(city, at=later()) == 1
        assert sweeping.sweep(city, at=later()) == 0

    with pytest.raises(store.KeyMissing):
        store.rings([rolled_back], municipality_id=city.pk)
    (event,) = events_of(sakura.city, "staff.keys_swept")
    assert event.detail == {"keys": 1}


def test_keys_in_use_and_tombstones_stay(sakura, run_jobs):
    erase(sakura.city, run_jobs)
    city = sakura.city.municipality
    before = store.person_ids(municipality_id=city.pk, destroyed=False)

    with context(Context(who=SYSTEM)), scope(city.pk, None):
        assert sweeping.sweep(city, at=later()) == 0
        EntryRow.objects.all().delete()
        EntrySheet.objects.all().delete()
        assert sweeping.sweep(city, at=later()) == 3

    with sakura.open():
        member_ids = set(StaffMember.objects.values_list("pk", flat=True))
    assert store.person_ids(municipality_id=city.pk, destroyed=False) == before & member_ids
    assert len(store.person_ids(municipality_id=city.pk, destroyed=True)) == 2


def test_a_portal_that_is_being_restored_loses_no_key(db):
    from uuid import uuid4

    city = make_city().municipality
    store.make([uuid4()], municipality_id=city.pk)

    with context(Context(who=SYSTEM)), scope(city.pk, None):
        assert sweeping.sweep(city, at=later()) == 0


def test_whoever_comes_back_with_a_backup_is_erased_again(sakura):
    with sakura.open():
        member = StaffMember.objects.get(number=1)
        store.destroy([member.pk], municipality_id=member.municipality_id, at=AT)

    tasks.sweep_keys()

    assert erased_ids(sakura.city) == [member.pk]
    with sakura.open():
        assert {bytes(row.name_sealed) for row in StaffDetail.objects.filter(member=member)} == {b""}
