"""The command on what drives a result: Sobol indices, a tornado, and what to measure next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lca_ai.cli.options import Choices, Inputs, Samples, Seed, choices_of, inputs_of, subject_of
from lca_ai.cli.shared import AsJson, Own, app, print_json
from lca_ai.shell_words import as_options


@app.command(epilog="Example: lca-ai sensitivity resnet50-france --category 'climate change' --out drivers")
def sensitivity(  # noqa: PLR0913 (one argument for each choice of the analysis)
    study: Annotated[Path, typer.Argument(help="Study file, YAML or JSON; or an example study.", metavar="STUDY")],
    samples: Samples = 4096,
    seed: Seed = 0,
    category: Annotated[
        list[str] | None, typer.Option(help="Impact category; several by repeating it; all where left out.")
    ] = None,
    inputs: Inputs = None,
    choices: Choices = None,
    out: Annotated[Path | None, typer.Option(help="Folder for sensitivity.csv, tornado.csv and result.json.")] = None,
    own: Own = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Tell what drives a result, and what to measure next: Sobol indices and a tornado of every category."""
    from lca_ai.interpretation.sensitivity import sensitivity as analysed
    from lca_ai.own_tables import using
    from lca_ai.reports.decisions import told, write_tables

    subject = subject_of([study], own)
    with as_options(), using(own):
        found = analysed(
            subject, samples=samples, seed=seed, inputs=inputs_of(inputs), choices=choices_of(choices),
            categories=category or None,
        )  # fmt: skip
    frames = {"sensitivity": found.indices, "tornado": found.tornado}
    paths = [] if out is None else write_tables(out, "result.json", found.to_dict(), frames)
    if as_json:
        print_json(found.to_dict())
        return
    typer.echo(told(found.summary(), paths))
