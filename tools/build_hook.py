"""Build hook: the two data folders travel inside the wheel, and stay beside the package in an editable install."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA_FOLDERS = ("datasets", "emission_factors")


class DataFolders(BuildHookInterface):
    """Put ``datasets/`` and ``emission_factors/`` inside the package, except in an editable build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders to the wheel (hatchling calls this once per build)."""
        if version == "editable":
            return
        for folder in DATA_FOLDERS:
            build_data["force_include"][str(Path(self.root) / folder)] = f"lca_ai/{folder}"
