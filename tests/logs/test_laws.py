"""Laws of the integral, for any log: energy is conserved, however the log is cut, ordered, merged or windowed."""

from functools import reduce
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs.integrate import close, merge, partial

SECOND = 1_000_000
HOUR = 3_600 * SECOND
START = 1_700_000_000 * SECOND
NO_LIMIT = 10**15
CLOSE = {"rel": 1e-9, "abs": 1e-6}
KINDS = st.sampled_from(["power", "counter", "interval"])


@st.composite
def frames(draw, kinds=KINDS, most_devices=3):
    """A cleaned log: its kind, and its rows sorted by device and time, steps from a microsecond to half a day."""
    kind = draw(kinds)
    parts = []
    for device in range(draw(st.integers(1, most_devices))):
        size = draw(st.integers(2, 12))
        steps = draw(st.lists(st.integers(1, 12 * HOUR), min_size=size, max_size=size))
        values = np.array(draw(st.lists(st.floats(0, 1e4), min_size=size, max_size=size)))
        time = START + np.cumsum(steps)
        columns = {"time": time, "device": f"gpu {device}"}
        if kind == "interval":
            columns |= {"start": time - steps, "energy": values}
        else:
            columns |= {kind: np.cumsum(values) + 1e6 if kind == "counter" else values}
        parts.append(pd.DataFrame(columns))
    return kind, pd.concat(parts, ignore_index=True)


@st.composite
def chunked(draw):
    """A log, and the same rows in chunks of any size (each device's own), in any order."""
    kind, frame = draw(frames())
    chunks = []
    for _, rows in frame.groupby("device", sort=True):
        edges = sorted({0, len(rows), *draw(st.sets(st.integers(0, len(rows)), max_size=4))})
        chunks += [rows.iloc[a:b].reset_index(drop=True) for a, b in pairwise(edges)]
    return kind, frame, draw(st.permutations(chunks))


def integral(kind, *parts, max_gap=NO_LIMIT, window=(None, None)):
    return close(reduce(merge, [partial(part, kind, max_gap=max_gap, window=window) for part in parts])).hours


def same(one, other):
    """The same devices and hours, the same numbers; an hour of nothing but zeros may be there or not."""
    whole = one.index.union(other.index)
    one, other = (table.reindex(whole, fill_value=0.0) for table in (one, other))
    np.testing.assert_allclose(one.to_numpy(), other.to_numpy(), rtol=1e-9, atol=1e-6)


GAPS = st.sampled_from([NO_LIMIT, HOUR, 60 * SECOND, 1])
SINCE, UNTIL = st.integers(START, START + 24 * HOUR), st.integers(START + 25 * HOUR, START + 90 * HOUR)
WINDOWS = st.tuples(st.none() | SINCE, st.none() | UNTIL)


@given(chunked(), GAPS, WINDOWS)
def test_any_chunks_in_any_order_give_the_same_hours(log, max_gap, window):
    kind, frame, chunks = log
    same(integral(kind, *chunks, max_gap=max_gap, window=window), integral(kind, frame, max_gap=max_gap, window=window))


@given(chunked())
def test_merging_is_associative_and_commutative(log):
    kind, _, chunks = log
    assume(len(chunks) >= 3)
    a, b, *others = [partial(chunk, kind, max_gap=HOUR) for chunk in chunks]
    c = reduce(merge, others)
    left = close(merge(merge(a, b), c)).hours
    same(left, close(merge(a, merge(b, c))).hours)
    same(left, close(merge(merge(c, b), a)).hours)


@given(frames())
def test_an_empty_chunk_changes_nothing(log):
    kind, frame = log
    same(integral(kind, frame, frame.iloc[:0]), integral(kind, frame))


