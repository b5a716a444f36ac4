"""What waits beside the registers is always compared with those of today, in the inbox, on the page and together."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import sources
from applications.models import ApplicationVersion, ItemPack
from applications.packs_in_force import item_of
from applications.queries.filled import fill_many, rows_read
from approvals.items.flags import Compared
from approvals.items.inbox import ItemQuestion, ItemRow, item_inbox
from approvals.items.registers import comparisons_asked, comparisons_of
from approvals.models import KeptComparisons
from asking import together
from claims.operations.condition_answers import save as answer
from facilities import keeping
from facilities.actors import Role
from facilities.models import Corporation, Facility, FacilityKind, FacilityProfile, GrantedItem
from facilities.periods import ServiceMonth
from staff_records.models import RosterSnapshot, StaffMember
from staff_records.operations import months
from tests.applications.stage import AT, approve, release_pack, save, submit
from tests.cast import APRIL, JUNE, MAY, City, Nursery, give_counts, make_city, make_facility, sign_in
from tests.claims.stage import confirmed, give_facts, nursery, ready_claim
from tests.claims.test_application_sources import accept_as_it_is
from tests.staff_records.staffed import PART_TIME, Somebody, give_roster

# A field for every room that tells something.
EVERYTHING = """
id = "everything"
fiscal_year = 2026
family = "city"
title = "すべてを聞く様式"
source = "試験用"

[[item]]
key = "other"
label = "ほかの項目"
rounds = [1]
types = ["nursery"]

[[item.field]]
key = "persons"
label = "人数"
kind = "whole"

[[item]]
key = "all"
label = "すべて"
rounds = [1]
types = ["nursery"]
""" + "".join(
    f"""
