"""What a search begins with, beside the small logs of the tests."""

from __future__ import annotations

import bz2
import gzip
import lzma
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    Logs = list[tuple[str, bytes]]

_JOBS = (
    (
        b"job,machine,start,end,share\n"
        b"a,n1,2024-05-31T10:00:00Z,2024-05-31T10:30:00Z,0.5\n"
        b"b,n1/gpu0,2024-05-31T09:30:00+00:00,2024-05-31T11:00:00+02:00,3/7\n"
        b"c,n2,2024-05-31T10:15:00Z,2024-05-31T12:00:00Z,3g.40gb/7g.80gb\n"
    ),
    b"job,machine,start,end\n1,n2,2024-05-31 10:00:00+00:00,2024-05-31 10:45:00+00:00\n",
)
_TABLES = (
    b"time,device,power\n" + b"".join(b"2024-05-31T10:00:%02dZ,%d,%d.5\n" % (n, n % 2, 100 + n) for n in range(40)),
    b"time [s],gpu,counter [J]\n" + b"".join(b"%d,a,%d\n" % (1_717_149_600 + n, 90 * n) for n in range(40)),
    b"timestamp_ms,host,device,power_mw,job\n"
    + b"".join(b"%d,n1,%d,%d,j%d\n" % (1_717_149_600_000 + 500 * n, n % 2, 90 * n, n // 9) for n in range(30)),
)


def of_others(logs: Mapping[str, Logs]) -> dict[str, Logs]:
    """The logs that targets other than formats begin with, and more of CSV and Parquet."""
    tables = [("log.csv", data) for data in _TABLES]
    packed = pa.compress(_TABLES[0], codec="zstd", asbytes=True)
    return {
        "recognition": [("log.csv", data) for many in logs.values() for _, data in many[:4]],
        "csv": [*logs["csv"], *tables],
        "parquet": [*logs["parquet"], *tables],
        "pieces": [*logs["csv"], *tables],
        "frames": [*logs["csv"], *tables],
        "jobs": [("jobs.csv", data) for data in _JOBS],
        "compressed": [
            ("log.csv.gz", data)
            for data in (gzip.compress(_TABLES[0]), bz2.compress(_TABLES[1]), lzma.compress(_TABLES[0]), packed)
        ],
    }


def shortened(data: bytes, longest: int, lines: int) -> Logs | list[bytes]:
    """A log in full where it is not too long, and its first lines: short inputs are read more often."""
    head = b"\n".join(data.split(b"\n")[:lines]) + b"\n"
    whole = [data] if len(data) <= longest else [b"\n".join(data[:longest].split(b"\n")[:-1]) + b"\n"]
    return whole if data[:4] == b"PAR1" or len(head) >= len(data) else [*whole, head]
