"""Import impacts of server components and published footprints of products into ``emission_factors/components``.

Every figure is a single cited fact: the components from UBA-Texte 94/2021 (Green Cloud Computing), memory of the
newest accelerators and whole products from the declarations of their makers and from papers.

Run: ``python tools/import_components.py COMPONENTS.csv PUBLISHED.csv``.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from packages import FACTOR_COLUMNS, Package, write_package

Row = Mapping[str, str]
Factor = dict[str, str]

CATEGORIES = {
    "gwp": ("climate change", "kg CO2e", "unknown"),
    "adpe": ("resource use, minerals and metals", "kg Sb eq", "CML"),
    "pe": ("primary energy", "MJ", "unknown"),
}

#: (component, part) upstream -> activity, part, what it is counted per.
COMPONENTS = {
    ("cpu", "die"): ("cpu", "die", "mm2"),
    ("cpu", "base"): ("cpu", "base", "item"),
    ("ram", "die"): ("memory", "die", "cm2"),
    ("ram", "base"): ("memory", "base", "item"),
    ("ssd", "die"): ("ssd", "die", "cm2"),
    ("ssd", "base"): ("ssd", "base", "item"),
    ("hdd", "base"): ("hdd", "", "item"),
    ("motherboard", "base"): ("mainboard", "", "item"),
    ("power_supply", "base"): ("power supply", "", "kg"),
    ("case", "rack"): ("chassis", "", "item"),
    ("case", "blade_server"): ("blade chassis", "server", "item"),
    ("case", "blade_16_slots"): ("blade chassis", "enclosure", "item"),
    ("assembly", "base"): ("assembly", "", "item"),
}

NOTES = {
    "chassis": "rack server of one to two height units: low for a larger machine",
    "blade chassis": "the enclosure holds sixteen blades",
}
ELEMENTS = "the study's abiotic depletion is read as that of elements: size and unit (kg Sb eq) agree"

#: Published footprints carried: (product, component) upstream -> activity, part, stage, source, note.
FOOTPRINTS = {
    ("NVIDIA HGX H100 baseboard (8x H100 SXM 80GB + NVSwitch, 24 kg)", "total"): (
        "hgx-h100", "whole", "nvidia-hgx-h100", "eight H100 SXM 80GB with NVSwitch, 24 kg; cradle to gate, ISO 14067"),
    ("NVIDIA HGX H100 baseboard", "memory"): ("hgx-h100", "memory", "nvidia-hgx-h100", "42 % of the total"),
    ("NVIDIA HGX H100 baseboard", "ics"): ("hgx-h100", "integrated circuits", "nvidia-hgx-h100", "25 % of the total"),
    ("NVIDIA HGX H100 baseboard", "thermal"): ("hgx-h100", "cooling", "nvidia-hgx-h100", "18 % of the total"),
    ("NVIDIA H100 SXM 80GB (1/8 of HGX H100, includes NVSwitch share)", "total"): (
        "h100-sxm5-80gb", "whole", "nvidia-hgx-h100", "an eighth of the baseboard, so with a share of its NVSwitches"),
    ("NVIDIA HGX B200 baseboard (8x B200 180GB, 32 kg)", "total"): (
        "hgx-b200", "whole", "nvidia-hgx-b200", "eight B200 180GB, 32 kg; cradle to gate, ISO 14067"),
    ("NVIDIA B200 180GB (1/8 of HGX B200)", "total"): (
        "b200", "whole", "nvidia-hgx-b200", "an eighth of the baseboard, so with a share of its NVSwitches"),
    ("NVIDIA A100 SXM 40GB", "total"): (
        "a100-sxm4-40gb", "whole", "falk-2025", "same study family as emission_factors/accelerators; cradle to gate"),
    ("NVIDIA A100 80GB (assumed)", "total"): (
        "a100-sxm4-80gb", "whole", "luccioni-2023", "an estimate the authors call a proxy, not an assessment"),
    ("Google TPU v6e", "total"): (
        "tpu-v6e", "whole with host and building", "schneider-2025", "one chip with its share of host and data centre"),
    ("Google TPU v6e", "TPU manufacturing and transport"): (
        "tpu-v6e", "whole", "schneider-2025", "one chip; manufacture and transport"),
    ("Google TPU v4i", "total"): (
        "tpu-v4i", "whole with host and building", "schneider-2025", "one chip with its share of host and data centre"),
    ("Dell PowerEdge R740", "8x 3.84 TB SSD"): ("dell-r740", "ssd 8 x 3.84 TB", "dell-r740", ""),
    ("Dell PowerEdge R740", "1x 400 GB SSD"): ("dell-r740", "ssd 400 GB", "dell-r740", ""),
    ("Dell PowerEdge R740", "12x 32 GB DIMM"): ("dell-r740", "memory 12 x 32 GB", "dell-r740", ""),
    ("Dell PowerEdge R740", "mainboard PWB"): ("dell-r740", "mainboard", "dell-r740", ""),
    ("Dell PowerEdge R740", "2x Xeon CPU with housing"): ("dell-r740", "cpu 2 x Xeon", "dell-r740", ""),
    ("Dell PowerEdge R740", "chassis"): ("dell-r740", "chassis", "dell-r740", ""),
    ("Dell PowerEdge R740", "PSU"): ("dell-r740", "power supply", "dell-r740", ""),
    ("Dell PowerEdge R740", "sum of the rows above"): (
        "dell-r740", "whole", "dell-r740", "sum of the parts in the assessment's figure, smaller parts included"),
}  # fmt: skip

#: Facts typed from their source: activity, part, amount, per, year, source, note.
DECLARED_MEMORY = (
    ("memory HBM3", 546 / 640, "nvidia-hgx-h100", "546 kg of memory over the 640 GB of the HGX H100"),
    ("memory HBM3e", 0.49 * 2274 / 1440, "nvidia-hgx-b200", "49 % of 2,274 kg over the 1,440 GB of the HGX B200"),
)
DECLARED_SERVER = ("hpe-dl345-gen10plus", 2503.2, "hpe-dl345", "server without accelerators; as used by Luccioni 2023")

_UBA = "https://www.umweltbundesamt.de/sites/default/files/medien/5750/publikationen/"
_NVIDIA = "https://images.nvidia.com/aem-dam/Solutions/documents/"
_DELL = "https://www.delltechnologies.com/asset/en-us/products/servers/technical-support/"
FACTS = "single figures cited"
SOURCES = [
    {"id": key, "title": title, "url": url, "licence": FACTS, "accessed": "2026-11-21", "page": page}
    for key, title, url, page in (
        (
            "uba-94-2021",
            "Green Cloud Computing, UBA-Texte 94/2021, Umweltbundesamt",
            _UBA + "2021-06-17_texte_94-2021_green-cloud-computing.pdf",
            "inventory of server components",
        ),
        (
            "nvidia-hgx-h100",
            "NVIDIA HGX H100, Product Carbon Footprint Summary (ISO 14067, reviewed by WSP), 2025",
            _NVIDIA + "HGX-H100-PCF-Summary.pdf",
            "p. 3",
        ),
        (
            "nvidia-hgx-b200",
            "NVIDIA HGX B200, Product Carbon Footprint Summary (ISO 14067, reviewed by WSP), 2025",
            _NVIDIA + "HGX-B200-PCF-Summary.pdf",
            "p. 3",
        ),
        (
            "falk-2025",
            (
                "Falk, Ekchajzer, Pirson, Lees-Perasso, Wattiez, Biber-Freudenberger, Luccioni, van Wynsberghe 2025, "
                "More than Carbon"
            ),
            "https://arxiv.org/abs/2509.00093",
            "",
        ),
        (
            "luccioni-2023",
            "Luccioni, Viguier, Ligozat 2023, Estimating the Carbon Footprint of BLOOM, JMLR 24(253)",
            "https://jmlr.org/papers/v24/23-0069.html",
            "section on embodied emissions",
        ),
        (
            "schneider-2025",
            "Schneider et al. 2025, Life-Cycle Emissions of AI Hardware",
            "https://arxiv.org/abs/2502.01671",
            "",
        ),
        (
            "dell-r740",
            "Life Cycle Assessment of Dell PowerEdge R740, Dell and thinkstep 2019",
            _DELL + "Full_LCA_Dell_R740.pdf",
            "contribution of components to manufacturing",
        ),
        (
            "hpe-dl345",
            "HPE product carbon footprint, HPE ProLiant DL345 Gen10 Plus server data sheet (a50005151enw), 2021",
            "https://www.hpe.com/psnow/doc/a50005151enw",
            "manufacturing share of the total",
        ),
    )
]

NOTICE = """
# Notice

