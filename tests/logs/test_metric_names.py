"""The table of metric names: every row can be used, and says of what it is a part."""

import re

import pytest

from lca_ai import tables, units
from lca_ai.models.power import Covered

ROWS = tables.rows("datasets/metrics", "metrics")
MEASURED = [row for row in ROWS if row["use"] == "measured"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['metric']} {row['where']}")
def test_every_row_has_a_unit_of_its_kind_and_a_condition_that_compiles(row):
    canonical = {"power": "W", "counter": "J"}[row["kind"]]
    assert units.unit(row["unit"]).dimensionality == units.unit(canonical).dimensionality
    label, given, pattern = row["where"].partition("=")
    assert bool(label) == bool(given)
    re.compile(pattern)


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: f"{row['metric']} {row['where']}")
def test_every_measured_metric_covers_something_and_is_a_part_of_known_domains(row):
    known = {one["domain"] for one in MEASURED}
    assert set(row["covers"].split(";")) <= set(Covered.__args__)
    assert row["domain"] in known
    assert set(row["parents"].split(";")) <= known | {"facility"}


def test_the_tree_of_domains_has_no_circle():
    parents = {row["domain"]: row["parents"].split(";") for row in MEASURED}

    def above(domain, seen=()):
        assert domain not in seen
        for parent in set(parents.get(domain, ())) - {domain}:
            above(parent, (*seen, domain))

    for domain in parents:
        above(domain)


def test_unit_suffixes_of_names_agree_with_the_table():
    suffixes = {"joules_total": "J", "microjoules": "uJ", "microwatts": "uW", "_watts": "W", "_watt": "W"}
    for row in ROWS:
        unit = next((unit for suffix, unit in suffixes.items() if row["metric"].endswith(suffix)), row["unit"])
        assert row["unit"] == unit, row["metric"]
