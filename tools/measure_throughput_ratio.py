"""Compare measured speed-ups between accelerators with the ratios of their peak throughput.

Prints what ``import_hardware_assumptions.py`` states as ``peak_to_real_throughput_ratio`` and
``rated_to_real_power_ratio``: quantiles over pairs of measurements of the same work, every pair of kinds of cards of a
source counting the same. A ratio is that of the card with the higher peak over the other.

Run: ``python tools/measure_throughput_ratio.py MLPERF_POWER.csv MLENERGY.csv``.

- MLPerf Inference, closed division with power, Offline scenario, data centre: the best throughput of an accelerator by
  card and benchmark, of the benchmarks that are submitted in INT8 (FP8 has the same peak).
- ML.ENERGY: the best throughput of an accelerator by card, task, model, format and number of accelerators; FP16 or
  BF16 peaks.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from lca_ai.models import catalogue

MLPERF_CARDS = {
    "NVIDIA T4": "t4",
    "NVIDIA A2": "a2",
    "NVIDIA A10": "a10",
    "NVIDIA A30": "a30",
    "NVIDIA A100-PCIE-40GB": "a100-pcie-40gb",
    "NVIDIA A100-PCIe-40GB": "a100-pcie-40gb",
    "NVIDIA A100-PCIe-80GB": "a100-pcie-80gb",
    "NVIDIA A100-SXM4-40GB": "a100-sxm4-40gb",
    "NVIDIA A100-SXM-80GB": "a100-sxm4-80gb",
    "NVIDIA H100-PCIe-80GB": "h100-pcie-80gb",
    "NVIDIA H100-SXM-80GB": "h100-sxm5-80gb",
    "NVIDIA H100-NVL-94GB": "h100-nvl-94gb",
    "NVIDIA H200-SXM-141GB": "h200-sxm-141gb",
}
MLPERF_WORK = ("resnet50", "retinanet", "ssd-resnet34", "3d-unet-99", "bert-99", "rnnt", "dlrm-99")
#: Another data set before round v2.0: other work by the same name.
CHANGED, BEFORE = "3d-unet-99", ("v1.0", "v1.1")
MLENERGY_CARDS = {
    "V100": "v100-sxm2-32gb",
    "A40": "a40",
    "A100": "a100-sxm4-40gb",
    "A100-40GB": "a100-sxm4-40gb",
    "H100": "h100-sxm5-80gb",
    "B200": "b200",
}
MLENERGY_WORK = [
    "release", "task", "model_id", "weight_precision", "n_gpus", "steps", "height", "width", "frames",
]  # fmt: skip
#: Cards whose peaks differ less are no test of the ratio.
LEAST_RATIO = 1.1
QUANTILES = (0.05, 0.5, 0.95)


def figure(item: str, attribute: str) -> float:
    """Return a figure of a card of the catalogue."""
    return float(catalogue.items()[item][attribute]["value"])


def mlperf(path: Path) -> pd.DataFrame:
    """Return the best throughput of each card and benchmark: work, item, throughput, peak."""
    rows = pd.read_csv(path, low_memory=False)
    rows["work"] = rows["workload"].replace({"resnet": "resnet50"})
    kept = (rows["division"] == "closed") & (rows["scenario"] == "Offline")
    kept &= rows["system_type"].str.contains("datacenter") & rows["work"].isin(MLPERF_WORK)
    rows = rows[kept & rows["accelerator"].isin(MLPERF_CARDS)].copy()
    rows.loc[(rows["work"] == CHANGED) & rows["round"].isin(BEFORE), "work"] += ", first data set"
    rows["item"] = rows["accelerator"].map(MLPERF_CARDS)
    rows["throughput"] = rows["samples_per_s"] / rows["n_accelerators"]
    best = rows.loc[rows.groupby(["work", "item"])["throughput"].idxmax(), ["work", "item", "throughput"]]
    return best.assign(source="MLPerf", peak=[figure(item, "peak_int8") for item in best["item"]], power=float("nan"))


def mlenergy(path: Path) -> pd.DataFrame:
    """Return the best throughput of each card and model: work, item, throughput, peak, and the power it had there."""
    rows = pd.read_csv(path, low_memory=False)
    output = ["throughput_tokens_s", "throughput_images_s", "throughput_videos_s"]
    rows["throughput"] = rows[output].bfill(axis=1).iloc[:, 0] / rows["n_gpus"]
    rows["power"] = rows["avg_power_W"]
    rows["item"] = rows["gpu"].map(MLENERGY_CARDS)
    rows["work"] = ["|".join(map(str, line)) for line in rows[MLENERGY_WORK].itertuples(index=False)]
    rows = rows.dropna(subset=["throughput", "item"])
    best = rows.loc[rows.groupby(["work", "item"])["throughput"].idxmax(), ["work", "item", "throughput", "power"]]
    return best.assign(source="ML.ENERGY", peak=[figure(item, "peak_fp16") for item in best["item"]])


def pairs(best: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield the ratios of each two cards that did the same work, the one of the higher peak over the other."""
    for (source, _), many in best.groupby(["source", "work"]):
        for one, other in itertools.combinations(many.sort_values("peak").itertuples(), 2):
            peaks = other.peak / one.peak
            if peaks >= LEAST_RATIO:
                rated = figure(other.item, "rated_power") / figure(one.item, "rated_power")
                yield {
                    "pair": f"{source}: {one.item.split('-')[0]} to {other.item.split('-')[0]}",
                    "throughput": other.throughput / one.throughput / peaks,
                    "power": other.power / one.power / rated,
                }


def quantiles(values: pd.Series[float], weights: pd.Series[float]) -> list[float]:
    """Return the weighted :data:`QUANTILES`: the least value at which the weights so far reach each."""
    order = values.argsort()
    reached = weights.iloc[order].cumsum() / weights.sum()
    return [float(values.iloc[order].iloc[int((reached < one).sum())]) for one in QUANTILES]


def main() -> None:
    """Print the quantiles, and the median of every pair of cards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mlperf", type=Path, help="power results of MLPerf Inference")
    parser.add_argument("mlenergy", type=Path, help="measurements of ML.ENERGY")
    arguments = parser.parse_args()
    found = pd.DataFrame(pairs(pd.concat([mlperf(arguments.mlperf), mlenergy(arguments.mlenergy)])))
    found["weight"] = 1 / found.groupby("pair")["pair"].transform("size")
    print(found.groupby("pair")["throughput"].agg(["size", "median"]).round(2).to_string())
    for what in ("throughput", "power"):
        of = found.dropna(subset=[what])
        print(f"{what}: {len(of)} pairs of measurements, {of['pair'].nunique()} of kinds of cards")
        print(dict(zip(QUANTILES, (round(one, 2) for one in quantiles(of[what], of["weight"])), strict=True)))


if __name__ == "__main__":
    main()
