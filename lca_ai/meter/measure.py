"""``lca_ai.measure``: one object that measures a block, a function, a coroutine or a generator into a folder."""

from __future__ import annotations

import functools
import inspect
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from lca_ai.errors import InputError
from lca_ai.meter.attached import AttachedSession
from lca_ai.meter.clock import Clock, seconds
from lca_ai.meter.probe import Wanted
from lca_ai.meter.recorder import Lock, host_name, made
from lca_ai.meter.recording import Session, Settings
from lca_ai.meter.session import OwnSession
from lca_ai.meter.window import Window, told

if TYPE_CHECKING:
    import pint

P = ParamSpec("P")
T = TypeVar("T")

#: Shortest interval between two readings. [s]
_SHORTEST_S = 0.001
#: The recordings of this process by their folder, each with how many windows are open in it.
_open: dict[Path, tuple[Session, int]] = {}
_opening = threading.RLock()
#: The windows that this thread, or task, has entered with ``with``.
_entered: ContextVar[tuple[Window, ...]] = ContextVar("lca_ai windows", default=())


def _forked() -> None:
    """A child has no recording of its own yet: what it measures is a part of its parent's, as a rank's is."""
    global _opening  # noqa: PLW0603 (another thread of the parent may hold the lock)
    _opening = threading.RLock()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def measure(  # noqa: PLR0913 (how it is measured)
    folder: str | os.PathLike[str], sources: Wanted = "auto", every: str | float | pint.Quantity[float] = "1 s", *,
    process: bool = False, flush: str | float | pint.Quantity[float] = "5 s", clock: Clock | None = None,
) -> Measurement:  # fmt: skip
    """Measure the energy of a block or a function, and write a log of it as it goes.

    Parameters
    ----------
    folder : where the log is written (``power-<host>.csv``); one that has a log already is continued
    sources : "auto" for all of this machine, names ("nvml, rapl"), or sources; see :func:`lca_ai.meter.sources.find`
    every : interval between two readings of all sensors; energy is exact for counters whatever it is
    process : read in a process of its own, for programs that hold the interpreter's lock for long
    flush : longest time after which what was written is brought to the disk
    clock : the clocks to go by; of this process only

    Returns
    -------
    A context manager, which gives a :class:`lca_ai.meter.window.Window`; and a decorator, of coroutines and generators
    too. It may be used again and within itself. On each node one process records into a folder: others that measure
    into it add their stages to that log.

    Raises
    ------
    InputError : for an interval that is none or shorter than 1 ms, or a folder that cannot be written
    UnknownKeyError : for a source of an unknown name

    Examples
    --------
    ``with lca.measure("runs/042") as window: train()``, then ``window.energy``; ``@lca.measure("runs/eval")``.
    """
    every_s = seconds(every, "every")
    if every_s < _SHORTEST_S:
        accepted = "1 ms or longer; counters are exact whatever the interval is"
        raise InputError("no sensor is read as often", field="every", value=every, accepted=accepted)
    return Measurement(folder, sources, every_s, seconds(flush, "flush"), process=process, clock=clock)


class Measurement:
    """How and where it is measured; each use is a window.

    Attributes
    ----------
    last : the window of the last use; None before the first
    """

    def __init__(  # noqa: PLR0913 (how it is measured)
        self, folder: str | os.PathLike[str], sources: Wanted, every_s: float, flush_s: float, *,
        process: bool = False, clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.folder, self.sources = folder, sources
        self._every_s, self._flush_s, self._process, self._clock = every_s, flush_s, process, clock
        self._windows: list[Window] = []
        self.last: Window | None = None

    def start(self) -> Window:
        """Start a window, where a ``with`` does not fit; :meth:`stop` ends it."""
        settings = Settings(made(self.folder), host_name(), self._every_s, self._flush_s)
        with _opening:
            session, others = _open.get(settings.folder, (None, 0))
            own = session is None
            if session is None:
                session = self._session(settings)
            _open[settings.folder] = session, others + 1
        alone = own and not session.resumed
        start = session.started if own else session.edge("stage+", "window")
        window = Window(settings.folder, settings.host, session, start, whole=alone)
        self._windows.append(window)
        self.last = window
        return window

    def stop(self, window: Window | None = None, *, fault: str = "") -> Window:
        """End a window: the one that was started last, where none is given; one that has ended stays as it is.

        Raises
        ------
        InputError : where none is open
        """
        if window is None and not self._windows:
            raise InputError("no window is open", field="folder", value=str(self.folder), accepted="start() before")
        found = window or self._windows[-1]
        if found not in self._windows:
            return found
        self._windows.remove(found)
        with _opening:
            session, others = _open.get(found.folder, (found.session, 1))
            if session is not found.session or others <= 1:
                _open.pop(found.folder, None)
                found.close(found.session.close(fault))
            else:
                _open[found.folder] = session, others - 1
                found.close(session.edge("stage-", "window", fault))
        return found

    def _session(self, settings: Settings) -> Session:
        """A recording of this process, or of one of its own; or a part in the one that another process makes."""
        if self._process:
            from lca_ai.meter.process import RemoteSession

            remote = RemoteSession(settings, self.sources)
            return remote if remote.held else AttachedSession(settings, self._clock)
        lock = Lock(settings.folder, settings.host)
        if not lock.take():
            return AttachedSession(settings, self._clock)
        try:
            return OwnSession(settings, self.sources, lock, self._clock)
        except BaseException:
            lock.forget()
            raise

    def __enter__(self) -> Window:
        window = self.start()
        _entered.set((*_entered.get(), window))
        return window

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None, /
    ) -> None:
        entered = _entered.get()
        window = next((one for one in reversed(entered) if one in self._windows), None)
        _entered.set(tuple(one for one in entered if one is not window))
        self.stop(window, fault=told(kind, fault))

    @contextmanager
    def _each(self) -> Iterator[Window]:
        """A window of its own, whatever else is open."""
        window = self.start()
        try:
            yield window
        except BaseException as fault:
            self.stop(window, fault=told(type(fault), fault))
            raise
        self.stop(window)

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """The same function, each call of it measured; a generator from its first item to its end."""
        wrapper: Callable[..., Any]
        if inspect.isasyncgenfunction(function):
            wrapper = self._async_generator(function)
        elif inspect.isgeneratorfunction(function):
            wrapper = self._generator(function)
        elif inspect.iscoroutinefunction(function):
            wrapper = self._coroutine(function)
        else:
            wrapper = self._plain(function)
        wrapped = functools.wraps(function)(wrapper)
        wrapped.measurement = self  # type: ignore[attr-defined]
        return cast("Callable[P, T]", wrapped)

    def _plain(self, function: Callable[..., T]) -> Callable[..., T]:
        def call(*args: Any, **kwargs: Any) -> T:
            with self._each():
                return function(*args, **kwargs)

        return call

    def _coroutine(self, function: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        async def call(*args: Any, **kwargs: Any) -> T:
            with self._each():
                return await function(*args, **kwargs)

        return call

    def _generator(self, function: Callable[..., Generator[Any, Any, T]]) -> Callable[..., Generator[Any, Any, T]]:
        def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, T]:
            with self._each():
                return (yield from function(*args, **kwargs))

        return call

    def _async_generator(
        self, function: Callable[..., AsyncGenerator[Any, Any]]
    ) -> Callable[..., AsyncGenerator[Any, Any]]:
        async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            with self._each():
                items = function(*args, **kwargs)
                try:
                    async for item in items:
                        yield item
                finally:
                    await items.aclose()

        return call
