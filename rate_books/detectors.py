"""
Ways to catch a mistyped table (`ratebooks/README.md`, pricing.md §13): what holds in every sourced table.

Each detector looks at one law of the official prices and names the cells that break it. A finding is no proof: the
official transcription has an odd value of its own. So nothing is refused here; whoever releases the book says why it
is right. Whole yen only; a typo is found by what most cells agree on, so one wrong cell does not accuse the others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from statistics import median_low
from typing import Final, NamedTuple

from pricing.books import PriceRow
from pricing.row_use import is_used
from pricing.vocabulary import AGE_CLASSES, FACILITY_TYPES, HOURS, ITEM_LABELS

LINEAR_TOLERANCE_YEN: Final = 12
ROUNDING_YEN: Final = 10  # both sides of a difference are rounded to ten yen
MOST_BENT: Final = 300
FEWEST_REGIONS: Final = 4  # with three points a line cannot tell which one is wrong


class Suspicion(NamedTuple):
    """One cell that looks mistyped: which law it breaks, what to look at, and where it stands."""

    kind: str
    message: str
    place: str


Rows = Mapping[PriceRow, str]
Detector = Callable[[Rows], Iterator[Suspicion]]


def suspicions(rows: Rows) -> list[Suspicion]:
    """What every detector finds in a book; ``rows`` are its prices, each with its place."""
    return [found for detector in DETECTORS for found in detector(rows)]


def _tens(rows: Rows) -> Iterator[Suspicion]:
    """Monthly prices of a child are multiples of ten yen."""
    for row, place in rows.items():
        if row.unit == "child_month" and row.amount % 10:
            yield Suspicion("tens", f"{_what(row)}：{row.amount:,}円は10円の倍数ではありません。", place)


def _linear(rows: Rows) -> Iterator[Suspicion]:
    """Across the regions a price lies on a line of the region's percent, within ±12 yen."""
    series: dict[tuple[object, ...], list[PriceRow]] = defaultdict(list)
    for row in rows:
        if row.region_percent is not None and row.unit != "percent":
            series[_question(row)].append(row)
    bent = [cells for cells in series.values() if len(cells) >= FEWEST_REGIONS and not _lies_on_a_line(cells)]
    for cells in bent:
        # Where nearly nothing lies on a line, one cell of each is enough to say so.
        for row in _off_the_line(cells, most=len(cells) if len(bent) <= MOST_BENT else 1):
            yield Suspicion(
                "linear",
                f"{_what(row)}：{row.amount:,}円は、ほかの地域区分の単価がなす直線から{LINEAR_TOLERANCE_YEN}円を超えて外れています。",
                rows[row],
            )


def _off_the_line(cells: Sequence[PriceRow], *, most: int) -> list[PriceRow]:
    """
    The fewest cells without which the rest lies within ±12 yen of its line of least squares.

    Of as many, those without which it lies closest. More than half of a series is never called wrong.
    """
    for left_out in range(1, min(most, max(len(cells) - FEWEST_REGIONS, 1)) + 1):
        rests = list(combinations(cells, len(cells) - left_out))
        best = min(rests, key=lambda rest: Fraction(*_worst(rest)))
        if _lies_on_a_line(best):
            break
    return [row for row in cells if row not in best]


def _lies_on_a_line(cells: Sequence[PriceRow]) -> bool:
    distance, scale = _worst(cells)
    return distance <= LINEAR_TOLERANCE_YEN * scale


def _worst(cells: Sequence[PriceRow]) -> tuple[int, int]:
    """The largest distance from the line of least squares, exactly: numerator and denominator."""
    points = [(row.region_percent or 0, row.amount) for row in cells]
    count, across = len(points), sum(percent for percent, _ in points)
    total = sum(amount for _, amount in points)
    squares = sum(percent * percent for percent, _ in points)
    products = sum(percent * amount for percent, amount in points)
    scale = count * squares - across * across
    slope, height = count * products - across * total, total * squares - across * products
    return max(abs(amount * scale - slope * percent - height) for percent, amount in points), scale


