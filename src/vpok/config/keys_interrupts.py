"""The keys of sources of interrupts."""

from vpok.config.atoms import COUNT, FILE, NAME, TIME, choice
from vpok.config.kinds import Either, ListOf, Record, ours
from vpok.spec.model import INTERRUPT_CLOCKS, TICK_POLICIES, TRIGGERS
from vpok.spec.problems.interrupts import MAX_LIMIT

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
