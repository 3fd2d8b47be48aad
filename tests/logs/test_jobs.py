"""Energy of shared machines, allocated to jobs: the stated rule by hand, and all shares sum to the machine."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.jobs import UNALLOCATED, allocate, checked, read_jobs

HOUR = pd.Timestamp("2024-05-31T10:00Z")


def hours(**devices: list[float]) -> pd.DataFrame:
    """Energies [kWh] of devices in the hours from 10:00 on."""
    rows = [(name, HOUR + pd.Timedelta(hours=n), kwh) for name, many in devices.items() for n, kwh in enumerate(many)]
    frame = pd.DataFrame(rows, columns=["device", "hour", "energy"]).set_index(["device", "hour"])
    return frame.assign(covered=3600.0, gap=0.0, samples=60)


def jobs(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    return checked(pd.DataFrame(rows, columns=["job", "machine", "start", "end", "share"]), "jobs.csv")


def by_job(table: pd.DataFrame) -> dict[str, float]:
    return table.groupby("job")["energy"].sum().to_dict()


def test_a_job_has_its_share_of_its_time() -> None:
    """Half of the machine for half an hour of 2 kWh: 0.5 kWh."""
    found, notes = allocate(hours(a=[2.0]), jobs(("1", "a", "2024-05-31T10:00Z", "2024-05-31T10:30Z", 0.5)))
    assert by_job(found) == pytest.approx({"1": 0.5, UNALLOCATED: 1.5})
    assert notes == []


def test_a_job_over_several_hours_has_the_energy_of_each() -> None:
    found, _ = allocate(hours(a=[1.0, 3.0]), jobs(("1", "a", "2024-05-31T10:30Z", "2024-05-31T11:30Z", 1.0)))
    assert by_job(found) == pytest.approx({"1": 0.5 + 1.5, UNALLOCATED: 0.5 + 1.5})


def test_jobs_that_reserve_more_than_there_is_share_it() -> None:
    whole = ("2024-05-31T10:00Z", "2024-05-31T11:00Z")
    found, notes = allocate(hours(a=[3.0]), jobs(("1", "a", *whole, 1.0), ("2", "a", *whole, 0.5)))
    assert by_job(found) == pytest.approx({"1": 2.0, "2": 1.0})
    assert [note.what for note in notes] == ["reserved more than once"]


def test_a_host_is_all_its_devices() -> None:
    node = hours(**{"n1/gpu0": [1.0], "n1/gpu1": [2.0], "n2/gpu0": [4.0]})
    found, notes = allocate(node, jobs(("1", "n1", "2024-05-31T10:00Z", "2024-05-31T11:00Z", 1.0),
                                       ("2", "n9", "2024-05-31T10:00Z", "2024-05-31T11:00Z", 1.0)))  # fmt: skip
    assert by_job(found) == pytest.approx({"1": 3.0, UNALLOCATED: 4.0})
    assert [note.what for note in notes] == ["machine without a log"]


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(1, 200), st.floats(0.01, 1.0), st.sampled_from(["a", "b"])),
        max_size=8,
    ),
    st.lists(st.floats(0, 10), min_size=1, max_size=5),
)
def test_all_shares_sum_to_the_machine(reserved, energies) -> None:
    table = [
        (str(number), machine, (HOUR + pd.Timedelta(minutes=first)).isoformat(),
         (HOUR + pd.Timedelta(minutes=first + length)).isoformat(), share)
        for number, (first, length, share, machine) in enumerate(reserved)
    ]  # fmt: skip
    node = hours(a=energies, b=energies)
    found, _ = allocate(node, jobs(*table))
    assert (found["energy"] >= -1e-12).all()
    sums = found.groupby(["device", "hour"])["energy"].sum().reindex(node.index, fill_value=0.0)
    pd.testing.assert_series_equal(sums, node["energy"], check_names=False, rtol=1e-9, atol=1e-12)


def test_a_log_by_job(tmp_path) -> None:
    """100 W for two hours; a job has the first: 0.1 kWh."""
    log = tmp_path / "log.csv"
    stamps = pd.date_range("2024-05-31T10:00Z", periods=121, freq="min").strftime("%Y-%m-%dT%H:%M:%SZ")
    log.write_text("time,device,power\n" + "".join(f"{stamp},n1/gpu0,100\n" for stamp in stamps))
    (tmp_path / "jobs.csv").write_text("job,machine,start,end\n7,n1,2024-05-31T10:00:00Z,2024-05-31T11:00:00Z\n")
    reading = read_energy(read_power_log(log))
    table = reading.by("job", jobs=read_jobs(tmp_path / "jobs.csv"))
    assert dict(zip(table["job"], table["energy [kWh]"], strict=True)) == pytest.approx({"7": 0.1, UNALLOCATED: 0.1})
    with pytest.raises(LogError, match="jobs"):
        reading.by("job")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("job,machine,start\n1,a,2024-05-31T10:00:00Z\n", "no such column"),
        ("job,machine,start,end\n1,a,2024-05-31T10:00:00,2024-05-31T11:00:00Z\n", "no time with an offset"),
        ("job,machine,start,end\n1,a,2024-05-31T12:00:00Z,2024-05-31T11:00:00Z\n", "ends before it starts"),
        ("job,machine,start,end,share\n1,a,2024-05-31T10:00:00Z,2024-05-31T11:00:00Z,8\n", "no share of a machine"),
        ("job,machine,start,end\n1,a,20240531,20240601\n", "line 2: start: this is no time with an offset"),
        ("job,machine,start,end\n,a,2024-05-31T10:00:00Z,2024-05-31T11:00:00Z\n", "line 2: job: the row names no job"),
        ("job,machine,start,end\n1, ,2024-05-31T10:00:00Z,2024-05-31T11:00:00Z\n", "machine: the row names no mach"),
    ],
)
def test_a_table_that_is_none_is_told(text, problem, tmp_path) -> None:
    (tmp_path / "jobs.csv").write_text(text)
    with pytest.raises(LogError, match=rf"jobs\.csv.*{problem}"):
        read_jobs(tmp_path / "jobs.csv")


def test_names_are_read_as_they_are_written(tmp_path) -> None:
    """A job called null is a job: its energy is not lost."""
    span = "2024-05-31T10:00:00Z,2024-05-31T11:00:00Z"
    (tmp_path / "jobs.csv").write_text(f"job,machine,start,end\nnull,a,{span}\n007,NA,{span}\n")
    found, _ = allocate(hours(a=[1.0], NA=[2.0]), read_jobs(tmp_path / "jobs.csv"))
    assert by_job(found) == pytest.approx({"null": 1.0, "007": 2.0})


def test_a_machine_beside_the_devices_of_a_host_is_matched_once() -> None:
    """45 min of n2 are three quarters of its 2 kWh, also where another machine has devices."""
    row = ("1", "n2", "2024-05-31T10:00Z", "2024-05-31T10:45Z", 1.0)
    found, notes = allocate(hours(**{"n1/gpu0": [1.0], "n2": [2.0]}), jobs(row))
    assert by_job(found) == pytest.approx({"1": 1.5, UNALLOCATED: 1.5})
    assert notes == []


def test_a_share_may_be_an_instance_of_a_gpu() -> None:
    """3, 3 and 1 of the 7 slices of a card that used 7 kWh: all of it is given away."""
    whole = ("2024-05-31T10:00Z", "2024-05-31T11:00Z")
    table = pd.DataFrame(
        [(str(n), "a", *whole, share) for n, share in enumerate(("3g.40gb/7g.80gb", "3/7", "1g.10gb+me/7g.80gb"))],
        columns=["job", "machine", "start", "end", "share"],
    )
    found, notes = allocate(hours(a=[7.0]), checked(table, "jobs.csv"))
    assert by_job(found) == pytest.approx({"0": 3.0, "1": 3.0, "2": 1.0})
    assert notes == []


@pytest.mark.parametrize("share", ["3g.40gb", "8/7", "3/0", "half"])
def test_an_instance_alone_is_no_share(share) -> None:
    row = ("1", "a", "2024-05-31T10:00Z", "2024-05-31T11:00Z", share)
    with pytest.raises(LogError, match=r"no share of a machine.*3g\.40gb/7g\.80gb"):
        jobs(row)
