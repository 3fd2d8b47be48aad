"""One NVIDIA card as NVML sees it: which readings it has, and one look at them.

Energy is the counter since the driver was loaded, in mJ, of Volta and newer. Power comes in two ways: the field
"instant" is the power now; "average", and the plain power of Ampere and newer other than GA100, is that of the last
second. Source: NVML API Reference, nvmlDeviceGetTotalEnergyConsumption, nvmlDeviceGetPowerUsage,
NVML_FI_DEV_POWER_INSTANT, https://docs.nvidia.com/deploy/nvml-api/.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lca_ai.meter.base import Kind, Reading, Sensor

_MILLI = 1e-3
#: Over which the driver averages. [s]
_WINDOW_S = 1.0
#: Compute capability of GA100, the last whose plain power is instantaneous.
_GA100 = (8, 0)
_LOOKS = 3
_PAUSE_S = 0.02
#: Bits of nvmlClocksEventReasons -> what slows the clocks.
_THROTTLES = {
    0x1: "idle", 0x2: "application clocks", 0x4: "power cap", 0x8: "hardware slowdown", 0x10: "sync boost",
    0x20: "software thermal", 0x40: "hardware thermal", 0x80: "power brake", 0x100: "display clocks",
    0x200: "board limit", 0x400: "reliability",
}  # fmt: skip


@dataclass(frozen=True)
class Slice:
    """A part of a card in MIG mode, whose power is only known with that of the card.

    Attributes
    ----------
    name : its UUID, e.g. "MIG-..."
    gpu : name of the card
    profile : e.g. "3g.40gb"; empty where the driver does not tell
    memory_bytes, gpu_slices, compute_slices, multiprocessors : its share; NaN where it is not known
    gpu_multiprocessors : those of the whole card
    gpu_instance : number of its GPU instance, which processes are listed by
    """

    name: str
    gpu: str
    profile: str = ""
    memory_bytes: float = math.nan
    gpu_slices: float = math.nan
    compute_slices: float = math.nan
    multiprocessors: float = math.nan
    gpu_multiprocessors: float = math.nan
    gpu_instance: int = -1


class Device:
    """A card, or a slice with readings of its own.

    Parameters
    ----------
    nvml : the module pynvml
    handle : of the card; :attr:`handle` is set anew after it was lost
    """

    def __init__(self, nvml: Any, handle: Any) -> None:
        self.nvml, self.handle = nvml, handle
        self.name: str = nvml.nvmlDeviceGetUUID(handle)
        self.lost = False
        self._silent: set[str] = set()
        self._never = {nvml.NVML_ERROR_NOT_SUPPORTED, nvml.NVML_ERROR_FUNCTION_NOT_FOUND, nvml.NVML_ERROR_NO_PERMISSION}
        self._gone = {
            nvml.NVML_ERROR_GPU_IS_LOST, nvml.NVML_ERROR_UNINITIALIZED, nvml.NVML_ERROR_INVALID_ARGUMENT,
            nvml.NVML_ERROR_RESET_REQUIRED, nvml.NVML_ERROR_NOT_FOUND, nvml.NVML_ERROR_GPU_NOT_FOUND,
        }  # fmt: skip
        self.counts = False
        self._power: Callable[[], float] | None = None
        self._throttles: dict[int, str] = {}

    def ask(self, what: str, *args: Any) -> Any:
        """What the card answers to the function of NVML; None where it does not, and is then not asked again."""
        if what in self._silent:
            return None
        try:
            return getattr(self.nvml, f"nvmlDeviceGet{what}")(self.handle, *args)
        except self.nvml.NVMLError as fault:
            if fault.value in self._never or fault.value == self.nvml.NVML_ERROR_INVALID_ARGUMENT:
                self._silent.add(what)
            return None

    def sensor(self, facts: dict[str, str], parent: str = "") -> Sensor | None:
        """The card as a sensor; None where it tells neither energy nor power."""
        self.counts, counted = self._find_counter()
        self._power, way, window = self._find_power()
        if not self.counts and self._power is None:
            return None
        kind: Kind = "counter" if self.counts else ("averaged" if window else "power")
        own = {"power": way, "energy": counted, **self._own_facts()}
        return Sensor(
            self.name,
            "gpu",
            kind,
            parent,
            model=self.ask("Name") or "",
            window_s=None if self.counts else window,
            resolution="1 mJ" if self.counts else "1 mW",
            facts=facts | {key: value for key, value in own.items() if value},
        )

    def _find_counter(self) -> tuple[bool, str]:
        """Whether the card counts its energy: a counter that stands at 0 is none."""
        for look in range(_LOOKS):
            if look:
                time.sleep(_PAUSE_S)
            counter = self.ask("TotalEnergyConsumption")
            if counter:
                return True, "counter since the driver was loaded"
            if "TotalEnergyConsumption" in self._silent:
                return False, "no counter"
        return False, "the counter reads 0 or not at all, and is not used"

    def _find_power(self) -> tuple[Callable[[], float] | None, str, float | None]:
        """How the power is read, in words, and over how long it is averaged. [s]"""
        if self._has(self._instant):
            return self._instant, "instantaneous", None
        if self._has(self._usage):
            capability = self.ask("CudaComputeCapability")
            if capability is None:
                return self._usage, "instantaneous, or averaged over 1 s: the driver does not tell", None
            averaged = tuple(capability) > _GA100
            return self._usage, "averaged over 1 s" if averaged else "instantaneous", _WINDOW_S if averaged else None
        if self._has(self._average):
            return self._average, "averaged over 1 s", _WINDOW_S
        return None, "", None

    def _has(self, power: Callable[[], float]) -> bool:
        try:
            return power() > 0
        except self.nvml.NVMLError:
            return False

    def _instant(self) -> float:
        return self._field(self.nvml.NVML_FI_DEV_POWER_INSTANT)

    def _average(self) -> float:
        return self._field(self.nvml.NVML_FI_DEV_POWER_AVERAGE)

    def _usage(self) -> float:
        return float(self.nvml.nvmlDeviceGetPowerUsage(self.handle))

    def _field(self, number: int) -> float:
        """A field in whole numbers; each has an outcome of its own."""
        field = self.nvml.nvmlDeviceGetFieldValues(self.handle, [number])[0]
        if field.nvmlReturn != self.nvml.NVML_SUCCESS:
            raise self.nvml.NVMLError(field.nvmlReturn)
        wide = field.valueType in {
            self.nvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG,
            self.nvml.NVML_VALUE_TYPE_UNSIGNED_LONG,
        }
        return float(field.value.ullVal if wide else field.value.uiVal)

    def _own_facts(self) -> dict[str, str]:
        bus, memory = self.ask("PciInfo"), self.ask("MemoryInfo")
        capability, limit = self.ask("CudaComputeCapability"), self.ask("EnforcedPowerLimit")
        return {
            "bus": "" if bus is None else _bus(bus.busId),
            "compute capability": "" if capability is None else ".".join(map(str, capability)),
            "power limit": "" if not limit else f"{limit * _MILLI:g} W",
            "memory": "" if memory is None else f"{memory.total} bytes",
        }

    def read(self) -> Reading:
        """One look: what cannot be read is not known, and the fault says why."""
        reading = self.read_counter() if self.counts else Reading(self.name)
        if self.lost and self.counts:
            return reading
        faults = [reading.fault] if reading.fault else []
        try:
            if self._power is not None:
                reading.power_w = self._positive(self._power())
                if math.isnan(reading.power_w):
                    faults.append("the power reads 0")
        except self.nvml.NVMLError as fault:
            if fault.value in self._gone:
                return self._as_lost(reading, fault)
            faults.append(f"power: {fault}")
        self.lost = False
        reading.fault = "; ".join(faults)
        reading.values = self._values()
        return reading

    def read_counter(self) -> Reading:
        """The energy counter alone."""
        reading = Reading(self.name)
        try:
            reading.energy_j = self._positive(self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handle))
        except self.nvml.NVMLError as fault:
            if fault.value in self._gone:
                return self._as_lost(reading, fault)
            reading.fault = f"energy: {fault}"
            return reading
        self.lost = False
        if math.isnan(reading.energy_j):
            reading.fault = "the energy counter reads 0"
        return reading

    def answers(self) -> bool:
        """Whether the card tells its energy or its power."""
        look = (lambda: self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handle)) if self.counts else self._power
        return look is not None and self._has(look)

    @staticmethod
    def _positive(milli: float) -> float:
        return milli * _MILLI if milli > 0 else math.nan

    def _as_lost(self, reading: Reading, fault: Any) -> Reading:
        self.lost = True
        reading.fault = f"the card is lost: {fault}"
        return reading

    def _values(self) -> dict[str, float | str]:
        values: dict[str, float | str] = {}
        if (use := self.ask("UtilizationRates")) is not None:
            values["utilisation_percent"] = float(use.gpu)
        if (memory := self.ask("MemoryInfo")) is not None:
            values["memory_used_bytes"] = float(memory.used)
        if (heat := self.ask("Temperature", self.nvml.NVML_TEMPERATURE_GPU)) is not None:
            values["temperature_c"] = float(heat)
        if (clock := self.ask("ClockInfo", self.nvml.NVML_CLOCK_SM)) is not None:
            values["clock_mhz"] = float(clock)
        reasons = self.ask("CurrentClocksEventReasons")
        if reasons is None:  # the name of older drivers
            reasons = self.ask("CurrentClocksThrottleReasons")
        if reasons is not None:
            values["throttle"] = self._throttle(int(reasons))
        return values

    def _throttle(self, bits: int) -> str:
        if bits not in self._throttles:
            self._throttles[bits] = "+".join(name for bit, name in _THROTTLES.items() if bits & bit)
        return self._throttles[bits]

    def slices(self) -> list[tuple[Slice, Any]]:
        """The slices of a card in MIG mode, each with its handle."""
        mode = self.ask("MigMode")
        if mode is None or mode[0] != self.nvml.NVML_DEVICE_MIG_ENABLE:
            return []
        whole = self.ask("Attributes")
        found = []
        for index in range(self.ask("MaxMigDeviceCount") or 0):
            try:
                handle = self.nvml.nvmlDeviceGetMigDeviceHandleByIndex(self.handle, index)
            except self.nvml.NVMLError:
                continue  # a place without a slice
            found.append((self._slice(Device(self.nvml, handle), whole), handle))
        return found

    def _slice(self, part: Device, whole: Any) -> Slice:
        attributes, title = part.ask("Attributes"), part.ask("Name") or ""
        instance = part.ask("GpuInstanceId")
        known = {} if attributes is None else {
            "memory_bytes": attributes.memorySizeMB * 1024.0**2,
            "gpu_slices": float(attributes.gpuInstanceSliceCount),
            "compute_slices": float(attributes.computeInstanceSliceCount),
            "multiprocessors": float(attributes.multiprocessorCount),
        }  # fmt: skip
        return Slice(
            part.name,
            self.name,
            title.rpartition("MIG ")[2] if "MIG " in title else "",
            gpu_multiprocessors=math.nan if whole is None else float(whole.multiprocessorCount),
            gpu_instance=-1 if instance is None else instance,
            **known,
        )


def _bus(name: bytes | str) -> str:
    """Place on the PCI bus as Linux writes it: ``0000:3b:00.0``."""
    text = (name.decode() if isinstance(name, bytes) else name).lower()
    domain, _, rest = text.partition(":")
    return f"{domain[-4:]}:{rest}"
