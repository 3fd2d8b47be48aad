"""Facts about further accelerators, for ``import_hardware.py``: what their makers publish, typed in with its source.

A cell that the maker does not publish, or that is not certain, is left empty and makes no row.
"""

from __future__ import annotations

from import_hardware_facts import FACTS, Fact

_NV = "https://www.nvidia.com/"
_NV_DC = _NV + "en-us/data-center/"
_NV_GF = _NV + "en-us/geforce/graphics-cards/"
_NV_PRO = _NV + "en-us/products/workstations/"
_JETSON = _NV + "en-us/autonomous-machines/embedded-systems/"
_INSTINCT = "https://www.amd.com/en/products/accelerators/instinct/"
_GOOGLE = "https://cloud.google.com/tpu/docs/"

#: id -> title, url. All of them are makers' pages, from which single figures are cited.
_MAKERS = {
    "nvidia-k80": ("NVIDIA Tesla K80, product page", _NV + "en-gb/data-center/tesla-k80/"),
    "nvidia-m40": ("NVIDIA Tesla M40, product brief", _NV_DC + "tesla-m40/"),
    "nvidia-m60": ("NVIDIA Tesla M60, data sheet", _NV + "object/tesla-m60.html"),
    "nvidia-p4-p40": ("NVIDIA Tesla P4 and P40, data sheets", _NV_DC + "tesla-p4/"),
    "nvidia-p100-sxm2": ("NVIDIA Tesla P100 (SXM2), data sheet", _NV_DC + "tesla-p100/"),
    "nvidia-v100s": ("NVIDIA V100S PCIe, data sheet", _NV_DC + "v100/"),
    "nvidia-dgx-2": ("NVIDIA DGX-2/2H System User Guide", "https://docs.nvidia.com/dgx/dgx2-user-guide/"),
    "nvidia-a2": ("NVIDIA A2 Tensor Core GPU data sheet", _NV_DC + "products/a2/"),
    "nvidia-a16": ("NVIDIA A16 data sheet", _NV_DC + "products/a16-gpu/"),
    "nvidia-a30": ("NVIDIA A30 Tensor Core GPU data sheet", _NV_DC + "products/a30-gpu/"),
    "nvidia-l40": ("NVIDIA L40 data sheet", _NV_DC + "l40/"),
    "nvidia-h100-nvl": ("NVIDIA H100 Tensor Core GPU data sheet, H100 NVL", _NV_DC + "h100/"),
    "nvidia-h200-nvl": ("NVIDIA H200 Tensor Core GPU data sheet, H200 NVL", _NV_DC + "h200/"),
    "nvidia-gh200": ("NVIDIA GH200 Grace Hopper Superchip data sheet", _NV_DC + "grace-hopper-superchip/"),
    "nvidia-blackwell": ("NVIDIA Blackwell and HGX B100, B200, B300: product pages", _NV_DC + "hgx/"),
    "nvidia-gb200": ("NVIDIA GB200 NVL72, product page", _NV_DC + "gb200-nvl72/"),
    "nvidia-gb300": ("NVIDIA GB300 NVL72, product page", _NV_DC + "gb300-nvl72/"),
    "nvidia-gb10": ("NVIDIA DGX Spark, product page", _NV + "en-us/products/workstations/dgx-spark/"),
    "nvidia-20-series": ("NVIDIA GeForce RTX 20 series, product pages", _NV + "en-us/geforce/20-series/"),
    "nvidia-30-series": ("NVIDIA GeForce RTX 30 series, product pages", _NV_GF + "30-series/"),
    "nvidia-40-series": ("NVIDIA GeForce RTX 40 series, product pages", _NV_GF + "40-series/"),
    "nvidia-50-series": ("NVIDIA GeForce RTX 50 series, product pages", _NV_GF + "50-series/"),
    "nvidia-rtx-blackwell": (
        "NVIDIA RTX Blackwell GPU Architecture, white paper",
        "https://images.nvidia.com/aem-dam/Solutions/geforce/blackwell/nvidia-rtx-blackwell-gpu-architecture.pdf",
    ),
    "nvidia-titan-v": ("NVIDIA TITAN V, product page", _NV + "en-us/titan/titan-v/"),
    "nvidia-rtx-a": ("NVIDIA RTX A2000, A4000, A5000 and A6000 data sheets", _NV_PRO),
    "nvidia-rtx-6000-ada": ("NVIDIA RTX 6000 Ada Generation data sheet", _NV_PRO + "rtx-6000/"),
    "nvidia-rtx-pro-6000": ("NVIDIA RTX PRO 6000 Blackwell data sheet", _NV_PRO + "professional-desktop-gpus/"),
    "nvidia-quadro-rtx": ("NVIDIA Quadro RTX 6000 and 8000 data sheets", _NV + "en-us/design-visualization/quadro/"),
    "nvidia-jetson-nano": ("NVIDIA Jetson Nano, product page", _JETSON + "jetson-nano/"),
    "nvidia-jetson-tx2": ("NVIDIA Jetson TX2, product page", _JETSON + "jetson-tx2/"),
    "nvidia-jetson-xavier": ("NVIDIA Jetson Xavier series, product pages", _JETSON + "jetson-agx-xavier/"),
    "nvidia-jetson-orin": ("NVIDIA Jetson Orin series, product pages", _JETSON + "jetson-orin/"),
    "amd-instinct": ("AMD Instinct MI25 to MI250X, product pages", _INSTINCT + "mi200.html"),
    "amd-mi300": ("AMD Instinct MI300A and MI325X, product pages", _INSTINCT + "mi300.html"),
    "amd-mi350": ("AMD Instinct MI350X and MI355X, product pages", _INSTINCT + "mi350.html"),
    "amd-7900-xtx": (
        "AMD Radeon RX 7900 XTX, product page",
        "https://www.amd.com/en/products/graphics/desktops/radeon/7000-series/amd-radeon-rx-7900xtx.html",
    ),
    "intel-gaudi": (
        "Intel Gaudi, Gaudi 2 and Gaudi 3, product pages and white papers",
        "https://www.intel.com/content/www/us/en/products/details/processors/ai-accelerators/gaudi.html",
    ),
    "intel-max": (
        "Intel Data Center GPU Max series, product pages",
        "https://www.intel.com/content/www/us/en/products/details/discrete-gpus/data-center-gpu/max-series.html",
    ),
    "google-tpu-docs": ("Google Cloud TPU documentation, system architecture", _GOOGLE + "system-architecture-tpu-vm"),
    "microsoft-maia": (
        "Microsoft, Inside Maia 100 (2024)",
        (
            "https://techcommunity.microsoft.com/blog/azureinfrastructureblog/"
            "inside-maia-100-revolutionizing-ai-workloads-with-microsofts-custom-ai-accelerat/4229118"
        ),
    ),
    "mlperf-dgx-2": (
        "MLPerf Training v0.7, system description dgx2_ngc20.06_tensorflow",
        (
            "https://github.com/mlcommons/training_results_v0.7/blob/c66406115bb3c60cb9c49889b076727ccecba31e/"
            "NVIDIA/systems/dgx2_ngc20.06_tensorflow.json"
        ),
    ),
}