@given(frames(kinds=st.just("power")))
def test_power_is_integrated_by_the_trapezoidal_rule(log):
    kind, frame = log
    energy = integral(kind, frame)["energy"].groupby(level="device").sum()
    for device, rows in frame.groupby("device"):
        assert energy[device] == pytest.approx(np.trapezoid(rows["power"], (rows["time"] - START) / SECOND), **CLOSE)


@given(frames(kinds=st.just("counter")), GAPS)
def test_a_counter_gives_its_last_value_less_its_first(log, max_gap):
    kind, frame = log
    energy = integral(kind, frame, max_gap=max_gap)["energy"].groupby(level="device").sum()
    for device, rows in frame.groupby("device"):
        expected = rows["counter"].iloc[-1] - rows["counter"].iloc[0]
        assert energy[device] == pytest.approx(expected, rel=1e-9, abs=1e-5)


@given(frames(kinds=st.just("interval")))
def test_energies_of_intervals_add_up(log):
    kind, frame = log
    assert integral(kind, frame)["energy"].sum() == pytest.approx(frame["energy"].sum(), **CLOSE)


@given(frames(kinds=st.just("power")), GAPS)
def test_covered_time_and_gaps_make_up_the_time_of_the_log(log, max_gap):
    kind, frame = log
    hours = integral(kind, frame, max_gap=max_gap).groupby(level="device").sum()
    for device, rows in frame.groupby("device"):
        seconds = (rows["time"].iloc[-1] - rows["time"].iloc[0]) / SECOND
        assert hours.loc[device, "covered"] + hours.loc[device, "gap"] == pytest.approx(seconds, **CLOSE)


@given(frames(kinds=st.sampled_from(["power", "counter"])), st.tuples(SINCE, UNTIL))
def test_covered_time_and_gaps_make_up_the_window(log, window):
    kind, frame = log
    hours = integral(kind, frame, max_gap=HOUR, window=window).groupby(level="device").sum()
    seconds = (window[1] - window[0]) / SECOND
    assert (hours["covered"] + hours["gap"]).tolist() == pytest.approx([seconds] * len(hours), **CLOSE)


@given(frames())
def test_no_hour_covers_more_than_an_hour(log):
    kind, frame = log
    hours = integral(kind, frame)
    assert (hours[["covered", "gap"]].sum(axis="columns") <= 3_600 + 1e-6).all()
    assert all(hour % HOUR == 0 for hour in hours.index.get_level_values("hour"))


@given(frames(), st.integers(0, 40 * HOUR), st.integers(1, 40 * HOUR), st.integers(1, 40 * HOUR), GAPS)
def test_two_windows_side_by_side_are_one(log, start, first, second, max_gap):
    kind, frame = log
    a, b, c = START + start, START + start + first, START + start + first + second
    columns = ["energy", "covered", "gap"]  # a sample on the edge itself is in both windows
    parts = [integral(kind, frame, max_gap=max_gap, window=window)[columns] for window in ((a, b), (b, c))]
    whole = integral(kind, frame, max_gap=max_gap, window=(a, c))[columns]
    same(pd.concat(parts).groupby(level=["device", "hour"]).sum(), whole)


@given(frames(), st.integers(1, 40 * HOUR))
def test_an_open_window_and_the_rest_are_the_whole(log, edge):
    kind, frame = log
    middle = START + edge
    parts = [integral(kind, frame, window=window)["energy"].sum() for window in ((None, middle), (middle, None))]
    assert sum(parts) == pytest.approx(integral(kind, frame)["energy"].sum(), rel=1e-9, abs=1e-4)


@given(frames(), st.floats(0.0, 1e3))
def test_energy_is_linear_in_the_values(log, factor):
    kind, frame = log
    column = "energy" if kind == "interval" else kind
    scaled = frame.assign(**{column: frame[column] * factor})
    energy, more = (integral(kind, one)["energy"].sum() for one in (frame, scaled))
    assert more == pytest.approx(factor * energy, rel=1e-8, abs=1e-3)


