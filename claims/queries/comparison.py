"""This month beside an earlier one, line by line: shared by the facility's and the city's pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from claims.models import Claim, ClaimLine
from claims.states import ClaimStatus


@dataclass(frozen=True)
class ComparedLine:
    """
    One item before and now, in yen. ``now`` 0 with ``line`` None: the item has fallen away; ``before`` None: there is
    nothing to compare with. ``line`` is the present line with its reasons.
    """

    code: str
    certification: str
    label: str
    section: str
    before: int | None
    now: int
    line: ClaimLine | None

    @property
    def difference(self) -> int | None:
        """Now less before; None when there is no earlier claim."""
        return None if self.before is None else self.now - self.before

    @property
    def has_changed(self) -> bool:
        """The amount differs from the earlier claim."""
        return bool(self.difference)


SECTION_ORDER = ("base", "addition", "deduction")


def compare_claims(
    current_lines: Iterable[ClaimLine], previous_lines: Iterable[ClaimLine] | None
) -> list[ComparedLine]:
    """
    The lines of both claims, in sections 基本, 加算, 減算 and there in the present order; what fell away stands last.

    ``previous_lines`` None means that there is no earlier claim; an empty list, that it had no lines.
    """
    earlier = (
        None if previous_lines is None else {(line.code, line.certification): line for line in previous_lines}
    )
    rows: list[ComparedLine] = []
    for line in current_lines:
        gone = None if earlier is None else earlier.pop((line.code, line.certification), None)
        before = None if earlier is None else (gone.amount_yen if gone else 0)
        rows.append(
            ComparedLine(
                line.code, line.certification, line.label, line.section, before, line.amount_yen, line
            )
        )
    for line in (earlier or {}).values():
        rows.append(
            ComparedLine(line.code, line.certification, line.label, line.section, line.amount_yen, 0, None)
        )
    return sorted(rows, key=lambda row: SECTION_ORDER.index(row.section))


def previous_claim_of(claim: Claim) -> Claim | None:
    """The facility's approved claim of the latest earlier month to the same municipality."""
    earlier = Claim.objects.filter(
        facility=claim.facility_id, payer_code=claim.payer_code, month__lt=claim.month
    ).order_by("-month")
    return earlier.filter(status=ClaimStatus.APPROVED).first()
