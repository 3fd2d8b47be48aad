"""Published assessments, reproduced through the public models and the engine; those that do not reproduce say why.

Where a source multiplies the rated power of accelerators with their hours, its boundary ends at the accelerators: the
row of the accelerators is compared, with the facility's overhead on it. Our model counts the losses of the power
supplies beside them, in a row of its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from lca_ai import units
from lca_ai.impact.assess import assess
from lca_ai.impact.result import Result
from lca_ai.interpretation.checks import check_result
from lca_ai.models.scope import FunctionalUnit, GoalAndScope
from lca_ai.models.workload import InferenceService, TrainingRun

CASES = {
    case["id"]: case for case in yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
}
PUBLISHED = [(name, what) for name, case in CASES.items() for what in case["published"]]
SOUND = [(name, what) for name, what in PUBLISHED if "differs" not in CASES[name]]
UNSOUND = [(name, what) for name, what in PUBLISHED if "differs" in CASES[name]]


def workload(run: dict[str, Any]) -> TrainingRun | InferenceService:
    """What the source states, in our models."""
    place = {name: run[name] for name in ("pue", "wue", "grid_intensity") if name in run}
    given: dict[str, Any] = {
        "name": "published",
        "location": {"zone": run.get("zone", "US"), "year": 2022, "pue": 1.0, "grid_losses": 0.0} | place,
    }
    given |= {name: run[name] for name in ("energy", "delivered") if name in run}
    given["additional_energy"] = run.get("additional", {})
    length = {name: run[name] for name in ("duration", "device_hours") if name in run}
    if length:
        given["runtime"] = length
        given["hardware"] = run.get("hardware") or machine(run)
        given["allocation"] = {name: run[name] for name in ("service_life", "utilisation") if name in run}
    return (InferenceService if "delivered" in run else TrainingRun)(**given)


def machine(run: dict[str, Any]) -> dict[str, Any]:
    """A server of the published accelerators, with the published impacts of making it."""
    card = {"kind": "accelerator", "name": "as published", "count": run.get("cards", 1)}
    card |= {"rated_power": run["power"]} if "power" in run else {}
    card |= {"embodied": {"climate change": run["card"]}} if "card" in run else {}
    server = {"embodied": {"climate change": run["server"]}} if "server" in run else {}
    return {"name": "machine", "components": [card], **server}


@cache
def result(name: str) -> Result:
    run = CASES[name]["run"]
    unit = FunctionalUnit("as published", reference_flow=run.get("per", "1 model"))
    stages = ("use", "manufacture") if "service_life" in run else ("use",)
    return assess(workload(run), GoalAndScope(goal="to reproduce", functional_unit=unit, system_boundary=stages))


def found(name: str, what: str, unit: str) -> float:
    """The figure of ours that the source prints, in its unit."""
    whole = result(name)
    if what == "energy at the meter":
        return float(units.registry().Quantity(_energy(whole), "kWh").to(units.unit(unit)).magnitude)
    rows = whole.impacts
    if what == "water on site":
        rows = rows[(rows["process"] == "cooling water on site") & (rows["category"] == "water consumption")]
        own = "m3"
    else:
        category = what.removeprefix("embodied ")
        stage = "manufacture" if what.startswith("embodied ") else "use"
        rows = rows[(rows["category"] == category) & (rows["life_cycle_stage"] == stage)]
        own = rows["unit"].iloc[0]
    amount = (
        float(rows["amount"].sum())
        if not _modelled(whole) or what != "climate change"
        else _of_the_accelerators(whole, rows)
    )
    return float(units.registry().Quantity(amount, units.unit(own)).to(units.unit(unit)).magnitude)


def _modelled(whole: Result) -> bool:
    return bool((whole.energy()["activity"] == "electricity, gpu").any())


def _energy(whole: Result) -> float:
    [inventory] = whole.inventories
    if not _modelled(whole):
        return inventory.meter_energy * whole.reference_share
    return (
        whole.energy().set_index("activity").loc["electricity, gpu", "energy [kWh]"]
        * inventory.pue
        * whole.reference_share
    )


def _of_the_accelerators(whole: Result, rows) -> float:
    return (
        float(rows.loc[rows["process"].str.startswith("electricity, gpu"), "amount"].sum()) * whole.inventories[0].pue
    )


def printed(name: str, what: str) -> tuple[float, str, float]:
    """A published figure, its unit and the tolerance that its digits leave."""
    number, _, unit = str(CASES[name]["published"][what]).partition(" ")
    mantissa, _, exponent = number.partition("e")
    last_digit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    value = float(number)
    return value, unit, max(last_digit / 2 * (1 + 1e-9), CASES[name].get("within", 0.01) * value)


@pytest.mark.parametrize(("name", "what"), SOUND)
def test_a_published_figure_is_reproduced(name: str, what: str) -> None:
    value, unit, tolerance = printed(name, what)
    assert found(name, what, unit) == pytest.approx(value, abs=tolerance), CASES[name]["source"]


@pytest.mark.parametrize(("name", "what"), UNSOUND)
def test_a_published_figure_that_does_not_follow_from_its_inputs_is_not_met(name: str, what: str) -> None:
    value, unit, tolerance = printed(name, what)
    assert found(name, what, unit) != pytest.approx(value, abs=tolerance), CASES[name]["differs"]


@pytest.mark.parametrize("name", CASES)
def test_a_case_cites_its_source_and_explains_itself(name: str) -> None:
    case = CASES[name]
    assert len(case["source"]) > 20
    assert ("within" in case) == ("because" in case)


def test_there_are_many_cases() -> None:
    assert len({name for name, _ in SOUND}) >= 40


def test_a_run_whose_power_nobody_published_is_refused_and_not_invented() -> None:
    """Strubell, Ganesh, McCallum 2019, table 3: no power of the TPUs is given."""
    run = {"duration": "96 hour", "cards": 16}
    with pytest.raises(ValueError, match="rated power is not known"):
        assess(
            workload(run),
            GoalAndScope(goal="to reproduce", functional_unit=FunctionalUnit("a model", reference_flow="1 model")),
        )


@pytest.mark.parametrize("name", sorted({name for name, _ in SOUND}))
def test_a_sound_case_is_not_flagged(name: str) -> None:
    assert [check for check in check_result(result(name)) if check.verdict == "flag"] == []
