"""
A stolen copy is useless: neither database, nor what lies around it, says who works where; no value can be moved.

Looked for in every encoding somebody would try: UTF-8, CP932, their hex and base64, and the escapes of JSON.
"""

import base64
import json
import logging
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connections
from django.utils import timezone

from audit.record import record
from staff_records.opening import open_to_show
from staff_records.operations import erasing
from staff_records.person_rows import kinds_of_rows
from staff_records.sealed import sealed_names
from tests.cast import City, Nursery, make_city, make_facility, sign_in
from tests.staff_records.full import CANARIES, all_rows, fill
from vault import CannotUnseal, sealed_columns, unseal

PLACES = [(kind, name) for kind in kinds_of_rows() for name in sealed_names(kind)]


def disguises(text: str) -> Iterator[bytes]:
    """The bytes of ``text`` as they could stand in a dump."""
    compact = text.replace("-", "").replace("　", "")
    for words in {text, compact, text.replace("　", " ")}:
        for encoding in ("utf-8", "cp932", "utf-16-le"):
            try:
                plain = words.encode(encoding)
            except UnicodeEncodeError:
                continue
            yield plain
            yield plain.hex().encode()
            for shift in range(3):
                # Whatever stands before and after: the characters in the middle are the same.
                whole = (shift + len(plain)) * 8 // 6
                yield base64.b64encode(b"\0" * shift + plain)[(0, 2, 3)[shift] : whole]
        yield json.dumps(words)[1:-1].encode()


def found_in(content: bytes, text: str) -> list[bytes]:
    """The disguises of ``text`` that stand in ``content``; digits only where nothing of a hash is beside them."""
    seen = []
    for disguise in set(disguises(text)):
        if len(disguise) < 5:
            continue
        if re.fullmatch(rb"[0-9]{1,8}", disguise):
            if re.search(rb"(?<![0-9a-zA-Z+/])" + disguise + rb"(?![0-9a-zA-Z+/])", content):
                seen.append(disguise)
        elif disguise in content:
            seen.append(disguise)
    return seen


def test_the_search_finds_every_disguise():
    for text in CANARIES.values():
        content = b"..." + text.encode() + b"..."
        assert found_in(content, text)
        assert found_in(b"\\x00ff" + content.hex().encode(), text)
        for before in range(3):
            assert found_in(base64.b64encode(b"x" * before + content), text)
    assert found_in(json.dumps({"name": CANARIES["name"]}).encode(), CANARIES["name"])
    assert found_in(CANARIES["kana"].encode("cp932"), CANARIES["kana"])


@pytest.mark.django_db(transaction=True)
def test_no_dump_no_log_and_no_mail_says_who_works_where(servers, mail_folder, caplog, run_jobs):
    caplog.set_level(logging.DEBUG)
    nursery = make_facility(make_city())
    with nursery.open() as clerk:
        for number in (1, 2):
            fill(nursery, number, is_withdrawn=number == 2)
        rows = all_rows()
        open_to_show(rows)
        record("staff.shown", by=clerk, rows={"staff_member": [row.key_id for row in rows]})
    with nursery.city.open() as administrator:
        erasing.ask(2, by=administrator, at=timezone.now(), today=timezone.localdate())
    page = sign_in(administrator_of(nursery.city)).get("/c/staff/retention/").content
    run_jobs()
    postgres = servers[0]
    contents = {
        "page": page,
        "log": caplog.text.encode(),
        "mail": b"".join(map(_message, mail_files(mail_folder))),
    }
    for alias in ("default", "keys"):
        name = connections[alias].settings_dict["NAME"]
        server = ["-h", str(postgres.socket_folder), "-U", "postgres"]
        dump = subprocess.run(
            [str(postgres.binaries / "pg_dump"), *server, "--inserts", name], check=True, capture_output=True
        ).stdout
        assert b"personkey" in dump if alias == "keys" else b"staff_records_staffdetail" in dump
        contents[f"dump of {alias}"] = dump
    assert str(nursery.facility.number).encode() in contents["dump of default"]

    seen = {
        (where, what): found_in(content, text)
        for where, content in contents.items()
        for what, text in CANARIES.items()
    }

    assert {key: value for key, value in seen.items() if value} == {}


