"""What people call things in a trace, and events as they read them."""

from typing import Final

from vpok.events import CONTROLS, DROPS, NOBODY, EventKind
from vpok.trace.head import Head
from vpok.trace.jsonl import NAMES, TraceError
from vpok.trace.present import STATES
from vpok.trace.record import Event


def partition_of(head: Head, name: str) -> int:
    """Return the partition of this name; raises TraceError."""
    names = [partition.name for partition in head.partitions]
    if name not in names:
        raise TraceError(f"no partition {name}: there is {', '.join(names)}")
    return names.index(name)


def task_of(head: Head, text: str, partition: int) -> tuple[int, int]:
    """Return (partition, task) of `PARTITION/TASK` or `TASK`."""
    every = {
        f"{each.name}/{task.name}": (number, place)
        for number, each in enumerate(head.partitions)
        for place, task in enumerate(each.tasks)
    }
    found = [
        (name, place)
        for name, place in every.items()
        if (name == text or name.partition("/")[2] == text)
        and partition in {NOBODY, place[0]}
    ]
    if len(found) != 1:
        names = ", ".join([name for name, _ in found] or every) or "none"
        what = "several tasks" if found else "no task"
        raise TraceError(f"{what} {text}: there is {names}")
    return found[0][1]


def interrupt_of(head: Head, text: str) -> tuple[int, int]:
    """Return the number, and of a source's name its partition or NOBODY."""
    if text.isdecimal():
        return int(text), NOBODY
    for source in head.sources:
        if source.name == text:
            return source.number, source.partition
    names = ", ".join(source.name for source in head.sources) or "none"
    raise TraceError(
        f"no interrupt {text}: give its number, or a source: {names}"
    )


def vcpu_name(head: Head, partition: int, vcpu: int) -> str:
    """Name a vCPU, a partition, or nobody."""
    if not 0 <= partition < len(head.partitions):
        return "-"
    name = head.partitions[partition].name
    return name if vcpu < 0 else f"{name}/{vcpu}"


def _state(a: int, b: int) -> str:
    return STATES[a] if 0 <= a < len(STATES) else str(a)


def _numbered(table: tuple[str, ...], value: int) -> str:
    return table[value] if 0 <= value < len(table) else str(value)


# What *a* and *b* of some kinds mean; of the others they are shown as they are.
WORDS: Final = {
    EventKind.FRAME: lambda a, b: f"frame {a}",
    EventKind.WINDOW_OPEN: lambda a, b: f"window {a} up to {b}",
    EventKind.WINDOW_CLOSE: lambda a, b: f"window {a}",
    EventKind.SWITCH: lambda a, b: "",
    EventKind.RUNSTATE: _state,
    EventKind.THREAD: lambda a, b: "",
    EventKind.SYSCALL: lambda a, b: f"call {a}, result {b}",
    EventKind.RESULT: lambda a, b: f"call {a}, result {b}",
    EventKind.PORT_SEND: lambda a, b: f"port {a}, {b} bytes",
    EventKind.PORT_RECEIVE: lambda a, b: f"port {a}, {b} bytes",
    EventKind.PORT_FLUSH: lambda a, b: f"from port {a} to {b}",
    EventKind.IRQ_RAISE: lambda a, b: f"interrupt {a}, {b} pending",
    EventKind.IRQ_DELIVER: lambda a, b: f"interrupt {a}, {b} ns after it",
    EventKind.IRQ_COMPLETE: lambda a, b: f"interrupt {a}, {b} frames left",
    EventKind.IRQ_DROP: lambda a, b: f"interrupt {a}, {_numbered(DROPS, b)}",
    EventKind.CONTROL: lambda a, b: f"{_numbered(CONTROLS, a)} {b}",
    EventKind.JOB_START: lambda a, b: f"job {a}, arrived at {b}",
    EventKind.JOB_STOP: lambda a, b: f"job {a}, {b} ns left",
    EventKind.JOB_END: lambda a, b: f"job {a} after {b} ns",
    EventKind.JOB_MISS: lambda a, b: f"job {a}, deadline {b}",
    EventKind.BUDGET: lambda a, b: f"{a} ns left, up to {b}",
}


def _thread(head: Head, event: Event) -> str:
    """Name a task, or count a thread."""
    for partition in head.partitions[event.partition : event.partition + 1]:
        for task in partition.tasks[event.thread : event.thread + 1]:
            return task.name
    return str(event.thread)


def show_event(head: Head, event: Event) -> str:
    """Return an event as a line: time, processor, who, what."""
    who = vcpu_name(head, event.partition, event.vcpu)
    if event.thread >= 0:
        who += f" {_thread(head, event)}"
    words = WORDS.get(EventKind(event.kind), lambda a, b: f"{a} {b}")
    what = words(event.a, event.b)
    if event.kind == EventKind.CONSOLE:
        what = repr(event.text)[1:]
    name = NAMES[event.kind].replace("_", " ")
    return f"{event.time} ns  {event.pcpu}  {who}  {name}  {what}".rstrip()
