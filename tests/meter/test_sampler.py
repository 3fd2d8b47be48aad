"""Ticks come at even moments; what the clocks do is noticed, and time stamps never go back."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import InputError, LcaAiError
from lca_ai.meter.clock import Clock, Timeline, seconds, stamp
from lca_ai.meter.sampler import Sampler, Schedule


class Hands:
    """Clocks that are set by hand."""

    def __init__(self):
        self.monotonic, self.wall, self.boot = 500.0, 1_717_151_953.0, 700.0

    def clock(self):
        return Clock(lambda: self.monotonic, lambda: self.wall, lambda: self.boot)

    def pass_(self, monotonic, wall=None, boot=None):
        self.monotonic += monotonic
        self.boot += monotonic if boot is None else boot
        self.wall += (monotonic if boot is None else boot) if wall is None else wall


@given(st.lists(st.floats(0.0, 30.0), min_size=1, max_size=50), st.floats(0.01, 10.0))
def test_every_tick_is_made_or_missed_and_none_drifts(delays, every):
    schedule, now, missed = Schedule(1_000.0, every), 1_000.0, 0
    for made, delay in enumerate(delays, 1):
        now = max(now, schedule.due) + delay
        missed += schedule.passed(now)
        assert schedule.due == 1_000.0 + (made + missed + 1) * every
        assert schedule.due > now - 1e-6 * every
        assert schedule.due - now <= every * (1 + 1e-6)


def _sampler(tick, every_s, flush=lambda: None, flush_s=5.0, first=lambda: None):
    return Sampler(first, tick, flush, time.monotonic, every_s=every_s, flush_s=flush_s)


def test_ticks_are_evenly_spaced():
    moments = []
    sampler = _sampler(lambda: moments.append(time.monotonic()), 0.05)
    start = time.monotonic()
    sampler.start()
    time.sleep(1.02)
    sampler.stop()
    assert sampler.ticks + sampler.missed in (19, 20, 21)
    late = [(moment - start) % 0.05 for moment in moments]
    assert sorted(late)[len(late) // 2] < 0.02
    assert 0 < sampler.cpu_s < 0.5


def test_ticks_that_cannot_be_made_in_time_are_counted():
    sampler = _sampler(lambda: time.sleep(0.11), 0.05)
    sampler.start()
    time.sleep(1.0)
    sampler.stop()
    assert sampler.ticks <= 10
    assert sampler.missed >= sampler.ticks - 1


def test_what_is_queued_is_written_between_ticks_that_are_far_apart():
    done = threading.Event()
    sampler = _sampler(lambda: None, 60.0, done.set, 0.05)
    sampler.start()
    assert done.wait(5.0)
    sampler.stop()
    assert sampler.ticks == 0


def test_stopping_waits_for_a_tick_that_is_being_made():
    ended, began = [], threading.Event()

    def slow():
        began.set()
        time.sleep(0.2)
        ended.append(True)

    sampler = _sampler(slow, 0.01)
    sampler.start()
    began.wait(5.0)
    sampler.stop()
    assert ended == [True]


def test_a_wall_clock_that_is_set_is_told_and_the_stamps_stay():
    hands = Hands()
    timeline = Timeline(hands.clock())
    assert timeline.utc(500.0) == 1_717_151_953.0
    hands.pass_(10.0, wall=10.0 - 3_600.0)
    (change,) = timeline.changes()
    assert str(change) == "the wall clock was set back 3600.000 s"
    assert timeline.utc(hands.monotonic) == 1_717_151_963.0
    assert timeline.changes() == []
    hands.pass_(5.0, wall=65.0)
    assert str(timeline.changes()[0]) == "the wall clock was set forward 60.000 s"
    assert timeline.utc(hands.monotonic) == 1_717_151_968.0


def test_time_asleep_moves_the_stamps_forward():
    hands = Hands()
    timeline = Timeline(hands.clock())
    hands.pass_(10.0, boot=10.0 + 7_200.0)
    (change,) = timeline.changes()
    assert str(change) == "the computer slept 7200.000 s"
    assert timeline.utc(hands.monotonic) == 1_717_151_953.0 + 7_210.0


def test_asleep_and_then_set_are_two_changes():
    hands = Hands()
    timeline = Timeline(hands.clock())
    hands.pass_(1.0, boot=101.0, wall=101.0 - 30.0)
    assert [change.what for change in timeline.changes()] == ["suspend", "clock"]
    assert timeline.utc(hands.monotonic) == 1_717_151_953.0 + 101.0


@given(st.lists(st.floats(-0.4, 0.4), max_size=30))
def test_drift_is_no_step(drifts):
    hands = Hands()
    timeline = Timeline(hands.clock())
    for drift in drifts:
        hands.pass_(1.0, wall=1.0 + drift)
        assert timeline.changes() == []
    assert timeline.utc(hands.monotonic) == pytest.approx(1_717_151_953.0 + len(drifts), abs=1e-6)


def test_stamps_have_microseconds_and_say_that_they_are_utc():
    assert stamp(1_717_151_953.0) == "2024-05-31T10:39:13.000000Z"
    assert stamp(1_717_151_953.000001) == "2024-05-31T10:39:13.000001Z"


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("1 s", 1.0), ("500ms", 0.5), (2, 2.0), ("0.1", 0.1), ("2 min", 120.0), ("1 h", 3600.0), ("1 day", 86400.0)],
)
def test_intervals_are_read_with_their_unit(given_, expected):
    assert seconds(given_, "every") == expected


@pytest.mark.parametrize("given_", ["0 s", 0, -1.0, "1 kg", "soon", float("nan"), float("inf")])
def test_an_interval_in_which_no_time_passes_is_refused(given_):
    with pytest.raises(LcaAiError):
        seconds(given_, "every")


def test_the_message_names_the_field():
    with pytest.raises(InputError, match="every: no time passes"):
        seconds("0 s", "every")
