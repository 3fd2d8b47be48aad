"""Import hourly net generation by technology of US balancing areas (EIA-930) into ``datasets/hourly``."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from descriptors import Columns, describe_columns, describe_files
from import_generation_mix import COLLAPSE, EIA_COLUMNS
from import_support import importer, read_rows, source
from packages import Package, target, write_file, write_package
from pyarrow import parquet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = dict[str, object]

FOLDER = "datasets/hourly"
PUBLIC_DOMAIN = ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/")
HOUR = timedelta(hours=1)

SOURCES = [
    source(
        "eia-930-2022",
        "U.S. Energy Information Administration, Form EIA-930 Hourly Electric Grid Monitor, "
        "net generation by energy source, 2022",
        "https://www.eia.gov/electricity/gridmonitor/",
        "public domain (US Government work)",
    ),
    source(
        "sustaindc-eia-930",
        "Hewlett Packard Enterprise, SustainDC: net generation by energy source of Form EIA-930 as hourly text, commit "
        "a92b475",
        "https://github.com/HewlettPackard/dc-rl/tree/a92b4755aca560e34a98d14028dda629eb968482/data/CarbonIntensity",
        "MIT",
    ),
]

NOTICE = """
# Hourly generation of US balancing areas

Licence of the package: public domain. The figures are those of the US Energy Information Administration, Form EIA-930,
a work of the US Government; the files were read as shipped in HPE SustainDC (MIT, Copyright Hewlett Packard Enterprise
Development LP). What this project adds is dedicated to the public domain under CC0 1.0.

- One file for each area and year, named in `index.csv`: Parquet, compressed with zstd; a column `time` (UTC) and one
  for each technology [MW], net generation in the area, without trade.
- A column that is empty in every hour: the area reports no generation of that technology in the whole year, or reports
  it among others. Empty is not zero:
  {unreported}.
- "other" is the EIA class "other", mostly unspecified: it has no factor and is a declared gap.
- Hours without any reported value have no row; neither have hours whose total is below 30 % of the area's median hour:
  {missing}.
- Times are those of the source. EIA dates an hour by its end; the daily course of solar generation agrees with this in
  Texas, MISO, Southern Company, Arizona and (nearly) California, and is an hour early in PJM.
- Left out: the intensity that the upstream computed, since any category follows from the MW; hourly series of other
  countries, which are under the ODbL or without a licence.
"""


def main() -> None:
    """Write ``datasets/hourly`` from the folder named on the command line."""
    parser = importer(__doc__)
    parser.add_argument("--hourly", type=Path, required=True, help="folder of US-*_2022_eia930_hourly.csv")
    hourly = parser.parse_args().hourly
    folder = target() / FOLDER
    index: list[Row] = []
    unreported: dict[str, list[str]] = {}
    lost: dict[str, str] = {}
    for path in sorted(hourly.glob("US-*_eia930_hourly.csv")):
        zone, year = path.name.split("_")[:2]
        hours = read_rows(path)
        reported = [hour for hour in hours if all(hour[column] for column in EIA_COLUMNS)]
        kept = whole_hours(reported)
        table, unreported[zone] = megawatts(kept)
        name = f"{zone}-{year}"
        write_file(folder / f"{name}.parquet", _parquet(table))
        index.append(_index_row(name, zone, int(year), len(kept)))
        lost[zone] = _lost(_hours_of(int(year)) - len(reported), len(reported) - len(kept))
    notice = NOTICE.format(
        unreported="; ".join(f"{zone} {', '.join(names)}" for zone, names in unreported.items() if names),
        missing="; ".join(f"{zone} {text}" for zone, text in lost.items() if text),
    )
    title = "Hourly generation by technology of US balancing areas"
    write_package(Package(FOLDER, title, "2026.11", *PUBLIC_DOMAIN, notice, SOURCES, {"index": index}))
    describe_columns(folder, "index", Columns(integers=frozenset({"hours", "missing_hours"})))
    paths = [folder / f"{row['name']}.parquet" for row in index]
    describe_files(folder, paths, "parquet", "application/vnd.apache.parquet")


def whole_hours(hours: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return the hours whose total has not collapsed."""
    totals = [sum(float(hour[column]) for column in EIA_COLUMNS) for hour in hours]
    limit = COLLAPSE * statistics.median(totals)
    return [hour for hour, total in zip(hours, totals, strict=True) if total >= limit]


def megawatts(hours: Sequence[Mapping[str, str]]) -> tuple[pa.Table, list[str]]:
    """Return the series by technology, and the technologies without any generation, whose columns are empty."""
    times = [datetime.fromisoformat(hour["datetime_utc"]) for hour in hours]
    columns = {"time": pa.array(times, pa.timestamp("us", tz="UTC"))}
    unreported = []
    for column, technology in EIA_COLUMNS.items():
        values: list[float | None] = [float(hour[column]) for hour in hours]
        if not any(values):
            unreported.append(technology)
            values = [None] * len(hours)
        columns[technology] = pa.array(values, pa.float32())
    return pa.table(columns), unreported


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd", compression_level=19, row_group_size=table.num_rows)
    return bytes(sink.getvalue())


def _index_row(name: str, zone: str, year: int, hours: int) -> Row:
    return {
        "name": name,
        "zone": zone,
        "year": year,
        "basis": "net generation, no trade",
        "unit": "MW",
        "hours": hours,
        "missing_hours": _hours_of(year) - hours,
        "source": "eia-930-2022;sustaindc-eia-930",
    }


def _hours_of(year: int) -> int:
    return (datetime.fromisoformat(f"{year + 1}-01-01") - datetime.fromisoformat(f"{year}-01-01")) // HOUR


def _lost(absent: int, collapsed: int) -> str:
    """Return how many hours an area lacks, as text."""
    parts = [f"{absent} not reported"] if absent else []
    return ", ".join([*parts, f"{collapsed} collapsed"] if collapsed else parts)


if __name__ == "__main__":
    main()
