"""Import impacts per kWh by technology (Digital4Better, ODbL) into ``emission_factors/electricity-odbl``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from import_support import ODBL, importer, read_rows, source
from packages import FACTOR_COLUMNS, Package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, object]

TECHNOLOGIES = {
    "Coal": "coal",
    "Gas": "gas",
    "Nuclear": "nuclear",
    "Hydro": "hydro",
    "Wind": "wind",
    "Solar": "solar",
}
#: Indicator of the source -> category, unit, method, technologies taken.
INDICATORS = {
    "ctue": ("ecotoxicity, freshwater", "CTUe", "ILCD", set(TECHNOLOGIES.values())),
    "ctuh-nc": ("human toxicity, non-cancer", "CTUh", "ILCD", set(TECHNOLOGIES.values())),
    "ap": ("acidification", "mol H+ eq", "unknown", {"nuclear", "hydro", "wind", "solar"}),
    "pm": ("particulate matter", "disease incidence", "ILCD", {"nuclear", "hydro", "wind", "solar"}),
}
#: Indicators shown beside what is used elsewhere. Acidification is left out where its unit is not verified.
BESIDE = {
    "gwp": ("climate change", "kg CO2e", "ILCD"),
    "ctuh-c": ("human toxicity, cancer", "CTUh", "ILCD"),
    "ir": ("ionising radiation (UNECE)", "kg U235 eq", "ILCD"),
    "adpe": ("resource use, minerals and metals", "kg Sb eq", "ILCD"),
    "wu": ("water use", "m3 world eq", "ILCD"),
    "pm": ("particulate matter", "disease incidence", "ILCD"),
}
FILL = "UNECE 2021 via Digital4Better; fills a family of own inventories"
OIL = "natural gas stands in for oil, whose row rests on another study; low: half, high: coal"
NOTES = {
    "ctue": "UNECE 2021 via Digital4Better",
    "ctuh-nc": "UNECE 2021 via Digital4Better",
    "ap": f"{FILL}; the source labels the unit kg SO2 eq, the study's method counts mol H+ eq: not verified",
    "pm": FILL,
}
PROXIES = {"ap", "pm"}

SOURCES = [
    source(
        "d4b-energy-impacts",
        "Digital4Better, environmental data, energy-impacts.csv "
        "(from UNECE 2021, Life Cycle Assessment of Electricity Generation Options)",
        "https://github.com/digital4better/data/blob/c0b443ef76f4d48df3c9c36851aa02d962aecb63/data/energy/energy-impacts.csv",
        "ODbL-1.0",
    ),
]

NOTICE = """
# Electricity by technology: categories that only a share-alike database gives

Licence: Open Database License 1.0. Contains information from the environmental data of Digital4Better
(https://github.com/digital4better/data), made available under the ODbL 1.0; a database derived from this package keeps
that licence.

- The figures are those of UNECE (2021) as transcribed by Digital4Better, per kWh at the busbar; only rows without a
  known defect are taken. Bioenergy, other fossil and other renewables rest on another study and are left out.
- Freshwater ecotoxicity and non-cancer human toxicity: six technologies. The method is the set of UNECE (ILCD), whose
  factors differ from EF 3.1 by up to orders of magnitude for metals.
- Acidification and particulate matter: nuclear, hydro, wind and solar, graded proxy, because they complete a family of
  own inventories (`emission_factors/electricity`). The unit of acidification is not verified: Digital4Better labels it
  kg SO2 eq; read as kg SO2 eq the values in mol H+ eq would be 1.31 times higher.
- `alternatives.csv`: what the source has where another one is used; shown beside the factors, and in no result.
- No interval is stated by the source.
"""


def main() -> None:
    """Write ``emission_factors/electricity-odbl`` from the upstream table named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--impacts", type=Path, required=True, help="impacts per kWh by technology and indicator")
    impacts = read_rows(parser.parse_args().impacts)
    title = "Impacts of electricity per kWh at the busbar, by technology (ODbL)"
    tables = {"technologies": factor_rows(impacts), "alternatives": alternatives(impacts)}
    write_package(Package("emission_factors/electricity-odbl", title, "2026.11", *ODBL, NOTICE, SOURCES, dict(tables)))


def factor_rows(rows: Sequence[Mapping[str, str]]) -> list[Row]:
    """Return the factors of the categories and technologies taken from this source."""
    found = []
    for row in rows:
        activity, indicator = TECHNOLOGIES.get(row["technology"]), row["indicator"]
        if activity is None or indicator not in INDICATORS or row["quality_flag"] != "ok":
            continue
        category, unit, method, taken = INDICATORS[indicator]
        figure = (category, unit, method, float(row["value"]))
        if activity in taken:
            found.append(_row(activity, indicator, figure))
        if activity == "gas" and activity in taken:
            amount = figure[3]
            coal = next(
                float(one["value"]) for one in rows if (one["technology"], one["indicator"]) == ("Coal", indicator)
            )
            oil = {"grade": "proxy", "low": amount / 2, "high": max(coal, 2 * amount), "note": OIL}
            found.append(_row("oil", indicator, figure) | oil)
    return sorted(found, key=lambda row: (str(row["activity"]), str(row["category"])))


def alternatives(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return what this source has of the categories and technologies that another source is used for."""
    found = []
    for row in rows:
        activity, indicator = TECHNOLOGIES.get(row["technology"]), row["indicator"]
        used = indicator in INDICATORS and activity in INDICATORS[indicator][3]
        if activity is None or indicator not in BESIDE or used or row["quality_flag"] != "ok":
            continue
        one = _row(activity, "ctue", (*BESIDE[indicator], float(row["value"])))
        found.append(one | {"note": "UNECE 2021 via Digital4Better"})
    return sorted(found, key=lambda row: (str(row["activity"]), str(row["category"])))


def _row(activity: str, indicator: str, figure: tuple[str, str, str, float]) -> Row:
    category, unit, method, amount = figure
    row: Row = dict.fromkeys(FACTOR_COLUMNS, "")
    return row | {
        "activity": activity,
        "life_cycle_stage": "use",
        "category": category,
        "amount": amount,
        "unit": unit,
        "per": "kWh",
        "year": 2020,
        "geography": "EU28",
        "grade": "proxy" if indicator in PROXIES else "sourced",
        "method_in_source": method,
        "source": "d4b-energy-impacts",
        "note": NOTES[indicator],
    }


if __name__ == "__main__":
    main()
