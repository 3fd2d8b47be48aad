"""Import the impact assessment method (Environmental Footprint 3.1) into ``emission_factors/method``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from import_support import CC_BY, importer, read_rows, source
from packages import Package, write_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, object]

EF = "EF 3.1"
INVENTORY = "inventory indicator"

#: category, code, unit, kind, indicator, model, robustness (I recommended, II with some improvements, III with caution)
CATEGORIES = [
    ("acidification", "AP", "mol H+ eq", EF, "accumulated exceedance", "Seppälä et al. 2006; Posch et al. 2008", "II"),
    ("climate change", "GWP", "kg CO2e", EF, "global warming potential, 100 years", "IPCC 2021 (AR6)", "I"),
    (
        "ecotoxicity, freshwater",
        "ETF",
        "CTUe",
        EF,
        "comparative toxic unit for ecosystems",
        "USEtox 2.1, adapted (Saouter et al. 2018)",
        "III",
    ),
    (
        "eutrophication, freshwater",
        "EPf",
        "kg P eq",
        EF,
        "phosphorus reaching the freshwater end compartment",
        "EUTREND (Struijs et al. 2009)",
        "II",
    ),
    (
        "eutrophication, marine",
        "EPm",
        "kg N eq",
        EF,
        "nitrogen reaching the marine end compartment",
        "EUTREND (Struijs et al. 2009)",
        "II",
    ),
    (
        "eutrophication, terrestrial",
        "EPt",
        "mol N eq",
        EF,
        "accumulated exceedance",
        "Seppälä et al. 2006; Posch et al. 2008",
        "II",
    ),
    (
        "human toxicity, cancer",
        "HTc",
        "CTUh",
        EF,
        "comparative toxic unit for humans",
        "USEtox 2.1, adapted (Saouter et al. 2018)",
        "III",
    ),
    (
        "human toxicity, non-cancer",
        "HTnc",
        "CTUh",
        EF,
        "comparative toxic unit for humans",
        "USEtox 2.1, adapted (Saouter et al. 2018)",
        "III",
    ),
    (
        "ionising radiation",
        "IR",
        "kBq U235 eq",
        EF,
        "human exposure efficiency relative to U235",
        "Dreicer et al. 1995; Frischknecht et al. 2000",
        "II",
    ),
    ("land use", "LU", "pt", EF, "soil quality index", "LANCA (De Laurentiis et al. 2019; Horn and Maier 2018)", "III"),
    ("ozone depletion", "ODP", "kg CFC-11 eq", EF, "ozone depletion potential, steady state", "WMO 2014", "I"),
    (
        "particulate matter",
        "PM",
        "disease incidence",
        EF,
        "impact on human health",
        "UNEP 2016 (Fantke et al. 2016)",
        "I",
    ),
    (
        "photochemical ozone formation",
        "POCP",
        "kg NMVOC eq",
        EF,
        "tropospheric ozone concentration increase",
        "LOTOS-EUROS (Van Zelm et al. 2008)",
        "II",
    ),
    (
        "resource use, fossils",
        "ADPf",
        "MJ",
        EF,
        "abiotic resource depletion, fossil fuels",
        "CML 2002; Van Oers et al. 2002",
        "III",
    ),
    (
        "resource use, minerals and metals",
        "ADPe",
        "kg Sb eq",
        EF,
        "abiotic resource depletion, ultimate reserves",
        "CML 2002; Van Oers et al. 2002",
        "III",
    ),
    ("water use", "WU", "m3 world eq", EF, "user deprivation potential", "AWARE (Boulay et al. 2018)", "III"),
    ("primary energy", "PE", "MJ", INVENTORY, "primary energy demand, renewable and not", "sum of flows", "not rated"),
    ("water consumption", "WC", "m3", INVENTORY, "water dissipated, not weighted", "sum of flows", "not rated"),
    (
        "ionising radiation (UNECE)",
        "IR-UNECE",
        "kg U235 eq",
        "other method",
        "human exposure efficiency relative to U235, per mass of U235",
        "ILCD, as printed by UNECE 2022; never to be added to ionising radiation in kBq",
        "not rated",
    ),
]
CODES = {"CTUe": "ETF", "CTUh-c": "HTc", "CTUh-nc": "HTnc"}
FLOWS = {
    "Carbon dioxide, fossil": "carbon dioxide, fossil",
    "Methane, fossil": "methane, fossil",
    "Methane, non-fossil": "methane, biogenic",
    "Dinitrogen monoxide": "dinitrogen monoxide",
    "Sulfur dioxide": "sulphur dioxide",
    "Nitrogen oxides": "nitrogen oxides",
    "Ammonia": "ammonia",
    "NMVOC, non-methane volatile organic compounds": "NMVOC",
    "Carbon monoxide, fossil": "carbon monoxide, fossil",
    "Carbon monoxide, non-fossil": "carbon monoxide, biogenic",
    "Particulate Matter, < 2.5 um": "PM2.5",
    "Particulate Matter, > 2.5 um and < 10um": "PM10-2.5",
    "Nitric oxide": "nitrogen monoxide",
    "VOC, volatile organic compounds": "VOC",
    "Ammonium": "ammonium",
    "Nitrate": "nitrate",
    "Nitrogen": "nitrogen",
    "Uranium": "uranium",
}
#: Compartment and sub-compartment of the upstream -> compartment here.
COMPARTMENTS = {
    ("air", "unspecified"): "air",
    ("air", "non-urban air or from high stacks"): "air, high stack",
    ("water", "unspecified"): "water",
    ("natural resource", "in ground"): "in ground",
}
#: Flows that are carried to some compartments only: the inventories have them there and nowhere else.
ONLY_IN = {"ammonium": "water", "nitrate": "water", "nitrogen": "water"}
#: Fuels of the inventories are counted by the energy in them: the factors per kilogram belong to other inventories'
#: average fuels.
FUELS = ("coal, net calorific value", "natural gas, net calorific value", "crude oil, net calorific value")
CONFIRMED = "confirmed by a second mapping"
SINGLE = "found in one mapping of the JRC package"
AWARE_WORLD = 42.95
#: Categories whose published boundary does not go with results of EF 3.1, and why.
NOT_OF_EF31 = {
    "LU": "kilograms of soil lost to erosion, not the points of EF 3.1: not comparable",
    "CTUe": "derived with the characterisation factors of EF 2.0, which EF 3.1 changed several-fold: not comparable",
}
#: Unit of a boundary where it is not that of the category: LU is a mass of soil.
BOUNDARY_UNITS = {"LU": "kg/year"}
QUANTITIES = {"normalisation (global, per person, 2010)": "normalisation", "weighting": "weighting"}
NORMALISATION_NOTES = {
    "ODP": "unverified: transcriptions disagree (0.0523 and 0.0536, which reads as the EF 3.0 value)",
    "CTUe": "unverified: one transcription only",
}

SOURCES = [
    source(
        "jrc-ef31",
        "European Commission, JRC (2022), Environmental Footprint reference package EF 3.1, characterisation factors "
        "(EF-LCIAMethod_CF(EF-v3.1).xlsx)",
        "https://eplca.jrc.ec.europa.eu/LCDN/developerEF.html",
        "reuse with attribution (Commission Decision 2011/833/EU)",
    ),
    source(
        "jrc130796",
        "Andreasi Bassi et al. (2023), Updated characterisation and normalisation factors for the Environmental "
        "Footprint 3.1 method, EUR 31414 EN, JRC130796",
        "https://doi.org/10.2760/798894",
        "CC-BY-4.0 (Commission Decision 2011/833/EU)",
    ),
    source(
        "jrc106545",
        "Sala, Cerutti and Pant (2018), Development of a weighting approach for the Environmental Footprint, "
        "EUR 28562 EN, JRC106545",
        "https://doi.org/10.2760/945290",
        "CC-BY-4.0 (Commission Decision 2011/833/EU)",
        "weights with robustness, as in Commission Recommendation (EU) 2021/2279",
    ),
    source(
        "pef-2021-2279",
        "Commission Recommendation (EU) 2021/2279 on the use of the Environmental Footprint methods, Annex I",
        "https://eur-lex.europa.eu/eli/reco/2021/2279/oj",
        "reuse with attribution (Commission Decision 2011/833/EU)",
        "Annex I, Table 2",
    ),
    source(
        "unece-2022",
        "UNECE (2022), Carbon Neutrality in the UNECE Region: Integrated Life-cycle Assessment of Electricity Sources",
        "https://unece.org/sites/default/files/2022-04/LCA_3_FINAL%20March%202022.pdf",
        "cited fact",
        "Table 13",
    ),
    source(
        "sala-2020",
        "Sala, Crenna, Secchi and Sanyé-Mengual (2020), Environmental sustainability of European production and "
        "consumption assessed against planetary boundaries, Journal of Environmental Management 269, 110686",
        "https://doi.org/10.1016/j.jenvman.2020.110686",
        "CC-BY-4.0",
        "Table 3",
    ),
    source(
        "un-wpp-2012",
        "United Nations, World Population Prospects: the 2012 Revision, total population of the world in 2010",
        "https://population.un.org/wpp/",
        "cited fact",
        "6,916,183,482 persons",
    ),
    source(
        "lca-ai-definition",
        "Definition of this project: an inventory indicator sums flows without a characterisation model",
        "https://www.iso.org/standard/37456.html",
        "CC-BY-4.0",
    ),
]

NOTICE = """
# Impact assessment method

