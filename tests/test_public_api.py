"""The public names: all there, none hidden by a module of the same name, and nothing heavy loaded before it is used."""

import ast
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import lca_ai

PACKAGE = Path(lca_ai.__file__).parent
HEAVY = ["numpy", "pandas", "pint", "pydantic", "scipy", "matplotlib", "bw2calc", "bw_processing", "pyarrow", "jinja2"]
HEAVY += ["typer", "rich", "yaml", "pynvml"]


@pytest.mark.parametrize("name", lca_ai.__all__)
def test_every_public_name_is_there(name):
    found = getattr(lca_ai, name)
    assert callable(found) or name == "as_measured"  # a marker, not a function
    assert found is getattr(import_module(lca_ai._PUBLIC[name]), name)
    assert name in dir(lca_ai)


@pytest.mark.parametrize("name", lca_ai.__all__)
def test_every_public_name_is_described(name):
    assert getattr(lca_ai, name).__doc__, name


def test_no_public_name_is_that_of_a_module():
    modules = {module.name for module in pkgutil.iter_modules(lca_ai.__path__)}
    assert not modules & set(lca_ai.__all__)


def test_type_checkers_see_the_same_names():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    seen = {name.name: node.module for node in block.body for name in node.names}
    assert seen == lca_ai._PUBLIC


def test_type_checkers_can_tell_what_is_public():
    """A list that is computed is none to a type checker, and a strict one then refuses every name."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    assigned = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    assert isinstance(assigned["__all__"], ast.List)
    assert sorted(ast.literal_eval(assigned["__all__"])) == sorted(lca_ai._PUBLIC)


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'carbon'"):
        _ = lca_ai.carbon


def test_importing_loads_nothing_heavy():
    code = f"import sys, lca_ai; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_looking_at_the_names_loads_nothing_heavy():
    code = (
        f"import sys, lca_ai; dir(lca_ai), lca_ai.__all__; print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").is_file()


def test_every_error_of_the_package_is_caught_by_one_class():
    errors = import_module("lca_ai.errors")
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]
    assert len(classes) > 3
    assert all(issubclass(one, lca_ai.LcaAiError) for one in classes)