SOURCES = [
    {"id": key, "title": title, "url": url, "licence": FACTS, "accessed": "2026-11-21", "page": "specifications"}
    for key, (title, url) in _MAKERS.items()
]

_DUAL, _SINGLE, _TRIPLE, _LOW = "PCIe dual slot", "PCIe single slot", "PCIe triple slot", "low profile"
_RTX = "NVIDIA GeForce RTX"

#: item -> name, maker, form factor, memory technology, source of form factor and memory ("epoch": of the name only).
ACCELERATORS = {
    "k80": ("NVIDIA Tesla K80", "NVIDIA", _DUAL, "GDDR5", "nvidia-k80"),
    "m40-12gb": ("NVIDIA Tesla M40 12GB", "NVIDIA", _DUAL, "GDDR5", "nvidia-m40"),
    "m60": ("NVIDIA Tesla M60", "NVIDIA", _DUAL, "GDDR5", "nvidia-m60"),
    "p4": ("NVIDIA Tesla P4", "NVIDIA", _LOW, "GDDR5", "nvidia-p4-p40"),
    "p40": ("NVIDIA Tesla P40", "NVIDIA", _DUAL, "GDDR5", "nvidia-p4-p40"),
    "p100-sxm2-16gb": ("NVIDIA Tesla P100 SXM2 16GB", "NVIDIA", "SXM", "HBM2", "nvidia-p100-sxm2"),
    "v100s-pcie-32gb": ("NVIDIA Tesla V100S PCIe 32GB", "NVIDIA", _DUAL, "HBM2", "nvidia-v100s"),
    "v100-sxm3-32gb": ("NVIDIA Tesla V100 SXM3 32GB", "NVIDIA", "SXM", "HBM2", "nvidia-dgx-2"),
    "a2": ("NVIDIA A2", "NVIDIA", _LOW, "GDDR6", "nvidia-a2"),
    "a10g": ("NVIDIA A10G", "NVIDIA", _SINGLE, "GDDR6", "nvidia-a10"),
    "a16": ("NVIDIA A16", "NVIDIA", _DUAL, "GDDR6", "nvidia-a16"),
    "a30": ("NVIDIA A30", "NVIDIA", _DUAL, "HBM2", "nvidia-a30"),
    "a800-sxm4-80gb": ("NVIDIA A800 SXM4 80GB", "NVIDIA", "SXM", "HBM2e", "nvidia-a100"),
    "l20": ("NVIDIA L20", "NVIDIA", "", "", "epoch"),
    "l40": ("NVIDIA L40", "NVIDIA", _DUAL, "GDDR6", "nvidia-l40"),
    "h100-nvl-94gb": ("NVIDIA H100 NVL 94GB", "NVIDIA", _DUAL, "HBM3", "nvidia-h100-nvl"),
    "h800-sxm5-80gb": ("NVIDIA H800 SXM5 80GB", "NVIDIA", "SXM", "HBM3", "nvidia-h100"),
    "h20-96gb": ("NVIDIA H20 96GB", "NVIDIA", "SXM", "", "epoch"),
    "h200-nvl-141gb": ("NVIDIA H200 NVL 141GB", "NVIDIA", _DUAL, "HBM3e", "nvidia-h200-nvl"),
    "gh200-96gb": ("NVIDIA GH200 Grace Hopper Superchip 96GB", "NVIDIA", "superchip", "HBM3", "nvidia-gh200"),
    "gh200-144gb": ("NVIDIA GH200 Grace Hopper Superchip 144GB", "NVIDIA", "superchip", "HBM3e", "nvidia-gh200"),
    "b100": ("NVIDIA B100", "NVIDIA", "SXM", "HBM3e", "nvidia-blackwell"),
    "b300": ("NVIDIA B300", "NVIDIA", "SXM", "HBM3e", "nvidia-blackwell"),
    "gb200": ("NVIDIA GB200, one of its GPUs", "NVIDIA", "superchip", "HBM3e", "nvidia-gb200"),
    "gb300": ("NVIDIA GB300, one of its GPUs", "NVIDIA", "superchip", "HBM3e", "nvidia-gb300"),
    "gb10": ("NVIDIA GB10", "NVIDIA", "superchip", "LPDDR5X", "nvidia-gb10"),
    "rtx-2060": (f"{_RTX} 2060", "NVIDIA", _DUAL, "GDDR6", "nvidia-20-series"),
    "rtx-2070": (f"{_RTX} 2070", "NVIDIA", _DUAL, "GDDR6", "nvidia-20-series"),
    "rtx-2080": (f"{_RTX} 2080", "NVIDIA", _DUAL, "GDDR6", "nvidia-20-series"),
    "rtx-2080-ti": (f"{_RTX} 2080 Ti", "NVIDIA", _DUAL, "GDDR6", "nvidia-20-series"),
    "titan-v": ("NVIDIA TITAN V", "NVIDIA", _DUAL, "HBM2", "nvidia-titan-v"),
    "rtx-3060-12gb": (f"{_RTX} 3060 12GB", "NVIDIA", _DUAL, "GDDR6", "nvidia-30-series"),
    "rtx-3070": (f"{_RTX} 3070", "NVIDIA", _DUAL, "GDDR6", "nvidia-30-series"),
    "rtx-3080-10gb": (f"{_RTX} 3080 10GB", "NVIDIA", _DUAL, "GDDR6X", "nvidia-30-series"),
    "rtx-3090": (f"{_RTX} 3090", "NVIDIA", _TRIPLE, "GDDR6X", "nvidia-30-series"),
    "rtx-3090-ti": (f"{_RTX} 3090 Ti", "NVIDIA", _TRIPLE, "GDDR6X", "nvidia-30-series"),
    "rtx-4060": (f"{_RTX} 4060", "NVIDIA", _DUAL, "GDDR6", "nvidia-40-series"),
    "rtx-4070": (f"{_RTX} 4070", "NVIDIA", _DUAL, "GDDR6X", "nvidia-40-series"),
    "rtx-4080": (f"{_RTX} 4080", "NVIDIA", _TRIPLE, "GDDR6X", "nvidia-40-series"),
    "rtx-5060-ti-16gb": (f"{_RTX} 5060 Ti 16GB", "NVIDIA", "", "GDDR7", "nvidia-50-series"),
    "rtx-5070": (f"{_RTX} 5070", "NVIDIA", _DUAL, "GDDR7", "nvidia-50-series"),
    "rtx-5070-ti": (f"{_RTX} 5070 Ti", "NVIDIA", "", "GDDR7", "nvidia-50-series"),
    "rtx-5080": (f"{_RTX} 5080", "NVIDIA", _DUAL, "GDDR7", "nvidia-50-series"),
    "rtx-5090": (f"{_RTX} 5090", "NVIDIA", _DUAL, "GDDR7", "nvidia-50-series"),
    "rtx-a2000-12gb": ("NVIDIA RTX A2000 12GB", "NVIDIA", _LOW, "GDDR6", "nvidia-rtx-a"),
    "rtx-a4000": ("NVIDIA RTX A4000", "NVIDIA", _SINGLE, "GDDR6", "nvidia-rtx-a"),
    "rtx-a5000": ("NVIDIA RTX A5000", "NVIDIA", _DUAL, "GDDR6", "nvidia-rtx-a"),
    "rtx-a6000": ("NVIDIA RTX A6000", "NVIDIA", _DUAL, "GDDR6", "nvidia-rtx-a"),
    "rtx-6000-ada": ("NVIDIA RTX 6000 Ada Generation", "NVIDIA", _DUAL, "GDDR6", "nvidia-rtx-6000-ada"),
    "quadro-rtx-6000": ("NVIDIA Quadro RTX 6000", "NVIDIA", _DUAL, "GDDR6", "nvidia-quadro-rtx"),
    "quadro-rtx-8000": ("NVIDIA Quadro RTX 8000", "NVIDIA", _DUAL, "GDDR6", "nvidia-quadro-rtx"),
    "rtx-pro-6000-blackwell": ("NVIDIA RTX PRO 6000 Blackwell", "NVIDIA", _DUAL, "GDDR7", "nvidia-rtx-pro-6000"),
    "jetson-nano": ("NVIDIA Jetson Nano", "NVIDIA", "module", "LPDDR4", "nvidia-jetson-nano"),
    "jetson-tx2": ("NVIDIA Jetson TX2", "NVIDIA", "module", "LPDDR4", "nvidia-jetson-tx2"),
    "jetson-xavier-nx-8gb": ("NVIDIA Jetson Xavier NX 8GB", "NVIDIA", "module", "LPDDR4X", "nvidia-jetson-xavier"),
    "jetson-agx-xavier-32gb": ("NVIDIA Jetson AGX Xavier 32GB", "NVIDIA", "module", "LPDDR4X", "nvidia-jetson-xavier"),
    "jetson-orin-nano-8gb": ("NVIDIA Jetson Orin Nano 8GB", "NVIDIA", "module", "LPDDR5", "nvidia-jetson-orin"),
    "jetson-orin-nx-16gb": ("NVIDIA Jetson Orin NX 16GB", "NVIDIA", "module", "LPDDR5", "nvidia-jetson-orin"),
    "jetson-agx-orin-64gb": ("NVIDIA Jetson AGX Orin 64GB", "NVIDIA", "module", "LPDDR5", "nvidia-jetson-orin"),
    "mi25": ("AMD Radeon Instinct MI25", "AMD", _DUAL, "HBM2", "amd-instinct"),
    "mi50-16gb": ("AMD Radeon Instinct MI50 16GB", "AMD", _DUAL, "HBM2", "amd-instinct"),
    "mi60": ("AMD Radeon Instinct MI60", "AMD", _DUAL, "HBM2", "amd-instinct"),
    "mi100": ("AMD Instinct MI100", "AMD", _DUAL, "HBM2", "amd-instinct"),
    "mi210": ("AMD Instinct MI210", "AMD", _DUAL, "HBM2e", "amd-instinct"),
    "mi250": ("AMD Instinct MI250", "AMD", "OAM", "HBM2e", "amd-instinct"),
    "mi250x": ("AMD Instinct MI250X", "AMD", "OAM", "HBM2e", "amd-instinct"),
    "mi300a": ("AMD Instinct MI300A", "AMD", "socket", "HBM3", "amd-mi300"),
    "mi308x": ("AMD Instinct MI308X", "AMD", "", "", "epoch"),
    "mi325x": ("AMD Instinct MI325X", "AMD", "OAM", "HBM3e", "amd-mi300"),
    "mi350x": ("AMD Instinct MI350X", "AMD", "OAM", "HBM3e", "amd-mi350"),
    "mi355x": ("AMD Instinct MI355X", "AMD", "OAM", "HBM3e", "amd-mi350"),
    "rx-7900-xtx": ("AMD Radeon RX 7900 XTX", "AMD", _TRIPLE, "GDDR6", "amd-7900-xtx"),
    "gaudi-hl-205": ("Intel Habana Gaudi HL-205", "Intel", "OAM", "HBM2", "intel-gaudi"),
    "gaudi2": ("Intel Gaudi 2", "Intel", "OAM", "HBM2e", "intel-gaudi"),
    "gaudi3": ("Intel Gaudi 3", "Intel", "OAM", "HBM2e", "intel-gaudi"),
    "max-1100": ("Intel Data Center GPU Max 1100", "Intel", _DUAL, "HBM2e", "intel-max"),
    "max-1550": ("Intel Data Center GPU Max 1550", "Intel", "OAM", "HBM2e", "intel-max"),
    "tpu-v1": ("Google TPU v1", "Google", "", "", "epoch"),
    "tpu-v2": ("Google TPU v2", "Google", "", "", "epoch"),
    "tpu-v3": ("Google TPU v3", "Google", "", "HBM2", "google-tpu-docs"),
    "tpu-v4": ("Google TPU v4", "Google", "", "HBM2", "google-tpu-docs"),
    "tpu-v4i": ("Google TPU v4i", "Google", "", "", "epoch"),
    "tpu-v5e": ("Google TPU v5e", "Google", "", "HBM2", "google-tpu-docs"),
    "tpu-v5p": ("Google TPU v5p", "Google", "", "HBM2e", "google-tpu-docs"),
    "tpu-v6e": ("Google TPU v6e", "Google", "", "", "epoch"),
    "tpu-v7": ("Google TPU v7", "Google", "", "", "epoch"),
    "trainium1": ("AWS Trainium", "Amazon Web Services", "", "", "epoch"),
    "trainium2": ("AWS Trainium2", "Amazon Web Services", "", "", "epoch"),
    "trainium3": ("AWS Trainium3", "Amazon Web Services", "", "", "epoch"),
    "inferentia2": ("AWS Inferentia2", "Amazon Web Services", "", "", "epoch"),
    "maia-100": ("Microsoft Maia 100", "Microsoft", "", "HBM2e", "microsoft-maia"),
    "mtia-v1": ("Meta MTIA v1", "Meta", "", "", "epoch"),
    "mtia-v2": ("Meta MTIA v2", "Meta", "", "", "epoch"),
    "mtia-300": ("Meta MTIA 300", "Meta", "", "", "epoch"),
    "groq-lpu-v1": ("Groq LPU v1", "Groq", "", "", "epoch"),
    "dojo-d1": ("Tesla Dojo D1", "Tesla", "", "", "epoch"),
    "ascend-910b": ("Huawei Ascend 910B", "Huawei", "", "", "epoch"),
    "ascend-910c": ("Huawei Ascend 910C", "Huawei", "", "", "epoch"),
}

