"""The keys of partitions."""

from vpok.config.atoms import (
    COUNT,
    FILE,
    FLAG,
    NAME,
    NUMBERS,
    SIZE,
    TIME,
    WORDS,
    choice,
)
from vpok.config.guests import ACTION, ARG, GUEST
from vpok.config.health import DEFAULT, NAMES
from vpok.config.keys_policies import EACH, OfPolicy, policy_of
from vpok.config.keys_tasks import TASKS
from vpok.config.kinds import ByName, Key, ListOf, Named, Record, ours
from vpok.kernel.sched import POLICIES as OWN
from vpok.spec.model import TASK_SCHEDULERS
from vpok.spec.problems.partitions import PERSONALITIES, SCHEDULERS

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

VCPUS = OfPolicy(
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
            policy_of(*OWN),
            "Who chooses among them. `null`: the n-th runs on the n-th of "
            "the partition's processors; `round-robin`: they take turns; "
            "`fixed-priority`, `edf`: the most urgent one; `server`: each has "
            "a budget in every period; `credit`: by weight, with caps. Or one that a package offers.",
            default="null",
        ),
        ours(
            "quantum",
            TIME,
            "How long a turn of `round-robin` or `credit` is.",
            default="1ms",
        ),
        ours(
            "each",
            EACH,
            "Parameters of each virtual CPU, in order; those that the list "
            "leaves out have defaults.",
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
            "and a shared page per virtual CPU. A modelled partition has none.",
            required=True,
            unless=("tasks", "guest"),
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
            "unknown ones are ignored with a note. A paravirt or python "
            "partition may have `shutdown`; `plans`: it may switch the "
            "module's plans; and, unless the architecture is flat, "
            "`parameters`: it may change those of its virtual CPUs.",
        ),
        Key(
            "threads",
            THREADS,
            "Its threads; as semaphores, mutexes and events, POK's only.",
        ),
        Key(
            "scheduler",
            choice(*SCHEDULERS, *TASK_SCHEDULERS, fold=True),
            "Scheduling policy of the threads, or of modelled tasks. Default: "
            "`rr` of threads, `fixed-priority` of tasks.",
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
            choice(*PERSONALITIES),
            "What its image is written for: POK's kernel, or virtual CPUs and "
            "interrupts for an operating system of its own; or that it is "
            "modelled by tasks, or a `guest` in Python. Default: `tasks` or "
            "`python` if there are such keys, else `pok`.",
        ),
        ours(
            "guest",
            GUEST,
            "Its main function in Python, instead of an image: "
            "`module:function`, or `file.py:function` beside the file; see "
            "[guests in Python](guest.md).",
        ),
        ours(
            "args",
            ByName(ARG, "name"),
            "What a guest in Python finds in `vcpu.args`: numbers, `true`, "
            "`false`, and words.",
        ),
        ours("tasks", ListOf(TASKS), "Its tasks, instead of an image."),
        ours(
            "global",
            FLAG,
            "Whether its tasks run on whichever of its virtual CPUs is free, "
            "instead of one each. The policy must be `null`.",
            default="false",
        ),
        ours(
            "seed",
            COUNT,
            "What the chances of its tasks, or of its guest in Python, begin "
            "with.",
            default="0",
        ),
        ours(
            "input",
            FILE,
            "What a paravirt or python partition reads from its console. Default: "
            "nothing.",
        ),
        ours("vcpus", VCPUS, "Its virtual CPUs."),
        ours(
            "health",
            Named(NAMES, ACTION, DEFAULT),
            "What follows an error that the guest does not handle. The last "
            "ones from `fault` on, and `application error`, are those of "
            "paravirt and python partitions: of these `fault` and `stack` stop the "
            "partition and the others are ignored, unless they are named or "
            "a default is. Default: `stop`.",
        ),
    ),
)
