"""Import the figures of others, per kWh of a grid and per item of hardware, into ``datasets/comparisons*``.

The figures of Ember and of Electricity Maps are in the packages of the grid already and are not repeated here. The
reasons of the differences are in ``comparison_reasons.py``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from comparison_reasons import BY_SA, GRID, HARDWARE, Reason
from comparison_sources import BY_SA_SOURCES, SOURCES
from import_support import CC_BY, importer, read_rows, significant
from packages import Package, write_package

Row = dict[str, object]

CC_BY_SA = ("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/")

#: Zones compared, nine and two that are explained: code of this project -> code of the upstreams.
ZONES = {
    "FR": "FRA", "DE": "DEU", "PL": "POL", "US": "USA", "IN": "IND", "CN": "CHN", "SE": "SWE", "NO": "NOR",
    "WOR": "WOR", "CA": "CAN", "ZA": "ZAF",
}  # fmt: skip
EMBER_WORLD = "OWID_WRL"

#: What BoaviztAPI states as the source of its figure -> source, basis, year.
BOAVIZTAPI = {
    "sciencedirect": ("scarlat-2022", "electricity used, trade counted", 2019),
    "ember": ("ember-older-edition", "generation, older edition of Ember", 2020),
    "Average": ("boaviztapi-2.5.0", "plain mean over the countries of its table", 2020),
}

CARDS = {
    "NVIDIA T4 16GB": "t4",
    "NVIDIA V100 SXM2 32GB": "v100-sxm2-32gb",
    "NVIDIA A100 SXM4 40GB": "a100-sxm4-40gb",
    "NVIDIA A100 SXM4 80GB": "a100-sxm4-80gb",
    "NVIDIA H100 SXM5 80GB": "h100-sxm5-80gb",
}
H100_PCIE, DGX = "h100-pcie-80gb", "dgx-h100"

STAGES = {"manufacturing": "manufacture", "end_of_life": "end of life"}
MADE, MADE_AND_ENDED = "manufacture", "manufacture;end of life"
WHOLE_CARD, SILICON = "full card", "silicon only"
ADEME = "factors of dies, memory and board"

#: Sources under a share-alike licence, and one that rests on them.
_SHARE_ALIKE = ("ademe-", "ecologits-docs", "boaviztapi-2.4.1")

#: Column "method" of the cross-check -> compared with, scope, stages, standing, shared, source, note.
METHODS = {
    "act_default": ("ACT, yield 0.875", SILICON, MADE, "assessed", "nothing", "act", ""),
    "act_murphy": ("ACT, Murphy yield", SILICON, MADE, "assessed", "nothing", "act", ""),
    "mlca_default": ("MLCA, 0.625 GB/cm2", WHOLE_CARD, MADE, "assessed", "nothing", "loubet-2023", ""),
    "mlca_morand": ("MLCA, 1.0 GB/cm2", WHOLE_CARD, MADE, "assessed", "nothing", "loubet-2023;morand-2026", ""),
    "boaviztapi_2_4_1": ("BoaviztAPI", WHOLE_CARD, MADE, "faulty", ADEME, "boaviztapi-2.4.1;ademe-gpu-average",
                         "its memory is counted times the number of stacks"),
    "ademe_parts": ("ADEME parts", WHOLE_CARD, MADE_AND_ENDED, "assessed", ADEME, "ademe-gpu-average",
                    "the mean factors of the cards applied to the sizes of this one"),
    "ademe_parts_hbm_nvidia": ("ADEME parts, HBM as NVIDIA states", WHOLE_CARD, MADE_AND_ENDED, "assessed", ADEME,
                               "ademe-gpu-average;nvidia-hgx-h100", "the same with 0.853 kg per GB of HBM"),
}  # fmt: skip

#: The same of a whole server.
SERVERS = {
    "ACT silicon only": ("ACT", SILICON, "assessed", "nothing", "act"),
    "BLOOM proxy (2500 + 8 x 150)": ("BLOOM", "full server", "assumed", "nothing", "bloom-2023"),
    "CCF/Teads constants": ("CCF", "full server", "assessed", "nothing", "ccf-constants"),
    "boavizta parts + NVIDIA PCF baseboard": ("UBA parts and NVIDIA HGX H100", "full server", "assessed",
                                              "factors of the host", "uba-94-2021;nvidia-hgx-h100"),
    "boavizta parts + 8 x ademe_parts_hbm_nvidia": ("UBA parts and ADEME parts", "full server", "assessed",
                                                    "factors of the host and the cards",
                                                    "uba-94-2021;ademe-gpu-average;nvidia-hgx-h100"),
    "boavizta parts + 8 x BoaviztAPI 2.4.1 GPU as-is": ("UBA parts and BoaviztAPI", "full server", "faulty",
                                                        "factors of the host", "uba-94-2021;boaviztapi-2.4.1"),
    "EcoLogits LLM (5700 + 8 x 164)": ("EcoLogits, language models", "full server", "assessed",
                                       "factors of the host, by BoaviztAPI", "ecologits-docs;nvidia-hgx-h100"),
    "EcoLogits video (6000 + 8 x 273)": ("EcoLogits, video", "full server", "assessed",
                                         "factors of the host, by BoaviztAPI", "ecologits-docs"),
}  # fmt: skip

#: Figures published as such: item of the upstream, its amount -> item, compared with, scope, standing, shared, source.
PUBLISHED = {
    ("NVIDIA H100 SXM 80GB (1/8 of HGX H100, includes NVSwitch share)", 164.0):
        ("h100-sxm5-80gb", "NVIDIA, HGX H100", WHOLE_CARD, "assessed", "memory per GB", "nvidia-hgx-h100"),
    ("NVIDIA A100 SXM 40GB", 127.6):
        ("a100-sxm4-40gb", "Falk et al. 2025", WHOLE_CARD, "assessed", "the whole: our board is the rest of it",
         "falk-2025"),
    ("NVIDIA A100 80GB (assumed)", 150.0):
        ("a100-sxm4-80gb", "BLOOM", WHOLE_CARD, "assumed", "nothing", "bloom-2023"),
    ("NVIDIA A100 (1/8 of p4d server)", 318.0):
        ("a100-sxm4-40gb", "Chien et al. 2023", "with host share", "assessed", "nothing", "chien-2023"),
    ("NVIDIA H800/H100 (EcoLogits video)", 273.0):
        ("h100-sxm5-80gb", "EcoLogits, video", WHOLE_CARD, "assessed", "nothing", "ecologits-docs"),
}  # fmt: skip
PUBLISHED_NOTES = {
    "NVIDIA, HGX H100": "1,312 kg over eight cards, their share of the switches included; EcoLogits takes it as it is",
    "Chien et al. 2023": "an AWS p4d has eight A100 of 40 GB",
    "BLOOM": "assumed by the authors; CCF takes the same value for any card",
}

#: Cards of ADEME's own table: name -> item, compared with, shared, note.
ADEME_CARDS = {
    "NVIDIA A100 SXM4 40GB": ("a100-sxm4-40gb", "ADEME, card as dismantled", "the same card",
                              "its board is 0.08 kg in the source and 16.4 kg here, the rest of Falk et al."),
    "NVIDIA H100 PCIe 80GB": (H100_PCIE, "ADEME, H100 PCIe", ADEME,
                              "ADEME's own parametric figure; the body is that of an A100 PCIe here"),
}  # fmt: skip

NOTICE = """
# What others publish, and why this project differs

