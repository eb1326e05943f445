"""The checked-in guest images are what their sources give."""

import hashlib
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from guests import build

HOMES = sorted({image.home for image in build.images()})
IMAGES = [image.home / image.path for image in build.images()]
PAGE = 4096
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
    assert all(
        (path.parent.parent / "config.yaml").exists() for path in IMAGES
    )


@pytest.mark.parametrize("path", IMAGES, ids=relative)
def test_an_image_is_small_and_keeps_code_and_data_on_pages_apart(
    path: Path,
) -> None:
    """Linked at 0; no page is both executable and writable."""
    with path.open("rb") as file:
        elf = ELFFile(file)
        parts = [s.header for s in elf.iter_segments()]
        kinds = (elf["e_machine"], elf["e_type"])

    assert kinds == ("EM_386", "ET_EXEC")
    assert path.stat().st_size <= SMALL
    assert [part.p_type for part in parts] == ["PT_LOAD"] * len(parts)
    code, *data = parts
    assert code.p_vaddr == 0
    assert code.p_flags == 5  # readable, executable
    for part in data:
        assert part.p_vaddr % PAGE == 0
        assert part.p_vaddr >= code.p_memsz
        assert part.p_flags == 6  # readable, writable


@pytest.mark.slow
@pytest.mark.needs_ziglang
def test_building_again_gives_the_same_bytes() -> None:
    reason = build.missing_toolchain()
    if reason:
        pytest.skip(reason)

    assert build.differences() == []
