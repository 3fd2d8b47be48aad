"""Families of general instances of Amazon EC2, for ``import_cloud_general.py``.

A size has as many virtual processors as its name says, and memory in proportion; families that do not follow the rule
are written out. Instances with accelerators, and those that are whole desktop machines, are not here.
"""

from __future__ import annotations

from collections.abc import Iterator

from import_cloud_general_families import LARGEST, Family, Host, Size, by_ratio, largest, number, typed

_TO_24 = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"
_ROWS = {
    "intel 5": f"{_TO_24} metal",
    "to 24": _TO_24,
    "graviton 2": "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal",
    "to 16, medium": "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge",
    "ice lake": f"{_TO_24} 32xlarge metal",
    "milan": f"{_TO_24} 32xlarge 48xlarge metal",
    "genoa": f"medium {_TO_24} 32xlarge 48xlarge metal-48xl",
    "to 48, two metals": f"medium {_TO_24} 48xlarge metal-24xl metal-48xl",
    "sapphire rapids": f"{_TO_24} 48xlarge metal-24xl metal-48xl",
    "granite rapids": f"{_TO_24} 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl",
    "flex": "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge",
    "high frequency": "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge metal",
    "turin, high frequency": "large xlarge 3xlarge 6xlarge 12xlarge 24xlarge metal-12xl metal-24xl",
}

#: Page -> processor, number of them, row of sizes -> families, each with the memory per virtual processor [GB].
_REGULAR = {
    "gp": (
        ("intel-8175m", 2, "intel 5", "m5 4, m5d 4"),
        ("intel-8259cl", 2, "intel 5", "m5n 4, m5dn 4"),
        ("amd-7571", 2, "to 24", "m5a 4, m5ad 4"),
        ("intel-8252c", 2, "high frequency", "m5zn 4"),
        ("amd-7r13", 2, "milan", "m6a 4"),
        ("graviton2", 1, "graviton 2", "m6g 4, m6gd 4"),
        ("intel-ice-lake", 2, "ice lake", "m6i 4, m6id 4, m6in 4, m6idn 4"),
        ("amd-9r14", 2, "genoa", "m7a 4"),
        ("graviton3", 1, "graviton 2", "m7g 4, m7gd 4"),
        ("intel-sapphire-rapids", 2, "sapphire rapids", "m7i 4"),
        ("amd-9r45", 2, "to 48, two metals", "m8a 4"),
        ("amd-9r05", 2, "turin, high frequency", "m8azn 4"),
        ("graviton4", 2, "to 48, two metals", "m8g 4, m8gb 4, m8gd 4, m8gn 4"),
        ("intel-granite-rapids", 2, "granite rapids", "m8i 4, m8id 4"),
    ),
    "co": (
        ("amd-7r32", 2, "to 24", "c5a 2, c5ad 2"),
        ("amd-7r13", 2, "milan", "c6a 2"),
        ("graviton2", 1, "graviton 2", "c6g 2, c6gd 2"),
        ("graviton2", 1, "to 16, medium", "c6gn 2"),
        ("intel-ice-lake", 2, "ice lake", "c6i 2, c6id 2, c6in 2"),
        ("amd-9r14", 2, "genoa", "c7a 2"),
        ("graviton3", 1, "graviton 2", "c7g 2, c7gd 2"),
        ("graviton3e", 1, "graviton 2", "c7gn 2"),
        ("intel-sapphire-rapids", 2, "sapphire rapids", "c7i 2"),
        ("amd-9r45", 2, "to 48, two metals", "c8a 2"),
        ("graviton4", 2, "to 48, two metals", "c8g 2, c8gb 2, c8gd 2, c8gn 2"),
        ("intel-granite-rapids", 2, "granite rapids", "c8i 2, c8id 2"),
    ),
    "mo": (
        ("intel-8175m", 2, "intel 5", "r5 8, r5d 8"),
        ("intel-8259cl", 2, "intel 5", "r5b 8, r5n 8, r5dn 8"),
        ("amd-7571", 2, "to 24", "r5a 8, r5ad 8"),
        ("amd-7r13", 2, "milan", "r6a 8"),
        ("graviton2", 1, "graviton 2", "r6g 8, r6gd 8, x2gd 16"),
        ("intel-ice-lake", 2, "ice lake", "r6i 8, r6id 8, r6in 8, r6idn 8"),
        ("amd-9r14", 2, "genoa", "r7a 8"),
        ("graviton3", 1, "graviton 2", "r7g 8, r7gd 8"),
        ("intel-sapphire-rapids", 2, "sapphire rapids", "r7i 8"),
        ("amd-9r45", 2, "to 48, two metals", "r8a 8"),
        ("amd-9r05", 2, "turin, high frequency", "x8aedz 32"),
        ("graviton4", 2, "to 48, two metals", "r8g 8, r8gb 8, r8gd 8, r8gn 8, x8g 16"),
        ("intel-granite-rapids", 2, "granite rapids", "r8i 8, r8id 8"),
        ("intel-8151", 2, "high frequency", "z1d 8"),
    ),
}

