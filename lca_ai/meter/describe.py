"""What is known of a log beside its rows: sensors with their models and facts, versions, clocks; a JSON file.

The name starts with an underscore, so that a folder that is read as a log does not hold it for one.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lca_ai.meter import node
from lca_ai.meter.base import Sensor
from lca_ai.meter.clock import stamp

if TYPE_CHECKING:
    from lca_ai.meter.recording import Edge, Settings


@dataclass(frozen=True)
class Description:
    """One recording, described; what does not change from one to the next in ``content``."""

    host: str
    started: str
    clock_offset_s: float
    content: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Put it beside the log, after those of the recordings before."""
        path = folder / f"_meter-{self.host}.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"recordings": []}
        recordings = known["recordings"]
        if not recordings or {key: recordings[-1].get(key) for key in self.content} != self.content:
            recordings.append({"from": self.started, "clock_offset_s": self.clock_offset_s, **self.content})
        told = {"what": "lca_ai meter log", "version": 1, "host": self.host, "last_start": self.started}
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps({**told, "recordings": recordings}, indent=1), encoding="utf-8")
        os.replace(beside, path)  # noqa: PTH105 (os.replace is what is atomic everywhere)


def described(folder: Path, host: str) -> list[Sensor]:
    """The sensors of the last recording of a node; none where it is not described yet."""
    path = folder / f"_meter-{host}.json"
    if not path.exists():
        return []
    sensors = json.loads(path.read_text(encoding="utf-8"))["recordings"][-1]["sensors"]
    return [Sensor(**{**one, "also": tuple(one.get("also", ()))}) for one in sensors]


def describe(settings: Settings, started: Edge, sensors: Sequence[Sensor], missing: Sequence[str]) -> Description:
    """What is known of a recording."""
    content = {
        "every_s": settings.every_s,
        "flush_s": settings.flush_s,
        "sensors": [_plain(sensor) for sensor in sensors],
        "missing": list(missing),
        "lca_ai": _version("lca-ai"),
        "python": platform.python_version(),
        "platform": _platform(),
        "program": sys.argv[0],
        "node": node.facts(),
    }
    return Description(settings.host, stamp(started.utc), started.utc - started.moment, content)


def _platform() -> str:
    """The operating system and its release; without a program started, which a fork at that moment would hold up."""
    if not hasattr(os, "uname"):
        return sys.platform
    told = os.uname()
    return f"{told.sysname}-{told.release}-{told.machine}"


def _plain(sensor: Sensor) -> dict[str, Any]:
    told = {one.name: getattr(sensor, one.name) for one in fields(sensor)} | {"facts": dict(sensor.facts)}
    told = {name: value for name, value in told.items() if value not in (None, "", (), {})}
    return json.loads(json.dumps(told))  # type: ignore[no-any-return]


@cache
def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not known"
