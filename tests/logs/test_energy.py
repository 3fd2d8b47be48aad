"""``read_energy`` and ``energy``: several files, windows, devices, and what is told about them."""

import numpy as np
import pandas as pd
import pytest

from lca_ai.errors import InputError, LogError
from lca_ai.logs.energy import energy, read_energy, read_power_log
from lca_ai.models.power import PowerLog

JOULE_PER_KWH = 3.6e6


def rows(first, last, *, step=10, watts=100, device="a"):
    return [
        f"2024-05-31T10:{second // 60:02d}:{second % 60:02d}Z,{device},{watts}"
        for second in range(first, last + 1, step)
    ]


def table(*parts, value="power"):
    return f"time,device,{value}\n" + "\n".join(row for part in parts for row in part) + "\n"


@pytest.fixture
def joined(write):
    """Write several files and integrate them as one log."""

    def _joined(*texts, **options):
        paths = [write(text, f"part{number}.csv") for number, text in enumerate(texts)]
        return read_energy(read_power_log(paths, **options))

    return _joined


# --- several files


def test_rotated_files_are_bridged(joined):
    # 100 W from 0 s to 100 s, cut between 40 s and 50 s
    reading = joined(table(rows(0, 40)), table(rows(50, 100)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(10_000.0)
    assert reading.samples == 11


def test_the_order_of_files_does_not_matter(joined):
    assert joined(table(rows(50, 100)), table(rows(0, 40))).total * JOULE_PER_KWH == pytest.approx(10_000.0)


def test_files_may_share_the_sample_at_their_edge(joined, counts):
    reading = joined(table(rows(0, 50)), table(rows(50, 100)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(10_000.0)
    assert reading.samples == 11
    assert counts(reading) == {"duplicate": 1}


def test_a_file_given_twice_counts_once(joined, counts):
    reading = joined(table(rows(0, 100)), table(rows(0, 100)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(10_000.0)
    assert counts(reading) == {"duplicate": 11}


def test_files_of_different_devices_stand_side_by_side(joined):
    reading = joined(table(rows(0, 100)), table(rows(0, 100, device="b", watts=300)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(40_000.0)


def test_files_that_cover_the_same_device_at_the_same_time_are_refused(joined):
    with pytest.raises(LogError, match=r"same device at the same time.*a device column"):
        joined(table(rows(0, 100)), table(rows(5, 105, watts=300)))


def test_a_counter_reset_between_two_files_is_no_energy(joined, counts):
    # 0 -> 100 J, a reset, then 20 -> 50 J; and within the second file 50 -> 10 -> 30 J: 100 + 30 + 20
    first = table(["2024-05-31T10:00:00Z,a,0", "2024-05-31T10:00:10Z,a,100"], value="counter [J]")
    second = [f"2024-05-31T10:01:{n}0Z,a,{joules}" for n, joules in enumerate((20, 50, 10, 30))]
    reading = joined(first, table(second, value="counter [J]"))
    assert reading.total * JOULE_PER_KWH == pytest.approx(150.0)
    assert counts(reading) == {"counter reset": 2}


def test_a_counter_comes_before_the_samples_of_its_device(joined, counts):
    # the counter rises by 700 J in the ten seconds; the samples say 100 W x 10 s = 1,000 J
    counter = ["2024-05-31T10:00:00Z,a,0", "2024-05-31T10:00:10Z,a,700"]
    reading = joined(table(rows(0, 10, device="a")), table(counter, value="counter [J]"))
    assert reading.per_device() == {"a": pytest.approx(700 / JOULE_PER_KWH)}
    assert counts(reading) == {"power beside a counter": 1}


def test_kinds_of_different_devices_stand_side_by_side(joined):
    counter = ["2024-05-31T10:00:00Z,b,0", "2024-05-31T10:00:10Z,b,700"]
    reading = joined(table(rows(0, 10, device="a")), table(counter, value="counter [J]"))
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_700.0)
    assert reading.format == "csv"


def test_files_of_different_formats_may_be_one_log(write):
    # 100 W for 10 s in each, on two devices
    paths = [
        write(
            "timestamp, uuid, power.draw [W]\n2024/05/31 10:00:00, b, 100 W\n2024/05/31 10:00:10, b, 100 W\n", "a.csv"
        ),
        write(table(rows(0, 10)), "b.csv"),
    ]
    log = read_power_log(paths, timezone="UTC")
    assert log.format is None
    assert read_energy(log).total * JOULE_PER_KWH == pytest.approx(2_000.0)


def test_a_computer_and_its_gpus_in_one_log_would_count_twice(write):
    spl = "".join(f"Time,05-31-2024 10:00:{n}0.000,Watts,500.0,Volts,205.0\n" for n in range(3))
    smi = "timestamp, uuid, power.draw [W]\n" + "".join(f"2024/05/31 10:00:{n}0, b, 100 W\n" for n in range(3))
    paths = [write(spl, "spl.txt"), write(smi, "smi.csv")]
    with pytest.raises(LogError, match=r"the whole computer and another a part"):
        read_energy(read_power_log(paths, timezone="UTC"))
    # 600 W * 20 s, where the user says that these are different computers
    both = read_energy(read_power_log(paths, timezone="UTC", covers=["node", "gpu"]))
    assert both.total * JOULE_PER_KWH == pytest.approx(12_000.0)


@pytest.mark.parametrize("many", [list, tuple])
def test_files_come_as_any_sequence(write, many):
    log = read_power_log(many([write(table(rows(0, 10)))]))
    assert len(log.files) == 1


# --- devices of one reading


def test_a_device_with_one_reading_is_noted_beside_the_others(read, counts):
    reading = read(table(rows(0, 100), rows(0, 0, device="b"), rows(50, 50, device="c")))
    assert reading.total * JOULE_PER_KWH == pytest.approx(10_000.0)
    assert counts(reading) == {"device with one reading": 2}
    assert reading.notes[0].detail.endswith("b, c")


def test_a_device_with_two_readings_has_no_note(read):
    assert read(table(rows(0, 100), rows(0, 10, device="b"))).notes == ()


def test_one_reading_of_each_device_is_an_error_that_tells_them(read):
    with pytest.raises(LogError, match=r"one reading per device.*100 W, 300 W"):
        read(table(rows(0, 0), rows(0, 0, device="b", watts=300)))


# --- gaps


def test_a_pause_of_more_than_ten_usual_steps_is_a_gap(read):
    # every 10 s up to 100 s; then from 300 s to 400 s: 100 W * 200 s, and a gap of 200 s
    reading = read(table(rows(0, 100), rows(300, 400)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(20_000.0)
    assert (reading.covered_seconds, reading.gap_seconds) == pytest.approx((200.0, 200.0))
    assert (reading.max_gap, reading.longest_interval) == (100.0, 200.0)


def test_the_user_sets_the_longest_interval(read):
    reading = read(table(rows(0, 100), rows(300, 400)), max_gap="5 min")
    assert reading.total * JOULE_PER_KWH == pytest.approx(40_000.0)
    assert reading.gap_seconds == 0.0


@pytest.mark.parametrize(("limit", "seconds"), [("0.3 s", 0.3), ("1.1 s", 1.1), ("100 ms", 0.1)])
def test_the_longest_interval_is_not_rounded_down(read, limit, seconds):
    assert read(table(rows(0, 100)), max_gap=limit).max_gap == seconds


def test_a_slow_device_beside_a_fast_one_has_no_gap(read):
    # one reads every second, the other every minute
    reading = read(table(rows(0, 600, step=1), rows(0, 600, step=60, device="b")))
    assert reading.gap_seconds == 0.0
    assert reading.per_device() == pytest.approx(dict.fromkeys("ab", 60_000.0 / JOULE_PER_KWH))


# --- windows


@pytest.fixture
def log(write):
    return read_power_log(write(table(rows(0, 100))))


def test_a_window_beyond_the_log_is_a_gap_at_its_edges(log):
    # the log has 100 s of the 200 s
    reading = read_energy(log.between("2024-05-31T09:59:10Z", "2024-05-31T10:02:30Z"))
    assert (reading.covered_seconds, reading.gap_seconds) == pytest.approx((100.0, 100.0))
    assert reading.seconds == 200.0


@pytest.mark.parametrize(
    "window",
    [
        {"start": "2024-05-31T11:00:00Z"},
        {"end": "2024-05-31T09:00:00Z"},
        {"start": "2024-05-31T11:00:00Z", "end": "2024-05-31T12:00:00Z"},
    ],
)
def test_a_window_without_a_reading_names_where_the_readings_are(log, window):
    with pytest.raises(LogError, match=r"no reading.*2024-05-31T10:00:00\+00:00 and 2024-05-31T10:01:40"):
        read_energy(log.replace(**window))


@pytest.mark.parametrize(
    ("window", "joules"), [({"start": "2024-05-31T10:00:25Z"}, 7_500.0), ({"end": "2024-05-31T10:00:25Z"}, 2_500.0)]
)
def test_a_window_may_be_open_at_one_end(log, window, joules):
    assert read_energy(log.replace(**window)).total * JOULE_PER_KWH == pytest.approx(joules)


# --- what is given back


def test_the_table_of_energy(write):
    frame = energy(read_power_log(write(table(rows(0, 100), rows(0, 100, device="b")))))
    assert list(frame.columns) == ["device", "hour", "energy [kWh]", "covered [s]", "gap [s]", "samples"]
    assert list(frame["device"]) == ["a", "b"]
    assert str(frame["hour"].dt.tz) == "UTC"
    assert frame["samples"].tolist() == [11, 11]


def test_the_curve_shows_each_device_in_at_most_two_thousand_points(read):
    reading = read(table(rows(0, 3_599, step=1), rows(0, 50, device="b")))
    sizes = reading.curve.groupby("device").size()
    assert sizes["a"] == 1_800  # every second of 3,600
    assert sizes["b"] == 6


@pytest.mark.parametrize("header", ["counter [J]", "energy [J]"])
def test_the_curve_of_energies_is_their_power(read, header):
    # 50 J more every 10 s: 5 W
    values = range(0, 500, 50) if header.startswith("counter") else [50] * 10
    body = [f"2024-05-31T10:00:{n}0Z,a,{value}" for n, value in zip(range(6), values, strict=False)]
    np.testing.assert_allclose(read(table(body, value=header)).curve["power"], 5.0)


@pytest.mark.parametrize("kind", ["power", "counter [J]", "energy [J]"])
def test_faults_are_counted_whatever_the_kind(read, counts, kind):
    good = [f"2024-05-31T10:00:{second:02d}Z,a,{second}" for second in range(10, 60, 5)]
    bad = [f"2024-05-31T10:00:{second:02d}Z,a,{cell}" for second, cell in enumerate(["nan", "inf", "-inf", "-5", ""])]
    found = counts(read(table(bad, good, value=kind)))
    assert found.pop("interval length assumed", 1) == 1
    assert found == {"not a number": 4, "negative": 1}


def test_an_absurd_power_is_set_aside(read, counts):
    # a megawatt is more than any device draws
    reading = read(table(rows(0, 40), rows(45, 45, watts=1_000_001), rows(50, 100)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(10_000.0)
    assert counts(reading) == {"absurd": 1}


def test_an_absurd_energy_is_set_aside(read, counts):
    text = table(rows(0, 40), rows(50, 50, watts=1e8), rows(60, 100), value="energy [J]")
    assert counts(read(text)) == {"interval length assumed": 1, "absurd": 1}


def test_a_log_may_be_described_before_it_is_there():
    with pytest.raises(InputError, match=r"no such file"):
        read_energy(PowerLog(files="nowhere.csv"))


def test_parquet_and_csv_of_one_log_give_the_same(tmp_path, write):
    text = write(table(rows(0, 100), rows(0, 100, device="b", watts=70)))
    frame = pd.read_csv(text)
    frame["time"] = pd.to_datetime(frame["time"])
    frame.to_parquet(tmp_path / "log.parquet")
    one, other = (read_energy(read_power_log(path)) for path in (text, tmp_path / "log.parquet"))
    pd.testing.assert_frame_equal(one.hours, other.hours)
