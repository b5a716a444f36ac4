"""A facility fills an item in, sends it, takes it back, changes it; nothing is lost and nothing is sent unseen."""

from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack, TypedField
from applications.operations import cases
from applications.states import VersionStatus
from facilities.actors import Role
from facilities.periods import ServiceMonth
from facilities.rules import NotAllowed, ProblemsFound
from tests.applications.stage import AT, approve, decide, release_pack, save, send_back, submit
from tests.cast import City, Nursery, make_city, make_facility
from tests.record import events_of

TYPED = {"extra_staff": "1", "monthly_yen": "412,399円"}
LATE = timezone.make_aware(datetime(2026, 5, 20, 9, 0))
BEFORE = timezone.make_aware(datetime(2026, 3, 30, 9, 0))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return make_facility(city)


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city)


def again(place: Nursery, version: ApplicationVersion) -> ApplicationVersion:
    with place.open():
        return ApplicationVersion.objects.get(pk=version.pk)


def test_what_is_sent_is_frozen_with_its_words(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))

    assert sent.status == VersionStatus.SUBMITTED
    assert (sent.amount_yen, sent.options) == (4_948_000, {"extra_staff": 1})
    content = again(sakura, sent).content["sent"]
    assert content["capacity"]["value"] == 90
    assert "年度プロフィール" in content["capacity"]["words"]
    assert content["extra_staff"]["origin"] == "typed"
    assert "second_person" not in content


def test_nothing_of_the_values_stands_in_clear(city, sakura, pack):
    save(sakura, pack, extra_staff="2", monthly_yen="1", second_person="青葉 山子を加配するため")

    with connection.cursor() as cursor, sakura.open():
        cursor.execute("SELECT row_to_json(v)::text FROM applications_applicationversion AS v")
        assert "青葉" not in "".join(row for (row,) in cursor.fetchall())


def test_everything_that_is_missing_is_told_at_once(city, sakura, pack):
    version = save(sakura, pack, from_month=None)

    with pytest.raises(ProblemsFound) as refused:
        submit(sakura, version)

    assert len(refused.value.problems) == 3
    assert again(sakura, version).status == VersionStatus.DRAFT


def test_what_cannot_be_read_is_kept_as_it_was_typed(city, sakura, pack):
    version = save(sakura, pack, extra_staff="二人", monthly_yen="1000")

    assert again(sakura, version).content["unread"] == {"extra_staff": "二人"}
    with pytest.raises(ProblemsFound):
        submit(sakura, version)


def test_two_tabs_do_not_write_over_each_other(city, sakura, pack):
    first = save(sakura, pack, **TYPED)
    save(sakura, pack, revision=first.revision, monthly_yen="5000")

    with pytest.raises(NotAllowed, match="この申請が変わりました"):
        save(sakura, pack, revision=first.revision, monthly_yen="7000")

    assert again(sakura, first).content["typed"]["monthly_yen"] == 5_000


def test_what_was_not_shown_is_not_sent(city, sakura, pack):
    version = save(sakura, pack, **TYPED)

    with sakura.open() as by, pytest.raises(NotAllowed, match="内容が変わりました"):
        cases.submit(version.pk, shown_revision=version.revision, shown_hash="0" * 64, by=by, at=AT)


def test_saying_no_needs_nothing_else(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, wanted=False, from_month=None))

    assert (sent.is_wanted, sent.options, sent.amount_yen) == (False, {}, None)


def test_before_its_round_nothing_is_sent(city, sakura, pack):
    version = save(sakura, pack, **TYPED)

    with pytest.raises(ProblemsFound, match="から提出できます"):
        submit(sakura, version, at=BEFORE)


def test_after_its_round_a_reason_is_asked_and_kept(city, sakura, pack):
    version = save(sakura, pack, **TYPED)

    with pytest.raises(ProblemsFound, match="遅れた理由"):
        submit(sakura, version, at=LATE)

    assert submit(sakura, version, at=LATE, late_reason="担当者の交代").late_reason == "担当者の交代"


