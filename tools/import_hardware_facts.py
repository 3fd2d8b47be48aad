"""Facts about hardware that are typed in from vendors' publications, for ``import_hardware.py``.

Each fact names its source by the id it has in :data:`SOURCES`. Nothing here is computed except where a note says so.
"""

from __future__ import annotations

from typing import NamedTuple

FACTS = "single figures cited"
_NV = "https://www.nvidia.com/"
_NV_DC = _NV + "content/dam/en-zz/Solutions/Data-Center/"
_NV_IMG = "https://images.nvidia.com/"
_AMD = "https://www.amd.com/"
_DGX = "https://docs.nvidia.com/dgx/"
_HUBBLO = "https://github.com/hubblo-org/gpu-calculator/blob/2308a62b73f28d0e57498365819950f925c93b8d/src/data/gpu/"

#: id -> title, url, licence, page.
_SOURCES = {
    "epoch": ("Epoch AI, Data on Machine Learning Hardware (copy of 2026-04-22)",
              "https://epoch.ai/data/machine-learning-hardware", "CC-BY-4.0", "row of the item"),
    "codecarbon": ("CodeCarbon, list of processor powers (from Intel ARK and AMD product pages), commit b05965e",
                   ("https://github.com/mlco2/codecarbon/blob/b05965e43b690cdc53787c7577adbe6e2caf4ed9/codecarbon/data/"
                   "hardware/cpu_power.csv"), "MIT", "row of the item"),
    "ademe-gpu-bodies": (("Lees-Perasso, Ekchajzer, Roussilhe, De Latour (ADEME) 2026, life cycle assessment of GPUs "
                          "for AI: weighed cards"), _HUBBLO + "gpus.json", "CC-BY-SA-4.0; single figures cited",
                         "entry of the card"),
    "mlperf-r7525": ("MLPerf Inference, system description R7525_A100_PCIe-40GBx3, submitted by Dell EMC",
                     "https://github.com/mlcommons/inference_results_v1.0", "Apache-2.0", "system description"),
    "dell-r7525": ("Dell EMC PowerEdge R7525, technical documentation",
                   "https://www.dell.com/support/home/product-support/product/poweredge-r7525/docs", FACTS,
                   "chassis dimensions"),
    "nvidia-a100": ("NVIDIA A100 Tensor Core GPU data sheet",
                    _NV_DC + "a100/pdf/nvidia-a100-datasheet-us-nvidia-1758950-r4-web.pdf", FACTS, "specifications"),
    "nvidia-a100-pcie": ("NVIDIA A100 40GB PCIe GPU Accelerator, product brief PB-10137-001",
                         _NV_DC + "a100/pdf/A100-PCIE-Prduct-Brief.pdf", FACTS, "table 1"),
    "nvidia-ampere": ("NVIDIA A100 Tensor Core GPU Architecture, white paper",
                      _NV_IMG + "aem-dam/en-zz/Solutions/data-center/nvidia-ampere-architecture-whitepaper.pdf", FACTS,
                      "comparison of data centre GPUs"),
    "nvidia-ga102": ("NVIDIA Ampere GA102 GPU Architecture, white paper",
                     _NV + "content/PDF/nvidia-ampere-ga-102-gpu-architecture-whitepaper-v2.1.pdf", FACTS,
                     "appendix on GA102"),
    "nvidia-h100": ("NVIDIA H100 Tensor Core GPU Architecture, white paper",
                    "https://resources.nvidia.com/en-us-tensor-core/gtc22-whitepaper-hopper", FACTS,
                    "comparison of data centre GPUs"),
    "nvidia-h200": ("NVIDIA H200 Tensor Core GPU data sheet", _NV + "en-us/data-center/h200/", FACTS, "specifications"),
    "nvidia-b200": ("NVIDIA HGX B200 and DGX B200 data sheets", _NV + "en-us/data-center/dgx-b200/", FACTS,
                    "specifications"),
    "nvidia-ada": ("NVIDIA Ada GPU Architecture, white paper",
                   _NV_IMG + "aem-dam/Solutions/geforce/ada/nvidia-ada-gpu-architecture.pdf", FACTS,
                   "appendices on AD102 and AD104"),
    "nvidia-l4": ("NVIDIA L4 Tensor Core GPU data sheet", _NV + "en-us/data-center/l4/", FACTS, "specifications"),
    "nvidia-l40s": ("NVIDIA L40S data sheet", _NV + "en-us/data-center/l40s/", FACTS, "specifications"),
    "nvidia-v100": ("NVIDIA V100 Tensor Core GPU data sheet",
                    _NV_IMG + "content/technologies/volta/pdf/volta-v100-datasheet-update-us-1165301-r5.pdf", FACTS,
                    "specifications"),
    "nvidia-t4": ("NVIDIA T4 Tensor Core GPU data sheet", _NV + "en-us/data-center/tesla-t4/", FACTS, "specifications"),
    "nvidia-turing": ("NVIDIA Turing GPU Architecture, white paper",
                      _NV_IMG + "aem-dam/en-zz/Solutions/design-visualization/technologies/turing-architecture/"
                      "NVIDIA-Turing-Architecture-Whitepaper.pdf", FACTS, "comparison of TU102, TU104 and TU106"),
    "nvidia-titan-rtx": ("NVIDIA TITAN RTX, product page", _NV + "en-us/deep-learning-ai/products/titan-rtx/", FACTS,
                         "specifications"),
    "nvidia-p100": ("NVIDIA Tesla P100 PCIe data sheet",
                    _NV_IMG + "content/tesla/pdf/nvidia-tesla-p100-PCIe-datasheet.pdf", FACTS, "specifications"),
    "nvidia-1080ti": ("NVIDIA GeForce GTX 1080 Ti, product page",
                      _NV + "en-us/geforce/graphics-cards/geforce-gtx-1080-ti/specifications/", FACTS,
                      "specifications"),
    "nvidia-4090": ("NVIDIA GeForce RTX 4090, product page",
                    _NV + "en-us/geforce/graphics-cards/40-series/rtx-4090/", FACTS, "specifications"),
    "nvidia-a4500": ("NVIDIA RTX A4500 data sheet", _NV + "en-us/design-visualization/rtx-a4500/", FACTS,
                     "specifications"),
    "nvidia-a10": ("NVIDIA A10 Tensor Core GPU data sheet", _NV + "en-us/data-center/products/a10-gpu/", FACTS,
                   "specifications"),
    "nvidia-a40": ("NVIDIA A40 data sheet", _NV_IMG + "content/Solutions/data-center/a40/nvidia-a40-datasheet.pdf",
                   FACTS, "specifications"),
    "amd-mi300x": ("AMD Instinct MI300X data sheet",
                   _AMD + "content/dam/amd/en/documents/instinct-tech-docs/data-sheets/"
                   "amd-instinct-mi300x-data-sheet.pdf", FACTS, "specifications"),
    "inference-energy": ("chuyishang/inference-energy: idle power read through NVML on a DGX A100",
                   "https://github.com/chuyishang/inference-energy", FACTS, "results"),
    "amd-epyc-7002": ("AMD EPYC 7002 series, product pages", _AMD + "en/products/cpu/amd-epyc-7502", FACTS,
                      "specifications"),
    "naffziger-2020": (("Naffziger, Lepak, Paraschou, Subramony 2020, AMD Chiplet Architecture for High-Performance "
                       "Server and Desktop Products, ISSCC 2020"),
                       "https://doi.org/10.1109/ISSCC19947.2020.9063103", FACTS, "die sizes"),
    "intel-hotchips33": ("Intel, Sapphire Rapids, Hot Chips 33 (2021), as reported by WCCFtech",
                         ("https://wccftech.com/intel-sapphire-rapids-sp-xeon-cpus-to-feature-4-8-hi-hbm2e-stacks-14-"
                         "emib-interconnects-full-xcc-die-measures-around-400mm2/"), FACTS, "die size"),
    "semianalysis-2023": ("SemiAnalysis 2023, Intel Emerald Rapids Backtracks on Chiplets",
                          "https://www.semianalysis.com/p/intel-emerald-rapids-backtracks-on", FACTS,
                          "die size: two dies of 763.03 mm2, against four of 393.88 mm2 of Sapphire Rapids"),
    "intel-xeon-e5v4": ("Intel Xeon E5-2600 v4 launch material, as reported by Tom's Hardware 2016",
                        "https://www.tomshardware.com/reviews/intel-xeon-e5-2600-v4-broadwell-ep,4514-2.html", FACTS,
                        "die of the high core count variant"),
    "intel-ark": ("Intel, product specifications", "https://ark.intel.com/", FACTS, "specifications"),
    "dram-density": ("Bit densities of Samsung DDR4 dies by process, as compiled by contributors to Boavizta",
                     "https://github.com/Boavizta/boaviztapi", FACTS, "rows Samsung 18 nm and 25 nm"),
    "choe-2019": ("Choe (TechInsights) 2019, Flash Memory Summit, FTEC-202-1",
                  "https://www.flashmemorysummit.com/Proceedings2019/08-07-Wednesday/20190807_FTEC-202-1_Choe.pdf",
                  FACTS, "bit density of 96-layer dies: 57 and 76.1 GB/cm2"),
    "semiengineering-b47r": ("TechInsights, Micron B47R 3D CTF CuA NAND die, Semiconductor Engineering",
                             "https://semiengineering.com/micron-b47r-3d-ctf-cua-nand-die-worlds-first-176l-195t/",
                             FACTS, "comparison table: 96-layer die, 76.3 GB/cm2"),
    "dgx-h100": ("NVIDIA DGX H100/H200 User Guide", _DGX + "dgxh100-user-guide/introduction-to-dgxh100.html", FACTS,
                 "hardware overview"),
    "dgx-a100": ("NVIDIA DGX A100 User Guide", _DGX + "dgxa100-user-guide/introduction-to-dgxa100.html", FACTS,
                 "component, mechanical and power specifications"),
    "dgx-b200": ("NVIDIA DGX B200 User Guide", _DGX + "dgxb200-user-guide/introduction-to-dgxb200.html", FACTS,
                 "hardware overview"),
    "dgx-1": ("NVIDIA DGX-1 data sheet and User Guide", _DGX + "dgx1-user-guide/introduction-to-dgx1.html", FACTS,
              "hardware specifications"),
    "lca-ai-convention": ("lca_ai: a choice of this project, stated as such", "NOTICE.md", "CC-BY-4.0", ""),
}  # fmt: skip

