"""Files that a run is compared with, and that `--vpok-update` writes."""

from dataclasses import dataclass
from pathlib import Path

from vpok.report.difference import difference


@dataclass(frozen=True, slots=True)
class Golden:
    """Where they are, and whether to write them."""

    folder: Path
    update: bool

    def check_text(self, file: Path, printed: bytes) -> None:
        """Compare text; newlines at its end do not count."""
        __tracebackhide__ = True
        path, expected = self._expected(file, printed)
        found = difference(expected, printed)
        if found is not None:
            raise AssertionError(
                f"not what {path} expects, {found}\n"
                "(--vpok-update writes what is printed)"
            )

    def check_digest(self, file: Path, digest: str) -> None:
        """Compare a digest."""
        __tracebackhide__ = True
        path, expected = self._expected(file, f"{digest}\n".encode())
        known = expected.decode(errors="replace").strip()
        if known != digest:
            raise AssertionError(
                f"not the run of {path}:\n"
                f"  expected: {known}\n"
                f"  digest:   {digest}\n"
                "(--vpok-update writes the new one)"
            )

    def _expected(self, file: Path, found: bytes) -> tuple[Path, bytes]:
        """Return the path and the content of a file, which may be new."""
        __tracebackhide__ = True
        path = self.folder / file
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found)
        if not path.is_file():
            raise AssertionError(
                f"{path} does not exist: --vpok-update writes it"
            )
        return path, path.read_bytes()
