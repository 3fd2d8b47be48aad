"""Import published footprints of whole accelerators, boards and servers into ``emission_factors/vendor-footprints``.

They are alternatives: none is used unless a study names it. Declarations of NVIDIA and figures of papers are read from
the table of published footprints, those of Dell and HPE servers from the tables of SCARIF. Figures of the documentation
of EcoLogits and of ADEME's life cycle assessment of cards, which are share-alike, go to
``emission_factors/vendor-footprints-by-sa``.

Run: ``python tools/import_vendor_footprints.py PUBLISHED.csv DELL.csv HPE.csv CARDS.csv``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import import_accelerators as accelerators
import import_components as components
from import_support import CC_BY, importer, mit_licence, read_rows, source
from packages import Package, write_package

Row = Mapping[str, str]
Table = list[dict[str, object]]

CATEGORIES = {
    "gwp": ("climate change", "kg CO2e"),
    "adpe": ("resource use, minerals and metals", "kg Sb eq"),
    "pe": ("primary energy", "MJ"),
}

CC_BY_SA = ("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/")

_CARDS, _BOARD, _HOST = "accelerator", "accelerator;switch", "host"
_MADE = "manufacture"


class Published(NamedTuple):
    """A footprint of the table of published ones: where it stands there, and what it may be chosen for."""

    product: str
    scope: str
    source: str
    covers: str
    applies_to: str = ""
    stands_in_for: str = ""
    count: int = 1
    component: str = "total"
    stage: str = _MADE
    criteria: tuple[str, ...] = ("gwp",)
    grade: str = "sourced"
    note: str = ""


_SHARE = "an eighth of the baseboard, so with a share of its NVSwitches"
_COPIES = "read in several copies of the document, not in the document itself"
_COPY = "read in one copy of the paper, not in the paper itself"
_NOT_A_CARD = "holds a share of the machine or building around it: not a figure of a card, cannot be chosen as one"
_BOAVIZTA = "after a version of BoaviztAPI that counts the memory of accelerators several times: read as high"
_BASE = "built by its authors from parts of BoaviztAPI"

PUBLISHED = {
    "nvidia-hgx-h100": Published(
        "NVIDIA HGX H100 baseboard (8x H100 SXM 80GB + NVSwitch, 24 kg)",
        "NVIDIA HGX H100 baseboard with 8 accelerators and its NVSwitches", "nvidia-hgx-h100", _BOARD,
        "h100-sxm5-80gb", count=8, note=f"cradle to gate, ISO 14067, 24 kg; {_COPIES}"),
    "nvidia-h100-sxm5-80gb": Published(
        "NVIDIA H100 SXM 80GB (1/8 of HGX H100, includes NVSwitch share)", "NVIDIA H100 SXM 80GB", "nvidia-hgx-h100",
        _BOARD, "h100-sxm5-80gb", note=f"{_SHARE}; {_COPIES}"),
    "nvidia-hgx-b200": Published(
        "NVIDIA HGX B200 baseboard (8x B200 180GB, 32 kg)",
        "NVIDIA HGX B200 baseboard with 8 accelerators and its NVSwitches", "nvidia-hgx-b200", _BOARD, "b200", count=8,
        note=f"cradle to gate, ISO 14067, 32 kg; {_COPIES}"),
    "nvidia-b200": Published(
        "NVIDIA B200 180GB (1/8 of HGX B200)", "NVIDIA B200 180GB", "nvidia-hgx-b200", _BOARD, "b200",
        note=f"{_SHARE}; {_COPIES}"),
    "falk-2025-a100-sxm4-40gb": Published(
        "NVIDIA A100 SXM 40GB", "NVIDIA A100 SXM4 40GB", "falk-2025", _CARDS, "a100-sxm4-40gb",
        note=f"dismantled card, cradle to gate; same study family as emission_factors/accelerators; {_COPIES}"),
    "luccioni-2023-a100-sxm4-80gb": Published(
        "NVIDIA A100 80GB (assumed)", "NVIDIA A100 80GB", "luccioni-2023", _CARDS, "a100-sxm4-80gb", grade="proxy",
        note="an estimate the authors call a proxy, not an assessment"),
    "morand-2026-h100": Published(
        "NVIDIA H100", "NVIDIA H100, form factor not named", "morand-2026", _CARDS, "h100-sxm5-80gb;h100-pcie-80gb",
        grade="proxy", note=f"parametric model (MLCA), of which 176 kg memory; {_COPY}"),
    "ecologits-2026-h100": Published(
        "NVIDIA H800/H100 (EcoLogits video)", "NVIDIA H100 or H800", "ecologits-video", _CARDS,
        "h100-sxm5-80gb;h800-sxm5-80gb", criteria=("gwp", "adpe", "pe"), grade="proxy", note=_BOAVIZTA),
    "ecologits-2026-h200": Published(
        "NVIDIA H200 (EcoLogits video)", "NVIDIA H200", "ecologits-video", _CARDS, "h200-sxm-141gb",
        criteria=("gwp", "adpe", "pe"), grade="proxy", note=_BOAVIZTA),
    "schneider-2025-tpu-v6e": Published(
        "Google TPU v6e", "Google TPU v6e, one chip", "schneider-2025", _CARDS, "tpu-v6e",
        component="TPU manufacturing and transport", stage="manufacture;transport",
        note=f"one figure for manufacture and transport; {_COPIES}"),
    "schneider-2025-tpu-v6e-with-building": Published(
        "Google TPU v6e", "Google TPU v6e with its share of host and data centre", "schneider-2025", "", "tpu-v6e",
        note=f"{_NOT_A_CARD}; {_COPIES}"),
    "schneider-2025-tpu-v4i-with-building": Published(
        "Google TPU v4i", "Google TPU v4i with its share of host and data centre", "schneider-2025", "", "tpu-v4i",
        note=f"{_NOT_A_CARD}; {_COPIES}"),
    "schneider-2025-tpu-v5e-with-building": Published(
        "Google TPU v5e", "Google TPU v5e with its share of host and data centre", "schneider-2025", "", "tpu-v5e",
        note=f"{_NOT_A_CARD}; {_COPY}"),
    "schneider-2025-tpu-v4-with-building": Published(
        "Google TPU v4", "Google TPU v4 with its share of host and data centre", "schneider-2025", "", "tpu-v4",
        note=f"{_NOT_A_CARD}; {_COPY}"),
    "chien-2023-a100-with-server": Published(
        "NVIDIA A100 (1/8 of p4d server)", "NVIDIA A100 with an eighth of its server", "chien-2023", "",
        "a100-sxm4-40gb", note=f"{_NOT_A_CARD}; {_COPY}"),
    "luccioni-2023-apollo-6500": Published(
        "HPE Apollo 6500 class server without GPU", "host of an HPE Apollo 6500", "luccioni-2023", _HOST,
        stands_in_for="xl675d-gen10plus-8xa100-80gb", grade="proxy",
        note="an estimate after the DL345 Gen10 Plus, not an assessment"),
    "ecologits-2026-dgx-h200-host": Published(
        "DGX H200 base server without accelerators (EcoLogits video)", "host of a DGX H200", "ecologits-video", _HOST,
        "dgx-h200", "dgx-h100", criteria=("gwp", "adpe"), grade="proxy",
        note=f"{_BASE}; its primary energy is left out: 8,000 MJ is a misprint"),
    "ecologits-2026-p5-host": Published(
        "p5.48xlarge server WITHOUT GPU (EcoLogits)", "host of a p5.48xlarge", "ecologits-llm", _HOST,
        stands_in_for="dgx-h100", criteria=("gwp", "adpe", "pe"), grade="proxy", note=_BASE),
    "dell-r740-2019": Published(
        "Dell PowerEdge R740", "Dell PowerEdge R740 without accelerators", "dell-r740", _HOST,
        component="sum of the rows above",
        note="2 processors, 384 GB of memory, 31 TB of flash, which is four fifths of it; sum of the published parts"),
}  # fmt: skip

#: Server that only its maker's data sheet describes: key, amount, year.
DATA_SHEET = ("hpe-dl345-gen10plus", 2503.2, "2021")

#: Declared model -> servers of the catalogue, of another model, for which a study may let it stand in.
STAND_INS = {
    "dell-r7425": "r7525-3xa100;r7525-3xa30",
    "dell-c4140": "r750xa-4xa100-40gb;r750xa-4xa100-80gb",
    "hpe-dl360-gen11-base": "dl320-gen11-4xl4",
    "hpe-dl360-gen11-mainstream": "dl320-gen11-4xl4;dl380a-gen11-4xh100",
    "hpe-dl360-gen11-performance": "dl380a-gen11-4xh100",
    "hpe-dl345-gen10plus": "xl675d-gen10plus-8xa100-80gb",
}

_HGX = ("memory", "ics", "thermal", "electromechanical", "common_components", "pcb", "interconnect", "mechanical")
#: Shares that the declaration of the HGX H100 prints for the rest [%].
HGX_H100_SHARES = {"assembly": 8.6, "transport": 0.4}

_GITHUB = "https://github.com/arc-research-lab/SCARIF/blob/f4dc4fb504f763f9b193dc8d744c3bd83b0a68dd/original_data/"
_ECOLOGITS = "https://ecologits.ai/latest/methodology/"
_OWN = {"nvidia-hgx-h100", "nvidia-hgx-b200"}
FACTS = components.FACTS

#: Sources whose figures go to the package of their own licence.
SHARE_ALIKE = {"ecologits-video", "ecologits-llm", "ademe-gpu-cards"}

#: The card that ADEME modelled and did not dismantle: name in its table, what a study chooses it by.
MODELLED = {
    "NVIDIA H100 PCIe 80GB": {
        "key": "ademe-2026-h100-pcie", "scope": "NVIDIA H100 PCIe 80GB, as ADEME models it", "covers": _CARDS,
        "applies_to": "h100-pcie-80gb", "year": "2026", "grade": "proxy", "source": "ademe-gpu-cards",
        "note": "parametric: factors of dies, memory and board of other cards; not dismantled",
    },
}  # fmt: skip

CARD_STAGES = {"manufacturing": _MADE, "transport": "transport", "end_of_life": "end of life"}

SOURCES = [
    *(one for one in components.SOURCES if one["id"] in _OWN),
    *components.PAPERS,
    source("morand-2026", "Morand, Névéol, Ligozat 2026, The Rising Unsustainability of AI Graphics Cards Production",
           "https://arxiv.org/abs/2607.01258", "CC-BY-4.0; single figures cited", "footprint of one H100"),
    source("chien-2023", "Chien et al. 2023, Reducing the Carbon Impact of Generative AI Inference, HotCarbon 2023",
           "https://doi.org/10.1145/3604930.3605705", FACTS, "an eighth of a p4d instance"),
    source("ecologits-video", "EcoLogits, methodology of video generation (2026)", f"{_ECOLOGITS}video_generation/",
           "CC-BY-SA-4.0", "embodied impacts of the hardware"),
    source("ecologits-llm", "EcoLogits, methodology of large language model inference (2026)",
           f"{_ECOLOGITS}llm_inference/", "CC-BY-SA-4.0", "embodied impacts of the hardware"),
    *(one for one in accelerators.SOURCES if one["id"] == "ademe-gpu-cards"),
    source("scarif-dell", "Product carbon footprints declared by Dell, as compiled in SCARIF (Ji et al. 2024)",
           f"{_GITHUB}Dell_data.csv", "MIT", "row of the model"),
    source("scarif-hpe", "Product carbon footprints declared by HPE, as compiled in SCARIF (Ji et al. 2024)",
           f"{_GITHUB}HP_data.csv", "MIT", "row of the model"),
]  # fmt: skip

NOTICE = """
# Notice