SOURCES = [
    {"id": key, "title": title, "url": url, "licence": licence, "accessed": "2026-11-21", "page": page}
    for key, (title, url, licence, page) in _SOURCES.items()
]


class Fact(NamedTuple):
    """One attribute of an item, with its source."""

    item: str
    attribute: str
    value: str
    unit: str
    source: str
    note: str = ""


#: item -> kind, name, maker, form factor, memory technology, source of form factor and memory.
ACCELERATORS = {
    "a100-pcie-40gb": ("NVIDIA A100 PCIe 40GB", "NVIDIA", "PCIe dual slot", "HBM2", "nvidia-a100-pcie"),
    "a100-pcie-80gb": ("NVIDIA A100 PCIe 80GB", "NVIDIA", "PCIe dual slot", "HBM2e", "nvidia-a100"),
    "a100-sxm4-40gb": ("NVIDIA A100 SXM4 40GB", "NVIDIA", "SXM", "HBM2", "nvidia-a100"),
    "a100-sxm4-80gb": ("NVIDIA A100 SXM4 80GB", "NVIDIA", "SXM", "HBM2e", "nvidia-a100"),
    "h100-pcie-80gb": ("NVIDIA H100 PCIe 80GB", "NVIDIA", "PCIe dual slot", "HBM2e", "nvidia-h100"),
    "h100-sxm5-80gb": ("NVIDIA H100 SXM5 80GB", "NVIDIA", "SXM", "HBM3", "nvidia-h100"),
    "h200-sxm-141gb": ("NVIDIA H200 SXM 141GB", "NVIDIA", "SXM", "HBM3e", "nvidia-h200"),
    "b200": ("NVIDIA B200 180GB", "NVIDIA", "SXM", "HBM3e", "nvidia-b200"),
    "l4": ("NVIDIA L4", "NVIDIA", "low profile", "GDDR6", "nvidia-l4"),
    "l40s": ("NVIDIA L40S", "NVIDIA", "PCIe dual slot", "GDDR6", "nvidia-l40s"),
    "v100-sxm2-16gb": ("NVIDIA V100 SXM2 16GB", "NVIDIA", "SXM", "HBM2", "nvidia-v100"),
    "v100-sxm2-32gb": ("NVIDIA V100 SXM2 32GB", "NVIDIA", "SXM", "HBM2", "nvidia-v100"),
    "v100-pcie-16gb": ("NVIDIA V100 PCIe 16GB", "NVIDIA", "PCIe dual slot", "HBM2", "nvidia-v100"),
    "v100-pcie-32gb": ("NVIDIA V100 PCIe 32GB", "NVIDIA", "PCIe dual slot", "HBM2", "nvidia-v100"),
    "t4": ("NVIDIA T4", "NVIDIA", "low profile", "GDDR6", "nvidia-t4"),
    "p100-pcie-16gb": ("NVIDIA Tesla P100 PCIe 16GB", "NVIDIA", "PCIe dual slot", "HBM2", "nvidia-p100"),
    "gtx-1080-ti": ("NVIDIA GeForce GTX 1080 Ti", "NVIDIA", "PCIe dual slot", "GDDR5X", "nvidia-1080ti"),
    "rtx-a4500": ("NVIDIA RTX A4500", "NVIDIA", "PCIe dual slot", "GDDR6", "nvidia-a4500"),
    "titan-rtx": ("NVIDIA TITAN RTX", "NVIDIA", "PCIe dual slot", "GDDR6", "nvidia-titan-rtx"),
    "a10": ("NVIDIA A10", "NVIDIA", "PCIe single slot", "GDDR6", "nvidia-a10"),
    "a40": ("NVIDIA A40", "NVIDIA", "PCIe dual slot", "GDDR6", "nvidia-a40"),
    "rtx-4090": ("NVIDIA GeForce RTX 4090", "NVIDIA", "PCIe triple slot", "GDDR6X", "nvidia-4090"),
    "mi300x": ("AMD Instinct MI300X", "AMD", "OAM", "HBM3", "amd-mi300x"),
}

