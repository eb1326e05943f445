"""
Traces for Perfetto's viewer: the layout is in docs/reference/trace.md.

Here are what has no length, the arrows, and the table of who draws what.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from vpok import names
from vpok.events import EventKind
from vpok.kernel.partition import IDLE, NORMAL
from vpok.trace.flows import GONE, Channels, Raises
from vpok.trace.head import Head
from vpok.trace.packets import BEGIN, INSTANT, Note
from vpok.trace.slices import Slices
from vpok.trace.tracks import Key
from vpok.trace.writer import Row

UNANSWERED: Final = -1  # the result of a call that comes later


class Perfetto(Slices):
    """Writes them."""

    def __init__(self, path: Path, head: Head) -> None:
        """Begin a file; raises OSError."""
        super().__init__(path, head)
        self.raises = Raises()
        self.channels = Channels(head.ports)
        self._flows = 0

    def write(self, rows: list[Row]) -> None:
        """Write a block of events."""
        for row in rows:
            SAY[row[1]](self, row)
        self._file.write(self.packets.take())

    def _personality(self, row: Row) -> str:
        return self.head.partitions[row[3]].personality

    # --- interrupts --------------------------------------------------------------

    def irq_raise(self, row: Row) -> None:
        """An interrupt occurs and is pending."""
        time, _, _, partition, vcpu, _, number, pending, _ = row
        self._flows += 1
        target = (partition, vcpu, number)
        self.raises.raised(target, time, pending, self._flows)
        said = (INSTANT, self.interrupts(row), f"raise {number}")
        self.packets.flow(time, said, [self._flows], [])
        self._pending(row)

    def irq_deliver(self, row: Row) -> None:
        """Its handler is entered."""
        time, _, _, partition, vcpu, _, number, late, _ = row
        flow = self.raises.delivered((partition, vcpu, number), time - late)
        track = self.interrupts(row)
        self.opened(track)
        said = (BEGIN, track, f"interrupt {number}", ("latency", late))
        self.packets.flow(time, said, [], [] if flow is None else [flow])
        self._pending(row)

    def irq_complete(self, row: Row) -> None:
        """Its handler is done."""
        track = self.interrupts(row)
        left = min(row[7], max(0, self.depth(track) - 1))
        self.end_slices(row[0], track, left)

    def irq_drop(self, row: Row) -> None:
        """Occurrences are not kept."""
        time, _, _, partition, vcpu, _, number, why, _ = row
        if why >= GONE:
            self.raises.forget((partition, vcpu, number))
            self._pending(row)
        name = f"drop {number}: {names.drop(why)}"
        self.packets.instant(time, self.interrupts(row), name)

    def _pending(self, row: Row) -> None:
        time, _, _, partition, vcpu, _, _, _, _ = row
        track = self.tracks["pending", partition, vcpu]
        count = self.raises.pending[partition, vcpu]
        self.packets.count(time, track, count)

    def budget(self, row: Row) -> None:
        """A vCPU's budget is used up or there again."""
        time, _, _, partition, vcpu, _, left, _, _ = row
        self.packets.count(time, self.tracks["budget", partition, vcpu], left)

    # --- messages ----------------------------------------------------------------

    def port_send(self, row: Row) -> None:
        """A message is written into a port."""
        time, _, _, _, _, _, number, size, _ = row
        port = self.head.ports[number]
        flows = {
            to: self._flows + place + 1
            for place, to in enumerate(port.destinations)
        }
        self._flows += len(flows)
        self.channels.sent(number, size, flows)
        said = (INSTANT, self.place(row), f"send {port.name}", ("bytes", size))
        self.packets.flow(time, said, list(flows.values()), [])
        self._depth(time, number)

    def port_flush(self, row: Row) -> None:
        """Data travels to a destination."""
        time, _, _, _, _, _, source, to, _ = row
        arrived = self.channels.flushed(source, to, time)
        here, there = self.head.ports[source], self.head.ports[to]
        track = self.tracks["ports", there.partition]
        said = (INSTANT, track, f"{here.name} to {there.name}")
        flows = [each.token[to] for each in arrived if to in each.token]
        self.packets.flow(time, said, flows, [])
        self._depth(time, source)
        self._depth(time, to)

    def port_receive(self, row: Row) -> None:
        """A message is read from a port."""
        time, _, _, _, _, _, number, size, _ = row
        name = f"receive {self.head.ports[number].name}"
        flows = [
            token[number]
            for token in self.channels.received(number, size)
            if number in token
        ]
        said = (INSTANT, self.place(row), name, ("bytes", size))
        self.packets.flow(time, said, [], flows)
        self._depth(time, number)

    def _depth(self, time: int, number: int) -> None:
        if not self.channels.samples[number]:
            depth = self.channels.depth(number)
            self.packets.count(time, self.tracks["port", number], depth)

    # --- instants ----------------------------------------------------------------

    def syscall(self, row: Row) -> None:
        """A guest called."""
        name = names.call(self._personality(row), row[6])
        notes = [("result", row[7])] if row[7] != UNANSWERED else []
        self.packets.instant(row[0], self.place(row), name, *notes)

    def result(self, row: Row) -> None:
        """A call that had waited is answered."""
        name = names.call(self._personality(row), row[6])
        self.packets.instant(
            row[0], self.place(row), f"{name} answered", ("result", row[7])
        )

    def error(self, row: Row) -> None:
        """The health monitor heard of an error."""
        what = names.error(self._personality(row), row[6])
        name = f"error: {what}, {names.action(row[7])}"
        self.packets.instant(row[0], self.place(row), name)

    def mode(self, row: Row) -> None:
        """A partition changes its mode."""
        time, _, _, partition, _, _, mode, _, _ = row
        if mode not in (IDLE, NORMAL):
            self.raises.restarted(partition)
            self.channels.restarted(partition)
        name = f"mode {names.mode(mode)}"
        self.packets.instant(time, self.place(row), name)

    def console_text(self, row: Row) -> None:
        """Text was printed."""
        time, _, _, partition, _, _, _, _, text = row
        key: Key = ("console", partition) if partition >= 0 else ("module",)
        shown = text.decode(errors="replace").rstrip("\r\n")
        self.packets.text(time, self.tracks[key], shown)

    def other(self, row: Row) -> None:
        """What has no picture of its own."""
        kind, a, b = row[1], row[6], row[7]
        name, notes = OTHERS[kind](a, b)
        place = self.interrupts(row) if kind in LINES else self.place(row)
        self.packets.instant(row[0], place, name, *notes)


