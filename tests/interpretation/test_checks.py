"""Rules of plausibility: published figures that cannot be are flagged, each by the name of its rule; sound ones are not."""

from __future__ import annotations

import pytest

from lca_ai import tables
from lca_ai.impact.assess import assess
from lca_ai.impact.result import Result
from lca_ai.interpretation.checks import Check, check_result, grid_intensity, power_within_hardware, same_pue_basis
from lca_ai.interpretation.contribution import contributions
from lca_ai.models.catalogue import server
from lca_ai.models.hardware import Accelerator, Server
from lca_ai.models.scope import FunctionalUnit, GoalAndScope
from lca_ai.models.study import read_study
from lca_ai.models.workload import TrainingRun

GRID = "grid intensity within 5 to 1300 g CO2e/kWh"
POWER = "power between idle and what the hardware can draw"
PUE_BASIS = "energy and mass on the same PUE basis"
STUDIES = ("resnet50-france", "resnet50-texas", "bloom-training")


def assessed(**given) -> Result:
    scope = GoalAndScope(
        goal="to check", functional_unit=FunctionalUnit("one model", reference_flow="1 model"), system_boundary=["use"]
    )
    place = {"zone": "US", "year": 2022, "pue": 1.0, "grid_losses": 0.0}
    return assess(TrainingRun(**{"name": "run", "location": place} | given), scope)


def example(name: str) -> Result:
    return assess(read_study(tables.data_root() / "datasets" / "studies" / f"{name}.yaml"))


def rule(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.rule == name)


# Published figures that cannot be


def test_a_grid_cleaner_than_any_on_earth_is_flagged() -> None:
    """Meta, model card of Llama 3.3 70B: 12.9 t for 7.0 million hours at 700 W, 4.9 GWh: 2.6 g CO2e/kWh."""
    place = {"zone": "US", "year": 2022, "pue": 1.0, "grid_losses": 0.0, "grid_intensity": "2.63 g CO2e/kWh"}
    found = assessed(energy="4.9 GWh", location=place)
    assert found["climate change"].to("t CO2e").magnitude == pytest.approx(12.9, rel=0.01)
    assert rule(check_result(found), GRID).verdict == "flag"


def test_more_power_than_the_machine_can_draw_is_flagged() -> None:
    """Cattan et al. 2022: 204.24 MWh in 20.19 h on one DGX with eight V100, which can draw 3.5 kW: 10 MW."""
    dgx = {
        "name": "DGX-1",
        "max_power": "3500 W",
        "components": [{"kind": "accelerator", "item": "v100-sxm2-32gb", "count": 8}],
    }
    found = rule(check_result(assessed(energy="204.24 MWh", hardware=dgx, runtime={"duration": "20.19 hour"})), POWER)
    assert found.verdict == "flag"
    assert "10,115,899 W" in found.detail


def test_the_same_figure_in_kilowatt_hours_is_flagged_too() -> None:
    """204.24 kWh in 20.19 h are 10 kW, three times what the machine can draw."""
    dgx = {
        "name": "DGX-1",
        "max_power": "3500 W",
        "components": [{"kind": "accelerator", "item": "v100-sxm2-32gb", "count": 8}],
    }
    assert (
        rule(
            check_result(assessed(energy="204.24 kWh", hardware=dgx, runtime={"duration": "20.19 hour"})), POWER
        ).verdict
        == "flag"
    )


def test_energy_and_mass_on_different_pue_bases_are_flagged() -> None:
    """Luccioni, Viguier, Ligozat 2023, table 4, GPT-3: 1,287 MWh (PUE of 1.10 in it) at 429 g/kWh, and 502 t without PUE."""
    found = same_pue_basis(1_287_000, 502_000, 429, 1.1, "GPT-3")
    assert (found.rule, found.verdict) == (PUE_BASIS, "flag")


def test_energy_above_the_rated_power_is_flagged() -> None:
    """Eight cards of 700 W use at most 56 kWh in 10 h."""
    found = assessed(energy="57 kWh", covers=["gpu"], hardware="dgx-h100", runtime={"duration": "10 hour"})
    assert rule(check_result(found), POWER).verdict == "flag"