Published footprints of accelerators, boards and servers, to be chosen by name in place of this project's own figures:
none is used by default. Compiled for this project and licensed as a compilation under Creative Commons Attribution 4.0
International. Contains single figures cited from declarations of NVIDIA, Dell and HPE and from papers, and the
declarations of {dell} Dell and {hpe} HPE servers as compiled in SCARIF (MIT,
https://github.com/arc-research-lab/SCARIF).

- `covers` names the parts of a machine that a footprint accounts for; `host` is all of it but its accelerators. Without
  it the figure holds something else beside the named item (its server, its building) and cannot be chosen.
- `applies_to` holds the keys of the catalogue that it is of; `stands_in_for` those of other models, for which it is a
  proxy. A machine that a study itself composes may name any footprint of a host.
- A declared server has one configuration, which `scope` says. Memory and drives of another are not scaled.
- A chosen footprint replaces this project's figures in its own categories and stages (`life_cycle_stage`, several
  joined by `;`), for the parts it covers, and nothing else.
- `low` and `high` of Dell and HPE are the 5 and 95 % points of a log-normal distribution with the declared mean and
  standard deviation of the whole life cycle, of which each stage is taken to have the relative spread. Others state no
  range.
- Left out: declarations that give the whole life cycle without its stages (PowerEdge R750, R360, R710); a second figure
  of 141 kg for the A100 SXM 40GB, whose system boundary is not clear; the TPU v5p, for which two copies of its source
  differ.
