"""What claims tell the data dictionary: every name of the vocabulary, of every facility type, and nothing else."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.operations import claims as approvals
from claims import form_subjects, form_values
from claims.form_classes import class_amounts
from claims.form_lines import WIDEST_TEXT, in_rows, wide
from claims.form_subjects import NO_CHARGE
from claims.form_vocabulary import VOCABULARY
from claims.models import ChildCount, Claim, ClaimLine
from claims.operations import confirming
from claims.operations.submitting import open_correction, submit
from claims.states import ClaimStatus
from documents.dictionary import Kind, subject_of
from facilities.actors import Role
from facilities.models import FacilityKind, FacilityProfile
from facilities.rules import NotAllowed
from pricing.vocabulary import ITEM_LABELS
from tests.cast import JUNE, MAY, Cell, City, Nursery, give_counts, make_city, make_facility
from tests.claims.stage import AT, confirmed, current_claim, give_facts, nursery, ready_claim
from tests.claims.test_charges import OWN
from tests.claims.test_net import bring_in

EVERYTHING = frozenset(
    [group.name for group in VOCABULARY.groups] + [table.name for table in VOCABULARY.tables]
)
PYTHON: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.WHOLE: (int,),
    Kind.YEN: (int,),
    Kind.NUMBER: (int, Fraction),
    Kind.DATE: (date,),
    Kind.MONTH: (date,),
    Kind.YES_NO: (bool,),
}
SCHOOL: tuple[Cell, ...] = (
    ("1", "3mid", "education", 2),
    ("1", "3", "education", 9),
    ("1", "5", "education", 12),
)
BABIES: tuple[Cell, ...] = (
    ("3", "0", "standard", 2),
    ("3", "1", "standard", 3),
    ("3", "2", "standard", 1),
    ("3", "2", "short", 1),
)
OLDER: tuple[Cell, ...] = (("2", "2", "standard", 1), ("2", "3", "short", 4), ("2", "4", "standard", 7))
CELLS: Mapping[FacilityKind, tuple[Cell, ...]] = {
    FacilityKind.KINDERGARTEN: SCHOOL,
    FacilityKind.CERTIFIED_KODOMOEN: (*SCHOOL, *BABIES, *OLDER),
    FacilityKind.NURSERY: (*BABIES, *OLDER),
}
CAPACITIES: Mapping[FacilityKind, int] = {
    FacilityKind.SMALL_A: 19,
    FacilityKind.SMALL_B: 19,
    FacilityKind.SMALL_C: 10,
    FacilityKind.HOME_BASED: 5,
    FacilityKind.WORKPLACE: 19,
    FacilityKind.HOME_VISITING: 1,
}
LATER = AT + timedelta(hours=2)


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def place_of(city: City, kind: FacilityKind, number: str = "1299900000951") -> Nursery:
    """A facility of any type, with both capacities where its type has two tables."""
    place = make_facility(
        city,
        "みほん施設",
        number=number,
        kind=kind,
        capacity=CAPACITIES.get(kind, 90),
        items={"climate": {"variant": "other"}},
    )
    if kind == FacilityKind.CERTIFIED_KODOMOEN:
        with city.open():
            FacilityProfile.objects.filter(facility=place.facility).update(capacity_1=30, capacity_23=60)
    return place


def claim_of(city: City, kind: FacilityKind, number: str = "1299900000951") -> tuple[Nursery, Claim]:
    """A draft of June with counts of May beside it, and a child that came in the middle of the month."""
    place = place_of(city, kind, number)
    cells = CELLS.get(kind, BABIES)
    give_counts(place, MAY, cells[:-1])
    sheet = give_counts(place, JUNE, cells)
    own = {"municipality": city.municipality, "facility": place.facility, "sheet": sheet, "payer_code": OWN}
    certification, age, hours, _ = cells[0]
    with place.open() as clerk:
        ChildCount.objects.create(
            **own, certification=certification, age=age, hours=hours, movement="in", days=12, count=1
        )
        confirming.confirm(sheet.pk, shown_version=1, by=clerk, at=AT)
    return place, current_claim(place)


def told(city: City, claim: Claim, wanted: frozenset[str] = EVERYTHING) -> Mapping[str, Any]:
    with city.open():
        return form_values.values(claim.pk, wanted)


def approve(city: City, claim: Claim) -> None:
    for role in (Role.OFFICER, Role.CHIEF):
        with city.open(role) as person:
            approvals.approve(claim.pk, shown_hash=claim.content_hash, by=person, at=LATER)


def send(place: Nursery, claim: Claim) -> None:
    with place.open() as clerk:
        submit(claim.pk, shown_hash=claim.content_hash, declared=True, by=clerk, at=AT)


def names_in(values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Every full name with the values it had."""
    found: dict[str, list[Any]] = {}
    for owner, given in values.items():
        rows: Sequence[Mapping[str, Any]] = [given] if isinstance(given, Mapping) else given
        for row in rows:
            for name, value in row.items():
                found.setdefault(f"{owner}.{name}", []).append(value)
    return found


