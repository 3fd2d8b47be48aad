"""A log in pieces is the log: whatever its order, faults, files and chunks, it says what it says when it is read whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lca_ai.errors import LcaAiError, LogError
from lca_ai.logs import pieces
from lca_ai.logs.energy import read_energy, read_power_log

START = pd.Timestamp("2024-05-31T10:30:00Z")
FAULTS = {"not a number": np.nan, "negative": -5.0, "absurd": 1e9}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(pieces, "BLOCK_BYTES", 3_000)


def readings(random: np.random.Generator, kind: str, devices: int, rows: int) -> pd.DataFrame:
    """Devices of some hosts that read at their own times, with pauses, resets and jobs that change."""
    found = []
    for number in range(devices):
        seconds = np.arange(rows) * 10 + random.uniform(0, 8, rows)
        seconds[rows // 2 :] += random.choice([0, 40, 4_000])
        value = random.uniform(0, 500, rows)
        if kind == "counter":
            value = np.cumsum(value)
            value[rows // 3 :] -= random.choice([0.0, value[rows // 3]])
        job = np.array(["1", "2", None, "x y"], object)[(seconds // 370).astype(int) % 4]
        names = {"host": f"n{number // 2}", "gpu": str(number % 2), "job": job}
        found.append(pd.DataFrame({"time": seconds, **names, "value": value}))
    frame = pd.concat(found, ignore_index=True)
    frame["time"] = START + pd.to_timedelta((frame["time"] * 1e6).round(), unit="us")
    return frame.rename(columns={"value": "power [W]" if kind == "power" else "counter [J]"})


def with_faults(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Some values that are none, rows without a device, rows that come again at the end."""
    value = frame.columns[-1]
    for fault in FAULTS.values():
        frame.loc[random.integers(0, len(frame), 2), value] = fault if random.random() < 0.5 else 50.0
    frame.loc[random.integers(0, len(frame), 2), "gpu"] = None
    return pd.concat([frame, frame.iloc[random.integers(0, len(frame), random.integers(0, 4))]], ignore_index=True)


def ordered(frame: pd.DataFrame, order: str, random: np.random.Generator) -> pd.DataFrame:
    if order == "turns":
        return frame.sort_values("time", kind="stable", ignore_index=True)
    return frame if order == "device" else frame.iloc[random.permutation(len(frame))].reset_index(drop=True)


def written(frame: pd.DataFrame, folder, form: str, random: np.random.Generator) -> list[str]:
    """Write a log as one to three files, in small row groups, named in any order."""
    edges = np.linspace(0, len(frame), random.integers(2, 5)).astype(int)
    paths = [folder / f"{number}.{form}" for number in range(len(edges) - 1)]
    for path, begin, end in zip(paths, edges[:-1], edges[1:], strict=True):
        part = frame.iloc[begin:end]
        if form == "csv":
            part.to_csv(path, index=False)
        else:
            part.to_parquet(path, row_group_size=int(random.choice([7, 50, 1_000])))
    return [str(paths[place]) for place in random.permutation(len(paths))]


def told(log, **options):
    """What a log says, or the kind of error."""
    try:
        found = read_energy(log, jobs=True, **options)
    except LcaAiError as fault:
        return type(fault)
    jobs = found.by("job", "device").set_index(["job", "device"])["energy [kWh]"]
    numbers = {
        "covered": found.covered_seconds, "gap": found.gap_seconds, "outside": found.outside,
        **found.per_device(), **{f"job {name}": kwh for name, kwh in jobs[jobs > 0].items()},
    }  # fmt: skip
    return {name: pytest.approx(value, rel=1e-9, abs=1e-9) for name, value in numbers.items()} | {
        "samples": found.samples, "dropped": found.dropped,
    }  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1 << 30), kind=st.sampled_from(["power", "counter"]), form=st.sampled_from(["csv", "parquet"]),
    order=st.sampled_from(["device", "turns", "random"]), devices=st.integers(1, 4), windowed=st.booleans(),
)  # fmt: skip
def test_in_pieces_as_whole(tmp_path_factory, seed, kind, form, order, devices, windowed):
    folder, random = tmp_path_factory.mktemp("log"), np.random.default_rng(seed)
    frame = with_faults(readings(random, kind, devices, int(random.choice([4, 60, 200]))), random)
    log = read_power_log(written(ordered(frame, order, random), folder, form, random), max_gap="25 s")
    if windowed:
        log = log.between((START + pd.Timedelta("7min")).isoformat(), (START + pd.Timedelta("70min")).isoformat())
    whole = told(log)
    assert told(log, keep=folder / "kept") == whole
    assert told(log, keep=folder / "kept") == whole


