"""A facility confirms its counts with one click, or says which cells differ and why."""

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Event
from claims.cells import Cell, DisputedCell
from claims.models import Claim, CountDispute, CountSheet
from claims.operations.confirming import confirm, dispute
from claims.states import SheetStatus
from facilities.models import Ownership
from facilities.rules import NotAllowed, ProblemsFound
from tests.cast import JUNE, City, Nursery, give_counts, make_city, make_facility
from tests.claims.stage import AT, confirmed, nursery

OWN = "129999"
BABIES = Cell(OWN, "3", "0", "standard")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def sakura(city: City) -> Nursery:
    return nursery(city)


def _mark(claimed: int = 7, reason: str = "1人は5月末に退園しました。", cell: Cell = BABIES) -> DisputedCell:
    return DisputedCell(cell, claimed, reason)


def test_one_click_confirms_and_drafts_the_claim(sakura: Nursery) -> None:
    sheet = give_counts(sakura)

    with sakura.open() as clerk:
        done = confirm(sheet.pk, shown_version=1, by=clerk, at=AT)

    assert (done.sheet.status, done.sheet.confirmed_at, done.sheet.confirmed_by) == (
        SheetStatus.CONFIRMED,
        AT,
        sakura.clerk.pk,
    )
    assert done.drafted is not None
    assert len(done.drafted.claims) == 1
    assert done.drafted.missing, "the closed Saturdays are not known yet"


def test_confirming_is_on_the_record_together_with_the_draft(city: City, sakura: Nursery) -> None:
    sheet = confirmed(sakura)

    with city.open():
        events = list(
            Event.objects.filter(municipality_id=city.municipality.pk).values_list("event", flat=True)
        )
        confirmation = Event.objects.get(event="counts.confirmed")
    assert "claims.drafted" in events
    assert confirmation.rows == {"sheet": [str(sheet.pk)]}
    assert confirmation.actor_id == str(sakura.clerk.pk)


def test_confirming_twice_is_refused_with_a_sentence(sakura: Nursery) -> None:
    sheet = confirmed(sakura)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="すでに確認済み"):
        confirm(sheet.pk, shown_version=1, by=clerk, at=AT)


def test_a_stale_tab_cannot_confirm_counts_that_were_replaced(city: City, sakura: Nursery) -> None:
    old = give_counts(sakura)
    with city.open():
        CountSheet.objects.filter(pk=old.pk).update(status=SheetStatus.SUPERSEDED)
    new = give_counts(sakura, version=2)

    with sakura.open() as clerk:
        with pytest.raises(NotAllowed, match="新しい児童数"):
            confirm(old.pk, shown_version=1, by=clerk, at=AT)
        with pytest.raises(ProblemsFound, match="もう一度ご確認"):
            confirm(new.pk, shown_version=1, by=clerk, at=AT)


def test_a_strangers_counts_do_not_exist(city: City, sakura: Nursery) -> None:
    sumire = nursery(city, number="1299900000902")
    sheet = give_counts(sakura)

    with sumire.open() as stranger, pytest.raises(CountSheet.DoesNotExist):
        confirm(sheet.pk, shown_version=1, by=stranger, at=AT)


def test_the_city_never_confirms_for_a_facility(city: City, sakura: Nursery) -> None:
    sheet = give_counts(sakura)

    with city.open() as administrator, pytest.raises(NotAllowed, match="施設の方だけ"):
        confirm(sheet.pk, shown_version=1, by=administrator, at=AT)


def test_a_refusal_stays_on_the_record(city: City, sakura: Nursery) -> None:
    sheet = confirmed(sakura)

    with sakura.open() as clerk, pytest.raises(NotAllowed):
        confirm(sheet.pk, shown_version=1, by=clerk, at=AT)

    with city.open():
        assert Event.objects.filter(event="counts.confirmed", outcome="refused").count() == 1


def test_a_public_facility_confirms_and_nothing_is_drafted(city: City) -> None:
    public = make_facility(city, ownership=Ownership.PUBLIC)
    sheet = give_counts(public)

    with public.open() as clerk:
        done = confirm(sheet.pk, shown_version=1, by=clerk, at=AT)

        assert done.drafted is None
        assert not Claim.objects.exists()