#: item -> name in Epoch's table, for rated power, die area, process node and memory size.
EPOCH_NAMES = {
    "k80": "NVIDIA Tesla K80",
    "m40-12gb": "NVIDIA M40",
    "m60": "NVIDIA TESLA M60",
    "p4": "NVIDIA Tesla P4",
    "p40": "NVIDIA P40",
    "p100-sxm2-16gb": "NVIDIA Tesla P100 SXM2",
    "v100s-pcie-32gb": "NVIDIA Tesla V100S PCIe 32 GB",
    "v100-sxm3-32gb": "NVIDIA Tesla V100 SXM3 32 GB",
    "a10g": "NVIDIA A10G",
    "a800-sxm4-80gb": "NVIDIA A800 SXM",
    "l20": "NVIDIA L20 PCle",
    "l40": "NVIDIA L40",
    "h100-nvl-94gb": "NVIDIA H100 NVL",
    "h800-sxm5-80gb": "NVIDIA H800 SXM5",
    "h20-96gb": "NVIDIA HGX H20",
    "gh200-144gb": "NVIDIA GH200",
    "b100": "NVIDIA B100",
    "b300": "NVIDIA B300 (Blackwell Ultra)",
    "gb200": "NVIDIA GB200",
    "gb300": "NVIDIA GB300 (Blackwell Ultra)",
    "rtx-2080-ti": "NVIDIA GeForce RTX 2080 Ti 11GB",
    "titan-v": "NVIDIA Titan V",
    "rtx-3080-10gb": "NVIDIA GeForce RTX 3080",
    "rtx-3090": "NVIDIA GeForce RTX 3090",
    "rtx-3090-ti": "NVIDIA GeForce RTX 3090 Ti",
    "rtx-4070": "NVIDIA GeForce RTX 4070",
    "rtx-4080": "NVIDIA GeForce RTX 4080",
    "rtx-a4000": "NVIDIA RTX A4000",
    "rtx-a5000": "NVIDIA RTX A5000",
    "rtx-a6000": "NVIDIA RTX A6000",
    "rtx-6000-ada": "NVIDIA RTX 6000 Ada Generation",
    "quadro-rtx-6000": "NVIDIA Quadro RTX 6000",
    "quadro-rtx-8000": "NVIDIA Quadro RTX 8000",
    "mi250x": "AMD Radeon Instinct MI250X",
    "mi300a": "AMD Instinct MI300A",
    "mi308x": "AMD Radeon Instinct MI308X",
    "mi325x": "AMD Instinct MI325X",
    "mi350x": "AMD Instinct MI350X",
    "mi355x": "AMD Instinct MI355X",
    "rx-7900-xtx": "AMD Radeon RX 7900 XTX",
    "gaudi-hl-205": "Intel Habana GAUDI HL-205",
    "gaudi2": "Intel Habana Gaudi2",
    "gaudi3": "Intel Habana Gaudi3",
    "max-1100": "Intel Data Center GPU Max 1100",
    "max-1550": "Intel Data Center GPU Max 1550",
    "tpu-v1": "Google TPU v1",
    "tpu-v2": "Google TPU v2",
    "tpu-v3": "Google TPU v3",
    "tpu-v4": "Google TPU v4",
    "tpu-v4i": "Google TPU v4i",
    "tpu-v5e": "Google TPU v5e",
    "tpu-v5p": "Google TPU v5p",
    "tpu-v6e": "Google TPU v6e Trillium",
    "tpu-v7": "Google TPU v7 Ironwood",
    "trainium1": "Amazon Trainium1",
    "trainium2": "Amazon Trainium2",
    "trainium3": "Amazon Trainium3",
    "inferentia2": "AWS Inferentia2",
    "maia-100": "Maia 100 (M100)",
    "mtia-v1": "Meta MTIA v1 (MTIA 100)",
    "mtia-v2": "Meta MTIA v2 (MTIA 200)",
    "mtia-300": "Meta MTIA 300",
    "groq-lpu-v1": "GroqChip LPU v1",
    "dojo-d1": "Tesla D1 Dojo",
    "ascend-910b": "Huawei Ascend 910B",
    "ascend-910c": "Huawei Ascend 910C",
}

