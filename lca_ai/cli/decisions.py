"""Commands on decisions: compare places, machines and ways to do the same work; how sure a study is of its figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lca_ai.cli.options import (
    Choices,
    Correlated,
    Inputs,
    Samples,
    Seed,
    Threads,
    choices_of,
    correlated_of,
    inputs_of,
    names_in,
    subject_of,
)
from lca_ai.cli.shared import AsJson, Own, app, print_json
from lca_ai.errors import InputError
from lca_ai.shell_words import as_options

if TYPE_CHECKING:
    pass


@app.command(
    epilog="Example: lca-ai compare study.yaml --location FR,DE,US-MISO --hardware dgx-h100,dgx-a100 --out choice"
)
def compare(  # noqa: PLR0913 (one argument for each choice of the comparison)
    studies: Annotated[
        list[Path],
        typer.Argument(
            help="Study file, YAML or JSON, or an example study; of several, each is a case.", metavar="STUDY..."
        ),
    ],
    location: Annotated[
        str | None,
        typer.Option(
            help="Places: FR,DE,US-MISO; 'aws eu-west-3,gcp us-central1'; all (zones), countries; aws (its regions)."
        ),
    ] = None,
    hardware: Annotated[
        str | None,
        typer.Option(
            help="Machines: the run's own is as measured; another NAME is scaled by published peak figures; "
            "NAME:THROUGHPUT:POWER by the ratios stated; NAME=LOG has a log of its own."
        ),
    ] = None,
    because: Annotated[str, typer.Option(help="How the stated ratios are known; the report shows it.")] = "",
    transfer: Annotated[
        str | None, typer.Option(help="Data that moves with a run that is moved, e.g. '500 GB'.")
    ] = None,
    precision: Annotated[str | None, typer.Option(help="Number format of published peak figures, e.g. bf16.")] = None,
    samples: Samples = 4096,
    seed: Seed = 0,
    inputs: Inputs = None,
    correlated: Correlated = None,
    choices: Choices = None,
    cut_off: Annotated[
        float | None, typer.Option(help="Share without a figure that a ranking tolerates; 0.03 where left out.")
    ] = None,
    threads: Threads = None,
    out: Annotated[Path, typer.Option(help="Folder for compare.html, its CSV files and result.json.")] = Path(
        "comparison"
    ),
    own: Own = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Compare places and machines for the same work, with intervals, in every category."""
    from lca_ai.interpretation.cases import cases
    from lca_ai.interpretation.compare import compare as compared
    from lca_ai.own_tables import using
    from lca_ai.reports.decisions import told, write_comparison

    subject = subject_of(studies, own)
    with as_options(), using(own):
        chosen = cases(
            subject, location=_places(location), hardware=_machines(hardware, because), transfer=transfer,
            precision=precision, tables=own,
        )  # fmt: skip
        found = compared(
            chosen, samples=samples, seed=seed, inputs=inputs_of(inputs), correlated=correlated_of(correlated),
            choices=choices_of(choices), cut_off=cut_off, threads=threads,
        )  # fmt: skip
        paths = write_comparison(found, out)
    if as_json:
        print_json(found.to_dict())
        return
    typer.echo(told(found.summary(), paths))


@app.command(epilog="Example: lca-ai uncertainty resnet50-france --samples 4096 --seed 7 --out intervals")
def uncertainty(  # noqa: PLR0913 (one argument for each choice of the simulation)
    study: Annotated[Path, typer.Argument(help="Study file, YAML or JSON; or an example study.", metavar="STUDY")],
    samples: Samples = 4096,
    seed: Seed = 0,
    inputs: Inputs = None,
    correlated: Correlated = None,
    choices: Choices = None,
    threads: Threads = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for uncertainty.csv, contributions.csv, inputs.csv and result.json.")
    ] = None,
    own: Own = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Tell how sure a study is of its totals: 5, 50 and 95 % of every category and life cycle stage."""
    from lca_ai.interpretation.uncertainty import monte_carlo
    from lca_ai.own_tables import using
    from lca_ai.reports.decisions import told, write_simulation

    subject = subject_of([study], own)
    with as_options(), using(own):
        found = monte_carlo(
            subject, samples=samples, seed=seed, inputs=inputs_of(inputs), correlated=correlated_of(correlated),
            choices=choices_of(choices), threads=threads,
        )  # fmt: skip
        paths = [] if out is None else write_simulation(found, out)
    if as_json:
        print_json(found.to_dict())
        return
    typer.echo(told(found.summary(), paths))


def _places(text: str | None) -> Any:
    if text is None:
        return None
    return names_in(text, "location")


def _machines(text: str | None, because: str) -> dict[str, Any] | None:
    if text is None:
        return None
    from lca_ai.interpretation.scaling import as_measured, scaled
    from lca_ai.logs.energy import read_power_log

    found: dict[str, Any] = {}
    for one in names_in(text, "hardware"):
        name, equals, log = one.partition("=")
        parts = [part.strip() for part in name.split(":")]
        how: Any = None
        if equals:
            how = as_measured if log.strip() == "measured" else read_power_log(log.strip())
        elif len(parts) > 1:
            try:
                throughput, power = (float(part) for part in parts[1:])
            except ValueError:
                raise InputError(
                    "not the ratios of a scaling", field="hardware", value=one, accepted="NAME:THROUGHPUT:POWER"
                ) from None
            how = scaled(throughput=throughput, power=power, because=because)
        if parts[0] in found:
            raise InputError("a machine is there twice", field="hardware", value=parts[0], accepted="each once")
        found[parts[0]] = how
    return found
