"""From events to the rows of the timeline."""

from collections.abc import Callable
from typing import Final

from vpok import names as words
from vpok.events import CONTROLS, DROPS, NOBODY, EventKind
from vpok.kernel.module import END_NAMES
from vpok.kernel.partition import MODE_NAMES, NORMAL
from vpok.report.html.console import Lines
from vpok.report.html.kinds import Item
from vpok.report.html.names import Names
from vpok.report.html.rows import CONSOLE, FRAMES, Rows
from vpok.report.html.tracks import Track

RUNNING: Final = 0  # of the states of a vCPU

Handler = Callable[[int, int, int, int, int, int, int], None]


class Timeline(Rows):
    """Follows a run."""

    def __init__(self, names: Names) -> None:
        """Stand before the first event."""
        super().__init__(names)
        self.lines = Lines()
        kinds = [each.personality for each in names.partitions]
        self._personalities = kinds
        self._open = [0] * len(kinds)  # open ones
        # By (partition, vCPU): its thread or job, and whether it runs.
        self._loaded: dict[tuple[int, int], int] = {}
        self._jobs: dict[tuple[int, int], Track] = {}
        self._running: set[tuple[int, int]] = set()
        self._handlers: dict[int, Handler] = {
            int(kind): getattr(self, f"_{kind.name.lower()}")
            for kind in EventKind
            if kind != EventKind.CONSOLE
        }

    def event(self, kind: int, *event: int) -> None:
        """Take (time, processor, partition, vcpu, thread, a, b)."""
        self._handlers[kind](*event)

    def console(
        self, time: int, partition: int, vcpu: int, text: bytes
    ) -> None:
        """Take console text: a line becomes a mark."""
        for began, line in self.lines.take(time, (partition, vcpu), text):
            self._printed(began, partition, line)

    def finish(self, time: int) -> None:
        """End what is under way."""
        for began, who, line in self.lines.rest():
            self._printed(began, who[0], line)
        for group in self.groups():
            for track in group.tracks():
                track.end(time)

    def _printed(self, time: int, partition: int, line: str) -> None:
        name = self.strings.number(line)
        if partition < 0:
            self.module.head.mark(time, Item.CONSOLE, name)
        else:
            group = self.partitions[partition]
            group.row((CONSOLE,), "console").mark(time, Item.CONSOLE, name)

    # --- the first level ----------------------------------------------------

    def _frame(self, time: int, *event: int) -> None:
        number = event[4]
        self.module.row(FRAMES, "major frames").begin(
            time, Item.FRAME, 0, number
        )

    def _plan(self, time: int, *event: int) -> None:
        plan = event[4]
        names = self.names.plans
        name = names[plan] if plan < len(names) else str(plan)
        row = self.module.row(FRAMES, "major frames")
        row.mark(time, Item.PLAN, self.strings.number(name), plan)

    def _window_open(
        self, time: int, pcpu: int, partition: int, vcpu: int, *rest: int
    ) -> None:
        if partition < 0:
            return
        row = self.windows(pcpu)
        name = self.label(partition, vcpu)
        row.begin(time, Item.WINDOW, name, partition, rest[1])
        self._open[partition] += 1
        if self._open[partition] == 1:
            self.partitions[partition].head.begin(time, Item.SHARE)

    def _window_close(
        self, time: int, pcpu: int, partition: int, *rest: int
    ) -> None:
        if partition < 0:
            return
        self.windows(pcpu).end(time)
        self._open[partition] = max(0, self._open[partition] - 1)
        if not self._open[partition]:
            self.partitions[partition].head.end(time)

    def _mode(self, time: int, pcpu: int, partition: int, *rest: int) -> None:
        mode = rest[2]
        name = self.strings.number(MODE_NAMES[mode])
        self.partitions[partition].head.mark(time, Item.MODE, name)
        if mode != NORMAL:  # its threads are no more
            for who in [who for who in self._loaded if who[0] == partition]:
                self.thread_row(partition, self._loaded.pop(who)).end(time)

    def _shutdown(self, time: int, *event: int) -> None:
        name = self.strings.number(END_NAMES[event[4]])
        self.module.head.mark(time, Item.SHUTDOWN, name)

    # --- virtual CPUs, threads, jobs ----------------------------------------

    def _switch(
        self, time: int, pcpu: int, partition: int, vcpu: int, *rest: int
    ) -> None:
        row = self.processor(pcpu)
        if vcpu == NOBODY:
            row.end(time)
            return
        name = self.label(partition, vcpu)
        row.begin(time, Item.RUN, name, partition, vcpu)

    def _runstate(
        self, time: int, pcpu: int, partition: int, vcpu: int, *rest: int
    ) -> None:
        state, who = rest[1], (partition, vcpu)
        kind = Item(Item.RUNNING + state)
        self.vcpu(partition, vcpu).begin(time, kind, 0, pcpu)
        if state == RUNNING:
            self._running.add(who)
            if who in self._loaded:
                self._thread_runs(time, who)
            return
        self._running.discard(who)
        if who in self._loaded:
            self.thread_row(partition, self._loaded[who]).end(time)
        if who in self._jobs:
            self._jobs.pop(who).end(time)

    def _thread(
        self, time: int, pcpu: int, partition: int, vcpu: int, *rest: int
    ) -> None:
        who = (partition, vcpu)
        if who in self._loaded:
            self.thread_row(partition, self._loaded[who]).end(time)
        self._loaded[who] = rest[0]
        if who in self._running:
            self._thread_runs(time, who)

    def _thread_runs(self, time: int, who: tuple[int, int]) -> None:
        row = self.thread_row(who[0], self._loaded[who])
        row.begin(time, Item.THREAD, 0, who[1])

    def _job_start(
        self, time: int, pcpu: int, partition: int, vcpu: int, *rest: int
    ) -> None:
        task, job, arrival = rest
        row = self.thread_row(partition, task)
        row.begin(time, Item.JOB, 0, job, time - arrival)
        self._jobs[partition, vcpu] = row

    def _job_stop(
        self, time: int, pcpu: int, partition: int, vcpu: int, *rest: int
    ) -> None:
        row = self.thread_row(partition, rest[0])
        row.end(time)
        # A deadline may pass for one that waits.
        if self._jobs.get((partition, vcpu)) is row:
            del self._jobs[partition, vcpu]

    def _job_end(
        self, time: int, pcpu: int, partition: int, vcpu: int, *rest: int
    ) -> None:
        task, job, response = rest
        self._job_stop(time, pcpu, partition, vcpu, task)
        row = self.thread_row(partition, task)
        row.mark(time, Item.DONE, 0, job, response)

    def _job_miss(
        self, time: int, pcpu: int, partition: int, vcpu: int, *rest: int
    ) -> None:
        task, job, deadline = rest
        # Given up, or about to be told as done.
        self._job_stop(time, pcpu, partition, vcpu, task)
        row = self.thread_row(partition, task)
        row.mark(time, Item.MISS, 0, job, time - deadline)
        who = f"{self.names.partitions[partition].name} {row.label}"
        self.problem(time, Item.MISS, who, job, time - deadline)

    # --- calls and errors ---------------------------------------------------

    def _called(self, kind: Item, time: int, *event: int) -> None:
        _, partition, vcpu, thread, number, result = event
        name = self.strings.number(
            words.call(self._personalities[partition], number).lower()
        )
        self.who(partition, vcpu, thread).mark(
            time, kind, name, number, result
        )

    def _syscall(self, *event: int) -> None:
        self._called(Item.SYSCALL, *event)

    def _result(self, *event: int) -> None:
        self._called(Item.RESULT, *event)

    def _fault(self, time: int, *event: int) -> None:
        _, partition, vcpu, thread, cause, pc = event
        row = self.who(partition, vcpu, thread)
        # As text: a double holds no address beyond 2**53.
        at = f"cause {cause} at {pc:#x}"
        # No problem yet: a guest may handle it; if none does, it is an error.
        row.mark(time, Item.FAULT, self.strings.number(at), cause)

    def _vector(self, time: int, *event: int) -> None:
        _, partition, vcpu, thread, cause, address = event
        row = self.who(partition, vcpu, thread)
        at = self.strings.number(f"cause {cause}, address {address:#x}")
        row.mark(time, Item.VECTOR, at, cause)

    def _error(self, time: int, *event: int) -> None:
        _, partition, _, _, kind, done = event
        error = words.error(self._personalities[partition], kind)
        what = f"{error}: {words.action(done)}"
        head = self.partitions[partition].head
        head.mark(time, Item.ERROR, self.strings.number(what), kind)
        self.problem(time, Item.ERROR, f"{head.label}: {what}", kind, 0)

    def _control(self, time: int, *event: int) -> None:
        _, partition, vcpu, _, what, value = event
        name = self.strings.number(CONTROLS[what])
        self.vcpu(partition, vcpu).mark(time, Item.CONTROL, name, 0, value)

    def _budget(self, time: int, *event: int) -> None:
        _, partition, vcpu, _, left, _ = event
        self.vcpu(partition, vcpu).mark(time, Item.BUDGET, 0, left)

    # --- interrupts ---------------------------------------------------------

    def _irq_raise(self, time: int, *event: int) -> None:
        _, partition, vcpu, _, number, pending = event
        row = self.interrupt(partition, vcpu, number)
        row.mark(time, Item.RAISE, 0, number, pending)

    def _irq_deliver(self, time: int, *event: int) -> None:
        _, partition, vcpu, _, number, late = event
        row = self.interrupt(partition, vcpu, number)
        row.begin(time, Item.HANDLER, 0, number, late)

    def _irq_complete(self, time: int, *event: int) -> None:
        _, partition, vcpu, _, number, _ = event
        self.interrupt(partition, vcpu, number).end(time)

    def _irq_overrun(self, time: int, *event: int) -> None:
        _, partition, vcpu, _, number, pending = event
        row = self.interrupt(partition, vcpu, number)
        row.mark(time, Item.OVERRUN, 0, number, pending)
        who = f"{self.names.partitions[partition].name} {row.label}"
        self.problem(time, Item.OVERRUN, who, number, pending)

    def _irq_drop(self, time: int, *event: int) -> None:
        _, partition, vcpu, _, number, why = event
        name = self.strings.number(DROPS[why])
        row = self.interrupt(partition, vcpu, number)
        row.mark(time, Item.DROP, name, number)

    def _irq_line(self, time: int, *event: int) -> None:
        _, partition, vcpu, _, number, level = event
        row = self.interrupt(partition, vcpu, number)
        row.mark(time, Item.LINE, 0, number, level)

    # --- messages -----------------------------------------------------------

    def _port_send(self, time: int, *event: int) -> None:
        self.messages.send(time, event[4], event[5])

    def _port_receive(self, time: int, *event: int) -> None:
        self.messages.receive(time, event[4], event[5])

    def _port_flush(self, time: int, *event: int) -> None:
        self.messages.flush(time, event[4], event[5])
