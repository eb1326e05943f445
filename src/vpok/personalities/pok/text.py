"""
What POK prints about an election, byte for byte (POK: kernel/core/sched.c).

Each function gets the threads, the processor before the election's result is
stored, the elected thread, and the setup; it returns the text, '' for none.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from vpok.abi.pok import STATE_NAMES
from vpok.personalities.pok.setup import Setup
from vpok.personalities.pok.thread import Processor, Thread

Text = Callable[[Sequence[Thread], Processor, Thread | None, Setup], str]


def static(
    threads: Sequence[Thread],
    proc: Processor,
    elected: Thread | None,
    setup: Setup,
) -> str:
    """Tell a change of the current thread under STATIC."""
    if elected is proc.current:
        return ""
    return _choice(threads, proc, elected, mark=False)


def round_robin(
    threads: Sequence[Thread],
    proc: Processor,
    elected: Thread | None,
    setup: Setup,
) -> str:
    """Tell a change of the current thread under RR."""
    if elected is proc.current:
        return ""
    head = (
        f"--- scheduling partition: {setup.index}, "
        f"low:{setup.low}, high:{setup.high}\n"
    )
    return head + _choice(threads, proc, elected, mark=True)


def _choice(
    threads: Sequence[Thread],
    proc: Processor,
    elected: Thread | None,
    *,
    mark: bool,
) -> str:
    out = f"--- Scheduling processor: {proc.number}\n"
    if elected is None:
        out += "    scheduling idle thread\n"
        out += _non_ready(threads, proc)
        return out
    out += (
        f"    scheduling thread {elected.number} "
        f"(priority {elected.priority})\n"
    )
    ready = [t for t in threads if t.candidate(proc.number)]
    lead = "    other ready: "
    for thread in ready:
        if thread is not elected:
            out += f"{lead} {thread.number} ({thread.priority})"
            lead = ","
        elif mark:
            out += f"elected {elected.number} !!! \n"
    if lead == ",":
        out += "\n"
    if len(ready) < len(threads):
        out += _non_ready(threads, proc)
    return out


def _non_ready(threads: Sequence[Thread], proc: Processor) -> str:
    rows = [
        f" {t.number} ({t.priority}/{STATE_NAMES[t.state]})"
        for t in threads
        if not t.candidate(proc.number) and t.processor == proc.number
    ]
    return "    non-ready:" + ",".join(rows) + "\n"


def rate_monotonic(
    threads: Sequence[Thread],
    proc: Processor,
    elected: Thread | None,
    setup: Setup,
) -> str:
    """Tell every election under RMS but those from idle to idle."""
    if elected is None and proc.current is None:
        return ""
    out = f"--- Scheduling processor: {proc.number}\n"
    if elected is None:
        out += "    scheduling idle thread\n\t\t"
    else:
        out += (
            f"    scheduling thread: {elected.number} "
            f"{{{elected.period}}} --- "
        )
        for thread in threads:
            if thread.candidate(proc.number):
                out += f" {thread.number} {{{thread.period}}} ,"
        out += _behind(proc, setup, runnable=True)
        out += " are runnable; \n\t\t"
    for thread in threads:
        if (
            not thread.candidate(proc.number)
            and thread.processor == proc.number
        ):
            out += f" {thread.number} ({STATE_NAMES[thread.state]})"
    out += _behind(proc, setup, runnable=False)
    return out + " are NOT runnable;\n"


def _behind(proc: Processor, setup: Setup, *, runnable: bool) -> str:
    """
    Return the entry behind the partition's, which POK's loops run into.

    For the last partition it is the idle thread of the highest processor; for
    the others, the next one's main thread, which is told as it is at start:
    a neighbour's state must not show.
    """
    if setup.high == setup.idle_threads:
        own = proc.number == setup.last_processor
        return f" {setup.high} {{-1}} ," if runnable and own else ""
    own = proc.number == 0
    return f" {setup.high} (stopped)" if not runnable and own else ""


TEXTS: Mapping[str, Text] = MappingProxyType(
    {"rr": round_robin, "static": static, "rms": rate_monotonic}
)
