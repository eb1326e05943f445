"""The checked-in guest images are what their sources give."""

import hashlib
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from guests import build

BUILT = {image.home / image.path: image for image in build.images()}
HOMES = sorted({image.home for image in BUILT.values()})
IMAGES = list(BUILT)
POK = [path for path, image in BUILT.items() if image.kit is build.POK]
PAGE = 4096
LINKED = 0x10000  # images of paravirt partitions begin there
SMALL = 16 * 1024  # a partition image of ours needs no more


def relative(path: Path) -> str:
    return path.relative_to(build.ROOT).as_posix()


def hashes(home: Path) -> dict[str, str]:
    """Return path -> SHA-256 as the folder's list has them."""
    lines = (home / build.SUMS).read_text().splitlines()
    return {path: digest for digest, path in (line.split() for line in lines)}


@pytest.mark.parametrize("home", HOMES, ids=relative)
def test_every_image_has_the_hash_that_is_listed(home: Path) -> None:
    found = {
        path.relative_to(home).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in home.rglob("*.elf")
    }

    assert found
    assert found == hashes(home)


def test_every_image_has_a_source_and_a_configuration() -> None:
    checked_in = {path for home in HOMES for path in home.rglob("*.elf")}

    assert checked_in == set(IMAGES)


@pytest.mark.parametrize("path", IMAGES, ids=relative)
def test_every_image_is_named_by_a_configuration(path: Path) -> None:
    """The driver apart: tests write its configurations."""
    isa = path.parent.name
    if path.stem == "driver":
        return
    if path in POK:
        assert (path.parent.parent / "config.yaml").exists()
        return
    name = f"{isa}/{path.name}"
    configuration = path.parent.parent / f"{isa}.yaml"

    assert f"image: {name}\n" in configuration.read_text()


def test_an_examples_two_configurations_are_one() -> None:
    for first in sorted(build.EXAMPLES.glob("*/x86-64.yaml")):
        second = first.with_name("riscv64.yaml")
        text = first.read_text().replace("x86-64", "riscv64")

        assert second.read_text() == text


MACHINES = {
    "x86_64-freestanding": "EM_X86_64",
    "riscv64-freestanding": "EM_RISCV",
    "x86-freestanding": "EM_386",
}


@pytest.mark.parametrize("path", IMAGES, ids=relative)
def test_an_image_is_small_and_keeps_code_and_data_on_pages_apart(
    path: Path,
) -> None:
    """POK's are linked at 0; no page is both executable and writable."""
    with path.open("rb") as file:
        elf = ELFFile(file)
        parts = [s.header for s in elf.iter_segments()]
        kinds = (elf["e_machine"], elf["e_type"])
    target = BUILT[path].kit.flags[1]

    assert kinds == (MACHINES[target], "ET_EXEC")
    assert path.stat().st_size <= SMALL
    assert [part.p_type for part in parts] == ["PT_LOAD"] * len(parts)
    code, *data = parts
    assert code.p_vaddr == (0 if path in POK else LINKED)
    assert code.p_flags == 5  # readable, executable
    for part in data:
        assert part.p_vaddr % PAGE == 0
        assert part.p_vaddr >= code.p_vaddr + code.p_memsz
        assert part.p_flags == 6  # readable, writable


@pytest.mark.slow
@pytest.mark.needs_ziglang
def test_building_again_gives_the_same_bytes() -> None:
    reason = build.missing_toolchain()
    if reason:
        pytest.skip(reason)

    assert build.differences() == []
