"""
How one person stands on the roster as of a day, as plain values: what is frozen, compared, listed and printed.

Values are texts by the codes of ``columns``: a choice is its code, a day ISO, a number without needless zeros; empty
where there is none. ``words_of`` says them as people read them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pages.wareki import month_words, short_date_words
from staff_records.columns import (
    EARLIER,
    KINDERGARTEN_LICENCES,
    MEMBERS,
    QUALIFICATIONS,
    TRAININGS,
    Column,
    Kind,
)
from staff_records.dossiers import Dossier
from staff_records.models import Employment, Qualification
from staff_records.words import PROVED, Licence, Proof

Values = Mapping[str, str]
# The tables beside the roster that are frozen with it.
BESIDE = {table.code: table for table in (QUALIFICATIONS, EARLIER, TRAININGS)}


@dataclass(frozen=True)
class Standing:
    """
    One person as of a day.

    ``values`` by the codes of ``columns.MEMBERS``; ``beside`` the rows of the other tables by table code. The months of
    experience are as of the day, None where they cannot be counted; ``counts``: among those of the average.
    """

    member_id: UUID
    values: Values
    beside: Mapping[str, tuple[Values, ...]]
    months_here: int | None = None
    months_elsewhere: int | None = None
    counts: bool = False

    @property
    def number(self) -> int:
        """職員番号."""
        return int(self.values["number"])

    @property
    def months(self) -> int | None:
        """All months of experience."""
        if self.months_here is None or self.months_elsewhere is None:
            return None
        return self.months_here + self.months_elsewhere

    @property
    def experience(self) -> str:
        """経験年数 in words: 6年3か月."""
        if self.months is None:
            return ""
        years, months = divmod(self.months, 12)
        return f"{years}年{months}か月" if years else f"{months}か月"

    @property
    def words(self) -> dict[str, str]:
        """Every value as people read it, by code."""
        return {column.code: words_of(column, self.values.get(column.code, "")) for column in MEMBERS.columns}

    @property
    def identity(self) -> dict[str, Any]:
        """What the content hash is made of: everything the facility has entered, nothing that was computed."""
        return {
            "member": str(self.member_id),
            "values": dict(self.values),
            "beside": {code: [dict(as_compared(row)) for row in rows] for code, rows in self.beside.items()},
        }

    def as_text(self) -> str:
        """For keeping, as JSON."""
        kept = {**asdict(self), "member_id": str(self.member_id)}
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)

    @classmethod
    def of_text(cls, text: str) -> Self:
        """From what was kept."""
        kept = json.loads(text)
        beside = {code: tuple(rows) for code, rows in kept.pop("beside").items()}
        return cls(member_id=UUID(kept.pop("member_id")), beside=beside, **kept)


def standing_on(found: Dossier, day: date) -> Standing:
    """The values of somebody who is on the roster on ``day``, opened to show. Experience is added by ``figures``."""
    span = found.employment_on(day)
    assert span is not None, "who is not on the roster does not stand on it"
    nursery, kindergarten, others = _licences(found, day)
    detail, member, left_on = found.detail_on(day), found.member, found.left_on(day)
    values = {
        "number": str(member.number),
        "name": detail.name,
        "former_name": detail.former_name,
        "kana": detail.kana,
        "birth_date": member.birth_date.isoformat(),
        "sex": member.sex,
        "postal_code": detail.postal_code,
        "address": detail.address,
        **_terms(span),
        "hired_on": _iso(found.hired_on(day)),
        "nursery_number": nursery.number if nursery else "",
        "nursery_date": _iso(nursery.obtained_on) if nursery else "",
        "kindergarten_licence": kindergarten.licence if kindergarten else "",
        "kindergarten_number": kindergarten.number if kindergarten else "",
        "kindergarten_date": _iso(kindergarten.obtained_on) if kindergarten else "",
        # Who leaves later is on the roster of this day like everybody else.
        "left_on": _iso(left_on) if left_on is not None and left_on <= day else "",
    }
    earlier = [
        {
            "workplace": row.workplace,
            "employer": row.employer,
            "first_day": _iso(row.first_day),
            "last_day": _iso(row.last_day),
            "long_enough": "" if row.is_long_enough is None else "yes" if row.is_long_enough else "no",
            "proof": row.proof,
        }
        for row in found.earlier
        if row.first_day < day
    ]
    trainings = [
        {
            "field": row.field,
            "training_title": row.title,
            "organiser": row.organiser,
            "training_hours": plain(row.hours),
            "management_hours": plain(row.management_hours),
            "finished_on": _iso(row.finished_on),
            "in_house": "in_house" if row.is_in_house else "outside",
        }
        for row in found.trainings
        if row.finished_on <= day
    ]
    qualifications = [
        {"licence": row.licence, "licence_number": row.number, "obtained_on": _iso(row.obtained_on)}
        for row in others
    ]
    beside = {
        QUALIFICATIONS.code: _in_order(qualifications),
        EARLIER.code: _in_order(earlier),
        TRAININGS.code: _in_order(trainings),
    }
    return Standing(member.pk, values, beside)


def has_nursery_number(standing: Standing) -> bool:
    """A 保育士 (also of one region) whose registration number is known."""
    others = standing.beside[QUALIFICATIONS.code]
    return bool(standing.values["nursery_number"]) or any(
        row["licence"] == Licence.REGIONAL_NURSERY_TEACHER and row["licence_number"] for row in others
    )


def as_compared(row: Values) -> Values:
    """
    A row of another table as it counts for what has changed: proof is there or not, whoever has seen it.

    That the city has looked at a certificate which was received changes no figure, and nothing the facility has said.
    """
    if "proof" not in row:
        return row
    return {**row, "proof": "proved" if row["proof"] in PROVED else ""}


def words_of(column: Column, value: str) -> str:
    """One value as people read it; nothing for nothing."""
    if not value:
        return ""
    if column.code == "proof":  # the city's own findings are no choice of the column
        return Proof(value).label
    if column.kind is Kind.CHOICE:
        return column.choices.get(value, value)
    if column.kind in {Kind.BIRTH, Kind.DAY}:
        return short_date_words(date.fromisoformat(value))
    return month_words(date.fromisoformat(value)) if column.kind is Kind.MONTH else value


def plain(number: Decimal | None) -> str:
    """A number without needless zeros: 7.5, 160; nothing for none."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _terms(span: Employment) -> dict[str, str]:
    return {
        "title": span.title,
        "job": span.job,
        "post": span.post,
        "regular": "regular" if span.is_regular else "part_time",
        "hours_a_day": plain(span.hours_a_day),
        "days_a_month": plain(span.days_a_month),
        "hours_a_month": plain(span.hours_a_month),
        "leave": span.leave,
        "concurrence": span.concurrence,
    }


def _licences(
    found: Dossier, day: date
) -> tuple[Qualification | None, Qualification | None, list[Qualification]]:
    """保育士, the best licence of a kindergarten teacher, and everything else that was there on ``day``."""
    held = [row for row in found.qualifications if row.obtained_on is None or row.obtained_on <= day]
    nursery = next((row for row in held if row.licence == Licence.NURSERY_TEACHER), None)
    order = list(KINDERGARTEN_LICENCES)
    teaching = sorted(
        (row for row in held if row.licence in KINDERGARTEN_LICENCES),
        key=lambda row: order.index(row.licence),
    )
    kindergarten = teaching[0] if teaching else None
    return nursery, kindergarten, [row for row in held if row is not nursery and row is not kindergarten]


def _in_order(rows: Iterable[dict[str, str]]) -> tuple[dict[str, str], ...]:
    return tuple(sorted(rows, key=lambda row: sorted(as_compared(row).items())))


def _iso(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
