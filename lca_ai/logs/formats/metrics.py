"""Series of named metrics -> readings: what each metric measures, of which device of which computer.

The names are those of ``datasets/metrics``, or the user's own. A share that an exporter attributes to a container, a
process or a job is no device and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np

from lca_ai import tables, units
from lca_ai.errors import InputError, LogError, shorten
from lca_ai.logs.records import Kind, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Labels that name the computer, the most telling first: an exporter's own before those of its scrape target.
_HOSTS = (
    "node_name",
    "kubernetes_node",
    "node",
    "nodename",
    "hostname",
    "Hostname",
    "host",
    "instance_id",
    "InstanceId",
    "exported_instance",
    "instance",
    "target",
)
_UNITS = {"power": "W", "counter": "J"}
_ROLES = ("power", "counter", "device", "host")
#: From here on, a reading of DCGM stands for: blank, not found, not supported, not permitted.
_BLANK_POWER, _BLANK_ENERGY = 2.0**47, float(0x7FFFFFFFFFFFFFF0)
_SELECTOR = re.compile(r"(?P<name>[^{]*?)\s*(?:\{(?P<labels>.*)\})?")
_LABEL = re.compile(r'([\w.-]+)\s*=\s*"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, eq=False)
class Series:
    """One series: the name of its metric, its labels, and its readings.

    ``times`` [µs since 1970 UTC]; ``readings`` [unit of the metric]. ``starts`` [µs] where each is of an interval: its
    mean power, or the energy counted in it. ``kind`` where the file tells another one than the name.
    """

    name: str
    labels: Mapping[str, str]
    times: NDArray[np.int64]
    readings: NDArray[np.float64]
    starts: NDArray[np.int64] | None = None
    kind: Kind | None = None


@dataclass(frozen=True, eq=False)
class Reading:
    """A series whose metric is known: what it measures, of which computer."""

    series: Series
    row: Mapping[str, str]
    rank: int
    host: str
    host_label: str
    identity: tuple[str, ...]
    parents: tuple[str, ...] = field(default=())

    @property
    def domain(self) -> str:
        """What it measures: "package", "dram", "gpu", "node" and the like; empty for a metric of the user's."""
        return self.row["domain"]

    @property
    def kind(self) -> Kind:
        """Kind of the readings."""
        return self.series.kind or ("power" if self.row["kind"] == "power" else "counter")

    @property
    def record_kind(self) -> Kind:
        """Kind of its records: a mean over intervals is an energy for each."""
        return self.kind if self.series.starts is None else "interval"

    @property
    def local(self) -> str:
        """Name of the device on its computer."""
        name = "-".join(self.identity)
        if self.domain == "gpu" and re.match(r"(?:GPU|MIG)-", name):
            return name
        if self.domain in {"core", "uncore"}:
            return f"{'-'.join(filter(None, ('package', name)))}/{self.domain}"
        return "-".join(filter(None, (self.domain.replace(" ", "-"), name)))

    @property
    def device(self) -> str:
        """Name of the device, its computer before it."""
        return f"{self.host}/{self.local}" if self.host else self.local


def of_known_names(series: Sequence[Series], file: str) -> tuple[list[Reading], dict[str, str]]:
    """Return the series whose metric measures a device, and the metrics that do not, by their use."""
    rows = tables.rows("datasets/metrics", "metrics")
    chips = _chip_names(series)
    found: list[Reading] = []
    aside: dict[str, set[str]] = {}
    for one in series:
        labels = {**one.labels, **chips.get((_host(one.labels)[0], one.labels.get("chip", "")), {})}
        rank, row = next(((n, row) for n, row in enumerate(rows) if _fits(row, one.name, labels)), (0, None))
        if row is None:
            if any(fnmatchcase(one.name, row["metric"]) for row in rows):
                aside.setdefault("of a place that is not known", set()).add(one.name)
        elif row["use"] != "measured":
            aside.setdefault(row["use"], set()).add(one.name)
        else:
            host, label = _host(labels)
            identity = _identity(labels, row["devices"])
            found.append(Reading(_known(one, row), row, rank, host, label, identity, tuple(row["parents"].split(";"))))
    if not found:
        names = sorted({one.name or "value" for one in series})
        raise LogError(
            "no series is of a metric that is known to measure power or energy",
            file=file,
            value=", ".join(names) if names else None,
            accepted="columns={'power': 'my_metric:W'} (or 'counter': 'my_metric{label=\"a\"}:J'); 'value' stands for "
            "a series without a name",
        )
    facts = {f"metrics not read: {use}": shorten(", ".join(sorted(names))) for use, names in sorted(aside.items())}
    return found, facts


def is_measured(name: str, options: Options) -> bool:
    """Tell whether a metric is one that measures power or energy, or one that the user names."""
    if options.columns:
        given = [value.rpartition(":")[0] for role, value in options.columns.items() if role in _UNITS]
        return (name or "value") in {parts["name"] for parts in map(_SELECTOR.fullmatch, given) if parts}
    rows = tables.rows("datasets/metrics", "metrics")
    return any(row["use"] == "measured" and fnmatchcase(name, row["metric"]) for row in rows)


