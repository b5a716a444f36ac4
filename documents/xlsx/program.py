"""
The process that reads one workbook: it limits itself, waits for its turn, and writes plain cells as lines of JSON.

The file is its standard input, one word of JSON (``Task``) its argument. It knows no secret, writes no file and is gone
after a known time even if nobody waits for it any more. It says nothing about what it failed at: an exception could
carry a person's data.

Lines: ``["ready"]`` when its turn has come; for each sheet ``["sheet", title, hidden]``, its rows (``sheets.py``),
``["around", merged, hidden columns]``; then ``["end"]`` or ``["refused", why, title, row, column]``.
"""

import fcntl
import json
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from zipfile import ZipFile

from documents.xlsx.parts import DAMAGES, Budget, Refused, open_book
from documents.xlsx.sheets import SheetReader, Size

OUT_OF_MEMORY = 3
LINES_AT_ONCE = 500
MOST_FILES = 16
# Behind the pages that somebody waits for.
POLITENESS = 5


@dataclass(frozen=True)
class Task:
    """
    What to read and within what: bytes of memory, seconds of processor, of waiting, of reading; how many read at once.

    The rest is counted over the whole workbook, but rows and columns for each sheet.
    """

    memory: int
    cpu_seconds: int
    wait_seconds: int
    read_seconds: int
    at_once: int
    only_first: bool
    sheets: int
    rows: int
    columns: int
    cells: int
    text: int
    elements: int


def main(words: str) -> None:
    """Do the task and end the process."""
    task = Task(**json.loads(words))
    _confine(task)
    try:
        with os.fdopen(1, "w", encoding="utf-8") as out, os.fdopen(0, "rb") as file:
            turn = _turn(task)
            out.write('["ready"]\n')
            out.flush()
            _read(file, task, _Lines(out))
            os.close(turn)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException:  # noqa: BLE001 - whatever it was, its words must not leave
        os._exit(1)
    os._exit(0)


def _confine(task: Task) -> None:
    # Whoever started us may have held these back, and that would be inherited.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for ending in (signal.SIGALRM, signal.SIGXCPU, signal.SIGTERM):
        signal.signal(ending, signal.SIG_DFL)
    # At the first limit the kernel says that it was the time (SIGXCPU), at the second it kills.
    for what, soft, hard in (
        (resource.RLIMIT_CPU, task.cpu_seconds, task.cpu_seconds + 1),
        (resource.RLIMIT_AS, task.memory, task.memory),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, MOST_FILES, MOST_FILES),
    ):
        already = resource.getrlimit(what)[1]
        if already != resource.RLIM_INFINITY:
            soft, hard = min(soft, already), min(hard, already)
        resource.setrlimit(what, (soft, hard))
    os.nice(POLITENESS)


def _turn(task: Task) -> int:
    """
    Wait until fewer than ``at_once`` read on this machine; the kernel gives the turn back when the process ends.

    The locks lie on this program's own files: they are everywhere, even where nothing can be written.
    """
    signal.alarm(task.wait_seconds)  # ends the process
    folder = Path(__file__).parent
    doors = [os.open(file, os.O_RDONLY) for file in sorted(folder.glob("*.py"))[: task.at_once]]
    for door in doors:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        signal.alarm(task.read_seconds)
        return door
    door = doors[os.getpid() % len(doors)]
    fcntl.flock(door, fcntl.LOCK_EX)
    signal.alarm(task.read_seconds)
    return door


class _Lines:
    """Writes lines, many at once."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lines: list[str] = []
        self._encode = json.JSONEncoder(
            ensure_ascii=False, check_circular=False, separators=(",", ":")
        ).encode

    def add(self, line: list[Any]) -> None:
        """One line more."""
        self._lines.append(self._encode(line))
        if len(self._lines) >= LINES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        self._out.write("\n".join([*self._lines, ""]))
        self._out.flush()
        self._lines = []


def _read(file: Any, task: Task, lines: _Lines) -> None:
    title = ""
    try:
        budget = Budget(task.elements, task.cells, task.text)
        with ZipFile(file) as package:
            book = open_book(package, budget, task.sheets)
            for sheet in book.sheets[:1] if task.only_first else book.sheets:
                title = sheet.title
                lines.add(["sheet", title, sheet.hidden])
                reader = SheetReader(book, budget, Size(task.rows, task.columns), lines.add)
                reader.read(package, sheet)
                lines.add(["around", reader.merged, reader.hidden_columns])
        lines.add(["end"])
    except Refused as refused:
        lines.add(["refused", refused.why, title, refused.row, refused.column])
    except DAMAGES:
        lines.add(["refused", "damaged", title, 0, 0])
    lines.flush()
