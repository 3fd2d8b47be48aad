"""Look-ups in the tables, the first in a fresh process and the next ones, without the imports.

A first look-up reads its tables; its floor is reading one of them with ``csv.reader``. The next ones answer from
memory; their floor is a look-up in a dictionary.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import timeit
from dataclasses import dataclass
from pathlib import Path

from lca_ai import tables

#: Look-ups longer than this are over budget [s].
FIRST, NEXT = 50e-3, 0.1e-3
TIMED = """
import time
begin = time.perf_counter()
{call}
first = time.perf_counter() - begin
times = []
for _ in range(300):
    begin = time.perf_counter()
    {call}
    times.append(time.perf_counter() - begin)
print(first, min(times))
"""


@dataclass(frozen=True)
class LookUp:
    """A look-up: its name, what is imported before, the call, and the table it is after."""

    what: str
    setup: str
    call: str
    table: str


#: What the first quantity of a process brings: Pint and the registry of units. Timed apart, as a row of its own.
UNITS = "import lca_ai as lca; lca.hardware; from lca_ai import units; units.registry()"

LOOK_UPS = (
    LookUp('location("FR")', "import lca_ai as lca; lca.location", 'lca.location("FR")', "datasets/grid/zone_aliases"),
    LookUp(
        "the zone of an alias",
        "from lca_ai.models.zone_names import zone_code",
        'zone_code("Czech Republic")',
        "datasets/grid/zone_aliases",
    ),
    LookUp(
        "the mix of France",
        "from lca_ai.inventory.mixes import mix",
        'mix("FR", None)',
        "datasets/grid/generation_mix",
    ),
    LookUp(
        "the factors of coal",
        "from lca_ai import tables",
        'tables.factors("coal")',
        "emission_factors/accelerators/cards",
    ),
    LookUp(
        'factors("coal"), a frame',
        "import pandas, lca_ai as lca; lca.factors",
        'lca.factors("coal")',
        "emission_factors/accelerators/cards",
    ),
    LookUp(
        "a figure of a card",
        "from lca_ai.models.catalogue import value",
        'value("h100-sxm5-80gb", "rated_power")',
        "datasets/hardware/items",
    ),
    LookUp(
        'hardware("h100-sxm5-80gb")',
        UNITS,
        'lca.hardware("h100-sxm5-80gb")',
        "datasets/hardware/items",
    ),
    LookUp(
        "a processor by its name",
        UNITS,
        'lca.hardware("Intel Xeon Gold 6248")',
        "datasets/hardware/cpus",
    ),
    LookUp(
        "a cloud instance",
        UNITS,
        'lca.hardware("m5.large")',
        "datasets/cloud-instances/general_instances",
    ),
)


def measured(one: LookUp, repeats: int) -> tuple[float, float]:
    """Shortest time of the first look-up in a fresh process, and of the next ones in it [s]."""
    code = one.setup + TIMED.format(call=one.call)
    found = []
    for _ in range(repeats):
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        found.append(tuple(float(part) for part in done.stdout.split()))
    return min(first for first, _ in found), min(later for _, later in found)


def read(path: Path) -> int:
    """Return the number of lines of a table: the least that reading it can be."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def floors(repeats: int) -> tuple[dict[str, float], float]:
    """Time of reading each of the tables, and of a look-up in a dictionary [s]."""
    paths = {one.table: tables.data_root() / f"{one.table}.csv" for one in LOOK_UPS}
    reading = {
        name: min(timeit.repeat(lambda path=path: read(path), number=1, repeat=repeats * 3))
        for name, path in paths.items()
    }
    number = 100_000
    return reading, min(timeit.repeat('known["FR"]', "known = {'FR': 1}", number=number, repeat=repeats)) / number
