"""Import generation mixes, published carbon intensity and grid losses into ``datasets/grid``.

Upstreams: Ember and Our World in Data (countries), EIA-930 (US balancing areas), World Bank (losses).
Ember revises the past: with a newer ``--release`` the figures that moved are kept below ``releases/`` and stay
addressable, and an older release adds what it has otherwise and leaves the tables as they are.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

import grid_releases
from descriptors import describe_files
from grid_releases import Release
from import_support import ACCESSED, CC_BY, importer, read_rows, source
from import_zone_codes import (
    AGGREGATE_ZONES,
    ALPHA_2,
    BALANCING_AREAS,
    NATIVE_NAMES,
    OTHER_SPELLINGS,
    SHARED_NAMES,
    zone_of,
)
from packages import Package, base, read_package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, object]

FOLDER = "datasets/grid"
#: The release of Ember's figures, as processed by Our World in Data, that the tables hold.
RELEASE = "2026-04"

YEARS = range(2015, 2026)
TOLERANCE = 0.002
LOSS_BOUNDS = (0.5, 30.0)
LOSS_DOUBTFUL = (2.0, 20.0)
COLLAPSE = 0.3

COUNTRY_COLUMNS = {
    "coal_share": "coal",
    "gas_share": "gas",
    "oil_other_fossil_share": "oil",
    "nuclear_share": "nuclear",
    "hydro_share": "hydro",
    "wind_share": "wind",
    "solar_share": "solar",
    "bioenergy_share": "bioenergy",
    "other_renewables_excl_bio_share": "other renewables",
}
EIA_COLUMNS = {
    "col_mw": "coal",
    "ng_mw": "gas",
    "oil_mw": "oil",
    "nuc_mw": "nuclear",
    "wat_mw": "hydro",
    "wnd_mw": "wind",
    "sun_mw": "solar",
    "oth_mw": "other",
}

SOURCES = [
    source(
        "eia-930-2022",
        "U.S. Energy Information Administration, Form EIA-930 Hourly Electric Grid Monitor, "
        "net generation by energy source, 2022",
        "https://www.eia.gov/electricity/gridmonitor/",
        "public domain (US Government work)",
    ),
    source(
        "world-bank-losses",
        "World Bank, World Development Indicators, EG.ELC.LOSS.ZS, "
        "electric power transmission and distribution losses (% of output)",
        "https://data.worldbank.org/indicator/EG.ELC.LOSS.ZS",
        "CC-BY-4.0",
    ),
    source("iso-3166-1", "ISO 3166-1, codes of countries", "https://www.iso.org/iso-3166-country-codes.html", "facts"),
    source(
        "eia-930-areas",
        "U.S. Energy Information Administration, balancing authorities of Form EIA-930",
        "https://www.eia.gov/electricity/gridmonitor/about",
        "public domain (US Government work)",
    ),
]

NOTICE = """
# Grid: zones, generation mixes, published intensity, losses

Licence of the package: CC BY 4.0. Attribution: Ember ({ember}) and Energy Institute, processed by Our World in Data
(CC BY 4.0); World Bank, World Development Indicators (CC BY 4.0); US Energy Information Administration (public domain);
the hourly EIA-930 files were read as shipped in HPE SustainDC (MIT).

- A name in `zone_aliases.csv` that two zones have (Congo) is refused by the look-up, which lists them.
- `releases.csv`: the release of Ember's figures, and older ones. Ember revises the past; of an older release
  `releases/` has the years of zones that differ from those of the release after it (a row without figure and source: it
  has none).
- Zones: ISO 3166-1 alpha-2; `US-` + EIA balancing authority; `WOR` and `EU` for aggregates, whose `iso3` is the code
  of the World Bank and whose `country` is the zone itself; Kosovo is `XK`, a user-assigned code.
- `generation_mix.csv`: shares of generation in the zone, without trade: gross generation for countries, net generation
  reported to EIA for balancing areas. A technology absent from a zone and year which is present has the share 0.