Licence of the package: CC BY 4.0. Contains figures of the European Commission, Joint Research Centre, reused with
attribution (Decision 2011/833/EU).

- `categories.csv`: the 16 categories of Environmental Footprint 3.1, two inventory indicators and the ionising
  radiation of UNECE, whose unit (kg U235 eq) may never be added to the category of EF 3.1 (kBq U235 eq). Robustness I
  to III as in Recommendation (EU) 2021/2279.
- `characterisation.csv`: EF 3.1 factors of the flows of the combustion inventories and of water, each found equal in
  two independent mappings of the JRC package, except water and nitrogen to water, found in one. "air" is the
  unspecified sub-compartment, "air, high stack" is non-urban air or high stacks. Particulate matter differs 79-fold
  between the two. Fossil fuels are flows of energy (MJ, net calorific value): the factors of EF 3.1 per kilogram belong
  to the average fuels of other inventories.
- No toxicity factor of metals is carried: the toxicity of a combustion inventory computed from these flows alone is not
  complete.
- `planetary_boundaries.csv`: limits of the whole world in a year, translated to the categories of the Environmental
  Footprint by Sala et al. (2020), CC BY 4.0, and the population of 2010 by which an equal share of each person is
  formed (a choice of value: other principles of sharing give other shares). `comparable` is "no" for two of them, whose
  `note` says why. They were derived for EF 2.0: where EF 3.1 changed the factors of a category they are a screening.
