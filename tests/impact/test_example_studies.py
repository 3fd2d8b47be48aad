"""The example studies, end to end: published values, and the laws every result obeys."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import PurePosixPath, PureWindowsPath

import pandas as pd
import pytest

import lca_ai as lca
from lca_ai import tables, units
from lca_ai.impact.assess import assess
from lca_ai.impact.result import Result
from lca_ai.models.scope import STAGES
from lca_ai.models.study import Study, read_study
from lca_ai.sources import join

CLIMATE = "climate change"
STUDIES = ("resnet50-france", "resnet50-texas", "bloom-training")
OFFICIAL = [name for name, row in tables.categories().items() if row["kind"] == "EF 3.1"]


@cache
def study(name: str) -> Study:
    return read_study(tables.data_root() / "datasets" / "studies" / f"{name}.yaml")


@cache
def result(name: str) -> Result:
    return assess(study(name))


@pytest.fixture(params=STUDIES)
def example(request: pytest.FixtureRequest) -> Result:
    return result(request.param)


def of(found: Result, category: str, *, stage: str) -> float:
    return float(found.by("life cycle stage").loc[stage, category])


# Values


def test_resnet_energy_of_the_window_to_both_edges() -> None:
    """658,184.1 J: trapezoids of the meter log, taken to both edges of the benchmark's window."""
    reading = next(iter(result("resnet50-france").readings.values()))
    assert reading.total * 3.6e6 == pytest.approx(658_184.1, abs=0.1)


def test_resnet_in_france_per_million_images() -> None:
    """658,184.1 J / 3.6e6 x 1e6 / 46,785,984 images = 3.90779e-3 kWh, at 64.4 g/kWh at the meter: 0.2516 g."""
    found = result("resnet50-france")
    assert of(found, CLIMATE, stage="use") * 1000 == pytest.approx(0.2516, abs=5e-5)


def test_resnet_in_texas_per_million_images() -> None:
    assert 1.4 < of(result("resnet50-texas"), CLIMATE, stage="use") * 1000 < 1.7


def test_the_server_is_the_same_in_france_and_in_texas() -> None:
    france, texas = (of(result(name), CLIMATE, stage="manufacture") for name in ("resnet50-france", "resnet50-texas"))
    assert france == pytest.approx(texas, rel=1e-12)


def test_manufacture_of_the_server_is_of_the_order_of_its_use_in_france() -> None:
    found = result("resnet50-france")
    assert 0.1 < of(found, CLIMATE, stage="manufacture") / of(found, CLIMATE, stage="use") < 10


@pytest.mark.parametrize(
    ("rows", "tonnes"),
    [
        ("electricity, whole machine", 24.69),
        ("electricity, idle nodes and infrastructure", 14.63),
        ("manufacture", 11.20),
    ],
)
def test_bloom_stage_by_stage(rows: str, tonnes: float) -> None:
    """Luccioni, Viguier, Ligozat 2023, JMLR 24:253 (arXiv:2211.02001), table 2: dynamic 24.69, idle 14.6, embodied 11.2 t."""
    impacts = result("bloom-training").impacts
    climate = impacts[(impacts["category"] == CLIMATE) & impacts["process"].str.startswith(rows)]
    assert climate["amount"].sum() / 1000 == pytest.approx(tonnes, abs=0.0125)


def test_bloom_in_all() -> None:
    """Luccioni, Viguier, Ligozat 2023, JMLR 24:253 (arXiv:2211.02001), abstract: 50.5 t."""
    assert result("bloom-training")[CLIMATE].to("t CO2e").magnitude == pytest.approx(50.5, abs=0.05)


# What has a figure


def test_use_has_a_figure_in_most_categories(example: Result) -> None:
    use = example.by("life cycle stage").loc["use"]
    assert use[[name for name in OFFICIAL if name in use.index]].notna().sum() >= 14
    assert use[["primary energy", "water consumption"]].notna().all()


def test_each_measured_card_has_a_figure_in_all_categories() -> None:
    impacts = result("resnet50-france").impacts
    cards = impacts[(impacts["life_cycle_stage"] == "manufacture") & impacts["process"].str.contains("NVIDIA A100")]
    assert set(OFFICIAL) | {"primary energy"} <= set(cards["category"])


def test_each_part_of_the_host_has_a_figure_where_its_source_has_one() -> None:
    impacts = result("resnet50-france").impacts
    parts = impacts[(impacts["life_cycle_stage"] == "manufacture") & ~impacts["process"].str.contains("NVIDIA A100")]
    found = parts.groupby("process")["category"].agg(set)
    own = found[~found.index.str.contains("parametric")]
    assert len(own) >= 8
    assert all({CLIMATE, "resource use, minerals and metals", "primary energy"} <= categories for categories in own)


def test_the_host_has_a_figure_in_every_official_category_by_its_own_source_or_by_proxy() -> None:
    impacts = result("resnet50-france").impacts
    parts = impacts[(impacts["life_cycle_stage"] == "manufacture") & ~impacts["process"].str.contains("NVIDIA A100")]
    assert set(OFFICIAL) | {"primary energy"} <= set(parts["category"])
    proxies = parts[parts["process"].str.contains("parametric")]
    assert set(proxies["factor_grade"]) == {"proxy"}


def test_every_stage_of_the_boundary_is_in_the_result(example: Result) -> None:
    assert list(example.by("life cycle stage").index) == [one for one in STAGES if one in example.scope.system_boundary]


# Laws


def test_nothing_missing_is_zero(example: Result) -> None:
    table = example.by("life cycle stage")
    for gap in example.gaps.itertuples():
        if gap.kind == "missing" and gap.reason.startswith("no source has a figure"):
            same = example.impacts
            rows = same[(same["category"] == gap.category) & same["process"].str.startswith(gap.process)]
            assert rows.empty, gap
    assert not (table == 0.0).any().any()
    assert not (example.impacts["amount"] == 0.0).any()


