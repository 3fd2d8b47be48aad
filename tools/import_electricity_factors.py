"""Import impacts per kWh of electricity by technology into ``emission_factors/electricity``.

Upstreams: UNECE 2022 Table 13, IPCC AR5 Annex III, screening inventories characterised with EF 3.1, plant efficiencies.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from import_support import CC_BY, read_rows, significant, source
from packages import FACTOR_COLUMNS, Package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, object]
Interval = tuple[float | str, float | str]

NO_INTERVAL: Interval = ("", "")

#: Row of UNECE Table 13 -> technology.
UNECE = {
    "Hard coal PC, without CCS": "coal",
    "Natural gas NGCC, without CCS": "gas",
    "Nuclear average": "nuclear",
    "Hydro 360 MW": "hydro",
    "Wind onshore": "wind",
    "PV poly-Si, ground-mounted": "solar",
}
UNECE_CATEGORIES = {
    "gwp": ("climate change", "kg CO2e"),
    "ep_freshwater": ("eutrophication, freshwater", "kg P eq"),
    "htp_c": ("human toxicity, cancer", "CTUh"),
    "ir": ("ionising radiation (UNECE)", "kg U235 eq"),
    "lu": ("land use", "pt"),
    "adpe": ("resource use, minerals and metals", "kg Sb eq"),
    "water_dissipated": ("water consumption", "m3"),
}
UNECE_NOTES = {
    "htp_c": "the printed header says microCTUh: read as nanoCTUh, as two other transcriptions of the study agree",
    "ir": "never to be added to ionising radiation in kBq U235 eq",
    "water_dissipated": "dissipated water, a volume that is not weighted by scarcity",
}

#: Row of IPCC AR5 Table A.III.2 -> technology.
IPCC = {
    "Coal - PC": "coal",
    "Gas - combined cycle": "gas",
    "Nuclear": "nuclear",
    "Hydropower": "hydro",
    "Wind onshore": "wind",
    "Solar PV - utility": "solar",
    "Biomass - dedicated": "bioenergy",
    "Geothermal": "other renewables",
}
#: UNECE 2022, summary: the highest value of pulverised coal (China), as IPCC's maximum (910 g) is below UNECE's value.
COAL_MAXIMUM = 1.095
OIL = 0.65

SCREENING_CATEGORIES = {
    "AP": ("acidification", "mol H+ eq"),
    "EPm": ("eutrophication, marine", "kg N eq"),
    "EPt": ("eutrophication, terrestrial", "mol N eq"),
    "POCP": ("photochemical ozone formation", "kg NMVOC eq"),
    "PM": ("particulate matter", "disease incidence"),
    "ADPf": ("resource use, fossils", "MJ"),
}
#: Row of the screening table -> technology, year, geography, what was inventoried.
SCREENING = {
    "coal, controlled fleet (default; prefer the country row of x5 where one exists)": (
        "coal",
        2018,
        "US",
        "controlled fleet of the USA; fleets differ 22-fold in acidification",
    ),
    "natural gas": ("gas", 2018, "US", "fleet of the USA, efficiency of a new combined cycle"),
    "heavy fuel oil": ("oil", 2023, "WOR", "heavy fuel oil, Tier 1"),
    "solid biomass (direct only)": ("bioenergy", 2023, "WOR", "solid biomass, Tier 1; direct emissions only"),
    "nuclear": ("nuclear", 2021, "US", "fuel chain of the USA with coal-heavy enrichment; plant not included"),
}
#: Rows that rest on a share-alike database are in emission_factors/electricity-odbl instead.
SHARE_ALIKE = {("nuclear", "AP"), ("nuclear", "PM")}
#: Lower bounds that rest on a share-alike database: half of the central value, the rule of the other rows.
SHARE_ALIKE_LOW = {("gas", "AP"), ("gas", "PM")}
SCREENING_SOURCES = {
    "coal": "egrid-2018;uslci-fy21q3;oberschelp-2019;tang-2019;emep-eea-2023;ipcc-2006;jrc-ef31",
    "gas": "egrid-2018;netl-gas;eia-aeo-2017;emep-eea-2023;jrc-ef31",
    "oil": "emep-eea-2023;netl-petroleum;iea-2008;ipcc-2006;jrc-ef31",
    "bioenergy": "emep-eea-2023;eia-aeo-2017;ipcc-2006;jrc-ef31",
    "nuclear": "uslci-fy21q3;netl-nuclear;jrc-ef31",
}
FUEL_SOURCES = {
    "coal": "oberschelp-2019",
    "gas": "eia-aeo-2017;netl-gas;iea-2008",
    "oil": "iea-2008;netl-petroleum",
    "nuclear": "ens-burn-up;hknic;jrc-ef31;iea-manual-2004",
}
FUEL_NOTES = {
    "coal": "fuel energy 3.6/efficiency of 0.33 (0.297 to 0.365); energy of the supply chain not included",
    "gas": "fuel energy 3.6/efficiency of 0.574 with 19 % upstream; low without upstream, high efficiency 0.395",
    "oil": "screening: fuel energy 3.6/efficiency of 0.365 with 5 % upstream",
    "nuclear": "2.37E-5 kg of natural uranium per kWh at 560,000 MJ/kg; low: 33 % convention of the IEA",
}

KWH = 3.6
GEOTHERMAL_EFFICIENCY = 0.1
PHYSICAL_CONTENT = ("hydro", "wind", "solar")

FACT = "cited fact"
PUBLIC_DOMAIN = "public domain (US Government work)"
SOURCES = [
    source(
        "unece-2022",
        "UNECE (2022), Carbon Neutrality in the UNECE Region: Integrated Life-cycle Assessment of Electricity Sources",
        "https://unece.org/sites/default/files/2022-04/LCA_3_FINAL%20March%202022.pdf",
        FACT,
        "Table 13 (EU28, 2020); summary for the range of coal",
    ),
    source(
        "ipcc-ar5-annex3",
        "IPCC (2014), AR5 Working Group III, Annex III: Technology-specific cost and performance parameters",
        "https://www.ipcc.ch/site/assets/uploads/2018/02/ipcc_wg3_ar5_annex-iii.pdf",
        FACT,
        "Table A.III.2, life-cycle emissions",
    ),
    source(
        "uk-post-268",
        "UK Parliamentary Office of Science and Technology (2006), Carbon footprint of electricity generation, "
        "POSTnote 268",
        "https://www.parliament.uk/globalassets/documents/post/postpn268.pdf",
        FACT,
    ),
    source(
        "emep-eea-2023",
        "EMEP/EEA air pollutant emission inventory guidebook 2023, chapter 1.A.1 Energy industries, NFR 1.A.1.a",
        "https://www.eea.europa.eu/publications/emep-eea-guidebook-2023",
        "CC-BY-4.0 (EEA standard re-use policy)",
        "Tables 3-2, 3-4, 3-6 and 3-8",
    ),
    source(
        "egrid-2018",
        "US EPA, eGRID2018, output emission rates of SO2 and NOx by fuel, US sheet",
        "https://www.epa.gov/egrid",
        PUBLIC_DOMAIN,
    ),
    source(
        "uslci-fy21q3",
        "NREL, US Life Cycle Inventory Database, FY21.Q3: supply chains of coal and of nuclear fuel",
        "https://www.lcacommons.gov/lca-collaboration/National_Renewable_Energy_Laboratory/USLCI_Database_Public",
        PUBLIC_DOMAIN,
    ),
    source(
        "netl-gas",
        "NETL, natural gas upstream inventory, 14 US basins, in ElectricityLCI (US EPA), NG_LCI.csv",
        "https://github.com/USEPA/ElectricityLCI/tree/71a3f6d",
        "CC0-1.0",
    ),
    source(
        "netl-petroleum",
        "NETL, petroleum inventory (PRELIM), mean of PADD 1 to 5, in ElectricityLCI (US EPA)",
        "https://github.com/USEPA/ElectricityLCI/tree/71a3f6d",
        "CC0-1.0",
    ),
    source(
        "netl-nuclear",
        "NETL, upstream nuclear inventory, in ElectricityLCI (US EPA), nuclear_lci.csv",
        "https://github.com/USEPA/ElectricityLCI/tree/71a3f6d",
        "CC0-1.0",
    ),
    source(
        "oberschelp-2019",
        "Oberschelp, Pfister, Raptis and Hellweg (2019), Global emission hotspots of coal power generation, "
        "Nature Sustainability 2, 113-121",
        "https://doi.org/10.1038/s41893-019-0221-6",
        FACT,
        "units of 2012, weighted by generation",
    ),
    source(
        "tang-2019",
        "Tang et al. (2019), Substantial emission reductions from Chinese power plants after the introduction of "
        "ultra-low emissions standards, Nature Energy 4, 929-938",
        "https://doi.org/10.1038/s41560-019-0468-1",
        FACT,
    ),
    source(
        "ipcc-2006",
        "IPCC (2006), Guidelines for National Greenhouse Gas Inventories, volume 2, chapter 2: CH4 and N2O defaults",
        "https://www.ipcc-nggip.iges.or.jp/public/2006gl/vol2.html",
        FACT,
        "Table 2.2",
    ),
    source(
        "eia-aeo-2017",
        "US EIA (2017), Assumptions to the Annual Energy Outlook 2017, Table 8.2: heat rates",
        "https://www.eia.gov/outlooks/archive/aeo17/assumptions/",
        PUBLIC_DOMAIN,
        "Table 8.2",
    ),
    source(
        "iea-2008",
        "IEA (2008), Energy Efficiency Indicators for Public Electricity Production from Fossil Fuels",
        "https://www.iea.org/reports/energy-efficiency-indicators-for-public-electricity-production-from-fossil-fuels",
        FACT,
    ),
    source(
        "iea-manual-2004",
        "OECD, IEA and Eurostat (2004), Energy Statistics Manual: physical energy content method",
        "https://www.iea.org/reports/energy-statistics-manual-2",
        FACT,
        "chapter 7, energy balances",
    ),
    source(
        "ens-burn-up",
        "European Nuclear Society, encyclopaedia: burn-up (360 to 400 GWh per tonne of fuel)",
        "https://www.euronuclear.org/info/encyclopedia/burnup.htm",
        FACT,
    ),
    source(
        "hknic",
        "Hong Kong Nuclear Investment Company: material balance of the nuclear fuel cycle (4 % enriched, 0.3 % tails)",
        "https://www.hknuclear.com",
        FACT,
    ),
    source(
        "jrc-ef31",
        "European Commission, JRC (2022), Environmental Footprint reference package EF 3.1, characterisation factors",
        "https://eplca.jrc.ec.europa.eu/LCDN/developerEF.html",
        "reuse with attribution (Commission Decision 2011/833/EU)",
    ),
]

NOTICE = """
# Electricity by technology: impacts per kWh at the busbar

