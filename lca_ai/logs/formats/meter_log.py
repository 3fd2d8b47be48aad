"""The log of lca_ai's own meter: ``power-<host>.csv``, one row for each sensor and moment, and one for each event.

``time`` [UTC], ``event``, ``stage``, ``sensor``, ``energy_j`` (cumulative), ``power_w``, what else was read, ``fault``;
and of each sensor once ``parent``, ``covers``, ``kind`` (counter, power, averaged, model), ``range_j`` and ``limit_w``.
A recording lasts from ``start`` (or ``resume``, in a file that has rows) to ``end``, or to where it was cut off: what a
counter counted between two recordings is nobody's. Each recording is read as energies of the intervals between its
readings: of a counter exactly, its wraps and resets found; of a power by the trapezoidal rule. Edges of stages are not
read, but for the last of a recording: counters that move in steps tell no power between moments that are so close.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs import gaps, wraps
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_COLUMNS = (
    *("time", "monotonic_s", "event", "stage", "sensor", "energy_j", "power_w"),
    *("utilisation_percent", "memory_used_bytes", "temperature_c", "clock_mhz", "throttle", "fault"),
    *("parent", "covers", "kind", "range_j", "limit_w", "window_s", "host", "process"),
)
_HEADER = ",".join(_COLUMNS)
_NUMBERS = ("energy_j", "power_w", "range_j", "limit_w", "window_s")
_STARTS = ("start", "resume")


def _matches(head: str) -> bool:
    return head.lstrip().startswith(_HEADER)


def _read(path: Path, text: str, options: Options) -> Records:  # noqa: ARG001 (the times have their zone)
    table, notes = read_rows(path, text)
    sensors = _sensors(table)
    steps, found = _steps(table[~_between_ticks(table)], sensors)
    host = _host(table, path)
    names = {sensor: f"{host}/{sensor}" for sensor in sensors.index}
    silent = [sensor for sensor in sensors.index if sensor not in set(steps["sensor"])]
    rows = pd.concat([steps, _unknown(silent, table)], ignore_index=True) if silent else steps
    frame = rows.assign(device=rows["sensor"].map(names))[["start", "time", "device", "energy"]]
    parts = {names[sensor]: tuple(cell.split(";")) for sensor, cell in sensors["covers"].items() if cell}
    windows = sensors["window_s"].dropna()
    modelled = sorted(sensors.index[sensors["kind"].eq("model")])
    return Records(
        "interval",
        frame.reset_index(drop=True),
        FORMAT.name,
        len(table),
        tuple(dict.fromkeys(part for covers in parts.values() for part in covers)) or None,
        [note for note in (*notes, *_notes(table), *found, *_modelled(modelled)) if note.count],
        facts={"modelled, no sensor": ", ".join(modelled)} if modelled else {},
        parents={
            names[sensor]: names.get(parent, f"{host}/{parent}")
            for sensor, parent in sensors["parent"].items()
            if parent
        },
        device_covers=parts,
        window_s=float(windows.max()) if len(windows) else None,
    )


def read_rows(path: Path, text: str) -> tuple[pd.DataFrame, list[Note]]:
    """The whole rows of a log, with ``at`` [µs since 1970], the number of their ``recording`` and what was set aside.

    Raises
    ------
    LogError : where no row is whole
    """
    lines = pd.Series(text.lstrip().split("\n")[1:], dtype="str")
    cut = int(bool(lines.iloc[-1])) if len(lines) else 0  # without its end, the last cell may lack digits
    lines = lines.iloc[:-1]
    lines = lines[lines.ne("") & lines.ne(_HEADER)]
    whole = lines.str.count(",").eq(len(_COLUMNS) - 1) & ~lines.str.contains("\0", regex=False)
    cut += int((~whole).sum())
    if not whole.any():
        raise LogError("the log has no whole row", file=path.name, line=2)
    table = pd.read_csv(
        io.StringIO("\n".join(lines[whole])), header=None, names=_COLUMNS, dtype="str", keep_default_na=False, quoting=3
    )
    for name in _NUMBERS:
        table[name] = pd.to_numeric(table[name], errors="coerce")
    times = pd.to_datetime(table["time"], format="%Y-%m-%dT%H:%M:%S.%fZ", errors="coerce")
    notes = [
        Note("row cut short", cut, "its writer ended within it"),
        Note("unreadable time", int(times.isna().sum()), "the cell is not a time stamp"),
    ]
    table = table.assign(at=times)[times.notna().to_numpy()].reset_index(drop=True)
    table["at"] = table["at"].astype("datetime64[us]").astype("int64")
    table["recording"] = (table["event"].isin(_STARTS) & table["sensor"].eq("")).cumsum()
    return table, notes


def cumulative(path: Path, text: str) -> dict[str, tuple[Sequence[float], Sequence[float]]]:
    """Energy of each sensor since the start of a log, edges of stages included.

    Returns
    -------
    sensor -> times [s since 1970], and the energy at each of them [J]
    """
    steps = _all_steps(path, text)
    found = {}
    for sensor, rows in steps.groupby("sensor", sort=False):
        start, end, energy = (rows[name].to_numpy() for name in ("start", "time", "energy"))
        joules = np.cumsum(energy)
        both = np.column_stack([joules - energy, joules]).ravel()
        times = np.column_stack([start, end]).ravel() / SECOND_US
        kept = np.append(np.diff(times) > 0, [True]) if len(times) else np.zeros(0, bool)
        found[str(sensor)] = (times[kept].tolist(), both[kept].tolist())
    return found


def known_s(path: Path, text: str, since: float, until: float) -> dict[str, float]:
    """Time between two moments [s since 1970] whose energy a log knows, of each sensor [s]."""
    steps = _all_steps(path, text)
    lengths = steps["time"].clip(upper=until * SECOND_US) - steps["start"].clip(lower=since * SECOND_US)
    known = lengths.clip(lower=0.0).groupby(steps["sensor"]).sum() / SECOND_US
    return {str(sensor): float(seconds) for sensor, seconds in known.items()}


def _all_steps(path: Path, text: str) -> pd.DataFrame:
    try:
        table, _ = read_rows(path, text)
    except LogError:
        return pd.DataFrame({"sensor": [], "start": [], "time": [], "energy": []})
    return _steps(table, _sensors(table))[0]


def _sensors(table: pd.DataFrame) -> pd.DataFrame:
    """What is known of each sensor: ``parent``, ``covers``, ``kind``, ``range_j``, ``limit_w``, ``window_s``."""
    rows = table[table["sensor"].ne("")]
    told = rows[rows["kind"].ne("")].drop_duplicates("sensor", keep="last")
    known = told.set_index("sensor")[["parent", "covers", "kind", "range_j", "limit_w", "window_s"]]
    known = known.reindex(rows["sensor"].unique()).fillna({"parent": "", "covers": ""})
    counts = rows["energy_j"].notna().groupby(rows["sensor"], sort=False).any()
    known["kind"] = known["kind"].fillna(counts.map({True: "counter", False: "power"}))
    return known


def _host(table: pd.DataFrame, path: Path) -> str:
    named = table.loc[table["host"].ne(""), "host"]
    return str(named.iloc[-1]) if len(named) else re.sub(r"^power-|\.csv$", "", path.name)


def _between_ticks(table: pd.DataFrame) -> pd.Series:
    """Readings at edges of stages, and ticks right before the end, but for the first and last of each recording."""
    of_sensor = table["sensor"].ne("")
    usable = table[of_sensor & (table["energy_j"].notna() | table["power_w"].notna())]
    last = ~usable.duplicated(["recording", "sensor"], keep="last")
    first = ~usable.duplicated(["recording", "sensor"])
    ticks = usable[usable["event"].eq("tick")]
    every = ticks.groupby(["recording", "sensor"])["at"].diff().median()
    groups = usable.groupby(["recording", "sensor"])
    until = groups["at"].transform("max") - usable["at"]
    close = usable["event"].eq("tick") & groups["event"].transform("last").ne("tick") & (until < every / 2.0)
    inner = (usable["event"].isin(["stage+", "stage-"]) | close) & ~first & ~last
    return inner.reindex(table.index, fill_value=False)


def _steps(table: pd.DataFrame, sensors: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Return the energy between neighbouring readings of a recording: ``sensor``, ``start``, ``time``, ``energy``."""
    rows = table[table["sensor"].ne("")]
    counts = rows["sensor"].map(sensors["kind"]).eq("counter")
    exact, found = _counted(rows[counts & rows["energy_j"].ge(0)], sensors)
    drawn, more = _drawn(rows[~counts & rows["power_w"].ge(0)], _intervals(table))
    return pd.concat([exact, drawn], ignore_index=True), [*found, *more]


