"""The command that lists what can be measured on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from lca_ai.cli.shared import AsJson, app, print_json

if TYPE_CHECKING:
    from lca_ai.meter.base import Sensor, SourceUnavailable
    from lca_ai.meter.sources import Found


@app.command(epilog="Example: lca-ai sources --json")
def sources(as_json: AsJson = False) -> None:  # noqa: FBT002 (a flag of the command line)
    """List what can measure power here, and why the rest cannot. No network is asked."""
    from lca_ai.meter.sources import find

    found = find()
    try:
        if as_json:
            print_json(_data(found))
            return
        for line in _lines(found):
            typer.echo(line)
    finally:
        found.close()


def _data(found: Found) -> dict[str, Any]:
    return {
        "usable": [
            {"source": one.source.name, "sensors": [_sensor(sensor) for sensor in one.sensors]} for one in found.opened
        ],
        "not_usable": [{"source": one.source, "reason": one.reason, "remedy": one.remedy} for one in found.unavailable],
    }


def _sensor(sensor: Sensor) -> dict[str, Any]:
    return {
        "name": sensor.name,
        "covers": [sensor.covers, *sensor.also],
        "kind": sensor.kind,
        "parent": sensor.parent or None,
        "model": sensor.model or None,
        "window_seconds": sensor.window_s,
        "range_joules": sensor.range_j,
        "facts": dict(sensor.facts),
    }


def _lines(found: Found) -> list[str]:
    rows = [
        (one.source.name, sensor.name, "+".join((sensor.covers, *sensor.also)), sensor.kind, _told(sensor))
        for one in found.opened
        for sensor in one.sensors
    ]
    lines = _table(("source", "sensor", "covers", "kind", ""), rows) if rows else ["no sensor is usable here"]
    if found.unavailable:
        lines += ["", "not used:"]
        width = max(len(one.source) for one in found.unavailable)
        lines += [line for one in found.unavailable for line in _why(one, width)]
    return lines


def _told(sensor: Sensor) -> str:
    within = f"within {sensor.parent}" if sensor.parent else ""
    window = f"mean over {sensor.window_s:g} s" if sensor.window_s else ""
    return "; ".join(filter(None, (sensor.model, window, within)))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)
    ]


def _why(one: SourceUnavailable, width: int) -> list[str]:
    lines = [f"  {one.source.ljust(width)}  {one.reason}"]
    return [*lines, f"  {' ' * width}  -> {one.remedy}"] if one.remedy else lines
