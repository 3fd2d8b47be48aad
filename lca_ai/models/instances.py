"""Cloud instances without accelerators, as machines: each a share of the host that its provider cuts it from.

The share is that of its virtual processors in those of the host. What the provider publishes of the host is taken, the
rest is assumed and said: in the note of the share, and in the note of each part. A figure that neither is known nor can
be assumed, such as the area of a die, is left out and becomes a gap.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lca_ai import tables
from lca_ai.errors import UnknownKeyError
from lca_ai.models.hardware import (
    AnyComponent,
    Chassis,
    Cpu,
    Mainboard,
    Memory,
    OtherPart,
    PowerSupply,
    Rack,
    Server,
)
from lca_ai.models.keyed import cells, rows_by

_PACKAGE = "datasets/cloud-instances"
_PUBLISHED = "datasets/hardware-ccf"
_PREFIX = "Standard_"
_SHOWN = 8

Facts = Mapping[str, tables.Row]


@dataclass(frozen=True)
class Published:
    """A figure that someone else publishes of the whole host of an instance, to read beside ours.

    Attributes
    ----------
    amount : climate change of making the host [kg CO2e]
    share : that of the instance in its host
    """

    amount: float
    share: float
    source: str
    note: str


def plain(name: str) -> str:
    """A name as it is compared: words in small letters."""
    return " ".join(name.replace("_", " ").replace("/", " ").replace("-", " ").split()).casefold()


def plain_all(names: Iterable[str]) -> list[str]:
    """Many names, each as :func:`plain` gives it, at once: thousands are compared with one that is asked for."""
    text = "\n".join(names).replace("_", " ").replace("/", " ").replace("-", " ").casefold()
    return [" ".join(name.split()) for name in text.split("\n")]


def short(name: str) -> str:
    """A plain name without the word that every size of Azure begins with."""
    return plain(name).removeprefix(plain(_PREFIX) + " ")


@tables.cached
def known() -> Mapping[str, tuple[str, str]]:
    """Every instance: ``provider/name`` -> provider and name; none where the package is not installed."""
    if not tables.has(_PACKAGE, "general_instances"):
        return {}
    columns = cells(_PACKAGE, "general_instances", "provider", "instance")
    pairs = dict.fromkeys(zip(*columns, strict=True))
    return {f"{provider}/{name}": (provider, name) for provider, name in pairs}


def names() -> list[str]:
    """Names of all instances, without their providers."""
    return [name for _, name in known().values()]


@tables.cached
def _spellings() -> Mapping[str, tuple[str, ...]]:
    """Plain names, with and without the provider -> keys; a name can be that of several providers."""
    return spellings(known())


def spellings(keys: Mapping[str, tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Every way to write the name of an instance, in plain words, and the keys that it can mean."""
    found: dict[str, tuple[str, ...]] = {}
    wholes = plain_all(name for _, name in keys.values())
    for (key, (provider, _)), whole in zip(keys.items(), wholes, strict=True):
        alone, brief = (key,), whole.removeprefix(plain(_PREFIX) + " ")
        for spelled in {whole, brief, f"{provider} {whole}", f"{provider} {brief}"}:
            found[spelled] = alone if spelled not in found else (*found[spelled], key)
    return {spelled: meant if len(meant) == 1 else tuple(sorted(meant)) for spelled, meant in found.items()}


def exact(name: str, known_as: Mapping[str, tuple[str, ...]] | None = None) -> str | None:
    """The key of the instance of this name, in any spelling; None where there is none.

    Raises
    ------
    UnknownKeyError : where instances of several providers have the name, with their keys
    """
    found = (_spellings() if known_as is None else known_as).get(plain(name), ())
    if len(found) > 1:
        raise UnknownKeyError(
            "instances of several providers have this name", field="hardware", value=name, accepted=" or ".join(found)
        )
    return found[0] if found else None


def check_family(name: str) -> None:
    """Refuse the beginning of the names of instances, such as ``m5``: it says neither size nor, often, provider.

    Raises
    ------
    UnknownKeyError : with instances that begin so
    """
    asked = re.split(r"[ .]", plain(name))
    begun = (keys for spelled, keys in _spellings().items() if re.split(r"[ .]", spelled)[: len(asked)] == asked)
    found = sorted({key for keys in begun for key in keys}, key=lambda key: float(facts(key)["vcpus"]["value"]))
    if found:
        more = f" or {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise UnknownKeyError(
            "this is the beginning of the names of several cloud instances" if len(found) > 1 else "not a whole name",
            field="hardware",
            value=name,
            accepted=" or ".join(found[:_SHOWN]) + more,
        )


def search(words: str) -> list[str]:
    """Keys of the instances whose name holds all the words, the smallest of each family first."""
    wanted = plain(words).split()
    fitting = [key for key, (_, name) in known().items() if all(word in plain(f"{key} {name}") for word in wanted)]
    return sorted(fitting, key=lambda key: (key.split(".")[0], float(facts(key)["vcpus"]["value"]), key))


def facts(key: str) -> Facts:
    """What is known of an instance: attribute -> row."""
    provider, name = known()[key]
    rows = rows_by(_PACKAGE, "general_instances", "instance")[name]
    return {row["attribute"]: row for row in rows if row["provider"] == provider}


def share_of(key: str) -> float:
    """Share of an instance in its host: its virtual processors over those of the host. [-]

    An instance that is given less than a core counts with the part of it that its provider states.
    """
    own = facts(key)
    counted = own.get("fractional_vcpus", own["vcpus"])
    return float(counted["value"]) / float(_host(own)["vcpus"]["value"])


