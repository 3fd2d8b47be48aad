"""When and how long a workload ran, where no log tells."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from lca_ai.errors import StudyError
from lca_ai.models.base import Model
from lca_ai.units import Duration


def positive(value: Any) -> Any:
    """A length of time that is not zero."""
    if value is not None and value.magnitude <= 0:
        raise StudyError("a length of time of zero", value=str(value), accepted="more than zero, e.g. 36 hour")
    return value


Share = Annotated[float, Field(gt=0.0, le=1.0)]


class Runtime(Model):
    """Start, length and load of a run.

    Without a log, the energy is modelled: rated power x utilisation x device-hours, and marked so.
    """

    start: datetime | None = None
    """Start, with its offset from UTC."""
    duration: Duration | None = None
    """Wall-clock length of the run; every device of the hardware is occupied so long."""
    device_hours: Duration | None = None
    """Hours summed over the accelerators, in place of the duration."""
    utilisation: Share = 1.0
    """Mean power while running, as a share of the rated power."""
    idle_share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Share of the time in which the devices are occupied but idle."""

    _some_time = field_validator("duration", "device_hours")(positive)

    @field_validator("start")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise StudyError("a time without a zone", value=str(value), accepted="e.g. 2024-03-01T08:00:00+01:00")
        return value

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.duration is None) == (self.device_hours is None):
            raise StudyError("give either duration or device_hours", field="runtime", accepted="e.g. duration: 36 h")
        return self