#: Family -> page, processor, number of them, memory per virtual processor [GB], sizes.
_ODD_ROWS = {
    "r7iz": ("mo", "intel-sapphire-rapids", 2, 8.0,
             "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 32xlarge metal-16xl metal-32xl"),
    "x2idn": ("mo", "intel-ice-lake", 2, 16.0, "16xlarge 24xlarge 32xlarge metal"),
    "x2iedn": ("mo", "intel-ice-lake", 2, 32.0, "xlarge 2xlarge 4xlarge 8xlarge 16xlarge 24xlarge 32xlarge metal"),
    "x2iezn": ("mo", "intel-8252c", 2, 32.0, "2xlarge 4xlarge 6xlarge 8xlarge 12xlarge metal"),
    "x8i": ("mo", "intel-granite-rapids", 2, 16.0,
            f"{_TO_24} 32xlarge 48xlarge 64xlarge 96xlarge metal-48xl metal-96xl"),
    "x1e": ("mo", "intel-e7-8880v3", 4, 30.5, "xlarge 2xlarge 4xlarge 8xlarge 16xlarge 32xlarge"),
    "x1": ("mo", "intel-e7-8880v3", 4, 15.25, "16xlarge 32xlarge"),
    "d3": ("so", "intel-8259cl", 1, 8.0, "xlarge 2xlarge 4xlarge 8xlarge"),
    "d3en": ("so", "intel-8259cl", 1, 4.0, "xlarge 2xlarge 4xlarge 6xlarge 8xlarge 12xlarge"),
    "h1": ("so", "intel-e5-2686v4", 2, 4.0, "2xlarge 4xlarge 8xlarge 16xlarge"),
    "i3en": ("so", "intel-8175m", 2, 8.0, "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 24xlarge metal"),
    "i4g": ("so", "graviton2", 1, 8.0, "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge"),
    "i4i": ("so", "intel-ice-lake", 2, 8.0, f"{_TO_24} 32xlarge metal"),
    "i7i": ("so", "intel-emerald-rapids", 2, 8.0, f"{_TO_24} 48xlarge metal-24xl metal-48xl"),
    "i7ie": ("so", "intel-emerald-rapids", 2, 8.0,
             "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 18xlarge 24xlarge 48xlarge metal-24xl metal-48xl"),
    "i8g": ("so", "graviton4", 2, 8.0, f"{_TO_24} 48xlarge metal-24xl metal-48xl"),
    "i8ge": ("so", "graviton4", 2, 8.0,
             "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 18xlarge 24xlarge 48xlarge metal-24xl metal-48xl"),
    "im4gn": ("so", "graviton2", 1, 4.0, "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge"),
    "r4": ("pg", "intel-e5-2686v4", 2, 7.625, "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge"),
    "r3": ("pg", "intel-e5-2670", 2, 7.625, "xlarge 2xlarge 4xlarge 8xlarge"),
    "i2": ("pg", "intel-e5-2670", 2, 7.625, "xlarge 2xlarge 4xlarge 8xlarge"),
    "c3": ("pg", "intel-e5-2680v2", 2, 1.875, "large xlarge 2xlarge 4xlarge 8xlarge"),
}  # fmt: skip