def test_a_category_without_a_figure_is_absent_and_covers_nothing(example: Result) -> None:
    absent = example.totals[example.totals["amount"].isna()]
    assert set(absent.index) == set(tables.categories()) - set(example.impacts["category"])
    assert (absent["covered_share"] == 0.0).all()
    assert not absent["complete"].any()


def test_a_category_is_complete_only_without_a_missing_part(example: Result) -> None:
    missing = set(example.gaps.loc[example.gaps["kind"] == "missing", "category"])
    complete = set(example.totals.index[example.totals["complete"]])
    assert not complete & missing


@pytest.mark.parametrize("dimension", ["life cycle stage", "workload", "process", "basis"])
def test_parts_sum_to_the_whole(example: Result, dimension: str) -> None:
    whole = example.totals["amount"].dropna()
    parts = example.by(dimension).sum()
    assert set(parts.index) == set(whole.index)
    for name, amount in whole.items():
        assert parts[name] == pytest.approx(amount, rel=1e-12)


def test_amounts_are_in_the_unit_of_their_category(example: Result) -> None:
    for row in example.impacts.itertuples():
        assert row.unit == tables.category_unit(row.category)
    assert example.impacts["amount"].dtype == "float64"


def test_every_impact_cites_sources_that_exist(example: Result) -> None:
    assert (example.impacts["source"] != "").all()
    for cited in example.impacts["source"]:
        assert set(cited.split(";")) <= set(tables.sources()) | {"study"}


def test_the_sources_of_a_result_are_exactly_those_cited(example: Result) -> None:
    cited = join([*example.impacts["source"], *(one.source for one in example.assumed)]).split(";")
    assert sorted(cited) == sorted(example.sources)


def test_methods_share_each_category_out_in_full(example: Result) -> None:
    shares = example.methods.groupby("category")["share"].sum()
    assert set(shares.index) == set(example.impacts["category"])
    for category in shares.index:
        assert shares[category] == pytest.approx(1.0)


def test_water_use_is_water_consumption_by_scarcity(example: Result) -> None:
    """42.95 m3 world eq per m3 (EF 3.1, AWARE, unspecified place)."""
    use = example.by("life cycle stage").loc["use"]
    assert use["water use"] == pytest.approx(42.95 * use["water consumption"], rel=1e-12)


# The result as plain data


def test_as_plain_data_it_is_json_without_nan(example: Result) -> None:
    text = json.dumps(example.to_dict(), allow_nan=False)
    assert json.loads(text)["totals"][0]["category"] in tables.categories()


def _texts(data: object) -> list[str]:
    if isinstance(data, dict):
        return [text for key, value in data.items() for text in (str(key), *_texts(value))]
    if isinstance(data, list | tuple):
        return [text for value in data for text in _texts(value)]
    return [data] if isinstance(data, str) else []


def test_as_plain_data_it_has_no_path_of_this_machine(example: Result) -> None:
    root = str(tables.data_root())
    for text in _texts(example.to_dict()):
        assert root not in text
        assert not PurePosixPath(text).is_absolute()
        assert not PureWindowsPath(text).is_absolute()


def test_files_given_by_their_full_path_are_named_only(tmp_path) -> None:
    source = study("resnet50-france").workloads[0]
    log = tmp_path / "spl.txt"
    log.write_bytes(source.power.paths()[0].read_bytes())
    moved = source.replace(power=source.power.replace(files=str(log), folder=None))
    found = assess(moved, study("resnet50-france").goal_and_scope)
    assert found.to_dict()["workloads"][0]["power"]["files"] == ["spl.txt"]
    assert str(tmp_path) not in json.dumps(found.to_dict())


@pytest.mark.parametrize("name", STUDIES)
def test_assessed_twice_the_rows_are_the_same(name: str) -> None:
    again = assess(study(name))
    pd.testing.assert_frame_equal(again.impacts, result(name).impacts, check_exact=True)
    pd.testing.assert_frame_equal(again.gaps, result(name).gaps)
    assert again.lock == result(name).lock


@pytest.mark.parametrize("name", STUDIES)
def test_half_the_reference_flow_has_half_the_impacts(name: str) -> None:
    scope = study(name).goal_and_scope
    half = scope.functional_unit.reference_flow / 2
    halved = scope.replace(functional_unit=scope.functional_unit.replace(reference_flow=half))
    found = assess(study(name).replace(goal_and_scope=halved))
    whole = result(name).impacts["amount"]
    assert list(found.impacts["amount"] * 2) == pytest.approx(list(whole), rel=1e-12)


@pytest.mark.parametrize("name", STUDIES)
def test_a_boundary_of_one_stage_has_the_rows_of_that_stage(name: str) -> None:
    whole = study(name)
    for stage in whole.goal_and_scope.system_boundary:
        found = assess(whole.replace(goal_and_scope=whole.goal_and_scope.replace(system_boundary=(stage,)))).impacts
        expected = result(name).impacts
        expected = expected[expected["life_cycle_stage"] == stage].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


def test_quantities_of_a_result_carry_their_unit() -> None:
    found = result("resnet50-france")[CLIMATE]
    assert found.units == units.unit("kg CO2e")
    assert math.isfinite(found.magnitude)


def test_the_energy_of_a_meter_at_the_wall_is_measured():
    """A log that names no sensor as modelled has none, whatever its devices are called."""
    study = lca.read_study(tables.data_root() / "datasets" / "studies" / "resnet50-france.yaml")
    (use,) = lca.assess(study).energy().to_dict("records")
    assert use["activity_basis"] == "measured"
