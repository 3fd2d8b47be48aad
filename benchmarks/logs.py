"""What a large log costs, as ratios to what everyone knows: pyarrow, pandas and DuckDB over the same file (Linux).

``python benchmarks/logs.py`` writes logs of 20 and 100 million readings into a temporary folder (3 GB), measures, and
prints a table; it takes ten minutes. Each measurement is a process of its own: the shortest of some calls, by the clock
and by the time that its processors worked, and the process's peak memory. The numbers are printed and never tested.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

DEVICES, GROUP = 64, 1_000_000
TICKS_A_DAY = 8_640
START, SECOND, HOUR = 1_700_000_000_000_000, 1_000_000, 3_600_000_000
SCHEMA = pa.schema(
    [
        ("time", pa.timestamp("us", "UTC")),
        ("device", pa.dictionary(pa.int32(), pa.string())),
        ("power [W]", pa.float32()),
    ]
)
SQL = """
with intervals as (
  select device, epoch_us(time) as s, "power [W]"::double as p, lead(epoch_us(time)) over each as e,
    lead("power [W]"::double) over each as q
  from read_parquet($path) window each as (partition by device order by time)
), pieces as (
  select device, s // 3600000000 as hour, s, e, p, q from intervals
    where e - s <= 10000000 and (e - 1) // 3600000000 = s // 3600000000
  union all
  select device, h as hour, greatest(s, h * 3600000000), least(e, (h + 1) * 3600000000),
    p + (q - p) * (greatest(s, h * 3600000000) - s) / (e - s),
    p + (q - p) * (least(e, (h + 1) * 3600000000) - s) / (e - s)
  from (select *, unnest(generate_series(s // 3600000000, (e - 1) // 3600000000)) as h from intervals
    where e - s <= 10000000 and (e - 1) // 3600000000 > s // 3600000000)
) select device, hour, sum((p + q) / 2 * (e - s) / 1e6) as energy from pieces group by all
"""


def chunks(rows: int, order: str) -> Iterator[pa.Table]:
    """A log of 64 devices, one reading a second: a noisy wave of power, a million readings at a time.

    Orders: by "device"; in "turns" of all devices; "late" as turns, but one reading of a thousand is missing.
    """
    random = np.random.default_rng(1)
    names = pa.array([f"GPU-{number:08x}" for number in range(DEVICES)])
    each, size = rows // DEVICES, GROUP // DEVICES * DEVICES
    for first in range(0, each * DEVICES, size):
        place = np.arange(first, min(first + size, each * DEVICES))
        device, tick = np.divmod(place, each) if order == "device" else np.divmod(place, DEVICES)[::-1]
        stamp = START + tick * SECOND + device * 137 + random.integers(0, 50, len(place))
        power = np.clip(400 + 150 * np.sin(tick / 1e3) + random.normal(0, 30, len(place)), 0, 700)
        kept = random.random(len(place)) > 1e-3 if order == "late" else np.ones(len(place), bool)
        columns = [
            pa.array(stamp[kept], SCHEMA.types[0]),
            pa.DictionaryArray.from_arrays(pa.array(device[kept].astype(np.int32)), names),
            pa.array(power[kept].astype(np.float32)),
        ]
        yield pa.Table.from_arrays(columns, schema=SCHEMA)


def write_parquet(path: Path, rows: int, order: str) -> Path:
    """Write a log as Parquet, a million readings in each row group."""
    with parquet.ParquetWriter(path, SCHEMA) as writer:
        for chunk in chunks(rows, order):
            writer.write_table(chunk, row_group_size=GROUP)
    return path


def write_days(folder: Path, days: range, ticks: int = TICKS_A_DAY) -> Path:
    """Write a year's log of eight devices in turns, a reading of each every ten seconds, as a file for each day."""
    folder.mkdir(exist_ok=True)
    names = pa.array([f"GPU-{number:08x}" for number in range(8)])
    tick, device = np.divmod(np.arange(8 * ticks), 8)
    for day in days:
        moment = day * TICKS_A_DAY + tick
        columns = [
            pa.array(START + moment * 10 * SECOND, SCHEMA.types[0]),
            pa.DictionaryArray.from_arrays(pa.array(device.astype(np.int32)), names),
            pa.array((400 + 150 * np.sin(moment / 1e3)).astype(np.float32)),
        ]
        parquet.write_table(pa.Table.from_arrays(columns, schema=SCHEMA), folder / f"{day:03}.parquet")
    return folder


def write_csv(path: Path, rows: int) -> Path:
    """Write a log as CSV, its times as ISO 8601 text."""
    plain = pa.schema([("time", pa.string()), ("device", pa.string()), ("power [W]", pa.float32())])
    with csv.CSVWriter(path, plain, write_options=csv.WriteOptions(quoting_style="none")) as writer:
        for chunk in chunks(rows, "turns"):
            stamps = chunk["time"].combine_chunks().cast(pa.timestamp("us"))
            text = pa.array(np.datetime_as_string(stamps.to_numpy(), unit="us")).cast(pa.string())
            text = pa.compute.binary_join_element_wise(text, "Z", "")
            device = chunk["device"].combine_chunks().dictionary_decode()
            writer.write_table(pa.Table.from_arrays([text, device, chunk["power [W]"]], schema=plain))
    return path


def write_smi(path: Path, rows: int) -> Path:
    """Write a log as nvidia-smi prints it."""
    each = rows // DEVICES
    stamps = np.datetime_as_string(np.datetime64("2024-03-01") + np.arange(each).astype("timedelta64[s]"))
    watts = np.random.default_rng(1).uniform(300.0, 700.0, (each, DEVICES))
    with path.open("w", encoding="utf-8") as file:
        file.write("timestamp, index, uuid, power.draw [W]\n")
        for stamp, turn in zip(np.char.replace(np.char.replace(stamps, "-", "/"), "T", " "), watts, strict=True):
            file.writelines(f"{stamp}.000, {one}, GPU-{one:08x}, {turn[one]:.2f} W\n" for one in range(DEVICES))
    return path


# --- what is measured: each takes a file and returns the energy [J], or the sum of what it read


def ours(path: str, engine: str = "local") -> float:
    """The integral by lca_ai."""
    import lca_ai as lca
    from lca_ai.logs.energy import read_energy

    log = lca.PowerLog(files=(path,), max_gap="10 s", timezone="UTC")
    return float(read_energy(log, engine=engine).hours["energy"].sum()) * 3.6e6


def ours_on_dask(path: str) -> float:
    """The same on a Dask cluster of two processes, which is started before."""
    return ours(path, "dask")


def keeping_parts(path: str) -> float:
    """The integral of a folder whose parts are kept beside it."""
    import lca_ai as lca
    from lca_ai.logs.energy import read_energy

    log = lca.PowerLog(files=(path,), max_gap="60 s", timezone="UTC")
    return float(read_energy(log, keep=Path(path).with_name("kept")).hours["energy"].sum()) * 3.6e6


def one_more_hour(path: str) -> float:
    """The same after the last file of the folder has come, or has changed."""
    os.utime(max(Path(path).glob("*.parquet")))
    return keeping_parts(path)


def only_read(path: str) -> float:
    """The same columns read by pyarrow, a row group at a time on each core, and let go."""
    from concurrent.futures import ThreadPoolExecutor

    def rows(group: int) -> int:
        file = parquet.ParquetFile(path, read_dictionary=["device"])
        return int(file.read_row_group(group, columns=SCHEMA.names, use_threads=False).num_rows)

    with ThreadPoolExecutor(cores()) as pool:
        return float(sum(pool.map(rows, range(parquet.read_metadata(path).num_row_groups))))


def in_pandas(path: str) -> float:
    """The integral by pandas: shift in groups, intervals that cross an hour split there."""
    import pandas as pd

    frame = pd.read_parquet(path).rename(columns={"power [W]": "p"}).astype({"p": "float64"})
    frame["s"] = frame.pop("time").astype("int64")
    grouped = frame.groupby("device", observed=True)
    frame["e"], frame["q"] = grouped["s"].shift(-1), grouped["p"].shift(-1)
    frame = frame.dropna()
    frame = frame[frame["e"] - frame["s"] <= 10 * SECOND]
    edge = (frame["s"] // HOUR + 1) * HOUR
    cross = frame["e"] > edge
    middle = frame["p"] + (frame["q"] - frame["p"]) * (edge - frame["s"]) / (frame["e"] - frame["s"])
    after = frame[cross].assign(s=edge[cross], p=middle[cross])
    before = frame.assign(e=frame["e"].where(~cross, edge), q=frame["q"].where(~cross, middle))
    both = pd.concat([before, after])
    both["energy"] = (both["p"] + both["q"]) / 2 * (both["e"] - both["s"]) / SECOND
    return float(both.groupby(["device", both["s"] // HOUR], observed=True)["energy"].sum().sum())


def in_duckdb(path: str) -> float:
    """The integral by DuckDB: a window over each device."""
    import duckdb

    return float(duckdb.connect().execute(SQL, {"path": path}).df()["energy"].sum())


def csv_in_duckdb(path: str) -> float:
    """Only the reading of a CSV by DuckDB, every column of it used."""
    import duckdb

    found = (
        duckdb.connect()
        .execute('select sum("power [W]"), epoch_us(max(time)), max(device) from read_csv(?)', [path])
        .fetchone()
    )
    return float(found[0]) if found else 0.0


@dataclass(frozen=True)
class Measured:
    """A measurement: its shortest call by the clock and by the processors [s], peak memory [MiB], and its answer."""

    wall: float
    busy: float
    peak: float
    answer: float


def cores() -> int:
    """Cores of this process."""
    return len(os.sched_getaffinity(0))


def child(what: str, path: str, repeats: int) -> None:
    """Measure one thing in this process, and print it."""
    call: Callable[[str], float] = globals()[what]
    walls, busy, answer = [], [], 0.0
    for _ in range(repeats):
        begin, worked = time.perf_counter(), time.process_time()
        answer = call(path)
        walls.append(time.perf_counter() - begin)
        busy.append(time.process_time() - worked)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
    print(json.dumps([min(walls), min(busy), peak, answer]))


def measured(what: str, path: Path, repeats: int) -> Measured:
    """Measure one thing in a process of its own."""
    command = [sys.executable, __file__, "--child", what, str(path), "--repeats", str(repeats)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Measured(*json.loads(done.stdout.splitlines()[-1]))


def line(what: str, own: Measured, against: str = "", other: Measured | None = None, goal: str = "") -> tuple[str, ...]:
    """A line of the table."""
    ratios = ("", "") if other is None else (f"{own.wall / other.wall:.3g}", f"{own.busy / other.busy:.3g}")
    return (what, f"{own.wall:.2f} s", f"{own.peak:.0f} MiB", against, *ratios, goal)


def checked(own: Measured, other: Measured) -> None:
    """Both give the same energy."""
    if not np.isclose(own.answer, other.answer, rtol=1e-9):
        raise SystemExit(f"the answers differ: {own.answer!r} J and {other.answer!r} J")


def parquet_rows(folder: Path, rows: int, repeats: int, *, others: bool) -> list[tuple[str, ...]]:
    """Parquet in three orders, beside reading alone and, if asked for, beside other integrals."""
    found = []
    for order in ("device", "turns", "late"):
        path = write_parquet(folder / "log.parquet", rows, order)
        own, reading = measured("ours", path, repeats), measured("only_read", path, repeats)
        name = f"{rows / 1e6:,.0f} M, Parquet by {order}"
        found.append(line(name, own, "pyarrow reads it", reading, "<= 1.2, 0.6 GB"))
        if others and order == "turns":
            for one, against, goal in (("in_pandas", "pandas groupby", "<= 1/15"), ("in_duckdb", "DuckDB", "<= 1/3")):
                other = measured(one, path, min(repeats, 2))
                checked(own, other)
                found.append(line(name, own, against, other, goal))
            dask = measured("ours_on_dask", path, repeats)
            checked(own, dask)
            elsewhere = line(f"{name}, Dask (2 processes)", dask, "lca_ai on threads", own, "<= 1.5")
            found.append((*elsewhere[:5], "", elsewhere[6]))  # the time of its workers is not this process's
        path.unlink()
    return found


def year_rows(folder: Path, repeats: int) -> list[tuple[str, ...]]:
    """One more hour of a year's log whose parts are kept, beside the year and beside that hour alone."""
    logs, hour = write_days(folder / "year", range(365)), folder / "hour"
    measured("keeping_parts", logs, 1)
    write_days(logs, range(365, 366), TICKS_A_DAY // 24)
    hour.mkdir()
    alone = measured("ours", shutil.copy(logs / "365.parquet", hour), repeats)
    more, year = measured("one_more_hour", logs, repeats), measured("ours", logs, repeats)
    checked(more, year)
    name = "an hour more of a year's 25 M, 366 files, kept"
    return [
        line(name, more, "lca_ai, the year", year, "of the hour"),
        line(name, more, "lca_ai, the hour", alone),
    ]


def text_rows(folder: Path, rows: int, smi: int, repeats: int) -> list[tuple[str, ...]]:
    """CSV beside DuckDB's reading of it, and the text of nvidia-smi."""
    path = write_csv(folder / "log.csv", rows)
    own, other = measured("ours", path, repeats), measured("csv_in_duckdb", path, repeats)
    found = [line(f"{rows / 1e6:,.0f} M, CSV", own, "DuckDB reads it", other, "<= 1.3")]
    path.unlink()
    own = measured("ours", write_smi(folder / "smi.csv", smi), repeats)
    rate = f"{smi / own.wall / 1e6:.2f} M rows/s"
    return [*found, line(f"{smi / 1e6:,.0f} M, nvidia-smi text", own, rate, goal=">= 1 M rows/s")]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="calls of each measurement; the shortest counts")
    parser.add_argument("--millions", type=int, nargs="*", default=[20, 100], help="readings; others at the first")
    parser.add_argument("--text-millions", type=int, default=20, help="rows of CSV; a tenth of them as nvidia-smi's")
    parser.add_argument("--folder", type=Path, help="for the logs; a temporary one where not given")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        if given.child[0] == "ours_on_dask":
            from distributed import Client, LocalCluster

            with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
                child(*given.child, given.repeats)
        else:
            child(*given.child, given.repeats)
        return
    lines = []
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        for number, millions in enumerate(given.millions):
            lines += parquet_rows(Path(name), millions * 1_000_000, given.repeats, others=number == 0)
        lines += year_rows(Path(name), given.repeats)
        if given.text_millions:
            lines += text_rows(Path(name), given.text_millions * 10**6, given.text_millions * 10**5, given.repeats)
    print(f"{cores()} cores, {platform.machine()}, Python {platform.python_version()}, pyarrow {pa.__version__}\n")
    heads = ("readings", "time", "peak memory", "against", "ratio", "of processor time", "goal")
    widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
    for cells in (heads, tuple("-" * width for width in widths), *lines):
        print("| " + " | ".join(map(str.ljust, cells, widths)) + " |")


if __name__ == "__main__":
    main()
