"""Study files: YAML and JSON of one schema, read and written without loss, and one clear error for each bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from lca_ai import tables
from lca_ai.errors import InputError, StudyError
from lca_ai.impact.assess import assess
from lca_ai.models.study import Study, read_study, schema

FOLDER = tables.data_root() / "datasets" / "studies"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))
BASE = """\
name: A study
goal_and_scope:
  goal: To test.
  functional_unit: {description: one trained model, reference_flow: 1 model}
workloads:
  - type: training
    name: run
    energy: 433196 kWh
    energy_basis: modelled
    runtime: {duration: 36 h, start: "2022-03-11T00:00:00+01:00"}
    hardware:
      name: node
      components:
        - {kind: accelerator, item: a100-sxm4-80gb, count: 8, embodied: {climate change: 150 kg CO2e}}
    location: {zone: FR, year: 2022, pue: 1.0}
    allocation: {service_life: 6 year, utilisation: 0.85}
"""


@pytest.fixture
def write(tmp_path):
    """Write a study file; give its path."""

    def _write(content, name="study.yaml"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def refused(write):
    """The error of a study in which something was changed."""

    def _refused(old, new, *, error=InputError):
        assert BASE.count(old) >= 1
        with pytest.raises(error) as caught:
            read_study(write(BASE.replace(old, new, 1)))
        assert "study.yaml" in str(caught.value)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return _refused


# What is accepted


def test_the_base_of_these_tests_is_accepted(write) -> None:
    assert read_study(write(BASE)).workloads[0].location.zone == "FR"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_study_is_the_same_from_yaml_and_from_json(path: Path, write) -> None:
    data = yaml.safe_load(
        path.read_text(encoding="utf-8").replace("start: 2021", 'start: "2021').replace(".181\n", '.181"\n')
    )
    for workload in data["workloads"]:
        if "power" in workload:
            workload["power"]["end"] = str(workload["power"]["end"])
            workload["power"]["start"] = str(workload["power"]["start"])
    found = read_study(write(json.dumps(data), "study.json"))
    assert found.model_dump_json() == read_study(path).model_dump_json()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_study_written_and_read_again_is_equal(path: Path) -> None:
    study = read_study(path)
    again = Study.model_validate_json(study.model_dump_json())
    assert again.model_dump_json() == study.model_dump_json()
    assert again.goal_and_scope == study.goal_and_scope
    assert [one.hardware for one in again.workloads] == [one.hardware for one in study.workloads]


def test_a_study_written_and_read_again_has_the_same_impacts() -> None:
    study = read_study(FOLDER / "bloom-training.yaml")
    again = Study.model_validate_json(study.model_dump_json())
    assert assess(again).impacts.equals(assess(study).impacts)


def test_a_byte_order_mark_is_no_part_of_a_study(write) -> None:
    assert read_study(write(b"\xef\xbb\xbf" + BASE.encode())).name == "A study"


@pytest.mark.parametrize("zone", ["NO", "no", "Norway", '"NO"'])
def test_norway_is_a_country_and_not_a_falsehood(zone: str, write) -> None:
    assert read_study(write(BASE.replace("zone: FR", f"zone: {zone}"))).workloads[0].location.zone == "NO"


def test_a_date_without_quotes_is_a_time_as_in_quotes(write) -> None:
    bare = read_study(write(BASE.replace('"2022-03-11T00:00:00+01:00"', "2022-03-11T00:00:00+01:00")))
    assert bare == read_study(write(BASE))


def test_paths_start_from_the_folder_of_the_study(tmp_path, write) -> None:
    log = "files: ../log.csv"
    study = read_study(
        write(BASE.replace("energy: 433196 kWh\n    energy_basis: modelled", f"power: {{{log}, covers: [node]}}"))
    )
    assert study.workloads[0].power.folder == tmp_path
    assert study.workloads[0].power.files == ("../log.csv",)


def test_a_power_log_may_be_a_path_alone(write) -> None:
    study = read_study(write(BASE.replace("energy: 433196 kWh\n    energy_basis: modelled", "power: log.csv")))
    assert study.workloads[0].power.files == ("log.csv",)


# The schema


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_schema_is_one_of_json_schema(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    written = json.loads(read_study(path).model_dump_json())
    jsonschema.Draft202012Validator(schema()).validate(written)


def test_the_schema_refuses_a_field_it_does_not_know() -> None:
    written = json.loads(read_study(FOLDER / "bloom-training.yaml").model_dump_json())
    faults = list(jsonschema.Draft202012Validator(schema()).iter_errors(written | {"colour": "green"}))
    assert [fault.validator for fault in faults] == ["additionalProperties"]


def test_the_schema_describes_every_field_of_a_study() -> None:
    for name, part in schema()["$defs"].items():
        for field, described in part["properties"].items():
            constant = "const" in described or "enum" in described
            assert "description" in described or constant, f"{name}.{field}"


# What is refused: file, field, value and remedy in one line


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("zone: FR", "zone: Frence", r"workloads.0.location.zone: unknown grid zone (got 'Frence'); accepted: did you mean France"),
        ("zone: FR, ", "", "workloads.0.location.zone: this field is required and missing"),
        ("year: 2022", "year: 20222", "workloads.0.location.year: Input should be less than or equal to 2100 (got 20222)"),
        ("pue: 1.0", "pue: 0.9", "workloads.0.location.pue: a power usage effectiveness below 1 (got 0.9); accepted: 1.0"),
        ("pue: 1.0", "pue: .nan", "workloads.0.location.pue:"),
        ("pue: 1.0", "peu: 1.0", "workloads.0.location.peu: unknown field (got 1.0); accepted: did you mean pue?"),
        ("pue: 1.0", "wue: 0.3", "workloads.0.location.wue: a number without a unit (got 0.3); accepted: the unit with it, e.g. '0.3 L/kWh'"),
        ("433196 kWh", "433196", "workloads.0.energy: a number without a unit (got 433196); accepted: the unit with it, e.g. '433196 kWh'"),
        ("433196 kWh", "433196 kW", "workloads.0.energy: expected"),
        ("433196 kWh", "433196 kWhh", "workloads.0.energy: unknown unit"),
        ("433196 kWh", "-3 kWh", "workloads.0.energy: too small (got '-3 kWh'); accepted: at least 0 kWh"),
        ("433196 kWh", "nan kWh", "workloads.0.energy: this is not a quantity (got 'nan kWh')"),
        ("433196 kWh", "{value: .nan, unit: kWh}", "workloads.0.energy: not a finite number"),
        ("433196 kWh", "{value: .inf, unit: kWh}", "workloads.0.energy: not a finite number"),
        ("433196 kWh", "true", "workloads.0.energy: this is not a quantity"),
        ("energy_basis", "energy_bais", "workloads.0.energy_bais: unknown field (got 'modelled'); accepted: did you mean energy_basis"),
        ("modelled", "guessed", "workloads.0.energy_basis: Input should be 'measured', 'modelled' or 'given' (got 'guessed')"),
        ("type: training", "type: trainig", "workloads.0.type: no known type (got 'trainig'); accepted: training, inference"),
        ("type: training\n    name", "name", "workloads.0.type: no known type"),
        ("kind: accelerator", "kind: gpu", "hardware.components.0.kind: no known kind (got 'gpu'); accepted: accelerator, cpu"),
        ("a100-sxm4-80gb", "a100-sxm4-80g", "hardware.components.0.item: unknown hardware (got 'a100-sxm4-80g'); accepted: did you mean a100-sxm4-80gb"),
        ("a100-sxm4-80gb", "epyc-7742", "hardware.components.0.item: this is no accelerator of the catalogue (got 'epyc-7742')"),
        ("count: 8", "count: 0", "hardware.components.0.count: Input should be greater than or equal to 1 (got 0)"),
        ("150 kg CO2e", "150 kg", "embodied.climate change: the unit is not that of the category (got '150 kg'); accepted: e.g. '3 kg CO2e'"),
        ("climate change: 150", "climat change: 150", "no such impact category (got 'climat change'); accepted: did you mean climate change?"),
        ("duration: 36 h", "duration: 36 kWh", "workloads.0.runtime.duration: expected [time]"),
        ("duration: 36 h", "duration: 0 h", "workloads.0.runtime.duration: a length of time of zero"),
        ("duration: 36 h, ", "", "workloads.0.runtime: give either duration or device_hours; accepted: e.g. duration: 36 h"),
        ("+01:00", "", "workloads.0.runtime.start: a time without a zone"),
        ("2022-03-11T", "2022-13-11T", "workloads.0.runtime.start:"),
        ("service_life: 6 year", "service_life: 0 year", "workloads.0.allocation.service_life: a length of time of zero"),
        ("utilisation: 0.85", "utilisation: 85", "workloads.0.allocation.utilisation: Input should be less than or equal to 1 (got 85)"),
        ("utilisation: 0.85", "utilisation: 0", "workloads.0.allocation.utilisation: Input should be greater than 0 (got 0)"),
        ("1 model", "1", "functional_unit.reference_flow: a number without a unit"),
        ("1 model", "0 model", "functional_unit.reference_flow: must be positive"),
        ("1 model", "1 modl", "functional_unit.reference_flow: unknown unit (got 'modl'); accepted: did you mean"),
        ("  functional_unit: {description: one trained model, reference_flow: 1 model}\n", "", "goal_and_scope.functional_unit: the functional unit is missing"),
        ("goal: To test.", "goal: To test.\n  method: ReCiPe", "goal_and_scope.method: Input should be 'EF 3.1' (got 'ReCiPe')"),
        ("goal: To test.", "goal: To test.\n  system_boundary: [use, us]", "goal_and_scope.system_boundary.1: Input should be 'manufacture'"),
        ("goal: To test.", "goal: To test.\n  system_boundary: []", "the system boundary holds no life cycle stage"),
        ("goal: To test.", "goal: To test.\n  system_boundary: [use, use]", "a life cycle stage is named twice"),
        ("goal: To test.", "goal: ''", "goal_and_scope.goal:"),
        ("name: A study", "nam: A study", "name: this field is required and missing"),
        ("name: A study", "name: A study\ncolour: green", "colour: unknown field (got 'green')"),
    ],
)  # fmt: skip
def test_a_bad_value_is_one_error_that_names_its_place(old: str, new: str, message: str, refused) -> None:
    assert message in refused(old, new)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("name: A study", "name: !!python/object/apply:os.system [ls]", 1, "YAML tags are not accepted"),
        ("name: A study", "name: !custom A study", 1, "YAML tags are not accepted"),
        ("name: run", "name: &a run\n    energy_basis: *a", 8, "YAML aliases are not accepted"),
        ("name: run", "name: run\n    name: walk", 8, "the key 'name' is repeated"),
        ("workloads:", "workloads:\n\t", 6, "not YAML"),
        ("name: A study", "name: 'A study", 17, "not YAML"),
    ],
)
def test_what_is_not_plain_yaml_is_an_error_that_names_its_line(
    old: str, new: str, line: int, message: str, refused
) -> None:
    text = refused(old, new, error=StudyError)
    assert message in text
    assert re.search(rf"\bline {line}\b", text), text


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("", "study.yaml", "line 1: a study is a mapping"),
        ("# nothing but a comment\n", "study.yaml", "line 1: a study is a mapping"),
        ("- a\n- b\n", "study.yaml", "line 1: a study is a mapping (got 'list')"),
        ("just text", "study.yaml", "line 1: a study is a mapping (got 'str')"),
        (bytes(range(256)), "study.yaml", "cannot be read as text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "study.yaml", "cannot be read as text"),
        ("name: a\x00b", "study.yaml", "not YAML"),
        ("", "study.json", "line 1: not JSON"),
        ('{"name": "a",\n}', "study.json", "not JSON"),
        ("[]", "study.json", "a study is a mapping (got 'list')"),
        ("{" * 2000, "study.yaml", "not YAML"),
    ],
)
def test_a_file_that_is_no_study_is_refused(content: str | bytes, name: str, message: str, write) -> None:
    with pytest.raises(StudyError, match=re.escape(message)) as caught:
        read_study(write(content, name))
    assert name in str(caught.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(StudyError, match=r"none\.yaml: no such file"):
        read_study("none.yaml")


def test_a_folder_is_no_study(tmp_path) -> None:
    with pytest.raises(StudyError, match="cannot be read as text"):
        read_study(tmp_path)


def test_two_workloads_of_one_name_are_refused(write) -> None:
    block = BASE[BASE.index("  - type") :]
    with pytest.raises(StudyError, match=r"two workloads have the same name.*run, run"):
        read_study(write(BASE + block))


def test_no_workload_is_refused(write) -> None:
    with pytest.raises(StudyError, match=r"study\.yaml: workloads"):
        read_study(write(BASE[: BASE.index("workloads")] + "workloads: []\n"))


def test_a_window_that_ends_before_it_starts_is_refused(refused) -> None:
    power = "power: {files: log.csv, timezone: UTC, start: 2021-03-18 20:00:00, end: 2021-03-18 19:00:00}"
    assert "power.end: the window ends before it starts" in refused(
        "energy: 433196 kWh\n    energy_basis: modelled", power
    )


def test_a_log_and_an_energy_are_refused(refused) -> None:
    assert "workloads.0.energy: both a power log and an energy" in refused("energy_basis: modelled", "power: log.csv")


def test_a_workload_without_any_energy_is_refused(refused) -> None:
    text = refused(
        '    energy: 433196 kWh\n    energy_basis: modelled\n    runtime: {duration: 36 h, start: "2022-03-11T00:00:00+01:00"}\n',
        "",
    )
    assert (
        "nothing says how much energy was used (got 'run'); accepted: power (a log), energy, or hardware and runtime"
        in text
    )


def test_an_unknown_time_zone_is_refused(refused) -> None:
    power = "power: {files: log.csv, timezone: Paris}"
    assert "power.timezone: unknown time zone (got 'Paris')" in refused(
        "energy: 433196 kWh\n    energy_basis: modelled", power
    )


# What only the assessment can tell


def assessed(write, old: str, new: str) -> None:
    assess(read_study(write(BASE.replace(old, new, 1))))


def test_a_year_without_a_mix_is_refused_with_the_years_there_are(write) -> None:
    with pytest.raises(
        LookupError, match=r"location\.year: no mix of FR for this year \(got 1995\); accepted: 2015 to"
    ):
        assessed(write, "year: 2022", "year: 1995")


def test_a_reference_flow_that_nobody_delivers_is_refused(write) -> None:
    with pytest.raises(
        StudyError, match=r"reference_flow: no workload delivers the unit.*accepted: a unit that is delivered: 1 model"
    ):
        assessed(write, "reference_flow: 1 model", "reference_flow: 1e6 image")


def test_hardware_whose_time_is_not_known_is_refused(write) -> None:
    with pytest.raises(
        StudyError, match=r"runtime: how long the hardware was used is not known.*runtime: \{duration: 36 h\}"
    ):
        assessed(write, '    runtime: {duration: 36 h, start: "2022-03-11T00:00:00+01:00"}\n', "")


def test_several_runs_that_may_each_deliver_the_model_are_refused(write) -> None:
    block = BASE[BASE.index("  - type") :].replace("name: run", "name: other")
    with pytest.raises(
        StudyError, match="produces: several training runs, and it is not said which one delivers the model"
    ):
        assess(read_study(write(BASE + block)))


def test_a_search_that_delivers_nothing_counts_for_the_model(write) -> None:
    block = BASE[BASE.index("  - type") :].replace("name: run", "name: search\n    produces: nothing")
    one, two = (assess(read_study(write(text)))["climate change"].magnitude for text in (BASE, BASE + block))
    assert two == pytest.approx(2 * one, rel=1e-12)


def test_a_log_that_is_not_there_is_named(write) -> None:
    with pytest.raises(InputError, match=r"log\.csv: workload run: power\.files: no such file"):
        assessed(write, "energy: 433196 kWh\n    energy_basis: modelled", "power: {files: log.csv, covers: [node]}")
