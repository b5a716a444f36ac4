"""What the city pays of a claim: everything to a private nursery, to everybody else less what families pay."""

import io
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from claims.form_subjects import NO_CHARGE, may_order
from claims.models import Claim
from claims.net import Net, NetKind, charge_of, net_of
from claims.operations import charges_import
from documents.making import filled_form, made
from documents.models import Format
from documents.printables import printable
from facilities.actors import Role
from facilities.models import FacilityKind
from facilities.rules import NotAllowed
from tests.approvals.test_inbox import approve, play
from tests.cast import JUNE, City, Nursery, make_city, make_facility, sign_in
from tests.claims.test_charges import NEIGHBOUR, OWN, file_of
from tests.record import events_of

SMALL = "1299900000931"
BABIES = (("3", "0", "standard", 3), ("3", "1", "standard", 6), ("3", "2", "short", 4))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def small(city: City) -> Nursery:
    return make_facility(city, "つぼみ小規模", number=SMALL, kind=FacilityKind.SMALL_A, capacity=19)


def bring_in(city: City, charge: int, *, number: str = SMALL, payer: str = OWN) -> None:
    """June's charges of one facility and municipality."""
    content = file_of(f"令和8年6月,{number},{payer},{charge},{charge},0,0")
    with city.open(Role.ENROLMENT) as section:
        imported = charges_import.preview(content, by=section, at=timezone.now())
        charges_import.accept(imported.pk, by=section, at=timezone.now())


def net(city: City, claim: Claim) -> Net:
    with city.open():
        found = Claim.objects.annotate(charge_yen=charge_of("charge_yen"), charge_id=charge_of("pk"))
        held = found.get(pk=claim.pk)
        return net_of(held, charge_yen=held.charge_yen, charge_id=held.charge_id)


def page_of(place: Nursery, claim: Claim) -> str:
    answer = sign_in(place.clerk).get(f"/f/{place.facility.number}/claims/{claim.pk}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_charge_is_taken_off_when_it_has_come(city: City, small: Nursery) -> None:
    claim = play(small, JUNE, BABIES)
    assert net(city, claim) == Net(NetKind.MISSING, claim.total_yen)
    assert net(city, claim).payable_yen is None

    bring_in(city, 312_400)

    found = net(city, claim)
    assert (found.kind, found.charge_yen) == (NetKind.NETTED, 312_400)
    assert found.payable_yen == claim.total_yen - 312_400


def test_a_corrected_charge_counts_and_another_municipalitys_does_not(city: City, small: Nursery) -> None:
    claim = play(small, JUNE, BABIES)
    bring_in(city, 312_400)
    bring_in(city, 300_000)

    assert net(city, claim).charge_yen == 300_000

    bring_in(city, 77_000, payer=NEIGHBOUR)

    assert net(city, claim).kind is NetKind.MISSING, "the file speaks for the whole month of the facility"


def test_a_private_nursery_is_paid_in_full(city: City) -> None:
    sakura = make_facility(city)
    claim = play(sakura, JUNE)
    bring_in(city, 806_600, number=sakura.facility.number)

    assert net(city, claim) == Net(NetKind.ENTRUSTED, claim.total_yen)
    assert net(city, claim).payable_yen == claim.total_yen
    page = page_of(sakura, claim)
    assert "委託費は、全額をお支払いします。" in page
    assert "806,600" not in page


def test_where_nobody_is_charged_there_is_nothing_to_wait_for(city: City) -> None:
    momo = make_facility(
        city, "ももの木幼稚園", number="1299900000932", kind=FacilityKind.KINDERGARTEN, capacity=100
    )
    claim = play(momo, JUNE, (("1", "4", "education", 30),))

    assert net(city, claim) == Net(NetKind.NOBODY_CHARGED, claim.total_yen)
    assert "差し引く額はありません" in page_of(momo, claim)


def test_the_page_shows_what_is_left_and_the_record_names_the_row(city: City, small: Nursery) -> None:
    claim = play(small, JUNE, BABIES)
    assert "利用者負担額はまだ届いていません" in page_of(small, claim)
    bring_in(city, 312_400)

    page = page_of(small, claim)

    assert "−312,400円" in page
    assert f"{claim.total_yen - 312_400:,}円" in page
    charge_id = net(city, claim).charge_id
    assert f'data-row="{charge_id}"' in page
    shown = [event.rows["charge"] for event in events_of(city) if {"claim", "charge"} <= set(event.rows)]
    assert shown[-1] == [str(charge_id)]


def test_the_paper_claims_what_is_left_and_waits_for_the_charge(city: City, small: Nursery) -> None:
    claim = play(small, JUNE, BABIES)
    approve(city, claim)
    with small.open() as clerk, pytest.raises(NotAllowed) as refusal:
        may_order(clerk, claim.pk)
    assert str(refusal.value) == NO_CHARGE

    bring_in(city, 312_400)

    with small.open() as clerk:
        may_order(clerk, claim.pk)
        found = printable("community_claim", "claim", claim.pk)
        texts = filled_form(found).texts
        content = made(found, Format.XLSX)
    left = claim.total_yen - 312_400
    assert (texts["total"], texts["charge"], texts["payable"]) == (
        f"{claim.total_yen:,}",
        "−312,400",
        f"{left:,}",
    )
    assert texts["payable_boxes"] == f"¥{left}"
    kept = load_workbook(io.BytesIO(content), data_only=True)["請求書"]
    formulas = load_workbook(io.BytesIO(content))["請求書"]
    (total,) = [place for place, cell in _cells(kept) if cell == "公定価格の合計"]
    row = int(total[1:])
    assert [kept[f"I{row + further}"].value for further in (0, 1, 2)] == [claim.total_yen, -312_400, left]
    assert formulas[f"I{row + 2}"].value == f"=I{row}+I{row + 1}"


def _cells(sheet: Any) -> list[tuple[str, object]]:
    return [(cell.coordinate, cell.value) for line in sheet.iter_rows() for cell in line]
