"""年度当初の名簿: frozen as of 1 April, accepted or sent back by the city, quoted by forms."""

import re
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.record import record
from facilities.actors import Role
from facilities.models import Facility, FacilityProfile
from facilities.rules import NotAllowed, ProblemsFound
from facilities.schedule import CitySchedule
from jobs.models import Job
from person_keys.store import destroy
from staff_records.models import EarlierEmployment, RosterRound, RosterSnapshot, SnapshotLine, StaffMember
from staff_records.opening import open_to_show
from staff_records.operations import people, rounds, seeing, year_start
from staff_records.quoting import quoted
from staff_records.sealed import sealed_names
from staff_records.values import Earlier
from staff_records.words import Ending, Proof
from staff_records.writing import locked
from tests.asked import MOST, asked_by
from tests.cast import make_city, make_facility, sign_in
from tests.record import events_of
from tests.staff_records.rosters import writer_of, writing
from tests.staff_records.stage import add_member
from tests.staff_records.year_stage import AT, YEAR, accepted, add_teacher, rename, send, shown_hash

# The panel of forms: documents, the roster with what stands beside it, teachers required, the facility, packs.
ASKED_BY_FORMS = 5
CITY = f"/c/staff/year/{YEAR}/"
NUMBER = "1299900000901"
OWN = f"/f/{NUMBER}/staff/year/{YEAR}/"


@pytest.fixture
def sakura(db):
    return make_facility(make_city())


@pytest.fixture
def staffed(sakura):
    with sakura.open():
        add_teacher(sakura, 1)
        add_teacher(sakura, 2, name="髙﨑　𠮷乃", kana="たかさき　よしの", is_regular=False)
        add_teacher(sakura, 3, name="若葉　つぎ", hired_on=date(2026, 5, 1))
    return sakura


def letters(folder, words):
    """The mails whose subject has these words: subject and text."""
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return [str(one["Subject"]) + one.get_content() for one in found if words in str(one["Subject"])]


def test_who_is_there_on_the_first_of_april_is_frozen_and_nobody_else(staffed):
    snapshot = send(staffed)

    with staffed.open():
        assert SnapshotLine.objects.filter(snapshot=snapshot).count() == 2
        assert (snapshot.status, snapshot.version, snapshot.day) == ("submitted", 1, date(2026, 4, 1))
        assert snapshot.figures["persons"] == 2
        assert (snapshot.figures["regular"], snapshot.figures["part_time"]) == (1, 1)
        # Both work 8 hours on 20 days since April 2020: six years each.
        assert (snapshot.figures["average_years"], snapshot.figures["total_months"]) == (6, 144)
        assert (snapshot.figures["base_percent"], snapshot.figures["wage_percent"]) == (8, 6)
    (event,) = events_of(staffed.city, "staff.snapshot_submitted")
    assert len(event.rows["staff_member"]) == 2


def test_nothing_of_a_frozen_line_or_its_figures_names_anybody_in_the_clear(staffed):
    send(staffed)

    with staffed.open(), connection.cursor() as cursor:
        for table in ("rostersnapshot", "snapshotline"):
            cursor.execute(f"SELECT array_agg(t::text) FROM staff_records_{table} AS t")
            words = str(cursor.fetchone()[0])
            for personal in ("青葉", "髙﨑", "1990-04-02", "千葉県", "みどり"):
                assert personal not in words
                assert personal.encode().hex() not in words


def test_what_changes_afterwards_leaves_it_as_it_was_sent(staffed):
    accepted(staffed)
    with staffed.open():
        rename(staffed, StaffMember.objects.get(number=1), "青葉　さくら")
        found = quoted(staffed.facility, YEAR)

    assert found is not None
    assert [line.values["name"] for line in found.lines] == ["青葉　花子", "髙﨑　𠮷乃"]
    page = sign_in(staffed.clerk).get(OWN).content.decode()
    assert "受理のあとに、4月1日現在の名簿が変わりました" in page
    assert "もう一度提出する" in page


