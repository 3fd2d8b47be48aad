"""Write the generated parts of the documentation: the study file, the command line, the log formats, the tables.

A generated part stands between ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->``; the rest of a page is left alone.
With ``--check``, nothing is written and a page that is not up to date is an error.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import comparison_page
import typer

from lca_ai import tables
from lca_ai.cli import app
from lca_ai.logs.formats import FORMATS
from lca_ai.models import catalogue, cloud
from lca_ai.models.location import zones
from lca_ai.models.study import schema

ROOT = Path(__file__).resolve().parent.parent
PAGES = (*sorted((ROOT / "docs").glob("*.md")), ROOT / "LICENSES.md")
_PART = re.compile(r"(<!-- begin: (?P<name>[\w -]+) -->\n).*?(<!-- end: (?P=name) -->)", re.DOTALL)
_DIRECTIVE = re.compile(r":\w+:`~?(?:[\w.]+\.)?(\w+)`")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _prose(text: str) -> str:
    """The first paragraph of a docstring, as Markdown."""
    first = text.strip().split("\n\n")[0]
    return _DIRECTIVE.sub(r"`\1`", first.replace("``", "`")).replace("\n", " ")


# The study file


def study_file() -> str:
    """One table for each model of a study, in the order in which a reader meets them."""
    whole = schema()
    parts = [_model("Study", whole)]
    parts += [_model(name, whole["$defs"][name]) for name in _in_order(whole)]
    return "\n".join(parts)


def _in_order(whole: dict[str, Any]) -> list[str]:
    found: list[str] = []
    queue = [whole["properties"]]
    while queue:
        for name in _references(queue.pop(0)):
            if name not in found:
                found.append(name)
                queue.append(whole["$defs"][name])
    return found


def _references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rsplit("/", 1)[-1]
        for key, value in part.items():
            if key != "discriminator":
                yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _model(name: str, model: dict[str, Any]) -> str:
    required = model.get("required", [])
    rows = [
        (f"`{field}`", _kind(entry), _default(field, entry, required), _prose(entry.get("description", "")))
        for field, entry in model["properties"].items()
        if "not part of the study" not in entry.get("description", "")
    ]
    head = f"### {name}\n\n{_prose(model.get('description', ''))}\n\n"
    return head + table(("field", "what it holds", "default", "meaning"), rows)


def _default(field: str, entry: dict[str, Any], required: Sequence[str]) -> str:
    if field in required:
        return "**required**"
    default = entry.get("default")
    if default is None or isinstance(default, dict):
        return ""
    if isinstance(default, list):
        return ", ".join(f"`{one}`" for one in default) or "none"
    return f"`{default}`" if default != "" else ""


def _kind(entry: dict[str, Any]) -> str:
    """What a field holds, in words."""
    if "x-dimension" in entry:
        return _quantity(entry)
    if "$ref" in entry:
        name = entry["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    for key in ("anyOf", "oneOf"):
        if key in entry:
            return " or ".join(_kind(one) for one in entry[key] if one.get("type") != "null")
    if "const" in entry or "enum" in entry:
        return ", ".join(f"`{one}`" for one in entry.get("enum", [entry.get("const")]))
    return _plain(entry)


def _quantity(entry: dict[str, Any]) -> str:
    example = next((one["examples"][0] for one in entry["anyOf"] if "examples" in one), "")
    return f"quantity, e.g. `{example}`"


def _plain(entry: dict[str, Any]) -> str:
    match entry.get("type"):
        case "array":
            return f"list of {_kind(entry['items'])}" if "items" in entry else "list"
        case "object":
            inner = entry.get("additionalProperties")
            return f"mapping of text to {_kind(inner)}" if isinstance(inner, dict) else "mapping"
        case "string":
            return "time" if entry.get("format") == "date-time" else "text"
        case "number" | "integer" as kind:
            return {"number": "number", "integer": "whole number"}[kind] + _bounds(entry)
        case kind:
            return str(kind or "anything")


def _bounds(entry: dict[str, Any]) -> str:
    low = entry.get("minimum", entry.get("exclusiveMinimum"))
    high = entry.get("maximum", entry.get("exclusiveMaximum"))
    if low is None or high is None:
        return ""
    above, below = "above " if "exclusiveMinimum" in entry else "", "below " if "exclusiveMaximum" in entry else ""
    return f", {above}{low:g} to {below}{high:g}"


# The command line


def commands() -> str:
    """Each command with its arguments and options, as the command itself describes them."""
    group = typer.main.get_command(app)
    return "\n".join(_command(name, command) for name, command in group.commands.items())  # type: ignore[attr-defined]


def _command(name: str, command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    usage = " ".join(["lca-ai", name, *(_placeholder(one) for one in arguments), *(["[OPTIONS]"] if options else [])])
    text = f"### lca-ai {name}\n\n{_prose(command.help or '')}\n\n```text\n{usage}\n```\n"
    rows = [(f"`{_placeholder(one)}`", one.help or "") for one in arguments]
    rows += [(_flags(one), (one.help or "") + _shown_default(one)) for one in options]
    if rows:
        text += "\n" + table(("argument or option", "meaning"), rows)
    if command.epilog:
        text += f"\n```console\n$ {command.epilog.removeprefix('Example: ')}\n```\n"
    return text


def _placeholder(argument: Any) -> str:
    name = str(argument.metavar or argument.name).strip("[].").upper()
    return (name if argument.required else f"[{name}]") + ("..." if argument.nargs == -1 else "")


def _flags(option: Any) -> str:
    return ", ".join(f"`{flag}`" for flag in (*option.opts, *option.secondary_opts))


def _shown_default(option: Any) -> str:
    plain = isinstance(option.default, str | int | float | Path) and not isinstance(option.default, bool)
    return f" Default: `{option.default}`." if plain else ""


# Logs and tables


def log_formats() -> str:
    """The formats that are recognised."""
    return table(("format", "what it is"), [(f"`{one.name}`", one.title) for one in FORMATS.values()])


def licences() -> str:
    """The data packages with their licences."""
    rows = [
        (f"[`{name}`]({name}/NOTICE.md)", one.descriptor["title"], one.version, _licence(one.descriptor["licenses"][0]))
        for name, one in tables.packages().items()
    ]
    return table(("package", "what it holds", "version", "licence"), rows)


def _licence(entry: dict[str, str]) -> str:
    return f"[{entry['name']}]({entry['path']})"


def packages() -> str:
    """Every table with its rows."""
    rows = [
        (f"`{name}`", f"`{resource['path']}`", f"{_count(name, resource):,}", one.licence)
        for name, one in tables.packages().items()
        for resource in one.resources()
        if resource["path"].endswith(".csv") and resource["name"] != "sources"
    ]
    return table(("package", "table", "rows", "licence"), rows)


def _count(package: str, resource: Mapping[str, Any]) -> int:
    return len(tables.rows(package, str(resource["name"])))


def grids() -> str:
    """Zones and years of the electricity mixes."""
    rows: list[tuple[object, ...]] = []
    for package in ("datasets/grid", "datasets/grid-odbl"):
        kinds = {row["zone"]: row["kind"] for row in tables.rows(package, "zones")}
        mixes = {(row["zone"], int(row["year"])) for row in tables.rows(package, "generation_mix")}
        for kind in sorted(set(kinds.values())):
            years = [year for zone, year in mixes if kinds.get(zone) == kind]
            count = len({zone for zone, _ in mixes if kinds.get(zone) == kind})
            rows.append((f"`{package}`", kind, count, f"{min(years)} to {max(years)}" if years else "", len(years)))
    rows += _climate_only()
    total = f"\n{len(zones()):,} zones in all.\n"
    return table(("package", "kind of zone", "zones", "years", "zones x years"), rows) + total


def _climate_only() -> list[tuple[object, ...]]:
    package = "datasets/grid-intensity-odbl"
    with_mix = {row["zone"] for one in ("datasets/grid", "datasets/grid-odbl") for row in tables.rows(one, "zones")}
    found = [row for row in tables.rows(package, "intensity") if row["zone"] not in with_mix]
    years = [int(row["year"]) for row in found]
    count = len({row["zone"] for row in found})
    return [(f"`{package}`", "climate change only", count, f"{min(years)} to {max(years)}", len(found))]


def hourly() -> str:
    """The hourly series of the data."""
    rows = [
        (f"`{row['name']}`", row["zone"], row["year"], row["hours"]) for row in tables.rows("datasets/hourly", "index")
    ]
    return table(("name", "zone", "year", "hours"), rows)


def regions() -> str:
    """Cloud regions by provider, and for how many a figure is known: their own, a shared one or that of the fleet."""
    rows = []
    for provider, known in sorted(cloud.regions().items()):
        published = [
            sum(cloud.published(provider, name, attribute, None) is not None for name in known)
            for attribute in ("pue", "wue")
        ]
        rows.append((provider, len(known), *published))
    return table(("provider", "regions", "with a PUE", "with a WUE"), rows)


def accelerators() -> str:
    """The accelerators and servers of the catalogue."""
    cards = [key for key, facts in catalogue.items().items() if next(iter(facts.values()))["kind"] == "accelerator"]
    rows = [
        (f"`{key}`", *(_figure(key, name) for name in ("name", "rated_power", "memory_size", "die_area")), _basis(key))
        for key in sorted(cards)
    ]
    heads = ("key", "name", "rated power", "memory", "die", "manufacture")
    machines = [
        (f"`{key}`", catalogue.server(key).name, catalogue.server(key).accelerators)
        for key in sorted(catalogue.servers())
    ]
    return (
        f"{len(cards)} accelerators:\n\n{table(heads, rows)}\n"
        f"{len(machines)} servers:\n\n{table(('key', 'name', 'accelerators'), machines)}"
    )


def _figure(key: str, attribute: str) -> str:
    found = catalogue.value(key, attribute)
    return "not known" if found is None else found[0]


def _basis(key: str) -> str:
    if catalogue.value(key, "card_lca") is not None:
        return "measured part by part"
    return "parametric, body by proxy" if catalogue.value(key, "body_proxy") is not None else "parametric"


def categories() -> str:
    """The impact categories, and how many activities have a factor in each."""
    counts: Counter[str] = Counter()
    for activity in tables.activities():
        counts.update({one.category for one in tables.factors(activity)})
    rows = [
        (row["category"], row["unit"], row["kind"], row["model"], counts[row["category"]])
        for row in tables.categories().values()
    ]
    text = table(("category", "unit", "kind", "model", "activities with a factor"), rows)
    return f"{text}\n{len(tables.activities())} activities have factors.\n"


def assumptions() -> str:
    """The stated assumptions."""
    rows = [
        (f"`{key}`", f"{row['value']} {row['unit']}", _range(row), row["note"], row["source"])
        for key, row in tables.assumptions().items()
    ]
    return table(("assumption", "value", "range", "note", "source"), rows)


def _range(row: tables.Row) -> str:
    return f"{row['low']} to {row['high']}" if row["low"] and row["high"] else ""


def sources() -> str:
    """The sources, counted by licence."""
    counts = Counter(sorted(source.licence for source in tables.sources().values()))
    text = table(("licence of the source", "sources"), counts.most_common())
    return f"{text}\n{len(tables.sources())} sources in all.\n"


PARTS: dict[str, Callable[[], str]] = {
    "study file": study_file,
    "commands": commands,
    "log formats": log_formats,
    "licences": licences,
    "packages": packages,
    "grids": grids,
    "hourly": hourly,
    "regions": regions,
    "accelerators": accelerators,
    "categories": categories,
    "assumptions": assumptions,
    "sources": sources,
    **comparison_page.parts(table),
}


def render(page: str) -> str:
    """A page with its generated parts written anew."""
    return _PART.sub(lambda match: f"{match[1]}\n{PARTS[match['name']]()}\n{match[3]}", page)


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is not up to date")
    check = parser.parse_args().check
    stale = []
    for path in PAGES:
        before = path.read_text(encoding="utf-8")
        after = render(before)
        if after != before:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(after, encoding="utf-8")
    if stale:
        sys.stdout.write(f"{'not up to date' if check else 'written'}: {', '.join(stale)}\n")
    return 1 if stale and check else 0


if __name__ == "__main__":
    raise SystemExit(main())
