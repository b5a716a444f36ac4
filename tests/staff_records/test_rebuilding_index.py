"""``rotate_keys --index``: people are found all the while, and in the end without the older key."""

import os
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from audit.record import SYSTEM, Context, context
from staff_records import finding
from staff_records.models import SearchToken
from staff_records.operations import rebuilding_index
from tests.cast import Nursery, make_city, make_facility
from tests.record import events_of
from tests.staff_records.rosters import HANAKO, KANA, hire

OTHERS = [("若葉　太郎", f"わかば　たろう{word}") for word in "あいうえお"]


@pytest.fixture
def sakura(db: None, settings: Any) -> Nursery:
    """A few people who were indexed under the key before; a new one stands in front."""
    nursery = make_facility(make_city())
    for who in (HANAKO, *OTHERS):
        hire(nursery, who)
    settings.INDEX_KEYS = {"i2": os.urandom(32), **settings.INDEX_KEYS}
    return nursery


def run(*arguments: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("rotate_keys", *arguments, stdout=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def found(nursery: Nursery) -> int:
    with nursery.open():
        return finding.perhaps_named(KANA).count()


def test_people_are_found_before_and_after(sakura, settings, monkeypatch):
    monkeypatch.setattr(rebuilding_index, "AT_ONCE", 2)
    assert found(sakura) == 1
    assert "古い索引の鍵でしか見つからない人: 6" in run("--check")[1]

    code, _ = run("--index")

    assert code == 0
    assert found(sakura) == 1
    settings.INDEX_KEYS = {"i2": settings.INDEX_KEYS["i2"]}
    assert found(sakura) == 1


def test_stopped_half_way_the_next_run_does_the_rest(sakura, monkeypatch):
    monkeypatch.setattr(rebuilding_index, "AT_ONCE", 2)
    told = []

    class Stopped(Exception):
        """As if the process were killed between two batches."""

    def stop(_: str) -> None:
        told.append(found(sakura))
        if len(told) == 2:
            raise Stopped

    with pytest.raises(Stopped), context(Context(who=SYSTEM)):
        rebuilding_index.rebuild_in(sakura.city.municipality, stop)
    assert told == [1, 1]
    assert rebuilding_index.count_old(sakura.city.municipality) == 2

    assert run("--index")[0] == 0
    assert rebuilding_index.count_old(sakura.city.municipality) == 0
    assert [event.detail["persons"] for event in events_of(sakura.city, "staff.index_rebuilt")] == [2, 2, 2]


def test_tokens_of_a_key_that_is_gone_go_too(sakura, settings):
    run("--index")
    settings.INDEX_KEYS = {"i2": settings.INDEX_KEYS["i2"]}

    assert run("--index")[0] == 0

    with sakura.open():
        assert set(SearchToken.objects.values_list("index_key", flat=True)) == {"i2"}
