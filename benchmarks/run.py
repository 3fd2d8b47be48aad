"""What lca_ai costs, as ratios to something that everyone knows, measured in one run on one machine (Linux).

The numbers are printed and never tested: a machine is not a specification. ``python benchmarks/run.py`` takes a minute.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import lookups
import numpy as np
import pandas as pd

import lca_ai as lca
from lca_ai import tables
from lca_ai.impact.engine import solve
from lca_ai.inventory.electricity import supply
from lca_ai.inventory.system import Demand, ProductSystem
from lca_ai.logs.energy import read_energy
from lca_ai.logs.integrate import close, partial

STUDY = tables.data_root() / "datasets/studies/resnet50-france.yaml"
DEVICES, SAMPLES, TEXT_ROWS, DEMANDS = 8, 2_000_000, 200_000, 500
SECOND = 1_000_000
#: Peak memory as Linux counts it for this process alone; getrusage would count what the parent had at the fork.
PEAK = "\nprint([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
ASSESS = f"import lca_ai as lca; lca.assess(lca.read_study({str(STUDY)!r}))"


@dataclass(frozen=True)
class Row:
    """One line of the table: a measurement, and what it is compared with."""

    what: str
    seconds: float
    reference: str
    reference_seconds: float
    note: str = ""

    def cells(self) -> tuple[str, str, str, str, str]:
        """The line as text."""
        ratio = self.seconds / self.reference_seconds
        return self.what, shown(self.seconds), self.reference, f"{ratio:.3g}", self.note


def shown(seconds: float) -> str:
    """A time for reading."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"


