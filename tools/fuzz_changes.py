"""Changes of a log as faults and habits of tools make them: lines, columns, cells and JSON, not single bytes alone."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

#: What cells hold that no reader expects.
ODD = (
    b"", b"NaN", b"inf", b"-inf", b"1e400", b"-1", b"-0.0", b"0", b"9" * 30, b"1e308", b"1e-320", b"[N/A]", b"N/A",
    b"ERR!", b"[Unknown Error]", b"null", b"None", b"true", b'"', b'""', b'"a,b"', b"'", b"\x00", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\r", b"\t", b" ", b"-", b"%", b"W", b"5 kW", b"5 mW", b"1,5", b"1.234,5", b"0x1F", b"1_000", b"+5",
    b"5e", b"\xd9\xa3", b"9223372036854775807", b"9223372036854775808", b"18446744073709551615", b"4294967295",
    b"1717149600", b"1717149600000", b"1717149600000000000", b"2024-05-31T10:00:00Z", b"2024-05-31 10:00:00",
    b"2024-05-31T10:00:00+02:00", b"2024/05/31 10:00:00.000", b"2024-10-27 02:30:00", b"2024-03-31 02:30:00",
    b"0001-01-01T00:00:00", b"9999-12-31T23:59:59Z", b"10:00:00", b"24:00:00", b"31.05.2024", b"\n", b"=", b"{", b"}",
    b"[", b"]", b"#", b"*", b":", b"/", b"|", b";", b",",
)  # fmt: skip
#: The same in JSON.
ODD_NODES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, -1e308, float("nan"), float("inf"), 10**30, "", "NaN", "5", "5 W", "x", [],
    {}, [[]], [None], [5], {"a": 5}, "2024-05-31T10:00:00Z", "2024-05-31T10:00:00", "9999-12-31T23:59:59Z", 1717149600,
    1717149600000, 2**63, 2**64, "\x00", "\ud800",
)  # fmt: skip
_SIGNS = (b",", b";", b"\t", b"|", b" ", b", ", b"  ")
_NUMBER = re.compile(rb"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_MOST_CHANGES = 2
_PACKERS: dict[bytes, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    b"\x1f\x8b": (gzip.decompress, lambda plain: gzip.compress(plain, 1)),
    b"BZh": (bz2.decompress, lambda plain: bz2.compress(plain, 1)),
    b"\xfd7zXZ\x00": (lzma.decompress, lambda plain: lzma.compress(plain, preset=0)),
}


def changed(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """A log with a few changes; a compressed one is unpacked for them.

    Parameters
    ----------
    others : logs of any tool, whose lines come in among those of this one
    """
    for magic, (unpack, pack) in _PACKERS.items():
        if data.startswith(magic):
            try:
                plain = unpack(data)
            except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error):
                return data
            return pack(changed(plain[: 1 << 16], rng, others))
    for _ in range(rng.randint(1, _MOST_CHANGES)):
        if data.lstrip()[:1] in (b"{", b"[") and rng.random() < 0.7:  # noqa: PLR2004 (most)
            data = _json(data, rng)
        else:
            data = rng.choice(_CHANGES)(data, rng, others)
    return data


def _lines(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """Lines in another order, again, not at all, or after those of another tool."""
    lines = data.split(b"\n")
    start, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    size = 1 + min(rng.randrange(8), rng.randrange(8))
    match rng.randrange(6):
        case 0:
            lines[start], lines[to] = lines[to], lines[start]
        case 1:
            lines[to:to] = lines[start : start + size]
        case 2:
            del lines[start : start + size]
        case 3:
            lines[to:to] = lines[: 1 + rng.randrange(3)]  # the header again
        case 4:
            strange = rng.choice(others).split(b"\n")
            first = rng.randrange(len(strange))
            lines[to:to] = strange[first : first + size]
        case _:
            lines[start:] = lines[start:][::-1]
    return b"\n".join(lines)


def _cut(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """A part of the file: its head, its tail, or without a stretch."""
    start, stop = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
    return rng.choice((data[:stop], data[start:], data[:start] + data[min(stop, start + 40) :])) or b"\n"


def _number(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """One number changed: another magnitude or sign, one more, or that of another place."""
    found = [match.span() for match in _NUMBER.finditer(data)]
    if not found:
        return data
    start, stop = rng.choice(found)
    was = data[start:stop]
    first, last = rng.choice(found)
    new = (b"-" + was, was + b"000", was[:-1], was + b"e9", b"0." + was, b"0", data[first:last], was + b".", was * 2)
    return data[:start] + rng.choice((*new, str(rng.randint(0, 100)).encode())) + data[stop:]


def _cell(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """One cell, or one word, replaced by an odd one."""
    found = [match.span() for match in re.finditer(rb"[^,;\t|\n\"=:{}\[\]]+", data)]
    start, stop = rng.choice(found) if found else (0, 0)
    return data[:start] + rng.choice(ODD) + data[stop:]


def _insert(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    at = rng.choice((0, len(data), rng.randint(0, len(data))))
    return data[:at] + rng.choice(ODD) + data[at:]


def _delimiter(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Other signs between the cells, of the whole file or of a line."""
    old, new = rng.sample(_SIGNS, 2)
    if rng.random() < 0.5:  # noqa: PLR2004 (half)
        return data.replace(old, new)
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at] = lines[at].replace(old, new)
    return b"\n".join(lines)


