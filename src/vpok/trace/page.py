"""The reference page of traces; its tables are made of the code."""

from typing import Final

from vpok.events import MEANINGS
from vpok.trace.head import FORMAT
from vpok.trace.jsonl import MARK, NAMES
from vpok.trace.ring import MOST

INTRODUCTION: Final = f"""\
# Traces

<!-- Made by docs/generate.py; the text is in src/vpok/trace/page.py. -->

A trace has a *head* (the names behind the numbers: partitions, tasks, ports,
sources of interrupts, plans, the configuration's text), events in order of
(time, processor), and an *end*. Times are ns. `vpok run --trace FILE` writes
it, in a format by the end of the name. Writing one changes nothing of the run:
the digest and the exit code are the same. If it fails (a full disk, a pipe
that nobody reads), the run goes on, the failure is told at the end, and the
file is not whole; readers refuse it.

With `--trace-only`, a trace has the events of those partitions, those of no
partition, the switches that take a processor away from them, and the flushes
of their ports. `utilisation` then counts only what is told.

With `--trace-last TIME`, the last stretch is kept in memory, at most {MOST}
events: where more happen, the stretch is shorter. It is written at the first
ERROR, whatever its action, with all of that instant, and ends there (`reason`
is `health monitor`); what comes later is not kept. If there is no ERROR, it is
written at the end. Before the stretch stand older events that were still so at
its start, with their own times: open windows, states of vCPUs, handlers, jobs,
pending interrupts and messages that wait.

## JSON lines (`.jsonl`)

The reference format: it has everything, and vpok reads it back. Line 1 is the
head, an object with `"{MARK}": {FORMAT}`; the last line is the end:
`{{"end":TIME,"reason":...,"digest":...,"events":COUNT}}`. `digest` is empty
unless `--digest` asked for it. `vpok schema --trace` prints the JSON Schema of
the lines. Each line between is an event:

| key | |
|---|---|
| `time` | ns |
| `kind` | as below |
| `processor` | its number |
| `partition`, `vcpu`, `thread` | indices; -1: none is concerned. A modelled task is the `thread` of its events |
| `a`, `b` | as below |
| `text` | of `console` only: UTF-8, other bytes as surrogates (U+DC80 and up, as Python's `surrogateescape`) |

## Parquet (`.parquet`)

Extra `parquet`. A row per event; the columns are the keys above. `kind` is a
dictionary of strings, `text` binary and null where there is none; `time`, `a`
and `b` have 64 bits, the others 32. Head and end are JSON in the metadata of
the file, as `{MARK}` and `vpok-end`. vpok reads it back.

## Perfetto (`.pftrace`)

Extra `perfetto`. For [Perfetto's viewer](https://ui.perfetto.dev) and `vpok
view`; vpok does not read it back. Slices that are open at the end end there.

| track | |
|---|---|
| process: a partition | instants: modes, errors of no vCPU; below it its ports, console, threads |
| thread `vCPU N` | a slice per run, named by the processor; calls, faults and errors of guests without threads as instants |
| `runstates` of a vCPU | a slice per state |
| `interrupts` of a vCPU | a slice per handler (nested), with its latency; raises, drops, overruns and lines as instants |
| thread `thread N`, or a task's name | a slice per stretch in which it runs, a task's with its job; calls as instants, missed deadlines |
| process: the module | a slice per major frame, per window and per run of each processor; plans, the end |

Arrows lead from `raise` to the handler, and from `send` over the flush to the
`receive` that gets the message's last byte; a sampling message that is read
again has no second arrow. Counters: `pending interrupts` and `budget` of a vCPU, the `depth`
in bytes of a queueing port, and `utilisation` of a processor, the share of each
major frame (without frames: of each ms) that it was busy, told where it
changes. Data that a flush can carry nowhere is told by no event: it counts in
its sender's depth until the next flush that arrives.

## Kinds of events

What they mean exactly is in [semantics](semantics.md).

| kind | what happens | a | b |
|---|---|---|---|
"""


def page() -> str:
    """Return the page."""
    rows = [
        f"| `{NAMES[kind]}` | {what} | {a} | {b} |\n"
        for kind, (what, a, b) in MEANINGS.items()
    ]
    return INTRODUCTION + "".join(rows)
