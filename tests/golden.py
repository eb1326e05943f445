"""
What vpok makes of itself and keeps: pages, digests, traces of the examples.

    python -m tests.golden            compare what is kept with what is made
    python -m tests.golden --update   write it anew
"""

import gzip
import json
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import click

from docs.generate import MADE
from tests.properties import make_digests
from tests.properties.systems import EXAMPLES, GOLDEN, ROOT, examples, limit_of
from vpok.config import load
from vpok.policies import GROUP, POLICIES
from vpok.report.difference import difference
from vpok.system import build
from vpok.trace.head import head_of
from vpok.trace.jsonl import JsonLines
from vpok.trace.record import End

POLICY = "policy/config"  # the example that brings a policy of its own
# ns, of those for which the digests' limits make large files, or none.
LIMITS = {
    "pingpong/riscv64": 2_000_000,
    "pingpong/x86-64": 2_000_000,
    POLICY: 500_000_000,
}


class Made(NamedTuple):
    """A file that vpok can write."""

    path: Path  # .gz: compressed
    make: Callable[[], bytes]
    differs: Callable[[bytes, bytes], str | None]  # kept and made: how

    def kept(self) -> bytes:
        """Return what is checked in; nothing if it is new."""
        if not self.path.exists():
            return b""
        data = self.path.read_bytes()
        return gzip.decompress(data) if self.path.suffix == ".gz" else data

    def write(self, data: bytes) -> None:
        """Replace what is checked in."""
        if self.path.suffix == ".gz":
            data = gzip.compress(data, mtime=0)  # the same bytes every time
        self.path.write_bytes(data)


def made() -> Iterator[Made]:
    """Yield all there is."""
    for path, text in MADE.items():
        yield page(path, text)
    yield Made(GOLDEN, make_digests.text, difference)
    yield from map(trace, traces())


def page(path: str, text: Callable[[], str]) -> Made:
    """Return a page that is made of the code."""
    return Made(ROOT / path, lambda: text().encode(), difference)


# --- traces of the examples ---------------------------------------------------


def traces() -> list[str]:
    """Return all examples, each for both instruction sets."""
    return [*examples(), POLICY]


def trace(name: str) -> Made:
    """Return the trace of an example, by its name in `traces`."""
    path = EXAMPLES / f"{name}.expected.jsonl.gz"
    return Made(path, lambda: traced(name), first_difference)


def traced(name: str) -> bytes:
    """Run an example; return its trace, which names no version."""
    with installed_policy() if name == POLICY else nullcontext():
        spec = load(EXAMPLES / f"{name}.yaml").spec
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trace.jsonl"
            writer = JsonLines(path, replace(head_of(spec), version=""))
            with build(spec, sinks=[writer], digest=True) as system:
                result = system.run(until=LIMITS.get(name) or limit_of(name))
                digest = result.digest or ""
                count = writer.events
                writer.close(End(result.end, result.reason, digest, count))
            return path.read_bytes()


@contextmanager
def installed_policy() -> Iterator[None]:
    """Let `examples/policy` be installed for a while."""
    home = EXAMPLES / "policy"
    points = tomllib.loads((home / "pyproject.toml").read_text())["project"]
    [(name, value)] = points["entry-points"][GROUP].items()
    before = sys.path.copy()
    with tempfile.TemporaryDirectory() as folder:
        info = Path(folder) / "policy-1.dist-info"
        info.mkdir()
        entry = f"[{GROUP}]\n{name} = {value}\n"
        (info / "entry_points.txt").write_text(entry)
        sys.path += [folder, str(home)]
        try:
            yield
        finally:
            sys.path[:] = before
            POLICIES.found.pop(name, None)
            sys.modules.pop(value.partition(":")[0], None)


def first_difference(kept: bytes, found: bytes) -> str | None:
    """Name the first event in which two traces differ; None: in nothing."""
    if kept == found:
        return None
    if not kept:
        return "is new"
    rows = zip_longest(kept.splitlines(), found.splitlines(), fillvalue=b"")
    place, (wanted, got) = next(
        (place, row) for place, row in enumerate(rows) if row[0] != row[1]
    )
    if place == 0:
        return f"the heads differ:\n  kept: {wanted!r}\n  now:  {got!r}"
    head = json.loads(found.partition(b"\n")[0])
    names = [row["name"] for row in head["partitions"]]
    return (
        f"event {place} differs:\n"
        f"  kept: {_event(wanted, names)}\n"
        f"  now:  {_event(got, names)}"
    )


def _event(line: bytes, names: list[str]) -> str:
    row: dict[str, Any] = json.loads(line or b"{}")
    if not row:
        return "nothing: the file is truncated"
    if "end" in row:
        return f"the end ({row['reason']}) at {row['end']} ns"
    whose = names[row["partition"]] if row["partition"] >= 0 else "nobody"
    return f"{row['kind']} of {whose} at {row['time']} ns: {line.decode()}"


def main(*, update: bool) -> int:
    """Compare or write everything; return the exit code."""
    different = 0
    for each in made():
        found = each.make()
        how = each.differs(each.kept(), found)
        if how is None:
            continue
        different += 1
        path = each.path.relative_to(ROOT)
        if update:
            each.write(found)
            click.echo(f"{path}: written")
        else:
            click.echo(f"{path}: {how}")
    if different and not update:
        click.echo("make golden UPDATE=1 writes them; say in the commit why")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(update="--update" in sys.argv))