#: item -> name in Epoch's table, for rated power, die area, process node and memory size.
EPOCH_NAMES = {
    "a100-pcie-40gb": "NVIDIA A100 PCIe",
    "a100-sxm4-40gb": "NVIDIA A100 SXM4 40 GB",
    "a100-sxm4-80gb": "NVIDIA A100 SXM4 80 GB",
    "h100-pcie-80gb": "NVIDIA H100 PCIe",
    "h100-sxm5-80gb": "NVIDIA H100 SXM5 80GB",
    "h200-sxm-141gb": "NVIDIA H200 SXM",
    "b200": "NVIDIA B200",
    "l4": "NVIDIA L4",
    "v100-sxm2-16gb": "NVIDIA Tesla V100 SXM2",
    "v100-sxm2-32gb": "NVIDIA Tesla V100 SXM2 32 GB",
    "v100-pcie-16gb": "NVIDIA Tesla V100 PCIe 16 GB",
    "v100-pcie-32gb": "NVIDIA Tesla V100 PCIe 32 GB",
    "t4": "NVIDIA Tesla T4",
    "p100-pcie-16gb": "NVIDIA P100 PCIe 16GB",
    "gtx-1080-ti": "NVIDIA GeForce GTX 1080 Ti",
    "a10": "NVIDIA A10 PCIe",
    "a40": "NVIDIA A40 PCIe",
    "rtx-4090": "NVIDIA GeForce RTX 4090",
    "mi300x": "AMD Instinct MI300X",
}

