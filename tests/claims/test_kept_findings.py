"""What is kept of 加算の確認 is always that of today: whatever happens to a row the conditions ask of."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import ApplicationVersion, ItemPack, PlaceFact
from applications.operations import cases
from asking import together
from claims.findings_told import FindingsTold
from claims.models import ChildCount, ConditionAnswers, CountSheet, KeptFindings, MonthlyFacts
from claims.operations.condition_answers import save as answer
from claims.operations.confirming import confirm
from claims.queries.additions import additions_in
from claims.queries.kept_findings import findings_asked, findings_of, read_by_findings
from claims.states import SheetStatus
from facilities import keeping
from facilities.actors import Role
from facilities.models import Facility, FacilityKind, FacilityProfile, GrantedItem, Ownership
from facilities.periods import ServiceMonth
from staff_records.models import Employment, StaffMember
from staff_records.operations import months, people, work_rules
from staff_records.words import Ending
from tests.applications.stage import release_pack, save, send_back, submit
from tests.cast import APRIL, JUNE, MAY, City, Nursery, give_counts, make_city, make_facility
from tests.claims.stage import AT, give_facts, nursery
from tests.claims.test_application_sources import ASKING
from tests.staff_records.staffed import Somebody, give_roster
from vault import CannotUnseal, unseal

CHILDREN = (("3", "0", "standard", 3), ("2", "3", "standard", 20))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def pack(city: City) -> ItemPack:
    return release_pack(city, ASKING)


@pytest.fixture
def sakura(city: City, pack: ItemPack) -> Nursery:
    """With the children of June, a roster, answers, a month's facts, and an application that says a fact."""
    place = nursery(city)
    give_counts(place)
    give_facts(place, saturday_closures=1)
    give_roster(
        place, Somebody(), Somebody(job="director", licences=()), Somebody(worked={JUNE.first_day: 64})
    )
    with place.open() as clerk:
        answer(place.facility, 2026, {"owned_percent": 62}, shown_version=0, by=clerk, at=AT)
    submit(place, save(place, pack, "programmes", extended_care="yes", substitute="no"))
    return place


def look(city: City, month: ServiceMonth = JUNE) -> dict[Any, FindingsTold]:
    with city.open(Role.OFFICER):
        return findings_of(month, *together(*findings_asked(month)))


def computed(city: City, month: ServiceMonth = JUNE) -> dict[Any, FindingsTold]:
    with city.open(Role.OFFICER):
        return {place: one.findings_told for place, one in additions_in(month).items()}


def stamp(city: City, month: ServiceMonth = JUNE) -> tuple[Any, ...]:
    with city.open(Role.OFFICER):
        return tuple(sorted(together(findings_asked(month)[0])[0], key=str))


def test_a_second_look_asks_two_things_in_one_message_and_says_the_same(city: City, sakura: Nursery) -> None:
    first = look(city)
    with city.open(Role.OFFICER), CaptureQueriesContext(connection) as asked:
        again = findings_of(JUNE, *together(*findings_asked(JUNE)))

    assert len(asked) == 1
    assert first == again == computed(city)
    assert FindingsTold.of_text(first[sakura.facility.pk].as_text()) == first[sakura.facility.pk]


# ---------------------------------------------------------------- every act makes them stale

Act = Callable[[City, Nursery], object]


def corrected_counts(city: City, place: Nursery) -> object:
    with city.open():
        CountSheet.objects.filter(month=JUNE.first_day).update(status=SheetStatus.SUPERSEDED)
    return give_counts(place, cells=CHILDREN, version=2)


def confirmed_counts(city: City, place: Nursery) -> object:
    with place.open() as clerk:
        sheet = CountSheet.objects.exclude(status=SheetStatus.SUPERSEDED).get(month=JUNE.first_day)
        return confirm(sheet.pk, shown_version=sheet.version, by=clerk, at=AT)


def other_facts(city: City, place: Nursery) -> object:
    with place.open():
        return MonthlyFacts.objects.update(saturday_closures=0)


def answered(city: City, place: Nursery) -> object:
    with place.open() as clerk:
        shown = ConditionAnswers.objects.get().version
        given = {"owned_percent": 10, "stable_operation": False, "external_audit": True}
        known = {name: value for name, value in given.items() if name in _askable()}
        return answer(place.facility, 2026, known, shown_version=shown, by=clerk, at=AT)


def _askable() -> set[str]:
    from claims.answers import BY_NAME

    return set(BY_NAME)


def grant(code: str, **options: Any) -> Act:
    def granting(city: City, place: Nursery) -> object:
        own = {"municipality": city.municipality, "facility": place.facility}
        with city.open():
            return GrantedItem.objects.create(**own, code=code, options=options, from_month=APRIL.first_day)

    return granting


def ends(city: City, place: Nursery) -> object:
    with city.open():
        return GrantedItem.objects.filter(code="rent").update(to_month=MAY.first_day)


