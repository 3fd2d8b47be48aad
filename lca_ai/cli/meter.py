"""Commands that measure: a command or a running process into a log, and a view of what is drawn."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lca_ai.cli import child
from lca_ai.cli.shared import AsJson, app
from lca_ai.errors import InputError, LcaAiError
from lca_ai.shell_words import as_options

if TYPE_CHECKING:
    from lca_ai.meter.follow import Follower
    from lca_ai.meter.measure import Measurement
    from lca_ai.meter.window import Stage, Window
    from lca_ai.models.location import Location

_POLL_S = 0.2
_JOULE_PER_KWH = 3.6e6

Sources = Annotated[str, typer.Option(help="auto for all of this machine, or names as lca-ai sources lists them.")]
Place = Annotated[str | None, typer.Option("--location", help="Grid zone, for impacts, e.g. FR.")]
Pue = Annotated[float | None, typer.Option(help="Power usage effectiveness of the facility.")]
Every = Annotated[str, typer.Option(help="Interval between two readings, e.g. 1s or '500 ms'.")]


@app.command(
    context_settings={"allow_interspersed_args": False},
    epilog="Example: lca-ai measure --out runs/050 --every 200ms --location FR -- sleep 1",
)
def measure(  # noqa: PLR0913 (one argument for each thing that is told)
    command: Annotated[list[str] | None, typer.Argument(help="Command and its arguments.", metavar="COMMAND")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the log; one that has a log is continued.")] = Path("run"),
    every: Every = "1s",
    sources: Sources = "auto",
    name: Annotated[str | None, typer.Option(help="Name of the run, and of its stage in the log.")] = None,
    pid: Annotated[int | None, typer.Option(help="Follow this process, in place of a command.")] = None,
    location: Place = None,
    pue: Pue = None,
) -> None:
    """Measure a command, or a process that runs already, until it ends; its exit status is kept, signals passed on."""
    with as_options():
        if bool(command) == (pid is not None):
            problem = "a command or --pid, not both" if command else "nothing to measure"
            raise InputError(problem, field="COMMAND", accepted="e.g. lca-ai measure --out runs/042 -- python train.py")
        place = _place(location, pue)
        from lca_ai.meter.measure import measure as measured

        measurement = measured(out, sources, every)
        if command and (found := child.missing(command)):
            _tell(f"{command[0]}: {'command not found' if found == child.NOT_FOUND else 'cannot be run'}")
            raise typer.Exit(found)
        run = _Run(measurement, name or "", every)
        status = run.command(command) if command else run.process(pid or 0)
    if run.window is not None:
        _summary(run, name or out.resolve().name, place)
    raise typer.Exit(status)


class _Run:
    """One measurement of a command or a process."""

    def __init__(self, measurement: Measurement, stage: str, every: str) -> None:
        from lca_ai.meter.clock import seconds

        self._measurement, self._stage = measurement, stage
        self._every_s = seconds(every, "every")
        self.window: Window | None = None
        self._inner: Stage | None = None
        self.pid = 0

    def command(self, words: list[str]) -> int:
        """Run a command to its end; its exit status."""
        signals = child.Signals()
        with child.passing(signals):
            window = self._started()
            process = child.start(words)
            if isinstance(process, int):
                _tell(f"{words[0]}: cannot be run")
                self._measurement.stop(window)
                self.window = None
                return process
            signals.to(process)
            self.pid = process.pid
            ended, looks = threading.Event(), self._follower(ours=True)
            thread = threading.Thread(target=self._look, args=(looks, ended), name="lca_ai process", daemon=True)
            thread.start()
            returned = process.wait()
            ended.set()
            thread.join()
            self._stop(window, looks)
        return child.status(returned)

    def process(self, pid: int) -> int:
        """Follow a process until it ends, or until we are told to stop; 0, or by which signal."""
        from lca_ai.meter import process_use

        if not process_use.runs(pid):
            raise InputError("no such process", field="--pid", value=pid, accepted="the number of one that runs")
        stopped, told = threading.Event(), list[int]()

        def stop(number: int) -> None:
            told.append(number)
            stopped.set()

        self.pid = pid
        with child.passing(stop, keys=True):
            window = self._started()
            looks = self._follower(ours=False)
            thread = threading.Thread(target=self._look, args=(looks, stopped), name="lca_ai process", daemon=True)
            thread.start()
            while process_use.runs(pid) and not stopped.wait(_POLL_S):
                pass
            stopped.set()
            thread.join()
            self._stop(window, looks)
        return child.status(-told[0]) if told and told[0] != signal.SIGINT else 0

    def _started(self) -> Window:
        self.window = self._measurement.start()
        self._inner = self.window.stage(self._stage) if self._stage else None
        if self._inner is not None:
            self._inner.__enter__()
        return self.window

    def _stop(self, window: Window, looks: Follower | None) -> None:
        """End the measurement; what fails here must not hide how the command ended."""
        try:
            if looks is not None:
                looks.close()
            if self._inner is not None:
                self._inner.__exit__(None, None, None)
            self._measurement.stop(window)
        except Exception as fault:  # noqa: BLE001 (whatever fails here, the status of the command is told)
            _tell(f"the end of the measurement: {type(fault).__name__}: {fault}")

    def _follower(self, *, ours: bool) -> Follower | None:
        if self.window is None or not sys.platform.startswith("linux"):
            return None
        from lca_ai.meter.follow import Follower

        try:
            looks = Follower(self.window.folder, self.pid, child=ours)
            looks.look()
        except (LcaAiError, OSError) as fault:
            _tell(f"the part of the process is not told: {fault}")
            return None
        return looks

    def _look(self, looks: Follower | None, ended: threading.Event) -> None:
        from lca_ai.meter.follow import FIRST_LOOK_S

        pause = FIRST_LOOK_S
        try:
            while looks is not None and not ended.wait(pause) and looks.look():
                pause = looks.pause_s(pause, self._every_s)
        except (LcaAiError, OSError) as fault:
            _tell(f"the part of the process is not told: {fault}")


def _place(zone: str | None, pue: float | None) -> Location | None:
    """The place, checked before anything runs."""
    if zone is None:
        return None
    from lca_ai.models.location import location

    return location(zone, pue=pue)


def _tell(text: str) -> None:
    sys.stderr.write(f"lca-ai: {text}\n")


def _summary(run: _Run, name: str, place: Location | None) -> None:
    """What was measured, in a few lines on the error stream."""
    from lca_ai.cli import meter_words

    if run.window is None:
        return
    for words in (meter_words.energy, meter_words.part, meter_words.impacts):
        try:
            for line in words(run.window, name, run.pid, place):
                _tell(line)
        except Exception as fault:  # noqa: BLE001 (whatever fails here, the status of the command is told)
            _tell(f"{words.__name__}: {fault if isinstance(fault, LcaAiError) else repr(fault)}")


@app.command(epilog="Example: lca-ai watch --once --every 200ms --location FR")
def watch(  # noqa: PLR0913 (one argument for each thing that is told)
    out: Annotated[Path | None, typer.Option(help="Folder of a log that is being written; else this machine.")] = None,
    sources: Sources = "auto",
    every: Every = "1s",
    location: Place = None,
    pue: Pue = None,
    metrics: Annotated[
        int | None, typer.Option(help="Serve OpenMetrics at this port, on 127.0.0.1 alone, e.g. 9400.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Show it once and end.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Watch what is drawn: power now, energy and impacts so far, of this machine or of a log that is being written."""
    from lca_ai.cli.watch import View, shown
    from lca_ai.meter.clock import seconds

    with as_options():
        interval, place = seconds(every, "every"), _place(location, pue)
        view = View(out, sources, interval, place)
    try:
        shown(view, interval, once=once, as_json=as_json, port=metrics)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    finally:
        view.close()
