"""What a reader of a file found: problems, notes, and where each key stands."""

from collections.abc import Iterator

from vpok.spec.model import Problem


class Log:
    """
    Problems and notes, by the path of the key they concern.

    A path is written as in `partitions[0].threads.count`.
    """

    def __init__(self, file: str) -> None:
        """Begin with nothing, for the file of that name."""
        self.file = file
        self._found: list[tuple[int, str]] = []  # line, problem
        self._noted: list[tuple[int, str]] = []  # line, note
        self._lines: dict[str, int] = {}  # path -> line, from 1
        self._aliases: dict[str, str] = {}
        self._broken: set[str] = set()  # paths of unusable values
        self._around: set[str] = set()  # and of what these are in

    @property
    def problems(self) -> list[Problem]:
        """All of them, in order of lines."""
        return self._in_order(self._found)

    @property
    def notes(self) -> list[Problem]:
        """All of them, in order of lines."""
        return self._in_order(self._noted)

    def at(self, path: str, line: int) -> None:
        """Remember where *path* stands."""
        self._lines[path] = line

    def alias(self, other: str, path: str) -> None:
        """Let problems that speak of *other* be those of *path*."""
        self._aliases[other] = path

    def unusable(self, path: str) -> None:
        """Take what concerns the value at *path* for a consequence."""
        self._broken.add(path)
        self._around.update(_upwards(path))

    def problem(self, path: str, what: str) -> None:
        """Report what is wrong at *path*, whose value is then unusable."""
        self.unusable(path)
        self.problem_on(self._line(path), what)

    def problem_on(self, line: int, what: str) -> None:
        """Report what is wrong on a line."""
        self._found.append((line, what))

    def consequence(self, path: str, what: str) -> None:
        """Report a problem, unless it comes from one reported before."""
        path = self._written(path)
        if not self.broken(path):
            self.problem_on(self._line(path), what)

    def note(self, path: str, what: str) -> None:
        """Tell the user something that is no problem."""
        self._noted.append((self._line(path), what))

    def broken(self, path: str) -> bool:
        """Say whether something at, above or below *path* is unusable."""
        return path in self._around or any(
            above in self._broken for above in _upwards(path)
        )

    def _in_order(self, found: list[tuple[int, str]]) -> list[Problem]:
        ordered = sorted(found, key=lambda each: each[0])
        return [Problem(f"{self.file}:{line}", what) for line, what in ordered]

    def _written(self, path: str) -> str:
        """Return what *path*, or what it is in, is an alias of."""
        for above in _upwards(path):
            if above in self._aliases:
                return self._aliases[above] + path[len(above) :]
        return path

    def _line(self, path: str) -> int:
        """Return the line of *path*, or of what it would be in."""
        for above in _upwards(path):
            if above in self._lines:
                return self._lines[above]
        return 1


def _upwards(path: str) -> Iterator[str]:
    """Yield *path* and the paths of all that it is in, '' last."""
    yield path
    while path:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
        yield path
