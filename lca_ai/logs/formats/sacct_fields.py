"""The fields of ``sacct``: job and step ids, energies, trackable resources (TRES), and a table without header."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import numbers

if TYPE_CHECKING:
    from pathlib import Path

#: The fields that are read, as sacct spells them.
FIELDS = (
    "JobID",
    "JobIDRaw",
    "Start",
    "End",
    "State",
    "ConsumedEnergy",
    "ConsumedEnergyRaw",
    "AllocTRES",
    "TRESUsageInTot",
    "AllocGRES",
    "NNodes",
    "AllocNodes",
    "NodeList",
)
_ID = r"\d+(?:_(?:\d+|\[[^\]|]*\]))?(?:\+\d+)?"
_STEP_ID = re.compile(rf"(?P<job>{_ID})(?:\.(?P<step>\w+(?:\+\w+)?))?")
#: sacct divides by a thousand: 20543125 J is 20.54M.
_JOULES = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_TRES_ENERGY = r"(?:^|,)energy=(-?\d+(?:\.\d+)?[KMGTP]?)"
_TYPED_GPU = r"(?:^|,)(?:gres[/:])?gpu[:/][A-Za-z][\w.\-]*[=:](\d+)"
_GPU = r"(?:^|,)(?:gres[/:])?gpu[=:](\d+)"
#: "No value" of Slurm in 32 and in 64 bits: the four highest numbers. As a float the latter are one.
_NO_VALUE_32, _NO_VALUE_64 = (4_294_967_292.0, 4_294_967_295.0), 1.8e19
_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?$"
_MOST = 0.5
_TIMES_OF_A_JOB = 2


def split_ids(texts: pd.Series) -> pd.DataFrame:
    """Split job ids as sacct spells them into ``job`` and ``step`` ("" for the allocation); NaN for what is none.

    >>> split_ids(pd.Series(["123_4.batch", "123"])).to_numpy().tolist()
    [['123_4', 'batch'], ['123', '']]
    """
    found = texts.astype("string").str.strip().str.extract(rf"^{_STEP_ID.pattern}$")
    return pd.DataFrame({"job": found["job"].astype("object"), "step": found["step"].fillna("").astype("object")})


def energies(table: pd.DataFrame) -> pd.Series:
    """Return the energy of each row, NaN where it is unknown: empty, 0 or "no value" [J]."""
    energy = pd.Series(np.nan, index=table.index)
    for name in ("ConsumedEnergyRaw", "ConsumedEnergy"):
        if name in table:
            energy = energy.fillna(_known(numbers(table[name], _JOULES)))
    for name in ("AllocTRES", "TRESUsageInTot"):
        if name in table:
            cells = table[name].astype("string").str.extract(_TRES_ENERGY)[0]
            energy = energy.fillna(_known(numbers(cells, _JOULES)))
    return energy


def _known(energy: pd.Series) -> pd.Series:
    return energy.where((energy > 0) & ~energy.between(*_NO_VALUE_32) & (energy < _NO_VALUE_64))


def nodes(table: pd.DataFrame) -> pd.Series:
    """Return the number of nodes of each row, NaN where it is not told."""
    count = pd.Series(np.nan, index=table.index)
    for name in ("NNodes", "AllocNodes"):
        if name in table:
            count = count.fillna(numbers(table[name]))
    if "AllocTRES" in table:
        count = count.fillna(numbers(table["AllocTRES"].astype("string").str.extract(r"(?:^|,)node=(\d+)")[0]))
    return count


def gpus(table: pd.DataFrame) -> pd.Series:
    """Return the number of allocated GPUs of each row, NaN where it is not told.

    All spellings: ``gres/gpu=4``, ``gres/gpu:a100=4``, ``gres:gpu:4``, ``gpu:4``, ``gpu=4``. Slurm tells typed GPUs
    once by their type and once more among all: the untyped number counts.
    """
    count = pd.Series(np.nan, index=table.index)
    for name in ("AllocTRES", "AllocGRES"):
        if name not in table:
            continue
        cells = table[name].astype("string")
        count = count.fillna(numbers(cells.str.extract(_GPU)[0]))
        typed = cells.str.findall(_TYPED_GPU).explode()
        count = count.fillna(numbers(typed).groupby(level=0).sum(min_count=1))
    return count


def is_headless(lines: list[str]) -> bool:
    """Tell whether lines are those of sacct without header: a job id first, times, and resources with an energy."""
    cells = [line.split("|") for line in lines[:-1] or lines if line.strip()]
    if not cells or any(len(row) != len(cells[0]) for row in cells) or len(cells[0]) <= _TIMES_OF_A_JOB:
        return False
    ids = all(_STEP_ID.fullmatch(row[0].strip()) for row in cells)
    return ids and any(re.search(_TRES_ENERGY, cell) for row in cells for cell in row)


def headless_columns(table: pd.DataFrame, path: Path) -> dict[object, str]:
    """Name the columns of a table without header by their cells.

    The job id is the first cell. Of the columns of times, the last two in time are the start and the end (submitted,
    eligible, started, ended). The resources are the column that has ``energy=``.

    Raises
    ------
    LogError : where these columns are not found
    """
    cells = table.apply(lambda column: column.astype("string").str.strip())
    timed = [name for name in cells if _share(cells[name], _TIME) > _MOST]
    stamps = {
        name: pd.to_datetime(cells[name].where(cells[name].str.match(_TIME, na=False)), utc=True) for name in timed
    }
    resources = [name for name in cells if cells[name].str.extract(_TRES_ENERGY)[0].notna().any()]
    ordered = sorted(timed, key=lambda name: (stamps[name].dropna().median(), timed.index(name)))
    if len(timed) < _TIMES_OF_A_JOB or len(resources) != 1:
        raise LogError(
            "without a header, the fields are not certain",
            file=path.name,
            line=1,
            value=" | ".join(map(str, cells.iloc[0].fillna(""))),
            accepted='format="sacct", columns={"JobID": "0", "Start": "2", "End": "3", "ConsumedEnergyRaw": "4"}',
        )
    start, end = ordered[-2:]
    names: dict[object, str] = {cells.columns[0]: "JobID", start: "Start", end: "End", resources[0]: "AllocTRES"}
    return names


def _share(cells: pd.Series, pattern: str) -> float:
    return float(cells.str.match(pattern, na=False).mean())
