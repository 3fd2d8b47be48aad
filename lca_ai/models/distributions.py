"""What is not known exactly: the distribution of a figure, in the unit of the figure that it stands for.

Plain data, as a study file or Python states it; ``lca_ai.interpretation.sampling`` draws from it. Where the central
point is left out, it is the figure's own value; a spread may then be stated as a share of it (``"5 %"``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from lca_ai.errors import StudyError
from lca_ai.models.base import Model

#: A number in the unit of the figure, or a text with a unit, e.g. ``"4 year"``.
Point = float | str


class _Spread(Model):
    """A distribution: its figures by name, or in their order; of fewer, those that are required."""

    def __init__(self, *figures: Any, **data: Any) -> None:
        super().__init__(**(_named(type(self), figures) if figures else {}), **data)


class Lognormal(_Spread):
    """Lognormal: ``median`` times or over the geometric standard deviation ``gsd``, once in three draws beyond."""

    type: Literal["lognormal"] = "lognormal"
    median: Point | None = None
    """The figure's own value where not given."""
    gsd: float
    """Geometric standard deviation, above 1."""

    @model_validator(mode="after")
    def _wide(self) -> Self:
        if not (math.isfinite(self.gsd) and self.gsd > 1.0):
            raise StudyError(
                "no spread: a geometric standard deviation is above 1", field="gsd", value=self.gsd, accepted=_NO_SPREAD
            )
        return self


class Normal(_Spread):
    """Normal; a standard deviation as text with a percent sign is relative to the mean."""

    type: Literal["normal"] = "normal"
    mean: Point | None = None
    """The figure's own value where not given."""
    sd: Point
    """Standard deviation, above 0: a number, a quantity, or a share of the mean such as ``"5 %"``."""

    @model_validator(mode="after")
    def _wide(self) -> Self:
        if isinstance(self.sd, float) and not (math.isfinite(self.sd) and self.sd > 0.0):
            raise StudyError(
                "no spread: a standard deviation is above 0", field="sd", value=self.sd, accepted=_NO_SPREAD
            )
        return self


