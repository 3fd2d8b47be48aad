"""Energy of an Apple computer's processor, GPU and neural engine: ``powermetrics``, which only root may start.

The tool writes a property list a sample, with the energy of each part over the sample; their sum since the start is
read as a counter, which moves once a sample. The figures are Apple's estimates. Source: powermetrics(1).
"""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from lca_ai.meter.base import Reading, Sensor, SourceUnavailable

if TYPE_CHECKING:
    from lca_ai.models.power import Covered

_MILLI = 1e-3
_NANO = 1e-9
_EVERY_S = 1.0
_PATIENCE_S = 5.0
_COVERS: dict[str, tuple[Covered, ...]] = {
    "package": ("cpu", "gpu", "memory"), "combined": ("cpu", "gpu"), "cpu": ("cpu",), "gpu": ("gpu",),
    "ane": ("gpu",), "dram": ("memory",),
}  # fmt: skip
_WITHIN = {"package": ("cpu", "gpu", "ane", "dram"), "combined": ("cpu", "gpu", "ane")}


class AppleSource:
    """The parts of an Apple computer.

    Parameters
    ----------
    tool : powermetrics, or where it lies
    every_s : length of a sample
    """

    name = "apple"

    def __init__(self, tool: str = "powermetrics", *, every_s: float = _EVERY_S) -> None:
        self.tool, self.every_s = tool, every_s
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._parts: tuple[str, ...] = ()
        self._energy: dict[str, float] = {}
        self._power: dict[str, float] = {}

    def open(self) -> Sequence[Sensor]:
        """Start the tool and wait for its first sample.

        Raises
        ------
        SourceUnavailable : without the tool, root, or a sample with an energy
        """
        if shutil.which(self.tool) is None:
            raise SourceUnavailable(self.name, f"{self.tool} is not here (it is a tool of macOS)")
        milliseconds = str(max(1, round(self.every_s / _MILLI)))
        command = [self.tool, "--samplers", "cpu_power,gpu_power", "-i", milliseconds, "-f", "plist"]
        self._process = subprocess.Popen(  # noqa: S603 (the system's own tool)
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if self._process.stdout is not None:
            os.set_blocking(self._process.stdout.fileno(), False)
        self._wait()
        names = [part for part in _COVERS if part in self._energy]
        if {"package", "combined"} <= set(names):
            names.remove("combined")  # two sums of the same parts
        whole = next((name for name in _WITHIN if name in names), "")
        self._parts = tuple(names)
        return [
            Sensor(
                name, _COVERS[name][0], "counter", whole if name in _WITHIN.get(whole, ()) else "",
                resolution=f"once in {self.every_s:g} s", facts={"read by": " ".join(command)},
                also=_COVERS[name][1:],
            )
            for name in names
        ]  # fmt: skip

    def _wait(self) -> None:
        """Wait for the first sample.

        Raises
        ------
        SourceUnavailable : where none comes
        """
        end = time.monotonic() + self.every_s + _PATIENCE_S
        while not self._energy and time.monotonic() < end and self._running():
            self._take()
            time.sleep(min(0.05, self.every_s))
        self._take()
        if self._energy:
            return
        process, said = self._process, ""
        if process is not None and process.poll() is not None and process.stderr is not None:
            said = process.stderr.read().decode(errors="replace").strip()
        self.close()
        reason = said.splitlines()[-1] if said else f"{self.tool} gives no sample with an energy"
        raise SourceUnavailable(self.name, reason, "powermetrics must be started by root: sudo")

    def _running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _take(self) -> None:
        """Take in all samples that have come; the pipe holds the rest of one that has not ended."""
        if self._process is None or self._process.stdout is None:
            return
        while chunk := self._process.stdout.read(1 << 16):
            self._rest += chunk
        *whole, self._rest = self._rest.split(b"\0")
        if self._rest.rstrip().endswith(b"</plist>"):
            whole, self._rest = [*whole, self._rest], b""
        for document in filter(None, map(bytes.strip, whole)):
            with suppress(plistlib.InvalidFileException, ExpatError, ValueError, TypeError, KeyError):
                self._add(plistlib.loads(document))

    def _add(self, sample: dict[str, Any]) -> None:
        seconds = float(sample["elapsed_ns"]) * _NANO
        told: dict[str, Any] = sample["processor"]
        for part in _COVERS:
            energy, power = told.get(f"{part}_energy"), told.get(f"{part}_power")
            if energy is None and power is None:
                continue
            joules = (float(energy) if energy is not None else float(power or 0.0) * seconds) * _MILLI
            self._energy[part] = self._energy.get(part, 0.0) + joules
            self._power[part] = joules / seconds

    def read(self) -> Sequence[Reading]:
        """The energy of every part until the end of the last sample."""
        self._take()
        if not self._running():
            return [Reading(part, fault=f"{self.tool} has ended") for part in self._parts]
        return [Reading(part, self._energy[part], self._power[part]) for part in self._parts]

    def close(self) -> None:
        """End the tool."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_PATIENCE_S)
