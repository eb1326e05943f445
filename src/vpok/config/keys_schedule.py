"""The keys of the first level: slots, windows, plans."""

from vpok.config.atoms import NAME, NUMBERS, TIME, choice
from vpok.config.keys_policies import policy_of
from vpok.config.kinds import ByName, Key, ListOf, Record, ours
from vpok.kernel.sched import POLICIES as OWN
from vpok.spec.model import ARCHITECTURES, PLAN_ACTIONS

PARTITION = Key("partition", NAME, "The partition's name.", required=True)

SLOTS = Record(
    "kernel.scheduler.slots[]",
    (
        PARTITION,
        Key("duration", TIME, "Length of the slot.", required=True),
    ),
    intro="POK's schedule: the slots follow one another, for ever. A slot "
    "ends at the first quantum (1 ms) of POK's timer at or after its "
    "duration, on all processors. In a system with other than pok partitions "
    "slots are exact windows, one after the other from the start of the major "
    "frame, on the processors of their partition.",
)

WINDOWS = Record(
    "kernel.scheduler.windows[]",
    (
        Key(
            "partition",
            NAME,
            "The partition's name.",
            required=True,
            unless=("vcpu",),
        ),
        ours(
            "vcpu",
            NAME,
            "In the flat architecture, instead of the partition: `NAME/N`, "
            "its virtual CPU N.",
        ),
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
            "Where it is open. Default: the partition's processors; of a "
            "virtual CPU, the first of these.",
        ),
    ),
    intro="Exact windows, instead of slots. They may leave gaps, and may not "
    "overlap on a processor, nor, of a partition with one virtual CPU, "
    "anywhere.",
)

PLANS = Record(
    "kernel.scheduler.plans[]",
    (
        ours("name", NAME, "Its name.", required=True),
        ours(
            "major_frame",
            TIME,
            "Length of its major frame. Default: the end of the last window.",
        ),
        ours("windows", ListOf(WINDOWS), "Its windows.", required=True),
        ours(
            "actions",
            ByName(choice(*PLAN_ACTIONS), "partition"),
            "What a partition does at its first window when the module "
            "switches to this plan. Default: `continue`.",
        ),
    ),
    intro="Schedules between which the module can switch, at the end of a "
    "major frame. The first one is in force at the start.",
)

SCHEDULER = Record(
    "kernel.scheduler",
    (
        Key(
            "major_frame",
            TIME,
            "Length of the major frame. Default: the sum of the slots, or "
            "the end of the last window. Without windows: `10ms` if there "
            "are ports, else endless.",
        ),
        Key("slots", ListOf(SLOTS), "POK's schedule."),
        ours("windows", ListOf(WINDOWS), "The schedule, as exact windows."),
        ours("plans", ListOf(PLANS), "Several schedules."),
        ours(
            "architecture",
            choice(*ARCHITECTURES),
            "Who has the windows: partitions, which share theirs out among "
            "their virtual CPUs, or (`flat`) the virtual CPUs themselves.",
            default=ARCHITECTURES[0],
        ),
        ours(
            "policy",
            policy_of(*(name for name in OWN if name != "null")),
            "In the flat architecture, instead of windows: who chooses among "
            "all virtual CPUs, for all processors. Its parameters are at "
            "`partitions[].vcpus.each[]`.",
        ),
        ours(
            "quantum",
            TIME,
            "How long a turn of that policy is.",
            default="1ms",
        ),
    ),
    intro="Exactly one of `slots`, `windows`, `plans` and, in the flat "
    "architecture, `policy` must be there.",
)
