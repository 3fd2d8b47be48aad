"""Machines, cards, processors and cloud instances by words that their key or name holds."""

from __future__ import annotations

from collections.abc import Mapping

from lca_ai.errors import InputError, UnknownKeyError
from lca_ai.models import catalogue, instances
from lca_ai.models.suggestions import nearest
from lca_ai.tables import Row


def machines(words: str) -> list[str]:
    """Keys of the accelerators and servers whose key or name holds all the words, in the order of the alphabet.

    Raises
    ------
    InputError : for no words
    """
    wanted = _wanted(words)
    accelerators = (key for key in catalogue.items() if catalogue.kind_of(key) == "accelerator")
    names = {key: catalogue.items()[key].get("name", {}).get("value", "") for key in accelerators}
    names |= {key: catalogue.server(key).name for key in catalogue.servers()}
    return sorted(key for key, name in names.items() if _holds(instances.plain(f"{key} {name}"), wanted))


def gpu_instances(words: str) -> list[str]:
    """Names of the cloud instances with accelerators that hold all the words, the smallest of each family first.

    Raises
    ------
    InputError : for no words
    """
    wanted, known = _wanted(words), catalogue.gpu_instances()
    fitting = [name for name in known if _holds(instances.plain(catalogue.with_provider(name)), wanted)]
    return sorted(fitting, key=lambda name: (name.split(".")[0], _size(known[name]), name))


def processors(words: str) -> list[str]:
    """Keys of the processors whose key or name holds all the words, in the order of the alphabet.

    Raises
    ------
    InputError : for no words
    """
    wanted = _wanted(words)
    return sorted(key for key, *spelled in catalogue.processor_names() if _holds(" ".join(spelled), wanted))


def nothing(words: str) -> UnknownKeyError:
    """The error of words that nothing fits, with what comes near."""
    near = nearest(instances.plain(words), catalogue.spellings())
    return UnknownKeyError("nothing fits", field="--search", value=words, accepted=near)


def _size(facts: Mapping[str, Row]) -> tuple[float, float]:
    """Accelerators and virtual processors of an instance; some are sold without a fixed number of the latter."""
    return float(facts["accelerators"]["value"]), float(facts["vcpus"]["value"]) if "vcpus" in facts else 0.0


def _holds(text: str, words: list[str]) -> bool:
    return all(word in text for word in words)


def _wanted(words: str) -> list[str]:
    wanted = instances.plain(words).split()
    if not wanted:
        raise InputError("no words to search for", field="--search", value=words, accepted="e.g. 'h100 pcie'")
    return wanted
