"""People of a facility at the other facilities of its corporation. Call it inside ``same_corporation``'s scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from facilities.models import Facility
from facilities.periods import ServiceMonth
from staff_records import finding
from staff_records.dossiers import Dossier, Purpose, dossiers, not_gone_before, show
from staff_records.words import Sex

DETAIL_WORDS: Final[Mapping[str, str]] = {
    "name": "氏名",
    "kana": "ふりがな",
    "former_name": "旧姓",
    "postal_code": "郵便番号",
    "address": "住所",
}


@dataclass(frozen=True)
class Difference:
    """What another roster says of the same person."""

    field: str
    words: str
    here: str | date
    there: str | date


@dataclass(frozen=True)
class OnBoth:
    """Somebody at work here and at another facility of the corporation; ``differences`` as of today."""

    here: Dossier
    there: Dossier
    name: str
    differences: list[Difference]
    is_newer_there: bool

    @property
    def may_be_taken_over(self) -> bool:
        """The other roster knows something that this one does not know yet."""
        return bool(self.differences) and self.is_newer_there


def people_elsewhere(facility: Facility, kana: str, birth_date: date) -> list[Dossier]:
    """Who of the other facilities has ever had this kana and this day of birth. Opened to be shown."""
    rows = finding.of_identity(kana, birth_date).exclude(facility=facility)
    members = rows.select_related("facility").order_by("left_year", "facility__number", "number")
    return dossiers(members, Purpose.SHOW)


def people_on_both(facility: Facility, *, today: date) -> list[OnBoth]:
    """
    Who works here and at another facility of the corporation, or is to. Opened to be shown; constant queries.

    Who has announced a leaving works until the last day: the days say that, and only these people are opened by name.
    """
    at_work = finding.employed().filter(not_gone_before(ServiceMonth.of(today).fiscal_year))
    here = at_work.filter(facility=facility)
    there = at_work.exclude(facility=facility).filter(person_id__in=here.values("person_id"))
    others = list(there.select_related("facility").order_by("facility__number"))
    own = here.filter(person_id__in=[member.person_id for member in others])
    days = dossiers([*own.order_by("number"), *others], Purpose.COMPUTE)
    still = [one for one in days if not one.has_left(today)]
    on_this = {one.member.person_id for one in still if one.member.facility_id == facility.pk}
    on_others = {one.member.person_id for one in still if one.member.facility_id != facility.pk}
    opened = [one for one in still if one.member.person_id in on_this & on_others]
    show(opened)
    mine: dict[UUID, Dossier] = {
        one.member.person_id: one for one in opened if one.member.facility_id == facility.pk
    }
    return [
        compared(mine[one.member.person_id], one, today=today)
        for one in opened
        if one.member.facility_id != facility.pk
    ]


def compared(here: Dossier, there: Dossier, *, today: date) -> OnBoth:
    """The same person on two rosters. Of two names of the same day nobody knows which is right: either may be taken."""
    mine, theirs = here.detail_on(today), there.detail_on(today)
    found = [
        Difference(name, words, getattr(mine, name), getattr(theirs, name))
        for name, words in DETAIL_WORDS.items()
        if getattr(mine, name) != getattr(theirs, name)
    ]
    is_newer = (theirs.from_day or date.min) >= (mine.from_day or date.min)
    if here.member.birth_date != there.member.birth_date:
        found.append(Difference("birth_date", "生年月日", here.member.birth_date, there.member.birth_date))
    if there.member.sex and here.member.sex != there.member.sex:
        sexes = dict(Sex.choices)
        found.append(Difference("sex", "性別", sexes.get(here.member.sex, "なし"), sexes[there.member.sex]))
    return OnBoth(here, there, mine.name, found, is_newer)