Licence of the package: CC BY 4.0. Single figures of UNECE, IPCC, the IEA, the UK Parliament and others are cited facts
with table or chapter; EMEP/EEA: reuse with acknowledgement of the European Environment Agency; EF 3.1: European
Commission, JRC. No figure was computed by this project from a share-alike or a licensed background database.

- Mapping of UNECE Table 13: coal = hard coal, pulverised, without CCS; gas = combined cycle without CCS; nuclear =
  average; hydro = 360 MW (not for climate change); wind = onshore; solar = poly-Si, ground-mounted. Region EU28, 2020,
  two significant figures. Its method is UNECE's ILCD set.
- Climate change of hydro is the median of IPCC AR5 (24 g): the two plants of UNECE (11 and 150 g) decide the result of
  low-carbon grids. Oil, bioenergy and other renewables are not in UNECE: proxies, named in `note`.
- `low` and `high` of climate change are the minimum and maximum of IPCC AR5 Table A.III.2; for coal the maximum is
  UNECE's (1,095 g, pulverised coal, China), because UNECE's own value lies above IPCC's 910 g.
- Acidification, marine and terrestrial eutrophication, photochemical ozone, particulate matter and fossil resources are
  a screening (factor 2 to 3): direct emissions and fuel supply, inventoried from the sources of each row and
  characterised with EF 3.1. `low` and `high` span fleets and controls; where one fleet is known, half or double, an
  assumption. The lower bounds of gas for acidification and particulate matter are half of the central value.
