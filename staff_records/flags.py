"""What somebody who looks at a roster should notice about a person: 休業中, 資格未登録, 在職証明待ち, 退職予定."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from staff_records.dossiers import Dossier
from staff_records.models import Employment
from staff_records.words import PROVED, Licence

NURSERY: Final = frozenset({Licence.NURSERY_TEACHER, Licence.REGIONAL_NURSERY_TEACHER})
KINDERGARTEN: Final = frozenset(
    {Licence.KINDERGARTEN_SPECIAL, Licence.KINDERGARTEN_1, Licence.KINDERGARTEN_2}
)
NURSING: Final = frozenset({Licence.NURSE, Licence.PUBLIC_HEALTH_NURSE})
# What a job is done with; one of them is enough for the flag. Whether both are needed, the figures say.
LICENCES: Final = {
    "chief_nursery_teacher": NURSERY,
    "nursery_teacher": NURSERY,
    "part_time_nursery_teacher": NURSERY,
    "chief_teacher": KINDERGARTEN | NURSERY,
    "lead_teacher": KINDERGARTEN | NURSERY,
    "teacher": KINDERGARTEN,
    "kodomoen_teacher": KINDERGARTEN | NURSERY,
    "nurse": NURSING,
    "assistant_nurse": NURSING | {Licence.ASSISTANT_NURSE},
    "home_carer": NURSERY | {Licence.HOME_CARER},
}


class Flag(StrEnum):
    """One of them; the value is a code."""

    ON_LEAVE = "leave"
    NO_LICENCE = "no_licence"
    NO_PROOF = "no_proof"
    LEAVING = "leaving"
    COMING = "coming"

    @property
    def words(self) -> str:
        """As the table says it."""
        return WORDS[self]

    @property
    def tone(self) -> str:
        """Of its tag."""
        return TONES[self]


WORDS: Final = {
    Flag.ON_LEAVE: "休業中",
    Flag.NO_LICENCE: "資格未登録",
    Flag.NO_PROOF: "在職証明待ち",
    Flag.LEAVING: "退職予定",
    Flag.COMING: "採用予定",
}
TONES: Final = {
    Flag.ON_LEAVE: "off",
    Flag.NO_LICENCE: "warn",
    Flag.NO_PROOF: "warn",
    Flag.LEAVING: "info",
    Flag.COMING: "info",
}


def flags_of(found: Dossier, span: Employment, day: date) -> Iterator[Flag]:
    """What to notice as of ``day`` about somebody who works in ``span``. Days are enough: names may stay closed."""
    if span.leave:
        yield Flag.ON_LEAVE
    needed = LICENCES.get(span.job)
    if needed and not any(row.licence in needed for row in found.qualifications):
        yield Flag.NO_LICENCE
    if any(row.proof not in PROVED for row in found.earlier):
        yield Flag.NO_PROOF
    left_on = found.left_on(day)
    if left_on is not None and left_on >= day:
        yield Flag.LEAVING
