"""A run carries its time over the productive time of the machine's life."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.impact.assess import assess
from lca_ai.inventory.allocation import share_of_life
from lca_ai.models.workload import Allocation

CLIMATE = "climate change"
seconds = st.floats(min_value=1, max_value=1e9)


def test_by_hand() -> None:
    """36 h of 4 years of 365.25 days at 85 %: 36 / (4 x 8766 x 0.85) = 36 / 29,804.4."""
    share = share_of_life(36 * 3600, Allocation(service_life="4 year", utilisation=0.85), workload="run")
    assert share.machines == pytest.approx(36 / 29_804.4, rel=1e-12)
    assert share.assumed == ()


def test_a_whole_life_in_use_carries_one_machine() -> None:
    share = share_of_life(5 * 365.25 * 86_400, Allocation(service_life="5 year", utilisation=1.0), workload="run")
    assert share.machines == pytest.approx(1.0, rel=1e-12)


def test_published_share_of_bloom() -> None:
    """1,082,990 GPU hours at 8 GPUs a server, 6 years at 85 %: servers of 2,500 kg and GPUs of 150 kg make 7.57 and
    3.64 t CO2e (Luccioni, Viguier, Ligozat 2023, JMLR 24:253, section 4.1)."""
    share = share_of_life(1_082_990 / 8 * 3600, Allocation(service_life="6 year", utilisation=0.85), workload="BLOOM")
    assert share.machines * 2.5 == pytest.approx(7.57, abs=0.005)
    assert share.machines * 8 * 0.150 == pytest.approx(3.64, abs=0.01)


def test_life_and_utilisation_that_are_not_given_are_assumed_with_their_range() -> None:
    share = share_of_life(3600, Allocation(), workload="run")
    assert (share.service_life_years, share.utilisation) == (4.0, 0.85)
    assert [one.value for one in share.assumed] == ["4 years", "0.85"]
    assert all("range" in one.reason for one in share.assumed)


@given(first=seconds, second=seconds)
def test_shares_add_up(first: float, second: float) -> None:
    allocation = Allocation(service_life="4 year", utilisation=0.85)
    parts = sum(share_of_life(one, allocation, workload="run").machines for one in (first, second))
    assert share_of_life(first + second, allocation, workload="run").machines == pytest.approx(parts, rel=1e-12)


@given(utilisation=st.floats(min_value=0.01, max_value=1.0))
def test_idle_time_is_borne_by_use(utilisation: float) -> None:
    busy = share_of_life(3600, Allocation(service_life="4 year", utilisation=1.0), workload="run").machines
    idle = share_of_life(3600, Allocation(service_life="4 year", utilisation=utilisation), workload="run").machines
    assert idle == pytest.approx(busy / utilisation, rel=1e-12)


def test_the_share_of_manufacture_in_a_result_by_hand(run, scope) -> None:
    """10 h of a machine of 500 kg CO2e, 1 year in full use: 500 x 10 / 8766 kg."""
    machine = {"name": "machine", "embodied": {CLIMATE: "500 kg CO2e"}}
    workload = run(
        hardware=machine, runtime={"duration": "10 hour"}, allocation={"service_life": "1 year", "utilisation": 1.0}
    )
    assert assess(workload, scope("manufacture"))[CLIMATE].magnitude == pytest.approx(500 * 10 / 8766, rel=1e-12)


def test_a_cluster_carries_the_share_of_each_of_its_servers(run, scope) -> None:
    machine = {"name": "machine", "embodied": {CLIMATE: "500 kg CO2e"}}
    workload = run(
        hardware={"server": machine, "count": 4},
        runtime={"duration": "10 hour"},
        allocation={"service_life": "1 year", "utilisation": 1.0},
    )
    assert assess(workload, scope("manufacture"))[CLIMATE].magnitude == pytest.approx(4 * 500 * 10 / 8766, rel=1e-12)


def test_two_runs_on_machines_of_one_name_keep_their_own_machine(run, scope) -> None:
    machines = [{"name": "machine", "embodied": {CLIMATE: f"{mass} kg CO2e"}} for mass in (500, 100)]
    runs = [
        run(
            name=name,
            hardware=machine,
            runtime={"duration": "10 hour"},
            produces=made,
            allocation={"service_life": "1 year", "utilisation": 1.0},
        )
        for name, machine, made in zip("ab", machines, ("1 model", "nothing"), strict=True)
    ]
    climate = assess(runs, scope("manufacture")).by("workload")[CLIMATE]
    assert list(climate[["a", "b"]]) == pytest.approx([500 * 10 / 8766, 100 * 10 / 8766], rel=1e-12)


def test_no_hardware_is_a_gap_in_every_stage_but_use(run, scope) -> None:
    gaps = assess(run(), scope()).gaps
    missing = gaps[(gaps["kind"] == "missing") & (gaps["process"] == "hardware")]
    assert set(missing["life_cycle_stage"]) == {"manufacture", "transport", "end of life"}


def test_what_the_scope_cuts_off_is_a_cut_off_and_not_a_gap(run, scope) -> None:
    cut = scope().replace(cut_offs=({"what": "hardware", "reason": "rented by the hour"},))
    gaps = assess(run(), cut).gaps
    assert set(gaps.loc[gaps["process"] == "hardware", "kind"]) == {"cut-off"}
