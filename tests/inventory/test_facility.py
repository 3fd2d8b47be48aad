"""From what was metered to the meter of the facility: what a log leaves out, PUE once, water on site.

A DGX H100 for 10 h, its eight cards metered at 56 kWh. By hand, with the stated assumptions::

    processors   2 x 350 W x 0.75              = 525 W         x 10 h =  5.25     kWh
    memory       32 x 64 GB x 0.392 W/GB       = 802.816 W     x 10 h =  8.02816  kWh
    drives       (2 x 1.92 + 8 x 3.84) TB x 1.2 W/TB = 41.472 W x 10 h = 0.41472  kWh
    sum with the cards                                                 69.69288  kWh
    losses of the power supplies   69.69288 x (1 / 0.94 - 1)        =   4.448482 kWh
    IT energy                                                          74.141362 kWh
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import InputError, StudyError
from lca_ai.impact.assess import assess
from lca_ai.inventory import facility

CLIMATE = "climate change"
IT_ENERGY = 69.69288 / 0.94
CARDS = {"energy": "56 kWh", "covers": ["gpu"], "runtime": {"duration": "10 hour"}, "hardware": "dgx-h100"}
FRANCE = {"zone": "FR", "year": 2021}


def energy(result) -> dict[str, float]:
    return dict(zip(result.energy()["activity"], result.energy()["energy [kWh]"], strict=True))


# What the log does not cover


@pytest.mark.parametrize(
    ("activity", "kwh"),
    [
        ("electricity, gpu", 56.0),
        ("cpu, not covered by the log", 5.25),
        ("memory, not covered by the log", 8.02816),
        ("storage, not covered by the log", 0.41472),
        ("losses of the power supplies", 69.69288 * (1 / 0.94 - 1)),
    ],
)
def test_what_a_log_of_cards_leaves_out_is_modelled(activity: str, kwh: float, run, use) -> None:
    assert energy(use(run(**CARDS)))[activity] == pytest.approx(kwh, rel=1e-12)


def test_all_parts_make_the_it_energy(run, use) -> None:
    inventory = use(run(**CARDS)).inventories[0]
    assert inventory.it_energy == pytest.approx(IT_ENERGY, rel=1e-12)
    assert inventory.meter_energy == pytest.approx(IT_ENERGY, rel=1e-12)


def test_what_is_modelled_is_marked_so(run, use) -> None:
    basis = use(run(**CARDS)).energy().set_index("activity")["activity_basis"]
    assert basis["electricity, gpu"] == "given"
    assert set(basis.drop("electricity, gpu")) == {"modelled"}


def test_each_assumption_of_a_model_is_stated(run, use) -> None:
    subjects = " ".join(one.subject for one in use(run(**CARDS)).assumed)
    for part in ("cpu", "memory", "storage", "power supplies"):
        assert part in subjects


def test_fans_and_network_have_no_figure_and_are_a_gap(run, use) -> None:
    gaps = use(run(**CARDS)).gaps
    assert "electricity of fans, mainboard and network cards" in set(gaps.loc[gaps["kind"] == "missing", "process"])


def test_what_a_log_covers_is_not_modelled_again(run, use) -> None:
    found = energy(use(run(**CARDS | {"covers": ["gpu", "cpu", "memory"]})))
    assert "cpu, not covered by the log" not in found
    assert "memory, not covered by the log" not in found
    assert found["storage, not covered by the log"] == pytest.approx(0.41472, rel=1e-12)


def test_a_log_at_the_plug_covers_the_machine(run, use) -> None:
    assert energy(use(run(**CARDS | {"covers": ["node"]}))) == {"electricity, whole machine": 56.0}


def test_two_machines_take_twice_the_host(run, use) -> None:
    pair = use(run(**CARDS | {"hardware": {"catalogue": "dgx-h100", "count": 2}}))
    assert energy(pair)["cpu, not covered by the log"] == pytest.approx(2 * 5.25, rel=1e-12)


def test_a_host_that_cannot_be_modelled_without_a_runtime_is_a_gap(run, use) -> None:
    gaps = use(run(**CARDS | {"runtime": None})).gaps
    assert "no runtime is given to model the rest" in " ".join(gaps.loc[gaps["kind"] == "missing", "reason"])


def test_a_host_that_is_not_named_is_a_gap(run, use) -> None:
    gaps = use(run(energy="56 kWh", covers=["gpu"])).gaps
    assert "no hardware is named to model the rest" in " ".join(gaps.loc[gaps["kind"] == "missing", "reason"])


# Modelled from the rated power


def test_without_a_log_energy_is_rated_power_times_utilisation_times_time(run, use) -> None:
    """8 x 700 W x 0.6 x 10 h = 33.6 kWh."""
    found = use(run(energy=None, hardware="dgx-h100", runtime={"duration": "10 hour", "utilisation": 0.6}))
    assert energy(found)["electricity, gpu"] == pytest.approx(33.6, rel=1e-12)
    assert found.energy().set_index("activity")["activity_basis"]["electricity, gpu"] == "modelled"


def test_accelerator_hours_are_hours_of_machines_over_the_cards_of_one(run, use) -> None:
    """80 accelerator hours on machines of eight cards are ten machine hours."""
    hours = use(run(energy=None, hardware="dgx-h100", runtime={"device_hours": "80 hour"}))
    duration = use(run(energy=None, hardware="dgx-h100", runtime={"duration": "10 hour"}))
    assert energy(hours) == pytest.approx(energy(duration), rel=1e-12)


def test_idle_time_is_at_idle_power(run, use) -> None:
    """8 x (400 W x 0.75 + 50 W x 0.25) x 10 h = 25 kWh."""
    card = {"kind": "accelerator", "name": "card", "count": 8, "rated_power": "400 W", "idle_power": "50 W"}
    found = use(
        run(
            energy=None,
            hardware={"name": "node", "components": [card]},
            runtime={"duration": "10 hour", "idle_share": 0.25},
        )
    )
    assert energy(found)["electricity, gpu"] == pytest.approx(25.0, rel=1e-12)


def test_an_idle_share_without_an_idle_power_is_refused(run, use) -> None:
    card = {"kind": "accelerator", "name": "card", "rated_power": "400 W"}
    with pytest.raises(StudyError, match="idle share needs the idle power"):
        use(
            run(
                energy=None,
                hardware={"name": "node", "components": [card]},
                runtime={"duration": "1 hour", "idle_share": 0.25},
            )
        )


def test_a_card_of_unknown_power_is_refused_and_not_taken_for_zero(run, use) -> None:
    card = {"kind": "accelerator", "name": "card"}
    with pytest.raises(StudyError, match="rated power is not known"):
        use(run(energy=None, hardware={"name": "node", "components": [card]}, runtime={"duration": "1 hour"}))


# PUE


def test_pue_is_applied_once(run, use) -> None:
    inventory = use(run(location=FRANCE | {"pue": 1.25})).inventories[0]
    assert inventory.it_energy == pytest.approx(10.0)
    assert inventory.meter_energy == pytest.approx(12.5, rel=1e-12)


def test_pue_scales_what_was_modelled_too(run, use) -> None:
    inventory = use(run(**CARDS | {"location": FRANCE | {"pue": 1.2}})).inventories[0]
    assert inventory.meter_energy == pytest.approx(1.2 * IT_ENERGY, rel=1e-12)


def test_impacts_of_electricity_scale_with_the_pue(run, use) -> None:
    bare, cooled = use(run()), use(run(location=FRANCE | {"pue": 1.25}))
    known = bare.totals["amount"].notna()
    assert list(cooled.totals.loc[known, "amount"]) == pytest.approx(
        list(1.25 * bare.totals.loc[known, "amount"]), rel=1e-12
    )


def test_energy_metered_for_the_facility_refuses_a_pue(run, use) -> None:
    with pytest.raises(StudyError, match=r"location\.pue: .*the PUE is in it already"):
        use(run(covers=["facility"], location=FRANCE | {"pue": 1.2}))


@pytest.mark.parametrize("place", [FRANCE, FRANCE | {"pue": 1.0}])
def test_energy_metered_for_the_facility_is_that_at_the_meter(place, run, use) -> None:
    assert use(run(covers=["facility"], location=place)).inventories[0].meter_energy == pytest.approx(10.0)


def test_without_a_pue_the_average_of_the_industry_is_assumed(run, use) -> None:
    """Uptime Institute, annual survey 2021: 1.57."""
    found = use(run(location=FRANCE))
    assert found.inventories[0].pue == 1.57
    [assumed] = [one for one in found.assumed if "PUE" in one.subject]
    assert (assumed.value, assumed.source) == ("1.57", "uptime-2021")
    assert found.energy().set_index("activity")["activity_basis"]["facility overhead (PUE)"] == "assumed"


def test_the_average_is_that_of_the_nearest_year(run, use) -> None:
    found = use(run(location={"zone": "FR", "year": 2024}))
    assert found.inventories[0].pue == 1.56


# Water on site


def test_water_on_site_follows_the_it_energy_and_not_the_pue(run, use) -> None:
    """0.3 L/kWh x 10 kWh = 3 L, whatever the PUE (The Green Grid, white paper 35)."""
    found = use(run(location=FRANCE | {"pue": 1.5, "wue": "0.3 L/kWh"})).by("process")["water consumption"]
    assert found["cooling water on site"] == pytest.approx(0.003, rel=1e-12)


def test_water_on_site_is_weighted_by_scarcity_as_any_water(run, use) -> None:
    found = use(run(location=FRANCE | {"pue": 1.5, "wue": "0.3 L/kWh"})).by("process")["water use"]
    assert found["cooling water on site"] == pytest.approx(0.003 * 42.95, rel=1e-12)


def test_water_on_site_adds_to_that_of_the_grid(run, use) -> None:
    dry, wet = (
        use(run(location=FRANCE | {"pue": 1.0, "wue": wue})).totals.loc["water consumption", "amount"]
        for wue in ("0 L/kWh", "0.3 L/kWh")
    )
    assert wet - dry == pytest.approx(0.003, rel=1e-9)


def test_water_on_site_that_is_not_given_is_a_gap_and_not_zero(run, use) -> None:
    found = use(run())
    gaps = found.gaps[found.gaps["process"] == "cooling water on site"]
    assert set(gaps["category"]) == {"water use", "water consumption"}
    assert not found.totals.loc["water use", "complete"]


# Energy beside the run


def test_energy_beside_the_run_is_cooled_too(run, use) -> None:
    inventory = use(run(additional_energy={"idle nodes": "6 kWh"}, location=FRANCE | {"pue": 1.25})).inventories[0]
    assert inventory.meter_energy == pytest.approx(1.25 * 16.0, rel=1e-12)


# Energy spread over hours


@given(
    kwh=st.floats(min_value=0, max_value=1e9),
    seconds=st.floats(min_value=1e-3, max_value=1e6),
    start=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2050, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_energy_spread_over_hours_is_conserved(kwh: float, seconds: float, start: datetime) -> None:
    hours = facility.evenly(kwh, start, seconds)
    assert hours.sum() == pytest.approx(kwh, rel=1e-9)
    assert (hours >= 0).all()
    assert hours.index.is_unique


def test_a_run_of_an_hour_and_a_half_over_three_clock_hours() -> None:
    """From 10:45 for 90 minutes: 15, 60 and 15 minutes."""
    hours = facility.evenly(6.0, datetime(2021, 6, 1, 10, 45, tzinfo=UTC), 5400)
    assert list(hours) == pytest.approx([1.0, 4.0, 1.0])


# What contradicts itself


def test_accelerator_hours_of_a_machine_without_accelerators_are_refused(run, use) -> None:
    board = {"name": "board", "components": [{"kind": "mainboard"}]}
    with pytest.raises(InputError, match=r"runtime\.device_hours: device_hours need hardware with accelerators"):
        use(run(hardware=board, runtime={"device_hours": "8 hour"}))


def test_hardware_without_a_runtime_cannot_be_allocated(run, scope) -> None:
    with pytest.raises(StudyError, match="runtime: how long the hardware was used is not known"):
        assess(run(hardware="dgx-h100"), scope())
