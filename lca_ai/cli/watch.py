"""The view of ``lca-ai watch``: a table that renews itself in a terminal, lines or JSON elsewhere."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lca_ai import units
from lca_ai.meter import live
from lca_ai.meter.live import Board, Figures, LogTail, Sensors
from lca_ai.meter.openmetrics import Endpoint, exposition
from lca_ai.meter.so_far import HEADLINES, SoFar, compiled

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lca_ai.models.location import Location

_JOULE_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Look:
    """What is known at one look."""

    figures: Sequence[Figures]
    seconds: float
    impacts: dict[str, tuple[float, str]]

    def to_dict(self, missing: Sequence[str]) -> dict[str, Any]:
        """As plain data; what is not known is null."""
        return {
            "seconds": self.seconds,
            "power_w": _known(live.total_w(self.figures)),
            "energy_kwh": _known(live.total_kwh(self.figures)),
            "sensors": [
                {
                    "host": one.host, "sensor": one.sensor, "covers": list(one.covers), "within": one.within or None,
                    "modelled": one.modelled, "power_w": _known(one.power_w), "energy_j": _known(one.energy_j),
                    "covered": _known(one.covered), "fault": one.fault or None,
                }
                for one in self.figures
            ],
            "impacts": {name: {"amount": amount, "unit": unit} for name, (amount, unit) in self.impacts.items()},
            "missing": list(missing),
        }  # fmt: skip


class View:
    """What is watched: a log that grows, or the sensors of this machine; and the place, for impacts.

    Raises
    ------
    InputError : where there is no such folder, source or zone
    """

    def __init__(self, out: Path | None, sources: str, every_s: float, place: Location | None) -> None:
        self._of: LogTail | Sensors = LogTail(out) if out is not None else Sensors(sources, every_s)
        self._place, self._models = place, dict[tuple[str, ...], SoFar]()
        self.missing: Sequence[str] = self._of.missing if isinstance(self._of, Sensors) else ()
        self.title = str(out) if out is not None else "this machine"
        self.last = Look((), 0.0, {})

    @property
    def reads_here(self) -> bool:
        """Whether sensors are read here: energy needs two looks then."""
        return isinstance(self._of, Sensors)

    def look(self) -> Look:
        """Look once more."""
        board: Board = self._of.look()
        figures = board.figures()
        kwh = live.total_kwh(figures)
        self.last = Look(figures, max(board.seconds.values(), default=0.0), self._impacts(figures, kwh))
        return self.last

    def _impacts(self, figures: Sequence[Figures], kwh: float) -> dict[str, tuple[float, str]]:
        covers = live.covers(figures)
        if self._place is None or not covers:
            return {}
        if covers not in self._models:
            self._models[covers] = compiled(self._place, covers)  # type: ignore[arg-type]
        return self._models[covers](kwh)

    def close(self) -> None:
        """Let go of the sources."""
        if isinstance(self._of, Sensors):
            self._of.close()


def shown(view: View, every_s: float, *, once: bool, as_json: bool, port: int | None) -> None:
    """Show a view until it is ended, or once."""
    if once:
        view.look()
        if view.reads_here:
            time.sleep(every_s)
            view.look()
        _print(view, as_json=as_json, indent=2)
        return
    with ExitStack() as stack:
        if port is not None:
            server = stack.enter_context(Endpoint(port, lambda: exposition(view.last.figures, view.last.impacts)))
            sys.stderr.write(f"lca-ai: metrics at http://127.0.0.1:{server.port}/metrics\n")
        if sys.stdout.isatty() and not as_json:
            _renewed(view, every_s)
        while True:
            view.look()
            _print(view, as_json=as_json)
            time.sleep(every_s)


def _renewed(view: View, every_s: float) -> None:
    """The table in place, renewed at every look."""
    from rich.live import Live

    with Live(auto_refresh=False) as screen:
        while True:
            view.look()
            screen.update(table(view), refresh=True)
            time.sleep(every_s)


def _print(view: View, *, as_json: bool, indent: int | None = None) -> None:
    if as_json:
        typer.echo(json.dumps(view.last.to_dict(view.missing), indent=indent, ensure_ascii=False, allow_nan=False))
    elif indent is None and not sys.stdout.isatty():
        typer.echo(line(view.last))
    else:
        from rich.console import Console

        Console().print(table(view))
    sys.stdout.flush()


def line(look: Look) -> str:
    """What is known at one look, in a line."""
    told = [f"{name} {units.humanise(amount, unit)}" for name, (amount, unit) in _headlines(look).items()]
    power = _shown(live.total_w(look.figures), "W")
    return "; ".join([f"{look.seconds:.0f} s", power, _energy(live.total_kwh(look.figures)), *told])


def table(view: View) -> RenderableType:
    """What is known as a table, with the impacts below it."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    look = view.last
    found = Table(title=f"{view.title}, {look.seconds:.0f} s", title_justify="left", expand=False)
    for name in ("sensor", "covers", "power", "energy", "covered"):
        found.add_column(name, justify="left" if name in {"sensor", "covers"} else "right")
    hosts = {one.host for one in look.figures}
    for one in look.figures:
        name = f"{one.host}/{one.sensor}" if len(hosts) > 1 else one.sensor
        told = f"  {name} (part of {one.within})" if one.within else name
        covered = "" if math.isnan(one.covered) else f"{one.covered:.1%}"
        style = "dim" if one.within or one.modelled else ""
        energy = _shown(one.energy_j, "J")
        marked = " (modelled)" if one.modelled else ""
        power = _shown(one.power_w, "W")
        found.add_row(told + marked, " ".join(one.covers), power, one.fault or energy, covered, style=style)
    found.add_section()
    found.add_row("together", "", _shown(live.total_w(look.figures), "W"), _energy(live.total_kwh(look.figures)), "")
    impacts = [f"{name} {units.humanise(amount, unit)}" for name, (amount, unit) in _headlines(look).items()]
    below = ["impacts of the electricity so far: " + ", ".join(impacts)] if impacts else []
    if not look.figures:
        below += ["no sensor", *view.missing]
    return Group(found, *(Text(one) for one in below))


def _headlines(look: Look) -> dict[str, tuple[float, str]]:
    return {name: look.impacts[name] for name in HEADLINES if name in look.impacts}


def _shown(amount: float, unit: str) -> str:
    return "not known" if math.isnan(amount) else units.humanise(amount, unit)


def _energy(kwh: float) -> str:
    return "not known" if math.isnan(kwh) else f"{units.humanise(_JOULE_PER_KWH * kwh, 'J')} ({kwh:.3g} kWh)"


def _known(amount: float) -> float | None:
    return amount if math.isfinite(amount) else None