class Uniform(_Spread):
    """Every value from ``low`` to ``high`` alike."""

    type: Literal["uniform"] = "uniform"
    low: Point
    """Lower end."""
    high: Point
    """Upper end, above the lower one."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _ascending(self.low, self.high)
        return self


class _Peaked(_Spread):
    """A range with a peak in it."""

    low: Point
    """Lower end."""
    mode: Point | None = None
    """The figure's own value where not given."""
    high: Point
    """Upper end."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _ascending(self.low, self.high, self.mode)
        return self


class Triangular(_Peaked):
    """From ``low`` to ``high`` with the peak at ``mode``."""

    type: Literal["triangular"] = "triangular"


class Pert(_Peaked):
    """Beta-PERT: a smooth bell from ``low`` to ``high`` around ``mode`` (Malcolm et al. 1959)."""

    type: Literal["pert"] = "pert"


class Choice(_Spread):
    """One of several values, e.g. of several sources; alike where no ``weights`` are given."""

    type: Literal["choice"] = "choice"
    values: Annotated[tuple[Point, ...], Field(min_length=2)]
    """Two values or more."""
    weights: tuple[float, ...] | None = None
    """How often each is drawn, relative to the others; alike where not given."""

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        weights = self.weights
        if weights is None:
            return self
        if len(weights) != len(self.values):
            accepted = f"{len(self.values)} weights, one for each value"
            raise StudyError("not as many weights as values", field="weights", value=len(weights), accepted=accepted)
        if not all(math.isfinite(one) and one >= 0.0 for one in weights) or sum(weights) <= 0.0:
            raise StudyError(
                "weights are not negative, and one is above 0", field="weights", value=str(weights), accepted="[2, 1]"
            )
        return self


class Empirical(_Spread):
    """Values that were observed: each draw is one of them, all alike."""

    type: Literal["empirical"] = "empirical"
    values: Annotated[tuple[float, ...], Field(min_length=2)]
    """What was observed, in the unit of the figure."""

    @model_validator(mode="after")
    def _finite(self) -> Self:
        if not all(map(math.isfinite, self.values)):
            raise StudyError("not every value is a number", field="values", accepted="finite numbers")
        if min(self.values) == max(self.values):
            raise StudyError(
                "no spread: all values are the same", field="values", value=self.values[0], accepted=_NO_SPREAD
            )
        return self


class Range(_Spread):
    """Half of the draws on either side of ``median``, none outside ``low`` to ``high``.

    How a published range is read. On either side the density falls straight to nothing at the end, over the logarithm
    where the ends are above 0: ranges of factors span orders of magnitude.
    """

    type: Literal["range"] = "range"
    low: Point
    """Lower end."""
    median: Point | None = None
    """The figure's own value where not given."""
    high: Point
    """Upper end."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _ascending(self.low, self.high, self.median)
        return self


_NO_SPREAD = "a spread; or the value itself in place of a distribution"


def _ascending(low: Point, high: Point, middle: Point | None = None) -> None:
    """Refuse a range that does not ascend, as far as its ends are numbers; quantities are checked when they are used.

    Raises
    ------
    StudyError : for ends that are the same or in the wrong order, or a middle outside of them
    """
    numbers = [one for one in (low, middle, high) if isinstance(one, float)]
    if not all(map(math.isfinite, numbers)):
        raise StudyError("an end of the range is not a number", value=str(numbers), accepted="finite numbers")
    if isinstance(low, float) and isinstance(high, float) and low >= high:
        accepted = _NO_SPREAD if low == high else "low below high"
        raise StudyError("the range has no width", field="low", value=f"{low:g} to {high:g}", accepted=accepted)
    if numbers != sorted(numbers):
        raise StudyError("the middle is outside the range", value=str(middle), accepted=f"a value from {low} to {high}")


def _short(value: object) -> object:
    """``{lognormal: {gsd: 1.2}}`` or ``{uniform: [1.1, 1.4]}``, as a study file may say it for short."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return value
    (name, inner), *_ = value.items()
    kinds = {str(one.model_fields["type"].default): one for one in _KINDS}
    if name not in kinds:
        raise StudyError("no such distribution", value=str(name), accepted=", ".join(kinds))
    if isinstance(inner, Mapping):
        return {"type": name, **inner}
    if kinds[name] in (Choice, Empirical):
        return {"type": name, "values": inner}
    figures = tuple(inner) if isinstance(inner, list | tuple) else (inner,)
    return {"type": name, **_named(kinds[name], figures)}


def _named(kind: type[_Spread], figures: tuple[Any, ...]) -> dict[str, Any]:
    """Figures in the order of the fields of a distribution; of fewer, those that are required."""
    fields = [one for one in kind.model_fields if one != "type"]
    if len(figures) < len(fields):
        fields = [one for one in fields if kind.model_fields[one].is_required()]
    if len(figures) != len(fields):
        name = kind.model_fields["type"].default
        raise StudyError(
            f"not the figures of a {name} distribution", value=str(list(figures)), accepted=f"[{', '.join(fields)}]"
        )
    return dict(zip(fields, figures, strict=True))


_KINDS: tuple[type[_Spread], ...] = (Lognormal, Normal, Uniform, Triangular, Pert, Choice, Empirical, Range)

Distribution = Annotated[
    Lognormal | Normal | Uniform | Triangular | Pert | Choice | Empirical | Range,
    Field(discriminator="type"),
    BeforeValidator(_short),
]


class _Holder(Model):
    """A distribution alone, so that it is checked as a field of a study is."""

    distribution: Distribution


def distribution(value: Any) -> Distribution:
    """A distribution as such, or as a mapping: ``{"lognormal": {"gsd": 1.2}}``, ``{"uniform": [1.1, 1.4]}``.

    Raises
    ------
    StudyError : for a kind that is not known, or a spread that is none
    """
    return _Holder(distribution=value).distribution


__all__ = [
    "Choice",
    "Distribution",
    "Empirical",
    "Lognormal",
    "Normal",
    "Pert",
    "Range",
    "Triangular",
    "Uniform",
    "distribution",
]