def _age3(rows: Rows) -> Iterator[Suspicion]:
    """3歳児 − 4歳以上児 of the base is the price of 3歳児配置改善."""
    improvements = {
        (row.facility_type, row.region_percent, row.certification, row.capacity_min, row.capacity_max): row
        for row in rows
        if row.item == "age3_staffing"
    }
    base = {_base_cell(row): row for row in rows if row.item == "base" and row.age_class in ("3", "4plus")}
    compared: dict[PriceRow, list[tuple[PriceRow, int, bool]]] = defaultdict(list)
    for row in base.values():
        older = base.get(_base_cell(row, age_class="4plus")) if row.age_class == "3" else None
        place = (row.facility_type, row.region_percent, row.certification)
        improvement = improvements.get((*place, row.capacity_min, row.capacity_max))
        improvement = improvement or improvements.get((*place, None, None))
        if older is None or improvement is None:
            continue
        difference = row.amount - older.amount
        # 2号 prices are rounded once more than those of 1号.
        fits = 0 <= difference - improvement.amount <= (0 if row.certification == "1" else ROUNDING_YEN)
        compared[improvement].append((row, difference, fits))
    for improvement, pairs in compared.items():
        wrong = [(row, difference) for row, difference, fits in pairs if not fits]
        price = f"3歳児配置改善（{improvement.amount:,}円）"
        if len(pairs) >= FEWEST_REGIONS and 2 * len(wrong) > len(pairs):
            # One price that most bands contradict is the typo, not they.
            words = f"{_what(improvement)}：{price}が、ほとんどの定員の3歳児と4歳以上児の差と合いません。"
            yield Suspicion("age3", words, rows[improvement])
            continue
        for row, difference in wrong:
            words = f"{_what(row)}：3歳児と4歳以上児の差（{difference:,}円）が、{price}と合いません。"
            yield Suspicion("age3", words, rows[row])


def _team_childcare(rows: Rows) -> Iterator[Suspicion]:
    """チーム保育推進 × the band's largest 定員 is nearly one amount for a region: one person's cost, shared."""
    groups: dict[tuple[object, ...], list[tuple[PriceRow, int, int]]] = defaultdict(list)
    for row in rows:
        if row.item == "team_childcare" and row.capacity_max is not None:
            most = row.capacity_max
            # The price was rounded to ten yen, up or down.
            low, high = (row.amount - ROUNDING_YEN) * most, (row.amount + ROUNDING_YEN) * most
            groups[row.facility_type, row.region_percent, row.certification].append((row, low, high))
    for group in groups.values():
        for row in _disagreeing(group):
            product = row.amount * (row.capacity_max or 0)
            words = f"{_what(row)}：単価×定員の上限（{product:,}円）が、ほかの定員と合いません。"
            yield Suspicion("team", words, rows[row])


def _hours(rows: Rows) -> Iterator[Suspicion]:
    """標準時間 − 短時間 of the base is the same for all ages of a region and band."""
    base = {_base_cell(row): row for row in rows if row.item == "base" and row.hours in ("standard", "short")}
    groups: dict[tuple[object, ...], list[tuple[PriceRow, int]]] = defaultdict(list)
    for row in base.values():
        short = base.get(_base_cell(row, hours="short"))
        if row.hours == "standard" and short is not None:
            place = (row.facility_type, row.region_percent, row.capacity_min, row.capacity_max)
            groups[place].append((row, row.amount - short.amount))
    for group in groups.values():
        usual = median_low([difference for _, difference in group])
        for row, difference in group:
            if abs(difference - usual) > ROUNDING_YEN:
                yield Suspicion(
                    "hours",
                    f"{_what(row)}：標準時間と短時間の差（{difference:,}円）が、同じ定員のほかの年齢（{usual:,}円）と違います。",
                    rows[row],
                )


