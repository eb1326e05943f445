"""
What a run came to, counted from its events alone.

For traces, of which nobody has a result.  What events do not tell (guest
instructions, slack, released jobs that never ran) is 0; `tables` leaves it
out.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

from vpok.events import EventKind
from vpok.kernel.partition import MODE_NAMES, NORMAL
from vpok.kernel.vcpu import STATE_NAMES
from vpok.report.html.names import Names
from vpok.report.interrupts import percentile
from vpok.report.rows import (
    InterruptRow,
    MissRow,
    PartitionRow,
    ProcessorRow,
    ResponseRow,
    RunResult,
    TaskRow,
    VcpuRow,
)

Who = tuple[int, int]  # partition, vCPU or task
Target = tuple[int, int, int]  # partition, vCPU, interrupt
OFFLINE: Final = 3
MOST_MISSES: Final = 1000  # that a result lists
K = EventKind


class Counts:
    """Counts events; see `result`."""

    def __init__(self, names: Names) -> None:
        """Start with nothing; all virtual CPUs are offline."""
        self.names = names
        # How often each kind was told: by partition and vCPU, by partition
        # and task, by interrupt, by partition.
        self.vcpus: Counter[tuple[int, int, int]] = Counter()
        self.tasks: Counter[tuple[int, int, int]] = Counter()
        self.interrupts: Counter[tuple[int, Target]] = Counter()
        self.errors: Counter[int] = Counter()
        self.restarts: Counter[int] = Counter()
        self.modes = [MODE_NAMES[1]] * len(names.partitions)
        self.latencies: dict[Target, Counter[int]] = {}
        self.responses: dict[Who, Counter[int]] = {}
        self.misses: dict[Who, list[MissRow]] = {}
        self.preempted: Counter[Who] = Counter()
        self.migrated: Counter[Who] = Counter()
        self._job_at: dict[Who, tuple[int, int]] = {}  # job, vCPU
        # By vCPU: state, since when, on which processor, time in each state.
        self._states: dict[Who, tuple[int, int, int]] = {}
        self._times: Counter[tuple[Who, int]] = Counter()
        self.begin(0)
        self._idle = [0] * names.processors
        self._handlers: dict[int, Callable[..., None]] = {
            int(kind): getattr(self, f"_{kind.name.lower()}", self._other)
            for kind in EventKind
        }

    def begin(self, time: int) -> None:
        """Let nothing be known before an instant: processors are idle."""
        self._begun = time
        self._idle_since = [time] * self.names.processors

    def event(self, kind: int, *event: int) -> None:
        """Take (time, processor, partition, vcpu, thread, a, b)."""
        _, _, partition, vcpu, thread, number, _ = event
        if K.IRQ_RAISE <= kind <= K.IRQ_DROP:
            self.interrupts[kind, (partition, vcpu, number)] += 1
        elif K.JOB_START <= kind <= K.JOB_MISS:
            self.tasks[kind, partition, thread] += 1
        elif vcpu >= 0:
            self.vcpus[kind, partition, vcpu] += 1
        self._handlers[kind](*event)

    def _other(self, *event: int) -> None:
        """Need no more than the number of times."""

    def _runstate(self, time: int, pcpu: int, *event: int) -> None:
        partition, vcpu, _, state, _ = event
        who = (partition, vcpu)
        # In the middle of a run, nobody knows what was before.
        unknown = (OFFLINE, time if self._begun else 0, -1)
        before, since, _ = self._states.get(who, unknown)
        self._times[who, before] += time - since
        self._states[who] = (state, time, pcpu)

    def _switch(self, time: int, pcpu: int, *event: int) -> None:
        idle = event[1] < 0
        if self._idle_since[pcpu] >= 0:
            self._idle[pcpu] += time - self._idle_since[pcpu]
        self._idle_since[pcpu] = time if idle else -1

    def _mode(self, time: int, pcpu: int, *event: int) -> None:
        partition, _, _, mode, _ = event
        self.modes[partition] = MODE_NAMES[mode]
        if 0 < mode < NORMAL:
            self.restarts[partition] += 1

    def _error(self, time: int, pcpu: int, *event: int) -> None:
        self.errors[event[0]] += 1

    def _irq_deliver(self, time: int, pcpu: int, *event: int) -> None:
        partition, vcpu, _, number, late = event
        target = (partition, vcpu, number)
        self.latencies.setdefault(target, Counter())[late] += 1

    def _job_start(self, time: int, pcpu: int, *event: int) -> None:
        partition, vcpu, task, job, _ = event
        who = (partition, task)
        before = self._job_at.get(who)
        if before is not None and before[0] == job:  # it had been stopped
            self.preempted[who] += 1
            self.migrated[who] += before[1] != vcpu
        self._job_at[who] = (job, vcpu)

    def _job_end(self, time: int, pcpu: int, *event: int) -> None:
        partition, _, task, _, response = event
        who = (partition, task)
        self.responses.setdefault(who, Counter())[response] += 1

    def _job_miss(self, time: int, pcpu: int, *event: int) -> None:
        partition, _, task, job, deadline = event
        found = self.misses.setdefault((partition, task), [])
        if len(found) < MOST_MISSES:
            found.append(MissRow(job, deadline))

    # --- rows ---------------------------------------------------------------

    def result(self, end: int, reason: str, digest: str) -> RunResult:
        """Say what the run came to at *end* (ns); the engine is ''."""
        return RunResult(
            system=self.names.system,
            end=end,
            reason=reason,
            digest=digest or None,
            partitions=tuple(
                self._partition(index, end)
                for index in range(len(self.names.partitions))
            ),
            processors=tuple(
                self._processor(number, end)
                for number in range(self.names.processors)
            ),
            host_seconds=0.0,
            engine="",
        )

    def _processor(self, number: int, end: int) -> ProcessorRow:
        since = self._idle_since[number]
        idle = self._idle[number] + (end - since if since >= 0 else 0)
        return ProcessorRow(number, end - self._begun - idle, idle, 0)

    def _partition(self, index: int, end: int) -> PartitionRow:
        names = self.names.partitions[index]
        return PartitionRow(
            index=index,
            name=names.name,
            mode=self.modes[index],
            policy=names.policy,
            processors=(),
            restarts=self.restarts[index],
            errors=self.errors[index],
            instructions=0,
            vcpus=tuple(
                self._vcpu((index, vcpu), end) for vcpu in range(names.vcpus)
            ),
            tasks=tuple(
                self._task((index, task)) for task in range(len(names.tasks))
            ),
        )

    def _vcpu(self, who: Who, end: int) -> VcpuRow:
        never = (OFFLINE, self._begun, -1)
        state, since, pcpu = self._states.get(who, never)
        times = [self._times[who, each] for each in range(len(STATE_NAMES))]
        times[state] += max(0, end - since)
        return VcpuRow(
            id=-1,
            index=who[1],
            processor=pcpu if pcpu >= 0 else None,
            state=STATE_NAMES[state],
            running=times[0],
            runnable=times[1],
            blocked=times[2],
            offline=times[3],
            switches=self.vcpus[K.SWITCH, *who],
            syscalls=self.vcpus[K.SYSCALL, *who],
            faults=self.vcpus[K.FAULT, *who],
            interrupts=self._interrupts(who),
        )

    def _interrupts(self, who: Who) -> tuple[InterruptRow, ...]:
        count = self.interrupts
        rows = []
        for target in sorted({each for _, each in count if each[:2] == who}):
            raised = count[K.IRQ_RAISE, target]
            delivered = count[K.IRQ_DELIVER, target]
            rows.append(
                InterruptRow(
                    number=target[2],
                    sources=(),
                    raised=raised,
                    delivered=delivered,
                    completed=count[K.IRQ_COMPLETE, target],
                    overruns=count[K.IRQ_OVERRUN, target],
                    dropped=count[K.IRQ_DROP, target],
                    pending=raised - delivered,
                )
            )
        return tuple(rows)

    def _task(self, who: Who) -> TaskRow:
        names = self.names.partitions[who[0]].tasks[who[1]]
        done = self.tasks[K.JOB_END, *who]
        return TaskRow(
            index=who[1],
            name=names.name,
            vcpu=None,
            period=names.period,
            deadline=names.deadline,
            released=0,
            done=done,
            aborted=0,
            skipped=0,
            missed=self.tasks[K.JOB_MISS, *who],
            pending=0,
            overdue=0,
            preempted=self.preempted[who],
            migrated=self.migrated[who],
            executed=0,
            worst_arrival=None,
            response=response(self.responses.get(who, {})),
            misses=tuple(self.misses.get(who, ())),
        )


def response(times: "Counter[int] | dict[int, int]") -> ResponseRow | None:
    """Summarise how often each response time (ns) was; None if none was."""
    done = sum(times.values())
    if not done:
        return None
    return ResponseRow(
        minimum=min(times),
        mean=sum(time * count for time, count in times.items()) // done,
        p50=percentile(times, 50),
        p99=percentile(times, 99),
        maximum=max(times),
        exact=True,
    )