@given(frames(kinds=st.just("power")), st.integers(1, 11))
def test_a_sample_on_the_line_between_two_others_changes_nothing(log, twelfths):
    kind, frame = log
    first, second = frame.iloc[0], frame.iloc[1]
    step = (second["time"] - first["time"]) // 12 * 12  # a whole number of microseconds
    assume(step > 0)
    frame.loc[1, "time"] = first["time"] + step
    assume(frame["device"].iloc[1] == first["device"])
    between = pd.DataFrame(
        {
            "time": [first["time"] + step * twelfths // 12],
            "device": [first["device"]],
            "power": [first["power"] + (second["power"] - first["power"]) * twelfths / 12],
        }
    )
    more = pd.concat([frame, between]).sort_values(["device", "time"]).reset_index(drop=True)
    columns = ["energy", "covered", "gap"]
    same(integral(kind, more)[columns], integral(kind, frame)[columns])


def test_the_hour_splits_a_ramp_where_it_stands():
    # from 0 W to 400 W in two hours: a mean of 100 W in the first, of 300 W in the second; 3,600 s each
    frame = pd.DataFrame({"time": [0, 2 * HOUR], "device": "gpu", "power": [0.0, 400.0]})
    assert integral("power", frame)["energy"].tolist()[:2] == pytest.approx([360_000.0, 1_080_000.0])


def test_a_gap_is_counted_in_the_hours_it_touches_and_nothing_is_invented_in_it():
    # samples at 0 s, 10 s, then none until 2 h
    frame = pd.DataFrame({"time": [0, 10 * SECOND, 2 * HOUR], "device": "gpu", "power": 100.0})
    hours = integral("power", frame, max_gap=60 * SECOND)
    assert hours["energy"].sum() == pytest.approx(1_000.0)
    assert hours["gap"].tolist() == pytest.approx([3_590.0, 3_600.0, 0.0])


def test_each_device_has_its_own_longest_interval():
    # one reads every second, one every minute; a minute is a gap for the first only
    frame = pd.DataFrame(
        {"time": [0, 60 * SECOND] * 2, "device": ["fast", "fast", "slow", "slow"], "power": [100.0] * 4}
    )
    hours = integral("power", frame, max_gap={"fast": 10 * SECOND, "slow": 600 * SECOND})
    assert hours["energy"].groupby(level="device").sum().to_dict() == {"fast": 0.0, "slow": 6_000.0}


@pytest.mark.parametrize("other", [{"max_gap": 1}, {"window": (None, 5)}, {"kind": "counter"}])
def test_parts_by_different_rules_do_not_merge(other):
    frame = pd.DataFrame({"time": [0, SECOND], "device": "gpu", "power": 1.0, "counter": 1.0})
    rules = {"kind": "power", "max_gap": 2}
    with pytest.raises(LogError, match=r"different rules"):
        merge(partial(frame, **rules), partial(frame, **(rules | other)))


@pytest.mark.parametrize("times", [(0, 2, 1, 3), (0, 3, 1, 2), (0, 1, 1, 2)])
def test_parts_that_overlap_are_refused(times):
    a, b, c, d = (time * SECOND for time in times)
    parts = [
        partial(pd.DataFrame({"time": [start, end], "device": "gpu", "power": [1.0, 2.0]}), "power", max_gap=NO_LIMIT)
        for start, end in ((a, b), (c, d))
    ]
    with pytest.raises(LogError, match=r"same device at the same time.*gpu"):
        close(merge(*parts))


def test_parts_may_share_the_sample_at_their_edge():
    # 1 W to 2 W, then 2 W to 3 W: 1.5 J + 2.5 J
    parts = [
        pd.DataFrame(
            {"time": [start * SECOND, (start + 1) * SECOND], "device": "gpu", "power": [1.0 + start, 2.0 + start]}
        )
        for start in (0, 1)
    ]
    assert integral("power", *parts)["energy"].sum() == pytest.approx(4.0)
