"""Families of general instances of Google Compute Engine, for ``import_cloud_general.py``."""

from __future__ import annotations

from collections.abc import Iterator

from import_cloud_general_families import FILLED, LARGEST, Family, Host, Size, typed

_N2D = "2 4 8 16 32 48 64 80 96"
_C4A = "1 2 4 8 16 32 48 64 72"
_C3D = "4 8 16 30 60 90 180 360"
_C3 = "4 8 22 44 88 176"
_C2D = "2 4 8 16 32 56 112"

#: Series -> page, processor, number of them, virtual processors of the host, why so many.
_SERIES = {
    "c4a": ("general-purpose", "axion", 1, 72, LARGEST),
    "c4": ("general-purpose", "intel-8581c", 2, 192, LARGEST),
    "n4": ("general-purpose", "intel-8581c", 1, 80, LARGEST),
    "c3d": ("general-purpose", "amd-9b14", 2, 360, LARGEST),
    "c3": ("general-purpose", "intel-8481c", 2, 192, "assumed: the bare-metal size is taken as the whole host"),
    "n2d": ("general-purpose", "amd-7b12", 2, 224, LARGEST),
    "n2": ("general-purpose", "intel-8373c", 2, 128, LARGEST),
    "n1": ("general-purpose", "intel-8173m", 2, 96, LARGEST),
    "e2": ("general-purpose", "intel-8173m", 2, 96,
           "assumed: the processor is chosen when the instance starts; a host of the size of n1 stands in"),
    "t2a": ("general-purpose", "altra", 1, 48, LARGEST),
    "t2d": ("general-purpose", "amd-7b13", 1, 60, LARGEST),
    "c2": ("compute-optimized", "intel-6253cl", 2, 60, LARGEST),
    "c2d": ("compute-optimized", "amd-7b13", 1, 112, LARGEST),
    "h3": ("compute-optimized", "intel-8481c", 2, 88, LARGEST),
    "z3": ("storage-optimized", "intel-8481c", 2, 176, LARGEST),
    "m1": ("memory-optimized", "intel-8173m", 2, 96, LARGEST),
    "m1-ultramem": ("memory-optimized", "intel-e7-8880v4", 4, 160, LARGEST),
    "m2": ("memory-optimized", "intel-8280l", 8, 416, LARGEST),
    "m3": ("memory-optimized", "intel-8373c", 2, 128, LARGEST),
}  # fmt: skip

#: Type -> memory per virtual processor [GB], virtual processors of its sizes.
_REGULAR = {
    "c4a-standard": (4.0, _C4A), "c4a-highcpu": (2.0, _C4A), "c4a-highmem": (8.0, _C4A),
    "c4-highcpu": (2.0, "2 4 8 16 32 48 96 192"),
    "n4-standard": (4.0, "2 4 8 16 32 48 64 80"), "n4-highcpu": (2.0, "2 4 8 16 32 48 64 80"),
    "n4-highmem": (8.0, "2 4 8 16 32 48 64 80"),
    "c3d-standard": (4.0, _C3D), "c3d-highmem": (8.0, _C3D),
    "c3-standard": (4.0, _C3), "c3-highcpu": (2.0, _C3), "c3-highmem": (8.0, _C3),
    "n2d-standard": (4.0, f"{_N2D} 128 224"), "n2d-highmem": (8.0, _N2D), "n2d-highcpu": (1.0, f"{_N2D} 128 224"),
    "n2-standard": (4.0, f"{_N2D} 128"), "n2-highmem": (8.0, _N2D), "n2-highcpu": (1.0, _N2D),
    "n1-standard": (3.75, "1 2 4 8 16 32 64 96"), "n1-highmem": (6.5, "2 4 8 16 32 64 96"),
    "n1-highcpu": (0.9, "2 4 8 16 32 64 96"),
    "e2-standard": (4.0, "2 4 8 16 32"), "e2-highmem": (8.0, "2 4 8 16"), "e2-highcpu": (1.0, "2 4 8 16 32"),
    "t2a-standard": (4.0, "1 2 4 8 16 32 48"), "t2d-standard": (4.0, "1 2 4 8 16 32 48 60"),
    "c2-standard": (4.0, "4 8 16 30 60"), "h3-standard": (4.0, "88"), "z3-highmem": (8.0, "88 176"),
    "c2d-standard": (4.0, _C2D), "c2d-highcpu": (2.0, _C2D), "c2d-highmem": (8.0, _C2D),
}  # fmt: skip