@pytest.mark.parametrize("kind", FacilityKind)
def test_every_name_is_told_of_every_facility_type_in_its_kind(city: City, kind: FacilityKind) -> None:
    _, claim = claim_of(city, kind)

    found = names_in(told(city, claim))

    names = dict(VOCABULARY.full_names())
    # Of a claim that corrects nothing there is no difference.
    assert names.keys() - found.keys() == {name for name in names if name.startswith("claim_differences.")}
    assert found.keys() <= names.keys()
    for name, values in found.items():
        for value in values:
            assert value is None or type(value) in PYTHON[names[name].kind], (name, value)


@pytest.mark.parametrize("kind", FacilityKind)
def test_the_sums_of_a_claim_agree(city: City, kind: FacilityKind) -> None:
    _, claim = claim_of(city, kind)

    found = told(city, claim)

    own, lines = found["claim"], found["claim_lines"]
    assert own["total_yen"] == claim.total_yen == sum(row["amount_yen"] for row in lines)
    assert claim.total_yen == sum(row["item_yen"] or 0 for row in lines)
    assert all(row["unit_yen"] * row["quantity"] == row["amount_yen"] for row in lines)
    assert own["base_yen"] + own["addition_yen"] + own["deduction_yen"] == claim.total_yen
    beside = sum(row["amount_yen"] + row["treatment_yen"] for row in found["claim_base_rows"])
    assert beside == sum(row["amount_yen"] for row in lines if row["block"] in {"base", "treatment"})
    assert all(
        row["quantity"] * (row["unit_yen"] + row["treatment_unit_yen"])
        == row["amount_yen"] + row["treatment_yen"]
        for row in found["claim_base_rows"]
    )
    assert claim.total_yen == sum(row["amount_yen"] for row in found["claim_sections"])
    assert claim.total_yen == sum(row["amount_yen"] for row in found["claim_items"])
    assert claim.total_yen == sum(value or 0 for value in found["claim_item_yen"].values())
    assert claim.total_yen == sum(row["amount_yen"] for row in found["claim_classes"])
    # Whoever came within the month is no part of the first day.
    assert own["entered_children"] == 1
    counted = sum(row["count"] for row in found["claim_children"])
    assert counted == own["first_day_children"] == found["claim_count"]["total"]
    assert counted == sum(row["total"] for row in found["claim_child_rows"])
    assert own["first_day_children"] - found["claim_count_before"]["total"] == sum(
        row["difference"] for row in found["claim_children"]
    )
    assert [row["days"] for row in found["claim_movers"]] == [12]


