"""What a user sees: a window, its stages and energies, whichever way it is opened."""

import asyncio
import json
import math
import subprocess
import sys
import threading
import time

import pytest
from scripted import Growing, Nothing, Ramp, Scripted

import lca_ai as lca
from lca_ai.errors import InputError, LcaAiError
from lca_ai.logs.energy import read_energy

WATTS = 350.0
JOULE = 1 / 3.6e6


def _measure(folder, source=None, every="20 ms", **options):
    return lca.measure(folder, [source or Scripted()], every, **options)


def _joules(window):
    return window.energy.to("J").magnitude


@pytest.fixture(params=[False, True], ids=["thread", "process"])
def process(request):
    return request.param


def test_the_energy_of_a_window_is_that_of_its_counters(tmp_path, process):
    with _measure(tmp_path, process=process) as window:
        time.sleep(0.3)
        so_far = _joules(window)
    assert so_far == pytest.approx(WATTS * 0.3, rel=0.5)
    assert _joules(window) == pytest.approx(WATTS * window.seconds, rel=0.02)
    assert so_far < _joules(window)
    assert window.devices == {
        "GPU-0": pytest.approx(_joules(window) * 100 / 350), "GPU-1": pytest.approx(_joules(window) * 250 / 350)
    }  # fmt: skip
    assert window.quality.recorder == ("a process of its own" if process else "this process")
    assert window.end > window.start


def test_the_log_tells_the_same_energy(tmp_path, process):
    with _measure(tmp_path, process=process) as window:
        for name in ("a", "b"):
            with window.stage(name):
                time.sleep(0.1)
    reading = read_energy(window.log)
    assert reading.total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)
    assert read_energy(lca.read_power_log(tmp_path)).total == reading.total
    assert reading.covers == ("gpu",)
    assert reading.notes == ()
    assert len(reading.per_device()) == 2
    assert all(name.endswith(("/GPU-0", "/GPU-1")) for name in reading.per_device())


def test_own_energies_of_nested_stages_add_to_the_whole(tmp_path, process):
    with _measure(tmp_path, process=process) as window:
        for _ in range(3):
            with window.stage("epoch"):
                with window.stage("forward"):
                    time.sleep(0.02)
                with window.stage("validation"):
                    time.sleep(0.01)
        with window.stage("save"):
            pass
    table = window.stages
    assert table["path"].tolist() == [".", *["epoch", "epoch/forward", "epoch/validation"] * 3, "save"]
    whole = window.energy.to("kWh").magnitude
    assert table["energy [kWh]"].iloc[0] == whole
    assert math.fsum(table["own energy [kWh]"]) == pytest.approx(whole, rel=1e-9)
    for first in (1, 4, 7):
        inside = table["energy [kWh]"].iloc[first + 1 : first + 3].sum()
        assert table["own energy [kWh]"].iloc[first] == pytest.approx(table["energy [kWh]"].iloc[first] - inside)
    expected = table["seconds"] * WATTS * JOULE
    assert table["energy [kWh]"].to_numpy() == pytest.approx(expected.to_numpy(), abs=WATTS * JOULE * 0.01)
    assert (table["end"] >= table["start"]).all()


def test_a_stage_may_be_begun_again(tmp_path):
    with _measure(tmp_path) as window:
        outer, inner = window.stage("outer"), window.stage("inner")
        for _ in range(2):
            with outer, inner:
                time.sleep(0.02)
        with inner:
            time.sleep(0.02)
    assert window.stages["path"].tolist() == [".", "outer", "outer/inner", "outer", "outer/inner", "inner"]
    assert math.fsum(window.stages["own energy [kWh]"]) == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)
    assert (inner.path, outer.path) == ("inner", "outer")