#: Type -> sizes written out: the end of the name, virtual processors, memory [GB].
_TYPED = {
    "c4-standard": "2 2 7, 4 4 15, 8 8 30, 16 16 60, 32 32 120, 48 48 180, 96 96 360, 192 192 720",
    "c4-highmem": "2 2 15, 4 4 31, 8 8 62, 16 16 124, 32 32 248, 48 48 372, 96 96 744, 192 192 1488",
    "c3d-highcpu": "4 4 8, 8 8 16, 16 16 32, 30 30 59, 60 60 118, 90 90 177, 180 180 354, 360 360 708",
    "m1-megamem": "96 96 1433.6",
    "m1-ultramem": "40 40 961, 80 80 1922, 160 160 3844",
    "m2-megamem": "416 416 5888",
    "m2-hypermem": "416 416 8832",
    "m2-ultramem": "208 208 5888, 416 416 11776",
    "m3-megamem": "64 64 976, 128 128 1952",
    "m3-ultramem": "32 32 976, 64 64 1952, 128 128 3904",
}

#: Further sizes of a type that have names, or a memory, of their own.
_MORE = {
    "n2-highmem": "n2-highmem-128 128 864",
    "c3-standard": "c3-standard-192-metal 192 768",
    "c3-highcpu": "c3-highcpu-192-metal 192 512",
    "c3-highmem": "c3-highmem-192-metal 192 1536",
    "e2-standard": "e2-micro 2 1 0.25, e2-small 2 2 0.5, e2-medium 2 4 1",
    "n1-standard": "f1-micro 1 0.6 0.2, g1-small 1 1.7 0.5",
}
#: Type with drives of its own -> smallest of its sizes; the others are those of the type without.
_WITH_DRIVES = {"c4a-standard": 4, "c4a-highmem": 4, "c3d-standard": 8, "c3d-highmem": 8, "c3-standard": 4}
_OWN_DRIVES = frozenset({"z3-highmem"})

_READ = "ccf-gcp-instances-2026"
SOURCES = {
    f"gcp-{page}": (
        f"Compute Engine: {page} machine family (read in the table of Cloud Carbon Footprint)",
        f"https://cloud.google.com/compute/docs/{page}-machines",
        "row of the machine type: vCPUs, memory",
    )
    for page in ("general-purpose", "compute-optimized", "memory-optimized", "storage-optimized")
}


def families() -> Iterator[Family]:
    """Every type of general machine of Google Cloud."""
    for name in (*_REGULAR, *_TYPED):
        sizes = _sizes(name)
        more = typed(_MORE[name]) if name in _MORE else ()
        yield _family(name, (*sizes, *more), drives=name in _OWN_DRIVES)
        if name in _WITH_DRIVES:
            with_drives = [one for one in sizes if one.vcpus >= _WITH_DRIVES[name]]
            yield _family(f"{name}-lssd", [one._replace(name=f"{one.name}-lssd") for one in with_drives], drives=True)


def _sizes(name: str) -> tuple[Size, ...]:
    if name in _TYPED:
        return typed(_TYPED[name], f"{name}-")
    memory, counts = _REGULAR[name]
    return tuple(Size(f"{name}-{count}", float(count), round(memory * float(count), 6)) for count in counts.split())


def _family(name: str, sizes: tuple[Size, ...] | list[Size], *, drives: bool) -> Family:
    series = name if name in _SERIES else name.split("-", maxsplit=1)[0]
    page, processor, count, vcpus, note = _SERIES[series]
    whole = max(sizes, key=lambda one: one.vcpus)
    filled = whole.vcpus == vcpus
    memory = whole.memory if filled else round(vcpus * whole.memory / whole.vcpus, 6)
    host = Host(
        f"gcp-{name}", vcpus, memory, processor, count, note=note, memory_note="" if filled else FILLED,
        local_drives=drives,
    )  # fmt: skip
    return Family("gcp", name, f"gcp-{page};{_READ}", tuple(sizes), host)
