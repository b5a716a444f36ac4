"""Values of fields in words: as pages, papers and differences show them, and as a control takes them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from applications.definitions import Field, Kind
from applications.filling import ROW_KEY, is_empty
from facilities.periods import ServiceMonth
from pages.wareki import day_words, month_words, short_date_words

NOTHING: Final = "―"
UNITS: Final = {Kind.YEN: "円"}
MONTHS: Final = tuple(f"{(number + 3) % 12 + 1}月" for number in range(12))
# Where a field knows its value from, by what stands before the dot of the source's name.
AREAS: Final = {
    "facility": "施設の登録",
    "profile": "年度プロフィール",
    "roster": "職員名簿",
    "counts": "児童数",
    "granted": "適用中の加算",
    "required": "児童数と適用中の加算",
    "team": "児童数と職員名簿",
    "received": "承認済みの請求",
    "monthly": "月の実績",
    "charges": "利用者負担額の通知",
    "city": "市の設定",
    "item": "今年度のほかの申請",
    "last_year": "昨年度の申請",
    "fact": "加算の条件への回答",
}
# Names of people by the id of their row, of whom the page shows.
Names = Mapping[str, str]


def unit_of(own: Field) -> str:
    """円 where the pack says nothing else."""
    return own.unit or UNITS.get(own.kind, "")


def in_words(own: Field, value: Any, names: Names | None = None) -> str:
    """One value: はい, 4,948,000円, 令和8年4月1日; a stroke where there is none. Tables and twelve months: how many."""
    if is_empty(value):
        return NOTHING
    match own.kind:
        case Kind.YES_NO:
            return "はい" if value else "いいえ"
        case Kind.CHOICE:
            return str(own.choices.get(value, value))
        case Kind.CHOICES:
            return "、".join(label for key, label in own.choices.items() if key in value)
        case Kind.WHOLE | Kind.YEN:
            return f"{value:,}{unit_of(own)}".replace("-", "−")
        case Kind.DECIMAL:
            return f"{value}{unit_of(own)}".replace("-", "−")
        case Kind.DATE:
            return day_words(date.fromisoformat(value))
        case Kind.MONTH:
            return month_words(ServiceMonth.parse(value).first_day)
        case Kind.PERSON:
            return (names or {}).get(str(value), "名簿にいない職員")
        case Kind.MONTHLY:
            return f"計 {sum(cell or 0 for cell in value):,}{unit_of(own)}"
        case Kind.ROWS | Kind.PEOPLE | Kind.CLASSES:
            return f"{len(value)}{'人' if own.kind is Kind.PEOPLE else '行'}"
    return str(value)


def row_name(own: Field, number: int, row: Mapping[str, Any], names: Names | None = None) -> str:
    """What a row of a table is about: the person, the class, or its number."""
    key = ROW_KEY.get(own.kind)
    if own.kind is Kind.PEOPLE:
        return (names or {}).get(str(row.get(key or "")), f"{number + 1}人目")
    if own.kind is Kind.CLASSES:
        return str(row.get("label") or row.get(key or ""))
    return f"{number + 1}行目"


def texts_of(own: Field, value: Any) -> list[str]:
    """The value as a control takes it back; empty where there is none."""
    if is_empty(value):
        return []
    match own.kind:
        case Kind.YES_NO:
            return ["yes" if value else "no"]
        case Kind.CHOICES:
            return [str(one) for one in value]
        case Kind.WHOLE | Kind.YEN:
            return [f"{value:,}"]
        case Kind.DATE:
            return [short_date_words(date.fromisoformat(value))]
    return [str(value)]


def people_in(fields: Sequence[tuple[Field, Any]]) -> set[str]:
    """The people these values name, by the id of their row."""
    found: set[str] = set()
    for own, value in fields:
        if own.kind is Kind.PERSON and value:
            found.add(str(value))
        if own.is_table:
            for row in value or []:
                if own.kind is Kind.PEOPLE:
                    found.add(str(row["member"]))
                people = (column.key for column in own.columns if column.kind is Kind.PERSON)
                found.update(str(row[key]) for key in people if row.get(key))
    return found


def sources_words(own: Field) -> str:
    """Where a field's value comes from, before anybody's value is known: for the preview of a pack."""
    areas = (AREAS.get(name.partition(".")[0], name) for name in own.known_from)
    return "、".join(dict.fromkeys(areas))
