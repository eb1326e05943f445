"""
The images of this folder: each is wrong in one way, `good.elf` in none.

`python make_images.py` writes them into `images/`; a test compares.
"""

from pathlib import Path
from struct import pack

FOLDER = Path(__file__).parent / "images"

# mov eax, 707 (POK's shutdown); int 42; jump here
CODE = bytes.fromhex("b8c3020000 cd2a ebfe".replace(" ", "")).ljust(
    16, b"\x90"
)
LOAD = 1


def segment(
    *, offset: int = 0x54, address: int = 0, filesz: int = 16, memsz: int = 16
) -> bytes:
    """Make a program header."""
    return pack("<8I", LOAD, offset, address, address, filesz, memsz, 7, 4)


def image(
    *headers: bytes,
    bits: int = 1,
    order: int = 1,
    kind: int = 2,
    machine: int = 3,
    entry: int = 0,
    table: int = 52,
    count: int | None = None,
    entry_size: int = 32,
    data: bytes = CODE,
) -> bytes:
    """Make an ELF file; with one header its data stand at 0x54."""
    ident = b"\x7fELF" + bytes([bits, order, 1]).ljust(12, b"\0")
    number = len(headers) if count is None else count
    header = pack(
        "<HHIIIIIHHHHHH",
        *(kind, machine, 1, entry, table, 0, 0),
        *(52, entry_size, number, 0, 0, 0),
    )
    return ident + header + b"".join(headers) + data


# mov eax, 66 (MODULE_SHUTDOWN); int 45; jump here
CODE_64 = bytes.fromhex("b842000000 cd2d ebfe".replace(" ", "")).ljust(
    16, b"\x90"
)
BASE = 0x10000  # where paravirtual guests are linked
INTERPRETER, NOTE = 3, 4
X86_64, AARCH64, RISCV = 62, 183, 243


def segment_64(
    *,
    kind: int = LOAD,
    offset: int = 0x78,
    address: int = BASE,
    filesz: int = 16,
    memsz: int = 16,
) -> bytes:
    """Make a program header of a 64-bit file."""
    sizes = (offset, address, address, filesz, memsz, 4)
    return pack("<2I6Q", kind, 7, *sizes)


def image_64(
    *headers: bytes,
    bits: int = 2,
    order: int = 1,
    kind: int = 2,
    machine: int = X86_64,
    entry: int = BASE,
    table: int = 64,
    count: int | None = None,
    entry_size: int = 56,
    data: bytes = CODE_64,
) -> bytes:
    """Make a 64-bit ELF file; with one header its data stand at 0x78."""
    ident = b"\x7fELF" + bytes([bits, order, 1]).ljust(12, b"\0")
    number = len(headers) if count is None else count
    header = pack(
        "<HHIQQQIHHHHHH",
        *(kind, machine, 1, entry, table, 0, 0),
        *(64, entry_size, number, 0, 0, 0),
    )
    return ident + header + b"".join(headers) + data


IMAGES = {
    "good": image(segment()),
    "text": b"#!/bin/sh\necho this is no image\n",
    "empty": b"",
    "cut-in-header": image(segment())[:40],
    "cut-in-headers": image(segment())[:60],
    "cut-in-segment": image(segment())[:-4],
    "64-bit": image(segment(), bits=2),
    "no-bits": image(segment(), bits=7),
    "big-endian": image(segment(), order=2),
    "arm": image(segment(), machine=40),
    "strange-machine": image(segment(), machine=0xFEED),
    "relocatable": image(segment(), kind=1),
    "position-independent": image(segment(), kind=3),
    "core": image(segment(), kind=4),
    "no-segments": image(),
    "many-segments": image(segment(), count=65),
    "wrong-header-size": image(segment(), entry_size=56),
    "headers-beyond-end": image(segment(), table=0xFFFFFFF0),
    "segment-beyond-end": image(segment(offset=0xFFFFFFF0)),
    "file-larger-than-memory": image(segment(memsz=8)),
    "same-bytes-twice": image(
        segment(offset=0, filesz=100, memsz=100),
        segment(offset=0, filesz=100, memsz=100, address=0x100),
    ),
    "overlapping": image(
        segment(offset=0x74), segment(offset=0x74, filesz=8, address=8)
    ),
    "entry-outside": image(segment(), entry=0x4000),
    "large-file": image(segment(), data=CODE + bytes(20_000)),
    "large-bss": image(segment(memsz=1 << 20)),
    "wraps-around": image(segment(address=0xFFFFFFF8), entry=0xFFFFFFF8),
    "into-stack": image(segment(memsz=8000)),
    "paravirt": image_64(segment_64()),
    "riscv": image_64(segment_64(), machine=RISCV),
    "paravirt-arm": image_64(segment_64(), machine=AARCH64),
    "paravirt-big-endian": image_64(segment_64(), order=2),
    "paravirt-cut-in-header": image_64(segment_64())[:60],
    "paravirt-cut-in-segment": image_64(segment_64())[:-1],
    "paravirt-dynamic": image_64(
        segment_64(offset=0xB0), segment_64(kind=INTERPRETER)
    ),
    "paravirt-entry-outside": image_64(segment_64(), entry=BASE + 16),
    "paravirt-into-shared-pages": image_64(segment_64(memsz=0xE001)),
    "paravirt-no-segments": image_64(
        segment_64(kind=NOTE), segment_64(filesz=0, memsz=0)
    ),
    "paravirt-position-independent": image_64(segment_64(), kind=3),
    "paravirt-wraps-around": image_64(
        segment_64(address=2**64 - 8), entry=2**64 - 8
    ),
    "paravirt-wrong-sizes": image_64(segment_64(memsz=15)),
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in IMAGES.items():
        (FOLDER / f"{name}.elf").write_bytes(content)
