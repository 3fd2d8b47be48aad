"""Import the mixes of US states and Canadian provinces (Digital4Better, ODbL) into ``datasets/grid-odbl``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from import_support import ODBL, importer, read_rows, source
from import_zone_codes import SHARED_NAMES, STATES
from packages import Package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, object]

YEARS = range(2019, 2025)
TOLERANCE = 0.002
COLUMNS = {
    "Coal": "coal",
    "Gas": "gas",
    "Other Fossil": "oil",
    "Nuclear": "nuclear",
    "Hydro": "hydro",
    "Wind": "wind",
    "Solar": "solar",
    "Bioenergy": "bioenergy",
    "Other Renewables": "other renewables",
}
COUNTRIES = {"US": "USA", "CA": "CAN"}
ALIASES = {"CA-QC": ("Qu\u00e9bec",), "US-DC": ("Washington DC", "Washington, D.C."), "CA-YT": ("Yukon Territory",)}

SOURCES = [
    source(
        "d4b-subdivision-mix",
        "Digital4Better, environmental data, electricity mix by subdivision "
        "(from Ember, EIA Form 923, Statistics Canada)",
        "https://github.com/digital4better/data/tree/c0b443ef76f4d48df3c9c36851aa02d962aecb63",
        "ODbL-1.0",
    ),
    source("iso-3166-2", "ISO 3166-2, codes of subdivisions", "https://www.iso.org/standard/72483.html", "facts"),
]

NOTICE = """
# Electricity mixes of US states and Canadian provinces

Licence: Open Database License 1.0. Contains information from the environmental data of Digital4Better
(https://github.com/digital4better/data), made available under the ODbL 1.0; a database derived from this package keeps
that licence.

- Shares of the electricity consumed: adjusted for imports, unlike the country mixes of `datasets/grid`.
- "oil" is the class "Other Fossil" of the source. A technology absent from a zone and year which is
  present has the share 0.
- Years {first} to {last}; later years of the source are not complete. A year equal to the one before it would be left
  out as a repetition: {repeated}.
- `zone_aliases.csv` holds English names. "Georgia" is a country in `datasets/grid` too: the look-up refuses
  the name alone and lists both.
"""


def main() -> None:
    """Write ``datasets/grid-odbl`` from the upstream table named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--mix", type=Path, required=True, help="electricity mix by subdivision and year")
    mixes, repeated = subdivision_mixes(read_rows(parser.parse_args().mix))
    zones = zone_rows({str(row["zone"]) for row in mixes})
    notice = NOTICE.format(first=YEARS[0], last=YEARS[-1], repeated=", ".join(repeated) or "none")
    tables = {"zones": zones, "zone_aliases": alias_rows(zones), "generation_mix": mixes}
    title = "Electricity mixes of US states and Canadian provinces"
    write_package(Package("datasets/grid-odbl", title, "2026.11", *ODBL, notice, SOURCES, dict(tables)))


def subdivision_mixes(rows: Iterable[Mapping[str, str]]) -> tuple[list[Row], list[str]]:
    """Return the shares of every subdivision and year, and the years left out as repetitions."""
    mixes: list[Row] = []
    repeated: list[str] = []
    previous: dict[str, dict[str, float]] = {}
    for row in sorted(rows, key=lambda row: (row["subdivision"], row["year"])):
        zone, year = row["subdivision"], int(row["year"])
        shares = {name: float(row[column]) for column, name in COLUMNS.items()}
        repeats = previous.get(zone) == shares
        previous[zone] = shares
        if year not in YEARS or abs(sum(shares.values()) - 1) > TOLERANCE:
            continue
        if repeats:
            repeated.append(f"{zone} {year}")
            continue
        mixes += _mix_rows(zone, year, shares)
    return mixes, repeated


def _mix_rows(zone: str, year: int, shares: Mapping[str, float]) -> list[Row]:
    return [
        {
            "zone": zone,
            "year": year,
            "technology": name,
            "share": share,
            "unit": "kWh/kWh",
            "basis": "consumption, adjusted for imports",
            "source": "d4b-subdivision-mix",
        }
        for name, share in shares.items()
        if share > 0
    ]


def zone_rows(used: set[str]) -> list[Row]:
    """Return one row for every state or province."""
    return [
        {
            "zone": zone,
            "name": STATES[zone],
            "kind": "state",
            "country": zone[:2],
            "iso3": COUNTRIES[zone[:2]],
            "source": "iso-3166-2",
        }
        for zone in sorted(used)
    ]


def alias_rows(zones: Iterable[Row]) -> list[Row]:
    """Return the English names of the zones."""
    aliases = {str(zone["name"]): str(zone["zone"]) for zone in zones}
    aliases |= {spelling: zone for zone, spellings in ALIASES.items() for spelling in spellings}
    aliases |= {name: zone for name, zone in SHARED_NAMES.items() if zone in STATES}
    return [{"alias": alias, "zone": zone} for alias, zone in sorted(aliases.items())]


if __name__ == "__main__":
    main()
