"""Write the assumptions about hardware, its use and plausibility into ``datasets/assumptions``.

Run: ``python tools/import_hardware_assumptions.py``. Every figure is typed here with its source; there is no upstream
table to read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from import_support import importer
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
    "seagate-exos-x18": ("Seagate Exos X18 product manual", "https://www.seagate.com/products/enterprise-drives/exos-x/x18/",
                         FACTS, "physical specifications: weight of the 3.5 inch drive"),
    "apc-ar3100": ("APC NetShelter SX, server rack enclosure of 42 height units, 600 mm x 1070 mm, AR3100",
                   "https://www.apc.com/us/en/product/AR3100/", FACTS, "specifications: net weight, rack units"),
    "mlperf-inference-power": ("MLPerf Inference v1.0 to v5.1, closed division, data centre, results with power",
                               "https://mlcommons.org/benchmarks/inference-datacenter/", FACTS,
                               "compared by tools/measure_throughput_ratio.py"),
    "ml-energy": (("ML.ENERGY leaderboard v1, v2.0 and v3.0: energy and throughput of generation on V100, A40, A100, "
                   "H100 and B200"), "https://github.com/ml-energy/leaderboard", FACTS,
                  "compared by tools/measure_throughput_ratio.py"),
    "pef-2021": ("Commission Recommendation (EU) 2021/2279 on the Environmental Footprint methods, Annex I",
                 "https://eur-lex.europa.eu/eli/reco/2021/2279/oj", FACTS, "cut-off: up to 3.0 %"),
    "aslan-2018": (("Aslan, Mayers, Koomey, France 2018, Electricity Intensity of Internet Data Transmission, "
                    "J Ind Ecol"),
                   "https://doi.org/10.1111/jiec.12630", FACTS, "abstract: 0.06 kWh/GB for 2015"),
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
    Assumption("service_life_server", "4", "years", "3", "6", "ccf-embodied",
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
    Assumption("technology_intensity_over_grid", "3", "", "", "", CONVENTION,
               "a factor of one technology above so many times grid_intensity_high is refused: a slip of the unit; the "
               "highest published one is 2.2 kg/kWh (hydropower, maximum of IPCC AR5)"),
    Assumption("primary_energy_floor", "3.6", "MJ/kWh", "", "", CONVENTION,
               "one kilowatt-hour is 3.6 megajoules: no supply takes less"),
    Assumption("absurd_device_power", "1000000", "W", "", "", CONVENTION,
               "a sample above is a fault of the sensor: no device of a log draws a megawatt"),
    Assumption("server_mass_per_height_unit", "16.3", "kg/U", "12", "21", CONVENTION,
               "for a server whose mass is not known: 130.45 kg over the 8 units of a DGX H100 (its user guide)"),
    Assumption("chassis_mass_per_height_unit", "6", "kg/U", "4", "10", CONVENTION,
               "the enclosure alone, of a server of which only the height is known"),
    Assumption("hard_disk_mass", "0.67", "kg", "", "", "seagate-exos-x18",
               "a drive of 3.5 inch; one of 2.5 inch is lighter"),
    Assumption("rack_mass", "125", "kg", "", "", "apc-ar3100",
               "empty, with doors and sides; the deeper AR3300 of the same maker has 134 kg"),
    Assumption("rack_height_units", "42", "U", "", "", "apc-ar3100",
               "a full rack: where height units stay empty, each machine bears more of it"),
    Assumption("network_switch_height_units", "1", "U", "1", "2", CONVENTION,
               "of which its mass and that of its chassis follow, as for a server"),
    Assumption("network_switch_power_supplies", "2", "item", "1", "2", CONVENTION, "redundant supplies"),
    Assumption("overhead_ratio_industry_average", "1", "", "0.3", "1.8", CONVENTION,
               "PUE - 1 of a site over that of the industry's average: sites report a PUE of 1.1 to 2.0"),
    Assumption("overhead_ratio_published", "1", "", "0.8", "1.25", CONVENTION,
               "PUE - 1 of a site over the published one: of another year, of several sites, or of a whole fleet"),
    Assumption("site_water_ratio_published", "1", "", "0.5", "2", CONVENTION,
               "WUE of a site over the published one: of another year, of several sites, or of a whole fleet"),
    Assumption("modelled_energy_ratio", "1", "", "0.6", "1.1", CONVENTION,
               "energy of a run over what is modelled by its rated power and stated utilisation"),
    Assumption("ranking_cut_off", "0.03", "", "0", "0.03", "pef-2021",
               "share of a product system that may have no figure in a category that is ranked, and is told"),
    Assumption("network_transfer_energy", "0.001", "kWh/GB", "0.001", "0.06", "ccf-method;aslan-2018",
               "between data centres; high: Internet core and access in 2015 (Aslan et al. 2018)"),
    Assumption("peak_to_real_throughput_ratio", "0.7", "", "0.4", "1.55", "mlperf-inference-power;ml-energy",
               "measured speed-up from the card with the lower peak throughput to the one with the higher, over the "
               "ratio of their peaks; median, 5 and 95 % of 537 pairs of measurements of the same inference on 27 "
               "pairs of kinds of cards, each counting the same; no measurement of training is among them"),
    Assumption("rated_to_real_power_ratio", "0.9", "", "0.55", "1.1", "ml-energy",
               "measured power of a B200 over that of an H100 at their best throughput, over the ratio of their rated "
               "power; median, 5 and 95 % of 78 measurements: other pairs of cards are not measured"),
    Assumption("published_figures_alike", "1.1", "", "0.65", "1.55", CONVENTION,
               "peak throughput or rated power of two cards within this factor of each other: either could be the "
               "faster or draw more, and the ratio of their figures is taken with this range; 30 measured speed-ups "
               "between alike cards (forms of the A100, H100 and H200) lay at 0.77 to 1.41 of it (5 and 95 %)"),
)  # fmt: skip

_ENERGY = ("climate change", "primary energy", "resource use, fossils")
_COMBUSTION = (
    "acidification", "eutrophication, marine", "eutrophication, terrestrial", "particulate matter",
    "photochemical ozone formation",
)  # fmt: skip
_SUPPLY_CHAIN = (
    "ecotoxicity, freshwater", "eutrophication, freshwater", "human toxicity, cancer", "human toxicity, non-cancer",
    "ionising radiation", "ozone depletion", "resource use, minerals and metals",
)  # fmt: skip
_SITE = ("land use", "water use")

_HARDWARE_CC = (
    "spread between seven published methods for one card (A100, H100) and for one server, without the two that leave "
    "out parts or hold a known fault"
)
_HARDWARE_ADPE = "spread of the depletion of elements of one card between the published methods: a factor of six"
_HARDWARE_SITE = "recycling credits and the end of life dominate the published figures: read as an order of magnitude"
_FLEETS = "screening by fleet: emissions of one technology differ by a factor of two to three between national fleets"

#: What a factor is of -> group of categories -> geometric standard deviation of a sourced figure, and the reason.
SOURCED: dict[str, tuple[tuple[tuple[str, ...], float, str], ...]] = {
    "electricity": (
        (_ENERGY, 1.2, "for a technology whose source gives no range; ranges of sources go before"),
        (_COMBUSTION, 1.5, _FLEETS),
        (_SUPPLY_CHAIN, 2.5, "supply chains differ between inventories: as for hardware"),
        (_SITE, 2.5, "sites differ: cooling and cover of the land"),
    ),
    "electricity from coal": (
        (_ENERGY, 1.2, "carbon content and efficiency of a fleet"),
        (_COMBUSTION, 2.0, f"{_FLEETS}; desulphurisation alone changes acidification more than tenfold"),
        (_SUPPLY_CHAIN, 2.5, "mining and ash differ between basins: as for hardware"),
        (_SITE, 2.5, "sites differ: cooling and cover of the land"),
    ),
    "electricity from gas": (
        (_ENERGY, 1.2, "efficiency of a fleet; leaks of methane are the larger part"),
        (_COMBUSTION, 1.5, _FLEETS),
        (_SUPPLY_CHAIN, 2.5, "as for hardware"),
        (_SITE, 2.5, "sites differ: cooling and cover of the land"),
    ),
    "hardware": (
        (_ENERGY, 1.5, _HARDWARE_CC),
        (_COMBUSTION, 2.0, "between climate change and the depletion of elements: no comparison is published"),
        (_SUPPLY_CHAIN, 2.5, _HARDWARE_ADPE),
        (_SITE, 3.0, _HARDWARE_SITE),
    ),
    "transport": (
        (_ENERGY, 1.2, "fuel per distance and load"),
        (_COMBUSTION, 1.5, "engines differ"),
        (_SUPPLY_CHAIN, 2.5, "as for hardware"),
        (_SITE, 2.5, "as for electricity"),
    ),
}

#: Grade -> the factor either way that it adds (95 per cent of cases), and why.
ADDED = {
    "sourced": (1.0, ""),
    "partial": (2.0, "combined with a factor of two either way, for what the figure leaves out"),
    "proxy": (3.0, "combined with a factor of three either way, for what the figure stands in for"),
}
_NORMAL_95 = 1.96


def deviation(sourced: float, added: float) -> float:
    """Geometric standard deviation of two independent log-normal factors, the second given by its 95 % bound."""
    return math.exp(math.hypot(math.log(sourced), math.log(added) / _NORMAL_95))


def grades() -> Iterator[dict[str, object]]:
    """Stated spread of a figure that has none of its own, by what it is of, its grade and its category."""
    for scope, groups in SOURCED.items():
        for grade, (added, why) in ADDED.items():
            for categories, sourced, reason in groups:
                for category in categories:
                    yield {
                        "grade": grade,
                        "scope": scope,
                        "category": category,
                        "geometric_standard_deviation": f"{deviation(sourced, added):.2f}",
                        "source": CONVENTION,
                        "note": "; ".join(filter(None, (reason, why))),
                    }


NOTICE = """
# Notice

Single figures cited from their sources, and choices of this project (source `lca-ai-convention`), licensed as a
compilation under Creative Commons Attribution 4.0 International. Cloud Carbon Footprint is Apache-2.0.
An empty low or high means that the source states no range.

`grades.csv` holds the geometric standard deviation that is taken for a factor whose own row states no range, by its
grade, what it is of (`scope`) and its category. All of it is a choice of this project, with the reason in the note; no
source of the factors states a spread. The rule for `partial` and `proxy` combines the spread of a sourced figure with
a factor of two or three either way as independent log-normal factors. A range in the row of a factor goes before.
"""


def build() -> Package:
    """Build the package."""
    return Package(
        folder="datasets/assumptions",
        title="Assumptions about hardware, its use, and plausibility",
        version="2026.2",
        licence="CC-BY-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        notice=NOTICE,
        sources=SOURCES,
        tables={
            "assumptions": [assumption._asdict() for assumption in ASSUMPTIONS],
            "grades": list(grades()),
        },
    )


def main() -> None:
    """Write the package."""
    importer(__doc__).parse_args()
    write_package(build())


if __name__ == "__main__":
    main()
