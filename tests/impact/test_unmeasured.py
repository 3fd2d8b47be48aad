"""What a log leaves unmeasured is a gap that keeps the total out of the headline; it never counts as nothing."""

import pytest

import lca_ai as lca

SCOPE = lca.GoalAndScope(
    goal="test", functional_unit=lca.FunctionalUnit("one model", reference_flow="1 model"), system_boundary=["use"]
)
HEADER = "timestamp, uuid, power.draw [W]\n"


def rows(device, start, end, power="100.00 W", step=1):
    return "".join(
        f"2024/03/01 09:{s // 60:02d}:{s % 60:02d}.000, {device}, {power}\n" for s in range(start, end + 1, step)
    )


def assessed(tmp_path, text, hardware="dgx-h100", name="log.csv", **given):
    (tmp_path / name).write_text(text)
    given = {"timezone": "UTC", "covers": ["gpu"]} | given
    run = lca.TrainingRun(
        name="run", power=lca.read_power_log(tmp_path / name, **given), hardware=hardware,
        location=lca.location("FR", year=2022, pue=1.0, wue="0 L/kWh"),
    )  # fmt: skip
    return lca.assess(run, SCOPE)


def missing(result):
    gaps = result.gaps[result.gaps["kind"] == "missing"]
    return dict(zip(gaps["process"], gaps["reason"], strict=True))


def cards(count):
    return {
        "name": "box",
        "components": [{"kind": "accelerator", "name": "card", "count": count}, {"kind": "mainboard"}],
    }


def test_a_device_that_stops_early_has_a_gap_at_its_end(tmp_path):
    """Two cards, ten minutes; the second stops after one: (0 + 540) / 2 = 270 s per device are not known."""
    result = assessed(tmp_path, HEADER + rows("GPU-a", 0, 600) + rows("GPU-b", 0, 60), cards(2))
    reading = result.readings["run"]
    assert reading.gap_seconds == pytest.approx(270)
    assert reading.covered_seconds + reading.gap_seconds == pytest.approx(600)
    assert "270.0 s per device" in missing(result)["measured electricity"]
    assert not result.totals["complete"]["climate change"]


def test_a_device_that_starts_a_sample_late_has_none(tmp_path):
    result = assessed(tmp_path, HEADER + rows("GPU-a", 0, 600) + rows("GPU-b", 1, 600), cards(2))
    assert result.readings["run"].gap_seconds == 0
    assert "measured electricity" not in missing(result)


def test_a_device_without_any_usable_reading_is_named(tmp_path):
    result = assessed(tmp_path, HEADER + rows("GPU-a", 0, 60) + rows("GPU-b", 0, 60, "[N/A]"), cards(2))
    assert result.readings["run"].silent == ("GPU-b",)
    assert "GPU-b" in missing(result)["measured electricity"]
    assert "GPU-b" not in result.readings["run"].per_device()


def test_a_device_of_one_reading_has_no_energy_rather_than_none(tmp_path):
    result = assessed(tmp_path, HEADER + rows("GPU-a", 0, 60) + rows("GPU-b", 30, 30), cards(2))
    assert list(result.readings["run"].per_device()) == ["GPU-a"]
    assert result.readings["run"].silent == ("GPU-b",)


def test_a_counter_reset_is_a_gap(tmp_path):
    text = "time,device,counter [J]\n" + "".join(f"2024-03-01T09:00:{s:02d}Z,box,{(s % 20) * 100}\n" for s in range(60))
    result = assessed(tmp_path, text, "r7525-3xa100", covers=["node"])
    assert result.readings["run"].resets == 2
    assert "2 counter resets" in missing(result)["measured electricity"]


def test_fewer_cards_in_the_log_than_in_the_machine_is_a_gap(tmp_path):
    result = assessed(tmp_path, HEADER + rows("GPU-a", 0, 60) + rows("GPU-b", 0, 60), "p5.48xlarge")
    assert "2 of the 8 accelerators" in missing(result)["electricity of accelerators"]


def test_more_cards_in_the_log_than_in_the_machine_is_an_error(tmp_path):
    with pytest.raises(lca.LcaAiError, match="names 2 accelerators and the hardware has 1"):
        assessed(tmp_path, HEADER + rows("GPU-a", 0, 60) + rows("GPU-b", 0, 60), "h200")


