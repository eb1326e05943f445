"""What is recorded of a run, and where: from a wish to a listener."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from vpok.events import EventKind
from vpok.spec.model import SystemSpec
from vpok.trace.choose import Chosen
from vpok.trace.files import format_of, make_writer
from vpok.trace.head import Head, head_of
from vpok.trace.jsonl import KINDS, NAMES, TraceError
from vpok.trace.ring import Ring
from vpok.trace.writer import Writer


@dataclass(frozen=True, slots=True)
class Recording:
    """
    A trace to be written while a system runs.

    The format follows from the name of the file.  *partitions* and *kinds*
    (`irq_raise`) choose what is recorded, none of them: all.  *last* keeps
    only the end of it (ns, or as `1s`): see `vpok.trace.ring`.
    """

    path: str | Path
    partitions: Sequence[str] = ()
    kinds: Sequence[str | EventKind] = ()
    last: int | str = 0


def begin(
    traces: Sequence[Recording | str | Path],
    spec: SystemSpec,
    config: str,
    instant: Callable[[int | str], int],
    stack: ExitStack,
) -> list[Writer]:
    """
    Begin traces of a run of *spec*; raises TraceError.

    *instant* reads times; *stack* lets the files go if the system cannot be
    built after all.
    """
    recordings = [
        each if isinstance(each, Recording) else Recording(each)
        for each in traces
    ]
    _check_paths([Path(wanted.path) for wanted in recordings])
    writers: list[Writer] = []
    for wanted in recordings:
        writers.append(_begin(wanted, spec, instant(wanted.last), config))
        stack.callback(writers[-1].abandon)
    return writers


def _check_paths(paths: Sequence[Path]) -> None:
    """Refuse what can be seen before a file is overwritten."""
    seen = set()
    for path in paths:
        format_of(path)
        if path.resolve() in seen:
            raise TraceError(f"{path}: is there twice")
        seen.add(path.resolve())


def _begin(
    wanted: Recording, spec: SystemSpec, last: int, config: str
) -> Writer:
    """Begin a trace of the last *last* ns, or 0: of all."""
    path = Path(wanted.path)
    partitions = _partitions(wanted, spec)
    kinds = _kinds(wanted)
    head = replace(
        head_of(spec, config),
        only_partitions=partitions,
        only_kinds=tuple(NAMES[kind] for kind in kinds),
        last=last,
    )
    writer = _open(path, head)
    if last:
        writer = Ring(writer)
    if partitions or kinds:
        writer = Chosen(writer, frozenset(partitions), frozenset(kinds))
    return writer


def _open(path: Path, head: Head) -> Writer:
    if not path.parent.is_dir():
        raise TraceError(
            f"{path}: there is no directory {path.parent}: make it first"
        )
    try:
        return make_writer(path, head)
    except OSError as error:
        raise TraceError(f"{path}: {error.strerror or error}") from None


def _partitions(wanted: Recording, spec: SystemSpec) -> tuple[int, ...]:
    names = [partition.name for partition in spec.partitions]
    for name in wanted.partitions:
        if name not in names:
            raise TraceError(
                f"there is no partition {name!r} to be recorded: take "
                f"{', '.join(names)}"
            )
    return tuple(sorted({names.index(name) for name in wanted.partitions}))


def _kinds(wanted: Recording) -> tuple[int, ...]:
    found = set()
    for kind in wanted.kinds:
        name = kind.name.lower() if isinstance(kind, EventKind) else kind
        if name not in KINDS:
            raise TraceError(
                f"there is no event {name!r} to be recorded: take "
                f"{', '.join(KINDS)}"
            )
        found.add(KINDS[name])
    return tuple(sorted(found))