def test_it_is_taken_back_until_the_city_has_decided(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))
    with sakura.open() as by:
        draft = cases.withdraw(sent.pk, by=by, at=AT)
    assert (draft.status, draft.submitted_at, draft.options) == (VersionStatus.DRAFT, None, {})
    assert "sent" not in draft.content

    sent = submit(sakura, draft)
    decide(city, sent, Role.OFFICER)
    with sakura.open() as by, pytest.raises(NotAllowed, match="審査を始めた"):
        cases.withdraw(sent.pk, by=by, at=AT)


def test_a_returned_version_is_answered_by_the_next_one(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))
    send_back(city, sent)

    answer = save(sakura, pack, extra_staff="1")

    assert (answer.number, answer.answers_id) == (2, sent.pk)
    assert answer.content["typed"]["monthly_yen"] == 412_399
    assert again(sakura, sent).status == VersionStatus.SUPERSEDED
    assert submit(sakura, answer, at=LATE).status == VersionStatus.SUBMITTED


def test_a_change_is_the_next_version_and_may_come_any_day(city, sakura, pack):
    first = submit(sakura, save(sakura, pack, **TYPED))
    approve(city, first)

    change = save(sakura, pack, from_month=ServiceMonth(2026, 9), monthly_yen="500000")
    sent = submit(sakura, change, at=timezone.make_aware(datetime(2026, 8, 20, 9)))

    assert (change.number, change.replaces_id, sent.late_reason) == (2, first.pk, "")
    approve(city, sent)
    assert again(sakura, first).status == VersionStatus.SUPERSEDED


def test_a_change_that_is_not_needed_is_given_up(city, sakura, pack):
    first = submit(sakura, save(sakura, pack, **TYPED))
    approve(city, first)
    change = save(sakura, pack, monthly_yen="1")

    with sakura.open() as by:
        cases.discard(change.pk, shown_revision=change.revision, by=by, at=AT)

    assert again(sakura, first).status == VersionStatus.APPROVED
    assert save(sakura, pack, monthly_yen="2").number == 3


def test_the_report_repeats_what_was_applied_for(city, sakura, pack):
    submit(sakura, save(sakura, pack, **TYPED))

    report = save(sakura, pack, "team_childcare_report", from_month=None, spent_yen="4948000")
    sent = submit(sakura, report, at=timezone.make_aware(datetime(2027, 5, 10, 9)))

    assert again(sakura, sent).content["sent"]["planned_yen"]["value"] == 4_948_000


def test_each_typed_field_is_counted_once_and_what_was_carried_over_is_not(city, sakura, pack):
    first = save(sakura, pack, **TYPED)
    save(sakura, pack, revision=first.revision, extra_staff="2", monthly_yen="412399")

    with sakura.open():
        rows = list(TypedField.objects.values_list("field_key", "round_number", "knew"))
    assert sorted(rows) == [("extra_staff", 1, False), ("monthly_yen", 1, False)]


def test_another_facility_can_do_nothing(city, sakura, pack):
    version = save(sakura, pack, **TYPED)
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")

    with sumire.open() as by:
        with pytest.raises(ApplicationVersion.DoesNotExist):
            cases.withdraw(version.pk, by=by, at=AT)
        with pytest.raises(NotAllowed):
            cases.save(
                sakura.facility.pk,
                pack_id=pack.pk,
                item_key="team_childcare",
                wanted=cases.Wanted(True),
                entries={},
                reasons={},
                shown_revision=1,
                by=by,
                at=AT,
            )


def test_what_was_sent_cannot_be_changed_around_the_operations(city, sakura, pack):
    sent = submit(sakura, save(sakura, pack, **TYPED))

    with sakura.open(), pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        ApplicationVersion.objects.filter(pk=sent.pk).update(amount_yen=1)


def test_the_record_names_fields_and_no_values(city, sakura, pack):
    save(sakura, pack, **TYPED)

    (event,) = events_of(city, "applications.saved")
    assert event.detail["typed"] == ["extra_staff", "monthly_yen"]
    assert "412" not in str(event.detail)
