"""Two computations of one month beside each other, by section, with the reasons of either side."""

from dataclasses import dataclass
from itertools import groupby

from pricing import SECTION_LABELS, Line, Month, Quote
from pricing.comparing import compare


@dataclass(frozen=True)
class ComparedLine:
    """One item of one system, in yen on either side and between; ``None`` where a side does not have it."""

    label: str
    section: str
    old_yen: int
    new_yen: int
    old: Line | None
    new: Line | None

    @property
    def delta_yen(self) -> int:
        """New less old."""
        return self.new_yen - self.old_yen


@dataclass(frozen=True)
class ComparedSection:
    """基本, 加算 or 減算."""

    label: str
    lines: tuple[ComparedLine, ...]


def side_by_side(month: Month, old: Quote, new: Quote) -> tuple[ComparedSection, ...]:
    """All lines of both, in the order of the official table within each section."""
    before = {(line.code, line.certification): line for line in old.lines}
    after = {(line.code, line.certification): line for line in new.lines}
    lines = []
    for row in compare(month, old, new).lines:
        one, other = before.get((row.code, row.certification)), after.get((row.code, row.certification))
        named = other or one
        assert named is not None, "one side has it"
        lines.append(ComparedLine(row.label, named.section, row.old_yen, row.new_yen, one, other))
    order = list(SECTION_LABELS)
    lines.sort(key=lambda line: order.index(line.section))  # type: ignore[arg-type]
    return tuple(
        ComparedSection(SECTION_LABELS[section], tuple(rows))
        for section, rows in groupby(lines, key=lambda line: line.section)
    )
