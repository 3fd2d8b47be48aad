"""Instances of cloud providers with accelerators, as shares of a server, for ``import_hardware.py``.

Number and model of the accelerators, processors and memory are what the provider's pages say. The share of a server is
that of its accelerators, the largest size of a family being taken as the whole server.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from import_hardware_facts import FACTS

CONVENTION = "lca-ai-convention"
_AWS = "https://aws.amazon.com/ec2/instance-types/"
_AZURE = "https://learn.microsoft.com/en-us/azure/virtual-machines/sizes/gpu-accelerated/"
_GCP = {
    "gcp-gpus": "https://cloud.google.com/compute/docs/gpus",
    "gcp-tpus": "https://cloud.google.com/tpu/docs/tpus-in-gke",
    "gcp-accelerator-optimised": "https://cloud.google.com/compute/docs/accelerator-optimized-machines",
}


class Size(NamedTuple):
    """One instance: virtual processors, memory, accelerators in whole cards or chips."""

    name: str
    vcpus: int
    memory: float
    accelerators: float | Fraction


class Family(NamedTuple):
    """Instances that are shares of the same server."""

    provider: str
    source: str
    title: str
    url: str
    accelerator: str
    whole: int  # accelerators of the whole server
    sizes: tuple[Size, ...]
    note: str = ""
    host: str = ""  # a server of the catalogue with the same accelerators, to stand in for the host


#: Families of AWS on a page of another name, and those of which the provider counts half cards.
_PAGES = {"p3dn": "p3", "p4d": "p4", "p4de": "p4", "p5e": "p5", "p5en": "p5", "p6-b200": "p6", "g3s": "g3", "gr6": "g6"}
_HALVED = frozenset({"p2", "g3", "g3s"})

#: Pages of Google Cloud -> title.
_GCP_TITLES = {
    "gcp-gpus": "Compute Engine: GPU machine types",
    "gcp-tpus": "Cloud TPU: machine types",
    "gcp-accelerator-optimised": "Compute Engine: accelerator-optimised machine family",
}


def _sizes(text: str, prefix: str = "", per_card: int = 1) -> tuple[Size, ...]:
    """Read "name vcpus memory accelerators, ..."; a 0 is not fixed."""
    cells = [one.split() for one in text.split(", ")]
    return tuple(
        Size(prefix + name, int(vcpus), float(memory), Fraction(number) / per_card)
        for name, vcpus, memory, number in cells
    )


def _aws(accelerator: str, whole: int, family: str, sizes: str, **more: str) -> Family:
    """Build a family of AWS."""
    title, url = f"Amazon EC2 {family} instances, product page", f"{_AWS}{_PAGES.get(family, family)}/"
    found = _sizes(sizes, f"{family}.", 2 if family in _HALVED else 1)
    return Family("aws", f"aws-{family}", title, url, accelerator, whole, found, **more)


def _azure(accelerator: str, whole: int, page: str, sizes: str, **more: str) -> Family:
    """Build a series of Azure."""
    source, url = f"azure-{page}", f"{_AZURE}{page}-series"
    return Family("azure", source, f"Azure {page} size series", url, accelerator, whole, _sizes(sizes), **more)


def _gcp(accelerator: str, whole: int, source: str, sizes: str, **more: str) -> Family:
    """Build machine types of Google Cloud."""
    return Family("gcp", source, _GCP_TITLES[source], _GCP[source], accelerator, whole, _sizes(sizes), **more)


_HALF = "the provider counts each of the two GPUs of a card as one accelerator; here whole cards are counted"
_FREE = "per GPU attached; processors and memory are chosen freely"
_FORM = "form factor not stated by the provider: taken as this item"
_OPTIMISED = "gcp-accelerator-optimised"

FAMILIES = (
    _aws("k80", 8, "p2", "xlarge 4 61 1, 8xlarge 32 488 8, 16xlarge 64 732 16", note=_HALF),
    _aws("v100-sxm2-16gb", 8, "p3", "2xlarge 8 61 1, 8xlarge 32 244 4, 16xlarge 64 488 8"),
    _aws("v100-sxm2-32gb", 8, "p3dn", "24xlarge 96 768 8", host="dgx-1-v100"),
    _aws("a100-sxm4-40gb", 8, "p4d", "24xlarge 96 1152 8", host="dgx-a100"),
    _aws("a100-sxm4-80gb", 8, "p4de", "24xlarge 96 1152 8", host="dgx-a100-80gb"),
    _aws("h100-sxm5-80gb", 8, "p5", "4xlarge 16 256 1, 48xlarge 192 2048 8", host="dgx-h100"),
    _aws("h200-sxm-141gb", 8, "p5e", "48xlarge 192 2048 8", host="dgx-h200"),
    _aws("h200-sxm-141gb", 8, "p5en", "48xlarge 192 2048 8", host="dgx-h200"),
    _aws("b200", 8, "p6-b200", "48xlarge 192 2048 8", host="dgx-b200"),
    _aws("m60", 2, "g3s", "xlarge 4 30.5 1", note=_HALF),
    _aws("m60", 2, "g3", "4xlarge 16 122 1, 8xlarge 32 244 2, 16xlarge 64 488 4", note=_HALF),
    _aws("t4", 8, "g4dn", "xlarge 4 16 1, 2xlarge 8 32 1, 4xlarge 16 64 1, 8xlarge 32 128 1, 16xlarge 64 256 1, "
         "12xlarge 48 192 4, metal 96 384 8"),
    _aws("a10g", 8, "g5", "xlarge 4 16 1, 2xlarge 8 32 1, 4xlarge 16 64 1, 8xlarge 32 128 1, 16xlarge 64 256 1, "
         "12xlarge 48 192 4, 24xlarge 96 384 4, 48xlarge 192 768 8"),
    _aws("l4", 8, "g6", "xlarge 4 16 1, 2xlarge 8 32 1, 4xlarge 16 64 1, 8xlarge 32 128 1, 16xlarge 64 256 1, "
         "12xlarge 48 192 4, 24xlarge 96 384 4, 48xlarge 192 768 8"),
    _aws("l4", 8, "gr6", "4xlarge 16 128 1, 8xlarge 32 256 1"),
    _aws("l40s", 8, "g6e", "xlarge 4 32 1, 2xlarge 8 64 1, 4xlarge 16 128 1, 8xlarge 32 256 1, 16xlarge 64 512 1, "
         "12xlarge 48 384 4, 24xlarge 96 768 4, 48xlarge 192 1536 8", host="sr675-v3-8xl40s"),
    _aws("trainium1", 16, "trn1", "2xlarge 8 32 1, 32xlarge 128 512 16"),
    _aws("trainium2", 16, "trn2", "48xlarge 192 2048 16"),
    _aws("inferentia2", 12, "inf2", "xlarge 4 16 1, 8xlarge 32 128 1, 24xlarge 96 384 6, 48xlarge 192 768 12"),
    _aws("gaudi-hl-205", 8, "dl1", "24xlarge 96 768 8"),
    _azure("p100-pcie-16gb", 4, "ncv2",
           "Standard_NC6s_v2 6 112 1, Standard_NC12s_v2 12 224 2, Standard_NC24s_v2 24 448 4", note=_FORM),
    _azure("v100-pcie-16gb", 4, "ncv3",
           "Standard_NC6s_v3 6 112 1, Standard_NC12s_v3 12 224 2, Standard_NC24s_v3 24 448 4", note=_FORM),
    _azure("t4", 4, "ncast4v3",
           "Standard_NC4as_T4_v3 4 28 1, Standard_NC8as_T4_v3 8 56 1, Standard_NC16as_T4_v3 16 110 1, "
           "Standard_NC64as_T4_v3 64 440 4"),
    _azure("a100-pcie-80gb", 4, "nca100v4",
           "Standard_NC24ads_A100_v4 24 220 1, Standard_NC48ads_A100_v4 48 440 2, Standard_NC96ads_A100_v4 96 880 4",
           host="r750xa-4xa100-80gb"),
    _azure("h100-nvl-94gb", 2, "ncadsh100v5",
           "Standard_NC40ads_H100_v5 40 320 1, Standard_NC80adis_H100_v5 80 640 2"),
    _azure("p40", 4, "nd",
           "Standard_ND6s 6 112 1, Standard_ND12s 12 224 2, Standard_ND24s 24 448 4"),
    _azure("v100-sxm2-32gb", 8, "ndv2", "Standard_ND40rs_v2 40 672 8",
           host="dgx-1-v100"),
    _azure("a100-sxm4-40gb", 8, "ndasra100v4", "Standard_ND96asr_v4 96 900 8",
           host="dgx-a100"),
    _azure("a100-sxm4-80gb", 8, "ndma100v4",
           "Standard_ND96amsr_A100_v4 96 1900 8", host="dgx-a100-80gb"),
    _azure("h100-sxm5-80gb", 8, "ndh100v5", "Standard_ND96isr_H100_v5 96 1900 8",
           host="dgx-h100"),
    _azure("h200-sxm-141gb", 8, "nd-h200-v5",
           "Standard_ND96isr_H200_v5 96 1850 8", host="dgx-h200"),
    _azure("mi300x", 8, "ndmi300xv5", "Standard_ND96isr_MI300X_v5 96 1850 8",
           host="xe9680-8xmi300x"),
    _azure("gb200", 4, "nd-gb200-v6",
           "Standard_ND128isr_NDR_GB200_v6 128 900 4", host="gb200-tray"),
    _azure("gb300", 4, "nd-gb300-v6",
           "Standard_ND128isr_GB300_v6 128 864 4"),
    _azure("a10", 2, "nvadsa10v5",
           "Standard_NV6ads_A10_v5 6 55 1/6, Standard_NV12ads_A10_v5 12 110 1/3, Standard_NV18ads_A10_v5 18 220 1/2, "
           "Standard_NV36ads_A10_v5 36 440 1, Standard_NV36adms_A10_v5 36 880 1, Standard_NV72ads_A10_v5 72 880 2",
           host="xe2420-2xa10"),
    _gcp("a100-sxm4-40gb", 16, _OPTIMISED,
         "a2-highgpu-1g 12 85 1, a2-highgpu-2g 24 170 2, a2-highgpu-4g 48 340 4, a2-highgpu-8g 96 680 8, "
         "a2-megagpu-16g 96 1360 16", note=_FORM),
    _gcp("a100-sxm4-80gb", 8, _OPTIMISED,
         "a2-ultragpu-1g 12 170 1, a2-ultragpu-2g 24 340 2, a2-ultragpu-4g 48 680 4, a2-ultragpu-8g 96 1360 8",
         note=_FORM, host="dgx-a100-80gb"),
    _gcp("h100-sxm5-80gb", 8, _OPTIMISED,
         "a3-highgpu-1g 26 234 1, a3-highgpu-2g 52 468 2, a3-highgpu-4g 104 936 4, a3-highgpu-8g 208 1872 8, "
         "a3-megagpu-8g 208 1872 8, a3-edgegpu-8g 208 1872 8", host="dgx-h100"),
    _gcp("h200-sxm-141gb", 8, _OPTIMISED, "a3-ultragpu-8g 224 2944 8", host="dgx-h200"),
    _gcp("b200", 8, _OPTIMISED, "a4-highgpu-8g 224 3968 8", host="dgx-b200"),
    _gcp("gb200", 4, _OPTIMISED, "a4x-highgpu-4g 140 884 4", host="gb200-tray"),
    _gcp("l4", 8, _OPTIMISED,
         "g2-standard-4 4 16 1, g2-standard-8 8 32 1, g2-standard-12 12 48 1, g2-standard-16 16 64 1, "
         "g2-standard-32 32 128 1, g2-standard-24 24 96 2, g2-standard-48 48 192 4, g2-standard-96 96 384 8"),
    _gcp("t4", 4, "gcp-gpus", "n1+nvidia-tesla-t4 0 0 1", note=_FREE),
    _gcp("p4", 4, "gcp-gpus", "n1+nvidia-tesla-p4 0 0 1", note=_FREE),
    _gcp("p100-pcie-16gb", 4, "gcp-gpus", "n1+nvidia-tesla-p100 0 0 1", note=f"{_FREE}; {_FORM}"),
    _gcp("v100-sxm2-16gb", 8, "gcp-gpus", "n1+nvidia-tesla-v100 0 0 1", note=f"{_FREE}; {_FORM}"),
    _gcp("tpu-v5e", 8, "gcp-tpus",
         "ct5lp-hightpu-1t 24 48 1, ct5lp-hightpu-4t 112 192 4, ct5lp-hightpu-8t 224 384 8"),
    _gcp("tpu-v5p", 4, "gcp-tpus", "ct5p-hightpu-4t 208 448 4"),
    _gcp("tpu-v6e", 8, "gcp-tpus",
         "ct6e-standard-1t 44 176 1, ct6e-standard-4t 180 720 4, ct6e-standard-8t 180 1440 8"),
    _gcp("tpu-v4", 4, "gcp-tpus", "ct4p-hightpu-4t 240 407 4"),
)  # fmt: skip

SOURCES = [
    {"id": key, "title": title, "url": url, "licence": FACTS, "accessed": "2026-11-21", "page": "table of sizes"}
    for key, (title, url) in {one.source: (one.title, one.url) for one in FAMILIES}.items()
]

_LARGEST = "assumed: the largest size of the family is the whole server"
_HOST = "assumed: a server with the same accelerators stands in for the provider's own"


def rows() -> Iterator[dict[str, str]]:
    """Every figure of every instance, one a row."""
    for family in FAMILIES:
        for size in family.sizes:
            shared = {"provider": family.provider, "instance": size.name}
            number = f"{float(size.accelerators):.6g}"
            share = f"{float(size.accelerators) / family.whole:.6g}"
            memory_unit = "GB" if family.provider == "gcp" else "GiB"
            figures: list[tuple[str, str, str, str, str]] = [
                ("accelerator", family.accelerator, "", family.source, family.note),
                ("accelerators", number, "item", family.source, ""),
                ("vcpus", f"{size.vcpus}" if size.vcpus else "", "item", family.source, ""),
                ("memory", f"{size.memory:g}" if size.memory else "", memory_unit, family.source, ""),
                ("server_share", share, "", f"{family.source};{CONVENTION}", _LARGEST),
                ("server", family.host, "", CONVENTION, _HOST),
            ]
            for attribute, value, unit, source, note in figures:
                if value:
                    yield shared | {
                        "attribute": attribute, "value": value, "unit": unit, "source": source, "note": note
                    }  # fmt: skip
