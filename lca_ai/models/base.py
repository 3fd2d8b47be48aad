"""The base of every model: frozen, strict about extra fields, and plain about what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from lca_ai.errors import InputError, StudyError, did_you_mean


class Model(BaseModel):
    """A frozen model that refuses fields it does not know, with errors of one line."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, str_strip_whitespace=True)

    def __init__(self, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as fault:
            raise study_error(fault, type(self)) from None

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, checked like a new one."""
        return type(self)(**{name: getattr(self, name) for name in self.model_fields_set} | changes)


M = TypeVar("M", bound=Model)


def build(model: type[M], data: Mapping[str, Any], *, file: object = None) -> M:
    """``data`` as ``model``.

    Raises
    ------
    StudyError : naming the file, the field, the value and what is accepted
    """
    try:
        return model.model_validate(data)
    except ValidationError as fault:
        raise study_error(fault, model, file=file) from None
    except InputError as fault:
        raise fault.at(file=file) from None


def study_error(fault: ValidationError, model: type[BaseModel], *, file: object = None) -> InputError:
    """The first fault of a validation, as an error of ours.

    Where a union was tried, the fault of the member that matched furthest is told.
    """
    details = fault.errors(include_url=False)
    first = max(details, key=lambda item: (item["type"] not in {"model_type", "literal_error"}, len(item["loc"])))
    field = ".".join(str(part) for part in first["loc"] if not str(part)[:1].isupper() and "[" not in str(part))
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):
        return cause.at(file=file, field=field or None)
    if first["type"] == "extra_forbidden":
        known = _fields(model)
        return StudyError("unknown field", file=file, field=field, value=first["input"], accepted=did_you_mean(str(first["loc"][-1]), known))
    if first["type"] == "missing":
        return StudyError("this field is required and missing", file=file, field=field)
    expected = first.get("ctx", {}).get("expected")
    return StudyError(
        first["msg"].removeprefix("Value error, "), file=file, field=field or None, value=first["input"], accepted=expected
    )


def _fields(model: type[BaseModel]) -> set[str]:
    names: set[str] = set()
    queue: list[Any] = [model]
    seen: set[type] = set()
    while queue:
        part = queue.pop()
        queue.extend(getattr(part, "__args__", ()))
        if isinstance(part, type) and issubclass(part, BaseModel) and part not in seen:
            seen.add(part)
            names |= set(part.model_fields)
            queue.extend(field.annotation for field in part.model_fields.values())
    return names
