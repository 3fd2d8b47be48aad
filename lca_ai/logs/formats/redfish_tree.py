"""Which reading of a Redfish service lies within which other one, and what each covers, by their paths.

What one chassis or one rack PDU tells of itself in several ways is never added: its ``PowerControl`` or
``EnvironmentMetrics`` is the whole; else a sensor of the whole; else its power supplies (of a PDU its mains, else its
branches, else its outlets). Sensors are told apart by their names, as those of IPMI. Source:
https://redfish.dmtf.org/schemas/DSP2046_2024.1.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lca_ai.logs.formats import ipmi_sensors, redfish_reports

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTS = {
    "gpu": re.compile(r"gpu|accelerator", re.IGNORECASE),
    "memory": re.compile(r"mem|dimm|dram", re.IGNORECASE),
    "cpu": re.compile(r"cpu|processor", re.IGNORECASE),
    "storage": re.compile(r"drive|storage|disk", re.IGNORECASE),
}
_BASE = re.compile(r"(?:Chassis|PowerEquipment/[^/]+)/[^/]+")
_WHOLE = re.compile(rf"(?:^|/)(?:PowerControl/0|{redfish_reports.WHOLE})$")
#: Within a chassis or a PDU, from the whole to its parts; the first one is taken.
_WHOLES = (re.compile(r"PowerControl/0"), re.compile(r"PowerControl/.*"), re.compile(r""), re.compile(r"Metrics"))
_LEVELS = (re.compile(r".*PowerSupplies/.*"), *(re.compile(rf"{one}/.*") for one in ("Mains", "Branches", "Outlets")))
_SENSOR = re.compile(r".*Sensors/(?P<name>[^/]+)")


def covers_of(path: str) -> tuple[str, ...]:
    """Return what a reading covers.

    >>> covers_of("Chassis/1/Sensors/CPU1_Power"), covers_of("Chassis/1/PowerControl/0")
    (('cpu',), ('node',))
    """
    return (next((part for part, pattern in _PARTS.items() if pattern.search(path)), "node"),)


def parents(paths: Mapping[str, str]) -> dict[str, str]:
    """Return the device that each device is a part of: device -> parent, of one host.

    Parameters
    ----------
    paths : the path of each device
    """
    found: dict[str, str] = {}
    for base in dict.fromkeys(match.group() for path in paths.values() if (match := _BASE.match(path))):
        inner = {
            name: path[len(base) :].strip("/") for name, path in paths.items() if f"{path}/".startswith(f"{base}/")
        }
        found |= _within(inner)
    top = [name for name in paths if name not in found]
    nodes = [name for name in top if covers_of(paths[name]) == ("node",)]
    whole = [name for name in top if _WHOLE.search(paths[name])] or nodes
    for name in top:
        if whole and name not in whole and (len(whole) == 1 or name not in nodes):
            found[name] = whole[0]
    return found


def _within(inner: Mapping[str, str]) -> dict[str, str]:
    """Return the same of one chassis or PDU, by the paths in it."""
    for pattern in _WHOLES:
        if whole := _named(pattern, inner):
            return {name: whole[0] for name in inner if name != whole[0]}
    sensors = {match["name"]: name for name, path in inner.items() if (match := _SENSOR.fullmatch(path))}
    outer = ipmi_sensors.domains(list(sensors))[0]
    tree = {sensors[name]: sensors[parent] for name, parent in outer.items()}
    roots = [name for name in sensors.values() if name not in tree]
    supplies = next(filter(None, (_named(pattern, inner) for pattern in _LEVELS)), [])
    if supplies and not (tree and len(roots) == 1):  # no sensor of the whole
        return {name: supplies[0] for name in inner if name not in supplies}
    if not tree:
        return {}
    return tree | {name: roots[0] for name in inner if name not in tree and name not in roots}


def _named(pattern: re.Pattern[str], inner: Mapping[str, str]) -> list[str]:
    return [name for name, path in inner.items() if pattern.fullmatch(path)]
