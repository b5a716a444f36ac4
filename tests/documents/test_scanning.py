"""The virus scanner, against a small server that speaks clamd's INSTREAM."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from documents import scanning
from documents.scanning import CHUNK, INFECTED, NO_SCANNER, ScannerAway, is_clean, require_clean
from facilities.rules import ProblemsFound

VIRUS = b"EICAR-LIKE"
Answering = Callable[[bytes], bytes]


def honest(content: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if VIRUS in content else b"stream: OK\0"


class Server(threading.Thread):
    """Answers each connection as ``answering`` says; what it was given stands in ``received``."""

    def __init__(self, line: socket.socket, answering: Answering) -> None:
        super().__init__(daemon=True)
        self.line, self.answering, self.received = line, answering, []  # type: ignore[var-annotated]

    def run(self) -> None:
        while True:
            try:
                caller, _ = self.line.accept()
            except OSError:
                return
            with caller:
                content = self._content(caller)
                self.received.append(content)
                caller.sendall(self.answering(content))

    def _content(self, caller: socket.socket) -> bytes:
        file = caller.makefile("rb")
        assert file.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", file.read(4))[0]:
            content += file.read(size)
        return content


@contextmanager
def clamd(answering: Answering = honest, path: Path | None = None) -> Iterator[tuple[str, Server]]:
    line = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_STREAM)
    line.bind(str(path) if path else ("127.0.0.1", 0))
    line.listen()
    server = Server(line, answering)
    server.start()
    try:
        yield (f"unix://{path}" if path else f"tcp://127.0.0.1:{line.getsockname()[1]}"), server
    finally:
        line.shutdown(socket.SHUT_RDWR)
        line.close()


def test_without_a_scanner_nothing_is_scanned(settings):
    settings.CLAMD_ADDRESS = ""
    require_clean(VIRUS)


def test_what_is_clean_passes_in_pieces(settings):
    content = b"x" * (3 * CHUNK + 17)
    with clamd() as (address, server):
        settings.CLAMD_ADDRESS = address
        require_clean(content)

    assert server.received == [content]


def test_an_infected_file_is_refused(settings):
    with clamd() as (address, _):
        settings.CLAMD_ADDRESS = address
        with pytest.raises(ProblemsFound) as refused:
            require_clean(b"a" + VIRUS)
    assert refused.value.problems == [INFECTED]


def test_a_unix_socket_is_an_address_too(tmp_path):
    with clamd(path=tmp_path / "clamd.sock") as (address, _):
        assert is_clean(b"plain", address)
        assert not is_clean(VIRUS, address)


def test_a_scanner_that_is_away_lets_nothing_through(settings):
    with clamd() as (address, _):
        pass
    settings.CLAMD_ADDRESS = address
    with pytest.raises(ProblemsFound) as refused:
        require_clean(b"plain")
    assert refused.value.problems == [NO_SCANNER]


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but\0", b"\xff\0"]
)
def test_only_ok_is_clean(answer):
    with clamd(lambda _: answer) as (address, _), pytest.raises(ScannerAway):
        is_clean(b"plain", address)


def test_a_scanner_that_hangs_is_away(monkeypatch: Any):
    monkeypatch.setattr(scanning, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ScannerAway):
        is_clean(b"plain", f"tcp://127.0.0.1:{silent.getsockname()[1]}")


@pytest.mark.parametrize("address", ["localhost:3310", "http://localhost", "unix://"])
def test_an_address_that_is_none_is_a_scanner_away(address):
    with pytest.raises(ScannerAway):
        is_clean(b"plain", address)
