"""Commands on power logs: integrate one, convert one."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lca_ai.cli.shared import AsJson, app, print_json
from lca_ai.errors import InputError
from lca_ai.shell_words import as_options

if TYPE_CHECKING:
    import pandas as pd

    from lca_ai.logs.reading import EnergyReading

#: Readings of a log that is worth to be written as Parquet.
_LARGE = 1_000_000
_ORIGIN = "Time of the first reading of a log without dates; of several files a.log=TIME,b.log=TIME."


@app.command(
    epilog="Example: lca-ai energy spl.txt --timezone America/Chicago --start '2021-03-18 19:54:12.181' --json"
)
def energy(  # noqa: PLR0913 (one argument for each thing known of a log)
    log: Annotated[list[Path], typer.Argument(help="Log file, or several of one log.", metavar="LOG")],
    format: Annotated[str | None, typer.Option(help="Format; recognised where not given.")] = None,  # noqa: A002
    timezone: Annotated[str | None, typer.Option(help="Time zone of naive time stamps, e.g. Europe/Paris.")] = None,
    start: Annotated[str | None, typer.Option(help="Start of the measured window.")] = None,
    end: Annotated[str | None, typer.Option(help="End of the measured window.")] = None,
    columns: Annotated[str | None, typer.Option(help="Roles of columns, e.g. time=0,power=6 or power=p:mW.")] = None,
    device: Annotated[str | None, typer.Option(help="Name of the device where the file names none.")] = None,
    max_gap: Annotated[str | None, typer.Option(help="Longest interval that is integrated, e.g. '30 s'.")] = None,
    origin: Annotated[str | None, typer.Option(help=_ORIGIN)] = None,
    every: Annotated[str | None, typer.Option(help="Interval between its readings, e.g. '1 s'.")] = None,
    by: Annotated[str | None, typer.Option(help="Sum by device, host, job, hour, day, month; e.g. host,day.")] = None,
    jobs: Annotated[Path | None, typer.Option(help="Jobs on shared machines: job, machine, start, end, share.")] = None,
    engine: Annotated[str, typer.Option(help="local, dask, dask://host:port, spark or spark://host:port.")] = "local",
    keep: Annotated[Path | None, typer.Option(help="Folder of kept parts: running again reads only new files.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Integrate a power log: energy per device, coverage, and what was set aside."""
    from lca_ai.logs.energy import described, read_energy
    from lca_ai.logs.jobs import read_jobs

    with as_options():
        reading = described(
            [str(name) for name in log],
            format=format,
            timezone=timezone,
            columns=_columns(columns),
            device=device,
            max_gap=max_gap,
            origin=_origin(origin),
            every=every,
        )
        if start is not None or end is not None:
            reading = reading.replace(start=start, end=end)
        with _bar() as progress:
            keys = by.replace(" ", "").split(",") if by else []
            own = jobs is None and "job" in keys
            found = read_energy(reading, engine=engine, progress=progress, keep=keep, jobs=own)
        reserved = None if jobs is None else read_jobs(jobs)
        grouped = found.by(*keys, jobs=reserved) if keys else None
    _offer_parquet(log, found)
    if grouped is not None:
        _grouped(grouped, as_json=as_json)
        return
    data = {
        "energy_kwh": found.total,
        "per_device": found.per_device(),
        "per_nested_device": found.per_nested_device(),
        "covered_seconds": found.covered_seconds,
        "gap_seconds": found.gap_seconds,
        "samples": found.samples,
        "dropped": found.dropped,
        "max_gap_seconds": found.longest_interval,
        "max_gap_limit_seconds": found.max_gap,
        "format": found.format,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "outside_window_kwh": found.outside,
        "per_hour": [
            {"device": row["device"], "hour": row["hour"].isoformat(), "energy_kwh": float(row["energy"])}
            for row in found.hours.reset_index().to_dict("records")
        ],
        "notes": [{"what": note.what, "count": note.count, "detail": note.detail} for note in found.notes],
        "sensors": [{"what": one.what, "relative_uncertainty": one.relative_uncertainty} for one in found.sensors],
    }
    if as_json:
        print_json(data)
        return
    typer.echo(f"{found.total:.6g} kWh over {found.seconds:,.1f} s ({found.format}, {found.samples:,} readings)")
    for name, kwh in found.per_device().items():
        typer.echo(f"  {name}: {kwh:.6g} kWh")
    for name, kwh in found.per_nested_device().items():
        typer.echo(f"    of it {name}: {kwh:.6g} kWh")
    typer.echo(
        f"  covered {found.covered_seconds:,.1f} s, gaps {found.gap_seconds:,.1f} s, "
        f"longest interval {found.longest_interval:g} s"
    )
    for note in found.notes:
        typer.echo(f"  {note.count} x {note.what}: {note.detail}")
    for sensor in found.sensors:
        typer.echo(f"  +- {100 * sensor.relative_uncertainty:g} %: {sensor.what}")


