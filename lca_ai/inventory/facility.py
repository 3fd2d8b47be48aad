"""From the energy of a log, or the rated power, to the electricity of the whole machine and of the facility.

What the log does not cover is modelled from the hardware's components and marked so. PUE is applied once, to the energy
of the IT equipment, and never to energy that was metered for the whole facility. Water on site is WUE x IT energy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.inventory.assumed import modelled_by
from lca_ai.inventory.system import Assumed, Gap
from lca_ai.models import cloud
from lca_ai.models.hardware import Cluster, Server
from lca_ai.models.location import Location
from lca_ai.models.runtime import Runtime
from lca_ai.models.workload import Basis

_W_PER_KW = 1000.0
_SECONDS_PER_HOUR = 3600.0
_US_PER_SECOND = 1_000_000
_US_PER_HOUR = 3_600_000_000
#: Cloud provider -> the company that publishes the figures of its fleet.
_OWNERS = {"azure": "microsoft", "gcp": "google"}
WHOLE = frozenset({"node", "facility"})
#: Energy in a log that is a meter's model, where a device has no sensor.
BY_METER = "electricity, modelled by the meter"
#: Component of a server -> what a log may call it.
_COVERED_BY = {"accelerator": "gpu", "cpu": "cpu", "memory": "memory", "storage": "storage"}


@dataclass(frozen=True)
class EnergyUse:
    """Electricity of one kind in a run: energy per hour (UTC) [kWh], and how it is known."""

    activity: str
    hours: pd.Series
    basis: Basis
    sources: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Energy. [kWh]"""
        return float(self.hours.sum())


@dataclass(frozen=True)
class Metered:
    """The energy of a run as measured or given: per hour [kWh], what it covers, and how long the machines were used.

    ``modelled`` is the part of ``hours`` that no sensor told: a meter's own model, in the same log.
    """

    hours: pd.Series
    covers: frozenset[str]
    basis: Basis
    machine_seconds: float | None
    modelled: pd.Series | None = None


