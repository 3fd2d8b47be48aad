"""Meters that Linux shows as hwmon and that no other source reads: ``/sys/class/hwmon``.

``power_meter`` (ACPI) is the meter of the computer, or on NVIDIA Grace of its sockets; ``amdgpu``, ``i915`` and ``xe``
are cards of AMD and Intel; ``amd_hsmp_hwmon`` and ``amd_energy`` are AMD sockets. Powers are in µW, energies in µJ.
Source: https://docs.kernel.org/hwmon/sysfs-interface.html, and acpi_power_meter, amd_energy beside it; NVIDIA Grace
Performance Tuning Guide, "Power Telemetry".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lca_ai.meter.base import Kind, Reading, Sensor, SourceUnavailable

if TYPE_CHECKING:
    from lca_ai.models.power import Covered

_MICRO = 1e-6
_MILLI = 1e-3
_CARDS = ("amdgpu", "i915", "xe")
#: File -> the kind of its figure; the first that a card has is read.
_FILES: dict[str, Kind] = {"energy1_input": "counter", "power1_input": "power", "power1_average": "averaged"}
_GRACE = re.compile(r"(?P<what>Grace|CPU|SysIO) Power Socket (?P<socket>\d+)")


@dataclass(frozen=True)
class _Meter:
    path: Path
    sensor: Sensor


class HwmonSource:
    """The meters of ``hwmon``.

    Parameters
    ----------
    root : folder of the chips
    """

    name = "hwmon"

    def __init__(self, root: str | Path = "/sys/class/hwmon") -> None:
        self.root = Path(root)
        self._meters: list[_Meter] = []

    def open(self) -> Sequence[Sensor]:
        """Find the meters.

        Raises
        ------
        SourceUnavailable : where there is none that can be read
        """
        chips = sorted(self.root.glob("hwmon*"))
        found = [meter for chip in chips for meter in _meters(chip)]
        faults = [reading.fault for meter in found if (reading := _reading(meter)).fault]
        self._meters = [meter for meter in found if not _reading(meter).fault]
        if not self._meters:
            reason = faults[0] if faults else "no power meter, and no card or socket that tells its power"
            raise SourceUnavailable(self.name, reason, "sudo chmod a+r its file" if faults else "")
        names = {meter.sensor.name for meter in self._meters}
        self._meters = [
            meter if meter.sensor.parent in {"", *names} else _Meter(meter.path, _alone(meter.sensor))
            for meter in self._meters
        ]
        return [meter.sensor for meter in self._meters]

    def read(self) -> Sequence[Reading]:
        """One reading of every meter; one that reads 0 was not read."""
        return [_reading(meter) for meter in self._meters]

    def close(self) -> None:
        """Nothing is held."""


def _alone(sensor: Sensor) -> Sensor:
    return Sensor(sensor.name, sensor.covers, sensor.kind, window_s=sensor.window_s, facts=sensor.facts)


def _meters(chip: Path) -> list[_Meter]:
    driver = _text(chip / "name")
    if driver == "power_meter":
        return _acpi(chip)
    if driver in _CARDS:
        return _one(chip, driver, "gpu", f"{driver}-{_bus(chip)}", {"bus": _bus(chip), "driver": driver})
    if driver == "amd_hsmp_hwmon":
        return _one(chip, driver, "cpu", f"socket-{_bus(chip)}", {"driver": driver})
    if driver == "amd_energy":
        labels = [label for label in sorted(chip.glob("energy*_label")) if _text(label).startswith("Esocket")]
        return [
            _Meter(
                label.with_name(label.name.replace("_label", "_input")),
                Sensor(f"package-{int(_text(label)[7:])}", "cpu", "counter", facts={"driver": driver}),
            )
            for label in labels
        ]
    return []


def _one(chip: Path, driver: str, covers: Covered, name: str, facts: dict[str, str]) -> list[_Meter]:
    for file, kind in _FILES.items():
        if (chip / file).exists():
            title = _text(chip / file.replace("input", "label"))
            return [
                _Meter(
                    chip / file, Sensor(name, covers, kind, model=driver, facts=facts | {"file": file, "label": title})
                )
            ]
    return []


def _acpi(chip: Path) -> list[_Meter]:
    """The meter of the computer, or of one socket of a Grace, which its text tells."""
    folder = next((one for one in (chip, chip / "device") if (one / "power1_average").exists()), None)
    if folder is None:
        return []
    interval = _text(folder / "power1_average_interval")
    window_s = int(interval) * _MILLI if interval.isdigit() and int(interval) else None
    kind: Kind = "averaged" if window_s else "power"
    told = _text(folder / "power1_oem_info")
    if not told:
        return [_Meter(folder / "power1_average", Sensor("node", "node", kind, window_s=window_s))]
    socket = _GRACE.search(told)
    if socket is None:
        return []  # a module holds a card too, which has a sensor of its own
    whole = f"grace-{socket['socket']}"
    facts = {"meter": told}
    if socket["what"] == "Grace":
        sensor = Sensor(whole, "cpu", kind, window_s=window_s, facts=facts, also=("memory",))
    else:
        sensor = Sensor(f"{whole}/{socket['what'].lower()}", "cpu", kind, whole, window_s=window_s, facts=facts)
    return [_Meter(folder / "power1_average", sensor)]


def _reading(meter: _Meter) -> Reading:
    name = meter.sensor.name
    try:
        figure = int(meter.path.read_text(encoding="ascii")) * _MICRO
    except (OSError, ValueError) as fault:
        return Reading(name, fault=f"{meter.path.name} cannot be read: {fault}")
    if figure <= 0:
        return Reading(name, fault=f"{meter.path.name} reads 0")
    return Reading(name, figure) if meter.sensor.kind == "counter" else Reading(name, power_w=figure)


def _bus(chip: Path) -> str:
    """Where a card is on the bus: the name of its device."""
    return (chip / "device").resolve().name


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
