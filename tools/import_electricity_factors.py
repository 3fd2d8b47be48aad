"""Import impacts per kWh of electricity by technology into ``emission_factors/electricity``.

Upstreams: UNECE 2022 Table 13, IPCC AR5 Annex III, plant efficiencies. The flows of fuels are another package.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from import_support import CC_BY, importer, read_rows, significant, source
from packages import FACTOR_COLUMNS, Package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, object]
Interval = tuple[float | str, float | str]
Ranges = dict[str, dict[str, float]]

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

#: Other plants of UNECE Table 13 and its means over regions -> technology: not used, shown beside what is.
OTHER_PLANTS = {
    "Hard coal IGCC, without CCS": "coal",
    "Hard coal SC, without CCS": "coal",
    "Hydro 660 MW": "hydro",
    "Wind offshore, steel foundation": "wind",
    "Wind offshore, concrete foundation": "wind",
    "PV poly-Si, roof-mounted": "solar",
    "PV CdTe, ground-mounted": "solar",
    "PV CdTe, roof-mounted": "solar",
    "PV CIGS, ground-mounted": "solar",
    "PV CIGS, roof-mounted": "solar",
    "CSP tower": "solar",
    "CSP trough": "solar",
}
GLOBAL = {
    "Coal": "coal",
    "Gas": "gas",
    "Nuclear": "nuclear",
    "Hydropower": "hydro",
    "Onshore wind": "wind",
    "Offshore wind": "wind",
    "Solar PV, silicon (on-ground)": "solar",
}
#: Indicators of the transcription of Our World in Data. Its water is weighted by scarcity and its land in m2: left out.
GLOBAL_CATEGORIES = {
    "ghg_emissions": "climate change",
    "freshwater_eutrophication": "eutrophication, freshwater",
    "ionising_radiation": "ionising radiation (UNECE)",
    "metal_mineral_use": "resource use, minerals and metals",
    "noncarcinogenic_toxicity": "human toxicity, non-cancer",
    "carcinogenic_toxicity": "human toxicity, cancer",
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
OIL_PROXY = "natural gas stands in for oil, which the source has no plant for; low: half or less, high: up to coal"

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
        "unece-owid",
        "UNECE (2022), Integrated Life-cycle Assessment of Electricity Sources, mean of its regions, as transcribed by "
        "Our World in Data",
        "https://github.com/owid/etl/tree/5cc1b2f294ed9c9ff779b26d1e15edba47232758",
        "CC-BY-4.0 (transcription); figures cited",
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

Licence of the package: CC BY 4.0. Single figures of UNECE, IPCC, the IEA and the UK Parliament are cited facts with
table or chapter. No figure was computed by this project from a share-alike or a licensed background database.

- Mapping of UNECE Table 13: coal = hard coal, pulverised, without CCS; gas = combined cycle without CCS; nuclear =
  average; hydro = 360 MW (not for climate change); wind = onshore; solar = poly-Si, ground-mounted. Region EU28, 2020,
  two significant figures. Its method is UNECE's ILCD set.
- Climate change of hydro is the median of IPCC AR5 (24 g): the two plants of UNECE (11 and 150 g) decide the result of
  low-carbon grids. Oil, bioenergy and other renewables are not in UNECE: proxies, named in `note`; in the other
  categories of UNECE gas stands in for oil, from half or less of it up to the value of coal.
- `alternatives.csv`: other plants of UNECE, means over its regions (as Our World in Data transcribed them; its water,
  which is weighted by scarcity, and its land, in m2, are left out) and medians of IPCC. They are shown beside the
  factors and enter no result.
- `low` and `high` of climate change are the minimum and maximum of IPCC AR5 Table A.III.2; for coal the maximum is
  UNECE's (1,095 g, pulverised coal, China), because UNECE's own value lies above IPCC's 910 g.
- Acidification, marine and terrestrial eutrophication, photochemical ozone, particulate matter, fossil resources and
  the primary energy of fuels are in `emission_factors/electricity-inventory`, as elementary flows.
- Primary energy: hydro, wind and solar 3.6 MJ and other renewables 36 MJ per kWh by the physical energy content method;
  construction of the plants not included.
- No distribution is stated by the sources: `distribution` is empty.
- Gaps: ozone depletion and ionising radiation of EF 3.1 for all; marine and terrestrial eutrophication, photochemical
  ozone and fossil resources of hydro, wind, solar and other renewables; UNECE's categories of bioenergy and other
  renewables; all screening categories of other renewables; fossil resources of bioenergy; every category of the mix
  class "other".
"""