def test_a_roster_changed_between_look_and_submission_is_not_sent(staffed):
    with staffed.open() as clerk:
        shown = shown_hash(staffed)
        rename(staffed, StaffMember.objects.get(number=1), "青葉　さくら")
        with pytest.raises(ProblemsFound, match="画面を開いたあとに名簿が変わりました"):
            year_start.submit(staffed.facility, YEAR, shown_hash=shown, declared=True, by=clerk, at=AT)
        shown_hash(staffed)
        assert not RosterSnapshot.objects.exists()


def test_everything_to_put_right_is_said_at_once_and_names_nobody(sakura):
    with sakura.open() as clerk:
        add_member(sakura, 1)  # a 保育士 without a number
        young = add_member(sakura, 2, name="若葉　たろう", birth_date=date(2014, 1, 1), job="cook")
        with pytest.raises(ProblemsFound) as refused:
            year_start.submit(
                sakura.facility, YEAR, shown_hash=shown_hash(sakura), declared=False, by=clerk, at=AT
            )
        shown_hash(sakura)

    words = refused.value.problems
    assert len(words) == 3
    assert "職員番号1：保育士登録番号がありません" in words[0]
    assert "職員番号2：令和8年4月1日に15歳になっていません" in words[1]
    assert words[2] == year_start.UNDECLARED
    refusals = [event for event in events_of(sakura.city) if event.outcome == "refused"]
    assert "若葉" not in str([event.detail for event in refusals])
    page = sign_in(sakura.clerk).get(OWN).content.decode()
    assert f'href="#member-{young.pk}"' in page
    assert "提出する</button>" not in page


def test_an_empty_roster_is_not_sent(sakura):
    with sakura.open() as clerk, pytest.raises(ProblemsFound, match="1人も登録されていません"):
        year_start.submit(
            sakura.facility, YEAR, shown_hash=shown_hash(sakura), declared=True, by=clerk, at=AT
        )


def test_what_only_should_be_looked_at_does_not_bar(staffed):
    with staffed.open():
        member = StaffMember.objects.get(number=1)
        open_to_show([member])
        EarlierEmployment.of(
            member,
            workplace="nursery",
            first_day=date(2015, 4, 1),
            last_day=date(2020, 3, 31),
            entered_at=AT,
            entered_by=staffed.actor.user_id,
        ).save()
        shown_hash(staffed)
    page = sign_in(staffed.clerk).get(OWN).content.decode()

    assert "在職証明が未確認の前歴が1件あります" in page
    assert "常勤の所定労働時間が登録されていません" in page
    assert send(staffed).version == 1


def test_before_the_day_nothing_is_sent(staffed):
    early = AT - timedelta(days=3)
    with staffed.open() as clerk, pytest.raises(NotAllowed, match="令和8年4月1日から"):
        year_start.submit(staffed.facility, YEAR, shown_hash="", declared=True, by=clerk, at=early)


def test_one_waits_at_a_time_and_may_be_taken_back(staffed):
    first = send(staffed)
    with staffed.open() as clerk:
        with pytest.raises(NotAllowed, match="提出済み"):
            year_start.submit(
                staffed.facility, YEAR, shown_hash=first.content_hash, declared=True, by=clerk, at=AT
            )
        year_start.withdraw(first.pk, by=clerk, at=AT)
        with pytest.raises(NotAllowed, match="いま提出中ではありません"):
            year_start.withdraw(first.pk, by=clerk, at=AT)

    assert send(staffed).version == 2


def test_returned_with_a_reason_it_comes_again_as_the_second_version(staffed, run_jobs, mail_folder):
    first = send(staffed)
    officer = sign_in(staffed.city.people[Role.OFFICER])
    sent = {"snapshot": str(first.pk), "shown_hash": first.content_hash}

    empty = officer.post(f"{CITY}{NUMBER}/return/", {**sent, "reason": " "})
    assert empty.status_code == 422
    assert year_start.NO_REASON in empty.content.decode()
    officer.post(f"{CITY}{NUMBER}/return/", {**sent, "reason": "職員番号2の勤務時間を確かめてください。"})

    run_jobs()
    (told,) = letters(mail_folder, "職員名簿が差し戻されました")
    assert OWN in told
    assert "番号2" not in told
    assert "青葉　花子" not in told
    page = sign_in(staffed.clerk).get(OWN).content.decode()
    assert "職員番号2の勤務時間を確かめてください。" in page
    second = send(staffed)
    assert second.version == 2
    with staffed.open():
        assert [one.status for one in RosterSnapshot.objects.order_by("version")] == ["returned", "submitted"]


