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


# What *a* and *b* of kinds mean; of the others they are shown as they are.
WORDS: Final = {
    int(EventKind.FRAME): "{a}",
    int(EventKind.WINDOW_OPEN): "window {a} up to {b}",
    int(EventKind.WINDOW_CLOSE): "window {a}",
    int(EventKind.SWITCH): "",
    int(EventKind.RUNSTATE): "{state}",
    int(EventKind.THREAD): "",
    int(EventKind.SYSCALL): "call {a}, result {b}",
    int(EventKind.RESULT): "call {a}, result {b}",
    int(EventKind.PORT_SEND): "port {a}, {b} bytes",
    int(EventKind.PORT_RECEIVE): "port {a}, {b} bytes",
    int(EventKind.PORT_FLUSH): "from port {a} to {b}",
    int(EventKind.CONSOLE): "{text}",
    int(EventKind.IRQ_RAISE): "interrupt {a}, {b} pending",
    int(EventKind.IRQ_DELIVER): "interrupt {a}, {b} ns after its raise",
    int(EventKind.IRQ_COMPLETE): "interrupt {a}, {b} frames left",
    int(EventKind.IRQ_DROP): "interrupt {a}, {drop}",
    int(EventKind.CONTROL): "{control} {b}",
    int(EventKind.JOB_START): "job {a}, arrived at {b}",
    int(EventKind.JOB_STOP): "job {a}, {b} ns left",
    int(EventKind.JOB_END): "job {a} after {b} ns",
    int(EventKind.JOB_MISS): "job {a}, deadline {b}",
    int(EventKind.BUDGET): "{a} ns left until {b}",
}


def _numbered(table: tuple[str, ...], value: int) -> str:
    return table[value] if 0 <= value < len(table) else str(value)


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
    what = WORDS.get(event.kind, "{a} {b}").format(
        a=event.a,
        b=event.b,
        state=_numbered(STATES, event.a),
        drop=_numbered(DROPS, event.b),
        control=_numbered(CONTROLS, event.a),
        text=repr(event.text)[1:],
    )
    name = NAMES[event.kind].replace("_", " ")
    return f"{event.time} ns  {event.pcpu}  {who}  {name}  {what}".rstrip()
