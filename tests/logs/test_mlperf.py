"""The wall-power log of a real MLPerf submission (Dell R7525, ResNet-50, Server): the meter's own file."""

from datetime import UTC, datetime

import pytest

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log

JOULE_PER_KWH = 3.6e6
WINDOW = ("2021-03-18 19:54:12.181", "2021-03-18 20:04:12.184")  # power_begin and power_end of the submission


@pytest.fixture(scope="module")
def log(mlperf):
    return read_power_log(mlperf, timezone="America/Chicago")


@pytest.fixture(scope="module")
def window(log):
    return read_energy(log.between(*WINDOW))


def test_the_whole_file(log):
    assert read_energy(log).total * JOULE_PER_KWH == pytest.approx(685_659.6, abs=0.05)


def test_the_window_is_integrated_to_both_edges(window):
    # The samples do not fall on the edges: power is interpolated there. Stopping at the first and last sample inside
    # would leave out 0.75 s of about 1 kW: 657,428 J.
    assert window.total * JOULE_PER_KWH == pytest.approx(658_184.1, abs=0.05)


def test_the_window_is_split_at_the_hour(window):
    # 20:00 in Chicago, in summer time, is 01:00 UTC of the next day; 381,227.0 + 276,957.1 = 658,184.1 J.
    joules = [energy * JOULE_PER_KWH for energy in window.hours["energy"]]
    hours = list(window.hours.index.get_level_values("hour"))
    assert joules == pytest.approx([381_227.0, 276_957.1], abs=0.05)
    assert hours == [datetime(2021, 3, 19, 0, tzinfo=UTC), datetime(2021, 3, 19, 1, tzinfo=UTC)]


def test_the_samples_inside_the_window(window):
    assert window.samples == 600


def test_the_window_is_covered_without_a_gap(window):
    # 19:54:12.181 to 20:04:12.184 are 600.003 s.
    assert window.covered_seconds == pytest.approx(600.003, abs=1e-6)
    assert window.gap_seconds == 0.0
    assert window.seconds == pytest.approx(600.003, abs=1e-6)


def test_what_the_window_leaves_out_is_told(window):
    # 685,659.6 - 658,184.1 J
    assert window.outside * JOULE_PER_KWH == pytest.approx(27_475.5, abs=0.1)


def test_the_meter_measures_the_whole_computer(window):
    assert window.covers == ("node",)
    assert list(window.per_device()) == ["wall"]


def test_the_format_is_recognised(log):
    assert log.format == "mlperf-ptdaemon"


def test_a_naive_log_without_a_zone_is_refused(mlperf):
    with pytest.raises(LogError, match=r"no zone.*timezone="):
        read_power_log(mlperf)


def test_a_line_without_power_is_counted_and_not_zero(read, counts):
    # 100 W at 0 s and at 2 s; the line between them cannot be read: 100 W * 2 s = 200 J
    lines = [
        "Time,03-18-2021 19:00:00.000,Watts,100.0,Volts,205.0",
        "Time,03-18-2021 19:00:01.000,Volts,205.0",
        "Time,03-18-2021 19:00:02.000,Watts,100.0,Volts,205.0",
    ]
    reading = read("\n".join(lines) + "\n", timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(200.0)
    assert counts(reading) == {"unreadable line": 1}


def test_a_power_cut_short_at_the_end_of_the_file_is_set_aside(read, counts):
    # The last line was to be 1482.8 W; read as 14 W it would be a wrong number: 100 W over 1 s = 100 J
    lines = [
        "Time,03-18-2021 19:00:00.000,Watts,100.0,Volts,205.0",
        "Time,03-18-2021 19:00:01.000,Watts,100.0,Volts,205.0",
        "Time,03-18-2021 19:00:02.000,Watts,14",
    ]
    reading = read("\n".join(lines), timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(100.0)
    assert counts(reading) == {"unreadable line": 1}


def test_messages_of_the_daemon_between_its_samples_are_counted(read, counts):
    text = "05-31-2024 10:00:00.000: Go with mark 'x'\n" + "".join(
        f"Time,05-31-2024 10:00:0{second}.000,Watts,{watts},Volts,12,Amps,1,PF,-1.0,Mark,x\n"
        for second, watts in ((0, 100), (1, 200))
    )
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(150.0)
    assert counts(reading) == {"unreadable line": 1}
