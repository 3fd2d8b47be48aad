"""A log read in pieces gives what the same log read whole gives: any pieces, any order, faults and windows included."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from lca_ai.errors import LogError
from lca_ai.logs import chunks, stream
from lca_ai.logs import pieces as files
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.records import Options
from lca_ai.logs.sheet import sheets_of

START = 1_700_000_000_000_000
SECOND = 1_000_000
JOULE_PER_KWH = 3.6e6


def write(frame: pd.DataFrame, path, rows: int = 1_000, device: str = "device"):
    """Write a log as Parquet, in row groups of some rows."""
    table = pa.table(
        {
            "time": pa.array(frame["time"].to_numpy(), pa.timestamp("us", tz="UTC")),
            device: pa.array(frame["device"]).dictionary_encode(),
            "power [W]" if "power" in frame else "counter [J]": pa.array(frame.iloc[:, 2].to_numpy("float64")),
        }
    )
    parquet.write_table(table, path, row_group_size=rows)
    return path


def samples(devices: int = 3, length: int = 4_000, seed: int = 1, kind: str = "power") -> pd.DataFrame:
    """One reading a second of each device, a little off the second, over more than an hour."""
    rng = np.random.default_rng(seed)
    parts = []
    for device in range(devices):
        time = START + np.arange(length) * SECOND + rng.integers(0, 200_000, length)
        value = rng.uniform(50, 700, length)
        parts.append(
            pd.DataFrame(
                {"time": time, "device": f"gpu {device}", kind: np.cumsum(value) if kind == "counter" else value}
            )
        )
    return pd.concat(parts, ignore_index=True)


def streamed(*paths, window=(None, None), max_gap=None, **options):
    pieces = stream.pieces_of(paths, Options(**options), least_rows=0)
    assert pieces is not None
    return stream.read(pieces, window=window, max_gap=max_gap)


def whole(*paths, window=(None, None), **options):
    log = read_power_log(list(paths), **options)
    moments = [None if edge is None else datetime.fromtimestamp(edge / SECOND, UTC) for edge in window]
    return read_energy(log.replace(start=moments[0], end=moments[1]))


def same(part: stream.Streamed, reading) -> None:
    """The same energy, covered and gap seconds and readings, per device and hour."""
    hours = part.closed.hours.reset_index()
    hours["hour"] = pd.to_datetime(hours["hour"], unit="us", utc=True)
    table = hours.set_index(["device", "hour"]).sort_index()
    other = reading.hours.reindex(table.index, fill_value=0.0)
    np.testing.assert_allclose(table["energy"] / JOULE_PER_KWH, other["energy"], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(table["covered"], other["covered"], rtol=1e-9, atol=1e-6)
    np.testing.assert_array_equal(table["samples"], other["samples"])


@pytest.mark.parametrize("kind", ["power", "counter"])
@pytest.mark.parametrize("rows", [37, 1_000, 1_000_000])
@pytest.mark.parametrize("order", ["device", "time"])
def test_pieces_give_what_the_whole_gives(tmp_path, kind, rows, order):
    frame = samples(kind=kind).sort_values([order, "time"], kind="stable")
    path = write(frame, tmp_path / "log.parquet", rows)
    same(streamed(path), whole(path))


def test_devices_in_turn_in_one_order_are_turned_and_not_sorted(tmp_path):
    """Three devices, 100, 200 and 300 W for 3,999 s: 2,399.4 kJ, by hand."""
    time = np.repeat(START + np.arange(4_000) * SECOND, 3)
    frame = pd.DataFrame({"time": time, "device": ["a", "b", "c"] * 4_000, "power": [100.0, 200.0, 300.0] * 4_000})
    found = streamed(write(frame, tmp_path / "log.parquet", 3_000))
    assert found.closed.hours["energy"].groupby("device").sum().to_dict() == pytest.approx(
        {"a": 399_900.0, "b": 799_800.0, "c": 1_199_700.0}
    )


def test_a_window_is_cut_at_its_very_edges(tmp_path):
    frame = samples()
    window = (START + 100 * SECOND + 12_345, START + 3_650 * SECOND + 500_000)
    path = write(frame, tmp_path / "log.parquet", 500)
    found = streamed(path, window=window)
    reading = whole(path, window=window)
    same(found, reading)
    outside = sum(found.part.outside)
    assert found.closed.hours["energy"].sum() + outside == pytest.approx(streamed(path).closed.hours["energy"].sum())


def test_gaps_are_counted_and_nothing_is_invented_in_them(tmp_path):
    frame = samples(1)
    frame = frame[(frame["time"] < START + 1_000 * SECOND) | (frame["time"] > START + 2_000 * SECOND)]
    path = write(frame, tmp_path / "log.parquet", 300)
    found = streamed(path)
    same(found, whole(path))
    assert found.closed.hours["gap"].sum() == pytest.approx(1_000, abs=2)


def test_faults_are_set_aside_and_counted(tmp_path):
    frame = samples(2)
    frame.loc[10, "power"] = np.nan
    frame.loc[20, "power"] = -5.0
    frame.loc[30, "power"] = 1e9
    frame.loc[40, "time"] = 0
    path = write(frame, tmp_path / "log.parquet", 500)
    found = streamed(path)
    reading = whole(path)
    same(found, reading)
    told = {note.what: note.count for note in found.part.notes}
    assert told == {note.what: note.count for note in reading.notes}
    assert set(told) == {"not a number", "negative", "absurd", "implausible time"}


def test_rows_out_of_order_across_pieces_are_sorted(tmp_path):
    frame = samples(2)
    shuffled = frame.sample(frac=1.0, random_state=3)
    path = write(shuffled, tmp_path / "log.parquet", 500)
    same(streamed(path), whole(path))


def test_late_rows_touch_only_the_pieces_they_overlap(tmp_path):
    frame = samples(1).sort_values("time", ignore_index=True)
    late = frame.iloc[[100]]
    frame = pd.concat([frame.drop(index=100), late], ignore_index=True)
    path = write(frame, tmp_path / "log.parquet", 500)
    same(streamed(path), whole(path))


def test_files_of_a_log_join_and_what_one_repeats_counts_once(tmp_path):
    frame = samples(2).sort_values("time", ignore_index=True)
    one = write(frame.iloc[:5_000], tmp_path / "a.parquet", 700)
    other = write(frame.iloc[4_500:], tmp_path / "b.parquet", 700)
    found = streamed(other, one)
    same(found, whole(one, other))
    assert {note.what: note.count for note in found.part.notes} == {"duplicate": 500}


def test_files_that_cover_one_device_at_one_time_are_refused(tmp_path):
    one = write(samples(1, seed=1), tmp_path / "a.parquet", 700)
    other = write(samples(1, seed=2), tmp_path / "b.parquet", 700)
    with pytest.raises(LogError, match="same device at the same time"):
        streamed(one, other)


def test_a_counter_that_starts_again_between_pieces_is_a_reset(tmp_path):
    """0 to 99 J, then from 0 again: 99 + 99 J; what was used across the reset is not known."""
    time = START + np.arange(200) * SECOND
    frame = pd.DataFrame({"time": time, "device": "a", "counter": [*range(100), *range(100)]})
    for rows in (100, 70):
        found = streamed(write(frame, tmp_path / f"{rows}.parquet", rows))
        assert found.closed.hours["energy"].sum() == pytest.approx(198.0)
        assert [note.what for note in found.part.notes] == ["counter reset"]


def test_csv_in_blocks_is_the_same_as_whole(tmp_path, monkeypatch):
    frame = samples(3)
    path = tmp_path / "log.csv"
    stamps = pd.to_datetime(frame["time"], unit="us", utc=True).dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    pd.DataFrame({"time": stamps, "device": frame["device"], "power": frame["power"]}).to_csv(path, index=False)
    reading = whole(path)
    monkeypatch.setattr(files, "BLOCK_BYTES", 10_000)
    pieces = stream.pieces_of([path], Options(), least_rows=0)
    assert len(pieces) > 20
    same(stream.read(pieces), reading)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(1, 4), st.randoms(use_true_random=False))
def test_any_pieces_give_the_same_energy(tmp_path_factory, rows, devices, random):
    folder = tmp_path_factory.mktemp("pieces")
    frame = samples(devices, 200, seed=random.randint(0, 99))
    edges = sorted(random.sample(range(1, len(frame)), 2))
    ordered = frame.sort_values(["time"], ignore_index=True)
    files = [ordered.iloc[a:b] for a, b in zip([0, *edges], [*edges, len(frame)], strict=True)]
    paths = [write(part, folder / f"{number}.parquet", rows) for number, part in enumerate(files)]
    random.shuffle(paths)
    reference = streamed(write(frame, folder / "whole.parquet", 10**6), max_gap=10 * SECOND)
    found = streamed(*paths, max_gap=10 * SECOND)
    assert found.closed.hours["energy"].sum() == pytest.approx(reference.closed.hours["energy"].sum(), rel=1e-9)
    pd.testing.assert_series_equal(
        found.closed.hours["samples"].sort_index(), reference.closed.hours["samples"].sort_index()
    )


def test_the_cadence_does_not_depend_on_the_order_of_files(tmp_path):
    one = write(samples(1, seed=1), tmp_path / "a.parquet")
    slow = samples(1, seed=2).assign(time=lambda f: START + 10**10 + np.arange(len(f)) * 10 * SECOND)
    other = write(slow, tmp_path / "b.parquet")
    first, second = (stream.pieces_of(paths, Options(), least_rows=0) for paths in ([one, other], [other, one]))
    assert stream.cadence(first) == stream.cadence(second)


def in_turns(devices: int, length: int, missing, kind: str = "power") -> pd.DataFrame:
    """Devices read in turn once a second, a millisecond apart; the readings at some places of the log are missing."""
    tick, device = np.divmod(np.arange(devices * length), devices)
    value = np.random.default_rng(3).uniform(50, 700, devices * length)
    if kind == "counter":
        value = np.cumsum(value.reshape(length, devices), axis=0).ravel()
    time = START + tick * SECOND + device * 1_000
    frame = pd.DataFrame({"time": time, "device": [f"gpu {one:02}" for one in device], kind: value})
    return frame.drop(index=list(missing)).reset_index(drop=True)


@pytest.mark.parametrize("kind", ["power", "counter"])
@pytest.mark.parametrize(
    ("missing", "holes"),
    [([100], 1), ([100, 108, 116, 500, 501], 5), ([3, 11, 100], 1), ([20, 7_999], 1), (range(800, 1_300), None)],
    ids=["one", "three of a device, two of a turn", "and of the first turns", "and of the last turn", "too many"],
)
def test_turns_from_which_readings_are_missing(tmp_path, kind, missing, holes):
    """Those within are filled in on the line, and counted as missing; the others are left out. 8 devices, 1,000 s."""
    frame = in_turns(8, 1_000, missing, kind)
    path = write(frame, tmp_path / "log.parquet", 8_000)
    [chunk] = [
        chunk for piece in stream.pieces_of([path], Options(), least_rows=0) for chunk in chunks.chunks_of(piece)
    ]
    found = [(len(rows.time), sheet.width, len(sheet.holes)) for rows, sheet in sheets_of(chunk, 10 * SECOND)]
    assert sum(rows for rows, _, _ in found) == len(frame)
    if holes is None:
        assert found == [(7_500, 1, 0)]
    else:
        assert found[0][1:] == (8, holes)
    same(streamed(path), whole(path))
    assert streamed(path).closed.longest == pytest.approx(whole(path).longest_interval)


def test_an_outage_longer_than_the_longest_interval_is_not_filled_in(tmp_path):
    """Device 3 of 8 is silent for 20 s where 10 s count: 999 - 21 s of it are covered, and 21 s are a gap."""
    frame = in_turns(8, 1_000, range(8 * 100 + 3, 8 * 120 + 3, 8))
    path = write(frame, tmp_path / "log.parquet", 8_000)
    hours = streamed(path, max_gap=10 * SECOND).closed.hours.groupby("device").sum()
    assert hours.loc["gpu 03", ["covered", "gap", "samples"]].tolist() == [978.0, 21.0, 980.0]
    assert hours.loc["gpu 04", ["covered", "gap", "samples"]].tolist() == [999.0, 0.0, 1_000.0]


@pytest.mark.parametrize("turns", [1_000, 9_600])
def test_a_device_that_joins_later_is_not_taken_for_another(tmp_path, turns):
    """Device 7 of 8 joins after some turns, of which one reading is missing: soon, or when the order seems known."""
    frame = in_turns(8, turns + 100, [50, *range(7, 8 * turns, 8)])
    path = write(frame, tmp_path / "log.parquet", 100_000)
    hours = streamed(path, max_gap=10 * SECOND).closed.hours.groupby("device").sum()
    assert hours["samples"].tolist() == [turns + 100.0] * 2 + [turns + 99.0] + [turns + 100.0] * 4 + [100.0]
    same(streamed(path), whole(path))


def test_the_device_of_a_row_group_that_has_one_is_not_read(tmp_path):
    """Its name is in the statistics of the row group."""
    frame = samples(3)
    path = write(frame, tmp_path / "log.parquet", 4_000)
    pieces = stream.pieces_of([path], Options(), least_rows=0)
    assert [(piece.device, piece.name) for piece in pieces] == [(None, f"gpu {one}") for one in range(3)]
    same(stream.read(pieces), whole(path))
    two = stream.pieces_of([write(frame, tmp_path / "two.parquet", 6_000)], Options(), least_rows=0)
    assert [piece.device for piece in two] == ["device", "device"]
    frame.loc[[5, 4_007], "device"] = None  # a missing name is none of the others
    missing = write(frame, tmp_path / "missing.parquet", 4_000)
    found = streamed(missing)
    assert [(note.what, note.count) for note in found.part.notes] == [("no device", 1), ("no device", 1)]
    same(found, whole(missing))


@pytest.mark.parametrize("apart", ["readings", "devices"])
def test_a_log_whose_hours_do_not_fit_into_memory_is_refused_in_pieces_too(tmp_path, apart):
    """1,000 devices over 30 years are 263 million hours: of 2 readings each 30 years apart, or half of them earlier."""
    years = 30 * 365 * 24 * 3_600 * SECOND
    device = np.repeat(np.arange(1_000), 2)
    second = np.tile([0, years if apart == "readings" else SECOND], 1_000)
    shift = 0 if apart == "readings" else (device % 2) * years
    frame = pd.DataFrame({"time": START + second + shift, "device": device.astype("str"), "power": 100.0})
    path = write(frame, tmp_path / "log.parquet", 100)
    with pytest.raises(LogError, match="their hours do not fit into memory"):
        streamed(path, max_gap=10 * SECOND)
    with pytest.raises(LogError, match="their hours do not fit into memory"):
        whole(path, max_gap="10 s")


@pytest.mark.parametrize("time", ["17171496001717149600", "-1e300", "inf"])
def test_a_time_too_far_off_for_microseconds_is_implausible(tmp_path, time):
    path = tmp_path / "log.csv"
    path.write_text(f"time [s],power\n1717149600,100\n{time},100\n1717149610,100\n")
    reading = read_energy(read_power_log(path), keep=tmp_path / "kept")
    assert reading.total * 3.6e6 == pytest.approx(1_000.0)
    assert [note.what for note in reading.notes] == ["implausible time"]


def test_a_time_is_not_back_among_the_others_after_64_bits_of_microseconds(tmp_path):
    far = 1_717_149_605 + 2**64 // 10**6 + 1
    path = tmp_path / "log.parquet"
    parquet.write_table(
        pa.table({"time [s]": [1_717_149_600, far, 1_717_149_610], "power": [100.0, 900.0, 100.0]}), path
    )
    reading = read_energy(read_power_log(path), keep=tmp_path / "kept")
    assert reading.total * 3.6e6 == pytest.approx(1_000.0)
    assert [note.what for note in reading.notes] == ["implausible time"]


def test_a_csv_with_other_line_ends_is_read_in_pieces_or_whole_alike(tmp_path):
    path = tmp_path / "log.csv"
    rows = "time,device,power\r2024-05-31T10:00:00Z,a,100\r2024-05-31T10:00:10Z,a,100"
    for text in (rows, rows + "\n2024-05-31T10:00:20Z,a,100\n", rows.replace("\r", "\r\n")):
        path.write_bytes(text.encode())
        whole = read_energy(read_power_log(path))
        pieces = read_energy(read_power_log(path), keep=tmp_path / "kept")
        assert pieces.total == whole.total > 0


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        pytest.param(pa.array([3.0, None, 3.0, 3.0]), "3", id="an index beside an empty cell"),
        pytest.param(pa.array([0.5, float("nan"), 0.5, 0.5]), "0.5", id="a fraction"),
        pytest.param(pa.array([-0.0] * 4), "0", id="minus zero"),
        pytest.param(pa.array([b"a "] * 4), "a", id="bytes"),
        pytest.param(pa.array([True] * 4), "True", id="a truth value"),
    ],
)
def test_a_device_has_one_name_in_pieces_and_whole(tmp_path, cells, name):
    path = tmp_path / "log.parquet"
    times = [1_717_149_600, 1_717_149_605, 1_717_149_610, 1_717_149_620]
    parquet.write_table(pa.table({"time [s]": times, "gpu": cells, "power": [100.0] * 4}), path)
    for keep in (None, tmp_path / "kept"):
        assert read_energy(read_power_log(path), keep=keep).per_device() == pytest.approx({name: 2_000 / JOULE_PER_KWH})


def test_bytes_that_are_no_text_name_no_device(tmp_path):
    path = tmp_path / "log.parquet"
    parquet.write_table(pa.table({"time [s]": [1_717_149_600], "gpu": [b"\xff"], "power": [100.0]}), path)
    for keep in (None, tmp_path / "kept"):
        with pytest.raises(LogError, match=r"log\.parquet: gpu: a cell is not text"):
            read_energy(read_power_log(path), keep=keep)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_the_cadence_of_each_device_of_a_log_in_the_order_of_devices(tmp_path, monkeypatch, form):
    """A GPU each second, a PDU each minute: its readings are no gaps, though it is not at the head of the file."""
    monkeypatch.setattr(files, "BLOCK_BYTES", 4_000)
    rows = [("gpu", second) for second in range(600)] + [("pdu", 60 * minute) for minute in range(40)]
    frame = pd.DataFrame(rows, columns=["device", "time"]).assign(power=100.0)
    frame["time"] = pd.to_datetime(START + frame["time"] * SECOND, unit="us", utc=True)
    path = tmp_path / f"log.{form}"
    if form == "parquet":
        frame.to_parquet(path, row_group_size=100)
    else:
        frame.to_csv(path, index=False)
    found = read_energy(read_power_log(path), keep=tmp_path / "kept")
    assert {name: kwh * 3.6e6 for name, kwh in found.per_device().items()} == pytest.approx(
        {"gpu": 59_900.0, "pdu": 234_000.0}
    )


def test_a_csv_of_a_long_header_is_read_to_its_end(tmp_path):
    """The rows are guessed by the length of the header: this must not change what is read."""
    others = {f"temperature_of_the_memory_{number:03d}": 40 for number in range(60)}
    times = pd.to_datetime(START + np.arange(60_000) * SECOND, unit="us", utc=True)
    frame = pd.DataFrame({"time": times, "device": "a", "power": 100.0, **others})
    frame.to_csv(tmp_path / "log.csv", index=False)
    found = read_energy(read_power_log(tmp_path / "log.csv"), keep=tmp_path / "kept")
    assert (found.samples, found.total * 3.6e6) == (60_000, pytest.approx(5_999_900.0))
