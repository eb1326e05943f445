"""
The keys of a configuration file: one table for all who need to know them.

The loader reads by it; the JSON Schema and the reference page are made of it.
To add a key: a line here, and a line where `build` uses its value.
"""

from typing import Any

from vpok.config.atoms import (
    COUNT,
    FILE,
    FLUSH,
    FREQUENCY,
    NAME,
    SIZE,
    TIME,
    choice,
)
from vpok.config.health import DEFAULT, NAMES
from vpok.config.kinds import Either, Key, Kind, ListOf, Named, Record
from vpok.kernel.sched import POLICIES
from vpok.spec.model import (
    HEALTH_ACTIONS,
    INTERRUPT_CLOCKS,
    TICK_POLICIES,
    TRIGGERS,
    CostSpec,
)
from vpok.spec.problems import COMPATS
from vpok.spec.problems.image import ISAS
from vpok.spec.problems.interrupts import MAX_LIMIT
from vpok.spec.problems.partitions import SCHEDULERS
from vpok.spec.problems.ports import DIRECTIONS, KINDS
from vpok.spec.problems.words import show_time

# Features that POK knows and that change what the kernel does...
USED_FEATURES = ("assert", "console", "debug", "gettick", "shutdown")
USED_THREAD_FEATURES = ("id", "sleep", "sleep-until")
USED_KERNEL_FEATURES = ("assert", "debug")
# ...and those whose effect is in the linked image, or nowhere.
IDLE_FEATURES = ("libc", "timer")
IDLE_THREAD_FEATURES = ("suspend",)

NUMBERS = ListOf(COUNT)
WORDS = ListOf(NAME)
PARTITION = Key("partition", NAME, "The partition's name.", required=True)


def ours(name: str, kind: Kind, meaning: str, **rest: Any) -> Key:
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
            "`sleep`, and vpok's `sleep-until` and `id`: calls that the "
            "kernel offers to all partitions. `suspend` has no effect.",
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
            choice(*POLICIES),
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
            "that POK leaves unused, at the end. Of a paravirt partition: "
            "whole pages of 4096 bytes, the last ones for the hypercall page "
            "and a shared page per virtual CPU.",
            required=True,
        ),
        ours(
            "image",
            FILE,
            "Its ELF image, if it is elsewhere: a static executable for i386, "
            "or, of a paravirt partition, for x86-64 or riscv64.",
        ),
        Key(
            "features",
            WORDS,
            "`assert`, `console`, `debug`, `gettick` and `shutdown` choose "
            "what the kernel offers: `shutdown` and `assert` that this "
            "partition may switch the module off, the others to all "
            "partitions, as in POK. `libc` and `timer` have no effect; "
            "unknown ones are ignored with a note. A paravirt partition may "
            "have `shutdown` only.",
        ),
        Key("threads", THREADS, "Its threads; as the next four, POK's only."),
        Key(
            "scheduler",
            choice(*SCHEDULERS, fold=True),
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
            choice(*ISAS),
            "What its image is written for: POK's kernel, or virtual CPUs and "
            "interrupts for an operating system of its own.",
            default="pok",
        ),
        ours(
            "input",
            FILE,
            "What a paravirt partition reads from its console. Default: "
            "nothing.",
        ),
        ours("vcpus", VCPUS, "Its virtual CPUs."),
        ours(
            "health",
            Named(NAMES, choice(*HEALTH_ACTIONS), DEFAULT),
            "What follows an error that the guest does not handle. The last "
            "ones from `fault` on, and `application error`, are those of "
            "paravirt partitions: of these `fault` and `stack` stop the "
            "partition and the others are ignored, unless they are named or "
            "a default is. Default: `stop`.",
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
    "duration, on all processors. In a system with paravirt partitions slots "
    "are exact windows, one after the other from the start of the major "
    "frame, on the processors of their partition.",
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
            choice("x86"),
            "POK's name of the machine. What an image is for is read from it.",
            default="x86",
        ),
        Key(
            "bsp",
            choice("x86-qemu"),
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
        ours("kind", choice(*KINDS), "What it carries.", required=True),
        ours(
            "direction",
            choice(*DIRECTIONS),
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


INTERRUPTS = Record(
    "interrupts[]",
    (
        ours("name", NAME, "Its name.", required=True),
        ours("partition", NAME, "Which one it interrupts.", required=True),
        ours(
            "vcpu",
            COUNT,
            "Which virtual CPU of the partition.",
            default="0",
        ),
        ours(
            "number",
            COUNT,
            "The interrupt's number there: 0, which is served first, to 63.",
            required=True,
        ),
        ours("period", TIME, "It raises once in every period."),
        ours("offset", TIME, "When first. Default: after one period."),
        ours("at", TIME, "It raises once, at this time."),
        ours(
            "arrivals",
            Either(FILE, ListOf(TIME)),
            "It raises at these times, in ascending order; the file has one "
            "in the first column of each line.",
        ),
        ours(
            "from",
            NAME,
            "It is a notification: the named partition raises it.",
        ),
        ours(
            "clock",
            choice(*INTERRUPT_CLOCKS),
            "What a period is measured in: the module's time, or (`exec`) "
            "the time that the virtual CPU runs.",
            default="real",
        ),
        ours(
            "ticks",
            choice(*TICK_POLICIES),
            "What becomes of the ticks that come while the virtual CPU has "
            "no processor. `delay`: all, spaced as they can be; `catchup`: "
            "all, at once; `merge`: one; `discard`: none.",
            default="merge",
        ),
        ours(
            "trigger",
            choice(*TRIGGERS),
            "`edge`: each occurrence is counted; `level`: pending for as "
            "long as it is asserted.",
            default="edge",
        ),
        ours(
            "hold",
            TIME,
            "How long a level is asserted. Default: until the guest "
            "acknowledges it.",
        ),
        ours(
            "limit",
            COUNT,
            "How many occurrences are counted while it is pending; beyond "
            f"that, each is an overrun. 1 to {MAX_LIMIT}.",
            default=str(MAX_LIMIT),
        ),
    ),
    intro="Sources of interrupts. At most one of `period`, `at`, `arrivals` "
    "and `from` says when they raise; without any, only a program does "
    "(`System.inject`). `offset`, `clock` and `ticks` go with a `period`, "
    "`hold` with `trigger: level`. Sources may share a number, with the same "
    "trigger and limit.\n\n"
    "A file of arrivals is CSV in UTF-8, with or without a head line: times "
    "such as `1500us`, without a unit ns. A source may raise several times at "
    "one instant.",
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
        _cost("restart", "Cost of a restart, paid by the partition."),
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
            choice(*COMPATS),
            "`pok`: POK's own behaviour also where vpok's is kinder.",
            default="vpok",
        ),
        ours("costs", COSTS, "Costs of the hypervisor."),
        ours("ports", ListOf(PORTS), "Ports of the partitions."),
        ours("channels", ListOf(CHANNELS), "What joins the ports."),
        ours(
            "interrupts",
            ListOf(INTERRUPTS),
            "What interrupts paravirt partitions.",
        ),
        ours(
            "flush",
            FLUSH,
            "When data leaves the out ports: at each major frame, at the end "
            "of each window of the sender, or periodically.",
            default="major-frame",
        ),
    ),
)
