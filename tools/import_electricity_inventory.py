"""Import the inventories of generating electricity from fuels into ``emission_factors/electricity-inventory``.

Per kWh at the busbar: direct emissions of the plant and those of its fuel supply, as elementary flows. Upstreams:
EMEP/EEA 2023, IPCC 2006, EPA eGRID, units of coal plants (Oberschelp et al. 2019), US LCI and NETL fuel supplies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from import_electricity_factors import SCREENING, SCREENING_CATEGORIES, SHARE_ALIKE, SHARE_ALIKE_LOW
from import_electricity_factors import SOURCES as ELECTRICITY_SOURCES
from import_support import CC_BY, importer, read_rows, significant
from packages import Package, write_package

Row = dict[str, object]
Rows = Iterable[Mapping[str, str]]

MJ_PER_KWH = 3.6
DIRECT, SUPPLY = "direct", "fuel supply"

#: Pollutant of the upstreams -> elementary flow here, and the compartment it goes to.
FLOWS = {
    "CO2": ("carbon dioxide, fossil", "air"),
    "CH4": ("methane, fossil", "air"),
    "N2O": ("dinitrogen monoxide", "air"),
    "SO2": ("sulphur dioxide", "air"),
    "SOx": ("sulphur dioxide", "air"),
    "NOx": ("nitrogen oxides", "air"),
    "NO": ("nitrogen monoxide", "air"),
    "NH3": ("ammonia", "air"),
    "NMVOC": ("NMVOC", "air"),
    "VOC": ("VOC", "air"),
    "CO": ("carbon monoxide, fossil", "air"),
    "PM2.5": ("PM2.5", "air"),
    "PM10-2.5": ("PM10-2.5", "air"),
    "NH3_w": ("ammonium", "water"),
    "NO3_w": ("nitrate", "water"),
    "N_w": ("nitrogen", "water"),
}
#: Names of the same flows where the carbon is of biomass; its carbon dioxide is not counted.
BIOGENIC = {"CH4": "methane, biogenic", "CO": "carbon monoxide, biogenic"}

#: Technology -> fuel in EMEP/EEA Tier 1 and in IPCC 2006.
EMEP = {"coal": "Hard Coal", "gas": "Natural gas", "oil": "Heavy Fuel Oil", "bioenergy": "Biomass"}
IPCC = {
    "coal": "Other Bituminous Coal",
    "gas": "Natural Gas",
    "oil": "Residual Fuel Oil",
    "bioenergy": "Wood/Wood Waste",
}
EMEP_FLOWS = ("SOx", "NOx", "NMVOC", "CO", "PM2.5", "PM10-2.5")
SUPPLIES = {
    "coal": ("USLCI upstream of bituminous coal power (mine, rail, barge, truck)", "uslci-fy21q3"),
    "gas": ("NETL natural gas upstream, median of 14 basins", "netl-gas"),
    "oil": ("NETL residual fuel oil (bunker) upstream", "netl-petroleum"),
    "nuclear": ("USLCI nuclear fuel chain", "uslci-fy21q3"),
}
COAL_PLANT_OF_SUPPLY = "USLCI direct, bituminous coal power plant"
#: Energy of the fuel in the ground per energy of the fuel burnt: gas of 14 basins (median), crude oil.
ENERGY_OF_SUPPLY = {"coal": 1.0, "gas": 1.191, "oil": 1.05}
NET_OVER_GROSS = 0.9
#: Net efficiency (LHV): mean of national coal fleets; new combined cycle; the others are read from the upstream table.
COAL_EFFICIENCY, GAS_EFFICIENCY, BIOMASS_EFFICIENCY = 0.33, 0.574, 0.253
OIL_EFFICIENCY, NUCLEAR_FUEL = 0.365, 2.37e-5
FUELS = {
    "coal": "coal, net calorific value",
    "gas": "natural gas, net calorific value",
    "oil": "crude oil, net calorific value",
}
#: Fleets of 2012 that the screening inventories of coal were checked on; the USA and China have later figures.
FLEETS = ("WOR", "IN", "PL", "DE", "ZA", "AU", "JP", "KR", "GB", "IT", "NL", "FR", "CZ", "ID", "TR")
US_COAL = ("US", 2018)
CHINA_TERAWATT_HOURS = 4769.0
GEOGRAPHY = {"gas": "US", "oil": "WOR", "bioenergy": "WOR", "nuclear": "US"}

#: Sources of the direct emissions, of the fuel and of the range, by technology.
DIRECT_SOURCES = {
    "coal": "egrid-2018;oberschelp-2019;emep-eea-2023;ipcc-2006",
    "gas": "egrid-2018;emep-eea-2023;ipcc-2006;eia-aeo-2017",
    "oil": "emep-eea-2023;ipcc-2006;iea-2008",
    "bioenergy": "emep-eea-2023;ipcc-2006;eia-aeo-2017",
}
FUEL_SOURCES = {
    "coal": "oberschelp-2019",
    "gas": "eia-aeo-2017;netl-gas",
    "oil": "iea-2008;netl-petroleum",
    "nuclear": "ens-burn-up;hknic",
}
RANGE_SOURCES = {
    "coal": "tang-2019;oberschelp-2019;emep-eea-2023",
    "gas": "emep-eea-2023;iea-2008;netl-gas",
    "oil": "emep-eea-2023",
    "bioenergy": "emep-eea-2023",
    "nuclear": "netl-nuclear;iea-manual-2004",
}
USED = (
    "emep-eea-2023", "egrid-2018", "uslci-fy21q3", "netl-gas", "netl-petroleum", "netl-nuclear", "oberschelp-2019",
    "tang-2019", "ipcc-2006", "eia-aeo-2017", "iea-2008", "iea-manual-2004", "ens-burn-up", "hknic", "jrc-ef31",
)  # fmt: skip

NOTICE = """
# Electricity from fuels: elementary flows per kWh at the busbar

