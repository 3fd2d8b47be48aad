"""Import the yearly carbon intensity of grid zones (Electricity Maps, ODbL) into ``datasets/grid-intensity-odbl``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from descriptors import Columns, describe_columns
from import_support import ODBL, importer, read_rows, source
from import_zone_codes import ALPHA_2, AREA_SPELLINGS, BALANCING_AREAS, BARE_NAMES, STATES
from packages import Package, write_package

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

Row = dict[str, object]

SOURCE = "electricity-maps-yearly"
BASIS = "life cycle, consumption (flow-traced)"

#: Zone of Electricity Maps -> zone of this project, where they differ.
OWN_CODES = {area[1]: f"US-{code}" for code, area in BALANCING_AREAS.items()}

#: ISO 3166-1 alpha-2 -> alpha-3 of the countries and territories that ``datasets/grid`` does not have.
FURTHER_ALPHA_3 = {"AX": "ALA", "FM": "FSM", "GS": "SGS", "PW": "PLW", "YT": "MYT"}
ALPHA_3 = {two: three for three, two in ALPHA_2.items()} | FURTHER_ALPHA_3

#: Zones of Electricity Maps that are a state or territory by ISO 3166-2, beside those of Canada and the United States.
AUSTRALIAN_STATES = {"AU-NSW", "AU-NT", "AU-QLD", "AU-SA", "AU-TAS", "AU-VIC", "AU-WA"}
#: Sub-national zones of the United States that are neither a state nor a balancing authority.
OTHER_US_ZONES = {"US-AK-SEAPA"}

SOURCES = [
    source(
        SOURCE,
        "Electricity Maps, yearly carbon intensity of grid zones, 2021 to 2025; as published by The Green Web "
        "Foundation in CO2.js",
        "https://github.com/thegreenwebfoundation/co2.js/tree/27cbe8328aeaad0824fb07b3640dc45b72228c7b/data/output/electricity-maps",
        "ODbL-1.0",
        "yearly_*.json",
    ),
    source("iso-3166-1", "ISO 3166-1, codes of countries", "https://www.iso.org/iso-3166-country-codes.html", "facts"),
    source("iso-3166-2", "ISO 3166-2, codes of subdivisions", "https://www.iso.org/standard/72483.html", "facts"),
    source(
        "eia-930-areas",
        "U.S. Energy Information Administration, balancing authorities of Form EIA-930",
        "https://www.eia.gov/electricity/gridmonitor/about",
        "public domain (US Government work)",
    ),
]

NOTICE = """
# Carbon intensity of electricity consumed, by grid zone and year

