"""Files as they lie: plain or compressed (gzip, bzip2, xz, zstandard), the compressed ones unpacked beside, bounded."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from lca_ai.errors import LogError

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstandard"}
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zstd")
#: The most that one file unpacks to: more is a fault or an attack, and a log of it is better split. [bytes]
MOST_BYTES = 64 << 30
#: The most that an archive may hold for each of its bytes: text of a log reaches a few hundred at the very most.
_MOST_RATIO = 2_000
_BLOCK = 1 << 22


class NotUnpacked(Exception):  # noqa: N818 (no fault: the file is unpacked then)
    """A file was thought not to be needed, and is."""


@contextmanager
def plain(paths: list[Path], unneeded: Collection[Path] = ()) -> Iterator[list[Path]]:
    """The files, those that are compressed unpacked into a folder that is gone afterwards, but for ``unneeded`` ones.

    Raises
    ------
    LogError : where a file cannot be unpacked, or holds more than any log does
    """
    with ExitStack() as stack:
        found = []
        folder: Path | None = None
        for number, path in enumerate(paths):
            kind = None if path in unneeded else compression(path)
            if kind is None:
                found.append(path)
                continue
            if folder is None:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lca_ai-")))
            name = path.name.removesuffix(path.suffix) if path.suffix in _SUFFIXES else path.name
            place = folder / str(number)
            place.mkdir()
            found.append(_unpacked(path, kind, place / name))
        yield found


def compression(path: Path) -> str | None:
    """How a file is compressed, by its first bytes; None where it is not.

    Raises
    ------
    LogError : where it cannot be read
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as fault:
        raise LogError(f"cannot be read: {fault.strerror}", file=path.name) from fault
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def _unpacked(path: Path, kind: str, place: Path) -> Path:
    most = min(MOST_BYTES, max(path.stat().st_size, 1) * _MOST_RATIO)
    try:
        with _opened(path, kind) as packed, place.open("wb") as out:
            written = 0
            while block := packed.read(_BLOCK):
                written += len(block)
                if written > most:
                    raise LogError(
                        "it unpacks to more than a log does", file=path.name, value=f"over {most:,} bytes",
                        accepted="the log itself, unpacked or in several files",
                    )  # fmt: skip
                out.write(block)
    except (OSError, EOFError, lzma.LZMAError, zlib.error, ValueError) as fault:
        problem = f"this {kind} file cannot be unpacked: {' '.join(str(fault).split())}"
        raise LogError(problem, file=path.name) from fault
    shutil.copystat(path, place)
    return place


def _opened(path: Path, kind: str) -> IO[bytes] | Any:
    if kind == "gzip":
        return gzip.open(path, "rb")
    if kind == "bzip2":
        return bz2.open(path, "rb")
    if kind == "xz":
        return lzma.open(path, "rb")
    import pyarrow as pa

    return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")
