"""Two administrators at once, and what the owner of the database cannot do to a released pack."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import timezone

from documents.models import FormPack, FormPackStep
from documents.pack_operations import mapping, releasing, starting
from documents.pack_operations.starting import Head
from documents.pack_states import FormPackState
from documents.packs.editing import Said
from documents.packs.manifest import Family
from documents.packs.manifest_reading import read_manifest
from facilities.actors import Actor, Role, actor_for
from facilities.rules import NotAllowed
from tests.applications.stage import second_administrator
from tests.approvals.test_four_eyes import at_once
from tests.cast import City, make_city
from tests.documents.packs import made
from tests.documents.packs.made import MANIFEST, SHEET, workbook

pytestmark = pytest.mark.django_db(transaction=True)
AT = timezone.make_aware(datetime(2026, 4, 14, 10, 0))
HEAD = Head("own_bill", "委託費請求書", Family.MONTHLY, "bill", 2026, "青葉台市の様式", True)


@pytest.fixture
def city() -> Iterator[City]:
    with made.told():
        yield make_city()


@pytest.fixture
def two(city: City) -> Actor:
    user = second_administrator(city)
    return actor_for(
        user_id=user.pk,
        login_id=user.login_id,
        duty=Role.ADMINISTRATOR,
        municipality_id=city.municipality.pk,
    )


def _begun(city: City, *, mapped: bool) -> FormPack:
    with city.open() as by:
        row = starting.start_new(HEAD, workbook(), "form.xlsx", by=by, at=AT)
        if mapped:
            text = MANIFEST.replace("probe_bill", "own_bill")
            row = mapping.import_manifest(row.pk, text, shown_version=row.version, by=by, at=AT)
        return row


def test_of_two_who_change_the_same_cell_one_is_told(city, two):
    row = _begun(city, mapped=False)

    def put(by: Actor, source: str) -> object:
        with city.open():
            said = Said(source, "施設名")
            return mapping.put_cells(row.pk, [f"{SHEET}!C4"], said, shown_version=1, by=by, at=AT)

    one = city.actor(Role.ADMINISTRATOR)
    answers = at_once([lambda: put(one, "facility.name"), lambda: put(two, "city.name")])

    assert sorted(type(answer).__name__ for answer in answers) == ["FormPack", "NotAllowed"]
    with city.open():
        assert len(read_manifest(FormPack.objects.get().manifest).fields) == 1
        assert FormPackStep.objects.count() == 1


def test_a_pack_is_released_as_it_was_shown_or_not_at_all(city, two):
    row = _begun(city, mapped=True)

    def change() -> object:
        with city.open() as by:
            said = Said("city.name", "市")
            return mapping.put_cells(row.pk, [f"{SHEET}!D4"], said, shown_version=row.version, by=by, at=AT)

    def release() -> object:
        with city.open():
            return releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)

    answers = at_once([change, release])

    with city.open():
        now = FormPack.objects.get()
    assert [type(answer) for answer in answers].count(NotAllowed) == 1
    if now.state == FormPackState.RELEASED:
        assert now.content_hash == row.content_hash
    else:
        assert now.content_hash != row.content_hash


def test_many_clicks_release_once(city, two):
    row = _begun(city, mapped=True)

    def release() -> object:
        with city.open():
            return releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)

    answers = at_once([release] * 6)

    assert [type(answer) for answer in answers].count(FormPack) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents_formpack SET manifest = ''",
        "UPDATE documents_formpack SET released_by = gen_random_uuid()",
        "UPDATE documents_formpack SET state = 'draft', released_at = NULL, released_by = NULL",
        "DELETE FROM documents_formpackstep; DELETE FROM documents_formpack",
        "UPDATE documents_formworkbook SET content = 'x'",
        "DELETE FROM documents_formworkbook",
    ],
)
def test_the_owner_role_changes_no_released_pack_either(city, two, as_owner, change):
    row = _begun(city, mapped=True)
    with city.open():
        releasing.release(row.pk, shown_hash=row.content_hash, by=two, at=AT)
    in_scope = (
        f"SELECT set_config('app.municipality', '{city.municipality.pk}', true), "
        "set_config('app.facilities', '*', true);"
    )

    with pytest.raises(Exception, match=r"written once|never deleted|no way back"):
        as_owner(in_scope + change)

    with city.open():
        assert FormPack.objects.get().content_hash == row.content_hash
