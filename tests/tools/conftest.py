"""The importers are scripts beside the package: their folder is put on the path, as running one of them does."""

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.append(str(TOOLS))


@pytest.fixture(scope="session")
def tools():
    """Folder of the importers."""
    return TOOLS
