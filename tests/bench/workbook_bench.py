"""A city's month by LibreOffice, headless, from a workbook of formulas, beside the engine: same inputs, same yen."""

from __future__ import annotations

import json
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import Workbook, load_workbook

from pricing import ClaimInput, RateBook, book_in_force, calculate, parse, quote_as_dict
from tests.bench.invented_city import city_month
from tests.bench.workbook import TOTAL, city_workbook

MONTH = "2026-06"
ROUNDS = 3
# 0: always, whatever results the file has kept.
ALWAYS_COMPUTE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def measure() -> dict[str, Any]:
    """
    Medians of three rounds, in turn. Where LibreOffice is not installed there is a reason instead of figures.

    From file to file on both sides: LibreOffice opens the workbook, computes every formula and saves; the engine reads
    the claims as JSON and writes quotes with every explanation. The ratio is of processor time, so that a busy machine
    does not bend it, less what LibreOffice needs for an empty workbook. Most of its time is opening and saving, as it
    is for whoever works that way.
    """
    if shutil.which("soffice") is None:
        return {"ratio_to_libreoffice": None, "reason": "soffice is not installed (libreoffice-calc)"}
    documents = city_month(MONTH)
    with tempfile.TemporaryDirectory(prefix="hgb") as folder:
        room = Path(folder)
        workbook = compute_both(documents, room)
        empty, claims = room / "empty.xlsx", room / "city.json"
        Workbook().save(empty)
        claims.write_text(json.dumps(documents), encoding="utf-8")
        _engine(claims, room)
        rounds = [
            (_convert(workbook, room), _convert(empty, room), _engine(claims, room), _computing(documents))
            for _ in range(ROUNDS)
        ]
        size = workbook.stat().st_size
    whole, start, engine, computing = (
        Seconds(*(statistics.median(each) for each in zip(*times, strict=True)))
        for times in zip(*rounds, strict=True)
    )
    return {
        "facilities": len(documents),
        "workbook_bytes": size,
        "libreoffice_seconds": round(whole.wall, 2),
        "libreoffice_cpu_seconds": round(whole.cpu, 2),
        "libreoffice_cpu_seconds_to_start": round(start.cpu, 2),
        "engine_seconds": round(engine.wall, 4),
        "engine_cpu_seconds": round(engine.cpu, 4),
        "engine_cpu_seconds_without_files": round(computing.cpu, 4),
        "ratio_to_libreoffice": round((whole.cpu - start.cpu) / engine.cpu),
    }


class OtherYen(Exception):
    """A formula gives another total than the engine: there is nothing to compare."""


class Seconds(NamedTuple):
    """By the clock, and of the processor."""

    wall: float
    cpu: float


def compute_both(documents: list[dict[str, Any]], room: Path) -> Path:
    """
    Write the workbook and let LibreOffice compute it once; returns the workbook as it was written.

    :raises OtherYen: a total differs.
    """
    workbook = room / "city.xlsx"
    city_workbook([_with_book(document) for document in documents], workbook)
    _convert(workbook, room)
    require_same_yen(room / "converted" / workbook.name, documents)
    return workbook


def require_same_yen(computed: Path, documents: list[dict[str, Any]]) -> None:
    """:raises OtherYen: a total differs."""
    book = load_workbook(computed, data_only=True)
    for place, document in enumerate(documents, start=1):
        theirs, ours = book[f"施設{place}"][TOTAL].value, calculate(*_with_book(document)).total_yen
        if theirs != ours:
            raise OtherYen(
                f"{document['facility_type']} {place}: the workbook says {theirs}, the engine {ours}"
            )


def _with_book(document: dict[str, Any]) -> tuple[ClaimInput, RateBook]:
    claim = parse(document)
    return claim, book_in_force(claim.facility_type, claim.month)


def _engine(source: Path, room: Path) -> Seconds:
    """Read the claims, compute them with every explanation, write the quotes."""
    began, used = time.perf_counter(), time.process_time()
    documents = json.loads(source.read_text(encoding="utf-8"))
    quotes = [quote_as_dict(calculate(*_with_book(document))) for document in documents]
    (room / "quotes.json").write_text(json.dumps(quotes, ensure_ascii=False), encoding="utf-8")
    return Seconds(time.perf_counter() - began, time.process_time() - used)


def _computing(documents: list[dict[str, Any]]) -> Seconds:
    """The same without files."""
    began, used = time.perf_counter(), time.process_time()
    for document in documents:
        calculate(*_with_book(document))
    return Seconds(time.perf_counter() - began, time.process_time() - used)


def _convert(source: Path, room: Path) -> Seconds:
    """Open, compute and save, with a profile of its own, into the folder ``converted``."""
    profile, target = room / "profile", room / "converted"
    setting = profile / "user" / "registrymodifications.xcu"
    if not setting.exists():
        setting.parent.mkdir(parents=True)
        setting.write_text(ALWAYS_COMPUTE, encoding="utf-8")
    command = [
        "soffice",
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(target),
        str(source),
    ]
    began, used = time.perf_counter(), _of_children()
    subprocess.run(command, check=True, capture_output=True)
    return Seconds(time.perf_counter() - began, _of_children() - used)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
