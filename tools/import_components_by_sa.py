"""Derive the impacts of a server's parts in all categories into ``emission_factors/components-by-sa``.

No open inventory covers the host in every category. The factors of the card assessments by ADEME (per area of die and
of populated board, per mass of casing, per GB of memory) stand in for processors, memory, drives, boards and the rest.
Every figure is a proxy; sizes that a part is assumed to have stand in its note.

Run: ``python tools/import_components_by_sa.py COMPONENTS.csv AVERAGES.csv BODIES.csv`` with the upstream tables of
``import_accelerators.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import import_accelerators as cards
from import_support import importer, read_rows, source
from packages import Package, write_package

#: The spread that the project states for a figure that stands in for another: this factor either way.
SPREAD = 3

#: Defects per cm2 of the source's model of yield.
DEFECTS = 0.1

_MEMORY_CARD, _MEMORY_SIZE = "NVIDIA L4", 24
_LAND_CARD, _LAND_SIZE = "NVIDIA A100 PCIe 40GB", 40

#: A base factor -> the sources of it.
_BASES = {
    "die": "ademe-gpu-average",
    "board": "ademe-gpu-cards;ademe-gpu-bodies",
    "casing": "ademe-gpu-average",
    "upstream transport": "ademe-gpu-average",
    "memory": "ademe-gpu-cards",
}

#: (base factor, criterion) that the sources above lack or give as a credit -> where it is from instead, and how.
INSTEAD = {
    ("casing", "lu"): (
        "ademe-gpu-cards;ademe-gpu-bodies",
        ("land use: mean of the five casings that upstream has a figure for (-0.11 to 1.94 pt per kg); its printed "
         "mean, 0.507, counts a sixth as zero, its recomputed one, -1.0, is a recycling credit"),
    ),
    ("memory", "lu"): (
        "ademe-gpu-cards",
        f"land use: the L4's memory has none upstream, that of the {_LAND_CARD} over its {_LAND_SIZE} GB stands in",
    ),
}  # fmt: skip


def over_yield(area: float) -> float:
    """Area of a die over its Murphy yield [mm2], with the source's density of defects."""
    defects = area / 100 * DEFECTS
    return area / ((1 - math.exp(-defects)) / defects) ** 2


class Proxy(NamedTuple):
    """One part: ``base`` times ``size``, per unit; ``source`` of the size."""

    activity: str
    part: str
    per: str
    base: str
    size: float
    note: str
    source: str = ""


_NIC_DIE, _SWITCH_DIE = 200, 294
_DIMM = 13.335 * 3.125
_DRIVE = 6.985 * 10.045
_BOARD = 12 * 2.54 * 13 * 2.54
_SUPPLY = 7.35 * 18.5
_CARD = 6.89 * 16.765
_SUBSTRATE = 5.85 * 7.54
_SWITCH = 5.0 * 5.0
_DISK_BOARD = 14.7 * 10.16 / 3
_CONVENTION = "lca-ai-convention"

