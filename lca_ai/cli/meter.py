"""Commands that measure: a command or a running process into a log, and a view of what is drawn."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lca_ai.cli import child, meter_study
from lca_ai.cli.shared import AsJson, app
from lca_ai.errors import InputError, LcaAiError
from lca_ai.shell_words import as_options

if TYPE_CHECKING:
    from lca_ai.meter.follow import Follower
    from lca_ai.meter.measure import Measurement
    from lca_ai.meter.window import Stage, Window
    from lca_ai.models.location import Location

_POLL_S = 0.2
_LAST_PORT = 65535

Sources = Annotated[str, typer.Option(help="auto for all of this machine, or names as lca-ai sources lists them.")]
Place = Annotated[str | None, typer.Option("--location", help="Grid zone, for impacts, e.g. FR.")]
Pue = Annotated[float | None, typer.Option(help="Power usage effectiveness of the facility.")]
#: Text, so that an empty one is seen: as a path it would be the folder we are in.
Folder = Annotated[str, typer.Option(help="Folder of the log; one that has a log is continued.", metavar="PATH")]
Every = Annotated[str, typer.Option(help="Interval between two readings, e.g. 1s or '500 ms'.")]


@app.command(
    context_settings={"allow_interspersed_args": False},
    epilog="Example: lca-ai measure --out runs/050 --every 200ms --location FR -- sleep 1",
)
def measure(  # noqa: PLR0913 (one argument for each thing that is told)
    command: Annotated[list[str] | None, typer.Argument(help="Command and its arguments.", metavar="COMMAND")] = None,
    out: Folder = "run",
    every: Every = "1s",
    sources: Sources = "auto",
    name: Annotated[str | None, typer.Option(help="Name of the run, and of its stage in the log.")] = None,
    pid: Annotated[int | None, typer.Option(help="Follow this process, in place of a command.")] = None,
    location: Place = None,
    pue: Pue = None,
    study: Annotated[
        Path | None, typer.Option(help="Write a study of it, for lca-ai assess, e.g. runs/042.yaml; with --location.")
    ] = None,
) -> None:
    """Measure a command, or a process that runs already, until it ends; its exit status is kept, signals passed on."""
    with as_options():
        if bool(command) == (pid is not None):
            problem = "a command or --pid, not both" if command else "nothing to measure"
            raise InputError(problem, field="COMMAND", accepted="e.g. lca-ai measure --out runs/042 -- python train.py")
        interval, place, folder = _interval(every), _place(location, pue), _folder(out)
        if study is not None:
            _study(study, place)
        _check_sources(sources)
        from lca_ai.meter.measure import measure as measured

        measurement = measured(folder, sources, interval)
        if command and (found := child.missing(command)):
            _tell(f"{command[0]}: {'command not found' if found == child.NOT_FOUND else 'cannot be run'}")
            raise typer.Exit(found)
        run = _Run(measurement, name or "", interval)
        status = run.command(command) if command else run.process(pid or 0)
    if run.window is not None:
        _summary(run, name or folder.resolve().name, place, study)
    raise typer.Exit(status)


class _Run:
    """One measurement of a command or a process."""

    def __init__(self, measurement: Measurement, stage: str, every_s: float) -> None:
        self._measurement, self._stage, self._every_s = measurement, stage, every_s
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
        if pue is not None:
            accepted = "--location with it: the impacts are those of a place, e.g. --location FR --pue 1.2"
            raise InputError("there is no place for it", field="--pue", value=pue, accepted=accepted)
        return None
    from lca_ai.models.location import location

    return location(zone, pue=pue)


def _folder(out: str) -> Path:
    if not out.strip():
        raise InputError("no folder", field="--out", value=out, accepted="the folder of a log, e.g. runs/042")
    return Path(out)


def _interval(every: str) -> float:
    """The interval between two readings. [s]"""
    from lca_ai.meter.clock import seconds

    try:
        return seconds(every, "--every")
    except InputError as fault:
        problem = fault.problem if fault.field == "--every" else "this is no time"
        raise InputError(problem, field="--every", value=every, accepted="a time such as '1 s' or '500 ms'") from None


def _check_sources(sources: str) -> None:
    """See that what is named is here; an error of it names the option."""
    from lca_ai.meter.sources import check

    try:
        check(sources)
    except InputError as fault:
        raise type(fault)(fault.problem, field="--sources", value=fault.value, accepted=fault.accepted) from None


def _study(file: Path, place: Location | None) -> None:
    if place is None:
        accepted = "--location with it, e.g. --location FR"
        raise InputError("a study needs a place", field="--study", value=str(file), accepted=accepted)
    meter_study.check(file)


def _tell(text: str) -> None:
    sys.stderr.write(f"lca-ai: {text}\n")


def _summary(run: _Run, name: str, place: Location | None, study: Path | None) -> None:
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
    if study is None:
        if place is not None:
            _tell("a report: the same with --study FILE.yaml writes a study, for lca-ai assess FILE.yaml")
        return
    try:
        for line in meter_study.write(study, run.window, name, place):  # type: ignore[arg-type]
            _tell(line)
        _tell(f"lca-ai assess {shlex.quote(str(study))}")
    except Exception as fault:  # noqa: BLE001 (as above)
        _tell(f"--study: {fault if isinstance(fault, LcaAiError) else repr(fault)}")


def _port(port: int | None, *, once: bool) -> None:
    if port is None:
        return
    if once:
        raise InputError("a view that ends serves nothing", field="--metrics", accepted="--metrics without --once")
    if not 0 <= port <= _LAST_PORT:
        accepted = f"0 (any that is free) to {_LAST_PORT}"
        raise InputError("this is no port", field="--metrics", value=port, accepted=accepted)


@app.command(epilog="Example: lca-ai watch --once --every 200ms --location FR")
def watch(  # noqa: PLR0913 (one argument for each thing that is told)
    out: Annotated[
        str | None, typer.Option(help="Folder of a log that is being written; else this machine.", metavar="PATH")
    ] = None,
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

    with as_options():
        interval, place = _interval(every), _place(location, pue)
        _port(metrics, once=once)
        folder = None if out is None else _folder(out)
        if folder is None:
            _check_sources(sources)
        view = View(folder, sources, interval, place)
    try:
        shown(view, interval, once=once, as_json=as_json, port=metrics)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    finally:
        view.close()