def smaller(city: City, place: Nursery) -> object:
    with city.open():
        return FacilityProfile.objects.update(approved_capacity=30, capacity_23=30)


def other_rates(city: City, place: Nursery) -> object:
    with city.open():
        return FacilityProfile.objects.update(base_percent=2, wage_percent=4)


def sent(city: City, place: Nursery) -> object:
    """What the facility has sent is taken back; sent again, it says something else."""
    with place.open() as clerk:
        version = cases.withdraw(ApplicationVersion.objects.get().pk, by=clerk, at=AT)
        pack = version.pack
    save(place, pack, "programmes", revision=version.revision, extended_care="no", substitute="no")
    return submit(place, version)


def returned(city: City, place: Nursery) -> object:
    with city.open():
        version = ApplicationVersion.objects.get(status="submitted")
    return send_back(city, version)


def hired(city: City, place: Nursery) -> object:
    return give_roster(place, *[Somebody() for _ in range(14)])


def left(city: City, place: Nursery) -> object:
    with place.open() as clerk:
        member = StaffMember.objects.get(number=1)
        return people.leave(
            member.pk,
            last_day=date(2026, 5, 31),
            ending=Ending.LEFT,
            shown_version=member.version,
            by=clerk,
            at=timezone.now(),
        )


def hours(city: City, place: Nursery) -> object:
    with place.open() as clerk:
        member = StaffMember.objects.get(number=3)
        return months.set_hours(
            member.pk,
            JUNE.first_day,
            Decimal(120),
            shown_version=member.version,
            by=clerk,
            at=timezone.now(),
        )


def rules(city: City, place: Nursery) -> object:
    with place.open() as clerk:
        return work_rules.set_work_rules(place.facility, MAY, Decimal(150), by=clerk, at=timezone.now())


def place_said(city: City, place: Nursery) -> object:
    """Of the whole city: no row of the facility."""
    with city.open():
        return PlaceFact.objects.create(
            municipality=city.municipality,
            fiscal_year=2026,
            fact="snow_region",
            value=True,
            said_at=AT,
            said_by=city.people[Role.ADMINISTRATOR].pk,
        )


def becomes_another(city: City, place: Nursery) -> object:
    with city.open():
        return Facility.objects.filter(pk=place.facility.pk).update(kind=FacilityKind.SMALL_A)


def becomes_public(city: City, place: Nursery) -> object:
    with city.open():
        return Facility.objects.filter(pk=place.facility.pk).update(ownership=Ownership.PUBLIC)


# What is said of the month changes with these, and with those it may.
CHANGING: dict[str, Act] = {
    "counts corrected": corrected_counts,
    "month's facts": other_facts,
    "granted": grant("team_childcare", extra_staff=1),
    "granted ends": ends,
    "application sent anew": sent,
    "application returned": returned,
    "hired": hired,
    "another type": becomes_another,
    "public": becomes_public,
}
WRITING: dict[str, Act] = {
    "profile": smaller,
    "counts confirmed": confirmed_counts,
    "answered": answered,
    "rates": other_rates,
    "left": left,
    "hours": hours,
    "rules": rules,
    "place": place_said,
}


@pytest.mark.parametrize("name", [*CHANGING, *WRITING])
def test_after_every_act_the_next_look_asks_anew(city: City, sakura: Nursery, name: str) -> None:
    before, stamped = look(city), stamp(city)

    {**CHANGING, **WRITING}[name](city, sakura)

    assert stamp(city) != stamped
    after = look(city)
    assert after == computed(city)
    if name in CHANGING:
        assert after != before


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_one_after_the_other_no_look_is_stale(
    city: City, sakura: Nursery, seed: int
) -> None:
    dice = Random(seed)
    last = ("application returned", "another type", "public")
    acts = [name for name in {**CHANGING, **WRITING} if name not in last]
    dice.shuffle(acts)
    for name in (*acts, *last):
        {**CHANGING, **WRITING}[name](city, sakura)
        if dice.random() < 0.7:
            assert look(city) == computed(city), name
    assert look(city) == computed(city) == {}


def test_a_row_of_any_table_that_is_written_is_another_stamp(city: City, sakura: Nursery) -> None:
    """Whoever writes, and however, also what says the same as before."""
    with city.open():
        tables = {
            read.rows.model: read.rows.values_list("pk", flat=True)[:1] for read in read_by_findings(JUNE)
        }
    stamps = [stamp(city)]
    without_rows = set()
    for model, ids in tables.items():
        with city.open():
            found = list(ids.all())
            column = next(
                field.name
                for field in model._meta.concrete_fields
                if not field.primary_key and not field.is_relation
            )
            row = model.objects.filter(pk__in=found).first()
            if row is None:
                without_rows.add(model._meta.model_name)
                continue
            # As a write that goes by no operation; decided applications are kept from it by a trigger.
            model.objects.filter(pk=row.pk).update(**{column: getattr(row, column)})
        stamps.append(stamp(city))

    assert len(set(stamps)) == len(stamps)
    assert without_rows <= {"qualification", "earlieremployment", "training", "placefact", "placeexception"}


