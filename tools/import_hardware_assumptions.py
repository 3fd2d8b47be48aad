"""Write the assumptions about hardware, its use and plausibility into ``datasets/assumptions``.

Run: ``python tools/import_hardware_assumptions.py``. Every figure is typed here with its source; there is no upstream
table to read.
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

from packages import Package, write_package

_CCF = "https://github.com/cloud-carbon-footprint/cloud-carbon-footprint/blob/b7a049c7d25c0022919ab9010199dd9e77aa4577/"
_HUBBLO = "https://github.com/hubblo-org/gpu-calculator/blob/2308a62b73f28d0e57498365819950f925c93b8d/"
FACTS = "single figures cited"
CONVENTION = "lca-ai-convention"

#: id -> title, url, licence, page.
_SOURCES = {
    "ccf-embodied": ("Cloud Carbon Footprint, embodied emissions (server life after the Dell R740 assessment)",
                     _CCF + "microsite/docs/HowItWorks/EmbodiedEmissions.md", "Apache-2.0", "expected lifespan"),
    "ccf-method": ("Cloud Carbon Footprint, methodology", _CCF + "microsite/docs/HowItWorks/Methodology.md",
                   "Apache-2.0", "energy coefficients of memory and storage"),
    "davy-2021": ("Davy (Teads) 2021, Estimating AWS EC2 Instances Power Consumption",
                  "https://medium.com/teads-engineering/estimating-aws-ec2-instances-power-consumption-c9745e347959",
                  FACTS, "power over rated power at 0, 10, 50 and 100 % load: 0.12, 0.32, 0.75, 1.02"),
    "luccioni-2023": ("Luccioni, Viguier, Ligozat 2023, Estimating the Carbon Footprint of BLOOM, JMLR 24(253)",
                      "https://jmlr.org/papers/v24/23-0069.html", "CC-BY-4.0", "section on embodied emissions"),
    "80-plus": ("80 PLUS certification, Platinum, 230 V internal redundant",
                "https://www.clearesult.com/80plus/program-details", FACTS, "table of efficiencies"),
    "ademe-gpu-model": (("Lees-Perasso, Ekchajzer, Roussilhe, De Latour (ADEME) 2026, life cycle assessment of GPUs "
                         "for AI: parameters of the model"), _HUBBLO + "docs/doc-en.md",
                        "CC-BY-SA-4.0; single figures cited",
                        "default distances, Shenzhen to Paris; defect density"),
    CONVENTION: ("A choice of this project, not taken from elsewhere: override it where you know better",
                 "NOTICE.md", "CC-BY-4.0", ""),
}  # fmt: skip

SOURCES = [
    {"id": key, "title": title, "url": url, "licence": licence, "accessed": "2026-11-21", "page": page}
    for key, (title, url, licence, page) in _SOURCES.items()
]


class Assumption(NamedTuple):
    """A figure used where nothing better is given."""

    key: str
    value: str
    unit: str
    low: str
    high: str
    source: str
    note: str


ASSUMPTIONS = (
    Assumption("service_life_server", "4", "year", "3", "6", "ccf-embodied",
               "published practice: 3 years (accelerators in heavy use) to 6 (depreciation of large operators)"),
    Assumption("device_utilisation_over_life", "0.85", "", "0.3", "1", "luccioni-2023",
               "share of its life a device is in use; idle hours are borne by the used ones"),
    Assumption("memory_power", "0.392", "W/GB", "", "", "ccf-method", "main memory"),
    Assumption("ssd_power", "1.2", "W/TB", "", "", "ccf-method", ""),
    Assumption("hdd_power", "0.65", "W/TB", "", "", "ccf-method", ""),
    Assumption("cpu_power_share_of_rated", "0.75", "", "0.12", "1.02", "davy-2021",
               "at half load; low at no load, high at full load"),
    Assumption("power_supply_efficiency", "0.94", "", "0.9", "0.96", "80-plus",
               "at half load; low at a fifth of the load, high for the Titanium class at half load"),
    Assumption("power_supply_mass", "3", "kg", "1", "5", CONVENTION, "one unit of a server, whatever its rated power"),
    Assumption("transport_distance_ship", "19000", "km", "", "", "ademe-gpu-model",
               "East Asia to Europe, as in the source's H100 PCIe; "
               "by air (9,908 km) it would be 70 times the climate change"),
    Assumption("transport_distance_truck", "1000", "km", "", "", "ademe-gpu-model", "to and from the ports"),
    Assumption("die_defect_density", "0.1", "1/cm2", "", "", "ademe-gpu-model",
               "Murphy yield of an area A: ((1 - exp(-A d)) / (A d))^2"),
    Assumption("max_gap_intervals", "10", "", "", "", CONVENTION,
               "an interval longer than this many times a device's median sampling interval is a gap"),
    Assumption("grid_intensity_low", "5", "g CO2e/kWh", "", "", CONVENTION, "below: implausible"),
    Assumption("grid_intensity_high", "1300", "g CO2e/kWh", "", "", CONVENTION, "above: implausible"),
    Assumption("primary_energy_floor", "3.6", "MJ/kWh", "", "", CONVENTION,
               "one kilowatt-hour is 3.6 megajoules: no supply takes less"),
    Assumption("absurd_device_power", "1000000", "W", "", "", CONVENTION,
               "a sample above is a fault of the sensor: no device of a log draws a megawatt"),
    Assumption("server_mass_per_height_unit", "16.3", "kg/U", "12", "21", CONVENTION,
               "for a server whose mass is not known: 130.45 kg over the 8 units of a DGX H100 (its user guide)"),
)  # fmt: skip

NOTICE = """
# Notice

Single figures cited from their sources, and choices of this project (source `lca-ai-convention`), licensed as a
compilation under Creative Commons Attribution 4.0 International. Cloud Carbon Footprint is Apache-2.0.
An empty low or high means that the source states no range.
"""


def build() -> Package:
    """Build the package."""
    return Package(
        folder="datasets/assumptions",
        title="Assumptions about hardware, its use, and plausibility",
        version="2026.1",
        licence="CC-BY-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        notice=NOTICE,
        sources=SOURCES,
        tables={"assumptions": [assumption._asdict() for assumption in ASSUMPTIONS]},
    )


def main() -> None:
    """Write the package."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    write_package(build())


if __name__ == "__main__":
    main()
