"""
What a spreadsheet program makes of a workbook: LibreOffice computes every formula anew, whatever results were kept.

``recalculated(content)`` is the value of every cell; ``wrong_results(content)`` the kept results that differ;
``all_wrong_results(contents)`` those of many workbooks at once.
"""

import atexit
import io
import math
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not on this machine"
)

# 0 is «always»; without this a program believes what the workbook says its formulas come to.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""

Values = dict[tuple[str, str], Any]


def recalculated(content: bytes) -> Values:
    """Every cell that has a value, by (sheet, address), after a spreadsheet program computed all formulas."""
    return _values(converted(content), data_only=True)


def kept(content: bytes) -> Values:
    """The results that stand in the workbook for its formulas; None where it has none."""
    formulas = _values(content, data_only=False, only_formulas=True)
    results = _values(content, data_only=True)
    return {place: results.get(place) for place in formulas}


def wrong_results(content: bytes) -> list[str]:
    """Formulas whose kept result is not what they come to, in words; those without a result are told, too."""
    return all_wrong_results({"": content})[""]


def all_wrong_results(contents: Mapping[str, bytes]) -> dict[str, list[str]]:
    """The same of many workbooks by their names, with one start of the program."""
    found = {}
    for name, after in all_converted(contents).items():
        computed = _values(after, data_only=True)
        found[name] = [
            f"{sheet}!{address}: kept {result!r}, computed {computed.get((sheet, address))!r}"
            for (sheet, address), result in kept(contents[name]).items()
            if not alike(result, computed.get((sheet, address)))
        ]
    return found


def alike(one: Any, other: Any) -> bool:
    """The same value, as far as a program keeps it; an empty text is nothing."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-9)
    return (one or None) == (other or None)


def converted(content: bytes, ending: str = "xlsx") -> bytes:
    """The workbook as LibreOffice writes it: as xlsx, or as pdf."""
    return all_converted({"": content}, ending)[""]


def all_converted(contents: Mapping[str, bytes], ending: str = "xlsx") -> dict[str, bytes]:
    """Many workbooks with one start of the program, which takes longer than any of them."""
    with tempfile.TemporaryDirectory() as folder:
        before = {name: Path(folder, f"{at}.xlsx") for at, name in enumerate(contents)}
        for name, file in before.items():
            file.write_bytes(contents[name])
        after = Path(folder, "after")
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{_profile()}",
                "--headless",
                "--convert-to",
                ending,
                "--outdir",
                after,
                *before.values(),
            ],
            check=True,
            capture_output=True,
            timeout=180 + 10 * len(contents),
        )
        return {name: (after / f"{file.stem}.{ending}").read_bytes() for name, file in before.items()}


@cache
def _profile() -> Path:
    """Settings of this process alone: two that share them wait for each other."""
    folder = Path(tempfile.mkdtemp(prefix="office-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(SETTINGS)
    return folder


def _values(content: bytes, *, data_only: bool, only_formulas: bool = False) -> Values:
    book = load_workbook(io.BytesIO(content), data_only=data_only)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and (cell.data_type == "f" or not only_formulas)
    }
