"""Hardware by name: the catalogue of accelerators, processors and servers, as models."""

from __future__ import annotations

import math
from collections import ChainMap, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from lca_ai import tables
from lca_ai.errors import InputError, UnknownKeyError, did_you_mean
from lca_ai.models import instances as instances_of
from lca_ai.models.hardware import (
    Accelerator,
    AnyComponent,
    Chassis,
    Cluster,
    Component,
    Cpu,
    Hardware,
    Mainboard,
    Memory,
    OtherPart,
    PowerSupply,
    Rack,
    Server,
    Storage,
)
from lca_ai.models.keyed import ByAttribute, cells, rows_by
from lca_ai.models.processor_names import printed
from lca_ai.models.suggestions import HOW_TO_SEARCH, nearest, several

_PACKAGE = "datasets/hardware"


@tables.cached
def items() -> dict[str, dict[str, tables.Row]]:
    """Every catalogue item: key -> attribute -> row."""
    return _by_attribute("items", "item")


def _by_attribute(table: str, key: str) -> dict[str, dict[str, tables.Row]]:
    """A table in long form: key -> attribute -> row."""
    found: dict[str, dict[str, tables.Row]] = defaultdict(dict)
    for row in tables.rows(_PACKAGE, table):
        found[row[key]][row["attribute"]] = row
    return dict(found)


@tables.cached
def servers() -> dict[str, list[tables.Row]]:
    """Every catalogue server: key -> rows."""
    found: dict[str, list[tables.Row]] = defaultdict(list)
    for row in tables.rows(_PACKAGE, "servers"):
        found[row["server"]].append(row)
    return dict(found)


@tables.cached
def _aliases() -> dict[str, str]:
    return {_plain(row["alias"]): row["item"] for row in tables.rows(_PACKAGE, "aliases")}


_plain = instances_of.plain


@tables.cached
def _keys() -> dict[str, str]:
    """Items and servers by their plain keys."""
    return {_plain(key): key for key in (*items(), *servers())}


@tables.cached
def resolve(name: str) -> str:
    """The catalogue key of an item or server, from any spelling in the alias table.

    Raises
    ------
    InputError : for a name without a letter or number
    UnknownKeyError : with the candidates of an ambiguous name, or the nearest spellings of an unknown one
    """
    keys = _keys()
    plain = _plain(name)
    if not any(map(str.isalnum, plain)):
        raise InputError("an empty name", field="hardware", value=name, accepted=HOW_TO_SEARCH)
    found = keys.get(plain) or _aliases().get(plain) or _instance_names().get(plain)
    if found is not None:
        return found
    listed = _processors_named(plain)
    if not listed and (found := instances_of.exact(name)) is not None:
        return found
    listed = listed or _processors_printed(name)
    fitting = _with_words(plain, keys)
    if len(listed) == 1 and not fitting:
        return listed[0]
    candidates = fitting or set(listed)
    candidates = candidates if len(candidates) > 1 else candidates | _with_words(plain, _aliases())
    if candidates:
        problem = "this name fits several devices" if len(candidates) > 1 else "this is not the whole name of a device"
        raise UnknownKeyError(problem, field="hardware", value=name, accepted=several(plain.split(), candidates))
    instances_of.check_family(name)
    raise UnknownKeyError("unknown hardware", field="hardware", value=name, accepted=nearest(plain, spellings()))


def _with_words(plain: str, names: Mapping[str, str]) -> set[str]:
    """What is spelled with all the words of a plain name, and maybe more."""
    words = set(plain.split())
    return {key for spelled, key in names.items() if words <= set(spelled.split())}


@tables.cached
def spellings() -> Mapping[str, str]:
    """Every name that may be suggested, in plain words -> as it is suggested."""
    others = [*gpu_instances(), *instances_of.names()]
    return {_plain(name): name for name in others} | _aliases() | _keys()


def kind_of(item: str) -> str:
    """The kind of a catalogue item: accelerator, cpu, memory or storage."""
    return next(iter(items()[item].values()))["kind"]


@tables.cached
def processors() -> Mapping[str, Mapping[str, tables.Row]]:
    """Every processor with its rated power: those of the items, and the long list of names."""
    return ChainMap(_own_processors(), ByAttribute(rows_by(_PACKAGE, "cpus", "item")))  # type: ignore[arg-type]


def _own_processors() -> dict[str, dict[str, tables.Row]]:
    return {key: rows for key, rows in items().items() if kind_of(key) == "cpu" and "rated_power" in rows}


@tables.cached
def gpu_instances() -> dict[str, dict[str, tables.Row]]:
    """Every cloud instance with accelerators, by its name: attribute -> row."""
    return _by_attribute("cloud_instances", "instance")