def _counted(rows: pd.DataFrame, sensors: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    rows = rows.drop_duplicates(["recording", "sensor", "at"])
    limit = rows["sensor"].map(sensors["limit_w"])
    frame = pd.DataFrame(
        {
            "time": rows["at"],
            "device": rows["recording"].astype("str") + " " + rows["sensor"],
            "counter": rows["energy_j"],
            "range": rows["sensor"].map(sensors["range_j"]),
            "bound": limit.fillna(wraps.highest_processor_power()),
        }
    ).reset_index(drop=True)
    counter, notes = wraps.unwrapped(frame) if frame["range"].notna().any() else (frame["counter"].to_numpy(), [])
    steps = _neighbours(rows.assign(value=counter))
    energy = steps["value"] - steps["before"]
    fell = energy < 0
    unknown = sum(note.count for note in notes if note.what == "wraps not known")
    resets = Note("counter reset", int(fell.sum()) - unknown, "the energy across the reset is not known")
    return steps.assign(energy=energy)[~fell][["sensor", "start", "time", "energy"]], [*notes, resets]


def _intervals(table: pd.DataFrame) -> pd.Series:
    """Return the interval of the ticks of each recording [s], where its start tells it."""
    starts = table[table["event"].isin(_STARTS) & table["sensor"].eq("") & table["window_s"].gt(0)]
    return starts.drop_duplicates("recording").set_index("recording")["window_s"]


def _drawn(rows: pd.DataFrame, intervals: pd.Series) -> tuple[pd.DataFrame, list[Note]]:
    steps = _neighbours(rows.drop_duplicates(["recording", "sensor", "at"]).assign(value=rows["power_w"]))
    length = steps["time"] - steps["start"]
    usual = length.groupby(steps["sensor"]).transform("median") / SECOND_US
    longest = steps["recording"].map(intervals).fillna(usual).map(gaps.longest_s).astype("float64")
    apart = length > longest * SECOND_US
    energy = (steps["before"] + steps["value"]) / 2.0 * (length / SECOND_US)
    gap_s = length[apart].groupby(steps["sensor"]).sum().max() / SECOND_US if apart.any() else 0.0
    note = Note("power not read for long", int(apart.sum()), f"the energy of {gap_s:.1f} s of a sensor is not known")
    return steps.assign(energy=energy)[~apart][["sensor", "start", "time", "energy"]], [note]


def _neighbours(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each reading with the one before it in its recording: ``start`` and ``before``."""
    ordered = rows.sort_values(["recording", "sensor", "at"], kind="stable")
    groups = ordered.groupby(["recording", "sensor"], sort=False)
    steps = ordered.assign(start=groups["at"].shift(), time=ordered["at"], before=groups["value"].shift())
    columns = ["recording", "sensor", "start", "time", "before", "value"]
    return steps[steps["start"].notna()].astype({"start": "int64"})[columns]


def _unknown(silent: list[str], table: pd.DataFrame) -> pd.DataFrame:
    """Return a row without an energy of each sensor that told none, so that it is known to be silent."""
    first, last = int(table["at"].min()), int(table["at"].max())
    return pd.DataFrame({"sensor": silent, "start": first, "time": max(last, first + 1), "energy": np.nan})


def _notes(table: pd.DataFrame) -> list[Note]:
    told = table[table["event"].eq("note") & table["fault"].ne("")]
    faults = table[table["sensor"].ne("") & table["fault"].ne("")]
    starts = table["event"].isin(_STARTS) & table["sensor"].eq("")
    ends = table["event"].eq("end") & table["sensor"].eq("")
    events = told["fault"].value_counts()
    wrong = faults["fault"].value_counts()
    return [
        *(Note("note of the meter", int(count), str(what)) for what, count in events.items()),
        *(Note("fault of a sensor", int(count), str(what)) for what, count in wrong.items()),
        Note("resumed", max(int(starts.sum()) - 1, 0), "what was drawn between two recordings is not of this log"),
        Note("without an end", max(int(starts.sum()) - int(ends.sum()), 0), "a recording was cut off, or goes on"),
    ]


def _modelled(names: list[str]) -> list[Note]:
    return [Note("modelled, no sensor", len(names), shorten(", ".join(names)))]


FORMAT = Format(
    "lca-ai-meter",
    "a log of lca_ai's own meter (power-<host>.csv)",
    _matches,
    _read,
    marks=("monotonic_s", "energy_j", "sensor"),
    signs=("stage+", "stage-"),
    remedy="lca_ai.measure, or lca-ai measure",
)
