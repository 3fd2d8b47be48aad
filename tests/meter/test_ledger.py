"""Energy in memory: exact for counters, by the trapezoidal rule for powers, and at each edge."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.ledger import Ledger, counted
from lca_ai.meter.stages import own_energies

STEPS = st.lists(st.tuples(st.floats(0.001, 5.0), st.floats(0.0, 300.0)), min_size=1, max_size=40)


def _ledger(kind="counter", **facts):
    return Ledger([Sensor("a", "gpu", kind, **facts)], 10.0)


@given(STEPS, st.floats(2_000.0, 1e6))
def test_a_counter_goes_on_over_its_range(steps, whole):
    ledger, moment, joules = _ledger(range_j=whole, limit_w=300.0), 0.0, 0.0
    ledger.take(moment, [Reading("a", energy_j=0.0)])
    for length, watts in steps:
        moment, joules = moment + length, joules + length * watts
        ledger.take(moment, [Reading("a", energy_j=joules % whole)])
    assert ledger.accounts["a"].joules == pytest.approx(joules, rel=1e-9, abs=1e-6)
    assert ledger.accounts["a"].resets == 0


def test_a_reset_counts_nothing_and_its_time_is_told():
    ledger = _ledger()
    for moment, joules in ((0.0, 1_000.0), (1.0, 1_100.0), (3.0, 5.0), (4.0, 105.0)):
        ledger.take(moment, [Reading("a", energy_j=joules)])
    account = ledger.accounts["a"]
    assert (account.joules, account.unknown_s) == (200.0, 2.0)
    assert ledger.faults == {("a", "counter reset"): 1}


def test_a_fall_that_would_take_too_much_power_is_a_reset_and_no_wrap():
    ledger = _ledger(range_j=262_143.0, limit_w=280.0)
    for moment, joules in ((0.0, 1_000.0), (1.0, 1_100.0), (2.0, 0.0), (3.0, 100.0)):
        ledger.take(moment, [Reading("a", energy_j=joules)])
    assert ledger.accounts["a"].joules == 200.0
    assert ledger.accounts["a"].unknown_s == 1.0


def test_without_a_known_limit_the_largest_processor_bounds_a_wrap():
    ledger = _ledger(range_j=262_143.0)
    for moment, joules in ((0.0, 262_100.0), (1.0, 57.0), (2.0, 0.0)):
        ledger.take(moment, [Reading("a", energy_j=joules)])
    assert ledger.accounts["a"].joules == 100.0
    assert ledger.accounts["a"].unknown_s == 1.0


def test_where_a_counter_may_have_wrapped_more_often_nothing_is_known():
    ledger = _ledger(range_j=1_000.0, limit_w=100.0)
    for moment, joules in ((0.0, 0.0), (25.0, 500.0), (26.0, 600.0)):
        ledger.take(moment, [Reading("a", energy_j=joules)])
    assert ledger.accounts["a"].joules == 100.0
    assert ledger.accounts["a"].unknown_s == 25.0


def test_a_counter_that_cannot_be_read_for_a_while_loses_nothing():
    ledger = _ledger()
    for moment, joules in ((0.0, 0.0), (1.0, math.nan), (2.0, math.nan), (3.0, 300.0)):
        fault = "lost" if math.isnan(joules) else ""
        ledger.take(moment, [Reading("a", energy_j=joules, fault=fault)])
    assert ledger.accounts["a"].joules == 300.0
    assert ledger.faults == {("a", "lost"): 2}


def test_power_is_linear_between_readings():
    ledger = _ledger("power")
    for moment, watts in ((0.0, 0.0), (1.0, 100.0), (3.0, 300.0)):
        ledger.take(moment, [Reading("a", power_w=watts)])
    assert ledger.accounts["a"].joules == 50.0 + 400.0


def test_power_that_was_not_read_for_long_is_not_known():
    ledger = _ledger("power")
    for moment, watts in ((0.0, 100.0), (1.0, 100.0), (12.0, 100.0), (13.0, 100.0)):
        ledger.take(moment, [Reading("a", power_w=watts)])
    assert ledger.accounts["a"].joules == 200.0
    assert ledger.accounts["a"].unknown_s == 11.0


def test_an_edge_between_two_readings_takes_its_share():
    ledger = _ledger("power")
    ledger.take(0.0, [Reading("a", power_w=100.0)])
    ledger.edge(0.25)
    assert ledger.marks(0) == {"a": 0.0}
    ledger.take(1.0, [Reading("a", power_w=100.0)])
    ledger.edge(1.5)
    assert ledger.marks(0) == {"a": 25.0}
    assert ledger.marks(1) == {"a": pytest.approx(150.0)}


def test_a_counter_read_at_its_edge_is_exact():
    ledger = _ledger()
    ledger.take(0.0, [Reading("a", energy_j=7.0)])
    ledger.edge(0.5)
    ledger.take(0.5001, [Reading("a", energy_j=47.0)], 0)
    ledger.take(1.0, [Reading("a", energy_j=107.0)])
    assert ledger.marks(0) == {"a": 40.0}


@given(STEPS, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
def test_energies_between_edges_add_to_the_whole(steps, places):
    ledger, moment, joules = _ledger(), 0.0, 0.0
    ledger.take(0.0, [Reading("a", energy_j=0.0)])
    end = sum(length for length, _ in steps)
    events = sorted([(place * end, None) for place in places])
    for length, watts in steps:
        moment, joules = moment + length, joules + length * watts
        while events and events[0][0] <= moment:
            ledger.edge(events.pop(0)[0])
        ledger.take(moment, [Reading("a", energy_j=joules)])
    marks = [ledger.marks(edge)["a"] for edge in range(len(ledger.moments))]
    assert marks == sorted(marks)
    whole = [0.0, *marks, joules]
    assert math.fsum(after - before for before, after in pairwise(whole)) == pytest.approx(joules, rel=1e-9, abs=1e-9)


def test_a_sensor_that_appears_counts_from_then_on():
    ledger = _ledger()
    ledger.take(0.0, [Reading("a", energy_j=0.0)])
    ledger.edge(0.0)
    ledger.add(Sensor("b", "gpu", "counter"))
    ledger.take(1.0, [Reading("a", energy_j=10.0), Reading("b", energy_j=1e9), Reading("unknown", energy_j=1.0)])
    ledger.take(2.0, [Reading("a", energy_j=20.0), Reading("b", energy_j=1e9 + 5)])
    ledger.edge(2.0)
    ledger.take(2.0, [Reading("a", energy_j=20.0), Reading("b", energy_j=1e9 + 5)], 1)
    assert math.isnan(ledger.marks(0)["b"])
    assert ledger.marks(1) == {"a": 20.0, "b": 5.0}


def test_parts_are_not_added_to_a_whole_that_was_measured():
    parents = {"GPU-0": "node", "core": "package-0", "package-0": "psys", "x": "y", "y": "x"}
    assert counted(["node", "GPU-0", "core"], parents) == ["core", "node"]
    assert counted(["psys", "core", "dram"], parents) == ["dram", "psys"]
    assert counted(["x"], parents) == ["x"]


@st.composite
def _trees(draw):
    """Spans that lie within one another, with the energy at their edges."""
    open_, spans, around, edges = [0], {0: [0, None]}, [None], 1
    for begins in draw(st.lists(st.booleans(), max_size=40)):
        if begins:
            spans[len(spans)] = [edges, None]
            around.append(open_[-1])
            open_.append(len(spans) - 1)
        elif len(open_) > 1:
            spans[open_.pop()][1] = edges
        else:
            continue
        edges += 1
    while open_:
        spans[open_.pop()][1] = edges
        edges += 1
    steps = draw(st.lists(st.floats(0.0, 1e7), min_size=edges, max_size=edges))
    at, total = [], 0.0
    for step in steps:
        total += step
        at.append(total)
    numbers = [tuple(span) for span in spans.values()]
    return numbers, around, [at[edge] for span in numbers for edge in span]


@given(_trees())
def test_own_energies_are_those_without_what_lies_within_and_add_to_the_whole(tree):
    spans, around, joules = tree
    own = own_energies(spans, around, joules)
    whole = [joules[2 * n + 1] - joules[2 * n] for n in range(len(spans))]
    for number in range(len(spans)):
        within = math.fsum(whole[one] for one, outer in enumerate(around) if outer == number)
        assert own[number] == pytest.approx(whole[number] - within, rel=1e-9, abs=1e-6)
    assert math.fsum(own) == pytest.approx(whole[0], rel=1e-9, abs=1e-6)


def test_stages_at_the_same_time_share():
    own = own_energies([(0, 5), (1, 3), (2, 4)], [None, 0, 0], [0.0, 50.0, 10.0, 30.0, 20.0, 40.0])
    assert own == [20.0, 15.0, 15.0]
