"""
What makes a specification valid: every rule that needs no file, once.

Each rule is a generator that goes on after what it finds, so that a user hears
of everything at once.  `where` is the path of the attribute in `SystemSpec`;
`config` turns it into a line of a file.
"""

from collections.abc import Iterator, Sequence
from types import MappingProxyType

from vpok.spec.model import FlushSpec, Problem, SystemSpec
from vpok.spec.problems.interrupts import of_interrupts
from vpok.spec.problems.partitions import of_partitions
from vpok.spec.problems.ports import of_ports
from vpok.spec.problems.schedule import of_schedule
from vpok.spec.problems.vcpus import Policies
from vpok.spec.problems.words import bad_time, one_of, show_time
from vpok.units import MAX_TIME, NS_PER_S

MAX_PROCESSORS = 64  # POK looks for a thread's processor in 64 bits
MIN_CLOCK, MAX_CLOCK = 1_000, 10_000_000_000  # Hz

NO_POLICIES: Policies = MappingProxyType({})
FLUSHES = ("major-frame", "windows", "period")
COMPATS = ("vpok", "pok")


class ConfigError(Exception):
    """A system that cannot be built; `problems` says all of why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Carry *problems*, of which there is at least one."""
        self.problems = tuple(problems)
        lines = (f"{problem.where}: {problem.what}" for problem in problems)
        super().__init__("\n".join(lines))


def problems(
    spec: SystemSpec, policies: Policies = NO_POLICIES
) -> list[Problem]:
    """
    Return everything that is wrong with *spec*; nothing means valid.

    *policies* are the vCPU schedulers that exist, by name; without them
    names and parameters are not checked.
    """
    return [
        *_module(spec),
        *_flush(spec.flush),
        *of_partitions(spec, policies),
        *of_schedule(spec, policies),
        *of_ports(spec),
        *of_interrupts(spec),
    ]


def _module(spec: SystemSpec) -> Iterator[Problem]:
    if not 1 <= spec.processors <= MAX_PROCESSORS:
        yield Problem(
            "processors",
            f"{spec.processors} processors: take 1 to {MAX_PROCESSORS}",
        )
    if not MIN_CLOCK <= spec.clock <= MAX_CLOCK:
        yield Problem(
            "clock", f"a clock of {spec.clock} Hz: take 1kHz to 10GHz"
        )
    elif spec.processors > 1:
        yield from _latency(spec.costs.latency, -(-NS_PER_S // spec.clock))
    yield from one_of("compat", spec.compat, COMPATS)
    for name in ("hypercall", "switch", "interrupt", "restart", "latency"):
        cost = getattr(spec.costs, name)
        if not 0 <= cost < MAX_TIME:
            yield Problem(f"costs.{name}", bad_time(cost, "a cost", 0))


def _latency(latency: int, cycle: int) -> Iterator[Problem]:
    """A processor can be no closer to another than one instruction."""
    if latency < cycle:
        yield Problem(
            "costs.latency",
            f"a latency of {show_time(latency)} is less than one cycle of the "
            f"clock: make it {show_time(cycle)} or more",
        )


def _flush(flush: FlushSpec) -> Iterator[Problem]:
    yield from one_of("flush", flush.when, FLUSHES)
    if flush.when == "period" and not 0 < flush.period < MAX_TIME:
        yield Problem("flush", bad_time(flush.period, "a flush period"))