def test_stages_are_in_the_log_with_what_the_counters_said(tmp_path, rows):
    with _measure(tmp_path, every="10 s") as window, window.stage("a, b"):
        time.sleep(0.01)
    found = [(row["event"], row["stage"], row["sensor"]) for row in rows(tmp_path)]
    assert found == [
        (event, stage, sensor)
        for event, stage in (("start", ""), ("stage+", "a; b"), ("stage-", "a; b"), ("end", ""))
        for sensor in ("", "GPU-0", "GPU-1")
    ]
    first, *_, last = (row for row in rows(tmp_path) if row["sensor"] == "GPU-1")
    assert float(last["energy_j"]) - float(first["energy_j"]) == window.devices["GPU-1"]
    assert (first["kind"], first["covers"], last["kind"]) == ("counter", "gpu", "")


def test_a_stage_that_goes_on_has_what_it_used_so_far(tmp_path):
    with _measure(tmp_path) as window, window.stage("a"):
        time.sleep(0.05)
        table = window.stages
        assert table["end"].isna().tolist() == [True, True]
        assert table["energy [kWh]"].iloc[1] > 0.04 * WATTS * JOULE
    assert window.stages["end"].notna().all()


def test_stages_of_threads_share_what_they_draw_at_the_same_time(tmp_path):
    def work(window, barrier):
        with window.stage("work"):
            barrier.wait()
            time.sleep(0.1)
            barrier.wait()

    barrier = threading.Barrier(2)
    with _measure(tmp_path) as window:
        threads = [threading.Thread(target=work, args=(window, barrier)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    table = window.stages
    assert table["path"].tolist() == [".", "work", "work"]
    own = table["own energy [kWh]"]
    assert math.fsum(own) == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)
    assert own.iloc[1] == pytest.approx(own.iloc[2], rel=0.1)
    assert own.iloc[1] == pytest.approx(table["energy [kWh]"].iloc[1] / 2, rel=0.1)


def test_stages_of_tasks_lie_within_their_own(tmp_path):
    async def work(window, name):
        with window.stage(name):
            await asyncio.sleep(0.01)
            with window.stage("inner"):
                await asyncio.sleep(0.02)

    async def both(window):
        await asyncio.gather(work(window, "a"), work(window, "b"))

    with _measure(tmp_path) as window:
        asyncio.run(both(window))
    assert sorted(window.stages["path"]) == [".", "a", "a/inner", "b", "b/inner"]
    assert math.fsum(window.stages["own energy [kWh]"]) == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)


def test_an_exception_is_recorded_and_goes_on(tmp_path, process, rows):
    with pytest.raises(ValueError, match="of the block"), _measure(tmp_path, process=process) as window:  # noqa: SIM117
        with window.stage("a"):
            raise ValueError("of the block")
    ends = [row for row in rows(tmp_path) if row["event"] in {"stage-", "end"} and not row["sensor"]]
    assert [row["fault"] for row in ends] == ["ValueError: of the block"] * 2
    assert math.fsum(window.stages["own energy [kWh]"]) == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)


def test_it_is_used_again_and_what_lies_between_is_nobodys(tmp_path, process, rows):
    measure, windows = _measure(tmp_path, process=process), []
    for _ in range(3):
        with measure as window:
            time.sleep(0.05)
        windows.append(window)
        time.sleep(0.3)
    whole = read_energy(lca.read_power_log(tmp_path))
    assert whole.total == pytest.approx(sum(one.energy.to("kWh").magnitude for one in windows), rel=1e-9)
    assert whole.occupied == pytest.approx(sum(one.seconds for one in windows), abs=0.01)
    assert [row["event"] for row in rows(tmp_path) if row["event"] in {"start", "resume", "end"} and not row["sensor"]] == [
        "start", "end", "resume", "end", "resume", "end"
    ]  # fmt: skip
    each = [read_energy(one.log).total for one in windows[1:]]
    assert each == pytest.approx([one.energy.to("kWh").magnitude for one in windows[1:]], rel=1e-5)
    assert measure.last is windows[-1]


def test_windows_within_windows_share_a_recording(tmp_path, rows):
    measure = _measure(tmp_path)
    with measure as outer:
        time.sleep(0.03)
        with measure as inner:
            time.sleep(0.03)
        with _measure(tmp_path) as other:
            time.sleep(0.03)
        time.sleep(0.03)
    assert 0 < inner.seconds < other.seconds + inner.seconds < outer.seconds
    for window in (outer, inner, other):
        assert _joules(window) == pytest.approx(WATTS * window.seconds, rel=0.1)
    assert sum(row["event"] == "start" and not row["sensor"] for row in rows(tmp_path)) == 1
    assert read_energy(lca.read_power_log(tmp_path)).total == pytest.approx(outer.energy.to("kWh").magnitude, rel=1e-9)


