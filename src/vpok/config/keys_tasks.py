"""The keys of modelled tasks."""

from typing import Any

from vpok.config.atoms import COUNT, FILE, NAME, TIME, choice
from vpok.config.kinds import (
    Atom,
    Either,
    Json,
    Kind,
    ListOf,
    Record,
    ours,
)
from vpok.config.log import Log
from vpok.config.source import Node, Pairs, Scalar
from vpok.config.units import parse_integer, parse_time
from vpok.spec.model import ON_MISS, TASK_KINDS, TASK_SCHEDULERS
from vpok.spec.problems.tasks import MAX_PRIORITY
from vpok.spec.problems.words import show_time

NO_DEADLINE = -1  # `none`, in a file
UNIFORM = "uniform"
WORDS = (
    "a time such as `2ms`; the ends of what is `uniform`, as in "
    "`{uniform: [1ms, 3ms]}`; or values and their weights, as in "
    "`{1ms: 90, 5ms: 10}`"
)
# Times, weights, and whether they are the ends of a range.
Times = tuple[tuple[int, ...], tuple[int, ...], bool]
SPARE: Times = ((1,), (), False)


class Execution(Kind):
    """How long the jobs of a task execute."""

    def read(self, node: Node, path: str, log: Log) -> Times:
        """Read any of the three forms."""
        if isinstance(node, Scalar):
            return ((TIME.read(node, path, log),), (), False)
        if not isinstance(node, Pairs) or not node.entries:
            log.problem(path, f"write {WORDS.replace('`', '')}, here")
            return SPARE
        if UNIFORM in node.entries:
            return self._uniform(node, path, log)
        return self._weighted(node, path, log)

    def _uniform(self, node: Pairs, path: str, log: Log) -> Times:
        entry = node.entries[UNIFORM]
        log.at(f"{path}.{UNIFORM}", entry.line)
        ends = ListOf(TIME).read(entry.node, f"{path}.{UNIFORM}", log)
        if len(node.entries) > 1 or len(ends) != 2:
            log.problem(
                path,
                "a uniform execution has two ends and nothing else: write "
                "{uniform: [1ms, 3ms]}",
            )
            return SPARE
        return (tuple(ends), (), True)

    def _weighted(self, node: Pairs, path: str, log: Log) -> Times:
        values: list[int] = []
        weights = []
        for text, entry in node.entries.items():
            below = f"{path}.{text}"
            log.at(below, entry.line)
            try:
                value = parse_time(text)
            except ValueError as error:
                log.problem(below, str(error))
                value = 1
            if value in values:
                what = f"{show_time(value)} is given twice: add the weights"
                log.problem(below, what)
            values.append(value)
            weights.append(COUNT.read(entry.node, below, log))
        return (tuple(values), tuple(weights), False)

    def schema(self) -> Json:
        """Describe it in JSON Schema."""
        ends: Json = {"type": "array", "items": TIME.schema()}
        return {
            "anyOf": [
                TIME.schema(),
                {
                    "type": "object",
                    "properties": {UNIFORM: {"description": "Ends.", **ends}},
                    "required": [UNIFORM],
                    "additionalProperties": False,
                },
                {"type": "object", "additionalProperties": COUNT.schema()},
            ]
        }

    def describe(self) -> str:
        """List the forms."""
        return WORDS


def _deadline(text: str) -> Any:
    return NO_DEADLINE if text == "none" else parse_time(text)


DEADLINE = Atom(
    "a time such as `8ms`, or `none`",
    _deadline,
    {"type": ["string", "integer"]},
    1,
)


def _priority(text: str) -> int:
    return -parse_integer(text[1:]) if text[:1] == "-" else parse_integer(text)


PRIORITY = Atom("a number", _priority, {"type": "integer"}, 0)

TASKS = Record(
    "partitions[].tasks[]",
    (
        ours("name", NAME, "Its name.", required=True),
        ours(
            "kind",
            choice(*TASK_KINDS),
            "When jobs come. `periodic`: once in every period, from `offset` "
            "on; `sporadic`: a period, and the jitter, after the last one; "
            "`aperiodic`: at `arrivals`. Default: `aperiodic` if there are "
            "some, else `periodic`.",
        ),
        ours(
            "period",
            TIME,
            "The distance of two jobs; of sporadic ones the least.",
        ),
        ours(
            "deadline",
            DEADLINE,
            "From a job's arrival. Default: the period; `none` of an "
            "aperiodic task.",
        ),
        ours("offset", TIME, "When the first job comes.", default="0"),
        ours(
            "jitter",
            TIME,
            "A job is released up to so much later than it arrives; the "
            "deadline stays. Each delay is equally likely.",
            default="0",
        ),
        ours(
            "execution",
            Execution(),
            "How long a job executes.",
            required=True,
        ),
        ours(
            "priority",
            PRIORITY,
            f"0 to {MAX_PRIORITY}; higher is more urgent. Default: 0; if no "
            "task of the partition has one, the nearer the deadline the "
            "higher.",
        ),
        ours(
            "vcpu",
            COUNT,
            "On which virtual CPU of the partition its jobs run, unless tasks "
            "are `global`.",
            default="0",
        ),
        ours(
            "arrivals",
            Either(FILE, ListOf(TIME)),
            "When the jobs of an aperiodic task come, in ascending order; the "
            "file has a time in the first column of each line.",
        ),
        ours(
            "on_miss",
            choice(*ON_MISS),
            "What follows when a deadline is missed. `continue`: nothing, the "
            "job goes on and the next ones wait; `abort`: the job ends there, "
            "whether it runs or waits; `skip`: the job goes on, and the "
            "task's next one, at the deadline or after, is left out.",
            default=ON_MISS[0],
        ),
    ),
    intro="Instead of an image: tasks whose jobs take time and do nothing "
    f"else. Who of them runs is chosen by {' or '.join(TASK_SCHEDULERS)} "
    "(`scheduler`), preemptively. What is left to chance follows the "
    "partition's `seed`; a task's numbers depend on no other task. The "
    "hypervisor's costs do not apply to modelled partitions.",
)
