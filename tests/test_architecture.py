"""Imports go one way: the contracts of pyproject.toml hold, and every module of the package has its floor."""

import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import lca_ai

ROOT = Path(__file__).resolve().parent.parent


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def test_the_contracts_hold():
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(contracts())} kept, 0 broken" in done.stdout


def test_every_module_has_its_floor():
    layers = next(one["layers"] for one in contracts() if one["type"] == "layers")
    named = {name.strip().removeprefix("lca_ai.") for layer in layers for name in layer.split("|")}
    assert {module.name for module in pkgutil.iter_modules(lca_ai.__path__)} == named


def test_the_engine_alone_may_import_brightway():
    forbidden = next(one for one in contracts() if one["type"] == "forbidden")
    assert {"bw2calc", "bw_processing"} <= set(forbidden["forbidden_modules"])
    assert {one.split(" -> ")[0] for one in forbidden["ignore_imports"]} == {"lca_ai.impact.engine"}
