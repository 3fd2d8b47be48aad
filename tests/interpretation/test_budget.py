"""How much fits a budget: by hand on a grid of 100 g/kWh, against ``assess``, and by the draws themselves."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lca_ai as lca
from lca_ai.errors import InputError, StudyError, UnitError

CLIMATE = "climate change"
SCOPE = lca.GoalAndScope(goal="test", functional_unit=lca.FunctionalUnit("1e6 tokens", reference_flow="1e6 token"))
USE = SCOPE.replace(system_boundary=("use",))
#: 40 kWh in 10 hours on one server, at a meter of 100 g/kWh under a PUE of 1.25: 5 kg CO2e for 4e6 tokens.
BY_HAND = lca.InferenceService(
    name="service", energy="40 kWh", location=lca.location("FR", grid_intensity="100 g CO2e/kWh", pue=1.25),
    delivered="4e6 token", hardware=lca.Server(name="box", embodied={CLIMATE: "1000 kg CO2e"}),
    runtime={"duration": "10 hour"},
    allocation=lca.Allocation(service_life="4 year", utilisation=0.5),
)  # fmt: skip
#: of which a million tokens carry a quarter: 10 h / 4 of a life of 4 x 8766 h x 0.5, of 1,000 kg
MADE = 10 / 4 / (4 * 8766 * 0.5) * 1000
REAL = lca.InferenceService(
    name="real", hardware="dgx-h100", location=lca.location("FR", pue=1.2, wue="0.3 L/kWh"), energy="10 kWh",
    runtime={"duration": "1 hour"}, delivered="1e6 token",
)  # fmt: skip


def test_how_much_fits_by_hand():
    found = lca.largest(BY_HAND, USE, within="1 tonne CO2e", samples=64)
    assert found["reference flows"] == pytest.approx(1000 / 1.25)
    assert found["delivered"] == pytest.approx(8e8)
    assert found["runs of the study"] == pytest.approx(200.0)
    assert found["IT energy"] == pytest.approx(8000.0)
    assert found["energy at the meter"] == pytest.approx(10_000.0)
    units = found.table.set_index("quantity")["unit"]
    assert units["delivered"] == "token"
    assert found.binding == CLIMATE
    assert found.guaranteed


def test_machine_hours_are_those_of_the_runs():
    made = SCOPE.replace(system_boundary=("manufacture", "use"))
    found = lca.largest(BY_HAND, made, within="1 tonne CO2e", samples=64)
    assert found["reference flows"] == pytest.approx(1000 / (1.25 + MADE), rel=1e-9)
    assert found["machine hours"] == pytest.approx(found["runs of the study"] * 10)


@pytest.mark.parametrize("budget", ["1 tonne CO2e", "1000 kg CO2e", "1e6 g CO2e", {CLIMATE: "1 tonne CO2e"},
                                    {"value": 1, "unit": "tonne CO2e"}, lca.quantity("1 tonne CO2e")])  # fmt: skip
def test_a_budget_in_any_spelling(budget):
    assert lca.largest(BY_HAND, USE, within=budget, samples=64)["reference flows"] == pytest.approx(800.0)


def test_central_values_are_those_of_assess():
    found = lca.largest(REAL, SCOPE, within="50 kg CO2e", samples=64)
    one = lca.assess(REAL, SCOPE)[CLIMATE].to("kg CO2e").magnitude
    central = found.table.set_index("quantity")["central"]["reference flows"]
    assert central * one == pytest.approx(50.0, rel=1e-9)
    assert found.budgets["impact"][0] == pytest.approx(one, rel=1e-9)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.999])
def test_the_confidence_is_kept_to_and_no_more_would_be(confidence):
    samples = 1024
    found = lca.largest(REAL, SCOPE, within="50 kg CO2e", confidence=confidence, samples=samples, seed=5)
    drawn = lca.monte_carlo(REAL, SCOPE, samples=samples, seed=5)
    impacts = drawn.draws[:, drawn.categories.index(CLIMATE)]
    flows = found["reference flows"]
    assert (flows * impacts <= 50.0 * (1 + 1e-12)).mean() >= confidence
    assert (flows * 1.001 * impacts <= 50.0).mean() < confidence + 2 / samples
    assert flows <= found.table["median"][0] or confidence <= 0.5


@given(st.floats(0.01, 1e6), st.floats(0.1, 100.0))
def test_law_twice_the_budget_fits_twice(budget, factor):
    once, more = (lca.largest(COMPILED, within=f"{one!r} kg CO2e", samples=16) for one in (budget, budget * factor))
    for level in ("at_confidence", "median", "central"):
        assert more.table[level].to_numpy() == pytest.approx(once.table[level].to_numpy() * factor, rel=1e-9)


COMPILED = lca.compile(BY_HAND, USE)


def test_more_confidence_fits_less():
    fitting = [lca.largest(REAL, SCOPE, within="1 tonne CO2e", confidence=one, samples=256)["reference flows"]
               for one in (0.5, 0.75, 0.9, 0.99)]  # fmt: skip
    assert fitting == sorted(fitting, reverse=True)
    assert len(set(fitting)) == 4


def test_several_budgets_hold_at_once():
    both = {CLIMATE: "1 tonne CO2e", "water use": "10 m3 world eq"}
    found = lca.largest(REAL, SCOPE, within=both, samples=1024)
    alone = {one: lca.largest(REAL, SCOPE, within={one: both[one]}, samples=1024)["reference flows"] for one in both}
    assert found.binding == "water use" == min(alone, key=alone.get)
    assert found["reference flows"] <= min(alone.values())
    assert dict(zip(found.budgets["category"], found.budgets["flows_at_confidence"], strict=True)) == pytest.approx(
        alone
    )
    drawn = lca.monte_carlo(REAL, SCOPE, samples=1024)
    kept = np.ones(1024, dtype=bool)
    for category, budget in ((CLIMATE, 1000.0), ("water use", 10.0)):
        impacts = drawn.draws[:, drawn.categories.index(category)] * found["reference flows"]
        kept &= impacts <= budget * (1 + 1e-12)
    assert 0.95 <= kept.mean() < 0.952
    assert "water use binds" in str(found)


def test_an_incomplete_category_is_no_guarantee():
    found = lca.largest(REAL, SCOPE, within="10 m3 world eq", samples=64)
    assert not found.guaranteed
    assert "no guarantee: less may fit, since a part has no figure" in str(found)
    assert "bioenergy" in found.budgets["reason"][0]
    assert set(found.table["bound"]) == {"at most"}


def test_which_value_of_an_input_fits_by_hand():
    found = lca.largest(BY_HAND, USE, within="1 kg CO2e", of="energy", samples=64)
    assert found["energy"] == pytest.approx(32.0, rel=1e-9)  # of the whole run, a quarter of which is a flow
    assert found.table[["unit", "bound"]].to_numpy().tolist() == [["kWh", "at most"]]
    assert lca.largest(BY_HAND, USE, within="1.5 kg CO2e", of="pue", samples=64)["pue"] == pytest.approx(1.5)


def test_an_input_that_lowers_the_impacts_has_a_least_value():
    made = SCOPE.replace(system_boundary=("manufacture", "use"))
    found = lca.largest(BY_HAND, made, within="1.3 kg CO2e", of="service_life", samples=64)
    assert found["service_life"] == pytest.approx(10 / 4 / (8766 * 0.5) * 1000 / 0.05, rel=1e-9)
    assert found.table["bound"][0] == "at least"
    used = lca.largest(BY_HAND, made, within="1.35 kg CO2e", of="utilisation", samples=64)
    assert used["utilisation"] == pytest.approx(10 / 4 / (4 * 8766) * 1000 / 0.1, rel=1e-9)


@pytest.mark.parametrize("of", ["energy", "pue", "service_life", "machine_hours"])
def test_the_value_that_is_found_meets_the_budget(of):
    found = lca.largest(REAL, SCOPE, within="3 kg CO2e", of=of, samples=512, seed=2)
    at_limit = lca.monte_carlo(REAL, SCOPE, inputs={of: found[of]}, samples=512, seed=2)
    central = lca.compile(REAL, SCOPE)(**{of: found.table["central"][0]})[CLIMATE]
    assert central == pytest.approx(3.0, rel=1e-6)
    kept = at_limit.draws[:, at_limit.categories.index(CLIMATE)] <= 3.0 * (1 + 1e-9)
    assert kept.mean() == pytest.approx(0.95, abs=0.02)  # other points of the other figures, where this one is drawn


def test_any_value_of_an_input_may_do():
    large = lca.largest(BY_HAND, USE, within="1e20 kg CO2e", of="pue", samples=64)
    assert math.isinf(large["pue"])
    assert "at most any" in str(large)
    assert json.loads(json.dumps(large.to_dict(), allow_nan=False))["table"][0]["at_confidence"] is None
    losses = lca.largest(REAL, SCOPE, within="1 tonne CO2e", of="grid_losses", samples=64)
    assert losses["grid_losses"] == 0.5


def test_no_value_of_an_input_may_do():
    with pytest.raises(StudyError, match=r"goes beyond the budget: at pue 1 it takes 2 times as much"):
        lca.largest(BY_HAND, USE, within="0.5 kg CO2e", of="pue", samples=64)
    made = SCOPE.replace(system_boundary=("manufacture", "use"))
    with pytest.raises(StudyError, match=r"however high service_life is it takes 1.25 times"):
        lca.largest(BY_HAND, made, within="1 kg CO2e", of="service_life", samples=64)


WRONG = {
    "a mass": ({"within": "1 kg"}, UnitError, r"no impact category.*climate change \[kg CO2e\]"),
    "two of a unit": ({"within": "1 MJ"}, UnitError, "resource use, fossils; primary energy"),
    "two toxicities": ({"within": "1 CTUh"}, UnitError, "human toxicity, cancer; human toxicity, non-cancer"),
    "two radiations": ({"within": "1 kg U235 eq"}, UnitError, r"ionising radiation \(UNECE\); ionising radiation"),
    "another unit": ({"within": {CLIMATE: "1 MJ"}}, UnitError, "not that of the category"),
    "a number": ({"within": 1000}, UnitError, "a number without a unit"),
    "no category": ({"within": {"climate": "1 kg CO2e"}}, InputError, "did you mean climate change"),
    "nothing": ({"within": {}}, StudyError, "no budget"),
    "below nothing": ({"within": "-1 kg CO2e"}, StudyError, "above 0"),
    "percent": ({"confidence": 95}, StudyError, "a share of the draws"),
    "certainty": ({"confidence": 1.0}, StudyError, "a share of the draws"),
    "no input": ({"of": "foo"}, StudyError, "inputs are energy"),
    "no effect": ({"of": "wue"}, StudyError, "do not change with this input"),
    "samples": ({"samples": 3}, StudyError, "2 or 4"),
    "no such unit": ({"within": "1 m2"}, UnitError, "unknown unit"),
    "no figure": (
        {"subject": BY_HAND, "scope": USE, "within": "1 kBq U235 eq"},
        StudyError,
        "nothing of the study has",
    ),
}


@pytest.mark.parametrize(("changes", "error", "told"), WRONG.values(), ids=WRONG)
def test_wrong_questions(changes, error, told):
    asked = {"subject": REAL, "scope": SCOPE, "within": "50 kg CO2e", "samples": 64} | changes
    with pytest.raises(error, match=told):
        lca.largest(asked.pop("subject"), asked.pop("scope"), **asked)


def test_no_such_row():
    with pytest.raises(StudyError, match="did you mean delivered"):
        lca.largest(BY_HAND, USE, within="1 kg CO2e", samples=64)["deliver"]