Licence of the package: CC BY 4.0. EMEP/EEA: reuse with acknowledgement of the European Environment Agency. US LCI,
eGRID and EIA: public domain; NETL: CC0. Oberschelp et al. 2019, Tang et al. 2019, IPCC 2006, the IEA, the European
Nuclear Society: cited facts.

- `flows.csv`: amount = figure of the source x 3.6 / efficiency for emission factors per energy of the fuel, or the
  figure itself where it is per kWh. `source_amount` and `source_unit` are the figure as its source has it;
  `derivation` is the arithmetic. Net efficiencies (LHV): coal 0.33 for the energy of the fuel, that of the fleet for
  its emissions; gas 0.574 (new combined cycle); oil 0.365; biomass 0.253. The supply of coal is scaled by the carbon
  dioxide of the plant over that of the plant of the supply inventory (1.00351 kg/kWh); gas by its gross calorific value
  (net 0.9 of gross), oil by its energy.
- `geography`: coal has the fleet of the USA in 2018 (the default, a controlled fleet), of China in 2017 and fourteen
  national fleets and the world's of 2012. A country without a row takes the default.
- `categories.csv`: the categories for which an inventory is the source; in the others its flows are not counted, as
  another source has the whole of it (climate change: UNECE 2022). Toxicity of these flows alone would not be complete.
- Ranges of `categories.csv` span fleets and controls; where one fleet is known, half or double, an assumption. The
  lower bounds of gas for acidification and particulate matter are half of the central value. National fleets other than
  the default have no stated range.
- Particulate matter is read as emitted to unspecified air, which agrees with UNECE's figure of coal; the factors of
  high stacks (`air, high stack` of the method) give up to 20 times less.
- Nuclear is the fuel chain of the USA with coal-heavy enrichment, the plant not included: not used for acidification
  and particulate matter. Bioenergy is direct emissions only.
- Unspecified particulate matter of coal mining (0.73 g/kWh) has no factor and is left out.
"""


def main() -> None:
    """Write ``emission_factors/electricity-inventory`` from the upstream tables named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--combustion", type=Path, required=True, help="EMEP/EEA 2023 emission factors")
    parser.add_argument("--greenhouse", type=Path, required=True, help="IPCC 2006 CO2, CH4 and N2O defaults")
    parser.add_argument("--fleets", type=Path, required=True, help="coal plant emissions by country, 2012")
    parser.add_argument("--recent", type=Path, required=True, help="eGRID2018 by fuel, China 2017")
    parser.add_argument("--supply", type=Path, required=True, help="fuel supply inventories")
    parser.add_argument("--screening", type=Path, required=True, help="ranges by technology and category")
    arguments = parser.parse_args()
    inventories = Inventories(
        emission_factors(read_rows(arguments.combustion), read_rows(arguments.greenhouse)),
        coal_fleets(read_rows(arguments.fleets)),
        recent(read_rows(arguments.recent)),
        supplies(read_rows(arguments.supply)),
    )
    sources = [one for one in ELECTRICITY_SOURCES if one["id"] in USED]
    title = "Elementary flows of electricity from fuels, per kWh at the busbar"
    tables = {"flows": inventories.rows(), "categories": category_rows(read_rows(arguments.screening))}
    folder = "emission_factors/electricity-inventory"
    write_package(Package(folder, title, "2026.11", *CC_BY, NOTICE, sources, dict(tables)))


