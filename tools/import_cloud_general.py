"""Write the general instances of cloud providers, and the hosts they are shares of, into ``datasets/cloud-instances``.

Run: ``python tools/import_cloud_general.py``. Every figure is typed in ``import_cloud_general_*.py`` as the provider
states it, by the rule of its family where it has one; there is no upstream table to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import import_cloud_general_aws as aws
import import_cloud_general_azure as azure
import import_cloud_general_gcp as gcp
import import_cloud_general_processors as parts
from import_cloud_general_families import Family, Host
from import_support import CC_BY, importer, source
from packages import Package, write_package

CONVENTION = "lca-ai-convention"
FACTS = "single figures cited"
_CCF = (
    "https://github.com/cloud-carbon-footprint/ccf-coefficients/blob/b0032d928c787cf76cecd7d1d611c5b46f366e29/data/"
    "{}-instances-latest-2026.csv"
)
_CITED = aws.SOURCES | gcp.SOURCES | azure.SOURCES | parts.SOURCES

SOURCES = [
    *(source(key, title, url, FACTS, page) for key, (title, url, page) in _CITED.items()),
    *(
        source(
            f"ccf-{provider}-instances-2026",
            f"Cloud Carbon Footprint, {name} instances of 2026 (commit b0032d9)",
            _CCF.format(provider),
            "Apache-2.0; single figures cited",
            "row of the instance",
        )
        for provider, name in (("aws", "AWS"), ("gcp", "Google Cloud"))
    ),
    source(CONVENTION, "lca_ai: a choice of this project, stated as such", "NOTICE.md", CC_BY[0]),
]

_UNKNOWN = "no provider publishes it: every server has one"
_MODULES = "assumed: modules of this size; the provider publishes the total only"

#: Parts of every host that no provider publishes: component, item, count, capacity, its unit, why.
PARTS = (
    ("memory module", "ddr4", "1", "32", "GB", _MODULES),
    ("memory module", "ddr5", "1", "64", "GB", _MODULES),
    ("power supply", "power supply", "2", "1", "item", "assumed: two, one of them in reserve"),
    ("mainboard", "mainboard", "1", "1", "item", _UNKNOWN),
    ("chassis", "rack", "1", "1", "item", _UNKNOWN),
    ("assembly", "server", "1", "1", "item", _UNKNOWN),
    ("network card", "network card", "1", "1", "item", _UNKNOWN),
    ("server", "height_units_per_processor", "1", "1", "U", "assumed: one height unit a processor, and at least two"),
    ("server", "least_height_units", "1", "2", "U", "assumed: one height unit a processor, and at least two"),
)

NOTICE = """
# Notice

Single figures of the providers of clouds and of the makers of processors, each cited in `sources.csv`, licensed as a
compilation under Creative Commons Attribution 4.0 International.

`general_instances.csv` holds virtual processors and memory of {instances:,} named instances without accelerators, and
the host each is a share of; `hosts.csv` what that host offers in all, its processors, and how each is known;
`processors.csv` the processors as the providers name them, with the item of the catalogue they are, or that stands in;
`host_parts.csv` the parts that no provider publishes.

Memory is in the unit of memory modules (2^30 bytes), which the providers write GiB or GB and the tables of this project
write GB. The figures of AWS and Google Cloud were read in the tables of Cloud Carbon Footprint (Apache License 2.0),
which hold what the providers' pages say; sizes of Azure are those of the series' pages, most of which follow one rule.
Of Azure, {dedicated} hosts are published as dedicated hosts.

