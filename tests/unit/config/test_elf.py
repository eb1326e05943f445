"""Any bytes are an image or a refusal."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vpok.config.elf import FORMS, BadImageError, parse, read
from vpok.config.files import BadFileError
from vpok.spec.model import Image
from vpok.spec.problems.image import ISAS


def test_an_image_is_read_as_its_headers_say(maker: dict[str, Any]) -> None:
    segment = maker["segment"](address=0x100, filesz=8, memsz=40)
    data = maker["image"](segment, entry=0x104)

    image = parse(data, "x.elf")

    assert image.path == "x.elf"
    assert image.entry == 0x104
    assert image.file_size == len(data) == 100
    (loaded,) = image.segments
    assert (loaded.address, loaded.size) == (0x100, 40)
    assert loaded.data == maker["CODE"][:8]


def test_headers_that_add_nothing_make_no_segment(
    maker: dict[str, Any],
) -> None:
    """An empty stack header, and notes within a loaded segment."""
    load = maker["segment"](offset=0x94)
    stack = maker["segment"](filesz=0, memsz=0)
    note = (
        b"\4" + maker["segment"](offset=0x98, address=4, filesz=4, memsz=4)[1:]
    )

    image = parse(maker["image"](load, stack, note), "x.elf")

    assert len(image.segments) == 1


def test_a_header_of_another_type_is_loaded_as_pok_does(
    maker: dict[str, Any],
) -> None:
    load = maker["segment"](offset=0x74)
    other = (
        b"\4"
        + maker["segment"](offset=0x74, address=0x100, filesz=4, memsz=4)[1:]
    )

    image = parse(maker["image"](load, other), "x.elf")

    assert [segment.address for segment in image.segments] == [0, 0x100]


def test_sections_may_be_anything_within_the_file(
    maker: dict[str, Any],
) -> None:
    """POK's loader does not look at them."""
    data = bytearray(maker["IMAGES"]["good"])
    data[46:50] = b"\x28\0\1\0"  # one section header of 40 bytes, at 0

    assert len(parse(bytes(data), "x.elf").segments) == 1


def test_a_missing_section_table_shows_that_the_file_was_cut(
    maker: dict[str, Any],
) -> None:
    data = bytearray(maker["IMAGES"]["good"])
    data[32:36] = b"\x60\0\0\0"
    data[46:50] = b"\x28\0\1\0"

    with pytest.raises(BadImageError, match="section headers end at byte 136"):
        parse(bytes(data), "x.elf")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.elf"
    os.mkfifo(pipe)

    with pytest.raises(BadFileError, match="is no file"):
        read(pipe)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.elf"
    with huge.open("wb") as stream:
        stream.truncate(1 << 40)

    with pytest.raises(BadFileError, match="make it fit 64MB"):
        read(huge)


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "\ud800", "loop"])
def test_a_path_that_cannot_exist_is_refused(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises(BadFileError, match=r"there is no image|be read"):
        read(tmp_path / name)


Damage = list[tuple[int, bytes]]
WORDS = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\1\0\0\0", b"\x34"]


@pytest.mark.parametrize(
    ("machine", "isa"), [("X86_64", "x86-64"), ("RISCV", "riscv64")]
)
def test_a_paravirt_image_is_for_one_of_two_machines(
    maker: dict[str, Any], machine: str, isa: str
) -> None:
    segment = maker["segment_64"](filesz=9, memsz=4096)
    data = maker["image_64"](segment, machine=maker[machine], entry=0x10004)

    image = parse(data, "x.elf", "paravirt")

    assert (image.isa, image.entry, image.file_size) == (isa, 0x10004, 136)
    (loaded,) = image.segments
    assert (loaded.address, loaded.size) == (0x10000, 4096)
    assert loaded.data == maker["CODE_64"][:9]


def test_a_paravirt_image_loads_what_is_to_be_loaded_and_no_more(
    maker: dict[str, Any],
) -> None:
    """Linkers write attributes with bytes of the file and no memory."""
    segment, image = maker["segment_64"], maker["image_64"]
    attributes = segment(kind=0x70000003, address=0, memsz=0)
    data = image(segment(offset=0xB0), attributes)

    assert len(parse(data, "x.elf", "paravirt").segments) == 1


@pytest.mark.parametrize("kind", [2, 3])
def test_nobody_links_a_paravirt_image_at_its_start(
    maker: dict[str, Any], kind: int
) -> None:
    segment, image = maker["segment_64"], maker["image_64"]
    data = image(segment(), segment(kind=kind))

    with pytest.raises(BadImageError, match="is linked dynamically"):
        parse(data, "x.elf", "paravirt")


@pytest.mark.parametrize(
    ("personality", "image", "hint"),
    [
        ("pok", "paravirt", "or write 'personality: paravirt'"),
        ("paravirt", "good", "or remove 'personality: paravirt'"),
    ],
)
def test_an_image_of_the_other_personality_is_known(
    maker: dict[str, Any], personality: str, image: str, hint: str
) -> None:
    with pytest.raises(BadImageError, match=hint):
        parse(maker["IMAGES"][image], "x.elf", personality)


@given(
    st.sampled_from(
        [
            *("good", "overlapping", "large-bss", "same-bytes-twice"),
            *("paravirt", "riscv", "paravirt-dynamic"),
        ]
    ),
    st.lists(
        st.tuples(
            st.integers(0, 191),
            st.sampled_from(WORDS) | st.binary(min_size=1, max_size=4),
        ),
        max_size=6,
    ),
    st.integers(0, 192),
)
@example("good", [(44, b"\xff\xff")], 132)
@example("paravirt", [(56, b"\xff\xff")], 192)
@example("paravirt", [(120, b"\xff")], 192)
def test_a_damaged_image_is_an_image_or_a_refusal(
    image_of: Callable[[str], bytes], name: str, damage: Damage, length: int
) -> None:
    data = bytearray(image_of(name))
    for place, content in damage:
        data[place : place + len(content)] = content

    _image_or_refusal(bytes(data[:length]))


@given(st.binary(max_size=200))
def test_any_bytes_are_an_image_or_a_refusal(data: bytes) -> None:
    _image_or_refusal(data)
    _image_or_refusal(b"\x7fELF\1\1\1" + data)
    _image_or_refusal(b"\x7fELF\2\1\1" + data)


@pytest.fixture(scope="session")
def image_of(maker: dict[str, Any]) -> Callable[[str], bytes]:
    images: dict[str, bytes] = maker["IMAGES"]
    return lambda name: images[name]


def _image_or_refusal(data: bytes) -> None:
    for personality in FORMS:
        try:
            image = parse(data, "x.elf", personality)
        except BadImageError:
            continue
        _sound(image, data)


def test_every_personality_has_a_form_of_images() -> None:
    isas = {name: tuple(form.isas.values()) for name, form in FORMS.items()}

    assert isas == ISAS


def _sound(image: Image, data: bytes) -> None:
    assert image.file_size == len(data)
    assert sum(len(s.data) for s in image.segments) <= len(data)
    assert all(len(s.data) <= s.size for s in image.segments)
