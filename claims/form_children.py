"""The children of a claim as numbers of the data dictionary: by cell, by class, beside the month before. No query."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from claims.cells import HOURS_OF, is_on_first_day, row_order, rows_of_kind
from claims.form_reading import ClaimRead
from claims.form_vocabulary import COUNTS, cell_names
from claims.models import Age, Certification, ChildCount, Hours, Movement
from documents.dictionary import Row

Place = tuple[str, str, str]


def has_entered(row: ChildCount) -> bool:
    """Came within the month and was there for a day at least."""
    return row.movement == Movement.ENTERED and bool(row.days)


def by_place(counts: Iterable[ChildCount]) -> Counter[Place]:
    """The children of the first day by 認定区分, 年齢 and 時間."""
    found: Counter[Place] = Counter()
    for row in counts:
        if is_on_first_day(row):
            found[row.certification, row.age, row.hours] += row.count
    return found


def earlier(read: ClaimRead) -> Counter[Place] | None:
    return None if read.earlier is None else by_place(read.earlier)


def cells(found: Mapping[Place, int] | None) -> Row:
    """The counts of a month by cell with their sums; everything unknown where no counts have come."""
    cells = dict(cell_names())
    if found is None:
        return dict.fromkeys(entry.name for entry in COUNTS.entries)
    row: dict[str, Any] = {name: found.get(place, 0) for name, place in cells.items()}
    for certification in Certification.values:
        row[f"c{certification}"] = sum(count for place, count in found.items() if place[0] == certification)
    for hours in (Hours.STANDARD, Hours.SHORT):
        row[str(hours)] = sum(count for place, count in found.items() if place[2] == hours)
    row["total"] = sum(found.values())
    return row


def _places(read: ClaimRead) -> list[Place]:
    """Every cell the type can have, and what children there are beside; in the order of the table."""
    known: set[Place] = {(row.certification, row.age, row.hours) for row in read.own_counts}
    known |= {place for place, count in (earlier(read) or {}).items() if count}
    for certification, age in rows_of_kind(read.kind):
        known |= {(certification, age, hours) for hours in HOURS_OF[certification]}
    return sorted(known, key=lambda place: (row_order(place[:2]), list(Hours.values).index(place[2])))


def _class(certification: str, age: str) -> Row:
    return {
        "certification": certification,
        "certification_words": Certification(certification).label,
        "age": age,
        "age_words": Age(age).label,
    }


def _numbers(read: ClaimRead, places: Sequence[Place], before: Mapping[Place, int] | None) -> Row:
    """Last month's and the movers of some cells together."""
    rows = [row for row in read.own_counts if (row.certification, row.age, row.hours) in places]
    now = sum(row.count for row in rows if is_on_first_day(row))
    earlier = None if before is None else sum(before.get(place, 0) for place in places)
    return {
        "before": earlier,
        "difference": None if earlier is None else now - earlier,
        "entered": sum(row.count for row in rows if has_entered(row)),
        "left": sum(row.count for row in rows if row.movement == Movement.LEFT and is_on_first_day(row)),
    }


def children(read: ClaimRead) -> list[Row]:
    before = earlier(read)
    found: list[Row] = []
    for place in _places(read):
        rows = [
            row
            for row in read.own_counts
            if (row.certification, row.age, row.hours) == place and is_on_first_day(row)
        ]
        disabled = [row.disabled_count for row in rows]
        found.append(
            {
                **_class(*place[:2]),
                "hours": place[2],
                "hours_words": Hours(place[2]).label,
                "label": words_of(*place),
                "count": sum(row.count for row in rows),
                **_numbers(read, [place], before),
                "disabled": None
                if None in disabled or not disabled
                else sum(one for one in disabled if one is not None),
                "branch": sum(row.count for row in rows if row.branch),
                "employee_slot": sum(row.count for row in rows if row.employee_slot),
            }
        )
    return found


def words_of(certification: str, age: str, hours: str) -> str:
    """3号 1歳 標準時間."""
    return f"{Certification(certification).label} {Age(age).label} {Hours(hours).label}"


def child_rows(read: ClaimRead) -> list[Row]:
    now, before = by_place(read.own_counts), earlier(read)
    by_class: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in _places(read):
        by_class[place[:2]].append(place)
    return [
        {
            **_class(*own),
            "label": f"{Certification(own[0]).label} {Age(own[1]).label}",
            **{str(hours): now[(*own, str(hours))] if hours in HOURS_OF[own[0]] else None for hours in Hours},
            "total": sum(now[place] for place in places),
            **_numbers(read, places, before),
        }
        for own, places in by_class.items()
    ]


def movers(read: ClaimRead) -> list[Row]:
    found: Counter[tuple[str, str, str, str, int]] = Counter()
    for row in read.own_counts:
        if row.movement and row.days:
            found[row.certification, row.age, row.hours, row.movement, row.days] += row.count
    return [
        {
            **_class(certification, age),
            "label": words_of(certification, age, hours),
            "movement": Movement(movement).label,
            "days": days,
            "count": count,
        }
        for (certification, age, hours, movement, days), count in sorted(
            found.items(), key=lambda one: (one[0][3], row_order(one[0][:2]), one[0][2], one[0][4])
        )
    ]
