"""The command on refresh: keep a machine or buy a new one, and when that has paid back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lca_ai.cli.options import Inputs, Samples, Seed, inputs_of
from lca_ai.cli.shared import AsJson, Own, app, print_json
from lca_ai.errors import InputError
from lca_ai.shell_words import as_options

_FRAMES = ("table", "curves", "machines", "inputs", "gaps")


@app.command(
    name="break-even",
    epilog="Example: lca-ai break-even --keep dgx-a100 --buy dgx-h100 --work '1e9 token/day' "
    "--throughput 'dgx-a100=2000 token/s' --location FR",
)
def break_even(  # noqa: PLR0913 (one argument for each choice of the question)
    keep: Annotated[str, typer.Option(help="The machine that is there: a name of the catalogue, or a study of a run.")],
    buy: Annotated[str, typer.Option(help="The new one, likewise.")],
    work: Annotated[str, typer.Option(help="What either does, e.g. '1e9 token/day'.")],
    throughput: Annotated[
        list[str] | None,
        typer.Option(help="Of a machine at this work: 'dgx-a100=2000 token/s'.", metavar="MACHINE=AMOUNT"),
    ] = None,
    power: Annotated[
        list[str] | None,
        typer.Option(
            help="Of a whole machine at this work, 'dgx-a100=5 kW'; rated power where left out.",
            metavar="MACHINE=AMOUNT",
        ),
    ] = None,
    idle_power: Annotated[
        list[str] | None, typer.Option(help="Of a whole machine without work; of both.", metavar="MACHINE=AMOUNT")
    ] = None,
    location: Annotated[str | None, typer.Option(help="Grid zone; that of the run where left out.")] = None,
    pue: Annotated[float | None, typer.Option(help="Power usage effectiveness, with a location.")] = None,
    wue: Annotated[str | None, typer.Option(help="Water usage effectiveness, e.g. '0.3 L/kWh', likewise.")] = None,
    fractional: Annotated[bool, typer.Option("--fractional", help="Count parts of machines, not whole ones.")] = False,  # noqa: FBT002
    age: Annotated[
        str | None, typer.Option(help="Age of the kept machine: charge its manufacture over its life, e.g. '2 year'.")
    ] = None,
    grid_trend: Annotated[
        str | None, typer.Option(help="Yearly change of the grid's climate change, e.g. '-4 %/year'.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Date of the purchase: tells the year as well.")] = None,
    years: Annotated[int | None, typer.Option(help="Length of the curves; the service life where left out.")] = None,
    precision: Annotated[str | None, typer.Option(help="Number format of published peak figures, e.g. bf16.")] = None,
    inputs: Inputs = None,
    samples: Samples = 4096,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for break_even.json and a CSV of each table.")] = None,
    own: Own = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Tell when a new machine has paid back what it takes to make, by what it saves in use."""
    from lca_ai.interpretation.break_even import break_even as found_for
    from lca_ai.reports.decisions import told, write_tables

    with as_options():
        found = found_for(
            keep=_side(keep, own), buy=_side(buy, own), work=work, location=_place(location, pue, wue),
            throughput=_by_machine(throughput, "--throughput"), power=_by_machine(power, "--power"),
            idle_power=_by_machine(idle_power, "--idle-power"), whole_machines=not fractional, keep_sunk=age is None,
            age=age, grid_trend=grid_trend, start=start, years=years, precision=precision, inputs=inputs_of(inputs),
            samples=samples, seed=seed, tables=own,
        )  # fmt: skip
    frames = {one: getattr(found, one) for one in _FRAMES}
    paths = [] if out is None else write_tables(out, "break_even.json", found.to_dict(), frames)
    if as_json:
        print_json(found.to_dict())
        return
    typer.echo(told(found.summary(), paths))


def _side(name: str, own: Path | None) -> Any:
    """A machine by its name, or the one run of a study file."""
    if Path(name).suffix.casefold() not in {".yaml", ".yml", ".json"}:
        return name
    from lca_ai.models.study import read_study

    workloads = read_study(Path(name), tables=own).workloads
    if len(workloads) != 1:
        raise InputError("a study of several runs", file=name, accepted="a study of the one run that is weighed")
    return workloads[0]


def _place(location: str | None, pue: float | None, wue: str | None) -> Any:
    given = {name: value for name, value in (("pue", pue), ("wue", wue)) if value is not None}
    if not given:
        return location
    if location is None:
        raise InputError("a facility without a place", field=f"--{next(iter(given))}", accepted="--location with it")
    from lca_ai.models.location import location as place

    return place(location, **given)


def _by_machine(given: list[str] | None, option: str) -> dict[str, str]:
    found = {}
    for one in given or ():
        name, equals, amount = one.partition("=")
        if not (equals and name.strip() and amount.strip()):
            raise InputError("no machine and its amount", field=option, value=one, accepted="e.g. 'dgx-a100=3 kW'")
        found[name.strip()] = amount.strip()
    return found