PROXIES = (
    Proxy("cpu, parametric", "die", "mm2", "die", 1,
          "die of a graphics processor, per mm2 of die area over the Murphy yield of each die (0.1 defects/cm2)"),
    Proxy("cpu, parametric", "package", "item", "board", _SUBSTRATE,
          f"populated board of a card x a substrate of 58.5 mm x 75.4 mm ({_SUBSTRATE:.1f} cm2, socket SP3)",
          "amd-sp3"),
    Proxy("memory, parametric", "dram", "GB", "memory", 1,
          "GDDR6 of the L4 over its 24 GB stands in for DDR4, DDR5 and LPDDR5X"),
    Proxy("memory, parametric", "board", "item", "board", _DIMM,
          f"populated board of a card x a module of 133.35 mm x 31.25 mm ({_DIMM:.1f} cm2)", "jedec-mo-309"),
    Proxy("ssd, parametric", "nand", "cm2", "die", 100,
          "die of a graphics processor stands in for flash, per cm2 of flash die (capacity over die density), "
          "no yield taken: small dies"),
    Proxy("ssd, parametric", "board", "item", "board", _DRIVE,
          f"populated board of a card x the outline of a 2.5 inch drive ({_DRIVE:.1f} cm2): high for a smaller board",
          "sff-8201"),
    Proxy("hdd, parametric", "metal", "kg", "casing", 1,
          "casing of a card, which is largely aluminium and plastic, per kg of drive: platters, magnets, heads and "
          "motor are not modelled on their own"),
    Proxy("hdd, parametric", "board", "item", "board", _DISK_BOARD,
          f"populated board of a card x an assumed third of the outline of a 3.5 inch drive ({_DISK_BOARD:.1f} cm2)",
          f"sff-8301;{_CONVENTION}"),
    Proxy("mainboard, parametric", "board", "item", "board", _BOARD,
          f"populated board of a card x an E-ATX board of 12 in x 13 in ({_BOARD:,.0f} cm2)", "ssi-eeb"),
    Proxy("power supply, parametric", "metal", "kg", "casing", 0.5,
          "casing of a card, per kg of power supply, half of which is assumed to be metal", _CONVENTION),
    Proxy("power supply, parametric", "board", "item", "board", _SUPPLY,
          f"populated board of a card x the outline of a unit of 73.5 mm x 185 mm ({_SUPPLY:.0f} cm2); no transformer",
          "ocp-crps"),
    Proxy("chassis, parametric", "metal", "kg", "casing", 1,
          "casing of a card, which is largely aluminium and plastic, per kg of chassis, which is largely steel"),
    Proxy("rack, parametric", "metal", "kg", "casing", 1,
          "casing of a card, which is largely aluminium and plastic, per kg of rack, which is largely steel"),
    Proxy("network card, parametric", "board", "item", "board", _CARD,
          f"populated board of a card x a low-profile card of 68.9 mm x 167.65 mm ({_CARD:.1f} cm2)",
          "nvidia-connectx"),
    Proxy("network card, parametric", "die", "item", "die", over_yield(_NIC_DIE),
          f"die of a graphics processor x an assumed {_NIC_DIE} mm2 over its yield: the makers publish no area",
          _CONVENTION),
    Proxy("switch, parametric", "die", "item", "die", over_yield(_SWITCH_DIE),
          f"die of a graphics processor x the {_SWITCH_DIE} mm2 of a third-generation NVSwitch over its yield",
          "nvidia-hotchips34"),
    Proxy("switch, parametric", "package", "item", "board", _SWITCH,
          f"populated board of a card x a package of 50 mm x 50 mm ({_SWITCH:.0f} cm2)", "nvidia-hotchips34"),
    Proxy("assembly, parametric", "upstream transport", "kg", "upstream transport", 1,
          "inbound freight of a card's parts, per kg of machine; the energy of assembling is not covered"),
)  # fmt: skip

_CITED = "single figures cited"
_SIZES = (
    ("amd-sp3", "AMD EPYC 7002 series, product pages: socket SP3, package of 58.5 mm x 75.4 mm",
     "https://www.amd.com/en/products/cpu/amd-epyc-7502", "package"),
    ("jedec-mo-309", "JEDEC MO-309, DDR4 SDRAM UDIMM, RDIMM and LRDIMM outline",
     "https://www.jedec.org/standards-documents/docs/mo-309e", "outline"),
    ("sff-8201", "SNIA SFF-8201, 2.5 inch form factor drive dimensions",
     "https://members.snia.org/document/dl/25850", "dimensions"),
    ("sff-8301", "SNIA SFF-8301, 3.5 inch form factor drive dimensions",
     "https://www.snia.org/technology-communities/sff/specifications", "dimensions: 147.0 mm x 101.6 mm"),
    ("ssi-eeb", "Server System Infrastructure Forum, Enterprise Electronics Bay specification",
     "https://ssiforum.org/", "board of 12 in x 13 in"),
    ("ocp-crps", "Open Compute Project, modular hardware system: common redundant power supply (M-CRPS)",
     "https://www.opencompute.org/wiki/Server/DC-MHS", "dimensions"),
    ("nvidia-connectx", "NVIDIA ConnectX-7 Adapter Cards User Manual",
     "https://docs.nvidia.com/networking/display/connectx7vpi", "specifications: adapter card size"),
    ("nvidia-hotchips34", "NVIDIA, the NVLink-Network switch, Hot Chips 34 (2022)",
     "https://hc34.hotchips.org/", "die and package of the third-generation NVSwitch"),
)  # fmt: skip

SOURCES = [
    *(one for one in cards.SOURCES if one["id"] in {"ademe-gpu-cards", "ademe-gpu-average", "ademe-gpu-bodies"}),
    *(source(key, title, url, _CITED, page) for key, title, url, page in _SIZES),
    source(_CONVENTION, "lca_ai: a choice of this project, stated as such", "NOTICE.md", "CC-BY-4.0"),
]

