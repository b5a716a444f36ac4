"""
The demo city: April approved and closed, May at every stage, June still files, and every state somewhere to be seen.

Seeded once for all tests of the demo (see ``conftest``), for it takes its time.
"""

from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from claims.closing import is_closed
from claims.models import (
    ChildCount,
    Claim,
    ClaimLine,
    CountDispute,
    CountImport,
    CountSheet,
    FileKind,
    MonthClosing,
    Obstacle,
    UserCharge,
)
from claims.operations import charges_import, counts_import
from claims.queries import charges as charge_queries
from claims.queries import imports as import_queries
from claims.queries.closings import closings_of
from claims.queries.conversation import conversation
from claims.queries.imports import open_disputes
from claims.queries.mappings import AS_FOUND, mappings_view
from claims.queries.terms import provisional_rates
from facilities.actors import Actor, Role, actor_for
from facilities.models import (
    AddressRegistration,
    Branch,
    Facility,
    FacilityKind,
    FacilityProfile,
    Membership,
    Municipality,
    RegistrationStatus,
    Suspension,
    details_on,
    holding_in,
    public_in,
)
from facilities.operations.changes import resting_in
from facilities.periods import ServiceMonth
from facilities.queries import (
    AccountQuestion,
    account_list,
    api_token_list,
    changes_of,
    facility_rows,
)
from facilities.schedule import CitySchedule, Step
from facilities.scope import scope
from facilities.years import year_view
from jobs.models import Job
from portal.demo import bends, by_hand, cast, changes, newcomers, people
from portal.demo.facilities import FOLDER
from portal.demo.months import JUNE_CHARGES, JUNE_FILE
from portal.models import Notice, NoticeReading
from tests.cast import APRIL, JUNE, MAY, sign_in

# The months of the demo are over when it is looked at.
TODAY = ServiceMonth(2026, 11)


def acting_as(city: Municipality, login_id: str) -> Actor:
    user = User.objects.get(login_id=login_id)
    duty = Role(Membership.objects.get(user=user, ended_at__isnull=True).duty)
    return actor_for(user_id=user.pk, login_id=login_id, duty=duty, municipality_id=city.pk)


def facility(number: str) -> Facility:
    return Facility.objects.get(number=number)


def current(number: str, month: ServiceMonth) -> Claim:
    """The facility's claim of the month to the own city that is neither replaced nor being corrected."""
    claims = Claim.objects.filter(facility__number=number, month=month.first_day, outside=False)
    found: Claim = claims.exclude(status="superseded").get(corrects__isnull=True)
    return found


def codes_of(claim: Claim) -> set[str]:
    return set(ClaimLine.objects.filter(claim=claim).values_list("code", flat=True))


# ---------------------------------------------------------------- seeding


def test_it_is_seeded_once(city):
    users = User.objects.count()

    call_command("seed_demo", "--if-empty", stdout=StringIO())

    assert User.objects.count() == users
    with pytest.raises(CommandError, match="There is data already"):
        call_command("seed_demo", stdout=StringIO())


def test_the_demo_never_loads_where_real_data_may_be(db, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="demonstrations only"):
        call_command("seed_demo", stdout=StringIO())


def test_everybody_of_the_cast_is_named(city):
    printed = StringIO()

    call_command("seed_demo", "--print-accounts", stdout=printed)

    assert all(person.login_id in printed.getvalue() for person in cast.PEOPLE)
    assert set(User.objects.filter(is_active=False).values_list("login_id", flat=True)).isdisjoint(
        person.login_id for person in cast.PEOPLE
    )


def test_nothing_is_left_for_the_worker(city):
    assert not Job.objects.filter(done_at__isnull=True).exists()
    assert not Job.objects.filter(payload_sealed__isnull=False).exists()


def test_two_cities_stand_side_by_side(city):
    assert Facility.objects.count() == 181
    with scope(Municipality.objects.get(code=cast.NEIGHBOUR_CODE).pk, None):
        assert Facility.objects.count() == 3


# ---------------------------------------------------------------- months


def test_every_facility_type_is_approved_in_april_and_in_may(city):
    for month in (APRIL, MAY):
        approved = Claim.objects.filter(month=month.first_day, outside=False, status="approved")

        assert set(approved.values_list("facility__kind", flat=True)) == set(FacilityKind.values), month
        assert min(approved.values_list("total_yen", flat=True)) > 100_000


