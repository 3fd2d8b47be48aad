"""Which cards a process may use: the examples of NVIDIA's documentation, and the laws they follow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.meter.sources.visible import devices_of, visible

CARDS = ("GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "GPU-8932aaaa-0000", "GPU-bbbb", "GPU-cccc")
SLICES = {"MIG-11111111-aaaa": CARDS[0], "MIG-22222222-bbbb": CARDS[0], "MIG-33333333-cccc": CARDS[2]}


def of(text, **others):
    return [CARDS.index(name) for name in visible(CARDS, {"CUDA_VISIBLE_DEVICES": text, **others})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2,1", [2, 1]),
        ("0,2,-1,1", [0, 2]),
        ("0,9,1", [0]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        (" 1 , 0 ", [1, 0]),
        ("1,1", [1]),
        ("GPU-8932f937", [0]),
        ("gpu-8932F937", [0]),
        ("GPU-8932", []),
        ("GPU-", []),
        ("GPU-bbbb,0", [2, 0]),
        ("GPU-zzzz,0", []),
        ("MIG-GPU-bbbb/1/0", [2]),
        ("MIG-GPU-zzzz/1/0", []),
    ],
)
def test_cards_by_index_and_by_name(text, expected):
    assert of(text) == expected


def test_all_cards_without_the_variable():
    assert visible(CARDS, {}) == CARDS


@given(st.permutations(range(4)), st.integers(0, 4))
def test_indices_before_the_first_that_is_none(order, count):
    entries = [*map(str, order[:count]), "-1", *map(str, order[count:])]
    assert of(",".join(entries)) == order[:count]


def test_slices_by_name_and_those_of_a_card():
    one = devices_of(CARDS, {"CUDA_VISIBLE_DEVICES": "MIG-2222"}, slices=SLICES)
    assert (one.devices, one.slices) == ((CARDS[0],), ("MIG-22222222-bbbb",))
    card = devices_of(CARDS, {"CUDA_VISIBLE_DEVICES": "0"}, slices=SLICES, models=["A", "A", "A", "A"])
    assert (card.devices, card.slices) == ((CARDS[0],), ("MIG-11111111-aaaa", "MIG-22222222-bbbb"))
    every = devices_of(CARDS, {}, slices=SLICES)
    assert (every.devices, every.slices) == (CARDS, tuple(SLICES))
    assert devices_of(CARDS, {"CUDA_VISIBLE_DEVICES": "MIG-9"}, slices=SLICES).devices == ()


def test_what_is_assumed_of_the_order_is_said_where_it_matters():
    by_index, alike = {"CUDA_VISIBLE_DEVICES": "1"}, ["H200"] * 4
    assert "FASTEST_FIRST" in devices_of(CARDS, by_index, models=["H200", "A2", "A2", "A2"]).assumed
    assert "FASTEST_FIRST" in devices_of(CARDS, by_index).assumed
    assert devices_of(CARDS, by_index, models=alike).assumed == ""
    assert devices_of(CARDS, by_index | {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}).assumed == ""
    assert devices_of(CARDS, {"CUDA_VISIBLE_DEVICES": "GPU-bbbb"}).assumed == ""
    assert devices_of(CARDS[:1], {"CUDA_VISIBLE_DEVICES": "0"}).assumed == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", [0, 1, 2, 3]), ("", [0, 1, 2, 3]), ("void", []), ("none", []), ("GPU-cccc,GPU-8932f937", [0, 3]),
        ("1,3", [1, 3]), ("4,5,6,7", [0, 1, 2, 3]), ("MIG-GPU-bbbb/1/0", [2]),
    ],
)  # fmt: skip
def test_cards_of_a_container(text, expected):
    """Within a container NVML lists its cards alone: as many numbers as cards mean all of them."""
    assert [CARDS.index(name) for name in visible(CARDS, {"NVIDIA_VISIBLE_DEVICES": text})] == expected


def test_indices_within_a_container_are_those_of_its_cards():
    assert of("1", NVIDIA_VISIBLE_DEVICES="GPU-bbbb,GPU-cccc") == [3]
    assert of("2", NVIDIA_VISIBLE_DEVICES="GPU-bbbb,GPU-cccc") == []
