"""`vpok new`: a small working system in a directory of the user's."""

from importlib.resources import files
from os import PathLike
from pathlib import Path

IMAGES = ("sensors", "display")  # of the demo, as the template names them


def create(directory: str | PathLike[str]) -> list[Path]:
    """
    Write the template and its images; return the files, config.yaml first.

    Raises:
        FileExistsError: if one of them is there already; then none is written.

    """
    folder = Path(directory)
    package = files("vpok")
    contents = {
        folder / "config.yaml": package / "config" / "template.yaml",
        **{
            folder / name / f"{name}.elf": package.joinpath(
                "demo", name, f"{name}.elf"
            )
            for name in IMAGES
        },
    }
    for file in contents:
        if file.exists():
            raise FileExistsError(
                f"{file} exists: name a new directory, or remove it"
            )
    for file, content in contents.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            stream.write(content.read_bytes())
    return list(contents)