def emission_factors(emep: Rows, ipcc: Rows) -> dict[tuple[str, str], tuple[float, str]]:
    """Return (technology, pollutant) -> emission factor per GJ of fuel [g/GJ] and its source."""
    found: dict[tuple[str, str], tuple[float, str]] = {}
    fuels = {fuel: technology for technology, fuel in EMEP.items()}
    for row in emep:
        known = row["tier"] == "Tier 1" and row["unit"] == "g/GJ" and row["variant"] != "US Region"
        if known and row["fuel"] in fuels:
            found[fuels[row["fuel"]], row["pollutant"]] = float(row["value"]), "emep-eea-2023"
    for technology in EMEP:
        coarse = found[technology, "PM10"][0] - found[technology, "PM2.5"][0]
        found[technology, "PM10-2.5"] = significant(coarse), "emep-eea-2023"
    by_ipcc = {fuel: technology for technology, fuel in IPCC.items()}
    for row in ipcc:
        if row["fuel"] in by_ipcc:  # kg/TJ is g/GJ
            found[by_ipcc[row["fuel"]], row["gas"]] = float(row["value"]), "ipcc-2006"
    return found


def coal_fleets(rows: Rows) -> dict[str, dict[str, float]]:
    """Return country -> pollutant -> g/kWh, and "efficiency", of all coal plants in 2012."""
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["plants"] == "all":
            country = "WOR" if row["country_iso2"] == "World" else row["country_iso2"]
            fleet = found.setdefault(country, {"efficiency": float(row["net_electrical_efficiency_lhv"])})
            fleet[row["pollutant"]] = float(row["value"])
    return found


def recent(rows: Rows) -> dict[tuple[str, str], tuple[float, str]]:
    """Return (fleet, pollutant) -> figure of eGRID2018 [kg/MWh] or of China in 2017 [Mt], and its source."""
    found: dict[tuple[str, str], tuple[float, str]] = {}
    for row in rows:
        if row["region"] == "United States" and row["year"] == "2018" and row["unit"] == "kg/MWh":
            found[row["fuel"], row["pollutant"]] = float(row["value"]), "egrid-2018"
        elif row["region"] == "China" and row["year"] == "2017" and row["unit"] == "Mt":
            found["China", row["pollutant"]] = float(row["value"]), "tang-2019"
    return found


def supplies(rows: Rows) -> dict[str, dict[str, float]]:
    """Return fuel supply inventory -> pollutant -> amount per its basis [kg]."""
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row["inventory"], {})[row["flow"]] = float(row["value"])
    return found


