"""Every data package has one importer, and writing a package again from its own tables gives the same bytes."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys

import packages as writer
import pytest

from lca_ai import tables

PACKAGES = sorted(tables.packages())
ROOT = tables.data_root()


def importers(tools) -> dict[str, ast.Module]:
    """The scripts that write packages."""
    parsed = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(tools.glob("import_*.py"))}
    return {name: tree for name, tree in parsed.items() if "write_package" in names_in(tree)}


def names_in(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def packages_of(tree: ast.Module) -> set[str]:
    """The packages that a script says it writes, in its docstring or as a constant; it reads one by its files."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    said = re.findall(r"``([a-z_]+/[a-z0-9-]+)``", re.sub(r"-\n", "-", ast.get_docstring(tree) or ""))
    return (texts | set(said)) & set(PACKAGES)


def test_every_package_is_written_by_exactly_one_importer(tools) -> None:
    by_package = {name: [] for name in PACKAGES}
    for script, tree in importers(tools).items():
        for name in packages_of(tree):
            by_package[name].append(script)
    assert {name: scripts for name, scripts in by_package.items() if len(scripts) != 1} == {}


def test_every_importer_writes_a_package_and_says_what_it_does(tools) -> None:
    for script, tree in importers(tools).items():
        assert packages_of(tree), script
        assert ast.get_docstring(tree), script


def test_every_importer_has_the_shared_command_line(tools) -> None:
    """``--diff`` reports and writes nothing, ``--root`` names other data."""
    for script in importers(tools):
        done = subprocess.run([sys.executable, tools / script, "--help"], capture_output=True, text=True, check=True)
        assert "--diff" in done.stdout, script
        assert "--root" in done.stdout, script


@pytest.mark.parametrize("name", PACKAGES)
def test_writing_a_package_again_changes_no_byte(name: str, tmp_path, capsys) -> None:
    """Of its tables and notice; what an importer adds to the description afterwards is its own."""
    package = writer.read_package(name)
    before = {path.name: path.read_bytes() for path in (ROOT / name).iterdir() if path.suffix in {".csv", ".md"}}
    target = writer.TARGET.set(tmp_path)
    try:
        folder = writer.write_package(package)
    finally:
        writer.TARGET.reset(target)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".csv", ".md"}} == before
    assert capsys.readouterr().out == f"{name}: nothing moved\n"
    again, is_now = (json.loads((place / "datapackage.json").read_text()) for place in (folder, ROOT / name))
    assert (again["name"], again["version"], again["licenses"]) == (
        is_now["name"],
        is_now["version"],
        is_now["licenses"],
    )
    hashes = {one["path"]: one["hash"] for one in is_now["resources"]}
    assert all(hashes[one["path"]] == one["hash"] for one in again["resources"])