def main() -> None:
    """Write ``emission_factors/electricity`` from the upstream tables named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--unece", type=Path, required=True, help="UNECE 2022 Table 13")
    parser.add_argument("--ipcc", type=Path, required=True, help="IPCC AR5 Table A.III.2")
    parser.add_argument("--regions", type=Path, required=True, help="UNECE 2022, mean of its regions")
    parser.add_argument("--efficiency", type=Path, required=True, help="plant efficiencies and heat rates")
    arguments = parser.parse_args()
    ranges = ipcc_values(read_rows(arguments.ipcc))
    rows = [
        *unece_rows(read_rows(arguments.unece), ranges),
        *climate_fills(ranges),
        *oil_rows(read_rows(arguments.unece)),
        *primary_energy_rows(read_rows(arguments.efficiency)),
    ]
    rows.sort(key=lambda row: (str(row["activity"]), str(row["category"])))
    title = "Impacts of electricity per kWh at the busbar, by technology"
    others = alternatives(read_rows(arguments.unece), read_rows(arguments.regions), ranges)
    tables = {"technologies": rows, "alternatives": others}
    cited = {one for row in (*rows, *others) for one in str(row["source"]).split(";")}
    sources = [one for one in SOURCES if one["id"] in cited]
    write_package(Package("emission_factors/electricity", title, "2026.11", *CC_BY, NOTICE, sources, dict(tables)))


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


def alternatives(plants: Iterable[Mapping[str, str]], regions: Iterable[Mapping[str, str]], ipcc: Ranges) -> list[Row]:
    """Return what other plants, means over regions and IPCC have: shown beside the factors, and not used."""
    rows = [
        factor(
            activity, (UNECE_CATEGORIES["gwp"]), values["median"], year=2014, geography="WOR",
            method_in_source="IPCC AR5", source="ipcc-ar5-annex3", note="IPCC AR5, median",
        )
        for activity, values in ipcc.items()
        if activity in UNECE.values() and activity != "hydro"
    ]  # fmt: skip
    for row in plants:
        plant, indicator = row["technology"], row["indicator"]
        hydro = UNECE.get(plant) == "hydro" and indicator == "gwp"
        activity = "hydro" if hydro else OTHER_PLANTS.get(plant)
        if activity is not None:
            rows.append(
                factor(
                    activity, UNECE_CATEGORIES[indicator], float(row["value_si"]), year=2020, geography="EU28",
                    method_in_source="ILCD", source="unece-2022", note=f"UNECE, {plant}",
                )
            )  # fmt: skip
    units = dict([*UNECE_CATEGORIES.values(), ("human toxicity, non-cancer", "CTUh")])
    for row in regions:
        activity, category = GLOBAL.get(row["technology"]), GLOBAL_CATEGORIES.get(row["indicator"])
        if activity is not None and category is not None:
            rows.append(
                factor(
                    activity, (category, units[category]), float(row["value_si"]), year=2021, geography="WOR",
                    method_in_source="ILCD", source="unece-owid",
                    note=f"UNECE, mean of 12 regions, {row['technology']}",
                )
            )  # fmt: skip
    return sorted(rows, key=lambda row: (str(row["activity"]), str(row["category"]), str(row["note"])))


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


def oil_rows(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return gas in place of oil in the categories of UNECE, which has no plant for oil: proxies up to coal's value."""
    values = {
        (UNECE[row["technology"]], row["indicator"]): float(row["value_si"])
        for row in rows
        if row["technology"] in UNECE
    }
    found = []
    for indicator, category in UNECE_CATEGORIES.items():
        if indicator == "gwp":
            continue
        gas, coal = values["gas", indicator], values["coal", indicator]
        low, high = sorted((gas, coal))
        found.append(
            factor(
                "oil", category, gas, year=2020, geography="EU28", grade="proxy", method_in_source="ILCD",
                low=low if low < gas else gas / 2, high=max(high, 2 * gas), source="unece-2022",
                note="; ".join(filter(None, (OIL_PROXY, UNECE_NOTES.get(indicator)))),
            )
        )  # fmt: skip
    return found


def primary_energy_rows(efficiencies: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return primary energy of what is not a fossil or nuclear fuel, by the physical energy content."""
    category = ("primary energy", "MJ")
    rows = [
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
