"""The energy of a workload, read once for all the cases that use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from lca_ai.errors import InputError
from lca_ai.impact.measured import metered_energy
from lca_ai.inventory.facility import Metered
from lca_ai.inventory.system import Assumed, Gap, ProductSystem
from lca_ai.logs.reading import EnergyReading
from lca_ai.models.workload import Workload


@dataclass(frozen=True)
class Metering:
    """The energy of a workload, read once: what lies behind every activity and place that uses it."""

    workload: Workload
    metered: Metered
    reading: EnergyReading | None
    notes: tuple[Mapping[str, Any], ...]
    gaps: tuple[Gap, ...]
    assumed: tuple[Assumed, ...]

    @property
    def run_year(self) -> int | None:
        """Calendar year (UTC) of the run, where it is known."""
        runtime = self.workload.runtime
        start = self.reading.start if self.reading is not None else runtime.start if runtime is not None else None
        return start.astimezone(UTC).year if start is not None else self.workload.location.year


def metering(workload: Workload) -> Metering:
    """Read the energy of a workload.

    Raises
    ------
    InputError : naming the workload, where its log or its model does not hold
    """
    aside = ProductSystem()
    try:
        metered, reading, notes = metered_energy(aside, workload)
    except InputError as fault:
        raise fault.within(f"workload {workload.name}") from None
    return Metering(workload, metered, reading, tuple(notes), tuple(aside.gaps), tuple(aside.assumed))