def test_a_marked_cell_waits_for_the_citys_answer(sakura: Nursery) -> None:
    sheet = give_counts(sakura)

    with sakura.open() as clerk:
        disputes = dispute(sheet.pk, [_mark()], shown_version=1, by=clerk, at=AT)

        sheet.refresh_from_db()
        stored = CountDispute.objects.get()
    assert sheet.status == SheetStatus.DISPUTED
    assert [one.pk for one in disputes] == [stored.pk]
    assert (stored.counted, stored.claimed, stored.outcome) == (8, 7, "")


def test_a_child_that_the_file_forgot_can_be_claimed_in_an_empty_cell(sakura: Nursery) -> None:
    sheet = give_counts(sakura)

    with sakura.open() as clerk:
        dispute(
            sheet.pk,
            [_mark(1, "転入した子がいます。", Cell(OWN, "3", "0", "short"))],
            shown_version=1,
            by=clerk,
            at=AT,
        )

        assert CountDispute.objects.get().counted == 0


def test_disputed_counts_cannot_be_confirmed_or_disputed_again(sakura: Nursery) -> None:
    sheet = give_counts(sakura)

    with sakura.open() as clerk:
        dispute(sheet.pk, [_mark()], shown_version=1, by=clerk, at=AT)

        with pytest.raises(NotAllowed, match="回答するまで"):
            confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
        with pytest.raises(NotAllowed, match="すでに届いています"):
            dispute(sheet.pk, [_mark()], shown_version=1, by=clerk, at=AT)


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ([], "1か所以上"),
        ([_mark(8)], "届いた人数と同じ"),
        ([_mark(reason="  ")], "理由を入力"),
        ([_mark(reason="あ" * 501)], "500字まで"),
        ([_mark(1000)], "0から999"),
        ([_mark(-1)], "0から999"),
        ([_mark(6), _mark(7)], "2回あります"),
        ([_mark(1, "います。", Cell("12999", "3", "0", "short"))], "6桁の数字"),
        ([_mark(1, "います。", Cell(OWN, "3", "5", "short"))], "組み合わせはありません"),
        ([_mark(1, "います。", Cell(OWN, "1", "5", "short"))], "組み合わせはありません"),
    ],
)
def test_a_mark_that_says_nothing_is_refused_and_nothing_is_stored(
    sakura: Nursery, marks: list[DisputedCell], sentence: str
) -> None:
    sheet = give_counts(sakura)

    with sakura.open() as clerk:
        with pytest.raises(ProblemsFound, match=sentence):
            dispute(sheet.pk, marks, shown_version=1, by=clerk, at=AT)

        sheet.refresh_from_db()
        assert sheet.status == SheetStatus.WAITING
        assert not CountDispute.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"payer_code": "12999"}, "dispute_payer_is_a_code"),
        ({"payer_code": "12999あ"}, "dispute_payer_is_a_code"),
        ({"certification": "1"}, "dispute_certification_and_hours_agree"),
        ({"hours": "education"}, "dispute_certification_and_hours_agree"),
    ],
)
def test_the_database_holds_what_a_dispute_names(sakura: Nursery, wrong: dict[str, str], rule: str) -> None:
    sheet = give_counts(sakura)
    with sakura.open() as clerk:
        dispute(sheet.pk, [_mark()], shown_version=1, by=clerk, at=AT)

        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            CountDispute.objects.update(**wrong)


def test_confirmed_counts_cannot_be_disputed(sakura: Nursery) -> None:
    sheet = confirmed(sakura)

    with sakura.open() as clerk, pytest.raises(NotAllowed, match="入園課へ連絡"):
        dispute(sheet.pk, [_mark()], shown_version=1, by=clerk, at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_people_confirming_at_once_confirm_once() -> None:
    city = make_city()
    sakura = nursery(city)
    sheet = give_counts(sakura)
    ready, results = Barrier(2), []

    def press() -> None:
        try:
            with sakura.open() as clerk:
                ready.wait(10)
                confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
                results.append("confirmed")
        except NotAllowed as refusal:
            results.append(str(refusal))
        finally:
            connection.close()

    _together(press, press)

    assert sorted(results) == ["confirmed", "この月の児童数は、すでに確認済みです。"]
    with sakura.open():
        assert Claim.objects.filter(month=JUNE.first_day).count() == 1


def _together(*acts: Any) -> None:
    threads = [Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
