"""Every binary column of the house is a hash, sealed under a person's key, or declared as the installation's."""

import pytest
from django.apps import apps
from django.db.models import BinaryField, Model

from staff_records.person_rows import PersonRow
from staff_records.sealed import sealed_names
from vault import header_of, key_id_of, sealed_columns, seals

# Compared and never read back.
HASHES = {
    ("facilities_apitoken", "token_hash"),
    ("facilities_sentform", "content_hash"),
    ("accounts_logincode", "attempt_hash"),
    ("accounts_logincode", "code_hash"),
    ("accounts_passwordticket", "code_hash"),
    ("staff_records_searchtoken", "token"),
}
# Forms and outlines of characters: nobody's data, refused where they seem to be; read with each paper.
PLAIN = {("documents_cityfont", "content"), ("documents_formworkbook", "content")}


def binary_columns() -> set[tuple[str, str]]:
    return {
        (model._meta.db_table, field.attname)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, BinaryField)
    }


def personal_columns() -> set[tuple[str, str]]:
    return {
        (model._meta.db_table, value.column)
        for model in apps.get_models()
        if issubclass(model, PersonRow)
        for value in sealed_names(model).values()
    }


def declared_columns() -> set[tuple[str, str]]:
    return {(one.model._meta.db_table, one.column) for one in sealed_columns(list(apps.get_models()))}


def test_every_binary_column_is_known_to_rotation():
    assert binary_columns() == declared_columns() | personal_columns() | HASHES | PLAIN
    assert not declared_columns() & personal_columns()


@pytest.mark.parametrize("column", sealed_columns(list(apps.get_models())), ids=lambda one: one.name)
def test_every_declared_column_has_a_place_with_table_and_row(column):
    row = column.model()

    place = column.place_of(row)

    assert place.startswith(column.model._meta.db_table)
    assert issubclass(column.model, Model)


def test_what_is_declared_above_an_abstract_class_holds_for_what_is_made_of_it():
    @seals("content_sealed")
    class Above:
        place = "here"

    class Below(Above):
        pass

    (column,) = sealed_columns([Below])
    assert (column.column, column.place_of(Below())) == ("content_sealed", "here")


def test_a_header_tells_keys_apart_whose_ids_begin_alike():
    token = header_of("k10") + b"x"

    assert key_id_of(token) == "k10"
    assert not token.startswith(header_of("k1"))
