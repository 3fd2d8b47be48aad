"""The streaming integral beside the same integral in SQL, worked out by DuckDB: another formulation, another program.

In SQL every interval between two neighbouring readings of a device is a row (``lead() over``), a crossing of full hours
gives a row for each hour (``generate_series``), and power at the hour is interpolated: nothing is shared but the rule.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from lca_ai.logs import stream
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.records import Options

SECOND = 1_000_000
HOUR = 3_600 * SECOND
START = 1_700_000_000 * SECOND
JOULE_PER_KWH = 3.6e6
COLUMNS = ["energy", "covered", "gap", "samples"]

#: [J], [s], [s], count per device and hour; a counter is a power that is constant between its readings.
ORACLE = """
with intervals as (
  select device, time as begin, value as v0,
    lead(time) over (partition by device order by time) as finish, lead(value) over (partition by device order by time) as v1
  from log
), known as (
  select device, begin, finish, begin as b, finish as f, finish - begin as length,
    case when $counter then (v1 - v0) / ((finish - begin) / 1e6) else v0 end as p0,
    case when $counter then (v1 - v0) / ((finish - begin) / 1e6) else v1 end as p1
  from intervals where finish is not null
), hours as (
  select *, unnest(generate_series(begin // 3600000000, (finish - 1) // 3600000000)) as hour from known
), pieces as (
  select *, greatest(begin, hour * 3600000000, $since) as s, least(finish, (hour + 1) * 3600000000, $until) as e from hours
), powers as (
  select *, p0 + (p1 - p0) * ((s - begin) / length) as ps, p0 + (p1 - p0) * ((e - begin) / length) as pe
  from pieces where e > s
), integral as (
  select device, hour,
    sum(case when $counter or length <= $max_gap then (ps + pe) / 2 * ((e - s) / 1e6) else 0 end) as energy,
    sum(case when $counter or length <= $max_gap then (e - s) / 1e6 else 0 end) as covered,
    sum(case when $counter or length <= $max_gap then 0 else (e - s) / 1e6 end) as gap
  from powers group by all
), counts as (
  select device, time // 3600000000 as hour, count(*) as samples
  from log where time between $since and $until group by all
)
select device, hour * 3600000000 as hour,
  coalesce(energy, 0) as energy, coalesce(covered, 0) as covered, coalesce(gap, 0) as gap, coalesce(samples, 0) as samples
from integral full join counts using (device, hour)
"""


@functools.cache
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    return connection


def in_sql(frame: pd.DataFrame, kind: str, max_gap: int, window: tuple[int | None, int | None]) -> pd.DataFrame:
    """The integral by DuckDB, over the rows of a log."""
    log = pa.table({"device": frame["device"], "time": frame["time"], "value": frame[kind].astype("float64")})
    since, until = window
    given = {
        "counter": kind == "counter",
        "max_gap": max_gap,
        "since": int(frame["time"].min()) if since is None else since,
        "until": int(frame["time"].max()) if until is None else until,
    }
    database().register("log", log)
    found = database().execute(ORACLE, given).df()
    return found.set_index(["device", "hour"])[COLUMNS].astype("float64")


NEAR = st.integers(900_000, 1_100_000)
#: Steps of about a second, and pauses from seconds to hours: logs have gaps and cross hours.
STEPS = st.one_of(NEAR, NEAR, NEAR, NEAR, st.integers(1, 2 * HOUR), st.integers(10 * SECOND, 20 * 60 * SECOND))
KINDS = st.sampled_from(["power", "counter"])


@st.composite
def logs(draw):
    """A kind, and the readings of some devices, in the order of time: some in turn, some each at its own times."""
    kind = draw(KINDS)
    count, length = draw(st.integers(1, 4)), draw(st.integers(2, 60))
    in_turn = draw(st.booleans())
    shared = draw(st.lists(STEPS, min_size=length, max_size=length))
    parts = []
    for device in range(count):
        steps = shared if in_turn else draw(st.lists(STEPS, min_size=2, max_size=60))
        offset = device * draw(st.integers(1, 200_000)) if in_turn else draw(st.integers(0, 2 * HOUR))
        seed = draw(st.integers(0, 2**32 - 1))
        value = np.random.default_rng(seed).uniform(0, 700, len(steps))
        value = 1e3 + np.cumsum(value) * np.minimum(np.array(steps).min() / SECOND, 1) if kind == "counter" else value
        parts.append(pd.DataFrame({"time": START + offset + np.cumsum(steps), "device": f"gpu {device}", kind: value}))
    together = pd.concat(parts, ignore_index=True)
    assume(not together.duplicated(["device", "time"]).any())
    return kind, together.sort_values("time", kind="stable", ignore_index=True)


MAX_GAPS = st.sampled_from([2 * SECOND, 60 * SECOND, HOUR, 10**13])
WINDOWS = st.one_of(
    st.just((None, None)),
    st.tuples(st.integers(0, 3_000), st.integers(1, 20_000)).map(
        lambda edges: (START + edges[0] * 997_001, START + edges[0] * 997_001 + edges[1] * 1_003_003)
    ),
)


def write(frame: pd.DataFrame, kind: str, path, rows: int = 10**6, precision: str = "float64"):
    unit = {"power": "W", "counter": "J"}[kind]
    table = pa.table(
        {
            "time": pa.array(frame["time"].to_numpy(), pa.timestamp("us", tz="UTC")),
            "device": pa.array(frame["device"]).dictionary_encode(),
            f"{kind} [{unit}]": pa.array(frame[kind].to_numpy(precision)),
        }
    )
    parquet.write_table(table, path, row_group_size=rows)
    return path


def streamed(paths, max_gap, window=(None, None), engine="local") -> pd.DataFrame:
    pieces = stream.pieces_of(paths, Options(), least_rows=0)
    assert pieces is not None
    return stream.read(pieces, max_gap=max_gap, window=window, engine=engine).closed.hours


def whole(path, max_gap, window=(None, None)) -> pd.DataFrame:
    """The same log as a user reads it; small, so in one go. [J]"""
    start, end = (None if edge is None else datetime.fromtimestamp(edge / SECOND, UTC) for edge in window)
    log = read_power_log(path, max_gap=f"{max_gap / SECOND} s").replace(start=start, end=end)
    hours = read_energy(log).hours.reset_index()
    hours["hour"] = hours["hour"].astype("datetime64[us, UTC]").astype("int64")
    return hours.assign(energy=hours["energy"] * JOULE_PER_KWH).set_index(["device", "hour"])


def same(found: pd.DataFrame, oracle: pd.DataFrame, columns=tuple(COLUMNS)) -> None:
    """The same numbers per device and hour; an hour of nothing but zeros may be there or not."""
    index = found.index.union(oracle.index)
    for column in columns:
        one, other = (table[column].astype("float64").reindex(index, fill_value=0.0) for table in (found, oracle))
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * max(other.max(), 1.0), err_msg=column)


@settings(max_examples=100, deadline=None)
@given(logs(), MAX_GAPS, WINDOWS, st.integers(7, 240), st.sampled_from(["float64", "float32"]))
def test_the_stream_gives_what_sql_gives(tmp_path_factory, log, max_gap, window, rows, precision):
    kind, frame = log
    frame[kind] = frame[kind].astype(precision)
    path = write(frame, kind, tmp_path_factory.mktemp("log") / "log.parquet", rows, precision)
    columns = COLUMNS[:2] + COLUMNS[3:] if window != (None, None) or kind == "counter" else COLUMNS
    same(streamed([path], max_gap, window), in_sql(frame, kind, max_gap, window), columns)


@settings(max_examples=40, deadline=None)
@given(logs(), MAX_GAPS, WINDOWS)
def test_the_whole_log_gives_what_sql_gives(tmp_path_factory, log, max_gap, window):
    kind, frame = log
    oracle = in_sql(frame, kind, max_gap, window)
    assume(oracle["energy"].sum() > 0)  # a window beside the log is refused
    assume((frame["device"].value_counts() > 1).all())
    found = whole(write(frame, kind, tmp_path_factory.mktemp("log") / "log.parquet"), max_gap, window)
    same(found, oracle, ["energy", "covered", "samples"])


@settings(max_examples=40, deadline=None)
@given(logs(), MAX_GAPS, st.integers(5, 100), st.randoms(use_true_random=False))
def test_energy_is_conserved_however_the_log_is_cut(tmp_path_factory, log, max_gap, rows, random):
    """Any row groups, any files in any order, rows by time or by device: the same hours, so the same sums."""
    kind, frame = log
    folder = tmp_path_factory.mktemp("log")
    oracle = in_sql(frame, kind, max_gap, (None, None))
    edges = sorted({0, len(frame), random.randint(0, len(frame)), random.randint(0, len(frame))})
    paths = [write(frame.iloc[begin:end], kind, folder / f"{begin}.parquet", rows) for begin, end in pairwise(edges)]
    random.shuffle(paths)
    by_device = write(frame.sort_values(["device", "time"]), kind, folder / "by device.parquet", rows)
    for found in (streamed(paths, max_gap), streamed([by_device], max_gap)):
        same(found, oracle)
        over_hours = found["energy"].groupby(level="device").sum()
        over_devices = found["energy"].groupby(level="hour").sum()
        total = pytest.approx(oracle["energy"].sum(), rel=1e-9, abs=1e-9)
        assert over_hours.sum() == total
        assert over_devices.sum() == total


@pytest.mark.parametrize("order", ["time", "device"])
@pytest.mark.parametrize("missing", [0, 1, 997])
def test_a_long_log_gives_what_sql_gives(tmp_path, order, missing):
    """200,000 readings of 20 devices over 2.8 h, each read a little later than the one before, some left out."""
    rng = np.random.default_rng(9)
    time = START + np.repeat(np.arange(10_000) * SECOND, 20) + np.tile(np.arange(20) * 30_000, 10_000)
    frame = pd.DataFrame({"time": time, "device": np.tile([f"gpu {i}" for i in range(20)], 10_000)})
    frame["power"] = rng.uniform(50, 700, len(frame)).astype("float32")
    frame = frame.drop(index=rng.choice(len(frame), missing, replace=False)).sort_values([order, "time"], kind="stable")
    path = write(frame, "power", tmp_path / "log.parquet", 65_537, "float32")
    on_readings = (START + 1_234 * SECOND, START + 7_654 * SECOND)
    for window in ((None, None), (START + 1_234_567_891, START + 7_654_321_987), on_readings):
        columns = COLUMNS if window == (None, None) else ["energy", "covered", "samples"]
        same(streamed([path], 10 * SECOND, window), in_sql(frame, "power", 10 * SECOND, window), columns)


@pytest.mark.parametrize("apart", [1, 100, 1_000, 4_000])
def test_devices_on_both_sides_of_an_hour_are_each_in_their_own(tmp_path, apart):
    """Two devices in turn, their clocks some seconds apart: one is in the next hour while the other is not yet.

    100 W and 200 W for 7,199 s: 719,900 J and 1,439,800 J, by hand; and hour by hour from SQL.
    """
    tick = np.arange(7_200) * SECOND + START
    frame = pd.DataFrame(
        {
            "time": np.column_stack([tick, tick + apart * SECOND]).ravel(),
            "device": ["a", "b"] * 7_200,
            "power": [100.0, 200.0] * 7_200,
        }
    )
    found = streamed([write(frame, "power", tmp_path / "log.parquet")], 10 * SECOND)
    same(found, in_sql(frame, "power", 10 * SECOND, (None, None)))
    assert found["energy"].groupby(level="device").sum().to_dict() == pytest.approx({"a": 719_900.0, "b": 1_439_800.0})
