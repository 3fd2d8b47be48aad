"""``nvidia-smi dmon``: rows with the date are read, rows without one are refused with what they say; ``pmon`` has none.

The rows with date and time are laid out as ``nvidia-smi dmon -o DT`` writes them (``nvidia-smi dmon -h``,
https://docs.nvidia.com/deploy/nvidia-smi/); no recorded file with a licence was found.
"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.energy import read_power_log
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6
HEADER = """#Date       Time        gpu    pwr  gtemp  mtemp     sm    mem
#YYYYMMDD   HH:MM:SS    Idx      W      C      C      %      %
"""


def row(second, gpu, watts):
    return f" 20240531   10:00:{second:02d}      {gpu}   {watts:>4}     55      -    100     10\n"


# 100 W, 200 W and 100 W, ten seconds apart: 3,000 J; the second card draws twice that
ROWS = [row(second, gpu, watts * (gpu + 1)) for second, watts in ((0, 100), (10, 200), (20, 100)) for gpu in (0, 1)]
LOG = HEADER + "".join(ROWS)


def test_each_card_is_integrated(read):
    reading = read(LOG, timezone="UTC")
    joules = {name: energy * JOULE_PER_KWH for name, energy in reading.per_device().items()}
    assert joules == pytest.approx({"0": 3_000.0, "1": 6_000.0})
    assert reading.covers == ("gpu",)
    assert reading.format == "nvidia-smi-dmon"


def test_the_header_comes_again_and_again(read, counts):
    text = HEADER + "".join(ROWS[:2]) + HEADER + "".join(ROWS[2:4]) + HEADER + "".join(ROWS[4:])
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(9_000.0)
    assert counts(reading) == {"repeated header": 2}
    assert reading.dropped == 0


def test_a_dash_is_unknown_and_not_zero(read, counts):
    text = HEADER + row(0, 0, 100) + row(10, 0, "-") + row(20, 0, 100)
    reading = read(text, timezone="UTC", max_gap="1 min")
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_000.0)
    assert counts(reading) == {"not a number": 1}


def test_other_columns_after_a_restart(read):
    text = HEADER + row(0, 0, 100) + row(10, 0, 200)
    text += "#Date       Time        gpu     sm    pwr\n#YYYYMMDD   HH:MM:SS    Idx      %      W\n"
    assert read(text + " 20240531   10:00:20      0    999    100\n", timezone="UTC").total * JOULE_PER_KWH == (
        pytest.approx(3_000.0)
    )


def test_cells_between_commas(read):
    # --format csv
    text = "#Date, Time, gpu, pwr, sm\n#YYYYMMDD, HH:MM:SS, Idx, W, %\n"
    text += "20240531, 10:00:00, 0, 100, 9\n20240531, 10:00:10, 0, 200, 9\n"
    assert read(text, timezone="UTC").total * JOULE_PER_KWH == pytest.approx(1_500.0)


@pytest.mark.parametrize("cut", range(1, len(ROWS[-1])))
def test_a_file_cut_within_its_last_row_loses_that_row_only(read, cut):
    text = HEADER + row(0, 0, 100) + row(10, 0, 200) + row(20, 0, 100)[:cut]
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_500.0)
    assert reading.dropped == 1


def test_a_stamp_before_each_line_is_the_time(read):
    # as "nvidia-smi dmon -s p | ts '%Y-%m-%dT%H:%M:%.S'" writes it
    lines = "# gpu    pwr  gtemp  mtemp\n# Idx      W      C      C\n    0    100     55      -\n    0    200     55      -\n"
    text = "".join(f"2024-05-31T10:00:{n:02d}.500000 {line}\n" for n, line in enumerate(lines.splitlines()))
    # 150 W * 1 s
    assert read(text, timezone="UTC").total * JOULE_PER_KWH == pytest.approx(150.0)


@pytest.mark.parametrize(
    ("name", "mean"), [("h100-80gb-hbm3", 633.6), ("h100-mig", 438.6), ("rtx-2080-super_windows", 97.0)]
)
def test_rows_without_a_time_are_refused_with_their_powers(logs, name, mean):
    with pytest.raises(LogError, match=r"no time stamps.*dmon -s p -o DT") as fault:
        read_power_log(logs / f"nvidia-smi_dmon_{name}.txt", timezone="UTC")
    watts = [float(one.split()[0]) for one in str(fault.value.value).split(", ")]
    assert sum(watts) / len(watts) == pytest.approx(mean)


@pytest.mark.parametrize("header", ["#Time        gpu    pwr\n#HH:MM:SS    Idx      W\n 10:00:00     0    100\n"])
def test_a_time_without_a_date_is_no_time(read, header):
    with pytest.raises(LogError, match=r"no time stamps.*-o DT"):
        read(header, timezone="UTC")


def test_a_log_without_power_says_what_to_record(read):
    with pytest.raises(LogError, match=r"no column of the power.*dmon -s p -o DT"):
        read(
            "#Date       Time        gpu     sm\n#YYYYMMDD   HH:MM:SS    Idx      %\n 20240531   10:00:00     0      1\n"
        )


def test_a_list_of_processes_holds_no_power(logs):
    with pytest.raises(LogError, match=r"pmon.*holds no power.*--query-gpu=timestamp,uuid,power.draw.average"):
        read_power_log(logs / "nvidia-smi_pmon_h100-mig.txt", timezone="UTC")


def test_a_header_and_no_row(read):
    with pytest.raises(LogError, match=r"no row"):
        read(HEADER, timezone="UTC")


@given(
    powers=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1_000)), min_size=1, max_size=40),
    every=st.integers(1, 9),
)
def test_what_is_written_is_read_back(write, powers, every):
    start = datetime(2024, 5, 31, 23, 59, 30)  # noqa: DTZ001 (as the tool writes it)
    text = ""
    for number, (gpu, watts) in enumerate(powers):
        moment = start + timedelta(seconds=number)
        text += HEADER if number % every == 0 else ""
        text += f" {moment:%Y%m%d   %H:%M:%S}      {gpu}   {watts:>4}     55      -    100     10\n"
    (found,) = formats.read(write(text), None, Options("UTC"))
    assert found.frame["power"].tolist() == [float(watts) for _, watts in powers]
    assert found.frame["device"].tolist() == [str(gpu) for gpu, _ in powers]
    assert found.frame["time"].diff().dropna().eq(1_000_000).all()


def test_a_real_log_is_of_this_format_only(logs):
    text = (logs / "nvidia-smi_dmon_h100-mig.txt").read_text()
    assert [name for name, one in formats.FORMATS.items() if one.matches(text)] == ["nvidia-smi-dmon"]


def test_lines_of_other_programs_before_the_table_are_counted(read, counts):
    before = "node n1\n$ nvidia-smi dmon -s p -o DT\n#live\n"
    table = "#Date       Time        gpu   pwr gtemp\n#YYYYMMDD   HH:MM:SS    Idx     W     C\n"
    reading = read(
        before + table + " 20240531   10:00:00      0    50    40\n 20240531   10:00:10      0    70    40\n",
        timezone="UTC",
    )
    assert reading.format == "nvidia-smi-dmon"
    assert reading.total * 3.6e6 == pytest.approx(600.0)
    assert counts(reading)["unreadable line"] == 3
