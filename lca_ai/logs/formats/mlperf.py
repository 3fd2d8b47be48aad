"""MLPerf Power: the ``spl.txt`` of the SPEC PTDaemon, one line a sample of a wall-power meter.

A line is pairs of name and value: ``Time,03-18-2021 19:53:45.064,Watts,482.800000,Volts,...,Mark,...``. A meter of
several channels writes their sum first and then each (``...,Mark,notset,Ch1,Watts,91.06,...,Ch2,Watts,90.97,...``): the
channels lie within it, and where it is not known (-1), it is the sum of the channels. The stamps are the local time of
the director machine, without a zone. Format: SPEC Power and Performance Benchmark Methodology,
https://www.spec.org/power/docs/SPECpower-Methodology.pdf; MLPerf power measurement, arXiv:2410.12032.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import Format, Note, Options, Records, numbers
from lca_ai.logs.times import parse_times, to_utc

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"^Time,(?P<time>[^,\n]+),Watts,(?P<power>[^,\n]+)(?P<rest>,.*)?$", re.MULTILINE)
_CHANNEL = re.compile(r",(?P<channel>Ch\d+),Watts,(?P<power>[^,\n]+)")
_WALL = "wall"
_TIMES = ("%m-%d-%Y %H:%M:%S.%f", "%m-%d-%Y %H:%M:%S")


def _matches(head: str) -> bool:
    return bool(re.search(r"^[ \t]*Time,\d\d-\d\d-\d{4} [\d:.]+,Watts,", head, re.MULTILINE))


def _read(path: Path, text: str, options: Options) -> Records:
    lines = [line for line in text.split("\n") if line.strip()]
    rows = [match.groupdict() for match in map(_LINE.match, lines) if match]
    if rows and not rows[-1]["rest"] and text.rstrip() == text:  # the file was cut in its last line, maybe in the power
        rows.pop()
    found = pd.DataFrame(rows, columns=["time", "power", "rest"])
    times = parse_times(found["time"], _TIMES)
    device = options.device or _WALL
    channels = _channels(found, device)
    total = numbers(found["power"])
    summed = total.lt(0) & (channels.groupby("row")["power"].min() >= 0).reindex(total.index, fill_value=False)
    power = total.mask(summed, channels.groupby("row")["power"].sum())
    whole = pd.DataFrame({"time": times, "device": device, "power": power})
    parts = channels.assign(time=times.reindex(channels["row"]).to_numpy()).drop(columns="row")
    frame = pd.concat([whole, parts], ignore_index=True) if len(parts) else whole
    bad_times = frame["time"].isna()
    frame = frame[~bad_times]
    if frame.empty:
        raise LogError("no line has a time and a power", file=path.name, line=1, value=lines[0])
    frame = frame.assign(time=to_utc(frame["time"], frame["device"], options.timezone, file=path.name))
    unreadable = len(lines) - len(found) + int(times.isna().sum())
    notes = [Note("unreadable line", unreadable, "no time or no power in it")] if unreadable else []
    parents = dict.fromkeys(map(str, parts["device"].unique()), device)
    records = Records("power", frame.reset_index(drop=True), FORMAT.name, len(lines), ("node",), notes, parents=parents)
    if summed.any():
        records.facts["power of the meter"] = f"sum of its channels in {int(summed.sum())} lines"
    return records


def _channels(found: pd.DataFrame, device: str) -> pd.DataFrame:
    """Return one row for each line and channel: ``row``, ``device`` and ``power`` [W]."""
    cells = found["rest"].fillna("").astype("str").str.extractall(_CHANNEL)
    return pd.DataFrame(
        {
            "row": cells.index.get_level_values(0),
            "device": device + "/" + cells["channel"].to_numpy().astype("object"),
            "power": numbers(cells["power"]).to_numpy(),
        }
    )


FORMAT = Format(
    "mlperf-ptdaemon",
    "an MLPerf PTDaemon log (spl.txt)",
    _matches,
    _read,
    marks=("Watts",),
    signs=("Volts", "Amps", "Mark", "Watts,"),
    remedy="lines such as Time,03-18-2021 19:53:45.064,Watts,482.8,...",
)
