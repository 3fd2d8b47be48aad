"""The log of lca_ai's own meter: exact between readings of counters, and nobody's between two recordings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.formats import FORMATS, recognise
from lca_ai.logs.formats.meter_log import cumulative
from lca_ai.logs.records import Options
from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.clock import stamp
from lca_ai.meter.rows import HEADER, event_row, reading_rows

FIRST = 1_717_150_000.0
GPU = Sensor("GPU-1", "gpu", "counter", "node", limit_w=700.0)
NODE = Sensor("node", "node", "power")
DRAM = Sensor("dram-0", "memory", "counter", range_j=1_000.0, limit_w=50.0)
MODEL = Sensor("cpu", "cpu", "model")


def event(at, what, **cells):
    return event_row(at, FIRST + at, what, **cells)


def row(at, sensor, value=float("nan"), *, what="tick", told=False, stage="", fault=""):
    values = {"energy_j" if sensor.kind == "counter" else "power_w": value}
    reading, known = Reading(sensor.name, **values, fault=fault), {sensor.name: sensor} if told else {}
    return reading_rows(at, FIRST + at, what, stage, [reading], known)[0]


def recording(sensor, readings, start="start", *, end=True):
    """One recording of one sensor: ``readings`` are time and value."""
    first = readings[0][0]
    lines = [event(first, start, host="n1", process="7")]
    lines += [row(at, sensor, value, told=not number) for number, (at, value) in enumerate(readings)]
    return "".join(lines + ([event(readings[-1][0], "end")] if end else []))


def joules(reading):
    return {name: value * 3.6e6 for name, value in reading.per_device().items()}


def test_counters_are_exact_whatever_lies_between(read, counts):
    reading = read(HEADER + recording(GPU, [(0, 1_000.0), (1, 1_700.0), (5, 2_000.0), (6, 2_600.0)]))
    assert joules(reading) == {"n1/GPU-1": pytest.approx(1_600.0)}
    assert (reading.format, reading.covers, reading.seconds, reading.occupied) == ("lca-ai-meter", ("gpu",), 6.0, 6.0)
    assert counts(reading) == {}
    assert reading.parents == {"n1/GPU-1": "n1/node"}


def test_power_is_linear_between_readings_and_unknown_over_a_long_gap(read, counts):
    values = [(at, 100.0 + at) for at in range(6)] + [(60, 500.0), (61, 500.0)]
    reading = read(HEADER + recording(NODE, values))
    assert joules(reading) == {"n1/node": pytest.approx(5 * 102.5 + 500.0)}
    assert reading.occupied == 6.0
    assert counts(reading) == {"power not read for long": 1}


def test_a_part_is_not_added_to_its_whole(read):
    lines = [event(0, "start", host="n1")]
    for at in range(4):
        lines += [row(at, NODE, 900.0, told=not at), row(at, GPU, 600.0 * at, told=not at)]
    reading = read(HEADER + "".join(lines))
    assert joules(reading) == {"n1/node": pytest.approx(2_700.0)}
    assert reading.per_nested_device() == {"n1/GPU-1": pytest.approx(1_800.0 / 3.6e6)}
    assert reading.covers == ("node",)


def test_what_a_counter_counts_between_two_recordings_is_nobodys(read, counts):
    text = (
        HEADER
        + recording(GPU, [(0, 0.0), (10, 1_000.0)])
        + recording(GPU, [(11, 500_000.0), (21, 501_000.0)], "resume")
    )
    reading = read(text)
    assert joules(reading) == {"n1/GPU-1": pytest.approx(2_000.0)}
    assert (reading.seconds, reading.occupied) == (21.0, 20.0)
    assert counts(reading) == {"resumed": 1}


def test_power_between_two_recordings_is_nobodys(read):
    text = HEADER + recording(NODE, [(0, 100.0), (1, 100.0)]) + recording(NODE, [(1.5, 100.0), (2.5, 100.0)], "resume")
    assert joules(read(text)) == {"n1/node": pytest.approx(200.0)}


def test_a_recording_that_was_cut_off_ends_with_its_last_reading(read, counts):
    text = HEADER + recording(GPU, [(0, 0.0), (10, 1_000.0)], end=False)
    text += recording(GPU, [(100, 9_000.0), (110, 10_000.0)], "resume", end=False)
    reading = read(text)
    assert joules(reading) == {"n1/GPU-1": pytest.approx(2_000.0)}
    assert counts(reading) == {"resumed": 1, "without an end": 2}


def test_a_counter_goes_through_its_range_and_not_from_one_recording_to_the_next(read, counts):
    text = (
        HEADER
        + recording(DRAM, [(0, 950.0), (10, 990.0), (20, 30.0)])
        + recording(DRAM, [(30, 5.0), (40, 6.0)], "resume")
    )
    reading = read(text)
    assert joules(reading) == {"n1/dram-0": pytest.approx(81.0)}
    assert counts(reading) == {"counter wrapped": 1, "resumed": 1}
    assert reading.covers == ("memory",)


def test_a_reset_is_not_negative_and_its_interval_is_not_known(read):
    reading = read(HEADER + recording(GPU, [(0, 5_000.0), (1, 5_100.0), (2, 50.0), (3, 150.0)]))
    assert joules(reading) == {"n1/GPU-1": pytest.approx(200.0)}
    assert (reading.resets, reading.occupied) == (1, 2.0)


def test_an_interval_in_which_a_counter_may_have_wrapped_more_often_is_not_known(read, counts):
    reading = read(HEADER + recording(DRAM, [(0, 0.0), (60, 500.0), (61, 520.0)]))
    assert joules(reading) == {"n1/dram-0": pytest.approx(20.0)}
    assert counts(reading) == {"wraps not known": 1}


def test_a_reading_that_failed_is_spanned_by_its_neighbours(read):
    lines = [
        event(0, "start", host="n1"),
        row(0, GPU, 0.0, told=True),
        row(1, GPU, fault="GPU is lost"),
        row(2, GPU, 900.0),
    ]
    reading = read(HEADER + "".join(lines))
    assert joules(reading) == {"n1/GPU-1": pytest.approx(900.0)}
    first = reading.notes[0]
    assert (first.what, first.count, first.detail) == ("fault of a sensor", 1, "GPU is lost")


def test_readings_at_edges_of_stages_tell_no_power_of_their_own(read):
    lines = [event(0, "start", host="n1"), row(0, GPU, 0.0, what="start", told=True)]
    lines += [row(at, GPU, 100.0 * at) for at in range(1, 5)]
    lines += [event(4.2, "stage+", stage="a"), row(4.2, GPU, 400.0, what="stage+", stage="a")]
    lines += [event(4.20005, "stage-", stage="a"), row(4.20005, GPU, 470.0, what="stage-", stage="a")]  # 1.4 MW
    lines += [row(5, GPU, 550.0), event(5.0004, "end"), row(5.0004, GPU, 700.0, what="end")]
    reading = read(HEADER + "".join(lines))
    assert joules(reading) == {"n1/GPU-1": pytest.approx(700.0)}
    assert reading.samples == 5
    assert reading.notes == ()


def test_a_model_is_marked(read, counts):
    reading = read(HEADER + recording(MODEL, [(0, 50.0), (1, 50.0)]))
    assert counts(reading) == {"modelled, no sensor": 1}
    assert reading.facts == {"modelled, no sensor": "cpu"}


def test_a_sensor_that_told_nothing_is_named(read):
    lines = [event(0, "start", host="n1"), row(0, GPU, told=True, fault="lost"), row(0, DRAM, 1.0, told=True)]
    reading = read(HEADER + "".join([*lines, row(1, GPU, fault="lost"), row(1, DRAM, 21.0)]))
    assert reading.silent == ("n1/GPU-1",)
    assert joules(reading) == {"n1/dram-0": pytest.approx(20.0)}


def test_a_sensor_that_is_not_described_is_known_by_what_it_tells(read):
    lines = [event(0, "start", host="n1")]
    for at in range(3):
        lines += [row(at, GPU, 100.0 * at), row(at, NODE, 900.0)]
    assert joules(read(HEADER + "".join(lines))) == {
        "n1/GPU-1": pytest.approx(200.0),
        "n1/node": pytest.approx(1_800.0),
    }


def test_several_parts_in_one_counter_are_all_covered(read):
    psys = Sensor("psys", "cpu", "counter", also=("memory",))
    assert read(HEADER + recording(psys, [(0, 0.0), (1, 9.0)])).covers == ("cpu", "memory")


def test_notes_of_the_meter_are_told(read):
    lines = recording(GPU, [(0, 0.0), (1, 100.0)]) + event(1, "note", fault="the wall clock was set back 3600.000 s")
    assert [note.detail for note in read(HEADER + lines).notes] == ["the wall clock was set back 3600.000 s"]


@pytest.mark.parametrize("broken", ["2024-05-31T10:39", "2024-05-31T10:39:13.000000Z,1.0,tick,,GPU-1,9e9", "x"])
def test_a_line_cut_short_is_dropped_and_counted(read, counts, broken):
    text = HEADER + recording(GPU, [(0, 0.0), (1, 100.0)])
    for whole in (text + broken, text + broken + "\n" + recording(GPU, [(5, 0.0), (6, 100.0)], "resume")):
        reading = read(whole)
        assert counts(reading)["row cut short"] == 1
        assert joules(reading)["n1/GPU-1"] == pytest.approx(
            100.0 * whole.count("start,") + 100.0 * whole.count("resume,")
        )


def test_a_time_that_is_none_is_counted(read, counts):
    text = HEADER + recording(GPU, [(0, 0.0), (1, 100.0)]) + row(2, GPU, 300.0).replace("2024", "soon")
    assert counts(read(text))["unreadable time"] == 1


def test_a_log_of_one_reading_has_no_energy(write):
    with pytest.raises(LogError, match="no usable row"):
        read_energy(read_power_log(write(HEADER + recording(GPU, [(0, 1.0)]))))


@pytest.mark.parametrize("rows", ["", "2024-05"])
def test_a_log_without_a_row_is_refused(write, rows):
    with pytest.raises(LogError, match="no whole row"):
        read_power_log(write(HEADER + rows))


def test_the_node_is_the_files_where_the_log_does_not_name_it(read):
    text = HEADER + recording(GPU, [(0, 0.0), (1, 100.0)]).replace(",n1,7\n", ",,\n")
    assert list(joules(read(text, name="power-gpu07.csv"))) == ["gpu07/GPU-1"]


def test_a_folder_is_read_without_what_stands_beside_the_log(tmp_path):
    (tmp_path / "power-n1.csv").write_text(HEADER + recording(GPU, [(0, 0.0), (1, 100.0)]))
    (tmp_path / "power-n2.csv").write_text(HEADER + recording(GPU, [(0, 0.0), (1, 300.0)]).replace(",n1,", ",n2,"))
    (tmp_path / "_meter-n1.json").write_text("{}")
    (tmp_path / ".meter-n1.lock").write_text("")
    reading = read_energy(read_power_log(tmp_path))
    assert joules(reading) == {"n1/GPU-1": pytest.approx(100.0), "n2/GPU-1": pytest.approx(300.0)}


def test_it_is_recognised_and_takes_no_other_log_for_its_own(samples, tmp_path):
    text = HEADER + recording(GPU, [(0, 0.0), (1, 100.0)])
    assert recognise(tmp_path, text, Options()).name == "lca-ai-meter"
    assert [name for name, one in FORMATS.items() if one.matches(text)] == ["lca-ai-meter", "csv"]
    for name, files in samples.items():
        for _, content in files:
            found = FORMATS["lca-ai-meter"].matches(content.decode("utf-8", errors="replace")[:20_000])
            assert found == (name == "lca-ai-meter")


def test_energy_since_the_start_includes_edges_of_stages(tmp_path):
    lines = [event(0, "start", host="n1"), row(0, GPU, 50.0, what="start", told=True)]
    lines += [row(0.5, GPU, 60.0, what="stage+", stage="a"), row(1, GPU, 90.0), event(1, "end")]
    text = HEADER + "".join(lines) + recording(GPU, [(5, 0.0), (6, 7.0)], "resume")
    times, found = cumulative(tmp_path, text)["GPU-1"]
    assert [round(time - FIRST, 6) for time in times] == [0.0, 0.5, 1.0, 5.0, 6.0]
    assert found == [0.0, 10.0, 40.0, 40.0, 47.0]


STEPS = st.lists(st.tuples(st.integers(1, 20_000_000), st.floats(0.0, 600.0)), min_size=1, max_size=30)


@given(st.lists(STEPS, min_size=1, max_size=4), st.lists(st.integers(1, 10**9), min_size=4, max_size=4))
def test_the_energy_of_recordings_is_the_sum_of_their_differences(tmp_path, many, breaks):
    at, total, text = 0, 0.0, HEADER
    for number, (steps, pause) in enumerate(zip(many, breaks, strict=False)):
        counter, readings = 5.0 * number, []
        for length, watts in [(0, 0.0), *steps]:
            at += length
            counter += watts * length / 1e6
            readings.append((at / 1e6, counter))
        total += counter - 5.0 * number
        text += recording(GPU, readings, "resume" if number else "start")
        at += pause
    path = tmp_path / "power-n1.csv"
    path.write_text(text)
    reading = read_energy(read_power_log(path))
    assert reading.total * 3.6e6 == pytest.approx(total, rel=1e-9, abs=1e-6)
    assert reading.occupied == pytest.approx(sum(length for steps in many for length, _ in steps) / 1e6, abs=1e-3)


def test_stamps_are_read_to_the_microsecond(read):
    reading = read(HEADER + recording(GPU, [(0.000001, 0.0), (1.5, 100.0)]))
    assert reading.start.isoformat() == stamp(FIRST + 0.000001).replace("Z", "+00:00")
    assert reading.seconds == pytest.approx(1.499999, abs=1e-9)


def test_a_recording_whose_start_was_lost_is_not_a_cut_off_one(read, counts):
    lines = recording(GPU, [(0, 0.0), (10, 1_000.0)]).splitlines(keepends=True)
    assert counts(read(HEADER + "".join(lines[1:]))) == {}
