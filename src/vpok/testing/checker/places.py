"""Where vCPUs may be: windows, processors, one at a time; and for how long."""

from vpok.events import EventKind
from vpok.report.rows import RunResult, VcpuRow
from vpok.testing.checker.rule import Rule
from vpok.testing.checker.state import RUNNING
from vpok.testing.sink import Event


class Windows(Rule):
    """Windows open and close when the schedule says, and at no other time."""

    name = "windows"

    def told(self, event: Event) -> None:
        """Let another plan be in force."""
        if event.kind != EventKind.PLAN:
            return
        if not self.view.schedule.switch(event.a, event.time):
            self.fail(event.time, f"no frame of plan {event.a} begins")

    def span(self, start: int, end: int) -> None:
        """Compare what is open with what should be."""
        for pcpu, place in enumerate(self.view.places):
            told = self.view.told[pcpu]
            due = None if place is None else place[:2]
            if told != due:
                self.fail(
                    start,
                    f"processor {pcpu} has window {_show(told)}, not "
                    f"{_show(due)}",
                )


def _show(window: tuple[int, int] | None) -> str:
    if window is None:
        return "none"
    return f"{window[1]} of partition {window[0]}"


class Switches(Rule):
    """A vCPU runs after a switch to it; another one after it stopped."""

    name = "switches"

    def told(self, event: Event) -> None:
        """Compare an event with what was before it."""
        state, pcpu = self.view, event.pcpu
        if event.kind == EventKind.SWITCH:
            before = state.running[pcpu]
            if before is not None:
                self.fail(
                    event.time,
                    f"processor {pcpu} switches while {self.call(before)} "
                    "still runs",
                )
        elif event.kind == EventKind.RUNSTATE and event.a == RUNNING:
            who = (event.partition, event.vcpu)
            if state.current[pcpu] != who:
                self.fail(
                    event.time,
                    f"{self.call(who)} runs on processor {pcpu} without a "
                    "switch to it",
                )


class Places(Rule):
    """A vCPU runs in its partition's windows, on one processor at a time."""

    name = "place"

    def span(self, start: int, end: int) -> None:
        """Look at all processors."""
        state = self.view
        for pcpu, who in enumerate(state.running):
            if who is None:
                continue
            place, number = state.places[pcpu], state.domain_of[who]
            domain = state.domains[number]
            if place is None or place[2] != number:
                self.fail(
                    start,
                    f"{self.call(who)} runs on processor {pcpu} outside its "
                    "window",
                )
            elif not (domain.allowed(who, pcpu) or number in state.disturbed):
                what = f"{self.call(who)} may not use processor {pcpu}"
                self.fail(start, what)
            if who in state.running[:pcpu]:
                what = f"{self.call(who)} runs on two processors at once"
                self.fail(start, what)


class Accounts(Rule):
    """The times in all states add up to the time; results say the same."""

    name = "runstates"

    def prepare(self) -> None:
        """Begin to count."""
        self.times = {who: [0, 0, 0, 0] for who in self.view.status}

    def span(self, start: int, end: int) -> None:
        """Count."""
        for who, status in self.view.status.items():
            self.times[who][status] += end - start
            if (status == RUNNING) != (who in self.view.running):
                what = f"{self.call(who)} runs, or does not, nowhere"
                self.fail(start, what)

    def compare(self, result: RunResult) -> None:
        """Look at every row."""
        for (partition, index), times in self.times.items():
            row: VcpuRow = result.partitions[partition].vcpus[index]
            own = [row.running, row.runnable, row.blocked, row.offline]
            who = self.call((partition, index))
            if sum(own) != result.end:
                what = f"those of {who}, {own}, do not add up to the time"
                self.fail(result.end, what)
            number = self.view.domain_of[partition, index]
            if own != times and self.view.domains[number].exact:
                what = f"the result has {own} for {who}, events {times}"
                self.fail(result.end, what)
