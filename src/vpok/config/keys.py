"""
The keys of a configuration file: one table for all who need to know them.

The loader reads by it; the JSON Schema and the reference page are made of it.
To add a key: a line here, and a line where `build` uses its value.
"""

from collections.abc import Callable
from typing import Any

from vpok.abi.pok import ERROR_NAMES
from vpok.config.kinds import Atom, Key, ListOf, Named, Record
from vpok.config.names import unknown
from vpok.config.units import (
    parse_frequency,
    parse_integer,
    parse_size,
    parse_time,
)
from vpok.kernel.sched import POLICIES
from vpok.spec.model import HEALTH_ACTIONS, CostSpec, FlushSpec
from vpok.spec.problems import COMPATS
from vpok.spec.problems.partitions import MAX_MEMORY, SCHEDULERS
from vpok.spec.problems.ports import DIRECTIONS, KINDS
from vpok.spec.problems.words import either, show_time

# Features that POK knows and that change what the kernel does...
USED_FEATURES = ("assert", "console", "debug", "gettick", "shutdown")
USED_THREAD_FEATURES = ("sleep",)
USED_KERNEL_FEATURES = ("assert", "debug")
# ...and those whose effect is in the linked image, or nowhere.
IDLE_FEATURES = ("libc", "timer")
IDLE_THREAD_FEATURES = ("suspend",)


def _word(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError(f"{text[:60]!r} is no name: write printable letters")
    return text


def _choice(*words: str, fold: bool = False) -> Atom:
    """One of *words*; *fold* allows capitals."""

    def parse(text: str) -> str:
        found = text.lower() if fold else text
        if found not in words:
            raise ValueError(unknown("choice", text, list(words)))
        return found

    enum: list[str | None] = list(words)
    if fold:
        enum += [word.upper() for word in words]
    if "null" in words:
        enum.append(None)
    shown = either([f"`{word}`" for word in words])
    return Atom(shown, parse, {"enum": enum}, words[0])


def _quantity(
    words: str, parse: Callable[[str], int], pattern: str, spare: int
) -> Atom:
    json = {
        "anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": rf"^ *[0-9_]*\.?[0-9]+ *{pattern}$"},
        ]
    }
    return Atom(words, parse, json, spare)


def _flush(text: str) -> FlushSpec:
    if text in {"major-frame", "windows"}:
        return FlushSpec(text)
    try:
        return FlushSpec("period", parse_time(text))
    except ValueError as error:
        raise ValueError(f"{error}; or take major-frame or windows") from error


ERRORS = ("default", *ERROR_NAMES.values())


def _error_kind(name: str) -> int:
    words = " ".join(name.lower().replace("-", " ").split())
    for number, known in {0: "default", **ERROR_NAMES}.items():
        if words == known:
            return number
    raise ValueError(unknown("error", words, ERRORS))


NAME = Atom("a name", _word, {"type": ["string", "integer"]}, "")
COUNT = Atom("a number", parse_integer, {"type": "integer", "minimum": 0}, 1)
TIME = _quantity(
    "a time such as `400ms`", parse_time, "(ns|us|µs|ms|s|min|h)?", 1
)
SIZE = _quantity(
    "a size such as `130kB`",
    parse_size,
    "(B|[kMG]B?|[KMG]iB)?",
    MAX_MEMORY,
)
FREQUENCY = _quantity(
    "a frequency such as `100MHz`",
    parse_frequency,
    "([kMG]?Hz)?",
    100_000_000,
)
FLUSH = Atom(
    "`major-frame`, `windows` or a period such as `20ms`",
    _flush,
    {"type": ["string", "integer"]},
    FlushSpec(),
)
NUMBERS = ListOf(COUNT)
WORDS = ListOf(NAME)
PARTITION = Key("partition", NAME, "The partition's name.", required=True)


def ours(name: str, kind: Any, meaning: str, **rest: Any) -> Key:
    """Make a key that POK's format does not have."""
    return Key(name, kind, meaning, ours=True, **rest)


THREADS = Record(
    "partitions[].threads",
    (
        Key(
            "count",
            COUNT,
            "How many threads the partition may have, the main one included. "
            "Default: 1.",
        ),
        Key(
            "features",
            WORDS,
            "`sleep` gives the kernel that call; `suspend` has no effect.",
        ),
    ),
)

VCPUS = Record(
    "partitions[].vcpus",
    (
        ours(
            "count",
            COUNT,
            "How many virtual CPUs. Default: as many as the partition has "
            "processors.",
        ),
        ours(
            "policy",
            _choice(*POLICIES),
            "Who chooses among them. `null`: the n-th runs on the n-th of "
            "the partition's processors; with `round-robin` they take turns.",
            default="null",
        ),
        ours(
            "quantum",
            TIME,
            "How long a turn of `round-robin` is.",
            default="10ms",
        ),
    ),
    short="count",
    intro="A number alone is the `count`.",
)

