"""The three sample files of the core system import as they are; twice changes nothing; corrected, a new version."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims.models import ChildCount, CountImport, CountSheet
from claims.operations import counts_import
from claims.states import ImportStatus, SheetStatus
from facilities.actors import Role
from facilities.rules import NotAllowed
from facilities.scope import scope
from jobs.models import Job
from portal.demo.facilities import FOLDER, make_facilities
from tests.cast import make_city

APRIL = "child_counts_2026-04_cp932.csv"
MAY = "child_counts_2026-05_utf8bom.csv"
JUNE = "child_counts_2026-06_wide_cp932.csv"


@pytest.fixture
def city(db):
    city = make_city()
    with scope(city.municipality.pk, None):
        make_facilities(city.municipality)
    return city


def bring_in(city, content):
    with city.open(Role.ENROLMENT) as enrolment:
        previewed = counts_import.preview(content, by=enrolment, at=timezone.now())
        counts_import.accept(previewed.pk, by=enrolment, at=timezone.now())
        previewed.refresh_from_db()
    return previewed


@pytest.mark.parametrize(
    ("file", "layout", "encoding", "month"),
    [
        (APRIL, "long", "cp932", "2026-04"),
        (MAY, "long", "utf-8", "2026-05"),
        (JUNE, "wide", "cp932", "2026-06"),
    ],
)
def test_a_sample_file_imports_as_it_is(city, file, layout, encoding, month):
    imported = bring_in(city, (FOLDER / file).read_bytes())

    assert (imported.layout, imported.encoding, imported.months) == (layout, encoding, [month])
    assert imported.summary["new"] == 172
    with city.open():
        assert CountSheet.objects.count() == 172
        assert sum(ChildCount.objects.values_list("count", flat=True)) == imported.summary["children"]


def test_the_same_file_twice_changes_nothing(city):
    content = (FOLDER / APRIL).read_bytes()
    bring_in(city, content)
    mails = Job.objects.count()

    second = bring_in(city, content)

    assert (second.summary["new"], second.summary["changed"], second.summary["unchanged"]) == (0, 0, 172)
    with city.open():
        assert CountSheet.objects.count() == 172
    assert Job.objects.count() == mails


def test_a_corrected_file_makes_a_new_version_of_what_differs(city):
    content = (FOLDER / APRIL).read_bytes().decode("cp932")
    bring_in(city, content.encode("cp932"))
    corrected = content.replace(
        "駅前やまびこ保育園,129999,2号,3,標準,17", "駅前やまびこ保育園,129999,2号,3,標準,18", 1
    )

    second = bring_in(city, corrected.encode("utf-8"))

    assert second.summary["changed"] == 1
    with city.open():
        sheets = CountSheet.objects.filter(facility__number="1299900000001").order_by("version")
        assert [(sheet.version, sheet.status) for sheet in sheets] == [
            (1, SheetStatus.SUPERSEDED),
            (2, SheetStatus.WAITING),
        ]


def test_nothing_is_stored_before_it_is_accepted(city):
    with city.open(Role.ENROLMENT) as enrolment:
        previewed = counts_import.preview((FOLDER / APRIL).read_bytes(), by=enrolment, at=timezone.now())

        assert not CountSheet.objects.exists()
        assert b"129990" not in bytes(previewed.preview_sealed)


def test_a_preview_expires(city):
    with city.open(Role.ENROLMENT) as enrolment:
        now = timezone.now()
        previewed = counts_import.preview((FOLDER / APRIL).read_bytes(), by=enrolment, at=now)

        with pytest.raises(NotAllowed, match="確認期限"):
            counts_import.accept(previewed.pk, by=enrolment, at=now + timedelta(hours=25))

        assert CountImport.objects.get().status == ImportStatus.PREVIEWED
        assert not CountSheet.objects.exists()


def test_a_preview_that_was_overtaken_must_be_made_again(city):
    content = (FOLDER / APRIL).read_bytes()
    with city.open(Role.ENROLMENT) as enrolment:
        first = counts_import.preview(content, by=enrolment, at=timezone.now())
        second = counts_import.preview(content, by=enrolment, at=timezone.now())
        counts_import.accept(first.pk, by=enrolment, at=timezone.now())

        with pytest.raises(NotAllowed, match="ほかの取込"):
            counts_import.accept(second.pk, by=enrolment, at=timezone.now())


def test_only_the_enrolment_section_brings_in_counts(city):
    with city.open(Role.OFFICER) as officer, pytest.raises(NotAllowed):
        counts_import.preview((FOLDER / APRIL).read_bytes(), by=officer, at=timezone.now())
