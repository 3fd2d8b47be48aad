"""Both ways of installing, tried for real: a wheel with the data inside, and an editable install with it beside.

A fresh interpreter without the site packages' own path files runs each, so that the development install of the test
environment cannot stand in for what is under test.
"""

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DATA = ("datasets", "emission_factors")
SOURCES = ("lca_ai", *DATA, "tools", "pyproject.toml", "README.md", "LICENSE", "LICENSES.md")
LARGEST = 15_000_000

PRELUDE = """
import importlib.util, site, sys
from pathlib import Path
sys.path.insert(0, wheel)
sys.path.append(packages)
if editable:
    site.addsitedir(wheel)
import lca_ai
from lca_ai import tables
print(Path(lca_ai.__file__).resolve())
print(tables.data_root())
spec = importlib.util.find_spec("datasets")
print(None if spec is None else list(spec.submodule_search_locations or []))
result = lca_ai.assess(lca_ai.read_study(tables.data_root() / "datasets/studies/resnet50-france.yaml"))
result.impacts.to_csv("impacts.csv", index=False, lineterminator="\\n")
"""


def test_the_data_folders_hold_no_module():
    """``datasets`` is the name of a well-known package: the folder must never be importable in its place."""
    assert not [path for folder in DATA for path in (ROOT / folder).rglob("*.py")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what a build reads."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    return copy


def build(checkout, target, folder):
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = Path(folder).iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory):
    return build(checkout, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def editable(checkout, tmp_path_factory):
    folder = tmp_path_factory.mktemp("editable")
    code = f"from hatchling.build import build_editable; build_editable({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True)
    (built,) = folder.iterdir()
    return built


def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def run(site, folder, *, editable):
    """The example study, assessed by an interpreter that knows the unpacked wheel ``site`` and the dependencies."""
    setup = f"wheel, packages, editable = {str(site)!r}, {sysconfig.get_path('purelib')!r}, {editable}\n"
    command = [sys.executable, "-I", "-S", "-c", setup + PRELUDE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    package, root, top_level = done.stdout.split("\n")[:3]
    return Path(package), Path(root), top_level, (folder / "impacts.csv").read_bytes()


def unpacked(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)  # noqa: S202 (a wheel built just now)
    return folder


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    site = unpacked(wheel, tmp_path_factory.mktemp("site"))
    return site, run(site, tmp_path_factory.mktemp("elsewhere"), editable=False)


@pytest.fixture(scope="module")
def developed(editable, tmp_path_factory):
    site = unpacked(editable, tmp_path_factory.mktemp("editable-site"))
    return site, run(site, tmp_path_factory.mktemp("elsewhere-too"), editable=True)


def test_the_wheel_holds_every_file_of_the_data(wheel):
    files = {
        path.relative_to(ROOT).as_posix() for folder in DATA for path in (ROOT / folder).rglob("*") if path.is_file()
    }
    assert {f"lca_ai/{name}" for name in files} <= set(names(wheel))
    assert {"lca_ai/datasets/grid/generation_mix.csv", "lca_ai/emission_factors/method/characterisation.csv"} <= set(
        names(wheel)
    )


def test_the_wheel_holds_the_whole_package_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in names(wheel)}
    assert tops == {"lca_ai", next(name for name in tops if name.endswith(".dist-info"))}
    code = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "lca_ai").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert code <= set(names(wheel))
    assert not [name for name in names(wheel) if "test" in name.split("/")[1] or name.endswith((".pth", ".pyc"))]


def test_the_wheel_carries_its_licences(wheel):
    held = names(wheel)
    assert [name for name in held if name.endswith(".dist-info/licenses/LICENSE")]
    assert [name for name in held if name.endswith(".dist-info/licenses/LICENSES.md")]
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for folder in DATA
        for path in (ROOT / folder).glob("*/datapackage.json")
    }
    assert {f"lca_ai/{name}/NOTICE.md" for name in packages} <= set(held)


def test_the_wheel_is_small_and_pure(wheel):
    assert wheel.stat().st_size < LARGEST
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_editable_wheel_holds_no_data(editable):
    assert not [name for name in names(editable) if name.startswith("lca_ai/") or name.split("/")[0] in DATA]


def test_a_wheel_finds_its_data_inside(installed):
    site, (package, root, _, _) = installed
    assert package == site / "lca_ai" / "__init__.py"
    assert root == site / "lca_ai"


def test_an_editable_install_finds_its_data_beside(developed, checkout):
    _, (package, root, _, _) = developed
    assert package == checkout / "lca_ai" / "__init__.py"
    assert root == checkout


@pytest.mark.parametrize("how", ["installed", "developed"])
def test_neither_makes_the_data_a_top_level_module(how, request, checkout):
    site, (_, _, top_level, _) = request.getfixturevalue(how)
    assert str(site) not in top_level
    assert str(checkout) not in top_level


def test_both_give_the_same_result_to_the_byte(installed, developed):
    assert installed[1][3] == developed[1][3]
    assert installed[1][3].count(b"\n") > 100


def test_the_source_distribution_builds_the_same_wheel(wheel, tmp_path):
    archive = build(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert set(names(build(source, "wheel", tmp_path / "again"))) == set(names(wheel))


def test_the_citation_is_that_of_this_version():
    """The fields that the Citation File Format 1.2.0 requires, and no version but the package's own."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["cff-version"] == "1.2.0"
    assert cited["authors"] == project["authors"]
    assert (str(cited["version"]), cited["license"]) == (project["version"], project["license"])


def test_the_changelog_speaks_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
