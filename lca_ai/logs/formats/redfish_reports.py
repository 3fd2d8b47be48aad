"""Redfish telemetry: the values of a ``MetricReport`` that are powers or energies, as readings of their devices.

A value has its time, and tells what it is by ``MetricProperty`` (``.../Power#/PowerControl/0/PowerConsumedWatts``,
``.../EnvironmentMetrics#/PowerWatts/Reading``) or by ``MetricId``: of Dell's iDRAC ``SystemInputPower`` (the computer),
``SystemOutputPower`` and ``TotalCPUPower`` (its parts), of HPE's iLO ``CPU0Power``. Means, maxima and headrooms are not
read. Sources: https://redfish.dmtf.org/schemas/v1/MetricReport.json;
https://github.com/dell/iDRAC-Telemetry-Reference-Tools;
https://servermanagementportal.ext.hpe.com/docs/concepts/redfishtelemetry.
"""

from __future__ import annotations

import re
from typing import Any

#: The metric of a whole computer, within which the others of the same computer lie.
WHOLE = "SystemInputPower"
_IDS = re.compile(rf"{WHOLE}|SystemOutputPower|Total(?:CPU|Memory|Storage)Power|CPU\d+Power")
_PROPERTY = re.compile(
    r"/redfish/v1/(?P<path>[^#]+?)/?(?:/EnvironmentMetrics)?#/?(?P<within>.*?)/?"
    r"(?P<name>PowerConsumedWatts|PowerWatts|EnergyJoules|EnergyWh|EnergykWh)(?:/Reading)?"
)
_JOULES = {"EnergyJoules": 1.0, "EnergyWh": 3.6e3, "EnergykWh": 3.6e6}


def is_report(document: dict[str, Any]) -> bool:
    """Tell a metric report from the other documents of a BMC."""
    return isinstance(document.get("MetricValues"), list)


def readings(document: dict[str, Any], time: str) -> list[dict[str, Any]]:
    """Return the readings of a report: ``time``, ``path``, ``role`` and ``value`` [W or J].

    Parameters
    ----------
    time : of a value that has none of its own
    """
    found = [_reading(one, time) for one in document["MetricValues"] if isinstance(one, dict)]
    return [one for one in found if one is not None]


def _reading(value: dict[str, Any], time: str) -> dict[str, Any] | None:
    when = str(value.get("Timestamp") or time)
    number = _number(value.get("MetricValue"))
    named = _PROPERTY.fullmatch(str(value.get("MetricProperty") or ""))
    if named:
        path = "/".join(filter(None, (re.sub(r"/Power$", "", named["path"]), named["within"])))
        factor = _JOULES.get(named["name"])
        role = "power" if factor is None else "counter"
        return {
            "time": when,
            "path": path,
            "role": role,
            "value": number if number is None else number * (factor or 1.0),
        }
    metric = str(value.get("MetricId") or "")
    if not _IDS.fullmatch(metric):
        return None
    return {"time": when, "path": "/".join(filter(None, (_place(value), metric))), "role": "power", "value": number}


def _place(value: dict[str, Any]) -> str:
    """Return where a metric of iDRAC was taken, e.g. ``System.Embedded.1``."""
    dell = value.get("Oem", {}).get("Dell", {}) if isinstance(value.get("Oem"), dict) else {}
    return str(dell.get("FQDD") or "") if isinstance(dell, dict) else ""


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool | None) else float(value)
    except (TypeError, ValueError):
        return None
