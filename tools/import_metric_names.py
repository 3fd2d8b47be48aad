"""Write the names of the power and energy metrics of exporters into ``datasets/metrics``.

Run: ``python tools/import_metric_names.py``. Every row is typed here from the documentation of its exporter; there is
no upstream table to read.
"""

from __future__ import annotations

from typing import NamedTuple

from descriptors import Columns, describe_columns
from import_support import CC_BY, importer, source
from packages import Package, write_package

_FACTS = "single figures cited"
_GITHUB = "https://github.com/"
_KEPLER = _GITHUB + "sustainable-computing-io/kepler/blob/main/"

#: What is known of the sensors behind the formats, by format and kind of reading.
_POLLED = "polled power of the card's own sensor: within 5 % of the draw where the maker states it"
_A100 = (
    "on A100 and H100 the sensor sees a quarter of the time, and the other three quarters may draw differently; "
    "a counter of energy or a meter at the plug does not miss them"
)
SENSORS = [
    {"format": name, "kind": "power", "relative_uncertainty": 0.05, "unit": "1", "what": _POLLED, "remark": _A100,
     "source": "nvml-power-usage;yang-2024"}
    for name in ("nvidia-smi", "nvidia-smi-dmon", "nvidia-smi-q", "nvidia-smi-table", "dcgmi-dmon", "dcgm-exporter")
]  # fmt: skip

SOURCES = [
    source("nvml-power-usage", "NVIDIA, NVML API reference: nvmlDeviceGetPowerUsage (accuracy of Fermi and Kepler)",
           "https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceQueries.html", "cited fact",
           "nvmlDeviceGetPowerUsage"),
    source("yang-2024", "Yang, Adamek and Armour (2024), Accurate and Convenient Energy Measurements for GPUs: "
           "A Detailed Study of NVIDIA GPU's Built-in Power Sensor, SC24", "https://arxiv.org/abs/2312.02741",
           "cited fact", "abstract"),
    source("kepler-metrics", "Kepler, metrics (from version 0.10)",
           _KEPLER + "docs/user/metrics.md", "Apache-2.0", "node and platform"),
    source("kepler-gpu", "Kepler, GPU power monitoring",
           _KEPLER + "docs/developer/design/architecture/gpu-power-monitoring.md",
           "Apache-2.0", "Prometheus metrics"),
    source("kepler-metrics-0.7", "Kepler, metrics (up to version 0.9)",
           _GITHUB + "sustainable-computing-io/kepler-doc/blob/main/docs/design/metrics.md", "Apache-2.0",
           "node metrics"),
    source("scaphandre-metrics", "Scaphandre, metrics exposed and host level metrics",
           "https://hubblo-org.github.io/scaphandre-documentation/references/metrics.html", "Apache-2.0",
           "references/metrics, explanations/host_metrics"),
    source("ceems-exporter", "CEEMS exporter, collectors", _GITHUB + "ceems-dev/ceems/tree/main/pkg/collector",
           _FACTS, "ipmi_dcmi, redfish, rapl and hwmon collectors"),
    source("ipmi-exporter", "Prometheus IPMI exporter, metrics",
           _GITHUB + "prometheus-community/ipmi_exporter/blob/master/docs/metrics.md", "MIT", "dcmi, power sensors"),
    source("node-exporter", "Prometheus node exporter, rapl and hwmon collectors",
           _GITHUB + "prometheus/node_exporter", "Apache-2.0", "collector/rapl_linux.go, collector/hwmon_linux.go"),
    source("dcgm-exporter", "NVIDIA DCGM, field identifiers",
           "https://docs.nvidia.com/datacenter/dcgm/latest/dcgm-api/dcgm-api-field-ids.html", _FACTS,
           "155 power usage [W], 156 total energy since the driver was loaded [mJ], 157 instantaneous power"),
    source("nvidia-gpu-exporter", "nvidia_gpu_exporter, metrics",
           _GITHUB + "utkuozdemir/nvidia_gpu_exporter", "MIT", "METRICS.md"),
    source("triton-metrics", "NVIDIA Triton Inference Server, metrics",
           "https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/metrics.html",
           "BSD-3-Clause", "GPU metrics"),
    source("idrac-exporter", "idrac_exporter, metrics", _GITHUB + "mrlhansen/idrac_exporter", "MIT", "README, power"),
    source("redfish-exporter", "redfish_exporter, chassis metrics", _GITHUB + "jenningsloy318/redfish_exporter",
           "Apache-2.0", "collector/chassis_collector.go"),
    source("ops-agent-dcgm", "Google Cloud Ops Agent metrics, DCGM receiver",
           "https://cloud.google.com/monitoring/api/metrics_opsagent", _FACTS,
           "gpu.dcgm.energy_consumption, CUMULATIVE"),
    source("cloudwatch-agent-gpu", "Amazon CloudWatch agent, NVIDIA GPU metrics",
           "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-NVIDIA-GPU.html", _FACTS,
           "nvidia_smi_power_draw: last measured power draw of the entire board [W]"),
]  # fmt: skip


