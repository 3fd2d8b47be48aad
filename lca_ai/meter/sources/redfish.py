"""Power of a computer as its management controller tells it over the network, at an address that the user gives.

``Power`` (``PowerControl[0].PowerConsumedWatts``), ``EnvironmentMetrics`` (``EnergyJoules`` or ``EnergykWh``, else
``PowerWatts``) and ``Sensor`` (``ReadingType`` Power or EnergyJoules ...) are understood; see https://redfish.dmtf.org.
Never asked unless its address is given by name.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from lca_ai.meter.base import Reading, Sensor, SourceUnavailable
from lca_ai.meter.sources.polled import Polled

_JOULES = {"EnergyJoules": 1.0, "EnergyWh": 3.6e3, "EnergykWh": 3.6e6}
_EVERY_S = 1.0
_PATIENCE_S = 10.0
_REMEDY = "name it with an address: redfish=https://user:password@bmc/redfish/v1/Chassis/1/Power"


class RedfishSource:
    """The power meter of a management controller.

    Parameters
    ----------
    address : of a Power, EnvironmentMetrics or Sensor document; user and password may stand in it
    every_s : least interval between two readings
    """

    name = "redfish"

    def __init__(self, address: str = "", *, every_s: float = _EVERY_S) -> None:
        parts = urlsplit(address)
        self.address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        self._known = parts.scheme in {"http", "https"} and bool(parts.netloc)
        self._headers = {"Accept": "application/json"}
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        self._polled = Polled(self._asked, every_s)

    def open(self) -> Sequence[Sensor]:
        """Ask the controller for the first time.

        Raises
        ------
        SourceUnavailable : without an address, an answer, or a power in it
        """
        if not self._known:
            raise SourceUnavailable(self.name, "no address is given, and none is looked for", _REMEDY)
        first = self._ask()
        if first.fault:
            raise SourceUnavailable(self.name, f"{self.address}: {first.fault}")
        self._polled.start([first])
        counts = not math.isnan(first.energy_j)
        return [Sensor("node", "node", "counter" if counts else "power", facts={"address": self.address})]

    def _asked(self) -> list[Reading]:
        return [self._ask()]

    def _ask(self) -> Reading:
        import urllib.request  # heavy, and only for who gives an address
        from http.client import HTTPException

        request = urllib.request.Request(self.address, headers=self._headers)  # noqa: S310 (http or https)
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:  # noqa: S310 (the user's own)
                document = json.load(answer)
        except (OSError, ValueError, HTTPException) as fault:  # URLError is an OSError, JSONDecodeError a ValueError
            return Reading("node", fault=str(fault) or type(fault).__name__)
        energy, power = _figures(document if isinstance(document, dict) else {})
        known = energy > 0 or power > 0
        return Reading("node", energy, power, fault="" if known else "the document has no energy and no power")

    def read(self) -> Sequence[Reading]:
        """The newest reading."""
        return self._polled.read()

    def close(self) -> None:
        """Stop asking."""
        self._polled.close()


def _figures(document: dict[str, Any]) -> tuple[float, float]:
    """Energy [J] and power [W] of a document; NaN where it does not tell."""
    controls = document.get("PowerControl")
    if isinstance(controls, list) and controls and isinstance(controls[0], dict):
        return math.nan, _number(controls[0].get("PowerConsumedWatts"))
    kind = str(document.get("ReadingType", ""))
    if kind:
        value = _number(document.get("Reading"))
        return value * _JOULES.get(kind, math.nan), value if kind == "Power" else math.nan
    energies = [_number(document.get(name)) * factor for name, factor in _JOULES.items()]
    energy = next((one for one in energies if not math.isnan(one)), math.nan)
    return energy, _number(document.get("PowerWatts"))


def _number(value: Any) -> float:
    told: Any = value.get("Reading") if isinstance(value, dict) else value
    fits = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
    return float(told) if fits else math.nan