Single figures cited from their sources, compiled for this project and licensed as a compilation under Creative Commons
Attribution 4.0 International. `factors.csv` is used by default; `vendor_footprints.csv` holds published totals of whole
products, to compare with or to choose by name.

The figures of UBA-Texte 94/2021 (Umweltbundesamt, Green Cloud Computing) cover climate change, abiotic depletion and
primary energy only: every other category of these components is a gap. Its abiotic depletion is read as that of
elements. The study states no uncertainty.

The footprints of NVIDIA, Dell and HPE are declarations of the makers, each with its own system boundary. The memory of
HBM3 and HBM3e is divided out of the declared totals by this project.
"""


def read(path: Path) -> list[Row]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def factor(code: str, value: float, **columns: str) -> Factor:
    """One row of a table of factors."""
    category, unit, method = CATEGORIES[code]
    row = dict.fromkeys(FACTOR_COLUMNS, "") | {
        "life_cycle_stage": "manufacture",
        "category": category,
        "amount": f"{value:.6g}",
        "unit": unit,
        "grade": "sourced",
        "method_in_source": method,
    }
    return row | columns


def components(rows: Sequence[Row]) -> list[Factor]:
    """Impacts of server components, in the order of :data:`COMPONENTS`."""
    values = {(r["component"], r["part"], r["criterion"]): float(r["value"]) for r in rows}
    return [
        factor(
            code,
            values[*key, code],
            activity=activity,
            part=part,
            per=per,
            year="2021",
            source="uba-94-2021",
            note="; ".join(filter(None, (NOTES.get(activity, ""), ELEMENTS if code == "adpe" else ""))),
        )
        for key, (activity, part, per) in COMPONENTS.items()
        for code in CATEGORIES
    ]


def declared_memory() -> list[Factor]:
    """Memory of the newest accelerators, from the declarations of their maker."""
    return [
        factor("gwp", value, activity="accelerator", part=part, per="GB", year="2025", source=source, note=note)
        for part, value, source, note in DECLARED_MEMORY
    ]


def footprints(rows: Sequence[Row]) -> list[Factor]:
    """Pick the published footprints of whole products and their parts."""
    values: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row["criterion"] == "gwp" and row["value"]:
            values.setdefault((row["product"], row["component"]), row)
    carried = [
        factor(
            "gwp",
            float(values[key]["value"]),
            activity=activity,
            part=part,
            per="item",
            year=values[key]["year"],
            grade="proxy" if source == "luccioni-2023" else "sourced",
            source=source,
            note=note,
        )
        for key, (activity, part, source, note) in FOOTPRINTS.items()
    ]
    activity, value, source, note = DECLARED_SERVER
    server = factor("gwp", value, activity=activity, part="whole", per="item", year="2021", source=source, note=note)
    return [*carried, server]


def build(parts: Sequence[Row], published: Sequence[Row]) -> Package:
    """Build the package from the two upstream tables."""
    return Package(
        folder="emission_factors/components",
        title="Impacts of server components, and published footprints of accelerators and servers",
        version="2026.1",
        licence="CC-BY-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        notice=NOTICE,
        sources=SOURCES,
        tables={
            "factors": [*components(parts), *declared_memory()],
            "vendor_footprints": footprints(published),
        },
    )


def main() -> None:
    """Read the upstream tables named on the command line and write the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("components", type=Path, help="figures of UBA-Texte 94/2021 by component and criterion")
    parser.add_argument("published", type=Path, help="published footprints of products")
    arguments = parser.parse_args()
    write_package(build(read(arguments.components), read(arguments.published)))


if __name__ == "__main__":
    main()