class Metric(NamedTuple):
    """One metric of an exporter, or a family of them ending in an asterisk."""

    metric: str
    exporter: str
    source: str
    kind: str = "power"
    unit: str = "W"
    domain: str = ""
    covers: str = ""
    devices: str = ""
    parents: str = ""
    where: str = ""
    use: str = "measured"
    note: str = ""


class Domain(NamedTuple):
    """What a domain covers, and the domains that it is a part of, the nearest first."""

    covers: str
    parents: str


_PACKAGE = "package;cpu;psys;host;node"
DOMAINS = {
    "node": Domain("node", "facility"),
    "power supply": Domain("node", "node"),
    "power supply output": Domain("node", "power supply;node"),
    "other": Domain("node", "node"),
    "host": Domain("cpu;memory", "node"),
    "psys": Domain("cpu;memory", "host;node"),
    "cpu": Domain("cpu", "psys;host;node"),
    "package": Domain("cpu", _PACKAGE),
    "core": Domain("cpu", _PACKAGE),
    "uncore": Domain("cpu", _PACKAGE),
    "memory": Domain("memory", "psys;host;node"),
    "dram": Domain("memory", "dram;memory;psys;host;node"),
    "gpu": Domain("gpu", "gpu;node"),
}


def _measured(metric: str, exporter: str, source: str, domain: str, **more: str) -> Metric:
    covers, parents = DOMAINS[domain]
    if domain == "psys":  # one a computer, whatever the number of its zone
        more = {**more, "devices": ""}
    return Metric(metric, exporter, source, domain=domain, covers=covers, parents=parents, **more)


def _other(metric: str, exporter: str, source: str, use: str, note: str, **more: str) -> Metric:
    return Metric(metric, exporter, source, use=use, note=note, **more)


_SHARE = "a share of the node's energy: never added to it"
_J = {"kind": "counter", "unit": "J"}
_RAPL_ZONES = ("package", "core", "uncore", "dram", "psys")
_GPU = "UUID|uuid|gpu_uuid|gpu"


