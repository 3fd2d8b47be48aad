"""What is dropped from a log before it is integrated: each kind of fault counted by name, none silent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.job_column import shared
from lca_ai.logs.records import EARLIEST_US, HOUR_US, LATEST_US, LONGEST_INTERVAL_US, SECOND_US, Note, Records

#: Share of the readings that may repeat the time stamp of another: more, and several devices bear one name.
_MOST_SHARED_STAMPS = 0.2
#: Stamps of one device are evenly spaced; those of several come in bursts, this many times closer than the pause.
_BURST = 10.0
_MOST_DEVICES = 16
#: Intervals of one device may overlap by as much as stamps in whole seconds are uncertain. [µs]
_OVERLAP_US = 2 * SECOND_US

#: Hours of devices that a table of hours may have (about 100 bytes each), unless the log has many rows itself.
_MOST_HOURS, _MOST_HOURS_A_ROW = 2e7, 20.0

_VALUES = {"power": "power", "counter": "counter", "interval": "energy"}


def clean(records: Records, *, absurd_power: float, file: str) -> tuple[pd.DataFrame, list[Note]]:
    """Return the usable rows of a log, sorted by device and time, and what was set aside.

    Parameters
    ----------
    absurd_power : power above which a sample of one device is taken for a fault of the sensor [W]

    Raises
    ------
    LogError : where nothing is left, or several devices share one name
    """
    frame, notes = records.frame, list(records.notes)
    bad = pd.Series(data=False, index=frame.index)
    for what, rows, detail in _faults(records, absurd_power):
        found = rows & ~bad
        if found.any():
            notes.append(Note(what, int(found.sum()), detail))
        bad |= rows
    good = frame[~bad]
    if good.empty:
        value = "; ".join(f"{note.count} {note.what}" for note in notes)
        raise LogError("no usable row is left", file=file, value=value or None)
    if records.kind == "interval":
        ordered, more = _intervals_in_order(good)
    else:
        ordered, more = _readings_in_order(good, _VALUES[records.kind], named=records.named, file=file)
    return ordered, notes + more


def _faults(records: Records, absurd_power: float) -> list[tuple[str, pd.Series, str]]:
    """Return each kind of fault with its rows; a row counts for the first of its faults."""
    frame, value = records.frame, records.frame[_VALUES[records.kind]]
    edge = frame["start"] if records.kind == "interval" else frame["time"]
    absurd = f"above {absurd_power:g} W for one device"
    faults = [
        ("no device", frame["device"].isna() | frame["device"].eq(""), "the row does not name its device"),
        ("not a number", value.isna() | np.isinf(value), "[N/A], NaN or an empty cell: unknown, not zero"),
        ("negative", value < 0, "below zero"),
        ("implausible time", (edge < EARLIEST_US) | (frame["time"] > LATEST_US), "before 1990 or after 2100"),
    ]
    if records.kind == "power":
        faults.append(("absurd", value > absurd_power, absurd))
    if records.kind == "interval":
        length = frame["time"] - frame["start"]
        faults.append(("no length", length <= 0, "the interval does not last"))
        faults.append(("interval too long", length > LONGEST_INTERVAL_US, "one energy for more than a year"))
        faults.append(("absurd", value > absurd_power * (length / SECOND_US), absurd))
    return faults


def _readings_in_order(frame: pd.DataFrame, value: str, *, named: bool, file: str) -> tuple[pd.DataFrame, list[Note]]:
    notes = []
    if not named:
        _check_one_device(frame["time"].to_numpy("int64"), file)
    backwards = _backwards(frame)
    frame, of_jobs = shared(frame.sort_values(["device", "time"], kind="stable"), ["device", "time", value])
    notes += of_jobs
    repeated = conflict = np.zeros(len(frame), bool)
    if _any_twice(frame):
        repeated = frame.duplicated(["device", "time", value]).to_numpy()
        conflict = frame.duplicated(["device", "time"]).to_numpy() & ~repeated
    if conflict.sum() > _MOST_SHARED_STAMPS * len(frame):
        raise _several_devices(int(conflict.sum()), file)
    if backwards:
        notes.append(Note("out of order", backwards, "sorted by time, none dropped"))
    if repeated.any():
        notes.append(Note("duplicate", int(repeated.sum()), "same device, time and value"))
    if conflict.any():
        detail = "same device and time, another value: the first is kept"
        notes.append(Note("conflicting duplicate", int(conflict.sum()), detail))
    return frame[~(repeated | conflict)].reset_index(drop=True), notes


def _any_twice(frame: pd.DataFrame) -> bool:
    """Whether two readings of a device have one time, by their neighbours: they are in order."""
    time = frame["time"].to_numpy("int64")
    after = np.flatnonzero(time[1:] == time[:-1]) + 1
    device = frame["device"]
    return bool((device.iloc[after].to_numpy() == device.iloc[after - 1].to_numpy()).any())


def _intervals_in_order(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    notes = []
    backwards = _backwards(frame)
    ordered = frame.sort_values(["device", "start", "time"], kind="stable")
    frame, of_jobs = shared(ordered, ["device", "start", "time", "energy"])
    notes += of_jobs
    repeated = frame.duplicated(["device", "start", "time", "energy"])
    frame = frame[~repeated].reset_index(drop=True)
    ends = frame.groupby("device", sort=False)["time"].cummax()
    overlapping = (frame["device"] == frame["device"].shift()) & (ends.shift() - frame["start"] > _OVERLAP_US)
    if backwards:
        notes.append(Note("out of order", backwards, "sorted by time, none dropped"))
    if repeated.any():
        notes.append(Note("duplicate", int(repeated.sum()), "same device, interval and energy"))
    if overlapping.any():
        notes.append(Note("overlapping intervals", int(overlapping.sum()), "each is counted in full"))
    return frame, notes


def _backwards(frame: pd.DataFrame) -> int:
    return int((frame.groupby("device", sort=False)["time"].diff() < 0).sum())


def _check_one_device(time: np.ndarray[tuple[int, ...], np.dtype[np.int64]], file: str) -> None:
    """Refuse rows without a device that are plainly those of several: shared stamps, or bursts of one size.

    A tool that reads four devices in turn writes four rows within milliseconds, then none until the next turn.
    """
    steps = np.diff(time)
    shared = int((steps == 0).sum())
    if shared > _MOST_SHARED_STAMPS * len(time):
        raise _several_devices(shared, file)
    steps = steps[steps > 0]
    if len(steps) < 3:  # noqa: PLR2004 (two bursts of two)
        return
    close, pause = np.quantile(steps, [0.05, 0.97])
    if pause < _BURST * close:
        return
    pauses = np.flatnonzero(steps > np.sqrt(close * pause))
    sizes = np.diff(pauses)
    if len(sizes) and 2 <= np.median(sizes) <= _MOST_DEVICES and (sizes == np.median(sizes)).mean() > 0.9:  # noqa: PLR2004
        raise _several_devices(len(steps) - len(pauses), file)


def check_extent(frame: pd.DataFrame, kind: str, span: tuple[int, int], *, file: str) -> None:
    """Refuse readings whose hours would not fit into memory: a few rows that are years apart, or that last years.

    Parameters
    ----------
    frame : cleaned readings
    span : first and last moment of the log, which each device is followed over [µs]

    Raises
    ------
    LogError : where they have both more device hours than a log does and more of them a row
    """
    if kind == "interval":
        micros = float((frame["time"] - frame["start"]).astype("float64").sum())
    else:
        micros = float(frame["device"].nunique()) * (span[1] - span[0])
    refuse_hours(micros / HOUR_US, len(frame), file=file)


def refuse_hours(hours: float, rows: int, *, file: str) -> None:
    """Refuse more hours of devices than fit into memory, unless the log has many rows itself.

    Raises
    ------
    LogError : where there are both more of them than a log has and more of them a row
    """
    if hours > _MOST_HOURS and hours > _MOST_HOURS_A_ROW * rows:
        raise LogError(
            "the readings are so long or so far apart that their hours do not fit into memory",
            file=file,
            value=f"{hours:,.0f} hours of devices in {rows:,} rows",
            accepted="right time stamps (one of a wrong clock stretches the log), or the log in parts",
        )


def refuse_overlaps(frames: list[pd.DataFrame], *, files: list[str]) -> None:
    """Refuse intervals of one device at one time in two files: two ranks of a job that measured the same machine.

    Parameters
    ----------
    frames : cleaned intervals of each file
    files : the names of the files

    Raises
    ------
    LogError : where they overlap, in all, by more than their stamps are uncertain
    """
    together = pd.concat([frame.assign(part=number) for number, frame in enumerate(frames)], ignore_index=True)
    rows = together.sort_values(["device", "start", "time"], kind="stable")
    before = rows.groupby("device", sort=False)["time"].cummax().shift()
    same, other = rows["device"].eq(rows["device"].shift()), rows["part"].ne(rows["part"].shift())
    overlap = (np.minimum(before, rows["time"]) - rows["start"]).where(same & other, 0.0).clip(lower=0.0)
    so_far = overlap.groupby(
        rows["device"], sort=False
    ).cumsum()  # two that alternate overlap a little, again and again
    twice = rows[so_far > _OVERLAP_US]
    if len(twice):
        raise LogError(
            "two parts of the log cover the same device at the same time",
            file=files[int(twice["part"].iloc[0])],
            field="device",
            value=str(twice["device"].iloc[0]),
            accepted="one of them where they measured one machine (ranks of a job), or one log for each of several",
        )


def _several_devices(count: int, file: str) -> LogError:
    return LogError(
        "the samples come as of several devices at a time, and no column tells these apart",
        file=file,
        value=count,
        accepted="a column of the device (uuid, index), columns=..., or device=... if it is one device",
    )


def _joined(rows: pd.DataFrame, broken: pd.Series) -> pd.Series:
    """Return counters that go on where they were before a break, from 0; those of devices without one as they are.

    Each stretch is counted from its own first reading: the sum of the breaks, of which one may be 1e300 J and the next
    as much less, would leave nothing of the counter itself.
    """
    device = rows["device"]
    stretches = rows["counter"].groupby([device, broken.groupby(device, sort=False).cumsum()], sort=False)
    gained = (stretches.last() - stretches.first()).groupby(level=0, sort=False).cumsum()
    before = gained.groupby(level=0, sort=False).shift(fill_value=0.0).to_numpy()
    joined: pd.Series = rows["counter"] - stretches.transform("first") + before[stretches.ngroup()]
    return joined.where(broken.groupby(device, sort=False).transform("any"), rows["counter"])


def continuous(frames: list[pd.DataFrame], *, absurd_power: float) -> tuple[list[pd.DataFrame], list[Note]]:
    """Return counters made continuous over resets and leaps, across the files of a log.

    The energy between the last reading before a reset and the first after it is not known. The same holds for a leap
    that no device could make in the time.
    """
    together = pd.concat([frame.assign(part=number) for number, frame in enumerate(frames)], ignore_index=True)
    together = together.sort_values(["device", "time"], kind="stable")
    steps = together.groupby("device", sort=False)[["time", "counter"]].diff()
    reset = steps["counter"] < 0
    leap = steps["counter"] > absurd_power * steps["time"] / SECOND_US
    if not (reset | leap).any():
        return frames, []
    together["counter"] = _joined(together, reset | leap)
    notes = [
        Note("counter reset", int(reset.sum()), "the energy across the reset is not known and counted as none"),
        Note("absurd", int(leap.sum()), f"a leap of more than {absurd_power:g} W for one device, counted as none"),
    ]
    split = [together[together["part"] == number].drop(columns="part") for number in range(len(frames))]
    return [part.reset_index(drop=True) for part in split], [note for note in notes if note.count]