def in_file(path, *rows: tuple[float, float], group: int):
    times = START + pd.to_timedelta([second for second, _ in rows], unit="s")
    frame = pd.DataFrame({"time": times, "device": "a", "power [W]": [watts for _, watts in rows]})
    frame.to_parquet(path, row_group_size=group)
    return read_power_log(path, max_gap="60 s")


def test_a_reading_that_two_parts_share_counts_once(tmp_path):
    log = in_file(tmp_path / "a.parquet", (0, 100), (10, 100), (10, 100), (20, 100), group=2)
    found = read_energy(log, keep=tmp_path / "kept")
    assert (found.total * 3.6e6, found.samples, found.dropped) == (pytest.approx(2_000.0), 3, 1)


def test_energy_outside_the_window_between_two_parts(tmp_path):
    log = in_file(tmp_path / "a.parquet", *((10 * n, 100) for n in range(6)), group=2)
    log = log.between((START + pd.Timedelta("30s")).isoformat(), (START + pd.Timedelta("40s")).isoformat())
    found = read_energy(log, keep=tmp_path / "kept")
    assert (found.total * 3.6e6, found.outside * 3.6e6) == (pytest.approx(1_000.0), pytest.approx(4_000.0))


def test_parts_far_apart_that_one_device_ties_together_stay_apart_for_the_others(tmp_path):
    """A row of device a is written again at the end; device b has readings in between."""
    rows = [(10 * n, name) for n in range(40) for name in "ab"] + [(10, "a")]
    times = START + pd.to_timedelta([second for second, _ in rows], unit="s")
    frame = pd.DataFrame({"time": times, "device": [name for _, name in rows], "power [W]": 100.0})
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=9)
    found = read_energy(read_power_log(tmp_path / "a.parquet", max_gap="60 s"), keep=tmp_path / "kept")
    assert found.total * 3.6e6 == pytest.approx(2 * 39_000.0)
    assert found.dropped == 1


def test_a_late_row_that_is_the_last_one_of_an_earlier_part(tmp_path):
    """Of two files, the second has the last reading of a part of the first again, at its end."""
    in_file(tmp_path / "1.parquet", *((10 * n, 100) for n in range(12)), group=4)
    in_file(tmp_path / "2.parquet", *((10 * n, 100) for n in (*range(12, 20), 3)), group=9)
    log = read_power_log([str(tmp_path / "1.parquet"), str(tmp_path / "2.parquet")], max_gap="60 s")
    found = read_energy(log, keep=tmp_path / "kept")
    assert (found.total * 3.6e6, found.samples, found.dropped) == (pytest.approx(19_000.0), 20, 1)


def test_an_hour_that_a_clock_repeats_is_told_by_the_rows_of_other_pieces(tmp_path, monkeypatch):
    """02:30 to 02:30 in Paris, 2024-10-27, a row group for each ten minutes: none tells by itself which pass it is."""
    times = pd.Timestamp("2024-10-27T00:30:00Z") + pd.to_timedelta(np.arange(0, 3601, 60), unit="s")
    frame = pd.DataFrame({"time": times.tz_convert("Europe/Paris").tz_localize(None), "gpu": "a", "power [W]": 100.0})
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=10)
    log = read_power_log(tmp_path / "a.parquet", timezone="Europe/Paris", max_gap="120 s")
    assert read_energy(log, keep=tmp_path / "kept").total == pytest.approx(0.1, rel=1e-9)
    monkeypatch.setattr("lca_ai.logs.energy._MOST_WHOLE", 50)
    with pytest.raises(LogError, match="happens twice in Europe/Paris"):
        read_energy(log, keep=tmp_path / "kept")


def test_jobs_of_a_window_without_a_reading(tmp_path):
    times = START + pd.to_timedelta([0, 10, 5, 15], unit="s")
    pd.DataFrame({"time": times, "device": "a", "power": 1.0, "job": "x"}).to_parquet(
        tmp_path / "a.parquet", row_group_size=2
    )
    log = read_power_log(tmp_path / "a.parquet").between("2024-06-01T10:00:00Z", "2024-06-01T11:00:00Z")
    for _ in range(2):
        with pytest.raises(LogError, match="window holds no reading"):
            read_energy(log, keep=tmp_path / "kept", jobs=True)
