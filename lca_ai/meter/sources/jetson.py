"""Power of the rails of an NVIDIA Jetson: the INA3221 monitors that Linux shows.

JetPack 5 and newer show them as hwmon (``in1_label``, ``in1_input`` in mV, ``curr1_input`` in mA), older ones as iio
(``rail_name_0``, ``in_power0_input`` in mW). The input rail is that of the module, and the others lie within it.
Source: Jetson Linux Developer Guide, "Software-Based Power Consumption Modeling" and "Tegrastats Utility".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lca_ai.meter.base import Reading, Sensor, SourceUnavailable

if TYPE_CHECKING:
    from lca_ai.models.power import Covered

_MILLI = 1e-3
_INPUTS = ("VDD_IN", "POM_5V_IN", "VIN")
_PARTS: dict[Covered, tuple[str, ...]] = {
    "gpu": ("GPU", "CV"),
    "cpu": ("CPU", "SOC"),
    "memory": ("DDR", "VDDQ", "SYS5V", "SYS_5V"),
}
#: The memory of an AGX Orin is fed from its 5 V rail (see lca_ai.logs.formats.tegrastats).
_FED = {"VDDQ_VDD2_1V8AO": "VIN_SYS_5V0"}


@dataclass(frozen=True)
class _Rail:
    """A rail: the files whose product is its power: one in mW, or one in mV and one in mA."""

    name: str
    factors: tuple[Path, ...]

    def power_w(self) -> float:
        """Power now. [W]"""
        return math.prod(int(path.read_text(encoding="ascii")) * _MILLI for path in self.factors)


class JetsonSource:
    """The rails of a Jetson.

    Parameters
    ----------
    root : folder that is ``/sys``
    """

    name = "jetson"

    def __init__(self, root: str | Path = "/sys") -> None:
        self.root = Path(root)
        self._rails: list[_Rail] = []

    def open(self) -> Sequence[Sensor]:
        """Find the rails.

        Raises
        ------
        SourceUnavailable : where there is none that can be read
        """
        self._rails = [*self._of_hwmon(), *self._of_iio()]
        if not self._rails:
            raise SourceUnavailable(self.name, "no INA3221 monitor (not a Jetson, or a container without /sys)")
        faults = [reading.fault for reading in self.read() if reading.fault]
        if len(faults) == len(self._rails):
            raise SourceUnavailable(self.name, faults[0])
        names = [rail.name for rail in self._rails]
        inlet = next((name for name in _INPUTS if name in names), "")
        return [_sensor(name, names, inlet) for name in names]

    def _of_hwmon(self) -> list[_Rail]:
        found = {}
        for chip in sorted(self.root.glob("class/hwmon/hwmon*")):
            if _text(chip / "name") != "ina3221":
                continue
            for label in sorted(chip.glob("in*_label")):
                channel = label.name.removeprefix("in").removesuffix("_label")
                files = (chip / f"in{channel}_input", chip / f"curr{channel}_input")
                name = _text(label)
                if name and name != "NC" and all(path.exists() for path in files):
                    found[name] = _Rail(name, files)
        return list(found.values())

    def _of_iio(self) -> list[_Rail]:
        found = {}
        for label in sorted(self.root.glob("bus/i2c/drivers/ina3221x/*/iio:device*/rail_name_*")):
            file = label.with_name(f"in_power{label.name.rpartition('_')[2]}_input")
            if _text(label) not in {"", "NC"} and file.exists():
                found[_text(label)] = _Rail(_text(label), (file,))
        return list(found.values())

    def read(self) -> Sequence[Reading]:
        """One reading of every rail; a rail that is off draws 0 W."""
        return [_reading(rail) for rail in self._rails]

    def close(self) -> None:
        """Nothing is held."""


def _sensor(name: str, names: list[str], inlet: str) -> Sensor:
    if name in _INPUTS:
        return Sensor(name, "node", "power", resolution="1 mW")
    covers: list[Covered] = [part for part, signs in _PARTS.items() if any(sign in name for sign in signs)] or ["cpu"]
    fed = _FED.get(name, "")
    parent = inlet or (fed if fed in names else "")
    return Sensor(name, covers[0], "power", parent, resolution="1 mW", also=tuple(covers[1:]))


def _reading(rail: _Rail) -> Reading:
    try:
        return Reading(rail.name, power_w=rail.power_w())
    except (OSError, ValueError) as fault:
        return Reading(rail.name, fault=f"the rail cannot be read: {fault}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
