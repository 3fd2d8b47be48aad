"""Energy of an HPE Cray node, as its controller counts it ten times a second: ``/sys/cray/pm_counters``.

Each file is a figure, its unit and a time stamp (``12345678 J 1712345678901234 us``). The counters of processors,
memory and accelerators lie within that of the node. Source: HPE Cray EX, "Application power and energy counters".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lca_ai.meter.base import Reading, Sensor, SourceUnavailable

if TYPE_CHECKING:
    from lca_ai.models.power import Covered

_FILE = re.compile(r"(?:(?P<part>cpu|memory|accel\d+)_)?energy")
_JOULES = re.compile(r"\s*(\d+)\s+J\b")
_COVERS: dict[str, Covered] = {"": "node", "cpu": "cpu", "memory": "memory"}


class CraySource:
    """The energy counters of a Cray node.

    Parameters
    ----------
    root : folder of the counters
    """

    name = "cray"

    def __init__(self, root: str | Path = "/sys/cray/pm_counters") -> None:
        self.root = Path(root)
        self._files: dict[str, Path] = {}

    def open(self) -> Sequence[Sensor]:
        """Find the counters.

        Raises
        ------
        SourceUnavailable : where there is none that can be read
        """
        if not self.root.is_dir():
            raise SourceUnavailable(self.name, f"no {self.root} (not an HPE Cray node)")
        parts = {match["part"] or "": path for path in self.root.iterdir() if (match := _FILE.fullmatch(path.name))}
        self._files = {part or "node": parts[part] for part in sorted(parts)}
        faults = {reading.sensor: reading.fault for reading in self.read() if reading.fault}
        if len(faults) == len(self._files):
            raise SourceUnavailable(self.name, next(iter(faults.values()), f"no energy counter in {self.root}"))
        self._files = {name: path for name, path in self._files.items() if name not in faults}
        parent = "node" if "node" in self._files else ""
        return [
            Sensor(
                name, _COVERS.get("" if name == "node" else name, "gpu"), "counter", "" if name == "node" else parent,
                resolution="1 J",
            )
            for name in self._files
        ]  # fmt: skip

    def read(self) -> Sequence[Reading]:
        """One reading of every counter; one that reads 0 was not read."""
        return [_reading(name, path) for name, path in self._files.items()]

    read_counters = read

    def close(self) -> None:
        """Nothing is held."""


def _reading(name: str, path: Path) -> Reading:
    try:
        told = _JOULES.match(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as fault:
        return Reading(name, fault=f"the counter cannot be read: {fault}")
    if told is None or not int(told[1]):
        return Reading(name, fault="the counter reads 0, or is no number of joules")
    return Reading(name, float(told[1]))
