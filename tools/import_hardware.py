"""Import what accelerators, processors, memory and servers are made of into ``datasets/hardware``.

Epoch AI's catalogue and CodeCarbon's list of processor powers are read from the files named on the command line, the
weighed cards from the card assessments, the example server from its MLPerf description. Single figures of vendors are
typed in ``import_hardware_facts.py``.

Run: ``python tools/import_hardware.py EPOCH.csv CPU_POWERS.csv BODIES.csv SYSTEM.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import import_hardware_facts as facts
from import_hardware_facts import Fact, Part
from packages import Package, write_package

Row = Mapping[str, str]
Table = list[dict[str, object]]

#: Column of Epoch's table -> attribute and unit.
EPOCH_COLUMNS = {
    "tdp_W": ("rated_power", "W"),
    "die_area_mm2": ("die_area", "mm2"),
    "process_nm": ("process_node", "nm"),
    "memory_GB": ("memory_size", "GB"),
}

#: Column of the weighed cards -> attribute, unit, and what the number is divided by.
BODY_COLUMNS = {
    "card_weight_g": ("mass", "kg", 1000),
    "pwb_surface_cm2": ("board_area", "cm2", 1),
    "heatsink_weight_g": ("heatsink_mass", "kg", 1000),
    "casing_weight_g": ("casing_mass", "kg", 1000),
}

#: Key of the example server.
EXAMPLE = "r7525-3xa100"

#: Modules and drives the description of the example server does not count.
ASSUMED_MODULE = 32
ASSUMED_DRIVES = 1
ASSUMED = "mlperf-r7525;lca-ai-convention"

NOTICE = """
# Notice

Compiled for this project and licensed under Creative Commons Attribution 4.0 International. Contains:

