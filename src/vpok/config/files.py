"""Files that a configuration names: whole, and of a bounded size."""

from pathlib import Path

MB = 1 << 20


class BadFileError(ValueError):
    """A file that cannot be used; the text names it and says what to do."""


def read(file: Path, noun: str, most: int, mend: str, missing: str) -> bytes:
    """
    Return the bytes of *file*; a device or a pipe would have no end.

    *most* bytes, whole MB, are taken.  *mend* tells how to put a wrong file
    right, *missing* what to do if there is none.
    """
    try:
        if not file.exists():
            raise BadFileError(f"there is no {noun} {file}: {missing}")
        if not file.is_file():
            raise BadFileError(f"{file} is no file: {mend} there")
        size = file.stat().st_size
        if size > most:
            raise BadFileError(
                f"{file} has {size} bytes: make it fit {most // MB}MB"
            )
        return file.read_bytes()
    except OSError as error:
        raise BadFileError(
            f"{file} cannot be read ({error.strerror}): make it readable"
        ) from error
