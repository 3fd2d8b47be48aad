"""Import the cloud instances of Cloud Carbon Footprint into ``datasets/hardware-ccf``.

Two upstream tables: embodied emissions of a server by constants (the method of Teads), and measured or estimated power
of the instances of AWS that have GPUs. Both are kept in long form, one figure a row, as published.

Run: ``python tools/import_hardware_ccf.py EMBODIED.csv POWER.csv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from import_support import importer, read_rows, source
from packages import Package, write_package

Row = Mapping[str, str]

_REPOSITORY = (
    "https://github.com/cloud-carbon-footprint/ccf-coefficients/blob/b0032d928c787cf76cecd7d1d611c5b46f366e29/"
)
LICENCE = "Apache-2.0"

SOURCES = [
    *(
        source(
            f"ccf-embodied-{provider}",
            f"Cloud Carbon Footprint, embodied emissions of {name} instances, after Teads (commit b0032d9)",
            f"{_REPOSITORY}output/coefficients-{provider}-embodied.csv",
            LICENCE,
            "row of the instance",
        )
        for provider, name in (("aws", "AWS"), ("azure", "Azure"), ("gcp", "Google Cloud"))
    ),
    source(
        "ccf-aws-instances",
        "Cloud Carbon Footprint, AWS instances, after Teads (commit b0032d9)",
        f"{_REPOSITORY}data/aws-instances.csv",
        LICENCE,
        "row of the instance",
    ),
]

#: Column of the table of embodied emissions -> attribute.
EMBODIED = {
    "additional_memory": "embodied_memory",
    "additional_storage": "embodied_storage",
    "additional_cpus": "embodied_cpus",
    "additional_gpus": "embodied_gpus",
    "total": "embodied_server",
}
_NOTES = {
    "embodied_server": "of the whole server, the constants and a base of 1,000 kg together: not yet a share of one",
}

#: Column of the table of power -> attribute and unit.
SIZES = {
    "Instance vCPU": ("vcpus", "item"),
    "Platform Total Number of vCPU": ("platform_vcpus", "item"),
    "Platform CPU Name": ("platform_cpu", ""),
    "Instance Memory (in GB)": ("memory", "GB"),
    "Platform Memory (in GB)": ("platform_memory", "GB"),
    "Platform Storage Drive Quantity": ("platform_drives", "item"),
    "Platform GPU Quantity": ("platform_gpus", "item"),
    "Platform GPU Name": ("platform_gpu", ""),
    "Instance Number of GPU": ("gpus", "item"),
    "Instance GPU memory (in GB)": ("gpu_memory", "GB"),
}
_LOADS = {"Idle": "0", "10%": "10", "50%": "50", "100%": "100"}
POWERS = {
    f"{column} @ {load}": f"{attribute}_{percent}"
    for column, attribute in (
        ("PkgWatt", "power_cpu"),
        ("RAMWatt", "power_memory"),
        ("GPUWatt", "power_gpu"),
        ("Instance", "power"),
    )
    for load, percent in _LOADS.items()
} | {"Delta Full Machine": "power_rest"}
_GPU_NOTE = "upstream: rated power of the GPUs times the load ratios of a processor, not measured"

NOTICE = """
# Notice

Cloud instances of Cloud Carbon Footprint (https://github.com/cloud-carbon-footprint/ccf-coefficients, commit b0032d9),
of its contributors, licensed under the Apache License 2.0
(https://www.apache.org/licenses/LICENSE-2.0), with data of Teads Engineering on AWS instances within.

Changes made: brought into long form, one figure a row; columns renamed; decimal commas turned into points; one row for
an instance that upstream lists once for each generation of processor. Where the figures differ between generations
({differing} instances), the first listed is taken and the other named in the note.

Attributes `embodied_*` are kilograms of CO2 equivalent of a whole server, by constants: 1,000 for the base, and for
memory, drives, processors beyond the first and GPUs what upstream adds (its zero means that it adds nothing). The share
of an instance is its processors over those of the server. `power_*` are watts of the instance at 0, 10, 50 and 100 per
cent load; those of GPUs are estimates. The power of the rest of the machine is `power_rest`.

Nothing here is measured by this project, and none of it is used unless it is asked for.
"""


def number(value: str) -> str:
    """Print an upstream figure, which may have a decimal comma, as a plain number."""
    return f"{float(value.replace(',', '.')):.10g}"


def embodied(rows: Sequence[Row]) -> tuple[list[dict[str, str]], int]:
    """Constants of every instance, and how many instances differ between generations of processor."""
    instances: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        instances[row["provider"], row["type"]].append(row)
    table: list[dict[str, str]] = []
    differing = 0
    for (provider, instance), many in instances.items():
        shared = {"provider": provider, "instance": instance}
        cited = f"ccf-embodied-{provider}"
        differing += any(len({row[column] for row in many}) > 1 for column in EMBODIED)
        for column, attribute in EMBODIED.items():
            others = [
                f"{number(row[column])} on {row['microarchitecture']}" for row in many if row[column] != many[0][column]
            ]
            note = "; ".join([*filter(None, [_NOTES.get(attribute, "")]), *others])
            figure = {"attribute": attribute, "value": number(many[0][column]), "unit": "kg CO2e"}
            table.append(shared | figure | {"source": cited, "note": note})
        texts = {
            "family": many[0]["family"],
            "processors": ", ".join(dict.fromkeys(row["microarchitecture"] for row in many)),
        }
        for attribute, text in texts.items():
            if text and text != "Unknown":
                table.append(shared | {"attribute": attribute, "value": text, "unit": "", "source": cited, "note": ""})
    return table, differing


def powers(rows: Sequence[Row]) -> Iterator[dict[str, str]]:
    """Size and power of the instances of AWS with GPUs."""
    for row in rows:
        shared = {"provider": "aws", "instance": row["Instance type"]}
        cited = {"source": "ccf-aws-instances"}
        for column, (attribute, unit) in SIZES.items():
            if row[column]:
                value = number(row[column]) if unit else row[column]
                yield shared | {"attribute": attribute, "value": value, "unit": unit} | cited | {"note": ""}
        for column, attribute in POWERS.items():
            if row[column]:
                note = _GPU_NOTE if attribute.startswith("power_gpu") else ""
                figure = {"attribute": attribute, "value": number(row[column]), "unit": "W"}
                yield shared | figure | cited | {"note": note}


def build(constants: Sequence[Row], watts: Sequence[Row]) -> Package:
    """Build the package from the two upstream tables."""
    table, differing = embodied(constants)
    return Package(
        folder="datasets/hardware-ccf",
        title="Cloud instances: embodied emissions by constants and power, after Cloud Carbon Footprint",
        version="2026.1",
        licence=LICENCE,
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        notice=NOTICE.format(differing=differing),
        sources=SOURCES,
        tables={"instances": [*table, *powers(watts)]},
    )


def main() -> None:
    """Read the upstream tables named on the command line and write the package."""
    parser = importer(__doc__)
    parser.add_argument("embodied", type=Path, help="embodied emissions of instances by constants")
    parser.add_argument("power", type=Path, help="size and power of the AWS instances with GPUs")
    arguments = parser.parse_args()
    write_package(build(read_rows(arguments.embodied), read_rows(arguments.power)))


if __name__ == "__main__":
    main()