#: Host -> family, page, processor, number of them, sizes written out: name, virtual processors, memory [GB].
_TYPED = {
    "c5-72": ("c5", "co", "intel-8124m", 2,
              "large 2 4, xlarge 4 8, 2xlarge 8 16, 4xlarge 16 32, 9xlarge 36 72, 18xlarge 72 144"),
    "c5-96": ("c5", "co", "intel-8275cl", 2, "12xlarge 48 96, 24xlarge 96 192, metal 96 192"),
    "c5d-72": ("c5d", "co", "intel-8124m", 2,
               "large 2 4, xlarge 4 8, 2xlarge 8 16, 4xlarge 16 32, 9xlarge 36 72, 18xlarge 72 144"),
    "c5d-96": ("c5d", "co", "intel-8275cl", 2, "12xlarge 48 96, 24xlarge 96 192, metal 96 192"),
    "c5n": ("c5n", "co", "intel-8124m", 2,
            "large 2 5.25, xlarge 4 10.5, 2xlarge 8 21, 4xlarge 16 42, 9xlarge 36 96, 18xlarge 72 192, metal 72 192"),
    "i3": ("i3", "so", "intel-e5-2686v4", 2,
           ("large 2 15.25, xlarge 4 30.5, 2xlarge 8 61, 4xlarge 16 122, 8xlarge 32 244, 16xlarge 64 488, "
            "metal 72 512")),
    "d2": ("d2", "so", "intel-e5-2676v3", 2, "xlarge 4 30.5, 2xlarge 8 61, 4xlarge 16 122, 8xlarge 36 244"),
    "a1": ("a1", "pg", "graviton", 1,
           "medium 1 2, large 2 4, xlarge 4 8, 2xlarge 8 16, 4xlarge 16 32, metal 16 32"),
    "c4": ("c4", "pg", "intel-e5-2666v3", 2,
           "large 2 3.75, xlarge 4 7.5, 2xlarge 8 15, 4xlarge 16 30, 8xlarge 36 60"),
    "m4": ("m4", "pg", "intel-e5-2686v4", 2, "large 2 8, xlarge 4 16, 2xlarge 8 32, 4xlarge 16 64, 16xlarge 64 256"),
    "m4-40": ("m4", "pg", "intel-e5-2676v3", 2, "10xlarge 40 160"),
    "hpc6a": ("hpc6a", "hpc", "amd-7r13", 2, "48xlarge 96 384"),
    "hpc6id": ("hpc6id", "hpc", "intel-ice-lake", 2, "32xlarge 64 1024"),
    "hpc7a": ("hpc7a", "hpc", "amd-9r14", 2, "96xlarge 192 768"),
    "hpc7g": ("hpc7g", "hpc", "graviton3e", 1, "16xlarge 64 128"),
    "hpc8a": ("hpc8a", "hpc", "amd-9r45", 2, "96xlarge 192 768"),
    "u-6tb1": ("u-6tb1", "mo", "intel-8176m", 8, "112xlarge 448 6144, metal 448 6144"),
    "u-9tb1": ("u-9tb1", "mo", "intel-8176m", 8, "112xlarge 448 9216, metal 448 9216"),
    "u-12tb1": ("u-12tb1", "mo", "intel-8176m", 8, "112xlarge 448 12288, metal 448 12288"),
    "u-18tb1": ("u-18tb1", "mo", "intel-8280l", 8, "112xlarge 448 18432, metal 448 18432"),
    "u-24tb1": ("u-24tb1", "mo", "intel-8280l", 8, "112xlarge 448 24576, metal 448 24576"),
}  # fmt: skip

#: Family -> page, family of whose host it is a share, sizes: those that fill no host themselves.
_SMALL = "nano 2 0.5, micro 2 1, small 2 2, medium 2 4, large 2 8, xlarge 4 16, 2xlarge 8 32"
_OTHERS_HOST = {
    "t2": ("gp", "m4", "nano 1 0.5, micro 1 1, small 1 2, medium 2 4, large 2 8, xlarge 4 16, 2xlarge 8 32"),
    "t3": ("gp", "m5", _SMALL),
    "t3a": ("gp", "m5a", _SMALL),
    "t4g": ("gp", "m6g", _SMALL),
    "u-3tb1": ("mo", "u-6tb1", "56xlarge 224 3072"),
}
_FLEX = {"m7i-flex": ("gp", "m7i", 4.0), "m8i-flex": ("gp", "m8i", 4.0), "c7i-flex": ("co", "c7i", 2.0),
         "c8i-flex": ("co", "c8i", 2.0), "r8i-flex": ("mo", "r8i", 8.0)}  # fmt: skip

