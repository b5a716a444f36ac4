"""Row-level security is really on: the second wall stands even when the first one is taken away."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from claims.models import Claim, CountSheet
from facilities.models import Facility
from facilities.scope import UnscopedQuery, scope
from tests.cast import give_counts, make_city, make_facility

UNPROTECTED = {
    "accounts_user",
    "accounts_emailcodedevice",
    "accounts_logincode",
    "facilities_municipality",
    "jobs_job",
}


def test_every_table_with_a_municipality_forces_row_security(db):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                   (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE a.attname = 'municipality_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
              AND c.relnamespace = 'public'::regnamespace
            """
        )
        tables = cursor.fetchall()

    assert len(tables) >= 15
    assert [name for name, enabled, forced, policies in tables if not (enabled and forced and policies)] == []


def test_the_application_role_owns_nothing_and_bypasses_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        name, superuser, bypasses = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        (owned,) = cursor.fetchone()

    assert (name, superuser, bypasses, owned) == ("portal_app", False, False, 0)


def test_without_a_scope_nothing_is_asked(db):
    for model in (Facility, CountSheet, Claim):
        with pytest.raises(UnscopedQuery):
            model.objects.exists()


def test_without_a_scope_the_database_shows_nothing_either(db):
    city = make_city()
    make_facility(city)

    assert Facility._base_manager.count() == 0


def test_a_facility_sees_its_own_rows_only(db):
    city = make_city()
    sakura = make_facility(city)
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")
    give_counts(sakura)
    give_counts(sumire)

    with sakura.open():
        seen = set(CountSheet.objects.values_list("facility_id", flat=True))
        seen_by_sql = set(CountSheet._base_manager.values_list("facility_id", flat=True))

    assert seen == seen_by_sql == {sakura.facility.pk}


def test_one_city_never_sees_another(db):
    here, there = make_city(), make_city("129998", "緑野市")
    give_counts(make_facility(here))
    give_counts(make_facility(there, "となり保育園", number="1299800000901"))

    with here.open():
        seen = set(CountSheet._base_manager.values_list("municipality_id", flat=True))

    assert seen == {here.municipality.pk}


def test_a_row_of_another_tenant_cannot_be_written(db):
    here, there = make_city(), make_city("129998", "緑野市")
    ours = make_facility(here)

    with pytest.raises(DatabaseError), transaction.atomic(), scope(there.municipality.pk, None):
        Facility._base_manager.create(
            municipality=here.municipality,
            number="1299900000999",
            name="うその園",
            kind="nursery",
            ownership="private",
            corporation=ours.facility.corporation,
            opened_on="2020-04-01",
            postal_code="000-0000",
            location="-",
        )


def test_a_scope_ends_with_its_block_and_gives_back_the_one_before(db):
    city = make_city()
    sakura = make_facility(city)
    sumire = make_facility(city, "すみれ保育園", number="1299900000902")

    with city.open():
        with scope(city.municipality.pk, [sakura.facility.pk]):
            inner = set(Facility._base_manager.values_list("pk", flat=True))
        outer = set(Facility._base_manager.values_list("pk", flat=True))

    assert inner == {sakura.facility.pk}
    assert outer == {sakura.facility.pk, sumire.facility.pk}
