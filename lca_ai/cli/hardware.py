"""The command that looks up machines and cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lca_ai.cli.shared import AsJson, app, print_json
from lca_ai.errors import InputError

if TYPE_CHECKING:
    pass


@app.command(epilog="Example: lca-ai hardware h100-sxm5-80gb --json")
def hardware(
    name: Annotated[str | None, typer.Argument(help="Name of a machine or card; all of them where left out.")] = None,
    search: Annotated[str | None, typer.Option(help="List what these words fit, with specifications.")] = None,
    footprint: Annotated[
        list[str] | None, typer.Option(help="Take this published footprint in place of our own figure.")
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Look up a machine or a card: its composition, and the climate change of making one."""
    if search is not None:
        _alone("--search", NAME=name, **{"--footprint": footprint})
        _search(search, as_json=as_json)
    elif name is None:
        _alone("a list of all hardware", **{"--footprint": footprint})
        _list_hardware(as_json=as_json)
    else:
        _show_machine(name, footprint or [], as_json=as_json)


def _alone(what: str, **others: object) -> None:
    """Refuse what would be ignored beside something.

    Raises
    ------
    InputError : for the first of the others that is given
    """
    for name, value in others.items():
        if value:
            raise InputError(f"{name} has no meaning with {what}", field=name, value=value, accepted="one of the two")


def _list_hardware(*, as_json: bool) -> None:
    from lca_ai.models import catalogue

    names = {key: catalogue.items()[key].get("name", {}).get("value", key) for key in catalogue.items()}
    machines = {key: catalogue.server(key).name for key in catalogue.servers()}
    if as_json:
        print_json({"servers": machines, "items": names})
        return
    for key, title in (machines | names).items():
        typer.echo(f"{key:<24} {title}")


def _show_machine(name: str, footprint: list[str], *, as_json: bool) -> None:
    from lca_ai.reports.machine import machine_data, machine_lines

    found = machine_data(name, footprint)
    if as_json:
        print_json(found)
        return
    for line in machine_lines(found):
        typer.echo(line)


def _search(words: str, *, as_json: bool) -> None:
    from lca_ai.impact.result import records
    from lca_ai.inventory.instance_lookup import search_machines
    from lca_ai.reports.machine import search_lines

    table = search_machines(words)
    if as_json:
        print_json(records(table))
        return
    for line in search_lines(table):
        typer.echo(line)
