"""Import impacts of server components into ``emission_factors/components``.

Every figure is a single cited fact: the components from UBA-Texte 94/2021 (Green Cloud Computing), memory of the
newest accelerators from the declarations of their maker. Footprints of whole products are the matter of
``import_vendor_footprints.py``.

Run: ``python tools/import_components.py COMPONENTS.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from import_support import importer, read_rows
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

#: Facts typed from their source: activity, part, amount, per, year, source, note.
DECLARED_MEMORY = (
    ("memory HBM3", 546 / 640, "nvidia-hgx-h100", "546 kg of memory over the 640 GB of the HGX H100"),
    ("memory HBM3e", 0.49 * 2274 / 1440, "nvidia-hgx-b200", "49 % of 2,274 kg over the 1,440 GB of the HGX B200"),
)

_UBA = "https://www.umweltbundesamt.de/sites/default/files/medien/5750/publikationen/"
_NVIDIA = "https://images.nvidia.com/aem-dam/Solutions/documents/"
_DELL = "https://www.delltechnologies.com/asset/en-us/products/servers/technical-support/"
FACTS = "single figures cited"
_SOURCES = [
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
_OWN = {"uba-94-2021", "nvidia-hgx-h100", "nvidia-hgx-b200"}
SOURCES = [one for one in _SOURCES if one["id"] in _OWN]

#: Sources of footprints of whole products.
PAPERS = [one for one in _SOURCES if one["id"] not in _OWN]

NOTICE = """
# Notice

Single figures cited from their sources, compiled for this project and licensed as a compilation under Creative Commons
Attribution 4.0 International. Footprints of whole products are in `emission_factors/vendor-footprints`.

The figures of UBA-Texte 94/2021 (Umweltbundesamt, Green Cloud Computing) cover climate change, abiotic depletion and
primary energy only: every other category of these components is a gap. Its abiotic depletion is read as that of
elements. The study states no uncertainty.

The footprints of NVIDIA are declarations of the maker. The memory of HBM3 and HBM3e is divided out of the declared
totals by this project.
"""


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


def build(parts: Sequence[Row]) -> Package:
    """Build the package from the upstream table."""
    return Package(
        folder="emission_factors/components",
        title="Impacts of server components",
        version="2026.2",
        licence="CC-BY-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        notice=NOTICE,
        sources=SOURCES,
        tables={"factors": [*components(parts), *declared_memory()]},
    )


def main() -> None:
    """Read the upstream table named on the command line and write the package."""
    parser = importer(__doc__)
    parser.add_argument("components", type=Path, help="figures of UBA-Texte 94/2021 by component and criterion")
    arguments = parser.parse_args()
    write_package(build(read_rows(arguments.components)))


if __name__ == "__main__":
    main()
