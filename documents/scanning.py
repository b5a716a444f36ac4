"""
Uploaded files are looked at by a virus scanner where one is configured: clamd, by its INSTREAM command.

``CLAMD_ADDRESS`` is ``tcp://host:port`` or ``unix:///path``; empty: nothing is scanned. A scanner that is configured
and does not answer lets nothing through.
"""

import socket
import struct
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from facilities.rules import ProblemsFound

# A file of the house's limit takes well below a second; a scanner that reloads its signatures takes some.
SECONDS: Final = 20
CHUNK: Final = 64 * 1024
MOST_OF_ANSWER: Final = 4096
INFECTED = "ウイルス検査で問題が見つかったため、このファイルは受け取れません。ファイルは保存していません。"
NO_SCANNER = (
    "いまウイルス検査ができないため、ファイルを受け取れません。ファイルは保存していません。"
    "しばらくしてから、もう一度お試しください。"
)


class ScannerAway(Exception):
    """The scanner cannot be reached, or answers what no scanner says. Carries no content."""


def require_clean(content: bytes) -> None:
    """
    Let a file pass that the scanner finds nothing in; every file where no scanner is configured.

    :raises ProblemsFound: it is infected, or the scanner is away.
    """
    address: str = settings.CLAMD_ADDRESS
    if not address:
        return
    try:
        clean = is_clean(content, address)
    except ScannerAway as away:
        raise ProblemsFound([NO_SCANNER]) from away
    if not clean:
        raise ProblemsFound([INFECTED])


def is_clean(content: bytes, address: str) -> bool:
    """
    What the scanner at ``address`` says of the content.

    :raises ScannerAway: it says nothing, or something else than clean or found.
    """
    try:
        with _connected(address) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                piece = content[start : start + CHUNK]
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            answer = _answer(line)
    except (OSError, ValueError) as problem:
        raise ScannerAway(type(problem).__name__) from problem
    if answer == "stream: OK":
        return True
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return False
    raise ScannerAway("unexpected answer")


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(parts.path)
        except OSError:
            line.close()
            raise
        return line
    if parts.scheme != "tcp" or not parts.hostname:
        raise ValueError("CLAMD_ADDRESS is tcp://host:port or unix:///path")
    return socket.create_connection((parts.hostname, parts.port or 3310), timeout=SECONDS)


def _answer(line: socket.socket) -> str:
    """Up to the NUL or the end."""
    said = b""
    while b"\0" not in said and len(said) < MOST_OF_ANSWER:
        piece = line.recv(MOST_OF_ANSWER)
        if not piece:
            break
        said += piece
    return said.split(b"\0")[0].decode("ascii", "replace").strip()
