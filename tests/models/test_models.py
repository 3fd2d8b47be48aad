"""Models hold and check: frozen, exact about their fields, the same after a round trip; hardware by name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import InputError, StudyError, UnitError, UnknownKeyError
from lca_ai.impact.assess import assess
from lca_ai.models import catalogue
from lca_ai.models.catalogue import hardware, resolve
from lca_ai.models.hardware import Accelerator, Cluster, Cpu, Memory, Server
from lca_ai.models.location import Location, location
from lca_ai.models.power import PowerLog, moment
from lca_ai.models.runtime import Runtime
from lca_ai.models.scope import STAGES, FunctionalUnit, GoalAndScope
from lca_ai.models.workload import InferenceService, TrainingRun

UNIT = FunctionalUnit("one trained model", reference_flow="1 model")


# Models


def test_a_model_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        location("FR").zone = "DE"


def test_a_changed_model_is_a_new_one() -> None:
    france = location("FR", pue=1.2)
    germany = france.replace(zone="DE")
    assert (france.zone, germany.zone, germany.pue) == ("FR", "DE", 1.2)


def test_a_changed_model_is_checked() -> None:
    with pytest.raises(InputError, match="below 1"):
        location("FR").replace(pue=0.5)


@pytest.mark.parametrize(
    "model", [Location, GoalAndScope, TrainingRun, InferenceService, Accelerator, Server, Runtime, PowerLog]
)
def test_a_model_refuses_a_field_it_does_not_know(model) -> None:
    with pytest.raises(InputError):
        model(colour="green")


@given(st.floats(min_value=0, max_value=1e12), st.sampled_from(["kWh", "J", "MWh", "Wh"]))
def test_a_quantity_written_and_read_again_is_equal(number: float, unit: str) -> None:
    run = TrainingRun(name="run", energy=f"{number} {unit}", location="FR")
    again = TrainingRun.model_validate_json(run.model_dump_json())
    assert again.energy == run.energy
    assert again.energy.units == run.energy.units


def test_a_workload_of_a_catalogue_machine_written_and_read_again_is_equal() -> None:
    run = TrainingRun(name="run", energy="1 kWh", location="FR", hardware={"catalogue": "dgx-h100", "count": 3})
    assert TrainingRun.model_validate_json(run.model_dump_json()).hardware == run.hardware


# Scope


def test_stages_stand_in_the_order_of_the_life_cycle() -> None:
    scope = GoalAndScope(goal="g", functional_unit=UNIT, system_boundary=["use", "manufacture"])
    assert scope.system_boundary == ("manufacture", "use")


def test_without_a_boundary_the_whole_life_cycle_is_inside() -> None:
    assert GoalAndScope(goal="g", functional_unit=UNIT).system_boundary == STAGES


def test_workloads_without_a_scope_are_refused() -> None:
    with pytest.raises(StudyError, match="the scope is missing"):
        assess(TrainingRun(name="run", energy="1 kWh", location="FR"))


def test_workloads_of_one_name_are_refused() -> None:
    runs = [TrainingRun(name="run", energy="1 kWh", location="FR", produces=made) for made in ("1 model", "nothing")]
    with pytest.raises(StudyError, match=r"names that differ.*run, run"):
        assess(runs, GoalAndScope(goal="g", functional_unit=UNIT))


def test_deliveries_add_up_over_workloads() -> None:
    """10 kWh for 3 million images and 10 kWh for 2 million: 4 kWh per million."""
    unit = FunctionalUnit("a million images", reference_flow="1e6 image")
    services = [
        InferenceService(name=name, energy="10 kWh", delivered=made, location={"zone": "FR", "year": 2021, "pue": 1.0})
        for name, made in (("a", "3e6 image"), ("b", "2e6 image"))
    ]
    found = assess(services, GoalAndScope(goal="g", functional_unit=unit, system_boundary=["use"]))
    assert found.reference_share * sum(one.meter_energy for one in found.inventories) == pytest.approx(4.0, rel=1e-12)


# Hardware by name


@pytest.mark.parametrize("key", sorted({*catalogue.items(), *catalogue.servers()}))
def test_every_key_of_the_catalogue_is_found_by_itself(key: str) -> None:
    assert resolve(key) == key
    assert resolve(key.upper().replace("-", " ")) == key


@pytest.mark.parametrize("name", ["NVIDIA A100-PCIE-40GB", "nvidia a100-pcie-40gb", "A100_PCIE_40GB"])
def test_spellings_of_a_card(name: str) -> None:
    assert resolve(name) == "a100-pcie-40gb"


@pytest.mark.parametrize(
    ("name", "candidates"),
    [("h100", ["h100-pcie-80gb", "h100-sxm5-80gb"]), ("A100", ["a100-pcie-40gb", "a100-sxm4-80gb"])],
)
def test_an_ambiguous_name_is_refused_with_its_candidates(name: str, candidates: list[str]) -> None:
    with pytest.raises(UnknownKeyError, match="this name fits several devices") as caught:
        hardware(name)
    assert all(key in str(caught.value) for key in candidates)


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        UnknownKeyError, match=r"unknown hardware \(got 'dgx-h1000'\); accepted: did you mean .*dgx-h100"
    ):
        hardware("dgx-h1000")


def test_a_part_is_no_machine() -> None:
    with pytest.raises(UnknownKeyError, match="this is not a machine"):
        hardware("ddr4")


def test_a_server_has_its_accelerators() -> None:
    assert hardware("dgx-h100").accelerators == 8
    assert isinstance(hardware("dgx-h100", count=4), Cluster)


def test_a_card_alone_is_a_machine_of_one_card() -> None:
    assert [part.item for part in hardware("a100-pcie-40gb").components] == ["a100-pcie-40gb"]


@pytest.mark.parametrize("key", sorted(catalogue.servers()))
def test_every_server_of_the_catalogue_says_where_its_composition_is_from(key: str) -> None:
    assert hardware(key).sources


def test_a_component_that_names_an_item_has_its_figures() -> None:
    assert Accelerator(item="h100-sxm5-80gb").rated_power.to("W").magnitude == 700
    assert Cpu(item="epyc-7742").die.to("mm^2").magnitude == 1008


def test_memory_with_its_type() -> None:
    card = Accelerator(name="card", memory="141 GB HBM3E")
    assert (card.memory.to("GB").magnitude, card.memory_type) == (141, "HBM3e")


def test_a_server_of_nothing_is_refused() -> None:
    with pytest.raises(StudyError, match="a server of no components and no given impacts"):
        Server(name="empty")


def test_memory_without_its_capacity_is_refused() -> None:
    with pytest.raises(StudyError, match="capacity: this field is required"):
        Memory(name="module")


def test_a_power_in_units_of_energy_is_refused() -> None:
    with pytest.raises(UnitError, match="rated_power"):
        Accelerator(name="card", rated_power="700 Wh")


# Time


@pytest.mark.parametrize("both", [{"duration": "1 h", "device_hours": "8 h"}, {}])
def test_a_runtime_has_one_length(both: dict[str, str]) -> None:
    with pytest.raises(StudyError, match="give either duration or device_hours"):
        Runtime(**both)


def test_a_time_that_happens_twice_is_refused() -> None:
    with pytest.raises(StudyError, match="happens twice, or not at all"):
        moment("2024-10-27T02:30:00", zone="Europe/Paris")


def test_a_time_with_its_offset_is_taken_as_it_is() -> None:
    assert moment("2024-10-27T02:30:00+01:00") == datetime(2024, 10, 27, 1, 30, tzinfo=UTC)


def test_a_naive_time_without_a_zone_is_refused() -> None:
    with pytest.raises(StudyError, match="a time without a zone"):
        moment("2024-06-01T00:00:00")


def test_the_year_of_a_run_is_that_in_utc() -> None:
    """00:30 on New Year's Day in Paris is still the old year."""
    run = TrainingRun(
        name="run",
        energy="1 kWh",
        runtime={"duration": "1 hour", "start": "2022-01-01T00:30:00+01:00"},
        location={"zone": "FR", "pue": 1.0},
    )
    found = assess(run, GoalAndScope(goal="g", functional_unit=UNIT, system_boundary=["use"]))
    assert found.inventories[0].supply.mix.year == 2021
