"""What is typed into the small forms of the review."""

from datetime import date

from staff_records.typed import Unreadable
from staff_records.typed.values import read_day


def typed_day(text: str) -> date | None:
    """As roster and applications read days: 2026-06-01, 令和8年6月1日, R8.6.1; None where it is none."""
    if not text.strip():
        return None
    try:
        return read_day(text)
    except Unreadable:
        return None
