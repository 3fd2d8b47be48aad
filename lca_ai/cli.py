"""The command ``lca-ai``: assess a study, integrate a log, look up hardware and factors, check the data."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lca_ai.errors import InputError, LcaAiError
from lca_ai.shell_words import as_options

if TYPE_CHECKING:
    import pandas as pd

    from lca_ai.interpretation.recompute import Recomputed

app = typer.Typer(
    name="lca-ai",
    help="Life-cycle assessment of AI: measured power in, multi-criteria environmental impacts out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Own = Annotated[
    Path | None,
    typer.Option("--tables", help="Own tables that come before the project's: a folder of CSV files, or one file."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command; a fault of the input is one line on the error stream and exit status 2."""
    try:
        app()
    except LcaAiError as fault:
        sys.stderr.write(f"lca-ai: {fault}\n")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


@app.command(
    epilog="Example: lca-ai energy spl.txt --timezone America/Chicago --start '2021-03-18 19:54:12.181' --json"
)
def energy(  # noqa: PLR0913 (one argument for each thing known of a log)
    log: Annotated[list[Path], typer.Argument(help="Log file, or several of one log.", metavar="LOG")],
    format: Annotated[str | None, typer.Option(help="Format; recognised where not given.")] = None,  # noqa: A002
    timezone: Annotated[str | None, typer.Option(help="Time zone of naive time stamps, e.g. Europe/Paris.")] = None,
    start: Annotated[str | None, typer.Option(help="Start of the measured window.")] = None,
    end: Annotated[str | None, typer.Option(help="End of the measured window.")] = None,
    columns: Annotated[str | None, typer.Option(help="Roles of columns, e.g. time=0,power=6 or power=p:mW.")] = None,
    device: Annotated[str | None, typer.Option(help="Name of the device where the file names none.")] = None,
    max_gap: Annotated[str | None, typer.Option(help="Longest interval that is integrated, e.g. '30 s'.")] = None,
    by: Annotated[str | None, typer.Option(help="Sum by device, host, hour, day, month; e.g. host,day.")] = None,
    engine: Annotated[str, typer.Option(help="local, dask, dask://host:port, spark or spark://host:port.")] = "local",
    keep: Annotated[Path | None, typer.Option(help="Folder of kept parts: running again reads only new files.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Integrate a power log: energy per device, coverage, and what was set aside."""
    from lca_ai.logs.energy import read_energy, read_power_log

    with as_options():
        reading = read_power_log(
            [str(name) for name in log],
            format=format,
            timezone=timezone,
            columns=_columns(columns),
            device=device,
            max_gap=max_gap,
        )
        if start is not None or end is not None:
            reading = reading.replace(start=start, end=end)
        with _bar() as progress:
            found = read_energy(reading, engine=engine, progress=progress, keep=keep)
        grouped = found.by(*by.replace(" ", "").split(",")) if by else None
    if grouped is not None:
        _grouped(grouped, as_json=as_json)
        return
    data = {
        "energy_kwh": found.total,
        "per_device": found.per_device(),
        "per_nested_device": found.per_nested_device(),
        "covered_seconds": found.covered_seconds,
        "gap_seconds": found.gap_seconds,
        "samples": found.samples,
        "dropped": found.dropped,
        "max_gap_seconds": found.longest_interval,
        "max_gap_limit_seconds": found.max_gap,
        "format": found.format,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "outside_window_kwh": found.outside,
        "per_hour": [
            {"device": row["device"], "hour": row["hour"].isoformat(), "energy_kwh": float(row["energy"])}
            for row in found.hours.reset_index().to_dict("records")
        ],
        "notes": [{"what": note.what, "count": note.count, "detail": note.detail} for note in found.notes],
    }
    if as_json:
        _print_json(data)
        return
    typer.echo(f"{found.total:.6g} kWh over {found.seconds:,.1f} s ({found.format}, {found.samples:,} readings)")
    for name, kwh in found.per_device().items():
        typer.echo(f"  {name}: {kwh:.6g} kWh")
    for name, kwh in found.per_nested_device().items():
        typer.echo(f"    of it {name}: {kwh:.6g} kWh")
    typer.echo(
        f"  covered {found.covered_seconds:,.1f} s, gaps {found.gap_seconds:,.1f} s, "
        f"longest interval {found.longest_interval:g} s"
    )
    for note in found.notes:
        typer.echo(f"  {note.count} x {note.what}: {note.detail}")


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None] | None]:
    """A bar of the rows that are done, with their speed and the time left, where somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    speed = TextColumn("{task.fields[speed]}")
    columns = (TextColumn("reading"), BarColumn(), speed, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, speed="")

        def told(done: int, total: int) -> None:
            elapsed = progress.tasks[0].elapsed or 0.0
            speed = f"{done:,} of {total:,} rows, {done / elapsed / 1e6:.1f} M/s" if elapsed else ""
            progress.update(task, completed=done, total=total, speed=speed)

        yield told


def _grouped(table: pd.DataFrame, *, as_json: bool) -> None:
    from lca_ai.impact.result import records

    plain = table.assign(**{name: table[name].map(_iso) for name in table.columns if name in {"hour", "day"}})
    if as_json:
        _print_json(records(plain))
        return
    typer.echo(plain.to_csv(index=False).rstrip())


def _iso(moment: pd.Timestamp) -> str:
    return str(moment.isoformat())


def _columns(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    pairs = [part.partition("=") for part in text.split(",") if part]
    if not pairs or any(not mark or not value for _, mark, value in pairs):
        raise InputError("not a list of role=column", field="--columns", value=text, accepted="e.g. time=0,power=6")
    return {role.strip(): value.strip() for role, _, value in pairs}


@app.command(name="schema", epilog="Example: lca-ai schema > study.schema.json")
def print_schema() -> None:
    """Print the JSON Schema of a study file."""
    from lca_ai.models.study import schema

    _print_json(schema())


@app.command(epilog="Example: lca-ai assess study.yaml --out report")
def assess(
    study: Annotated[
        Path, typer.Argument(help="Study file, YAML or JSON; or the name of an example study.", metavar="STUDY")
    ],
    out: Annotated[Path, typer.Option(help="Folder for report.html, impacts.csv and result.json.")] = Path("report"),
    lock: Annotated[
        Path | None, typer.Option(help="An older result.json: say what has changed since; 1 if any.")
    ] = None,
    own: Own = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but faults.")] = False,  # noqa: FBT002
) -> None:
    """Assess a study: write its report, its impacts and its result."""
    from lca_ai.impact.assess import assess as assess_study
    from lca_ai.interpretation.checks import check_result
    from lca_ai.interpretation.recompute import read_lock, recompute
    from lca_ai.models.study import read_study
    from lca_ai.own_tables import using
    from lca_ai.reports.build import write_all

    old = read_lock(lock) if lock is not None else None  # before it may be written over
    try:
        subject = read_study(_study_file(study), tables=own)
        result = assess_study(subject, tables=own)
    except InputError as fault:
        raise fault.at(file=study) from None
    with using(own if own is not None else subject.own_tables()):
        written = write_all(result, out)
        checks = check_result(result)
    if not quiet:
        typer.echo(result.summary())
        typer.echo("")
        for path in written:
            typer.echo(f"wrote {path}")
    for check in checks:
        if check.verdict == "flag":
            typer.echo(f"flag: {check.rule}: {check.subject}: {check.detail}", err=True)
    if old is not None:
        _tell(recompute(result, old), len(result.impacts))


def _tell(found: Recomputed, rows: int) -> None:
    for line in found.lines():
        typer.echo(line)
    if not found.same:
        raise typer.Exit(1)
    typer.echo(f"recomputed: all {rows} rows are the same")


def _study_file(study: Path) -> Path:
    """The file itself, or the example study of that name."""
    if study.exists() or study.suffix:
        return study
    from lca_ai import tables
    from lca_ai.errors import did_you_mean

    examples = {path.stem: path for path in sorted((tables.data_root() / "datasets" / "studies").glob("*.yaml"))}
    if str(study) not in examples:
        raise InputError(
            "no such file, nor an example study of this name", file=study, accepted=did_you_mean(str(study), examples)
        )
    return examples[str(study)]


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
    from lca_ai.models import catalogue

    if search is not None:
        _search(search, as_json=as_json)
        return
    if name is None:
        names = {key: catalogue.items()[key].get("name", {}).get("value", key) for key in catalogue.items()}
        machines = {key: catalogue.server(key).name for key in catalogue.servers()}
        if as_json:
            _print_json({"servers": machines, "items": names})
            return
        for key, title in (machines | names).items():
            typer.echo(f"{key:<24} {title}")
        return
    found = _hardware(name, footprint or [])
    if as_json:
        _print_json(found)
        return
    _show_machine(found)


def _show_machine(found: dict[str, Any]) -> None:
    typer.echo(found["name"])
    if found.get("share", 1.0) < 1.0:
        typer.echo(f"  share {found['share']:.4g} of the machine below, whose figures are of the whole of it")
        typer.echo(f"  ({found['share_note']})")
    for part in found["components"]:
        typer.echo(f"  {part['count']} x {part['name'] or part['kind']}")
    for stage, categories in found["embodied"].items():
        for category, figure in categories.items():
            typer.echo(f"  {stage}: {category} {figure['amount']:.4g} {figure['unit']}")
    for gap in found["gaps"]:
        typer.echo(f"  gap: {gap['stage']}, {gap['process']}: {gap['reason']}")
    for one in found["alternatives"]:
        times = f" x {one['units']}" if one["units"] > 1 else ""
        chosen = f"--footprint {one['key']}" if one["selectable"] else "to read only"
        typer.echo(
            f"  published: {one['life_cycle_stage'].replace(';', ' and ')}: {one['category']} {one['amount']:.4g} "
            f"{one['unit']}{times}, {one['covers']} [{one['source']}; {chosen}]"
        )


def _search(words: str, *, as_json: bool) -> None:
    from lca_ai.impact.result import records
    from lca_ai.inventory.instance_lookup import search_machines

    table = search_machines(words)
    if as_json:
        _print_json(records(table))
        return
    for row in table.to_dict("records"):
        facts = [str(row[name]) for name in ("rated_power", "die_area", "memory") if row[name]]
        made = row["manufacture [kg CO2e]"]
        shown = f"{made:,.0f} kg CO2e to make" if made == made else "making: a gap"  # noqa: PLR0124 (NaN)
        typer.echo(f"{row['key']:<26} {row['name']:<34} {', '.join([*facts, shown])}")


def _hardware(name: str, footprint: list[str]) -> dict[str, Any]:
    from lca_ai.impact.result import records
    from lca_ai.inventory.facility import servers
    from lca_ai.inventory.instance_lookup import published_hosts
    from lca_ai.inventory.machines import alternative_footprints, embodied_impacts
    from lca_ai.models import catalogue

    machine = catalogue.hardware(name, footprint=footprint)
    server, _ = servers(machine)
    if server is None:
        raise AssertionError("the catalogue holds machines")
    impacts, gaps = embodied_impacts(server)
    told: dict[tuple[str, str, str], list[str]] = {}
    for gap in gaps:
        told.setdefault((gap.stage, gap.process, gap.reason), []).append(gap.category)
    return {
        "key": server.key,
        **server.model_dump(mode="json", exclude_none=True),
        "embodied": impacts,
        "gaps": [
            {"stage": stage, "process": process, "reason": reason, "categories": categories}
            for (stage, process, reason), categories in told.items()
        ],
        "alternatives": [*records(alternative_footprints(server)), *published_hosts(server)],
    }


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

    table = looked_up(zone, year=year, country=country)
    if as_json:
        _print_json(records(table))
        return
    if "part" in table:
        _show_activity(zone, table)
        return
    first = table.iloc[0]
    typer.echo(f"1 kWh at the meter, {first['zone']} {first['year']}, {first['kind']} mix, {first['basis']}")
    for row in table.to_dict("records"):
        known = row["covered_share"] > 0
        amount = f"{row['amount']:.4g} {row['unit']}" if known else "no figure"
        covered = (
            f"  (covers {percent(row['covered_share'])} of the mix; without {row['not_covered']})"
            if row["not_covered"] and known
            else ""
        )
        typer.echo(f"  {row['category']:<34} {amount}{covered}")


def _show_activity(name: str, table: pd.DataFrame) -> None:
    typer.echo(f"{name}: amount (range)")
    for row in table.to_dict("records"):
        what = f"{row['part']}, {row['category']}" if row["part"] else row["category"]
        shown = f"{row['amount']:.4g} ({row['low']:.3g} to {row['high']:.3g}) {row['unit']} per {row['per']}"
        typer.echo(f"  {what:<52} {shown}, {row['factor_grade']}, {row['interval_basis']} [{row['source']}]")
        for other in row["alternatives"]:
            typer.echo(f"  {'':<52} beside it {other['amount']:.4g}: {other['what']} [{other['source']}]")


def _compare_sources(zone: str, year: int | None, country: str, *, as_json: bool) -> None:
    from lca_ai.impact.result import records
    from lca_ai.inventory.lookup import compare_factors, compare_sources, is_activity

    activity = is_activity(zone)
    table = compare_factors(zone, country=country) if activity else compare_sources(zone, year=year)
    if as_json:
        _print_json(records(table))
        return
    if activity:
        for row in table.to_dict("records"):
            what = f"{row['part']}, {row['category']}" if row["part"] else row["category"]
            amount = f"{row['amount']:10.4g} {row['unit']} per {row['per']}"
            typer.echo(f"  {what:<52} {amount} {row['off']:+8.1%}  {row['origin']} [{row['source']}]")
        return
    typer.echo(f"climate change of electricity, {table['zone'][0]} {table['year'][0]}")
    for row in table.to_dict("records"):
        typer.echo(f"  {row['origin']:<36} {row['amount']:8.1f} g CO2e/kWh  {row['off']:+7.1%}  {row['basis']}")


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
                _print_json(records(table))
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
        _print_json({**head, "figures": records(found.table), "sources": cited})
        return
    typer.echo(str(found))


@app.command(epilog="Example: lca-ai coverage --json")
def coverage(as_json: AsJson = False) -> None:  # noqa: FBT002 (a flag of the command line)
    """Count what the data covers: zones, cloud regions, hardware, categories."""
    from lca_ai.inventory.coverage import coverage as counted

    table = counted()
    if as_json:
        _print_json(dict(zip(table["what"], map(int, table["count"]), strict=True)))
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
