"""What an executable asks of the system that starts it: architecture, libraries, and versions of their symbols.

A reader of its own, since binutils need not be there. 64-bit, little-endian ELF, which is all that Lambda runs.
"""

import struct
from dataclasses import dataclass

MACHINES = {62: "x86_64", 183: "arm64"}

# Of Amazon Linux 2023, on which the runtime provided.al2023 stands: glibc 2.34, GCC 11.
NEWEST = {"GLIBC": (2, 34), "GCC": (11, 0)}

# What a Rust executable may load; all of them are there.
LIBRARIES = {
    "libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1",
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
}

SHT_SYMTAB = 2
SHT_DYNAMIC = 6
SHT_DYNSYM = 11
SHT_GNU_VERNEED = 0x6FFFFFFE
SHT_GNU_VERSYM = 0x6FFFFFFF
DT_NEEDED = 1
VER_FLG_WEAK = 2


@dataclass
class Needs:
    """What an executable needs, and what it has for nothing."""

    architecture: str
    libraries: list[str]
    # Version, as GLIBC_2.34, to the symbols that are wanted of it. Versions that may be missing are left out.
    versions: dict[str, list[str]]
    # Bytes of symbols and their names, which are for debuggers: nothing that runs reads them.
    symbols: int = 0

    def newest_glibc(self) -> str:
        """The glibc that it cannot do without, as 2.34; empty if it uses none."""
        found = [number(version) for version in self.versions if version.startswith("GLIBC_2")]
        return ".".join(map(str, max(found, default=())))

    def objections(self, architecture: str, newest=None, libraries=None) -> list[str]:
        """Why it does not start on Amazon Linux 2023 of this architecture; empty if it does."""
        newest = NEWEST if newest is None else newest
        libraries = LIBRARIES if libraries is None else libraries
        reasons = []
        if self.architecture != architecture:
            reasons.append(f"it is for {self.architecture}, not for {architecture}")
        for library in sorted(set(self.libraries) - set(libraries)):
            reasons.append(f"it loads {library}, which is not there")
        for version, symbols in sorted(self.versions.items()):
            family = version.split("_")[0]
            if family not in newest:
                reasons.append(f"it wants {', '.join(symbols)} of {version}, which is unknown there")
            elif number(version) is None or number(version) > newest[family]:
                there = ".".join(map(str, newest[family]))
                reasons.append(f"it wants {', '.join(symbols)} of {version}; {family} is {there} there")
        return reasons


def number(version: str):
    """(2, 34) of GLIBC_2.34; None of what has no number, as GLIBC_PRIVATE."""
    try:
        return tuple(int(part) for part in version.split("_", 1)[1].split("."))
    except ValueError:
        return None


def read(data: bytes) -> Needs:
    """Reads an executable. What is none raises ValueError."""
    if data[:4] != b"\x7fELF" or data[4:6] != b"\x02\x01":
        raise ValueError("not a 64-bit little-endian ELF file")
    machine = struct.unpack_from("<H", data, 18)[0]
    (offset,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    if count == 0:
        raise ValueError("it has no section headers")
    # type, offset, size, link and info of each section
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(count)]
    sections = [(h[1], h[4], h[5], h[6], h[7]) for h in headers]

    libraries = []
    for _, start, length, link, _ in of_type(sections, SHT_DYNAMIC):
        for tag, value in struct.iter_unpack("<qQ", data[start : start + length]):
            if tag == DT_NEEDED:
                libraries.append(text(data, sections[link][1] + value))

    names = {}
    for _, start, _, link, entries in of_type(sections, SHT_GNU_VERNEED):
        strings, at = sections[link][1], start
        for _ in range(entries):
            _, versions, _, first, following = struct.unpack_from("<HHIII", data, at)
            inner = at + first
            for _ in range(versions):
                _, flags, index, name, next_inner = struct.unpack_from("<IHHII", data, inner)
                if not flags & VER_FLG_WEAK:
                    names[index] = text(data, strings + name)
                inner += next_inner
            at += following

    wanted = {name: [] for name in names.values()}
    for _, start, length, link, _ in of_type(sections, SHT_GNU_VERSYM):
        _, symbols, _, symbol_strings, _ = sections[link]
        for position, (index,) in enumerate(struct.iter_unpack("<H", data[start : start + length])):
            if index & 0x7FFF in names:
                (name,) = struct.unpack_from("<I", data, symbols + 24 * position)
                wanted[names[index & 0x7FFF]].append(text(data, sections[symbol_strings][1] + name))
    symbols = sum(length + sections[link][2] for _, _, length, link, _ in of_type(sections, SHT_SYMTAB))
    return Needs(MACHINES.get(machine, f"machine {machine}"), libraries, wanted, symbols)


def of_type(sections, kind):
    return [section for section in sections if section[0] == kind]


def text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()
