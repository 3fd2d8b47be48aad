"""Names of processors as operating systems and tools print them, reduced to the words that tell them apart."""

from __future__ import annotations

import re

#: Words that systems and tools add to the name a maker gives: clock, number of cores, graphics, generation.
_ADDED = re.compile(
    r"""@.*
    | \b(?:\d+|dual|triple|quad|six|eight|ten|twelve|sixteen)[ -]cores?\b
    | \b(?:processor|cpu)\b
    | \bw(?:ith|/)\s*radeon.*
    | \b\d+th\ gen\b""",
    re.VERBOSE,
)


def printed(name: str) -> tuple[str, str]:
    """A name without its marks; and without all else that systems and tools add to it. Both in plain words.

    Examples
    --------
    >>> printed("AMD EPYC 9965 192-Core Processor")
    ('amd epyc 9965 192 core processor', 'amd epyc 9965')
    >>> printed("Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz")
    ('intel xeon gold 6338 cpu @ 2.00ghz', 'intel xeon gold 6338')
    """
    unmarked = re.sub(r"\((?:r|tm|c)\)", " ", name.casefold())
    return _plain(unmarked), re.sub(r"\bxeon 6 (?=\d{4})", "xeon ", _plain(_ADDED.sub(" ", unmarked)))


def _plain(name: str) -> str:
    return re.sub(r"[\s_/-]+", " ", name).strip()