#: Items whose memory in Epoch's table is memory on the chip itself, no device of its own beside it.
ON_CHIP = frozenset({"mtia-v1", "mtia-v2", "groq-lpu-v1"})

_ESTIMATED = "not stated by the maker: an estimate that the catalogue carries"
_UNSURE = "as listed; the maker has not published the power of one chip"

#: (item, attribute) -> note on Epoch's figure.
EPOCH_NOTES = {
    ("a10g", "rated_power"): "as listed; the driver prints a limit of 300 W",
    ("mi250x", "rated_power"): "560 W at peak, by the maker",
    ("mi300a", "rated_power"): "peak; 550 W by default, by the maker; the processor cores are included",
    ("mi308x", "die_area"): "as listed, the figure of the MI300X; the maker has published none",
    ("gh200-144gb", "rated_power"): "as listed, of the GPU; the superchip can be set up to 1,000 W",
    ("max-1100", "die_area"): "as listed: the sum of many tiles of several processes",
    ("max-1550", "die_area"): "as listed: the sum of many tiles of several processes",
    ("rx-7900-xtx", "die_area"): "as listed: one compute die and six cache dies together",
    ("mi325x", "process_node"): "compute dies; the input/output dies are at 6 nm",
    ("mi300a", "process_node"): "compute dies; the input/output dies are at 6 nm",
    ("mi308x", "process_node"): "compute dies; the input/output dies are at 6 nm",
    ("mi350x", "process_node"): "compute dies; the input/output dies are at 6 nm",
    ("mi355x", "process_node"): "compute dies; the input/output dies are at 6 nm",
    ("gaudi-hl-205", "rated_power"): "as listed",
    ("tpu-v5e", "rated_power"): _ESTIMATED,
    ("tpu-v5p", "rated_power"): _ESTIMATED,
    ("tpu-v6e", "rated_power"): _ESTIMATED,
    ("tpu-v7", "rated_power"): _ESTIMATED,
    ("tpu-v5e", "die_area"): _ESTIMATED,
    ("trainium2", "rated_power"): _UNSURE,
    ("trainium3", "rated_power"): _UNSURE,
    ("maia-100", "rated_power"): "as provisioned; the design allows 700 W",
    ("ascend-910b", "rated_power"): _UNSURE,
    ("ascend-910c", "rated_power"): _UNSURE,
}

