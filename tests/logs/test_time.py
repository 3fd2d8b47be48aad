"""Local time stamps: clock changes, order, duplicates. A naive stamp is never guessed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lca_ai.errors import LogError

PARIS = ZoneInfo("Europe/Paris")
# On 2024-10-27 the clock of Paris went from 03:00 summer time (UTC+2) back to 02:00 (UTC+1); on 2024-03-31 from 02:00 to
# 03:00.


def log(start, end, *, minutes=10, zone=PARIS, devices=("gpu",), watts=100):
    """A constant power from ``start`` to ``end`` (UTC), stamped in local time without an offset."""
    stamp, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    rows = []
    while stamp <= last:
        rows += [f"{stamp.astimezone(zone).replace(tzinfo=None).isoformat()},{name},{watts}" for name in devices]
        stamp += timedelta(minutes=minutes)
    return "time,device,power\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param("2024-10-26T23:00Z", "2024-10-27T03:00Z", 4, id="through the repeated hour"),
        pytest.param("2024-10-26T23:00Z", "2024-10-27T00:30Z", 1.5, id="ends in its first pass"),
        pytest.param("2024-10-26T23:00Z", "2024-10-27T01:30Z", 2.5, id="ends in its second pass"),
        pytest.param("2024-10-27T00:30Z", "2024-10-27T03:00Z", 2.5, id="starts in its first pass"),
        pytest.param("2024-10-27T01:20Z", "2024-10-27T03:00Z", 5 / 3, id="starts in its second pass"),
        pytest.param("2024-03-30T23:00Z", "2024-03-31T03:00Z", 4, id="through the hour that is left out"),
        pytest.param("2024-10-26T12:00Z", "2024-10-28T12:00Z", 48, id="the whole day"),
    ],
)
@pytest.mark.parametrize("minutes", [1, 10])
def test_a_clock_change_neither_adds_nor_takes_time(read, start, end, hours, minutes):
    # 100 W for so many true hours
    reading = read(log(start, end, minutes=minutes), timezone="Europe/Paris")
    assert reading.total == pytest.approx(0.1 * hours, rel=1e-12)
    assert reading.start == datetime.fromisoformat(start)
    assert reading.end == datetime.fromisoformat(end)
    assert reading.dropped == 0


def test_four_true_hours_are_exactly_four_times_a_hundred_watt_hours(read):
    reading = read(log("2024-10-26T23:00Z", "2024-10-27T03:00Z"), timezone="Europe/Paris")
    assert reading.total == 0.4
    assert list(reading.hours["energy"])[:4] == [0.1] * 4


def test_each_device_passes_the_hour_on_its_own(read):
    text = log("2024-10-26T23:00Z", "2024-10-27T03:00Z", devices=("a", "b"))
    assert read(text, timezone="Europe/Paris").per_device() == pytest.approx({"a": 0.4, "b": 0.4})


def test_devices_one_after_the_other_pass_the_hour_on_their_own(read):
    a, b = (log("2024-10-26T23:00Z", "2024-10-27T03:00Z", devices=(name,)) for name in "ab")
    assert read(a + b.split("\n", 1)[1], timezone="Europe/Paris").per_device() == pytest.approx({"a": 0.4, "b": 0.4})


def test_the_clock_changes_of_two_years(read):
    text = log("2023-10-28T00:00Z", "2024-10-28T00:00Z", minutes=20)
    # 366 days of 24 h
    assert read(text, timezone="Europe/Paris").total == pytest.approx(0.1 * 366 * 24)


def test_a_clock_that_goes_back_half_an_hour(read):
    # Lord Howe Island, 2024-04-06 15:00 UTC: from UTC+11 to UTC+10:30
    text = log("2024-04-06T13:00Z", "2024-04-06T17:00Z", zone=ZoneInfo("Australia/Lord_Howe"))
    assert read(text, timezone="Australia/Lord_Howe").total == pytest.approx(0.4)


def test_a_log_within_the_repeated_hour_is_not_guessed(read):
    text = log("2024-10-27T00:10Z", "2024-10-27T00:50Z")
    with pytest.raises(LogError, match=r"happens twice in Europe/Paris.*2024-10-27 02:10:00.*offset"):
        read(text, timezone="Europe/Paris")


def test_a_row_out_of_order_in_the_repeated_hour_is_no_clock_change(read):
    stamps = ["01:50", "02:00", "02:20", "02:10", "02:30", "02:40"]
    rows = [f"2024-10-27T{stamp}:00,100" for stamp in stamps]
    with pytest.raises(LogError, match=r"happens twice"):
        read("time,power\n" + "\n".join(rows) + "\n", timezone="Europe/Paris")


def test_a_local_time_that_does_not_exist_is_named(read):
    rows = [f"2024-03-31T{stamp}:00,100" for stamp in ("01:50", "02:30", "03:10")]
    with pytest.raises(LogError, match=r"does not exist in Europe/Paris.*2024-03-31 02:30:00"):
        read("time,power\n" + "\n".join(rows) + "\n", timezone="Europe/Paris")


def test_stamps_with_offsets_need_no_zone_and_pass_the_hour(read):
    rows = [f"2024-10-27T{stamp},100" for stamp in ("02:30:00+02:00", "02:00:00+01:00", "02:30:00+01:00")]
    assert read("time,power\n" + "\n".join(rows) + "\n").total == pytest.approx(0.1)


def rows(*cells):
    return "time,power\n" + "\n".join(f"2024-05-31T10:00:{second:02d}Z,{watts}" for second, watts in cells) + "\n"


def test_rows_out_of_order_are_sorted_and_counted(read, counts):
    # 0 W at 0 s, 100 W at 10 s, 0 W at 20 s: 50 W * 20 s
    reading = read(rows((0, 0), (20, 0), (10, 100)))
    assert reading.total * 3.6e6 == pytest.approx(1_000.0)
    assert counts(reading) == {"out of order": 1}
    assert reading.dropped == 0


def test_a_row_that_is_there_twice_counts_once(read, counts):
    cells = [(second, 100) for second in range(0, 50, 5)]
    reading = read(rows(*cells, cells[-1]))
    assert reading.total * 3.6e6 == pytest.approx(4_500.0)
    assert counts(reading) == {"duplicate": 1}


def test_the_first_of_two_values_at_one_time_is_kept_and_the_other_counted(read, counts):
    cells = [(second, 100) for second in range(0, 50, 5)]
    reading = read(rows(*cells, (45, 900)))
    assert reading.total * 3.6e6 == pytest.approx(4_500.0)
    assert counts(reading) == {"conflicting duplicate": 1}


def test_a_file_appended_to_itself_counts_once(read, counts):
    cells = [(second, 100) for second in range(0, 50, 5)]
    reading = read(rows(*cells, *cells))
    assert reading.total * 3.6e6 == pytest.approx(4_500.0)
    assert counts(reading) == {"out of order": 1, "duplicate": 10}


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:00Z", "2924-05-31T10:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_clock_that_was_not_set_is_set_aside(read, counts, stamp):
    reading = read(rows((0, 100), (10, 100)) + f"{stamp},100\n")
    assert reading.total * 3.6e6 == pytest.approx(1_000.0)
    assert counts(reading).get("implausible time") == 1
