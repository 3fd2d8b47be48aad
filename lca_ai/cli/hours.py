"""The command on time: when to run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lca_ai.cli.shared import AsJson, Own, app, print_json
from lca_ai.cli.study import study_file
from lca_ai.errors import InputError
from lca_ai.shell_words import as_options

_FRAMES = ("table", "hours", "categories", "regret")


@app.command(
    name="best-hours",
    epilog="Example: lca-ai best-hours resnet50-texas --earliest 2022-07-01T12:00Z --within '7 d' --interruptible",
)
def best_hours(  # noqa: PLR0913 (one argument for each choice of the question)
    study: Annotated[
        Path, typer.Argument(help="Study file, YAML or JSON; or the name of an example study.", metavar="STUDY")
    ],
    location: Annotated[str | None, typer.Option(help="Grid zone; that of the workload where left out.")] = None,
    within: Annotated[str | None, typer.Option(help="Ends so long after the earliest start, e.g. '7 d'.")] = None,
    deadline: Annotated[str | None, typer.Option(help="By when it has ended.")] = None,
    earliest: Annotated[str | None, typer.Option(help="From when it may run; when it did where left out.")] = None,
    interruptible: Annotated[bool, typer.Option("--interruptible", help="It may be paused.")] = False,  # noqa: FBT002
    min_chunk: Annotated[str | None, typer.Option(help="Its shortest stretch, e.g. '3 h'.")] = None,
    resume_energy: Annotated[str | None, typer.Option(help="Energy of each resumption, e.g. '0.5 kWh'.")] = None,
    step: Annotated[str, typer.Option(help="Starts and pauses are at such steps: 1 h, 30 min, 15 min.")] = "1 h",
    category: Annotated[str, typer.Option(help="Impact category that decides.")] = "climate change",
    hourly: Annotated[str | None, typer.Option(help="Hourly series: a file, or one of the data by its name.")] = None,
    grid_kind: Annotated[str | None, typer.Option(help="average or marginal; marginal needs a file.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Of naive times, and shown beside UTC.")] = None,
    workload: Annotated[str | None, typer.Option(help="Which one, of a study with several.")] = None,
    samples: Annotated[int, typer.Option(help="Draws behind the interval of the saving.")] = 1024,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for best_hours.json and a CSV of each table.")] = None,
    own: Own = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Tell when to run: the best block of a window, and the cheapest hours of it."""
    from lca_ai.interpretation.hours import best_hours as best
    from lca_ai.models.study import read_study
    from lca_ai.reports.decisions import told, write_tables

    try:
        subject = read_study(study_file(study), tables=own)
    except InputError as fault:
        raise fault.at(file=study) from None
    with as_options():
        found = best(
            subject,
            location=location,
            within=within,
            deadline=deadline,
            earliest=earliest,
            interruptible=interruptible,
            min_chunk=min_chunk,
            resume_energy=resume_energy,
            step=step,
            category=category,
            hourly=hourly,
            grid_kind=grid_kind,  # type: ignore[arg-type] # the model refuses another kind
            timezone=timezone,
            workload=workload,
            samples=samples,
            seed=seed,
            tables=own,
        )
    frames = {one: getattr(found, one) for one in _FRAMES}
    paths = [] if out is None else write_tables(out, "best_hours.json", found.to_dict(), frames)
    if as_json:
        print_json(found.to_dict())
        return
    typer.echo(told(found.summary(), paths))