def test_every_private_facility_with_counts_claims_april_but_one_without_rates(city):
    confirmed = CountSheet.objects.filter(month=APRIL.first_day, status="confirmed")
    claiming = set(confirmed.exclude(facility__in=public_in(APRIL)).values_list("facility", flat=True))
    approved = Claim.objects.filter(month=APRIL.first_day, outside=False, status="approved")

    assert len(public_in(APRIL)) > 10
    assert claiming - set(approved.values_list("facility", flat=True)) == {
        facility(newcomers.WITHOUT_RATES).pk
    }
    assert not Claim.objects.filter(facility__in=public_in(APRIL)).exists()


def test_may_is_at_every_stage(city):
    may = Counter(Claim.objects.filter(month=MAY.first_day, outside=False).values_list("status", flat=True))
    sheets = Counter(CountSheet.objects.filter(month=MAY.first_day).values_list("status", flat=True))

    assert {"draft", "submitted", "returned", "approved"} <= set(may)
    assert {"waiting", "disputed", "confirmed"} <= set(sheets)
    assert set(Claim.objects.filter(outside=True).values_list("status", flat=True)) == {"draft", "submitted"}


def test_nobody_is_hindered_but_on_purpose(city):
    found = Obstacle.objects.values_list("facility__number", "month", "kind")
    missing = Claim.objects.exclude(missing=[]).values_list("facility__number", flat=True)

    assert set(found) == {
        (newcomers.WITHOUT_RATES, APRIL.first_day, "no_profile"),
        (newcomers.WITHOUT_RATES, MAY.first_day, "no_profile"),
        (newcomers.WITHOUT_PROFILE, MAY.first_day, "no_profile"),
    }
    assert set(missing) == {bends.SILENT}, "nobody has told the facts of the silent one"


def test_a_kodomoen_claims_in_both_systems(city):
    for claim in Claim.objects.filter(facility__kind="certified_kodomoen", status="approved", outside=False):
        sections = ClaimLine.objects.filter(claim=claim, amount_yen__gt=0).values_list(
            "certification", flat=True
        )

        assert {"1", "23"} <= set(sections)
        assert set(claim.snapshot["capacity"]) == {"1", "23"}


def test_children_of_employees_of_a_branch_and_of_days_are_priced(city):
    branched = current(by_hand.BRANCHED, APRIL)
    moving = current(by_hand.MOVING, MAY)
    moved = ChildCount.objects.filter(sheet=moving.sheet).exclude(movement="")

    assert "branch" in codes_of(branched)
    assert ChildCount.objects.filter(sheet=branched.sheet, branch=True).exists()
    assert set(moved.values_list("movement", "days")) == {("in", 15), ("out", 10)}
    assert "mid_month" in codes_of(moving)
    for number in by_hand.EMPLOYEES:
        assert "employee_slot" in codes_of(current(number, MAY))


def test_april_is_closed_again_and_may_is_open(city):
    history = [listed.closing for listed in closings_of(APRIL)]

    assert is_closed(APRIL)
    assert not is_closed(MAY)
    assert [closing.reopened_at is None for closing in history] == [True, False]
    assert MonthClosing.objects.exclude(reopen_reason="").count() == 1


def test_corrections_are_approved_submitted_and_begun(city):
    corrections = Claim.objects.filter(corrects__isnull=False, outside=False)
    by_status = {
        status: set(corrections.filter(status=status).values_list("facility__number", "month"))
        for status in ("approved", "submitted", "draft")
    }

    assert by_status["approved"] == {
        (cast.FIRST_NURSERY, APRIL.first_day),
        (cast.SECOND_NURSERY, APRIL.first_day),
    }
    assert by_status["submitted"] == {(bends.SENT, MAY.first_day)}
    assert by_status["draft"] == {(bends.BEGUN, MAY.first_day), (newcomers.NOW_CERTIFIED, MAY.first_day)}
    for correction in corrections.filter(status__in=["approved", "submitted"]).select_related("corrects"):
        assert correction.corrects is not None
        assert correction.total_yen != correction.corrects.total_yen


def test_certified_rates_correct_may_by_themselves_and_wait_for_april_to_open(city):
    held = FacilityProfile.objects.get(facility__number=newcomers.NOW_CERTIFIED, to_month=date(2027, 3, 1))
    may = Claim.objects.get(facility__number=newcomers.NOW_CERTIFIED, status="draft")
    april = current(newcomers.NOW_CERTIFIED, APRIL)

    assert (held.rates_are_provisional, held.certificate_number) == (
        False,
        newcomers.CERTIFIED.certificate_number,
    )
    assert may.corrects is not None
    assert may.correction_reason == ""
    assert may.corrects.terms_changed_at is not None
    assert may.total_yen > may.corrects.total_yen
    assert (april.status, april.terms_changed_at is not None) == ("approved", True)


