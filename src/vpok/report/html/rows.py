"""The rows of a timeline: made when they are known, or first needed."""

from vpok.report.html.kinds import Item
from vpok.report.html.messages import Messages
from vpok.report.html.names import Names
from vpok.report.html.tracks import Group, Strings, Track

# Places of rows in a partition's group: these, then numbers.
CONSOLE, VCPU, THREAD, IRQ = 0, 1, 2, 3
PROBLEMS, FRAMES = (0,), (1,)


class Rows:
    """Groups of rows, and the texts that their items have."""

    def __init__(self, names: Names) -> None:
        """Make the rows of all that is known beforehand."""
        self.names = names
        self.strings = Strings()
        self.module = Group("module", names.system)
        self.problems = self.module.row(PROBLEMS, "misses and errors")
        self.processors = Group("processors")
        self.partitions = [
            Group(each.name, f"{each.personality}, {each.policy}", index)
            for index, each in enumerate(names.partitions)
        ]
        self.messages = Messages(names, self.strings)
        self._interrupts: dict[tuple[int, int, int], Track] = {}
        self._known_rows()

    def _known_rows(self) -> None:
        for number in range(self.names.processors):
            self.processor(number)
        for index, partition in enumerate(self.names.partitions):
            for vcpu in range(partition.vcpus):
                self.vcpu(index, vcpu)
            for task in range(len(partition.tasks)):
                self.thread_row(index, task)

    def groups(self) -> list[Group]:
        """Return the groups that have something, in order."""
        messages = [self.messages.group] if self.messages.used else []
        return [self.module, self.processors, *self.partitions, *messages]

    def processor(self, number: int) -> Track:
        """Return a processor's row: who runs."""
        return self.processors.row((number, 0), f"processor {number}")

    def windows(self, number: int) -> Track:
        """Return the row of its windows; some systems have none."""
        return self.processors.row((number, 1), "windows")

    def vcpu(self, partition: int, vcpu: int) -> Track:
        """Return a virtual CPU's row."""
        group = self.partitions[partition]
        return group.row((VCPU, vcpu), f"vCPU {vcpu}")

    def thread_row(self, partition: int, thread: int) -> Track:
        """Return the row of a thread or a modelled task."""
        tasks = self.names.partitions[partition].tasks
        if thread < len(tasks):
            label = tasks[thread].name
        else:
            label = f"thread {thread}" if thread else "main thread"
        return self.partitions[partition].row((THREAD, thread), label)

    def who(self, partition: int, vcpu: int, thread: int) -> Track:
        """Return the row of whoever did something."""
        if thread >= 0:
            return self.thread_row(partition, thread)
        return self.vcpu(partition, max(vcpu, 0))

    def interrupt(self, partition: int, vcpu: int, number: int) -> Track:
        """Return the row of an interrupt of a virtual CPU."""
        target = (partition, vcpu, number)
        if target in self._interrupts:
            return self._interrupts[target]
        sources = [
            each.name
            for each in self.names.sources
            if (each.partition, each.vcpu, each.number) == target
        ]
        label = " ".join([f"irq {number}", *sources])
        if self.names.partitions[partition].vcpus > 1:
            label = f"{label} @{vcpu}"
        found = self.partitions[partition].row((IRQ, vcpu, number), label)
        self._interrupts[target] = found
        return found

    def label(self, partition: int, vcpu: int) -> int:
        """Return the name of a partition, or of a virtual CPU of several."""
        name = self.names.partitions[partition].name
        if vcpu >= 0 and self.names.partitions[partition].vcpus > 1:
            name = f"{name}/{vcpu}"
        return self.strings.number(name)

    def problem(self, time: int, kind: Item, who: str, x: int, y: int) -> None:
        """Mark something in the row of misses and errors, too."""
        self.problems.mark(time, kind, self.strings.number(who), x, y)
