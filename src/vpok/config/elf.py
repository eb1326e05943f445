"""
Partition images: ELF files that the partition's personality takes, and only
those.

POK copies every program header's bytes to its address, whatever its type, and
checks nothing but the magic number (POK: kernel/core/loader.c); a paravirtual
guest gets what is to be loaded (PT_LOAD).  Here every number in the headers is
checked against the file before it is used; pyelftools knows the layout of the
headers and the names of their values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from vpok.config import files
from vpok.config.files import MB, BadFileError
from vpok.spec.model import Image, Segment

MAX_FILE = 64 * MB
MAX_HEADERS = 64


class BadImageError(BadFileError):
    """A file that is no image."""


@dataclass(frozen=True, slots=True)
class Form:
    """What images of a personality look like."""

    bits: int
    header_size: int  # bytes
    program_header_size: int
    isas: Mapping[str, str]  # by machine
    link: str  # how to make one
    other: str  # what to do about one of the other width


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "pok": Form(
            bits=32,
            header_size=52,
            program_header_size=32,
            isas=MappingProxyType({"EM_386": "x86-32"}),
            link="link it as a static i386 executable, as POK's own are",
            other="or write 'personality: paravirt'",
        ),
        "paravirt": Form(
            bits=64,
            header_size=64,
            program_header_size=56,
            isas=MappingProxyType(
                {"EM_X86_64": "x86-64", "EM_RISCV": "riscv64"}
            ),
            link="link it as a static x86-64 or riscv64 executable",
            other="or remove 'personality: paravirt' if it is one of POK's",
        ),
    }
)
CLASSES: Final = {1: 32, 2: 64}  # bits, by the fifth byte of a file


def read(file: Path, personality: str = "pok") -> Image:
    """Read and check the image *file*."""
    data = files.read(
        file,
        "image",
        MAX_FILE,
        "build the image",
        "build it, or say with 'image:' where it is",
    )
    try:
        return parse(data, str(file), personality)
    except BadImageError as error:
        raise BadImageError(f"{file} {error}") from error


def parse(data: bytes, path: str, personality: str = "pok") -> Image:
    """Check *data*, the content of the file *path*."""
    form = FORMS[personality]
    _identify(data, form)
    structs = _structs(form.bits)
    header = structs.Elf_Ehdr.parse(data[: form.header_size])
    _check_header(header, len(data), form)
    start, step = header["e_phoff"], form.program_header_size
    headers = [
        structs.Elf_Phdr.parse(data[at : at + step])
        for at in range(start, start + header["e_phnum"] * step, step)
    ]
    for each in headers:
        _inside("segments", each["p_offset"], each["p_filesz"], len(data))
    kept = _poks(headers) if personality == "pok" else _loads(headers, form)
    if sum(each["p_filesz"] for each in kept) > len(data):
        raise BadImageError(
            f"loads more bytes than it has: its headers are damaged, {form.link}"
        )
    return Image(
        path=path,
        entry=header["e_entry"],
        file_size=len(data),
        segments=tuple(_segment(each, data) for each in kept),
        isa=form.isas[header["e_machine"]],
    )


@cache
def _structs(bits: int) -> Any:
    """Return the layouts of a little-endian ELF file."""
    from elftools.elf.structs import (  # noqa: PLC0415 - `--help` is quick
        ELFStructs,
    )

    structs = ELFStructs(little_endian=True, elfclass=bits)
    structs.create_basic_structs()
    structs.create_advanced_structs()
    return structs


def _identify(data: bytes, form: Form) -> None:
    if data[:4] != b"\x7fELF":
        raise BadImageError(f"is no ELF file: {form.link}")
    bits = CLASSES.get(data[4], 0) if len(data) > 4 else form.bits
    if bits not in {0, form.bits}:
        raise BadImageError(
            f"is a {bits}-bit ELF file: {form.link}, {form.other}"
        )
    if data[5:6] == b"\x02":
        raise BadImageError(f"is a big-endian ELF file: {form.link}")
    if len(data) < form.header_size:
        raise BadImageError(
            f"is truncated: it has {len(data)} bytes, not even a header of "
            f"{form.header_size}; build it again"
        )
    if not bits or data[5] != 1:
        raise BadImageError(f"has neither 32 nor 64 bits: {form.link}")


def _check_header(header: Any, size: int, form: Form) -> None:
    if header["e_machine"] not in form.isas:
        raise BadImageError(
            f"is for machine {header['e_machine']}: {form.link}"
        )
    if header["e_type"] != "ET_EXEC":
        raise BadImageError(
            f"has type {header['e_type']}, not ET_EXEC: {form.link}, without "
            "-pie, -shared or -r"
        )
    count, step = header["e_phnum"], form.program_header_size
    if count > MAX_HEADERS:
        raise BadImageError(
            f"has {count} program headers, more than {MAX_HEADERS}: {form.link}"
        )
    if count and header["e_phentsize"] != step:
        raise BadImageError(
            f"has program headers of {header['e_phentsize']} bytes, not "
            f"{step}: its header is damaged, build it again"
        )
    _inside("program headers", header["e_phoff"], count * step, size)
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


def _check_size(header: Any) -> None:
    if header["p_filesz"] > header["p_memsz"]:
        raise BadImageError(
            f"has a segment of {header['p_filesz']} bytes for a place of "
            f"{header['p_memsz']}: its headers are damaged, build it again"
        )


def _poks(headers: list[Any]) -> list[Any]:
    """Return those that POK's loader copies."""
    for header in headers:
        _check_size(header)
    return [header for header in headers if not _is_part(header, headers)]


def _loads(headers: list[Any], form: Form) -> list[Any]:
    """Return those that are to be loaded; nobody is there to link."""
    for header in headers:
        if header["p_type"] == "PT_LOAD":
            _check_size(header)
        if header["p_type"] in {"PT_INTERP", "PT_DYNAMIC"}:
            raise BadImageError(
                f"is linked dynamically ({header['p_type']}): {form.link}"
            )
    return [
        header
        for header in headers
        if header["p_type"] == "PT_LOAD" and header["p_memsz"] > 0
    ]


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
