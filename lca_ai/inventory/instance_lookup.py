"""Cloud instances as a user looks them up: a list by words, and what others publish of the host of one."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lca_ai import tables
from lca_ai.errors import UnknownKeyError
from lca_ai.inventory.bill import MANUFACTURE
from lca_ai.inventory.machines import embodied_impacts, search_hardware
from lca_ai.models import instances
from lca_ai.models.hardware import Server

_CLIMATE = "climate change"


def search_machines(words: str) -> pd.DataFrame:
    """Machines, cards and cloud instances that fit some words, with specifications and the climate change of making.

    Returns
    -------
    DataFrame with the columns of :func:`lca_ai.inventory.machines.search_hardware`; the manufacture of an instance is
    that of its share of the host.

    Raises
    ------
    UnknownKeyError : where nothing fits
    """
    found = instances.search(words)
    try:
        machines = search_hardware(words)
    except UnknownKeyError:
        if not found:
            raise
        return _described(found)
    return pd.concat([machines, _described(found)], ignore_index=True) if found else machines


def _described(keys: list[str]) -> pd.DataFrame:
    made: dict[str, tuple[float, str]] = {}
    rows = []
    for key in keys:
        own, share = instances.facts(key), instances.share_of(key)
        host = own["host"]["value"]
        if host not in made:
            made[host] = _of_the_host(instances.server(key))
        whole, missing = made[host]
        name = f"{own['vcpus']['value']} vCPU ({share:.3g} of a host), {instances.processor_of(key)}"
        memory = f"{own['memory']['value']} {own['memory']['unit']}"
        rows.append((key, name, "", "", memory, share * whole, missing))
    names = ["key", "name", "rated_power", "die_area", "memory", "manufacture [kg CO2e]", "not_covered"]
    return pd.DataFrame(rows, columns=names)


def _of_the_host(server: Server) -> tuple[float, str]:
    """Climate change of making the whole host of an instance [kg CO2e], and the parts without a figure."""
    impacts, gaps = embodied_impacts(server)
    made = impacts[MANUFACTURE].get(_CLIMATE, {}).get("amount", float("nan"))
    return float(made), "; ".join(sorted({gap.process for gap in gaps if gap.stage == MANUFACTURE}))


def published_hosts(server: Server) -> list[dict[str, Any]]:
    """Figures that others publish of the whole host of an instance, to read beside ours; none of another machine."""
    if server.key is None or server.key not in instances.known():
        return []
    return [
        {
            "key": one.source,
            "covers": f"the whole host, of which {one.share:.3g} is the share of the instance",
            "life_cycle_stage": MANUFACTURE,
            "category": _CLIMATE,
            "amount": one.amount,
            "unit": tables.category_unit(_CLIMATE),
            "source": one.source,
            "units": 1,
            "selectable": False,
            "grade": "sourced",
            "note": one.note,
        }
        for one in instances.published(server.key)
    ]