- Particulate matter uses the factors of unspecified air for every emission, which agrees with UNECE's figure of
  coal; the factors of high stacks give up to 20 times less.
- Primary energy: fuels as in fossil resources; hydro, wind and solar 3.6 MJ and other renewables 36 MJ per kWh by the
  physical energy content method; construction of the plants not included.
- No distribution is stated by the sources: `distribution` is empty.
- Gaps: ozone depletion and ionising radiation of EF 3.1 for all; marine and terrestrial eutrophication, photochemical
  ozone and fossil resources of hydro, wind, solar and other renewables; UNECE's categories of oil, bioenergy and other
  renewables; all screening categories of other renewables; fossil resources of bioenergy; every category of the mix
  class "other".
"""


def main() -> None:
    """Write ``emission_factors/electricity`` from the upstream tables named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unece", type=Path, required=True, help="UNECE 2022 Table 13")
    parser.add_argument("--ipcc", type=Path, required=True, help="IPCC AR5 Table A.III.2")
    parser.add_argument("--screening", type=Path, required=True, help="screening factors by technology and category")
    parser.add_argument("--efficiency", type=Path, required=True, help="plant efficiencies and heat rates")
    arguments = parser.parse_args()
    ranges = ipcc_values(read_rows(arguments.ipcc))
    screening = read_rows(arguments.screening)
    rows = [
        *unece_rows(read_rows(arguments.unece), ranges),
        *climate_fills(ranges),
        *screening_rows(screening),
        *primary_energy_rows(screening, read_rows(arguments.efficiency)),
    ]
    rows.sort(key=lambda row: (str(row["activity"]), str(row["category"])))
    title = "Impacts of electricity per kWh at the busbar, by technology"
    tables = {"technologies": rows}
    write_package(Package("emission_factors/electricity", title, "2026.11", *CC_BY, NOTICE, SOURCES, dict(tables)))


