"""What must hold before an act, as sentences that say what to do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claims.cells import HOURS_OF, Cell, DisputedCell
from claims.facts import BY_NAME, SATURDAYS, WORDS_OF_COUNTS, saturdays_in
from claims.imports import ALLOWED_AGES
from claims.models import PAYER_CODE, Claim
from claims.states import SheetStatus
from facilities.periods import ServiceMonth

MOST_CHILDREN = 999
LONGEST_REASON = 500
LONGEST_ANSWER = 1000


@dataclass(frozen=True)
class Hindrance:
    """One thing to do before submitting, and where: ``counts``, ``facts`` or nowhere in particular (empty)."""

    sentence: str
    place: str = ""


def before_submission(claim: Claim) -> list[Hindrance]:
    """What stands between this draft and its submission; ``claim.sheet`` is read. Page and operation ask the same."""
    hindrances = []
    if claim.sheet.status != SheetStatus.CONFIRMED or claim.counts_corrected_at is not None:
        hindrances.append(
            Hindrance("児童数が訂正されました。新しい人数を確認すると、請求を計算し直します。", "counts")
        )
    for name in claim.missing:
        if name in WORDS_OF_COUNTS:
            hindrances.append(Hindrance(f"不明：{WORDS_OF_COUNTS[name]}"))
        else:
            hindrances.append(Hindrance(f"未入力：{BY_NAME[name].label}", "facts"))
    return hindrances


def problems_of_dispute(cells: Sequence[DisputedCell], counted: Mapping[Cell, int]) -> list[str]:
    """Every mark names a class that there is, another number, and says why."""
    if not cells:
        return ["違う人数と理由を、1か所以上入力してください。"]
    problems = []
    for marked in cells:
        if not _is_possible(marked.cell):
            problems.append(
                "その認定区分・年齢・保育必要量の組み合わせはありません。区分を選び直してください。"
            )
            continue
        if not re.fullmatch(PAYER_CODE, marked.cell.payer_code):
            problems.append(f"{marked.cell.words}：居住市区町村コードは6桁の数字で入力してください。")
        if not 0 <= marked.claimed <= MOST_CHILDREN:
            problems.append(f"{marked.cell.words}：人数は0から{MOST_CHILDREN}の整数で入力してください。")
        elif marked.claimed == counted.get(marked.cell, 0):
            problems.append(
                f"{marked.cell.words}：届いた人数と同じです。違う人数を入力するか、空欄にしてください。"
            )
        if not marked.reason.strip():
            problems.append(f"{marked.cell.words}：理由を入力してください。")
        elif len(marked.reason) > LONGEST_REASON:
            problems.append(f"{marked.cell.words}：理由は{LONGEST_REASON}字までで入力してください。")
    if len({marked.cell for marked in cells}) != len(cells):
        problems.append("同じ区分が2回あります。1つにまとめてください。")
    return problems


def _is_possible(cell: Cell) -> bool:
    ages, hours = ALLOWED_AGES.get(cell.certification, set()), HOURS_OF.get(cell.certification, ())
    return cell.age in ages and cell.hours in hours


def problems_of_reason(reason: str, *, longest: int = LONGEST_REASON) -> list[str]:
    """A reason that somebody else will read: there is one, and it is not too long."""
    if not reason:
        return ["理由を入力してください。"]
    return [f"理由は{longest}字までで入力してください。"] if len(reason) > longest else []


def problems_of_facts(values: Mapping[str, int], month: ServiceMonth) -> list[str]:
    """Each value lies in its range; no more Saturdays were closed than the month has."""
    problems = []
    for name, value in values.items():
        fact = BY_NAME[name]
        most = saturdays_in(month) if fact is SATURDAYS else fact.most
        if not 0 <= value <= most:
            problems.append(f"{fact.label}：0から{most:,}の整数で入力してください。")
    return problems