def test_a_card_alone_has_a_host_that_is_a_gap(tmp_path):
    assert "electricity of the host" in missing(assessed(tmp_path, HEADER + rows("GPU-a", 0, 60), "h200"))


def test_time_between_the_sessions_of_an_interval_log_is_no_part_of_the_run(tmp_path):
    """Two runs of 10 min, a day apart: the machine is occupied for 20 min, not for a day."""
    text = "time,device,energy [Wh],duration [s]\n2024-03-01T09:10:00Z,box,10,600\n2024-03-02T09:10:00Z,box,10,600\n"
    result = assessed(tmp_path, text, "r7525-3xa100", covers=["node"])
    assert result.inventories[0].machine_seconds == pytest.approx(1200)
    assert "between intervals" in set(result.data_quality["what"])


def test_a_stated_window_of_an_interval_log_has_gaps(tmp_path):
    text = "time,device,energy [Wh],duration [s]\n2024-03-01T09:10:00Z,box,10,600\n2024-03-01T09:30:00Z,box,10,600\n"
    (tmp_path / "log.csv").write_text(text)
    log = lca.read_power_log(tmp_path / "log.csv", timezone="UTC", covers=["node"])
    from lca_ai.logs.energy import read_energy

    reading = read_energy(log.between("2024-03-01 09:00:00", "2024-03-01 09:40:00"))
    assert reading.gap_seconds == pytest.approx(600 + 600)
    assert reading.covered_seconds == pytest.approx(1200)


def test_a_unit_in_the_title_of_the_power_column_is_honoured(tmp_path):
    milli = HEADER.replace("[W]", "[mW]") + rows("GPU-a", 0, 36, "100000")
    watt = HEADER + rows("GPU-a", 0, 36, "100")
    energies = [
        assessed(tmp_path, text, cards(1), name).readings["run"].total
        for text, name in ((milli, "a.csv"), (watt, "b.csv"))
    ]
    assert energies[0] == pytest.approx(energies[1]) == pytest.approx(0.001)


def test_energies_that_only_grow_are_taken_for_a_running_total_and_refused(tmp_path):
    text = "time,device,energy [kWh]\n" + "".join(f"2024-03-01T09:00:{s:02d}Z,box,{s / 1000}\n" for s in range(1, 40))
    with pytest.raises(lca.LcaAiError, match="running total"):
        assessed(tmp_path, text, "r7525-3xa100", covers=["node"])


def test_a_zone_with_a_mix_takes_no_proxy():
    run = lca.TrainingRun(name="run", energy="1 kWh", location=lca.location("DE", proxy="FR", pue=1.0))
    with pytest.raises(lca.LcaAiError, match="DE has a mix of its own"):
        lca.assess(run, SCOPE)


def test_a_region_and_a_zone_that_contradict_are_refused():
    with pytest.raises(lca.LcaAiError, match="not in this zone"):
        lca.location("FR", cloud="aws", region="eu-central-1")
    assert lca.location("DE", cloud="aws", region="eu-central-1").zone == "DE"


def test_what_the_catalogue_assumes_of_a_machine_is_shown():
    run = lca.TrainingRun(
        name="run", energy="1 kWh", hardware="r7525-3xa100", runtime={"duration": "1 h"}, location=lca.location("FR", year=2022, pue=1.0)
    )  # fmt: skip
    scope = SCOPE.replace(system_boundary=["manufacture", "use"])
    reasons = " ".join(one.reason for one in lca.assess(run, scope).assumed)
    assert "modules of 32 GB" in reasons
    assert "one drive" in reasons


def test_a_decimal_comma_in_a_study_is_told(tmp_path):
    study = tmp_path / "study.yaml"
    study.write_text(
        "name: s\ngoal_and_scope: {goal: g, functional_unit: {description: d, reference_flow: 1 model}}\n"
        "workloads:\n  - {type: training, name: w, energy: 1 kWh, location: {zone: DE, pue: 1,2}}\n"
    )
    with pytest.raises(lca.LcaAiError, match=r"study\.yaml: workloads\.0\.location.*decimals take a point"):
        lca.read_study(study)