def evenly(kwh: float, start: datetime | None, seconds: float | None) -> pd.Series:
    """Energy spread evenly over the hours of a run; one entry without a time where the start is not known. [kWh]"""
    if start is None or not seconds:
        return pd.Series([kwh], index=pd.DatetimeIndex([pd.NaT], tz="UTC"))
    begin = round(pd.Timestamp(start).timestamp() * _US_PER_SECOND)
    end = begin + round(seconds * _US_PER_SECOND)
    edges = np.arange(begin // _US_PER_HOUR, -(-end // _US_PER_HOUR) + 1) * _US_PER_HOUR
    length = np.diff(np.clip(edges, begin, end)).astype("float64")
    return pd.Series(kwh * length / length.sum(), index=pd.to_datetime(edges[:-1], unit="us", utc=True))


def servers(machine: Server | Cluster | None) -> tuple[Server | None, int]:
    """The server of a machine, and how many of it."""
    if isinstance(machine, Cluster):
        return machine.server, machine.count
    return machine, 1


def machine_seconds(runtime: Runtime | None, machine: Server | Cluster | None) -> float | None:
    """Seconds of server use: duration x servers, or accelerator hours over the accelerators of one server."""
    if runtime is None:
        return None
    server, count = servers(machine)
    if runtime.duration is not None:
        return float(runtime.duration.to("second").magnitude) * count
    if runtime.device_hours is None:
        raise AssertionError("a runtime has a duration or device hours")
    per_server = server.accelerators if server is not None else 0.0
    if per_server == 0:
        raise StudyError(
            "device_hours need hardware with accelerators", field="runtime.device_hours", accepted="runtime.duration"
        )
    return float(runtime.device_hours.to("second").magnitude) / per_server


def rated_kind(server: Server) -> str:
    """The kind of parts whose rated power stands for a log: accelerators, or processors where there are none."""
    return "accelerator" if any(part.kind == "accelerator" for part in server.components) else "cpu"


def rated_covers(server: Server) -> frozenset[str]:
    """What the energy by rated power covers; the other parts of the machine are modelled beside it."""
    return frozenset({_COVERED_BY[rated_kind(server)]})


def rated_assumption(server: Server, runtime: Runtime, *, workload: str) -> list[Assumed]:
    """How the result says that a machine without accelerators draws a share of its processors' rated power."""
    if rated_kind(server) == "accelerator":
        return []
    reason = "no log and no accelerators: rated power of the processors x utilisation, for the share of the machine"
    return [Assumed(f"power of the processors of {workload}", f"{runtime.utilisation:g} of the rated power", reason)]


def rated_energy(server: Server, seconds: float, runtime: Runtime) -> float:
    """Energy of the accelerators at rated power x utilisation, idle time at idle power. [kWh]

    Of a machine without accelerators, that of its processors.

    Raises
    ------
    StudyError : where a rated power is not known, or idle time is stated and no idle power is known
    """
    total, kind = 0.0, rated_kind(server)
    for part in server.components:
        if part.kind != kind:
            continue
        if part.rated_power is None:
            raise StudyError(
                "the rated power is not known",
                field="hardware.rated_power",
                value=part.name,
                accepted="rated_power, power or energy",
            )
        busy = part.rated_power.to("W").magnitude * runtime.utilisation
        idle_power = getattr(part, "idle_power", None)
        if runtime.idle_share > 0 and idle_power is None:
            raise StudyError(
                "an idle share needs the idle power",
                field="hardware.idle_power",
                value=part.name,
                accepted="e.g. idle_power: 60 W",
            )
        idle = idle_power.to("W").magnitude if idle_power is not None else 0.0
        mean = busy * (1.0 - runtime.idle_share) + idle * runtime.idle_share
        total += server.share * part.count * mean * seconds / _SECONDS_PER_HOUR / _W_PER_KW
    if total == 0.0:
        raise StudyError(
            "without a log or an energy, accelerators or processors are needed",
            field="hardware",
            value=server.name,
            accepted="power or energy",
        )
    return total


def not_covered(server: Server, metered: Metered, *, workload: str) -> tuple[list[EnergyUse], list[Assumed], list[Gap]]:
    """Electricity of the components that the log leaves out, modelled from their size and rated power."""
    if metered.covers & WHOLE:
        return [], [], []
    if metered.machine_seconds is None:
        reason = (
            f"the energy covers {', '.join(sorted(metered.covers))} only, and no runtime is given to model the rest"
        )
        return [], [], [Gap(workload, "use", "electricity of the rest of the machine", "all", "missing", reason)]
    hours = server.share * metered.machine_seconds / _SECONDS_PER_HOUR
    uses, assumed, gaps = [], [], []
    for kind, covered in _COVERED_BY.items():
        parts = [part for part in server.components if part.kind == kind]
        if covered in metered.covers or not parts:
            continue
        powers = [_mean_power(part) for part in parts]
        missing = [part.name for part, power in zip(parts, powers, strict=True) if power is None]
        if missing:
            reason = f"not covered by the log, and the rated power of {', '.join(missing)} is not known"
            gaps.append(Gap(workload, "use", f"electricity of the {kind}", "all", "missing", reason))
        found = [power for power in powers if power is not None]
        if found:
            watts = sum(
                watts * part.count for (watts, _), part in zip(found, [p for p in parts if _mean_power(p)], strict=True)
            )
            uses.append(alike(metered, f"{kind}, not covered by the log", watts * hours / _W_PER_KW))
            assumed += [
                modelled_by(key, f"power of the {kind} of {workload}") for key in sorted({key for _, key in found})
            ]
    if all(part.kind == "accelerator" for part in server.components) and server.embodied is None:
        reason = "only the card is named: processor, memory and drives of its host are not known"
        gaps.append(Gap(workload, "use", "electricity of the host", "all", "missing", reason))
    known = metered.hours.sum() + sum(use.total for use in uses)
    efficiency = tables.assumption("power_supply_efficiency")
    uses.append(alike(metered, "losses of the power supplies", float(known) * (1.0 / efficiency - 1.0)))
    assumed.append(modelled_by("power_supply_efficiency", f"losses of the power supplies of {workload}"))
    gaps.append(
        Gap(
            workload,
            "use",
            "electricity of fans, mainboard and network cards",
            "all",
            "missing",
            "not covered by the log; no sourced figure",
        )
    )
    return uses, assumed, gaps


def _mean_power(part: object) -> tuple[float, str] | None:
    """Mean power of one component [W] and the assumption behind it; None where its size or rating is not known."""
    kind = getattr(part, "kind", "")
    if kind == "memory":
        return part.capacity.to("GB").magnitude * tables.assumption("memory_power"), "memory_power"  # type: ignore[attr-defined]
    if kind == "storage":
        key = f"{part.technology}_power"  # type: ignore[attr-defined]
        return part.capacity.to("TB").magnitude * tables.assumption(key), key  # type: ignore[attr-defined]
    rated = getattr(part, "rated_power", None)
    if rated is None:
        return None
    key = "cpu_power_share_of_rated"
    return rated.to("W").magnitude * tables.assumption(key), key


def alike(
    metered: Metered,
    activity: str,
    kwh: float,
    *,
    basis: Basis = "modelled",
    sources: tuple[str, ...] = ("lca-ai-convention",),
) -> EnergyUse:
    """Energy spread over the hours as the metered energy is."""
    total = float(metered.hours.sum())
    shape = metered.hours / total if total > 0 else metered.hours * 0.0 + 1.0 / len(metered.hours)
    return EnergyUse(activity, shape * kwh, basis, sources)


def pue(location: Location, year: int | None) -> tuple[float, Basis, list[Assumed], tuple[str, ...]]:
    """The PUE of a location: as given, else published for the cloud region, else of its provider, else the industry's.

    All but a given one are of the nearest year and marked assumed.
    """
    if location.pue is not None:
        return location.pue, "given", [], ("study",)
    if location.cloud is not None and location.region is not None:
        own = cloud.published(location.cloud, location.region, "pue", year)
        if own is not None:
            reason = f"not given; {location.cloud} {location.region}: {own.reason}"
            stated = [Assumed("power usage effectiveness (PUE)", f"{own.amount:g}", reason, ";".join(own.sources))]
            return own.amount, "assumed", stated, own.sources
    row, of = wider_pue(location, year)
    value, cited = float(row["amount"]), tuple(row["source"].split(";"))
    reason = f"not given; {of} in {row['year']}" + (f"; {row['note']}" if row["note"] else "")
    return value, "assumed", [Assumed("power usage effectiveness (PUE)", f"{value:g}", reason, row["source"])], cited


def wider_pue(location: Location, year: int | None) -> tuple[tables.Row, str]:
    """The PUE of the provider's whole fleet in the nearest year, else the industry's average, and what it is of."""
    by_provider: dict[str, dict[int, tables.Row]] = {}
    for row in tables.rows("datasets/facility", "pue"):
        by_provider.setdefault(row["provider"], {})[int(row["year"])] = row
    provider = (location.cloud or "").strip().casefold()
    fleet = by_provider.get(_OWNERS.get(provider, provider))
    published = fleet or by_provider["industry average"]
    none = f"{provider} publishes none for {location.region}; "
    of = f"{none}the provider's whole fleet" if fleet else "average of the industry's data centres"
    return published[tables.nearest_year(published, year)], of


def wue(location: Location, year: int | None) -> tuple[float, Basis, list[Assumed], tuple[str, ...]] | None:
    """The WUE of a location [L/kWh]: as given, else as published for the cloud region; None where neither is known."""
    if location.wue is not None:
        return float(location.wue.to("L/kWh").magnitude), "given", [], ("study",)
    if location.cloud is None or location.region is None:
        return None
    own = cloud.published(location.cloud, location.region, "wue", year)
    if own is None:
        return None
    reason = f"not given; {location.cloud} {location.region}: {own.reason}"
    stated = [Assumed("water usage effectiveness (WUE)", f"{own.amount:g} L/kWh", reason, ";".join(own.sources))]
    return own.amount, "assumed", stated, own.sources


def overhead(it_energy: list[EnergyUse], factor: float, basis: Basis, sources: tuple[str, ...]) -> EnergyUse:
    """Electricity of cooling and power distribution: IT energy x (PUE - 1)."""
    total = pd.concat([use.hours for use in it_energy]).groupby(level=0, dropna=False).sum()
    return EnergyUse("facility overhead (PUE)", total * (factor - 1.0), basis, sources)