def test_a_silent_facility_was_confirmed_for_and_a_return_is_talked_about(city):
    silent = CountSheet.objects.get(facility__number=bends.SILENT, month=MAY.first_day)
    returned = Claim.objects.get(facility__number=cast.FIRST_NURSERY, status="returned")

    assert silent.status == "confirmed"
    assert silent.on_behalf_reason
    assert len(conversation([returned])) >= 3


def test_a_dispute_is_open_and_one_was_answered(city):
    assert open_disputes().filter(sheet__status="disputed").exists()
    assert CountDispute.objects.filter(outcome="stands", sheet__status="waiting").exclude(answer="").exists()


# ---------------------------------------------------------------- facilities


def test_a_facility_is_closed_and_one_rests_until_a_month(city):
    states = {row.facility.number: row.state for row in facility_rows(TODAY)}
    rest = Suspension.objects.get()

    assert [number for number, state in states.items() if state == "closed"] == [
        changes.CLOSED,
        newcomers.PREDECESSOR,
    ]
    assert [number for number, state in states.items() if state == "ahead"] == [newcomers.NEXT_YEAR]
    assert resting_in(TODAY) == {facility(changes.RESTING).pk} == {rest.facility_id}
    assert rest.to_month == date(2027, 3, 1)


def test_a_predecessors_last_month_is_still_being_settled(city):
    before, after = facility(newcomers.PREDECESSOR), facility(newcomers.SUCCESSOR)
    last = current(newcomers.PREDECESSOR, MAY)

    assert changes_of(before).successor == after
    assert (before.kind, after.kind) == (FacilityKind.SMALL_A, FacilityKind.NURSERY)
    assert before.closed_on == date(2026, 5, 31)
    assert last.status == "submitted"
    assert last.first_decided_at is not None
    serving = Membership.objects.filter(ended_at__isnull=True)
    assert set(serving.filter(facility=before).values_list("user")) == set(
        serving.filter(facility=after).values_list("user")
    )


def test_new_facilities_have_no_rates_or_provisional_ones(city):
    def rates(number: str, month: ServiceMonth) -> tuple[int | None, bool]:
        held = holding_in(FacilityProfile.objects.filter(facility__number=number), month).get()
        return held.base_percent, held.rates_are_provisional

    marked = Claim.objects.filter(provisional_rates(), status="approved", outside=False)

    assert rates(newcomers.WITHOUT_RATES, MAY) == (None, False)
    assert rates(newcomers.PROVISIONAL, MAY) == (3, True)
    assert {claim.facility.number for claim in marked.select_related("facility")} == {newcomers.PROVISIONAL}


def test_facilities_were_and_will_be_renamed(city):
    past, ahead = facility(changes.RENAMED_IN_MAY), facility(changes.RENAMED)

    assert details_on(past, APRIL.first_day).name != past.name == details_on(past, MAY.first_day).name
    assert ahead.name == details_on(ahead, MAY.first_day).name != details_on(ahead, date(2027, 4, 1)).name


def test_one_branch_has_children_and_one_is_ahead(city):
    assert dict(Branch.objects.values_list("facility__number", "from_month")) == {
        by_hand.BRANCHED: APRIL.first_day,
        changes.WITH_BRANCH: date(2026, 7, 1),
    }


def test_the_next_year_is_rolled_but_for_those_that_came_later(city):
    view = year_view(changes.NEXT_YEAR)
    states = {row.plan.facility.number: row.plan.state for row in view.rows}

    assert len(view.rolls) == 1
    assert [number for number, state in states.items() if state == "carry"] == [newcomers.NEXT_YEAR]
    assert [number for number, state in states.items() if state == "none"] == [newcomers.SUCCESSOR]
    assert view.provisional == view.count("set") - 1 > 150, "all but the one without rates"
    assert changes.CLOSED not in states


def test_the_city_has_a_closing_day_and_an_exception_with_its_reason(city):
    schedule = CitySchedule.of(city)
    december = schedule.deadline(ServiceMonth(2026, 12), Step.CLAIM)
    june = schedule.deadline(JUNE, Step.CLAIM)

    assert (december.is_shifted, december.reason) == (True, "市制施行記念日")
    assert (june.day, june.reason) == (changes.LATER_CLAIMS, changes.INSPECTION)


# ---------------------------------------------------------------- people