def server(key: str) -> Server:
    """An instance as a share of its host, which is composed of what is published of it and what is assumed."""
    provider, name = known()[key]
    own, parts = facts(key), composition(key)
    host = _host(own)
    height, mass, said = _mass(host)
    used = [*own.values(), *host.values(), *_processor(host).values()]
    assembly = OtherPart(kind="assembly", name="assembly of the server", note=f"mass: {said}")
    return Server(
        name=f"{provider} {name}",
        key=key,
        components=(*parts, assembly),
        mass=f"{mass} kg",
        share=share_of(key),
        share_note=_share_note(own, host, height),
        sources=tuple(sorted({source for row in used for source in row["source"].split(";")})),
    )


def published(key: str) -> tuple[Published, ...]:
    """Climate change of making the whole host as Cloud Carbon Footprint publishes it, which is never taken unasked."""
    provider, name = known()[key]
    rows = _published_rows().get((provider, short(name)), ())
    found = [row for row in rows if row["attribute"] == "embodied_server"]
    return tuple(Published(float(row["value"]), share_of(key), row["source"], row["note"]) for row in found)


@tables.cached
def _published_rows() -> Mapping[tuple[str, str], tuple[tables.Row, ...]]:
    if not tables.has(_PUBLISHED, "instances"):
        return {}
    table = rows_by(_PUBLISHED, "instances", "instance")
    return {(rows[0]["provider"], plain(name)): rows for name, rows in table.items()}


def _share_note(own: Facts, host: Facts, height: float) -> str:
    counted = own.get("fractional_vcpus", own["vcpus"])
    said = [
        f"{counted['value']} of the {host['vcpus']['value']} virtual processors of its host",
        counted["note"],
        own["host"]["note"],
        host["vcpus"]["note"],
        f"{height:g} height units assumed",
        "disks that it reaches over the network are no part of it",
    ]
    return "; ".join(filter(None, said))


def _host(own: Facts) -> Facts:
    return {row["attribute"]: row for row in rows_by(_PACKAGE, "hosts", "host")[own["host"]["value"]]}


def _processor(host: Facts) -> Facts:
    return {row["attribute"]: row for row in rows_by(_PACKAGE, "processors", "processor")[host["processor"]["value"]]}


def processor_of(key: str) -> str:
    """Name of the processors behind an instance, as its provider has it."""
    return _processor(_host(facts(key)))["name"]["value"]


def _common(component: str, item: str | None = None) -> tables.Row:
    """A part of every host that no provider publishes, or one item of several."""
    rows = rows_by(_PACKAGE, "host_parts", "component")[component]
    return next(row for row in rows if item is None or row["item"] == item)


def composition(key: str) -> tuple[AnyComponent, ...]:
    """The parts of the host of an instance, but for its assembly."""
    host = _host(facts(key))
    supply, board, network = _common("power supply"), _common("mainboard"), _common("network card")
    height, _, _ = _mass(host)
    casing = tables.assumptions()["chassis_mass_per_height_unit"]
    cased = f"{_common('chassis')['note']}; mass: {height:g} height units x {casing['value']} {casing['unit']}"
    parts: list[AnyComponent] = [
        _cpu(host),
        _memory(host),
        PowerSupply(name="power supply", count=int(supply["count"]), note=supply["note"]),
        Mainboard(name="mainboard", count=int(board["count"]), note=board["note"]),
        Chassis(name="chassis", mass=f"{height * float(casing['value'])} kg", note=cased),
        OtherPart(kind="network card", name="network card", count=int(network["count"]), note=network["note"]),
        Rack(name="share of a rack", height_units=height, note=f"assumed: {height:g} height units of a full rack"),
    ]
    if "local_drives" in host:
        parts.append(OtherPart(name="local drives of the host", note=host["local_drives"]["note"]))
    return tuple(parts)


def _cpu(host: Facts) -> Cpu:
    """The processors of a host: the very item of the catalogue, or the one that stands in for its figures."""
    from lca_ai.models import catalogue

    rows, count = _processor(host), host["processors"]
    item = rows["item"]["value"] if "item" in rows else None
    said = [count["note"], rows["item"]["note"] if "item" in rows else "", rows.get("die_area", {}).get("note", "")]
    given: dict[str, Any] = {"name": rows["name"]["value"], "count": int(count["value"])}
    if item is not None and item in catalogue.items():
        given["item"] = item
    elif item is not None and "rated_power" in (listed := catalogue.processors()[item]):
        given["rated_power"] = f"{listed['rated_power']['value']} {listed['rated_power']['unit']}"
    if "die_area" in rows:
        given["die"] = f"{rows['die_area']['value']} {rows['die_area']['unit']}"
    if "dies" in rows:
        given["dies"] = rows["dies"]["value"]
    return Cpu(**given, note="; ".join(filter(None, said)))


def _memory(host: Facts) -> Memory:
    """All memory of a host, in modules of one size."""
    kind = _processor(host)["memory_type"]["value"]
    module = _common("memory module", kind)
    total = float(host["memory"]["value"])
    count = math.ceil(total / float(module["capacity"]))
    said = "; ".join(filter(None, [host["memory"]["note"], module["note"], "its kind is that of the processor"]))
    size = f"{total / count:.10g} GB"
    return Memory(item=kind, name=f"{kind.upper()} module, {size}", capacity=size, count=count, note=said)


def _mass(host: Facts) -> tuple[float, float, str]:
    """Height units and mass of a host [kg], and how both are assumed."""
    each, least = (_common("server", item) for item in ("height_units_per_processor", "least_height_units"))
    height = max(float(least["capacity"]), float(each["capacity"]) * float(host["processors"]["value"]))
    row = tables.assumptions()["server_mass_per_height_unit"]
    mass = round(height * float(row["value"]), 6)
    return height, mass, f"{height:g} height units x {row['value']} {row['unit']} ({each['note']})"
