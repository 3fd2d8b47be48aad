"""The log formats, one small file each; :func:`recognise` tells which one a file is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lca_ai.errors import LogError, did_you_mean
from lca_ai.logs import origin
from lca_ai.logs.formats import (
    amd_smi,
    boamps,
    capmc,
    carbontracker,
    cloudwatch,
    codecarbon,
    companions,
    dcgm_exporter,
    dcgmi_dmon,
    eco2ai,
    generic,
    gmt,
    google_explorer,
    google_monitoring,
    gpustat,
    grafana,
    ipmi,
    ipmi_sensors,
    jtop,
    meter_log,
    mlflow,
    mlperf,
    mlperf_tiny,
    nearest,
    nvidia_dmon,
    nvidia_report,
    nvidia_smi,
    nvidia_xml,
    pdu,
    perf_stat,
    power_gadget,
    powermetrics,
    prometheus,
    promtool,
    rapl,
    redfish,
    sacct,
    scaphandre,
    tegrastats,
    turbostat,
    wandb,
    zeus,
)
from lca_ai.logs.records import Format, Options, Records, read_text

if TYPE_CHECKING:
    from pathlib import Path

FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        meter_log.FORMAT,
        mlperf.FORMAT,
        nvidia_smi.FORMAT,
        nvidia_dmon.FORMAT,
        nvidia_report.Q,
        nvidia_report.TABLE,
        nvidia_xml.FORMAT,
        gpustat.FORMAT,
        dcgmi_dmon.FORMAT,
        dcgm_exporter.FORMAT,
        codecarbon.FORMAT,
        rapl.FORMAT,
        turbostat.FORMAT,
        perf_stat.FORMAT,
        power_gadget.FORMAT,
        powermetrics.FORMAT,
        tegrastats.FORMAT,
        jtop.FORMAT,
        amd_smi.FORMAT,
        mlperf_tiny.FORMAT,
        zeus.FORMAT,
        zeus.SAMPLES,
        eco2ai.FORMAT,
        boamps.FORMAT,
        carbontracker.FORMAT,
        sacct.FORMAT,
        scaphandre.FORMAT,
        capmc.FORMAT,
        redfish.FORMAT,
        ipmi.FORMAT,
        ipmi_sensors.FORMAT,
        pdu.FORMAT,
        gmt.FORMAT,
        wandb.FORMAT,
        mlflow.FORMAT,
        cloudwatch.FORMAT,
        google_monitoring.FORMAT,
        google_explorer.FORMAT,
        prometheus.FORMAT,
        promtool.FORMAT,
        grafana.FORMAT,
        generic.CSV,
        generic.PARQUET,
    )
}

#: Formats whose files may lack what they are recognised by, where the user says what their columns or metrics are.
_DESCRIBED = (
    dcgm_exporter.FORMAT,
    sacct.FORMAT,
    gmt.FORMAT,
    cloudwatch.FORMAT,
    google_monitoring.FORMAT,
    google_explorer.FORMAT,
    prometheus.FORMAT,
    generic.CSV,
    generic.PARQUET,
)
_HEAD = 20_000


def read(path: Path, name: str | None, options: Options) -> list[Records]:
    """Read the records of one file, one for each kind of reading, in the format ``name`` or the one its content shows.

    Raises
    ------
    LogError : where the format is unknown, or the file is not in it
    """
    if name is not None and name not in FORMATS:
        raise LogError("unknown format", file=path.name, value=name, accepted=did_you_mean(name, FORMATS))
    if name == generic.PARQUET.name or (name is None and _is_parquet(path)):
        return _listed(generic.PARQUET.read(path, "", options), path, options)
    text = read_text(path)
    chosen = FORMATS[name] if name is not None else recognise(path, text, options)
    described = options.columns is not None and chosen in _DESCRIBED
    if name is not None and not described and not chosen.matches(text[:_HEAD]):
        raise LogError(f"this is not {chosen.title}", file=path.name, line=1, value=text.split("\n", 1)[0])
    return _listed(chosen.read(path, text, options), path, options)


def _listed(found: Records | list[Records], path: Path, options: Options) -> list[Records]:
    records = found if isinstance(found, list) else [found]
    origin.check(records, options, path)
    for one in records:
        one.file = path.name
    return records


def recognise(path: Path, text: str, options: Options) -> Format:
    """Return the format that the head of a text shows.

    Raises
    ------
    LogError : where it shows none
    """
    if options.columns is not None:  # of a CSV; or metrics of other names than those that are known
        of_metrics = [prometheus.FORMAT, google_explorer.FORMAT, promtool.FORMAT, grafana.FORMAT]
        if "time" in options.columns:  # no metric has one: a panel as a plain table
            of_metrics.remove(grafana.FORMAT)
        return next((one for one in of_metrics if one.matches(text[:_HEAD])), generic.CSV)
    for one in FORMATS.values():
        if one.matches(text[:_HEAD]):
            return one
    companions.refuse(path, text[:_HEAD])
    raise nearest.unrecognised(path, text[:_HEAD], FORMATS.values())


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError as fault:
        raise LogError(f"cannot be read: {fault.strerror}", file=path.name) from fault