#: Families with drives of their own in the host.
_DRIVES = frozenset({
    "m5d", "m5dn", "m5ad", "m6gd", "m6id", "m6idn", "m7gd", "m8gd", "m8id", "c5ad", "c5d-72", "c5d-96", "c6gd",
    "c6id", "c7gd", "c8gd", "c8id", "r5d", "r5dn", "r5ad", "r6gd", "r6id", "r6idn", "r7gd", "r8gd", "r8id",
    "x1", "x1e", "x2gd", "x2idn", "x2iedn", "x8aedz", "z1d", "d2", "d3", "d3en", "h1", "i2", "i3", "i3en",
    "i4g", "i4i", "i7i", "i7ie", "i8g", "i8ge", "im4gn", "is4gen", "r3", "c3", "hpc6id",
})  # fmt: skip
_PAGES = {"gp": "general purpose", "co": "compute optimised", "mo": "memory optimised", "so": "storage optimised",
          "hpc": "high-performance computing", "pg": "previous generation"}  # fmt: skip
_READ = "ccf-aws-instances-2026"
_DEDICATED = "aws-dedicated-hosts"
#: Host that Amazon describes -> what it says.
_DESCRIBED = {"m5": "48 physical cores of two threads each, which six m5.4xlarge fill"}
SOURCES = {
    f"aws-types-{page}": (
        f"Amazon EC2 instance types: specifications, {title} (read in the table of Cloud Carbon Footprint)",
        f"https://docs.aws.amazon.com/ec2/latest/instancetypes/{page}.html",
        "row of the instance: processor, vCPUs, memory",
    )
    for page, title in _PAGES.items()
} | {
    _DEDICATED: (
        "Amazon EC2 user guide: Dedicated Host instance capacity configurations",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-limits.html",
        "single instance type support",
    )
}


def families() -> Iterator[Family]:
    """Every family of general instances of AWS."""
    hosts: dict[str, Host] = {}
    for family in _with_a_host():
        hosts[family.host.key] = family.host
        yield family
    yield _is4gen()
    for name, (page, other, text) in _OTHERS_HOST.items():
        yield _share_of(name, page, hosts[f"aws-{other}"], typed(text, f"{name}."))
    for name, (page, other, memory) in _FLEX.items():
        yield _share_of(name, page, hosts[f"aws-{other}"], _row(name, _ROWS["flex"], memory))


def _with_a_host() -> Iterator[Family]:
    for page, rows in _REGULAR.items():
        for processor, count, row, members in rows:
            for name, memory in (one.split() for one in members.split(", ")):
                text = f"medium {_ROWS[row]}" if name == "m8azn" else _ROWS[row]
                yield _family(name, name, page, processor, count, _row(name, text, float(memory)))
    for name, (page, processor, count, memory, text) in _ODD_ROWS.items():
        extra = typed("large 2 15", "r3.") if name == "r3" else ()
        yield _family(name, name, page, processor, count, (*extra, *_row(name, text, memory)))
    for host, (name, page, processor, count, text) in _TYPED.items():
        yield _family(host, name, page, processor, count, typed(text, f"{name}."))


def _row(family: str, text: str, memory: float) -> tuple[Size, ...]:
    """Sizes of a family by their names; ``metal`` is as large as the largest of the others."""
    names = text.split()
    most = max(number(name) for name in names if name != "metal")
    counts = [most if name == "metal" else number(name) for name in names]
    return by_ratio([f"{family}.{name}" for name in names], counts, memory)


def _family(  # noqa: PLR0913 (a row of the tables above)
    host: str, name: str, page: str, processor: str, count: int, sizes: tuple[Size, ...]
) -> Family:
    whole = largest(f"aws-{host}", sizes, processor, count, local_drives=host in _DRIVES)
    if host in _DESCRIBED:
        whole = whole._replace(source=_DEDICATED, note=_DESCRIBED[host], memory_note=LARGEST)
    return Family("aws", name, f"aws-types-{page};{_READ}", sizes, whole)


def _share_of(name: str, page: str, host: Host, sizes: tuple[Size, ...]) -> Family:
    why = f"no size fills a host: that of {host.key.removeprefix('aws-')}, of the same generation, stands in"
    return Family("aws", name, f"aws-types-{page};{_READ}", sizes, host, why)


def _is4gen() -> Family:
    """The one family whose largest size is known to be half a processor."""
    sizes = by_ratio(
        [f"is4gen.{name}" for name in ("medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge")],
        [1, 2, 4, 8, 16, 32],
        6.0,
    )
    note = "assumed: a Graviton2 has 64 cores, each a virtual processor, as in i4g; the largest size has half of them"
    host = Host("aws-is4gen", 64, 384, "graviton2", 1, note=note, local_drives=True)
    return Family("aws", "is4gen", f"aws-types-so;{_READ}", sizes, host)
