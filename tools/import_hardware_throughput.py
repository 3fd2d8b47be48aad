"""Peak throughput of accelerators by number format, for ``import_hardware.py``.

Operations per second of one card (a multiplication and an addition are two), on dense matrices: below 32 bits and in
TF32 by its matrix units where it has them, in FP32 by its vectors. From Epoch AI's catalogue, and typed from the
makers' data sheets where that has none or another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import import_hardware_cards as cards
import import_hardware_facts as facts
from import_hardware_facts import Fact

UNIT = "1/s"
TERA = 1e12

#: Column of Epoch's table -> number formats [tera-operations per second].
COLUMNS = {
    "fp32_TFLOPS": ("fp32",),
    "tf32_TFLOPS": ("tf32",),
    "tensor_fp16_bf16_TFLOPS": ("fp16", "bf16"),
    "fp8_TFLOPS": ("fp8",),
    "fp4_TFLOPS": ("fp4",),
    "int8_TOPS": ("int8",),
}
#: Cards without matrix units, or whose matrix figure Epoch lists with the vectors: their fp16 is that column.
FP16_OF_VECTORS = frozenset({
    "p100-pcie-16gb", "p100-sxm2-16gb", "gtx-1080-ti", "p4", "p40", "groq-lpu-v1", "ascend-910b",
})  # fmt: skip
#: Makers that had no bf16 before these cards, and chips that compute in bf16 and not in fp16.
NO_BF16 = ("v100", "titan", "t4", "quadro", "rtx-20", "ascend")
NO_FP16 = ("tpu", "dojo", "maia")
#: Item and format of which Epoch's cell is no figure of dense matrices with 32-bit sums, or of another format.
LEFT_OUT = frozenset({
    ("mi250x", "tf32"),  # the card has none: the figure is that of fp32 matrices
    ("rtx-3090-ti", "fp16"), ("rtx-3090-ti", "bf16"),  # with 16-bit sums, twice the rate
    ("rtx-2080-ti", "fp16"), ("rtx-4090", "fp16"), ("rtx-4090", "bf16"),  # as above; typed below
    ("b300", "fp4"), ("gb300", "fp4"),  # sources differ
})  # fmt: skip

_HALF = ("fp16", "bf16")
_ACCUMULATE = "with sums in 32 bits; with sums in 16 bits it is twice as much"
_SPARSE = "half of the figure that the maker prints for sparse matrices"

#: Item, formats, tera-operations per second, source, note: what makers publish and the catalogue has not.
_TYPED: tuple[tuple[str, tuple[str, ...], float, str, str], ...] = (
    ("a100-pcie-80gb", ("fp32",), 19.5, "nvidia-a100", ""),
    ("a100-pcie-80gb", ("tf32",), 156, "nvidia-a100", ""),
    ("a100-pcie-80gb", _HALF, 312, "nvidia-a100", ""),
    ("a100-pcie-80gb", ("int8",), 624, "nvidia-a100", ""),
    ("h100-pcie-80gb", ("fp8", "int8"), 1513, "nvidia-h100", ""),
    ("h100-sxm5-80gb", ("fp8",), 1979, "nvidia-h100", ""),
    ("h100-nvl-94gb", ("fp32",), 60, "nvidia-h100-nvl", ""),
    ("h100-nvl-94gb", _HALF, 835.5, "nvidia-h100-nvl", _SPARSE),
    ("h100-nvl-94gb", ("fp8", "int8"), 1670.5, "nvidia-h100-nvl", _SPARSE),
    ("h200-nvl-141gb", ("fp32",), 60, "nvidia-h200-nvl", ""),
    ("h200-nvl-141gb", _HALF, 835.5, "nvidia-h200-nvl", _SPARSE),
    ("h200-nvl-141gb", ("fp8", "int8"), 1670.5, "nvidia-h200-nvl", _SPARSE),
    ("gh200-96gb", ("fp32",), 67, "nvidia-gh200", ""),
    ("gh200-96gb", ("tf32",), 494, "nvidia-gh200", _SPARSE),
    ("gh200-96gb", _HALF, 990, "nvidia-gh200", _SPARSE),
    ("gh200-96gb", ("fp8", "int8"), 1979, "nvidia-gh200", _SPARSE),
    ("gh200-144gb", ("fp8",), 1979, "nvidia-gh200", _SPARSE),
    ("t4", ("fp16",), 65, "nvidia-t4", ""),
    ("t4", ("int8",), 130, "nvidia-t4", ""),
    ("a2", ("fp32",), 4.5, "nvidia-a2", ""),
    ("a2", ("tf32",), 9, "nvidia-a2", ""),
    ("a2", _HALF, 18, "nvidia-a2", ""),
    ("a2", ("int8",), 36, "nvidia-a2", ""),
    ("a10", ("tf32",), 62.5, "nvidia-a10", ""),
    ("a10", _HALF, 125, "nvidia-a10", ""),
    ("a30", ("fp32",), 10.3, "nvidia-a30", ""),
    ("a30", ("tf32",), 82, "nvidia-a30", ""),
    ("a30", _HALF, 165, "nvidia-a30", ""),
    ("a30", ("int8",), 330, "nvidia-a30", ""),
    ("l4", ("fp8",), 242.5, "nvidia-l4", _SPARSE),
    ("l40", ("tf32",), 90.5, "nvidia-l40", ""),
    ("l40", ("fp8",), 362, "nvidia-l40", ""),
    ("l40s", ("fp32",), 91.6, "nvidia-l40s", ""),
    ("l40s", ("tf32",), 183, "nvidia-l40s", ""),
    ("l40s", _HALF, 362, "nvidia-l40s", ""),
    ("l40s", ("fp8", "int8"), 733, "nvidia-l40s", ""),
    ("rtx-2080-ti", ("fp16",), 56.9, "nvidia-turing", f"Founders Edition, {_ACCUMULATE}"),
    ("rtx-3090", _HALF, 71, "nvidia-ga102", _ACCUMULATE),
    ("rtx-a6000", _HALF, 154.8, "nvidia-ga102", ""),
    ("rtx-4090", _HALF, 165.2, "nvidia-ada", _ACCUMULATE),
    ("mi100", ("fp32",), 23.1, "amd-instinct", ""),
    ("mi100", ("fp16",), 184.6, "amd-instinct", ""),
    ("mi100", ("bf16",), 92.3, "amd-instinct", ""),
    ("mi210", ("fp32",), 22.6, "amd-instinct", ""),
    ("mi210", (*_HALF, "int8"), 181, "amd-instinct", ""),
    ("mi250", ("fp32",), 45.3, "amd-instinct", ""),
    ("mi250", (*_HALF, "int8"), 362.1, "amd-instinct", ""),
    ("mi300x", ("fp8",), 2614.9, "amd-mi300x", ""),
    ("mi325x", ("fp8",), 2614.9, "amd-mi300", ""),
    ("mi355x", ("fp8",), 5033.2, "amd-mi350", "Epoch lists that of the MI350X"),
    ("mi355x", ("fp4",), 10066.3, "amd-mi350", "Epoch lists that of the MI350X"),
    ("gaudi2", _HALF, 432, "intel-gaudi", "Epoch lists 450"),
)


def of_epoch(rows: Sequence[Mapping[str, str]]) -> Iterator[Fact]:
    """Peak throughput of the accelerators of this package that Epoch's catalogue has."""
    catalogue = {row["name"]: row for row in rows}
    for item, name in (facts.EPOCH_NAMES | cards.EPOCH_NAMES).items():
        figures = catalogue[name]
        for column, formats in COLUMNS.items():
            of_vectors = column.startswith("tensor") and item in FP16_OF_VECTORS
            value = figures["fp16_vector_TFLOPS" if of_vectors else column]
            for number_format in formats if value else ():
                if _computes_in(item, number_format) and not (of_vectors and number_format == "bf16"):
                    yield _fact(item, number_format, float(value), "epoch")


def _computes_in(item: str, number_format: str) -> bool:
    lacks = {"bf16": NO_BF16, "fp16": NO_FP16}.get(number_format, ())
    return (item, number_format) not in LEFT_OUT and not item.startswith(tuple(lacks))


def typed() -> Iterator[Fact]:
    """Peak throughput that is typed from the makers' data sheets."""
    for item, formats, value, source, note in _TYPED:
        for number_format in formats:
            yield _fact(item, number_format, value, source, note)


def _fact(item: str, number_format: str, value: float, source: str, note: str = "") -> Fact:
    return Fact(item, f"peak_{number_format}", f"{value * TERA:.6g}", UNIT, source, note)