@tables.cached
def instances() -> frozenset[str]:
    """Plain names of all cloud instances that some table knows."""
    published = rows_by("datasets/hardware-ccf", "instances", "instance")
    general = (name for _, name in instances_of.known().values())
    return frozenset(map(instances_of.short, (*published, *gpu_instances(), *general)))


def value(item: str, attribute: str) -> tuple[str, tables.Row] | None:
    """A figure of a catalogue item as text with its unit, and its row; None where the table has none."""
    row = items().get(item, {}).get(attribute)
    return None if row is None else (f"{row['value']} {row['unit']}".strip(), row)


def _figures(item: str, attributes: dict[str, str]) -> dict[str, Any]:
    found = {field: value(item, attribute) for field, attribute in attributes.items()}
    return {field: pair[0] for field, pair in found.items() if pair is not None}


#: Kind of component -> field -> attribute of the catalogue.
_FIELDS = {
    "accelerator": {
        "name": "name", "mass": "mass", "rated_power": "rated_power", "die": "die_area", "memory": "memory_size",
        "memory_type": "memory_type", "board": "board_area", "heatsink_mass": "heatsink_mass",
        "casing_mass": "casing_mass", "idle_power": "idle_power", "dies": "dies",
    },
    "cpu": {"name": "name", "rated_power": "rated_power", "die": "die_area", "dies": "dies"},
}  # fmt: skip


def figures(kind: str, name: str) -> dict[str, Any]:
    """Key and figures of a catalogue item, by field of the component; nothing for a kind that has none.

    Raises
    ------
    UnknownKeyError : where the catalogue has no such item of this kind
    """
    if kind not in _FIELDS:
        return {}
    try:
        key = resolve(name)
    except UnknownKeyError as fault:
        raise UnknownKeyError(fault.problem, field="item", value=name, accepted=fault.accepted) from None
    if key not in items() or kind_of(key) != kind:
        known = [item for item in items() if kind_of(item) == kind]
        raise UnknownKeyError(
            f"this is no {kind} of the catalogue", field="item", value=name, accepted=did_you_mean(name, known)
        )
    return {"item": key, **_figures(key, _FIELDS[kind])}


def accelerator(item: str, count: int = 1) -> Accelerator:
    """An accelerator of the catalogue, with the figures the table has."""
    return Accelerator(item=item, count=count)


def cpu(item: str, count: int = 1) -> Cpu:
    """A processor of the catalogue, with the figures the table has."""
    return Cpu(item=item, count=count)


def _listed(key: str) -> Cpu:
    """A processor of the long list: its name and rated power; the area of its die is not known."""
    rows = processors()[key]
    power = f"{rows['rated_power']['value']} {rows['rated_power']['unit']}" if "rated_power" in rows else None
    return Cpu(name=rows["name"]["value"], rated_power=power)


def _component(row: tables.Row) -> AnyComponent:  # noqa: PLR0911 (one return for each kind)
    count = int(float(row["count"] or 1))
    capacity = f"{row['capacity']} {row['capacity_unit']}"
    common: dict[str, Any] = {"count": count, "note": row["note"]}
    match row["component"]:
        case "accelerator":
            return accelerator(row["item"], count)
        case "cpu":
            return cpu(row["item"], count)
        case "memory":
            return Memory(
                item=row["item"], capacity=capacity, name=f"{row['item'].upper()} module, {capacity}", **common
            )
        case "storage":
            hard_disk = "hdd" in row["item"]
            return Storage(
                item=row["item"],
                capacity=capacity,
                name=f"drive, {capacity}",
                technology="hdd" if hard_disk else "ssd",
                **common,
            )
        case "mainboard":
            return Mainboard(name="mainboard", **common)
        case "power supply":
            return PowerSupply(name="power supply", rated_power=capacity if row["capacity"] else None, **common)
        case "chassis":
            return Chassis(name="chassis", item=row["item"] or None, **common)
        case kind:
            known = kind if kind in {"assembly", "network card", "switch"} else "other"
            name = "assembly of the server" if known == "assembly" else row["item"] or kind
            return OtherPart(kind=known, name=name, **common)


def with_provider(name: str) -> str:
    """The name of a cloud instance with accelerators, with its provider: ``aws/p5.48xlarge``."""
    return f"{gpu_instances()[name]['accelerator']['provider']}/{name}"


@tables.cached
def _instance_names() -> dict[str, str]:
    """Cloud instances with accelerators by their plain names, with and without their provider."""
    named = {with_provider(name): (with_provider(name).partition("/")[0], name) for name in gpu_instances()}
    spelled = instances_of.spellings(named).items()
    return {plain: named[keys[0]][1] for plain, keys in spelled if len(keys) == 1}