- `normalisation_weighting.csv`: global factors per person (2010) and the weights, which sum to 1. `note` names
  what could not be verified in two transcriptions.
"""


def main() -> None:
    """Write ``emission_factors/method`` from the upstream tables named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--characterisation", type=Path, required=True, help="EF 3.1 characterisation factors")
    parser.add_argument("--normalisation", type=Path, required=True, help="EF 3.1 normalisation and weighting")
    parser.add_argument("--boundaries", type=Path, required=True, help="planetary boundaries by impact category")
    arguments = parser.parse_args()
    factors = read_rows(arguments.characterisation)
    tables = {
        "categories": category_rows(),
        "characterisation": water_rows(factors) + flow_rows(factors) + energy_rows(factors),
        "normalisation_weighting": normalisation_rows(read_rows(arguments.normalisation)),
        "planetary_boundaries": boundary_rows(read_rows(arguments.boundaries)),
    }
    title = "Impact categories, characterisation, normalisation, weighting (EF 3.1) and planetary boundaries"
    write_package(Package("emission_factors/method", title, "2026.11", *CC_BY, NOTICE, SOURCES, dict(tables)))


def category_rows() -> list[Row]:
    """Return the categories."""
    columns = ("category", "code", "unit", "kind", "indicator", "model", "robustness")
    references = {EF: "jrc130796;pef-2021-2279", INVENTORY: "lca-ai-definition", "other method": "unece-2022"}
    return [{**dict(zip(columns, row, strict=True)), "source": references[row[3]]} for row in CATEGORIES]


