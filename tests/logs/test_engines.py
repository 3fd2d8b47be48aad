"""The integral on a cluster is that of this machine: Dask on two processes, Spark on two threads, faults included."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from lca_ai.errors import LogError
from lca_ai.logs import engines, stream
from lca_ai.logs.energy import read_energy, read_power_log

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

START = 1_700_000_000_000_000
SECOND = 1_000_000


def write(frame: pd.DataFrame, path, rows: int):
    columns = {
        "time": pa.array(frame["time"], pa.timestamp("us", tz="UTC")),
        "device": pa.array(frame["device"]).dictionary_encode(),
        "power [W]": pa.array(frame["power"].to_numpy("float32")),
    }
    parquet.write_table(pa.table(columns), path, row_group_size=rows)
    return path


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Three devices over two files and 30 row groups: faults, gaps, late rows, rows that the other file has as well."""
    folder, rng = tmp_path_factory.mktemp("log"), np.random.default_rng(5)
    time = START + np.repeat(np.arange(5_000) * SECOND, 3) + np.tile([0, 1_000, 2_000], 5_000)
    frame = pd.DataFrame({"time": time, "device": ["a", "b", "c"] * 5_000, "power": rng.uniform(50, 700, 15_000)})
    frame.loc[[10, 5_000, 9_000], "power"] = [np.nan, -3.0, 1e9]
    frame = frame[(frame["time"] < START + 900 * SECOND) | (frame["time"] > START + 1_500 * SECOND)]
    rows = np.arange(len(frame))
    late = slice(2_000, 2_010)
    frame = frame.iloc[np.insert(np.delete(rows, late), 6_000, rows[late])].reset_index(drop=True)
    write(frame.iloc[:8_000], folder / "a.parquet", 500)
    write(frame.iloc[7_700:], folder / "b.parquet", 401)
    return read_power_log(sorted(folder.glob("*.parquet")))


@pytest.fixture(scope="module")
def dask_of_two():
    distributed = pytest.importorskip("distributed", reason="needs dask")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def spark_of_two():
    sql = pytest.importorskip("pyspark.sql", reason="needs pyspark")
    if shutil.which("java") is None:
        pytest.skip("needs java")
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")  # of Spark's own start
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        session = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
        yield session
        session.stop()


@pytest.fixture(autouse=True)
def in_pieces(monkeypatch):
    """A small log is read in pieces on this machine too, so that all that is told beside the hours is the same."""
    monkeypatch.setattr(stream, "LEAST_ROWS", 0)


def same(one, other):
    """The same hours at 1e-12, and all that was told beside."""
    pd.testing.assert_frame_equal(one.hours.sort_index(), other.hours.sort_index(), rtol=1e-12, atol=1e-12)
    assert sorted(one.notes, key=str) == sorted(other.notes, key=str)
    assert (one.start, one.end, one.longest_interval) == (other.start, other.end, other.longest_interval)
    pd.testing.assert_frame_equal(one.curve, other.curve)
    assert one.outside == pytest.approx(other.outside, rel=1e-12, abs=1e-12)


def windowed(log):
    start, end = (pd.Timestamp(START + edge * SECOND, unit="us", tz="UTC").to_pydatetime() for edge in (100, 4_300))
    return log.replace(start=start, end=end)


def test_the_log_of_these_tests_has_faults_and_overlaps(log):
    """Else that they travel to the workers and back would not be tested."""
    told = {note.what for note in read_energy(log).notes}
    assert {"not a number", "negative", "absurd", "out of order", "duplicate"} <= told


def test_pieces_give_what_the_whole_gives(log, monkeypatch):
    pieces = read_energy(log)
    monkeypatch.setattr(stream, "LEAST_ROWS", 10**9)
    whole = read_energy(log)
    pd.testing.assert_frame_equal(pieces.hours.sort_index(), whole.hours.sort_index(), rtol=1e-9, atol=1e-12)
    assert sorted(pieces.notes, key=str) == sorted(whole.notes, key=str)


def test_dask_gives_what_this_machine_gives(log, dask_of_two):
    assert len(dask_of_two.scheduler_info()["workers"]) == 2
    same(read_energy(log, engine="dask"), read_energy(log))
    same(read_energy(windowed(log), engine="dask"), read_energy(windowed(log)))


def test_dask_at_an_address_is_that_cluster(log, dask_of_two):
    address = dask_of_two.scheduler.address.removeprefix("tcp://")
    same(read_energy(log, engine=f"dask://{address}"), read_energy(log))


def test_spark_gives_what_this_machine_gives(log, spark_of_two):
    assert spark_of_two.sparkContext.defaultParallelism == 2
    same(read_energy(log, engine="spark"), read_energy(log))
    same(read_energy(windowed(log), engine="spark"), read_energy(windowed(log)))


