"""A command run as if it had been typed alone: its output, its exit status, and the signals it is sent."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

#: As shells tell it: a command that is there and cannot be run, and one that is not there.
NOT_RUN, NOT_FOUND = 126, 127
_BY_SIGNAL = 128
_PASSED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
#: Signals that a terminal sends to every process in its foreground.
_OF_TERMINAL = ("SIGINT", "SIGQUIT")


def missing(command: Sequence[str]) -> int:
    """0 where a command can be found and run; else the exit status of shells for it."""
    if shutil.which(command[0]) is not None:
        return 0
    return NOT_RUN if os.sep in command[0] and Path(command[0]).exists() else NOT_FOUND


def start(command: Sequence[str]) -> subprocess.Popen[bytes] | int:
    """The command as a child with our own input and output; the exit status of shells where it cannot be run."""
    try:
        return subprocess.Popen(list(command))  # noqa: S603 (the user's own command)
    except FileNotFoundError:
        return NOT_FOUND
    except OSError:
        return NOT_RUN


def status(returned: int) -> int:
    """The exit status of a child as shells tell it: 128 and the number of the signal that ended it.

    >>> status(3), status(-15)
    (3, 143)
    """
    return returned if returned >= 0 else _BY_SIGNAL - returned


@contextmanager
def passing(to: Callable[[int], None], *, keys: bool = False) -> Iterator[None]:
    """Give the signals that we are sent to ``to`` instead of ending by them; those that we ignore stay so for a child.

    Parameters
    ----------
    keys : whether what the terminal sends to all processes in its foreground counts, which a child gets by itself
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    terminal = {getattr(signal, name) for name in _OF_TERMINAL if hasattr(signal, name)}

    def handle(number: int, _: object) -> None:
        if keys or not (number in terminal and _in_foreground()):
            to(number)

    known = [getattr(signal, name) for name in _PASSED if hasattr(signal, name)]
    kept = [(one, signal.getsignal(one)) for one in known if keys or signal.getsignal(one) is not signal.SIG_IGN]
    for one, _ in kept:
        signal.signal(one, handle)
    try:
        yield
    finally:
        for one, before in kept:
            signal.signal(one, before)


def _in_foreground() -> bool:
    """Whether we are in the foreground of a terminal, whose keys then reach the child too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


class Signals:
    """Signals for a child that may not be there yet: kept until it is."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def __call__(self, number: int) -> None:
        """Send one."""
        if self._child is None:
            self._early.append(number)
        else:
            with suppress(ProcessLookupError):
                self._child.send_signal(number)

    def to(self, child: subprocess.Popen[bytes]) -> None:
        """The child is there."""
        self._child = child
        while self._early:
            self(self._early.pop(0))