- Those of the documentation of EcoLogits and of ADEME are in `emission_factors/vendor-footprints-by-sa`.
- `parts.csv` holds what some declarations say of their parts, to read; it is not used.

""" + mit_licence("SCARIF", "2025 Customized Computer Architecture Research Center at Brown University")


NOTICE_BY_SA = """
# Notice

Published footprints of accelerators and servers, to be chosen by name in place of this project's own figures: none is
used by default. The table `footprints.csv` is adapted from the documentation of EcoLogits
(https://ecologits.ai/latest/methodology/) by GenAI Impact, and from the life cycle assessment of graphics cards for AI
of ADEME (Lees-Perasso, Ekchajzer, Roussilhe, De Latour 2026, https://github.com/hubblo-org/gpu-calculator). It is
licensed, like the originals, under Creative Commons Attribution-ShareAlike 4.0 International
(https://creativecommons.org/licenses/by-sa/4.0/).

Changes made: the columns are those of `emission_factors/vendor-footprints`, whose notice explains them. The components
of the card of ADEME are summed by stage, and three of its categories taken. Left out: the
primary energy of 8,000 MJ of the servers of video generation, a misprint (their own parts give about 76,000 MJ); the
minerals and primary energy of the TPU, which its authors copied from another card; the H100 of text generation, whose
climate change is NVIDIA's and whose other figures are those of an A100.
"""


def figure(key: str, code: str, amount: float, **columns: object) -> dict[str, object]:
    """One row of the table of footprints."""
    category, unit = CATEGORIES[code]
    row: dict[str, object] = {
        "key": key, "scope": "", "covers": "", "count": 1, "applies_to": "",
        "stands_in_for": STAND_INS.get(key, ""), "life_cycle_stage": _MADE, "category": category,
        "amount": f"{amount:.6g}", "unit": unit, "per": "item", "year": "", "low": "", "high": "", "grade": "sourced",
        "method_in_source": "unknown", "source": "", "note": "",
    }  # fmt: skip
    return row | columns


def published(rows: Sequence[Row]) -> Iterator[dict[str, object]]:
    """Footprints of the table of published ones, in the order of :data:`PUBLISHED`."""
    values: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        if row["value"]:
            values.setdefault((row["product"], row["component"], row["criterion"]), row)
    for key, one in PUBLISHED.items():
        for code in one.criteria:
            row = values[one.product, one.component, code]
            names = ("scope", "covers", "count", "applies_to", "stands_in_for", "source", "grade", "note")
            columns = {name: getattr(one, name) for name in names}
            columns |= {"life_cycle_stage": one.stage, "year": row["year"]}
            yield figure(key, code, float(row["value"]), **columns)
    key, amount, year = DATA_SHEET
    scope = "HPE ProLiant DL345 Gen10 Plus without accelerators: 1 processor, 32 GB of memory"
    yield figure(key, "gwp", amount, scope=scope, covers=_HOST, year=year, source="hpe-dl345", note="data sheet")


def modelled(rows: Sequence[Row]) -> Iterator[dict[str, object]]:
    """Footprints of the cards that ADEME modelled, by stage, in the categories of the other footprints."""
    for row in rows:
        if row["graphics_card"] in MODELLED and row["criterion"] in CATEGORIES:
            stage = CARD_STAGES[row["life_cycle_stage"]]
            columns = {"life_cycle_stage": stage, **MODELLED[row["graphics_card"]]}
            yield figure(columns.pop("key"), row["criterion"], float(row["value"]), **columns)


def spread(amount: float, mean: float, deviation: float) -> dict[str, str]:
    """Range of a stage: 5 and 95 % points of a log-normal of the declared mean and standard deviation."""
    sigma = math.sqrt(math.log(1 + (deviation / mean) ** 2))
    middle = amount * math.exp(-(sigma**2) / 2)
    wide = math.exp(1.6448536269514722 * sigma)
    low, high = min(middle / wide, amount), max(middle * wide, amount)
    return {"low": f"{low:.6g}", "high": f"{high:.6g}"}


def counted(number_of: str, what: str) -> str:
    """Print how many of something."""
    return f"{number_of} {what}" if number_of == "1" else f"{number_of} {what}s"


def number(text: str) -> float:
    """Read a number with separators of thousands; nothing is zero."""
    return float(text.replace(",", "") or 0)


#: How far the stages of a declaration may be off its total: the rounding of shares to tenths of a per cent.
ROUNDING = 0.015


class Declared(NamedTuple):
    """A declared server: its stages [kg CO2e], the mean and standard deviation of its life cycle, its configuration."""

    key: str
    scope: str
    stages: dict[str, float]
    mean: float
    deviation: float
    whole: float


def dell(row: Row) -> Declared:
    """Read a server of Dell: its stages are shares of the total."""
    mean = number(row["total carbon"])
    shares = {"manufacture": "manufacture", "transport": "transportation", "end of life": "EOL"}
    stages = {stage: mean * number(row[f"{column} percentage"]) / 100 for stage, column in shares.items()}
    whole = sum(stages.values()) + mean * number(row["estimated use percentage"]) / 100
    drives = [
        counted(row[f"{kind} quantity"], name)
        for kind, name in (("2.5'' HDD", "hard disk"), ("3.5'' HDD", "hard disk"), ("SSD", "solid state drive"))
        if number(row[f"{kind} quantity"])
    ]
    parts = ", ".join([counted(row["CPU quantity"], "processor"), f"{row['DRAM size']} GB of memory", *drives])
    scope = f"Dell PowerEdge {row['model name'].upper()} without accelerators: {parts}"
    return Declared(f"dell-{row['model name']}", scope, stages, mean, number(row["std"]), whole)


def hpe(row: Row) -> Declared:
    """Read a server of HPE: its stages are kilograms."""
    name = re.sub(r"(?i)^proliant\s+", "", row["Model"]).replace("main stream", "mainstream")
    columns = {"manufacture": "Embodied Carbon", "transport": "Transportation", "end of life": "EOL carbon"}
    stages = {stage: number(row[column]) for stage, column in columns.items()}
    parts = (
        f"{counted(row['CPU quant'], 'processor')}, {row['DRAM']} GB of memory, "
        f"{counted(row['SSD quant'], 'solid state drive')}"
    )
    spelled = name.replace("gen", "Gen").replace(" plus", " Plus")
    scope = f"HPE ProLiant {spelled} without accelerators: {parts}"
    key = "hpe-" + re.sub(r"[^a-z0-9]+", "-", name.lower().replace("gen10 plus", "gen10plus"))
    whole = sum(stages.values()) + number(row["Operational Carbon"])
    return Declared(key, scope, stages, number(row["Total carbon"]), number(row["std"]), whole)


def servers(declared: Sequence[Declared], cited: str) -> Iterator[dict[str, object]]:
    """Stages of the declared servers.

    Raises
    ------
    ValueError : for a server whose stages, with its use, do not sum to its total
    """
    for one in declared:
        if abs(one.whole / one.mean - 1) > ROUNDING:
            raise ValueError(f"{one.key}: its stages sum to {one.whole:g} kg, not to {one.mean:g}")
        for stage, amount in one.stages.items():
            if amount:
                shared = {"scope": one.scope, "covers": _HOST, "life_cycle_stage": stage, "source": cited}
                note = f"life cycle {one.mean:,.6g} kg CO2e, standard deviation {one.deviation:,.6g}"
                yield figure(one.key, "gwp", amount, **shared, **spread(amount, one.mean, one.deviation), note=note)


def parts(rows: Sequence[Row]) -> Iterator[dict[str, object]]:
    """What some declarations say of their parts."""
    values = {(r["product"], r["component"], r["criterion"]): r for r in rows if r["value"]}
    h100, b200 = "NVIDIA HGX H100 baseboard", "NVIDIA HGX B200 baseboard"
    named = {"ics": "integrated circuits", "pcb": "printed circuit boards", "common_components": "common components"}
    wholes = {
        key: float(values[PUBLISHED[key].product, "total", "gwp"]["value"])
        for key in ("nvidia-hgx-h100", "nvidia-hgx-b200")
    }
    found = [("nvidia-hgx-h100", part, float(values[h100, part, "gwp"]["value"]), "") for part in _HGX]
    found += [
        ("nvidia-hgx-h100", part, wholes["nvidia-hgx-h100"] * share / 100, f"{share:g} % of the whole")
        for part, share in HGX_H100_SHARES.items()
    ]
    for part in (*_HGX, "assembly", "transport"):
        share = float(values[b200, part, "gwp share"]["value"])
        found.append(("nvidia-hgx-b200", part, wholes["nvidia-hgx-b200"] * share / 100, f"{share:g} % of the whole"))
    found += [
        ("dell-r740-2019", row["component"], float(row["value"]), "")
        for row in rows
        if row["product"] == "Dell PowerEdge R740" and row["component"] != PUBLISHED["dell-r740-2019"].component
    ]
    for key, part, amount, note in found:
        yield {
            "key": key, "part": named.get(part, part), "life_cycle_stage": _MADE, "category": "climate change",
            "amount": f"{amount:.6g}", "unit": "kg CO2e", "source": PUBLISHED[key].source, "note": note,
        }  # fmt: skip


def build(
    rows: Sequence[Row], dells: Sequence[Row], hpes: Sequence[Row], cards: Sequence[Row]
) -> tuple[Package, Package]:
    """Build the two packages from the four upstream tables."""
    of_dell = list(servers([dell(row) for row in dells], "scarif-dell"))
    of_hpe = list(servers([hpe(row) for row in hpes], "scarif-hpe"))
    counts = {"dell": len({row["key"] for row in of_dell}), "hpe": len({row["key"] for row in of_hpe})}
    found = [*published(rows), *modelled(cards)]
    alike = [row for row in found if row["source"] in SHARE_ALIKE]
    table: Table = [*(row for row in found if row not in alike), *of_dell, *of_hpe]
    title = "Published footprints of accelerators and servers, to be chosen by name"
    tables: dict[str, Sequence[Mapping[str, object]]] = {"footprints": table, "parts": list(parts(rows))}
    folder = "emission_factors/vendor-footprints"
    return (
        Package(folder, title, "2026.1", *CC_BY, NOTICE.format(**counts), cited(table), tables),
        Package(
            f"{folder}-by-sa", f"{title} (share-alike)", "2026.1", *CC_BY_SA, NOTICE_BY_SA, cited(alike),
            {"footprints": alike},
        ),
    )  # fmt: skip


def cited(table: Table) -> list[dict[str, str]]:
    """Sources of the rows of a table."""
    used = {str(row["source"]) for row in table}
    return [one for one in SOURCES if one["id"] in used]


def main() -> None:
    """Read the upstream tables named on the command line and write the packages."""
    parser = importer(__doc__)
    parser.add_argument("published", type=Path, help="published footprints of products")
    parser.add_argument("dell", type=Path, help="product carbon footprints of Dell, as SCARIF compiles them")
    parser.add_argument("hpe", type=Path, help="product carbon footprints of HPE, as SCARIF compiles them")
    parser.add_argument("cards", type=Path, help="impacts of whole cards by stage, of ADEME's life cycle assessment")
    arguments = parser.parse_args()
    tables = (arguments.published, arguments.dell, arguments.hpe, arguments.cards)
    for package in build(*map(read_rows, tables)):
        write_package(package)


if __name__ == "__main__":
    main()