_4N = "TSMC 4N, a process of the 5 nm family"
_GH100 = "same die as the H100"

#: Facts that replace Epoch's or fill what Epoch does not have.
ACCELERATOR_FACTS = (
    Fact("a100-pcie-40gb", "rated_power", "250", "W", "nvidia-a100-pcie", "Epoch lists the 300 W of the 80 GB card"),
    Fact("a100-pcie-80gb", "rated_power", "300", "W", "nvidia-a100"),
    Fact("a100-pcie-80gb", "die_area", "826", "mm2", "nvidia-ampere"),
    Fact("a100-pcie-80gb", "process_node", "7", "nm", "nvidia-ampere"),
    Fact("a100-pcie-80gb", "memory_size", "80", "GB", "nvidia-a100"),
    Fact("a100-sxm4-80gb", "idle_power", "62.12", "W", "inference-energy", "measured, one system"),
    Fact("h100-pcie-80gb", "process_node", "4", "nm", "nvidia-h100", _4N),
    Fact("h100-sxm5-80gb", "process_node", "4", "nm", "nvidia-h100", _4N),
    Fact("h200-sxm-141gb", "process_node", "4", "nm", "nvidia-h200", f"{_4N}; {_GH100}"),
    Fact("h200-sxm-141gb", "die_area", "814", "mm2", "nvidia-h100", _GH100),
    Fact("l4", "process_node", "4", "nm", "nvidia-ada", _4N),
    Fact("l40s", "rated_power", "350", "W", "nvidia-l40s"),
    Fact("l40s", "die_area", "608.5", "mm2", "nvidia-ada", "AD102"),
    Fact("l40s", "process_node", "4", "nm", "nvidia-ada", _4N),
    Fact("l40s", "memory_size", "48", "GB", "nvidia-l40s"),
    Fact("rtx-4090", "process_node", "4", "nm", "nvidia-ada", _4N),
    Fact("rtx-a4500", "rated_power", "200", "W", "nvidia-a4500"),
    Fact("rtx-a4500", "die_area", "628.4", "mm2", "nvidia-ga102", "GA102"),
    Fact("rtx-a4500", "process_node", "8", "nm", "nvidia-ga102", "Samsung 8N"),
    Fact("rtx-a4500", "memory_size", "20", "GB", "nvidia-a4500"),
    Fact("titan-rtx", "rated_power", "280", "W", "nvidia-titan-rtx"),
    Fact("titan-rtx", "die_area", "754", "mm2", "nvidia-turing", "TU102"),
    Fact("titan-rtx", "process_node", "12", "nm", "nvidia-turing"),
    Fact("titan-rtx", "memory_size", "24", "GB", "nvidia-titan-rtx", "the dismantled card's description says 20 GB"),
)