- "oil" includes other fossil generation (non-renewable waste, manufactured gases), as Ember reports them together.
- US balancing areas: 2022, hours summed; hours without any reported value, or whose total is below 30 % of the
  area's median hour, are left out ({dropped}).
- "other" (balancing areas only) is the EIA class "other", mostly unspecified: it has no factor and is a declared gap.
- Left out, because their shares do not sum to 1 within 0.002: {unsummed}.
  World 2025 has no split of bioenergy and other renewables yet; the others report no generation.
- `published_intensity.csv` is a check on bottom-up results, not their source. Left out as impossible for a life-cycle
  figure (0 g/kWh): {zero_intensity}.
- `losses.csv`: values below {low} % or above {high} % are left out: {bad_losses}. Values below {doubt_low} % or above
  {doubt_high} % are kept with a note. Balancing areas and states use the loss of their country.
"""


def main() -> None:
    """Write ``datasets/grid`` from the upstream tables named on the command line."""
    arguments = _arguments()
    mixes, unsummed = country_mixes(read_rows(arguments.mix))
    intensity, zero_intensity = intensities(read_rows(arguments.intensity), {str(row["zone"]) for row in mixes})
    tables = {"generation_mix": mixes, "published_intensity": intensity}
    given = grid_releases.of_rows(arguments.release, ACCESSED, tables)
    releases = grid_releases.read(base() / FOLDER) | {given.name: given}
    if given.name == max(releases):
        package = _package(arguments, given, tables, (unsummed, zero_intensity))
    else:
        package = read_package(FOLDER)
    older = [releases[name] for name in sorted(releases)[:-1]]
    past = [row for release in older for row in grid_releases.sources(release, current=False)]
    ids = {row["id"] for row in past}
    package.sources = [*(row for row in package.sources if row["id"] not in ids), *past]
    package.tables["releases"] = grid_releases.rows(releases)
    folder = write_package(package)
    describe_files(folder, grid_releases.write(releases), "parquet", "application/vnd.apache.parquet")


def _package(
    arguments: argparse.Namespace,
    release: Release,
    ember: Mapping[str, list[Row]],
    left_out: tuple[list[tuple[str, int]], list[tuple[str, int]]],
) -> Package:
    """Return the package with the figures of ``release`` as its own."""
    mixes = ember["generation_mix"]
    areas, dropped = area_mixes(arguments.hourly)
    losses, bad_losses = grid_losses(read_rows(arguments.losses))
    names = zone_names(read_rows(arguments.mix)) | {"CW": "Curacao"}
    zones = zone_rows(names, {str(row["zone"]) for row in [*mixes, *losses]})
    notice = NOTICE.format(
        ember=release.name[:4],
        dropped=", ".join(f"{zone} {count}" for zone, count in dropped.items() if count),
        unsummed=_spans(left_out[0]),
        zero_intensity=_spans(left_out[1]),
        bad_losses=_spans(bad_losses),
        low=LOSS_BOUNDS[0],
        high=LOSS_BOUNDS[1],
        doubt_low=LOSS_DOUBTFUL[0],
        doubt_high=LOSS_DOUBTFUL[1],
    )
    tables = {
        "zones": zones,
        "zone_aliases": alias_rows(names, zones),
        "generation_mix": mixes + areas,
        "published_intensity": ember["published_intensity"],
        "losses": losses,
    }
    title = "Electricity grids: zones, generation mixes, published intensity, losses"
    sources = [*grid_releases.sources(release, current=True), *SOURCES]
    return Package(FOLDER, title, "2026.11", *CC_BY, notice, sources, dict(tables))


def _arguments() -> argparse.Namespace:
    parser = importer(__doc__)
    parser.add_argument("--mix", type=Path, required=True, help="generation mix by country and year")
    parser.add_argument("--intensity", type=Path, required=True, help="published carbon intensity by country and year")
    parser.add_argument("--losses", type=Path, required=True, help="transmission and distribution losses")
    parser.add_argument("--hourly", type=Path, required=True, help="folder of US-*_2022_eia930_hourly.csv")
    text = f"year and month of the release of --mix and --intensity (the project's figures: {RELEASE})"
    parser.add_argument("--release", type=grid_releases.name, default=RELEASE, help=text)
    return parser.parse_args()


def country_mixes(rows: Iterable[Mapping[str, str]]) -> tuple[list[Row], list[tuple[str, int]]]:
    """Return the shares of countries and aggregates, and the (zone, year) pairs left out."""
    mixes: list[Row] = []
    left_out: list[tuple[str, int]] = []
    for row in rows:
        zone, year = zone_of(row["iso3"]), int(row["year"])
        if zone is None or year not in YEARS:
            continue
        shares = {name: float(row[column]) for column, name in COUNTRY_COLUMNS.items() if row[column]}
        if abs(sum(shares.values()) - 1) > TOLERANCE:
            left_out.append((zone, year))
            continue
        mixes += _mix_rows(zone, year, shares, ("gross generation, no trade", "owid-ember-mix"))
    return sorted(mixes, key=_zone_year), left_out


def area_mixes(folder: Path) -> tuple[list[Row], dict[str, int]]:
    """Return the annual shares of the US balancing areas, and how many hours of each were left out."""
    mixes: list[Row] = []
    dropped: dict[str, int] = {}
    for path in sorted(folder.glob("US-*_eia930_hourly.csv")):
        zone, year = path.name.split("_")[:2]
        hours = read_rows(path)
        kept = _whole_hours(hours)
        dropped[zone] = len(hours) - len(kept)
        totals = {name: sum(_megawatts(hour, column) for hour in kept) for column, name in EIA_COLUMNS.items()}
        total = sum(totals.values())
        shares = {name: round(value / total, 6) for name, value in totals.items()}
        mixes += _mix_rows(zone, int(year), shares, ("net generation, no trade", "eia-930-2022"))
    return mixes, dropped


def _whole_hours(hours: list[dict[str, str]]) -> list[dict[str, str]]:
    totals = [sum(_megawatts(hour, column) for column in EIA_COLUMNS) for hour in hours]
    limit = COLLAPSE * statistics.median(totals)
    return [hour for hour, total in zip(hours, totals, strict=True) if total >= limit]


def _megawatts(hour: Mapping[str, str], column: str) -> float:
    return float(hour[column] or 0)


def _mix_rows(zone: str, year: int, shares: Mapping[str, float], origin: tuple[str, str]) -> list[Row]:
    basis, reference = origin
    return [
        {
            "zone": zone,
            "year": year,
            "technology": name,
            "share": share,
            "unit": "kWh/kWh",
            "basis": basis,
            "source": reference,
        }
        for name, share in shares.items()
        if share > 0
    ]


def intensities(rows: Iterable[Mapping[str, str]], zones: set[str]) -> tuple[list[Row], list[tuple[str, int]]]:
    """Return the published life-cycle intensities of ``zones``, and the (zone, year) pairs left out."""
    found: list[Row] = []
    left_out: list[tuple[str, int]] = []
    for row in rows:
        zone, year = zone_of(row["iso3"]), int(row["year"])
        if zone not in zones or year not in YEARS:
            continue
        amount = float(row["value"])
        if amount <= 0:
            left_out.append((str(zone), year))
            continue
        found.append(
            {
                "zone": zone,
                "year": year,
                "amount": amount,
                "unit": "g CO2e/kWh",
                "basis": "life cycle, generation, no trade",
                "source": "owid-ember-intensity",
            }
        )
    return sorted(found, key=_zone_year), left_out


def grid_losses(rows: Iterable[Mapping[str, str]]) -> tuple[list[Row], list[tuple[str, int]]]:
    """Return plausible transmission and distribution losses, and the (zone, year) pairs left out."""
    found: list[Row] = []
    left_out: list[tuple[str, int]] = []
    for row in rows:
        zone, year, amount = zone_of(row["iso3"]), int(row["year"]), float(row["value"])
        if zone is None:
            continue
        if not LOSS_BOUNDS[0] <= amount <= LOSS_BOUNDS[1]:
            left_out.append((zone, year))
            continue
        note = "" if LOSS_DOUBTFUL[0] <= amount <= LOSS_DOUBTFUL[1] else _doubt(amount)
        found.append(
            {
                "zone": zone,
                "year": year,
                "amount": amount,
                "unit": "% of output",
                "source": "world-bank-losses",
                "note": note,
            }
        )
    return sorted(found, key=_zone_year), left_out


def _doubt(amount: float) -> str:
    if amount > LOSS_DOUBTFUL[1]:
        return "doubtful: very high, includes non-technical losses or a statistical difference"
    return "doubtful: very low"


def zone_names(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the English name of every country in the mix table."""
    named = ((zone_of(row["iso3"]), row["entity"]) for row in rows)
    return {zone: name for zone, name in named if zone is not None and zone not in AGGREGATE_ZONES}


