"""One facility's counts, cell by cell, for correcting them without a file."""

from collections import Counter
from dataclasses import dataclass

from claims.cells import Cell, CountedCell
from claims.imports import Key
from claims.models import ChildCount, CountSheet
from claims.operations.answers import is_plain
from claims.operations.counts_by_hand import key_of
from claims.queries.facility import cells_of, current_sheet, payer_names
from facilities.models import Facility, Municipality, name_on
from facilities.periods import ServiceMonth


@dataclass(frozen=True)
class CountsToCorrect:
    """One facility's month to be corrected: its plain cells, and the children that stand apart, by cell."""

    facility: Facility
    name: str
    sheet: CountSheet | None
    plain: tuple[CountedCell, ...]
    apart: tuple[tuple[Key, int], ...]

    @property
    def version(self) -> int:
        """The version the form is filled from; 0 when nothing has come."""
        return self.sheet.version if self.sheet else 0


def counts_to_correct(number: str, own: Municipality, month: ServiceMonth) -> CountsToCorrect:
    """
    The counts of one facility's month, cell by cell, also where nothing has come yet.

    :raises Facility.DoesNotExist: not a facility of the open scope.
    """
    facility = Facility.objects.annotate(name_then=name_on(month.first_day)).get(number=number)
    sheet = current_sheet(facility, month)
    rows = list(ChildCount.objects.filter(sheet=sheet)) if sheet else []
    plain = Counter({Cell.of(row): row.count for row in rows if is_plain(row)})
    cells = cells_of(facility, own, set(plain))
    names = payer_names({cell.payer_code for cell in cells}, own)
    return CountsToCorrect(
        facility,
        facility.name_then,
        sheet,
        tuple(
            CountedCell(cell, plain[cell], names[cell.payer_code], cell.payer_code != own.code)
            for cell in cells
        ),
        tuple((key_of(row), row.count) for row in rows if not is_plain(row)),
    )
