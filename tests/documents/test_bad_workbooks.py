"""Workbooks that would hurt: refused before, or apart from, everything else, with a sentence that says what to do."""

import io
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from documents import confinement, inspection, reading, workbooks
from documents.reading import FileRefused, read_sheets, read_table
from documents.workbooks import read_workbook
from tests.documents.workbook_files import (
    MACRO_TYPE,
    number_cell,
    packed,
    parts,
    phantom,
    sheet_xml,
    simple,
    swelling,
    text_cell,
)

ALL_WAYS = pytest.mark.parametrize("read", [read_table, read_sheets, read_workbook])


def refused(content: bytes, read=read_workbook) -> str:
    with pytest.raises(FileRefused) as refusal:
        read(content)
    return str(refusal.value)


def children() -> set[int]:
    """Processes that this one started and that are still there, dead ones that nobody buried included."""
    return {
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if _fields(stat)[1:2] == [str(os.getpid())]
    }


def _fields(stat: Path) -> list[str]:
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:
        return []


@pytest.fixture(autouse=True)
def nobody_is_left_behind():
    before = children()
    yield
    assert children() <= before


def quickly(content: bytes, read) -> str:
    begun = time.perf_counter()
    sentence = refused(content, read)
    assert time.perf_counter() - begun < 2
    return sentence


@ALL_WAYS
def test_rows_that_no_sheet_has_are_refused_at_once(read) -> None:
    bomb = phantom()

    assert len(bomb) < 2_000
    assert quickly(bomb, read) == inspection.NO_WORKBOOK


@ALL_WAYS
def test_a_small_file_that_unpacks_to_200_megabytes_is_refused_at_once(read) -> None:
    bomb = swelling(200)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert len(bomb) < 1_000_000
    assert quickly(bomb, read) == inspection.TOO_LARGE_INSIDE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KB


@ALL_WAYS
def test_a_table_of_contents_that_lies_about_sizes_is_found_out(read) -> None:
    honest = swelling(30, columns=100)
    entry = next(one for one in zipfile.ZipFile(io.BytesIO(honest)).infolist() if one.file_size > 10_000_000)
    lie = honest.replace(entry.file_size.to_bytes(4, "little"), (900_000).to_bytes(4, "little"))

    assert quickly(lie, read) == inspection.NO_WORKBOOK


def test_what_packs_to_nothing_and_what_has_thousands_of_parts_is_refused() -> None:
    assert (
        refused(packed({**parts(sheet_xml("")), "xl/blank.xml": "\0" * 30_000_000}))
        == inspection.TOO_LARGE_INSIDE
    )
    many = {f"xl/p{at}": "" for at in range(inspection.MOST_ENTRIES)}
    assert refused(packed({**parts(sheet_xml("")), **many})) == inspection.NO_WORKBOOK
    assert refused(packed({f"xl/p{at}": "" for at in range(20_000)})) == inspection.NO_WORKBOOK


@ALL_WAYS
@pytest.mark.parametrize("macro", ["xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"])
def test_macros_are_refused(read, macro: str) -> None:
    sentence = refused(packed({**parts(sheet_xml("")), macro: b"x"}), read)

    assert sentence == inspection.MACROS
    assert "Excelブック（*.xlsx）" in sentence


@ALL_WAYS
def test_an_xlsm_renamed_to_xlsx_is_refused_even_without_its_macros(read) -> None:
    row = f'<row r="1">{text_cell("A1", "a")}</row>'

    assert refused(packed(parts(sheet_xml(row), kind=MACRO_TYPE)), read) == inspection.MACROS


def test_an_xlsb_an_xls_and_a_password_are_told_apart() -> None:
    old = inspection.OLD_CONTAINER + b"\0" * 600
    assert refused(packed({"xl/workbook.bin": b"x"})) == inspection.BINARY
    assert "xls → xlsx で保存" in refused(old + "Workbook".encode("utf-16-le"))
    assert "パスワードを外し" in refused(old + "EncryptedPackage".encode("utf-16-le"))
    assert refused(old + "WordDocument".encode("utf-16-le")) == inspection.NO_WORKBOOK


def test_a_zip_with_a_password_is_told() -> None:
    content = bytearray(simple())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1

    assert refused(bytes(content)) == inspection.LOCKED