def test_accounts_are_in_every_state(city):
    def login_ids(state: str) -> set[str]:
        found = account_list(AccountQuestion(state=state), 2026)
        return {row.user.login_id for row in found.rows}

    assert login_ids("disabled") == {f"f{people.STOPPED}"}
    assert login_ids("invited") == {f"f{people.HANDED_OVER}-2"}
    assert login_ids("closed") == {f"f{changes.CLOSED}", f"f{newcomers.PREDECESSOR}"}
    assert {"f1299900000012", "kakaricho", "kacho"} <= login_ids("unconfirmed")
    assert f"f{newcomers.WITHOUT_PROFILE}" not in login_ids("unconfirmed"), "it did not exist last year"
    assert "f1299900000024" not in login_ids("unconfirmed"), "her the city has asked this year"
    assert len(login_ids("unconfirmed")) < 15


def test_one_account_ended_with_its_hand_over(city):
    ended = Membership.objects.get(ended_at__isnull=False)
    crowded = (
        Membership.objects.filter(ended_at__isnull=True, facility__isnull=False)
        .values("facility")
        .annotate(accounts=Count("pk"))
        .filter(accounts__gt=2)
    )

    assert (ended.user.login_id, ended.user.is_active) == (f"f{people.HANDED_OVER}", False)
    assert ended.began_at < ended.ended_at
    assert not crowded.exists()


def test_an_address_and_a_second_facility_wait_for_another_administrator(city):
    waiting = AddressRegistration.objects.filter(status=RegistrationStatus.WAITING)
    second = waiting.get(facility__isnull=False)

    assert waiting.count() == 2
    assert (second.user.login_id, second.facility.number) == (f"f{people.SERVING}", people.SERVED_TOO)
    assert facility(people.SERVING).corporation == facility(people.SERVED_TOO).corporation
    assert acting_as(city, "kanri2").user_id != second.registered_by


def test_a_token_is_good_and_was_used(city):
    (listed,) = api_token_list(timezone.now())

    assert (listed.token.label, len(listed.scopes)) == (changes.TOKEN, 2)
    assert listed.token.last_used_at is not None


def test_notices_were_read_by_some_and_one_was_taken_back(city):
    notices = Counter(Notice.objects.values_list("status", flat=True))
    guide = Notice.objects.filter(status="sent").order_by("sent_at").first()
    readers = NoticeReading.objects.filter(notice=guide).values("facility").distinct().count()

    assert set(notices) == {"draft", "sent", "withdrawn"}
    assert 100 < readers < 150


# ---------------------------------------------------------------- files


def test_columns_are_mapped_for_both_kinds_of_file(city):
    saved = {listed.mapping.kind: listed.mapping.name for listed in mappings_view()}
    read = CountImport.objects.filter(mapping_name=newcomers.COUNTS_MAPPING)

    assert saved == {
        FileKind.COUNTS: newcomers.COUNTS_MAPPING,
        FileKind.CHARGES: newcomers.CHARGES_MAPPING,
    }
    assert read.filter(status="accepted").count() == 2


def test_files_wait_from_the_folder_and_by_the_api_and_can_be_accepted(city):
    enrolment, now = acting_as(city, "nyuen"), timezone.now()
    counts, charges = (
        next(row.imported for row in queries.imports_view().imports if row.imported.status == "previewed")
        for queries in (import_queries, charge_queries)
    )

    assert (counts.sender, counts.months) == ("フォルダ", [str(JUNE)])
    assert (charges.sender, charges.months) == (f"API：{changes.TOKEN}", [str(JUNE)])
    counts_import.accept(counts.pk, by=enrolment, at=now)
    charges_import.accept(charges.pk, by=enrolment, at=now)
    assert CountSheet.objects.filter(facility__number=newcomers.SUCCESSOR, month=JUNE.first_day).exists()


def test_the_files_of_june_come_in_as_they_are(city):
    enrolment, now = acting_as(city, "nyuen"), timezone.now()
    charged = Counter(UserCharge.objects.values_list("month", flat=True))
    assert not CountSheet.objects.filter(month=JUNE.first_day).exists()

    for kind, file in ((counts_import, JUNE_FILE), (charges_import, JUNE_CHARGES)):
        previewed = kind.preview((FOLDER / file).read_bytes(), by=enrolment, at=now, how=AS_FOUND)
        kind.accept(previewed.pk, by=enrolment, at=now)

    assert charged == {APRIL.first_day: 209 + 6, MAY.first_day: 209 + 7}
    assert CountSheet.objects.filter(month=JUNE.first_day).count() == 172
    assert UserCharge.objects.filter(month=JUNE.first_day).count() == 209


# ---------------------------------------------------------------- pages


