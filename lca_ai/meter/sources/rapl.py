"""Energy counters of Intel and AMD processors, as Linux tells them (powercap: ``/sys/class/powercap/intel-rapl:*``).

Names, parents and what each covers are those of :mod:`lca_ai.logs.domains`. The same counter comes by two ways
(``intel-rapl`` and ``intel-rapl-mmio``) and on some machines by two names (dies that mirror the package): each counts
once. Source: https://docs.kernel.org/power/powercap/powercap.html.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lca_ai.logs import domains
from lca_ai.meter.base import Reading, Sensor, SourceUnavailable

_MICRO = 1e-6
_ZONE = re.compile(r"intel-rapl(?P<mmio>-mmio)?:\d+(?P<inner>:\d+)*")
#: How often counters are compared, and how long between, to tell mirrored ones and those that stand at 0.
_LOOKS = 3
_PAUSE_S = 0.005
_REMEDY = (
    "sudo chmod a+r /sys/class/powercap/intel-rapl*/energy_uj (until the next start; a udev rule or a group keeps it; "
    "the counters are closed to users since CVE-2020-8694, a side channel)"
)
_TWIN = "its counter is that of {}: the same energy by two names, counted once"


@dataclass
class _Zone:
    """A counter: its name among all domains, and its file, kept open."""

    path: Path
    name: str
    mmio: bool
    range_j: float | None
    facts: dict[str, str] = field(default_factory=dict)
    descriptor: int = -1

    def read(self) -> int:
        """The counter. [µJ]

        Raises
        ------
        OSError : where it cannot be read
        ValueError : where it is no number
        """
        if self.descriptor < 0:
            self.descriptor = os.open(self.path / "energy_uj", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return int(os.pread(self.descriptor, 32, 0))
        except (OSError, ValueError):
            self.close()
            raise

    def look(self) -> int | None:
        """The counter; None where it cannot be read. [µJ]"""
        try:
            return self.read()
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class RaplSource:
    """The energy counters of the processors.

    Parameters
    ----------
    root : folder of the zones
    """

    name = "rapl"

    def __init__(self, root: str | Path = "/sys/class/powercap") -> None:
        self.root = Path(root)
        self.left_out: list[SourceUnavailable] = []
        self._zones: list[_Zone] = []

    def open(self) -> Sequence[Sensor]:
        """Find the counters.

        Raises
        ------
        SourceUnavailable : where there is none, or none that may be read
        """
        self._zones = self._listed()
        if not self._zones:
            reason = f"no energy counter of a processor in {self.root}"
            raise SourceUnavailable(self.name, reason, "a virtual machine has none; else modprobe intel_rapl_msr")
        self._drop_unreadable()
        self._drop_silent()
        self._drop_twins()
        names = [zone.name for zone in self._zones]
        parents, covers = domains.parents(names), domains.covers(names)
        return [
            Sensor(
                zone.name,
                covers[zone.name][0],  # type: ignore[arg-type]
                "counter",
                parents.get(zone.name, ""),
                range_j=zone.range_j,
                resolution="1 uJ",
                facts={"zone": zone.path.name, **zone.facts},
                also=covers[zone.name][1:],  # type: ignore[arg-type]
                limit_w=_limit(zone.path) if zone.name.startswith("psys") else None,
            )
            for zone in self._zones
        ]

    def _listed(self) -> list[_Zone]:
        """All zones by their names, each once: that of the MSR before that of memory-mapped registers."""
        if not self.root.is_dir():
            return []
        found: dict[str, _Zone] = {}
        paths = [path for path in self.root.iterdir() if _ZONE.fullmatch(path.name)]
        titles = {path.name: _text(path / "name") for path in paths}
        for path in sorted(paths, key=lambda path: ("-mmio" in path.name, _numbers(path.name))):
            name = _named(path.name, titles)
            if not name:
                continue
            limit = _text(path / "max_energy_range_uj")
            zone = _Zone(path, name, "-mmio" in path.name, int(limit) * _MICRO if limit.isdigit() else None)
            first = found.setdefault(name, zone)
            if first is not zone and first.mmio == zone.mmio:
                found[f"{name} ({path.name})"] = zone
                zone.name = f"{name} ({path.name})"
            elif first is not zone:
                first.facts["also told by"] = path.name
        return list(found.values())

    def _drop_unreadable(self) -> None:
        faults: dict[str, OSError | ValueError] = {}
        for zone in self._zones:
            try:
                zone.read()
            except (OSError, ValueError) as fault:
                faults[zone.name] = fault
        if len(faults) == len(self._zones):
            forbidden = any(isinstance(fault, PermissionError) for fault in faults.values())
            self.close()
            if forbidden:
                raise SourceUnavailable(self.name, "no permission to read the energy counters", _REMEDY)
            raise SourceUnavailable(self.name, f"no energy counter can be read: {next(iter(faults.values()))}")
        for name, why in faults.items():
            self._leave(name, str(why), _REMEDY if isinstance(why, PermissionError) else "")

    def _drop_silent(self) -> None:
        """Leave out counters that stand at 0: the domain is not counted."""
        silent = {zone.name for zone in self._zones if not zone.look()}
        for _ in range(_LOOKS - 1):
            if silent:
                time.sleep(_PAUSE_S)
                silent = {zone.name for zone in self._zones if zone.name in silent and not zone.look()}
        for name in silent:
            self._leave(name, "its counter stands at 0: not counted")
        if not self._zones:
            self.left_out = []
            raise SourceUnavailable(
                self.name, "the energy counters stand at 0", "a virtual machine may show empty ones"
            )

    def _drop_twins(self) -> None:
        """Leave out packages and memories whose counter is that of another, looked at before and after it each time."""
        tops = [zone for zone in self._zones if re.match(r"package|dram", zone.name) and "/" not in zone.name]
        pairs = [
            (one, other)
            for at, one in enumerate(tops)
            for other in tops[at + 1 :]
            if one.name.startswith("package") == other.name.startswith("package")
        ]
        for look in range(_LOOKS):
            if look and pairs:
                time.sleep(_PAUSE_S)
            pairs = [pair for pair in pairs if _same(*pair)]
        for one, other in pairs:
            if other in self._zones and one in self._zones:
                one.facts["mirrored by"] = ", ".join(filter(None, (one.facts.get("mirrored by"), other.name)))
                self._leave(other.name, _TWIN.format(one.name))

    def _leave(self, name: str, reason: str, remedy: str = "") -> None:
        """Leave out a zone, with the parts of a package."""
        for zone in [zone for zone in self._zones if zone.name == name or zone.name.startswith(f"{name}/")]:
            self.left_out.append(SourceUnavailable(self.name, f"{zone.name} is left out: {reason}", remedy))
            zone.close()
            self._zones.remove(zone)

    def read(self) -> Sequence[Reading]:
        """One reading of every counter; one that reads 0 was not read."""
        return [_reading(zone) for zone in self._zones]

    read_counters = read

    def close(self) -> None:
        """Close the files of the counters."""
        for zone in self._zones:
            zone.close()


def _reading(zone: _Zone) -> Reading:
    try:
        counter = zone.read()
    except (OSError, ValueError) as fault:
        return Reading(zone.name, fault=f"the counter cannot be read: {fault}")
    if counter <= 0:
        return Reading(zone.name, fault="the counter reads 0")
    return Reading(zone.name, counter * _MICRO)


def _named(zone: str, titles: dict[str, str]) -> str:
    """Name of a domain: ``package-0``, ``package-0/core``, ``dram-0``, ``psys``; empty for a zone without a name."""
    title = titles[zone]
    outer = titles.get(zone.rpartition(":")[0], "") if zone.count(":") > 1 else ""
    if not title or not outer:
        return title
    return f"dram{outer.removeprefix('package')}" if title == "dram" else f"{outer}/{title}"


def _numbers(zone: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", zone)]


def _limit(zone: Path) -> float | None:
    """The highest limit of a zone's power: a platform may draw more than any processor; None where none is told. [W]"""
    told = [_text(path) for what in ("max_power", "power_limit") for path in zone.glob(f"constraint_*_{what}_uw")]
    return max((int(text) * _MICRO for text in told if text.isdigit() and int(text)), default=None)


def _same(one: _Zone, other: _Zone) -> bool:
    """Whether a counter reads as another that is looked at just before and just after."""
    before, middle, after = one.look(), other.look(), one.look()
    return before is not None and middle is not None and after is not None and before <= middle <= after


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
