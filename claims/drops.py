"""
The folder in which a city's core system leaves its files: what lies there finished, reading it, taking it away.

``COUNT_DROP_FOLDER/<市区町村コード>/*.csv``. Only regular files count; links, hidden files and ``.tmp`` are left alone.
A file is finished when nothing about it has changed for a minute. Nothing here knows the database.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

QUIET_SECONDS = 60
# So many in one round; the next one comes a minute later.
MOST_FILES = 20


@dataclass(frozen=True)
class Identity:
    """What tells whether a name still stands for the same, unchanged file."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Identity":
        """Of a looked-at file."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def quiet_since(self, now: float) -> float:
        """Seconds without a change. A copy may keep the old time of writing; the time of change it cannot keep."""
        return now - max(self.modified_ns, self.changed_ns) / 1e9


@dataclass(frozen=True)
class Drop:
    """One finished file. ``content`` None: it is larger than the limit and was not read to its end."""

    name: str
    identity: Identity
    content: bytes | None

    @property
    def key(self) -> str:
        """The same for the same file, however often it is read; another one when it is laid there again."""
        return f"{self.identity.inode}|{self.identity.modified_ns}|{self.identity.changed_ns}"


class CannotTakeAway(Exception):
    """The folder does not let us delete: what we read there would come again and again."""


class DropFolder:
    """An open folder: names are looked up in it and nowhere else, even when its path changes meanwhile."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor, self._path = descriptor, path

    def finished(self, now: float) -> list[str]:
        """
        Names of the files that are written to their end, the oldest first.

        :raises CannotTakeAway: there are some and they could not be deleted afterwards.
        """
        found = []
        for name in os.listdir(self._descriptor):
            if name.startswith(".") or not name.lower().endswith(".csv"):
                continue
            try:
                status = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode) and Identity.of(status).quiet_since(now) >= QUIET_SECONDS:
                found.append((status.st_mtime_ns, name))
        if found and not os.access(self._path, os.W_OK | os.X_OK):
            raise CannotTakeAway(str(self._path))
        return [name for _, name in sorted(found)[:MOST_FILES]]

    def read(self, name: str, *, limit: int, now: float) -> Drop | None:
        """The file; None when it is gone, is no file, or is being written again."""
        try:
            # Without O_NONBLOCK a named pipe would keep us waiting.
            file = os.open(
                name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._descriptor
            )
        except OSError:
            return None
        with open(file, "rb") as opened:
            status = os.fstat(file)
            before = Identity.of(status)
            if not stat.S_ISREG(status.st_mode) or before.quiet_since(now) < QUIET_SECONDS:
                return None
            if before.size > limit:
                return Drop(name, before, None)
            content = opened.read(limit + 1)
            if Identity.of(os.fstat(file)) != before or len(content) != before.size:
                return None
        return Drop(name, before, content)

    def take_away(self, drop: Drop) -> None:
        """Delete the very file that was read; one that was laid under its name meanwhile stays."""
        try:
            status = os.stat(drop.name, dir_fd=self._descriptor, follow_symlinks=False)
            if Identity.of(status) == drop.identity:
                os.unlink(drop.name, dir_fd=self._descriptor)
        except FileNotFoundError:
            return


@contextmanager
def drop_folder(root: Path, code: str) -> Iterator[DropFolder | None]:
    """The folder of one city; None when there is none. A link in its place is no folder."""
    path = root / code
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield DropFolder(descriptor, path)
    finally:
        os.close(descriptor)
