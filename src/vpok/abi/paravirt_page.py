"""The paravirtual ABI as the page `docs/reference/abi.md`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from vpok.abi import paravirt as abi
from vpok.abi.paravirt_prose import CALLS_HEAD, HEAD, HEALTH_HEAD, TAIL
from vpok.abi.paravirt_table import CALLS, Call

# The first number of each group of calls.
GROUPS: Final = (
    (0, "Version and vCPUs"),
    (16, "Interrupts and faults"),
    (32, "Time"),
    (48, "Console"),
    (56, "Ports"),
    (64, "Partition and module"),
    (72, "Health monitoring"),
)


def page() -> str:
    """Return the page, in Markdown."""
    bounds = [first for first, _ in GROUPS] + [1 << 32]
    return "\n".join(
        [
            HEAD.format(version=f"{abi.MAJOR}.{abi.MINOR}"),
            *map(_struct, _structs()),
            CALLS_HEAD,
            *(
                _group(title, first, end)
                for (first, title), end in zip(GROUPS, bounds[1:], strict=True)
            ),
            _words(),
            _errors(),
            HEALTH_HEAD,
            _kinds(),
            TAIL,
        ]
    )


def _structs() -> list[tuple[str, abi.Struct]]:
    frames = [
        (f"`vpok_frame`, {isa}", frame) for isa, frame in abi.FRAMES.items()
    ]
    others = (abi.SHARED, abi.RUNSTATE, abi.PORT, abi.PLAN)
    return [*((f"`{s.name}`", s) for s in others), *frames]


def _struct(named: tuple[str, abi.Struct]) -> str:
    title, struct = named
    rows = [
        (
            f"{field.offset:#x}",
            field.type + (f"[{field.count}]" if field.count > 1 else ""),
            f"`{field.name}`",
            field.meaning,
        )
        for field in _merged(struct)
    ]
    return (
        f"### {title}\n\n{struct.meaning} {struct.size} bytes; those that are"
        " not listed are 0.\n\n"
        + _table(("offset", "type", "name", "meaning"), rows)
    )


def _merged(struct: abi.Struct) -> list[abi.Field]:
    """Return the fields, single registers in a row as one."""
    fields: list[abi.Field] = []
    for field in struct.fields:
        last = fields[-1] if fields else None
        if last and last.meaning == field.meaning == "register":
            fields[-1] = replace(
                last,
                name=f"{last.name} {field.name}",
                count=last.count + field.count,
            )
        else:
            fields.append(field)
    return fields


def _group(title: str, first: int, end: int) -> str:
    calls = [call for call in CALLS if first <= call.number < end]
    return f"### {title}\n\n" + _table(
        ("", "call", "meaning", "result", "refusals"), map(_row, calls)
    )


def _row(call: Call) -> tuple[str, ...]:
    args = ", ".join(arg.name for arg in call.args)
    return (
        str(call.number),
        f"`{call.name}({args})`",
        call.meaning,
        call.result,
        " ".join(call.errors) or "-",
    )


def _words() -> str:
    rows = [
        (
            group.meaning,
            ", ".join(f"{n} {w}" for n, w in enumerate(group.words)),
        )
        for group in abi.WORDS
    ]
    return "### Numbers that have names\n\n" + _table(("of", ""), rows)


def _errors() -> str:
    rows = [
        (name, str(number), what)
        for name, (number, what) in abi.ERRORS.items()
    ]
    return "### Refusals\n\n" + _table(("", "result is -", "meaning"), rows)


def _kinds() -> str:
    rows = [
        (f"`{name}`", str(number), f"`{action}`", what)
        for name, (number, action, what) in abi.HEALTH_KINDS.items()
    ]
    return _table(("kind", "number", "default action", "meaning"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = (cell.replace("|", "\\|") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
