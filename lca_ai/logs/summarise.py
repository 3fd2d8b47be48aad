"""From integrals to what a log says: gaps, nested devices, notes, coverage, the curve; of a log whole or in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from lca_ai import tables
from lca_ai.errors import LogError, shorten
from lca_ai.logs import job_column, nesting, stream
from lca_ai.logs.hours import add_hours
from lca_ai.logs.integrate import Partial, close, merge, partial, uncovered_between, uncovered_edges
from lca_ai.logs.quality import check_extent, clean, continuous, refuse_overlaps
from lca_ai.logs.reading import EnergyReading, sensors_of
from lca_ai.logs.records import SECOND_US, Kind, Note, Records
from lca_ai.logs.segments import MaxGap, Window
from lca_ai.models.power import PowerLog

_JOULE_PER_KWH = 3.6e6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURVE_POINTS = 2_000


def of_whole(read: list[Records], log: PowerLog, window: Window) -> EnergyReading:
    """Integrate a log that is read whole."""
    parts, notes = nesting.prefer_counters(read)
    kinds: dict[Kind, list[Records]] = {}
    for records in parts:
        kinds.setdefault(records.kind, []).append(records)
    cleaned = {kind: _cleaned(of_kind, log) for kind, of_kind in kinds.items()}
    notes += [note for _, found in cleaned.values() for note in found]
    notes += _single_readings({kind: frames for kind, (frames, _) in cleaned.items()}, log)
    everything = {kind: pd.concat(frames, ignore_index=True) for kind, (frames, _) in cleaned.items()}
    first = min(int(one["start" if kind == "interval" else "time"].min()) for kind, one in everything.items())
    last = max(int(one["time"].max()) for one in everything.values())
    span = (first if window[0] is None else window[0], last if window[1] is None else window[1])
    for kind, one in everything.items():
        check_extent(one, kind, span, file=", ".join(dict.fromkeys(records.file for records in parts)))
    integrals = [
        _integrated(kind, frames, everything[kind], log, span, window) for kind, (frames, _) in cleaned.items()
    ]
    _check_window(integrals, (first, last), log)
    hours = add_hours(*(one.hours for one in integrals))
    silent = tuple(sorted(name for kind, of_kind in kinds.items() for name in _silent(of_kind, everything[kind], kind)))
    hours = hours[~hours.index.get_level_values("device").isin(silent)]
    parents = nesting.of_hosts(parts) | {child: up for records in parts for child, up in records.parents.items()}
    counted, nested = nesting.split(hours, parents)
    if len(nested):
        notes.append(nesting.note(nested, parents))
    whole = nesting.split(add_hours(*(one.whole for one in integrals)), parents)[0]
    return EnergyReading(
        hours=_hours_in_kwh(counted),
        nested=_hours_in_kwh(nested),
        parents=parents,
        sensors=sensors_of((records.format, records.kind) for records in parts),
        occupied=max(one.occupied for one in integrals),
        silent=silent,
        named=all(records.named for records in parts),
        resets=sum(note.count for note in notes if note.what == "counter reset"),
        covers=_covers(log, parts, counted),
        format="+".join(dict.fromkeys(records.format for records in parts)),
        longest_interval=max(one.longest for one in integrals),
        max_gap=max(one.max_gap for one in integrals) / SECOND_US,
        start=_EPOCH + timedelta(microseconds=span[0]),
        end=_EPOCH + timedelta(microseconds=span[1]),
        notes=tuple(_added(notes)),
        facts={key: value for records in parts for key, value in records.facts.items()},
        curve=pd.concat([_curve(one, kind) for kind, one in everything.items()], ignore_index=True),
        jobs=_jobs(everything, counted, log, window),
        outside=(float(whole["energy"].sum()) - float(counted["energy"].sum())) / _JOULE_PER_KWH,
    )


def of_stream(found: stream.Streamed, log: PowerLog) -> EnergyReading:
    """What a log that was read in pieces says."""
    closed, part, rules = found.closed, found.part, found.rules
    alone = sorted(name for name, count in part.readings.items() if count < 2)  # noqa: PLR2004 (an interval has two ends)
    if len(alone) == len(part.readings):
        raise LogError(
            "the log has one reading per device: there is no interval to integrate",
            file=log.files[0],
            accepted="a log of at least two readings",
        )
    notes = list(part.notes)
    if alone:
        notes.append(
            Note("device with one reading", len(alone), f"no interval, so no energy: {shorten(', '.join(alone))}")
        )
    first, last = part.first or 0, part.last or 0
    span = (first if rules.window[0] is None else rules.window[0], last if rules.window[1] is None else rules.window[1])
    hours, occupied = _with_gaps(closed, pd.DataFrame(), span, rules.window)
    integral = _Integral(hours, hours, occupied, closed.longest, 0)
    _check_window([integral], (first, last), log)
    limits = [rules.max_gap] if isinstance(rules.max_gap, int) else list(rules.max_gap.values())
    return EnergyReading(
        hours=_hours_in_kwh(hours[~hours.index.get_level_values("device").isin(alone)] if alone else hours),
        occupied=occupied,
        silent=tuple(alone),
        named=True,
        resets=sum(note.count for note in notes if note.what == "counter reset"),
        covers=tuple(log.covers or ()),
        format=found.form,
        longest_interval=closed.longest,
        max_gap=max(limits, default=0) / SECOND_US,
        start=_EPOCH + timedelta(microseconds=span[0]),
        end=_EPOCH + timedelta(microseconds=span[1]),
        notes=tuple(_added(notes)),
        facts={},
        curve=found.curve,
        jobs=None if found.jobs is None else _in_kwh(found.jobs[~found.jobs["device"].isin(alone)]),
        outside=float(sum(part.outside)) / _JOULE_PER_KWH,
    )


@dataclass(frozen=True)
class _Integral:
    """The readings of one kind, integrated: inside the window, in the whole log, and how long they occupied."""

    hours: pd.DataFrame
    whole: pd.DataFrame
    occupied: float
    longest: float
    max_gap: int


def _integrated(  # noqa: PLR0913 (what an integral is of)
    kind: Kind,
    frames: list[pd.DataFrame],
    everything: pd.DataFrame,
    log: PowerLog,
    span: tuple[int, int],
    window: Window,
) -> _Integral:
    max_gap = _max_gap(log, everything, kind)
    whole = _integral(frames, kind, max_gap, (None, None))
    inside = whole if window == (None, None) else _integral(frames, kind, max_gap, window)
    hours, occupied = _with_gaps(inside, everything, span, window)
    most = max_gap if isinstance(max_gap, int) else max(max_gap.values(), default=0)
    return _Integral(hours, whole.hours, occupied, inside.longest, most)


def _cleaned(parts: list[Records], log: PowerLog) -> tuple[list[pd.DataFrame], list[Note]]:
    """Clean each file; then set aside what a file repeats of another, and join counters over files."""
    absurd = tables.assumption("absurd_device_power")
    cleaned = [clean(records, absurd_power=absurd, file=records.file or log.files[0]) for records in parts]
    frames, notes = [frame for frame, _ in cleaned], [note for _, found in cleaned for note in found]
    if len(frames) > 1:
        frames, found = _without_repeats(frames)
        notes += found
        if parts[0].kind == "interval":
            refuse_overlaps(frames, files=[records.file or log.files[0] for records in parts])
    if parts[0].kind == "counter":
        frames, found = continuous(frames, absurd_power=absurd)
        notes += found
    return frames, notes


def _without_repeats(frames: list[pd.DataFrame]) -> tuple[list[pd.DataFrame], list[Note]]:
    repeated = pd.concat(frames, ignore_index=True).duplicated().to_numpy()
    parts = np.split(repeated, np.cumsum([len(frame) for frame in frames])[:-1])
    kept = [frame[~rows].reset_index(drop=True) for frame, rows in zip(frames, parts, strict=True)]
    notes = [Note("duplicate", int(repeated.sum()), "a row of another file again")] if repeated.any() else []
    return kept, notes


def _integral(frames: list[pd.DataFrame], kind: Kind, max_gap: MaxGap, window: Window) -> Partial:
    return close(reduce(merge, [partial(frame, kind, max_gap=max_gap, window=window) for frame in frames]))


def _with_gaps(
    inside: Partial, frame: pd.DataFrame, span: tuple[int, int], window: Window
) -> tuple[pd.DataFrame, float]:
    """Return the hours with what no reading covers, and the time that the run occupied its devices [s].

    Without a stated window the run lasts from the first reading of any device to the last: a device that starts later
    or stops earlier by more than its longest interval has a gap there. Intervals without a window are the run.
    """
    if inside.rules.kind == "interval":
        gaps, occupied = uncovered_between(frame, span)
        if window == (None, None):
            return inside.hours, occupied
        return add_hours(inside.hours, gaps), (span[1] - span[0]) / SECOND_US
    spans = inside.runs
    limits = inside.rules.limits([str(name) for name in spans["device"]])
    tables = [inside.hours]
    for edge, given, name in zip(span, window, ("first", "last"), strict=True):
        far = (spans[name] - edge).abs().to_numpy() > limits
        if given is None and far.any():
            tables.append(uncovered_edges(spans[far], (edge, None) if name == "first" else (None, edge)))
    return add_hours(*tables), (span[1] - span[0]) / SECOND_US


def _jobs(
    everything: dict[Kind, pd.DataFrame], counted: pd.DataFrame, log: PowerLog, window: Window
) -> pd.DataFrame | None:
    """Return the energy of the counted devices by the jobs that the log names [kWh]; None where it names none."""
    if not any("job" in one for one in everything.values()):
        return None
    frames = {kind: one if "job" in one else one.assign(job=None) for kind, one in everything.items()}
    tables = [
        job_column.by_job(one, kind, max_gap=_max_gap(log, one, kind), window=window) for kind, one in frames.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    known = table["device"].isin(set(counted.index.get_level_values("device")))
    return _in_kwh(table[known])


def _silent(parts: list[Records], frame: pd.DataFrame, kind: Kind) -> tuple[str, ...]:
    """Name the devices of the log whose energy is not known: no usable reading, or one only."""
    named = {str(name) for records in parts for name in records.frame["device"].dropna().unique()}
    counts = frame["device"].value_counts()
    least = 1 if kind == "interval" else 2
    return tuple(sorted(named - {str(name) for name in counts.index[counts >= least]}))


def _hours_in_kwh(hours: pd.DataFrame) -> pd.DataFrame:
    index: Any = hours.index
    moments = pd.to_datetime(index.levels[1], unit="us", utc=True)
    table = hours.assign(energy=hours["energy"] / _JOULE_PER_KWH, samples=hours["samples"].astype("int64"))
    return table.set_axis(index.set_levels(moments, level="hour"))


def _in_kwh(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(
        energy=table["energy"] / _JOULE_PER_KWH, hour=pd.to_datetime(table["hour"], unit="us", utc=True)
    )


def _single_readings(frames: dict[Kind, list[pd.DataFrame]], log: PowerLog) -> list[Note]:
    """Note the devices of one reading: no interval, no energy; where no device has two, there is nothing to measure.

    Raises
    ------
    LogError : where every device has one reading
    """
    if "interval" in frames:
        return []
    counts = pd.concat([one["device"] for of_kind in frames.values() for one in of_kind]).value_counts(sort=False)
    alone = counts.index[counts < 2]  # noqa: PLR2004 (an interval has two ends)
    if len(alone) == len(counts):
        shown = [
            f"{value:g} {'W' if kind == 'power' else 'J'}"
            for kind, of_kind in frames.items()
            for one in of_kind
            for value in one[kind].head(4)
        ]
        raise LogError(
            "the log has one reading per device: there is no interval to integrate",
            file=log.files[0],
            value=", ".join(shown[:4]),
            accepted="a log of at least two readings",
        )
    if not len(alone):
        return []
    names = shorten(", ".join(sorted(map(str, alone))))
    return [Note("device with one reading", len(alone), f"no interval, so no energy: {names}")]


def _max_gap(log: PowerLog, frame: pd.DataFrame, kind: Kind) -> MaxGap:
    """Return the longest interval that is integrated [µs]: as given, else a multiple of a device's median."""
    if log.max_gap is not None:
        return round(log.max_gap.to("s").magnitude * SECOND_US)
    if kind == "interval":
        return int((frame["time"] - frame["start"]).max())
    steps = frame.sort_values(["device", "time"]).groupby("device")["time"].diff()
    medians = steps.groupby(frame["device"]).median().dropna() * tables.assumption("max_gap_intervals")
    return {str(name): int(value) for name, value in medians.items()}


