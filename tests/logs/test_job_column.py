"""Energy by a log's own column of jobs: the stated rule by hand, and the jobs sum to the device."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import lca_ai as lca
from lca_ai.cli import app
from lca_ai.errors import LogError
from lca_ai.logs import pieces
from lca_ai.logs.convert import to_parquet
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.jobs import UNALLOCATED

START = pd.Timestamp("2024-05-31T10:00:00Z")
J = 3.6e6


def table(*rows: tuple[float, str, float, object], value: str = "power [W]", job: str = "job_id") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["time", "device", value, job])
    return frame.assign(time=START + pd.to_timedelta(frame["time"], unit="s"))


def joules(log, **options) -> dict[str, float]:
    found = read_energy(log, jobs=True, **options).by("job")
    return {job: kwh * J for job, kwh in zip(found["job"], found["energy [kWh]"], strict=True)}


POWER = ((0, "a", 100, "17"), (10, "a", 100, "17"), (20, "a", 300, "18"), (30, "a", 300, "18"), (40, "a", 100, None),
         (50, "a", 100, None))  # fmt: skip


@pytest.mark.parametrize("name", ["job", "job_id", "jobid", "slurm_job_id", "SLURM_JOBID", "JobID"])
def test_the_job_changes_halfway_between_two_readings(tmp_path, name) -> None:
    """17: 10 s at 100 W, 5 s from 100 to 200 W: 1,750 J; 18: 5 s from 200 W, 10 s at 300 W, 5 s to 200 W: 5,500 J."""
    path = tmp_path / "log.csv"
    table(*POWER, job=name).to_csv(path, index=False)
    assert joules(read_power_log(path)) == pytest.approx({"17": 1750.0, "18": 5500.0, UNALLOCATED: 1750.0})


def test_the_column_of_the_jobs_is_named(tmp_path) -> None:
    path = tmp_path / "log.csv"
    table(*POWER, job="batch").to_csv(path, index=False)
    columns = {"time": "time", "device": "device", "power": "power [W]"}
    with pytest.raises(LogError, match=r"needs a table of jobs, or a column.*--columns job="):
        joules(read_power_log(path, columns=columns))
    found = joules(read_power_log(path, columns=columns | {"job": "batch"}))
    assert found == pytest.approx({"17": 1750.0, "18": 5500.0, UNALLOCATED: 1750.0})


def test_whole_numbers_beside_empty_cells_stay_whole(tmp_path) -> None:
    """Parquet gives 17.0 for 17 where a cell of the column is empty."""
    path = tmp_path / "log.parquet"
    frame = table(*POWER).assign(job_id=pd.array([17, 17, 18, 18, None, None], dtype="Int64"))
    frame.to_parquet(path)
    assert set(joules(read_power_log(path))) == {"17", "18", UNALLOCATED}
    assert set(joules(read_power_log(frame.assign(job_id=frame["job_id"].astype("float64"))))) == {
        "17",
        "18",
        UNALLOCATED,
    }


def test_a_counter_is_divided_by_time_where_the_job_changes() -> None:
    log = read_power_log(
        table((0, "a", 0, 1), (10, "a", 1000, 1), (20, "a", 3000, 2), (30, "a", 3500, 2), value="counter [J]")
    )
    assert joules(log) == pytest.approx({"1": 2000.0, "2": 1500.0})


def test_an_energy_is_of_the_job_of_its_row() -> None:
    frame = table((10, "a", 500, 1), (20, "a", 700, 2), value="energy [J]").assign(duration=10.0)
    assert joules(read_power_log(frame)) == pytest.approx({"1": 500.0, "2": 700.0})


def test_jobs_of_one_reading_share_it_evenly() -> None:
    rows = [(second, "a", 100, job) for second in (0, 10, 20) for job in ("x", "y")] + [(30, "a", 100, "x")]
    log = read_power_log(table(*rows))
    assert joules(log) == pytest.approx({"x": 1750.0, "y": 1250.0})
    notes = {note.what: note.count for note in read_energy(log).notes}
    assert notes["reading of several jobs"] == 3


def test_a_gap_is_of_no_energy_and_is_divided_as_well() -> None:
    frame = table((0, "a", 100, 1), (10, "a", 100, 1), (1010, "a", 100, 2), (1020, "a", 100, 2))
    found = read_energy(read_power_log(frame, max_gap="60 s")).by("job").set_index("job")
    assert (found["energy [kWh]"] * J).to_dict() == pytest.approx({"1": 1000.0, "2": 1000.0})
    assert found["gap [s]"].to_dict() == {"1": 500.0, "2": 500.0}


def test_a_table_of_jobs_comes_before_the_column() -> None:
    reading = read_energy(read_power_log(table(*POWER)))
    whole = pd.DataFrame({"job": ["z"], "machine": ["a"], "start": [START], "end": [START + pd.Timedelta("1h")]})
    assert set(reading.by("job", jobs=whole.assign(share=1.0))["job"]) == {"z"}


def test_jobs_by_device_and_day() -> None:
    found = lca.energy(read_power_log(table(*POWER)), by=["job", "device", "day"])
    assert list(found.columns[:3]) == ["job", "device", "day"]
    assert found["energy [kWh]"].sum() * J == pytest.approx(9000.0)


def test_files_of_one_job_each(tmp_path) -> None:
    """Between the last reading of one file and the first of the next, the job changes halfway too."""
    for name, rows in (("1.csv", POWER[:2]), ("2.csv", POWER[2:])):
        table(*rows).to_csv(tmp_path / name, index=False)
    assert joules(read_power_log(tmp_path)) == pytest.approx({"17": 1750.0, "18": 5500.0, UNALLOCATED: 1750.0})


def test_a_window_cuts_the_jobs() -> None:
    log = read_power_log(table(*POWER)).between("2024-05-31T10:00:15Z", "2024-05-31T10:00:25Z")
    assert joules(log) == pytest.approx({"18": 5 * 250.0 + 5 * 300.0})


def cluster(seed: int, kind: str, rows: int = 900) -> pd.DataFrame:
    """Readings of three GPUs on two hosts in turns, whose jobs change now and then; some rows are missing."""
    random = np.random.default_rng(seed)
    device = np.arange(rows) % 6
    time = START + pd.to_timedelta(np.arange(rows) // 6 * 10 + random.uniform(0, 3, rows).round(6), unit="s")
    value = random.uniform(50, 700, rows)
    job = np.array(["17", "18", None, "19.batch"], dtype=object)[
        random.integers(0, 4, rows // 40 + 1)[np.arange(rows) // 40]
    ]
    frame = pd.DataFrame({"time": time, "host": np.where(device < 3, "n1", "n2"), "gpu": device % 3, "job": job})
    frame[f"{kind} [{'W' if kind == 'power' else 'J'}]"] = value
    if kind == "counter":
        frame["counter [J]"] = frame.groupby(["host", "gpu"])["counter [J]"].cumsum()
    return frame[random.random(rows) > 0.02].reset_index(drop=True)


def assert_same_jobs(one: pd.DataFrame | None, other: pd.DataFrame | None) -> None:
    keys = ["job", "device", "hour"]
    tables = [table.set_index(keys).sort_index() for table in (one, other) if table is not None]
    assert len(tables) == 2
    tables = [table[(table != 0).any(axis=1)] for table in tables]
    pd.testing.assert_frame_equal(*tables, rtol=1e-9, atol=1e-15, check_index_type=False)


@pytest.mark.parametrize("kind", ["power", "counter"])
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_log_in_pieces_is_divided_as_one_that_is_read_whole(tmp_path, monkeypatch, kind, form) -> None:
    monkeypatch.setattr(pieces, "BLOCK_BYTES", 4_000)
    for seed in range(4):
        frame, path = cluster(seed, kind), tmp_path / f"log-{seed}.{form}"
        if form == "parquet":
            frame.to_parquet(path, row_group_size=100)
        else:
            frame.to_csv(path, index=False)
        whole = read_energy(read_power_log(frame, max_gap="25 s"))
        found = read_energy(read_power_log(path, max_gap="25 s"), keep=tmp_path / f"kept-{seed}", jobs=True)
        assert sorted(found.per_device()) == [f"{host}/{gpu}" for host in ("n1", "n2") for gpu in "012"]
        assert found.total == pytest.approx(whole.total, rel=1e-9)
        assert_same_jobs(found.jobs, whole.jobs)
        again = read_energy(read_power_log(path, max_gap="25 s"), keep=tmp_path / f"kept-{seed}", jobs=True)
        assert_same_jobs(again.jobs, whole.jobs)
        assert read_energy(read_power_log(path, max_gap="25 s"), keep=tmp_path / f"kept-{seed}").jobs is None


def test_jobs_of_faulty_rows_late_rows_and_shared_readings_in_pieces(tmp_path) -> None:
    frame = cluster(7, "power")
    frame.loc[[5, 50, 333], "power [W]"] = [np.nan, -1.0, np.inf]
    late = frame.iloc[[200, 201, 202]]
    shared = frame.iloc[400:440].assign(job="shared")
    frame = pd.concat([frame.drop(late.index).iloc[:420], shared, frame.iloc[420:], late], ignore_index=True)
    path = tmp_path / "log.parquet"
    frame.to_parquet(path, row_group_size=480)
    whole = read_energy(read_power_log(frame, max_gap="25 s"))
    found = read_energy(read_power_log(path, max_gap="25 s"), keep=tmp_path / "kept", jobs=True)
    assert_same_jobs(found.jobs, whole.jobs)
    assert "reading of several jobs" in {note.what for note in found.notes}


def test_files_with_and_without_jobs_in_pieces(tmp_path) -> None:
    frame = cluster(3, "power")
    frame.iloc[:450].drop(columns="job").to_parquet(tmp_path / "1.parquet")
    frame.iloc[450:].to_parquet(tmp_path / "2.parquet")
    log = read_power_log([tmp_path / "1.parquet", tmp_path / "2.parquet"], max_gap="25 s")
    found = read_energy(log, keep=tmp_path / "kept", jobs=True)
    expected = read_energy(read_power_log(frame.assign(job=frame["job"].where(frame.index >= 450)), max_gap="25 s"))
    assert_same_jobs(found.jobs, expected.jobs)
    assert found.by("job")["energy [kWh]"].sum() == pytest.approx(found.total, rel=1e-9)


@pytest.mark.parametrize("numbers", [pd.array([17, 18], "int64"), pd.array([17.0, None], "float64"), ["17", "18"]])
def test_jobs_of_any_type_in_pieces(tmp_path, numbers) -> None:
    rows = 600_000
    frame = pd.DataFrame(
        {"time": START + pd.to_timedelta(np.arange(rows), unit="s"), "device": "a", "power": 100.0,
         "job": pd.Series(numbers).repeat(rows // 2).to_numpy()}
    )  # fmt: skip
    path = tmp_path / "log.parquet"
    frame.to_parquet(path)
    log = read_power_log(path)
    total, found = read_energy(log), joules(log)
    second = "18" if 18 in list(numbers) or "18" in list(numbers) else UNALLOCATED
    assert found == pytest.approx({"17": 100 * (rows / 2 - 0.5), second: 100 * (rows / 2 - 0.5)})
    assert sum(found.values()) == pytest.approx(total.total * J, rel=1e-9)
    with pytest.raises(LogError, match=r"read_energy\(log, jobs=True\)"):
        total.by("job")


def test_ranks_name_devices_in_pieces_as_well(tmp_path) -> None:
    frame = pd.DataFrame(
        {"time": START + pd.to_timedelta([0, 0, 9, 9], unit="s"), "rank": [0, 1, 0, 1], "power": 100.0}
    )
    frame.to_parquet(tmp_path / "log.parquet")
    found = read_energy(read_power_log(tmp_path / "log.parquet"), keep=tmp_path / "kept")
    assert ("device named by its rank", 2) in {(note.what, note.count) for note in found.notes}


def test_parquet_keeps_the_jobs(tmp_path) -> None:
    path = tmp_path / "log.csv"
    table(*POWER).to_csv(path, index=False)
    to_parquet(read_power_log(path), tmp_path / "log.parquet")
    assert joules(read_power_log(tmp_path / "log.parquet")) == pytest.approx(joules(read_power_log(path)))


@given(
    st.lists(
        st.tuples(st.integers(1, 4000), st.sampled_from(["a", "h/b"]), st.floats(0, 1e4), st.sampled_from(["1", "2", None])),
        min_size=4, max_size=40,
    ),
    st.sampled_from(["power [W]", "counter [J]", "energy [J]"]),
    st.sampled_from([None, "30 s", "3 h"]),
)  # fmt: skip
def test_jobs_sum_to_each_device_and_hour(rows, value, max_gap) -> None:
    frame = table(*rows, value=value)
    seconds = pd.Series([row[0] for row in rows]).groupby(frame["device"]).cumsum()
    frame["time"] = START + pd.to_timedelta(seconds, unit="s")
    if value == "counter [J]":
        frame[value] = frame.groupby("device")[value].cumsum()
    if value == "energy [J]":
        frame["duration [s]"] = [float(row[0]) for row in rows]
    if frame["device"].value_counts().max() < 2:
        return
    reading = read_energy(read_power_log(frame, **({"max_gap": max_gap} if max_gap else {})))
    sums = reading.jobs.groupby(["device", "hour"])[["energy", "covered"]].sum()
    whole = reading.hours[["energy", "covered"]]
    pd.testing.assert_frame_equal(sums.reindex(whole.index, fill_value=0.0), whole, rtol=1e-9, atol=1e-12)


def test_an_index_of_a_device_is_one_of_its_host(tmp_path) -> None:
    """GPU 0 of two hosts is two devices, whatever the order of the columns; a UUID is one anyway."""
    rows = [(second, host, 0, power) for second in range(0, 40, 10) for host, power in (("n1", 100.0), ("n2", 300.0))]
    frame = pd.DataFrame(rows, columns=["time", "hostname", "gpu", "power"])
    frame["time"] = START + pd.to_timedelta(frame["time"] + (frame["hostname"] == "n2") * 3, unit="s")
    found = read_energy(read_power_log(frame))
    assert {name: kwh * J for name, kwh in found.per_device().items()} == pytest.approx(
        {"n1/0": 3000.0, "n2/0": 9000.0}
    )
    assert found.by("host")["host"].tolist() == ["n1", "n2"]
    large = pd.concat([frame.assign(time=frame["time"] + pd.Timedelta(f"{40 * n} s")) for n in range(3)])
    large.to_parquet(tmp_path / "log.parquet")
    read = read_energy(read_power_log(tmp_path / "log.parquet"), keep=tmp_path / "kept")
    assert sorted(read.per_device()) == ["n1/0", "n2/0"]
    unique = read_energy(read_power_log(frame.rename(columns={"gpu": "uuid"}).assign(uuid=frame["hostname"] + "-0")))
    assert sorted(unique.per_device()) == ["n1-0", "n2-0"]


def test_ranks_are_devices_where_nothing_else_is() -> None:
    frame = pd.DataFrame({"time": [START, START, START + pd.Timedelta("9s"), START + pd.Timedelta("9s")],
                          "rank": [0, 1, 0, 1], "power": [100.0, 200.0, 100.0, 200.0]})  # fmt: skip
    found = read_energy(read_power_log(frame))
    assert {name: kwh * J for name, kwh in found.per_device().items()} == pytest.approx({"0": 900.0, "1": 1800.0})
    assert ("device named by its rank", 2) in {(note.what, note.count) for note in found.notes}


def test_dcgm_exporter_names_the_job_on_a_gpu(tmp_path) -> None:
    """hpc_job: 17 alone, both at 10:00:20, 18 alone. 17: 1,000 + 750 + (1,250 + 1,500) / 2 J; GPU b has no job."""
    path = tmp_path / "scrapes.prom"
    line = 'DCGM_FI_DEV_POWER_USAGE{{gpu="{}",UUID="GPU-{}",Hostname="n1"{}}} {}'
    scrapes = [(0, 100, "17"), (10, 100, "17"), (20, 300, "17", "18"), (30, 300, "18")]
    text = [
        "\n".join(
            [f"# 2024-05-31T10:00:{second:02d}Z", line.format(1, "b", "", 50)]
            + [line.format(0, "a", f',hpc_job="{job}"', watts) for job in names]
        )
        for second, watts, *names in scrapes
    ]
    path.write_text("\n".join([*text, ""]))
    assert joules(read_power_log(path)) == pytest.approx({"17": 3125.0, "18": 2875.0, UNALLOCATED: 1500.0})


def test_a_table_of_slurm_is_by_job_already(tmp_path) -> None:
    path = tmp_path / "sacct.txt"
    path.write_text(
        "JobID|Start|End|State|ConsumedEnergyRaw\n"
        "17|2024-05-31T10:00:00|2024-05-31T11:00:00|COMPLETED|3600000\n"
        "18|2024-05-31T10:30:00|2024-05-31T11:00:00|COMPLETED|1800000\n"
    )
    assert joules(read_power_log(path, timezone="UTC")) == pytest.approx({"17": 3.6e6, "18": 1.8e6})


def test_the_command_line_sums_by_job(tmp_path) -> None:
    path = tmp_path / "log.csv"
    table(*POWER, job="batch").to_csv(path, index=False)
    columns = "time=time,device=device,power=power [W],job=batch"
    run = CliRunner().invoke(app, ["energy", str(path), "--columns", columns, "--by", "device,job", "--json"])
    found = {row["job"]: row["energy [kWh]"] * J for row in json.loads(run.output)}
    assert found == pytest.approx({"17": 1750.0, "18": 5500.0, UNALLOCATED: 1750.0})
