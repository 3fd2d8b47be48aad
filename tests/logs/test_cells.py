"""Long text, fast: cells of a column, and stamps as digits, are what the general way reads."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs.cells import read_cells, read_stamps

FORMATS = ("%Y/%m/%d %H:%M:%S.%f", "ISO8601")


def stamps(*cells):
    return read_stamps([pa.array(cells, pa.string())], FORMATS)


@given(
    moments=st.lists(st.datetimes(pd.Timestamp("1990-01-01"), pd.Timestamp("2100-01-01")), min_size=1, max_size=20),
    decimals=st.integers(0, 6),
    signs=st.sampled_from(["/ ", "- ", "-T"]),
    lead=st.sampled_from(["", " "]),
)
def test_stamps_of_any_layout_are_read_to_the_last_digit(moments, decimals, signs, lead):
    day, between = signs
    texts = [moment.strftime(f"%Y{day}%m{day}%d{between}%H:%M:%S") for moment in moments]
    fractions = [f"{moment.microsecond:06d}"[:decimals] for moment in moments]
    cells = [
        f"{lead}{text}{'.' if decimals else ''}{fraction}" for text, fraction in zip(texts, fractions, strict=True)
    ]
    kept = 10 ** (6 - decimals)
    expected = [moment.replace(microsecond=moment.microsecond // kept * kept) for moment in moments]
    assert stamps(*cells).tolist() == [pd.Timestamp(moment) for moment in expected]


@pytest.mark.parametrize(
    "cell",
    [
        "2024/02/30 10:00:00.000",
        "2023/02/29 10:00:00.000",
        "2024/13/01 10:00:00.000",
        "2024/00/10 10:00:00.000",
        "2024/01/00 10:00:00.000",
        "2024/05/31 24:00:00.000",
        "2024/05/31 10:60:00.000",
        "2024/05/31 10:00:0x.000",
        "2024/05/31 10:00:00,000",
        "2024:05/31 10:00:00.000",
        "",
    ],
)
def test_what_is_no_moment_is_none(cell):
    good = "2024/02/29 10:00:00.000"
    for cells in ([good, cell], [cell, good]):
        assert stamps(*cells).isna().tolist() == [one != good for one in cells]


def test_a_stamp_with_an_offset_among_naive_ones_is_none():
    found = stamps("2024-05-31 10:00:00", "2024-05-31T10:00:00Z")
    assert found.isna().tolist() == [False, True]


def test_stamps_with_an_offset_are_aware():
    assert stamps("2024-05-31T10:00:00+02:00").iloc[0] == pd.Timestamp("2024-05-31T08:00:00Z")


def test_stamps_of_another_layout_in_between_are_read_too():
    found = stamps("2024/05/31 10:00:00.000", "2024/05/31 10:00:01.0", "2024/05/31 10:00:02.000")
    assert found.dt.second.tolist() == [0, 1, 2]


@given(
    rows=st.lists(st.lists(st.sampled_from(["a", "b c", "1.5 W", "", " x", "ü"]), min_size=3, max_size=3), max_size=30)
)
def test_cells_are_what_stands_between_commas(rows):
    rows = [["2024", *row] for row in rows]
    text = "".join(",".join(row) + "\n" for row in rows)
    found = read_cells(text, 4, time=0, others=[1, 3], file="a")
    assert found.rows == len(rows)
    for place in (1, 3):
        assert found.columns[place].rows().tolist() == [row[place] for row in rows]


def test_rows_of_another_number_of_cells_are_counted():
    found = read_cells("a,1\nb\nc,2,3\n\n ,\nd,4,,\n  \ne,5\n", 2, time=0, others=[1], file="a")
    assert (found.rows, found.short, found.long) == (4, 1, 1)
    assert found.columns[1].rows().str.strip().tolist() == ["1", "", "4", "5"]


def test_a_line_longer_than_a_block_is_read():
    text = f"a,{'x' * 20_000_000}\nb,2\n"
    assert read_cells(text, 2, time=0, others=[1], file="a").columns[1].rows().str.len().tolist() == [20_000_000, 1]


def test_many_blocks_make_one_column():
    cells = [f"{number % 7}" for number in range(600_000)]
    text = "".join(f"2024/05/31 10:00:00.000,{cell}\n" for cell in cells)
    found = read_cells(text, 2, time=0, others=[1], file="a")
    assert found.columns[1].mapped(lambda texts: texts.astype("float64")).sum() == sum(map(float, cells))
    assert len(found.columns[1].texts) == 7
    assert read_stamps(found.stamps, FORMATS).eq(pd.Timestamp("2024-05-31 10:00")).all()
    assert len(found.stamps) > 1


def test_a_million_columns_are_no_table():
    with pytest.raises(LogError, match=r"too many cells"):
        read_cells("a\n", 1_000_000, time=0, others=[1], file="a")


def test_no_row_is_no_cell():
    found = read_cells("\n \n", 3, time=0, others=[2], file="a")
    assert (found.rows, found.short, len(found.columns[2].rows())) == (0, 0, 0)
    assert read_stamps(found.stamps, FORMATS).to_numpy().size == np.int64(0)
