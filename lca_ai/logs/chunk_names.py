"""Which device, and which job, each row of a batch names: codes and names, without a look at each row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lca_ai.logs.formats.generic import NO_JOB, name_of

if TYPE_CHECKING:
    import pyarrow as pa

Codes = NDArray[np.integer]
_NO_JOB = re.compile(NO_JOB)
#: Pairs of host and device, to a row, that are counted in a table of all pairs; of more, those that are there.
_DENSE = 4


def devices_of(device: pa.Array, host: pa.Array | None) -> tuple[Codes, list[str]]:
    """Return the code of each row's device, -1 for none, and the names that codes are places of.

    Parameters
    ----------
    host : names the computer of each row, where a device's name is not one for all hosts: the name is then host/device,
        and the device's alone where a row names no host
    """
    codes, names = _coded(device)
    if host is None:
        return codes, names
    hosts, host_names = _coded(host)
    known = codes.astype(np.int64) >= 0
    width = max(len(names), 1)
    key = np.where(known, (hosts.astype(np.int64) + 1) * width + codes, 0)
    if (len(host_names) + 1) * width <= _DENSE * (len(key) + 1):
        there = np.zeros((len(host_names) + 1) * width, bool)
        there[key[known]] = True
        present, place = np.flatnonzero(there), (np.cumsum(there) - 1)[key]
    else:
        present = np.unique(key[known])
        place = np.searchsorted(present, key)
    both = [
        f"{host_names[number - 1]}/{names[code]}" if number else names[code]
        for number, code in zip(*(part.tolist() for part in np.divmod(present, width)), strict=True)
    ]
    return (place.astype(np.uint32) if known.all() else np.where(known, place, -1)), both


def jobs_of(job: pa.Array) -> tuple[Codes, list[str]]:
    """Return the code of each row's job, -1 for a row that names none, and the names that codes are places of."""
    codes, names = _coded(job)
    none = np.array([_NO_JOB.fullmatch(name) is not None for name in names], dtype=bool)
    return (np.where(none[codes], -1, codes.astype(np.int64)) if none.any() else codes), names


def _coded(column: pa.Array) -> tuple[Codes, list[str]]:
    """Return the code of each row, -1 for an empty one, and the names that codes are places of, each once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    texts = ["" if name is None else name_of(name) for name in column.dictionary.to_pylist()]
    full = column.indices.fill_null(-1) if column.null_count else column.indices
    indices: NDArray[Any] = full.to_numpy(zero_copy_only=False)
    if not column.null_count and "" not in texts and len(set(texts)) == len(texts):
        return indices.view(f"u{indices.dtype.itemsize}"), texts
    names = [*dict.fromkeys(name for name in texts if name)]
    place = {name: number for number, name in enumerate(names)}
    return np.array([*(place.get(name, -1) for name in texts), -1])[indices], names
