"""A study: goal and scope with the workloads it assesses, from YAML or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, field_validator

from lca_ai.errors import InputError, StudyError
from lca_ai.models.base import Model, build
from lca_ai.models.scope import GoalAndScope
from lca_ai.models.workload import AnyWorkload
from lca_ai.own_tables import OwnTables, using


class Study(Model):
    """Goal and scope, and the workloads."""

    name: str = Field(min_length=1)
    """Title of the study."""
    goal_and_scope: GoalAndScope
    """What for, per what, within which boundary."""
    workloads: Annotated[tuple[AnyWorkload, ...], Field(min_length=1)]
    """What ran."""
    assumptions: tuple[str, ...] = ()
    """What the authors assumed, in sentences; printed in the report."""
    sources: tuple[str, ...] = ()
    """Where the study's own figures come from; printed in the report."""
    tables: str | None = None
    """Own tables that come before the project's: a folder of CSV files, or one CSV file."""
    tables_folder: Path | None = Field(default=None, exclude=True)
    """Folder that the path of the own tables starts from (not part of the study)."""

    @field_validator("workloads")
    @classmethod
    def _names_differ(cls, value: tuple[AnyWorkload, ...]) -> tuple[AnyWorkload, ...]:
        names = [one.name for one in value]
        if len(set(names)) < len(names):
            raise StudyError("two workloads have the same name", field="name", value=", ".join(names))
        return value

    def own_tables(self) -> Path | None:
        """Where the study's own tables are; None where it has none."""
        return None if self.tables is None else (self.tables_folder or Path()) / self.tables


class _Loader(yaml.SafeLoader):
    """YAML as the 1.2 core schema reads it: ``NO`` is Norway, a date is text; no tags, no repeated keys."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[object] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is repeated", key_node.start_mark)
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_study(path: str | Path, *, tables: OwnTables | None = None) -> Study:
    """A study from a YAML or JSON file; paths in it start from the file's own folder.

    Parameters
    ----------
    tables : a user's own tables, in place of those that the study names: zones, hardware and regions may be of them

    Raises
    ------
    StudyError : naming the file, the line or field, the value and what is accepted
    TableError : for own tables that break a rule of the project's, naming the row
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StudyError("no such file", file=path) from None
    except (OSError, UnicodeDecodeError) as fault:
        raise StudyError("cannot be read as text", file=path, value=str(fault)) from None
    data = _parse(text, file)
    if not isinstance(data, dict):
        raise StudyError(
            "a study is a mapping",
            file=path,
            line=1,
            value=type(data).__name__,
            accepted="name, goal_and_scope, workloads",
        )
    if tables is None and isinstance(data.get("tables"), str):
        tables = file.parent / data["tables"]
    with using(tables):
        return build(Study, _anchored(data, file.parent), file=path)


def _parse(text: str, file: Path) -> Any:
    if file.suffix.lower() == ".json":
        try:
            return json.loads(text)
        except json.JSONDecodeError as fault:
            raise StudyError(f"not JSON: {fault.msg}", file=file, line=fault.lineno) from None
    try:
        for token in yaml.scan(text, Loader=_Loader):
            if isinstance(token, yaml.TagToken):
                raise StudyError(
                    "YAML tags are not accepted", file=file, line=token.start_mark.line + 1, value="".join(token.value)
                )
            if isinstance(token, yaml.AliasToken):
                raise StudyError(
                    "YAML aliases are not accepted", file=file, line=token.start_mark.line + 1, value=token.value
                )
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        raise StudyError(f"not YAML: {fault.problem}", file=file, line=mark.line + 1 if mark else None) from None
    except (yaml.YAMLError, TypeError, RecursionError) as fault:
        raise StudyError("not YAML", file=file, value=str(fault)) from None


def _anchored(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The data with the study's own folder beside every path in it."""
    data = data | {"tables_folder": folder} if "tables" in data else data
    workloads = data.get("workloads")
    if not isinstance(workloads, list):
        return data
    return data | {"workloads": [_anchored_workload(one, folder) for one in workloads]}


def _anchored_workload(one: Any, folder: Path) -> Any:
    if not isinstance(one, dict):
        return one
    changes: dict[str, Any] = {}
    if isinstance(one.get("power"), str | list):
        changes["power"] = {"files": one["power"], "folder": folder}
    elif isinstance(one.get("power"), dict):
        changes["power"] = {**one["power"], "folder": folder}
    if isinstance(one.get("location"), dict) and "hourly" in one["location"]:
        changes["location"] = {**one["location"], "hourly_folder": folder}
    return one | changes


def schema() -> dict[str, Any]:
    """The JSON Schema of a study file, short forms included; folders of this machine are no part of one."""
    found = Study.model_json_schema()
    found["properties"].pop("tables_folder")
    for part in found["$defs"].values():
        for name in ("folder", "hourly_folder"):
            part.get("properties", {}).pop(name, None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


__all__ = ["InputError", "Study", "read_study", "schema"]