def test_a_window_may_end_before_the_one_within_it(tmp_path):
    measure = _measure(tmp_path)
    first, second = measure.start(), measure.start()
    measure.stop(first)
    time.sleep(0.05)
    assert second.end is None
    measure.stop(second)
    assert _joules(second) > _joules(first)


def test_threads_end_their_own_windows(tmp_path):
    measure, windows = _measure(tmp_path), {}

    def work(name, pause):
        with measure as window:
            windows[name] = window
            time.sleep(pause)

    threads = [threading.Thread(target=work, args=(pause, pause)) for pause in (0.1, 0.3, 0.2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [windows[pause].seconds for pause in (0.1, 0.2, 0.3)] == pytest.approx([0.1, 0.2, 0.3], abs=0.09)


def test_a_window_is_started_and_stopped_without_a_block(tmp_path):
    measure = _measure(tmp_path)
    with pytest.raises(InputError, match="no window is open"):
        measure.stop()
    window = measure.start()
    time.sleep(0.05)
    assert measure.stop() is window
    end = window.end
    assert measure.stop(window).end == end


def test_functions_of_every_kind_are_measured(tmp_path, process):
    @_measure(tmp_path / "plain", process=process)
    def plain(a, *, b):
        """Add."""
        time.sleep(0.05)
        return a + b

    @_measure(tmp_path / "coroutine", process=process)
    async def coroutine(a):
        await asyncio.sleep(0.05)
        return a

    @_measure(tmp_path / "generator", process=process)
    def generator(n):
        received = 0
        for one in range(n):
            time.sleep(0.05)
            received = (yield one) or received
        return received

    @_measure(tmp_path / "async_generator", process=process)
    async def async_generator(n):
        for one in range(n):
            await asyncio.sleep(0.05)
            yield one

    async def items():
        return [one async for one in async_generator(2)]

    assert (plain(1, b=2), plain.__name__, plain.__doc__) == (3, "plain", "Add.")
    assert asyncio.run(coroutine(5)) == 5
    assert list(generator(2)) == [0, 1]
    assert asyncio.run(items()) == [0, 1]
    for function, least in ((plain, 0.05), (coroutine, 0.05), (generator, 0.1), (async_generator, 0.1)):
        window = function.measurement.last
        assert window.end is not None
        assert least <= window.seconds < least + 0.3
        assert _joules(window) == pytest.approx(WATTS * window.seconds, rel=0.1)


def test_a_generator_that_is_left_ends_its_window(tmp_path, rows):
    @_measure(tmp_path)
    def generator():
        yield 1
        yield 2

    items = generator()
    assert next(items) == 1
    items.close()
    assert generator.measurement.last.end is not None
    assert [row["fault"] for row in rows(tmp_path) if row["event"] == "end" and not row["sensor"]] == [
        "GeneratorExit: "
    ]


def test_a_function_may_call_itself(tmp_path):
    @_measure(tmp_path)
    def factorial(n):
        return 1 if n < 2 else n * factorial(n - 1)

    assert factorial(5) == 120
    assert read_energy(lca.read_power_log(tmp_path)).total > 0


def test_without_a_sensor_it_works_and_says_what_is_missing(tmp_path, process):
    with _measure(tmp_path, Nothing(), process=process) as window, window.stage("a"):
        pass
    assert math.isnan(window.energy.magnitude)
    assert window.missing == ("nothing: there is no sensor; buy one",)
    assert window.devices == {}
    assert window.stages["energy [kWh]"].isna().all()
    assert "no sensor" in repr(window)
    with pytest.raises(LcaAiError, match=r"no whole row|no usable row"):
        lca.energy(window.log)


def test_the_sources_of_this_machine_are_found_by_themselves(tmp_path):
    with lca.measure(tmp_path, every="50 ms") as window:
        time.sleep(0.2)
    assert {reason.partition(":")[0] for reason in window.missing} - {"model"}
    if window.sensors:
        assert window.energy.magnitude > 0
        assert read_energy(window.log).total == pytest.approx(window.energy.to("kWh").magnitude, rel=0.05)


def test_parts_of_the_computer_are_not_added_to_its_whole(tmp_path):
    with _measure(tmp_path, Scripted(node=900.0)) as window:
        time.sleep(0.3)
    assert _joules(window) == pytest.approx(900.0 * window.seconds, rel=0.02)
    assert window.devices["GPU-1"] == pytest.approx(250.0 * window.seconds, rel=0.02)
    reading = read_energy(window.log)
    assert reading.covers == ("node",)
    assert reading.total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-4)  # stamps are whole microseconds
    assert len(reading.per_nested_device()) == 2


def test_power_without_a_counter_is_integrated(tmp_path):
    with _measure(tmp_path, Ramp()) as window:
        time.sleep(0.2)
        with window.stage("a"):
            time.sleep(0.2)
    expected = 50.0 * window.seconds**2
    assert _joules(window) == pytest.approx(expected, rel=0.1)
    table = window.stages
    assert math.fsum(table["own energy [kWh]"]) == pytest.approx(table["energy [kWh]"].iloc[0], rel=1e-9)
    assert table["energy [kWh]"].iloc[1] == pytest.approx(0.75 * table["energy [kWh]"].iloc[0], rel=0.1)
    assert read_energy(window.log).total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-4)