Licence of the compilation: CC BY 4.0. Single figures, each cited: EcoLogits (MPL-2.0; Our World in Data and Ember, CC
BY 4.0), CodeCarbon (MIT), Scarlat et al. 2022, Ember, ACT (MIT), MLCA after Loubet et al. 2023, NVIDIA, Falk et al.
2025, Luccioni et al. 2023, Chien et al. 2023, Cloud Carbon Footprint (Apache-2.0), UBA-Texte 94/2021. What BoaviztAPI
and Electricity Maps use was read in their repositories and is cited fact by fact; no table of theirs is copied.

- `grid.csv`: climate change of a kilowatt-hour of {zones} zones, with the year and the basis of each figure. Ember and
  Electricity Maps are compared from the packages of the grid.
- `hardware.csv`: climate change of making a card or a server. `scope` says what is counted; `standing` is `assessed`,
  `assumed` (a round value) or `faulty`; `shared` says which data this project has in common with the figure. Figures of
  ACT, MLCA, CCF and of UBA parts were computed with the published factors for the sizes of the item.
- `reasons.csv`: why a figure differs by more than 15 %, each from cited facts; where nobody has shown it, "not
  explained". `unexplained` says how much of the difference the reason does not account for, or "not quantified".
"""

NOTICE_BY_SA = """
# What others publish, and why this project differs: figures from share-alike sources