[[item.field]]
key = "{name.replace(".", "_")}"
label = "{name}"
kind = "{kind}"
known_from = ["{name}"]
required = false
"""
    for name, kind in {
        "facility.name": "text",
        "facility.corporation": "text",
        "profile.capacity_23": "whole",
        "granted.rent": "yes_no",
        "counts.total": "whole",
        "roster.persons": "whole",
        "roster.teachers": "decimal",
        "required.teachers": "whole",
        "received.rent": "yen",
        "item.other.persons": "whole",
    }.items()
)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city, EVERYTHING)


@pytest.fixture
def sakura(city: City) -> Nursery:
    """Of which everything is known."""
    place = nursery(city)
    ready_claim(place, MAY)
    give_roster(place, Somebody(), Somebody(worked={APRIL.first_day: 150}), Somebody(**PART_TIME))
    accept_as_it_is(place)
    with city.open():
        RosterSnapshot.objects.update(figures={"persons": 3})
    return place


@pytest.fixture
def sent(sakura: Nursery, pack: ItemPack) -> ApplicationVersion:
    """With what is known, beside another one."""
    submit(sakura, save(sakura, pack, "other", persons="5"))
    return submit(sakura, save(sakura, pack, "all"))


def look(city: City) -> dict[Any, Compared]:
    with city.open(Role.OFFICER):
        ids = list(Facility.objects.values_list("pk", flat=True))
        return comparisons_of(ids, 2026, *together(*comparisons_asked(2026)))


def computed(city: City) -> dict[Any, Compared]:
    """The same without anything kept; what was kept before stays kept."""
    with city.open(Role.OFFICER):
        held = list(KeptComparisons.objects.all())
        KeptComparisons.objects.all().delete()
    found = look(city)
    with city.open():
        KeptComparisons.objects.all().delete()
        KeptComparisons.objects.bulk_create(held)
    return found


def row_of(city: City, version: ApplicationVersion, role: Role = Role.OFFICER, **query: str) -> ItemRow:
    asked = QueryDict(mutable=True)
    asked.update(query)
    with city.open(role) as by:
        rows = item_inbox(ItemQuestion.of(asked, AT), by=by, at=AT).rows
    return next(row for row in rows if row.version.pk == version.pk)


# ---------------------------------------------------------------- every act makes them stale

Act = Callable[[City, Nursery], object]


def renamed(city: City, place: Nursery) -> object:
    with city.open():
        return Facility.objects.filter(pk=place.facility.pk).update(name="さくら第二保育園")


def corporation(city: City, place: Nursery) -> object:
    with city.open():
        return Corporation.objects.filter(pk=place.facility.corporation_id).update(name="別の法人")


def smaller(city: City, place: Nursery) -> object:
    with city.open():
        return FacilityProfile.objects.update(capacity_23=80)


def ends(city: City, place: Nursery) -> object:
    with city.open():
        return GrantedItem.objects.filter(code="rent").delete()


def counted(city: City, place: Nursery) -> object:
    """Children of March, before the month the items hold from."""
    return confirmed(place, ServiceMonth(2026, 3), (("3", "0", "standard", 2),))


def accepted_anew(city: City, place: Nursery) -> object:
    with city.open():
        return RosterSnapshot.objects.update(figures={"persons": 4})


def hired(city: City, place: Nursery) -> object:
    return give_roster(place, Somebody(), Somebody())


def claimed(city: City, place: Nursery) -> object:
    with city.open(), connection.cursor() as cursor:
        return cursor.execute(
            "UPDATE claims_claim SET status = 'approved', submitted_at = drafted_at, submitted_by = id,"
            " first_decided_at = drafted_at, approved_at = drafted_at, approved_by = facility_id"
        )


def said_elsewhere(city: City, place: Nursery) -> object:
    with city.open():
        other = ApplicationVersion.objects.get(application__item_key="other")
        pack = other.pack
    approve(city, other)
    return submit(place, save(place, pack, "other", from_month=MAY, persons="6"))


# By act, what is known otherwise afterwards.
ACTS: dict[str, tuple[Act, set[str]]] = {
    "renamed": (renamed, {"facility_name"}),
    "corporation": (corporation, {"facility_corporation"}),
    "profile": (smaller, {"profile_capacity_23"}),
    "grant": (ends, {"granted_rent"}),
    "roster accepted": (accepted_anew, {"roster_persons"}),
    "hired": (hired, {"roster_teachers"}),
    "said elsewhere": (said_elsewhere, {"item_other_persons"}),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_register_that_says_something_else_is_told_at_the_next_look(
    city: City, sent: ApplicationVersion, sakura: Nursery, name: str
) -> None:
    assert look(city)[sent.pk] == Compared()
    act, fields = ACTS[name]

    act(city, sakura)

    found = look(city)
    assert set(found[sent.pk].stale) == fields
    assert found == computed(city)


def test_all_of_them_one_after_the_other_with_looks_between(
    city: City, sent: ApplicationVersion, sakura: Nursery
) -> None:
    told: set[str] = set()
    for name, (act, fields) in ACTS.items():
        act(city, sakura)
        told |= fields
        assert set(look(city)[sent.pk].stale) == told, name
    assert look(city) == computed(city)


WRITES: dict[str, Act] = {
    "counts": counted,
    "claims approved": claimed,
    "month's facts": lambda city, place: give_facts(place, ServiceMonth(2027, 3), strengthening_spent_yen=1),
}


@pytest.mark.parametrize("name", WRITES)
def test_whatever_else_is_read_is_another_stamp(
    city: City, sent: ApplicationVersion, sakura: Nursery, name: str
) -> None:
    def stamp() -> Any:
        with city.open():
            return sorted(together(comparisons_asked(2026)[0])[0], key=str)

    before = stamp()
    WRITES[name](city, sakura)
    assert stamp() != before
    assert look(city) == computed(city)


def test_answers_and_hours_are_another_stamp(city: City, sent: ApplicationVersion, sakura: Nursery) -> None:
    look(city)
    with sakura.open() as clerk:
        answer(sakura.facility, 2026, {"owned_percent": 62}, shown_version=0, by=clerk, at=AT)
    assert look(city) == computed(city)
    with sakura.open() as clerk:
        member = StaffMember.objects.get(number=3)
        months.set_hours(
            member.pk,
            APRIL.first_day,
            Decimal(120),
            shown_version=member.version,
            by=clerk,
            at=timezone.now(),
        )
    assert look(city) == computed(city)


def test_rooms_read_nothing_that_is_not_in_the_stamp(city: City, sent: ApplicationVersion) -> None:
    with city.open(Role.OFFICER), CaptureQueriesContext(connection) as asked:
        version = ApplicationVersion.objects.select_related("application", "facility", "pack").get(pk=sent.pk)
        everything = sources.Asking([version.facility], 2026, APRIL, sources.names())
        assert sources.known(everything)[version.facility_id]
        fill_many([(version.facility, item_of(version.pack, "all"), version)], 2026)

    tables = {table for one in asked for table in re.findall(r'(?:FROM|JOIN) "([a-z_]+)"', one["sql"])}
    with city.open():
        stamped = {read.rows.model._meta.db_table for read in rows_read(2026)}
    assert tables - stamped == {
        "applications_itempack",  # written once, and named by the version
        "claims_claimline",  # of an approved claim, whose lines never change
        "facilities_corporation",  # stands in the stamp with its facilities
    }


def test_another_year_and_another_program_have_their_own(
    city: City, sent: ApplicationVersion, monkeypatch: Any
) -> None:
    look(city)
    with city.open(Role.OFFICER):
        assert comparisons_of([sent.facility_id], 2025, *together(*comparisons_asked(2025))) == {}
    assert sent.pk in look(city)
    monkeypatch.setattr(keeping, "program", lambda *_: "another")
    with city.open(Role.OFFICER), CaptureQueriesContext(connection) as asked:
        comparisons_of([sent.facility_id], 2026, *together(*comparisons_asked(2026)))
    assert len(asked) > 1


# ---------------------------------------------------------------- what is made of it


def test_the_inbox_flags_it_and_puts_it_first(city: City, sent: ApplicationVersion, sakura: Nursery) -> None:
    pack = sent.pack
    other = make_facility(city, "あかね保育園", number="1299900000900")
    first = submit(other, save(other, pack, "all"))
    browser = sign_in(city.people[Role.OFFICER])
    before = browser.get("/c/applications/").content.decode()
    assert before.index(str(first.pk)) < before.index(str(sent.pk)), "the same risk: by number"

    smaller(city, sakura)
    with city.open():
        FacilityProfile.objects.filter(facility=other.facility).update(capacity_23=90)
    after = browser.get("/c/applications/").content.decode()

    assert after.index(str(sent.pk)) < after.index(str(first.pk))
    assert "いまの登録と違う値 1欄" in after
    assert "profile.capacity_23" in after, "which one"
    row = row_of(city, sent)
    assert row.noticed.flags[0].key == "stale"
    page = browser.get(f"/c/applications/{sent.pk}/").content.decode()
    assert "いまの登録と違う値 1欄" in page
    assert "いまの登録　80" in page


def test_what_was_decided_is_compared_no_more(city: City, sent: ApplicationVersion, sakura: Nursery) -> None:
    smaller(city, sakura)
    approve(city, sent)

    assert sent.pk not in look(city)
    assert not row_of(city, sent).noticed.flags or row_of(city, sent).noticed.flags[0].key != "stale"


def test_a_draft_of_somebody_makes_only_that_facility_stale(city: City, sent: ApplicationVersion) -> None:
    other = make_facility(city, "すみれ保育園", number="1299900000902")
    submit(other, save(other, sent.pack, "all"))
    look(city)
    with city.open():
        before = {row.facility_id: row.stamp for row in KeptComparisons.objects.all()}

    save(other, sent.pack, "other", persons="3")
    look(city)

    with city.open():
        after = {row.facility_id: row.stamp for row in KeptComparisons.objects.all()}
    assert {place for place in after if before[place] != after[place]} == {other.facility.pk}


def test_a_facility_that_has_become_another_type_still_stands_in_the_list(
    city: City, sent: ApplicationVersion, sakura: Nursery
) -> None:
    give_counts(sakura, JUNE)
    with city.open():
        Facility.objects.filter(pk=sent.facility_id).update(
            kind=FacilityKind.SMALL_A, closed_on=date(2026, 6, 30)
        )
    assert row_of(city, sent).version.pk == sent.pk
