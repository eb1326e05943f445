"""Every file of this folder is refused, for the reason that it states."""

import runpy
from pathlib import Path

import pytest

from vpok.config import ConfigError, load

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))
IMAGES: dict[str, bytes] = runpy.run_path(str(FOLDER / "make_images.py"))[
    "IMAGES"
]


def stated(file: Path, key: str) -> str:
    for line in file.read_bytes().splitlines()[:2]:
        text = line.decode()
        if text.startswith(f"# {key}: "):
            return text.removeprefix(f"# {key}: ")
    raise AssertionError(f"{file} does not state its {key}")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_file_is_refused_for_what_it_states_and_nothing_else(
    file: Path,
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(file)

    (problem,) = caught.value.problems
    assert stated(file, "expect") in problem.what
    assert problem.where == f"{file}:{stated(file, 'line')}"


def test_the_folder_is_not_empty() -> None:
    assert len(FILES) > 100


@pytest.mark.parametrize("name", IMAGES)
def test_the_images_are_those_that_the_script_makes(name: str) -> None:
    image = FOLDER / "images" / f"{name}.elf"

    assert image.read_bytes() == IMAGES[name]


def test_every_image_is_made_by_the_script() -> None:
    images = {image.stem for image in (FOLDER / "images").iterdir()}

    assert images == set(IMAGES)