@pytest.mark.parametrize("engine", ["dask", "spark"])
def test_hosts_and_jobs_on_a_cluster(engine, tmp_path, request):
    request.getfixturevalue(f"{engine}_of_two")
    turn = np.arange(4_000)
    frame = pd.DataFrame({"host": np.where(turn % 4 < 2, "n1", "n2"), "gpu": turn % 2, "power": 100.0})
    frame["time"] = pd.to_datetime(START + turn // 4 * SECOND, unit="us", utc=True)
    frame["job"] = np.where(turn < 1_900, "x", None)
    frame.to_parquet(tmp_path / "log.parquet", row_group_size=150)
    log = read_power_log(tmp_path / "log.parquet", max_gap="9 s")
    here, there = (read_energy(log, engine=one, jobs=True) for one in ("local", engine))
    assert list(there.per_device()) == ["n1/0", "n1/1", "n2/0", "n2/1"]
    pd.testing.assert_frame_equal(there.by("job", "device"), here.by("job", "device"), rtol=1e-12)
    assert there.by("job")["energy [kWh]"].sum() == pytest.approx(there.total, rel=1e-12)


@pytest.mark.parametrize("engine", ["local", "dask", "spark"])
def test_what_any_engine_integrates_is_kept(engine, tmp_path, monkeypatch, request):
    """The next run, on any other engine, reads nothing."""
    if engine != "local":
        request.getfixturevalue(f"{engine}_of_two")
    time = START + np.repeat(np.arange(2_000) * SECOND, 2)
    frame = pd.DataFrame({"time": time, "device": ["a", "b"] * 2_000, "power": np.linspace(50, 700, 4_000)})
    plain = read_power_log(write(frame, tmp_path / "log.parquet", 100))
    first = read_energy(plain, engine=engine, keep=tmp_path / "kept")
    monkeypatch.setattr(engines, "run", None)
    same(read_energy(plain, keep=tmp_path / "kept"), first)


def test_spark_is_started_where_no_session_is(log):
    """In a process of its own: started on this machine, stopped when done."""
    pytest.importorskip("pyspark.sql", reason="needs pyspark")
    if shutil.which("java") is None:
        pytest.skip("needs java")
    script = f"""
import warnings
warnings.simplefilter("ignore")
from lca_ai.logs.energy import read_energy, read_power_log
log = read_power_log({list(map(str, log.paths()))!r})
print(read_energy(log, engine="spark").total, read_energy(log).total)
from pyspark.sql import SparkSession
print(SparkSession.getActiveSession())
"""
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    totals, session = done.stdout.splitlines()[-2:]
    one, other = map(float, totals.split())
    assert one == pytest.approx(other, rel=1e-12)
    assert session == "None"


def test_a_table_of_spark_is_a_log(spark_of_two, tmp_path):
    """100 W and 200 W for 3,599 s; its times are moments, whatever the session's zone."""
    moments = pd.to_datetime(START + np.repeat(np.arange(3_600) * SECOND, 2), unit="us", utc=True)
    frame = pd.DataFrame({"time": moments, "device": ["a", "b"] * 3_600, "power [W]": [100.0, 200.0] * 3_600})
    frame.to_parquet(tmp_path / "log.parquet")
    spark_of_two.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        reading = read_energy(read_power_log(spark_of_two.read.parquet(str(tmp_path / "log.parquet"))))
    finally:
        spark_of_two.conf.unset("spark.sql.session.timeZone")
    assert reading.total == pytest.approx(0.3 * 3_599 / 3_600, rel=1e-12)
    assert reading.start == moments[0].to_pydatetime()


@pytest.mark.parametrize("engine", ["local", "dask", "spark"])
def test_a_fault_of_a_worker_is_told_as_at_home(log, engine, tmp_path, request):
    """A row group that is cut short is found by whoever reads it; its error names the file on every engine."""
    if engine != "local":
        request.getfixturevalue(f"{engine}_of_two")
    path = tmp_path / "damaged.parquet"
    content = bytearray(log.paths()[0].read_bytes())
    content[20_000:40_000] = bytes(20_000)
    path.write_bytes(content)
    with pytest.raises(LogError, match=r"damaged\.parquet.*cannot be read"):
        read_energy(log.replace(files=(str(path),)), engine=engine)


@pytest.mark.parametrize(
    ("engine", "library", "module"), [("dask", "dask", "distributed"), ("spark", "pyspark", "pyspark")]
)
def test_a_missing_library_is_named_with_its_extra(log, engine, library, module):
    script = f"""
import sys
sys.modules[{module!r}] = None  # as where it is not installed
from lca_ai.errors import LogError
from lca_ai.logs import engines, stream
from lca_ai.logs.energy import read_energy, read_power_log
try:
    read_energy(read_power_log({list(map(str, log.paths()))!r}), engine={engine!r})
except LogError as fault:
    print(fault)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert f"the engine needs {library}, which is not installed" in told
    assert f"pip install 'lca-ai[{engine}]'" in told


def test_an_unknown_engine_is_refused_with_those_there_are(log):
    with pytest.raises(LogError, match=r"unknown engine.*'ray'.*local.*dask.*spark"):
        read_energy(log, engine="ray")
