"""Names of hardware that come near one that is asked for, in a hint of one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

_SHOWN = 8
_MOST = 3
_ALIKE = 0.65
HOW_TO_SEARCH = "a name such as dgx-h100; to list them: lca-ai hardware --search WORDS"


def nearest(asked: str, names: Mapping[str, str]) -> str:
    """Hint at names whose words begin as those asked for, else at what comes near, else at how to search.

    Parameters
    ----------
    names : every spelling, in plain words -> what is suggested for it

    Examples
    --------
    >>> names = {"dgx h100": "dgx-h100", "h100 pcie 80gb": "h100-pcie-80gb", "standard a1 v2": "Standard_A1_v2"}
    >>> nearest("h10", names)
    'did you mean h100-pcie-80gb or dgx-h100?'
    >>> nearest("dgx h1000", names)
    'did you mean dgx-h100?'
    >>> nearest("foo", names)
    'a name such as dgx-h100; to list them: lca-ai hardware --search WORDS'
    """
    words = asked.split()
    begun = {
        meant
        for spelled, meant in names.items()
        if words and all(any(one.startswith(word) for one in spelled.split()) for word in words)
    }
    if begun:
        return f"did you mean {several(words, begun)}?"
    near = difflib.get_close_matches(asked, names, n=4 * _MOST, cutoff=_ALIKE)
    found = list(dict.fromkeys(names[spelled] for spelled in near))[:_MOST]
    return f"did you mean {' or '.join(found)}?" if found else HOW_TO_SEARCH


def several(words: Sequence[str], candidates: Iterable[str]) -> str:
    """A choice of candidates, those that begin as asked and the short ones first; and how to list more.

    Examples
    --------
    >>> several(["a100"], ["dgx-a100", "a100-sxm4-40gb", "a100"])
    'a100 or a100-sxm4-40gb or dgx-a100'
    """
    found = sorted(candidates, key=lambda key: (not key.casefold().startswith(words[0]), len(key), key))
    more = f" or others, which lca-ai hardware --search '{' '.join(words)}' lists" if len(found) > _SHOWN else ""
    return " or ".join(found[:_SHOWN]) + more
