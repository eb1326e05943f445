"""How often each latency and response time was, in classes."""

from collections.abc import Mapping
from typing import Any, Final

from vpok.report.html.counts import Counts
from vpok.report.html.names import Names
from vpok.report.interrupts import percentile

BARS: Final = 40
WIDE: Final = 50  # times the least: classes grow by a factor then


def histograms(names: Names, counts: Counts) -> list[dict[str, Any]]:
    """Return one per interrupt that was delivered and task that ended."""
    found = []
    for (partition, vcpu, number), times in sorted(counts.latencies.items()):
        name = names.partitions[partition].name
        sources = " ".join(
            each.name
            for each in names.sources
            if (each.partition, each.vcpu, each.number)
            == (partition, vcpu, number)
        )
        title = f"{name}/{vcpu} interrupt {number} {sources}".rstrip()
        found.append(_one(f"{title}: latency", partition, times))
    for (partition, task), times in sorted(counts.responses.items()):
        own = names.partitions[partition]
        title = f"{own.name} {own.tasks[task].name}: response time"
        found.append(_one(title, partition, times, own.tasks[task].deadline))
    return found


def _one(
    title: str, partition: int, times: Mapping[int, int], deadline: int = 0
) -> dict[str, Any]:
    count = sum(times.values())
    edges = classes(min(times), max(times))
    return {
        "title": title,
        "partition": partition,
        "edges": edges,
        "counts": _sorted_into(times, edges),
        "count": count,
        "minimum": min(times),
        "mean": sum(time * each for time, each in times.items()) // count,
        "p99": percentile(times, 99),
        "maximum": max(times),
        "deadline": deadline,
    }


def classes(least: int, most: int) -> list[int]:
    """Return where classes begin (ns); the last one holds *most*."""
    if most == least:
        return [least]
    if most < WIDE * max(least, 1):
        step = max(1, -(-(most - least + 1) // BARS))
        return list(range(least, most + 1, step))
    factor = (most / max(least, 1)) ** (1 / BARS)
    grown = (int(max(least, 1) * factor**place) for place in range(BARS))
    return sorted({least, *grown})


def _sorted_into(times: Mapping[int, int], edges: list[int]) -> list[int]:
    counts = [0] * len(edges)
    place = 0
    for time in sorted(times):
        while place + 1 < len(edges) and edges[place + 1] <= time:
            place += 1
        counts[place] += times[time]
    return counts