EPOCH_NOTES = {
    ("mi300x", "die_area"): "as listed, taken as that of the eight compute dies; the four input/output dies below them "
    "are larger and not in it",
    ("mi300x", "process_node"): "compute dies; the input/output dies are at 6 nm",
}

#: Form factor -> the weighed card whose body stands in.
BODY_PROXIES = {
    "SXM": "a100-sxm4-40gb",
    "OAM": "a100-sxm4-40gb",
    "PCIe dual slot": "a100-pcie-40gb",
    "PCIe single slot": "a100-pcie-40gb",
    "PCIe triple slot": "a100-pcie-40gb",
    "low profile": "l4",
}
BODY_NOTES = {
    "PCIe single slot": "a single-slot card is lighter than the stand-in",
    "PCIe triple slot": "a triple-slot card is heavier than the stand-in",
    "OAM": "an OAM module is heavier than the stand-in",
}

#: item -> name of a weighed card upstream.
WEIGHED = {
    "a100-pcie-40gb": "NVIDIA A100 PCIe 40GB",
    "a100-sxm4-40gb": "NVIDIA A100 SXM4 40GB",
    "l4": "NVIDIA L4",
    "p100-pcie-16gb": "NVIDIA Tesla P100 PCIe 16GB",
    "gtx-1080-ti": "NVIDIA GeForce GTX 1080 Ti",
    "rtx-a4500": "NVIDIA RTX A4500",
    "titan-rtx": "NVIDIA TITAN RTX",
}

#: item -> name, name in CodeCarbon's list, cores, source of the cores, note on the power.
CPUS = {
    "epyc-7502": ("AMD EPYC 7502", "AMD EPYC 7502", 32, "amd-epyc-7002", ""),
    "epyc-7742": ("AMD EPYC 7742", "AMD EPYC 7742", 64, "amd-epyc-7002", ""),
    "xeon-e5-2698-v4": ("Intel Xeon E5-2698 v4", "Intel Xeon E5-2698 v4", 20, "intel-ark", ""),
    "xeon-platinum-8470": ("Intel Xeon Platinum 8470", "Intel Xeon Platinum 8470", 52, "intel-ark", ""),
    "xeon-platinum-8480c": ("Intel Xeon Platinum 8480C", "Intel Xeon Platinum 8480+", 56, "dgx-h100",
                            "figure of the 8480+, of which the 8480C is a variant for one customer"),
    "xeon-platinum-8570": ("Intel Xeon Platinum 8570", "Intel Xeon Platinum 8570", 56, "intel-ark", ""),
}  # fmt: skip