def _column(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """A column of all lines left out, there twice, swapped with another, or of one odd value."""
    sign = max(_SIGNS[:4], key=data.count)
    rows = [line.split(sign) for line in data.split(b"\n")]
    width = max(map(len, rows))
    one, other, turn, odd = rng.randrange(width), rng.randrange(width), rng.randrange(4), rng.choice(ODD)
    for number, row in enumerate(rows):
        if max(one, other) >= len(row):
            continue
        if turn == 0:
            del row[one]
        elif turn == 1:
            row.insert(other, row[one])
        elif turn == 2:  # noqa: PLR2004 (the third)
            row[one], row[other] = row[other], row[one]
        elif number:
            row[one] = odd
    return b"\n".join(sign.join(row) for row in rows)


def _ends(data: bytes, rng: Random, _others: Sequence[bytes]) -> bytes:
    """Other line ends, another encoding, no last line end, or a tail that was never written."""
    choices = (
        data.replace(b"\n", b"\r\n"), data.rstrip(b"\n"), data + b"\n\n", data + b"\x00" * 20, b"\xef\xbb\xbf" + data,
        b"\xff\xfe" + data.decode("latin-1").encode("utf-16-le"), data.replace(b"\n", b"\n\n"), data + data,
    )  # fmt: skip
    return rng.choice(choices)


def _word(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    """A word replaced everywhere, or by one of another tool."""
    found = re.findall(rb"[A-Za-z_.]+", data[:2_000])
    strange = re.findall(rb"[A-Za-z_.\[\]%]+", rng.choice(others)[:2_000])
    if not found or not strange:
        return data
    return data.replace(rng.choice(found), rng.choice(strange), rng.choice((1, -1)))


_CHANGES = (_lines, _lines, _cut, _number, _number, _cell, _cell, _insert, _delimiter, _column, _ends, _word)


def _json(data: bytes, rng: Random) -> bytes:
    """A document with one node changed, of one document in the file or one on each line."""
    lines = data.split(b"\n")
    whole = _loaded(data)
    if whole is not None:
        return _dumped(_with_odd_node(whole, rng))
    at = rng.randrange(len(lines))
    one = _loaded(lines[at])
    if one is None:
        return data
    lines[at] = _dumped(_with_odd_node(one, rng))
    return b"\n".join(lines)


def _loaded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _dumped(node: Any) -> bytes:
    return json.dumps(node).encode("utf-8", errors="replace")


def _with_odd_node(node: Any, rng: Random) -> Any:
    """A document with one place of it, anywhere, replaced, left out or there twice."""
    if not isinstance(node, dict | list) or not node or rng.random() < 0.1:  # noqa: PLR2004 (seldom at the top)
        return rng.choice(ODD_NODES)
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    key = rng.choice(keys)
    if rng.random() < 0.7:  # noqa: PLR2004 (deeper, mostly)
        node[key] = _with_odd_node(node[key], rng)
    elif rng.random() < 0.5:  # noqa: PLR2004 (half)
        del node[key]
    elif isinstance(node, list):
        node.insert(rng.randint(0, len(node)), node[key])
    else:
        node[rng.choice(keys)] = node[key]
    return node