def _kepler() -> list[Metric]:
    new, old = ("kepler", "kepler-metrics"), ("kepler-0.7", "kepler-metrics-0.7")
    rows = [
        *(_measured("kepler_node_cpu_joules_total", *new, zone, **_J, devices="path", where=f"zone={zone}(?:-\\d+)?")
          for zone in _RAPL_ZONES),
        *(_measured("kepler_node_cpu_watts", *new, zone, devices="path", where=f"zone={zone}(?:-\\d+)?",
                    note="mean power since the reading before") for zone in _RAPL_ZONES),
        _measured("kepler_node_gpu_watts", "kepler", "kepler-gpu", "gpu", devices="gpu_uuid|uuid|gpu"),
        _measured("kepler_platform_watts", *new, "power supply", devices="chassis_id+source_id",
                  where="source_type=PowerSupply"),
        _measured("kepler_platform_watts", *new, "cpu", devices="chassis_id+power_control_id",
                  where="power_control_name=(?i:.*\\bcpu\\b.*)"),
        _measured("kepler_platform_watts", *new, "memory", devices="chassis_id+power_control_id",
                  where="power_control_name=(?i:.*\\b(?:mem|memory|dimm)\\b.*)"),
        _measured("kepler_platform_watts", *new, "node", devices="chassis_id+source_id|power_control_id"),
        *(_other(f"kepler_node_{what}_{state}_*", "kepler", "kepler-metrics", "part",
                 "active and idle are the parts of the whole, which has a metric of its own")
          for what in ("cpu", "gpu") for state in ("active", "idle")),
        *(_other(f"kepler_node_{zone}_joules_total", *old, "model", "estimated by a trained model, not measured", **_J,
                 where="source=(?i:.*(?:model|estimat).*)") for zone in (*_RAPL_ZONES[:4], "platform", "gpu")),
        *(_measured(f"kepler_node_{zone}_joules_total", *old, zone, **_J, devices="package|index+mode",
                    note="idle and dynamic energy are counted apart and add up") for zone in _RAPL_ZONES[:4]),
        _measured("kepler_node_gpu_joules_total", *old, "gpu", **_J, devices="gpu_uuid|uuid|index+mode"),
        _measured("kepler_node_platform_joules_total", *old, "node", **_J, devices="mode",
                  note="from ACPI or IPMI; idle and dynamic energy are counted apart and add up"),
        _measured("kepler_node_other_host_components_joules_total", *old, "other", **_J, devices="mode",
                  note="platform less package and DRAM"),
    ]  # fmt: skip
    for what in ("container", "process", "pod", "vm"):
        for end, kind in (("joules_total", "counter"), ("watts", "power")):
            unit = "J" if kind == "counter" else "W"
            rows.append(_other(f"kepler_{what}_*{end}", "kepler", "kepler-metrics", "attribution", _SHARE, kind=kind,
                               unit=unit))  # fmt: skip
    return rows


def _scaphandre() -> list[Metric]:
    here = ("scaphandre", "scaphandre-metrics")
    micro_j, micro_w = {"kind": "counter", "unit": "uJ"}, {"kind": "power", "unit": "uW"}
    host = "the psys domain where there is one, else the sum of the packages and the DRAM"
    return [
        _measured("scaph_host_energy_microjoules", *here, "host", **micro_j, note=host),
        _measured("scaph_host_power_microwatts", *here, "host", **micro_w, note=host),
        _measured("scaph_host_rapl_psys_microjoules", *here, "psys", **micro_j),
        _measured("scaph_socket_energy_microjoules", *here, "package", **micro_j, devices="socket_id"),
        _measured("scaph_socket_power_microwatts", *here, "package", **micro_w, devices="socket_id"),
        *(_measured(f"scaph_domain_{what}", *here, zone, **units, devices="socket_id", where=f"domain_name={zone}")
          for what, units in (("energy_microjoules", micro_j), ("power_microwatts", micro_w))
          for zone in ("core", "uncore", "dram", "psys")),
        _other("scaph_process_*", *here, "attribution", _SHARE, unit="uW"),
    ]  # fmt: skip


def _ceems() -> list[Metric]:
    here = ("ceems", "ceems-exporter")
    statistic = "over the sampling period of the baseboard controller"
    rows = [
        _measured("ceems_rapl_package_joules_total", *here, "package", **_J, devices="path|index"),
        _measured("ceems_rapl_dram_joules_total", *here, "dram", **_J, devices="path|index"),
    ]
    for middle in ("", "power_"):
        rows += [
            _measured(f"ceems_ipmi_dcmi_{middle}current_watts", "ceems-ipmi", "ceems-exporter", "node"),
            _measured(
                f"ceems_redfish_{middle}current_watts", "ceems-redfish", "ceems-exporter", "node", devices="chassis"
            ),
        ]
        for name in ("ipmi_dcmi", "redfish"):
            rows += [_other(f"ceems_{name}_{middle}{what}_watts", *here, "statistic", f"{what} {statistic}")
                     for what in ("avg", "min", "max")]  # fmt: skip
    return [
        *rows,
        _other("ceems_rapl_*_power_limit_watts_total", *here, "limit", "a limit, not a measurement"),
        _other("ceems_compute_unit_*watts", *here, "attribution", _SHARE),
        _other("ceems_compute_unit_*joules_total", *here, "attribution", _SHARE, **_J),
    ]


