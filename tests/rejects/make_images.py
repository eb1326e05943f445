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
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in IMAGES.items():
        (FOLDER / f"{name}.elf").write_bytes(content)
