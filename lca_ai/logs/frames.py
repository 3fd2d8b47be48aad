"""Tables that a user holds already (pandas, Polars, PyArrow, DuckDB, Dask, Spark) as the rows of a log."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats import generic
from lca_ai.logs.records import Options, Records

#: What a held table is called where a file has its name.
NAME = "DataFrame"


def records_of(table: Any, options: Options) -> Records:
    """Read a table by its columns, as a CSV of the same columns would be read.

    Raises
    ------
    LogError : where it is no table of any known kind, or no log
    """
    records = generic.records_of(to_pandas(table), Path(NAME), options, NAME)
    records.file = NAME
    return records


def to_pandas(table: Any) -> pd.DataFrame:
    """A table of any known kind as one of pandas; a lazy one is computed.

    Raises
    ------
    LogError : for anything else
    """
    import narwhals as nw

    try:
        frame: Any = nw.from_native(table)
    except nw.exceptions.NarwhalsError as fault:  # two columns of one name
        problem = f"this table cannot be read: {' '.join(str(fault).split())}"
        raise LogError(problem, file=NAME, accepted="a name of its own for each column") from None
    except TypeError:
        raise LogError(
            "this is neither a file nor a table", value=type(table).__name__,
            accepted="a path, or a DataFrame of pandas, Polars, PyArrow, DuckDB, Dask or Spark",
        ) from None  # fmt: skip
    if isinstance(table, pd.DataFrame):
        plain = table.reset_index() if any(name is not None for name in table.index.names) else table
    else:
        eager = frame.collect("pyarrow") if isinstance(frame, nw.LazyFrame) else frame
        plain = eager.to_arrow().to_pandas()
    return plain.rename(columns=str)


def digest(table: Any) -> str:
    """The sha256 of what a table holds."""
    rows = pd.util.hash_pandas_object(to_pandas(table), index=False)
    return hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()