def _check_window(integrals: list[_Integral], span: tuple[int, int], log: PowerLog) -> None:
    windowed = log.start is not None or log.end is not None
    if windowed and all(one.hours[["covered", "energy"]].to_numpy().sum() == 0 for one in integrals):
        first, last = (_EPOCH + timedelta(microseconds=edge) for edge in span)
        raise LogError(
            "the window holds no reading",
            file=log.files[0],
            field="start, end",
            value=f"{log.since()} to {log.until()}",
            accepted=f"a window between {first.isoformat()} and {last.isoformat()}",
        )


def _covers(log: PowerLog, parts: list[Records], counted: pd.DataFrame) -> tuple[str, ...]:
    """Return what the counted devices measure together: as given, else as their formats tell.

    Raises
    ------
    LogError : where one of them measures the whole computer and another a part of it, so that energy would count twice
    """
    if log.covers is not None:
        return tuple(log.covers)
    names = set(counted.index.get_level_values("device"))
    known = [covers for records in parts for covers in nesting.covers_of(records, names) if covers]
    whole = ["node" in covers for covers in known]
    if any(whole) and not all(whole):
        raise LogError(
            "one file measures the whole computer and another a part of it",
            field="power.files",
            value=", ".join(log.files),
            accepted="a log of the one or of the other; or covers=... if they measure different computers",
        )
    return tuple(dict.fromkeys(part for covers in known for part in covers))


