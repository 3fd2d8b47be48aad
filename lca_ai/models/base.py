"""The base of every model: frozen, strict about extra fields, and plain about what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema

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


class AlsoAccepts:
    """Marks a field whose validator takes a short form too, so that the JSON Schema shows it.

    Parameters
    ----------
    schema : JSON Schema of the short form
    """

    def __init__(self, **schema: Any) -> None:
        self.schema = schema

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's hook: nothing changes in what is validated."""
        return handler(source)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Pydantic's hook: the long form or the short one."""
        return {"anyOf": [self.schema, handler(schema)]}


M = TypeVar("M", bound=Model)


def build(model: type[M], data: Mapping[str, Any], *, file: object = None) -> M:
    """``data`` as ``model``.

    Raises
    ------
    StudyError : naming the file, the field, the value and what is accepted
    """
    _check_keys(data, "", file)
    try:
        return model.model_validate(data)
    except ValidationError as fault:
        raise study_error(fault, model, file=file) from None
    except InputError as fault:
        raise fault.at(file=file) from None


def _check_keys(data: Any, place: str, file: object) -> None:
    """Every key of a study is text; a decimal comma in a flow mapping makes one that is not."""
    for key, value in data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ():
        if isinstance(data, Mapping) and not isinstance(key, str):
            raise StudyError(
                "a name of a field that is not text",
                file=file,
                field=place or None,
                value=key,
                accepted="a field name; decimals take a point: 1.2",
            )
        _check_keys(value, f"{place}.{key}".strip("."), file)


def study_error(fault: ValidationError, model: type[BaseModel], *, file: object = None) -> InputError:
    """The first fault of a validation, as an error of ours.

    Where a union was tried, the fault of the member that matched furthest is told.
    """
    details = fault.errors(include_url=False)
    first = max(details, key=lambda item: (item["type"] not in {"model_type", "literal_error"}, len(item["loc"])))
    context = first.get("ctx", {})
    cause = context.get("error")
    field = _path(first["loc"], cause.field if isinstance(cause, InputError) else None)
    if isinstance(cause, InputError):
        return type(cause)(
            cause.problem,
            file=cause.file or file,
            line=cause.line,
            field=field,
            value=cause.value,
            accepted=cause.accepted,
        )
    match first["type"]:
        case "extra_forbidden":
            near = did_you_mean(str(first["loc"][-1]), _fields(model))
            return StudyError("unknown field", file=file, field=field, value=first["input"], accepted=near)
        case "missing":
            return StudyError("this field is required and missing", file=file, field=field)
        case "union_tag_invalid" | "union_tag_not_found":
            name = str(context["discriminator"]).strip("'")
            known = str(context.get("expected_tags", "")).replace("'", "") or None
            return StudyError(
                f"no known {name}",
                file=file,
                field=_path((field or "",), name),
                value=context.get("tag"),
                accepted=known,
            )
    message = str(first["msg"]).removeprefix("Value error, ")
    return StudyError(message, file=file, field=field, value=first["input"], accepted=context.get("expected"))


#: Names of union members, which pydantic counts into the place of a fault.
_TAGS = frozenset(
    {"training", "inference", "server", "cluster", "accelerator", "cpu", "memory", "storage", "chassis", "other"}
)


def _path(place: Sequence[str | int], inner: str | None) -> str | None:
    """The field as a user writes it: keys and list positions, without the names of classes and union members."""
    parts: list[str] = []
    for part in place:
        text = str(part)
        member = text in _TAGS and parts and (parts[-1].isdigit() or parts[-1] == "hardware")
        if not text[:1].isupper() and "[" not in text and not member:
            parts.append(text)
    if inner:
        first, _, rest = inner.partition(".")
        parts += [name for name in (first, rest) if name and name != (parts[-1] if parts else "")]
    return ".".join(part for part in parts if part) or None


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
