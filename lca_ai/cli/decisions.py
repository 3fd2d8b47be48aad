"""Commands on decisions: compare places, machines and ways to do the same work; how sure a study is of its figures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lca_ai.cli.shared import AsJson, Own, app, print_json
from lca_ai.cli.study import study_file
from lca_ai.errors import InputError
from lca_ai.shell_words import as_options

if TYPE_CHECKING:
    from lca_ai.models.study import Study

Samples = Annotated[int, typer.Option(help="Draws, a power of two.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws: the same seed, the same bytes.")]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        help="A figure in place of what is known: pue=1.2, service_life='5 year', pue='uniform(1.1, 1.4)', "
        "'factors of coal (IN)=lognormal(1.3)'.",
        metavar="NAME=VALUE",
    ),
]
Correlated = Annotated[
    list[str] | None,
    typer.Option(help="Figures that vary together: 'factors of *=0.5'.", metavar="PATTERN=CORRELATION"),
]
Choices = Annotated[
    str | None,
    typer.Option(help="Choices that are drawn: none, all, or some of service life, utilisation, source of factors."),
]
Threads = Annotated[int | None, typer.Option(help="How many threads compute; it changes nothing else.")]


@app.command(
    epilog="Example: lca-ai compare study.yaml --location FR,DE,US-MISO --hardware dgx-h100,dgx-b200 --out choice"
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
    out: Annotated[Path, typer.Option(help="Folder for compare.html, compare.csv and result.json.")] = Path(
        "comparison"
    ),
    own: Own = None,
    as_json: AsJson = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Compare places and machines for the same work, with intervals, in every category."""
    from lca_ai.interpretation.cases import cases
    from lca_ai.interpretation.compare import compare as compared
    from lca_ai.own_tables import using
    from lca_ai.reports.decisions import write_comparison

    subject = _subject(studies, own)
    with as_options(), using(own):
        chosen = cases(
            subject, location=_places(location), hardware=_machines(hardware, because), transfer=transfer,
            precision=precision, tables=own,
        )  # fmt: skip
        found = compared(
            chosen, samples=samples, seed=seed, inputs=_inputs(inputs), correlated=_correlated(correlated),
            choices=_choices(choices), cut_off=cut_off, threads=threads,
        )  # fmt: skip
        paths = write_comparison(found, out)
    if as_json:
        print_json(found.to_dict())
        return
    typer.echo(found.summary())
    for path in paths:
        typer.echo(f"wrote {path}")


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
    from lca_ai.reports.decisions import write_simulation

    subject = _subject([study], own)
    with as_options(), using(own):
        found = monte_carlo(
            subject, samples=samples, seed=seed, inputs=_inputs(inputs), correlated=_correlated(correlated),
            choices=_choices(choices), threads=threads,
        )  # fmt: skip
        paths = [] if out is None else write_simulation(found, out)
    if as_json:
        print_json(found.to_dict())
        return
    typer.echo(found.summary())
    for path in paths:
        typer.echo(f"wrote {path}")


def _subject(files: list[Path], own: Path | None) -> Any:
    """One study, or several by the name of their files."""
    found: dict[str, Study] = {}
    from lca_ai.models.study import read_study

    for file in files:
        try:
            study = read_study(study_file(file), tables=own)
        except InputError as fault:
            raise fault.at(file=file) from None
        if file.stem in found:
            raise InputError(
                "two studies of one name", field="STUDY", value=file.stem, accepted="files of different names"
            )
        found[file.stem] = study
    return found if len(found) > 1 else next(iter(found.values()))


def _places(text: str | None) -> Any:
    if text is None:
        return None
    from lca_ai.inventory.zone_list import cloud_regions, zones
    from lca_ai.models.cloud import regions

    found: list[Any] = []
    for one in _split(text, "location"):
        if one in {"all", "countries"}:
            found += zones(one)
        elif one.casefold() in regions():
            found += cloud_regions(one)
        else:
            found.append(one)
    return found


def _machines(text: str | None, because: str) -> dict[str, Any] | None:
    if text is None:
        return None
    from lca_ai.interpretation.scaling import as_measured, scaled
    from lca_ai.logs.energy import read_power_log

    found: dict[str, Any] = {}
    for one in _split(text, "hardware"):
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


def _split(text: str, field: str) -> list[str]:
    found = [one.strip() for one in text.split(",") if one.strip()]
    if not found:
        raise InputError("an empty list of cases", field=field, accepted=f"one {field} or more, or no --{field} at all")
    return found


def _inputs(given: Iterable[str] | None) -> dict[str, Any]:
    """``NAME=VALUE``: a number, a quantity, or a distribution such as ``uniform(1.1, 1.4)``."""
    found: dict[str, Any] = {}
    for one in given or ():
        name, equals, text = one.partition("=")
        if not equals or not name.strip() or not text.strip():
            raise InputError("not an input", field="input", value=one, accepted="NAME=VALUE, e.g. pue=1.2")
        call = re.fullmatch(r"\s*([a-z ]+)\((.*)\)\s*", text)
        if call:
            found[name.strip()] = {call[1].strip(): [_number(part) for part in call[2].split(",") if part.strip()]}
        else:
            found[name.strip()] = _number(text)
    return found


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _correlated(given: Iterable[str] | None) -> dict[str, float]:
    found = {}
    for one in given or ():
        pattern, equals, text = one.rpartition("=")
        try:
            found[pattern.strip()] = float(text) if equals else float("nan")
        except ValueError:
            raise InputError(
                "not a correlation",
                field="correlated",
                value=one,
                accepted="PATTERN=CORRELATION, e.g. 'factors of *=0.5'",
            ) from None
    return found


def _choices(text: str | None) -> list[str] | bool | None:
    if text is None:
        return None
    return (
        {"all": True, "none": False}.get(text.strip()) if text.strip() in {"all", "none"} else _split(text, "choices")
    )
