"""The command as a user meets it: what it writes, what it prints, and one line with status 2 for a wrong input."""

import csv
import json
import subprocess
import sys

import pytest

from lca_ai.tables import data_root

SPL = data_root() / "datasets" / "mlperf-r7525" / "spl.txt"
WINDOW = ["--timezone", "America/Chicago", "--start", "2021-03-18 19:54:12.181", "--end", "2021-03-18 20:04:12.184"]


def command(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", "from lca_ai.cli import main; main()", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=cwd, timeout=120,
    )  # fmt: skip


def fails(*arguments, cwd=None):
    """The one line of a failure."""
    done = command(*arguments, cwd=cwd)
    assert done.returncode == 2, done
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_assess_writes_report_impacts_and_result(tmp_path):
    done = command("assess", "resnet50-france", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.html", "impacts.csv", "result.json"}
    assert "climate change" in done.stdout
    data = json.loads((tmp_path / "out" / "result.json").read_text())
    assert set(data) >= {"impacts", "totals", "energy", "gaps", "data_quality", "sources", "lock"}
    assert all(len(entry["sha256"]) == 64 and entry["version"] for entry in data["lock"]["tables"].values())
    assert str(tmp_path) not in json.dumps(data)
    assert str(data_root()) not in json.dumps(data)


def test_energy_prints_the_agreed_fields():
    done = command("energy", SPL, *WINDOW, "--json")
    found = json.loads(done.stdout)
    assert found["energy_kwh"] * 3.6e6 == pytest.approx(658_184.1, abs=0.1)
    assert found["samples"] == 600
    assert found["covered_seconds"] == pytest.approx(600.003, abs=1e-6)
    assert found["gap_seconds"] == 0
    assert found["dropped"] == 0
    assert found["max_gap_seconds"] == pytest.approx(1.028)
    assert sum(found["per_device"].values()) == pytest.approx(found["energy_kwh"])


def test_energy_reads_columns_by_index(tmp_path):
    log = tmp_path / "a.csv"
    log.write_text("2024-01-01T00:00:00,x,100\n2024-01-01T01:00:00,x,100\n")
    found = json.loads(
        command("energy", log, "--columns", "time=0,power=2", "--device", "box", "--timezone", "UTC", "--json").stdout
    )
    assert found["per_device"] == {"box": pytest.approx(0.1)}


def test_the_schema_is_json_schema():
    schema = json.loads(command("schema").stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    assert "goal_and_scope" in schema["properties"]
    assert any("x-dimension" in json.dumps(part) for part in schema["$defs"].values())


@pytest.mark.parametrize("name", ["resnet50-france", "resnet50-texas", "bloom-training"])
def test_the_schema_accepts_the_example_studies_as_they_are_written(name):
    import jsonschema
    import yaml

    from lca_ai.models.study import schema

    text = (data_root() / "datasets" / "studies" / f"{name}.yaml").read_text()
    study = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (text only: NO is Norway)
    place = study["workloads"][0]["location"]
    study["workloads"][0]["location"] = place | {"year": int(place["year"]), "pue": float(place["pue"])}
    for key in ("grid_losses",):
        if key in place:
            study["workloads"][0]["location"][key] = float(place[key])
    share = study["workloads"][0]["allocation"]
    study["workloads"][0]["allocation"] = share | {"utilisation": float(share["utilisation"])}
    machine = study["workloads"][0]["hardware"]
    if isinstance(machine, dict):
        for part in machine["components"]:
            part["count"] = int(part["count"])
    validator = jsonschema.Draft202012Validator(schema())
    assert [fault.message for fault in validator.iter_errors(study)] == []
    study["workloads"][0]["locaton"] = "FR"
    assert not validator.is_valid(study)


def test_coverage_reaches_what_the_readme_says():
    """The least that the data is meant to cover."""
    counted = json.loads(command("coverage", "--json").stdout)
    least = {
        "countries with a generation mix": 210,
        "states and provinces with a generation mix": 64,
        "US balancing areas with a generation mix": 8,
        "zones with climate change only": 119,
        "cloud regions": 210,
        "cloud providers": 6,
        "hourly series by technology": 8,
        "accelerators named": 119,
        "processors with rated power": 4_880,
        "servers as compositions": 30,
        "cloud GPU instances": 60,
        "EF 3.1 categories of making: accelerator": 16,
        "EF 3.1 categories of making: cpu": 16,
        "EF 3.1 categories of making: mainboard": 16,
        "EF 3.1 categories of electricity from coal": 14,
        "EF 3.1 categories of electricity from nuclear": 14,
        "EF 3.1 categories of electricity from wind": 9,
    }
    assert {what: counted[what] for what in least if counted[what] < least[what]} == {}


def test_hardware_lists_and_shows():
    listed = json.loads(command("hardware", "--json").stdout)
    assert {"dgx-h100", "r7525-3xa100"} <= set(listed["servers"])
    assert len(listed["items"]) >= 10
    shown = json.loads(command("hardware", "r7525-3xa100", "--json").stdout)
    machine, rack = 1466.76, 125 * 2 / 42 * 7.82054
    assert shown["embodied"]["manufacture"]["climate change"]["amount"] == pytest.approx(machine + rack, rel=1e-4)


def test_factors_of_a_zone():
    rows = {row["category"]: row for row in json.loads(command("factors", "FR", "--year", "2021", "--json").stdout)}
    assert rows["climate change"]["amount"] == pytest.approx(0.05984 / (1 - 0.0705384), rel=1e-3)
    assert rows["ozone depletion"]["amount"] is None
    assert rows["climate change"]["source"]


def test_factors_of_a_zone_show_range_grade_sources_and_losses():
    head, *lines = command("factors", "FR", "--year", "2021").stdout.splitlines()
    assert head.endswith("; grid losses 7.05%")
    [climate] = [line for line in lines if line.strip().startswith("climate change")]
    assert " to " in climate
    rows = json.loads(command("factors", "FR", "--year", "2021", "--json").stdout)
    row = next(row for row in rows if row["category"] == "climate change")
    assert climate.endswith(f"kg CO2e/kWh, proxy, {len(row['source'].split(';'))} sources")
    assert command("factors", "TW").stdout.splitlines()[0].endswith("no grid losses are published: none counted")


def test_factors_of_a_technology_tell_whose_plants_they_are_of():
    lines = command("factors", "coal", "--country", "Georgia (country)").stdout.splitlines()
    assert lines[1] == "  no inventory of the fleet of GE: the default, US 2018"
    assert lines[2].startswith("  figures of EU28 2020, not of GE: climate change;")
    assert any("climate change" in line and "EU28 2020 [" in line for line in lines[3:])
    assert any(line.split() == ["ozone", "depletion", "no", "figure"] for line in lines)
    assert "parametric nand, climate change" in command("factors", "ssd").stdout


@pytest.mark.parametrize("compare", [(), ("--compare",)])
def test_options_of_factors_that_would_be_ignored_are_refused(compare):
    assert "--year: coal is no zone" in fails("factors", "coal", "--year", "2020", *compare)
    assert "country: FR is a grid zone" in fails("factors", "FR", "--country", "IN", *compare)


def test_hardware_is_searched_with_specifications():
    rows = {row["key"]: row for row in json.loads(command("hardware", "--search", "a100 pcie", "--json").stdout)}
    assert rows["a100-pcie-40gb"]["rated_power"] == "250 W"
    assert rows["a100-pcie-40gb"]["manufacture [kg CO2e]"] == pytest.approx(120.5, abs=0.1)
    assert all("a100" in key for key in rows)


def test_a_total_without_a_part_is_shown_as_a_lower_bound():
    shown = command("hardware", "dgx-b200").stdout
    assert "manufacture: climate change at least 5,586 kg CO2e (without: die of NVIDIA B200 180GB)" in shown
    assert "transport: climate change 52.18 kg CO2e\n" in shown
    figure = json.loads(command("hardware", "dgx-b200", "--json").stdout)["embodied"]["manufacture"]["climate change"]
    assert (figure["complete"], figure["not_covered"]) == (False, ["NVIDIA B200 180GB: die"])
    found = {line.split()[0]: line for line in command("hardware", "--search", "b200").stdout.splitlines()}
    assert "at least 152 kg CO2e to make, without the die" in found["b200"]
    assert "the board, casing, die, heatsink and upstream transport" in found["gb200"]


def test_an_instance_shows_its_stand_in_and_the_impacts_of_its_share():
    """An m5.xlarge is 4 of the 96 virtual processors of a host of 894 kg CO2e; a p5.48xlarge the whole of a stand-in."""
    shown = command("hardware", "p5.48xlarge").stdout
    assert "1 of NVIDIA DGX H100" in shown
    assert "stands in" in shown
    share = command("hardware", "m5.xlarge").stdout
    assert "share 0.04167" in share
    assert "manufacture: climate change 37.25 kg CO2e" in share
    data = json.loads(command("hardware", "m5.xlarge", "--json").stdout)
    assert data["embodied"]["manufacture"]["climate change"]["amount"] == pytest.approx(894.02 * 4 / 96, rel=1e-4)
    assert data["embodied_of"] == "0.04167 of the machine"


def test_more_fossil_resources_than_primary_energy_are_explained():
    note = "note: fossil resources within primary energy: manufacture: 1.01e+05 against 7.49e+04 MJ: the two categories"
    assert note in command("hardware", "dgx-h100").stdout
    assert "note:" not in command("hardware", "a100-pcie-40gb").stdout


def test_the_figure_that_ademe_models_for_a_card_is_offered():
    """170.1 kg CO2e over three stages: 167.069 + 0.5122 + 2.55 (ADEME 2026, H100 PCIe)."""
    rows = json.loads(command("hardware", "h100-pcie-80gb", "--json").stdout)["alternatives"]
    ademe = [row for row in rows if row["key"] == "ademe-2026-h100-pcie" and row["category"] == "climate change"]
    assert sum(row["amount"] for row in ademe) == pytest.approx(170.131, abs=0.001)
    assert all(row["selectable"] for row in ademe)
    chosen = command("hardware", "h100-pcie-80gb", "--footprint", "ademe-2026-h100-pcie").stdout
    assert "end of life: climate change 2.55 kg CO2e" in chosen


def test_sources_of_a_grid_stand_side_by_side():
    rows = json.loads(command("factors", "FR", "--year", "2021", "--compare", "--json").stdout)
    by_origin = {row["origin"]: row for row in rows}
    assert by_origin["this project, per kWh generated"]["amount"] == pytest.approx(59.84, abs=0.01)
    assert by_origin["published, generation"]["amount"] == 59.8
    assert {row["source"] != "" for row in rows} == {True}


def test_a_result_is_its_own_lock(tmp_path):
    command("assess", "resnet50-france", "--out", tmp_path / "a", "--quiet")
    again = command(
        "assess", "resnet50-france", "--out", tmp_path / "b", "--quiet", "--lock", tmp_path / "a" / "result.json"
    )
    assert again.returncode == 0
    assert "are the same" in again.stdout
    other = command(
        "assess", "resnet50-texas", "--out", tmp_path / "b", "--quiet", "--lock", tmp_path / "a" / "result.json"
    )
    assert other.returncode == 1
    assert "electricity from coal, fleet of FR 2012" in other.stdout
    rows = (tmp_path / "b" / "moved.csv").read_text(encoding="utf-8").splitlines()
    assert f"moved.csv: all {len(rows) - 1} rows that moved" in other.stdout
    assert rows[0].startswith("kind,")
    assert len(rows) > 100


def test_check_data_holds():
    done = command("check-data")
    assert done.returncode == 0, done.stdout
    assert "all hold" in done.stdout


@pytest.mark.parametrize("name", ["assess", "energy", "schema", "hardware", "factors", "coverage", "check-data"])
def test_each_command_has_help_with_an_example(name):
    done = command(name, "--help")
    assert done.returncode == 0
    assert f"Example: lca-ai {name}" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["assess", "missing.yaml"], ["missing.yaml", "no such file"]),
        (["assess", "resnet50-frence"], ["resnet50-frence", "resnet50-france"]),
        (["energy", SPL], ["spl.txt", "zone", "timezone"]),
        (["energy", SPL, "--timezone", "Europe/Pariss"], ["unknown time zone", "Europe/Pariss"]),
        (["energy", SPL, "--format", "nvidia-sm", "--timezone", "UTC"], ["unknown format", "nvidia-smi"]),
        (["energy", SPL, "--columns", "time", "--timezone", "UTC"], ["--columns", "role=column"]),
        (
            ["energy", SPL, "--timezone", "UTC", "--start", "2030-01-01", "--end", "2030-01-02"],
            ["window holds no reading"],
        ),
        (["energy", "nowhere.csv"], ["nowhere.csv", "no such file"]),
        (["hardware", "h100"], ["fits several", "h100-sxm5-80gb"]),
        (["hardware", "dgx-h10"], ["dgx-h100"]),
        (["factors", "Fraance"], ["unknown grid zone", "France"]),
        (["factors", "FR", "--year", "1990"], ["1990", "2015 to 2025"]),
        (["hardware", "--search", "h10000"], ["nothing fits"]),
        (["hardware", "--search", ""], ["no words to search for"]),
        (["hardware", "h200", "--search", "h100"], ["NAME", "--search", "h200"]),
        (["hardware", "--search", "h100", "--footprint", "nvidia-hgx-h100"], ["--footprint", "--search"]),
        (["hardware", "--footprint", "nvidia-hgx-h100"], ["--footprint", "nvidia-hgx-h100"]),
        (["hardware", ""], ["an empty name", "--search"]),
    ],
)
def test_a_wrong_input_is_one_line(arguments, words):
    line = fails(*arguments)
    for word in words:
        assert word in line


def test_a_study_with_a_fault_names_file_and_field(tmp_path):
    study = tmp_path / "study.yaml"
    text = (data_root() / "datasets" / "studies" / "bloom-training.yaml").read_text()
    study.write_text(text.replace("pue: 1.0", "pue: 0.5"))
    line = fails("assess", study, "--out", tmp_path / "out")
    assert "study.yaml" in line
    assert "location.pue" in line
    assert "0.5" in line
    assert not (tmp_path / "out").exists()


def test_impacts_csv_sums_to_the_totals(tmp_path):
    command("assess", "bloom-training", "--out", tmp_path, "--quiet")
    rows = list(csv.DictReader((tmp_path / "impacts.csv").read_text().splitlines()))
    totals = {row["category"]: row["amount"] for row in json.loads((tmp_path / "result.json").read_text())["totals"]}
    climate = sum(float(row["amount"]) for row in rows if row["category"] == "climate change")
    assert climate == pytest.approx(totals["climate change"], rel=1e-12)
    assert climate == pytest.approx(50_500, rel=2e-3)
