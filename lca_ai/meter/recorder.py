"""The file of a log: append-only, whole lines, one writer on each node, and never in the way of what is measured.

Every write is one call on a file opened to append, so that the lines of several processes never mix; the file is synced
to the disk at an interval. A full disk stops the writing and nothing else: the rows that are lost are counted, and each
later write is tried again. A last line that a power cut left in half is ended, so that the next one stands alone.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from lca_ai.errors import InputError
from lca_ai.meter.rows import HEADER

#: The folder's file system has no locks.
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


def host_name() -> str:
    """The name of this node, fit for a file."""
    return re.sub(r"[^\w.-]+", "-", socket.gethostname()) or "node"


def made(folder: str | os.PathLike[str]) -> Path:
    """The folder of a log, made where it is not there yet.

    Raises
    ------
    InputError : where it is none, or cannot be made or written
    """
    if not isinstance(folder, str | os.PathLike) or not os.fspath(folder):
        raise InputError("this is no folder", field="folder", value=folder, accepted="e.g. 'runs/042'")
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputError(f"the folder cannot be made: {fault.strerror}", file=folder) from None
    if not os.access(path, os.W_OK):
        raise InputError("the folder cannot be written", file=folder)
    return path.resolve()


class Lock:
    """The right to write the log of a node in a folder: of one process at a time, given up when it ends."""

    def __init__(self, folder: Path, host: str) -> None:
        self._paths = [folder / f".meter-{host}.lock", _elsewhere(folder, host)]
        self._file: int | None = None

    def take(self) -> bool:
        """Whether the lock is ours now; False where another process has it."""
        for path in self._paths:
            found = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _lock(found)
            except OSError as fault:
                os.close(found)
                if fault.errno not in _NO_LOCKS:
                    return False
            else:
                self._file = found
                return True
        return True  # no file system here has locks: one writer is what most have

    def forget(self) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _elsewhere(folder: Path, host: str) -> Path:
    digest = hashlib.sha256(f"{folder}\n{host}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"lca_ai-{digest}.lock"


def _lock(file: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Recorder:
    """The open file.

    Attributes
    ----------
    path : the file
    resumed : whether it had rows already
    rows, lost : rows written, and rows that could not be
    fault : why the last write failed; empty where it did not
    flushes, flush_s, longest_flush_s : how often the file was synced, and how long that took, in all and at most [s]
    """

    def __init__(self, folder: Path, host: str) -> None:
        self.path = folder / f"power-{host}.csv"
        self.resumed = False
        self.rows = self.lost = self.flushes = 0
        self.fault = ""
        self.flush_s = self.longest_flush_s = 0.0
        self._file: int | None = None
        self._torn = False
        self._unsynced = self._gone = False

    def open(self, *, waiting: bool = False) -> None:
        """Open the file, mend its end, and write the header into a new one.

        Parameters
        ----------
        waiting : somebody else writes the header: wait for it, a moment

        Raises
        ------
        InputError : where the file cannot be opened
        """
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as fault:
            raise InputError(f"the log cannot be written: {fault.strerror}", file=self.path) from None
        if waiting:
            until = time.monotonic() + 2.0
            while not os.fstat(self._file).st_size and time.monotonic() < until:
                time.sleep(0.01)
            return
        size = os.fstat(self._file).st_size
        self.resumed = size > len(HEADER)
        if not size:
            self.write([HEADER])
            self.rows = 0
        elif not _ends_well(self.path):
            self._torn = True  # the next write ends the line first

    def write(self, lines: list[str]) -> bool:
        """Append lines in one call; False where they, or some of them, could not be written."""
        if self._file is None or not lines:
            return False
        if self._gone:
            self.lost += len(lines)
            return False
        content = (("\n" if self._torn else "") + "".join(lines)).encode()
        left = memoryview(content)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as fault:
            self.fault = fault.strerror or str(fault)
            lost = bytes(left).count(b"\n")
            self._torn = self._torn if len(left) == len(content) else content[: -len(left)][-1:] != b"\n"
            self.lost += min(lost, len(lines))
            self.rows += len(lines) - min(lost, len(lines))
            return False
        self.fault, self._torn, self._unsynced = "", False, True
        self.rows += len(lines)
        return True

    def sync(self) -> None:
        """Bring what was written to the disk, and see whether the file is still there: else its rows are lost."""
        if self._file is None or not self._unsynced:
            return
        began = time.perf_counter()
        try:
            os.fsync(self._file)
        except OSError as fault:
            self.fault = fault.strerror or str(fault)
        if not os.fstat(self._file).st_nlink:
            self._gone, self.fault = True, "the file was deleted"
            self.lost, self.rows = self.lost + self.rows, 0
        took = time.perf_counter() - began
        self._unsynced = False
        self.flushes += 1
        self.flush_s += took
        self.longest_flush_s = max(self.longest_flush_s, took)

    def forget(self) -> None:
        """Let go of the file, without a word: in a process that is not the writer's."""
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