@ALL_WAYS
@pytest.mark.parametrize("kept", [0.05, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_no_workbook(read, kept: float) -> None:
    whole = simple(50)

    assert refused(whole[: int(len(whole) * kept)], read) == inspection.NO_WORKBOOK


@ALL_WAYS
def test_a_file_whose_content_was_damaged_is_no_workbook(read) -> None:
    whole = bytearray(simple(50))
    place = whole.index(b"xl/worksheets/sheet1.xml") + 60
    whole[place : place + 20] = b"\xff" * 20

    assert refused(bytes(whole), read) == inspection.NO_WORKBOOK


@ALL_WAYS
@pytest.mark.parametrize(
    "rows",
    [
        '<row r="0"><c><v>1</v></c></row>',
        '<row r="2"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c t="s"><v>7</v></c></row>',
        '<row r="1"><c t="s"><v>-1</v></c></row>',
        f'<row r="1"><c><v>{"9" * 5_000}</v></c></row>',
        '<row r="1"><c><v>abc</v></c></row>',
        '<row r="1"><c t="d"><v>yesterday</v></c></row>',
        "<row><c><v>1</v></row>",
    ],
)
def test_cells_that_cannot_be_are_no_workbook(read, rows: str) -> None:
    assert refused(packed(parts(sheet_xml(rows))), read) == inspection.NO_WORKBOOK


@ALL_WAYS
def test_entities_are_not_unfolded(read) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + sheet_xml(
        f'<row r="1">{text_cell("A1", "&b;")}</row>'
    )

    assert refused(packed(parts(laughs)), read) == inspection.NO_WORKBOOK


@ALL_WAYS
def test_one_text_repeated_for_ever_is_refused(read) -> None:
    long = f"<si><t>{'あ' * 30_000}</t></si>"
    rows = "".join(f'<row r="{row}"><c t="s"><v>0</v></c></row>' for row in range(1, 4_000))

    assert quickly(packed(parts(sheet_xml(rows), texts=long)), read) == inspection.TOO_LARGE_INSIDE


@ALL_WAYS
def test_a_tag_without_an_end_is_refused_at_once(read) -> None:
    noise = os.urandom(4_000_000).hex()

    assert quickly(packed(parts(f'<worksheet x="{noise * 3}"/>')), read) in (
        inspection.NO_WORKBOOK,
        inspection.TOO_LARGE_INSIDE,
    )


def test_ten_thousand_rows_are_too_many_for_a_workbook_and_fine_for_a_list() -> None:
    content = simple(10_000)

    assert "シート「職員名簿」A5001：行が多すぎます（5,000行目まで）" in refused(content)
    assert "シート「職員名簿」が大きすぎます" in refused(content, read_sheets)
    table = read_table(content)
    assert len(table.rows) == 9_999
    assert table.rows[-1].values == ("名前", "10000")


def test_too_many_columns_cells_sheets_and_merged_cells_are_told_at_their_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wide = packed(parts(sheet_xml(f'<row r="3">{number_cell("ZZ3", 1)}</row>')))
    assert "シート「職員名簿」ZZ3：列が多すぎます（500列目まで）" in refused(wide)
    merged = '<mergeCells><mergeCell ref="A1:B9"/></mergeCells>'
    rows = f'<row r="1">{number_cell("B1", 1)}</row><row r="9">{number_cell("A9", 1)}</row>'
    monkeypatch.setattr(workbooks, "MOST_MERGED_PLACES", 17)
    assert "シート「職員名簿」は結合されたセルが多すぎます" in refused(
        packed(parts(sheet_xml(rows, after=merged)))
    )
    monkeypatch.setattr(workbooks, "MOST_CELLS", 3)
    assert "シート「職員名簿」B2：入力が多すぎます（全部で3セルまで）" in refused(simple(2))
    monkeypatch.setattr(workbooks, "MOST_SHEETS", 1)
    assert "シートが多すぎます（1枚まで）" in refused(packed(parts(sheet_xml(""), sheet_xml(""))))


def test_a_cell_far_away_in_a_list_is_told_and_not_left_out() -> None:
    rows = f'<row r="1">{text_cell("A1", "a")}</row><row r="2">{number_cell("GT2", 1)}</row>'

    assert "2行目：列が多すぎます（200列まで）" in refused(packed(parts(sheet_xml(rows))), read_table)


def test_nothing_that_a_workbook_links_to_is_opened(tmp_path: Path) -> None:
    files = parts(sheet_xml(f'<row r="1">{text_cell("A1", "a")}</row>'))
    link = files["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="x" Type="e/externalLink" Target="file://{tmp_path}/x.xlsx" TargetMode="External"/>'
        '<Relationship Id="y" Type="e/sharedStrings" Target="../../../../etc/passwd"/></Relationships>',
    )

    assert (
        read_workbook(packed({**files, "xl/_rels/workbook.xml.rels": link})).sheets[0].cell(1, 1).text == "a"
    )


# The process itself


def acting(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Another program stands where the reading one does."""
    monkeypatch.setattr(confinement, "command", lambda _: [sys.executable, "-I", "-S", "-c", program])


READY = "import os, signal, time; os.write(1, b'[\"ready\"]\\n');"


def test_a_process_that_hangs_is_ended_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "MOST_READ_SECONDS", 0)
    acting(monkeypatch, f"{READY} signal.pause()")

    assert refused(simple()) == confinement.TOO_LONG


def test_a_process_that_never_begins_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "MOST_WAIT_SECONDS", 0)
    monkeypatch.setattr(confinement, "START_SECONDS", 0.2)
    acting(monkeypatch, "import signal; signal.pause()")

    assert refused(simple()) == confinement.BUSY


def test_a_process_that_starts_others_takes_them_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "MOST_READ_SECONDS", 0)
    acting(monkeypatch, f"import os; os.fork(); {READY} signal.pause()")
    started: list[int] = []
    start = subprocess.Popen

    def noted(*words, **how):
        process = start(*words, **how)
        started.append(process.pid)
        return process

    monkeypatch.setattr(confinement.subprocess, "Popen", noted)

    assert refused(simple()) == confinement.TOO_LONG
    deadline = time.monotonic() + 10
    while alive_in_group(started[0]):
        assert time.monotonic() < deadline


def alive_in_group(group: int) -> bool:
    fields = [_fields(stat) for stat in Path("/proc").glob("[0-9]*/stat")]
    return any(one[2:3] == [str(group)] and one[0] not in "ZX" for one in fields)


def test_a_process_that_is_killed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    acting(monkeypatch, f"{READY} os.kill(os.getpid(), signal.SIGKILL)")
    assert refused(simple()) == confinement.BROKEN_OFF
    acting(monkeypatch, f"{READY} raise SystemExit(1)")
    assert refused(simple()) == confinement.BROKEN_OFF


def test_a_process_that_talks_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "MOST_ANSWER", 1_000_000)
    acting(monkeypatch, f"{READY}\nwhile True: os.write(1, b'x' * 65536)")

    assert refused(simple()) == inspection.TOO_LARGE_INSIDE


def test_memory_and_processor_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(
        parts(
            sheet_xml('<row r="1"/>'),
            texts="".join(f"<si><t>{'あ' * 26}{at}</t></si>" for at in range(300_000)),
        )
    )
    with monkeypatch.context() as small:
        small.setattr(confinement, "MOST_MEMORY", 48 * 1024 * 1024)
        assert refused(content) == inspection.TOO_LARGE_INSIDE
    with monkeypatch.context() as brief:
        brief.setattr(confinement, "MOST_CPU_SECONDS", 0)
        assert refused(content) in (confinement.TOO_LONG, confinement.BUSY)


def test_the_process_knows_no_secret_and_no_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HAGUKUMI_SECRET", "geheim")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    assert read_workbook(simple()).sheets[0].cell(1, 1).text == "名前"
    program = confinement.command(confinement.task(only_first=True, sheets=1, rows=1, columns=1, cells=1))
    words = [*program[:4], "import sys, os; print(sorted(os.environ), 'site' in sys.modules)"]

    said = subprocess.run(words, env={}, capture_output=True, text=True, check=True).stdout
    assert "geheim" not in said
    assert "False" in said


def test_many_at_once_are_all_read_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "MOST_AT_ONCE", 1)
    files = [packed(parts(sheet_xml(f'<row r="1">{text_cell("A1", f"名前{at}")}</row>'))) for at in range(16)]

    with ThreadPoolExecutor(8) as people:
        found = [book.sheets[0].cell(1, 1).text for book in people.map(read_workbook, files)]

    assert found == [f"名前{at}" for at in range(16)]


def test_who_waits_too_long_for_a_turn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    from documents.xlsx import program

    monkeypatch.setattr(confinement, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(confinement, "MOST_WAIT_SECONDS", 1)
    door = sorted(Path(program.__file__).parent.glob("*.py"))[0]
    with door.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        # A server may hold signals back in its threads: the process inherits that, and must not.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        try:
            assert refused(simple()) == confinement.BUSY
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_process_whose_house_has_fallen_ends_by_itself() -> None:
    """Nobody reads and nobody kills: its own clock does."""
    what = confinement.task(only_first=True, sheets=1, rows=9, columns=9, cells=9)
    brief = confinement.command(type(what)(**{**vars(what), "read_seconds": 1, "cpu_seconds": 60}))
    program = brief[4].replace("main(sys.argv[2])", "") + (
        "import documents.xlsx.program as p, signal; p._read = lambda *_: signal.pause(); p.main(sys.argv[2])"
    )
    with subprocess.Popen(
        [*brief[:4], program, *brief[5:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as left:
        assert left.wait(timeout=10) == -signal.SIGALRM


def test_reading_costs_little_more_than_the_reading() -> None:
    content = simple(40)
    read_workbook(content)
    begun = time.perf_counter()
    for _ in range(5):
        read_workbook(content)

    assert (time.perf_counter() - begun) / 5 < 0.5  # some 0.06 s on a machine with nothing else to do


def test_the_table_of_contents_is_judged_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(reading, "read_apart", never)

    for content in (swelling(200), packed({**parts(sheet_xml("")), "xl/vbaProject.bin": b"x"})):
        refused(content)
