"""A table by the value of a column holds the rows of the table, no more and no fewer, whoever's they are."""

from __future__ import annotations

from collections import defaultdict

import pytest

from lca_ai import tables
from lca_ai.errors import TableError
from lca_ai.models.keyed import Keyed, cells, rows_by


def grouped(package, table, key):
    found = defaultdict(list)
    for row in tables.rows(package, table):
        found[row[key]].append(row)
    return {value: tuple(rows) for value, rows in found.items()}


@pytest.mark.parametrize(
    ("package", "table", "key"),
    [
        ("datasets/grid", "generation_mix", "zone"),
        ("datasets/grid", "generation_mix", "technology"),  # scattered over the table
        ("datasets/hardware-ccf", "instances", "instance"),
    ],
)
def test_it_is_the_table_grouped(package, table, key) -> None:
    assert dict(rows_by(package, table, key)) == grouped(package, table, key)


def test_columns_are_those_of_the_rows() -> None:
    rows = tables.rows("datasets/grid", "losses")
    assert list(zip(*cells("datasets/grid", "losses", "zone", "amount"), strict=True)) == [
        (row["zone"], row["amount"]) for row in rows
    ]


def test_a_value_that_no_row_has_is_no_key() -> None:
    """And asking for it does not make it one."""
    keyed = Keyed({"zone": ("FR", "DE", "FR"), "share": ("0.7", "1.0", "0.3")}, "zone")
    with pytest.raises(KeyError):
        keyed["XX"]
    assert keyed.get("XX", ()) == ()
    assert list(keyed) == ["FR", "DE"]
    assert keyed["FR"] == ({"zone": "FR", "share": "0.7"}, {"zone": "FR", "share": "0.3"})


def test_a_table_that_is_not_there_is_an_error() -> None:
    with pytest.raises(TableError, match="did you mean datasets/grid"):
        rows_by("datasets/gird", "generation_mix", "zone")


def test_the_rows_of_a_user_come_in_place_of_the_projects() -> None:
    row = {"zone": "FR", "year": "2023", "technology": "hydro", "share": "1.0", "kind": "residual"}
    own = tables.Overlay({("datasets/grid", "generation_mix"): (row,)}, {}, {}, {}, ())
    before = rows_by("datasets/grid", "generation_mix", "zone")["FR"]
    with tables.using(own):
        assert dict(rows_by("datasets/grid", "generation_mix", "zone")) == {"FR": (row,)}
        assert cells("datasets/grid", "generation_mix", "year", "kind") == (["2023"], ["residual"])
    assert rows_by("datasets/grid", "generation_mix", "zone")["FR"] == before
