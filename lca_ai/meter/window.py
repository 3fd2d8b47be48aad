"""A window: what is measured between its start and its end, and the stages in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from lca_ai.errors import InputError, shorten
from lca_ai.meter.base import Sensor
from lca_ai.meter.recording import Edge, Quality, Session
from lca_ai.meter.stages import Span, table, totals

if TYPE_CHECKING:
    import pandas as pd
    import pint

    from lca_ai.models.location import Location
    from lca_ai.models.power import PowerLog
    from lca_ai.models.workload import InferenceService, TrainingRun

_JOULE_PER_KWH = 3.6e6
#: Longest name of a stage. [characters]
_LONGEST_NAME = 200
#: The stages that this thread, or task, is in; of all windows, the innermost last.
_inside: ContextVar[tuple[Run, ...]] = ContextVar("lca_ai stages", default=())


@dataclass(eq=False)
class Run:
    """One run of a stage: its edges, None before they are, and the run of the stage around it."""

    stage: Stage
    path: str
    around: Run | None
    start: Edge | None = None
    end: Edge | None = None


class Stage:
    """A part of a window, begun and ended with ``with``, once or again; stages within it are its parts.

    Attributes
    ----------
    last : the run that began last; None before the first
    """

    def __init__(self, window: Window, name: str) -> None:
        self.window, self.name = window, name
        self.last: Run | None = None

    @property
    def path(self) -> str:
        """Its name, after those of the stages around it."""
        return self.name if self.last is None else self.last.path

    @property
    def start(self) -> Edge | None:
        """The start of its last run."""
        return None if self.last is None else self.last.start

    @property
    def end(self) -> Edge | None:
        """The end of its last run."""
        return None if self.last is None else self.last.end

    def __enter__(self) -> Self:
        inside = _inside.get()
        around = next((one for one in reversed(inside) if one.stage.window is self.window and one.end is None), None)
        self.last = run = Run(self, self.name if around is None else f"{around.path}/{self.name}", around)
        _inside.set((*inside, run))
        self.window.begun.append(run)
        run.start = self.window.session.edge("stage+", run.path)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None, /
    ) -> None:
        inside = _inside.get()
        run = next((one for one in reversed(inside) if one.stage is self), self.last)
        if run is not None and run.end is None:
            run.end = self.window.session.edge("stage-", run.path, told(kind, fault))
        _inside.set(tuple(one for one in inside if one is not run))


def told(kind: type[BaseException] | None, fault: BaseException | None) -> str:
    """What ended a block, for the log."""
    return "" if kind is None else f"{kind.__name__}: {fault}"[:200]


class Window:
    """What was measured from a start to an end; so far, where it has not ended.

    Attributes
    ----------
    folder : where the log is
    begun : the runs of stages, in the order in which they were begun
    """

    def __init__(self, folder: Path, host: str, session: Session, start: Edge, *, whole: bool) -> None:
        self.folder, self.session, self._host = folder, session, host
        self.begun: list[Run] = []
        self._start, self._whole = start, whole
        self._end: Edge | None = None

    def close(self, end: Edge) -> None:
        """The end of it."""
        self._end = end

    @property
    def sensors(self) -> Sequence[Sensor]:
        """What is read."""
        return self.session.sensors

    def stage(self, name: str) -> Stage:
        """A part of the window, for ``with``.

        Examples
        --------
        ``with window.stage("validation"): ...`` within ``with window.stage("epoch 1"): ...`` is "epoch 1/validation".

        Raises
        ------
        InputError : for a name that is no text, or none that a row of the log holds
        """
        if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST_NAME:
            accepted = f'a text of 1 to {_LONGEST_NAME} characters, e.g. "epoch 1"'
            raise InputError("this is no name of a stage", field="stage", value=shorten(repr(name)), accepted=accepted)
        return Stage(self, name.encode("utf-8", "backslashreplace").decode())  # half a character is no text

    @property
    def start(self) -> datetime:
        """When it started."""
        return _utc(self._start.utc)

    @property
    def end(self) -> datetime | None:
        """When it ended; None where it has not."""
        return None if self._end is None else _utc(self._end.utc)

    @property
    def seconds(self) -> float:
        """How long it lasts, so far."""
        return (self._end or self.session.edge("")).moment - self._start.moment

    @property
    def devices(self) -> dict[str, float]:
        """Energy of each sensor, so far [J]; those within another one of them too, whose part they are."""
        first, last = self.session.marks([self._start, self._now()])
        since = {name: 0.0 if math.isnan(joules) else joules for name, joules in first.items()}
        return {name: joules - since[name] for name, joules in last.items() if name in since and not math.isnan(joules)}

    @property
    def energy(self) -> pint.Quantity[float]:
        """Energy of all sensors, so far; parts are not added to their whole. NaN where nothing is measured."""
        from lca_ai.units import quantity

        first, last = totals(self.session.marks([self._start, self._now()]), self._parents())
        joules = last - first
        return quantity({"value": joules / _JOULE_PER_KWH, "unit": "kWh"})

    @property
    def stages(self) -> pd.DataFrame:
        """The stages, and the window itself as ".", so far; see :func:`lca_ai.meter.stages.table`.

        Returns
        -------
        DataFrame with ``path``, ``start``, ``end`` (NaT where it goes on), ``seconds``, ``energy [kWh]`` with what lies
        within, and ``own energy [kWh]`` without it. Own energies add to that of the window; what stages that run at the
        same time draw is divided equally among them.
        """
        begun = [run for run in list(self.begun) if run.start is not None]
        places: dict[Run | None, int] = {None: 0} | {run: place for place, run in enumerate(begun, 1)}
        spans = [Span(".", self._start, self._end, None)]
        spans += [Span(one.path, one.start, one.end, places[one.around]) for one in begun if one.start is not None]
        return table(spans, self._now(), self.session.marks, self._parents())

    @property
    def quality(self) -> Quality:
        """How well it was measured, and what that cost."""
        return self.session.quality()

    @property
    def missing(self) -> tuple[str, ...]:
        """Why a source is not used."""
        return self.session.quality().missing

    @property
    def log(self) -> PowerLog:
        """The log of its folder, of all nodes; from its start to its end where it is not all of that."""
        from glob import escape

        from lca_ai.models.power import PowerLog

        whole = PowerLog(files=(str(Path(escape(str(self.folder))) / "power-*.csv"),), format="lca-ai-meter")
        return whole if self._whole else whole.replace(start=self.start, end=_utc(self._now().until))

    def training_run(self, *, location: Location | str, hardware: Any = "auto", **fields: Any) -> TrainingRun:
        """What was measured as a training run; see :func:`lca_ai.meter.handover.training_run`."""
        from lca_ai.meter.handover import training_run

        return training_run(self, location=location, hardware=hardware, **fields)

    def inference_service(
        self, *, delivered: Any, location: Location | str, hardware: Any = "auto", **fields: Any
    ) -> InferenceService:
        """What was measured as a service; see :func:`lca_ai.meter.handover.inference_service`."""
        from lca_ai.meter.handover import inference_service

        return inference_service(self, delivered=delivered, location=location, hardware=hardware, **fields)

    def _now(self) -> Edge:
        return self._end or self.session.edge("")

    def _parents(self) -> dict[str, str]:
        return {sensor.name: sensor.parent for sensor in self.session.sensors if sensor.parent}

    def __repr__(self) -> str:
        state = "measuring" if self._end is None else "measured"
        what = ", ".join(sensor.name for sensor in self.sensors) or "no sensor"
        return f"<Window of {self.folder}: {state} {what}>"


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