def test_what_comes_again_is_compared_with_what_was_sent_back_and_says_why(staffed):
    first = send(staffed)
    officer = sign_in(staffed.city.people[Role.OFFICER])
    reason = "職員番号1の氏名を確かめてください。"
    sent = {"snapshot": str(first.pk), "shown_hash": first.content_hash, "reason": reason}
    officer.post(f"{CITY}{NUMBER}/return/", sent)
    page = officer.get(f"{CITY}{NUMBER}/").content.decode()
    assert "第1版を差し戻した理由" in page
    assert "版（差し戻し）からの変更" not in page
    with staffed.open():
        rename(staffed, StaffMember.objects.get(number=1), "青葉　さくら")
    second = send(staffed)

    page = officer.get(f"{CITY}{NUMBER}/").content.decode()

    assert page.index(reason) < page.index("第1版（差し戻し）からの変更") < page.index("に在籍する職員")
    assert '<td data-label="前">青葉　花子</td><td data-label="後">青葉　さくら</td>' in page
    officer.post(
        f"{CITY}{NUMBER}/accept/", {**sent, "snapshot": str(second.pk), "shown_hash": second.content_hash}
    )
    page = officer.get(f"{CITY}{NUMBER}/").content.decode()
    assert "差し戻した理由" not in page


def test_the_city_learns_of_rosters_once_a_day(staffed, run_jobs, mail_folder):
    sumire = make_facility(staffed.city, "すみれ保育園", number="1299900000902")
    with sumire.open():
        add_teacher(sumire)
    send(staffed)
    send(sumire)

    while run_jobs():  # the job that tells the city asks for mails
        pass

    assert len(letters(mail_folder, "職員名簿が提出されました")) == 3  # officer, chief, manager
    assert Job.objects.filter(kind="staff_records.tell_city_of_rosters").count() == 1


def test_accepted_it_supersedes_the_accepted_one_before(staffed):
    first = accepted(staffed)
    with staffed.open() as clerk:
        with pytest.raises(ProblemsFound, match="受理された名簿と同じ内容"):
            year_start.submit(
                staffed.facility, YEAR, shown_hash=first.content_hash, declared=True, by=clerk, at=AT
            )
        shown_hash(staffed)
        rename(staffed, StaffMember.objects.get(number=1), "青葉　さくら")
    second = accepted(staffed)

    with staffed.open():
        found = quoted(staffed.facility, YEAR)
        assert [one.status for one in RosterSnapshot.objects.order_by("version")] == [
            "superseded",
            "accepted",
        ]
    assert found is not None
    assert (found.version, found.lines[0].values["name"]) == (second.version, "青葉　さくら")


def test_two_of_the_city_at_once_decide_once(staffed):
    snapshot = send(staffed)
    with staffed.city.open(Role.OFFICER) as officer:
        year_start.accept(snapshot.pk, shown_hash=snapshot.content_hash, by=officer, at=AT)
    with staffed.city.open(Role.CHIEF) as chief:
        with pytest.raises(NotAllowed, match="いま提出中ではありません"):
            year_start.return_to_facility(
                snapshot.pk, shown_hash=snapshot.content_hash, reason="もう一度", by=chief, at=AT
            )
        with pytest.raises(NotAllowed):
            year_start.accept(snapshot.pk, shown_hash=snapshot.content_hash, by=chief, at=AT)


def test_what_nobody_saw_is_not_accepted(staffed):
    snapshot = send(staffed)
    with staffed.city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed, match="内容が変わりました"):
        year_start.accept(snapshot.pk, shown_hash="0" * 64, by=officer, at=AT)


@pytest.mark.parametrize("role", [Role.ENROLMENT, Role.ADMINISTRATOR])
def test_other_sections_decide_nothing(staffed, role):
    snapshot = send(staffed)
    with staffed.city.open(role) as other, pytest.raises(NotAllowed, match="こども施設運営課"):
        year_start.accept(snapshot.pk, shown_hash=snapshot.content_hash, by=other, at=AT)