_4N = "TSMC 4N, a process of the 5 nm family"
_4NP = "TSMC 4NP, a process of the 5 nm family"
_8N = "Samsung 8N"
_GH100, _GA100 = "GH100", "GA100"


def _card(item: str, source: str, power: str = "", memory: str = "", notes: tuple[str, str] = ("", "")) -> list[Fact]:
    """Rated power and memory of a card, as its maker publishes them."""
    found = [Fact(item, "rated_power", power, "W", source, notes[0])] if power else []
    return found + ([Fact(item, "memory_size", memory, "GB", source, notes[1])] if memory else [])


def _chip(item: str, source: str, area: str, chip: str, process: tuple[str, str]) -> list[Fact]:
    """Die area and process of the chip on a card, as its maker publishes them."""
    node, called = process
    return [
        Fact(item, "die_area", area, "mm2", source, chip),
        Fact(item, "process_node", node, "nm", source, called),
    ]


def _dies(item: str, area: str, source: str, listed: str) -> list[Fact]:
    """Sum of the equal dies of a card of which the catalogue lists one, and their number."""
    note = f"two dies of {listed} mm2; the catalogue lists one"
    return [Fact(item, "die_area", area, "mm2", f"epoch;{source}", note), Fact(item, "dies", "2", "item", source)]


