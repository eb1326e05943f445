"""What vCPUs and partitions were to get, by windows or by budgets."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vpok.kernel.first_level import FirstLevel, Windows
from vpok.kernel.sched.server import PARAMETERS
from vpok.report.rows import PartitionRow, RunResult, VcpuRow
from vpok.report.table import Table
from vpok.report.words import show_share, show_time
from vpok.spec.model import PlanSpec, SystemSpec, WindowSpec

WINDOWS: Final = "windows"
BUDGET: Final = "budget"
NOTHING: Final[tuple[int | None, str]] = (None, "")


@dataclass(frozen=True, slots=True)
class Span:
    """For how long a plan was in force: whole frames, and *rest* of one."""

    plan: PlanSpec
    frames: int
    rest: int  # ns

    def opened(self, window: WindowSpec) -> int:
        """Return for how long a window of it was open."""
        last = min(max(self.rest - window.start, 0), window.duration)
        return self.frames * window.duration + last


def spans(spec: SystemSpec, first_level: FirstLevel, now: int) -> list[Span]:
    """Return how long each plan was in force; none: there are no windows."""
    plans = spec.schedule.plans
    if spec.schedule.windows:
        frame = spec.schedule.major_frame
        plans = (PlanSpec("", frame, spec.schedule.windows),)
    if not isinstance(first_level, Windows) or not plans:
        return []
    frames = list(first_level.served)
    rest, current = now - int(first_level.start), int(first_level.current)
    if rest < 0:  # a processor is ahead, and in the next frame
        current = int(first_level.last)
        frames[current] -= 1
        rest += plans[current].major_frame
    # Where nothing more can happen the time passes without frames.
    more, rest = divmod(rest, plans[current].major_frame)
    frames[current] += more
    return [
        Span(plan, frames[index], rest if index == current else 0)
        for index, plan in enumerate(plans)
    ]


class Supplies:
    """What was due by an instant, by the plans that were in force."""

    def __init__(
        self, spec: SystemSpec, first_level: FirstLevel, now: int
    ) -> None:
        """Look at *spec*, and at what the first level has done."""
        self.spec = spec
        self.now = now
        self.flat = spec.schedule.architecture == "flat"
        self.spans = spans(spec, first_level, now)

    def policy(self, index: int) -> str:
        """Return who chooses among a partition's vCPUs."""
        if self.flat:
            return self.spec.schedule.policy or WINDOWS
        return self.spec.partitions[index].vcpus.policy

    def partition(self, index: int) -> int | None:
        """Return the processor time of a partition's windows so far."""
        if not self.spans:
            return None
        return sum(
            span.opened(window) * len(window.processors)
            for span in self.spans
            for window in span.plan.windows
            if window.partition == index
        )

    def vcpu(self, index: int, vcpu: int) -> tuple[int | None, str]:
        """Return what one vCPU was to get so far, and by what."""
        vcpus = self.spec.partitions[index].vcpus
        policy = self.policy(index)
        if policy == "server":
            given = vcpus.params[vcpu] if vcpu < len(vcpus.params) else {}
            budget, period = (
                given.get(name, PARAMETERS[name].default)
                for name in ("budget", "period")
            )
            periods, rest = divmod(self.now, period)
            return periods * budget + min(rest, budget), BUDGET
        if not self.spans or policy not in {"null", WINDOWS}:
            return NOTHING
        supply = sum(
            span.opened(window)
            for span in self.spans
            for window in self._own(span.plan, index, vcpu)
        )
        return supply, WINDOWS

    def _own(
        self, plan: PlanSpec, index: int, vcpu: int
    ) -> Iterable[WindowSpec]:
        """Yield the windows that are one vCPU's alone."""
        mine = self.spec.partitions[index].processors[vcpu : vcpu + 1]
        for window in plan.windows:
            if window.partition != index:
                continue
            if self.flat:
                if window.vcpu == vcpu:
                    yield window
            elif set(mine) & set(window.processors):
                yield window


# --- as text ------------------------------------------------------------------


def supply_tables(result: RunResult) -> list[Table]:
    """Return what everybody used of it, where there is more to say."""
    if not any(row.tasks or row.policy != "null" for row in result.partitions):
        return []
    columns = (
        *("<partition", ">vcpu", ">utilisation", ">supply", ">used", "<by"),
    )
    rows = [
        line for row in result.partitions for line in _lines(row, result.end)
    ]
    return [Table(columns, rows)]


def _lines(row: PartitionRow, end: int) -> Iterable[tuple[str, ...]]:
    used = sum(vcpu.running for vcpu in row.vcpus)
    if len(row.vcpus) > 1 or row.vcpus[0].supplied_by != WINDOWS:
        by = WINDOWS if row.supply is not None else "-"
        yield (row.name, "all", show_share(used, end), *_part(used, row), by)
    for vcpu in row.vcpus:
        share = show_share(vcpu.running, end)
        by = vcpu.supplied_by or "-"
        yield (
            *(row.name, str(vcpu.index), share),
            *_part(vcpu.running, vcpu),
            by,
        )


def _part(used: int, row: PartitionRow | VcpuRow) -> tuple[str, str]:
    if row.supply is None:
        return ("-", "-")
    return (show_time(row.supply), show_share(used, row.supply))
