"""What moved between two versions of a table, on tables small enough to compare by eye."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from package_diff import Change, key_columns, moves, report


def mix(*rows: tuple[str, str, str, str]) -> list[dict[str, str]]:
    return [dict(zip(("zone", "year", "technology", "share"), row, strict=True)) | {"source": "ember"} for row in rows]


OLD = mix(("FR", "2023", "nuclear", "0.70"), ("FR", "2023", "hydro", "0.30"), ("DE", "2023", "coal", "0.5"))
NEW = mix(("FR", "2023", "nuclear", "0.63"), ("FR", "2023", "hydro", "0.36"), ("FR", "2024", "hydro", "1.0"))


def test_rows_are_found_again_by_what_they_are_about() -> None:
    moved = moves(OLD, NEW)
    assert moved.added == (("FR", "2024", "hydro"),)
    assert moved.removed == (("DE", "2023", "coal"),)
    assert [(change.key, change.old, change.new) for change in moved.changes] == [
        (("FR", "2023", "hydro"), "0.30", "0.36"),  # +20 %, before -10 %
        (("FR", "2023", "nuclear"), "0.70", "0.63"),
    ]


def test_the_report_says_old_new_and_the_relative_change() -> None:
    assert report("grid/mix", moves(OLD, NEW)) == [
        "grid/mix: 1 rows added, 1 removed, 2 changed",
        "  FR 2023 hydro: share 0.30 -> 0.36 (+20.000%)",
        "  FR 2023 nuclear: share 0.70 -> 0.63 (-10.000%)",
        "  removed DE 2023 coal",
        "  added FR 2024 hydro",
    ]


def test_a_long_report_ends_with_a_count() -> None:
    new = [{**row, "share": "0.9"} for row in OLD]
    assert report("grid/mix", moves(OLD, new), most=1) == [
        "grid/mix: 0 rows added, 0 removed, 3 changed",
        "  FR 2023 hydro: share 0.30 -> 0.9 (+200.000%)",
        "  ... and 2 more",
    ]


def test_the_same_rows_have_not_moved() -> None:
    assert not moves(OLD, OLD)
    assert report("grid/mix", moves(OLD, OLD)) == []
    assert not moves(OLD, list(reversed(OLD)))


def test_a_source_or_note_that_changed_is_no_new_row() -> None:
    [change] = moves(OLD[:1], [OLD[0] | {"source": "owid"}]).changes
    assert (change.column, change.relative, str(change)) == (
        "source",
        None,
        "FR 2023 nuclear: source ember -> owid",
    )


def test_a_figure_that_appears_where_there_was_none() -> None:
    assert str(Change(("FR",), "low", "", "0.2")) == "FR: low (empty) -> 0.2"
    assert math.isinf(Change(("FR",), "low", "0", "0.2").relative)
    assert str(Change(("FR",), "low", "0", "0.2")).endswith("(from zero)")


def test_two_rows_of_one_key_are_told_apart_by_their_order() -> None:
    """Two memory sizes in one server."""
    server = {"server": "s1", "component": "memory", "item": "ddr4"}
    old = [server | {"capacity": "32"}, server | {"capacity": "64"}]
    [change] = moves(old, [old[0], server | {"capacity": "128"}]).changes
    assert (change.key, change.relative) == (("s1", "memory", "ddr4", "no. 2"), 1.0)


def test_a_column_that_only_one_version_has_is_named() -> None:
    assert moves(OLD, [row | {"kind": "average"} for row in OLD]).columns == ("+kind",)
    assert report("t", moves([row | {"kind": "a"} for row in OLD], OLD)) == [
        "t: 0 rows added, 0 removed, 0 changed; columns -kind"
    ]


def test_an_alias_and_a_source_are_known_by_their_first_column() -> None:
    assert key_columns(["alias", "zone"]) == ["alias"]
    assert key_columns(["id", "title", "url"]) == ["id"]
    assert key_columns(["grade", "scope", "category", "geometric_standard_deviation"]) == ["grade", "scope", "category"]


rows = st.dictionaries(st.sampled_from("ABCDEF"), st.sampled_from(["0", "1", "2.5", ""]), max_size=6).map(
    lambda table: [{"zone": zone, "amount": amount} for zone, amount in table.items()]
)


@given(rows, rows)
def test_what_moved_leads_from_the_one_to_the_other(old, new) -> None:
    """Without what was removed, with what was added and changed, the old table is the new one."""
    moved = moves(old, new)
    known = {row["zone"]: row["amount"] for row in old}
    given = {row["zone"]: row["amount"] for row in new}
    rebuilt = {zone: amount for zone, amount in known.items() if (zone,) not in moved.removed}
    rebuilt |= {change.key[0]: change.new for change in moved.changes}
    rebuilt |= {key[0]: given[key[0]] for key in moved.added}
    assert rebuilt == given
    assert moved.changed_rows == sum(zone in known and known[zone] != amount for zone, amount in given.items())
