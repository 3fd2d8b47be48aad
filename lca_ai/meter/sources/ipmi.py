"""Power of the whole computer as its management controller tells it: ``ipmitool dcmi power reading``.

The tool takes long and the figure changes once a second or less: it is asked in a thread of its own. A controller that
does not measure tells 0 W, which is not known.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lca_ai.meter.base import Reading, Sensor, SourceUnavailable
from lca_ai.meter.sources.polled import Polled

_DEVICES = ("dev/ipmi0", "dev/ipmi/0", "dev/ipmidev/0")
_ARGUMENTS = ("dcmi", "power", "reading")
_POWER = re.compile(r"Instantaneous power reading\s*:\s*(\d+(?:\.\d+)?)\s*Watts")
_INACTIVE = re.compile(r"Power reading state is\s*:\s*(?:deactivated|not active|inactive)", re.IGNORECASE)
_EVERY_S = 1.0
_PATIENCE_S = 10.0


class IpmiSource:
    """The computer's own power meter.

    Parameters
    ----------
    tool : ipmitool, or where it lies; a tool that is named is asked without looking for the device
    every_s : least interval between two readings
    root : folder that holds ``dev``
    """

    name = "ipmi"

    def __init__(self, tool: str = "ipmitool", *, every_s: float = _EVERY_S, root: str | Path = "/") -> None:
        self.tool, self.root = tool, Path(root)
        self._polled = Polled(self._asked, every_s)

    def open(self) -> Sequence[Sensor]:
        """Ask the controller for the first time.

        Raises
        ------
        SourceUnavailable : without the tool, the device, the permission, or a power
        """
        if not any((self.root / device).exists() for device in _DEVICES):
            remedy = "a server with a management controller: modprobe ipmi_si ipmi_devintf"
            raise SourceUnavailable(self.name, "no management controller (/dev/ipmi0)", remedy)
        if shutil.which(self.tool) is None:
            raise SourceUnavailable(self.name, f"{self.tool} is not installed", "install ipmitool")
        first = self._ask()
        if first.fault:
            raise SourceUnavailable(self.name, first.fault, "ipmitool needs read and write access to /dev/ipmi0")
        self._polled.start([first])
        return [Sensor("node", "node", "power", resolution="1 W", facts={"read by": f"{self.tool} dcmi power reading"})]

    def _asked(self) -> list[Reading]:
        return [self._ask()]

    def _ask(self) -> Reading:
        try:
            done = subprocess.run(  # noqa: S603 (the user's own tool)
                [self.tool, *_ARGUMENTS], capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as fault:
            return Reading("node", fault=f"{self.tool}: {fault}")
        told = _POWER.search(done.stdout)
        if done.returncode or told is None:
            said = (done.stderr or done.stdout).strip().splitlines()
            return Reading("node", fault=said[-1] if said else f"{self.tool} ended with {done.returncode}")
        power = float(told[1])
        if _INACTIVE.search(done.stdout) or power <= 0:
            return Reading("node", fault="the controller does not measure power")
        return Reading("node", power_w=power)

    def read(self) -> Sequence[Reading]:
        """The newest reading."""
        return self._polled.read()

    def close(self) -> None:
        """Stop asking."""
        self._polled.close()