def test_energy_below_the_idle_power_is_flagged() -> None:
    """Eight cards idle at 62.12 W: 4.97 kWh in 10 h."""
    cards = {"name": "node", "components": [{"kind": "accelerator", "item": "a100-sxm4-80gb", "count": 8}]}
    found = assessed(energy="4.9 kWh", covers=["gpu"], hardware=cards, runtime={"duration": "10 hour"})
    assert rule(check_result(found), POWER).verdict == "flag"
    assert "below the idle power" in rule(check_result(found), POWER).detail


# Their sound neighbours


@pytest.mark.parametrize("name", STUDIES)
def test_the_example_studies_are_not_flagged(name: str) -> None:
    assert [check for check in check_result(example(name)) if check.verdict == "flag"] == []


@pytest.mark.parametrize("kwh", [5.0, 30.0, 56.0])
def test_power_from_idle_to_rated_passes(kwh: float) -> None:
    node = Server(name="node", components=(Accelerator(name="card", count=8, rated_power="700 W", idle_power="60 W"),))
    assert power_within_hardware(node, kwh, 36_000, frozenset({"gpu"}), "run").verdict == "pass"


def test_power_at_the_plug_is_held_against_the_whole_machine() -> None:
    """A DGX H100 can draw 10.2 kW: 102 kWh in 10 h."""
    dgx = server("dgx-h100")
    verdicts = [power_within_hardware(dgx, kwh, 36_000, frozenset({"node"}), "run").verdict for kwh in (101.0, 103.0)]
    assert verdicts == ["pass", "flag"]


def test_power_of_hardware_that_nobody_rated_is_a_note() -> None:
    node = Server(name="node", components=(Accelerator(name="card"),))
    assert power_within_hardware(node, 1.0, 3600, frozenset({"gpu"}), "run").verdict == "note"


@pytest.mark.parametrize(("grams", "verdict"), [(4.99, "flag"), (5.0, "pass"), (1300.0, "pass"), (1300.1, "flag")])
def test_bounds_of_a_grid(grams: float, verdict: str) -> None:
    assert grid_intensity(grams, "run").verdict == verdict


def test_energy_and_mass_on_one_pue_basis_pass() -> None:
    """Luccioni, Viguier, Ligozat 2023, table 4, Gopher: 1,066 MWh at 330 g/kWh: 352 t without and 380 t with a PUE of 1.08."""
    assert [same_pue_basis(1_066_000, mass, 330, 1.08, "Gopher").verdict for mass in (352_000, 380_000)] == [
        "pass",
        "pass",
    ]


@pytest.mark.parametrize("pue", [1.0, 1.2, 2.0])
def test_pue_is_found_applied_once(pue: float) -> None:
    place = {"zone": "FR", "year": 2021, "pue": pue}
    assert rule(check_result(assessed(energy="10 kWh", location=place)), "PUE applied once").verdict == "pass"


def test_the_bottom_up_intensity_stands_beside_the_published_one() -> None:
    found = rule(
        check_result(assessed(energy="10 kWh", location={"zone": "FR", "year": 2021, "pue": 1.0})),
        "grid intensity against the published one",
    )
    assert found.verdict == "pass"
    assert "59.8 g/kWh generated" in found.detail


def test_a_bottom_up_intensity_far_from_the_published_one_is_noted() -> None:
    found = rule(
        check_result(assessed(energy="10 kWh", location={"zone": "CA", "year": 2024, "pue": 1.0})),
        "grid intensity against the published one",
    )
    assert found.verdict == "note"


# Contributions


@pytest.mark.parametrize("name", STUDIES)
def test_contributions_sum_to_the_whole(name: str) -> None:
    found = example(name)
    table = contributions(found)
    assert table["amount"].sum() == pytest.approx(found["climate change"].magnitude, rel=1e-12)
    assert table["share"].sum() == pytest.approx(1.0, rel=1e-12)


def test_contributions_are_largest_first() -> None:
    amounts = contributions(example("resnet50-france"))["amount"].abs()
    assert amounts.is_monotonic_decreasing


def test_contributions_of_no_category_are_an_error_with_a_hint() -> None:
    with pytest.raises(LookupError, match=r"did you mean.*climate change"):
        contributions(example("resnet50-france"), "climate chang")