def test_a_card_that_appears_is_measured_from_then_on(tmp_path):
    with _measure(tmp_path, Growing((100.0,)), "5 ms") as window:
        time.sleep(0.8)
    assert [sensor.name for sensor in window.sensors] == ["GPU-0", "GPU-1"]
    assert 0 < window.devices["GPU-1"] < 50.0 * window.seconds
    assert _joules(window) == pytest.approx(sum(window.devices.values()), rel=1e-9)
    assert len(read_energy(window.log).per_device()) == 2


def test_the_description_tells_the_sensors_and_the_versions(tmp_path):
    measure = _measure(tmp_path, Scripted(range_j=262_143.0))
    for _ in range(2):
        with measure:
            pass
    (path,) = tmp_path.glob("_meter-*.json")
    told = json.loads(path.read_text())
    (recording,) = told["recordings"]  # both are alike
    assert [sensor["name"] for sensor in recording["sensors"]] == ["GPU-0", "GPU-1"]
    assert recording["sensors"][0]["range_j"] == 262_143.0
    assert recording["python"] == sys.version.split()[0]
    assert recording["every_s"] == 0.02
    assert told["last_start"] > recording["from"]


def test_the_meter_tells_what_it_costs(tmp_path):
    with _measure(tmp_path, flush="0.1 s") as window:
        time.sleep(0.5)
    quality = window.quality
    assert quality.ticks + quality.ticks_missed >= 20
    assert 4 <= quality.flushes <= 8
    assert quality.flush_s >= quality.longest_flush_s > 0
    assert 0 < quality.share_of_core < 0.5
    assert quality.rows == len(next(tmp_path.glob("power-*.csv")).read_text().splitlines()) - 1
    assert (quality.rows_lost, quality.write_fault, quality.faults, quality.clock) == (0, "", {}, ())


LIGHT = """
import sys
import lca_ai as lca
from scripted import Scripted
with lca.measure(sys.argv[1], [Scripted()], "10 ms") as window:
    with window.stage("a"):
        pass
print([name for name in ("numpy", "pandas", "pint", "pydantic", "scipy") if name in sys.modules])
"""


def test_nothing_heavy_is_loaded_while_it_measures(tmp_path, finished):
    assert finished(LIGHT, tmp_path) == "[]\n"


def test_the_meter_is_there_without_any_sensor():
    code = "import lca_ai.meter, lca_ai.meter.measure, lca_ai; print(lca_ai.measure.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "measure\n"