def best(call: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of some runs [s]."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


def process(code: str, repeats: int) -> tuple[float, float]:
    """Shortest wall-clock time of a fresh interpreter that runs ``code`` [s], and its peak memory [MiB]."""
    command = [sys.executable, "-c", code + PEAK]
    peaks: list[float] = []

    def once() -> None:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peaks.append(float(done.stdout.split()[-1]) / 1024)

    return best(once, repeats), min(peaks)


def samples() -> pd.DataFrame:
    """Power of eight devices, ten readings a second, as a reader returns it."""
    each = SAMPLES // DEVICES
    random = np.random.default_rng(1)
    time_us = np.tile(1_700_000_000 * SECOND + np.arange(each) * (SECOND // 10), DEVICES)
    device = np.repeat([f"gpu{one}" for one in range(DEVICES)], each)
    return pd.DataFrame({"time": time_us, "device": device, "power": random.uniform(300.0, 700.0, each * DEVICES)})


def floor(frame: pd.DataFrame) -> float:
    """Return the least an integral can be: NumPy's trapezoid of each device, no hours, no gaps [J]."""
    power = frame["power"].to_numpy().reshape(DEVICES, -1)
    seconds = frame["time"].to_numpy().reshape(DEVICES, -1) / SECOND
    return float(np.trapezoid(power, seconds, axis=1).sum())


def integral(frame: pd.DataFrame) -> float:
    """Return the same by lca_ai: per device and hour, with coverage, gaps and samples [J]."""
    return float(close(partial(frame, "power", max_gap=SECOND)).hours["energy"].sum())


def write_smi(path: Path) -> None:
    """A log as nvidia-smi writes it."""
    each = TEXT_ROWS // DEVICES
    stamps = pd.date_range("2024-03-01", periods=each, freq="s").strftime("%Y/%m/%d %H:%M:%S.000")
    watts = np.random.default_rng(1).uniform(300.0, 700.0, (each, DEVICES))
    with path.open("w", encoding="utf-8") as file:
        file.write("timestamp, index, uuid, power.draw [W]\n")
        for step, stamp in enumerate(stamps):
            file.writelines(f"{stamp}, {one}, GPU-{one:08d}, {watts[step, one]:.2f} W\n" for one in range(DEVICES))


def product_system(demands: int) -> ProductSystem:
    """The electricity of France, asked for ``demands`` times."""
    grid = supply(lca.location("FR", year=2021), run_year=None)
    system = ProductSystem()
    system.add(grid.processes, owner="benchmark")
    for index in range(demands):
        demand = Demand(f"run {index}", "use", "electricity", grid.process, 1.0 + index, "kWh", "given")
        system.demands.append(demand)
    return system


def start_up(repeats: int) -> tuple[list[Row], dict[str, float]]:
    """Importing and a first assessment, each in a fresh process."""
    found = {
        "python": process("", repeats),
        "import lca_ai": process("import lca_ai", repeats),
        "import pandas": process("import pandas", repeats),
        "units": process("from lca_ai import units; units.registry()", repeats),
        "import bw2calc": process("import warnings; warnings.simplefilter('ignore'); import bw2calc", repeats),
        "assess, cold": process(ASSESS, repeats),
    }
    seconds = {name: pair[0] for name, pair in found.items()}
    study = lca.read_study(STUDY)
    lca.assess(study)
    warm = best(lambda: lca.assess(study), repeats)
    rows = [
        Row("import lca_ai, fresh process", seconds["import lca_ai"], "bare python", seconds["python"]),
        Row("import lca_ai, fresh process", seconds["import lca_ai"], "import pandas", seconds["import pandas"]),
        Row("the units, fresh process", seconds["units"], "import pandas", seconds["import pandas"]),
        Row(
            "assess the example, fresh process",
            seconds["assess, cold"],
            "import bw2calc",
            seconds["import bw2calc"],
        ),
        Row("assess the example again", warm, "import bw2calc", seconds["import bw2calc"]),
    ]
    return rows, {name: pair[1] for name, pair in found.items()}


def integrals(folder: Path, repeats: int) -> list[Row]:
    """Two million samples in memory."""
    frame = samples()
    if not np.isclose(floor(frame), integral(frame), rtol=1e-9):
        raise SystemExit("the two integrals differ")
    own, least = best(lambda: integral(frame), repeats), best(lambda: floor(frame), repeats)
    path = folder / "samples.csv"
    frame.to_csv(path, index=False)
    read = best(lambda: pd.read_csv(path), repeats)
    rate = f"{SAMPLES / own / 1e6:.1f} million samples/s"
    return [
        Row("integrate 2 million samples in memory", own, "numpy trapezoid", least, rate),
        Row("integrate 2 million samples in memory", own, "pandas.read_csv of them", read),
    ]


def texts(folder: Path, repeats: int) -> list[Row]:
    """Reading, cleaning and integrating text."""
    path = folder / "smi.csv"
    write_smi(path)
    log = lca.PowerLog(files=(str(path),), format="nvidia-smi", timezone="UTC")
    own, read = best(lambda: read_energy(log), repeats), best(lambda: pd.read_csv(path), repeats)
    rate = f"{TEXT_ROWS / own / 1e3:.0f} thousand rows/s"
    return [Row("nvidia-smi text, read to energy", own, "pandas.read_csv of it", read, rate)]


def engine(repeats: int) -> list[Row]:
    """Solving a product system: once, and for each further demand."""
    one, many = product_system(1), product_system(DEMANDS)
    first, all_of_them = best(lambda: solve(one), repeats), best(lambda: solve(many), repeats)
    each = (all_of_them - first) / (DEMANDS - 1)
    note = f"{len(one.processes)} processes, {len(tables.categories())} categories"
    return [Row("engine, each further demand", each, "a system of one demand", first, note)]


def look_ups(repeats: int) -> list[Row]:
    """Looking something up, for the first time in a fresh process and again; imports are not counted."""
    reading, dictionary = lookups.floors(repeats)
    firsts, nexts = [], []
    for one in lookups.LOOK_UPS:
        first, later = lookups.measured(one, repeats)
        table = Path(one.table).name
        firsts.append(
            Row(f"{one.what}, first", first, f"csv.reader of {table}", reading[one.table], _over(first, lookups.FIRST))
        )
        nexts.append(Row(f"{one.what}, next", later, "a dict look-up", dictionary, _over(later, lookups.NEXT)))
    return firsts + nexts


def _over(seconds: float, budget: float) -> str:
    return f"over {shown(budget)}" if seconds > budget else ""


def integral_peak() -> float:
    """Return the peak memory of a process that makes and integrates two million samples [MiB]."""
    folder = str(Path(__file__).resolve().parent)
    code = f"import sys; sys.path.insert(0, {folder!r}); import run; run.integral(run.samples())"
    return process(code, 1)[1]


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table, its columns aligned."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in (heads, rule, *rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="runs of each measurement; the shortest counts")
    repeats = parser.parse_args().repeats
    rows, peaks = start_up(repeats)
    with tempfile.TemporaryDirectory() as name:
        rows += integrals(Path(name), repeats) + texts(Path(name), repeats)
    rows += engine(repeats)
    found = look_ups(repeats)
    peaks["integrate 2 million samples"] = integral_peak()
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, pandas {pd.__version__}"
    print(f"{os.cpu_count()} cores, {platform.machine()}, {versions}; the shortest of {repeats} runs\n")
    for many in (rows, found):
        print(table(("what", "time", "against", "ratio", ""), [row.cells() for row in many]))
        print()
    print(table(("process", "peak memory"), [(what, f"{peak:.0f} MiB") for what, peak in peaks.items()]))


if __name__ == "__main__":
    main()
