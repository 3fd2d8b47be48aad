"""Import the life cycle assessment of accelerator cards by ADEME and Hubblo into ``emission_factors/accelerators``.

Three tables: the impacts of the dismantled cards part by part, the factors per square millimetre, gigabyte or
kilogram that follow from them for cards nobody has dismantled, and the freight that goes with both.

Run: ``python tools/import_accelerators.py COMPONENTS.csv AVERAGES.csv BODIES.csv``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from import_support import importer, read_rows
from packages import FACTOR_COLUMNS, Package, write_package

Row = Mapping[str, str]
Factor = dict[str, str]

#: Code of a criterion upstream -> category and unit as the project writes them.
CATEGORIES = {
    "ap": ("acidification", "mol H+ eq"),
    "gwp": ("climate change", "kg CO2e"),
    "ctue": ("ecotoxicity, freshwater", "CTUe"),
    "epf": ("eutrophication, freshwater", "kg P eq"),
    "epm": ("eutrophication, marine", "kg N eq"),
    "ept": ("eutrophication, terrestrial", "mol N eq"),
    "ctuh_c": ("human toxicity, cancer", "CTUh"),
    "ctuh_nc": ("human toxicity, non-cancer", "CTUh"),
    "ir": ("ionising radiation", "kBq U235 eq"),
    "lu": ("land use", "pt"),
    "odp": ("ozone depletion", "kg CFC-11 eq"),
    "pm": ("particulate matter", "disease incidence"),
    "pocp": ("photochemical ozone formation", "kg NMVOC eq"),
    "adpf": ("resource use, fossils", "MJ"),
    "adpe": ("resource use, minerals and metals", "kg Sb eq"),
    "wu": ("water use", "m3 world eq"),
    "pe": ("primary energy", "MJ"),
}

#: Dismantled card upstream -> item key. The GH200 is left out: its board row holds more than the board.
CARDS = {
    "NVIDIA A100 PCIe 40GB": "a100-pcie-40gb",
    "NVIDIA A100 SXM4 40GB": "a100-sxm4-40gb",
    "NVIDIA L4": "l4",
    "NVIDIA Tesla P100 PCIe 16GB": "p100-pcie-16gb",
    "NVIDIA GeForce GTX 1080 Ti": "gtx-1080-ti",
    "NVIDIA RTX A4500": "rtx-a4500",
    "NVIDIA TITAN RTX": "titan-rtx",
}

#: The card whose board row contradicts the other six (0.0008 kg CO2e/cm2 against 0.033 to 0.043).
FAULTY_BOARD = "NVIDIA A100 SXM4 40GB"

#: Climate change of that card from cradle to gate as its paper gives it [kg CO2e]: what its other parts leave of it is
#: the board's, and agrees with the board's primary energy upstream (230 MJ). The other categories have no such total.
PUBLISHED_TOTAL = 127.6

#: Component upstream -> part and life cycle stage.
PARTS = {
    "graphics_processing_unit": ("die", "manufacture"),
    "video_ram": ("memory", "manufacture"),
    "printed_wiring_board": ("board", "manufacture"),
    "heatsink": ("heatsink", "manufacture"),
    "casing": ("casing", "manufacture"),
    "upstream_transport": ("upstream transport", "manufacture"),
    "end_of_life": ("", "end of life"),
}

#: Component upstream -> part, what it is counted per, and what the number stands for, in the parametric model.
AVERAGES = {
    "graphics_processing_unit": ("die", "mm2", "per mm2 of die area over the Murphy yield (0.1 defects/cm2)"),
    "heatsink": ("heatsink", "kg", "per kg of heatsink"),
    "casing": ("casing", "kg", "per kg of casing"),
    "upstream_transport": ("upstream transport", "kg", "per kg of card; inbound to the factory"),
    "end_of_life": ("end of life", "kg", "per kg of card"),
}

#: Memory technology -> the dismantled card it is derived from, that card's memory [GB], and the grade.
MEMORY = {
    "HBM2": ("NVIDIA Tesla P100 PCIe 16GB", 16, "sourced"),
    "HBM2e": ("NVIDIA A100 PCIe 40GB", 40, "sourced"),
    "HBM3": ("NVIDIA A100 PCIe 40GB", 40, "proxy"),
    "HBM3e": ("NVIDIA A100 PCIe 40GB", 40, "proxy"),
    "GDDR5": ("NVIDIA GeForce GTX 1080 Ti", 11, "proxy"),
    "GDDR5X": ("NVIDIA GeForce GTX 1080 Ti", 11, "sourced"),
    "GDDR6": ("NVIDIA L4", 24, "sourced"),
    "GDDR6X": ("NVIDIA L4", 24, "proxy"),
}

#: Technologies whose climate change comes from the maker's own footprint, in emission_factors/components.
FOOTPRINTED = {"HBM3", "HBM3e"}

FREIGHT = {
    "transport_truck": "transport, truck",
    "transport_boat": "transport, ship",
    "transport_plane": "transport, aeroplane",
}

#: The version of the averages that is used: recomputed by Hubblo over all cards with consistent denominators.
RECOMPUTED = "recomputed average_model.json"

REPOSITORY = "https://github.com/hubblo-org/gpu-calculator/blob/2308a62b73f28d0e57498365819950f925c93b8d/src/data/gpu/"
AUTHORS = "Lees-Perasso, Ekchajzer, Roussilhe, De Latour (ADEME) 2026, life cycle assessment of GPUs for AI"
LICENCE = "CC-BY-SA-4.0"

SOURCES = [
    {
        "id": source,
        "title": f"{AUTHORS}: {what}",
        "url": REPOSITORY + file,
        "licence": LICENCE,
        "accessed": "2026-11-21",
        "page": page,
    }
    for source, what, file, page in (
        ("ademe-gpu-cards", "impacts of the dismantled cards", "gpus_impact_factors.csv", "rows by card and component"),
        ("ademe-gpu-average", "mean factors of the cards", "average_model.json", "factors by component"),
        ("ademe-gpu-bodies", "masses and surfaces of the cards", "gpus.json", "one entry per card"),
        ("ademe-gpu-transport", "freight per kg km, after EIME", "transport_impacts.csv", "rows by mode"),
    )
]
SOURCES.append(
    {
        "id": "falk-2025",
        "title": (
            "Falk, Ekchajzer, Pirson, Lees-Perasso, Wattiez, Biber-Freudenberger, Luccioni, van Wynsberghe 2025, "
            "More than Carbon"
        ),
        "url": "https://arxiv.org/abs/2509.00093",
        "licence": "single figures cited",
        "accessed": "2026-11-21",
        "page": "climate change of the A100 SXM 40GB, cradle to gate",
    }
)

NOTICE = """
# Notice