def test_the_database_itself_wants_two_people(staffed):
    snapshot = send(staffed)
    with staffed.city.open(), transaction.atomic():
        rows = RosterSnapshot.objects.filter(pk=snapshot.pk)
        with pytest.raises(IntegrityError, match="decided_by_somebody_else"), transaction.atomic():
            rows.update(status="accepted", decided_at=AT, decided_by=snapshot.submitted_by)


def test_another_facility_and_another_city_find_nothing(staffed):
    sumire = make_facility(staffed.city, "すみれ保育園", number="1299900000902")
    other = make_city("129998", "緑野市")
    snapshot = send(staffed)

    assert sign_in(sumire.clerk).get(OWN).status_code == 404
    stranger = sign_in(other.people[Role.OFFICER])
    assert stranger.get(f"{CITY}{NUMBER}/").status_code == 404
    with other.open(Role.OFFICER) as officer, pytest.raises(RosterSnapshot.DoesNotExist):
        year_start.accept(snapshot.pk, shown_hash=snapshot.content_hash, by=officer, at=AT)


def test_of_who_was_erased_the_line_is_gone_and_the_rest_is_there(staffed):
    accepted(staffed)
    with staffed.open() as clerk:
        gone = StaffMember.objects.get(number=2)
        destroy([gone.pk], municipality_id=gone.municipality_id, at=timezone.now())
        StaffMember.objects.filter(pk=gone.pk).update(left_year=YEAR, erased_at=timezone.now())
        found = quoted(staffed.facility, YEAR)
        with pytest.raises(NotAllowed, match="保存期間が過ぎて"):
            year_start.submit(staffed.facility, YEAR, shown_hash="", declared=True, by=clerk, at=AT)

    assert found is not None
    assert ([line.number for line in found.lines], found.erased, found.figures.persons) == ([1], 1, 2)
    page = sign_in(staffed.city.people[Role.OFFICER]).get(f"{CITY}{NUMBER}/").content.decode()
    assert "保存期間が過ぎたため消去されました" in page
    assert "青葉　花子" in page
    assert "髙﨑" not in page
    assert sign_in(staffed.clerk).get(OWN).status_code == 200


def test_between_emptying_rows_and_destroying_keys_every_page_of_the_year_opens(staffed):
    accepted(staffed)
    with staffed.open():
        gone = StaffMember.objects.get(number=2)
        column = sealed_names(SnapshotLine)["content"].column
        SnapshotLine.objects.filter(member=gone).update(**{column: b""})
        StaffMember.objects.filter(pk=gone.pk).update(left_year=YEAR, erased_at=timezone.now())
        found = quoted(staffed.facility, YEAR)

    assert found is not None
    assert ([line.number for line in found.lines], found.erased) == ([1], 1)
    assert sign_in(staffed.clerk).get(OWN).status_code == 200
    assert sign_in(staffed.city.people[Role.OFFICER]).get(f"{CITY}{NUMBER}/").status_code == 200


def test_what_happens_after_the_day_or_at_the_city_changes_no_accepted_roster(staffed):
    with staffed.open():
        writer = writer_of(staffed)
        (found,) = locked([StaffMember.objects.get(number=1).pk])
        seen = Earlier("nursery", date(2015, 4, 1), date(2020, 3, 31), "みほん保育園", True, Proof.RECEIVED)
        row = writer.add_earlier(found, seen)
        record("staff.earlier_added", rows={"staff_member": [found.member.pk]})
    snapshot = accepted(staffed)

    with staffed.city.open(Role.OFFICER) as officer:
        seeing.check_proof(found.member, row.pk, by=officer, at=AT)
    with staffed.open() as clerk:
        version = StaffMember.objects.get(pk=found.member.pk).version
        people.leave(
            found.member.pk,
            last_day=date(2026, 9, 30),
            ending=Ending.LEFT,
            shown_version=version,
            by=clerk,
            at=AT,
        )
        assert shown_hash(staffed) == snapshot.content_hash
    page = sign_in(staffed.clerk).get(OWN).content.decode()
    assert 'name="shown_hash"' not in page
    assert "在職証明" not in page
    assert "令和8年9月30日" not in page


