"""What documents tell of every subject: facility, corporation, city and the form's own, as the dictionary says."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.common_values import COMMON, CONTACT, common_values
from documents.dictionary import Entry, Facts, Group, Kind, Table, Vocabulary
from facilities.models import FacilityDetail, FacilityKind
from tests.cast import make_city, make_facility

pytestmark = pytest.mark.django_db
OF_KIND: dict[Kind, type | tuple[type, ...]] = {
    Kind.TEXT: str,
    Kind.WHOLE: int,
    Kind.NUMBER: (int,),
    Kind.YEN: int,
    Kind.DATE: date,
    Kind.MONTH: date,
    Kind.YES_NO: bool,
}


def facts(facility_id: Any, day: date = date(2026, 6, 1), **more: Any) -> Facts:
    made = datetime(2026, 6, 5, tzinfo=UTC)
    said = {"edition": "e", "is_final": True, "control_number": "n-1", "made_at": made, **more}
    return Facts(facility_id, day, **said)


@pytest.mark.parametrize("kind", FacilityKind.values)
def test_every_entry_is_told_and_is_of_its_kind(kind: str) -> None:
    garden = make_facility(make_city(), kind=kind)
    wanted = frozenset(group.name for group in COMMON.groups)

    with garden.open():
        found = common_values(facts(garden.facility.pk), title="様式", wanted=wanted, contact={})

    for group in COMMON.groups:
        if group is CONTACT:
            continue
        row = found[group.name]
        assert isinstance(row, dict)
        assert set(row) == {entry.name for entry in group.entries}
        for entry in group.entries:
            assert row[entry.name] is None or isinstance(row[entry.name], OF_KIND[entry.kind]), entry


def test_a_form_of_an_earlier_day_shows_the_name_of_that_day() -> None:
    garden = make_facility(make_city(), "さくら園")
    own = garden.facility
    with garden.open():
        for day, name in ((own.opened_on, "もとの園"), (date(2026, 5, 1), "さくら園")):
            FacilityDetail.objects.create(
                municipality_id=own.municipality_id,
                facility=own,
                from_day=day,
                name=name,
                postal_code=own.postal_code,
                location=own.location,
                ownership=own.ownership,
            )

        names = {
            day.month: common_values(
                facts(own.pk, day), title="様式", wanted=frozenset({"facility"}), contact={}
            )["facility"]["name"]  # type: ignore[call-overload]
            for day in (date(2026, 4, 1), date(2026, 6, 1))
        }

    assert names == {4: "もとの園", 6: "さくら園"}


@pytest.mark.parametrize(
    ("more", "number", "is_draft"),
    [({}, "n-1", False), ({"is_final": False}, None, True)],
)
def test_a_draft_has_no_control_number(more: dict[str, Any], number: str | None, is_draft: bool) -> None:
    garden = make_facility(make_city())

    with garden.open():
        found = common_values(facts(garden.facility.pk, **more), title="様式", wanted=frozenset(), contact={})

    assert found["form"]["control_number"] == number  # type: ignore[call-overload]
    assert found["form"]["is_draft"] is is_draft  # type: ignore[call-overload]
    assert found["form"]["month_words"] == "令和8年6月分"  # type: ignore[call-overload]


def test_only_what_is_wanted_is_asked_for() -> None:
    garden = make_facility(make_city())
    asked: list[int] = []
    cases: list[frozenset[str]] = [frozenset(), frozenset({"facility", "corporation"})]
    with garden.open():
        for wanted in cases:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                common_values(facts(garden.facility.pk), title="様式", wanted=wanted, contact={})
            asked.append(len(queries))

    assert asked == [1, 4]


@pytest.mark.parametrize(
    "make",
    [
        lambda entry: Vocabulary((Group("claim", "", (entry, entry)),)),
        lambda entry: Vocabulary((Group("claim", "", (entry,)), Group("claim", "", ()))),
        lambda entry: Vocabulary((Group("claim", "", (entry,)),), (Table("claim", "", (entry,)),)),
    ],
)
def test_two_values_of_one_name_are_refused(make: Callable[[Entry], Vocabulary]) -> None:
    with pytest.raises(ValueError, match="two of one name"):
        make(Entry("total_yen", "計", Kind.YEN))


def test_names_are_found_with_their_group_or_table() -> None:
    entry = Entry("total_yen", "計", Kind.YEN)
    words = Vocabulary((Group("claim", "請求", (entry,)),), (Table("lines", "行", (entry,)),))

    assert words.entry("claim.total_yen") is entry
    assert words.entry("lines.total_yen") is entry
    assert words.entry("claim.totalyen") is None
    assert words.entry("total_yen") is None
    assert [name for name, _ in words.full_names()] == ["claim.total_yen", "lines.total_yen"]
