"""A recording made by a process of its own, which code that holds the interpreter's lock cannot starve.

The measured process starts it, and tells it each edge through a pipe; it reads the counters and answers. When the pipe
closes, because the measured process ended, however it did, it reads once more and ends the log.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import pickle
import select
import subprocess
import sys
import threading
import weakref
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any

from lca_ai.errors import InputError, LcaAiError
from lca_ai.meter.base import Sensor
from lca_ai.meter.probe import Wanted
from lca_ai.meter.recorder import Lock
from lca_ai.meter.recording import Edge, Quality, Settings
from lca_ai.meter.session import OwnSession

_LOG = logging.getLogger("lca_ai.meter")
#: How long the process waits for a word before it looks whether its parent is there. [s]
_LOOK_S = 1.0
_GONE = Edge(-1)


class RemoteSession:
    """A recording made by a process of its own, as the measured process sees it."""

    def __init__(self, settings: Settings, wanted: Wanted) -> None:
        first = {"settings": _packed(settings), "wanted": _packed(wanted), "parent": os.getpid()}
        self._talk = threading.Lock()
        self._marks: dict[str, array[float]] = {}
        self._quality = Quality(recorder="a process of its own")
        self._closed: Edge | None = None
        self._process: subprocess.Popen[str] | None = subprocess.Popen(  # noqa: S603 (this interpreter, this module)
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\nfrom {__name__} import main; main()"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        _live.add(self)
        answer = self._ask(first)
        if "error" in answer:
            self._release()
            raise _unpacked(answer["error"])
        self.held: bool = answer.get("held", False)
        self.sensors: list[Sensor] = _unpacked(answer["sensors"]) if self.held else []
        self.started = Edge(*answer["edge"]) if self.held else _GONE
        self.resumed: bool = answer.get("resumed", False)
        if not self.held:
            self._release()

    def _ask(self, word: dict[str, Any]) -> dict[str, Any]:
        """Send a word and wait for the answer; nothing where the process is gone."""
        with self._talk:
            if self._process is None:
                return {}
            pipes: tuple[IO[str], IO[str]] = (self._process.stdin, self._process.stdout)  # type: ignore[assignment]
            try:
                pipes[0].write(json.dumps(word) + "\n")
                pipes[0].flush()
                answer = pipes[1].readline()
            except (OSError, ValueError):
                answer = ""
            if answer:
                return json.loads(answer)  # type: ignore[no-any-return]
        self._lost()
        return {}

    def _lost(self) -> None:
        if self._process is not None:
            _LOG.warning("the process that measures has ended; what it wrote is in the log")
            self._quality = replace(self._quality, recorder="nobody", write_fault="the process that measures has ended")
        self._release()

    def _release(self) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
            self._process.wait()
        self._process = None

    def edge(self, event: str, stage: str = "", fault: str = "") -> Edge:
        """A moment: the process reads the counters now."""
        answer = self._ask({"edge": [event, stage, fault]})
        return Edge(*answer["edge"]) if answer else self._closed or _GONE

    def marks(self, edges: Sequence[Edge]) -> list[dict[str, float]]:
        """Energy of each sensor since the start, at each edge [J]."""
        answer = self._ask({"marks": True})
        if answer:
            self._marks = _unpacked(answer["marks"])
        return [
            {name: marks[edge.number] for name, marks in self._marks.items() if 0 <= edge.number < len(marks)}
            for edge in edges
        ]

    def quality(self) -> Quality:
        """How well it was measured."""
        answer = self._ask({"quality": True})
        if answer:
            self._quality = _unpacked(answer["quality"])
        return replace(self._quality, recorder="a process of its own") if answer else self._quality

    def close(self, fault: str = "") -> Edge:
        """End the recording and the process."""
        answer = self._ask({"close": fault})
        if answer:
            self._marks = _unpacked(answer["marks"])
            self._quality = replace(_unpacked(answer["quality"]), recorder="a process of its own")
            self._closed = Edge(*answer["edge"])
        self._release()
        return self._closed or _GONE

    def abandon(self) -> None:
        """Say nothing any more: the recording is that of the process that this one is a child of."""
        self._talk = threading.Lock()
        if self._process is not None:
            nothing = os.open(os.devnull, os.O_RDWR)
            for pipe in (self._process.stdin, self._process.stdout):
                os.dup2(nothing, pipe.fileno(), inheritable=False)  # type: ignore[union-attr] # a close() may wait
            os.close(nothing)
            self._process.returncode = 0
            self._process = None


def _packed(value: object) -> str:
    try:
        return base64.b64encode(pickle.dumps(value)).decode()
    except (pickle.PicklingError, TypeError, AttributeError) as fault:
        raise InputError(
            "these sources cannot be handed to another process", field="sources", value=str(fault),
            accepted='"auto", names of sources, or sources of an importable module; or process=False',
        ) from None  # fmt: skip


def _unpacked(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))  # noqa: S301 (from our own parent or child)


def main() -> None:
    """The process: record until the pipe closes."""
    words, answers = sys.stdin, os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    line = words.readline()
    if not line:
        return
    first = json.loads(line)
    settings: Settings = _unpacked(first["settings"])
    lock = Lock(settings.folder, settings.host)
    if not lock.take():
        _answer(answers, {"held": False})
        return
    try:
        session = OwnSession(settings, _unpacked(first["wanted"]), lock)
    except (LcaAiError, ImportError, AttributeError) as fault:
        error = fault if isinstance(fault, LcaAiError) else _not_importable(fault)
        _answer(answers, {"error": _packed(error)})
        return
    first_edge = {"resumed": session.resumed, "edge": session.started, "sensors": _packed(session.sensors)}
    _answer(answers, {"held": True, **first_edge})
    while (word := _next(words, first["parent"])) is not None:
        if "close" in word:
            edge = session.close(word["close"])
            told = {"edge": edge, "marks": _packed(session.all_marks()), "quality": _packed(session.quality())}
            _answer(answers, told)
            os._exit(0)  # everything is written, and the measured program waits
        _answer(answers, _answered(session, word))
    session.close("the measured program ended without closing the window")


def _answered(session: OwnSession, word: dict[str, Any]) -> dict[str, Any]:
    if "edge" in word:
        return {"edge": session.edge(*word["edge"])}
    if "marks" in word:
        return {"marks": _packed(session.all_marks())}
    return {"quality": _packed(session.quality())}


def _next(words: IO[str], parent: int) -> dict[str, Any] | None:
    """The next word; None where the pipe closes, or the parent is gone and a child of it holds the pipe."""
    while os.getppid() == parent or os.name != "posix":
        if os.name != "posix" or select.select([words], [], [], _LOOK_S)[0]:
            line = words.readline()
            return json.loads(line) if line else None
    return None


def _answer(answers: IO[str], answer: dict[str, Any]) -> None:
    with suppress(OSError):  # a parent that is gone: the next word is the last
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _not_importable(fault: Exception) -> InputError:
    return InputError(
        "these sources cannot be opened in another process", field="sources", value=str(fault),
        accepted='"auto", names of sources, or sources of an importable module; or process=False',
    )  # fmt: skip


_live: weakref.WeakSet[RemoteSession] = weakref.WeakSet()


def _forked() -> None:
    for one in list(_live):
        one.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