_ROME = "of 74 mm2 and one input/output die of 416 mm2"
_TILES = "four dies of around 400 mm2 (the maker's rounding; measured dies are larger)"
EMERALD_RAPIDS = "two dies of 763.03 mm2 with their scribe lines, measured on a photograph of the package"
_DENSITY = "Samsung, 18 nm; DDR4 dies of older processes go down to 1.25"

OTHER_FACTS = {
    "cpu": (
        Fact("epyc-7502", "die_area", "712", "mm2", "naffziger-2020;amd-epyc-7002",
             f"four core dies {_ROME}: 128 MB of L3 cache at 32 MB a die"),
        Fact("epyc-7502", "dies", "4 x 74 + 1 x 416", "mm2", "naffziger-2020;amd-epyc-7002"),
        Fact("epyc-7742", "die_area", "1008", "mm2", "naffziger-2020;amd-epyc-7002",
             f"eight core dies {_ROME}: 256 MB of L3 cache at 32 MB a die"),
        Fact("epyc-7742", "dies", "8 x 74 + 1 x 416", "mm2", "naffziger-2020;amd-epyc-7002"),
        Fact("xeon-e5-2698-v4", "die_area", "456", "mm2", "intel-xeon-e5v4", "18.1 mm x 25.2 mm"),
        Fact("xeon-platinum-8470", "die_area", "1600", "mm2", "intel-hotchips33", _TILES),
        Fact("xeon-platinum-8470", "dies", "4", "item", "intel-hotchips33"),
        Fact("xeon-platinum-8480c", "die_area", "1600", "mm2", "intel-hotchips33", _TILES),
        Fact("xeon-platinum-8480c", "dies", "4", "item", "intel-hotchips33"),
        Fact("xeon-platinum-8570", "die_area", "1526.06", "mm2", "semianalysis-2023", EMERALD_RAPIDS),
        Fact("xeon-platinum-8570", "dies", "2", "item", "semianalysis-2023"),
    ),
    "memory": (
        Fact("ddr4", "name", "DDR4 memory module", "", "lca-ai-convention"),
        Fact("ddr4", "die_density", "2.375", "GB/cm2", "dram-density", _DENSITY),
        Fact("ddr4", "die_density_low", "1.25", "GB/cm2", "dram-density", "Samsung, 25 nm"),
        Fact("ddr5", "name", "DDR5 memory module", "", "lca-ai-convention"),
        Fact("ddr5", "die_density", "2.375", "GB/cm2", "dram-density", "proxy: the DDR4 figure; newer dies are denser"),
        Fact("ddr5", "die_density_low", "1.25", "GB/cm2", "dram-density", "proxy: the DDR4 figure"),
    ),
    "storage": (
        Fact("ssd-nvme", "name", "NVMe solid state drive", "", "lca-ai-convention"),
        Fact("ssd-nvme", "die_density", "69.8", "GB/cm2", "choe-2019;semiengineering-b47r",
             "mean of three 96-layer dies with three bits a cell: 57, 76.1, 76.3"),
        Fact("ssd-nvme", "die_density_low", "57", "GB/cm2", "choe-2019", "Samsung, 96 layers"),
        Fact("ssd-nvme", "die_density_high", "76.3", "GB/cm2", "semiengineering-b47r", "Micron and Intel, 96 layers"),
    ),
}  # fmt: skip