def _baseboards() -> list[Metric]:
    ipmi, idrac, redfish = (("ipmi-exporter",) * 2, ("idrac-exporter",) * 2, ("redfish-exporter",) * 2)
    supply = r"(?i:(?:ps|psu|power supply)[ _-]?\d+.*\b{}\b.*|(?:ps|psu|power supply)[ _-]?\d+[ _-]p{}.*)"
    node = (
        r"(?i:pwr consumption|pw consumption|(?:sys|system|total|chassis|platform)[ _-]?(?:power|pwr).*|power[ _]meter)"
    )
    return [
        _measured("ipmi_dcmi_power_consumption_watts", *ipmi, "node"),
        _measured("ipmi_power_watts", *ipmi, "power supply", devices="name|id",
                  where="name=" + supply.format("(?:in|input)", "in")),
        _measured("ipmi_power_watts", *ipmi, "power supply output", devices="name|id",
                  where="name=" + supply.format("(?:out|output)", "out")),
        _measured("ipmi_power_watts", *ipmi, "node", where=f"name={node}"),
        _measured("ipmi_power_watts", *ipmi, "cpu", devices="name|id", where=r"name=(?i:cpu.*)"),
        _measured("ipmi_power_watts", *ipmi, "memory", devices="name|id", where=r"name=(?i:(?:mem|dimm).*)"),
        _measured("ipmi_power_watts", *ipmi, "gpu", devices="name|id", where=r"name=(?i:gpu.*)"),
        _measured("idrac_power_control_consumed_watts", *idrac, "node", devices="id",
                  where=r"name=(?i:|(?:system|server|chassis).*)"),
        _measured("idrac_power_control_consumed_watts", *idrac, "cpu", devices="id", where=r"name=(?i:.*\bcpu\b.*)"),
        _measured("idrac_power_control_consumed_watts", *idrac, "memory", devices="id", where=r"name=(?i:.*\bmem.*)"),
        _measured("idrac_power_supply_input_watts", *idrac, "power supply", devices="id"),
        _measured("idrac_power_supply_output_watts", *idrac, "power supply output", devices="id"),
        *(_other(f"idrac_power_control_{what}_watts", *idrac, "statistic", "over the interval the controller reports")
          for what in ("min_consumed", "max_consumed", "avg_consumed")),
        _other("idrac_power_control_capacity_watts", *idrac, "limit", "a limit, not a measurement"),
        _other("idrac_power_supply_capacity_watts", *idrac, "limit", "a limit, not a measurement"),
        _measured("redfish_chassis_power_average_consumed_watts", *redfish, "node", devices="chassis_id",
                  note="AverageConsumedWatts of PowerControl: averaged over the controller's interval"),
        _measured("redfish_chassis_power_powersupply_power_input_watts", *redfish, "power supply",
                  devices="chassis_id+power_supply_id|power_supply"),
        _measured("redfish_chassis_power_powersupply_power_output_watts", *redfish, "power supply output",
                  devices="chassis_id+power_supply_id|power_supply"),
        _measured("redfish_chassis_power_powersupply_last_power_output_watts", *redfish, "power supply output",
                  devices="chassis_id+power_supply_id|power_supply"),
    ]  # fmt: skip


