"""The engine against systems solved by hand.

One chain with a loop, two demands, two categories and one elementary flow of water::

    processes      grid [kWh]   plant [kWh]   cooling [m3]          A = ( 1     0    -2   )   rows and columns in
    A (inputs)     1.25 plant   0.004 cooling 2 grid                    (-1.25  1     0   )   this order
                                                                        ( 0   -0.004  1   )

    One kWh of the grid takes 1.25 kWh of the plant, which takes 0.004 m3 of cooling each, which takes 2 kWh of the grid
    each: a loop of gain 1.25 x 0.004 x 2 = 0.01. For a demand f of the grid alone, by hand,

        grid    s1 = f / 0.99                  (A s = f: s1 - 2 s3 = f, s2 = 1.25 s1, s3 = 0.004 s2)
        plant   s2 = 1.25 f / 0.99
        cooling s3 = 0.005 f / 0.99

    and for a demand f of the plant alone: s2 = f / 0.99, s3 = 0.004 f / 0.99, s1 = 2 s3 = 0.008 f / 0.99.

    B                     grid    plant   cooling        C        climate change   water use [m3 world eq]
    climate change [kg]   0       0.5     0.1            as is    1                0
    water consumed [m3]   0       0.002   0.9            water    0                42.95

    climate change of f kWh of the grid:   (0.5 x 1.25 + 0.1 x 0.005) f / 0.99   = 0.6255  f / 0.99
    water consumed of f kWh of the grid:   (0.002 x 1.25 + 0.9 x 0.005) f / 0.99 = 0.007   f / 0.99, x 42.95 for water use
    climate change of f kWh of the plant:  (0.5 + 0.1 x 0.004) f / 0.99          = 0.5004  f / 0.99
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lca_ai.errors import StudyError
from lca_ai.impact.engine import Contributions, solve
from lca_ai.inventory.system import WATER_CONSUMPTION, WATER_USE, Demand, Process, ProductSystem
from lca_ai.sources import Factor

CLIMATE = "climate change"
EXACT = {"rel": 1e-12, "abs": 0.0}
amounts = st.floats(min_value=1e-6, max_value=1e9)


def factor(category: str, amount: float, unit: str) -> Factor:
    return Factor(
        activity="by hand", part="", stage="use", category=category, amount=amount, unit=unit, per="kWh", grade="sourced",
        method_in_source="EF 3.1", low=None, high=None, sources=("by hand",),
    )  # fmt: skip


def loop(*demands: tuple[str, float]) -> ProductSystem:
    system = ProductSystem()
    system.add(
        [
            Process("grid", "kWh", {"plant": 1.25}),
            Process(
                "plant",
                "kWh",
                {"cooling": 0.004},
                (factor(CLIMATE, 0.5, "kg CO2e"), factor(WATER_CONSUMPTION, 0.002, "m3")),
            ),
            Process(
                "cooling", "m3", {"grid": 2.0}, (factor(CLIMATE, 0.1, "kg CO2e"), factor(WATER_CONSUMPTION, 0.9, "m3"))
            ),
        ],
        owner="by hand",
    )
    system.demands += [Demand("run", "use", name, name, amount, "kWh", "given") for name, amount in demands]
    return system


def total(solved: Contributions, demand: int, category: str) -> float:
    return float(solved.amounts[demand, solved.categories.index(category)].sum())


def test_demand_of_the_grid_through_the_loop() -> None:
    solved = solve(loop(("grid", 3.0)))
    assert total(solved, 0, CLIMATE) == pytest.approx(0.6255 * 3.0 / 0.99, **EXACT)


def test_demand_of_the_plant_through_the_loop() -> None:
    solved = solve(loop(("plant", 7.0)))
    assert total(solved, 0, CLIMATE) == pytest.approx(0.5004 * 7.0 / 0.99, **EXACT)


def test_two_demands_are_solved_apart() -> None:
    solved = solve(loop(("grid", 3.0), ("plant", 7.0)))
    assert total(solved, 0, CLIMATE) == pytest.approx(0.6255 * 3.0 / 0.99, **EXACT)
    assert total(solved, 1, CLIMATE) == pytest.approx(0.5004 * 7.0 / 0.99, **EXACT)


def test_contributions_lie_where_the_impact_arises() -> None:
    solved = solve(loop(("grid", 1.0)))
    climate = dict(zip(solved.processes, solved.amounts[0, solved.categories.index(CLIMATE)], strict=True))
    assert climate == pytest.approx({"grid": 0.0, "plant": 0.5 * 1.25 / 0.99, "cooling": 0.1 * 0.005 / 0.99}, rel=1e-12)


def test_water_is_counted_once_and_characterised_by_scarcity() -> None:
    solved = solve(loop(("grid", 1.0)))
    assert total(solved, 0, WATER_CONSUMPTION) == pytest.approx(0.007 / 0.99, **EXACT)
    assert total(solved, 0, WATER_USE) == pytest.approx(0.007 / 0.99 * 42.95, **EXACT)


def test_water_given_as_characterised_is_not_characterised_again() -> None:
    system = ProductSystem()
    system.add([Process("chip", "item", {}, (factor(WATER_USE, 5.0, "m3 world eq"),))], owner="by hand")
    system.demands.append(Demand("run", "manufacture", "chip", "chip", 2.0, "item", "given"))
    solved = solve(system)
    assert total(solved, 0, WATER_USE) == pytest.approx(10.0, **EXACT)
    assert total(solved, 0, WATER_CONSUMPTION) == 0.0


def test_a_chain_multiplies_its_inputs() -> None:
    """1 machine of 8 cards of 826 mm2 at 0.04 kg/mm2, and 3 of 5 years: 8 x 826 x 0.04 x 0.6 = 158.592 kg."""
    system = ProductSystem()
    system.add(
        [
            Process("die", "mm2", {}, (factor(CLIMATE, 0.04, "kg CO2e"),)),
            Process("card", "item", {"die": 826.0}),
            Process("machine", "machine", {"card": 8.0}),
        ],
        owner="by hand",
    )
    system.demands.append(Demand("run", "manufacture", "machine", "machine", 0.6, "machine", "given"))
    assert total(solve(system), 0, CLIMATE) == pytest.approx(158.592, **EXACT)


def test_amounts_keep_double_precision() -> None:
    """1 + 1e-9 rounds to 1 in single precision."""
    system = ProductSystem()
    system.add([Process("p", "kWh", {}, (factor(CLIMATE, 1.0 + 1e-9, "kg CO2e"),))], owner="by hand")
    system.demands.append(Demand("run", "use", "p", "p", 1.0, "kWh", "given"))
    solved = solve(system)
    assert solved.amounts.dtype == np.float64
    assert total(solved, 0, CLIMATE) == 1.0 + 1e-9


def test_amounts_of_very_different_size_keep_double_precision() -> None:
    system = ProductSystem()
    system.add(
        [
            Process("tiny", "kWh", {}, (factor(CLIMATE, 1.234567890123e-11, "kg CO2e"),)),
            Process("huge", "kWh", {}, (factor(CLIMATE, 9.876543210987e7, "kg CO2e"),)),
            Process("both", "kWh", {"tiny": 1.0, "huge": 1.0}),
        ],
        owner="by hand",
    )
    system.demands.append(Demand("run", "use", "both", "both", 1.0, "kWh", "given"))
    climate = solve(system).amounts[0, solve(system).categories.index(CLIMATE)]
    assert sorted(climate) == pytest.approx([0.0, 1.234567890123e-11, 9.876543210987e7], rel=1e-12, abs=0.0)


def test_no_demand_no_impact() -> None:
    assert solve(loop()).amounts.shape[0] == 0


@pytest.mark.parametrize("amount", [float("nan"), float("inf")])
def test_a_demand_that_is_no_number_is_refused(amount: float) -> None:
    with pytest.raises(StudyError, match="not a finite number"):
        solve(loop(("grid", amount)))


def test_a_process_that_takes_from_nowhere_is_refused() -> None:
    system = loop(("grid", 1.0))
    system.add([Process("orphan", "kWh", {"nowhere": 1.0})], owner="by hand")
    with pytest.raises(StudyError, match="nowhere"):
        solve(system)


@settings(max_examples=15, deadline=None)
@given(amount=amounts, factor_=st.floats(min_value=1e-3, max_value=1e3))
def test_impacts_scale_with_the_demand(amount: float, factor_: float) -> None:
    solved = solve(loop(("grid", amount), ("grid", amount * factor_)))
    np.testing.assert_allclose(solved.amounts[1], solved.amounts[0] * factor_, rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(first=amounts, second=amounts)
def test_impacts_of_a_sum_are_the_sum_of_impacts(first: float, second: float) -> None:
    solved = solve(loop(("grid", first), ("grid", second), ("grid", first + second)))
    np.testing.assert_allclose(solved.amounts[0] + solved.amounts[1], solved.amounts[2], rtol=1e-12)


def test_processes_that_share_a_name_and_differ_are_told_apart_by_their_owner() -> None:
    system = ProductSystem()
    one, other = (Process("grid", "kWh", {}, (factor(CLIMATE, amount, "kg CO2e"),)) for amount in (0.1, 0.2))
    assert system.add([one], owner="a") == {"grid": "grid"}
    assert system.add([one], owner="b") == {"grid": "grid"}
    assert system.add([other], owner="b") == {"grid": "grid (b)"}


def test_a_process_takes_from_the_renamed_one_of_its_own_owner() -> None:
    system = ProductSystem()
    for owner, amount in (("a", 0.1), ("b", 0.2)):
        plant = Process("plant", "kWh", {}, (factor(CLIMATE, amount, "kg CO2e"),))
        names = system.add([plant, Process("grid", "kWh", {"plant": 1.0})], owner=owner)
        system.demands.append(Demand(owner, "use", "grid", names["grid"], 1.0, "kWh", "given"))
    solved = solve(system)
    assert [total(solved, index, CLIMATE) for index in (0, 1)] == pytest.approx([0.1, 0.2], rel=1e-12)
