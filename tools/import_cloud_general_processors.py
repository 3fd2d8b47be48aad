"""Processors behind general cloud instances, for ``import_cloud_general.py``.

Providers buy parts of their own, of which the makers publish little. Where the catalogue has no such part, the public
one of the same generation and number of cores stands in for its power, and says so.
"""

from __future__ import annotations

from typing import NamedTuple

_XCC = "694"
_HCC = "485"
_WIKICHIP = "wikichip-skylake-server"
_XCC_NOTE = "die of the variant with up to 28 cores, estimated by the source from photographs"
_HCC_NOTE = "die of the variant with up to 18 cores, estimated by the source from photographs"
_BROADWELL = ("456", "intel-xeon-e5v4", "18.1 mm x 25.2 mm: die of the variant with more than 15 cores")


class Processor(NamedTuple):
    """A processor as the provider names it, and what the catalogue knows of it or of one that stands in."""

    name: str
    memory: str  # ddr4 or ddr5
    item: str = ""  # key of the catalogue
    why: str = ""  # why that one stands in; empty where it is the very same
    die: str = ""  # area of all dies [mm2]; empty: that of the catalogue, if any
    die_source: str = ""
    die_note: str = ""
    dies: str = ""  # groups of alike dies: number x area [mm2]


def _cores(count: int, generation: str) -> str:
    return f"no figure of the part is published: the public part of {count} cores of the same generation, {generation}"


def _xcc(name: str, item: str) -> Processor:
    return Processor(name, "ddr4", item, "", _XCC, _WIKICHIP, _XCC_NOTE)


