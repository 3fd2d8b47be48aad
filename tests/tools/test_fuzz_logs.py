"""The search for inputs that break a log reader: what it begins with is read, and what it changes stays a file."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.logs.formats import FORMATS

pytest.importorskip("polars")
from fuzz_changes import changed
from fuzz_checks import OTHERS, BrokenRuleError, check
from fuzz_logs import Search, seeds

LOG = b"time,power\n2024-05-31T10:00:00Z,100\n2024-05-31T10:00:10Z,100\n"


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """What each search begins with."""
    return seeds(tmp_path_factory.mktemp("none"))


def test_each_target_begins_with_a_log_that_it_reads(logs, tmp_path):
    assert set(logs) == {*FORMATS, *OTHERS}
    for target, many in logs.items():  # the bytes of an input also choose the zone that it is read in
        inputs = [(name, data + b"\n" * more) for name, data in many for more in range(4)]
        assert any(check(target, data, tmp_path, name) for name, data in inputs), target
    assert not list(tmp_path.iterdir())


@given(
    data=st.binary(max_size=80) | st.sampled_from([LOG, b'{"nodes": [{"nid": 24, "energy_ctr": 5}, {"nid": 25}]}']),
    others=st.lists(st.binary(max_size=40), min_size=1, max_size=3),
    random=st.randoms(use_true_random=False),
)
def test_anything_can_be_changed(data, others, random):
    assert isinstance(changed(data, random, others), bytes)


@given(random=st.randoms(use_true_random=False))
def test_a_compressed_log_is_changed_inside(random):
    assert isinstance(gzip.decompress(changed(gzip.compress(LOG), random, [LOG])), bytes)


def test_a_search_goes_on_after_a_fault_and_keeps_the_smallest_input(tmp_path):
    def broken(_target, data, _folder, _name):
        if b"x" in data:
            raise BrokenRuleError("no x")
        if b"y" in data:
            raise ZeroDivisionError
        return True

    found = Search("csv", "log.csv", tmp_path, 600.0, broken, tmp_path)
    for data in (b"a", b"xxx", b"x", b"xx", b"y"):
        found.one(data)
    assert (found.executions, found.accepted) == (5, 1)
    assert [(what.split(":")[0], one.count, one.smallest) for what, one in found.faults.items()] == [
        ("BrokenRuleError no x", 3, b"x"),
        ("ZeroDivisionError test_fuzz_logs.py", 1, b"y"),
    ]
