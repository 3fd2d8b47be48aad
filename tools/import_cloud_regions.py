"""Import the regions of six cloud providers and their PUE and WUE.

The places, and what only the ODbL database of Digital4Better holds, go into ``datasets/cloud-regions-odbl``; figures
that the providers publish, read elsewhere, into ``datasets/cloud-regions``. The zones of intensity must be there
already: run ``import_grid_intensity.py`` first.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from descriptors import Columns, describe_columns
from import_grid_intensity import OWN_CODES, own_code
from import_support import CC_BY, ODBL, importer, read_rows, source
from import_zone_codes import STATES
from packages import ROOT, Package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, object]

PROVIDERS = ("aws", "azure", "gcp", "oracle", "ovhcloud", "scaleway")
UNITS = {"pue": "kWh/kWh", "wue": "L/kWh"}
FLEET = "fleet"
CITED = "cited fact"

# --- places ---------------------------------------------------------------------------------------------------------

#: (provider, region) -> zone of Electricity Maps, where that of the source is of another place.
OTHER_ZONES = {
    ("azure", "northcentralus"): "US-MIDA-PJM",  # Chicago; the source has MISO
    ("azure", "northeurope"): "IE",  # Ireland; the source has Finland
    ("azure", "westus"): "US-CAL-CISO",  # California; the source has Washington
    ("azure", "westus2"): "US-NW-BPAT",  # Washington; what the source has for westus
    ("gcp", "me-central1"): "QA",  # Doha; the source has the United Arab Emirates
    ("oracle", "us-ashburn-1"): "US-MIDA-PJM",
    ("oracle", "us-chicago-1"): "US-MIDA-PJM",
    ("oracle", "us-sanjose-1"): "US-CAL-CISO",
    ("ovhcloud", "hil"): "US-NW-PGE",  # Hillsboro
    ("ovhcloud", "vin"): "US-MIDA-PJM",  # Vint Hill
}

#: (country, place) -> zone of Electricity Maps, for regions to which the source gives none.
PLACES = {
    ("AU", "Canberra"): "AU-NSW",
    ("AU", "Melbourne"): "AU-VIC",
    ("AU", "Sydney"): "AU-NSW",
    ("BR", "Rio"): "BR-CS",
    ("BR", "Sao Paulo"): "BR-CS",
    ("BR", "Vinhedo"): "BR-CS",
    ("CL", "Santiago"): "CL-SEN",
    ("CL", "Valparaiso"): "CL-SEN",
    ("IN", "Bengaluru"): "IN-SO",
    ("IN", "Chennai"): "IN-SO",
    ("IN", "Hyderabad"): "IN-SO",
    ("IN", "Mumbai"): "IN-WE",
    ("IN", "Pune"): "IN-WE",
    ("IT", "Milan"): "IT-NO",
    ("IT", "Turin"): "IT-NO",
    ("JP", "Osaka"): "JP-KN",
    ("JP", "Tokyo"): "JP-TK",
    ("JP", "Tokyo, Saitama"): "JP-TK",
    ("MY", "Kulai"): "MY-WM",
    ("MY", "Malaysia"): "MY-WM",
}
#: Regions whose place is a country with several zones.
PLACES_OF_REGIONS = {("azure", "norwayeast"): "NO-NO1", ("azure", "norwaywest"): "NO-NO2"}

SPELLINGS = {"Bengalore": "Bengaluru"}
#: Regions whose latitude and longitude the source has exchanged.
EXCHANGED = {("ovhcloud", "vin")}
#: Providers whose upstream name is a code, and at times that of another region: the place stands for it.
NAMED_BY_PLACE = {"aws", "gcp", "ovhcloud"}

# --- effectiveness --------------------------------------------------------------------------------------------------

#: Region codes of the upstream that are of another place than the row -> the region of that place.
MISNAMED = {
    ("azure", "northeurope", "Finland"): "finlandcentral",
    ("azure", "asiapacific", "Indonesia"): "indonesiacentral",
    ("azure", "westus", "Washington: West US"): "westus2",
}
#: (provider, attribute, year) -> the figure of the fleet, which the upstream repeats for regions without one.
AWS_FLEET_WUE = 0.15
FLEET_FIGURES = {
    ("aws", "wue", 2022): (0.19,),
    ("aws", "wue", 2023): (0.18,),
    ("aws", "wue", 2024): (0.18, AWS_FLEET_WUE),
}
#: From this number of places on, one figure of Azure is taken for a design value.
MANY = 5

#: State or country of Microsoft's page, or campus of Google's -> the region or regions there.
SITES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Arizona": ("azure", ("westus3",)),
    "Illinois": ("azure", ("northcentralus",)),
    "Iowa": ("azure", ("centralus",)),
    "Texas": ("azure", ("southcentralus",)),
    "Virginia": ("azure", ("eastus", "eastus2")),
    "Washington": ("azure", ("westus2",)),
    "Wyoming": ("azure", ("westcentralus",)),
    "Ireland": ("azure", ("northeurope",)),
    "Netherlands": ("azure", ("westeurope",)),
    "Sweden": ("azure", ("swedencentral",)),
    "Poland": ("azure", ("polandcentral",)),
    "Berkeley County, South Carolina": ("gcp", ("us-east1",)),
    "Central Ohio (Columbus), Ohio": ("gcp", ("us-east5",)),
    "Central Ohio (Lancaster), Ohio": ("gcp", ("us-east5",)),
    "Central Ohio (New Albany), Ohio": ("gcp", ("us-east5",)),
    "Changua County, Taiwan": ("gcp", ("asia-east1",)),
    "Council Bluffs, Iowa": ("gcp", ("us-central1",)),
    "Council Bluffs, Iowa (2nd facility)": ("gcp", ("us-central1",)),
    "Eemshaven, Netherlands": ("gcp", ("europe-west4",)),
    "Hamina, Finland": ("gcp", ("europe-north1",)),
    "Henderson, Nevada": ("gcp", ("us-west4",)),
    "Loudoun County, Virginia": ("gcp", ("us-east4",)),
    "Loudoun County, Virginia (2nd facility)": ("gcp", ("us-east4",)),
    "Midlothian, Texas": ("gcp", ("us-south1",)),
    "Quilicura, Chile": ("gcp", ("southamerica-west1",)),
    "Singapore (2nd facility)": ("gcp", ("asia-southeast1",)),
    "St. Ghislain, Belgium": ("gcp", ("europe-west1",)),
    "The Dalles, Oregon": ("gcp", ("us-west1",)),
    "The Dalles, Oregon (2nd facility)": ("gcp", ("us-west1",)),
}
#: Both pages have a row "Singapore".
SINGAPORE = {"microsoft": ("azure", ("southeastasia",)), "google": ("gcp", ("asia-southeast1",))}

#: PUE and WUE that Microsoft gives for an area of the world, repeated by the ODbL source for regions without a figure.
AREAS = {
    (1.405, 1.65): "Asia Pacific",
    (1.17, 0.55): "the Americas",
    (1.185, 0.1): "Europe, Middle East and Africa",
}
#: Regions of that area mean where it does not fit: not operated by Microsoft (China), or of another area.
NOT_OF_AREA = ("china", "israel", "qatar")
OVHCLOUD_FLEET = ("1.24", "0.34")
SCALEWAY_SHARED_WUE = "0.22"
OPEN_YEARS = {"FY25": 2025, "2024-25": 2025}

ORIGINS = {
    "aws": "aws-regions",
    "azure": "microsoft-regions",
    "gcp": "google-campuses",
    "oracle": "oracle-citizenship",
    "ovhcloud": "ovhcloud-kpis-2025",
    "scaleway": "scaleway-impact-2024",
}
D4B_URL = "https://github.com/digital4better/data/tree/c0b443ef76f4d48df3c9c36851aa02d962aecb63/data/cloud"
AWS_SOURCE = source(
    "aws-regions",
    "Amazon Web Services, power and water usage effectiveness by region",
    "https://sustainability.aboutamazon.com/aws-wue-pue.csv",
    CITED,
)
MICROSOFT_SOURCE = source(
    "microsoft-regions",
    "Microsoft, data centre efficiency and regional fact sheets: PUE and WUE by state or country",
    "https://datacenters.microsoft.com/sustainability/efficiency/",
    CITED,
)
GSF_SOURCE = source(
    "gsf-real-time-cloud",
    "Green Software Foundation, Real Time Cloud, Cloud Region Metadata: the providers' figures and zones as a table",
    "https://github.com/Green-Software-Foundation/real-time-cloud/blob/b2858aa2300ae2faf30ed9145b06dcb7ce995148/Cloud_Region_Metadata.csv",
    "text as is, (c) Joint Development Foundation; cited facts",
)
SOURCES = [
    AWS_SOURCE,
    MICROSOFT_SOURCE,
    source(
        "google-campuses",
        "Google, data centre efficiency: PUE by campus, trailing twelve months",
        "https://datacenters.google/efficiency/",
        CITED,
    ),
    GSF_SOURCE,
    source(
        "sustainable-ai-pue",
        "emielkwakkel/sustainable-ai: the pages of Microsoft and Google as read on 2025-10-16, commit 9958264",
        "https://github.com/emielkwakkel/sustainable-ai/blob/99582644c8ad251a72d3ee248d13bf6ef5b00778/docs/pue-data.md",
        CITED,
    ),
]
ODBL_SOURCES = [
    source(
        "d4b-cloud-regions",
        "Digital4Better, environmental data, regions of cloud providers",
        D4B_URL,
        "ODbL-1.0",
    ),
    GSF_SOURCE,
    AWS_SOURCE,
    MICROSOFT_SOURCE,
    source(
        "oracle-citizenship",
        "Oracle, Corporate Citizenship Report: PUE, as named by Digital4Better",
        D4B_URL,
        CITED,
    ),
    source(
        "ovhcloud-kpis-2025",
        "OVHcloud, environmental indicators of the financial year 2025: PUE and WUE by site",
        "https://www.ovhcloud.com/sites/default/files/external_files/kpis_fy25.pdf",
        CITED,
    ),
    source(
        "scaleway-impact-2024",
        "Scaleway, Impact Report 2024 and reference values of its calculator: PUE and WUE by site, as named by "
        "Digital4Better",
        D4B_URL,
        CITED,
    ),
    source(
        "lca-ai-places",
        "lca_ai: the grid zone in which a place lies, where the sources name none or that of another place",
        "NOTICE.md",
        "ODbL-1.0",
    ),
]

NOTICE = """
# Cloud regions: power and water usage effectiveness

