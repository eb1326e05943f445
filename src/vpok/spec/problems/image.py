"""What is wrong with an image in its partition: places and sizes."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from vpok.abi.paravirt import PAGE
from vpok.abi.pok import STACK_SIZE
from vpok.spec.model import Image, PartitionSpec, Problem
from vpok.spec.problems.words import either

# What the images of each personality are built for.
ISAS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"pok": ("x86-32",), "paravirt": ("x86-64", "riscv64")}
)


def stack_room(threads: int) -> int:
    """
    Return the bytes at a partition's end that *threads* stacks reach into.

    The k-th thread's stack ends at size - 4 - 8192 k (POK:
    kernel/core/thread.c, pok_thread_stack_addr), so 8196 bytes go unused.
    """
    return 4 + STACK_SIZE * (threads + 1)


def shared_room(vcpus: int) -> int:
    """
    Return the bytes at a paravirtual partition's end that are not its own.

    A page per virtual CPU, and the hypercall page.
    """
    return PAGE * (vcpus + 1)


def image_end(image: Image) -> int:
    """Return the address after the last byte that the image fills."""
    return max((s.address + s.size for s in image.segments), default=0)


def of_image(where: str, partition: PartitionSpec) -> Iterator[Problem]:
    """The image is sound, for the partition's personality, and fits."""
    image = partition.image
    isas = ISAS.get(partition.personality, ())
    if isas and image.isa not in isas:
        yield Problem(
            where,
            f"{image.path} is built for {image.isa}, a partition of "
            f"personality {partition.personality} takes {either(isas)}: build "
            "it for that, or change the personality",
        )
    elif not image.segments:
        yield Problem(
            where, f"{image.path} has no segment to load: link it with code"
        )
    else:
        yield from _segments(where, image)
        if partition.personality == "pok":
            yield from _fits_pok(where, image, partition.size)
        else:
            yield from _fits(where, partition)


def _segments(where: str, image: Image) -> Iterator[Problem]:
    """Each has a place of its own, and one holds the entry."""
    end = 0
    for segment in sorted(image.segments, key=lambda s: (s.address, s.size)):
        if segment.address < end:
            yield Problem(
                where,
                f"{image.path} has segments that overlap at "
                f"{segment.address:#x}: link it again, each at its own place",
            )
        if len(segment.data) > segment.size or segment.address < 0:
            yield Problem(
                where,
                f"{image.path} has a segment at {segment.address:#x} with "
                f"{len(segment.data)} bytes for {segment.size}: link it again",
            )
        end = max(end, segment.address + segment.size)
    inside = (
        segment.address <= image.entry < segment.address + segment.size
        for segment in image.segments
    )
    if not any(inside):
        yield Problem(
            where,
            f"{image.path} starts at {image.entry:#x}, outside its segments: "
            "link it with an entry symbol that it defines",
        )


def _fits(where: str, partition: PartitionSpec) -> Iterator[Problem]:
    """The segments end below the shared pages."""
    end = image_end(partition.image)
    room = shared_room(partition.vcpus.count)
    if end > partition.size - room:
        yield Problem(
            where,
            f"{partition.image.path} fills addresses up to {end:#x}, the "
            f"partition's {partition.size} bytes less {room} for the shared "
            f"pages end at {max(partition.size - room, 0):#x}: enlarge the "
            "size",
        )


def _fits_pok(where: str, image: Image, size: int) -> Iterator[Problem]:
    """
    The image fits where POK would put it.

    POK's size check counts the file, padded to words; a file that is whole
    words already gets one more.
    """
    packed = (image.file_size // 4 + 1) * 4
    if packed > size:
        yield Problem(
            where,
            f"{image.path} has {image.file_size} bytes, {packed} as POK packs "
            f"them, more than the partition's {size}: enlarge the size, or "
            "strip the image",
        )
    else:
        yield from _leaves_stack(where, image, size)


def _leaves_stack(where: str, image: Image, size: int) -> Iterator[Problem]:
    """The segments leave the main thread its stack."""
    end = image_end(image)
    stack = size - stack_room(1)
    if end > size:
        yield Problem(
            where,
            f"{image.path} fills addresses up to {end:#x}, beyond the "
            f"partition's {size} bytes: enlarge the size",
        )
    elif end > stack >= 0:
        yield Problem(
            where,
            f"{image.path} fills addresses up to {end:#x}, the stack of the "
            f"main thread begins at {stack:#x}: enlarge the size",
        )
