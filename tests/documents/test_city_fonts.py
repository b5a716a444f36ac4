"""外字 of a city: brought in by one administrator, released by another, printed on its papers and nobody else's."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import User
from documents import font_operations, rendering
from documents.city_characters import face, own_font
from documents.font_files import NO_FONT
from documents.models import CityFont
from documents.pack_states import FormPackState
from documents.packs.drawing import drawn
from documents.packs.template import Template
from documents.rendering import OWN_FONT_ADDRESS, NothingIsFetched, OneFontFetcher, OwnFont
from facilities.actors import Role, actor_for
from facilities.rules import NotAllowed, ProblemsFound
from tests.applications.stage import second_administrator
from tests.cast import City, make_city, make_facility, sign_in
from tests.documents.eudc import eudc, square
from tests.documents.packs.sheets import BOXED, cell, filled, sheet
from tests.documents.test_claim_form import approve, order_and_render, submitted_claim
from tests.record import events_of

pytestmark = pytest.mark.django_db
OTHER = eudc({0xE010: "own"}, {"own": square(300)})


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def two(city):
    user = second_administrator(city)
    return actor_for(
        user_id=user.pk,
        login_id=user.login_id,
        duty=Role.ADMINISTRATOR,
        municipality_id=city.municipality.pk,
    )


def loaded(city: City, content: bytes | None = None) -> CityFont:
    with city.open() as one:
        return font_operations.load("外字 2026年4月", content or eudc(), by=one, at=timezone.now())


def released(city: City, two, content: bytes | None = None) -> CityFont:
    row = loaded(city, content)
    with city.open():
        return font_operations.release(row.pk, by=two, at=timezone.now())


def fonts_of(content: bytes) -> set[str]:
    pages = PdfReader(io.BytesIO(content)).pages
    return {
        str(font.get_object()["/BaseFont"]).split("+")[1]
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }


def test_one_brings_it_in_and_another_releases_it(city, two):
    row = loaded(city)

    with city.open() as one, pytest.raises(NotAllowed, match="別の管理者"):
        font_operations.release(row.pk, by=one, at=timezone.now())
    with city.open():
        assert own_font() is None
        font_operations.release(row.pk, by=two, at=timezone.now())
        font = own_font()

    assert row.characters == "\ue000\ue001"
    assert font == OwnFont(bytes(row.content), row.content_hash)
    assert face(font).draws("\ue001")
    assert len(events_of(city, "city_fonts.loaded")) == 1
    assert [event.outcome for event in events_of(city, "city_fonts.released")] == ["refused", "done"]


def test_a_later_one_takes_its_place_and_a_discarded_one_never_holds(city, two):
    first, second = released(city, two), released(city, two, OTHER)
    third = loaded(city)

    with city.open() as one:
        font_operations.discard(third.pk, by=one, at=timezone.now())
        states = {row.pk: row.state for row in CityFont.objects.all()}
        assert own_font().content_hash == second.content_hash
        with pytest.raises(NotAllowed):
            font_operations.release(third.pk, by=two, at=timezone.now())

    assert states == {
        first.pk: FormPackState.REPLACED,
        second.pk: FormPackState.RELEASED,
        third.pk: FormPackState.DISCARDED,
    }


def test_everything_wrong_is_said_at_once_and_nothing_is_kept(city, two):
    released(city, two)
    with city.open() as one:
        for title, content, told in (
            ("", b"MZ", [font_operations.NO_TITLE, NO_FONT]),
            ("外" * 61, eudc(), [font_operations.LONG_TITLE, font_operations.SAME]),
        ):
            with pytest.raises(ProblemsFound) as refused:
                font_operations.load(title, content, by=one, at=timezone.now())
            assert refused.value.problems == told
        assert CityFont.objects.count() == 1
    loaded(city, OTHER)
    with pytest.raises(ProblemsFound, match="公開待ち"):
        loaded(city, OTHER)


def test_nobody_but_administrators_and_no_other_city(city):
    row = loaded(city)
    for role in (Role.OFFICER, Role.CHIEF, Role.ENROLMENT):
        with city.open(role) as person, pytest.raises(NotAllowed):
            font_operations.load("外字", OTHER, by=person, at=timezone.now())
    neighbour = make_city("139999", "隣市")
    with neighbour.open() as stranger:
        assert own_font() is None
        with pytest.raises(CityFont.DoesNotExist):
            font_operations.discard(row.pk, by=stranger, at=timezone.now())


def test_a_facility_reads_a_released_font_and_no_draft(city, two):
    garden = make_facility(city)
    released(city, two)
    loaded(city, OTHER)

    with garden.open(), connection.cursor() as cursor:
        cursor.execute("SELECT state FROM documents_cityfont")
        assert cursor.fetchall() == [("released",)]


def test_the_database_keeps_it_as_it_was(city, two):
    row = released(city, two)
    with city.open():
        for change in ({"content": b"other"}, {"title": "ほか"}, {"state": "draft"}, {"released_by": None}):
            with pytest.raises(DatabaseError), transaction.atomic():
                CityFont.objects.filter(pk=row.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            CityFont.objects.filter(pk=row.pk).delete()


def test_its_characters_are_drawn_on_paper_and_without_it_they_are_a_problem(city, two):
    template = Template((sheet([cell("A1", None, BOXED, columns=3)]),))
    values = filled(template, {"A1": "山\ue000田\ue001"})
    released(city, two)

    with city.open():
        font = own_font()
    drawing = drawn(template, values, own=face(font))
    content = rendering.pdf_of_html(drawing.page, identifier="x", own_font=font)

    assert drawing.problems == ()
    assert fonts_of(content) == {"Noto-Sans-JP", "City-Characters"}
    assert "山\ue000田\ue001" in PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert content == rendering.pdf_of_html(drawing.page, identifier="x", own_font=font)
    assert "「\ue000」「\ue001」" in drawn(template, values).problems[0].sentence
    # What the next city's papers are drawn with knows nothing of it.
    plain = rendering.pdf_of_html(drawing.page, identifier="x")
    assert "City-Characters" not in fonts_of(plain)


def test_a_facilitys_claim_is_printed_with_it_in_the_worker(city, two, run_jobs):
    garden, claim = submitted_claim(city, name="さくら\ue000園")
    approve(city, claim)
    released(city, two)

    files = order_and_render(garden, claim, run_jobs)

    assert "City-Characters" in fonts_of(files["pdf"])


def test_the_fetcher_answers_one_address_and_no_other():
    fetcher = OneFontFetcher(OwnFont(b"font", "hash"))

    assert fetcher.fetch(OWN_FONT_ADDRESS).read() == b"font"
    for address in ("file:///etc/passwd", "http://127.0.0.1/", OWN_FONT_ADDRESS + "/", "data:,x"):
        with pytest.raises(NothingIsFetched):
            fetcher.fetch(address)


def test_from_upload_to_release_in_the_browser(city, two):
    one, other = sign_in(city.people[Role.ADMINISTRATOR]), sign_in(second_user(two))
    font = SimpleUploadedFile("EUDC.TTE", eudc(), "font/ttf")

    wrong = one.post(
        "/c/documents/fonts/upload/", {"title": "外字", "file": SimpleUploadedFile("a.tte", b"MZ")}
    )
    missing = one.post("/c/documents/fonts/upload/", {"title": "外字"})
    there = one.post("/c/documents/fonts/upload/", {"title": "外字", "file": font}, follow=True)
    with city.open():
        row = CityFont.objects.get()
    page = f"/c/documents/fonts/{row.pk}/"

    assert wrong.status_code == missing.status_code == 422
    assert NO_FONT in wrong.content.decode()
    assert 'value="外字"' in wrong.content.decode()
    assert "もう1人の市の管理者に、字形の確認と公開を頼んでください" in there.content.decode()
    assert "公開する</button>" not in there.content.decode()
    preview = other.get(f"{page}preview/")
    assert preview["Content-Type"] == "application/pdf"
    assert "City-Characters" in fonts_of(preview.content)
    assert "U+E001" in PdfReader(io.BytesIO(preview.content)).pages[0].extract_text()
    assert one.post(f"{page}release/").status_code == 422
    assert other.post(f"{page}release/").status_code == 302
    assert "公開中" in other.get("/c/documents/fonts/").content.decode()
    assert len(events_of(city, "city_fonts.previewed")) == 1


def test_the_list_takes_as_many_queries_however_long_it_is(city, two):
    one = sign_in(city.people[Role.ADMINISTRATOR])
    released(city, two)
    with CaptureQueriesContext(connection) as few:
        one.get("/c/documents/fonts/")
    for number in range(3):
        released(city, two, eudc({0xE100 + number: "square"}))
    with CaptureQueriesContext(connection) as many:
        one.get("/c/documents/fonts/")

    assert len(few) == len(many)
    assert not any('"documents_cityfont"."content",' in query["sql"] for query in many), "megabytes each"


def second_user(two):
    return User.objects.get(pk=two.user_id)