PROCESSORS = {
    "intel-8175m": _xcc("Intel Xeon Platinum 8175M", "intel-xeon-platinum-8175m"),
    "intel-8259cl": _xcc("Intel Xeon Platinum 8259CL", "intel-xeon-platinum-8259cl"),
    "intel-8275cl": _xcc("Intel Xeon Platinum 8275CL", "intel-xeon-platinum-8275cl"),
    "intel-8272cl": _xcc("Intel Xeon Platinum 8272CL", "intel-xeon-platinum-8272cl"),
    "intel-8168": _xcc("Intel Xeon Platinum 8168", "intel-xeon-platinum-8168"),
    "intel-8173m": _xcc("Intel Xeon Platinum 8173M", "intel-xeon-platinum-8173m"),
    "intel-8176m": _xcc("Intel Xeon Platinum 8176M", "intel-xeon-platinum-8176m"),
    "intel-8280l": _xcc("Intel Xeon Platinum 8280L", "intel-xeon-platinum-8280l"),
    "intel-8124m": Processor(
        "Intel Xeon Platinum 8124M", "ddr4", "intel-xeon-platinum-8124m", "", _HCC, _WIKICHIP, _HCC_NOTE
    ),
    "intel-6253cl": Processor("Intel Xeon Gold 6253CL", "ddr4", "intel-xeon-gold-6253cl"),
    "intel-8151": Processor("Intel Xeon Platinum 8151", "ddr4", "intel-xeon-platinum-8151"),
    "intel-8252c": Processor("Intel Xeon Platinum 8252C", "ddr4", "intel-xeon-gold-6246",
                             _cores(12, "Xeon Gold 6246")),
    "intel-ice-lake": Processor("Intel Xeon Platinum 8375C (Ice Lake)", "ddr4", "intel-xeon-platinum-8375c"),
    "intel-8370c": Processor("Intel Xeon Platinum 8370C", "ddr4", "intel-xeon-platinum-8370c"),
    "intel-8373c": Processor("Intel Xeon Platinum 8373C", "ddr4", "intel-xeon-platinum-8373c"),
    "intel-sapphire-rapids": Processor("Intel Xeon Sapphire Rapids", "ddr5", "xeon-platinum-8468",
                                       _cores(48, "Xeon Platinum 8468")),
    "intel-8481c": Processor("Intel Xeon Platinum 8481C", "ddr5", "xeon-platinum-8468",
                             _cores(48, "Xeon Platinum 8468")),
    "intel-emerald-rapids": Processor("Intel Xeon Emerald Rapids", "ddr5", "intel-xeon-platinum-8558",
                                      _cores(48, "Xeon Platinum 8558")),
    "intel-8573b": Processor("Intel Xeon Platinum 8573B", "ddr5", "intel-xeon-platinum-8558",
                             _cores(48, "Xeon Platinum 8558")),
    "intel-8581c": Processor("Intel Xeon Platinum 8581C", "ddr5", "intel-xeon-platinum-8558",
                             _cores(48, "Xeon Platinum 8558")),
    "intel-granite-rapids": Processor("Intel Xeon Granite Rapids", "ddr5", "intel-xeon-6972p",
                                      _cores(96, "Xeon 6972P")),
    "intel-e5-2686v4": Processor("Intel Xeon E5-2686 v4", "ddr4", "intel-xeon-e5-2686-v4", "", *_BROADWELL),
    "intel-e5-2676v3": Processor("Intel Xeon E5-2676 v3", "ddr4"),
    "intel-e5-2666v3": Processor("Intel Xeon E5-2666 v3", "ddr4"),
    "intel-e5-2670": Processor("Intel Xeon E5-2670", "ddr4", "intel-xeon-e5-2670"),
    "intel-e5-2680v2": Processor("Intel Xeon E5-2680 v2", "ddr4", "intel-xeon-e5-2680-v2"),
    "intel-e7-8880v3": Processor("Intel Xeon E7-8880 v3", "ddr4", "intel-xeon-e7-8880-v3"),
    "intel-e7-8880v4": Processor("Intel Xeon E7-8880 v4", "ddr4", "intel-xeon-e7-8880-v4"),
    "amd-7571": Processor("AMD EPYC 7571", "ddr4", "amd-epyc-7601", _cores(32, "EPYC 7601")),
    "amd-7551": Processor("AMD EPYC 7551", "ddr4", "amd-epyc-7551"),
    "amd-7r32": Processor(
        "AMD EPYC 7R32", "ddr4", "amd-epyc-7642", _cores(48, "EPYC 7642"), "860", "naffziger-2020",
        "assumed: six core dies of 74 mm2, the fewest that hold 48 cores, and one input/output die of 416 mm2",
        "6 x 74 + 1 x 416",
    ),
    "amd-7b12": Processor(
        "AMD EPYC 7B12", "ddr4", "amd-epyc-7b12", "", "1008", "naffziger-2020",
        "assumed 64 cores: eight core dies of 74 mm2 and one input/output die of 416 mm2, as in the EPYC 7742",
        "8 x 74 + 1 x 416",
    ),
    "amd-7452": Processor(
        "AMD EPYC 7452", "ddr4", "amd-epyc-7452", "", "712", "naffziger-2020",
        "four core dies of 74 mm2 for its 32 cores and one input/output die of 416 mm2, as in the EPYC 7502",
        "4 x 74 + 1 x 416",
    ),
    "amd-7r13": Processor(
        "AMD EPYC 7R13", "ddr4", "amd-epyc-7r13", "", "900.2", "burd-2022;naffziger-2020",
        ("assumed: six core dies of 80.7 mm2, the fewest that hold 48 cores, and one input/output die, taken as the "
         "416 mm2 of the generation before"), "6 x 80.7 + 1 x 416",
    ),
    "amd-7763v": Processor("AMD EPYC 7763v", "ddr4", "epyc-7763", "the variant of one provider: EPYC 7763 stands in"),
    "amd-7b13": Processor("AMD EPYC 7B13", "ddr4", "epyc-7713", _cores(64, "EPYC 7713")),
    "amd-9r14": Processor("AMD EPYC 9R14", "ddr5", "amd-epyc-9654", _cores(96, "EPYC 9654")),
    "amd-9b14": Processor("AMD EPYC 9B14", "ddr5", "amd-epyc-9654", _cores(96, "EPYC 9654")),
    "amd-9v74": Processor(
        "AMD EPYC 9V74", "ddr5", "epyc-9634", "80 cores: the public part of 84 cores, EPYC 9634, stands in"
    ),
    "amd-genoa": Processor(
        "AMD EPYC 9004 (Genoa)", "ddr5", "epyc-9634",
        "which one of the generation is not published: EPYC 9634 stands in, as for the EPYC 9V74 of the same provider",
    ),
    "amd-9r45": Processor("AMD EPYC 9R45", "ddr5", "amd-epyc-9655", _cores(96, "EPYC 9655")),
    "amd-9r05": Processor("AMD EPYC 9R05", "ddr5", "amd-epyc-9475f", _cores(48, "EPYC 9475F")),
    "graviton": Processor("AWS Graviton", "ddr4"),
    "graviton2": Processor("AWS Graviton2", "ddr4"),
    "graviton3": Processor("AWS Graviton3", "ddr5"),
    "graviton3e": Processor("AWS Graviton3E", "ddr5"),
    "graviton4": Processor("AWS Graviton4", "ddr5"),
    "axion": Processor("Google Axion", "ddr5"),
    "altra": Processor("Ampere Altra", "ddr4"),
    "cobalt-100": Processor("Microsoft Azure Cobalt 100", "ddr5"),
}  # fmt: skip

SOURCES = {
    "wikichip-skylake-server": (
        "WikiChip, Skylake (server) microarchitecture",
        "https://en.wikichip.org/wiki/intel/microarchitectures/skylake_(server)",
        "die: areas, estimated",
    ),
    "naffziger-2020": (
        ("Naffziger, Lepak, Paraschou, Subramony 2020, AMD Chiplet Architecture for High-Performance Server and "
         "Desktop Products, ISSCC 2020"),
        "https://doi.org/10.1109/ISSCC19947.2020.9063103",
        "die sizes",
    ),
    "burd-2022": (
        "Burd et al. (AMD) 2022, Zen3: the AMD 2nd-generation 7nm x86-64 microprocessor core, ISSCC 2022",
        "https://doi.org/10.1109/ISSCC42614.2022.9731678",
        "specifications",
    ),
    "intel-xeon-e5v4": (
        "Intel Xeon E5-2600 v4 launch material, as reported by Tom's Hardware 2016",
        "https://www.tomshardware.com/reviews/intel-xeon-e5-2600-v4-broadwell-ep,4514-2.html",
        "die of the high core count variant",
    ),
}  # fmt: skip