The tables `cards.csv`, `parametric.csv` and `transport.csv` are adapted from the life cycle assessment of graphics
cards by ADEME (2026), by Lees-Perasso, Ekchajzer, Roussilhe and De Latour (Tide, Hubblo, TND), as published in
hubblo-org/gpu-calculator (https://github.com/hubblo-org/gpu-calculator, commit 2308a62b73f2), and are licensed, like
the original, under Creative Commons Attribution-ShareAlike 4.0 International
(https://creativecommons.org/licenses/by-sa/4.0/). Freight factors come from the EIME database through the same work.

## Changes made

- Categories and parts carry the names used in this project; the splits of climate change, the mass of waste and the
  material input per service are left out.
- Left out: the GH200 (its board row holds far more than a board), the published averages, and the H100 PCIe, which
  upstream models rather than measures.
- The board of the A100 SXM4 40GB contradicts the other cards (0.08 kg CO2e) and is replaced: in climate change by what
  the other parts leave of the 127.6 kg that the paper of the same study gives for the card, in all other categories by
  the mean factor of the other boards times its 105 cm2 (grade `proxy`).
- `parametric.csv` is derived: memory per GB from one dismantled card of each technology; the board per cm2 as the mean
  of six cards (without the A100 SXM4 and the GH200); die, heatsink, casing, upstream transport and end of life from
  the recomputed averages. HBM3, HBM3e, GDDR6X and GDDR5 stand in from their nearest technology (grade `proxy`).
- Where upstream gives no figure there is no row.

End of life carries a water use of about 700 m3 world eq per kg of card, nine tenths of that of a card, and large
parts of its ecotoxicity and marine eutrophication. It is kept as published; results tell the water use without the
stage end of life beside the total.

The method behind the characterised scores is the Product Environmental Footprint; upstream does not say whether
EF 3.0 or EF 3.1. Upstream states no uncertainty.
"""


def number(value: float) -> str:
    """Print ``value`` with six significant digits."""
    return f"{value:.6g}"


def factor(code: str, value: float, **columns: str) -> Factor:
    """One row of a table of factors, with the columns all rows of this package share."""
    category, unit = CATEGORIES[code]
    row = dict.fromkeys(FACTOR_COLUMNS, "") | {
        "category": category,
        "amount": number(value),
        "unit": unit,
        "year": "2026",
        "grade": "sourced",
        "method_in_source": "unknown",
    }
    return row | columns


def by_component(rows: Sequence[Row]) -> dict[tuple[str, str, str], float]:
    """Impacts of the cards: (card, component, criterion) -> amount per card."""
    return {(r["graphics_card"], r["component"], r["criterion"]): float(r["value"]) for r in rows}


def board_means(impacts: Mapping[tuple[str, str, str], float], bodies: Sequence[Row]) -> dict[str, float]:
    """Mean impact of a populated board per cm2, by criterion, over the cards whose board row is sound."""
    surface = {body["name"]: float(body["pwb_surface_cm2"]) for body in bodies}
    cards = [card for card in CARDS if card != FAULTY_BOARD]
    return {
        code: fmean(impacts[card, "printed_wiring_board", code] / surface[card] for card in cards)
        for code in CATEGORIES
    }


def averages(rows: Sequence[Row]) -> dict[tuple[str, str], float]:
    """Recomputed mean factors: (component, criterion) -> amount."""
    return {(r["component"], r["criterion"]): float(r["value"]) for r in rows if r["model"].startswith(RECOMPUTED)}


def cards(impacts: Mapping[tuple[str, str, str], float], boards: Mapping[str, float], surface: float) -> list[Factor]:
    """Impacts of every dismantled card, part by part; ``surface`` is that of the faulty board [cm2]."""
    rows = []
    for card, item in CARDS.items():
        for component, (part, stage) in PARTS.items():
            shared = {"activity": item, "part": part, "life_cycle_stage": stage, "per": "item"}
            if (card, component) == (FAULTY_BOARD, "printed_wiring_board"):
                left = PUBLISHED_TOTAL - sum(
                    impacts[card, other, "gwp"]
                    for other, (_, of) in PARTS.items()
                    if of == stage and other != component
                )
                rows += [faulty_board(code, boards[code] * surface, shared, left) for code in CATEGORIES]
                continue
            rows += [
                factor(
                    code, impacts[card, component, code], source="ademe-gpu-cards", **shared, note=remark(part, code)
                )
                for code in CATEGORIES
                if (card, component, code) in impacts
            ]
    return rows


def faulty_board(code: str, value: float, shared: Mapping[str, str], left: float) -> Factor:
    """Stand in for the board whose published row contradicts the other cards; ``left`` of its published total."""
    if code == "gwp":
        note = (
            f"published board row (0.08 kg) contradicts the other cards; what its parts leave of {PUBLISHED_TOTAL} kg"
        )
        return factor(code, left, **shared, grade="proxy", source="ademe-gpu-cards;falk-2025", note=note)
    note = "published board row contradicts the other cards; mean board per cm2 of six cards x 105 cm2 instead"
    return factor(code, value, **shared, grade="proxy", source="ademe-gpu-cards;ademe-gpu-bodies", note=note)


def remark(part: str, code: str) -> str:
    """Warn of the figures that a reader should not take at face value."""
    if not part and code == "wu":
        return "end of life carries about nine tenths of the card's water use: read the total with care"
    return ""


def parametric(
    impacts: Mapping[tuple[str, str, str], float], means: Mapping[tuple[str, str], float], boards: Mapping[str, float]
) -> list[Factor]:
    """Factors for a card nobody has dismantled."""
    shared = {"activity": "accelerator", "life_cycle_stage": "manufacture"}
    rows = []
    for component, (part, per, meaning) in AVERAGES.items():
        stage = "end of life" if part == "end of life" else "manufacture"
        rows += [
            factor(
                code,
                means[component, code],
                **shared | {"part": part, "per": per, "life_cycle_stage": stage},
                source="ademe-gpu-average",
                note=caution(meaning, means[component, code]),
            )
            for code in CATEGORIES
            if (component, code) in means
        ]
    board = shared | {"part": "board", "per": "cm2", "source": "ademe-gpu-cards;ademe-gpu-bodies"}
    note = "per cm2 of populated board without die and memory; mean of six cards"
    rows += [factor(code, value, **board, note=note) for code, value in boards.items()]
    return rows + list(memory(impacts, shared))


def caution(meaning: str, value: float) -> str:
    """Add a warning to ``meaning`` where credits outweigh burdens."""
    return meaning if value >= 0 else f"{meaning}; negative: recycling credits outweigh the burden upstream"


def memory(impacts: Mapping[tuple[str, str, str], float], shared: Mapping[str, str]) -> Iterator[Factor]:
    """Memory per GB, by technology."""
    for technology, (card, size, grade) in MEMORY.items():
        note = f"memory of the {card} over its {size} GB"
        if grade == "proxy":
            note = f"stands in for {technology}: {note}"
        elif technology == "HBM2e":
            note += "; upstream names no memory technology, the maker's datasheet calls this card's memory HBM2"
        for code in CATEGORIES:
            if (card, "video_ram", code) not in impacts or (technology in FOOTPRINTED and code == "gwp"):
                continue
            yield factor(
                code,
                impacts[card, "video_ram", code] / size,
                **shared,
                part=f"memory {technology}",
                per="GB",
                grade=grade,
                source="ademe-gpu-cards",
                note=note,
            )


def transport(rows: Sequence[Row]) -> list[Factor]:
    """Freight per kilogram and kilometre."""
    return [
        factor(
            r["criterion"],
            float(r["value"]),
            activity=FREIGHT[r["component"]],
            life_cycle_stage="transport",
            per="kg km",
            source="ademe-gpu-transport",
        )
        for r in rows
        if r["component"] in FREIGHT and r["criterion"] in CATEGORIES
    ]


def build(components: Sequence[Row], model: Sequence[Row], bodies: Sequence[Row]) -> Package:
    """Build the package from the three upstream tables."""
    impacts = by_component(components)
    boards = board_means(impacts, bodies)
    surface = next(float(body["pwb_surface_cm2"]) for body in bodies if body["name"] == FAULTY_BOARD)
    return Package(
        folder="emission_factors/accelerators",
        title="Impacts of accelerator cards, per part and per unit of die, memory, board and mass",
        version="2026.1",
        licence=LICENCE,
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        notice=NOTICE,
        sources=SOURCES,
        tables={
            "cards": cards(impacts, boards, surface),
            "parametric": parametric(impacts, averages(model), boards),
            "transport": transport(model),
        },
    )


def main() -> None:
    """Read the upstream tables named on the command line and write the package."""
    parser = importer(__doc__)
    parser.add_argument("components", type=Path, help="impacts of each card by component")
    parser.add_argument("averages", type=Path, help="mean factors and freight")
    parser.add_argument("bodies", type=Path, help="masses and surfaces of the cards")
    arguments = parser.parse_args()
    write_package(build(read_rows(arguments.components), read_rows(arguments.averages), read_rows(arguments.bodies)))


if __name__ == "__main__":
    main()
