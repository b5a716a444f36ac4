"""Form packs from upload to release: each act is kept, can be taken back, and two administrators let it hold."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.models import Event
from documents.in_force import packs_for
from documents.models import FormPack, FormPackStep, FormWorkbook
from documents.pack_operations import mapping, releasing, starting
from documents.pack_operations.starting import Head
from documents.pack_states import FormPackState
from documents.packs.editing import Said
from documents.packs.manifest import Family, Overflow
from documents.packs.manifest_reading import read_manifest
from documents.packs.pack import Pack, content_hash
from facilities.actors import Actor, Role, actor_for
from facilities.rules import NotAllowed, ProblemsFound
from facilities.scope import scope
from tests.applications.stage import second_administrator
from tests.cast import City, make_city
from tests.documents.packs import made
from tests.documents.packs.made import MANIFEST, SHEET, workbook

pytestmark = pytest.mark.django_db
AT = timezone.make_aware(datetime(2026, 4, 14, 10, 0))
HEAD = Head(
    code="own_bill",
    title="委託費請求書",
    family=Family.MONTHLY,
    subject="bill",
    from_year=2026,
    source="青葉台市の様式",
    official=True,
)


@pytest.fixture
def city() -> Iterator[City]:
    with made.told():
        yield make_city()


@pytest.fixture
def one(city: City) -> Iterator[Actor]:
    with city.open(Role.ADMINISTRATOR) as actor:
        yield actor


@pytest.fixture
def two(city: City, one: Actor) -> Actor:
    user = second_administrator(city)
    return actor_for(
        user_id=user.pk,
        login_id=user.login_id,
        duty=Role.ADMINISTRATOR,
        municipality_id=city.municipality.pk,
    )


def _new(by: Actor, **changes: object) -> FormPack:
    head = replace(HEAD, **changes)  # type: ignore[arg-type]
    return starting.start_new(head, workbook(), "form.xlsx", by=by, at=AT)


def _mapped(by: Actor) -> FormPack:
    row = _new(by)
    return mapping.import_manifest(
        row.pk, MANIFEST.replace("probe_bill", "own_bill"), shown_version=row.version, by=by, at=AT
    )


def _fresh(row: FormPack) -> FormPack:
    found: FormPack = FormPack.objects.get(pk=row.pk)
    return found


def test_cells_are_mapped_one_by_one_and_each_step_can_be_taken_back(one):
    row = _new(one)
    said = Said("facility.name", "施設名")

    row = mapping.put_cells(row.pk, [f"{SHEET}!C4", f"{SHEET}!D4"], said, shown_version=1, by=one, at=AT)
    row = mapping.put_cells(
        row.pk, [f"{SHEET}!C4"], Said("city.name", "市"), shown_version=row.version, by=one, at=AT
    )

    manifest = read_manifest(row.manifest)
    assert [(field.source, field.at) for field in manifest.fields] == [
        ("facility.name", (f"{SHEET}!D4",)),
        ("city.name", (f"{SHEET}!C4",)),
    ]
    row = mapping.undo(row.pk, shown_version=row.version, by=one, at=AT)
    row = mapping.undo(row.pk, shown_version=row.version, by=one, at=AT)
    assert read_manifest(row.manifest).fields == ()
    with pytest.raises(ProblemsFound):
        mapping.undo(row.pk, shown_version=row.version, by=one, at=AT)


def test_a_block_becomes_rows_and_its_columns_are_told_by_cells_of_the_first_row(one):
    row = _new(one)
    row = mapping.put_block(
        row.pk,
        key="",
        each="bill_lines",
        label="内訳",
        place=f"{SHEET}!B9:D13",
        lines=1,
        where="",
        overflow=Overflow.CONTINUE,
        shown_version=row.version,
        by=one,
        at=AT,
    )
    (table,) = read_manifest(row.manifest).tables

    row = mapping.put_column(
        row.pk, table.key, f"{SHEET}!D9", Said("amount_yen", "金額"), shown_version=row.version, by=one, at=AT
    )

    (table,) = read_manifest(row.manifest).tables
    assert [(column.source, column.at) for column in table.columns] == [("amount_yen", "D")]
    with pytest.raises(ProblemsFound, match="1行目"):
        mapping.put_column(
            row.pk, table.key, f"{SHEET}!D11", Said("count", "数"), shown_version=row.version, by=one, at=AT
        )


def test_what_was_not_seen_is_not_changed(one, two):
    row = _new(one)
    mapping.put_cells(
        row.pk, [f"{SHEET}!C4"], Said("facility.name", "施設名"), shown_version=1, by=one, at=AT
    )

    with pytest.raises(NotAllowed, match="変わりました"):
        mapping.put_cells(row.pk, [f"{SHEET}!C4"], Said("city.name", "市"), shown_version=1, by=two, at=AT)


def test_the_same_twice_is_one_step(one):
    row = _new(one)
    said = Said("facility.name", "施設名")
    row = mapping.put_cells(row.pk, [f"{SHEET}!C4"], said, shown_version=1, by=one, at=AT)

    again = mapping.put_cells(row.pk, [f"{SHEET}!C4"], said, shown_version=row.version, by=one, at=AT)

    assert again.version == row.version
    assert FormPackStep.objects.filter(pack=row).count() == 1


def test_an_altered_workbook_keeps_what_fits_and_proposes_the_rest(one):
    row = _mapped(one)

    row = mapping.replace_workbook(
        row.pk, workbook(down=1), "new.xlsx", shown_version=row.version, by=one, at=AT
    )

    assert {lost["key"] for lost in row.lost_places} == {"total", "lines"}
    total = next(lost for lost in row.lost_places if lost["key"] == "total")
    row = mapping.accept_moves(row.pk, [f"|total|{total['at']}"], shown_version=row.version, by=one, at=AT)
    assert read_manifest(row.manifest).by_key["total"].at == (f"{SHEET}!C7",)
    assert [lost["key"] for lost in row.lost_places] == ["lines"]
    row = mapping.accept_moves(row.pk, None, shown_version=row.version, by=one, at=AT)
    assert row.lost_places == []
    assert read_manifest(row.manifest).tables[0].at == f"{SHEET}!B10:D14"

    for _ in range(3):
        row = mapping.undo(row.pk, shown_version=row.version, by=one, at=AT)
    assert read_manifest(row.manifest).by_key["total"].at == (f"{SHEET}!C6",)
    assert row.lost_places == []


def test_a_place_that_is_not_used_any_more_goes_with_its_field(one):
    row = _mapped(one)
    row = mapping.replace_workbook(
        row.pk, workbook(down=1), "new.xlsx", shown_version=row.version, by=one, at=AT
    )

    row = mapping.give_up_place(row.pk, f"|total|{SHEET}!C6", shown_version=row.version, by=one, at=AT)

    assert "total" not in read_manifest(row.manifest).by_key
    assert [lost["key"] for lost in row.lost_places] == ["lines"]


def test_another_administrator_releases_what_was_shown_and_it_holds(one, two):
    row = _mapped(one)
    with pytest.raises(NotAllowed, match="別の管理者"):
        releasing.release(row.pk, shown_hash=row.content_hash, by=one, at=AT)
    with pytest.raises(NotAllowed, match="変わりました"):
        releasing.release(row.pk, shown_hash="0" * 64, by=two, at=AT)

    releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)

    found = packs_for("bill", of="", fiscal_year=2026, facility_kind="nursery")
    assert [(pack.manifest.code, pack.is_shipped) for pack in found] == [("own_bill", False)]
    assert found[0].content_hash == row.content_hash
    assert packs_for("bill", of="", fiscal_year=2025, facility_kind="nursery") == []
    with pytest.raises(NotAllowed, match="公開中"):
        mapping.undo(row.pk, shown_version=row.version, by=one, at=AT)


def test_the_citys_own_stands_for_the_shipped_one_in_its_years_and_types(one, two, monkeypatch):
    theirs = read_manifest(MANIFEST.replace("probe_bill", "own_bill").replace("2026", "2025"))
    book = workbook()
    text = MANIFEST
    pack = Pack(theirs, book, None, content_hash(text, book, None), is_shipped=True)
    monkeypatch.setattr("documents.in_force.shipped", lambda: (pack,))
    row = _mapped(one)
    nurseries = replace(HEAD, facility_types=("nursery",))
    row = mapping.change_head(row.pk, nurseries, shown_version=row.version, by=one, at=AT)
    releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)

    def in_force(year: int, kind: str) -> list[bool]:
        found = packs_for("bill", of="", fiscal_year=year, facility_kind=kind)
        return [one.is_shipped for one in found]

    assert in_force(2026, "nursery") == [False]
    assert in_force(2026, "kindergarten") == [True]
    assert in_force(2025, "nursery") == [True]


def test_a_facility_prints_with_the_released_one_and_sees_no_draft(city, one, two, django_assert_num_queries):
    row = _mapped(one)
    with scope(city.municipality.pk, [uuid4()]):
        assert packs_for("bill", of="", fiscal_year=2026, facility_kind="nursery") == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM documents_formworkbook")
            assert cursor.fetchone() == (0,)
    releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)

    with scope(city.municipality.pk, [uuid4()]):
        assert len(packs_for("bill", of="", fiscal_year=2026, facility_kind="nursery")) == 1
        with django_assert_num_queries(1):
            packs_for("bill", of="", fiscal_year=2026, facility_kind="nursery")


def test_what_is_not_sound_is_not_released_and_every_reason_is_told(one, two):
    row = _new(one)
    row = mapping.put_cells(
        row.pk, [f"{SHEET}!C4"], Said("facility.nam", "施設名"), shown_version=row.version, by=one, at=AT
    )

    with pytest.raises(ProblemsFound) as refusal:
        releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)

    assert any("facility.name" in sentence for sentence in refusal.value.problems)
    assert _fresh(row).state == FormPackState.DRAFT


def test_places_that_are_left_keep_it_from_being_released(one, two):
    row = _mapped(one)
    row = mapping.replace_workbook(
        row.pk, workbook(down=1), "new.xlsx", shown_version=row.version, by=one, at=AT
    )

    with pytest.raises(ProblemsFound, match="場所の決まっていない"):
        releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)


def test_a_later_release_takes_the_place_of_the_earlier(one, two):
    first = _mapped(one)
    releasing.release(first.pk, shown_hash=first.content_hash, by=two, at=AT)
    second = starting.start_copy(first.content_hash, from_year=2026, by=one, at=AT)
    second = mapping.put_cells(
        second.pk, [f"{SHEET}!D4"], Said("city.name", "市"), shown_version=second.version, by=one, at=AT
    )

    releasing.release(second.pk, shown_hash=second.content_hash, by=two, at=AT)

    assert _fresh(first).state == FormPackState.REPLACED
    (held,) = packs_for("bill", of="", fiscal_year=2026, facility_kind="nursery")
    assert held.content_hash == second.content_hash


def test_only_one_draft_of_a_code_and_year_waits(one):
    _new(one)

    with pytest.raises(ProblemsFound, match="公開待ち"):
        _new(one)
    assert _new(one, from_year=2027).from_year == 2027


def test_a_copy_for_next_year_carries_the_mapping_onto_the_new_workbook(one, two):
    first = _mapped(one)
    releasing.release(first.pk, shown_hash=first.content_hash, by=two, at=AT)

    row = starting.start_copy(
        first.content_hash, from_year=2027, by=one, at=AT, workbook=workbook(down=1), file_name="r9.xlsx"
    )

    manifest = read_manifest(row.manifest)
    assert (manifest.from_year, manifest.by_key["sent"].at) == (2027, (f"{SHEET}!C5",))
    assert {lost["key"] for lost in row.lost_places} == {"total", "lines"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Excelブックとして開けません"),
        (b"not a workbook at all", "Excelブックとして開けません"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "Excelブックとして開けません"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_to_do(one, content, words):
    with pytest.raises(ProblemsFound, match=words):
        starting.start_new(HEAD, content, "a.xlsx", by=one, at=AT)
    assert not FormWorkbook.objects.exists()


def test_a_form_that_was_filled_in_is_refused(one):
    with pytest.raises(ProblemsFound, match="記入済み"):
        starting.start_new(HEAD, workbook(extra="園児の氏名：青葉 はなこ"), "a.xlsx", by=one, at=AT)
    assert not FormWorkbook.objects.exists()


def test_the_same_workbook_is_kept_once(one):
    _new(one)
    _new(one, code="other_bill")

    assert FormWorkbook.objects.count() == 1


@pytest.mark.parametrize("duty", [role for role in Role if role not in {Role.ADMINISTRATOR, Role.FACILITY}])
def test_nobody_else_makes_forms(city, one, duty):
    row = _new(one)
    by = city.actor(duty)

    for act in (
        lambda: _new(by, code="other"),
        lambda: mapping.undo(row.pk, shown_version=1, by=by, at=AT),
        lambda: releasing.release(row.pk, shown_hash=row.content_hash, by=by, at=AT),
        lambda: releasing.discard(row.pk, by=by, at=AT),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents_formpack SET title = 'other'",
        "UPDATE documents_formpack SET manifest = ''",
        "UPDATE documents_formpack SET state = 'draft', released_at = NULL, released_by = NULL",
        "UPDATE documents_formpack SET state = 'discarded'",
        "UPDATE documents_formpack SET released_by = prepared_by",
        "UPDATE documents_formpack SET version = version + 1",
        "DELETE FROM documents_formpackstep; DELETE FROM documents_formpack",
        "UPDATE documents_formworkbook SET content = 'x'",
        "DELETE FROM documents_formworkbook",
    ],
)
def test_a_released_pack_never_changes_in_sql(one, two, change):
    row = _mapped(one)
    releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert _fresh(row).content_hash == row.content_hash


def test_nobody_releases_their_own_in_sql(one):
    row = _mapped(one)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE documents_formpack SET state = 'released', released_at = now(), released_by = prepared_by "
            "WHERE id = %s",
            [row.pk],
        )


def test_another_city_sees_nothing(one):
    row = _new(one)
    other = make_city(code="131016")

    with other.open(Role.ADMINISTRATOR) as stranger:
        with pytest.raises(FormPack.DoesNotExist):
            mapping.undo(row.pk, shown_version=1, by=stranger, at=AT)
        with connection.cursor() as cursor:
            for table in ("formpack", "formpackstep", "formworkbook"):
                cursor.execute(f"SELECT count(*) FROM documents_{table}")
                assert cursor.fetchone() == (0,)


def test_every_act_and_refusal_is_recorded(one, two):
    row = _mapped(one)
    with pytest.raises(NotAllowed):
        releasing.release(row.pk, shown_hash=row.content_hash, by=one, at=AT)
    releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)

    told = list(Event.objects.filter(event__startswith="form_packs.").values_list("event", "outcome"))

    assert sorted(told) == [
        ("form_packs.changed", "done"),
        ("form_packs.released", "done"),
        ("form_packs.released", "refused"),
        ("form_packs.started", "done"),
    ]
