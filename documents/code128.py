"""
Barcodes: Code 128 (ISO/IEC 15417) of plain texts, as bars and as SVG. Pure.

Pairs of digits go as code set C, everything else as code set B; a text of 13 digits has six pairs and one more.
"""

from typing import Final

from django.utils.safestring import SafeString, mark_safe

# Widths of bars and spaces in turn, by symbol value 0–105 (table 1 of the standard), and the stop pattern.
WIDTHS: Final = ["212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141", "114131", "311141", "411131", "211412", "211214", "211232"]
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