def _stacked(item: str) -> tuple[Fact, ...]:
    """Number of the compute dies of a stacked card, and the dies below them, of which no maker's area is known."""
    return (
        Fact(item, "dies", "8", "item", "amd-mi300", "compute dies"),
        Fact(item, "dies_not_known", "four input/output dies", "", "amd-mi300", "their area is not published"),
    )


_ADA, _TURING, _GA102, _BLACKWELL = "nvidia-ada", "nvidia-turing", "nvidia-ga102", "nvidia-rtx-blackwell"
_50, _30, _20, _40 = "nvidia-50-series", "nvidia-30-series", "nvidia-20-series", "nvidia-40-series"
_INTERVAL = "the highest of its power modes"

#: Facts that replace Epoch's or fill what Epoch does not have.
ACCELERATOR_FACTS: tuple[Fact, ...] = (
    *_dies("k80", "1122", "nvidia-k80", "561"),
    *_dies("m60", "796", "nvidia-m60", "398"),
    *_dies("mi250x", "1448", "amd-instinct", "724"),
    Fact("mi250", "die_area", "1448", "mm2", "epoch;amd-instinct", "two dies of 724 mm2, those of the MI250X"),
    Fact("mi250", "dies", "2", "item", "amd-instinct"),
    Fact("mi210", "die_area", "724", "mm2", "epoch;amd-instinct", "one of the two dies of the MI250X"),
    Fact("mi325x", "die_area", "1017", "mm2", "epoch;amd-mi300", "that listed for the MI300X, whose dies it has"),
    *(fact for item in ("mi300x", "mi308x", "mi325x") for fact in _stacked(item)),
    Fact("b200", "dies", "2", "item", "nvidia-blackwell", "the maker does not publish their area"),
    Fact("p40", "process_node", "16", "nm", "nvidia-p4-p40"),
    *_card("p100-sxm2-16gb", "nvidia-p100-sxm2", memory="16"),
    *_card("v100-sxm3-32gb", "mlperf-dgx-2", "350", "32",
           ("in a DGX-2; 450 W in a DGX-2H; the catalogue lists 300 W", "")),
    *_card("a2", "nvidia-a2", "60", "16", ("can be set down to 40 W", "")),
    Fact("a2", "process_node", "8", "nm", "nvidia-ga102", _8N),
    *_card("a16", "nvidia-a16", "250", "64", ("", "four GPUs of 16 GB on one card: tools print four devices")),
    Fact("a16", "process_node", "8", "nm", "nvidia-ga102", _8N),
    *_card("a30", "nvidia-a30", "165", "24"),
    *_chip("a30", "nvidia-ampere", "826", _GA100, ("7", "")),
    Fact("l20", "process_node", "4", "nm", _ADA, f"{_4N}; the catalogue lists 5"),
    Fact("l40", "process_node", "4", "nm", _ADA, _4N),
    *_chip("h100-nvl-94gb", "nvidia-h100", "814", _GH100, ("4", _4N)),
    Fact("h800-sxm5-80gb", "process_node", "4", "nm", "nvidia-h100", f"{_4N}; the catalogue lists 5"),
    *_card("h200-nvl-141gb", "nvidia-h200-nvl", "600", "141"),
    *_chip("h200-nvl-141gb", "nvidia-h100", "814", _GH100, ("4", _4N)),
    *_card("gh200-96gb", "nvidia-gh200", memory="96"),
    *_chip("gh200-96gb", "nvidia-h100", "814", f"{_GH100}; without the die of the processor", ("4", _4N)),
    *_card("gh200-144gb", "nvidia-gh200", memory="144"),
    *_chip("gh200-144gb", "nvidia-h100", "814", f"{_GH100}; without the die of the processor", ("4", _4N)),
    *(Fact(item, "process_node", "4", "nm", "nvidia-blackwell", _4NP) for item in ("b100", "b200", "b300")),
    *(Fact(item, "dies", "2", "item", "nvidia-blackwell", "the maker does not publish their area")
      for item in ("b100", "b300", "gb200", "gb300")),
    Fact("gb200", "process_node", "4", "nm", "nvidia-gb200", _4NP),
    Fact("gb300", "process_node", "4", "nm", "nvidia-gb300", _4NP),
    *_card("gb10", "nvidia-gb10", "140", "128", ("processor and GPU together", "shared by processor and GPU")),
    *_card("rtx-2060", _20, "160", "6"),
    *_chip("rtx-2060", _TURING, "445", "TU106", ("12", "")),
    *_card("rtx-2070", _20, "175", "8", ("185 W for the maker's own card", "")),
    *_chip("rtx-2070", _TURING, "445", "TU106", ("12", "")),
    *_card("rtx-2080", _20, "215", "8", ("225 W for the maker's own card", "")),
    *_chip("rtx-2080", _TURING, "545", "TU104", ("12", "")),
    *_card("rtx-3060-12gb", _30, "170", "12"),
    Fact("rtx-3060-12gb", "process_node", "8", "nm", _GA102, _8N),
    *_card("rtx-3070", _30, "220", "8"),
    *_chip("rtx-3070", _GA102, "392.5", "GA104", ("8", _8N)),
    *_card("rtx-4060", _40, "115", "8"),
    Fact("rtx-4060", "process_node", "4", "nm", _ADA, _4N),
    *_card("rtx-4070", _40, "200", notes=("the catalogue lists the 285 W of the RTX 4070 Ti", "")),
    Fact("rtx-4070", "process_node", "4", "nm", _ADA, _4N),
    Fact("rtx-4080", "process_node", "4", "nm", _ADA, _4N),
    *_card("rtx-5060-ti-16gb", _50, "180", "16"),
    Fact("rtx-5060-ti-16gb", "process_node", "4", "nm", _BLACKWELL, _4N),
    *_card("rtx-5070", _50, "250", "12"),
    *_chip("rtx-5070", _BLACKWELL, "263", "GB205", ("4", _4N)),
    *_card("rtx-5070-ti", _50, "300", "16"),
    *_chip("rtx-5070-ti", _BLACKWELL, "378", "GB203", ("4", _4N)),
    *_card("rtx-5080", _50, "360", "16"),
    *_chip("rtx-5080", _BLACKWELL, "378", "GB203", ("4", _4N)),
    *_card("rtx-5090", _50, "575", "32"),
    *_chip("rtx-5090", _BLACKWELL, "750", "GB202", ("4", _4N)),
    *_card("rtx-a2000-12gb", "nvidia-rtx-a", "70", "12"),
    Fact("rtx-a2000-12gb", "process_node", "8", "nm", _GA102, _8N),
    *_card("rtx-6000-ada", "nvidia-rtx-6000-ada", "300", "48"),
    Fact("rtx-6000-ada", "process_node", "4", "nm", _ADA, f"{_4N}; the catalogue lists 5"),
    *_card("rtx-pro-6000-blackwell", "nvidia-rtx-pro-6000", "600", "96",
           ("workstation edition, and server edition at its highest setting", "")),
    *_chip("rtx-pro-6000-blackwell", _BLACKWELL, "750", "GB202", ("4", _4N)),
    *_card("jetson-nano", "nvidia-jetson-nano", "10", "4", (_INTERVAL, "")),
    *_card("jetson-tx2", "nvidia-jetson-tx2", "15", "8", (_INTERVAL, "")),
    *_card("jetson-xavier-nx-8gb", "nvidia-jetson-xavier", "20", "8", (_INTERVAL, "")),
    *_card("jetson-agx-xavier-32gb", "nvidia-jetson-xavier", "30", "32", (_INTERVAL, "")),
    *_card("jetson-orin-nano-8gb", "nvidia-jetson-orin", "15", "8", (f"{_INTERVAL} at launch", "")),
    *_card("jetson-orin-nx-16gb", "nvidia-jetson-orin", "25", "16", (f"{_INTERVAL} at launch", "")),
    *_card("jetson-agx-orin-64gb", "nvidia-jetson-orin", "60", "64", (_INTERVAL, "")),
    *_card("mi25", "amd-instinct", "300", "16"),
    Fact("mi25", "process_node", "14", "nm", "amd-instinct"),
    *_card("mi50-16gb", "amd-instinct", "300", "16"),
    Fact("mi50-16gb", "process_node", "7", "nm", "amd-instinct"),
    *_card("mi60", "amd-instinct", "300", "32"),
    Fact("mi60", "process_node", "7", "nm", "amd-instinct"),
    *_card("mi100", "amd-instinct", "300", "32"),
    Fact("mi100", "process_node", "7", "nm", "amd-instinct"),
    *_card("mi210", "amd-instinct", "300", "64"),
    Fact("mi210", "process_node", "6", "nm", "amd-instinct"),
    *_card("mi250", "amd-instinct", "500", "128", ("560 W at peak", "")),
    Fact("mi250", "process_node", "6", "nm", "amd-instinct"),
    *_card("rx-7900-xtx", "amd-7900-xtx", "355", notes=("board power; the catalogue lists 335 W", "")),
    Fact("rx-7900-xtx", "process_node", "5", "nm", "amd-7900-xtx", "compute die; the cache dies are at 6 nm"),
    *_card("gaudi-hl-205", "intel-gaudi", memory="32"),
    *_card("maia-100", "microsoft-maia", memory="64"),
)  # fmt: skip