def test_a_certificate_that_comes_after_the_acceptance_is_a_change(staffed):
    with staffed.open():
        writer = writer_of(staffed)
        (found,) = locked([StaffMember.objects.get(number=1).pk])
        unproved = Earlier(
            "nursery", date(2015, 4, 1), date(2020, 3, 31), "みほん保育園", True, Proof.REQUESTED
        )
        writer.add_earlier(found, unproved)
        record("staff.earlier_added", rows={"staff_member": [found.member.pk]})
    snapshot = accepted(staffed)

    with writing(staffed, found) as (again, writer):
        writer.correct_earlier(again, again.earlier[0], replace(unproved, proof=Proof.NONE))
        assert shown_hash(staffed) == snapshot.content_hash
        writer.correct_earlier(again, again.earlier[0], replace(unproved, proof=Proof.RECEIVED))
        assert shown_hash(staffed) != snapshot.content_hash


def test_the_clerk_sends_it_in_the_browser(staffed):
    browser = sign_in(staffed.clerk)
    page = browser.get(OWN).content.decode()
    shown = page.split('name="shown_hash" value="')[1].split('"')[0]

    undeclared = browser.post(f"{OWN}submit/", {"shown_hash": shown})
    assert undeclared.status_code == 422
    assert 'id="declared-error"' in undeclared.content.decode()
    browser.post(f"{OWN}submit/", {"shown_hash": shown, "declared": "on"})

    page = browser.get(OWN).content.decode()
    assert "市の受理を待っています" in page
    assert "取り下げる" in page
    assert f'<a href="/f/{NUMBER}/staff/">職員</a>' in page


def test_the_reviewer_sees_first_what_differs_from_the_year_before(staffed):
    accepted(staffed, 2025, at=AT - timedelta(days=364))
    with staffed.open():
        rename(staffed, StaffMember.objects.get(number=1), "青葉　さくら")
        add_teacher(staffed, 4, name="新田　めぐみ", hired_on=date(2026, 4, 1))
    snapshot = send(staffed)

    assert snapshot.figures["since"] == {
        "joined": 1,
        "left": 0,
        "changed": 1,
        "unchanged": 1,
        "fiscal_year": 2025,
    }
    page = sign_in(staffed.city.people[Role.OFFICER]).get(f"{CITY}{NUMBER}/").content.decode()
    assert page.index("前回の受理（令和7年度）からの変更") < page.index("に在籍する職員")
    assert "新田　めぐみ" in page
    assert '<td data-label="前">青葉　花子</td>' in page


def test_several_are_accepted_together_only_where_the_rates_are_as_granted(staffed):
    sumire = make_facility(staffed.city, "すみれ保育園", number="1299900000902")
    with sumire.open():
        add_teacher(sumire)
    before = AT - timedelta(days=364)
    for place in (staffed, sumire):
        accepted(place, 2025, at=before)
    with staffed.city.open():
        FacilityProfile.objects.filter(facility=sumire.facility).update(base_percent=8, wage_percent=6)
    mine, hers = send(staffed), send(sumire)
    officer = sign_in(staffed.city.people[Role.OFFICER])
    page = officer.get(CITY).content.decode()
    assert f"{hers.pk}:{hers.content_hash}" in page
    assert f"{mine.pk}:{mine.content_hash}" not in page

    chosen = [f"{one.pk}:{one.content_hash}" for one in (mine, hers)]
    answer = officer.post(f"{CITY}accept/", {"snapshot": chosen})

    assert answer.status_code == 422
    assert "1施設の名簿は受理していません" in answer.content.decode()
    with staffed.city.open():
        states = {one.facility_id: one.status for one in RosterSnapshot.objects.filter(fiscal_year=YEAR)}
    assert states == {staffed.facility.pk: "submitted", sumire.facility.pk: "accepted"}