def water_rows(factors: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the factors of consumed water, after checking AWARE's world factor in the upstream table."""
    found = {float(row["factor"]) for row in factors if row["category"] == "WU"}
    if found != {AWARE_WORLD}:
        message = f"expected the world factor {AWARE_WORLD} for water use, found {sorted(found)}"
        raise ValueError(message)
    note = "world average of AWARE; a place of consumption can differ by orders of magnitude"
    return [
        _factor("water, consumed", "water", "water use", (AWARE_WORLD, "m3", "jrc-ef31", note)),
        _factor("water, consumed", "water", "water consumption", (1.0, "m3", "lca-ai-definition", "not weighted")),
    ]


def flow_rows(factors: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the factors of the flows that the combustion inventories use."""
    known = _by_code()
    rows = []
    for row in factors:
        flow = FLOWS.get(row["flow"])
        compartment = COMPARTMENTS.get((row["compartment"], row["sub_compartment"]))
        category = known.get(CODES.get(row["category"], row["category"]))
        if not (flow and compartment and category) or ONLY_IN.get(flow, compartment) != compartment:
            continue
        if flow != "nitrogen" and row["check"] != CONFIRMED:
            continue
        note = "" if row["check"] == CONFIRMED else SINGLE
        rows.append(_factor(flow, compartment, category, (float(row["factor"]), "kg", "jrc-ef31", note)))
        if flow == "carbon monoxide, fossil" and category == "photochemical ozone formation" and compartment == "air":
            same = "the factor of fossil carbon monoxide, the same substance: the mapping has none of its own"
            biogenic = (float(row["factor"]), "kg", "jrc-ef31", same)
            rows.append(_factor("carbon monoxide, biogenic", compartment, category, biogenic))
    return sorted(rows, key=lambda row: (str(row["flow"]), str(row["category"]), str(row["compartment"])))


def energy_rows(factors: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the factors of fuels in the ground: by their energy; primary energy counts what fossil resources do."""
    uranium = next(float(row["factor"]) for row in factors if row["flow"] == "Uranium" and row["category"] == "ADPf")
    note = "net calorific value, which is the unit of the category"
    rows = [_factor(fuel, "in ground", "resource use, fossils", (1.0, "MJ", "jrc-ef31", note)) for fuel in FUELS]
    rows += [_factor(fuel, "in ground", "primary energy", (1.0, "MJ", "lca-ai-definition", "")) for fuel in FUELS]
    heat = "the heat value of EF 3.1"
    return [*rows, _factor("uranium", "in ground", "primary energy", (uranium, "kg", "lca-ai-definition", heat))]


def _factor(flow: str, compartment: str, category: str, figure: tuple[float, str, str, str]) -> Row:
    factor, per, reference, note = figure
    return {
        "flow": flow,
        "compartment": compartment,
        "category": category,
        "factor": factor,
        "unit": f"{_units()[category]}/{per}",
        "source": reference,
        "note": note,
    }


def normalisation_rows(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the normalisation factors and the weights."""
    known, units = _by_code(), _units()
    result: list[Row] = []
    for row in rows:
        code = row["category"]
        category, quantity = known[CODES.get(code, code)], QUANTITIES[row["quantity"]]
        is_weight = quantity == "weighting"
        result.append(
            {
                "category": category,
                "quantity": quantity,
                "amount": float(row["value"]),
                "unit": "1" if is_weight else f"{units[category]}/(person year)",
                "source": "jrc106545;pef-2021-2279" if is_weight else "jrc130796",
                "note": "" if is_weight else NORMALISATION_NOTES.get(code, ""),
            }
        )
    return result


def boundary_rows(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return the planetary boundaries of the whole world, with the population that shares them."""
    known, units = _by_code(), _units()
    result: list[Row] = []
    for row in rows:
        code = row["category"]
        category = known[CODES.get(code, code)]
        result.append(
            {
                "category": category,
                "amount": float(row["global_boundary"]),
                "unit": BOUNDARY_UNITS.get(code, f"{units[category]}/year"),
                "population": int(row["population_2010"]),
                "comparable": "no" if code in NOT_OF_EF31 else "yes",
                "source": "sala-2020;un-wpp-2012",
                "note": NOT_OF_EF31.get(code, ""),
            }
        )
    return result


def _by_code() -> dict[str, str]:
    return {row[1]: row[0] for row in CATEGORIES}


def _units() -> dict[str, str]:
    return {row[0]: row[2] for row in CATEGORIES}


if __name__ == "__main__":
    main()
