"""Goal and scope of a study (ISO 14040, 5.2): what for, per what, within which boundary, by which method."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from lca_ai.errors import StudyError
from lca_ai.models.base import Model
from lca_ai.units import Counted

#: Life cycle stages that can lie inside a system boundary, in the order of the life cycle.
LifeCycleStage = Literal["manufacture", "transport", "use", "end of life"]
STAGES: tuple[LifeCycleStage, ...] = ("manufacture", "transport", "use", "end of life")


class FunctionalUnit(Model):
    """What the impacts are stated per, e.g. one trained model or one million images classified.

    Examples
    --------
    >>> FunctionalUnit("one million images classified", reference_flow="1e6 image").description
    'one million images classified'
    """

    description: str = Field(min_length=1)
    """The function, in words."""
    reference_flow: Counted
    """How much of what the workloads deliver fulfils it once, e.g. ``1 model`` or ``1e6 image``."""

    def __init__(self, description: str | None = None, /, **data: Any) -> None:
        super().__init__(**(data if description is None else {"description": description, **data}))


class CutOff(Model):
    """Something knowingly left outside the system boundary, and why."""

    what: str = Field(min_length=1)
    """What is left out."""
    reason: str = Field(min_length=1)
    """Why it may be."""


class GoalAndScope(Model):
    """Goal, functional unit, system boundary and method of a study."""

    goal: str = Field(min_length=1)
    """Why the study is made, and for whom."""
    functional_unit: FunctionalUnit
    """What the impacts are stated per."""
    system_boundary: tuple[LifeCycleStage, ...] = STAGES
    """Life cycle stages inside the boundary."""
    method: Literal["EF 3.1"] = "EF 3.1"
    """Impact assessment method."""
    cut_offs: tuple[CutOff, ...] = ()
    """What is knowingly left out."""

    @field_validator("system_boundary")
    @classmethod
    def _stages(cls, value: tuple[LifeCycleStage, ...]) -> tuple[LifeCycleStage, ...]:
        if not value:
            raise StudyError("the system boundary holds no life cycle stage", accepted=", ".join(STAGES))
        if len(set(value)) < len(value):
            raise StudyError("a life cycle stage is named twice", value=", ".join(value))
        return tuple(stage for stage in STAGES if stage in value)

    @model_validator(mode="before")
    @classmethod
    def _needs_a_unit(cls, data: object) -> object:
        if isinstance(data, dict) and "functional_unit" not in data:
            raise StudyError(
                "the functional unit is missing",
                field="functional_unit",
                accepted="e.g. {description: one trained model, reference_flow: 1 model}",
            )
        return data