#: Spelling -> item. Short names that several products share (a100, h100, v100, p100) are left out on purpose.
ALIASES = {
    "a100-pcie-40gb": ("A100-PCIE-40GB", "NVIDIA A100-PCIE-40GB", "NVIDIA A100-PCIe-40GB", "A100 PCIe 40GB"),
    "a100-pcie-80gb": ("NVIDIA A100 80GB PCIe", "A100 PCIe 80GB", "NVIDIA A100-PCIe-80GB"),
    "a100-sxm4-40gb": ("A100-SXM4-40GB", "NVIDIA A100-SXM4-40GB", "A100 SXM 40GB", "A100 SXM4 40GB"),
    "a100-sxm4-80gb": ("A100-SXM4-80GB", "NVIDIA A100-SXM4-80GB", "A100 SXM 80GB", "A100 SXM4 80GB",
                       "NVIDIA A100-SXM-80GB"),
    "h100-pcie-80gb": ("NVIDIA H100 PCIe", "H100 PCIe", "NVIDIA H100-PCIe-80GB"),
    "h100-sxm5-80gb": ("NVIDIA H100 80GB HBM3", "H100 SXM", "H100 SXM5", "NVIDIA H100 SXM", "NVIDIA H100-SXM-80GB"),
    "h200-sxm-141gb": ("NVIDIA H200", "H200", "H200 SXM", "NVIDIA H200-SXM-141GB"),
    "b200": ("NVIDIA B200",),
    "l4": ("NVIDIA L4",),
    "l40s": ("NVIDIA L40S",),
    "v100-sxm2-16gb": ("Tesla V100-SXM2-16GB", "V100 SXM2 16GB", "NVIDIA Tesla V100 SXM2 16GB"),
    "v100-sxm2-32gb": ("Tesla V100-SXM2-32GB", "V100 SXM2 32GB", "NVIDIA Tesla V100 SXM2 32GB"),
    "v100-pcie-16gb": ("Tesla V100-PCIE-16GB", "V100 PCIe 16GB", "NVIDIA Tesla V100 PCIe 16GB"),
    "v100-pcie-32gb": ("Tesla V100-PCIE-32GB", "V100 PCIe 32GB", "NVIDIA Tesla V100 PCIe 32GB"),
    "t4": ("Tesla T4", "NVIDIA T4", "NVIDIA Tesla T4"),
    "p100-pcie-16gb": ("Tesla P100-PCIE-16GB", "P100 PCIe 16GB"),
    "gtx-1080-ti": ("NVIDIA GeForce GTX 1080 Ti", "GeForce GTX 1080 Ti", "GTX 1080 Ti"),
    "rtx-a4500": ("NVIDIA RTX A4500", "RTX A4500"),
    "titan-rtx": ("TITAN RTX", "NVIDIA TITAN RTX"),
    "a10": ("NVIDIA A10",),
    "a40": ("NVIDIA A40",),
    "rtx-4090": ("NVIDIA GeForce RTX 4090", "GeForce RTX 4090", "RTX 4090"),
    "mi300x": ("AMD Instinct MI300X", "Instinct MI300X"),
    "epyc-7502": ("AMD EPYC 7502", "EPYC 7502", "AMD EPYC 7502 32-Core Processor"),
    "epyc-7742": ("AMD EPYC 7742", "EPYC 7742", "AMD EPYC 7742 64-Core Processor"),
    "xeon-e5-2698-v4": ("Intel Xeon E5-2698 v4", "Xeon E5-2698 v4", "Intel(R) Xeon(R) CPU E5-2698 v4 @ 2.20GHz"),
    "xeon-platinum-8470": ("Intel Xeon Platinum 8470", "Xeon Platinum 8470", "Intel(R) Xeon(R) Platinum 8470"),
    "xeon-platinum-8480c": ("Intel Xeon Platinum 8480C", "Xeon Platinum 8480C", "Intel(R) Xeon(R) Platinum 8480C"),
    "xeon-platinum-8570": ("Intel Xeon Platinum 8570", "Xeon Platinum 8570", "INTEL(R) XEON(R) PLATINUM 8570"),
    "ddr4": ("DDR4",),
    "ddr5": ("DDR5",),
    "ssd-nvme": ("NVMe SSD", "NVMe"),
}  # fmt: skip


class Part(NamedTuple):
    """One line of the bill of materials of a server; without a source of its own it has that of the server."""

    component: str
    item: str
    number: int
    capacity: float = 1
    capacity_unit: str = "item"
    note: str = ""
    source: str = ""


