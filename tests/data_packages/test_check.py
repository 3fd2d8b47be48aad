"""Every kind of problem is found on a copy of the data in which it was made."""

from __future__ import annotations

import hashlib
import json
import re
import shutil

import pytest

from lca_ai import table_checks, table_rules, tables
from lca_ai.errors import MissingFactorError, TableError, UnknownKeyError
from lca_ai.models.scope import STAGES

TECHNOLOGIES = "emission_factors/electricity/technologies.csv"


@pytest.fixture
def root(tmp_path):
    """A copy of the data."""
    for folder in ("datasets", "emission_factors"):
        shutil.copytree(tables.data_root() / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def change(root):
    """Change a file of the copy, its hash with it, and check the copy."""

    def _change(path, pattern, by):
        file = root / path
        text, count = re.subn(pattern, by, file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1
        file.write_text(text, encoding="utf-8", newline="")
        rehash(file)
        return table_checks.check(root)

    return _change


def rehash(file) -> None:
    description = file.parent / "datapackage.json"
    data = json.loads(description.read_text(encoding="utf-8"))
    for one in data["resources"]:
        if one["path"] == file.name:
            one["hash"] = "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
    description.write_text(json.dumps(data), encoding="utf-8")


def test_a_copy_has_no_problem(root) -> None:
    assert table_checks.check(root) == []


def test_a_changed_file_has_another_hash(root) -> None:
    file = root / TECHNOLOGIES
    file.write_bytes(file.read_bytes().replace(b"0.23,", b"0.24,", 1))
    assert table_checks.check(root) == [f"{TECHNOLOGIES}: its hash is not that of the description"]


def test_a_file_that_is_gone(root) -> None:
    (root / "datasets/facility/wue.csv").unlink()
    assert table_checks.check(root) == ["datasets/facility/wue.csv: no such file"]


def test_a_table_that_is_not_described(root) -> None:
    (root / "datasets/facility/extra.csv").write_text("a,b\n")
    assert table_checks.check(root) == ["datasets/facility/extra.csv: not in the description"]


def test_a_row_without_a_source(change) -> None:
    assert change("datasets/facility/pue.csv", r"uptime-2022", "") == [
        "datasets/facility/pue.csv: line 9: source: no source; accepted: an id of sources.csv; several are joined by ;"
    ]


def test_a_source_that_no_table_has(change) -> None:
    [problem] = change("datasets/facility/pue.csv", r"uptime-2022", "hearsay")
    assert problem.startswith("datasets/facility/pue.csv: line 9: source: unknown source (got 'hearsay')")


def test_one_of_several_sources_that_no_table_has(change) -> None:
    [problem] = change("datasets/facility/pue.csv", r"uptime-2022", "uptime-2023;hearsay")
    assert problem.startswith("datasets/facility/pue.csv: line 9: source: unknown source (got 'hearsay')")


def test_a_unit_that_is_none(change) -> None:
    problem = change("datasets/facility/pue.csv", r"kWh/kWh,uptime-2022", "kWhh/kWh,uptime-2022")[0]
    assert problem.startswith("datasets/facility/pue.csv: line 9: unit: unknown unit (got 'kWhh/kWh')")


def test_a_category_that_is_none(change) -> None:
    [problem] = change(TECHNOLOGIES, r"^bioenergy,,use,climate change,", "bioenergy,,use,climate chang,")
    assert problem.endswith("category: unknown category (got 'climate chang'); accepted: did you mean climate change?")


@pytest.mark.parametrize("unit", ["mol H+ eq", "g CO2e"])
def test_a_unit_that_is_not_the_categorys(unit: str, change) -> None:
    """Of another dimension, or of another size."""
    [problem] = change(TECHNOLOGIES, r"^(bioenergy,,use,climate change,[^,]*),kg CO2e", rf"\1,{unit}")
    assert f"unit: not the unit of climate change (got '{unit}'); accepted: kg CO2e" in problem


def test_an_amount_that_is_no_number(change) -> None:
    [problem] = change(TECHNOLOGIES, r"^(bioenergy,,use,climate change),[^,]*", r"\1,about 3")
    assert "amount: not a number (got 'about 3')" in problem


def test_a_factor_that_is_there_twice(change) -> None:
    [problem] = change(TECHNOLOGIES, r"^(bioenergy,,use,climate change,.*)$", r"\1\n\1")
    assert problem.endswith(f"bioenergy, use, climate change is there already, in {TECHNOLOGIES}, line 2")


def test_a_factor_that_is_there_in_another_package(root) -> None:
    row = next(
        row
        for row in (root / TECHNOLOGIES).read_text(encoding="utf-8").splitlines()
        if row.startswith("bioenergy,,use,climate change")
    )
    other = root / "emission_factors/electricity-odbl/technologies.csv"
    other.write_text(other.read_text(encoding="utf-8").rstrip("\n") + "\n" + row + "\n", encoding="utf-8", newline="")
    rehash(other)
    [problem] = table_checks.check(root)
    assert problem.startswith("emission_factors/electricity-odbl/technologies.csv: line")
    assert "is there already, in emission_factors/electricity/technologies" in problem


def test_a_mix_that_does_not_sum_to_one(change) -> None:
    [problem] = change("datasets/grid/generation_mix.csv", r"^(AE,2015,gas),[0-9.]+", r"\1,0.9")
    assert problem.startswith("datasets/grid/generation_mix.csv: line 2: share: the shares of AE in 2015")
    assert "0.9024" in problem


def test_one_id_for_two_documents(change) -> None:
    problems = change(
        "datasets/assumptions/sources.csv", r"https://jmlr\.org/papers/v24/23-0069\.html", "https://example.org"
    )
    assert problems
    assert all("the url of luccioni-2023 is not that in datasets/assumptions/sources.csv" in one for one in problems)


def test_checking_a_copy_leaves_the_installed_tables_alone(change) -> None:
    before = tables.factors("bioenergy")
    change(TECHNOLOGIES, r"^(bioenergy,,use,climate change),[^,]*", r"\1,99")
    assert tables.factors("bioenergy") == before


# What is physically impossible

ROW = r"^(bioenergy,,use,climate change),[^,]*(.*)$"
BOUNDS = [
    (TECHNOLOGIES, r"^(bioenergy,,use,primary energy),[^,]*", r"\1,3.5", "amount: less energy than it delivers (got '3.5')"),
    (TECHNOLOGIES, ROW, r"bioenergy,,use,climate change,-0.1,kg CO2e,kWh,,,proxy,unknown,,,,ipcc-ar5-annex3,", "amount: negative without a stated credit (got '-0.1')"),
    (TECHNOLOGIES, ROW, r"bioenergy,,use,climate change,0,kg CO2e,kWh,,,proxy,unknown,,,,ipcc-ar5-annex3,", "amount: a zero without a reason (got '0')"),
    (TECHNOLOGIES, ROW, r"bioenergy,,use,climate change,230,kg CO2e,kWh,,,proxy,unknown,,,,ipcc-ar5-annex3,", "amount: physically impossible (got '230'); accepted: 3.9 kg CO2e per kWh or less"),
    (TECHNOLOGIES, ROW, r"\1,0.5\2", "low: the range does not hold the amount 0.5 (got '0.13 to 0.42')"),
    (TECHNOLOGIES, r"^bioenergy,,use,climate", "bioenergy,,operation,climate", "life_cycle_stage: unknown life cycle stage (got 'operation')"),
    (TECHNOLOGIES, r"^(bioenergy,,use,climate change,0.23,kg CO2e),kWh", r"\1,MJ", "per: factors of bioenergy are per kWh (got 'MJ')"),
    (TECHNOLOGIES, r"^(bioenergy,,use,climate change,.*),proxy,", r"\1,fine,", "grade: unknown grade (got 'fine')"),
    ("datasets/grid/losses.csv", r"^(AE,\d+),[^,]*", r"\1,-7", "amount: physically impossible (got '-7'); accepted: 0 to 99"),
    ("datasets/facility/pue.csv", r"^(industry average,WOR,2007),[^,]*", r"\1,0.9", "amount: physically impossible (got '0.9'); accepted: 1 or more"),
    ("datasets/grid/published_intensity.csv", r"^(AE,\d+),[^,]*", r"\1,-1", "amount: physically impossible (got '-1')"),
    ("datasets/grid/losses.csv", r"^AE,", "AEE,", "zone: unknown grid zone"),
    ("datasets/hardware/servers.csv", r"^(r7525-3xa100,accelerator),a100-pcie-40gb", r"\1,a100-pcie-41gb", "item: unknown accelerator (got 'a100-pcie-41gb'); accepted: did you mean a100-pcie-40gb"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "pattern", "by", "told"), BOUNDS, ids=[one[3][:40] for one in BOUNDS])
def test_a_figure_that_cannot_be(path: str, pattern: str, by: str, told: str, change) -> None:
    [problem] = change(path, pattern, by)
    assert problem.startswith(f"{path}: line ")
    assert told in problem


def test_a_negative_figure_with_its_credit_stated(change) -> None:
    by = "bioenergy,,use,climate change,-0.1,kg CO2e,kWh,,,proxy,unknown,,,,ipcc-ar5-annex3,credit of stored carbon"
    assert change(TECHNOLOGIES, ROW, by) == []


def test_the_stages_of_the_rules_are_those_of_the_models() -> None:
    assert table_rules.STAGES == STAGES


# Look-ups that fail


def test_a_table_that_is_not_there_is_an_error_with_a_hint() -> None:
    with pytest.raises(TableError, match="did you mean datasets/grid"):
        tables.rows("datasets/gird", "zones")


def test_an_activity_without_factors_is_an_error_with_a_hint() -> None:
    with pytest.raises(MissingFactorError, match=r"did you mean.*nuclear"):
        tables.factors("nuclaer")


def test_an_assumption_that_is_not_stated_is_an_error_with_a_hint() -> None:
    with pytest.raises(UnknownKeyError, match="memory_power"):
        tables.assumption("memory_pwer")


def test_a_category_of_no_method_is_an_error_with_a_hint() -> None:
    with pytest.raises(UnknownKeyError, match=r"did you mean.*climate change"):
        tables.category_unit("climate chang")
