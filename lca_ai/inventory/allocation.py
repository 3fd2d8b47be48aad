"""Allocation of a machine's manufacture to a run: its device-hours over the productive hours of the machine's life."""

from __future__ import annotations

from dataclasses import dataclass

from lca_ai.inventory.assumed import not_given
from lca_ai.inventory.system import Assumed
from lca_ai.models.workload import Allocation

_SECONDS_PER_YEAR = 365.25 * 86_400.0


@dataclass(frozen=True)
class Share:
    """The share of machines that a run carries, and whether a part of it was assumed."""

    machines: float
    service_life_years: float
    utilisation: float
    assumed: tuple[Assumed, ...]


def share_of_life(machine_seconds: float, allocation: Allocation, *, workload: str) -> Share:
    """Machines' worth of manufacture that ``machine_seconds`` of use carry.

    Reserved time over productive time: t / (service life x utilisation), as in the GHG Protocol ICT Sector Guidance and
    the Software Carbon Intensity specification (ISO/IEC 21031:2024), with the idle time of the life borne by use
    (Luccioni et al. 2023, JMLR 24:253, section 4.1).
    """
    given = allocation.service_life
    years, use = None if given is None else given.to("second").magnitude / _SECONDS_PER_YEAR, allocation.utilisation
    assumed = []
    if years is None:
        years, said = not_given("service_life_server", f"service life of the hardware of {workload}")
        assumed.append(said)
    if use is None:
        use, said = not_given(
            "device_utilisation_over_life", f"utilisation over the life of the hardware of {workload}"
        )
        assumed.append(said)
    return Share(machine_seconds / (years * _SECONDS_PER_YEAR * use), years, use, tuple(assumed))
