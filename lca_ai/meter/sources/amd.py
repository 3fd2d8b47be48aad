"""AMD cards, through AMD SMI: ``amdsmi``, whose import fails without the driver's library.

The energy since the driver was loaded is a counter of steps of a told size; power is that of the socket, now (MI300
and newer) or on average (MI200 and older, Navi). The partitions of one package tell it once. Source: AMD SMI Python
library, https://rocm.docs.amd.com/projects/amdsmi/en/latest/reference/amdsmi-py-api.html.
"""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from lca_ai.meter.base import Kind, Reading, Sensor, SourceUnavailable

_MICRO = 1e-6
_MEGA = 1024.0**2
#: What the library tells the power by -> the kind of it; the first that is filled is read.
_POWERS: dict[str, Kind] = {
    "current_socket_power": "power",
    "socket_power": "power",
    "average_socket_power": "averaged",
}
#: The counter, as releases name it.
_COUNTERS = ("energy_accumulator", "power")
_FAULT = "what is measured cannot be read, or reads 0"
_REMEDY = "install the amdgpu driver and the amdsmi of the same ROCm (pip install /opt/rocm/share/amd_smi)"


@dataclass
class _Card:
    handle: Any
    name: str
    counts: bool = False
    silent: set[str] = field(default_factory=set)


class AmdSource:
    """The AMD cards of this machine."""

    name = "amd"

    def __init__(self) -> None:
        self.left_out: list[SourceUnavailable] = []
        self._smi: Any = None
        self._cards: list[_Card] = []
        self._packages: set[str] = set()

    def open(self) -> Sequence[Sensor]:
        """Find the cards.

        Raises
        ------
        SourceUnavailable : without the library, the driver, or a card that tells its power
        """
        self._smi = smi = _imported()
        try:
            smi.amdsmi_init()
        except smi.AmdSmiException as fault:
            raise SourceUnavailable(self.name, f"AMD SMI does not start: {_line(fault)}", "modprobe amdgpu") from None
        try:
            handles = smi.amdsmi_get_processor_handles()
        except smi.AmdSmiException as fault:
            self.close()
            raise SourceUnavailable(self.name, f"no card: {_line(fault)}") from None
        sensors = [sensor for handle in handles if (sensor := self._sensor(handle)) is not None]
        if not sensors:
            self.close()
            self.left_out = []
            raise SourceUnavailable(
                self.name, "no card tells its energy or its power", "amd-smi list tells what is seen"
            )
        return sensors

    def _sensor(self, handle: Any) -> Sensor | None:
        bus = str(self._told(handle, "gpu_device_bdf") or "").lower()
        uuid = self._told(handle, "gpu_device_uuid") or bus or f"{len(self._cards)}"
        card = _Card(handle, f"GPU-{uuid}")
        energy, (power, kind) = self._energy(handle), self._power(handle)
        card.counts = energy > 0
        package = bus.rpartition(".")[0]
        silent, again = not card.counts and math.isnan(power), bool(package) and package in self._packages
        if silent or again:
            why = "a partition of a package that is read already" if again else "it tells neither energy nor power"
            self.left_out.append(SourceUnavailable(self.name, f"{card.name} is left out: {why}"))
            return None
        self._packages.add(package)
        self._cards.append(card)
        told = self._told(handle, "gpu_asic_info")
        facts = {"bus": bus, "power": kind if not math.isnan(power) else ""}
        return Sensor(
            card.name,
            "gpu",
            "counter" if card.counts else kind,
            model=str(told.get("market_name", "")) if isinstance(told, dict) else "",
            facts={key: value for key, value in facts.items() if value},
        )

    def _told(self, handle: Any, what: str) -> Any:
        try:
            return getattr(self._smi, f"amdsmi_get_{what}")(handle)
        except (self._smi.AmdSmiException, AttributeError):
            return None

    def _energy(self, handle: Any) -> float:
        """Energy since the driver was loaded; NaN where it is not told. [J]"""
        told = self._told(handle, "energy_count") or {}
        steps = next((told[name] for name in _COUNTERS if name in told), None)
        return _positive(steps) * _positive(told.get("counter_resolution")) * _MICRO

    def _power(self, handle: Any) -> tuple[float, Kind]:
        """Power of the socket, and how it comes about; NaN where it is not told. [W]"""
        told = self._told(handle, "power_info") or {}
        for name, kind in _POWERS.items():
            if not math.isnan(power := _positive(told.get(name))):
                return power, kind
        return math.nan, "power"

    def read(self) -> Sequence[Reading]:
        """One reading of every card."""
        return [self._reading(card) for card in self._cards]

    def _reading(self, card: _Card) -> Reading:
        energy = self._energy(card.handle) if card.counts else math.nan
        power, _ = self._power(card.handle)
        fault = _FAULT if math.isnan(energy if card.counts else power) else ""
        return Reading(card.name, energy, power, self._values(card), fault)

    def read_counters(self) -> Sequence[Reading]:
        """One reading of the energy counter of every card that has one."""
        counters = [(card.name, self._energy(card.handle)) for card in self._cards if card.counts]
        return [Reading(name, energy, fault=_FAULT if math.isnan(energy) else "") for name, energy in counters]

    def _values(self, card: _Card) -> dict[str, float | str]:
        values: dict[str, float | str] = {}
        for what, key, name, scale in (
            ("gpu_activity", "gfx_activity", "utilisation_percent", 1.0),
            ("gpu_vram_usage", "vram_used", "memory_used_bytes", _MEGA),
        ):
            if what in card.silent:
                continue
            told = self._told(card.handle, what)
            if told is None:
                card.silent.add(what)
            elif isinstance(told.get(key), int | float):
                values[name] = float(told[key]) * scale
        return values

    def close(self) -> None:
        """Let go of the library."""
        self._cards = []
        if self._smi is None:
            return
        with contextlib.suppress(self._smi.AmdSmiException):
            self._smi.amdsmi_shut_down()


def _imported() -> Any:
    """The module amdsmi, which prints where it finds no library, and then fails by a missing key."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return import_module("amdsmi")
    except ModuleNotFoundError:
        raise SourceUnavailable("amd", "amdsmi is not installed", _REMEDY) from None
    except (ImportError, OSError, KeyError, AttributeError) as fault:
        reason = f"amdsmi finds no library of the driver ({_line(fault)})"
        raise SourceUnavailable("amd", reason, _REMEDY) from None


def _positive(value: Any) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return float(value) if fits else math.nan


def _line(fault: Exception) -> str:
    return " ".join(str(fault).split())
