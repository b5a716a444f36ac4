"""
Barcodes: Code 128 (ISO/IEC 15417) of plain texts, as bars and as SVG. Pure.

Pairs of digits go as code set C, everything else as code set B; a text of 13 digits has six pairs and one more.
"""

from typing import Final

from django.utils.safestring import SafeString, mark_safe

# Widths of bars and spaces in turn, by symbol value 0–105 (table 1 of the standard), and the stop pattern.
PATTERNS: Final = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
WIDTHS: Final = tuple(PATTERNS[start : start + 6] for start in range(0, len(PATTERNS), 6))
STOP: Final = "2331112"
TO_C, TO_B, START_B, START_C = 99, 100, 104, 105
LEAST_DIGITS_IN_C = 4
QUIET = 10


def symbols(text: str) -> list[int]:
    """
    Start, data and check symbol; the stop pattern follows them.

    :raises ValueError: the text is empty, or has a character that is not printable ASCII.
    """
    if not text or any(not " " <= character <= "~" for character in text):
        raise ValueError("a barcode holds printable ASCII")
    values: list[int] = []
    place, in_c = 0, False
    while place < len(text):
        run = _digits_at(text, place)
        if (in_c and run >= 2) or run >= LEAST_DIGITS_IN_C:
            if not in_c:
                values.append(TO_C if values else START_C)
                in_c = True
            values.append(int(text[place : place + 2]))
            place += 2
            continue
        if in_c or not values:
            values.append(TO_B if values else START_B)
            in_c = False
        values.append(ord(text[place]) - ord(" "))
        place += 1
    check = values[0] + sum(weight * value for weight, value in enumerate(values[1:], start=1))
    return [*values, check % 103]


def widths(text: str) -> str:
    """Widths of bars and spaces in modules, a bar first, from start to stop."""
    return "".join(WIDTHS[value] for value in symbols(text)) + STOP


def svg(text: str, *, height: int = 50) -> SafeString:
    """The barcode with its quiet zones: one module is one unit wide."""
    place, bars = QUIET, []
    for number, width in enumerate(map(int, widths(text))):
        if number % 2 == 0:
            bars.append(f"M{place} 0h{width}v{height}h-{width}z")
        place += width
    total = place + QUIET
    return mark_safe(  # noqa: S308  numbers only; the text is printable ASCII and stands nowhere in it
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" class="barcode" role="img">'
        f'<path d="{"".join(bars)}"/></svg>'
    )


def _digits_at(text: str, place: int) -> int:
    end = place
    while end < len(text) and text[end].isdigit():
        end += 1
    return end - place
