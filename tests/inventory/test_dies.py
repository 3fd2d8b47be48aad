"""Several dies in one package: the yield is that of each die, not of the summed area."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import StudyError
from lca_ai.inventory.bill import END_OF_LIFE, MANUFACTURE, murphy_yield, over_yield
from lca_ai.inventory.embodied import bill_of
from lca_ai.models import catalogue
from lca_ai.models.hardware import Accelerator, Cpu, Server


def murphy(area_cm2: float) -> float:
    """Yield at 0.1 defects per cm2, written out again."""
    return ((1 - exp(-0.1 * area_cm2)) / (0.1 * area_cm2)) ** 2


def silicon(part, ending: str) -> float:
    """Amount of the process of a part whose name ends so."""
    bill = bill_of(Server(name="machine", components=(part,)))
    [name] = [name for name in bill.inputs[MANUFACTURE] if name.endswith(ending)]
    return bill.inputs[MANUFACTURE][name]


def test_wafer_of_an_epyc_7742_by_hand() -> None:
    """Eight core dies of 74 mm2 and one input/output die of 416 mm2 (Naffziger et al. 2020), in mm2 of wafer."""
    by_hand = 8 * 74 / murphy(0.74) + 416 / murphy(4.16)
    assert silicon(catalogue.cpu("epyc-7742"), "die, parametric (proxy)") == pytest.approx(by_hand, rel=1e-12)
    assert by_hand == pytest.approx(592 / 0.929093 + 416 / 0.669250, rel=1e-5)


def test_one_die_of_the_summed_area_would_take_twice_as_much() -> None:
    """A single die of 1,008 mm2 is larger than a reticle, and its yield would be 40 %."""
    as_one = silicon(Cpu(name="processor", die="1008 mm2"), "die, parametric (proxy)")
    assert as_one == pytest.approx(1008 / murphy(10.08), rel=1e-12)
    assert as_one > 1.9 * silicon(catalogue.cpu("epyc-7742"), "die, parametric (proxy)")


@pytest.mark.parametrize(
    ("item", "dies"),
    [
        ("epyc-7502", [74] * 4 + [416]),
        ("epyc-7763", [80.7] * 8 + [416]),
        ("epyc-9374f", [72] * 8 + [397]),
        ("epyc-9634", [72] * 12 + [397]),
        ("xeon-platinum-8480", [400] * 4),
        ("xeon-platinum-8480c", [400] * 4),
        ("xeon-platinum-8570", [763.03] * 2),
        ("xeon-e5-2698-v4", [456]),
    ],
)
def test_dies_of_a_processor(item: str, dies: list[float]) -> None:
    """Their area sums to that of the package, and each has its own yield."""
    processor = catalogue.cpu(item)
    assert processor.die.to("mm^2").magnitude == pytest.approx(sum(dies), rel=1e-9)
    by_hand = sum(area / murphy(area / 100) for area in dies)
    assert silicon(processor, "die, parametric (proxy)") == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize(("item", "dies"), [("mi250x", [724] * 2), ("mi300x", [1017 / 8] * 8), ("k80", [561] * 2)])
def test_dies_of_an_accelerator(item: str, dies: list[float]) -> None:
    by_hand = sum(area / murphy(area / 100) for area in dies)
    assert silicon(catalogue.accelerator(item), ": die") == pytest.approx(by_hand, rel=1e-9)


def test_an_area_given_for_two_dies_is_that_of_both() -> None:
    """The maker of the B200 publishes two dies and no area: a study may give it."""
    card = Accelerator(item="b200", die="1600 mm2")
    assert silicon(card, ": die") == pytest.approx(2 * 800 / murphy(8.0), rel=1e-12)
    gaps = bill_of(Server(name="machine", components=(catalogue.accelerator("b200"),))).gaps
    assert "NVIDIA B200 180GB: die" in [gap.process for gap in gaps]


@pytest.mark.parametrize("item", ["mi300x", "mi308x", "mi325x"])
def test_dies_of_unknown_area_are_a_gap(item: str) -> None:
    gaps = bill_of(Server(name="machine", components=(catalogue.accelerator(item),))).gaps
    assert any(gap.process.endswith("four input/output dies") and gap.kind == "missing" for gap in gaps)


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        (2, ((2, 1.0),)),
        ("2", ((2, 1.0),)),
        ("2 item", ((2, 1.0),)),
        ("8 x 74 + 1 x 416", ((8, 74.0), (1, 416.0))),
        ("8 x 80.7 + 1 x 416 mm2", ((8, 80.7), (1, 416.0))),
        ([[8, 74], [1, 416]], ((8, 74.0), (1, 416.0))),
    ],
)
def test_dies_are_read_from_a_number_a_text_or_pairs(given: object, groups: tuple[tuple[int, float], ...]) -> None:
    processor = Cpu(name="processor", die="1008 mm2", dies=given)
    assert processor.dies == groups
    assert Cpu(**processor.model_dump(mode="json")).dies == groups


@pytest.mark.parametrize("wrong", ["eight", "8 x", "8 74", 0, -1, "0 x 74", [], "8 x -74"])
def test_dies_that_are_none_are_refused(wrong: object) -> None:
    with pytest.raises(StudyError, match="dies"):
        Cpu(name="processor", die="1008 mm2", dies=wrong)


areas = st.floats(min_value=0.01, max_value=20.0)
groups = st.lists(st.tuples(st.integers(1, 16), st.floats(min_value=0.1, max_value=1000.0)), min_size=1, max_size=4)


@given(areas, groups)
def test_dies_take_no_less_wafer_than_their_area_and_no_more_than_one_die_of_it(area, dies) -> None:
    wafer = over_yield(area, dies)
    assert area * (1 - 1e-12) <= wafer <= area / murphy_yield(area) * (1 + 1e-12)


@given(areas, groups, st.floats(min_value=0.001, max_value=1000.0))
def test_only_the_proportions_of_the_dies_count(area, dies, scale) -> None:
    scaled = [(number, size * scale) for number, size in dies]
    assert over_yield(area, scaled) == pytest.approx(over_yield(area, dies), rel=1e-9)


@given(areas, st.integers(1, 64))
def test_more_and_smaller_dies_of_one_area_take_less_wafer(area, number) -> None:
    assert over_yield(area, [(number + 1, 1.0)]) < over_yield(area, [(number, 1.0)])


def test_the_end_of_life_does_not_know_the_dies() -> None:
    one, two = (
        bill_of(Server(name="machine", components=(Accelerator(name="card", die="800 mm2", mass="1 kg", dies=number),)))
        for number in (1, 2)
    )
    assert one.inputs[END_OF_LIFE] == two.inputs[END_OF_LIFE]