def zone_rows(names: Mapping[str, str], used: set[str]) -> list[Row]:
    """Return one row for every zone that a table of the package uses."""
    alpha_3 = {two: three for three, two in ALPHA_2.items()}
    rows = [
        _zone(zone, names[zone], "country", (zone, alpha_3[zone], "iso-3166-1"))
        for zone in sorted(used - set(AGGREGATE_ZONES))
    ]
    rows += [
        _zone(f"US-{code}", area[0], "balancing authority", ("US", "USA", "eia-930-areas"))
        for code, area in BALANCING_AREAS.items()
    ]
    rows += [
        _zone(zone, name, "aggregate", (zone, code, "owid-ember-mix")) for zone, (name, code) in AGGREGATE_ZONES.items()
    ]
    return rows


def _zone(zone: str, name: str, kind: str, place: tuple[str, str, str]) -> Row:
    country, iso3, reference = place
    return {"zone": zone, "name": name, "kind": kind, "country": country, "iso3": iso3, "source": reference}


def alias_rows(names: Mapping[str, str], zones: Iterable[Row]) -> list[Row]:
    """Return every other spelling of the zones of the package."""
    known = {str(zone["zone"]) for zone in zones}
    aliases = {str(zone["iso3"]): str(zone["zone"]) for zone in zones if zone["kind"] != "balancing authority"}
    aliases |= {str(zone["name"]): str(zone["zone"]) for zone in zones}
    aliases |= {name: zone for zone, name in names.items()}
    aliases |= OTHER_SPELLINGS | NATIVE_NAMES
    for code, (_, electricity_maps, spellings) in BALANCING_AREAS.items():
        aliases |= dict.fromkeys((electricity_maps, *spellings), f"US-{code}")
    pairs = {*aliases.items(), *SHARED_NAMES.items()}
    return [{"alias": alias, "zone": zone} for alias, zone in sorted(pairs) if zone in known]


def _zone_year(row: Row) -> tuple[str, int]:
    return str(row["zone"]), int(str(row["year"]))


def _spans(pairs: Iterable[tuple[str, int]]) -> str:
    """Return (zone, year) pairs as text, the consecutive years of a zone joined."""
    spans: list[tuple[str, int, int]] = []
    for zone, year in sorted(pairs):
        if spans and spans[-1][0] == zone and spans[-1][2] == year - 1:
            spans[-1] = (zone, spans[-1][1], year)
        else:
            spans.append((zone, year, year))
    return ", ".join(f"{zone} {first}" if first == last else f"{zone} {first}-{last}" for zone, first, last in spans)


if __name__ == "__main__":
    main()
