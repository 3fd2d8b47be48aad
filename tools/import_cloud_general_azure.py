"""Series of general sizes of Azure virtual machines, for ``import_cloud_general.py``.

Processor, cores, virtual processors and memory of most hosts are what Microsoft publishes of its dedicated hosts. A
series that has none is a share of the host of the series with the same processor, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from import_cloud_general_families import FILLED, LARGEST, Family, Host, Size, typed

_TO_64 = "2 4 8 16 32 48 64"
_E = "2 4 8 16 20 32 48 64"
_L = "8 16 32 48 64 80"

#: Dedicated host -> virtual processors, memory [GB], processor, number of them, page, what is published of it.
_DEDICATED = {
    "Dsv3-Type3": (80, 504, "intel-8272cl", 2, "general", "52 cores; the series runs on older processors too"),
    "Esv3-Type3": (80, 504, "intel-8272cl", 2, "memory", "52 cores; the series runs on older processors too"),
    "Dsv4-Type1": (80, 504, "intel-8272cl", 2, "general", "52 cores"),
    "Ddsv4-Type1": (80, 504, "intel-8272cl", 2, "general", "52 cores"),
    "Esv4-Type1": (80, 504, "intel-8272cl", 2, "memory", "52 cores"),
    "Edsv4-Type1": (80, 504, "intel-8272cl", 2, "memory", "52 cores"),
    "Dsv5-Type1": (119, 768, "intel-8370c", 2, "general", "64 cores"),
    "Ddsv5-Type1": (119, 768, "intel-8370c", 2, "general", "64 cores"),
    "Esv5-Type1": (119, 768, "intel-8370c", 2, "memory", "64 cores"),
    "Edsv5-Type1": (119, 768, "intel-8370c", 2, "memory", "64 cores"),
    "Ebsv5-Type1": (119, 768, "intel-8370c", 2, "memory", "64 cores"),
    "Ebdsv5-Type1": (119, 768, "intel-8370c", 2, "memory", "64 cores"),
    "Dsv6-Type1": (192, 1024, "intel-8573b", 2, "general", "96 cores"),
    "Ddsv6-Type1": (192, 1024, "intel-8573b", 2, "general", "96 cores"),
    "Esv6-Type1": (192, 1024, "intel-8573b", 2, "memory", "96 cores"),
    "Dasv4-Type1": (96, 672, "amd-7452", 2, "general", "64 cores"),
    "Easv4-Type1": (96, 672, "amd-7452", 2, "memory", "64 cores"),
    "Dasv5-Type1": (112, 768, "amd-7763v", 1, "general", "64 cores"),
    "Dadsv5-Type1": (112, 768, "amd-7763v", 1, "general", "64 cores"),
    "Easv5-Type1": (112, 768, "amd-7763v", 1, "memory", "64 cores"),
    "Eadsv5-Type1": (112, 768, "amd-7763v", 1, "memory", "64 cores"),
    "DCasv5-Type1": (112, 768, "amd-7763v", 1, "general", "64 cores"),
    "DCadsv5-Type1": (112, 768, "amd-7763v", 1, "general", "64 cores"),
    "ECasv5-Type1": (112, 768, "amd-7763v", 1, "memory", "64 cores"),
    "ECadsv5-Type1": (112, 768, "amd-7763v", 1, "memory", "64 cores"),
    "Dasv6-Type1": (144, 768, "amd-9v74", 1, "general", "80 cores"),
    "Easv6-Type1": (144, 768, "amd-9v74", 1, "memory", "80 cores"),
    "DCsv3-Type1": (48, 384, "intel-8370c", 2, "general", "48 cores"),
    "DCdsv3-Type1": (48, 384, "intel-8370c", 2, "general", "48 cores"),
}  # fmt: skip

#: Series that has a dedicated host of its own, or stands in one -> dedicated host, name, memory per virtual processor,
#: sizes. The name takes the virtual processors: ``D{}s_v5``.
_ON_A_DEDICATED_HOST = {
    "dv3": ("Dsv3-Type3", "D{}_v3", 4.0, _TO_64), "dsv3": ("Dsv3-Type3", "D{}s_v3", 4.0, _TO_64),
    "dv4": ("Dsv4-Type1", "D{}_v4", 4.0, _TO_64), "dsv4": ("Dsv4-Type1", "D{}s_v4", 4.0, _TO_64),
    "ddv4": ("Ddsv4-Type1", "D{}d_v4", 4.0, _TO_64), "ddsv4": ("Ddsv4-Type1", "D{}ds_v4", 4.0, _TO_64),
    "dv5": ("Dsv5-Type1", "D{}_v5", 4.0, f"{_TO_64} 96"), "dsv5": ("Dsv5-Type1", "D{}s_v5", 4.0, f"{_TO_64} 96"),
    "ddv5": ("Ddsv5-Type1", "D{}d_v5", 4.0, f"{_TO_64} 96"),
    "ddsv5": ("Ddsv5-Type1", "D{}ds_v5", 4.0, f"{_TO_64} 96"),
    "dlsv5": ("Dsv5-Type1", "D{}ls_v5", 2.0, f"{_TO_64} 96"),
    "dldsv5": ("Ddsv5-Type1", "D{}lds_v5", 2.0, f"{_TO_64} 96"),
    "dsv6": ("Dsv6-Type1", "D{}s_v6", 4.0, f"{_TO_64} 96 128 192"),
    "ddsv6": ("Ddsv6-Type1", "D{}ds_v6", 4.0, f"{_TO_64} 96 128 192"),
    "dlsv6": ("Dsv6-Type1", "D{}ls_v6", 2.0, f"{_TO_64} 96 128"),
    "dldsv6": ("Ddsv6-Type1", "D{}lds_v6", 2.0, f"{_TO_64} 96 128"),
    "dav4": ("Dasv4-Type1", "D{}a_v4", 4.0, f"{_TO_64} 96"), "dasv4": ("Dasv4-Type1", "D{}as_v4", 4.0, f"{_TO_64} 96"),
    "dasv5": ("Dasv5-Type1", "D{}as_v5", 4.0, f"{_TO_64} 96"),
    "dadsv5": ("Dadsv5-Type1", "D{}ads_v5", 4.0, f"{_TO_64} 96"),
    "dasv6": ("Dasv6-Type1", "D{}as_v6", 4.0, f"{_TO_64} 96"),
    "dadsv6": ("Dasv6-Type1", "D{}ads_v6", 4.0, f"{_TO_64} 96"),
    "dalsv6": ("Dasv6-Type1", "D{}als_v6", 2.0, f"{_TO_64} 96"),
    "daldsv6": ("Dasv6-Type1", "D{}alds_v6", 2.0, f"{_TO_64} 96"),
    "dcasv5": ("DCasv5-Type1", "DC{}as_v5", 4.0, f"{_TO_64} 96"),
    "dcadsv5": ("DCadsv5-Type1", "DC{}ads_v5", 4.0, f"{_TO_64} 96"),
    "dcsv3": ("DCsv3-Type1", "DC{}s_v3", 8.0, "1 2 4 8 16 24 32 48"),
    "dcdsv3": ("DCdsv3-Type1", "DC{}ds_v3", 8.0, "1 2 4 8 16 24 32 48"),
    "ev3": ("Esv3-Type3", "E{}_v3", 8.0, _E), "esv3": ("Esv3-Type3", "E{}s_v3", 8.0, _E),
    "ev4": ("Esv4-Type1", "E{}_v4", 8.0, _E), "esv4": ("Esv4-Type1", "E{}s_v4", 8.0, _E),
    "edv4": ("Edsv4-Type1", "E{}d_v4", 8.0, _E), "edsv4": ("Edsv4-Type1", "E{}ds_v4", 8.0, _E),
    "ev5": ("Esv5-Type1", "E{}_v5", 8.0, f"{_E} 96"), "esv5": ("Esv5-Type1", "E{}s_v5", 8.0, f"{_E} 96"),
    "edv5": ("Edsv5-Type1", "E{}d_v5", 8.0, f"{_E} 96"), "edsv5": ("Edsv5-Type1", "E{}ds_v5", 8.0, f"{_E} 96"),
    "ebsv5": ("Ebsv5-Type1", "E{}bs_v5", 8.0, _TO_64), "ebdsv5": ("Ebdsv5-Type1", "E{}bds_v5", 8.0, _TO_64),
    "esv6": ("Esv6-Type1", "E{}s_v6", 8.0, f"{_E} 96 128"), "edsv6": ("Esv6-Type1", "E{}ds_v6", 8.0, f"{_E} 96 128"),
    "eav4": ("Easv4-Type1", "E{}a_v4", 8.0, f"{_E} 96"), "easv4": ("Easv4-Type1", "E{}as_v4", 8.0, f"{_E} 96"),
    "easv5": ("Easv5-Type1", "E{}as_v5", 8.0, f"{_E} 96"), "eadsv5": ("Eadsv5-Type1", "E{}ads_v5", 8.0, f"{_E} 96"),
    "easv6": ("Easv6-Type1", "E{}as_v6", 8.0, f"{_E} 96"), "eadsv6": ("Easv6-Type1", "E{}ads_v6", 8.0, f"{_E} 96"),
    "ecasv5": ("ECasv5-Type1", "EC{}as_v5", 8.0, f"{_E} 96"),
    "ecadsv5": ("ECadsv5-Type1", "EC{}ads_v5", 8.0, f"{_E} 96"),
}  # fmt: skip

#: Series without a published host -> name, memory per virtual processor, sizes, processor, number of them.
_ALONE = {
    "fsv2": ("F{}s_v2", 2.0, "2 4 8 16 32 48 64 72", "intel-8168", 2),
    "fasv6": ("F{}as_v6", 4.0, _TO_64, "amd-genoa", 1),
    "falsv6": ("F{}als_v6", 2.0, _TO_64, "amd-genoa", 1),
    "famsv6": ("F{}ams_v6", 8.0, _TO_64, "amd-genoa", 1),
    "dpsv5": ("D{}ps_v5", 4.0, _TO_64, "altra", 1), "dpdsv5": ("D{}pds_v5", 4.0, _TO_64, "altra", 1),
    "dplsv5": ("D{}pls_v5", 2.0, _TO_64, "altra", 1), "dpldsv5": ("D{}plds_v5", 2.0, _TO_64, "altra", 1),
    "dpsv6": ("D{}ps_v6", 4.0, f"{_TO_64} 96", "cobalt-100", 1),
    "dpdsv6": ("D{}pds_v6", 4.0, f"{_TO_64} 96", "cobalt-100", 1),
    "dplsv6": ("D{}pls_v6", 2.0, f"{_TO_64} 96", "cobalt-100", 1),
    "dpldsv6": ("D{}plds_v6", 2.0, f"{_TO_64} 96", "cobalt-100", 1),
    "epsv6": ("E{}ps_v6", 8.0, f"{_TO_64} 96", "cobalt-100", 1),
    "epdsv6": ("E{}pds_v6", 8.0, f"{_TO_64} 96", "cobalt-100", 1),
    "lsv2": ("L{}s_v2", 8.0, _L, "amd-7551", 2),
    "lsv3": ("L{}s_v3", 8.0, _L, "intel-8370c", 2),
    "lasv3": ("L{}as_v3", 8.0, _L, "amd-7763v", 1),
}  # fmt: skip
#: Series whose sizes have drives in the host although no letter of their names says so.
_DRIVES = frozenset({"dv3", "dsv3", "ev3", "esv3", "dav4", "dasv4", "eav4", "easv4", "fsv2", "lsv2", "lsv3", "lasv3"})
#: What is said of a host of which only the largest size is known -> series.
_NOTES = {"fsv2": f"{LARGEST}; the oldest of the four processors that the series runs on"}

#: Size whose memory is not in proportion -> memory [GB].
_MEMORY = {
    "E64_v3": 432, "E64s_v3": 432, "E64_v4": 504, "E64s_v4": 504, "E64d_v4": 504, "E64ds_v4": 504, "E96_v5": 672,
    "E96s_v5": 672, "E96d_v5": 672, "E96ds_v5": 672, "E96a_v4": 672, "E96as_v4": 672, "E96as_v5": 672, "E96ads_v5": 672,
    "E96as_v6": 672, "E96ads_v6": 672, "EC96as_v5": 672, "EC96ads_v5": 672, "D64ps_v5": 208, "D64pds_v5": 208,
    "E96ps_v6": 672, "E96pds_v6": 672,
}  # fmt: skip

_BURST = ("B2{}ts_v2 2 1, B2{}ls_v2 2 4, B2{}s_v2 2 8, B4{}ls_v2 4 8, B4{}s_v2 4 16, B8{}ls_v2 8 16, B8{}s_v2 8 32, "
          "B16{}ls_v2 16 32, B16{}s_v2 16 64")  # fmt: skip
_D_V2 = ("D{}1_v2 1 3.5, D{}2_v2 2 7, D{}3_v2 4 14, D{}4_v2 8 28, D{}5_v2 16 56, D{}11_v2 2 14, D{}12_v2 4 28, "
         "D{}13_v2 8 56, D{}14_v2 16 112, D{}15_v2 20 140")  # fmt: skip
_EP_V5 = "E2{}_v5 2 16, E4{}_v5 4 32, E8{}_v5 8 64, E16{}_v5 16 128, E20{}_v5 20 160, E32{}_v5 32 208"

#: Series -> series whose host stands in, sizes written out: name, virtual processors, memory [GB].
_OTHERS_HOST = {
    "bsv2": ("dsv5", f"{_BURST.replace('{}', '')}, B32ls_v2 32 64, B32s_v2 32 128"),
    "basv2": ("dasv5", f"{_BURST.replace('{}', 'a')}, B32als_v2 32 64, B32as_v2 32 128"),
    "bpsv2": ("dpsv5", _BURST.replace("{}", "p")),
    "bv1": ("dsv3", ("B1ls 1 0.5, B1s 1 1, B1ms 1 2, B2s 2 4, B2ms 2 8, B4ms 4 16, B8ms 8 32, B12ms 12 48, "
                     "B16ms 16 64, B20ms 20 80")),
    "dv2": ("dsv3", _D_V2.replace("{}", "")),
    "dsv2": ("dsv3", _D_V2.replace("{}", "S")),
    "av2": ("dsv3", ("A1_v2 1 2, A2_v2 2 4, A4_v2 4 8, A8_v2 8 16, A2m_v2 2 16, A4m_v2 4 32, A8m_v2 8 64")),
    "epsv5": ("dpsv5", _EP_V5.replace("{}", "ps")),
    "epdsv5": ("dpdsv5", _EP_V5.replace("{}", "pds")),
}  # fmt: skip

_PAGE = "https://learn.microsoft.com/en-us/azure/virtual-machines/"
_FOLDER = {"f": "compute-optimized", "l": "storage-optimized", "e": "memory-optimized"}
_TOGETHER = {"ebsv5": "ebdsv5-ebsv5", "ebdsv5": "ebdsv5-ebsv5"}  # two series on one page
_SERIES = (*_ON_A_DEDICATED_HOST, *_ALONE, *_OTHERS_HOST)
SOURCES = {
    f"azure-{series}": (
        f"Azure {series[0].upper()}{series[1:]} size series",
        f"{_PAGE}sizes/{_FOLDER.get(series[0], 'general-purpose')}/{_TOGETHER.get(series, series)}-series",
        "processor; vCPUs and memory for each size",
    )
    for series in _SERIES
} | {
    f"azure-dedicated-host-{page}": (
        f"Azure Dedicated Host: {page} {'purpose' if page == 'general' else 'optimised'} hosts",
        f"{_PAGE}dedicated-host-{page}-{'purpose' if page == 'general' else 'optimized'}-skus",
        "processor, cores, available vCPUs and RAM of the host",
    )
    for page in ("general", "memory")
}


def families() -> Iterator[Family]:
    """Every series of general sizes of Azure."""
    hosts: dict[str, Host] = {}
    for series, (dedicated, name, memory, counts) in _ON_A_DEDICATED_HOST.items():
        hosts[series] = _dedicated(dedicated, local_drives=_has_drives(series))
        own = dedicated.lower().startswith(f"{series}-")
        why = "" if own else f"no host of the series is published: the dedicated host {dedicated} stands in"
        yield Family("azure", series, f"azure-{series}", _sizes(name, memory, counts), hosts[series], why)
    for series, (name, memory, counts, processor, count) in _ALONE.items():
        sizes = _sizes(name, memory, counts)
        most = max(one.vcpus for one in sizes)
        note = "" if any(one.memory == most * memory for one in sizes) else FILLED
        hosts[series] = Host(
            f"azure-{series}", most, most * memory, processor, count, "", _NOTES.get(series, LARGEST), note,
            _has_drives(series),
        )  # fmt: skip
        yield Family("azure", series, f"azure-{series}", sizes, hosts[series])
    for series, (other, text) in _OTHERS_HOST.items():
        why = f"no host of the series is published: that of the series {other} stands in"
        yield Family("azure", series, f"azure-{series}", typed(text, "Standard_"), hosts[other], why)


def _sizes(name: str, memory: float, counts: str) -> tuple[Size, ...]:
    named = [(name.format(count), float(count)) for count in counts.split()]
    return tuple(Size(f"Standard_{one}", vcpus, float(_MEMORY.get(one, memory * vcpus))) for one, vcpus in named)


def _has_drives(series: str) -> bool:
    """Whether sizes of a series have drives in the host: those with a ``d`` after the letter of the family."""
    return series in _DRIVES or "d" in series.rsplit("v", maxsplit=1)[0][1:]


def _dedicated(name: str, *, local_drives: bool) -> Host:
    """Return a dedicated host; one that stands in for a series with drives is told apart from the one without."""
    vcpus, memory, processor, count, page, said = _DEDICATED[name]
    note = f"dedicated host {name}: {said}"
    source = f"azure-dedicated-host-{page}"
    key = f"azure-{name.lower()}{'-with-drives' if local_drives else ''}"
    return Host(key, vcpus, memory, processor, count, source, note, local_drives=local_drives, named=source)