PARTITIONS = Record(
    "partitions[]",
    (
        Key(
            "name",
            NAME,
            "Its name, and its image's: `NAME/NAME.elf` beside the file.",
            required=True,
        ),
        Key(
            "size",
            SIZE,
            "Its memory: the image from 0 on; 8 KiB per thread, and 8 KiB "
            "that POK leaves unused, at the end.",
            required=True,
        ),
        ours("image", NAME, "Path of its ELF image, if it is elsewhere."),
        Key(
            "features",
            WORDS,
            "`assert`, `console`, `debug`, `gettick` and `shutdown` choose "
            "what the kernel offers (to all partitions, as in POK); `libc` "
            "and `timer` have no effect, others are ignored with a note.",
        ),
        Key("threads", THREADS, "Its threads."),
        Key(
            "scheduler",
            _choice(*SCHEDULERS, fold=True),
            "Scheduling policy of the threads.",
            default="rr",
        ),
        Key("semaphores", COUNT, "How many it may create.", default="0"),
        Key("mutexes", COUNT, "How many it may create.", default="0"),
        Key("events", COUNT, "How many it may create.", default="0"),
        Key(
            "processor_affinity",
            NUMBERS,
            "Processors that it may use. Default: all.",
        ),
        Key("objects", WORDS, "For POK's build. No effect."),
        ours(
            "personality",
            _choice("pok"),
            "Whose system calls its image makes.",
            default="pok",
        ),
        ours("vcpus", VCPUS, "Its virtual CPUs."),
        ours(
            "health",
            Named(
                _error_kind,
                ERRORS,
                _choice(*HEALTH_ACTIONS),
                0,
            ),
            "What follows an error that no error thread takes.",
            default="stop",
        ),
    ),
)

SLOTS = Record(
    "kernel.scheduler.slots[]",
    (
        PARTITION,
        Key("duration", TIME, "Length of the slot.", required=True),
    ),
    intro="POK's schedule: the slots follow one another, for ever. A slot "
    "ends at the first quantum (1 ms) of POK's timer at or after its "
    "duration, on all processors.",
)

WINDOWS = Record(
    "kernel.scheduler.windows[]",
    (
        PARTITION,
        ours(
            "start",
            TIME,
            "When it opens, from the start of the major frame.",
            required=True,
        ),
        ours("duration", TIME, "Length of the window.", required=True),
        ours(
            "processors",
            NUMBERS,
            "Where it is open. Default: the partition's processors.",
        ),
    ),
    intro="Exact windows, instead of slots. They may leave gaps, and may not "
    "overlap on a processor.",
)

SCHEDULER = Record(
    "kernel.scheduler",
    (
        Key(
            "major_frame",
            TIME,
            "Length of the major frame. Default: the sum of the slots, or "
            "the end of the last window.",
        ),
        Key("slots", ListOf(SLOTS), "POK's schedule."),
        ours("windows", ListOf(WINDOWS), "The schedule, as exact windows."),
    ),
    intro="Exactly one of `slots` and `windows` must be there.",
)

KERNEL = Record(
    "kernel",
    (
        Key(
            "features",
            WORDS,
            "`assert` and `debug`, as POK's kernel is built with.",
        ),
        Key("scheduler", SCHEDULER, "When each partition runs."),
    ),
)

TARGET = Record(
    "target",
    (
        Key(
            "arch",
            _choice("x86"),
            "Instruction set of the images.",
            default="x86",
        ),
        Key(
            "bsp",
            _choice("x86-qemu"),
            "POK's board support.",
            default="x86-qemu",
        ),
        Key(
            "nb_processors_number",
            COUNT,
            "How many processors the module has.",
            default="1",
        ),
    ),
)

PORTS = Record(
    "ports[]",
    (
        ours(
            "name",
            NAME,
            "Its name, as the partition's program has it.",
            required=True,
        ),
        ours("kind", _choice(*KINDS), "What it carries.", required=True),
        ours(
            "direction",
            _choice(*DIRECTIONS),
            "Direction of the data; virtual ports have none.",
            default="in",
        ),
        ours("partition", NAME, "Whose port it is.", required=True),
        ours(
            "size",
            SIZE,
            "Bytes that it holds, 512 at most. Default: what the partition "
            "asks for.",
            default="0",
        ),
    ),
    intro="Ports are numbered in the order of this list.",
)

CHANNELS = Record(
    "channels[]",
    (
        ours("from", NAME, "Name of an out port.", required=True),
        ours(
            "to",
            ListOf(NAME, short=True),
            "Names of in ports of the same kind.",
            required=True,
        ),
    ),
    intro="Each in port has one source; an out port may have several "
    "destinations. Virtual ports lead to virtual ports.",
)


def _cost(name: str, meaning: str) -> Key:
    usual = show_time(getattr(CostSpec(), name))
    return ours(name, TIME, meaning, default=usual)


COSTS = Record(
    "costs",
    (
        _cost("hypercall", "Cost of each entry into the hypervisor."),
        _cost("switch", "Cost of a switch to another virtual CPU."),
        _cost("interrupt", "Cost of each delivery of a virtual interrupt."),
        ours(
            "latency",
            TIME,
            "Time until an effect reaches another processor. Default: 500ns, or "
            "one cycle of the clock if that is longer.",
        ),
    ),
    intro="What the hypervisor's own work costs, in virtual time.",
)

SYSTEM = Record(
    "",
    (
        ours(
            "name",
            NAME,
            "Name of the system. Default: that of the file's directory.",
        ),
        Key("target", TARGET, "The machine."),
        Key(
            "partitions",
            ListOf(PARTITIONS),
            "The partitions, in POK's order.",
            required=True,
        ),
        Key("kernel", KERNEL, "The kernel and its schedule.", required=True),
        ours(
            "clock",
            FREQUENCY,
            "Instructions per second of each processor.",
            default="100MHz",
        ),
        ours(
            "compat",
            _choice(*COMPATS),
            "`pok`: POK's own behaviour also where vpok's is kinder.",
            default="vpok",
        ),
        ours("costs", COSTS, "Costs of the hypervisor."),
        ours("ports", ListOf(PORTS), "Ports of the partitions."),
        ours("channels", ListOf(CHANNELS), "What joins the ports."),
        ours(
            "flush",
            FLUSH,
            "When data leaves the out ports: at each major frame, at the end "
            "of each window of the sender, or periodically.",
            default="major-frame",
        ),
    ),
)