def _known(one: Series, row: Mapping[str, str]) -> Series:
    """Return the series with NaN for the numbers by which DCGM says that a value is not known (dcgm_fields.h)."""
    if not one.name.startswith("DCGM_FI_"):
        return one
    blank = _BLANK_POWER if row["kind"] == "power" else _BLANK_ENERGY
    return replace(one, readings=np.where(one.readings < blank, one.readings, np.nan))


def _fits(row: Mapping[str, str], name: str, labels: Mapping[str, str]) -> bool:
    if row["metric"] != name and not ("*" in row["metric"] and fnmatchcase(name, row["metric"])):
        return False
    label, given, pattern = row["where"].partition("=")
    return not given or bool(re.fullmatch(pattern, labels.get(label, "")))


def _chip_names(series: Iterable[Series]) -> dict[tuple[str, str], dict[str, str]]:
    """Return the names of the hwmon chips of each computer, which the node exporter gives in a metric of its own."""
    return {
        (_host(one.labels)[0], one.labels["chip"]): {"chip_name": one.labels["chip_name"]}
        for one in series
        if one.name == "node_hwmon_chip_names" and {"chip", "chip_name"} <= set(one.labels)
    }


def _host(labels: Mapping[str, str]) -> tuple[str, str]:
    """Return the computer of a series, without a port, and the label that names it."""
    label = next((name for name in _HOSTS if labels.get(name)), "")
    return re.sub(r"(?<=[^:]):\d+$", "", labels.get(label, "")), label


def _identity(labels: Mapping[str, str], devices: str) -> tuple[str, ...]:
    """Return what the labels say of a device: ``a|b+c`` is a, else b; and c."""
    parts = []
    for group in filter(None, devices.split("+")):
        label = next((name for name in group.split("|") if labels.get(name)), None)
        value = labels.get(label, "") if label else ""
        zone = re.search(r"rapl[\w-]*:(\d+)(?::\d+)*/?$", value) if label == "path" else None
        if label == "path" and not zone:  # Kepler names the sum of all sockets so
            value = "" if "aggregated" in value else value
        parts.append(zone[1] if zone else value)
    return tuple(filter(None, parts))


def of_own_names(series: Sequence[Series], options: Options, file: str) -> list[Reading]:
    """Return the series that the user names, e.g. ``{"power": 'my_metric{room="1"}:W', "device": "gpu+host"}``."""
    given = options.columns or {}
    selected: list[tuple[Series, str, str]] = []
    for role, value in given.items():
        if role not in _ROLES:
            raise LogError("no such role of a metric", field="columns", value=role, accepted=", ".join(_ROLES))
        if role in _UNITS:
            name, unit = _name_and_unit(role, value, file)
            fits = [one for one in series if _selected(one, name)]
            if not fits:
                there = ", ".join(sorted({one.name or "value" for one in series}))
                raise LogError("no such series", file=file, field="columns", value=name, accepted=shorten(there))
            selected += [(one, role, unit) for one in fits]
    if not selected:
        raise LogError("no metric is named", field="columns", accepted="e.g. {'power': 'my_metric:W'}")
    every = [one.labels for one, _, _ in selected]
    names = sorted({name for labels in every for name in labels})
    differ = [name for name in names if len({labels.get(name, "") for labels in every}) > 1]
    devices = given.get("device", "+".join(differ))
    rows = tables.rows("datasets/metrics", "metrics")
    readings = []
    for one, role, unit in selected:
        label = given.get("host", "")
        identity = _identity(one.labels, devices) or ((options.device or one.name or "value"),)
        known = next((row["covers"] for row in rows if _fits(row, one.name, one.labels)), "")
        row = {"kind": role, "unit": unit, "domain": "", "covers": known, "exporter": "", "metric": one.name}
        readings.append(Reading(one, row, 0 if role == "counter" else 1, one.labels.get(label, ""), label, identity))
    return readings


def _name_and_unit(role: str, value: str, file: str) -> tuple[str, str]:
    name, _, unit = value.rpartition(":")
    expected = _UNITS[role]
    remedy = f"e.g. columns={{'{role}': 'my_metric:{expected}'}}"
    if not name:
        raise LogError("the metric has no unit", file=file, field="columns", value=value, accepted=remedy)
    try:
        fits = units.unit(unit).dimensionality == units.unit(expected).dimensionality
    except InputError as fault:
        raise LogError("the metric has no unit", file=file, field="columns", value=value, accepted=remedy) from fault
    if not fits:
        raise LogError(f"the unit is not one of {role}", file=file, field="columns", value=unit, accepted=expected)
    return name, unit


def _selected(one: Series, selector: str) -> bool:
    parts = _SELECTOR.fullmatch(selector)
    if parts is None or (one.name or "value") != parts["name"]:
        return False
    return all(one.labels.get(label) == value for label, value in _LABEL.findall(parts["labels"] or ""))