_CX7 = Part("network card", "connectx-7", 10, note="eight single-port and two dual-port cards")
FRAME = tuple(
    Part(component, item, 1, note="not described; every server has one", source="lca-ai-convention")
    for component, item in (("mainboard", "mainboard"), ("chassis", "rack"), ("assembly", "server"))
)
_DGX_SSD = (Part("storage", "ssd-nvme", 2, 1920, "GB", "operating system"), Part("storage", "ssd-nvme", 8, 3840, "GB"))

#: server -> name, source, mass [kg], maximum power [W], height [U], parts.
SERVERS = {
    "dgx-h100": ("NVIDIA DGX H100", "dgx-h100", 130.45, 10200, 8, (
        Part("accelerator", "h100-sxm5-80gb", 8),
        Part("cpu", "xeon-platinum-8480c", 2),
        Part("memory", "ddr5", 32, 64, "GB"),
        *_DGX_SSD,
        Part("power supply", "power supply", 6, 3300, "W"),
        *FRAME,
        Part("switch", "nvswitch", 4),
        _CX7,
    )),
    "dgx-h200": ("NVIDIA DGX H200", "dgx-h100", 130.45, 10200, 8, (
        Part("accelerator", "h200-sxm-141gb", 8),
        Part("cpu", "xeon-platinum-8480c", 2),
        Part("memory", "ddr5", 32, 64, "GB"),
        *_DGX_SSD,
        Part("power supply", "power supply", 6, 3300, "W"),
        *FRAME,
        Part("switch", "nvswitch", 4),
        _CX7,
    )),
    "dgx-b200": ("NVIDIA DGX B200", "dgx-b200", 142.4, 14300, 10, (
        Part("accelerator", "b200", 8),
        Part("cpu", "xeon-platinum-8570", 2),
        Part("memory", "ddr5", 32, 64, "GB", "2 TB as sold; up to 4 TB"),
        *_DGX_SSD,
        Part("power supply", "power supply", 6, 3300, "W"),
        *FRAME,
        Part("switch", "nvswitch", 2),
        Part("network card", "connectx-7", 8),
        Part("network card", "bluefield-3", 2),
    )),
    "dgx-a100": ("NVIDIA DGX A100 320GB", "dgx-a100", 123.16, 6500, 6, (
        Part("accelerator", "a100-sxm4-40gb", 8),
        Part("cpu", "epyc-7742", 2),
        Part("memory", "ddr4", 16, 64, "GB"),
        Part("storage", "ssd-nvme", 2, 1920, "GB", "operating system"),
        Part("storage", "ssd-nvme", 4, 3840, "GB"),
        Part("power supply", "power supply", 6, 3000, "W"),
        *FRAME,
        Part("switch", "nvswitch", 6),
        Part("network card", "connectx-6", 9, note="eight single-port cards and one dual-port card"),
    )),
    "dgx-a100-80gb": ("NVIDIA DGX A100 640GB", "dgx-a100", 123.16, 6500, 6, (
        Part("accelerator", "a100-sxm4-80gb", 8),
        Part("cpu", "epyc-7742", 2),
        Part("memory", "ddr4", 32, 64, "GB"),
        Part("storage", "ssd-nvme", 2, 1920, "GB", "operating system"),
        Part("storage", "ssd-nvme", 8, 3840, "GB"),
        Part("power supply", "power supply", 6, 3000, "W"),
        *FRAME,
        Part("switch", "nvswitch", 6),
        Part("network card", "connectx-6", 10, note="eight single-port and two dual-port cards"),
    )),
    "dgx-1-v100": ("NVIDIA DGX-1 with eight V100 32GB", "dgx-1", 60.8, 3500, 3, (
        Part("accelerator", "v100-sxm2-32gb", 8, note="sold with 16 GB cards too"),
        Part("cpu", "xeon-e5-2698-v4", 2),
        Part("memory", "ddr4", 16, 32, "GB"),
        Part("storage", "ssd-nvme", 1, 480, "GB", "operating system; a SATA drive in the original, taken as this item"),
        Part("storage", "ssd-nvme", 4, 1920, "GB", "SATA drives in the original, taken as this item"),
        Part("power supply", "power supply", 4, 1600, "W"),
        *FRAME,
        Part("network card", "connectx-4", 4),
    )),
}  # fmt: skip