def test_whoever_stands_on_a_page_is_on_its_record(staffed):
    accepted(staffed, 2025, at=AT - timedelta(days=364))
    with staffed.open():
        rename(staffed, StaffMember.objects.get(number=1), "青葉　さくら")
        add_teacher(staffed, 4, name="新田　めぐみ", hired_on=date(2026, 4, 1))
    accepted(staffed)
    with staffed.open():
        rename(staffed, StaffMember.objects.get(number=2), "髙﨑　よしの")
    send(staffed)
    clerk, officer = sign_in(staffed.clerk), sign_in(staffed.city.people[Role.OFFICER])

    for browser, address in ((clerk, OWN), (officer, f"{CITY}{NUMBER}/"), (officer, CITY)):
        before = len(events_of(staffed.city))
        shown = set(re.findall(r'data-row="([^"]+)"', browser.get(address).content.decode()))
        rows = [event.rows.values() for event in events_of(staffed.city)[before:]]
        assert shown == {row for values in rows for ids in values for row in ids}, address


def test_pages_cost_the_same_however_many_people_and_facilities(sakura):
    with sakura.open():
        add_teacher(sakura)
    send(sakura)
    clerk, officer = sign_in(sakura.clerk), sign_in(sakura.city.people[Role.OFFICER])
    addresses = [(clerk, OWN), (officer, CITY), (officer, f"{CITY}{NUMBER}/")]

    def queries() -> list[int]:
        return [asked_by(browser, address) for browser, address in addresses]

    few = queries()
    with sakura.open() as actor:
        year_start.withdraw(RosterSnapshot.objects.get().pk, by=actor, at=AT)
        for number in range(2, 12):
            add_teacher(sakura, number)
    send(sakura)
    for number in range(3):
        other = make_facility(sakura.city, f"第{number}保育園", number=f"129990000091{number}")
        with other.open():
            add_teacher(other)
        send(other)

    assert queries() == few
    assert max(few) <= MOST + ASKED_BY_FORMS, few


def test_the_city_sets_the_day_and_the_usual_one_is_a_day_it_works(sakura):
    city = sakura.city
    assert not CitySchedule.of(city.municipality).day_off(rounds.usual_day(city.municipality, YEAR))
    with sakura.open():
        assert rounds.due_of(city.municipality, YEAR) == date(2026, 4, 10)
    with city.open(Role.OFFICER) as officer:
        usual = date(2026, 4, 10)
        rounds.set_due(YEAR, date(2026, 4, 20), shown_due=usual, by=officer, at=AT)
        with pytest.raises(ProblemsFound, match="提出期限が変わりました"):
            rounds.set_due(YEAR, date(2026, 4, 21), shown_due=usual, by=officer, at=AT)
        with pytest.raises(ProblemsFound, match="令和8年度の中の日"):
            rounds.set_due(YEAR, date(2027, 4, 1), shown_due=date(2026, 4, 20), by=officer, at=AT)
    with sakura.open():
        assert rounds.due_of(city.municipality, YEAR) == date(2026, 4, 20)
        # The facility reads the day and cannot move it.
        assert not RosterRound.objects.update(due_on=date(2026, 5, 1))
    page = sign_in(city.people[Role.OFFICER]).get(CITY).content.decode()
    assert "令和8年4月20日" in page


def test_the_home_asks_until_it_is_sent(staffed, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 4, 3))
    clerk = sign_in(staffed.clerk)
    address = f"/f/{NUMBER}/schedule/"
    assert "令和8年度の職員名簿の提出" in clerk.get(address).content.decode()

    send(staffed)

    assert "職員名簿" not in clerk.get(address).content.decode()


@pytest.mark.parametrize("opened_on", [date(2026, 4, 15), date(2027, 2, 1)])
def test_who_opens_after_the_first_of_april_is_asked_for_nothing(sakura, monkeypatch, opened_on):
    with sakura.city.open(Role.OFFICER):
        Facility.objects.update(opened_on=opened_on)
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 6, 10))
    clerk, officer = sign_in(sakura.clerk), sign_in(sakura.city.people[Role.OFFICER])

    page = clerk.get(OWN).content.decode()

    assert "令和8年度の名簿は、提出する必要がありません" in page
    for words in ("期限を過ぎています", "未提出", "提出期限"):
        assert words not in page
    assert "職員名簿の提出" not in clerk.get(f"/f/{NUMBER}/schedule/").content.decode()
    assert sakura.facility.name not in officer.get(CITY).content.decode()
    assert "提出を求めていません" in officer.get(f"{CITY}{NUMBER}/").content.decode()
