"""Policies on a stage: vCPUs with work to do, processors, and no kernel."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from vpok.kernel.partition import Partition
from vpok.kernel.sched import POLICIES, Policy
from vpok.kernel.vcpu import BLOCKED, RUNNABLE, RUNNING, Vcpu, set_state
from vpok.machine.arch import ArchOps, ArchVcpu
from vpok.testing import ScriptedEngine
from vpok.units import FAR

# Who ran where, from when, until when.
Run = tuple[int, int, int, int]  # processor, vCPU, start, end


class Stage:
    """
    Does what the kernel does, with vCPUs that run until their work is done.

    `cuts` are instants at which all processors stop and go on.
    """

    def __init__(
        self,
        name: str,
        params: Sequence[Mapping[str, int]],
        pcpus: Sequence[int] = (0,),
        quantum: int = 10,
        partitions: Sequence[int] = (),
    ) -> None:
        self.policy: Policy = POLICIES[name](list(pcpus), quantum)
        self.policy.flat = bool(partitions)
        self.pcpus = list(pcpus)
        engine = ScriptedEngine([()])
        self.vcpus: list[Vcpu] = []
        for index, own in enumerate(params):
            number = partitions[index] if partitions else 0
            arch = ArchVcpu(ArchOps(), engine.machine)
            vcpu = Vcpu(
                index, index, Partition(number, f"p{number}", engine), arch
            )
            set_state(vcpu, BLOCKED, 0)
            self.policy.add(vcpu, dict(own))
            self.vcpus.append(vcpu)
        self.now = 0
        self.work = [0] * len(params)  # ns to do
        self.woken = [0] * len(params)  # when it woke last
        self.todo: list[tuple[int, Callable[[], object]]] = []
        self.cuts: set[int] = set()
        self.current: dict[int, Vcpu | None] = dict.fromkeys(pcpus)
        self.since: dict[int, int] = dict.fromkeys(pcpus, 0)  # not charged
        self.stop: dict[int, int] = dict.fromkeys(pcpus, 0)
        self.open = {pcpu: len(self.pcpus) == 1 for pcpu in pcpus}
        self.runs: list[Run] = []
        self.watch: Callable[[], object] = lambda: None  # after each decision
        if len(self.pcpus) > 1:
            for pcpu in pcpus:
                self.at(0, partial(self.window, pcpu, True))

    # --- what is to happen --------------------------------------------------

    def at(self, when: int, what: Callable[[], object]) -> None:
        """Plan an act; those of one instant in the order of their planning."""
        self.todo.append((when, what))
        self.todo.sort(key=lambda entry: entry[0])

    def job(self, index: int, when: int, work: int) -> None:
        """Plan a wake with so much work."""
        self.at(when, lambda: self.wake(index, work))

    def jobs(self, index: int, period: int, work: int, until: int) -> None:
        """Plan a periodic task."""
        for when in range(0, until, period):
            self.job(index, when, work)

    def closed(self, pcpu: int, start: int, end: int) -> None:
        """Plan a gap in a processor's windows."""
        self.at(start, lambda: self.window(pcpu, False))
        self.at(end, lambda: self.window(pcpu, True))

    # --- acts ----------------------------------------------------------------

    def wake(self, index: int, work: int) -> None:
        self.work[index] += work
        vcpu = self.vcpus[index]
        if vcpu.state == BLOCKED:
            set_state(vcpu, RUNNABLE, self.now)
            self.woken[index] = self.now
            self.policy.wake(vcpu, self.now)

    def block(self, vcpu: Vcpu) -> None:
        set_state(vcpu, BLOCKED, self.now)
        self.policy.blocked(vcpu, self.now)

    def window(self, pcpu: int, opened: bool) -> None:
        vcpu = self.current[pcpu]
        if not opened and vcpu is not None:
            self.charge(pcpu)
            if vcpu.state == RUNNING and vcpu.pcpu == pcpu:
                set_state(vcpu, RUNNABLE, self.now)
            self.current[pcpu] = None
        self.open[pcpu] = opened
        if len(self.pcpus) > 1:
            self.policy.window(pcpu, opened, self.now)

    def restart(self, index: int) -> None:
        """Let a vCPU's partition restart: another vCPU takes its place."""
        old = self.vcpus[index]
        for pcpu in self.pcpus:
            if self.current[pcpu] is old:
                self.charge(pcpu)
                self.current[pcpu] = None
        own = self.policy.params(old)
        self.policy.remove(old)
        new = Vcpu(old.id, index, old.partition, old.arch)
        set_state(new, BLOCKED, self.now)
        self.vcpus[index] = new
        self.policy.add(new, own)
        self.wake(index, 0)

    def charge(self, pcpu: int) -> None:
        """Tell the policy what has run."""
        vcpu = self.current[pcpu]
        start = self.since[pcpu]
        self.since[pcpu] = self.now
        if vcpu is None or start == self.now:
            return
        index = int(vcpu.index)
        self.work[index] -= self.now - start
        assert self.work[index] >= 0
        last = next((r for r in reversed(self.runs) if r[0] == pcpu), None)
        if last is not None and (last[1], last[3]) == (index, start):
            self.runs[self.runs.index(last)] = (pcpu, index, last[2], self.now)
        else:
            self.runs.append((pcpu, index, start, self.now))
        self.policy.charge(vcpu, self.now - start, self.now)

    # --- the loop -------------------------------------------------------------

    def run(self, until: int) -> "Stage":
        while True:
            when = self.next()
            if when >= until:
                break
            self.step(when)
        self.now = until
        for pcpu in self.pcpus:
            self.charge(pcpu)
        return self

    def next(self) -> int:
        instants = [when for when, _ in self.todo[:1]]
        instants += [cut for cut in self.cuts if cut > self.now]
        instants += [self.stop[pcpu] for pcpu in self.pcpus if self.open[pcpu]]
        return min(instants, default=FAR)

    def step(self, when: int) -> None:
        assert when >= self.now
        self.now = when
        self.complete()
        acts = False
        while self.todo and self.todo[0][0] <= when:
            self.todo.pop(0)[1]()
            acts = True
        everybody = acts or when in self.cuts
        asked: list[int] = []
        for pcpu in self.pcpus:
            if self.open[pcpu] and (everybody or self.stop[pcpu] <= when):
                self.dispatch(pcpu)
                asked.append(pcpu)
        self.fill()
        self.cuts.discard(when)
        self.watch()

    def complete(self) -> None:
        """Block those whose work is done; idle processors ask again."""
        for pcpu in self.pcpus:
            vcpu = self.current[pcpu]
            ran = self.now - self.since[pcpu]
            if vcpu is not None and self.work[int(vcpu.index)] == ran:
                self.charge(pcpu)
                self.block(vcpu)
                self.current[pcpu] = None
                self.stop[pcpu] = self.now

    def fill(self) -> None:
        """Let idle processors ask until nothing changes."""
        again = True
        while again:
            again = False
            for pcpu in self.pcpus:
                if self.open[pcpu] and self.current[pcpu] is None:
                    self.dispatch(pcpu)
                    again = again or self.current[pcpu] is not None

    def dispatch(self, pcpu: int) -> None:
        self.charge(pcpu)
        old = self.current[pcpu]
        vcpu = self.policy.pick(pcpu, self.now)
        assert self.policy.pick(pcpu, self.now) is vcpu
        if vcpu is not old and old is not None and old.state == RUNNING:
            set_state(old, RUNNABLE, self.now)
        self.current[pcpu] = vcpu
        self.since[pcpu] = self.now
        self.stop[pcpu] = self.policy.next_event(pcpu, self.now)
        assert self.stop[pcpu] > self.now
        if vcpu is not None:
            assert vcpu.state == RUNNABLE or vcpu is old
            set_state(vcpu, RUNNING, self.now)
            vcpu.pcpu = pcpu
            done = self.now + self.work[int(vcpu.index)]
            self.stop[pcpu] = min(self.stop[pcpu], done)

    # --- what was -------------------------------------------------------------

    def had(self, index: int, start: int = 0, end: int = FAR) -> int:
        """Return the ns that a vCPU ran in an interval."""
        return sum(
            max(min(e, end) - max(s, start), 0)
            for _, v, s, e in self.runs
            if v == index
        )

    def on(self, pcpu: int = 0) -> list[tuple[int, int, int]]:
        """Return who ran on a processor: (vCPU, start, end)."""
        return [(v, s, e) for p, v, s, e in self.runs if p == pcpu]

    def of(self, index: int) -> list[tuple[int, int]]:
        """Return when a vCPU ran."""
        return sorted((s, e) for _, v, s, e in self.runs if v == index)


def greedy(stage: Stage, indices: Iterable[int], work: int = 10**9) -> Stage:
    """Give vCPUs more to do than they can."""
    for index in indices:
        stage.job(index, 0, work)
    return stage