@pytest.mark.django_db(transaction=True)
def test_neither_the_files_of_the_database_nor_its_log_hold_them(servers):
    nursery = make_facility(make_city())
    with nursery.open():
        fill(nursery)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()")
    postgres = servers[0]
    words = [CANARIES[name].encode() for name in ("name", "kana", "address", "employer", "number", "typed")]

    files = [file for file in postgres.folder.rglob("*") if file.is_file()]
    files.append(postgres.var / "postgres.log")

    assert [file for file in files if any(word in file.read_bytes() for word in words)] == []


def administrator_of(city: City) -> Any:
    from facilities.actors import Role

    return city.people[Role.ADMINISTRATOR]


def mail_files(folder: Any) -> list[Any]:
    return list(folder.rglob("*")) if folder.exists() else []


def _message(file: Any) -> bytes:
    return bytes(file.read_bytes()) if file.is_file() else b""


# ---------------------------------------------------------------- moving


@pytest.fixture
def people(db: None) -> dict[str, Nursery]:
    """Two facilities of a city and one of another, with everything about two people each."""
    city = make_city()
    found = {
        "here": make_facility(city),
        "facility": make_facility(city, "すみれ保育園", number="1299900000902"),
        "city": make_facility(make_city("129998", "緑野市"), "となり保育園", number="1299800000901"),
    }
    for nursery in found.values():
        with nursery.open():
            fill(nursery, 1)
            fill(nursery, 2, is_withdrawn=True)
    return found


def test_a_value_opens_in_its_place_only(people):
    """Every sealed column × another row, member, facility, city, and every other column of the row itself."""
    opened = []
    for kind, name in PLACES:
        column = sealed_names(kind)[name].column
        tokens = {}
        for where, nursery in people.items():
            with nursery.open():
                for row in kind.every().filter(**{f"{column}__isnull": False}):
                    tokens[(where, row.pk)] = bytes(getattr(row, column))
        assert {where for where, _ in tokens} == set(people), f"{kind} {name}: nothing to move"
        with people["here"].open():
            mine = kind.every().filter(**{f"{column}__isnull": False}).first()
            open_to_show([mine])
            record("staff.shown", rows={"staff_member": [mine.key_id]})
            assert getattr(mine, name) not in (None, "")
            foreign = [token for (_, pk), token in tokens.items() if pk != mine.pk]
            foreign += [
                bytes(token)
                for value in sealed_names(kind).values()
                if value.column != column and (token := getattr(mine, value.column)) is not None
            ]
            for token in foreign:
                setattr(mine, column, token)
                try:
                    opened.append((kind, name, getattr(mine, name)))
                except CannotUnseal:
                    continue

    assert len(PLACES) >= 20
    assert opened == []


@pytest.mark.parametrize("attribute", ["pk", "municipality_id"])
def test_a_row_that_was_copied_under_another_id_or_city_does_not_open(people, attribute):
    from uuid import uuid4

    with people["here"].open():
        rows = all_rows()
        open_to_show(rows)
        record("staff.shown", rows={"staff_member": [row.key_id for row in rows]})
        for row in rows:
            values = {name: getattr(row, name) for name in sealed_names(type(row))}
            setattr(row, attribute, uuid4())
            for name, value in values.items():
                if value not in (None, ""):
                    with pytest.raises(CannotUnseal):
                        getattr(row, name)


def test_what_the_installation_seals_opens_in_its_place_only(db):
    from portal.operations.resealing import parts
    from tests.access.world import make_world

    make_world()
    sealed = []
    for part in parts():
        with part.open():
            sealed += [
                (part.column.place_of(row), bytes(getattr(row, part.column.column))) for row in part.rows
            ]
    assert len(sealed) > len(sealed_columns(list(apps.get_models())))

    for place, token in sealed:
        assert unseal(token, bound_to=place)
    for number, (_, token) in enumerate(sealed):
        elsewhere, _ = sealed[number - 1]
        with pytest.raises(CannotUnseal):
            unseal(token, bound_to=elsewhere)
