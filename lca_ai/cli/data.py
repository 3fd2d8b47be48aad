"""Commands on the data: what it covers, and whether it holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lca_ai.cli.shared import AsJson, app, print_json

if TYPE_CHECKING:
    pass


@app.command(epilog="Example: lca-ai coverage --json")
def coverage(as_json: AsJson = False) -> None:  # noqa: FBT002 (a flag of the command line)
    """Count what the data covers: zones, cloud regions, hardware, categories."""
    from lca_ai.inventory.coverage import coverage as counted

    table = counted()
    if as_json:
        print_json(dict(zip(table["what"], map(int, table["count"]), strict=True)))
        return
    for what, count in zip(table["what"], table["count"], strict=True):
        typer.echo(f"{count:>7,}  {what}")


@app.command(name="check-data", epilog="Example: lca-ai check-data")
def check_data(
    own: Annotated[
        Path | None,
        typer.Option("--tables", help="Check own tables alone, by the same rules: a folder of CSV files, or one file."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            help="Print the columns of an own table, as the first line of its file: technologies, generation_mix ..."
        ),
    ] = None,
) -> None:
    """Check every data table: hashes, sources, units, sums, physical bounds; exits 1 where one does not hold.

    An own table has the columns of the project's table of its name: technologies.csv has activity, life_cycle_stage,
    category, amount, unit, per, grade, method_in_source, source and, where known, part, year, geography, distribution,
    low, high and note; sources.csv has id, title, url, licence, accessed and page. See docs/own-tables.md.
    """
    from lca_ai import own_tables, table_checks, tables

    if columns is not None:
        typer.echo(",".join(own_tables.columns(columns)))
        return
    problems = table_checks.check() if own is None else own_tables.check(own)
    for problem in problems:
        typer.echo(problem)
    count = sum(len(package.resources()) for package in tables.packages().values())
    place = f"{count} tables in {len(tables.packages())} packages" if own is None else str(own)
    typer.echo(f"{place}: " + (f"{len(problems)} problems" if problems else "all hold"))
    if problems:
        raise typer.Exit(1)