def _treatment(rows: Rows) -> Iterator[Suspicion]:
    """処遇改善 of the base is floor10((base − y) ÷ 100) with one y for each age group."""
    groups: dict[tuple[object, ...], list[tuple[PriceRow, int, int]]] = defaultdict(list)
    for row in rows:
        if row.item == "base" and row.treatment_yen is not None:
            largest = row.amount - 100 * row.treatment_yen
            group = (row.facility_type, row.certification, row.age_class, row.hours)
            groups[group].append((row, largest - 999, largest))
    for cells in groups.values():
        for row in _disagreeing(cells):
            yield Suspicion(
                "treatment",
                f"{_what(row)}：処遇改善（{row.treatment_yen:,}円）が、単価（{row.amount:,}円）の約100分の1になっていません。",
                rows[row],
            )


def _disagreeing(cells: Iterable[tuple[PriceRow, int, int]]) -> list[PriceRow]:
    """The rows whose range (low to high) does not hold the value that the most ranges hold."""
    known = list(cells)
    turns = sorted([(low, 0) for _, low, _ in known] + [(high, 1) for _, _, high in known])
    depth = deepest = value = 0
    for place, ends in turns:
        depth += -1 if ends else 1
        if depth > deepest:
            deepest, value = depth, place
    return [row for row, low, high in known if not low <= value <= high]


def _unused(rows: Rows) -> Iterator[Suspicion]:
    """Every row is of an item its type has: another one prices nothing, and may have been meant for another type."""
    for row, place in rows.items():
        if not is_used(row):
            words = f"{_what(row)}：この施設類型（認定区分）の表にない項目で、計算に使われません。"
            yield Suspicion("unused", words, place)


DETECTORS: Final[tuple[Detector, ...]] = (
    _tens,
    _linear,
    _age3,
    _team_childcare,
    _hours,
    _treatment,
    _unused,
)
KINDS: Final = {
    "tens": "10円の倍数",
    "linear": "地域区分との直線",
    "age3": "3歳児と4歳以上児の差",
    "team": "チーム保育推進と定員",
    "hours": "標準時間と短時間の差",
    "treatment": "処遇改善と単価",
    "unused": "計算に使われない項目",
}


# What each law says, for the one who compares with the official table.
LAWS: Final = {
    "tens": "子ども1人の月額は、10円の倍数です。",
    "linear": "単価は、地域区分の割合に合わせて同じ幅で上がります（12円までのずれは、よくあります）。",
    "age3": "3歳児と4歳以上児の基本分単価の差は、3歳児配置改善の単価と同じです。",
    "team": "チーム保育推進の単価に定員の上限をかけると、どの定員でもほぼ同じ金額です。",
    "hours": "標準時間と短時間の差は、同じ地域と定員なら、どの年齢も同じです。",
    "treatment": "処遇改善の単価は、基本分単価のおよそ100分の1です。",
}


def _question(row: PriceRow) -> tuple[object, ...]:
    """What a row answers, apart from the region."""
    return (
        row.facility_type, row.capacity_min, row.capacity_max, row.certification, row.age_class, row.hours,
        row.item, row.variant, row.unit, row.enrolled_min, row.enrolled_max,
    )  # fmt: skip


def _base_cell(
    row: PriceRow, *, age_class: str | None = None, hours: str | None = None
) -> tuple[object, ...]:
    return (
        row.facility_type, row.region_percent, row.capacity_min, row.capacity_max, row.certification,
        row.age_class if age_class is None else age_class, row.hours if hours is None else hours,
    )  # fmt: skip


def _what(row: PriceRow) -> str:
    """保育所　10/100地域・定員81〜90人　2号　3歳児　標準時間　基本分単価."""
    words = [FACILITY_TYPES[row.facility_type], row.place]
    if row.certification:
        words.append("2・3号" if row.certification == "23" else f"{row.certification}号")
    if row.age_class:
        words.append(AGE_CLASSES[row.age_class])
    if row.hours:
        words.append(HOURS[row.hours])
    words.append(f"{ITEM_LABELS[row.item]}{f'（{row.variant}）' if row.variant else ''}")
    return "　".join(words)
