"""Allocation of a machine's manufacture to a run: its device-hours over the productive hours of the machine's life."""

from __future__ import annotations

from dataclasses import dataclass

from lca_ai import tables
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
    assumed = []
    life = (
        allocation.service_life.to("second").magnitude / _SECONDS_PER_YEAR
        if allocation.service_life is not None
        else None
    )
    if life is None:
        life = tables.assumption("service_life_server")
        row = tables.assumptions()["service_life_server"]
        assumed.append(
            Assumed(
                f"service life of the hardware of {workload}",
                f"{life:g} years",
                f"not given; range {row['low']} to {row['high']}",
                row["source"],
            )
        )
    use = allocation.utilisation
    if use is None:
        use = tables.assumption("device_utilisation_over_life")
        row = tables.assumptions()["device_utilisation_over_life"]
        assumed.append(
            Assumed(
                f"utilisation over the life of the hardware of {workload}",
                f"{use:g}",
                f"not given; range {row['low']} to {row['high']}",
                row["source"],
            )
        )
    return Share(machine_seconds / (life * _SECONDS_PER_YEAR * use), life, use, tuple(assumed))
