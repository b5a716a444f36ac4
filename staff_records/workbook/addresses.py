"""Where the cells of an entry sheet stood in the file they came from: シート「職員名簿」D12."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from documents.workbooks import WorkbookSheet
from staff_records.workbook.regions import Region


@dataclass(frozen=True)
class Addresses:
    """Table → (title of its sheet, our column → the place of the file's); what was left out of the file."""

    tables: Mapping[str, tuple[str, Mapping[str, int]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of(self, table: str, line: int | None, code: str) -> str:
        """The cell's address; the row's where the file has no such column; nothing for a row typed by hand."""
        if line is None or table not in self.tables:
            return ""
        title, columns = self.tables[table]
        sheet = WorkbookSheet(title, {})
        if code in columns:
            return sheet.place(line, columns[code])
        return f"シート「{title}」{line}行目" if title else f"ファイルの{line}行目"

    def as_json(self) -> dict[str, Any]:
        """For sealing."""
        return {
            "tables": {code: [title, dict(columns)] for code, (title, columns) in self.tables.items()},
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Addresses":
        """What was sealed."""
        tables = {code: (title, columns) for code, (title, columns) in kept["tables"].items()}
        return cls(tables, tuple(kept["notes"]))


NOWHERE = Addresses()


def addresses_of(regions: Iterable[Region], notes: Iterable[str]) -> Addresses:
    """Of the tables that were read."""
    return Addresses({one.table.code: (one.sheet.title, one.letters) for one in regions}, tuple(notes))