def test_a_class_has_what_each_of_its_children_brings(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)

    rows = told(city, claim)["claim_classes"]

    *classes, rest = rows
    assert [row["label"] for row in classes] == [
        "2号 4歳以上児（標準時間）",
        "2号 4歳以上児（短時間）",
        "2号 3歳児（標準時間）",
        "2号 3歳児（短時間）",
        "3号 2歳児（標準時間）",
        "3号 1歳児（標準時間）",
        "3号 1歳児（短時間）",
        "3号 乳児（標準時間）",
    ]
    assert all(row["per_child_yen"] * row["children"] == row["amount_yen"] for row in classes)
    # Four children without a side-dish fee: nobody says of which class (WE5: 19,600 yen).
    assert (rest["is_rest"], rest["amount_yen"], rest["children"]) == (True, 19_600, None)
    with city.open():
        lines = list(ClaimLine.objects.filter(claim=claim))
    babies = classes[-1]
    by_hand = sum(
        part["unit_yen"]
        for line in lines
        for part in line.parts
        if part["age_class"] == "0" or (part["age_class"] is None and part["quantity"] == 88)
    )
    assert babies["per_child_yen"] == by_hand


def test_two_prices_of_one_age_are_two_classes_and_movers_stand_apart(city: City) -> None:
    def line(code: str, *parts: tuple[str | None, int, int, str]) -> ClaimLine:
        return ClaimLine(
            code=code,
            certification="23",
            parts=[
                {
                    "age_class": age,
                    "hours": age and "standard",
                    "unit_yen": unit,
                    "quantity": count,
                    "amount_yen": unit * count,
                    "note": note,
                }
                for age, unit, count, note in parts
            ],
        )

    lines = [
        line("base", ("1", 1000, 4, ""), ("1", 800, 1, "従業員枠"), ("0", 3000, 2, "")),
        line("climate", (None, 10, 7, "")),
        line("disability_care", (None, 500, 2, "")),
        line("mid_month", ("1", 400, 1, "日割10日")),
        line("extra", ("1", 7, 3, "")),
    ]

    found = class_amounts(lines, [{"certification": "3", "age_class": "1", "count": 5}])

    assert [(one.label, one.children, one.amount_yen) for one in found] == [
        ("3号 1歳児（標準時間）", 4, 4040),
        ("3号 1歳児（標準時間）［従業員枠］", 1, 810),
        ("3号 1歳児（標準時間）［日割10日］", 1, 400),
        ("乳児（標準時間）", 2, 6020),
        ("区分に分けない額", None, 1021),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "短い",
        "1,240円 ×（10 + 6 + 7.5）= 29,140円 → 10円未満切捨てで29,140円、" * 5,
        "あ" * 150,
        "1,234,567,890" * 9,
    ],
)
def test_a_long_step_goes_on_in_the_next_row(text: str) -> None:
    rows = in_rows(text, WIDEST_TEXT)

    assert all(0 < wide(row) <= WIDEST_TEXT for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert not any(one[-1].isdigit() and two[0].isdigit() for one, two in pairwise(rows)) or "円" not in text


def test_three_queries_however_large_the_claim_is(city: City) -> None:
    asked = []
    for kind, number in (
        (FacilityKind.HOME_VISITING, "1299900000951"),
        (FacilityKind.CERTIFIED_KODOMOEN, "1299900000952"),
    ):
        _, claim = claim_of(city, kind, number)
        with city.open(), CaptureQueriesContext(connection) as queries:
            form_values.values(claim.pk, EVERYTHING)
            form_subjects.facts(claim.pk)
        asked.append(len(queries))

    assert asked == [3, 3]


def test_a_correction_tells_the_approved_version_and_the_difference(city: City) -> None:
    sakura = nursery(city)
    first = ready_claim(sakura)
    send(sakura, first)
    approve(city, first)
    with sakura.open() as clerk:
        open_correction(first.pk, reason="閉所日数の誤り", by=clerk, at=LATER)
        correction = Claim.objects.get(corrects=first)
        Claim.objects.filter(pk=correction.pk).update(total_yen=first.total_yen - 500)

    found = told(city, correction)

    assert found["claim"]["is_correction"] is True
    assert found["claim"]["correction_reason"] == "閉所日数の誤り"
    before = found["claim_before"]
    assert before["version"] == 1
    assert before["total_yen"] == first.total_yen
    assert before["difference_yen"] == -500
    with city.open():
        assert before["control_number"] == form_subjects.facts(first.pk).control_number
    names = {name for name, _ in VOCABULARY.full_names()}
    assert names_in({"claim_differences": found["claim_differences"]}).keys() == {
        name for name in names if name.startswith("claim_differences.")
    }
    assert {row["has_changed"] for row in found["claim_differences"]} == {False}


def test_facts_are_final_when_decided_and_change_with_what_is_shown(city: City) -> None:
    small = make_facility(city, "つぼみ", number="1299900000931", kind=FacilityKind.SMALL_A, capacity=19)
    give_facts(small, saturday_closures=0)
    confirmed(small, cells=BABIES)
    claim = current_claim(small)

    def facts() -> Any:
        with city.open():
            return form_subjects.facts(claim.pk)

    draft = facts()
    assert (draft.is_final, draft.suffix, draft.day) == (False, "", JUNE.first_day)
    assert draft.price_mark == claim.price_mark
    bring_in(city, 50_000, number=small.facility.number)
    charged = facts()
    send(small, claim)
    sent = facts()
    approve(city, claim)
    approved = facts()

    editions = {draft.edition, charged.edition, sent.edition, approved.edition}
    assert len(editions) == 4
    assert all(len(edition) <= 64 for edition in editions)
    assert (sent.is_final, approved.is_final) == (False, True)
    assert approved.control_number == f"{small.facility.number}-202606-01-{claim.content_hash[:8]}"
    assert facts() == approved


def test_a_returned_version_is_final_for_its_notice(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)
    send(sakura, claim)
    with city.open(Role.OFFICER) as officer:
        approvals.return_to_facility(
            claim.pk,
            shown_hash=claim.content_hash,
            reason="土曜日の日数を確かめてください。",
            by=officer,
            at=LATER,
        )

    found = told(city, claim, frozenset({"claim"}))["claim"]

    assert (found["is_returned"], found["is_approved"]) == (True, False)
    assert found["return_reason"] == "土曜日の日数を確かめてください。"
    with city.open():
        assert form_subjects.facts(claim.pk).is_final
        assert form_subjects.facts(claim.pk).of == "returned"
        assert form_subjects.find("returned", None, MAY, JUNE) == [(sakura.facility.pk, claim.pk)]
        assert form_subjects.find("first", None, MAY, JUNE) == []
        assert not form_subjects.may_be_printed(Claim.objects.get(pk=claim.pk))


def test_who_may_order(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)
    stranger = make_facility(city, "すみれ保育園", number="1299900000902")

    with sakura.open() as clerk:
        form_subjects.may_order(clerk, claim.pk)
    with city.open(Role.OFFICER) as officer:
        form_subjects.may_order(officer, claim.pk)
    with stranger.open() as other, pytest.raises(Claim.DoesNotExist):
        form_subjects.may_order(other, claim.pk)
    with city.open(Role.ENROLMENT) as section, pytest.raises(NotAllowed, match="請求を見ることができるのは"):
        form_subjects.may_order(section, claim.pk)
    with city.open(Role.OFFICER) as officer, pytest.raises(Claim.DoesNotExist):
        form_subjects.may_order(officer, uuid4())


def test_nothing_is_ordered_before_the_charge_is_known(city: City) -> None:
    small = make_facility(city, "つぼみ", number="1299900000931", kind=FacilityKind.SMALL_A, capacity=19)
    confirmed(small, cells=BABIES)
    claim = current_claim(small)

    assert told(city, claim)["claim"]["payable_yen"] is None
    with small.open() as clerk, pytest.raises(NotAllowed) as refusal:
        form_subjects.may_order(clerk, claim.pk)
    assert str(refusal.value) == NO_CHARGE

    bring_in(city, 50_000, number=small.facility.number)

    with small.open() as clerk:
        form_subjects.may_order(clerk, claim.pk)
    found = told(city, claim)["claim"]
    assert (found["charge_yen"], found["payable_yen"]) == (50_000, claim.total_yen - 50_000)
    assert found["charge_reveals_family"] is False


def test_a_charge_of_few_children_is_marked_for_the_citys_papers(city: City) -> None:
    tiny = make_facility(city, "ふたば", number="1299900000932", kind=FacilityKind.HOME_BASED, capacity=5)
    confirmed(tiny, cells=(("3", "1", "standard", 2),))
    bring_in(city, 30_000, number=tiny.facility.number)

    assert told(city, current_claim(tiny))["claim"]["charge_reveals_family"] is True


def test_claims_are_found_by_month_and_facility_once_they_are_final(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)
    with city.open():
        draft = form_subjects.find("", None, MAY, JUNE)
    send(sakura, claim)
    with city.open():
        sent = form_subjects.find("", None, MAY, JUNE)
    approve(city, claim)
    other, second = claim_of(city, FacilityKind.SMALL_A)
    with city.open():
        everywhere = form_subjects.find("", None, MAY, JUNE)
        nowhere = form_subjects.find("", [other.facility.pk], MAY, JUNE)
        earlier = form_subjects.find("", None, MAY, MAY)
        Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.SUPERSEDED)
        replaced = form_subjects.find("", None, MAY, JUNE)

    assert (draft, sent) == ([], [])
    assert everywhere == [(sakura.facility.pk, claim.pk)]
    assert nowhere == []
    assert earlier == []
    assert replaced == []
    assert second.approved_at is None


