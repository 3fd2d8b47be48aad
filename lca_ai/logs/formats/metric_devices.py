"""Readings of named metrics -> records of devices: each read from one metric, and what is a part of what.

A device that several metrics measure is read from one of them: a counter rather than a power, and never both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai import units
from lca_ai.errors import LogError, shorten
from lca_ai.logs.formats.metrics import Reading, Series, of_known_names, of_own_names
from lca_ai.logs.job_column import AND
from lca_ai.logs.records import SECOND_US, Kind, Note, Options, Records

if TYPE_CHECKING:
    from numpy.typing import NDArray

_INSTANCES = ("GPU_I_ID", "gpu_i_id")
_VALUES: dict[Kind, str] = {"power": "power", "counter": "counter", "interval": "energy"}


def to_records(series: Sequence[Series], options: Options, *, file: str, format_name: str) -> list[Records]:
    """Return the readings of the devices that the series measure, one record for each kind.

    Raises
    ------
    LogError : where no series is of a known metric, or nothing tells which computer a GPU or a processor is a part of
    """
    facts: dict[str, str] = {}
    if options.columns:
        readings = of_own_names(series, options, file)
    else:
        readings, facts = of_known_names(series, file)
    chosen = _one_metric_each(_whole_gpus(readings), facts)
    _check_hosts(chosen, file)
    parents = _parents(chosen)
    found: list[Records] = []
    for kind, value in _VALUES.items():
        own = {device: parts for device, parts in chosen.items() if parts[0].record_kind == kind}
        if own:
            frame, notes = _frame(own, kind, value, file)
            covers = {device: tuple(filter(None, parts[0].row["covers"].split(";"))) for device, parts in own.items()}
            every = tuple(dict.fromkeys(part for parts in covers.values() for part in parts))
            found.append(
                Records(
                    kind,
                    frame,
                    format_name,
                    len(frame),
                    every or None,
                    notes=notes,
                    facts=facts if not found else {},
                    parents={device: parents[device] for device in own if device in parents},
                    device_covers={device: parts for device, parts in covers.items() if parts},
                )
            )
    return found


def _whole_gpus(readings: list[Reading]) -> list[Reading]:
    """Return the readings without those of a GPU's instances, where the whole GPU has some too.

    The series of an instance bears the reading of its whole GPU, taken at another moment
    (https://github.com/NVIDIA/dcgm-exporter/issues/257): it stands for the GPU, and is never added to it.
    """
    whole = {_key(one) for one in readings if not _instance(one.series)}
    return [one for one in readings if not _instance(one.series) or _key(one) not in whole]


def _key(one: Reading) -> tuple[str, str]:
    return one.device, one.row["metric"]


def _instance(one: Series) -> str:
    return next((one.labels[name] for name in _INSTANCES if one.labels.get(name)), "")


def _one_metric_each(readings: Iterable[Reading], facts: dict[str, str]) -> dict[str, list[Reading]]:
    """Return for each device the readings of the one metric that it is read from; tell in ``facts`` what is not."""
    places: dict[tuple[str, str], dict[str, list[Reading]]] = {}
    for one in readings:
        places.setdefault((one.host, one.domain), {}).setdefault(one.row["exporter"], []).append(one)
    chosen: dict[str, list[Reading]] = {}
    unused: set[str] = set()
    still = 0
    for exporters in places.values():
        best = max(exporters.values(), key=_worth)
        unused |= {one.row["metric"] for many in exporters.values() for one in many if many is not best}
        devices: dict[str, dict[str, list[Reading]]] = {}
        for one in best:
            devices.setdefault(one.device, {}).setdefault(one.row["metric"] + one.kind, []).append(one)
        for device, metrics in devices.items():
            taken = max(metrics.values(), key=lambda many: (_quality(many), -many[0].rank))
            chosen[device] = taken
            others = [many for many in metrics.values() if many is not taken]
            unused |= {many[0].row["metric"] for many in others}
            still += taken[0].kind == "power" and any(many[0].kind == "counter" for many in others)
    if unused:
        facts["metrics not read: the device is read from another"] = shorten(", ".join(sorted(unused)))
    facts["metrics"] = shorten(", ".join(sorted({many[0].row["metric"] or "value" for many in chosen.values()})))
    if still:
        facts["counters that stand still or are not readable"] = f"{still}: the power is read instead"
    return chosen


def _worth(readings: list[Reading]) -> tuple[bool, int, int]:
    """Rank the exporters of one domain of a computer: counters that work, then the number of parts that they tell."""
    return (
        any(_quality([one]) == _WORKING_COUNTER for one in readings),
        0 if readings[0].domain == "node" else len({one.device for one in readings}),
        -min(one.rank for one in readings),
    )


_WORKING_COUNTER = 3
#: The label by which dcgm-exporter names the job on a GPU (DCGM_HPC_JOB_MAPPING_DIR): a series for each.
_JOB = "hpc_job"


def _quality(readings: list[Reading]) -> int:
    """Rank what may be read of a device: a counter that moves, a power, a counter at rest, nothing but unknowns."""
    values = np.concatenate([one.series.readings for one in readings])
    values = values[np.isfinite(values)]
    if readings[0].kind == "power":
        return 2 if (values > 0).any() else 0
    return _WORKING_COUNTER if len(values) > 1 and values.max() > values.min() else int(len(values) > 0)


def _check_hosts(chosen: Mapping[str, list[Reading]], file: str) -> None:
    """Refuse a part of a computer beside a whole one, where their labels cannot tell whether they are the same.

    Raises
    ------
    LogError : naming the two
    """
    whole = [many[0] for many in chosen.values() if many[0].row["covers"] == "node"]
    short = _short_names((many[0].host for many in chosen.values()), whole)
    named, labels = {short[one.host] for one in whole}, {one.host_label for one in whole}
    parts = [many[0] for many in chosen.values() if whole and many[0].domain and many[0].row["covers"] != "node"]
    strays = [one for one in parts if short[one.host] not in named]
    # Where no part has the name of a measured computer, the names are of two kinds: of a computer and of its BMC.
    unsure = strays if len(strays) == len(parts) else [one for one in strays if one.host_label not in labels]
    if unsure:
        raise LogError(
            "nothing tells whether a device is a part of a computer that is measured too",
            file=file,
            value=f"{unsure[0].device}, {whole[0].device}",
            accepted="one name for the computer in both (a label node, hostname or instance); or one of the metrics: "
            f"columns={{'power': '{whole[0].row['metric']}:{whole[0].row['unit']}'}}",
        )


def _short_names(hosts: Iterable[str], whole: Iterable[Reading]) -> dict[str, str]:
    """Return the names of computers without their domains, unless that would join two computers."""
    full: dict[str, set[str]] = {}
    for host in {one.host.lower() for one in whole if "." in one.host}:
        full.setdefault(host.split(".", maxsplit=1)[0], set()).add(host)
    short: dict[str, str] = {}
    for host in set(hosts):
        name = host.split(".", maxsplit=1)[0].lower()
        short[host] = host.lower() if len(full.get(name, ())) > 1 else name
        if re.fullmatch(r"[\d.]+|[\da-f:]+", host):
            short[host] = host
    return short


def _parents(chosen: Mapping[str, list[Reading]]) -> dict[str, str]:
    """Return the device that each one is a part of: the nearest domain of its computer, with most labels in common."""
    every = [many[0] for many in chosen.values()]
    short = _short_names((one.host for one in every), every)
    places: dict[tuple[str, str], list[Reading]] = {}
    for one in every:
        places.setdefault((short[one.host], one.domain), []).append(one)
    found = {}
    for one in every:
        for domain in one.parents:
            candidates = [
                other
                for other in places.get((short[one.host], domain), [])
                if other.device != one.device and (domain != one.domain or set(other.identity) < set(one.identity))
            ]
            if candidates:
                found[one.device] = max(candidates, key=lambda other: _shared(one, other)).device
                break
    return found


def _shared(child: Reading, parent: Reading) -> tuple[bool, int]:
    own, whole = set(child.identity), set(parent.identity)
    return whole <= own, len(own & whole)


def _frame(own: Mapping[str, list[Reading]], kind: Kind, value: str, file: str) -> tuple[pd.DataFrame, list[Note]]:
    """Return the rows of devices of one kind in W or J, and what was set aside."""
    frames, silent = [], 0
    for device, readings in own.items():
        factor = _factor(readings[0], kind, file)
        times, values, starts = _joined([one.series for one in readings])
        values = values * factor
        if readings[0].row["covers"] == "node" and readings[0].domain == "node" and len(values) and not values.any():
            silent += len(values)
            values = np.full(len(values), np.nan)
        frame = pd.DataFrame({"time": times, "device": device, value: values})
        if any(one.series.labels.get(_JOB) for one in readings):
            frame["job"] = _jobs(times, [one.series for one in readings])
        if kind == "interval":
            frame.insert(0, "start", starts)
            if readings[0].kind == "power":
                frame[value] *= (times - starts) / SECOND_US
        frames.append(frame)
    detail = "0 W of a whole computer throughout: its sensor has no reading"
    return pd.concat(frames, ignore_index=True), [Note("sensor without a reading", silent, detail)] if silent else []


def _factor(reading: Reading, kind: Kind, file: str) -> float:
    """Return one of the metric's unit in W or J; the rate of an energy is a power.

    Raises
    ------
    LogError : where the readings are cumulative, and their unit is one of a power
    """
    unit = units.unit(reading.row["unit"])
    energy = unit.dimensionality == units.unit("J").dimensionality
    if energy and reading.kind == "power":
        unit = unit / units.unit("s")
    elif not energy and reading.kind != "power":
        raise LogError(
            "the readings are cumulative, and their unit is none of an energy", file=file, field=reading.row["metric"],
            value=reading.row["unit"], accepted="a gauge of a power, or a counter in J",
        )  # fmt: skip
    target = "W" if kind == "power" or reading.kind == "power" else "J"
    return float(units.registry().Quantity(1.0, unit).to(target).magnitude)


def _joined(series: Sequence[Series]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the readings of one device that several series share: one series for each pod that used it, or a replica.

    Of series that run side by side the longest is taken; the others fill the times where it has no reading.
    """
    first, *others = sorted(series, key=lambda one: -len(one.times))
    times, values, starts = first.times, first.readings, _starts(first)
    for one in others:
        free = _distance(one.times, np.sort(times)) > _usual_step(one.times) // 2
        times, values = np.r_[times, one.times[free]], np.r_[values, one.readings[free]]
        starts = np.r_[starts, _starts(one)[free]]
    return times, values, starts


def _jobs(times: NDArray[np.int64], series: Sequence[Series]) -> pd.Series:
    """Return the jobs whose series have a reading at each time, in one text; none where no series names a job."""
    jobs: pd.Series[str] = pd.Series(pd.NA, index=range(len(times)), dtype="string")
    for name in sorted({one.labels[_JOB] for one in series if one.labels.get(_JOB)}):
        own = [one for one in series if one.labels.get(_JOB) == name]
        there = np.logical_or.reduce(
            [_distance(times, np.sort(one.times)) <= _usual_step(one.times) // 2 for one in own]
        )
        jobs = jobs.mask(there, (jobs + (AND + name)).fillna(name))
    return jobs


def _starts(one: Series) -> NDArray[np.int64]:
    return one.times if one.starts is None else one.starts


def _usual_step(times: NDArray[np.int64]) -> int:
    steps = np.diff(np.unique(times))
    return int(np.median(steps)) if len(steps) else 0


def _distance(times: NDArray[np.int64], taken: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far each time is from the nearest one of a sorted array. [µs]"""
    if not len(taken):
        return np.full(len(times), np.iinfo(np.int64).max)
    place = np.searchsorted(taken, times)
    before, after = taken[np.clip(place - 1, 0, None)], taken[np.clip(place, None, len(taken) - 1)]
    return np.asarray(np.minimum(np.abs(times - before), np.abs(after - times)))
