"""
Have an uploaded workbook read by a process that may fail: small, poor, timed, and ended whatever happens.

Threads may call this: nothing is forked, a fresh interpreter is started that loads a few modules of Python's own
library and ``documents.xlsx``. It gets the file through memory and no environment, so neither the disk nor a secret.
"""

import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from documents.inspection import TOO_LARGE_INSIDE, Unreadable
from documents.xlsx.program import OUT_OF_MEMORY, Task

MOST_MEMORY = 320 * 1024 * 1024
MOST_CPU_SECONDS = 10
MOST_READ_SECONDS = 15
MOST_WAIT_SECONDS = 10
# An interpreter that has not begun after so long never will.
START_SECONDS = 10
# On two cores one reads while the other serves; a third would only make all of them late.
MOST_AT_ONCE = 2
MOST_ELEMENTS = 4_000_000
MOST_TEXT = 10_000_000
MOST_ANSWER = 64 * 1024 * 1024
BUSY = "いま、ほかの人のファイルを読んでいるところです。1分ほど待って、もう一度ファイルを選んでください。"
TOO_LONG = (
    "読み取りに時間がかかりすぎるため、途中でやめました。"
    "必要なシートと行だけを新しいブックに写して、もう一度ファイルを選んでください。"
)
BROKEN_OFF = (
    "読み取りが途中で止まりました。もう一度ファイルを選んでください。"
    "続くときは、必要な行だけを新しいブックに写してください。"
)

_ROOM = Path(__file__).resolve().parent.parent
_BEGIN = (
    "import sys; sys.path.append(sys.argv[1]); from documents.xlsx.program import main; main(sys.argv[2])"
)
_PIECE = 1024 * 1024

logger = logging.getLogger(__name__)


def task(*, only_first: bool, sheets: int, rows: int, columns: int, cells: int) -> Task:
    """The task to read so much, within what a reading process may use."""
    return Task(
        memory=MOST_MEMORY,
        cpu_seconds=MOST_CPU_SECONDS,
        wait_seconds=MOST_WAIT_SECONDS,
        read_seconds=MOST_READ_SECONDS,
        at_once=MOST_AT_ONCE,
        only_first=only_first,
        sheets=sheets,
        rows=rows,
        columns=columns,
        cells=cells,
        text=MOST_TEXT,
        elements=MOST_ELEMENTS,
    )


def command(what: Task) -> list[str]:
    """The words that start the process."""
    # -I: nothing from the environment or the current folder; -S: no installed packages.
    return [sys.executable, "-I", "-S", "-c", _BEGIN, str(_ROOM), json.dumps(asdict(what))]


def read_apart(content: bytes, what: Task) -> Iterator[list[Any]]:
    """
    The lines that ``documents.xlsx.program`` writes about the workbook, without its ``ready``; the last one is ``end``
    or ``refused``.

    :raises Unreadable: the process took too long, too much, or ended before its end.
    """
    with _in_memory(content) as file, _started(command(what), file) as process:
        answer = _answer(process, what)
        try:
            ended = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            raise Unreadable(BROKEN_OFF) from None
    if ended == 0 and answer.endswith(b"]\n"):
        return (json.loads(line) for line in islice(BytesIO(answer), 1, None))
    is_ready = b"\n" in answer
    logger.warning("the process that reads workbooks ended with %s", ended)
    if ended == OUT_OF_MEMORY:
        raise Unreadable(TOO_LARGE_INSIDE)
    if ended in (-signal.SIGXCPU, -signal.SIGALRM):
        raise Unreadable(TOO_LONG if is_ready else BUSY)
    raise Unreadable(BROKEN_OFF)


@contextmanager
def _in_memory(content: bytes) -> Iterator[BinaryIO]:
    """The file as one that never was on a disk (R12)."""
    with open(os.memfd_create("upload"), "w+b") as file:
        file.write(content)
        file.seek(0)
        yield file


@contextmanager
def _started(words: list[str], file: BinaryIO) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, in a group of its own; ended with all its group when nobody reads on."""
    process = subprocess.Popen(
        words,
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        assert process.stdout is not None
        process.stdout.close()
        process.wait()


def _answer(process: "subprocess.Popen[bytes]", what: Task) -> bytes:
    """
    All it writes. The time to read begins when it says that its turn has come.

    :raises Unreadable: it does not end in time, or writes more than anybody asked for.
    """
    assert process.stdout is not None
    door = process.stdout.fileno()
    ready = select.poll()
    ready.register(door, select.POLLIN)
    answer = bytearray()
    deadline = time.monotonic() + START_SECONDS + what.wait_seconds
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not ready.poll(left * 1000):
            logger.warning("the process that reads workbooks took too long")
            raise Unreadable(TOO_LONG if answer else BUSY)
        piece = os.read(door, _PIECE)
        if not piece:
            return bytes(answer)
        if not answer:
            # A second more than it gives itself: then it ends by itself and says why.
            deadline = time.monotonic() + what.read_seconds + 1
        answer += piece
        if len(answer) > MOST_ANSWER:
            raise Unreadable(TOO_LARGE_INSIDE)