Where a row cites `lca-ai-convention`, the figure is a choice of this project: most often that the largest size of a
family is the whole host, so that what the provider keeps for itself is borne by what it sells. Drives and disks that an
instance reaches over the network are no part of its host.
"""


def instances(families: list[Family]) -> Iterator[dict[str, str]]:
    """Virtual processors, memory, family and host of every instance."""
    for family in families:
        for size in family.sizes:
            shared = {"provider": family.provider, "instance": size.name}
            cited = {"source": family.source, "note": ""}
            yield shared | {"attribute": "vcpus", "value": f"{size.vcpus:g}", "unit": "item"} | cited
            yield shared | {"attribute": "memory", "value": f"{size.memory:.10g}", "unit": "GB"} | cited
            yield shared | {"attribute": "family", "value": family.name, "unit": ""} | cited
            if size.fractional:
                note = "share of a core that the instance can use for long"
                row = {"attribute": "fractional_vcpus", "value": f"{size.fractional:g}", "unit": "item"}
                yield shared | row | cited | {"note": note}
            host = {"attribute": "host", "value": family.host.key, "unit": ""}
            yield shared | host | {"source": CONVENTION, "note": family.stand_in}


def hosts(families: list[Family]) -> Iterator[dict[str, str]]:
    """What every host offers, its processors, and how each is known."""
    known: dict[str, Host] = {}
    for family in families:
        if known.setdefault(family.host.key, family.host) != family.host:
            raise ValueError(family.host.key)
    told = {family.host.key: family.source for family in reversed(families) if not family.stand_in}
    for key, host in known.items():
        said, named = host.source or CONVENTION, host.named or told[key]
        rows = [
            ("vcpus", f"{host.vcpus:g}", "item", said, host.note),
            (
                "memory",
                f"{host.memory:.10g}",
                "GB",
                CONVENTION if host.memory_note else said,
                host.memory_note or host.note,
            ),
            ("processor", host.processor, "", named, ""),
            ("processors", str(host.processors), "item", CONVENTION, _COUNTED[bool(host.source)]),
        ]
        rows += [("local_drives", "yes", "", named, "their size is not in the table")] if host.local_drives else []
        for attribute, value, unit, cited, note in rows:
            row = {"host": key, "attribute": attribute, "value": value, "unit": unit}
            yield row | {"source": cited, "note": note}


_COUNTED = {
    True: "from the cores of the host, as published, and those of a processor",
    False: "assumed: from the virtual processors of the host and the cores of a processor",
}


def processors(families: list[Family]) -> Iterator[dict[str, str]]:
    """Every processor of a host: its name, its item of the catalogue or the one that stands in, its die and memory."""
    sources: Mapping[str, str] = {
        family.host.processor: family.host.named or family.source for family in reversed(families)
    }
    for key, part in parts.PROCESSORS.items():
        if key not in sources:
            raise ValueError(key)
        told = (
            ("name", part.name, "", sources[key], ""),
            ("item", part.item, "", CONVENTION if part.why else sources[key], part.why),
            ("memory_type", part.memory, "", CONVENTION, "by the generation of the processor"),
            ("die_area", part.die, "mm2", part.die_source, part.die_note),
            ("dies", part.dies, "mm2", part.die_source, ""),
        )
        for attribute, value, unit, cited, note in told:
            if value:
                row = {"processor": key, "attribute": attribute, "value": value, "unit": unit}
                yield row | {"source": cited, "note": note}


def host_parts() -> Iterator[dict[str, str]]:
    """Yield the parts of every host that no provider publishes."""
    for component, item, count, capacity, unit, note in PARTS:
        row = {"component": component, "item": item, "count": count, "capacity": capacity, "capacity_unit": unit}
        yield row | {"source": CONVENTION, "note": note}


def build() -> Package:
    """Build the package from the families of the three providers."""
    families = [*aws.families(), *gcp.families(), *azure.families()]
    names = [(family.provider, size.name) for family in families for size in family.sizes]
    if len(set(names)) != len(names):
        raise ValueError(sorted({name for name in names if names.count(name) > 1}))
    dedicated = len({family.host.note for family in families if family.host.source and family.provider == "azure"})
    return Package(
        folder="datasets/cloud-instances",
        title="Cloud instances without accelerators, and the hosts they are shares of",
        version="2026.11",
        licence=CC_BY[0],
        licence_url=CC_BY[1],
        notice=NOTICE.format(instances=len(names), dedicated=dedicated),
        sources=SOURCES,
        tables={
            "general_instances": [*instances(families)],
            "hosts": [*hosts(families)],
            "processors": [*processors(families)],
            "host_parts": [*host_parts()],
        },
    )


def main() -> None:
    """Write the package."""
    importer(__doc__).parse_args()
    write_package(build())


if __name__ == "__main__":
    main()
