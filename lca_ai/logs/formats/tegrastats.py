"""NVIDIA Jetson ``tegrastats``: a line a reading, with the power of each rail, now and on average since the start.

``VDD_IN 4988mW/4988mW`` (older versions: ``POM_5V_IN 2532/2532``, in mW): the first number is taken. The input rail is
that of the module, and the others lie within it; a module without a meter of its input has the sum of its rails. The
stamps (``05-31-2024 10:39:13``) are local time; one that another program puts before the line (``| ts``, ISO 8601 or
seconds since 1970, ``date``) is read as well. Source: Jetson Linux Developer Guide, "Tegrastats Utility",
https://docs.nvidia.com/jetson/archives/r36.4/DeveloperGuide/AT/JetsonLinuxDevelopmentTools/TegrastatsUtility.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.formats.stamps import DATE_LINE, any_times, isoformat
from lca_ai.logs.records import Format, Note, Options, Records, numbers
from lca_ai.logs.times import parse_times, to_utc

if TYPE_CHECKING:
    from pathlib import Path

_RAIL = r"(?:VDDQ?|POM|VIN)_[A-Z0-9_]+|GPU|CPU|SOC|CV|VDDRQ|SYS5V|VIN"
_READING = re.compile(rf"(?<![\w/])(?P<rail>{_RAIL}) (?P<now>\d+)(?:mW)?/\d+(?:mW)?(?=\s|$)")
_STAMP = re.compile(r"^(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d) ")
_OTHER_STAMP = re.compile(
    rf"^\W*({DATE_LINE}|\d{{4}}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{{13}})\W+RAM ",
)
_LINE = re.compile(r"(?:^|\s)RAM \d+/\d+[kM]B ")
_INPUTS = ("VDD_IN", "POM_5V_IN", "VIN")
_RESOLUTION = 1e-3


def _matches(head: str) -> bool:
    lines = [line for line in head.split("\n") if _LINE.search(line)]
    return any(_READING.search(line) for line in lines)


def _read(path: Path, text: str, options: Options) -> Records:
    lines = pd.Series(text.split("\n"))
    lines = lines[lines.str.contains(_LINE)].reset_index(drop=True)
    stamps, assumed = _own_times(lines, options, path)
    if stamps.isna().all():
        times, note = _given_times(lines, options, path)
        stamps, assumed = pd.to_datetime(times, unit="us", utc=True), [note]
    readings = lines[stamps.notna()].str.extractall(_READING)
    row = readings.index.get_level_values(0)
    cut = _cut(text, lines, readings)
    readings, row = readings[~cut], row[~cut]
    time = to_utc(stamps[row], readings["rail"], options.timezone, file=path.name)
    frame = pd.DataFrame(
        {"time": time, "device": readings["rail"].to_numpy(), "power": (numbers(readings["now"]) / 1e3).to_numpy()}
    )
    silent = int(stamps.notna().sum()) - len(set(row))
    rails = [str(name) for name in frame["device"].unique()]
    if not rails:
        raise LogError("no line has the power of a rail", file=path.name, value=str(lines.iloc[0]))
    inlet = next((name for name in _INPUTS if name in rails), None)
    parents = {name: inlet for name in rails if inlet and name != inlet} | _nested(rails)
    top = [name for name in rails if name not in parents]
    notes = [
        Note("line without a time stamp", int(stamps.isna().sum()), "no date and time before RAM"),
        Note("line without a power", silent, "no rail in it, or cut short"),
    ]
    return Records(
        "power",
        frame,
        FORMAT.name,
        len(lines),
        tuple(dict.fromkeys(part for name in top for part in _covers(name))),
        [note for note in (*assumed, *notes) if note.count],
        parents=parents,
        device_covers={name: _covers(name) for name in rails},
        resolution=_RESOLUTION,
    )


def _own_times(lines: pd.Series, options: Options, path: Path) -> tuple[pd.Series, list[Note]]:
    """Return the time stamp of each line, of tegrastats or else of another program before it; of some lines none."""
    stamps = parse_times(lines.str.extract(_STAMP, expand=False), ("%m-%d-%Y %H:%M:%S",))
    others = lines.str.extract(_OTHER_STAMP, expand=False).dropna()
    if stamps.notna().any() or others.empty:
        return stamps, []
    others = others.map({text: isoformat(text) for text in others.unique()})
    times, notes = any_times(others, pd.Series("line", index=others.index), options, path)
    return pd.to_datetime(times, unit="us", utc=True).reindex(lines.index), notes


def _given_times(lines: pd.Series, options: Options, path: Path) -> tuple[pd.Series, Note]:
    """Return the time of each line as the user gives it. [µs since 1970, UTC]"""
    missing = LogError(
        "the lines have no time stamps",
        file=path.name,
        line=1,
        value=str(lines.iloc[0]) if len(lines) else None,
        accepted="tegrastats of JetPack 5 or later, or a date and time (05-31-2024 10:39:13) before each line",
    )
    return origin.by_turn(pd.Series("line", index=lines.index), options, path, missing=missing)


def _cut(text: str, lines: pd.Series, readings: pd.DataFrame) -> pd.Series:
    """Tell the readings of a last line that ends without a line end: its last number may lack digits."""
    last = readings.index.get_level_values(0) == len(lines) - 1
    return pd.Series(last & (not text.endswith("\n")), index=readings.index)


def _nested(rails: list[str]) -> dict[str, str]:
    """The memory of an AGX Orin is fed from its 5 V rail: the total is that of the other three.

    Source: https://forums.developer.nvidia.com/t/jetson-agx-orin-ina3221-power-monitor-layout/223111.
    """
    fed = {"VDDQ_VDD2_1V8AO": "VIN_SYS_5V0"}
    return {
        name: source for name, source in fed.items() if {name, source} <= set(rails) and not set(rails) & set(_INPUTS)
    }


def _covers(rail: str) -> tuple[str, ...]:
    if rail in _INPUTS:
        return ("node",)
    kinds = {"gpu": ("GPU", "CV"), "cpu": ("CPU", "SOC"), "memory": ("DDR", "VDDQ", "VDDRQ", "SYS5V", "SYS_5V")}
    found = tuple(part for part, signs in kinds.items() if any(sign in rail for sign in signs))
    return found or ("cpu",)


FORMAT = Format(
    "tegrastats",
    "NVIDIA Jetson tegrastats",
    _matches,
    _read,
    marks=("RAM", "VDD_IN|POM_5V_IN|VIN_SYS_5V0|VDD_GPU_SOC"),
    signs=("SWAP", "EMC_FREQ", "GR3D_FREQ"),
    remedy="record with sudo tegrastats on a board that measures its rails",
)