def _added(notes: list[Note]) -> list[Note]:
    totals: dict[tuple[str, str], int] = {}
    for note in notes:
        totals[note.what, note.detail] = totals.get((note.what, note.detail), 0) + note.count
    return [Note(what, count, detail) for (what, detail), count in totals.items()]


def _curve(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the power over time, at most about 2,000 points per device (every n-th), for a figure."""
    if kind == "interval":
        power = frame["energy"] / ((frame["time"] - frame["start"]) / SECOND_US)
        both = [
            pd.DataFrame({"time": frame[edge], "device": frame["device"], "power": power}) for edge in ("start", "time")
        ]
        curve = pd.concat(both).sort_values(["device", "time"], kind="stable")
    elif kind == "counter":
        step = frame.groupby("device", sort=False)[["time", "counter"]].diff()
        curve = frame.assign(power=step["counter"] / (step["time"] / SECOND_US))[["time", "device", "power"]].dropna()
    else:
        curve = frame[["time", "device", "power"]]
    curve = curve.sort_values("device", kind="stable", ignore_index=True)
    rows = curve.groupby("device", sort=False)["time"]
    step = np.ceil(rows.transform("size") / _CURVE_POINTS).clip(lower=1)
    kept: pd.DataFrame = curve[rows.cumcount() % step == 0]
    return kept.reset_index(drop=True)