Licence of the package: CC BY-SA 4.0. Adapted from the life cycle assessment of graphics cards by ADEME (2026),
Lees-Perasso, Ekchajzer, Roussilhe and De Latour, as published in hubblo-org/gpu-calculator, and from the documentation
of EcoLogits, both CC BY-SA 4.0.

- `hardware.csv`: climate change of making a card or a server, as in `datasets/comparisons`. The rows of ADEME parts and
  of BoaviztAPI apply ADEME's mean factors to the sizes of the card; those of ADEME parts and of ADEME's own cards count
  the end of life too, as `stages` says.
- `reasons.csv`: why a figure differs by more than 15 %, where the argument cites ADEME's factors.
"""


def main() -> None:
    """Write the packages from the upstream tables named on the command line."""
    parser = importer(__doc__)
    helps = {
        "ember": "carbon intensity by country and year, Our World in Data",
        "ecologits": "factors of electricity by country, EcoLogits",
        "boaviztapi": "factors of electricity by country, BoaviztAPI",
        "codecarbon": "global_energy_mix.json of CodeCarbon",
        "codecarbon-sources": "carbon_intensity_per_source.json of CodeCarbon",
        "crosscheck": "manufacture of cards and servers by method",
        "published": "published embodied impacts",
        "cards": "totals of the dismantled cards by stage, ADEME",
    }
    for name, text in helps.items():
        parser.add_argument(f"--{name}", type=Path, required=True, help=text)
    given = parser.parse_args()
    grid = [
        *ecologits(read_rows(given.ecologits), read_rows(given.ember)),
        *codecarbon(_json(given.codecarbon), _json(given.codecarbon_sources)),
        *boaviztapi(read_rows(given.boaviztapi)),
    ]
    order = list(ZONES)
    grid.sort(key=lambda row: order.index(str(row["zone"])))
    hardware = [
        *crosscheck(read_rows(given.crosscheck)),
        *published(read_rows(given.published)),
        *ademe_cards(read_rows(given.cards)),
    ]
    items = [*CARDS.values(), H100_PCIE, DGX]
    hardware.sort(key=lambda row: (items.index(str(row["item"])), str(row["scope"]) == SILICON))
    ours = [row for row in hardware if not _share_alike(row)]
    theirs = [row for row in hardware if _share_alike(row)]
    title = "What others publish per kilowatt-hour and per item of hardware, and why this project differs"
    tables = {"grid": grid, "hardware": ours, "reasons": _reasons((*GRID, *HARDWARE))}
    notice = NOTICE.format(zones=len(ZONES))
    write_package(Package("datasets/comparisons", title, "2026.11", *CC_BY, notice, SOURCES, dict(tables)))
    tables = {"hardware": theirs, "reasons": _reasons(BY_SA)}
    title += ", from share-alike sources"
    write_package(
        Package("datasets/comparisons-by-sa", title, "2026.11", *CC_BY_SA, NOTICE_BY_SA, BY_SA_SOURCES, dict(tables))
    )


def _json(path: Path) -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return read


def _reasons(reasons: Sequence[Reason]) -> list[Row]:
    return [dict(reason._asdict()) for reason in reasons]


def _share_alike(row: Row) -> bool:
    return any(one.startswith(_SHARE_ALIKE) for one in str(row["source"]).split(";"))


def _grid(zone: str, year: int, name: str, grams: float, *cited: str) -> Row:
    basis, source, note = (*cited, "")[:3]
    return {
        "zone": zone, "year": year, "compared_with": name, "amount": significant(grams), "unit": "g CO2e/kWh",
        "basis": basis, "source": source, "note": note,
    }  # fmt: skip


def ecologits(rows: Sequence[Mapping[str, str]], ember: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    """Return EcoLogits' figures with the year of Ember's that they equal; it does not state one.

    Raises
    ------
    ValueError : where a figure is Ember's of no year
    """
    figures = {row["country_code"]: 1000.0 * float(row["value"]) for row in rows if row["indicator"] == "gwp"}
    for zone, code in ZONES.items():
        there = EMBER_WORLD if code == "WOR" else code
        years = [
            int(row["year"])
            for row in ember
            if row["iso3"] == there and math.isclose(float(row["value"]), figures[code], abs_tol=0.006)
        ]
        if not years:
            raise ValueError(f"the figure of EcoLogits for {zone} is Ember's of no year")
        yield _grid(zone, max(years), "EcoLogits", figures[code], "generation, life cycle", "ecologits-electricity",
                    "the year is that of Ember's figure, which it equals")  # fmt: skip


def codecarbon(mix: Mapping[str, Mapping[str, str]], sources: Mapping[str, object]) -> Iterator[Row]:
    """Return CodeCarbon's figures by country, and the one that it takes for the world."""
    for zone, code in ZONES.items():
        if code in mix:
            found = mix[code]
            yield _grid(zone, int(found["year"]), "CodeCarbon", float(found["carbon_intensity"]),
                        "generation, life cycle", "codecarbon-mix")  # fmt: skip
    world = float(str(sources["world_average"]))
    yield _grid("WOR", 2018, "CodeCarbon", world, "generation, CO2 of combustion", "codecarbon-world",
                "for places without a figure; IEA's mean of 2018")  # fmt: skip


