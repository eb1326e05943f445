"""What is wrong with ports and the channels between them."""

import re
from collections.abc import Iterator, Sequence

from vpok.abi.pok import MAX_PORT_SIZE
from vpok.spec.model import PortSpec, Problem, SystemSpec
from vpok.spec.problems.words import exists, one_of, unique

KINDS = ("sampling", "queueing", "virtual")
DIRECTIONS = ("in", "out")
NAME = re.compile(r"[!-~]([ -~]{0,62}[!-~])?")


def of_ports(spec: SystemSpec) -> Iterator[Problem]:
    """Every port is sound, and so is every channel."""
    yield from unique("ports", [port.name for port in spec.ports])
    for index, port in enumerate(spec.ports):
        where = f"ports[{index}]"
        if not NAME.fullmatch(port.name):
            yield Problem(
                f"{where}.name",
                f"{port.name[:60]!r} names no port: take 1 to 64 printable ASCII "
                "characters, not a space at either end",
            )
        yield from one_of(f"{where}.kind", port.kind, KINDS)
        yield from one_of(f"{where}.direction", port.direction, DIRECTIONS)
        yield from exists(where, port.partition, len(spec.partitions))
        if 0 <= port.partition < len(spec.partitions):
            owner = spec.partitions[port.partition]
            if owner.personality in {"paravirt", "python"}:
                yield from _paravirt(where, port)
            elif owner.personality == "tasks":
                yield Problem(
                    f"{where}.partition",
                    f"{owner.name!r} is a modelled partition, which has no "
                    "ports: name another one",
                )
        if not 0 <= port.size <= MAX_PORT_SIZE:
            yield Problem(
                f"{where}.size",
                f"a port of {port.size} bytes: make it "
                f"{MAX_PORT_SIZE} or less",
            )
    yield from _channels(spec.ports)


def _paravirt(where: str, port: PortSpec) -> Iterator[Problem]:
    """Such a guest creates no ports: they are there, as configured."""
    if port.kind == "virtual":
        yield Problem(
            f"{where}.kind",
            f"port {port.name!r} of a paravirt partition is virtual: take "
            "sampling or queueing",
        )
    elif port.size == 0:
        yield Problem(
            f"{where}.size",
            f"port {port.name!r} of a paravirt partition has no size: write "
            "how many bytes it holds",
        )


def _channels(ports: Sequence[PortSpec]) -> Iterator[Problem]:
    fed: dict[int, int] = {}  # destination -> its source
    for index, port in enumerate(ports):
        for place, destination in enumerate(port.destinations):
            where = f"ports[{index}].destinations[{place}]"
            if not 0 <= destination < len(ports):
                yield Problem(where, f"there is no port {destination}")
                continue
            yield from _ends(where, port, ports[destination])
            if destination in fed:
                yield Problem(
                    where,
                    f"port {ports[destination].name!r} is fed by "
                    f"{ports[fed[destination]].name!r} already: give it one "
                    "source, once",
                )
            fed.setdefault(destination, index)


def _ends(
    where: str, source: PortSpec, destination: PortSpec
) -> Iterator[Problem]:
    if source.kind != destination.kind:
        yield Problem(
            where,
            f"port {source.name!r} is {source.kind}, {destination.name!r} is "
            f"{destination.kind}: join ports of one kind",
        )
        return
    if source.kind == "virtual":  # has no direction
        return
    if source.direction != "out":
        yield Problem(
            where,
            f"port {source.name!r} is an in port: a channel comes from an "
            "out port",
        )
    if destination.direction != "in":
        yield Problem(
            where,
            f"port {destination.name!r} is an out port: a channel goes to "
            "in ports",
        )
