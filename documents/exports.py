"""Tables out of a page as CSV, the way a spreadsheet in a city office opens them."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

# A cell that begins like this is calculated by the spreadsheet that opens it (CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
CHARSETS = {"utf-8": "utf-8-sig", "cp932": "cp932"}


def _geta(error: UnicodeError) -> tuple[str | bytes, int]:
    """〓, printers' mark for a character that the tray does not hold."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "〓" * (error.end - error.start), error.end


codecs.register_error("geta", _geta)


def asked_charset(request: HttpRequest) -> str:
    """The charset that the export asks for with ``?encoding=``: ``cp932``, or ``utf-8`` for anything else."""
    return "cp932" if request.GET.get("encoding") == "cp932" else "utf-8"


def csv_file(
    name: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, charset: str = "utf-8"
) -> HttpResponse:
    """
    A CSV to save as ``name``: UTF-8 with a BOM, or CP932 for older tools (〓 for what CP932 does not have).

    Text never begins like a formula; numbers, negative ones too, stay numbers.

    :raises KeyError: a charset other than ``utf-8`` and ``cp932``.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    content = text.getvalue().encode(CHARSETS[charset], errors="geta")
    kind = "utf-8" if charset == "utf-8" else "shift_jis"  # the registered name nearest to CP932
    response = HttpResponse(content, content_type=f"text/csv; charset={kind}")
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
