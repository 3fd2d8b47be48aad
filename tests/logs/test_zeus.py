"""Zeus: measurement windows and the samples of its power monitor, real files and what the documentation tells."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_power_log

JOULE_PER_KWH = 3.6e6
HEADER = "start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy\n"


def dated(path):
    """A real file, its windows moved from the start of the computer to November 2023."""
    table = pd.read_csv(path)
    return table.assign(start_time=table["start_time"] + 1_700_000_000).to_csv(index=False)


@pytest.mark.parametrize(
    ("name", "windows", "gpus", "least"),
    [
        ("zeus_a40.csv", 9, 1, 4867.478),
        ("zeus_a40_4_gpus.csv", 9, 4, 3392.441),
        ("zeus_v100_2_gpus.csv", 7, 2, 1770.759),
    ],
)
def test_the_windows_of_real_runs(logs, read, name, windows, gpus, least):
    # the energy of the window that needed least, of all its GPUs, as published beside the files
    reading = read(dated(logs / name))
    table = pd.read_csv(logs / name).filter(regex="_energy")
    assert reading.total * JOULE_PER_KWH == pytest.approx(table.to_numpy().sum())
    assert reading.samples == windows * gpus
    assert table.sum(axis=1).min() == pytest.approx(least, abs=5e-4)
    assert list(reading.per_device()) == [f"gpu{number}" for number in range(gpus)]
    assert reading.covers == ("gpu",)


def test_windows_since_the_start_of_the_computer_have_no_date(logs):
    with pytest.raises(LogError, match=r"start_time is not in seconds since 1970.*13586410.*duration \[s\]"):
        read_power_log(logs / "zeus_a40_4_gpus.csv")


def test_a_window_within_another_is_a_part_of_it(read, counts):
    # an epoch of 100 J and 50 J with two steps in it, then one more epoch; the steps are not added
    rows = [
        "1700000010,step,5,30,20",
        "1700000020,step,5,30,20",
        "1700000000,epoch,60,100,50",
        "1700000060,epoch,30,10,5",
    ]
    reading = read(HEADER + "\n".join(rows) + "\n")
    assert reading.total * JOULE_PER_KWH == pytest.approx(165.0)
    assert counts(reading) == {"window within another": 2}


def test_an_unknown_energy_is_not_zero(read, counts):
    reading = read(HEADER + "1700000000,a,10,5,nan\n1700000010,b,10,5,\n")
    assert reading.per_device() == pytest.approx({"gpu0": 10.0 / JOULE_PER_KWH})
    assert reading.silent == ("gpu1",)
    assert counts(reading) == {"not a number": 2}


def test_a_repeated_header_is_counted(read, counts):
    reading = read(HEADER + "1700000000,a,10,5,6\n" + HEADER + "1700000010,b,10,5,6\n")
    assert reading.total * JOULE_PER_KWH == pytest.approx(22.0)
    assert counts(reading) == {"repeated header": 1}


def test_a_log_without_a_gpu(read):
    with pytest.raises(LogError, match=r"no column gpu<k>_energy"):
        read("start_time,window_name,elapsed_time,energy\n1700000000,a,10,5\n")


def test_the_samples_of_the_power_monitor(read):
    # the documented sample of the tool: Time,Power in mW. 32.402 W, 32.402 W, 32.312 W, 1 s apart:
    # 32.402 + 32.357 = 64.759 J
    stamps = ["2022-07-13 02:07:36.708783111", "2022-07-13 02:07:37.708783111", "2022-07-13 02:07:38.708783111"]
    text = "Time,Power\n" + "".join(
        f"{stamp},{power}\n" for stamp, power in zip(stamps, (32402, 32402, 32312), strict=True)
    )
    reading = read(text, timezone="UTC")
    assert reading.format == "zeus-power"
    assert reading.total * JOULE_PER_KWH == pytest.approx(64.759)


def test_a_power_cut_short_is_set_aside(read, counts):
    text = "Time,Power\n" + "".join(f"2022-07-13 02:07:3{second}.708783111,40000\n" for second in range(3))
    reading = read(text + "2022-07-13 02:07:33.708783111,400", timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(80.0)
    assert counts(reading) == {"row cut short": 1}


def test_a_csv_of_time_and_power_is_not_one_of_zeus(read):
    # no nanoseconds: a table of anyone, in W
    reading = read("Time,Power\n2022-07-13 02:07:36,100\n2022-07-13 02:07:37,100\n", timezone="UTC")
    assert reading.format == "csv"
    assert reading.total * JOULE_PER_KWH == pytest.approx(100.0)


@given(
    windows=st.lists(
        st.tuples(st.integers(1, 500), st.floats(0.001, 1e5), st.floats(0.001, 1e5)), min_size=1, max_size=20
    )
)
def test_windows_one_after_the_other_add_up(read, windows):
    start, rows = 1_700_000_000, []
    for length, one, other in windows:
        rows.append(f"{start},w,{length},{one!r},{other!r}")
        start += length
    reading = read(HEADER + "\n".join(rows) + "\n")
    kept = [(one, other) for length, one, other in windows if max(one, other) <= 1e6 * length]
    assert reading.total * JOULE_PER_KWH == pytest.approx(sum(map(sum, kept)))
