"""People of whom the roster holds something in every table; every one of them is invented."""

import json
import os
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from staff_records.models import (
    EarlierEmployment,
    EntryRow,
    EntrySheet,
    MonthlyHours,
    OverlapFlag,
    Qualification,
    RosterSnapshot,
    SearchToken,
    SnapshotLine,
    StaffChange,
    StaffDetail,
    StaffMember,
    Training,
    Wage,
)
from staff_records.opening import with_new_key
from staff_records.person_rows import PersonRow, kinds_of_rows
from staff_records.sealed import sealed_names
from staff_records.states import EntryStatus, SnapshotStatus
from staff_records.words import ChangeKind, Licence, Proof
from tests.cast import Nursery
from tests.staff_records.stage import add_member

# What is looked for where it must not be: nothing else in the house says these.
CANARIES: dict[str, str] = {
    "name": "鸙野　瑠璃子",
    "kana": "ひばりの　るりこ",
    "former_name": "鷸沢",
    "address": "青葉市雲雀丘77丁目66番55号",
    "postal_code": "279-7766",
    "birth": "1977-11-23",
    "hired": "2003-07-19",
    "left": "2012-02-17",
    "number": "千葉県-0987123456",
    "obtained": "1999-09-29",
    "employer": "ひよどり台第七保育園",
    "wage": "287654",
    "typed": "鸙野るりこ（入力中）",
    "reason": "鸙野さんを取り違えた",
    "snapshot": "鸙野瑠璃子の名簿",
}
LEFT_YEAR = 2011


def fill(nursery: Nursery, number: int = 1, **wanted: Any) -> StaffMember:
    """A member with a row in every table, who left in February 2012 unless ``left_year`` says otherwise."""
    other_pay = {"allowance_yen": 11111, "post_allowance_yen": 5000, "bonus_yen": 1}
    left_year: int | None = wanted.pop("left_year", LEFT_YEAR)
    is_withdrawn: bool = wanted.pop("is_withdrawn", False)
    at, by = timezone.now(), nursery.actor.user_id
    entered = {"entered_at": at, "entered_by": by}
    own: dict[str, Any] = {"municipality": nursery.city.municipality, "facility": nursery.facility}
    member = add_member(
        nursery,
        number,
        name=CANARIES["name"],
        kana=CANARIES["kana"],
        former_name=CANARIES["former_name"],
        address=CANARIES["address"],
        postal_code=CANARIES["postal_code"],
        birth_date=date.fromisoformat(CANARIES["birth"]),
        hired_on=date.fromisoformat(CANARIES["hired"]),
        last_day=None if left_year is None else date.fromisoformat(CANARIES["left"]),
        **wanted,
    )
    member.sex, member.left_year = "female", left_year
    if is_withdrawn:
        member.withdrawn_at, member.withdrawn_by, member.withdrawal_reason = at, by, CANARIES["reason"]
    member.save()
    StaffDetail.of(
        member,
        from_day=date(2010, 5, 6),
        name=CANARIES["name"],
        kana=CANARIES["kana"],
        withdrawn_at=at,
        **entered,
    ).save()
    Qualification.of(
        member,
        licence=Licence.values[0],
        number=CANARIES["number"],
        obtained_on=date.fromisoformat(CANARIES["obtained"]),
        **entered,
    ).save()
    EarlierEmployment.of(
        member,
        workplace="nursery",
        employer=CANARIES["employer"],
        first_day=date(1999, 10, 1),
        last_day=date(2003, 6, 30),
        proof=Proof.values[0],
        **entered,
    ).save()
    Training.of(member, field="infant", hours=Decimal(15), finished_on=date(2008, 8, 8), **entered).save()
    MonthlyHours.of(member, month=date(2010, 4, 1), hours=Decimal(100), **entered).save()
    Wage.of(member, month=date(2010, 4, 1), base_yen=int(CANARIES["wage"]), **other_pay, **entered).save()
    StaffChange.of(
        member,
        kind=ChangeKind.values[0],
        day=date.fromisoformat(CANARIES["hired"]),
        from_month=date(2003, 8, 1),
        reported_at=at,
        reported_by=by,
    ).save()
    sheet = EntrySheet.objects.filter(facility=nursery.facility, status=EntryStatus.OPEN).first()
    sheet = sheet or EntrySheet.objects.create(
        **own, day=date(2011, 4, 1), source="typed", opened_at=at, opened_by=by, saved_at=at, saved_by=by
    )
    about = EntryRow(**own, sheet=sheet, table="people", place=number, member=member)
    about.open_with(member.opened)
    new = EntryRow(**own, sheet=sheet, table="people", place=1000 + number)
    with_new_key([new])
    for row in (about, new):
        row.texts = json.dumps({"name": CANARIES["typed"]}, ensure_ascii=False)
        row.copied = CANARIES["typed"]
        row.save()
    snapshot = RosterSnapshot.objects.filter(facility=nursery.facility).first()
    snapshot = snapshot or RosterSnapshot.objects.create(
        **own,
        fiscal_year=2011,
        day=date(2011, 4, 1),
        version=1,
        status=SnapshotStatus.SUBMITTED,
        figures={"persons": 1},
        content_hash="0" * 64,
        submitted_at=at,
        submitted_by=by,
    )
    SnapshotLine.of(member, snapshot=snapshot, place=number, content=CANARIES["snapshot"]).save()
    SearchToken.objects.create(**own, member=member, kind="name", token=os.urandom(32), index_key="i1")
    OverlapFlag.objects.create(
        **own, member=member, pair_id=uuid4(), same_corporation=False, both_regular=True, found_at=at
    )
    return member


def all_rows() -> list[PersonRow]:
    """Every row with personal values of the open scope."""
    return [row for kind in kinds_of_rows() for row in kind.every()]


def all_values(rows: list[PersonRow]) -> dict[tuple[str, Any], Any]:
    """The personal values of opened rows, by column and row."""
    return {
        (f"{row._meta.db_table}.{name}", row.pk): getattr(row, name)
        for row in rows
        for name in sealed_names(type(row))
    }