def factor(activity: str, category: tuple[str, str], amount: float, **given: object) -> Row:
    """Return one row in the columns of a factor table."""
    row: Row = dict.fromkeys(FACTOR_COLUMNS, "")
    row |= {"activity": activity, "life_cycle_stage": "use", "per": "kWh", "amount": significant(amount)}
    row |= {"category": category[0], "unit": category[1], "grade": "sourced"}
    return row | given


def ipcc_values(rows: Iterable[Mapping[str, str]]) -> dict[str, dict[str, float]]:
    """Return minimum, median and maximum of IPCC AR5 by technology, in kg CO2e/kWh."""
    values: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["technology"] in IPCC:
            found = values.setdefault(IPCC[row["technology"]], {})
            found[row["stat"]] = significant(float(row["value"]) / 1000)
    return values


def unece_rows(rows: Iterable[Mapping[str, str]], ranges: Mapping[str, Mapping[str, float]]) -> list[Row]:
    """Return the factors of UNECE Table 13, except climate change of hydro."""
    found = []
    for row in rows:
        activity, indicator = UNECE.get(row["technology"]), row["indicator"]
        if activity is None or (activity, indicator) == ("hydro", "gwp"):
            continue
        interval = _climate_interval(activity, ranges) if indicator == "gwp" else NO_INTERVAL
        found.append(
            factor(
                activity,
                UNECE_CATEGORIES[indicator],
                float(row["value_si"]),
                year=2020,
                geography="EU28",
                method_in_source="ILCD",
                low=interval[0],
                high=interval[1],
                source="unece-2022;ipcc-ar5-annex3" if indicator == "gwp" else "unece-2022",
                note="; ".join(filter(None, (row["technology"], _climate_note(activity, indicator)))),
            )
        )
    return found


def _climate_interval(activity: str, ranges: Mapping[str, Mapping[str, float]]) -> Interval:
    values = ranges[activity]
    return values["min"], COAL_MAXIMUM if activity == "coal" else values["max"]


def _climate_note(activity: str, indicator: str) -> str:
    if indicator != "gwp":
        return UNECE_NOTES.get(indicator, "")
    if activity == "coal":
        return "low: minimum of IPCC AR5; high: maximum of UNECE (pulverised coal, China)"
    return "low and high: minimum and maximum of IPCC AR5"