#: Spelling -> item. Names that tools print for one GPU of a card with several (Tesla K80, Tesla M60, A16) are left out.
ALIASES = {
    "m40-12gb": ("Tesla M40",),
    "p4": ("Tesla P4", "NVIDIA Tesla P4"),
    "p40": ("Tesla P40", "NVIDIA Tesla P40"),
    "p100-sxm2-16gb": ("Tesla P100-SXM2-16GB", "NVIDIA Tesla P100 SXM2 16GB"),
    "v100s-pcie-32gb": ("Tesla V100S-PCIE-32GB", "V100S PCIe 32GB"),
    "v100-sxm3-32gb": ("Tesla V100-SXM3-32GB",),
    "a2": ("NVIDIA A2",),
    "a10g": ("NVIDIA A10G",),
    "a30": ("NVIDIA A30",),
    "a800-sxm4-80gb": ("NVIDIA A800-SXM4-80GB",),
    "l20": ("NVIDIA L20",),
    "l40": ("NVIDIA L40",),
    "h100-nvl-94gb": ("NVIDIA H100 NVL", "H100 NVL"),
    "h800-sxm5-80gb": ("NVIDIA H800",),
    "h20-96gb": ("NVIDIA H20",),
    "h200-nvl-141gb": ("NVIDIA H200 NVL", "H200 NVL"),
    "gh200-96gb": ("NVIDIA GH200 480GB", "GH200 96GB"),
    "gh200-144gb": ("NVIDIA GH200 144G HBM3e", "GH200 144GB"),
    "b300": ("NVIDIA B300 SXM6 AC", "NVIDIA B300"),
    "gb200": ("NVIDIA GB200",),
    "gb300": ("NVIDIA GB300",),
    "gb10": ("NVIDIA GB10", "DGX Spark"),
    **{
        f"rtx-{number.lower().replace(' ', '-')}": (f"{_RTX} {number}", f"GeForce RTX {number}", f"RTX {number}")
        for number in ("2060", "2070", "2080", "2080 Ti", "3070", "3090", "3090 Ti", "4060", "4070", "4080", "5070",
                       "5070 Ti", "5080", "5090")
    },
    "rtx-3080-10gb": (f"{_RTX} 3080", "GeForce RTX 3080", "RTX 3080 10GB"),
    "rtx-3060-12gb": ("RTX 3060 12GB",),
    "rtx-5060-ti-16gb": ("RTX 5060 Ti 16GB",),
    "titan-v": ("NVIDIA TITAN V", "TITAN V"),
    "rtx-a2000-12gb": ("NVIDIA RTX A2000 12GB",),
    "rtx-a4000": ("NVIDIA RTX A4000", "RTX A4000"),
    "rtx-a5000": ("NVIDIA RTX A5000", "RTX A5000"),
    "rtx-a6000": ("NVIDIA RTX A6000", "RTX A6000"),
    "rtx-6000-ada": ("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"),
    "quadro-rtx-6000": ("Quadro RTX 6000", "NVIDIA Quadro RTX 6000"),
    "quadro-rtx-8000": ("Quadro RTX 8000", "NVIDIA Quadro RTX 8000"),
    "rtx-pro-6000-blackwell": ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition",
                               "NVIDIA RTX PRO 6000 Blackwell Server Edition"),
    "mi25": ("Radeon Instinct MI25",),
    "mi60": ("Radeon Instinct MI60",),
    "mi100": ("AMD Instinct MI100", "Instinct MI100"),
    "mi210": ("AMD Instinct MI210", "Instinct MI210"),
    "mi250": ("AMD Instinct MI250", "Instinct MI250"),
    "mi250x": ("AMD Instinct MI250X", "Instinct MI250X"),
    "mi300a": ("AMD Instinct MI300A", "Instinct MI300A"),
    "mi308x": ("AMD Instinct MI308X",),
    "mi325x": ("AMD Instinct MI325X", "Instinct MI325X"),
    "mi350x": ("AMD Instinct MI350X", "Instinct MI350X"),
    "mi355x": ("AMD Instinct MI355X", "Instinct MI355X"),
    "rx-7900-xtx": ("AMD Radeon RX 7900 XTX", "Radeon RX 7900 XTX", "RX 7900 XTX"),
    "gaudi2": ("Intel Gaudi 2", "Gaudi 2", "HL-225"),
    "gaudi3": ("Intel Gaudi 3", "Gaudi 3"),
    "max-1100": ("Intel(R) Data Center GPU Max 1100", "Data Center GPU Max 1100"),
    "max-1550": ("Intel(R) Data Center GPU Max 1550", "Data Center GPU Max 1550"),
    **{f"tpu-{version}": (f"TPU {version}", f"Google TPU {version}")
       for version in ("v1", "v2", "v3", "v4", "v4i", "v5e", "v5p", "v6e", "v7")},
    "trainium1": ("AWS Trainium", "Trainium"),
    "trainium2": ("AWS Trainium2",),
    "trainium3": ("AWS Trainium3",),
    "inferentia2": ("AWS Inferentia2",),
    "maia-100": ("Maia 100",),
    "ascend-910b": ("Ascend 910B",),
    "ascend-910c": ("Ascend 910C",),
}  # fmt: skip
