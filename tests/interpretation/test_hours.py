"""When to run: windows against brute force, plans against an assessment of the same hours, and every wrong question.

Six hours of a grid of gas and wind in MW, each 100 in all, and a run of 3 kWh over 2 h, evenly::

    hour   00    01    02    03    04    05
    gas    80    60    20    10    50    10
    wind   20    40    80    90    50    90
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lca_ai as lca
from lca_ai.errors import InputError
from lca_ai.impact.assess import assess
from lca_ai.interpretation.hours.grid import hourly_grid
from lca_ai.interpretation.hours.plans import Interruption, Load, Room, best_block, best_chunks, block, starts_of
from lca_ai.interpretation.hours.windows import (
    Chunks,
    best_windows,
    cheapest_chunks,
    cheapest_hours,
    window_means,
    window_sums,
)
from lca_ai.inventory.hourly import read_hourly
from lca_ai.inventory.technology import technology_factors

CLIMATE = "climate change"
GAS = [80, 60, 20, 10, 50, 10]
ROWS = [f"2021-06-01T{hour:02}:00Z,{gas},{100 - gas}" for hour, gas in enumerate(GAS)]
MIX = "\n".join(["time,gas,wind", *ROWS]) + "\n"
UNIT = lca.FunctionalUnit("one trained model", reference_flow="1 model")
USE = lca.GoalAndScope(goal="to test", functional_unit=UNIT, system_boundary=("use",))


def factor(technology: str) -> float:
    return next(one.amount for one in technology_factors(technology, "FR") if one.category == CLIMATE)


def per_kwh(gas: float) -> float:
    """Climate change per kWh at the meter: shares x factors, over losses of 5 %. [kg CO2e]"""
    return (gas * factor("gas") + (100 - gas) * factor("wind")) / 100 / 0.95


@pytest.fixture
def place(tmp_path):
    """Write a series; give a place in France that has it."""

    def _place(series=MIX, **changes):
        (tmp_path / "series.csv").write_text(series)
        return lca.location("FR", **{"pue": 1.0, "grid_losses": 0.05, "hourly": str(tmp_path / "series.csv")} | changes)

    return _place


@pytest.fixture
def run(place):
    """Make a run of 3 kWh over 2 h from 00:00 on the grid of six hours, unless told otherwise."""

    def _run(**changes):
        runtime = {"duration": "2 hour", "start": "2021-06-01T00:00:00+00:00"}
        given = {"name": "run", "energy": "3 kWh", "runtime": runtime} | changes
        given["location"] = changes.get("location") or place()
        return lca.TrainingRun(**{name: value for name, value in given.items() if value is not None})

    return _run


def ciso(**changes):
    """A run of 100 kWh in a day and a half in California, from the evening of 30 June 2022."""
    given = {
        "name": "fine-tuning",
        "energy": "100 kWh",
        "runtime": {"duration": "36.5 hour", "start": "2022-06-30T18:20:00-07:00"},
        "location": lca.location("US-CISO", pue=1.2),
    }
    return lca.TrainingRun(**(given | changes))


# --- windows of arrays ------------------------------------------------------------------------------------------------

numbers = st.floats(0.0, 1e3, allow_nan=False)
curves = st.lists(numbers, min_size=1, max_size=12).map(np.array)


def brute_mean(values, length, start):
    whole, part = int(length), length - int(length)
    total = sum(values[start : start + whole]) + (part * values[start + whole] if part else 0.0)
    return total / length


@given(curves, st.floats(0.1, 12.0))
def test_means_of_windows_are_those_of_each_window_by_itself(values, length):
    length = round(length, 3)
    if np.ceil(length) > len(values):
        with pytest.raises(InputError, match="longer than the series"):
            window_means(values, length)
        return
    found = window_means(values, length)
    assert len(found) == len(values) - int(np.ceil(length)) + 1
    assert found == pytest.approx(
        [brute_mean(values, length, start) for start in range(len(found))], rel=1e-9, abs=1e-9
    )


@given(curves, st.lists(numbers, min_size=1, max_size=6), st.booleans())
def test_sums_of_a_load_are_those_of_each_start_by_itself(values, load, flat):
    load = [load[0]] * len(load) if flat else load
    if len(load) <= len(values):
        expected = [
            float(np.dot(values[start : start + len(load)], load)) for start in range(len(values) - len(load) + 1)
        ]
        assert window_sums(values, load) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(st.lists(st.lists(numbers, min_size=5, max_size=5), min_size=1, max_size=4))
def test_a_zone_is_ranked_by_its_own_hours_whatever_zones_stand_beside_it(zones):
    many = best_windows(zones, 2.5)
    for row, zone in enumerate(zones):
        assert [one[row] for one in many] == [float(one) for one in best_windows(zone, 2.5)]


def test_a_window_that_touches_a_missing_hour_is_not_known():
    found = window_means([1.0, np.nan, 3.0, 5.0, 7.0], 2.0, missing=[False, True, False, False, False])
    assert np.isnan(found).tolist() == [True, True, False, False]
    assert found[2:].tolist() == [4.0, 6.0]


def test_a_row_whose_windows_are_all_missing_has_no_best_one():
    start, mean = best_windows([[1.0, 2.0], [np.nan, 2.0]], 2, missing=[[False, False], [True, False]])
    assert start.tolist() == [0, -1]
    assert mean[0] == 1.5
    assert np.isnan(mean[1])


def test_a_window_keeps_to_the_hours_that_it_may_have():
    assert [int(one) for one in (best_windows([0.0, 0.0, 5.0, 4.0, 0.0], 2, first=2, last=4)[0],)] == [2]


def test_a_year_keeps_its_accuracy():
    """Prefix sums of a year, against each window by itself, to twelve digits."""
    values = np.random.default_rng(1).uniform(0.05, 0.6, 8784)
    each = np.lib.stride_tricks.sliding_window_view(values, 24).mean(axis=1)
    assert window_means(values, 24) == pytest.approx(each, rel=1e-12)


@pytest.mark.parametrize(
    "function", [lambda v: window_means(v, 2), lambda v: cheapest_hours(v, 2), lambda v: window_sums(v, [1.0])]
)
def test_a_nan_is_refused_with_its_hour(function):
    with pytest.raises(InputError, match="hour 3 has no value"):
        function([1.0, 2.0, 3.0, float("nan"), 5.0])


def test_an_infinite_value_is_refused():
    with pytest.raises(InputError, match="hour 1 has no value"):
        window_means([1.0, float("inf")], 1)


@pytest.mark.parametrize("length", [0, -1, float("nan"), float("inf")])
def test_a_window_without_a_length_is_refused(length):
    with pytest.raises(InputError, match="more than zero"):
        window_means([1.0, 2.0], length)


# --- chunks against all of them ---------------------------------------------------------------------------------------


def every_schedule(values, load, chunks, missing):
    """The least cost over all choices of steps, by trying each."""
    best = None
    for places in combinations([step for step in range(len(values)) if not missing[step]], len(load)):
        opens = [0, *(one for one in range(1, len(places)) if places[one] > places[one - 1] + 1)]
        lengths = np.diff([*opens, len(places)])
        if lengths.min() < chunks.least or lengths[-1] < chunks.least_last:
            continue
        cost = sum(load[work] * values[step] for work, step in enumerate(places))
        cost += sum(chunks.resume * values[places[one]] for one in opens[1:])
        best = cost if best is None else min(best, cost)
    return best


def cost_of(places, values, load, chunks):
    opens = [one for one in range(1, len(places)) if places[one] > places[one - 1] + 1]
    return float(np.dot(values[places], load) + chunks.resume * values[places[opens]].sum())


@given(
    st.lists(st.integers(0, 9).map(float), min_size=1, max_size=9),
    st.lists(st.integers(0, 5).map(float), min_size=1, max_size=5),
    st.booleans(),
    st.integers(1, 3),
    st.integers(0, 1),
    st.sampled_from([0.0, 0.5, 3.0]),
    st.sets(st.integers(0, 8), max_size=3),
)
def test_chunks_are_the_best_of_all_schedules(values, load, flat, least, more, resume, gaps):
    load = np.array([load[0] + 1.0] * len(load) if flat else load)
    values, missing = np.array(values), np.isin(np.arange(len(values)), list(gaps))
    chunks = Chunks(least, least + more, resume)
    expected = every_schedule(values, load, chunks, missing)
    found = cheapest_chunks(values, load, chunks=chunks, missing=missing)
    if expected is None:
        assert found is None
        return
    assert (np.diff(found) > 0).all()
    assert not missing[found].any()
    assert cost_of(found, values, load, chunks) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    lengths = np.diff([0, *(np.flatnonzero(np.diff(found) > 1) + 1), len(found)])
    assert lengths.min() >= least
    assert lengths[-1] >= least + more


def test_a_resumption_that_costs_more_than_the_pause_saves_is_not_made():
    """Pausing at 9 saves 8 per unit of work (9 for 1), and each resumption draws 10 more at 1."""
    values, load = [1.0, 9.0, 1.0, 1.0], [1.0, 1.0]
    assert cheapest_chunks(values, load, chunks=Chunks(1, 1, 0.0)).tolist() in ([0, 2], [2, 3], [0, 3])
    assert cheapest_chunks(values, load, chunks=Chunks(1, 1, 10.0)).tolist() == [2, 3]


def test_too_many_steps_are_refused_before_memory_runs_out():
    with pytest.raises(InputError, match="too many steps"):
        cheapest_chunks(np.ones(40_000), np.ones(20_000), chunks=Chunks(2, 2))


# --- plans ------------------------------------------------------------------------------------------------------------

ramp = Load(np.array([0.0, 1.0, 2.0, 2.5]), np.array([0.0, 1.0, 4.0, 5.0]))


def test_a_load_curve_is_cut_at_the_clock_hour():
    """1, 3, 2 kW from 00:45: 0.25 h at 1 kW; 0.75 at 1, 0.25 at 3; 0.75 at 3, 0.25 at 2; 0.25 at 2."""
    assert ramp.of_hours(0.75).tolist() == pytest.approx([0.25, 1.5, 2.75, 0.5])
    assert ramp.of_hours(0.0).tolist() == [1.0, 3.0, 1.0]
    assert ramp.of_steps(0.5).tolist() == pytest.approx([0.5, 0.5, 1.5, 1.5, 1.0])


@given(
    st.lists(st.integers(1, 50).map(float), min_size=6, max_size=30),
    st.lists(st.floats(0.1, 5.0), min_size=1, max_size=4),
    st.floats(0.0, 2.0),
    st.sampled_from([1.0, 0.5, 0.25]),
)
def test_fixed_is_never_better_than_deferrable_nor_that_than_interruptible(values, power, begin, step):
    values, begin = np.array(values), round(begin, 4)
    missing = np.zeros(len(values), dtype=bool)
    elapsed = np.arange(len(power) + 1) * 0.9
    load = Load(elapsed, np.concatenate([[0.0], np.cumsum(power)]))
    room = Room(0.0, float(len(values)), step)
    reference = block(load, begin, "fixed")
    moved = best_block(values, missing, load, starts_of(load, room, [begin]))
    split = best_chunks(values, missing, load, room, Interruption(0.0, 0.0))
    marks = best_block(values, missing, load, np.arange(0.0, len(values) - load.duration + 1e-9, step))
    assert moved.cost(values) <= reference.cost(values) * (1 + 1e-12)
    assert split.cost(values) <= marks.cost(values) * (1 + 1e-9)
    for plan in (reference, moved, split):
        assert plan.energy.sum() == pytest.approx(load.total, rel=1e-9)
        assert plan.run_share().sum() == pytest.approx(load.duration, rel=1e-9)
        assert (plan.run_share() <= 1.0 + 1e-9).all()


def test_a_partial_last_step_lets_the_last_chunk_be_no_shorter_than_asked():
    """2.5 h in chunks of 1 h at least: the last half hour cannot stand by itself in the cheap hour at the end."""
    values, missing = np.array([1.0, 1.0, 9.0, 9.0, 0.0]), np.zeros(5, dtype=bool)
    load = Load(np.array([0.0, 2.5]), np.array([0.0, 2.5]))
    free = best_chunks(values, missing, load, Room(0.0, 5.0), Interruption(0.0, 0.0))
    held = best_chunks(values, missing, load, Room(0.0, 5.0), Interruption(1.0, 0.0))
    assert free.chunks == ((0.0, 2.0), (4.0, 4.5))
    assert held.chunks == ((0.0, 2.5),)


# --- best_hours: the numbers ------------------------------------------------------------------------------------------


def test_the_plans_of_six_hours_by_hand(run):
    """1.5 kWh an hour: fixed at 00 and 01 (80, 60 gas), the block at 02 and 03 (20, 10), chunks at 03 and 05 (10, 10)."""
    found = lca.best_hours(run(), within="6 h", interruptible=True)
    table = found.table.set_index("kind")
    expected = {"fixed": (80, 60), "deferrable": (20, 10), "interruptible": (10, 10)}
    for kind, gas in expected.items():
        assert table.loc[kind, "amount"] == pytest.approx(sum(1.5 * per_kwh(one) for one in gas), rel=1e-12)
        assert table.loc[kind, "energy [kWh]"] == pytest.approx(3.0, rel=1e-12)
    assert [moment.hour for moment in found.hours["hour"]] == [3, 5]
    assert found.hours["intensity"].tolist() == pytest.approx([per_kwh(10)] * 2, rel=1e-12)
    assert table.loc["deferrable", "saving"] == pytest.approx(
        1.5 * (per_kwh(80) + per_kwh(60) - per_kwh(20) - per_kwh(10)), rel=1e-12
    )
    assert table.loc["fixed", ["saving", "saving_low", "saving_high"]].tolist() == [0.0, 0.0, 0.0]


def test_a_resumption_draws_its_energy_with_the_pue_in_the_hour_after_the_pause(run, place):
    """0.2 kWh x PUE 1.5 at 05, when the load is 1.5 x 1.5 kWh: the pause still saves."""
    found = lca.best_hours(run(location=place(pue=1.5)), within="6 h", interruptible=True, resume_energy="0.2 kWh")
    assert found.best["energy [kWh]"] == pytest.approx(3.0 * 1.5 + 0.2 * 1.5, rel=1e-12)
    assert found.hours["energy [kWh]"].tolist() == pytest.approx([2.25, 2.25 + 0.3], rel=1e-12)
    dear = lca.best_hours(run(), within="6 h", interruptible=True, resume_energy="2 kWh")
    assert dear.best["chunks"] == 1
    assert dear.best["amount"] == dear.table["amount"].iloc[1]


def test_min_chunk_leaves_the_block(run):
    found = lca.best_hours(run(), within="6 h", interruptible=True, min_chunk="2 h")
    assert found.best["amount"] == found.table["amount"].iloc[1]


def test_the_deadline_and_the_earliest_start_bound_the_plans(run):
    assert lca.best_hours(run(), deadline="2021-06-01T03:00Z").best["start"].hour == 1
    found = lca.best_hours(run(), earliest="2021-06-01T03:00Z", within="2 h")
    assert found.table["start"].dt.hour.tolist() == [3, 3]
    assert found.best["saving"] == 0.0
    assert "started at once" in found.data_quality.set_index("what").loc["reference", "detail"]


def test_quarter_hours_are_starts_where_they_are_asked(run):
    """1.5 h from 02:30: half of the 20 and the whole 10; from 02:00 the whole 20 and half of the 10."""
    short = {"duration": "1.5 hour", "start": "2021-06-01T00:00:00+00:00"}
    hours = lca.best_hours(run(runtime=short), within="6 h")
    quarters = lca.best_hours(run(runtime=short), within="6 h", step="15 min")
    assert (quarters.best["start"].hour, quarters.best["start"].minute) == (2, 30)
    assert quarters.best["amount"] == pytest.approx(2.0 * (0.5 * per_kwh(20) + per_kwh(10)), rel=1e-12)
    assert hours.best["amount"] == pytest.approx(2.0 * (per_kwh(20) + 0.5 * per_kwh(10)), rel=1e-12)


@pytest.mark.parametrize("interruptible", [False, True])
def test_every_category_is_that_of_an_assessment_in_the_same_hours(interruptible, tmp_path):
    """The energy of the plan, written as a log of its hours, assessed with the same series: equal to 1e-9."""
    found = lca.best_hours(
        ciso(),
        location="US-CISO",
        within="7 d",
        interruptible=interruptible,
        min_chunk="3 h" if interruptible else None,
    )
    start, end = found.chunks["start"], found.chunks["end"]
    place = lca.location("US-CISO", pue=1.2, hourly="US-CISO-2022")
    if interruptible:
        assert len(found.chunks) > 1
        hours = found.hours
        table = pd.DataFrame(
            {
                "time": hours["hour"] + pd.Timedelta(hours=1), "duration": 3600.0,
                "energy_kwh": hours["energy [kWh]"] / 1.2,
            }
        )  # fmt: skip
        table.to_csv(tmp_path / "log.csv", index=False)
        columns = {"time": "time", "duration": "duration:s", "energy": "energy_kwh:kWh"}
        log = lca.read_power_log(tmp_path / "log.csv", columns=columns, covers=["node"])
        moved = lca.TrainingRun(name="moved", power=log, location=place)
    else:
        length = f"{(end[0] - start[0]).total_seconds()} s"
        moved = ciso(runtime={"duration": length, "start": start[0].isoformat()}, location=place)
    expected = assess(moved, USE).totals["amount"]
    own = found.categories.set_index("category")
    assert own.loc[CLIMATE, "chosen"] == pytest.approx(found.best["amount"], rel=1e-12)
    for category in own.index:
        assert own.loc[category, "chosen"] == pytest.approx(expected[category], rel=1e-9), category
    assert set(own.index) == set(expected.dropna().index)


def test_the_reference_is_that_of_an_assessment_of_the_run_as_it_was():
    mine = ciso(location=lca.location("US-CISO", pue=1.2, hourly="US-CISO-2022"))
    expected = assess(mine, USE).totals["amount"]
    found = lca.best_hours(mine, within="7 d").categories.set_index("category")["fixed"]
    for category, amount in found.items():
        assert amount == pytest.approx(expected[category], rel=1e-9), category


def test_a_log_brings_its_load_curve(write, place):
    """0.5 h at 1 kW from 00:30, then 1 h at 3 kW: moved to 02:00, 1 kW falls on 02 for half an hour, 3 kW on the rest.

    At 02:00: (0.5 + 1.5) kWh at 20 gas, 1.5 kWh at 10; at 04:00 (2.0 at 50, 1.5 at 10). As it was: 0.5 at 80, 3 at 60.
    """
    log = write("time,lasts,used\n2021-06-01T01:00Z,1800,0.5\n2021-06-01T02:00Z,3600,3\n")
    columns = {"time": "time", "duration": "lasts:s", "energy": "used:kWh"}
    power = lca.read_power_log(log, columns=columns, covers=["node"])
    mine = lca.TrainingRun(name="logged", power=power, location=place())
    found = lca.best_hours(mine, within="5 h")
    assert found.table["amount"].tolist() == pytest.approx(
        [0.5 * per_kwh(80) + 3.0 * per_kwh(60), 2.0 * per_kwh(20) + 1.5 * per_kwh(10)], rel=1e-9
    )
    assert found.hours["energy [kWh]"].tolist() == pytest.approx([2.0, 1.5], rel=1e-9)


def test_a_log_of_another_year_is_weighed_in_the_series_it_is_given(mlperf):
    power = lca.read_power_log(mlperf, timezone="America/Chicago", covers=["node"])
    mine = lca.InferenceService(
        name="mlperf", power=power, delivered="1 image", location=lca.location("US-ERCO", pue=1.0)
    )
    found = lca.best_hours(mine, earliest="2022-07-01T12:00Z", within="2 d", interruptible=True)
    kwh = lca.energy(power)["energy [kWh]"].sum()
    assert found.table["energy [kWh]"].tolist() == pytest.approx([kwh] * 3, rel=1e-9)
    assert found.table["start"].iloc[0] == pd.Timestamp("2022-07-01T12:00Z")


def test_what_the_log_leaves_out_is_modelled_as_in_an_assessment(place):
    given = {"hardware": "dgx-h100", "covers": ["gpu"], "location": place(pue=1.3)}
    runtime = {"duration": "2 hour", "start": "2021-06-01T00:00:00+00:00"}
    mine = lca.TrainingRun(name="run", energy="10 kWh", runtime=runtime, **given)
    expected = assess(mine, USE)
    table = lca.best_hours(mine, within="6 h").table
    assert table["energy [kWh]"].iloc[0] == pytest.approx(expected.inventories[0].meter_energy, rel=1e-9)
    assert table["amount"].iloc[0] == pytest.approx(expected.totals.loc[CLIMATE, "amount"], rel=1e-9)


def test_another_category_decides_where_it_is_asked(run):
    """Wind needs more minerals than gas: the hours of most gas are its best."""
    found = lca.best_hours(run(), within="6 h", category="resource use, minerals and metals")
    assert found.best["start"].hour == 0
    changes = lca.best_hours(run(), within="6 h").categories.set_index("category")["change [%]"]
    assert changes[CLIMATE] < 0 < changes["resource use, minerals and metals"]


# --- interval and regret ----------------------------------------------------------------------------------------------


def test_the_interval_is_that_of_paired_draws(run):
    """All factors drawn once: saving = (kWh of gas moved) x (gas - wind); its 5 % point by a plain simulation."""
    found = lca.best_hours(run(), within="6 h", samples=4096)
    moved = 1.5 * (0.80 + 0.60 - 0.20 - 0.10) / 0.95
    uniform = np.random.default_rng(3).random((200_000, 2))
    drawn = []
    for column, technology in enumerate(["gas", "wind"]):
        one = next(one for one in technology_factors(technology, "FR") if one.category == CLIMATE)
        lower, tail = uniform[:, column] < 0.5, np.minimum(uniform[:, column], 1.0 - uniform[:, column])
        ends = np.where(lower, one.low, one.high) / one.amount
        drawn.append(one.amount * ends ** (1.0 - np.sqrt(2.0 * tail)))  # a triangle over the logarithm on either side
    expected = np.quantile(moved * (drawn[0] - drawn[1]), [0.05, 0.5, 0.95])
    row = found.best
    assert [row["saving_low"], row["saving_high"]] == pytest.approx(expected[[0, 2]], rel=0.01)
    assert row["saving"] == pytest.approx(moved * (factor("gas") - factor("wind")), rel=1e-12)
    assert row["saving_low"] < row["saving"] < row["saving_high"]


def test_a_draw_is_the_amount_at_the_median_and_within_the_stated_bounds(place):
    grid = hourly_grid(place(), read_hourly(place().hourly_path()), run_year=2021)
    drawn = grid.draws(CLIMATE, 2**14, 0)
    for column, technology in enumerate(grid.technologies):
        one = next(one for one in technology_factors(technology, "FR") if one.category == CLIMATE)
        assert np.median(drawn[:, column]) == pytest.approx(one.amount, rel=0.001)
        assert one.low <= drawn[:, column].min() < drawn[:, column].max() <= one.high


def test_the_same_seed_gives_the_same_interval_and_another_one_nearly_so(run):
    first, again, other = (lca.best_hours(run(), within="6 h", seed=seed).best for seed in (1, 1, 2))
    assert first["saving_low"] == again["saving_low"]
    assert first["saving_low"] != other["saving_low"]
    assert first["saving_low"] == pytest.approx(other["saving_low"], rel=0.05)


def test_an_intensity_has_no_interval_and_it_is_said(run, place):
    grams = "time,carbon_intensity\n" + "".join(f"2021-06-01T{hour:02}:00Z,{one}\n" for hour, one in enumerate(GAS))
    found = lca.best_hours(run(location=place(grams, grid_losses=None)), within="6 h")
    assert found.best["amount"] == pytest.approx(1.5 * 0.030, rel=1e-12)
    assert found.categories["category"].tolist() == [CLIMATE]
    assert np.isnan(found.best["saving_low"])
    assert "no interval is known" in found.data_quality.set_index("what").loc["interval", "detail"]


def test_the_regret_is_that_of_last_weeks_curve():
    """Against the definition: the best block by the week before, weighed in the week itself."""
    mine = ciso(runtime={"duration": "10 hour", "start": "2022-07-10T00:00Z"})
    found = lca.best_hours(mine, within="5 d")
    place = lca.location("US-CISO", hourly="US-CISO-2022")
    grid = hourly_grid(place, read_hourly(place.hourly_path()), run_year=2022)
    values = grid.intensity[:, grid.categories.index(CLIMATE)]
    first = round((pd.Timestamp("2022-07-10T00:00Z") - grid.first) / pd.Timedelta(hours=1))
    this, before = (window_means(values[start : start + 120], 10) * 120.0 for start in (first, first - 168))
    chosen = int(before.argmin())
    row = found.regret.iloc[0]
    assert row["amount"] == pytest.approx(this[chosen], rel=1e-9)
    assert row["regret"] == pytest.approx(this[chosen] - this.min(), rel=1e-9)
    assert row["saving"] == pytest.approx(this[0] - this[chosen], rel=1e-9)
    assert row["start"] == grid.first + pd.Timedelta(hours=first + chosen)


def test_beyond_a_week_the_forecast_is_the_last_week_that_is_known():
    """Of sixteen days, the choice is the best block of the week before, repeated: no hour after the start is looked at."""
    mine = ciso(runtime={"duration": "10 hour", "start": "2022-07-10T00:00Z"})
    place = lca.location("US-CISO", hourly="US-CISO-2022")
    grid = hourly_grid(place, read_hourly(place.hourly_path()), run_year=2022)
    values = grid.intensity[:, grid.categories.index(CLIMATE)]
    first = round((pd.Timestamp("2022-07-10T00:00Z") - grid.first) / pd.Timedelta(hours=1))
    repeated = np.tile(values[first - 168 : first], 3)[: 16 * 24]
    row = lca.best_hours(mine, within="16 d").regret.iloc[0]
    assert row["start"] == grid.first + pd.Timedelta(hours=first + int(window_means(repeated, 10).argmin()))
    assert row["regret"] >= 0


def test_a_series_that_does_not_go_back_a_week_has_no_regret_and_it_is_said(run):
    found = lca.best_hours(run(), within="6 h", interruptible=True)
    assert found.regret["regret"].isna().all()
    assert found.regret["kind"].tolist() == ["deferrable", "interruptible"]
    assert "does not go back a week" in found.data_quality.set_index("what").loc["forecast", "detail"]


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_window_over_a_clock_change_has_its_hours_and_its_offsets():
    """In California clocks went from 02:00 to 03:00 on 13 March 2022: a day from the noon before is 24 h and ends at 13:00."""
    mine = ciso(runtime={"duration": "20 hour", "start": "2022-03-12T12:00:00-08:00"})
    found = lca.best_hours(mine, within="1 d", timezone="America/Los_Angeles")
    assert found.room[1].tz_convert("America/Los_Angeles").isoformat() == "2022-03-13T13:00:00-07:00"
    row = found.table.iloc[0]
    assert row["start_local"].isoformat() == "2022-03-12T12:00:00-08:00"
    assert row["end_local"].isoformat() == "2022-03-13T09:00:00-07:00"
    assert "2022-03-13 09:00-0700" in found.summary()


def test_a_week_with_a_clock_change_is_168_hours_and_a_naive_deadline_is_local():
    mine = ciso(runtime={"duration": "20 hour", "start": "2022-03-10T12:00:00-08:00"})
    found = lca.best_hours(mine, deadline="2022-03-17 12:00", timezone="America/Los_Angeles")
    assert found.room[1] - found.room[0] == pd.Timedelta(hours=167)
    assert lca.best_hours(mine, within="7 d").room[1] - found.room[0] == pd.Timedelta(hours=168)


@pytest.mark.parametrize("local", ["2022-03-13 02:30", "2022-11-06 01:30"])
def test_a_local_time_that_is_not_one_moment_is_refused(local):
    with pytest.raises(InputError, match="happens twice, or not at all"):
        lca.best_hours(ciso(), deadline=local, timezone="America/Los_Angeles")


# --- what is missing --------------------------------------------------------------------------------------------------


def test_windows_that_touch_a_missing_hour_are_no_candidates_and_counted(run, place):
    """Without 03:00, the block cannot be at 02 or 03; of five starts two are barred."""
    without = "\n".join(row for row in MIX.splitlines() if "T03:" not in row) + "\n"
    found = lca.best_hours(run(location=place(without)), within="6 h", interruptible=True)
    table = found.table.set_index("kind")
    assert table.loc["deferrable", "amount"] == pytest.approx(1.5 * (per_kwh(50) + per_kwh(10)), rel=1e-12)
    assert [moment.hour for moment in found.hours["hour"]] == [2, 5]
    note = found.data_quality.set_index("what").loc["hours without a value"]
    assert note["count"] == 1
    assert "2 of 5 starts" in note["detail"]


def test_a_reference_in_a_missing_hour_has_no_saving_and_it_is_said(run, place):
    without = "\n".join(row for row in MIX.splitlines() if "T01:" not in row) + "\n"
    found = lca.best_hours(run(location=place(without)), within="6 h")
    assert np.isnan(found.table["amount"].iloc[0])
    assert np.isnan(found.best["saving"])
    assert found.best["amount"] == pytest.approx(1.5 * (per_kwh(20) + per_kwh(10)), rel=1e-12)
    assert found.data_quality["detail"].str.contains("touches an hour without a value").any()
    assert "not known" in found.summary()
    assert found.to_dict()["table"][0]["amount"] is None


def test_without_any_window_the_question_is_refused(run, place):
    hours = [f"2021-06-01T{hour:02}:00Z,50,50" for hour in range(12) if hour not in {1, 3}]
    mine = run(location=place("\n".join(["time,gas,wind", *hours]) + "\n"))
    with pytest.raises(InputError, match="every window touches an hour without a value"):
        lca.best_hours(mine, deadline="2021-06-01T04:00Z")


def test_where_no_block_has_a_value_in_every_hour_the_chunks_still_may(run, place):
    """Of twelve hours 01, 03 and 05 are missing; by the fifth hour, single hours at 00, 02 and 04 are left."""
    gas = [50, 0, 20, 0, 30, 0, *[9] * 6]
    known = [f"2021-06-01T{hour:02}:00Z,{gas[hour]},{100 - gas[hour]}" for hour in range(12) if hour not in {1, 3, 5}]
    mine = run(location=place("\n".join(["time,gas,wind", *known]) + "\n"))
    found = lca.best_hours(mine, deadline="2021-06-01T05:00Z", interruptible=True)
    assert found.table["kind"].tolist() == ["fixed", "interruptible"]
    assert [moment.hour for moment in found.chunks["start"]] == [2, 4]
    assert found.best["amount"] == pytest.approx(1.5 * (per_kwh(20) + per_kwh(30)), rel=1e-12)
    assert found.data_quality["detail"].str.contains("no block of the window").any()
    shown = found.summary()
    assert "2021-06-01 02:00 UTC to 2021-06-01 03:00 UTC" in shown
    assert "2021-06-01 04:00 UTC to 2021-06-01 05:00 UTC" in shown


def test_a_window_as_long_as_the_run_leaves_the_run_as_it_was(run):
    """From 00:20 the whole hours of a window of 2 h are too few for chunks, and the one start is that of the run."""
    late = run(runtime={"duration": "2 hour", "start": "2021-06-01T00:20:00+00:00"})
    found = lca.best_hours(late, within="2 h", interruptible=True)
    assert set(found.table["start"]) == {pd.Timestamp("2021-06-01T00:20Z")}
    assert found.table["saving"].tolist() == [0.0, 0.0, 0.0]


def test_a_year_without_a_series_names_the_fields_that_help(run):
    with pytest.raises(
        InputError, match=r"earliest: the run as it was is outside US-CISO-2022.*an earliest start within"
    ):
        lca.best_hours(run(), location="US-CISO", within="6 h")


def test_the_share_without_a_figure_is_told(run, place):
    other = "\n".join([f"{row},{'other' if row.startswith('time') else 25}" for row in MIX.splitlines()]) + "\n"
    found = lca.best_hours(run(location=place(other)), within="6 h")
    assert found.categories.set_index("category").loc[CLIMATE, "covered_share"] == pytest.approx(0.8)
    assert "20.0%" in found.data_quality.set_index("what").loc["without a figure", "detail"]


def test_what_average_and_marginal_figures_answer_is_told(run, place):
    average = lca.best_hours(run(), within="6 h")
    assert "attributional" in average.data_quality.set_index("what").loc["kind of figures", "detail"]
    marginal = lca.best_hours(run(location=place(grid_kind="marginal")), within="6 h")
    assert marginal.grid_kind == "marginal"
    assert "one more kilowatt-hour" in marginal.data_quality.set_index("what").loc["kind of figures", "detail"]
    assert "marginal figures" in marginal.summary()


def test_the_sources_are_those_of_the_series_and_of_the_factors():
    found = lca.best_hours(ciso(), within="7 d")
    assert {"eia-930-2022", "world-bank-losses"} <= set(found.sources)
    assert set(found.sources) - {"study"} <= set(lca.assess(ciso(), USE).sources) | {
        "eia-930-2022",
        "sustaindc-eia-930",
    }


# --- wrong questions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"within": "0 h"}, "within: a length of time is more than zero"),
        ({"within": "-2 h"}, "within"),
        ({"within": 7}, "within: a number without a unit"),
        ({"within": "3 kg"}, "within"),
        ({"within": "1 h"}, "within: the run is longer than the window"),
        ({"within": "6 h", "step": "7 min"}, "the step does not divide an hour"),
        ({"within": "6 h", "step": "2 h"}, "the step does not divide an hour"),
        ({"within": "6 h", "min_chunk": "1 h"}, "min_chunk: the run is not interruptible"),
        ({"within": "6 h", "interruptible": True, "min_chunk": "3 h"}, "the shortest chunk is longer than the run"),
        ({"within": "6 h", "interruptible": True, "resume_energy": "-1 kWh"}, "resume_energy: too small"),
        ({"deadline": "2021-06-01 03:00"}, "deadline: a time without a zone"),
        ({"earliest": "soon", "within": "4 h"}, "earliest: this is not a time"),
        ({"deadline": "2021-05-01T00:00Z"}, "the deadline is before series.csv"),
        ({"deadline": "2021-06-01T01:00Z"}, "deadline: the deadline is before the run can end"),
        ({"earliest": "2021-06-01T05:00Z", "within": "4 h"}, "the run cannot end within series.csv"),
        ({"earliest": "2023-06-01T05:00Z", "within": "4 h"}, "the earliest start is outside series.csv"),
        ({"within": "6 h", "timezone": "Mars/Base"}, "unknown time zone"),
        ({"within": "6 h", "category": "carbon"}, "no such impact category"),
        ({"within": "6 h", "category": "ozone depletion"}, "no figure in this category"),
        ({"within": "6 h", "samples": 1000}, "accepted: 512 or 1024"),
        ({"within": "6 h", "workload": "other"}, "no such workload"),
        ({"within": "6 h", "location": "Atlantis"}, "Atlantis"),
        ({"within": "6 h", "hourly": "nowhere.csv"}, "no such file"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused_with_its_field(run, question, told):
    with pytest.raises(InputError) as fault:
        lca.best_hours(run(), **question)
    assert told in str(fault.value)


def test_the_deadline_that_would_do_is_told(run):
    with pytest.raises(InputError, match="accepted: 2021-06-01 02:00 UTC or later"):
        lca.best_hours(run(), deadline="2021-06-01T01:59Z")


def test_a_zone_without_a_series_names_those_that_have_one(run):
    with pytest.raises(InputError, match=r"no hourly series of DE .* US-CISO.*hourly: a file"):
        lca.best_hours(run(), location="DE", within="6 h")


def test_a_marginal_series_is_a_file():
    with pytest.raises(InputError, match=r"no marginal series is in the data.*a file"):
        lca.best_hours(ciso(), grid_kind="marginal", within="7 d")


def test_a_run_longer_than_the_series_is_refused(run):
    long = {"duration": "7 hour", "start": "2021-06-01T00:00:00+00:00"}
    with pytest.raises(InputError, match=r"the run is longer than series\.csv"):
        lca.best_hours(run(runtime=long))


def test_a_run_of_unknown_length_is_refused(run):
    with pytest.raises(InputError, match="how long the run takes is not known"):
        lca.best_hours(run(runtime=None), within="6 h")


def test_a_run_of_unknown_start_needs_an_earliest_one(run):
    planned = run(runtime={"duration": "2 hour"})
    with pytest.raises(InputError, match="from when the run may start is not known"):
        lca.best_hours(planned, within="6 h")
    found = lca.best_hours(planned, earliest="2021-06-01T00:00Z", within="6 h")
    assert found.best["amount"] == lca.best_hours(run(), within="6 h").best["amount"]


def test_climate_change_as_given_leaves_nothing_to_choose():
    mine = ciso(location=lca.location("US-CISO", pue=1.0, grid_intensity="100 g CO2e/kWh"))
    with pytest.raises(InputError, match="the same in every hour"):
        lca.best_hours(mine, within="7 d")


def test_without_bounds_the_whole_series_is_the_window(run):
    found = lca.best_hours(run())
    assert [one.isoformat() for one in found.room] == ["2021-06-01T00:00:00+00:00", "2021-06-01T06:00:00+00:00"]


def test_a_study_with_several_workloads_needs_a_name(run):
    second = run(name="second", produces="nothing")
    study = lca.Study(name="two", goal_and_scope=USE, workloads=[run(), second])
    with pytest.raises(InputError, match=r"the study has several workloads.*run, second"):
        lca.best_hours(study, within="6 h")
    assert lca.best_hours(study, workload="second", within="6 h").name == "second"


def test_the_question_stands_beside_its_answer_as_it_was_read(run):
    found = lca.best_hours(
        run(), deadline="2021-06-01T05:00Z", interruptible=True, resume_energy="100 Wh", samples=8, seed=2**31
    )
    assert found.to_dict()["question"] == {
        "earliest": None, "within_hours": None, "deadline": "2021-06-01T05:00:00+00:00", "step_hours": 1.0,
        "interruptible": True, "min_chunk_hours": 0.0, "resume_energy_kwh": 0.1, "samples": 8, "seed": 2**31,
    }  # fmt: skip
