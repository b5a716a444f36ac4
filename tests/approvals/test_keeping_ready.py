"""What somebody has looked at is computed again before the next look: at night, after an import, a few at a time."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from approvals.items.inbox import ItemQuestion, item_inbox
from approvals.models import KeptComparisons
from claims.models import KeptFindings
from facilities import tasks
from facilities.actors import Role
from facilities.models import FacilityProfile, Kept
from facilities.operations import keeping_ready
from facilities.operations.keeping_ready import KEEP_READY, ask_to_keep_ready
from jobs.models import Job
from jobs.running import run_due
from staff_records.models import KeptNumbers
from staff_records.queries.overview import OverviewQuestion, asked_month, city_staff
from tests.applications.stage import AT, release_pack, save, submit
from tests.cast import City, Nursery, give_counts, make_city, make_facility
from tests.record import events_of
from tests.staff_records.staffed import Somebody, give_roster

KINDS: tuple[type[Kept], ...] = (KeptFindings, KeptComparisons, KeptNumbers)
TYPED = {"extra_staff": "1", "monthly_yen": "100000"}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def places(city: City) -> list[Nursery]:
    """Five facilities with counts, a roster and something sent."""
    pack = release_pack(city)
    found = []
    for number in range(5):
        place = make_facility(city, f"園{number}", number=f"129990000090{number}")
        give_counts(place)
        give_roster(place, Somebody())
        submit(place, save(place, pack, **TYPED))
        found.append(place)
    return found


def look(city: City) -> int:
    """At the inbox and at the table of staff; answers how many messages that took."""
    with city.open(Role.OFFICER) as by, CaptureQueriesContext(connection) as asked:
        item_inbox(ItemQuestion.of(QueryDict(), AT), by=by, at=AT)
        city_staff(OverviewQuestion(asked_month("")))
    return len(asked)


def stamps(city: City) -> dict[Any, str]:
    with city.open():
        return {(kind, row.facility_id): row.stamp for kind in KINDS for row in kind.objects.all()}


def change(city: City) -> None:
    with city.open():
        FacilityProfile.objects.update(capacity_23=80)


def at_night() -> None:
    tasks.keep_ready()
    run_due()


def test_nobody_is_opened_for_nobody(city: City, places: list[Nursery]) -> None:
    at_night()

    assert stamps(city) == {}
    assert events_of(city, "facilities.kept_ready") == []


def test_after_the_night_a_look_computes_nothing(city: City, places: list[Nursery]) -> None:
    look(city)
    warm = look(city)
    change(city)
    before = stamps(city)

    at_night()

    assert look(city) == warm
    after = stamps(city)
    assert before.keys() == after.keys()
    assert all(before[place] != after[place] for place in before)
    (event,) = events_of(city, "facilities.kept_ready")
    assert event.rows == {"facility": sorted(str(place.facility.pk) for place in places)}


def test_a_city_is_done_a_few_facilities_at_a_time_and_goes_on_where_it_was_stopped(
    city: City, places: list[Nursery], monkeypatch: Any
) -> None:
    monkeypatch.setattr(keeping_ready, "AT_ONCE", 2)
    look(city)
    warm = look(city)
    change(city)
    before = stamps(city)

    tasks.keep_ready()
    run_due(limit=1)
    stopped = stamps(city)
    assert len({place for kind, place in before if before[kind, place] != stopped[kind, place]}) == 2

    assert run_due() == 1
    assert run_due() == 1
    assert run_due() == 0
    done = stamps(city)
    assert all(before[place] != done[place] for place in before)
    assert look(city) == warm


def test_doing_it_again_changes_nothing_and_a_day_asks_once(city: City, places: list[Nursery]) -> None:
    look(city)
    at_night()
    once = stamps(city)
    at_night()

    assert stamps(city) == once
    assert Job.objects.filter(kind=KEEP_READY).count() == 1


def test_after_an_import_it_is_asked_for_at_once(city: City, places: list[Nursery]) -> None:
    look(city)
    for _ in range(2):
        with city.open():
            ask_to_keep_ready(city.municipality.pk)
    change(city)
    before = stamps(city)

    assert run_due() == 2

    assert all(before[place] != one for place, one in stamps(city).items())


def test_the_schedule_has_it_every_night() -> None:
    (entry,) = [one for one in settings.CELERY_BEAT_SCHEDULE.values() if one["task"] == tasks.keep_ready.name]
    assert entry["schedule"].hour == {4}