def boaviztapi(rows: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    """Return the figures that BoaviztAPI takes first, with their own sources."""
    for zone, code in ZONES.items():
        found = [row for row in rows if row["country_code"] == code and row["criterion"] == "gwp"]
        row = min(found, key=lambda one: int(one["priority"]))
        [(source, basis, year)] = [known for mark, known in BOAVIZTAPI.items() if mark in row["source"]]
        cited = source if source.startswith("boaviztapi") else f"{source};boaviztapi-2.5.0"
        yield _grid(zone, year, "BoaviztAPI", 1000.0 * float(row["value"]), basis, cited)


def _hardware(item: str, amount: float, columns: Mapping[str, str]) -> Row:
    return {
        "item": item, "compared_with": columns["compared_with"], "scope": columns["scope"],
        "stages": columns["stages"], "amount": significant(amount), "unit": "kg CO2e",
        "standing": columns["standing"], "shared": columns["shared"], "source": columns["source"],
        "note": columns.get("note", ""),
    }  # fmt: skip


def crosscheck(rows: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    """Return the climate change of the cards by each method, and of the server."""
    names = ("compared_with", "scope", "stages", "standing", "shared", "source", "note")
    for row in rows:
        if row["criterion"] != "gwp":
            continue
        if row["device"] in CARDS:
            columns = dict(zip(names, METHODS[row["method"]], strict=True))
            yield _hardware(CARDS[row["device"]], float(row["value"]), columns)
        elif row["device"] == "DGX H100 (8 GPU)":
            name, scope, standing, shared, source = SERVERS[row["method"]]
            columns = {"compared_with": name, "scope": scope, "stages": MADE, "standing": standing, "shared": shared,
                       "source": source, "note": row["note"].removesuffix(": RECOMMENDED")}  # fmt: skip
            yield _hardware(DGX, float(row["value"]), columns)


def published(rows: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    """Return the figures that others publish as such."""
    found = {(row["product"], float(row["value"])) for row in rows if row["criterion"] == "gwp" and row["value"]}
    for key, (item, name, scope, standing, shared, source) in PUBLISHED.items():
        if key not in found:
            raise ValueError(f"not among the published figures: {key}")
        columns = {"compared_with": name, "scope": scope, "stages": MADE, "standing": standing, "shared": shared,
                   "source": source, "note": PUBLISHED_NOTES.get(name, "")}  # fmt: skip
        yield _hardware(item, key[1], columns)


def ademe_cards(rows: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    """Return the totals of ADEME's own cards over all their stages."""
    for card, (item, name, shared, note) in ADEME_CARDS.items():
        stages = {
            STAGES.get(row["life_cycle_stage"], row["life_cycle_stage"]): float(row["value"])
            for row in rows
            if row["graphics_card"] == card and row["criterion"] == "gwp"
        }
        columns = {"compared_with": name, "scope": WHOLE_CARD, "stages": ";".join(stages), "standing": "assessed",
                   "shared": shared, "source": "ademe-gpu-cards", "note": note}  # fmt: skip
        yield _hardware(item, sum(stages.values()), columns)


if __name__ == "__main__":
    main()
