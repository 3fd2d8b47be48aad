"""What the callbacks share: a window that is given, or one of their own, whose stages begin and end by name."""

from __future__ import annotations

import os
from typing import Any

from lca_ai.errors import InputError
from lca_ai.meter.measure import Measurement, measure
from lca_ai.meter.stages import totals
from lca_ai.meter.window import Stage, Window

_JOULE_PER_KWH = 3.6e6

#: What a callback measures into: a window that is open, a measurement, or a folder.
Into = Window | Measurement | str | os.PathLike[str]


class Stages:
    """Stages of a window, begun and ended by the calls of a library.

    Parameters
    ----------
    into : an open window, which stays open; or a measurement or a folder, measured from :meth:`open` to :meth:`close`
    measured : how a folder is measured, as :func:`lca_ai.meter.measure.measure` takes it
    """

    def __init__(self, into: Into, **measured: Any) -> None:
        self._own = (
            None if isinstance(into, Window) else into if isinstance(into, Measurement) else measure(into, **measured)
        )
        self._window = into if isinstance(into, Window) else None
        self._begun: dict[str, Stage] = {}
        self._open = False

    @property
    def window(self) -> Window:
        """The window.

        Raises
        ------
        InputError : where nothing was measured yet
        """
        if self._window is None:
            raise InputError("nothing was measured yet", field="window", accepted="after the training has begun")
        return self._window

    def open(self) -> bool:
        """Start to measure; False where it is being measured already."""
        if self._open:
            return False
        self._open = True
        if self._own is not None:
            self._window = self._own.start()
        return True

    def begin(self, name: str) -> None:
        """Begin a stage, within those that are open."""
        if self._open and name not in self._begun:
            self._begun[name] = self.window.stage(name)
            self._begun[name].__enter__()

    def end(self, name: str, fault: BaseException | None = None) -> Stage | None:
        """End a stage, and those within it; None where it was not begun."""
        if name not in self._begun:
            return None
        for inner in list(self._begun)[: list(self._begun).index(name) : -1]:
            self.end(inner, fault)
        stage = self._begun.pop(name)
        stage.__exit__(None if fault is None else type(fault), fault, None)
        return stage

    def has(self, name: str) -> bool:
        """Whether a stage is open."""
        return name in self._begun

    def close(self, fault: BaseException | None = None) -> None:
        """End all stages, and the measurement where it is our own."""
        for name in list(self._begun)[::-1]:
            self.end(name, fault)
        if self._open and self._own is not None and self._window is not None:
            self._own.stop(self._window, fault="" if fault is None else f"{type(fault).__name__}: {fault}"[:200])
        self._open = False


def kwh(stage: Stage) -> float:
    """Energy from the begin of a stage to its end, of all that runs meanwhile; NaN where it is not known. [kWh]"""
    if stage.start is None or stage.end is None:
        return float("nan")
    parents = {sensor.name: sensor.parent for sensor in stage.window.sensors if sensor.parent}
    first, last = totals(stage.window.session.marks([stage.start, stage.end]), parents)
    return (last - first) / _JOULE_PER_KWH


def needed(library: str, fault: ImportError | None) -> None:
    """Say that a library is missing.

    Raises
    ------
    InputError : where it could not be imported
    """
    if fault is not None:
        raise InputError(f"{library} cannot be imported: {fault}", field=library, accepted=f"pip install {library}")
