"""Reasons of gaps: what many parts share is told once, nothing is lost, and what is not built so is left as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lca_ai as lca
from lca_ai.reports.reasons import why
from lca_ai.tables import data_root

RANGE = "range: this project's default for a proxy"
NAMES = [
    "EPYC 7502: die, parametric (proxy)",
    "module, 32 GB: dram (proxy)",
    "module, 32 GB: board",
    "rack",
    "rack, share",
]


def joined(notes):
    return "; ".join(f"{name} ({note})" for name, note in notes.items())


def test_what_all_parts_share_is_told_once_and_the_rest_part_by_part():
    notes = {name: f"the size of {name} (per cm2; of one die), taken from a card like it; {RANGE}" for name in NAMES}
    told = why(joined(notes), NAMES)
    assert told.text == f"5 parts: {RANGE}"
    assert told.rest == tuple((name, note.removesuffix(f"; {RANGE}")) for name, note in notes.items())


def test_parts_that_share_their_whole_reason_are_still_named():
    reason = f"{', '.join(NAMES)} ({RANGE}; {'x' * 300})"
    told = why(reason, NAMES)
    assert told.text == f"5 parts: {RANGE}; {'x' * 300}"
    assert told.rest == ((", ".join(NAMES), ""),)


def test_what_some_parts_share_is_told_of_them():
    notes = {name: f"{'y' * 70}; {name}'s own" for name in NAMES[:3]} | dict.fromkeys(NAMES[3:], "z" * 80)
    told = why(joined(notes), NAMES)
    assert told.text == "5 parts, each with a reason of its own"
    assert told.rest[0] == (", ".join(NAMES[:3]), "y" * 70)
    assert told.rest[1] == (NAMES[0], f"{NAMES[0]}'s own")


def test_a_list_of_parts_without_a_figure_is_counted():
    many = [f"part {number}, of the machine" for number in range(30)]
    told = why("no figure in this category for " + ", ".join(many), many)
    assert told.text == "30 parts without a figure"
    assert told.rest == ((", ".join(many), ""),)


@pytest.mark.parametrize("reason", ["short", "w" * 500, "rack (open; " + "w" * 400, f"unknown part ({'w' * 400})"])
def test_another_reason_is_left_as_it_is(reason):
    told = why(reason, NAMES)
    assert (told.text, told.rest) == (reason, ())


@given(st.text(alphabet="rack (); ,:xy", max_size=600))
def test_any_text_is_a_reason(reason):
    told = why(reason, NAMES)
    assert told.text or not reason


@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.lists(st.sampled_from(["a" * 150, "b" * 150, "c (d; e)"]), min_size=1, unique=True),
        min_size=3,
    )
)
def test_nothing_is_lost(notes):
    reason = joined({name: "; ".join(clauses) for name, clauses in notes.items()})
    told = why(reason, NAMES)
    said = told.text + "".join(f" {parts}: {what}" for parts, what in told.rest)
    assert all(clause in said for clauses in notes.values() for clause in clauses)
    assert all(name in said for name in notes)


def test_no_cell_of_the_example_is_a_wall():
    """The gaps of making the server: what is seen without unfolding is at most five lines, and each part is named."""
    result = lca.assess(lca.read_study(data_root() / "datasets" / "studies" / "resnet50-france.yaml"))
    processes = set(result.factors["process"])
    longest = max(result.gaps["reason"], key=len)
    assert len(longest) > 2000
    assert longest.count(RANGE) > 10
    assert all(len(why(reason, processes).text) <= 300 for reason in result.gaps["reason"])
    told = why(longest, processes)
    assert told.text.endswith(f"parts: {RANGE}")
    page = lca.report(result).html()
    gaps = page[page.index('id="gaps"') : page.index('id="quality"')]
    assert "<summary>part by part</summary>" in gaps
    assert gaps.count("EPYC 7502: die") >= 1
