"""Cloud instances as a user looks them up: a list by words, and what others publish of the host of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from lca_ai import tables
from lca_ai.errors import UnknownKeyError
from lca_ai.inventory.bill import MANUFACTURE
from lca_ai.inventory.machines import FOUND, made, search_hardware
from lca_ai.models import catalogue, hardware_search, instances
from lca_ai.models.hardware import Server

_CLIMATE = "climate change"


def search_machines(words: str) -> pd.DataFrame:
    """Machines, cards, cloud instances and processors that fit some words, with specifications and the making of one.

    Returns
    -------
    DataFrame with the columns of :func:`lca_ai.inventory.machines.search_hardware`; the manufacture of an instance is
    that of its share of the host.

    Raises
    ------
    InputError : for no words
    UnknownKeyError : where nothing fits
    """
    try:
        found = [search_hardware(words)]
    except UnknownKeyError:
        found = []
    rows = [
        *_gpu_instances(hardware_search.gpu_instances(words)),
        *_instances(instances.search(words)),
        *_processors(hardware_search.processors(words)),
    ]
    if rows:
        found.append(pd.DataFrame(rows, columns=list(FOUND)))
    if not found:
        raise hardware_search.nothing(words)
    return pd.concat(found, ignore_index=True)


_Row = tuple[str, str, str, str, str, float, bool, str]


def _gpu_instances(names: list[str]) -> Iterator[_Row]:
    known: dict[str, tuple[float, list[str]]] = {}
    for name in names:
        facts, machine = catalogue.gpu_instances()[name], catalogue.instance(name)
        stand_in = facts["server"]["value"] if "server" in facts else name
        whole, missing = known[stand_in] = known.get(stand_in) or made(machine)
        card = facts["accelerator"]["value"]
        title = (catalogue.value(card, "name") or (card,))[0]
        share = f"{machine.share:.3g} of {catalogue.server(stand_in).name}" if "server" in facts else "host not known"
        cards = f"{float(facts['accelerators']['value']):g} x {title} ({share})"
        memory = f"{facts['memory']['value']} {facts['memory']['unit']}" if "memory" in facts else ""
        amount = machine.share * whole
        key = catalogue.with_provider(name)
        yield key, cards, "", "", memory, amount, not missing, "; ".join(missing)


def _instances(keys: list[str]) -> Iterator[_Row]:
    known: dict[str, tuple[float, list[str]]] = {}
    for key in keys:
        own, share = instances.facts(key), instances.share_of(key)
        host = own["host"]["value"]
        if host not in known:
            known[host] = made(instances.server(key))
        whole, missing = known[host]
        name = f"{own['vcpus']['value']} vCPU ({share:.3g} of a host), {instances.processor_of(key)}"
        memory = f"{own['memory']['value']} {own['memory']['unit']}"
        yield key, name, "", "", memory, share * whole, not missing, "; ".join(missing)


def _processors(keys: list[str]) -> Iterator[_Row]:
    """Processors; all those of an unknown die are made alike, as far as it is known."""
    known: dict[str, tuple[float, list[str]]] = {}
    for key in keys:
        figures = catalogue.processors()[key]
        name, power, die = (
            f"{figures[what]['value']} {figures[what]['unit']}".strip() if what in figures else ""
            for what in ("name", "rated_power", "die_area")
        )
        kind = key if die else ""
        if kind not in known:
            amount, missing = made(catalogue.machine(key))
            known[kind] = amount, [one.replace(catalogue.machine(key).name, "{name}") for one in missing]
        amount, missing = known[kind]
        yield key, name or key, power, die, "", amount, not missing, "; ".join(missing).replace("{name}", name or key)


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