# --- kinds that are an instant and nothing else ------------------------------

Told = tuple[str, tuple[Note, ...]]


def _line(number: int, asserted: int) -> Told:
    return f"line {number} {'' if asserted else 'de'}asserted", ()


OTHERS: Final[Mapping[int, Callable[[int, int], Told]]] = MappingProxyType(
    {
        EventKind.FAULT: lambda cause, pc: (f"fault {cause}", (("pc", pc),)),
        EventKind.SHUTDOWN: lambda why, _: (f"end: {names.end(why)}", ()),
        EventKind.IRQ_OVERRUN: lambda number, _: (f"overrun {number}", ()),
        EventKind.IRQ_LINE: _line,
        EventKind.VECTOR: lambda cause, address: (
            f"vector {cause}",
            (("address", address),),
        ),
        EventKind.CONTROL: lambda what, value: (
            f"control: {names.control(what)}",
            (("value", value),),
        ),
        EventKind.PLAN: lambda plan, _: (f"plan {plan}", ()),
    }
)
# Of these, those that are drawn among a vCPU's interrupts.
LINES: Final = frozenset({EventKind.IRQ_OVERRUN, EventKind.IRQ_LINE})

# Who draws what.
SAY: Final[Mapping[int, Callable[[Perfetto, Row], None]]] = {
    **dict.fromkeys(map(int, OTHERS), Perfetto.other),
    int(EventKind.FRAME): Perfetto.frame,
    int(EventKind.WINDOW_OPEN): Perfetto.window_open,
    int(EventKind.WINDOW_CLOSE): Perfetto.window_close,
    int(EventKind.SWITCH): Perfetto.switch,
    int(EventKind.RUNSTATE): Perfetto.runstate,
    int(EventKind.THREAD): Perfetto.thread,
    int(EventKind.SYSCALL): Perfetto.syscall,
    int(EventKind.RESULT): Perfetto.result,
    int(EventKind.ERROR): Perfetto.error,
    int(EventKind.MODE): Perfetto.mode,
    int(EventKind.PORT_SEND): Perfetto.port_send,
    int(EventKind.PORT_RECEIVE): Perfetto.port_receive,
    int(EventKind.PORT_FLUSH): Perfetto.port_flush,
    int(EventKind.CONSOLE): Perfetto.console_text,
    int(EventKind.IRQ_RAISE): Perfetto.irq_raise,
    int(EventKind.IRQ_DELIVER): Perfetto.irq_deliver,
    int(EventKind.IRQ_COMPLETE): Perfetto.irq_complete,
    int(EventKind.IRQ_DROP): Perfetto.irq_drop,
    int(EventKind.BUDGET): Perfetto.budget,
    int(EventKind.JOB_START): Perfetto.job_start,
    int(EventKind.JOB_STOP): Perfetto.job_stop,
    int(EventKind.JOB_END): Perfetto.job_stop,
    int(EventKind.JOB_MISS): Perfetto.job_miss,
}
