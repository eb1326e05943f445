"""
The keys of a configuration file: one table for all who need to know them.

The loader reads by it; the JSON Schema and the reference page are made of it.
To add a key: a line here, or in the tables that this one is made of, and a
line where `build` uses its value.
"""

from vpok.config.atoms import (
    COUNT,
    FLUSH,
    FREQUENCY,
    NAME,
    SIZE,
    TIME,
    WORDS,
    choice,
)
from vpok.config.keys_interrupts import INTERRUPTS
from vpok.config.keys_partitions import PARTITIONS
from vpok.config.keys_schedule import SCHEDULER
from vpok.config.kinds import Key, ListOf, Record, ours
from vpok.spec.model import CostSpec
from vpok.spec.problems import COMPATS
from vpok.spec.problems.ports import DIRECTIONS, KINDS
from vpok.spec.problems.words import show_time

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
            "asks for; a paravirt partition asks for nothing.",
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
        _cost("restart", "Cost of a restart, paid by the partition."),
        ours(
            "latency",
            TIME,
            "Time until an effect reaches another processor. Default: 500ns, or "
            "one cycle of the clock if that is longer.",
        ),
    ),
    intro="What the hypervisor's own work costs, in virtual time. Modelled "
    "partitions pay nothing, so that theory holds to the nanosecond.",
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
