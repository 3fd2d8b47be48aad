"""Every kind of problem is found on a copy of the data in which it was made."""

from __future__ import annotations

import hashlib
import json
import re
import shutil

import pytest

from lca_ai import tables
from lca_ai.errors import MissingFactorError, TableError, UnknownKeyError

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
        return tables.check(root)

    return _change


def rehash(file) -> None:
    description = file.parent / "datapackage.json"
    data = json.loads(description.read_text(encoding="utf-8"))
    for one in data["resources"]:
        if one["path"] == file.name:
            one["hash"] = "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
    description.write_text(json.dumps(data), encoding="utf-8")


def test_a_copy_has_no_problem(root) -> None:
    assert tables.check(root) == []


def test_a_changed_file_has_another_hash(root) -> None:
    file = root / TECHNOLOGIES
    file.write_bytes(file.read_bytes().replace(b"0.23,", b"0.24,", 1))
    assert tables.check(root) == [f"{TECHNOLOGIES}: its hash is not that of the description"]


def test_a_file_that_is_gone(root) -> None:
    (root / "datasets/facility/wue.csv").unlink()
    assert tables.check(root) == ["datasets/facility/wue.csv: no such file"]


def test_a_table_that_is_not_described(root) -> None:
    (root / "datasets/facility/extra.csv").write_text("a,b\n")
    assert tables.check(root) == ["datasets/facility/extra.csv: not in the description"]


def test_a_row_without_a_source(change) -> None:
    assert change("datasets/facility/pue.csv", r"uptime-2022", "") == ["datasets/facility/pue, line 9: no source"]


def test_a_source_that_no_table_has(change) -> None:
    assert change("datasets/facility/pue.csv", r"uptime-2022", "hearsay") == [
        "datasets/facility/pue, line 9: unknown source 'hearsay'"
    ]


def test_one_of_several_sources_that_no_table_has(change) -> None:
    assert change("datasets/facility/pue.csv", r"uptime-2022", "uptime-2023;hearsay") == [
        "datasets/facility/pue, line 9: unknown source 'hearsay'"
    ]


def test_a_unit_that_is_none(change) -> None:
    [problem] = change("datasets/facility/pue.csv", r"kWh/kWh,uptime-2022", "kWhh/kWh,uptime-2022")
    assert problem == "datasets/facility/pue, line 9: unknown unit 'kWhh/kWh'"


def test_a_category_that_is_none(change) -> None:
    [problem] = change(TECHNOLOGIES, r"^bioenergy,,use,acidification,", "bioenergy,,use,acidity,")
    assert problem.endswith("unknown category 'acidity'")


@pytest.mark.parametrize("unit", ["kg CO2e", "mmol H+ eq"])
def test_a_unit_that_is_not_the_categorys(unit: str, change) -> None:
    """Of another dimension, or of another size."""
    [problem] = change(TECHNOLOGIES, r"^(bioenergy,,use,acidification,[^,]*),mol H\+ eq", rf"\1,{unit}")
    assert f"the unit '{unit}' is not that of acidification" in problem


def test_an_amount_that_is_no_number(change) -> None:
    [problem] = change(TECHNOLOGIES, r"^(bioenergy,,use,acidification),[^,]*", r"\1,about 3")
    assert problem.endswith("amount is not a number: 'about 3'")


def test_a_factor_that_is_there_twice(change) -> None:
    [problem] = change(TECHNOLOGIES, r"^(bioenergy,,use,acidification,.*)$", r"\1\n\1")
    assert problem.endswith(
        f"bioenergy, use, acidification is there already, in {TECHNOLOGIES.removesuffix('.csv')}, line 2"
    )


def test_a_factor_that_is_there_in_another_package(root) -> None:
    row = next(
        row
        for row in (root / TECHNOLOGIES).read_text(encoding="utf-8").splitlines()
        if row.startswith("bioenergy,,use,acidification")
    )
    other = root / "emission_factors/electricity-odbl/technologies.csv"
    other.write_text(other.read_text(encoding="utf-8").rstrip("\n") + "\n" + row + "\n", encoding="utf-8", newline="")
    rehash(other)
    [problem] = tables.check(root)
    assert problem.startswith("emission_factors/electricity-odbl/technologies, line")
    assert "is there already, in emission_factors/electricity/technologies" in problem


def test_a_mix_that_does_not_sum_to_one(change) -> None:
    [problem] = change("datasets/grid/generation_mix.csv", r"^(AE,2015,gas),[0-9.]+", r"\1,0.9")
    assert problem == "datasets/grid/generation_mix: the shares of AE in 2015 sum to 0.9024"


def test_one_id_for_two_documents(change) -> None:
    [problem] = change(
        "datasets/assumptions/sources.csv", r"https://jmlr\.org/papers/v24/23-0069\.html", "https://example.org"
    )
    assert problem.endswith("the url of luccioni-2023 is not that in datasets/assumptions/sources")


def test_checking_a_copy_leaves_the_installed_tables_alone(change) -> None:
    before = tables.factors("bioenergy")
    change(TECHNOLOGIES, r"^(bioenergy,,use,acidification),[^,]*", r"\1,99")
    assert tables.factors("bioenergy") == before


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
