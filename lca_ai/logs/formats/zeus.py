"""Zeus: the windows of ``ZeusMonitor(log_file=...)`` and the samples of its power monitor.

A window has ``start_time`` [s since 1970], ``elapsed_time`` [s] and one ``gpu<k>_energy`` [J] a GPU. Windows may be
nested; what lies within a longer one is a part of it and not added. Format: https://ml.energy/zeus/measure/. The power
monitor writes ``Time,Power`` with nanoseconds and whole mW, of one GPU.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.formats.stamps import epoch_times, lengths, utc_times
from lca_ai.logs.records import LONGEST_INTERVAL_US, SECOND_US, Format, Note, Options, Records, numbers, read_table

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = "start_time,window_name,elapsed_time,"
_ENERGY = re.compile(r"(gpu\d+)_energy")
_SAMPLES = re.compile(r"\s*Time,Power\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9},\d+(?:\n|$)")
_MILLI = 1e-3


def _matches(head: str) -> bool:
    return head.lstrip().startswith(_HEADER)


def _read(path: Path, text: str, options: Options) -> Records:
    table, notes = read_table(text, ",", file=path.name)
    gpus = {name: found[1] for name in table.columns if (found := _ENERGY.fullmatch(name))}
    if not gpus or table.empty:
        problem = "no column gpu<k>_energy" if not gpus else "the file has a header and no row"
        raise LogError(problem, file=path.name, line=1, value=", ".join(table.columns))
    repeated = table["start_time"].eq("start_time")
    table = table[~repeated]
    started = numbers(table["start_time"])
    start = epoch_times(started)
    if start.empty:
        start, assumed = _since_boot(started, table, options, path)
        notes.append(assumed)
    length = lengths(numbers(table["elapsed_time"]))[start.index]
    windows = table.loc[start.index].assign(start=start, time=start + length)
    inner = _within_another(windows)
    notes += [
        Note("repeated header", int(repeated.sum()), "the tool was started again into the file"),
        Note("unreadable time", len(table) - len(start), "start_time is no time since 1970"),
        Note("window within another", int(inner.sum()), "its energy is a part of the longer one"),
    ]
    outer = windows[~inner]
    columns = [
        pd.DataFrame({"start": outer["start"], "time": outer["time"], "device": gpu, "energy": numbers(outer[name])})
        for name, gpu in gpus.items()
    ]
    frame = pd.concat(columns, ignore_index=True)
    return Records("interval", frame, FORMAT.name, len(table), ("gpu",), [note for note in notes if note.count])


def _since_boot(started: pd.Series, table: pd.DataFrame, options: Options, path: Path) -> tuple[pd.Series, Note]:
    """Return the starts that Zeus told in seconds since the computer started, from the user's origin on."""
    missing = LogError(
        "start_time is not in seconds since 1970 (Zeus before it wrote dates: seconds since the computer started)",
        file=path.name,
        value=table["start_time"].iloc[0] if len(table) else None,
        accepted="a log of a Zeus that writes dates, or a CSV with columns time, device, duration [s], energy [J]",
    )
    since = started[started.between(0.0, LONGEST_INTERVAL_US / SECOND_US)]
    if since.empty:
        raise missing
    return origin.by_elapsed(since - since.min(), options, path, missing=missing)


def _within_another(windows: pd.DataFrame) -> pd.Series:
    """Return the windows that lie within a longer one (or repeat one)."""
    ordered = windows.sort_values(["start", "time"], ascending=[True, False], kind="stable")
    latest = ordered["time"].cummax().shift()
    return (ordered["time"] <= latest).reindex(windows.index)


def _matches_samples(head: str) -> bool:
    return bool(_SAMPLES.match(head))


def _read_samples(path: Path, text: str, options: Options) -> Records:
    table, notes = read_table(text, ",", file=path.name)
    cut = not text.endswith("\n") and len(table) > 0  # the last power may lack digits
    table = table.iloc[: len(table) - cut]
    if table.empty:
        raise LogError("the file has a header and no whole row", file=path.name, line=2)
    device = pd.Series(options.device or "gpu", index=table.index)
    times, unreadable = utc_times(table["Time"], device, options, path)
    frame = pd.DataFrame(
        {"time": times, "device": device[times.index], "power": numbers(table["Power"][times.index]) * _MILLI}
    )
    notes += [*unreadable, *([Note("row cut short", 1, "the file ends within it")] if cut else [])]
    named = options.device is not None
    return Records(
        "power",
        frame.reset_index(drop=True),
        SAMPLES.name,
        len(table) + cut,
        ("gpu",),
        notes,
        named=named,
        resolution=_MILLI,
    )


FORMAT = Format(
    "zeus",
    "Zeus measurement windows (CSV)",
    _matches,
    _read,
    marks=("start_time", "window_name", "elapsed_time"),
    signs=("gpu0_energy", "cpu0_energy"),
    remedy="the log_file of ZeusMonitor",
)
SAMPLES = Format(
    "zeus-power",
    "a Zeus power monitor CSV",
    _matches_samples,
    _read_samples,
    marks=("Time,Power",),
    signs=(),
    remedy="",
)
