"""
Partition images: ELF files that POK's loader would take, and only those.

POK copies every program header's bytes to its address, whatever its type, and
checks nothing but the magic number (POK: kernel/core/loader.c).  Here every
number in the headers is checked against the file before it is used; pyelftools
knows the layout of the headers and the names of their values.
"""

from functools import cache
from pathlib import Path
from typing import Any

from vpok.spec.model import Image, Segment

MAX_FILE = 64 << 20  # bytes
MAX_HEADERS = 64
HEADER_SIZE, PROGRAM_HEADER_SIZE = 52, 32  # bytes, of ELF32
LINK = "link it as a static i386 executable, as POK's own are"


class BadImageError(ValueError):
    """A file that is no image; the text names it and says what to do."""


def read(file: Path) -> Image:
    """Read and check the image *file*."""
    data = _bytes(file)
    try:
        return parse(data, str(file))
    except BadImageError as error:
        raise BadImageError(f"{file} {error}") from error


def _bytes(file: Path) -> bytes:
    """Read the file; a device or a pipe would have no end."""
    try:
        if not file.exists():
            raise BadImageError(
                f"there is no image {file}: build it, or say with 'image:' "
                "where it is"
            )
        if not file.is_file():
            raise BadImageError(f"{file} is no file: build the image there")
        size = file.stat().st_size
        if size > MAX_FILE:
            raise BadImageError(
                f"{file} has {size} bytes: strip it to fit 64MB"
            )
        return file.read_bytes()
    except OSError as error:
        raise BadImageError(
            f"{file} cannot be read ({error.strerror}): make it readable"
        ) from error


def parse(data: bytes, path: str) -> Image:
    """Check *data*, the content of the file *path*."""
    _identify(data)
    structs = _structs()
    header = structs.Elf_Ehdr.parse(data[:HEADER_SIZE])
    _check_header(header, len(data))
    start = header["e_phoff"]
    headers = [
        structs.Elf_Phdr.parse(data[at : at + PROGRAM_HEADER_SIZE])
        for at in range(
            start,
            start + header["e_phnum"] * PROGRAM_HEADER_SIZE,
            PROGRAM_HEADER_SIZE,
        )
    ]
    for program_header in headers:
        _check_segment(program_header, len(data))
    kept = [each for each in headers if not _is_part(each, headers)]
    if sum(each["p_filesz"] for each in kept) > len(data):
        raise BadImageError(
            f"loads more bytes than it has: its headers are damaged, {LINK}"
        )
    return Image(
        path=path,
        entry=header["e_entry"],
        file_size=len(data),
        segments=tuple(_segment(each, data) for each in kept),
    )


@cache
def _structs() -> Any:
    """Return the layouts of a little-endian ELF32 file."""
    from elftools.elf.structs import (  # noqa: PLC0415 - `--help` is quick
        ELFStructs,
    )

    structs = ELFStructs(little_endian=True, elfclass=32)
    structs.create_basic_structs()
    structs.create_advanced_structs()
    return structs


def _identify(data: bytes) -> None:
    if data[:4] != b"\x7fELF":
        raise BadImageError(f"is no ELF file: {LINK}")
    if data[4:5] == b"\x02":
        raise BadImageError(f"is a 64-bit ELF file: {LINK}")
    if data[5:6] == b"\x02":
        raise BadImageError(f"is a big-endian ELF file: {LINK}")
    if len(data) < HEADER_SIZE:
        raise BadImageError(
            f"is truncated: it has {len(data)} bytes, not even a header of "
            f"{HEADER_SIZE}; build it again"
        )
    if data[4:6] != b"\x01\x01":
        raise BadImageError(f"has neither 32 nor 64 bits: {LINK}")


def _check_header(header: Any, size: int) -> None:
    if header["e_machine"] != "EM_386":
        raise BadImageError(f"is for machine {header['e_machine']}: {LINK}")
    if header["e_type"] != "ET_EXEC":
        raise BadImageError(
            f"has type {header['e_type']}, not ET_EXEC: {LINK}, without -pie, "
            "-shared or -r"
        )
    count = header["e_phnum"]
    if count > MAX_HEADERS:
        raise BadImageError(
            f"has {count} program headers, more than {MAX_HEADERS}: {LINK}"
        )
    if count and header["e_phentsize"] != PROGRAM_HEADER_SIZE:
        raise BadImageError(
            f"has program headers of {header['e_phentsize']} bytes, not "
            f"{PROGRAM_HEADER_SIZE}: its header is damaged, build it again"
        )
    _inside(
        "program headers", header["e_phoff"], count * PROGRAM_HEADER_SIZE, size
    )
    _inside(
        "section headers",
        header["e_shoff"],
        header["e_shnum"] * header["e_shentsize"],
        size,
    )


def _inside(what: str, start: int, length: int, size: int) -> None:
    if length and start + length > size:
        raise BadImageError(
            f"is truncated: its {what} end at byte {start + length}, the file "
            f"at {size}; build it again"
        )


def _check_segment(header: Any, size: int) -> None:
    _inside("segments", header["p_offset"], header["p_filesz"], size)
    if header["p_filesz"] > header["p_memsz"]:
        raise BadImageError(
            f"has a segment of {header['p_filesz']} bytes for a place of "
            f"{header['p_memsz']}: its headers are damaged, build it again"
        )


def _is_part(header: Any, headers: list[Any]) -> bool:
    """
    Say whether *header* adds nothing.

    It is empty, or describes (notes, relocations) bytes that a segment loads
    to the same place anyway.
    """
    start: int = header["p_vaddr"]
    length: int = header["p_memsz"]
    shift = start - header["p_offset"]
    if header["p_type"] == "PT_LOAD":
        return length == 0
    return not length or any(
        other["p_type"] == "PT_LOAD"
        and other["p_vaddr"] <= start
        and start + length <= other["p_vaddr"] + other["p_memsz"]
        and shift == other["p_vaddr"] - other["p_offset"]
        for other in headers
    )


def _segment(header: Any, data: bytes) -> Segment:
    start = header["p_offset"]
    return Segment(
        address=header["p_vaddr"],
        data=data[start : start + header["p_filesz"]],
        size=header["p_memsz"],
    )