class Inventories:
    """The inventories per kWh, from what their sources have."""

    def __init__(
        self,
        factors: Mapping[tuple[str, str], tuple[float, str]],
        fleets: Mapping[str, Mapping[str, float]],
        later: Mapping[tuple[str, str], tuple[float, str]],
        chains: Mapping[str, Mapping[str, float]],
    ) -> None:
        self.factors, self.fleets, self.later, self.chains = factors, fleets, later, chains

    def rows(self) -> list[Row]:
        """Return every row of ``flows.csv``."""
        return [
            *self.coal_usa(),
            *self.coal_china(),
            *(row for country in FLEETS for row in self.coal_fleet(country)),
            *self.gas(),
            *self.oil(),
            *self.bioenergy(),
            *self.nuclear(),
        ]

    def coal_usa(self) -> list[Row]:
        """Coal of the USA: eGRID2018 for SO2 and NOx, particles of 2012, the others by fuel energy."""
        fleet = self.fleets["US"]
        rows = [self._of_kwh("coal", "US", 2018, name, *self.later["coal", name], 1.0) for name in ("SO2", "NOx")]
        rows += [self._of_fleet("US", name) for name in ("PM2.5", "PM10-2.5")]
        rows += [
            self._of_fuel("coal", "US", name, fleet["efficiency"]) for name in ("CO2", "CO", "NMVOC", "CH4", "N2O")
        ]
        carbon = self.factors["coal", "CO2"][0] * MJ_PER_KWH / fleet["efficiency"] / 1e6
        return [*rows, *self._coal_supply("US", carbon), self._fuel("coal", "US", COAL_EFFICIENCY)]

    def coal_china(self) -> list[Row]:
        """Coal of China: monitored stacks of 2017 over thermal generation; particles split as in 2012."""
        fleet, per_kwh = self.fleets["CN"], 1.0 / CHINA_TERAWATT_HOURS
        division = f"Mt over {CHINA_TERAWATT_HOURS:g} TWh of thermal generation (Ember)"
        rows = [
            self._row("coal", "CN", 2017, name, DIRECT, amount * per_kwh, (amount, "Mt", cited, division))
            for name, (amount, cited) in ((name, self.later["China", name]) for name in ("SO2", "NOx"))
        ]
        particles, cited = self.later["China", "PM"]
        whole = sum(fleet[name] for name in ("PM2.5", "PM10-2.5", "PM>10"))
        for name in ("PM2.5", "PM10-2.5"):
            told = f"{division}; share of {name} in the particles of 2012: {fleet[name] / whole:.4g}"
            amount = particles * per_kwh * fleet[name] / whole
            rows.append(
                self._row("coal", "CN", 2017, name, DIRECT, amount, (particles, "Mt", f"{cited};oberschelp-2019", told))
            )
        rows.append(self._of_fleet("CN", "CO2"))
        rows += [self._of_fuel("coal", "CN", name, fleet["efficiency"]) for name in ("CO", "NMVOC", "CH4", "N2O")]
        return [*rows, *self._coal_supply("CN", fleet["CO2"] / 1000), self._fuel("coal", "CN", fleet["efficiency"])]

    def coal_fleet(self, country: str) -> list[Row]:
        """Coal of a national fleet of 2012."""
        fleet = self.fleets[country]
        rows = [self._of_fleet(country, name) for name in ("SO2", "NOx", "PM2.5", "PM10-2.5", "CO2")]
        rows += [self._of_fuel("coal", country, name, fleet["efficiency"]) for name in ("CO", "NMVOC", "CH4", "N2O")]
        supply = self._coal_supply(country, fleet["CO2"] / 1000)
        return [*rows, *supply, self._fuel("coal", country, fleet["efficiency"])]

    def gas(self) -> list[Row]:
        """Natural gas: eGRID2018 for SO2 and NOx, the others by the fuel of a combined cycle."""
        rows = [self._of_kwh("gas", "US", 2018, name, *self.later["natural gas", name], 1.0) for name in ("SO2", "NOx")]
        rows += [
            self._of_fuel("gas", "US", name, GAS_EFFICIENCY) for name in ("PM2.5", "CO2", "CO", "NMVOC", "CH4", "N2O")
        ]
        per_kwh = MJ_PER_KWH / GAS_EFFICIENCY / NET_OVER_GROSS
        told = f"per MJ (gross) x 3.6/{GAS_EFFICIENCY:g}/{NET_OVER_GROSS:g}"
        return [*rows, *self._supply("gas", "US", per_kwh, told), self._fuel("gas", "US", GAS_EFFICIENCY)]

    def oil(self) -> list[Row]:
        """Heavy fuel oil: emission factors of Tier 1."""
        rows = [self._of_fuel("oil", "WOR", name, OIL_EFFICIENCY) for name in (*EMEP_FLOWS, "CO2", "CH4", "N2O")]
        told = f"per MJ of fuel x 3.6/{OIL_EFFICIENCY:g}"
        supply = self._supply("oil", "WOR", MJ_PER_KWH / OIL_EFFICIENCY, told)
        return [*rows, *supply, self._fuel("oil", "WOR", OIL_EFFICIENCY)]

    def bioenergy(self) -> list[Row]:
        """Solid biomass: emission factors of Tier 1; supply not included."""
        return [self._of_fuel("bioenergy", "WOR", name, BIOMASS_EFFICIENCY) for name in (*EMEP_FLOWS, "CH4", "N2O")]

    def nuclear(self) -> list[Row]:
        """Nuclear: its fuel chain, and the natural uranium that it takes."""
        rows = self._supply("nuclear", "US", 1.0, "per kWh")
        told = "(4.0 - 0.3) / (0.711 - 0.3) kg of natural uranium per kg enriched to 4 %, over 380 GWh per tonne"
        uranium = ("uranium", "in ground", "kg")
        figure = (NUCLEAR_FUEL, "kg/kWh", FUEL_SOURCES["nuclear"], told)
        return [*rows, self._row("nuclear", "US", 2026, uranium, SUPPLY, NUCLEAR_FUEL, figure)]

    def _of_kwh(  # noqa: PLR0913 (one argument for each column)
        self, technology: str, geography: str, year: int, name: str, amount: float, cited: str, scale: float
    ) -> Row:
        figure = (amount, "kg/MWh", cited, "per kWh generated")
        return self._row(technology, geography, year, name, DIRECT, amount / 1000 * scale, figure)

    def _of_fleet(self, country: str, name: str) -> Row:
        amount = self.fleets[country][name]
        figure = (amount, "kg/MWh", "oberschelp-2019", "units of 2012, weighted by generation")
        return self._row("coal", country, 2012, name, DIRECT, amount / 1000, figure)

    def _of_fuel(self, technology: str, geography: str, name: str, efficiency: float) -> Row:
        amount, cited = self.factors[technology, name]
        figure = (amount, "g/GJ", cited, f"x 3.6/{efficiency:g} MJ of fuel per kWh")
        year = 2006 if cited == "ipcc-2006" else 2023
        per_kwh = amount * MJ_PER_KWH / efficiency / 1e6
        return self._row(technology, geography, year, name, DIRECT, per_kwh, figure)

    def _coal_supply(self, geography: str, carbon: float) -> list[Row]:
        own = self.chains[COAL_PLANT_OF_SUPPLY]["CO2"]
        return self._supply("coal", geography, carbon / own, f"x {carbon:.4g} kg CO2/kWh of the plant over {own:g}")

    def _supply(self, technology: str, geography: str, scale: float, told: str) -> list[Row]:
        inventory, cited = SUPPLIES[technology]
        unit = {"coal": "kg/kWh", "nuclear": "kg/kWh", "gas": "kg/MJ", "oil": "kg/MJ"}[technology]
        year = {"coal": 2002, "nuclear": 2002, "gas": 2017, "oil": 2016}[technology]
        return [
            self._row(technology, geography, year, name, SUPPLY, amount * scale, (amount, unit, cited, told))
            for name, amount in self.chains[inventory].items()
            if amount and name in FLOWS
        ]

    def _fuel(self, technology: str, geography: str, efficiency: float) -> Row:
        factor = ENERGY_OF_SUPPLY[technology]
        told = f"3.6/{efficiency:g}" + (f" x {factor:g} of the supply" if factor != 1 else "")
        year = 2012 if technology == "coal" else 2017 if technology == "gas" else 2008
        figure = (efficiency, "MJ/MJ", FUEL_SOURCES[technology], told)
        flow = (FUELS[technology], "in ground", "MJ")
        return self._row(technology, geography, year, flow, SUPPLY, MJ_PER_KWH / efficiency * factor, figure)

    def _row(  # noqa: PLR0913 (one argument for each column)
        self,
        technology: str,
        geography: str,
        year: int,
        flow: str | tuple[str, str, str],
        part: str,
        amount: float,
        figure: tuple[float, str, str, str],
    ) -> Row:
        if isinstance(flow, str):
            name, compartment = FLOWS[flow]
            flow = (BIOGENIC.get(flow, name) if technology == "bioenergy" else name, compartment, "kg")
        source_amount, source_unit, cited, derivation = figure
        return {
            "activity": technology,
            "geography": geography,
            "part": part,
            "flow": flow[0],
            "compartment": flow[1],
            "amount": significant(amount),
            "unit": flow[2],
            "per": "kWh",
            "year": year,
            "source_amount": source_amount,
            "source_unit": source_unit,
            "derivation": derivation,
            "source": cited,
        }


