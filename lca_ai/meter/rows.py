"""The rows of the log: one for each sensor and moment, and one for each event; a line each, no cell quoted.

What is known of a sensor (``parent`` to ``window_s``) stands in its first row of each start; ``host`` in the row of the
start itself, whose ``window_s`` is the interval of the ticks. Events: ``start``, ``resume`` (a start in a file that has
rows already), ``tick``, ``stage+``, ``stage-``, ``note`` (of the clocks, or of rows that could not be written) and
``end``. The energy between an ``end`` and a ``resume`` is nobody's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.clock import stamp

COLUMNS = (
    *("time", "monotonic_s", "event", "stage", "sensor", "energy_j", "power_w"),
    *("utilisation_percent", "memory_used_bytes", "temperature_c", "clock_mhz", "throttle", "fault"),
    *("parent", "covers", "kind", "range_j", "limit_w", "window_s", "host", "process"),
)
HEADER = ",".join(COLUMNS) + "\n"
_VALUES = COLUMNS[7:12]
_UNTOLD = "," * 7
#: What parts cells and lines, and what no text holds: control characters and the mark of bytes that mean nothing.
_BLANKS = str.maketrans(
    {chr(one): " " for one in (*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029)} | {",": ";", '"': "'", "\ufffd": "?"}
)


@lru_cache(maxsize=1024)
def text(value: str) -> str:
    """A text as a cell: without what parts cells and lines."""
    return value.translate(_BLANKS).encode("utf-8", "backslashreplace").decode()


def event_row(  # noqa: PLR0913 (the cells of an event)
    moment: float, utc: float, event: str, *, stage: str = "", fault: str = "", host: str = "", process: str = "",
    every_s: float | None = None,
) -> str:  # fmt: skip
    """The line of an event."""
    front = f"{stamp(utc)},{moment:.6f},{event},{text(stage)}"
    every = "" if every_s is None else repr(every_s)
    return f"{front}{',' * 9}{text(fault)}{',' * 6}{every},{text(host)},{text(process)}\n"


def reading_rows(  # noqa: PLR0913 (the cells of a reading)
    moment: float, utc: float, event: str, stage: str, readings: Iterable[Reading], untold: dict[str, Sensor]
) -> list[str]:
    """The lines of the readings of one moment; what is known of a sensor of ``untold`` is told, and it is taken out."""
    front = f"{stamp(utc)},{moment:.6f},{event},{text(stage)},"
    return [f"{front}{_reading(one)},{_sensor(untold.pop(one.sensor, None))}\n" for one in readings]


def _reading(one: Reading) -> str:
    values = one.values
    cells = _cells(values) if values else ",,,,"
    fault = text(one.fault) if one.fault else ""
    return f"{text(one.sensor)},{_number(one.energy_j)},{_number(one.power_w)},{cells},{fault}"


def _cells(values: Mapping[str, float | str]) -> str:
    return ",".join([text(one) if isinstance(one := values.get(name, ""), str) else _number(one) for name in _VALUES])


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else ""


def _sensor(one: Sensor | None) -> str:
    if one is None:
        return _UNTOLD
    optional = ",".join("" if number is None else repr(number) for number in (one.range_j, one.limit_w, one.window_s))
    covers = ";".join((one.covers, *one.also))
    return f"{text(one.parent)},{covers},{one.kind},{optional},,"
