"""MLPerf Tiny: the energy results that EEMBC's runner prints (``results.txt``), one energy a measurement window.

The windows are told in seconds since the runner started and no line has a date: the user gives the origin, the start
of the first window. Between the windows the device was not measured. Format: https://github.com/eembc/energyrunner;
results of https://github.com/mlcommons/tiny_results_v1.0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.formats.stamps import lengths
from lca_ai.logs.records import Format, Note, Options, Records, numbers

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = r"^[ \t]*\d+\.\d+ ulp-ml: +"
_WINDOW = re.compile(
    _PREFIX + r"Energy data for window (?P<window>\d+) at time (?P<start>[\d.]+) for (?P<length>[\d.]+) sec\.:\n"
    + _PREFIX + r"Energy +: +(?P<energy>[\d.]+) uJ\n"
    + _PREFIX + r"Power +: +(?P<power>[\d.]+) uW\n"
    + _PREFIX + r"Energy/Inf\. +: +(?P<inference>[\d.]+) uJ/inf\.",
    re.MULTILINE,
)  # fmt: skip
_HEAD = re.compile(_PREFIX + r"Energy data for window \d+ at time", re.MULTILINE)
_MICRO = 1e-6


def windows(text: str) -> pd.DataFrame:
    """Return the windows of a results file.

    Returns
    -------
    DataFrame with ``window``, ``start`` and ``length`` [s since the runner started], ``energy`` [J], ``power`` [W] and
    ``inference`` [J per inference].
    """
    rows = [match.groupdict() for match in _WINDOW.finditer(text)]
    table = pd.DataFrame(rows, columns=["window", "start", "length", "energy", "power", "inference"])
    factors = {"energy": _MICRO, "power": _MICRO, "inference": _MICRO}
    return pd.DataFrame({name: numbers(table[name]) * factors.get(name, 1.0) for name in table.columns})


def _matches(head: str) -> bool:
    return bool(_HEAD.search(head))


def _read(path: Path, text: str, options: Options) -> Records:
    table = windows(text)
    if table.empty:
        raise LogError("no whole window of energy in this MLPerf Tiny result", file=path.name)
    held = f"{len(table)} windows, {table['energy'].sum():.6g} J, median {table['inference'].median():.6g} J/inference"
    missing = LogError(
        "the windows have no date",
        file=path.name,
        value=held,
        accepted="a CSV with columns time, duration [s] and energy [J] of the windows, or the energy in the study",
    )
    heads = sum(1 for _ in _HEAD.finditer(text))
    timed = table["start"].notna()
    notes = [
        Note("window cut short", heads - len(table), "a number of it is missing"),
        Note("unreadable time", int((~timed).sum()), "the window does not tell when it began"),
    ]
    if not timed.any():
        raise LogError("no window tells when it began", file=path.name, value=held)
    count, table = len(table), table[timed].reset_index(drop=True)
    start, note = origin.by_elapsed(table["start"] - table["start"].min(), options, path, missing=missing)
    device = options.device or "device under test"
    frame = pd.DataFrame(
        {"start": start, "time": start + lengths(table["length"]), "device": device, "energy": table["energy"]}
    )
    facts = {"median energy per inference": f"{table['inference'].median():.6g} J"}
    return Records(
        "interval", frame, FORMAT.name, count, ("node",), [one for one in (note, *notes) if one.count], facts
    )


FORMAT = Format(
    "mlperf-tiny",
    "an MLPerf Tiny energy result",
    _matches,
    _read,
    marks=("ulp-ml", "Energy data for window"),
    signs=("Inferences", "Energy/Inf."),
    remedy="",
)