def category_rows(screening: Rows) -> list[Row]:
    """Return the categories for which an inventory is the source, with their ranges."""
    rows: list[Row] = []
    for row in screening:
        known = row["technology"] in SCREENING and row["central"]
        if not known or (SCREENING[row["technology"]][0], row["category"]) in SHARE_ALIKE:
            continue
        technology, _, geography, note = SCREENING[row["technology"]]
        category = SCREENING_CATEGORIES[row["category"]][0]
        low = float(row["central"]) / 2 if (technology, row["category"]) in SHARE_ALIKE_LOW else float(row["low"])
        given: Row = {
            "activity": technology,
            "geography": geography,
            "category": category,
            "low": significant(low),
            "high": float(row["high"]),
            "grade": "partial" if technology == "bioenergy" else "sourced",
            "method_in_source": "EF 3.1",
            "source": RANGE_SOURCES[technology],
            "note": "; ".join((*(("screening",) if row["quality"] == "C" else ()), *_notes(note, category))),
        }
        rows.append(given)
        if category == "resource use, fossils":
            rows.append(given | {"category": "primary energy", "method_in_source": "inventory"})
    return sorted(rows, key=lambda row: (str(row["activity"]), str(row["category"])))


def _notes(note: str, category: str) -> tuple[str, ...]:
    if category == "resource use, fossils":
        return ("energy of the fuel in the ground",)
    air = ("every emission read as to unspecified air",) if category == "particulate matter" else ()
    return (note, *air)


if __name__ == "__main__":
    main()
