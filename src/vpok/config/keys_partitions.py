"""The keys of partitions."""

from vpok.config.atoms import (
    COUNT,
    FILE,
    NAME,
    NUMBERS,
    SIZE,
    TIME,
    WORDS,
    choice,
)
from vpok.config.health import DEFAULT, NAMES
from vpok.config.kinds import Key, Named, Record, ours
from vpok.kernel.sched import POLICIES
from vpok.spec.model import HEALTH_ACTIONS
from vpok.spec.problems.image import ISAS
from vpok.spec.problems.partitions import SCHEDULERS

# Features that POK knows and that change what the kernel does...
USED_FEATURES = ("assert", "console", "debug", "gettick", "shutdown")
USED_THREAD_FEATURES = ("id", "sleep", "sleep-until")
USED_KERNEL_FEATURES = ("assert", "debug")
# ...and those whose effect is in the linked image, or nowhere.
IDLE_FEATURES = ("libc", "timer")
IDLE_THREAD_FEATURES = ("suspend",)


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