def test_claims_come_in_sorts_and_are_found_by_them(city: City) -> None:
    sakura = nursery(city)
    first = ready_claim(sakura)
    send(sakura, first)
    approve(city, first)
    with sakura.open() as clerk:
        open_correction(first.pk, reason="閉所日数の誤り", by=clerk, at=LATER)
        correction = Claim.objects.get(corrects=first)

    with city.open():
        assert form_subjects.facts(first.pk).of == "first"
        assert form_subjects.facts(correction.pk).of == "correction"
        for sort in form_subjects.Sort:
            found = [pk for _, pk in form_subjects.find(sort, None, MAY, JUNE)]
            shown = [one.subject_id for one in form_subjects.examples(sort, 2026)]
            assert found == ([first.pk] if sort == "first" else [])
            assert shown == {"first": [first.pk], "correction": [correction.pk]}.get(sort, [])


def test_examples_and_pages_lead_to_the_claim(city: City) -> None:
    sakura = nursery(city)
    claim = ready_claim(sakura)
    subject = subject_of("claim")
    with city.open(Role.OFFICER) as officer:
        (example,) = subject.examples("", 2026)
        assert subject.examples("", 2025) == []
        review = subject.page(officer, claim.pk)
    with city.open(Role.ENROLMENT) as section:
        assert subject.page(section, claim.pk) == ""
    with sakura.open() as clerk:
        own = subject.page(clerk, claim.pk)

    assert example.subject_id == claim.pk
    assert "さくら保育園（保育所）　令和8年6月分" in example.words
    assert own == f"/f/{sakura.facility.number}/claims/{claim.pk}/"
    assert review == f"/c/review/{claim.pk}/"


def test_nothing_names_a_person() -> None:
    assert subject_of("claim").describe("", 2026) is VOCABULARY
    assert not any(entry.is_personal for _, entry in VOCABULARY.full_names())
    assert {entry.name for entry in VOCABULARY.group("claim_item_yen").entries} == set(ITEM_LABELS)  # type: ignore[union-attr]
