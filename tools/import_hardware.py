"""Import what accelerators, processors, memory and servers are made of into ``datasets/hardware``.

Epoch AI's catalogue and CodeCarbon's list of processor powers are read from the files named on the command line, the
weighed cards from the card assessments, the example server from its MLPerf description. Single figures of vendors are
typed in ``import_hardware_facts.py`` and ``import_hardware_cards.py``, further processors in
``import_hardware_processors.py``, further servers in
``import_hardware_servers.py``, instances of cloud providers in ``import_hardware_cloud.py``, peak throughput in
``import_hardware_throughput.py``.

Run: ``python tools/import_hardware.py EPOCH.csv CPU_POWERS.csv BODIES.csv SYSTEM.json``.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import import_hardware_cards as cards
import import_hardware_cloud as cloud
import import_hardware_facts as facts
import import_hardware_processors as processors
import import_hardware_servers as machines
import import_hardware_throughput as throughput
from import_hardware_facts import Fact, Part
from import_support import importer, mit_licence, read_rows
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

NOTICE = (
    """
# Notice

Compiled for this project and licensed under Creative Commons Attribution 4.0 International. Contains:

- rated power, die area, process node, memory size and peak throughput of accelerators from Epoch AI, Data on Machine
  Learning Hardware (CC BY 4.0, https://epoch.ai/data/machine-learning-hardware), corrected where a vendor's data sheet
  disagrees;
- rated power of processors from CodeCarbon (MIT, https://github.com/mlco2/codecarbon), {listed} of them in `cpus.csv`,
  the others in `items.csv`: {merged} names that differ in marks and spaces only are one ({conflicts} of them with
  different figures, of which the higher is taken and the other noted), and {unread} entries without a readable power
  are left out;
- masses and surfaces of seven weighed cards, cited as single figures from the life cycle assessment of GPUs by
  Lees-Perasso, Ekchajzer, Roussilhe and De Latour (ADEME 2026), via hubblo-org/gpu-calculator, whose table is
  CC BY-SA 4.0;
- descriptions of servers from MLPerf Inference and MLPerf Training (Apache-2.0), one source each;
- sizes of instances from the pages of cloud providers, in `cloud_instances.csv`;
- single figures from the data sheets and publications of the makers, each with its source.

"""
    + mit_licence("CodeCarbon", "2019 Mila, BCG Gamma, CometML, Haverford College", "2023 Code Carbon NGO")
    + """
Where a figure is unknown there is no row. The body of a card that nobody has weighed stands in by form factor
(attribute `body_proxy`): of an SXM or OAM module the A100 SXM4 40GB, of a full-height PCIe card the A100 PCIe 40GB, of
a low-profile card the L4. Boards of other forms (superchips, sockets, modules, chips of cloud providers) have no
stand-in.

Where a card or a processor holds several dies, `die_area` is their sum and `dies` their number, or the number and area
of each kind: the yield is that of each die. Dies whose area nobody has published are named in `dies_not_known`.
Memory on a chip itself, which no device beside it holds, is not listed as memory.

`peak_bf16` and its like are operations per second (a multiplication and an addition are two) of one card in a number
format, on dense matrices: below 32 bits and in TF32 by the matrix units where the card has them, in FP32 by its
vectors. They are what the maker states, not what a workload reaches. Figures of sparse matrices are halved or left out;
a format that a card does not compute in has no row.

The tables of TechPowerUp are not used. Machines whose descriptions contradict themselves are left out.
"""
)


def plain(value: str) -> str:
    """Print a number without a trailing ``.0``."""
    return f"{float(value):.10g}"


def epoch_facts(rows: Sequence[Row]) -> Iterator[Fact]:
    """Facts of Epoch's catalogue about the accelerators of this package."""
    catalogue = {row["name"]: row for row in rows}
    notes = facts.EPOCH_NOTES | cards.EPOCH_NOTES
    for item, name in (facts.EPOCH_NAMES | cards.EPOCH_NAMES).items():
        for column, (attribute, unit) in EPOCH_COLUMNS.items():
            if attribute == "memory_size" and item in cards.ON_CHIP:
                continue
            if value := catalogue[name][column]:
                yield Fact(item, attribute, plain(value), unit, "epoch", notes.get((item, attribute), ""))


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
    for item, (name, maker, form, memory, source) in (facts.ACCELERATORS | cards.ACCELERATORS).items():
        yield Fact(item, "name", name, "", source)
        yield Fact(item, "manufacturer", maker, "", source)
        if form:
            yield Fact(item, "form_factor", form, "", source)
        if memory:
            yield Fact(item, "memory_type", memory, "", source)
        if item not in facts.WEIGHED and form in facts.BODY_PROXIES:
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
    for item, (name, listed) in machines.CPUS.items():
        yield Fact(item, "name", name, "", "codecarbon")
        yield Fact(item, "manufacturer", name.split()[0], "", "codecarbon")
        yield Fact(item, "rated_power", plain(powers[listed]), "W", "codecarbon")


#: The highest rated power of one processor that is taken for a figure [W].
HIGHEST_POWER = 1000


def readable(power: str) -> bool:
    """Whether a listed power is a number and can be that of a processor."""
    return bool(re.fullmatch(r"\d+(\.\d+)?", power)) and 0 < float(power) <= HIGHEST_POWER


def key(name: str) -> str:
    """Key of a processor: its name in lower case, a plus sign spelt out, all else a hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace("+", " plus")).strip("-")


def listed(rows: Sequence[Row]) -> tuple[list[dict[str, str]], dict[str, int]]:
    """Name and rated power of the processors that only CodeCarbon's list has, and how many entries were merged."""
    taken = {name for _, name, *_ in facts.CPUS.values()} | {name for _, name in machines.CPUS.values()}
    found: dict[str, list[Row]] = defaultdict(list)
    kept = [row for row in rows if readable(row["value"]) and row["name"] not in taken]
    for row in kept:
        found[key(row["name"])].append(row)
    table: list[dict[str, str]] = []
    conflicts = 0
    for item, many in sorted(found.items()):
        powers = sorted({float(row["value"]) for row in many})
        conflicts += len(powers) > 1
        note = f"listed twice, also with {plain(str(powers[0]))} W" if len(powers) > 1 else ""
        name = min((" ".join(row["name"].split()) for row in many), key=len)
        shared = {"item": item, "kind": "cpu"}
        cited = {"source": "codecarbon"}
        table.append(shared | {"attribute": "name", "value": name, "unit": ""} | cited | {"note": ""})
        power = {"attribute": "rated_power", "value": plain(str(powers[-1])), "unit": "W"}
        table.append(shared | power | cited | {"note": note})
    counts = {
        "listed": len(found),
        "merged": len(kept) - len(found),
        "conflicts": conflicts,
        "unread": sum(not readable(row["value"]) for row in rows),
    }
    return table, counts


def typed_processors(listed: Table) -> Table:
    """Name, rated power, cores and year of the processors that no list has."""
    known = {row["item"] for row in listed}
    table: Table = []
    for name, figures, cited, note in processors.processors():
        if key(name) in known:
            raise ValueError(f"{name} is listed already")
        shared = {"item": key(name), "kind": "cpu"}
        for attribute, (value, unit) in {"name": (name, ""), **figures}.items():
            said = note if attribute == "rated_power" else ""
            table.append(shared | {"attribute": attribute, "value": value, "unit": unit, "source": cited, "note": said})
    return table


def merged(*groups: Iterator[Fact] | Sequence[Fact]) -> list[Fact]:
    """Facts in order of their items; a later group replaces an earlier one."""
    chosen = {(fact.item, fact.attribute): fact for group in groups for fact in group}
    order = {item: place for place, item in enumerate(dict.fromkeys(item for item, _ in chosen))}
    return sorted(chosen.values(), key=lambda fact: order[fact.item])


def items(epoch: Sequence[Row], powers: Sequence[Row], bodies: Sequence[Row]) -> Table:
    """Gather the table of items, one attribute a row."""
    typed = (*facts.ACCELERATOR_FACTS, *cards.ACCELERATOR_FACTS)
    peaks = (*throughput.of_epoch(epoch), *throughput.typed())
    kinds = {
        "accelerator": merged(described_facts(), epoch_facts(epoch), body_facts(bodies), typed, peaks),
        "cpu": merged(cpu_facts(powers), facts.OTHER_FACTS["cpu"], machines.CPU_FACTS),
        "memory": (*facts.OTHER_FACTS["memory"], *machines.OTHER_FACTS["memory"]),
        "storage": (*facts.OTHER_FACTS["storage"], *machines.OTHER_FACTS["storage"]),
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
    note = "assumed: the description gives none" if source == machines.CONVENTION else ""
    shared = {"server": server, "component": "server", "count": 1, "source": source, "note": note}
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
    for server, source, attributes, parts in machines.described():
        for attribute, (value, unit, cited) in attributes.items():
            rows += server_rows(server, cited, {attribute: (value, unit)})
        rows += part_rows(server, source, parts)
    return [{column: row[column] for column in columns} for row in rows]


def aliases() -> Table:
    """Spellings people use and tools print."""
    known = facts.ALIASES | cards.ALIASES | machines.ALIASES
    return [{"alias": alias, "item": item} for item, spellings in known.items() for alias in spellings]


def build(epoch: Sequence[Row], powers: Sequence[Row], bodies: Sequence[Row], system: Row) -> Package:
    """Build the package from the upstream tables."""
    of_list, counts = listed(powers)
    return Package(
        folder="datasets/hardware",
        title="Accelerators, processors, memory, storage and servers: what they are made of",
        version="2026.2",
        licence="CC-BY-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        notice=NOTICE.format(**{name: f"{count:,}" for name, count in counts.items()}),
        sources=[*facts.SOURCES, *cards.SOURCES, *machines.SOURCES, *processors.SOURCES, *cloud.SOURCES],
        tables={
            "items": items(epoch, powers, bodies),
            "servers": servers(system),
            "aliases": aliases(),
            "cpus": [*of_list, *typed_processors(of_list)],
            "cloud_instances": list(cloud.rows()),
        },
    )


def main() -> None:
    """Read the upstream tables named on the command line and write the package."""
    parser = importer(__doc__)
    parser.add_argument("epoch", type=Path, help="Epoch AI's catalogue of machine learning hardware")
    parser.add_argument("powers", type=Path, help="CodeCarbon's list of processor powers")
    parser.add_argument("bodies", type=Path, help="masses and surfaces of the weighed cards")
    parser.add_argument("system", type=Path, help="MLPerf description of the example server")
    arguments = parser.parse_args()
    system = json.loads(arguments.system.read_text(encoding="utf-8"))
    write_package(build(read_rows(arguments.epoch), read_rows(arguments.powers), read_rows(arguments.bodies), system))


if __name__ == "__main__":
    main()
