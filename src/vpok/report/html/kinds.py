"""
What can be in a row of the timeline.

The page knows no event: it draws and describes items by this table alone.
"""

from enum import IntEnum
from typing import Final, NamedTuple


class Item(IntEnum):
    """Kinds of items; spans first, then those of an instant."""

    RUN = 0
    WINDOW = 1
    RUNNING = 2
    RUNNABLE = 3
    BLOCKED = 4
    OFFLINE = 5
    THREAD = 6
    JOB = 7
    HANDLER = 8
    FRAME = 9
    SHARE = 10
    SYSCALL = 11
    RESULT = 12
    FAULT = 13
    VECTOR = 14
    ERROR = 15
    MODE = 16
    SEND = 17
    RECEIVE = 18
    ARRIVE = 19
    CONSOLE = 20
    RAISE = 21
    OVERRUN = 22
    DROP = 23
    LINE = 24
    CONTROL = 25
    MISS = 26
    DONE = 27
    SHUTDOWN = 28
    PLAN = 29
    BUDGET = 30


class Look(NamedTuple):
    """
    How a kind is drawn and what its two values mean.

    A value is a name and a format: count, time (ns); '' is not shown.
    """

    label: str
    tone: str  # own, by (the partition in x), or a colour's name in style.css
    x: tuple[str, str] = ("", "")
    y: tuple[str, str] = ("", "")
    problem: str = ""  # error, miss: what the keys E and N jump to
    lead: bool = False  # y is the time that it waited for: drawn before it
    numbered: bool = False  # x belongs to its name


LOOKS: Final = {
    Item.RUN: Look("runs", "by", ("", "partition"), ("vCPU", "count")),
    Item.WINDOW: Look("window", "by", ("", "partition"), ("index", "count")),
    Item.RUNNING: Look("running", "own", ("processor", "count")),
    Item.RUNNABLE: Look("runnable", "wait"),
    Item.BLOCKED: Look("blocked", "none"),
    Item.OFFLINE: Look("offline", "off"),
    Item.THREAD: Look("runs", "own", ("vCPU", "count")),
    Item.JOB: Look(
        "job",
        "own",
        ("job", "count"),
        ("since its arrival", "time"),
        numbered=True,
    ),
    Item.HANDLER: Look(
        "handler",
        "irq",
        ("interrupt", "count"),
        ("latency", "time"),
        lead=True,
    ),
    Item.FRAME: Look("frame", "frame", ("number", "count"), numbered=True),
    Item.SHARE: Look("window", "own"),
    Item.SYSCALL: Look("call", "call", ("", ""), ("result", "count")),
    Item.RESULT: Look("result", "answer", ("", ""), ("value", "count")),
    Item.FAULT: Look("fault", "error", ("cause", "count")),
    Item.VECTOR: Look(
        "fault handed to its guest",
        "warn",
        ("cause", "count"),
    ),
    Item.ERROR: Look("error", "error", ("kind", "count"), ("", ""), "error"),
    Item.MODE: Look("mode", "mode"),
    Item.SEND: Look("send", "send", ("bytes", "count")),
    Item.RECEIVE: Look("receive", "receive", ("bytes", "count")),
    Item.ARRIVE: Look("arrives", "arrive"),
    Item.CONSOLE: Look("prints", "console"),
    Item.RAISE: Look(
        "raise", "irq", ("interrupt", "count"), ("pending", "count")
    ),
    Item.OVERRUN: Look(
        "overrun",
        "error",
        ("interrupt", "count"),
        ("pending", "count"),
        "error",
    ),
    Item.DROP: Look("dropped", "warn", ("interrupt", "count")),
    Item.LINE: Look(
        "line", "irq", ("interrupt", "count"), ("asserted", "count")
    ),
    Item.CONTROL: Look("from outside", "mode", ("", ""), ("value", "count")),
    Item.MISS: Look(
        "deadline missed",
        "error",
        ("job", "count"),
        ("told after the deadline", "time"),
        "miss",
    ),
    Item.DONE: Look(
        "job done", "done", ("job", "count"), ("response", "time")
    ),
    Item.SHUTDOWN: Look("the module stops", "mode"),
    Item.PLAN: Look("plan in force", "mode", ("plan", "count")),
    Item.BUDGET: Look("budget", "mode", ("left", "time")),
}