def climate_fills(ranges: Mapping[str, Mapping[str, float]]) -> list[Row]:
    """Return climate change of the technologies for which UNECE is not used."""
    category = UNECE_CATEGORIES["gwp"]
    notes = {
        "hydro": ("sourced", "hydropower, median of IPCC AR5"),
        "bioenergy": ("proxy", "dedicated biomass, median of IPCC AR5"),
        "other renewables": ("proxy", "geothermal, median of IPCC AR5"),
    }
    rows = [
        factor(
            activity,
            category,
            ranges[activity]["median"],
            year=2014,
            geography="WOR",
            grade=grade,
            method_in_source="IPCC AR5",
            low=ranges[activity]["min"],
            high=ranges[activity]["max"],
            source="ipcc-ar5-annex3",
            note=note,
        )
        for activity, (grade, note) in notes.items()
    ]
    oil = {"year": 2006, "geography": "GB", "grade": "proxy", "method_in_source": "unknown", "source": "uk-post-268"}
    return [*rows, factor("oil", category, OIL, note="oil-fired plants, for oil and other fossil", **oil)]


def screening_rows(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the screening factors that rest on no share-alike database."""
    found = []
    for row in rows:
        if row["technology"] not in SCREENING or not row["central"]:
            continue
        activity, year, geography, note = SCREENING[row["technology"]]
        code = row["category"]
        if (activity, code) in SHARE_ALIKE:
            continue
        low, high = _screening_interval(activity, row)
        found.append(
            factor(
                activity,
                SCREENING_CATEGORIES[code],
                float(row["central"]),
                year=year,
                geography=geography,
                grade="partial" if activity == "bioenergy" else "sourced",
                method_in_source="EF 3.1",
                low=low,
                high=high,
                source=FUEL_SOURCES[activity] if code == "ADPf" else SCREENING_SOURCES[activity],
                note=FUEL_NOTES[activity] if code == "ADPf" else _screening_note(row, note),
            )
        )
    return found


def _screening_interval(activity: str, row: Mapping[str, str]) -> Interval:
    low = float(row["central"]) / 2 if (activity, row["category"]) in SHARE_ALIKE_LOW else float(row["low"])
    return significant(low), float(row["high"])


def _screening_note(row: Mapping[str, str], note: str) -> str:
    parts = ["screening"] if row["quality"] == "C" else []
    parts.append(note)
    if row["category"] == "PM":
        parts.append("factors of unspecified air for every emission")
    return "; ".join(parts)


def primary_energy_rows(screening: Iterable[Mapping[str, str]], efficiencies: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return primary energy: fuels as in fossil resources, the others by the physical energy content."""
    category = ("primary energy", "MJ")
    fuels = [row for row in screening_rows(screening) if row["category"] == "resource use, fossils"]
    rows = [row | {"category": category[0], "unit": category[1], "method_in_source": "inventory"} for row in fuels]
    rows += [
        factor(
            activity,
            category,
            KWH,
            year=2004,
            geography="WOR",
            grade="partial",
            method_in_source="inventory",
            source="iea-manual-2004",
            note="physical energy content: the electricity itself; plant construction not included",
        )
        for activity in PHYSICAL_CONTENT
    ]
    given = {"geography": "WOR", "grade": "proxy", "method_in_source": "inventory"}
    geothermal = "physical energy content of geothermal electricity at 10 % efficiency; plant construction not included"
    biomass = "fuel energy (higher heating value) of a US biomass plant, 13,500 Btu/kWh; supply chain not included"
    return [
        *rows,
        factor(
            "other renewables",
            category,
            KWH / GEOTHERMAL_EFFICIENCY,
            year=2004,
            source="iea-manual-2004",
            note=geothermal,
            **given,
        ),
        factor(
            "bioenergy",
            category,
            significant(KWH / _biomass_efficiency(efficiencies), 3),
            year=2017,
            source="eia-aeo-2017",
            note=biomass,
            **given,
        ),
    ]


def _biomass_efficiency(rows: Iterable[Mapping[str, str]]) -> float:
    return next(float(row["value"]) for row in rows if row["fuel_or_technology"] == "biomass")


if __name__ == "__main__":
    main()
