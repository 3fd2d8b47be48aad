"""Servers as their MLPerf descriptions and makers describe them, for ``import_hardware.py``.

Every system is one file of a public results repository, named by round, commit and path. What a description does not
say is not filled in, except the frame every server has and, where only a total is given, the split into modules or
drives; both say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from import_hardware_facts import EMERALD_RAPIDS, FACTS, FRAME, Fact, Part

CONVENTION = "lca-ai-convention"

#: Round -> title and place of its files at the commit read.
_GITHUB = "https://github.com/mlcommons/"
ROUNDS = {
    "inference-v1.1": (
        "MLPerf Inference v1.1",
        "inference_results_v1.1/blob/912dcdb9163736beca40a1f86e25d1305deab549/",
    ),
    "inference-v3.1": (
        "MLPerf Inference v3.1",
        "inference_results_v3.1/blob/eaf622a25c00f2b4b1d2c4f5b4f430570429d24a/",
    ),
    "inference-v4.1": (
        "MLPerf Inference v4.1",
        "inference_results_v4.1/blob/a2f5d66d17e8f75c02fd74dfe810ecca6a046696/",
    ),
    "training-v0.7": ("MLPerf Training v0.7", "training_results_v0.7/blob/c66406115bb3c60cb9c49889b076727ccecba31e/"),
    "training-v2.0": ("MLPerf Training v2.0", "training_results_v2.0/blob/a6ae3e16d97bca208ee5510f3614fcd4fa923650/"),
    "training-v4.0": ("MLPerf Training v4.0", "training_results_v4.0/blob/62f111b7690f163b269f32e4f93dcaaa13717c9c/"),
    "training-v5.1": ("MLPerf Training v5.1", "training_results_v5.1/blob/4da2d1cd71eb30c855dad12712480ae5ac90dd89/"),
}

#: id -> title, url of the makers' pages that give the height of a machine.
_MAKERS = {
    "dell-servers": ("Dell PowerEdge and DSS servers, product pages", "https://www.dell.com/en-us/shop/dell-poweredge-servers/sc/servers"),
    "supermicro-servers": ("Supermicro GPU systems, product pages", "https://www.supermicro.com/en/products/gpu"),
    "hpe-servers": ("HPE ProLiant, Apollo and Cray servers, QuickSpecs", "https://www.hpe.com/us/en/servers.html"),
    "lenovo-servers": ("Lenovo ThinkSystem servers, product guides", "https://lenovopress.lenovo.com/servers"),
    "gigabyte-servers": ("GIGABYTE GPU servers, product pages", "https://www.gigabyte.com/Enterprise/GPU-Server"),
    "inspur-servers": ("Inspur NF5488A5, product page", "https://www.inspursystems.com/product/nf5488a5/"),
    "mitac-servers": ("MiTAC G8825Z5, product page", "https://www.mitaccomputing.com/en/product/G8825Z5"),
    "nvidia-grace": ("NVIDIA Grace CPU, product page", "https://www.nvidia.com/en-us/data-center/grace-cpu/"),
    "burd-2022": (
        "Burd et al. (AMD) 2022, Zen3: the AMD 2nd-generation 7nm x86-64 microprocessor core, ISSCC 2022",
        "https://doi.org/10.1109/ISSCC42614.2022.9731678",
    ),
    "amd-epyc-9004": (
        "AMD EPYC 9004 series, product pages: size of the L3 cache",
        "https://www.amd.com/en/products/processors/server/epyc/4th-generation-9004-and-8004-series.html",
    ),
    "genoa-2022": (
        "PC Games Hardware 2022, as reported by Tech Gaming Report, on the opened EPYC 9004",
        "https://www.techgamingreport.com/headless-cpu-allows-for-a-view-of-12-chiplets/",
    ),
    "nvl72-press": (
        "Xataka On 2024, on the GB200 NVL72 rack",
        (
            "https://www.xatakaon.com/robotics-and-ai/nvidias-ai-supercomputer-costs-3-million-to-operate-"
            "it-uses-a-switch-with-nearly-2-miles-of-cable"
        ),
    ),
    "nvidia-power-shelf": (
        "NVIDIA Mission Control, power shelves of the NVL72 rack",
        "https://docs.nvidia.com/base-command-manager/product-manuals/nvidia-mission-control/powershelf.md",
    ),
}  # fmt: skip

#: item -> name, name in CodeCarbon's list (or none), cores (or none).
CPUS = {
    "epyc-7713": ("AMD EPYC 7713", "AMD EPYC 7713"),
    "epyc-7763": ("AMD EPYC 7763", "AMD EPYC 7763"),
    "epyc-9374f": ("AMD EPYC 9374F", "AMD EPYC 9374F"),
    "epyc-9454": ("AMD EPYC 9454", "AMD EPYC 9454"),
    "epyc-9474f": ("AMD EPYC 9474F", "AMD EPYC 9474F"),
    "epyc-9575f": ("AMD EPYC 9575F", "AMD EPYC 9575F"),
    "epyc-9634": ("AMD EPYC 9634", "AMD EPYC 9634"),
    "epyc-9755": ("AMD EPYC 9755", "AMD EPYC 9755"),
    "xeon-gold-5412u": ("Intel Xeon Gold 5412U", "Intel Xeon Gold 5412U"),
    "xeon-gold-6240r": ("Intel Xeon Gold 6240R", "Intel Xeon Gold 6240R"),
    "xeon-gold-6248r": ("Intel Xeon Gold 6248R", "Intel Xeon Gold 6248R"),
    "xeon-gold-6252": ("Intel Xeon Gold 6252", "Intel Xeon Gold 6252"),
    "xeon-gold-6338": ("Intel Xeon Gold 6338", "Intel Xeon Gold 6338"),
    "xeon-gold-6448y": ("Intel Xeon Gold 6448Y", "Intel Xeon Gold 6448Y"),
    "xeon-platinum-8174": ("Intel Xeon Platinum 8174", "Intel Xeon Platinum 8174"),
    "xeon-platinum-8368": ("Intel Xeon Platinum 8368", "Intel Xeon Platinum 8368"),
    "xeon-platinum-8380": ("Intel Xeon Platinum 8380", "Intel Xeon Platinum 8380"),
    "xeon-platinum-8460y": ("Intel Xeon Platinum 8460Y+", "Intel Xeon Platinum 8460Y+"),
    "xeon-platinum-8468": ("Intel Xeon Platinum 8468", "Intel Xeon Platinum 8468"),
    "xeon-platinum-8480": ("Intel Xeon Platinum 8480+", "Intel Xeon Platinum 8480+"),
    "xeon-platinum-8562y": ("Intel Xeon Platinum 8562Y+", "Intel Xeon Platinum 8562Y+"),
    "xeon-platinum-8580": ("Intel Xeon Platinum 8580", "Intel Xeon Platinum 8580"),
    "xeon-platinum-8592": ("Intel Xeon Platinum 8592+", "Intel Xeon Platinum 8592+"),
}

_TILES = "four dies of around 400 mm2 (the maker's rounding; measured dies are larger)"
_MILAN = "eight core dies of 80.7 mm2 and one input/output die, taken as the 416 mm2 of the generation before"

#: Processor of the EPYC 9004 series -> its core dies: its L3 cache over the 32 MB of one.
_GENOA = {"epyc-9374f": 8, "epyc-9454": 8, "epyc-9474f": 8, "epyc-9634": 12}


def _genoa(item: str, dies: int) -> tuple[Fact, Fact]:
    """Dies of a processor of the EPYC 9004 series."""
    cited = "amd-epyc-9004;genoa-2022"
    note = (
        f"{dies} core dies of 72 mm2 and one input/output die of 397 mm2 (measured on a photograph; another such "
        f"measurement of the latter gives 419): {32 * dies} MB of L3 cache at 32 MB a die"
    )
    return (
        Fact(item, "die_area", f"{72 * dies + 397}", "mm2", cited, note),
        Fact(item, "dies", f"{dies} x 72 + 1 x 397", "mm2", cited),
    )


#: Facts of the processors beside name and power.
CPU_FACTS = (
    Fact("epyc-7713", "die_area", "1061.6", "mm2", "burd-2022;naffziger-2020", _MILAN),
    Fact("epyc-7713", "dies", "8 x 80.7 + 1 x 416", "mm2", "burd-2022;naffziger-2020"),
    Fact("epyc-7763", "die_area", "1061.6", "mm2", "burd-2022;naffziger-2020", _MILAN),
    Fact("epyc-7763", "dies", "8 x 80.7 + 1 x 416", "mm2", "burd-2022;naffziger-2020"),
    Fact("xeon-platinum-8460y", "die_area", "1600", "mm2", "intel-hotchips33", _TILES),
    Fact("xeon-platinum-8460y", "dies", "4", "item", "intel-hotchips33"),
    Fact("xeon-platinum-8468", "die_area", "1600", "mm2", "intel-hotchips33", _TILES),
    Fact("xeon-platinum-8468", "dies", "4", "item", "intel-hotchips33"),
    Fact("xeon-platinum-8480", "die_area", "1600", "mm2", "intel-hotchips33", _TILES),
    Fact("xeon-platinum-8480", "dies", "4", "item", "intel-hotchips33"),
    *(fact for item, dies in _GENOA.items() for fact in _genoa(item, dies)),
    *(
        fact
        for item in ("xeon-platinum-8580", "xeon-platinum-8592")
        for fact in (
            Fact(item, "die_area", "1526.06", "mm2", "semianalysis-2023", EMERALD_RAPIDS),
            Fact(item, "dies", "2", "item", "semianalysis-2023"),
        )
    ),
    Fact("grace", "name", "NVIDIA Grace", "", "nvidia-grace"),
    Fact("grace", "manufacturer", "NVIDIA", "", "nvidia-grace"),
    Fact("grace", "cores", "72", "", "nvidia-grace"),
)

_LPDDR = "proxy: the DDR4 figure"
OTHER_FACTS = {
    "memory": (
        Fact("lpddr5x", "name", "LPDDR5X memory on the module of a processor", "", CONVENTION),
        Fact("lpddr5x", "die_density", "2.375", "GB/cm2", "dram-density", f"{_LPDDR}; newer dies are denser"),
        Fact("lpddr5x", "die_density_low", "1.25", "GB/cm2", "dram-density", _LPDDR),
    ),
    "storage": (Fact("hdd", "name", "hard disk drive", "", CONVENTION),),
}

ALIASES = {
    **{
        item: (name, name.removeprefix("AMD ").removeprefix("Intel "))
        for item, (name, _) in CPUS.items()
    },
    "grace": ("NVIDIA Grace", "NVIDIA Grace CPU"),
    "lpddr5x": ("LPDDR5X",),
    "hdd": ("hard disk", "HDD"),
}  # fmt: skip


class Memory(NamedTuple):
    """Main memory: ``modules`` of ``size`` GB, assumed where the description gives the total only."""

    modules: int
    size: float
    kind: str
    note: str = ""
    assumed: bool = False


class Drive(NamedTuple):
    """Local drives: ``number`` of ``size`` GB, assumed where the description gives the total only."""

    number: int
    size: float
    note: str = ""
    assumed: bool = False
    item: str = "ssd-nvme"


class System(NamedTuple):
    """One described machine."""

    name: str
    round: str
    path: str
    accelerator: tuple[str, int]
    cpu: tuple[str, int]
    memory: Memory
    drives: tuple[Drive, ...] = ()
    cards: int = 0  # network cards
    cards_note: str = ""
    switches: int = 0
    supplies: tuple[int, float] | None = None  # number, W each
    height: tuple[float, str] | None = None  # U, source
    note: str = ""


#: Modules of a total whose split is not described.
ASSUMED_MODULE = 32


def _total(size: float, kind: str, note: str = "") -> Memory:
    """Memory of which the description gives the total only."""
    what = f"assumed: modules of {ASSUMED_MODULE} GB; the description gives the total of {size:g} GB only"
    return Memory(int(size / ASSUMED_MODULE), ASSUMED_MODULE, kind, "; ".join(filter(None, (what, note))), assumed=True)


def _one(size: float, note: str = "") -> Drive:
    """Storage of which the description gives the total only."""
    what = f"assumed: one drive; the description gives the total of {size:g} GB only"
    return Drive(1, size, "; ".join(filter(None, (what, note))), assumed=True)


_KIND = "the kind is not described: that of the processor"
_GENERATION = "the modules described are of another generation than the processor takes; its own is used"
_INF = "closed/{}/systems/"
_DELL, _HPE, _SMC, _LNV = "dell-servers", "hpe-servers", "supermicro-servers", "lenovo-servers"
_D, _S, _H, _L = (_INF.format(one) for one in ("Dell", "Supermicro", "HPE", "Lenovo"))
_IB = "400 Gb/s InfiniBand"

SYSTEMS: Mapping[str, System] = {
    "xe9680-8xh100": System(
        "Dell PowerEdge XE9680 (8x H100 SXM 80GB)", "inference-v4.1", _D + "XE9680_H100_SXM_80GBx8_TRT.json",
        ("h100-sxm5-80gb", 8), ("xeon-platinum-8468", 2), Memory(32, 64, "ddr5"), (_one(7680),), 10, _IB,
        height=(6, _DELL)),
    "xe9680-8xmi300x": System(
        "Dell PowerEdge XE9680 (8x MI300X)", "inference-v4.1", _D + "XE9680_MI300X_192GBx8.json",
        ("mi300x", 8), ("xeon-platinum-8460y", 2), Memory(32, 64, "ddr5"), (_one(7680),), 10, _IB, height=(6, _DELL)),
    "xe9680-8xa100-80gb": System(
        "Dell PowerEdge XE9680 (8x A100 SXM 80GB)", "inference-v3.1", _D + "XE9680_A100_SXM_80GBx8_TRT.json",
        ("a100-sxm4-80gb", 8), ("xeon-platinum-8480", 2), Memory(32, 64, "ddr5"), (_one(11000),), 8, "ConnectX-7",
        switches=6, height=(6, _DELL), note="its cards run at 500 W"),
    "xe9680-8xh200": System(
        "Dell PowerEdge XE9680 (8x H200 SXM 141GB)", "training-v5.1", "Dell/systems/1xXE9680x8H200-SXM-141GB.json",
        ("h200-sxm-141gb", 8), ("xeon-platinum-8470", 2), Memory(32, 64, "ddr5"), (Drive(4, 6400),),
        height=(6, _DELL)),
    "xe8640-4xh100": System(
        "Dell PowerEdge XE8640 (4x H100 SXM 80GB)", "inference-v4.1", _D + "XE8640_H100_SXM_80GBx4_TRT.json",
        ("h100-sxm5-80gb", 4), ("xeon-platinum-8468", 2), Memory(16, 64, "ddr5"), (_one(2000),), 4, _IB,
        height=(4, _DELL)),
    "r760xa-4xh100nvl": System(
        "Dell PowerEdge R760xa (4x H100 NVL)", "inference-v4.1", _D + "R760xa_H100NVL_PCIe_94GBx4_TRT.json",
        ("h100-nvl-94gb", 4), ("xeon-platinum-8580", 2), Memory(32, 64, "ddr5", _KIND), (_one(5000),), 2, "1 GbE",
        height=(2, _DELL)),
    "r760xa-4xh100": System(
        "Dell PowerEdge R760xa (4x H100 PCIe 80GB)", "inference-v4.1", _D + "R760xa_H100_PCIe_80GBx4_TRT.json",
        ("h100-pcie-80gb", 4), ("xeon-platinum-8480", 2), Memory(32, 64, "ddr5"), (_one(4000),), 2, "100 GbE",
        height=(2, _DELL)),
    "r760xa-4xl40": System(
        "Dell PowerEdge R760xa (4x L40)", "inference-v3.1", _D + "R760xa_L40x4_TRT.json",
        ("l40", 4), ("xeon-platinum-8460y", 2), Memory(16, 32, "ddr5", _GENERATION), (_one(1800),), 2, "1 GbE",
        height=(2, _DELL)),
    "r760xa-4xl40s": System(
        "Dell PowerEdge R760xa (4x L40S)", "training-v4.0", "Dell/systems/R760xax4L40S.json",
        ("l40s", 4), ("xeon-gold-6448y", 2), Memory(16, 32, "ddr5"), (Drive(1, 5900),), 2, "ConnectX-7",
        height=(2, _DELL)),
    "r750xa-4xa100-80gb": System(
        "Dell PowerEdge R750xa (4x A100 PCIe 80GB)", "inference-v3.1", _D + "R750xa_A100_PCIe_80GBx4_TRT.json",
        ("a100-pcie-80gb", 4), ("xeon-gold-6338", 2), Memory(16, 32, "ddr4", _KIND), (_one(3500),), 2, "1 GbE",
        height=(2, _DELL)),
    "r750xa-4xa100-40gb": System(
        "Dell PowerEdge R750xa (4x A100 PCIe 40GB)", "inference-v1.1",
        _D + "R750xa_A100-PCIE-40GBx4_TRT_MaxQ.json",
        ("a100-pcie-40gb", 4), ("xeon-platinum-8368", 2), _total(256, "ddr4", _KIND), (_one(543),),
        supplies=(1, 2400), height=(2, _DELL), note="its cards run at 175 W"),
    "r7525-3xa30": System(
        "Dell PowerEdge R7525 (3x A30)", "inference-v1.1", _D + "R7525_A30x3_TRT.json",
        ("a30", 3), ("epyc-7763", 2), _total(1024, "ddr4", _KIND), (_one(4000),), height=(2, _DELL)),
    "xe8545-4xa100-80gb": System(
        "Dell PowerEdge XE8545 (4x A100 SXM 80GB)", "inference-v1.1", _D + "XE8545_A100-SXM-80GBx4_TRT.json",
        ("a100-sxm4-80gb", 4), ("epyc-7763", 2), _total(1024, "ddr4", _KIND), (_one(3000),), supplies=(4, 2400),
        height=(4, _DELL), note="its cards run at 500 W"),
    "dss8440-8xa30": System(
        "Dell DSS 8440 (8x A30)", "inference-v1.1", _D + "DSS8440_A30x8_TRT.json",
        ("a30", 8), ("xeon-gold-6248r", 2), _total(1024, "ddr4", _KIND), (_one(3000),), height=(4, _DELL)),
    "dss8440-10xa100-80gb": System(
        "Dell DSS 8440 (10x A100 PCIe 80GB)", "inference-v1.1", _D + "DSS8440_A100-PCIE-80GBx10_TRT.json",
        ("a100-pcie-80gb", 10), ("xeon-gold-6248r", 2), _total(768, "ddr4", _KIND), (_one(1800),),
        height=(4, _DELL)),
    "xe2420-2xa10": System(
        "Dell PowerEdge XE2420 (2x A10)", "inference-v1.1", _D + "XE2420_A10x2_TRT.json",
        ("a10", 2), ("xeon-gold-6252", 2), _total(384, "ddr4", _KIND), (_one(4000),), supplies=(2, 2000),
        height=(2, _DELL)),
    "precision-7920-2xa5000": System(
        "Dell Precision 7920 Tower (2x RTX A5000)", "training-v2.0", "Krai/systems/7920T_2xA5000.json",
        ("rtx-a5000", 2), ("xeon-gold-6240r", 1), _total(96, "ddr4", _KIND),
        (_one(1000), Drive(1, 4000, "hard disk; assumed: one drive", assumed=True, item="hdd")),
        note="a workstation: its case is taken as that of a rack server"),
    "as-8125gs-8xh100": System(
        "Supermicro AS-8125GS-TNHR (8x H100 SXM 80GB)", "inference-v4.1",
        _S + "AS_8125GS_TNHR_H100_SXM_80GBx8_TRT.json",
        ("h100-sxm5-80gb", 8), ("epyc-9474f", 2), Memory(24, 64, "ddr5"), (Drive(1, 15360),), 10,
        "nine ConnectX-7 and one X550T", height=(8, _SMC)),
    "sys-821ge-8xh100": System(
        "Supermicro SYS-821GE-TNHR (8x H100 SXM 80GB)", "inference-v4.1",
        _S + "SYS_821GE_TNHR_H100_SXM_80GBx8_TRT.json",
        ("h100-sxm5-80gb", 8), ("xeon-platinum-8468", 2), Memory(32, 64, "ddr5"), (Drive(2, 3840), Drive(1, 960)), 9,
        "eight ConnectX-7 and one X550T", height=(8, _SMC)),
    "as-8125gs-8xmi300x": System(
        "Supermicro AS-8125GS-TNMR2 (8x MI300X)", "inference-v4.1", _INF.format("AMD") + "8xMI300X_2xEPYC-9374F.json",
        ("mi300x", 8), ("epyc-9374f", 2), Memory(24, 64, "ddr5", _KIND), (Drive(1, 900), Drive(2, 3500)), 2,
        "one BCM57416 and one ConnectX-7", height=(8, _SMC)),
    "as-8126gs-8xmi350x": System(
        "Supermicro AS-8126GS-TNMR (8x MI350X)", "training-v5.1", "AMD/systems/MI350X_EPYC_9575F_pytorch.json",
        ("mi350x", 8), ("epyc-9575f", 2), Memory(24, 128, "ddr5", _KIND), (_one(3500),), 10,
        "six BCM57508, two X710 and two X550T", height=(8, _SMC)),
    "as-4126gs-8xmi355x": System(
        "Supermicro AS-4126GS-NMR-LCC (8x MI355X)", "training-v5.1", "AMD/systems/MI355X_EPYC_9575F_pytorch.json",
        ("mi355x", 8), ("epyc-9575f", 2), Memory(24, 128, "ddr5", _KIND), (_one(3500),), 4,
        "two X710 and two X550T", height=(4, _SMC)),
    "gh200-mgx-96gb": System(
        "NVIDIA MGX server with one GH200 96GB", "inference-v4.1",
        _S + "GH200-GraceHopper-Superchip_GH200-96GB_aarch64x1_TRT.json",
        ("gh200-96gb", 1), ("grace", 1),
        Memory(1, 480, "lpddr5x", "on the superchip: counted as one module"), (_one(8000),), 1, "X550T",
        height=(2, CONVENTION)),
    "gh200-mgx-144gb": System(
        "NVIDIA MGX server with one GH200 144GB", "inference-v4.1",
        _INF.format("NVIDIA") + "GH200-GraceHopper-Superchip_GH200-144GB_aarch64x1_TRT.json",
        ("gh200-144gb", 1), ("grace", 1),
        Memory(1, 480, "lpddr5x", "on the superchip: counted as one module"), (_one(2000),), 1, "ConnectX-6 Lx",
        height=(2, CONVENTION)),
    "dl320-gen11-4xl4": System(
        "HPE ProLiant DL320 Gen11 (4x L4)", "inference-v3.1", _H + "HPE_ProLiant_DL320_Gen11_L4x4_TRT.json",
        ("l4", 4), ("xeon-gold-5412u", 1), Memory(8, 32, "ddr5", _KIND), (_one(3600),), 1, "1 GbE", height=(1, _HPE)),
    "dl380a-gen11-4xh100": System(
        "HPE ProLiant DL380a Gen11 (4x H100 PCIe 80GB)", "inference-v3.1",
        _H + "HPE_ProLiant_DL380a_Gen11_H100_PCIe_80GBx4_TRT.json",
        ("h100-pcie-80gb", 4), ("xeon-platinum-8480", 2), Memory(16, 64, "ddr5", _GENERATION), (_one(6000),), 1,
        "1 GbE", height=(2, _HPE)),
    "xl675d-gen10plus-8xa100-80gb": System(
        "HPE ProLiant XL675d Gen10 Plus (8x A100 SXM 80GB)", "inference-v3.1",
        _H + "HPE_ProLiant_XL675d_Gen10_Plus_A100_SXM_80GBx8_TRT.json",
        ("a100-sxm4-80gb", 8), ("epyc-7763", 2), Memory(32, 32, "ddr4"), (_one(4000),), 4, "200 Gb/s InfiniBand",
        height=(6, _HPE)),
    "cray-xd670-8xh100": System(
        "HPE Cray XD670 (8x H100 SXM 80GB)", "training-v4.0",
        "HPE/systems/HPE-Cray-XD670-Gen11-H100-SXM5-80GB_n1_pytorch_24.04.json",
        ("h100-sxm5-80gb", 8), ("xeon-platinum-8468", 2), _total(2048, "ddr5", _KIND), (_one(5000),), 10,
        "eight InfiniBand and two Ethernet links, taken as cards", height=(5, _HPE)),
    "sr675-v3-8xl40s": System(
        "Lenovo ThinkSystem SR675 V3 (8x L40S)", "training-v4.0", "Lenovo/systems/SR675V3-8xL40S_PCIe_48GB_350W.json",
        ("l40s", 8), ("epyc-9634", 2), Memory(24, 128, "ddr5"), (_one(7000),), height=(3, _LNV)),
    "sr675-v3-8xh100nvl": System(
        "Lenovo ThinkSystem SR675 V3 (8x H100 NVL)", "inference-v4.1", _L + "SR675_V3_8xH100_NVL_TRT.json",
        ("h100-nvl-94gb", 8), ("epyc-9634", 2), Memory(24, 128, "ddr5", _KIND), (_one(10000),), 4, "Ethernet",
        height=(3, _LNV)),
    "sr685a-v3-8xh100": System(
        "Lenovo ThinkSystem SR685a V3 (8x H100 SXM 80GB)", "training-v4.0",
        "Lenovo/systems/SR685aV3-8xH100_SXM5_80GB_700W.json",
        ("h100-sxm5-80gb", 8), ("epyc-9454", 2), Memory(24, 64, "ddr5"), (_one(7000),), 1, "BCM57414",
        height=(8, _LNV)),
    "sr680a-v3-8xb200": System(
        "Lenovo ThinkSystem SR680a V3 (8x B200 180GB)", "training-v5.1",
        "Lenovo/systems/SR680aV3-8xB200_SXM_180GB.json",
        ("b200", 8), ("xeon-platinum-8562y", 2), Memory(32, 64, "ddr5"), (_one(20000),), height=(8, _LNV)),
    "g593-sd1-8xh100": System(
        "GIGABYTE G593-SD1 (8x H100 SXM 80GB)", "training-v4.0", "GigaComputing/systems/G593-SD1_pytorch.json",
        ("h100-sxm5-80gb", 8), ("xeon-platinum-8480", 2), Memory(32, 64, "ddr5"),
        (Drive(1, 800, "assumed: one drive", assumed=True), Drive(1, 14000, "assumed: one drive", assumed=True)),
        height=(5, "gigabyte-servers")),
    "g492-id0-8xa100-80gb": System(
        "GIGABYTE G492-ID0 (8x A100 SXM 80GB)", "training-v2.0", "GIGABYTE/systems/G492-ID0_pytorch.json",
        ("a100-sxm4-80gb", 8), ("xeon-platinum-8380", 2), Memory(32, 64, "ddr4"),
        (Drive(1, 1000, "assumed: one drive", assumed=True), Drive(1, 7000, "assumed: one drive", assumed=True)),
        height=(4, "gigabyte-servers")),
    "nf5488a5-8xa100-80gb": System(
        "Inspur NF5488A5 (8x A100 SXM 80GB)", "training-v2.0", "Inspur/systems/nf5488a5_pytorch.json",
        ("a100-sxm4-80gb", 8), ("epyc-7713", 2), Memory(32, 64, "ddr4"),
        (Drive(1, 11700, "assumed: one drive", assumed=True), Drive(1, 447.1, "assumed: one drive", assumed=True)),
        height=(4, "inspur-servers"), note="its cards run at 500 W"),
    "g8825z5-8xmi325x": System(
        "MiTAC G8825Z5 (8x MI325X)", "training-v5.1", "MiTAC/systems/8xMI325X_2xEPYC_9755.json",
        ("mi325x", 8), ("epyc-9755", 2), Memory(24, 64, "ddr5", _KIND), (_one(960),), 1, "X550-T2",
        height=(8, "mitac-servers")),
    "hls-gaudi2": System(
        "Intel HLS-Gaudi2 (8x Gaudi 2)", "training-v4.0", "Intel-HabanaLabs/systems/HLS-Gaudi2-PT.json",
        ("gaudi2", 8), ("xeon-platinum-8380", 2), _total(1024, "ddr4"), (), 2, "ConnectX-5 Ex",
        note="no local drive is described"),
    "nvidia-2xa30": System(
        "NVIDIA server with 2x A30", "training-v2.0", "NVIDIA/systems/2xa30_ngc22.04_pytorch.json",
        ("a30", 2), ("epyc-7742", 2), _total(1024, "ddr4", _KIND), (_one(4000),)),
    "oci-bm-gpu-h100-8": System(
        "Oracle Cloud BM.GPU.H100.8", "training-v4.0", "Oracle/systems/1xBM.GPU.H100.8.json",
        ("h100-sxm5-80gb", 8), ("xeon-platinum-8480", 2), Memory(32, 64, "ddr5", _KIND), (Drive(16, 3840),)),
    "oci-bm-gpu-b200-8": System(
        "Oracle Cloud BM.GPU.B200.8", "training-v5.1", "Oracle/systems/1xBM.GPU.B200.8.json",
        ("b200", 8), ("xeon-platinum-8592", 2), Memory(32, 128, "ddr5", _KIND), (Drive(8, 3840),)),
    "gb200-tray": System(
        "NVIDIA GB200 NVL72, one compute tray", "training-v5.1", "NVIDIA/systems/tyche_ngpu8_ngc25.09_nemo.json",
        ("gb200", 4), ("grace", 2), Memory(2, 850, "lpddr5x", "1.7 TB over two superchips: counted as two modules"),
        (Drive(8, 3500),), 4, "ConnectX-7", height=(1, "nvidia-gb200"),
        note="without its share of the rack's switches and power supplies"),
    "dgx-2h": System(
        "NVIDIA DGX-2H", "training-v0.7", "NVIDIA/systems/dgx2h_ngc20.06_pytorch.json",
        ("v100-sxm3-32gb", 16), ("xeon-platinum-8174", 2), _total(1536, "ddr4", _KIND), (_one(30000),), 11,
        "ConnectX-5", height=(10, "nvidia-dgx-2"), note="its cards run at 450 W"),
}  # fmt: skip

#: A rack, from its maker's pages: 18 compute trays and 9 switch trays.
RACK = "gb200-nvl72"
_RACK_SIZE = {"mass": ("1360", "kg", "nvl72-press")}
_RACK_PARTS = (
    Part("accelerator", "gb200", 72, source="nvidia-gb200"),
    Part("cpu", "grace", 36, source="nvidia-gb200"),
    Part("memory", "lpddr5x", 36, 480, "GB", "17 TB over 36 superchips: counted as one module each", "nvidia-gb200"),
    Part("power supply", "power supply", 48, 5500, "W", "eight shelves of six units", "nvidia-power-shelf"),
    Part("mainboard", "mainboard", 18, note="assumed: one a compute tray", source=CONVENTION),
    Part("chassis", "rack", 27, note="assumed: one a compute or switch tray; the rack itself is left out",
         source=CONVENTION),
    Part("assembly", "server", 18, note="assumed: one a compute tray", source=CONVENTION),
    Part("switch", "nvswitch", 18, note="two in each of nine switch trays", source="nvidia-gb200"),
)  # fmt: skip

SOURCES = [
    *(
        {
            "id": f"mlperf-{key}",
            "title": f"{ROUNDS[one.round][0]}, system description: {one.name}",
            "url": _GITHUB + ROUNDS[one.round][1] + one.path,
            "licence": "Apache-2.0",
            "accessed": "2026-11-21",
            "page": "system description",
        }
        for key, one in SYSTEMS.items()
    ),
    *(
        {"id": key, "title": title, "url": url, "licence": FACTS, "accessed": "2026-11-21", "page": "specifications"}
        for key, (title, url) in _MAKERS.items()
    ),
]


def _assumed(source: str, *, assumed: bool) -> str:
    return f"{source};{CONVENTION}" if assumed else source


def parts(key: str, one: System) -> Iterator[Part]:
    """Bill of materials of a described machine."""
    source = f"mlperf-{key}"
    yield Part("accelerator", one.accelerator[0], one.accelerator[1], note=one.note)
    yield Part("cpu", one.cpu[0], one.cpu[1])
    kept = _assumed(source, assumed=one.memory.assumed)
    yield Part("memory", one.memory.kind, one.memory.modules, one.memory.size, "GB", one.memory.note, kept)
    for drive in one.drives:
        kept = _assumed(source, assumed=drive.assumed)
        yield Part("storage", drive.item, drive.number, drive.size, "GB", drive.note, kept)
    if one.supplies:
        yield Part("power supply", "power supply", one.supplies[0], one.supplies[1], "W")
    yield from FRAME
    if one.switches:
        yield Part("switch", "nvswitch", one.switches)
    if one.cards:
        yield Part("network card", "network card", one.cards, note=one.cards_note)


def described() -> Iterator[tuple[str, str, dict[str, tuple[str, str, str]], tuple[Part, ...]]]:
    """Key, source, attributes (value, unit, source) and parts of every machine."""
    for key, one in SYSTEMS.items():
        source = f"mlperf-{key}"
        size = {"name": (one.name, "text", source)}
        if one.height:
            size["height_units"] = (f"{one.height[0]:g}", "U", one.height[1])
        yield key, source, size, tuple(parts(key, one))
    size = {"name": ("NVIDIA GB200 NVL72, whole rack", "text", "nvidia-gb200"), **_RACK_SIZE}
    yield RACK, "nvidia-gb200", size, _RACK_PARTS
