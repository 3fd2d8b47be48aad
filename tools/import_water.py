"""Import water scarcity (AWARE 2.0) and the water used by power generation (WRI) into ``datasets/water``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from import_support import CC_BY, importer, read_rows, source
from import_zone_codes import ALPHA_2, zone_of
from packages import Package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, object]

#: Codes of the upstream that differ from ISO 3166-2 today -> the code of ISO 3166-2. The upstream's own table of
#: populations tells which Chinese province is meant (98.7 million for HA, 10.3 for HN, 66.0 for HU, 39.6 for SA).
OWN_CODES = {
    "CA-NF": "CA-NL",
    "CA-YK": "CA-YT",
    "CN-HN": "CN-HI",
    "CN-HU": "CN-HN",
    "CN-SA": "CN-SN",
    "IN-CT": "IN-CG",
    "IN-OR": "IN-OD",
    "IN-UT": "IN-UK",
}

#: Regions of France: added by the upstream, with the weight zero and one decimal, and not in AWARE 2.0.
NOT_AWARE = "FR-"

SOURCES = [
    source(
        "aware-2.0",
        "Seitfudem et al. 2025, The updated and improved method for water scarcity impact "
        "assessment in LCA, AWARE2.0, Journal of Industrial Ecology",
        "https://doi.org/10.1111/jiec.70023",
        "CC-BY-4.0",
        "annual factors by country and subdivision, non-irrigation",
    ),
    source(
        "edges-1.5.0",
        "Paul Scherrer Institute, edges 1.5.0: the factors of AWARE 2.0 by country as machine-readable text",
        "https://github.com/Laboratory-for-Energy-Systems-Analysis/edges",
        "MIT",
        "edges/data/AWARE 2.0_Country_non_irri_yearly.json",
    ),
    source(
        "wri-reig-2020",
        "Reig et al. 2020, Guidance for Calculating Water Use Embedded in Purchased Electricity, World "
        "Resources Institute",
        "https://www.wri.org/research/guidance-calculating-water-use-embedded-purchased-electricity",
        "CC-BY-4.0",
        "water consumption factors by country",
    ),
    source(
        "ecologits-0.11.3",
        "EcoLogits 0.11.3, factors of electricity by country: the water consumption factors of WRI as machine-readable "
        "text",
        "https://github.com/mlco2/ecologits",
        "MPL-2.0; figures cited",
        "ecologits/data/electricity_mixes.json, wue",
    ),
]

NOTICE = """
# Water: scarcity, and the water that power generation uses

Licence of the package: CC BY 4.0. Attribution: WULCA, AWARE 2.0, Seitfudem et al. 2025,
read as shipped in edges 1.5.0 (MIT); Reig et al. 2020, World Resources Institute (CC BY 4.0),
read as shipped in EcoLogits 0.11.3.

- `scarcity.csv`: m3 world equivalents per m3 of water consumed, annual, for uses other than irrigation;
  {countries} countries and {subdivisions} subdivisions ({parts}).
- **This is not the set of the Environmental Footprint 3.1**, which has the first AWARE: never put these factors into
  the category "water use" of EF 3.1, and never compare the two.
- A place without a row has no factor; there is no factor for the world. Codes: ISO 3166-1 and ISO 3166-2. Without a
  zone in `datasets/grid`: {without_grid}.
- Renamed to the ISO 3166-2 code of today:
  {renamed}.
- Left out: {french} regions of France. The upstream added them with the weight zero; they are not of AWARE 2.0.
- `offsite.csv`: water consumed by power generation per kWh, evaporation from reservoirs of hydropower included;
  {offsite} countries and the world. Rows in which the upstream puts the world's average in place of a country are left
  out.
"""


def main() -> None:
    """Write ``datasets/water`` from the upstream tables named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--scarcity", type=Path, required=True, help="AWARE 2.0, annual, non-irrigation, by place")
    parser.add_argument("--offsite", type=Path, required=True, help="factors of electricity by country, wue among them")
    arguments = parser.parse_args()
    upstream = read_rows(arguments.scarcity)
    tables = {"scarcity": scarcity(upstream), "offsite": offsite(read_rows(arguments.offsite))}
    french = sum(row["location"].startswith(NOT_AWARE) for row in upstream)
    text = notice(tables["scarcity"], tables["offsite"], french)
    title = "Water: scarcity by place, and water used by power generation"
    write_package(Package("datasets/water", title, "2026.11", *CC_BY, text, SOURCES, dict(tables)))


def scarcity(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the scarcity factor of every country and subdivision."""
    found: list[Row] = [
        {
            "zone": OWN_CODES.get(row["location"], row["location"]),
            "amount": float(row["value"]),
            "unit": "m3 world eq/m3",
            "basis": "AWARE 2.0, annual, non-irrigation",
            "source": "aware-2.0;edges-1.5.0",
        }
        for row in rows
        if row["value"] and row["use"] == "non-irri" and not row["location"].startswith(NOT_AWARE)
    ]
    return sorted(found, key=lambda row: str(row["zone"]))


def offsite(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the water consumed per kWh generated, of the countries with a figure of their own."""
    own = (row for row in rows if row["indicator"] == "wue" and row["is_world_default"] == "False" and row["value"])
    found: list[Row] = [
        {
            "zone": zone_of(row["country_code"]) or row["country_code"],
            "amount": float(row["value"]),
            "unit": "L/kWh",
            "basis": "consumption, generation, hydropower reservoirs included",
            "source": "wri-reig-2020;ecologits-0.11.3",
        }
        for row in own
    ]
    return sorted(found, key=lambda row: str(row["zone"]))


def notice(scarce: list[Row], used: list[Row], french: int) -> str:
    """Return the notice, with what the package counts."""
    zones = [str(row["zone"]) for row in scarce]
    subdivisions = [zone for zone in zones if "-" in zone]
    parts: dict[str, int] = {}
    for zone in subdivisions:
        parts[zone[:2]] = parts.get(zone[:2], 0) + 1
    countries = [zone for zone in zones if "-" not in zone]
    return NOTICE.format(
        countries=len(countries),
        subdivisions=len(subdivisions),
        parts=", ".join(f"{country} {count}" for country, count in sorted(parts.items())),
        without_grid=", ".join(sorted(set(countries) - set(ALPHA_2.values()))),
        renamed=", ".join(f"{old} to {new}" for old, new in OWN_CODES.items()),
        french=french,
        offsite=sum(row["zone"] != "WOR" for row in used),
    )


if __name__ == "__main__":
    main()