def _node_exporter() -> list[Metric]:
    here = ("node-exporter", "node-exporter")
    rows = [_measured(f"node_rapl_{zone}_joules_total", *here, zone, **_J, devices="path|index")
            for zone in _RAPL_ZONES]  # fmt: skip
    for name in ("node_hwmon_power_average_watt", "node_hwmon_power_average_watts", "node_hwmon_power_input_watt",
                 "node_hwmon_power_input_watts"):  # fmt: skip
        rows += [
            _measured(name, *here, "node", devices="chip+sensor", where=r"chip=(?i:.*(?:acpi000d|power_meter).*)",
                      note="ACPI power meter: the whole computer"),
            _measured(name, *here, "node", devices="chip+sensor", where=r"chip_name=(?i:power_meter|acpi_power_meter)"),
            _measured(name, *here, "gpu", devices="chip", where=r"chip_name=(?i:amdgpu|nouveau|xe|i915)"),
            _measured(name, *here, "gpu", devices="chip", where=r"chip=(?i:amdgpu.*)"),
        ]  # fmt: skip
    return rows


def _gpus() -> list[Metric]:
    dcgm, smi, triton = ("dcgm-exporter",) * 2, ("nvidia-gpu-exporter",) * 2, ("triton", "triton-metrics")
    return [
        _measured("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", *dcgm, "gpu", kind="counter", unit="mJ", devices=_GPU),
        _measured("DCGM_FI_DEV_POWER_USAGE", *dcgm, "gpu", devices=_GPU),
        _measured("DCGM_FI_DEV_POWER_USAGE_INSTANT", *dcgm, "gpu", devices=_GPU),
        _measured("nvidia_smi_power_draw_watts", *smi, "gpu", devices="uuid"),
        _measured("nvidia_smi_power_draw_average_watts", *smi, "gpu", devices="uuid"),
        _measured("nvidia_smi_power_draw_instant_watts", *smi, "gpu", devices="uuid"),
        _measured("nv_energy_consumption", *triton, "gpu", **_J, devices="gpu_uuid"),
        _measured("nv_gpu_power_usage", *triton, "gpu", devices="gpu_uuid"),
        _measured("workload.googleapis.com/gpu.dcgm.energy_consumption", "ops-agent", "ops-agent-dcgm", "gpu", **_J,
                  devices="uuid|gpu_number"),
        _measured("nvidia_smi_power_draw", "cloudwatch-agent", "cloudwatch-agent-gpu", "gpu",
                  devices="index|name|series"),
    ]  # fmt: skip


NOTICE = """
# Notice

Names, units and labels of metrics, each cited from the documentation of its exporter, as compiled by this project and
licensed under Creative Commons Attribution 4.0 International. No file of an exporter is copied.

`metrics.csv`: a row is a metric, or a family of them (an asterisk stands for any text). The first row whose name and
`where` (label=regular expression) fit a series says what it is. `use` is `measured`, or why a metric is not read:
`attribution` (a share of what another metric measures), `part`, `statistic`, `limit`. `domain` is what it measures and
`parents` the domains of the same computer that it is a part of, the nearest first: a part is never added to its whole.
`devices` are the labels that name the device: `|` is "else", `+` is "and".

`sensors.csv`: what is known of the error of the sensors behind a format; `relative_uncertainty` is half the width of
the interval around a reading.
"""


def build() -> Package:
    """Build the package."""
    metrics = [*_kepler(), *_scaphandre(), *_ceems(), *_baseboards(), *_node_exporter(), *_gpus()]
    return Package(
        folder="datasets/metrics",
        title="Names of the power and energy metrics of exporters",
        version="2026.1",
        licence=CC_BY[0],
        licence_url=CC_BY[1],
        notice=NOTICE,
        sources=SOURCES,
        tables={"metrics": [metric._asdict() for metric in metrics], "sensors": SENSORS},
    )


def main() -> None:
    """Write the package."""
    importer(__doc__).parse_args()
    folder = write_package(build())
    describe_columns(folder, "metrics", Columns(optional=frozenset({"domain", "devices", "parents", "where"})))


if __name__ == "__main__":
    main()
