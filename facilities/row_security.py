"""
Row-level security, written once: enabled and forced, with USING and WITH CHECK, for every tenant table.

After one SET LOCAL an unset setting reads as '' and not as NULL, hence ``nullif`` everywhere.
"""

from typing import Any

from django.db import migrations

Statements = list[Any]

CITY = "municipality_id = nullif(current_setting('app.municipality', true), '')::uuid"
# Compared as text: PostgreSQL may evaluate both sides of the OR, and '*' is no uuid.
FACILITY = (
    "(current_setting('app.facilities', true) = '*' OR {column}::text = ANY "
    "(string_to_array(current_setting('app.facilities', true), ',')))"
)
OWN_USER = "user_id = nullif(current_setting('app.user', true), '')::uuid"


def city_rows(table: str) -> migrations.RunSQL:
    """Rows of the city alone: visible with the whole city in scope."""
    return _policy(table, f"{CITY} AND current_setting('app.facilities', true) = '*'")


def shared_city_rows(table: str) -> migrations.RunSQL:
    """Rows of the city that its facilities may read too."""
    return _policy(table, CITY)


def facility_rows(table: str, column: str = "facility_id") -> migrations.RunSQL:
    """Rows of one facility: visible when it is in scope."""
    return _policy(table, f"{CITY} AND {FACILITY.format(column=column)}")


def city_rows_for_facilities(table: str) -> migrations.RunSQL:
    """Rows the city writes about a facility: changed with the whole city in scope, read by that facility too."""
    in_city = f"{CITY} AND current_setting('app.facilities', true) = '*'"
    return _policy(table, in_city, own_rows=f"{CITY} AND {FACILITY.format(column='facility_id')}")


def city_rows_shown_when(table: str, shown: str) -> migrations.RunSQL:
    """Rows the city writes, which its facilities may read where ``shown`` (an SQL condition) holds."""
    return _policy(
        table, f"{CITY} AND current_setting('app.facilities', true) = '*'", own_rows=f"{CITY} AND {shown}"
    )


def rows_given_to_facilities(table: str, column: str, given: str, given_column: str) -> migrations.RunSQL:
    """
    Rows of the city that a facility reads only when they were given to it.

    ``given`` is the table that says so: its ``given_column`` names what ``column`` of ``table`` holds.
    """
    facility = FACILITY.format(column="given.facility_id")
    mine = (
        f"{CITY} AND EXISTS (SELECT 1 FROM {given} AS given "  # noqa: S608  our own table names
        f"WHERE given.{given_column} = {table}.{column} AND {facility})"
    )
    return _policy(table, f"{CITY} AND current_setting('app.facilities', true) = '*'", own_rows=mine)


def own_memberships(table: str) -> migrations.RunSQL:
    """Rows of the city with the whole city in scope, and (to read) the acting user's own rows before a scope exists."""
    in_city = f"{CITY} AND current_setting('app.facilities', true) = '*'"
    return _policy(table, in_city, own_rows=OWN_USER)


def facilities_of_own_memberships(table: str) -> migrations.RunSQL:
    """To read: the facilities the acting user has a lasting membership in, so that a request can find its scope."""
    mine = (
        f"EXISTS (SELECT 1 FROM facilities_membership AS mine WHERE mine.facility_id = {table}.id "  # noqa: S608  our own table names
        f"AND mine.ended_at IS NULL AND mine.{OWN_USER})"
    )
    return migrations.RunSQL(
        [f"CREATE POLICY own_facilities ON {table} FOR SELECT USING ({mine})"],
        [f"DROP POLICY own_facilities ON {table}"],
    )


def own_user_rows(table: str) -> migrations.RunSQL:
    """Rows of the acting user."""
    return _policy(table, OWN_USER)


def composite_reference(table: str, column: str, other: str, name: str) -> migrations.RunSQL:
    """A foreign key that carries the municipality along, so that it cannot cross tenants."""
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (municipality_id, {column}) "
            f"REFERENCES {other} (municipality_id, id) DEFERRABLE INITIALLY IMMEDIATE"
        ],
        [f"ALTER TABLE {table} DROP CONSTRAINT {name}"],
    )


def facility_reference(table: str, column: str, other: str) -> migrations.RunSQL:
    """A foreign key to a row of the same facility: it crosses neither tenants nor facilities."""
    name = f"{table}_{column}_same_facility"
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (municipality_id, facility_id, {column}) "
            f"REFERENCES {other} (municipality_id, facility_id, id) DEFERRABLE INITIALLY IMMEDIATE"
        ],
        [f"ALTER TABLE {table} DROP CONSTRAINT {name}"],
    )


def _policy(table: str, condition: str, own_rows: str | None = None) -> migrations.RunSQL:
    forward: Statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY in_scope ON {table} USING ({condition}) WITH CHECK ({condition})",
    ]
    backward: Statements = [
        f"DROP POLICY in_scope ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    if own_rows is not None:
        forward.append(f"CREATE POLICY own_rows ON {table} FOR SELECT USING ({own_rows})")
        backward.insert(0, f"DROP POLICY own_rows ON {table}")
    return migrations.RunSQL(forward, backward)