- rated power, die area, process node and memory size of accelerators from Epoch AI, Data on Machine Learning Hardware
  (CC BY 4.0, https://epoch.ai/data/machine-learning-hardware), corrected where a vendor's data sheet disagrees;
- rated power of processors from CodeCarbon (MIT, https://github.com/mlco2/codecarbon);
- masses and surfaces of seven weighed cards, cited as single figures from the life cycle assessment of GPUs by
  Lees-Perasso, Ekchajzer, Roussilhe and De Latour (ADEME 2026), via hubblo-org/gpu-calculator, whose table is
  CC BY-SA 4.0;
- the description of one server from MLPerf Inference (Apache-2.0);
- single figures from the data sheets and publications of the makers, each with its source.

Where a figure is unknown there is no row. The body of a card that nobody has weighed stands in by form factor
(attribute `body_proxy`): of an SXM or OAM module the A100 SXM4 40GB, of a full-height PCIe card the A100 PCIe 40GB, of
a low-profile card the L4.
"""


def read(path: Path) -> list[Row]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(value: str) -> str:
    """Print a number without a trailing ``.0``."""
    return f"{float(value):.10g}"


def epoch_facts(rows: Sequence[Row]) -> Iterator[Fact]:
    """Facts of Epoch's catalogue about the accelerators of this package."""
    catalogue = {row["name"]: row for row in rows}
    for item, name in facts.EPOCH_NAMES.items():
        for column, (attribute, unit) in EPOCH_COLUMNS.items():
            if value := catalogue[name][column]:
                note = facts.EPOCH_NOTES.get((item, attribute), "")
                yield Fact(item, attribute, plain(value), unit, "epoch", note)


def body_facts(rows: Sequence[Row]) -> Iterator[Fact]:
    """Mass of every weighed card; board, heatsink and casing of those that stand in for others."""
    cards = {row["name"]: row for row in rows}
    stand_ins = set(facts.BODY_PROXIES.values())
    for item, name in facts.WEIGHED.items():
        yield Fact(item, "card_lca", item, "", "ademe-gpu-bodies", "measured part by part")
        for column, (attribute, unit, divisor) in BODY_COLUMNS.items():
            if (attribute == "mass" or item in stand_ins) and float(cards[name][column]):
                yield Fact(item, attribute, f"{float(cards[name][column]) / divisor:g}", unit, "ademe-gpu-bodies")


def described_facts() -> Iterator[Fact]:
    """Name, maker, form factor, memory technology and stand-in body of every accelerator."""
    for item, (name, maker, form, memory, source) in facts.ACCELERATORS.items():
        yield Fact(item, "name", name, "", source)
        yield Fact(item, "manufacturer", maker, "", source)
        yield Fact(item, "form_factor", form, "", source)
        yield Fact(item, "memory_type", memory, "", source)
        if item not in facts.WEIGHED:
            note = "; ".join(filter(None, ("by form factor", facts.BODY_NOTES.get(form))))
            yield Fact(item, "body_proxy", facts.BODY_PROXIES[form], "", "lca-ai-convention", note)


def cpu_facts(rows: Sequence[Row]) -> Iterator[Fact]:
    """Name, rated power and cores of the processors."""
    powers = {row["name"]: row["value"] for row in rows}
    for item, (name, listed, cores, source, note) in facts.CPUS.items():
        yield Fact(item, "name", name, "", source)
        yield Fact(item, "manufacturer", name.split()[0], "", source)
        yield Fact(item, "rated_power", plain(powers[listed]), "W", "codecarbon", note)
        yield Fact(item, "cores", str(cores), "", source)


def merged(*groups: Iterator[Fact] | Sequence[Fact]) -> list[Fact]:
    """Facts in order of their items; a later group replaces an earlier one."""
    chosen = {(fact.item, fact.attribute): fact for group in groups for fact in group}
    order = {item: place for place, item in enumerate(dict.fromkeys(item for item, _ in chosen))}
    return sorted(chosen.values(), key=lambda fact: order[fact.item])


def items(epoch: Sequence[Row], powers: Sequence[Row], bodies: Sequence[Row]) -> Table:
    """Gather the table of items, one attribute a row."""
    accelerators = merged(described_facts(), epoch_facts(epoch), body_facts(bodies), facts.ACCELERATOR_FACTS)
    kinds = {
        "accelerator": accelerators,
        "cpu": merged(cpu_facts(powers), facts.OTHER_FACTS["cpu"]),
        "memory": facts.OTHER_FACTS["memory"],
        "storage": facts.OTHER_FACTS["storage"],
    }
    return [{"item": f.item, "kind": kind, **f._asdict()} for kind, group in kinds.items() for f in group]


def example_parts(system: Row) -> tuple[Part, ...]:
    """Parts of the example server as its MLPerf description gives them."""
    memory = gigabytes(system["host_memory_capacity"])
    storage = gigabytes(system["host_storage_capacity"])
    supplies, watts = (int(number) for number in re.findall(r"\d+", system["psu_details"]))
    modules = f"assumed: modules of {ASSUMED_MODULE} GB; the description gives the total of {memory:g} GB only"
    drives = f"assumed: one drive; the description gives the total of {storage:g} GB only"
    return (
        Part("accelerator", "a100-pcie-40gb", int(system["accelerators_per_node"])),
        Part("cpu", "epyc-7502", int(system["host_processors_per_node"])),
        Part("memory", "ddr4", int(memory / ASSUMED_MODULE), ASSUMED_MODULE, "GB", modules, ASSUMED),
        Part("storage", "ssd-nvme", ASSUMED_DRIVES, storage / ASSUMED_DRIVES, "GB", drives, ASSUMED),
        Part("power supply", "power supply", supplies, watts, "W"),
        *facts.FRAME,
    )


def gigabytes(text: str) -> float:
    """Read '512 GB' or '4 TB' [GB]."""
    value, unit = text.split()
    return float(value) * {"GB": 1, "TB": 1000}[unit]


def server_rows(server: str, source: str, attributes: Mapping[str, tuple[str, str]]) -> Iterator[dict[str, object]]:
    """Attributes of the server itself: the name of each in ``item``, its value in ``capacity``."""
    shared = {"server": server, "component": "server", "count": 1, "source": source, "note": ""}
    for attribute, (value, unit) in attributes.items():
        yield shared | {"item": attribute, "capacity": value, "capacity_unit": unit}


def part_rows(server: str, source: str, parts: Sequence[Part]) -> Iterator[dict[str, object]]:
    """Bill of materials of a server."""
    for part in parts:
        yield part._asdict() | {
            "server": server,
            "count": part.number,
            "capacity": f"{part.capacity:g}",
            "source": part.source or source,
        }


def servers(system: Row) -> Table:
    """Gather the table of servers: attributes first, then parts."""
    columns = ("server", "component", "item", "count", "capacity", "capacity_unit", "source", "note")
    rows = [*server_rows(EXAMPLE, "mlperf-r7525", {"name": (system["system_name"], "text")})]
    rows += server_rows(EXAMPLE, "dell-r7525", {"height_units": ("2", "U")})
    rows += part_rows(EXAMPLE, "mlperf-r7525", example_parts(system))
    for server, (name, source, mass, power, height, parts) in facts.SERVERS.items():
        size = {"mass": (f"{mass:g}", "kg"), "max_power": (f"{power:g}", "W"), "height_units": (f"{height:g}", "U")}
        rows += server_rows(server, source, {"name": (name, "text"), **size})
        rows += part_rows(server, source, parts)
    return [{column: row[column] for column in columns} for row in rows]


def aliases() -> Table:
    """Spellings people use and tools print."""
    return [{"alias": alias, "item": item} for item, spellings in facts.ALIASES.items() for alias in spellings]


def build(epoch: Sequence[Row], powers: Sequence[Row], bodies: Sequence[Row], system: Row) -> Package:
    """Build the package from the upstream tables."""
    return Package(
        folder="datasets/hardware",
        title="Accelerators, processors, memory, storage and servers: what they are made of",
        version="2026.1",
        licence="CC-BY-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        notice=NOTICE,
        sources=facts.SOURCES,
        tables={"items": items(epoch, powers, bodies), "servers": servers(system), "aliases": aliases()},
    )


def main() -> None:
    """Read the upstream tables named on the command line and write the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("epoch", type=Path, help="Epoch AI's catalogue of machine learning hardware")
    parser.add_argument("powers", type=Path, help="CodeCarbon's list of processor powers")
    parser.add_argument("bodies", type=Path, help="masses and surfaces of the weighed cards")
    parser.add_argument("system", type=Path, help="MLPerf description of the example server")
    arguments = parser.parse_args()
    system = json.loads(arguments.system.read_text(encoding="utf-8"))
    write_package(build(read(arguments.epoch), read(arguments.powers), read(arguments.bodies), system))


if __name__ == "__main__":
    main()
