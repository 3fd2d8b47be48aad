"""What is needed to recompute a result: versions, and the hash of every table and log file behind it."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

from lca_ai import tables


def software_version() -> str:
    """The installed version of ``lca_ai``."""
    try:
        return metadata.version("lca-ai")
    except metadata.PackageNotFoundError:
        return "not installed"


def lock(files: dict[str, Path], held: dict[str, str] | None = None) -> dict[str, Any]:
    """Software version, version and sha256 of every table, and sha256 of the files of a study.

    Parameters
    ----------
    held : sha256 of tables that the study was given in place of files
    """
    engines = {
        name: metadata.version(name) for name in ("bw2calc", "bw_processing", "numpy", "scipy", "pandas", "pint")
    }
    return {
        "software": {"lca-ai": software_version(), **engines},
        "tables": tables.lock(),
        "files": {name: tables.file_digest(path) for name, path in files.items()} | (held or {}),
    }