def _processors_named(plain: str) -> list[str]:
    """Keys of the processors of a plain name, with or without the maker; a name can fit several."""
    asked = {plain, f"amd {plain}", f"intel {plain}"}
    return sorted(key for key, spelled, name in processor_names() if name in asked or spelled == plain)


def _processors_printed(name: str) -> list[str]:
    """Keys of the processors of a name that a system or a tool printed."""
    return next(filter(None, map(_processors_named, printed(name))), [])


@tables.cached
def processor_names() -> tuple[tuple[str, str, str], ...]:
    """Every processor: its key, its plain key and its plain name."""
    keys, attributes, values = cells(_PACKAGE, "cpus", "item", "attribute", "value")
    names = dict(zip(keys, keys, strict=True))
    names |= {key: value for key, what, value in zip(keys, attributes, values, strict=True) if what == "name"}
    names |= {key: rows["name"]["value"] if "name" in rows else key for key, rows in _own_processors().items()}
    return tuple(zip(names, instances_of.plain_all(names), instances_of.plain_all(names.values()), strict=True))


def instance(name: str) -> Server:
    """A cloud instance: a share of a server that stands in, or its accelerators with a host that is not known."""
    rows = gpu_instances()[name]
    share = float(rows["server_share"]["value"]) if "server_share" in rows else 1.0
    cited = tuple(sorted({source for row in rows.values() for source in row["source"].split(";")}))
    title = f"{rows['accelerator']['provider']} {name}"
    if "server" in rows:
        host = server(rows["server"]["value"])
        note = f"{share:g} of {host.name}: {rows['server']['note']}"
        return host.replace(name=title, share=share, share_note=note, sources=tuple(sorted({*cited, *host.sources})))
    cards = float(rows["accelerators"]["value"])
    whole = max(1, math.ceil(cards))
    parts = (accelerator(rows["accelerator"]["value"], whole), OtherPart(name=f"host of {name}"))
    note = f"{cards:g} accelerators; the composition of the host is not published"
    return Server(name=title, key=name, components=parts, share=cards / whole, share_note=note, sources=cited)


def server(key: str) -> Server:
    """A server of the catalogue."""
    rows = servers()[key]
    facts = {row["item"]: row for row in rows if row["component"] == "server"}
    figures = {
        field: f"{facts[field]['capacity']} {facts[field]['capacity_unit']}"
        for field in ("mass", "max_power")
        if field in facts and facts[field]["capacity"]
    }
    name = facts["name"]["capacity"] if "name" in facts else key
    cited = {source for row in rows for source in row["source"].split(";")}
    parts = [_component(row) for row in rows if row["component"] != "server"]
    if "height_units" in facts:
        parts.append(Rack(name="share of a rack", height_units=float(facts["height_units"]["capacity"])))
    return Server(name=name, key=key, components=tuple(parts), sources=tuple(sorted(cited)), **figures)


@tables.cached
def machine(key: str) -> Server:
    """One machine by its key; models are frozen, so that all who ask for it may have the same.

    Raises
    ------
    UnknownKeyError : for an item that is a part of machines alone
    """
    if key in servers():
        return server(key)
    if key in gpu_instances():
        return instance(key)
    if key not in items():
        if key in instances_of.known():
            return instances_of.server(key)
        return Server(name=processors()[key]["name"]["value"], key=key, components=(_listed(key),))
    kind = kind_of(key)
    if kind not in {"accelerator", "cpu"}:
        raise UnknownKeyError(
            "this is not a machine", field="hardware", value=key, accepted=", ".join(sorted(servers()))
        )
    part: Component = accelerator(key) if kind == "accelerator" else cpu(key)
    return Server(name=part.name or key, key=key, components=(part,))


def hardware(name: str, *, count: int = 1, footprint: str | Sequence[str] = ()) -> Hardware:
    """A machine of the catalogue: a server by its key, or an accelerator card on its own.

    Parameters
    ----------
    count : how many of it
    footprint : keys of published footprints to take in place of our own figures, e.g. "nvidia-hgx-h100"

    Raises
    ------
    InputError : for what is no text, or an empty one
    UnknownKeyError : with the candidates or the nearest names; with the footprints that fit where one does not

    Examples
    --------
    >>> hardware("dgx-h100").accelerators
    8.0
    """
    if not isinstance(name, str):
        problem = f"a name of hardware is text, not {type(name).__name__}"
        raise InputError(problem, field="hardware", value=name, accepted=HOW_TO_SEARCH)
    found = machine(resolve(name))
    found = found.replace(footprint=footprint) if footprint else found
    return found if count == 1 else Cluster(server=found, count=count)