@app.command(epilog="Example: lca-ai convert nvidia-smi.csv --timezone Europe/Paris --out run.parquet")
def convert(  # noqa: PLR0913 (one argument for each thing known of a log)
    log: Annotated[list[Path], typer.Argument(help="Log file, or several of one log.", metavar="LOG")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    format: Annotated[str | None, typer.Option(help="Format; recognised where not given.")] = None,  # noqa: A002
    timezone: Annotated[str | None, typer.Option(help="Time zone of naive time stamps, e.g. Europe/Paris.")] = None,
    columns: Annotated[str | None, typer.Option(help="Roles of columns, e.g. time=0,power=6 or power=p:mW.")] = None,
    device: Annotated[str | None, typer.Option(help="Name of the device where the file names none.")] = None,
    origin: Annotated[str | None, typer.Option(help=_ORIGIN)] = None,
    every: Annotated[str | None, typer.Option(help="Interval between its readings, e.g. '1 s'.")] = None,
) -> None:
    """Write a log as Parquet with named columns: smaller, and read many times as fast."""
    from lca_ai.logs.convert import to_parquet
    from lca_ai.models.power import PowerLog

    given = {
        "format": format, "timezone": timezone, "columns": _columns(columns), "device": device,
        "origin": _origin(origin), "every": every,
    }  # fmt: skip
    with as_options():
        files = tuple(str(name) for name in log)
        rows = to_parquet(PowerLog(files=files, **{key: one for key, one in given.items() if one is not None}), out)
    typer.echo(f"wrote {out}: {rows:,} readings")


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None] | None]:
    """A bar of the rows that are done, with their speed and the time left, where somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    speed = TextColumn("{task.fields[speed]}")
    columns = (TextColumn("reading"), BarColumn(), speed, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, speed="")

        def told(done: int, total: int) -> None:
            elapsed = progress.tasks[0].elapsed or 0.0
            speed = f"{done:,} of {total:,} rows, {done / elapsed / 1e6:.1f} M/s" if elapsed else ""
            progress.update(task, completed=done, total=total, speed=speed)

        yield told


def _grouped(table: pd.DataFrame, *, as_json: bool) -> None:
    from lca_ai.impact.result import records

    plain = table.assign(**{name: table[name].map(_iso) for name in table.columns if name in {"hour", "day"}})
    if as_json:
        print_json(records(plain))
        return
    typer.echo(plain.to_csv(index=False).rstrip())


def _iso(moment: pd.Timestamp) -> str:
    return str(moment.isoformat())


def _offer_parquet(log: list[Path], found: EnergyReading) -> None:
    """Say how a large log of text is read quicker the next time."""
    if found.samples >= _LARGE and "parquet" not in found.format:
        files = " ".join(shlex.quote(str(path)) for path in log[:1]) + (" ..." if len(log) > 1 else "")
        typer.echo(
            f"as Parquet this log is read in a fraction of the time: lca-ai convert {files} --out log.parquet, "
            "with the same options",
            err=True,
        )


def _origin(text: str | None) -> str | dict[str, str] | None:
    """One time, or the time of each file: ``a.log=2024-05-31T10:00:00Z,b.log=...``."""
    if text is None or "=" not in text:
        return text
    return {name.strip(): moment.strip() for name, _, moment in (one.rpartition("=") for one in text.split(","))}


def _columns(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    pairs = [part.partition("=") for part in text.split(",") if part]
    if not pairs or any(not mark or not value for _, mark, value in pairs):
        raise InputError("not a list of role=column", field="--columns", value=text, accepted="e.g. time=0,power=6")
    return {role.strip(): value.strip() for role, _, value in pairs}
