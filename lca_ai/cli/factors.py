"""Commands that look up figures: factors of a zone or an activity, and what a place resolves to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lca_ai.cli.shared import AsJson, Own, app, print_json
from lca_ai.shell_words import as_options

if TYPE_CHECKING:
    import pandas as pd


@app.command(epilog="Example: lca-ai factors FR --year 2021 --json")
def factors(  # noqa: PLR0913 (one argument for each choice of the look-up)
    zone: Annotated[str, typer.Argument(help="Grid zone, e.g. FR; or an activity, e.g. coal.", metavar="ZONE")],
    year: Annotated[int | None, typer.Option(help="Year of the mix; the latest where left out.")] = None,
    country: Annotated[str, typer.Option(help="Country whose fleet a technology of electricity is of.")] = "",
    compare: Annotated[bool, typer.Option("--compare", help="Put the sources side by side.")] = False,  # noqa: FBT002
    own: Own = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Show the impacts of one kilowatt-hour at the meter of a zone, or of any other activity, in every category."""
    from lca_ai.own_tables import changes, using

    with using(own):
        _show_factors(zone, year, country, compare=compare, as_json=as_json)
        for change in () if as_json else changes():
            typer.echo(f"own tables: {change.detail}")


def _show_factors(zone: str, year: int | None, country: str, *, compare: bool, as_json: bool) -> None:
    if compare:
        _compare_sources(zone, year, country, as_json=as_json)
        return
    from lca_ai.impact.result import percent, records
    from lca_ai.inventory.lookup import factors as looked_up

    with as_options():
        table = looked_up(zone, year=year, country=country)
    if as_json:
        print_json(records(table))
        return
    if "part" in table:
        _show_activity(table, country)
        return
    first = records(table)[0]
    losses = first["grid_losses"]
    lost = "no grid losses are published: none counted" if losses is None else f"grid losses {losses:.2%}"
    typer.echo(f"1 kWh at the meter, {first['zone']} {first['year']}, {first['kind']} mix, {first['basis']}; {lost}")
    for row in table.to_dict("records"):
        known = row["covered_share"] > 0
        amount = "no figure"
        if known:
            sources = len(row["source"].split(";"))
            amount = f"{row['amount']:.4g} ({row['low']:.3g} to {row['high']:.3g}) {row['unit']}"
            amount += f", {row['factor_grade']}, {sources} source{'s' * (sources > 1)}"
        covered = (
            f"  (covers {percent(row['covered_share'])} of the mix; without {row['not_covered']})"
            if row["not_covered"] and known
            else ""
        )
        typer.echo(f"  {row['category']:<34} {amount}{covered}")


def _show_activity(table: pd.DataFrame, country: str) -> None:
    from lca_ai.inventory.activity_factors import fleet_notes
    from lca_ai.models.location import zone_code

    name = table["activity"].iloc[0]
    typer.echo(f"{name}: amount (range)")
    for line in fleet_notes(name, zone_code(country)) if country else ():
        typer.echo(f"  {line}")
    for row in table.to_dict("records"):
        parametric = "parametric " if row["activity"] != name else ""
        what = f"{parametric}{row['part']}, {row['category']}" if row["part"] else parametric + row["category"]
        if row["factor_grade"] == "missing":
            typer.echo(f"  {what:<52} no figure")
        else:
            shown = f"{row['amount']:.4g} ({row['low']:.3g} to {row['high']:.3g}) {row['unit']} per {row['per']}"
            place = " ".join(filter(None, (row["geography"], row["year"])))
            told = ", ".join(filter(None, (shown, row["factor_grade"], row["interval_basis"], place)))
            typer.echo(f"  {what:<52} {told} [{row['source']}]")
        for other in row["alternatives"]:
            typer.echo(f"  {'':<52} beside it {other['amount']:.4g}: {other['what']} [{other['source']}]")


def _compare_sources(zone: str, year: int | None, country: str, *, as_json: bool) -> None:
    from lca_ai.impact.result import records
    from lca_ai.inventory.lookup import compare_factors, compare_sources, named

    with as_options():
        activity, code = named(zone, year, country)
    table = compare_factors(activity, country=code) if activity else compare_sources(code, year=year)
    if as_json:
        print_json(records(table))
        return
    if activity:
        for row in table.to_dict("records"):
            what = f"{row['part']}, {row['category']}" if row["part"] else row["category"]
            amount = f"{row['amount']:10.4g} {row['unit']} per {row['per']}"
            typer.echo(f"  {what:<52} {amount} {row['off']:+8.1%}  {row['origin']} [{row['source']}]")
        return
    typer.echo(f"climate change of electricity, {table['zone'][0]} {table['year'][0]}")
    for row in table.to_dict("records"):
        typer.echo(f"  {row['origin']:<43} {row['amount']:8.1f} g CO2e/kWh  {row['off']:+7.1%}  {row['basis']}")


@app.command(name="location", epilog="Example: lca-ai location FR --year 2021 --pue 1.2")
def show_location(  # noqa: PLR0913 (one argument for each thing known of a place)
    zone: Annotated[str | None, typer.Argument(help="Grid zone, in any spelling.", metavar="ZONE")] = None,
    year: Annotated[int | None, typer.Option(help="Year of the figures; the latest where left out.")] = None,
    cloud: Annotated[str | None, typer.Option(help="Cloud provider, with --region.")] = None,
    region: Annotated[str | None, typer.Option(help="Region of the cloud provider.")] = None,
    pue: Annotated[float | None, typer.Option(help="Power usage effectiveness of the facility.")] = None,
    proxy: Annotated[str | None, typer.Option(help="Zone whose mix stands in for one without a mix.")] = None,
    hourly: Annotated[str | None, typer.Option(help="Hourly series: a file, or the name of one of the data.")] = None,
    search: Annotated[str | None, typer.Option(help="List the zones and cloud regions that these words fit.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Show what a place resolves to: mix, losses, PUE, WUE and water, each with year and source."""
    from lca_ai.impact.result import records
    from lca_ai.inventory.place import place, search_places

    given = {"year": year, "cloud": cloud, "region": region, "pue": pue, "proxy": proxy, "hourly": hourly}
    with as_options():
        if search is not None:
            table = search_places(search)
            if as_json:
                print_json(records(table))
                return
            for row in table.to_dict("records"):
                typer.echo(f"{row['code']:<28} {row['name']:<34} {row['kind']:<20} {row['zone']:<12} {row['known']}")
            return
        found = place(zone, **{name: value for name, value in given.items() if value is not None})
    if as_json:
        cited = {
            key: {"title": one.title, "url": one.url, "licence": one.licence} for key, one in found.sources.items()
        }
        head = {"zone": found.zone, "name": found.name, "country": found.country}
        print_json({**head, "figures": records(found.table), "sources": cited})
        return
    typer.echo(str(found))