Licence: Open Database License 1.0. Contains information from Electricity Maps (https://www.electricitymaps.com), made
available under the ODbL 1.0 and read as published by The Green Web Foundation in CO2.js
(https://github.com/thegreenwebfoundation/co2.js). A database derived from this package keeps that licence.

- {zones} zones, {first} to {last}, of which {sub_national} are sub-national ({kinds}).
  By country: {countries}.
- Life cycle, consumption: imports and exports are traced through the grid. The figures of `datasets/grid` are those of
  generation, without trade.
- `renewable_share` is the share of the electricity consumed, as a fraction, to the whole per cent.
- Zone codes are those of Electricity Maps, but for {renamed} US balancing areas, which have the code of
  `datasets/grid`; `zone_aliases.csv` has these, the zones' names, and the short codes of bidding zones (SE3) and areas
  (US-ISNE).
- A country's code means the zone that Electricity Maps has under it: GB is Great Britain without Northern Ireland
  (GB-NIR), IN is mainland India; islands with a zone of their own are not in that of their country.
- Without a national zone, and so with sub-national zones only: Chile (CL-SEN) and Russia. Without any zone: Ukraine and
  some small territories of `datasets/grid`.
- Where Electricity Maps has no measured mix it estimates. The same figure in every year shows such an estimate:
  {constant}.
- Left out: sub-national figures of US states (eGRID) and Chinese provinces. They are direct emissions at the stack, not
  life-cycle ones, and do not compare with these.
"""


def main() -> None:
    """Write ``datasets/grid-intensity-odbl`` from the upstream table named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--intensity", type=Path, required=True, help="carbon intensity by zone and year")
    upstream = read_rows(parser.parse_args().intensity)
    rows = intensities(upstream)
    zones = zone_rows(upstream)
    tables = {"zones": zones, "zone_aliases": alias_rows(zones), "intensity": rows}
    title = "Carbon intensity of electricity consumed: countries and sub-national zones"
    package = Package(
        "datasets/grid-intensity-odbl", title, "2026.11", *ODBL, notice(zones, rows), SOURCES, dict(tables)
    )
    folder = write_package(package)
    describe_columns(folder, "intensity", Columns(numbers=frozenset({"renewable_share"})))


def own_code(zone: str) -> str:
    """Return the code of this project for a zone of Electricity Maps."""
    return OWN_CODES.get(zone, zone)


def intensities(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the intensity and the renewable share of every zone and year."""
    found: list[Row] = [
        {
            "zone": own_code(row["zone"]),
            "year": int(row["year"]),
            "amount": float(row["value"]),
            "unit": "g CO2e/kWh",
            "basis": BASIS,
            "renewable_share": round(float(row["renewable_pct"]) / 100, 4),
            "source": SOURCE,
        }
        for row in rows
        if row["value"] and row["renewable_pct"]
    ]
    return sorted(found, key=lambda row: (str(row["zone"]), str(row["year"])))


def zone_rows(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return one row for every zone."""
    names = {own_code(row["zone"]): row["zone_name"] for row in rows}
    return [_zone(zone, names[zone]) for zone in sorted(names)]


def _zone(zone: str, name: str) -> Row:
    country = zone[:2]
    kind, reference = _kind(zone)
    name = BALANCING_AREAS[zone[3:]][0] if zone in OWN_CODES.values() else STATES.get(zone, name)
    return {
        "zone": zone,
        "name": name,
        "kind": kind,
        "country": country,
        "iso3": ALPHA_3[country],
        "source": reference,
    }


def _kind(zone: str) -> tuple[str, str]:
    """Return the kind of a zone, and the source of its code."""
    if zone == zone[:2]:
        return "country", "iso-3166-1"
    if zone in STATES or zone in AUSTRALIAN_STATES:
        return "state", "iso-3166-2"
    if zone in OWN_CODES.values():
        return "balancing authority", "eia-930-areas"
    if zone.startswith("US-") and zone not in OTHER_US_ZONES:
        return "balancing authority", SOURCE
    return "sub-national zone", SOURCE


def alias_rows(zones: Iterable[Row]) -> list[Row]:
    """Return the other spellings of the zones: names, codes of Electricity Maps, of EIA areas and of bidding zones."""
    known = {str(zone["zone"]): zone for zone in zones}
    pairs = {(alias, zone) for alias, zone in OWN_CODES.items() if zone in known}
    for code, zone in known.items():
        if code not in OWN_CODES.values() and str(zone["name"]) not in BARE_NAMES:
            pairs.add((str(zone["name"]), code))
        pairs |= {(spelling, code) for spelling in (*AREA_SPELLINGS.get(code, ()), *_short_codes(zone, known))}
    return [{"alias": alias, "zone": zone} for alias, zone in sorted(pairs)]


def _short_codes(zone: Row, known: Container[str]) -> list[str]:
    """Return the code of a bidding zone ("SE3") or of a US balancing area ("US-ISNE") without the part between."""
    country, _, rest = str(zone["zone"]).partition("-")
    last = rest.rpartition("-")[2]
    if rest.startswith(country):
        return [rest]
    short = f"{country}-{last}"
    is_area = zone["kind"] == "balancing authority" and rest != last
    return [short] if is_area and short not in known and short not in STATES else []


def notice(zones: list[Row], rows: list[Row]) -> str:
    """Return the notice, with what the package counts."""
    sub_national = [zone for zone in zones if zone["kind"] != "country"]
    kinds = Counter(f"{zone['kind']}" for zone in sub_national)
    countries = Counter(str(zone["country"]) for zone in sub_national)
    years = sorted({int(str(row["year"])) for row in rows})
    values: dict[str, set[object]] = {}
    for row in rows:
        values.setdefault(str(row["zone"]), set()).add(row["amount"])
    return NOTICE.format(
        zones=len(zones),
        first=years[0],
        last=years[-1],
        sub_national=len(sub_national),
        kinds=", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
        countries=", ".join(f"{country} {count}" for country, count in sorted(countries.items())),
        renamed=sum(str(zone["zone"]) in OWN_CODES.values() for zone in zones),
        constant=", ".join(zone for zone, amounts in sorted(values.items()) if len(amounts) == 1),
    )


if __name__ == "__main__":
    main()
