"""Writing a rate book the way it is read: its TOML and one CSV for each facility type, in the canonical columns."""

from __future__ import annotations

import csv
import io
import json

from pricing.books import COLUMNS, RateBook, values_of


def heading_text(book: RateBook) -> str:
    """The TOML beside the CSVs."""
    lines = [
        f"id = {_text(book.id)}",
        f"fiscal_year = {book.fiscal_year}",
        f"effective_from = {book.effective_from.isoformat()}",
        f"status = {_text(book.status)}",
        f"source = {_text(book.source)}",
        f"facility_types = [{', '.join(_text(name) for name in book.facility_types)}]",
    ]
    if book.announced_on is not None:
        lines.append(f"announced_on = {book.announced_on.isoformat()}")
    if book.notes:
        lines.append(f"notes = {_text(book.notes)}")
    return "\n".join(lines) + "\n"


def csv_text(book: RateBook, facility_type: str) -> str:
    """The rows of one facility type; empty stands for «holds for all»."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        ["" if value is None else value for value in values_of(row)]
        for row in book.rows
        if row.facility_type == facility_type
    )
    return written.getvalue()


def _text(value: str) -> str:
    """A TOML basic string: JSON escapes alike, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