def test_the_conditions_read_nothing_that_is_not_in_the_stamp(city: City, sakura: Nursery) -> None:
    with city.open():
        assert GrantedItem.objects.filter(code="treatment_3").exists(), "its leaders are trained"
    with city.open(Role.OFFICER), CaptureQueriesContext(connection) as asked:
        assert additions_in(JUNE)[sakura.facility.pk].roster is not None

    tables = {table for one in asked for table in re.findall(r'(?:FROM|JOIN) "([a-z_]+)"', one["sql"])}
    with city.open():
        stamped = {read.rows.model._meta.db_table for read in read_by_findings(JUNE)}
    # The city's own code is read with the facility; it says nothing to a condition.
    assert tables - stamped == {"facilities_municipality"}


def test_months_do_not_mix(city: City, sakura: Nursery) -> None:
    give_counts(sakura, MAY, CHILDREN)
    for _ in range(2):
        assert look(city, MAY) == computed(city, MAY)
        assert look(city) == computed(city)
    assert look(city, MAY) != look(city)


def test_another_program_asks_anew(city: City, sakura: Nursery, monkeypatch: Any) -> None:
    look(city)
    monkeypatch.setattr(keeping, "program", lambda *_: "another")
    with city.open(), CaptureQueriesContext(connection) as asked:
        findings_of(JUNE, *together(*findings_asked(JUNE)))

    assert len(asked) > 1


def test_only_the_facility_that_has_changed_is_asked_anew(city: City, sakura: Nursery) -> None:
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    give_counts(sumire)
    without = make_facility(city, "つくし保育園", number="1299900000903")
    look(city)
    with city.open():
        before = {row.facility_id: row.stamp for row in KeptFindings.objects.all()}

    grant("age4plus_staffing")(city, sumire)
    look(city)

    with city.open():
        after = {row.facility_id: row.stamp for row in KeptFindings.objects.all()}
    assert before.keys() == {place.facility.pk for place in (sakura, sumire, without)}
    assert {place for place in before if before[place] != after[place]} == {sumire.facility.pk}


def test_what_is_kept_says_nothing_in_clear_and_opens_in_its_place_only(city: City, sakura: Nursery) -> None:
    look(city)
    with city.open():
        row = KeptFindings.objects.get()
        told = unseal(row.content_sealed, bound_to=row.place).decode()
    assert "rent" in told
    assert b"rent" not in bytes(row.content_sealed)
    row.stamp = "0" * 64
    with pytest.raises(CannotUnseal):
        unseal(row.content_sealed, bound_to=row.place)


def test_it_goes_with_whoever_is_erased_and_with_old_years(city: City, sakura: Nursery) -> None:
    look(city)
    look(city, MAY)
    with city.open():
        assert keeping.forget_kept(before=JUNE) == 1
        assert KeptFindings.objects.count() == 1
        keeping.forget_kept_of(Employment.objects.order_by().values("facility"))
        assert not KeptFindings.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_both_answer(transactional_db: None) -> None:
    city = make_city()
    for number in range(3):
        place = make_facility(city, f"第{number}園", number=f"139990000090{number}")
        give_counts(place)
        give_roster(place, Somebody())
    together_now, found = Barrier(3), []

    def looking() -> None:
        try:
            together_now.wait(10)
            found.append(look(city))
        finally:
            connections.close_all()

    threads = [Thread(target=looking) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(found) == 3
    assert all(one == found[0] == computed(city) for one in found)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_who_is_keeping(transactional_db: None) -> None:
    """One has looked and goes on with something long; another looks meanwhile and is answered."""
    city = make_city()
    give_counts(make_facility(city))
    found = []

    def looking() -> None:
        try:
            found.append(look(city))
        finally:
            connections.close_all()

    with city.open(Role.OFFICER):
        first = findings_of(JUNE, *together(*findings_asked(JUNE)))
        other = Thread(target=looking)
        other.start()
        other.join(30)
        assert found == [first]
    with city.open():
        assert KeptFindings.objects.count() == 1


def test_who_asked_while_somebody_wrote_leaves_nothing_stale_behind(city: City, sakura: Nursery) -> None:
    """One has read the stamp, another writes and looks, and only then the first one keeps what it has found."""
    with city.open(Role.OFFICER):
        slow = together(*findings_asked(JUNE))
    with city.open():
        ChildCount.objects.update(count=1)
    quick = look(city)
    with city.open(Role.OFFICER):
        findings_of(JUNE, slow[0], [])

    assert look(city) == quick == computed(city)
