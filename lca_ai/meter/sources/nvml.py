"""NVIDIA cards, through NVML: ``pynvml``, the module of nvidia-ml-py.

Cards are named by their UUID. A card that is lost gives readings with a fault, and readings again when it is back. A
card in MIG mode is one sensor: its slices are sensors only where the driver tells power or energy of their own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lca_ai.meter.base import Reading, Sensor, SourceUnavailable
from lca_ai.meter.sources.nvml_device import Device, Slice

#: How long is waited before NVML is started anew for a lost card: at first and at most. [s]
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 300.0
#: A slice that tells this nearly the figure of its card tells that of the card.
_SAME = 0.01
_REASONS = {
    "NVML_ERROR_LIBRARY_NOT_FOUND": (
        "the NVIDIA driver is not installed (no libnvidia-ml.so.1)",
        "install the driver; a container needs the utility driver capability (docker run --gpus all)",
    ),
    "NVML_ERROR_DRIVER_NOT_LOADED": ("the NVIDIA driver is not loaded, or there is no card", "modprobe nvidia"),
    "NVML_ERROR_NO_PERMISSION": (
        "no permission to talk to the NVIDIA driver",
        "give this user access to /dev/nvidiactl and /dev/nvidia0 ...",
    ),
    "NVML_ERROR_LIB_RM_VERSION_MISMATCH": (
        "the library and the loaded driver are of different versions",
        "restart the machine, or load the driver anew",
    ),
}


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """What one process uses of one card. NaN is not known.

    Attributes
    ----------
    device : name of the card
    pid : as the driver numbers it: that of the host also within a container
    slice : name of the slice (MIG); empty where it runs on the whole card
    utilisation_percent : of the card's multiprocessors, since the last time this was asked
    """

    device: str
    pid: int
    memory_bytes: float = math.nan
    utilisation_percent: float = math.nan
    slice: str = ""


class NvmlSource:
    """The NVIDIA cards of this machine."""

    name = "nvml"

    def __init__(self) -> None:
        self.left_out: list[SourceUnavailable] = []
        self.slices: tuple[Slice, ...] = ()
        self._nvml: Any = None
        self._devices: list[Device] = []
        self._facts: dict[str, str] = {}
        self._since: dict[str, int] = {}
        self._wait_s, self._try_at = _FIRST_WAIT_S, 0.0

    def open(self) -> Sequence[Sensor]:
        """Find the cards.

        Raises
        ------
        SourceUnavailable : without the driver, without permission, or without a card that tells its power
        """
        self._nvml = nvml = self._started()
        self._facts = {"driver": self._version("Driver"), "nvml": self._version("NVML")}
        try:
            sensors = self._found(nvml.nvmlDeviceGetCount())
        except nvml.NVMLError as fault:
            self.close()
            raise self._unavailable(fault) from None
        if sensors:
            return sensors
        why = [one.reason for one in self.left_out] or ["the driver lists no card"]
        self.left_out = []
        self.close()
        raise SourceUnavailable(self.name, "; ".join(why), "nvidia-smi tells what the driver sees")

    def _started(self) -> Any:
        try:
            import pynvml
        except ImportError:
            raise SourceUnavailable(self.name, "pynvml is not installed", "pip install nvidia-ml-py") from None
        self._nvml = pynvml
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as fault:
            raise self._unavailable(fault) from None
        return pynvml

    def _unavailable(self, fault: Any) -> SourceUnavailable:
        for name, (reason, remedy) in _REASONS.items():
            if fault.value == getattr(self._nvml, name):
                return SourceUnavailable(self.name, reason, remedy)
        return SourceUnavailable(self.name, f"NVML does not start: {fault}", "nvidia-smi tells more")

    def _version(self, of: str) -> str:
        try:
            return str(getattr(self._nvml, f"nvmlSystemGet{of}Version")())
        except self._nvml.NVMLError:
            return ""

    def _found(self, count: int) -> list[Sensor]:
        sensors, slices = [], []
        known = {device.name for device in self._devices}
        for index in range(count):
            try:
                device = Device(self._nvml, self._nvml.nvmlDeviceGetHandleByIndex(index))
            except self._nvml.NVMLError as fault:
                self.left_out.append(SourceUnavailable(self.name, f"card {index} is left out: {fault}"))
                continue
            if device.name in known:
                continue
            parts = device.slices()
            sensor = device.sensor({"index": str(index), **self._facts, **_told(parts)})
            if sensor is None:
                reason = f"card {index}, {device.name}, tells neither energy nor power"
                self.left_out.append(SourceUnavailable(self.name, reason))
                continue
            self._devices.append(device)
            slices += [part for part, _ in parts]
            sensors += [sensor, *self._own_sensors(device, parts)]
        self.slices = (*self.slices, *slices)
        return sensors

    def _own_sensors(self, device: Device, parts: list[tuple[Slice, Any]]) -> list[Sensor]:
        """The slices that have readings of their own, not those of the card by another name."""
        found: list[Sensor] = []
        whole = device.read() if parts else Reading(device.name)
        for slice_, handle in parts:
            part = Device(self._nvml, handle)
            sensor = part.sensor({"profile": slice_.profile, **self._facts}, parent=device.name)
            if sensor is None:
                continue
            own = part.read()
            pairs = ((own.energy_j, whole.energy_j), (own.power_w, whole.power_w))
            if not any(mine > (1 - _SAME) * all_ for mine, all_ in pairs):
                self._devices.append(part)
                found.append(sensor)
        return found

    def read(self) -> Sequence[Reading]:
        """One reading of every card; a lost one is looked for again."""
        readings = [device.read() for device in self._devices]
        if any(device.lost for device in self._devices):
            self._renew()
        else:
            self._wait_s, self._try_at = _FIRST_WAIT_S, 0.0
        return readings

    def read_counters(self) -> Sequence[Reading]:
        """One reading of the energy counter of every card that has one."""
        return [device.read_counter() for device in self._devices if device.counts]

    def _renew(self) -> None:
        """Take the handles of lost cards anew; where that fails, start NVML anew, ever less often."""
        if all(self._again(device) for device in self._devices if device.lost) or time.monotonic() < self._try_at:
            return
        self._try_at = time.monotonic() + self._wait_s
        self._wait_s = min(2 * self._wait_s, _LONGEST_WAIT_S)
        self._stop()
        try:
            self._nvml.nvmlInit()
        except self._nvml.NVMLError:
            return
        for device in self._devices:
            self._again(device)

    def _again(self, device: Device) -> bool:
        """Whether the card of this UUID can be read again."""
        try:
            device.handle = self._nvml.nvmlDeviceGetHandleByUUID(device.name)
        except self._nvml.NVMLError:
            return False
        return device.answers()

    def appeared(self) -> Sequence[Sensor]:
        """Sensors of the cards that were not there, or not readable, at the start; they are read from now on.

        NVML lists a card that was put in while it runs only when it is started anew, as it is for a lost card.
        """
        self.left_out = []
        try:
            return self._found(self._nvml.nvmlDeviceGetCount())
        except self._nvml.NVMLError:
            return []

    def processes(self) -> list[ProcessUse]:
        """What each process uses of each card, as far as the driver tells."""
        return [use for device in self._devices if not device.lost for use in self._uses(device)]

    def _uses(self, device: Device) -> list[ProcessUse]:
        instances = {part.gpu_instance: part.name for part in self.slices if part.gpu == device.name}
        found: dict[tuple[int, str], tuple[float, float]] = {}
        for one in device.ask("ComputeRunningProcesses") or ():
            where = "" if one.gpuInstanceId is None else instances.get(one.gpuInstanceId, "")
            memory = math.nan if one.usedGpuMemory is None else float(one.usedGpuMemory)
            found[one.pid, where] = (memory, math.nan)
        samples = device.ask("ProcessUtilization", self._since.get(device.name, 0)) or ()
        for sample in samples:
            memory = found.get((sample.pid, ""), (math.nan, math.nan))[0]
            found[sample.pid, ""] = (memory, float(sample.smUtil))
        self._since[device.name] = max(
            (sample.timeStamp for sample in samples), default=self._since.get(device.name, 0)
        )
        return [ProcessUse(device.name, pid, *figures, where) for (pid, where), figures in found.items()]

    def close(self) -> None:
        """Let go of NVML."""
        self._devices = []
        self._stop()

    def _stop(self) -> None:
        if self._nvml is None:
            return
        try:
            self._nvml.nvmlShutdown()
        except self._nvml.NVMLError:
            return  # it has stopped already


def _told(parts: list[tuple[Slice, Any]]) -> dict[str, str]:
    told = ", ".join(f"{part.name} ({part.profile or 'profile not known'})" for part, _ in parts)
    return {"slices": told} if told else {}
