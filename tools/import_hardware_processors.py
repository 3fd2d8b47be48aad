"""Processors that are typed in from their makers' specifications, for ``import_hardware.py``.

They are those that CodeCarbon's list does not have. Power is the base power (Intel) or the thermal design power.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

FACTS = "single figures cited"
_INTEL = "https://www.intel.com/content/www/us/en/products/details/processors/"

#: id -> title, url, page.
_SOURCES = {
    "intel-core-ultra": ("Intel Core Ultra processors, series 1 and 2, product specifications",
                         f"{_INTEL}core-ultra.html", "total cores, processor base power, launch date"),
    "intel-xeon-w": ("Intel Xeon W-3400, W-3500 and W-2400 processors, product specifications", f"{_INTEL}xeon/w.html",
                     "total cores, processor base power, launch date"),
    "ampere-altra": ("Ampere Altra and Altra Max, product briefs", "https://amperecomputing.com/products/processors",
                     "list of models: cores, thermal design power"),
    "nvidia-grace-superchip": ("NVIDIA Grace CPU Superchip, data sheet",
                               "https://www.nvidia.com/en-us/data-center/grace-cpu-superchip/",
                               "specifications: cores, thermal design power with memory"),
}  # fmt: skip

SOURCES = [
    {"id": key, "title": title, "url": url, "licence": FACTS, "accessed": "2026-11-21", "page": page}
    for key, (title, url, page) in _SOURCES.items()
]


class Series(NamedTuple):
    """Models of one source and year: the beginning of their names, then of each the rest, its cores and power [W]."""

    name: str
    year: int
    source: str
    models: str
    note: str = ""


SERIES = (
    Series("Intel Core Ultra", 2023, "intel-core-ultra",
           "7 155U 12 15, 7 165U 12 15, 5 125U 12 15, 5 135U 12 15, 5 125H 14 28, 5 135H 14 28, 9 185H 16 45"),
    Series("Intel Core Ultra", 2024, "intel-core-ultra",
           "9 288V 8 30, 7 268V 8 17, 7 266V 8 17, 7 258V 8 17, 7 256V 8 17, 5 238V 8 17, 5 236V 8 17, 5 228V 8 17, "
           "5 226V 8 17, 9 285K 24 125, 7 265K 20 125, 7 265KF 20 125, 5 245K 14 125, 5 245KF 14 125"),
    Series("Intel Core Ultra", 2025, "intel-core-ultra",
           "9 285 24 65, 9 285T 24 35, 7 265 20 65, 7 265F 20 65, 7 265T 20 35, 5 245 14 65, 5 245T 14 35, "
           "5 235 14 65, 5 235T 14 35, 5 225 10 65, 5 225F 10 65, 5 225T 10 35, 9 285HX 24 55, 9 275HX 24 55, "
           "7 265HX 20 55, 7 255HX 20 55, 5 245HX 14 55, 5 235HX 14 55, 9 285H 16 45, 7 255H 16 28, 5 235H 14 28, "
           "5 225H 14 28"),
    Series("Intel Xeon", 2023, "intel-xeon-w",
           "w9-3495X 56 350, w9-3475X 36 300, w7-3465X 28 300, w7-3455 24 270, w7-3445 20 270, w5-3435X 16 270, "
           "w5-3425 12 270, w7-2475X 20 225, w5-2465X 16 200, w5-2455X 12 200"),
    Series("Intel Xeon", 2024, "intel-xeon-w", "w9-3595X 60 385"),
    Series("Ampere Altra", 2020, "ampere-altra", "Q80-33 80 250, Q80-30 80 210"),
    Series("Ampere Altra Max", 2021, "ampere-altra", "M128-30 128 250"),
    Series("NVIDIA Grace", 2023, "nvidia-grace-superchip", "CPU Superchip 144 500",
           "two processors of 72 cores and their memory together"),
)  # fmt: skip


def processors() -> Iterator[tuple[str, dict[str, tuple[str, str]], str, str]]:
    """Each processor: its name, attribute -> value and unit, source, and note on its power."""
    for series in SERIES:
        for model in series.models.split(", "):
            spelled, cores, power = model.rsplit(" ", 2)
            figures = {"rated_power": (power, "W"), "cores": (cores, ""), "year": (str(series.year), "")}
            yield f"{series.name} {spelled}", figures, series.source, series.note