Licence of the package: CC BY 4.0. Every row is a figure published by the provider named, cited as a fact. The figures
were read in two secondary texts: the Cloud Region Metadata of the Green Software Foundation ("as is", (c) Joint
Development Foundation) and the notes on the providers' pages in emielkwakkel/sustainable-ai.

- `facility.csv`: PUE of {pue} and WUE of {wue} regions: {counts}.
- PUE: electricity of the facility per electricity of the IT equipment. WUE: water used on site per kWh of the IT
  equipment.
- `scope`: "region", the figure of the region, or of the state or country that the provider publishes it for; "campus",
  one of the sites in the region, named in `note`: several rows may share region and year; "fleet", all the provider's
  regions. Other figures of fleets are in `datasets/facility`.
- AWS: the source repeats the WUE of the fleet for regions without one ({repeated} rows); it is given once, as "fleet".
- Left out as no measurement: a WUE of 0 ({zeros}). GovCloud regions have no figure of their own.
- Region codes of the source that are of another place were corrected:
  {misnamed}.
- Campuses without a region of Google Cloud are left out.
- The places are in `datasets/cloud-regions-odbl`, with what only a database under the ODbL has.
"""

ODBL_NOTICE = """
# Cloud regions: places, grid zones, and further usage effectiveness

Licence: Open Database License 1.0. Contains information from the environmental data of Digital4Better
(https://github.com/digital4better/data), made available under the ODbL 1.0, and zone codes of Electricity Maps
(https://www.electricitymaps.com, ODbL 1.0) as given in the Real Time Cloud metadata of the Green Software Foundation. A
database derived from this package keeps that licence.

- `regions.csv`: {regions} regions: {providers}.
  Coordinates are those of the source, often of the nearest city, and not exact.
- `grid_zone`: the zone of `datasets/grid` or `datasets/grid-odbl` whose mix stands for the region: the US balancing
  area where it is one of the eight, else the US state or Canadian province, else the country. `intensity_zone`: the
  zone of `datasets/grid-intensity-odbl`, sub-national for {fine} regions. It is the zone that the source names, or else
  the one in which the place lies, or else the country (`source` says `lca-ai-places` where this project chose).
- Zones of the source that are of another place were replaced: Azure northcentralus (Chicago is in PJM), northeurope
  (Ireland), westus (California) and westus2 (Washington), Google me-central1 (Doha). Latitude and longitude of the
  OVHcloud site vin were exchanged in the source.
- `facility.csv`: what `datasets/cloud-regions` has not: {counts}.
  `scope`: "region", "fleet", and "shared": one figure that the source gives for several regions, not the region's own
  (means of Microsoft for an area of the world; a WUE of Scaleway).
- Left out: the WUE 0 of Oracle and of Azure westus (not published) and 0.785 of Google (computed by the source); the
  PUE of the fleet where it stands for a region (AWS 1.15, Google 1.09); Microsoft's mean of Asia Pacific for China (not
  operated by Microsoft), Israel and Qatar. Oracle publishes one PUE for all regions: it is given once, as "fleet".
- With both packages, PUE: {pue}.
  WUE: {wue}.
"""


@dataclass(frozen=True)
class Figure:
    """A PUE or WUE of a region and year."""

    provider: str
    region: str
    year: int
    attribute: str
    amount: float
    scope: str
    source: str
    note: str = ""

    def row(self) -> Row:
        """Return the row of ``facility.csv``."""
        return {
            "provider": self.provider,
            "region": self.region,
            "year": self.year,
            "attribute": self.attribute,
            "amount": self.amount,
            "unit": UNITS[self.attribute],
            "scope": self.scope,
            "source": self.source,
            "note": self.note,
        }


def main() -> None:
    """Write both packages from the upstream tables named on the command line."""
    arguments = _arguments()
    regions = region_rows(read_rows(arguments.regions), _intensity_zones())
    metadata = [row for row in read_rows(arguments.metadata) if row["indicator"] in UNITS]
    figures = _sorted([*published(metadata), *sites(read_rows(arguments.sites))])
    known = {(str(row["provider"]), str(row["region"])) for row in regions}
    _check_regions(figures, known)
    covered = {(one.provider, one.region, one.attribute) for one in figures}
    further = _sorted(further_figures(read_rows(arguments.effectiveness), regions, covered))
    _check_regions(further, known)
    title = "Cloud regions: power and water usage effectiveness, as the providers publish it"
    facts = Package("datasets/cloud-regions", title, "2026.11", *CC_BY, _notice(figures, metadata), SOURCES)
    facts.tables = {"facility": [one.row() for one in figures]}
    describe_columns(write_package(facts), "facility", Columns())
    title = "Cloud regions: places, grid zones, and further usage effectiveness"
    notice = _odbl_notice(regions, figures, further)
    places = Package("datasets/cloud-regions-odbl", title, "2026.11", *ODBL, notice, ODBL_SOURCES)
    places.tables = {"regions": regions, "facility": [one.row() for one in further]}
    optional = frozenset({"subdivision", "intensity_zone"})
    describe_columns(write_package(places), "regions", Columns(frozenset({"latitude", "longitude"}), optional=optional))


def _arguments() -> argparse.Namespace:
    parser = importer(__doc__)
    parser.add_argument("--regions", type=Path, required=True, help="regions with place, coordinates and zone")
    parser.add_argument("--metadata", type=Path, required=True, help="PUE and WUE by region and year")
    parser.add_argument("--effectiveness", type=Path, required=True, help="PUE and WUE by region (ODbL)")
    parser.add_argument("--sites", type=Path, required=True, help="PUE by campus, state or country")
    return parser.parse_args()


def _intensity_zones() -> set[str]:
    return {row["zone"] for row in read_rows(ROOT / "datasets/grid-intensity-odbl/zones.csv")}


def _sorted(figures: Iterable[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda one: (one.provider, one.region, one.attribute, one.year, one.scope, one.note))


def _check_regions(figures: Iterable[Figure], known: set[tuple[str, str]]) -> None:
    unknown = {(one.provider, one.region) for one in figures if one.region != FLEET} - known
    if unknown:
        raise ValueError(f"no such region: {sorted(unknown)}")


def region_rows(rows: Iterable[Mapping[str, str]], zones: set[str]) -> list[Row]:
    """Return the place and the zones of every region."""
    found = [_region(row, zones) for row in rows]
    return sorted(found, key=lambda row: (PROVIDERS.index(str(row["provider"])), str(row["region"])))


def _region(row: Mapping[str, str], zones: set[str]) -> Row:
    provider, region, country = row["provider"], row["region"], row["country"]
    place = SPELLINGS.get(row["location"], row["location"])
    subdivision = f"{country}-{row['subdivision']}" if row["subdivision"] else ""
    intensity_zone, origin = _intensity_zone(row, place, subdivision, zones)
    latitude, longitude = float(row["lat"]), float(row["lon"])
    if (provider, region) in EXCHANGED:
        latitude, longitude = longitude, latitude
    areas = set(OWN_CODES.values())
    state = subdivision if subdivision in STATES else country
    return {
        "provider": provider,
        "region": region,
        "name": place if provider in NAMED_BY_PLACE else row["name"],
        "place": place,
        "country": country,
        "subdivision": subdivision,
        "grid_zone": intensity_zone if intensity_zone in areas else state,
        "intensity_zone": intensity_zone,
        "latitude": round(latitude, 4),
        "longitude": round(longitude, 4),
        "source": f"d4b-cloud-regions;{origin}",
    }


def _intensity_zone(row: Mapping[str, str], place: str, subdivision: str, zones: set[str]) -> tuple[str, str]:
    """Return the zone of intensity of a region, or nothing, and the source of the choice."""
    key, country = (row["provider"], row["region"]), row["country"]
    if key not in OTHER_ZONES and own_code(row["em_zone_gsf"]) in zones:
        return own_code(row["em_zone_gsf"]), "gsf-real-time-cloud"
    chosen = OTHER_ZONES.get(key) or PLACES_OF_REGIONS.get(key) or PLACES.get((country, place)) or subdivision
    for zone in (own_code(chosen), country):
        if zone in zones:
            return zone, "lca-ai-places"
    return "", "lca-ai-places"


def published(rows: Sequence[Mapping[str, str]]) -> list[Figure]:
    """Return the figures of regions and years that the providers publish."""
    common = Counter((row["provider"], row["indicator"], row["year"], row["value"]) for row in rows)
    figures = []
    for row in rows:
        year, amount = int(row["year"]), float(row["value"])
        key = (row["provider"], row["indicator"], year)
        if amount == 0 or amount in FLEET_FIGURES.get(key, ()):
            continue
        region = MISNAMED.get((row["provider"], row["region"], row["location"]), row["region"])
        many = (
            row["provider"] == "azure" and common[row["provider"], row["indicator"], row["year"], row["value"]] >= MANY
        )
        note = "given for several regions: probably a design value" if many else ""
        origin = f"{ORIGINS[row['provider']]};gsf-real-time-cloud"
        figures.append(Figure(row["provider"], region, year, row["indicator"], amount, "region", origin, note))
    for (provider, attribute, year), (amount, *others) in FLEET_FIGURES.items():
        if not others:
            origin = f"{ORIGINS[provider]};gsf-real-time-cloud"
            figures.append(Figure(provider, FLEET, year, attribute, amount, "fleet", origin))
    return figures


def sites(rows: Iterable[Mapping[str, str]]) -> list[Figure]:
    """Return the PUE of the sites that lie in a region."""
    figures = []
    for row in rows:
        provider, regions = (
            SINGAPORE[row["provider"]] if row["site"] == "Singapore" else SITES.get(row["site"], ("", ()))
        )
        year, scope, note = 2024, "region", f"{row['site']}; as published on 2025-10-16, period not stated"
        if provider == "gcp":
            year, scope, note = 2025, "campus", f"{row['site']}; trailing twelve months, as published on 2025-10-16"
        for region in regions:
            origin = f"{ORIGINS[provider]};sustainable-ai-pue"
            figures.append(Figure(provider, region, year, row["indicator"], float(row["value"]), scope, origin, note))
    return figures


def further_figures(
    rows: Iterable[Mapping[str, str]], regions: Iterable[Row], covered: set[tuple[str, str, str]]
) -> list[Figure]:
    """Return what the ODbL source has beside ``covered``, the (provider, region, attribute) of the other package."""
    codes = {(str(row["provider"]), str(row["name"])): str(row["region"]) for row in regions}
    figures: set[Figure] = set()
    for row in rows:
        region = codes.get(("azure", row["name"]), row["id"]) if row["provider"] == "azure" else row["id"]
        figures |= {one for one in _further(row, region) if (one.provider, one.region, one.attribute) not in covered}
    return list(figures)


def _further(row: Mapping[str, str], region: str) -> list[Figure]:
    """Return the figures of one row of the ODbL source that are the provider's own."""
    provider = row["provider"]
    if provider == "aws" and float(row["wue"]) == AWS_FLEET_WUE:
        note = "given for regions without their own"
        return [
            Figure(provider, FLEET, 2024, "wue", AWS_FLEET_WUE, "fleet", f"{ORIGINS[provider]};d4b-cloud-regions", note)
        ]
    if provider in {"aws", "gcp"} or _misplaced(row, region):
        return []
    year = OPEN_YEARS.get(row["year"]) or int(row["year"])
    origin = f"{ORIGINS[provider]};d4b-cloud-regions"
    figures = []
    for attribute in UNITS:
        scope, note = _scope(row, attribute)
        if float(row[attribute]) > 0:
            place = FLEET if scope == "fleet" else region
            figures.append(Figure(provider, place, year, attribute, float(row[attribute]), scope, origin, note))
    return figures


def _misplaced(row: Mapping[str, str], region: str) -> bool:
    return row["provider"] == "azure" and _area(row) is not None and region.startswith(NOT_OF_AREA)


def _area(row: Mapping[str, str]) -> str | None:
    return AREAS.get((float(row["pue"]), float(row["wue"])))


def _scope(row: Mapping[str, str], attribute: str) -> tuple[str, str]:
    """Return what a figure of the ODbL source stands for, and the note that says so."""
    provider, area = row["provider"], _area(row)
    if provider == "azure" and area is not None:
        return "shared", f"mean of Microsoft's area {area}; the year is that of the table"
    if provider == "azure":
        return "region", "the year is that of the table"
    if provider == "oracle":
        return "fleet", "one figure for all regions; financial year 2025"
    if provider == "ovhcloud":
        own = (row["pue"], row["wue"]) != OVHCLOUD_FLEET
        return (
            ("region", "financial year 2025")
            if own
            else ("fleet", "given for sites without their own; financial year 2025")
        )
    if attribute == "wue" and row["wue"] == SCALEWAY_SHARED_WUE:
        return "shared", "the same figure for several sites, probably not their own"
    return "region", ""


def _notice(figures: Sequence[Figure], metadata: Sequence[Mapping[str, str]]) -> str:
    repeated = [
        row
        for row in metadata
        if float(row["value"]) in FLEET_FIGURES.get((row["provider"], row["indicator"], int(row["year"])), ())
    ]
    zeros = [f"{row['provider']} {row['region']}" for row in metadata if float(row["value"]) == 0]
    misnamed = [f"{region} ({place}) to {own}" for (_, region, place), own in MISNAMED.items()]
    return NOTICE.format(
        pue=len(_regions_with(figures, "pue")),
        wue=len(_regions_with(figures, "wue")),
        counts=_counts(figures),
        repeated=len(repeated),
        zeros=", ".join(zeros),
        misnamed=", ".join(misnamed),
    )


def _odbl_notice(regions: Sequence[Row], figures: Sequence[Figure], further: Sequence[Figure]) -> str:
    providers = Counter(str(row["provider"]) for row in regions)
    everything = [*figures, *further]
    texts = {}
    for attribute in UNITS:
        own = _regions_with([one for one in everything if one.scope in {"region", "campus"}], attribute)
        shared = _regions_with(everything, attribute) - own
        texts[attribute] = f"{len(own)} regions with their own figure, {len(shared)} more with a shared one"
    return ODBL_NOTICE.format(
        regions=len(regions),
        providers=", ".join(f"{name} {providers[name]}" for name in PROVIDERS),
        fine=sum("-" in str(row["intensity_zone"]) for row in regions),
        counts=_counts(further),
        **texts,
    )


def _regions_with(figures: Iterable[Figure], attribute: str) -> set[tuple[str, str]]:
    return {(one.provider, one.region) for one in figures if one.attribute == attribute and one.region != FLEET}


def _counts(figures: Sequence[Figure]) -> str:
    """Return how many regions of each provider have a figure, as text."""
    texts = []
    for provider in PROVIDERS:
        own = [one for one in figures if one.provider == provider]
        pue, wue = (len(_regions_with(own, attribute)) for attribute in UNITS)
        if pue or wue:
            texts.append(f"{provider} {pue} with PUE, {wue} with WUE")
    return "; ".join(texts)


if __name__ == "__main__":
    main()