# Whoever has a state of her own, and of the others one in so many.
SPECIAL = {
    *(cast.KINDERGARTEN, cast.FIRST_NURSERY, cast.SECOND_NURSERY, cast.STRANGER),
    *(bends.SILENT, bends.SENT, bends.BEGUN, by_hand.BRANCHED, by_hand.MOVING, *by_hand.EMPLOYEES),
    *(changes.CLOSED, changes.RENAMED, changes.RENAMED_IN_MAY, changes.RESTING, changes.WITH_BRANCH),
    *(newcomers.SMALL_C, newcomers.HOME_VISITING, newcomers.PREDECESSOR, newcomers.SUCCESSOR),
    *(newcomers.PROVISIONAL, newcomers.NOW_CERTIFIED, newcomers.WITHOUT_RATES, newcomers.WITHOUT_PROFILE),
    *(people.HANDED_OVER, people.SERVING),
}
ONE_IN = 7


def test_no_page_of_a_facility_breaks(city):
    """Home, list of claims and newest claim, each with somebody who works there."""
    serving = Membership.objects.filter(ended_at__isnull=True, user__is_active=True, facility__isnull=False)
    working = {row.facility_id: row.user for row in serving.select_related("user").order_by("-slot")}
    newest = {claim.facility_id: claim for claim in Claim.objects.order_by("month", "version")}
    walked, broken = set(), []
    for place, each in enumerate(Facility.objects.filter(pk__in=working).order_by("number")):
        if place % ONE_IN and each.number not in SPECIAL:
            continue
        paths = [f"/f/{each.number}/", f"/f/{each.number}/claims/"]
        if each.pk in newest:
            paths.append(f"/f/{each.number}/claims/{newest[each.pk].pk}/")
        browser = sign_in(working[each.pk])
        broken += [path for path in paths if browser.get(path).status_code != 200]
        walked.add(each.kind)

    assert broken == []
    assert walked == set(FacilityKind.values)


def test_the_obstacles_are_told_on_the_homes(city):
    for number, words in (
        (newcomers.WITHOUT_RATES, "加算率が登録されていません"),
        (newcomers.WITHOUT_PROFILE, "年度プロフィール（利用定員や加算率）が登録されていません"),
    ):
        browser = sign_in(User.objects.get(login_id=f"f{number}"))

        assert words in browser.get(f"/f/{number}/claims/").content.decode()


CITY_PAGES = {
    "kanri": (
        "/c/",
        "/c/facilities/",
        f"/c/facilities/{changes.CLOSED}/changes/",
        f"/c/facilities/{changes.RENAMED}/changes/",
        f"/c/facilities/{newcomers.PREDECESSOR}/changes/",
        f"/c/facilities/{newcomers.SUCCESSOR}/",
        f"/c/facilities/{newcomers.NOW_CERTIFIED}/",
        f"/c/facilities/{newcomers.WITHOUT_PROFILE}/",
        f"/c/years/{changes.NEXT_YEAR}/",
        "/c/schedule/?year=2026",
        "/c/accounts/?state=unconfirmed",
        "/c/api-tokens/",
        "/c/notices/",
    ),
    "nyuen": (
        "/c/",
        "/c/counts/",
        "/c/counts/mappings/",
        "/c/counts/disputes/",
        "/c/counts/2026-04/closing/",
        f"/c/counts/2026-05/{by_hand.MOVING}/",
        "/c/charges/",
    ),
    "tanto": ("/c/", "/c/review/?month=2026-05", "/c/review/?month=2026-04", "/c/charges/2026-05/"),
    "kansa": ("/a/",),
}


@pytest.mark.parametrize("login_id", list(CITY_PAGES))
def test_no_page_of_the_city_breaks(city, login_id):
    browser = sign_in(User.objects.get(login_id=login_id))

    assert [path for path in CITY_PAGES[login_id] if browser.get(path).status_code != 200] == []


REVIEWED = (
    by_hand.BRANCHED,
    by_hand.MOVING,
    by_hand.EMPLOYEES[0],
    bends.SENT,
    changes.RENAMED_IN_MAY,
    newcomers.HOME_VISITING,
    newcomers.NOW_CERTIFIED,
    newcomers.PREDECESSOR,
)


def test_no_review_of_a_special_claim_breaks(city):
    browser = sign_in(User.objects.get(login_id="tanto"))

    for number in REVIEWED:
        claims = Claim.objects.filter(facility__number=number, month=MAY.first_day, outside=False)
        newest = claims.exclude(status="draft").order_by("-version").first()

        assert newest is not None, number
        assert browser.get(f"/c/review/{newest.pk}/").status_code == 200, number