NOTICE = """
# Notice

`factors.csv` is adapted from the life cycle assessment of graphics cards by ADEME (2026), by Lees-Perasso, Ekchajzer,
Roussilhe and De Latour (Tide, Hubblo, TND), as published in hubblo-org/gpu-calculator
(https://github.com/hubblo-org/gpu-calculator, commit 2308a62b73f2), and is licensed, like the original, under Creative
Commons Attribution-ShareAlike 4.0 International (https://creativecommons.org/licenses/by-sa/4.0/).

## Changes made

- The factors of a card per mm2 of die over yield, per cm2 of populated board (mean of six cards), per kg of casing, per
  kg of inbound freight and per GB of GDDR6 memory are applied to the parts of a server, which they were not made for.
- Where a part is counted per item, its size is taken from a standard or a maker's page, or assumed: the note says it.
- Every row has the grade `proxy`. Its range is not the source's, which states none: it is the default of this project
  for a figure that stands in for another, a factor of three either way. A row of zero has no range.
- Where upstream gives no figure there is no row.

The board of a package or substrate is counted as a populated board, and the die factor may hold part of the package:
the two overlap. The method behind the characterised scores is the Product Environmental Footprint; upstream does not
say whether EF 3.0 or EF 3.1. A negative figure of upstream is a recycling credit of the card's casing: it does not
carry over to another part. In land use, where the recomputed mean of upstream is such a credit, the mean of the five
casings with a figure is taken instead (0.609 pt per kg; upstream prints 0.507, with a sixth casing counted as zero),
and for memory, which has none on the L4, that of the A100 PCIe 40GB.
"""


def bases(
    components: Sequence[cards.Row], model: Sequence[cards.Row], bodies: Sequence[cards.Row]
) -> dict[str, dict[str, float]]:
    """Base factors: name -> criterion -> amount per mm2, cm2, kg or GB."""
    impacts = cards.by_component(components)
    means = cards.averages(model)
    upstream = {"die": "graphics_processing_unit", "casing": "casing", "upstream transport": "upstream_transport"}
    found: dict[str, dict[str, float]] = {
        name: {code: means[component, code] for code in cards.CATEGORIES if (component, code) in means}
        for name, component in upstream.items()
    }
    found["board"] = cards.board_means(impacts, bodies)
    found["memory"] = {
        code: impacts[_MEMORY_CARD, "video_ram", code] / _MEMORY_SIZE
        for code in cards.CATEGORIES
        if (_MEMORY_CARD, "video_ram", code) in impacts
    }
    found["memory"]["lu"] = impacts[_LAND_CARD, "video_ram", "lu"] / _LAND_SIZE
    found["casing"]["lu"] = casing_land_use(impacts, bodies)
    return found


def casing_land_use(impacts: Mapping[tuple[str, str, str], float], bodies: Sequence[cards.Row]) -> float:
    """Mean land use of a casing [pt/kg], over the dismantled cards whose casing has a figure."""
    masses = {body["name"]: float(body["casing_weight_g"]) / 1000 for body in bodies}
    return fmean(
        impacts[card, "casing", "lu"] / masses[card] for card in cards.CARDS if (card, "casing", "lu") in impacts
    )


def factors(known: Mapping[str, Mapping[str, float]]) -> list[cards.Factor]:
    """Every part in every category its base has."""
    rows = []
    for proxy in PROXIES:
        for code, amount in known[proxy.base].items():
            value = amount * proxy.size
            if value < 0:  # a recycling credit of the card's casing is no figure for another part
                continue
            low, high = sorted((value / SPREAD, value * SPREAD))
            spread = {"low": cards.number(low), "high": cards.number(high)} if value else {}
            cited, instead = INSTEAD.get((proxy.base, code), (_BASES[proxy.base], ""))
            note = "; ".join(filter(None, (proxy.note, instead, "range: this project's default for a proxy")))
            rows.append(
                cards.factor(
                    code,
                    value,
                    **spread,
                    activity=proxy.activity,
                    part=proxy.part,
                    life_cycle_stage="manufacture",
                    per=proxy.per,
                    grade="proxy",
                    source=";".join(filter(None, (cited, proxy.source))),
                    note=cards.caution(note, value) if value else f"{proxy.note}; zero upstream",
                )
            )
    return rows


def build(components: Sequence[cards.Row], model: Sequence[cards.Row], bodies: Sequence[cards.Row]) -> Package:
    """Build the package from the three upstream tables."""
    return Package(
        folder="emission_factors/components-by-sa",
        title="Impacts of server components in all categories, by proxy from accelerator cards",
        version="2026.1",
        licence=cards.LICENCE,
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        notice=NOTICE,
        sources=SOURCES,
        tables={"factors": factors(bases(components, model, bodies))},
    )


def main() -> None:
    """Read the upstream tables named on the command line and write the package."""
    parser = importer(__doc__)
    parser.add_argument("components", type=Path, help="impacts of each card by component")
    parser.add_argument("averages", type=Path, help="mean factors and freight")
    parser.add_argument("bodies", type=Path, help="masses and surfaces of the cards")
    arguments = parser.parse_args()
    upstream = [read_rows(path) for path in (arguments.components, arguments.averages, arguments.bodies)]
    write_package(build(*upstream))


if __name__ == "__main__":
    main()
