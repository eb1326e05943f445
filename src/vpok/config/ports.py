"""Ports and channels of a file: who owns which port, who feeds whom."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vpok.config.log import Log
from vpok.config.names import index_of
from vpok.spec.model import PortSpec

Raw = dict[str, Any]  # the values of a `kinds.Record`


def build_ports(
    ports: Sequence[Raw],
    channels: Sequence[Raw],
    partitions: Sequence[str],
    log: Log,
) -> tuple[PortSpec, ...]:
    """Build the ports, with the destinations that the channels give them."""
    built = [
        PortSpec(
            name=raw["name"],
            kind=raw["kind"],
            partition=index_of(
                raw["partition"],
                partitions,
                "partition",
                f"ports[{index}].partition",
                log,
            ),
            direction=raw["direction"],
            size=raw["size"],
        )
        for index, raw in enumerate(ports)
    ]
    names = [port.name for port in built]
    for index, channel in enumerate(channels):
        path = f"channels[{index}]"
        source = index_of(channel["from"], names, "port", f"{path}.from", log)
        for place, name in enumerate(channel["to"] or []):
            end = f"{path}.to[{place}]"
            destination = index_of(name, names, "port", end, log)
            if source >= 0 and destination >= 0:
                _join(built, source, destination, end, log)
    return tuple(built)


def _join(
    ports: list[PortSpec], source: int, destination: int, path: str, log: Log
) -> None:
    """Add a destination; problems with it are problems of *path*."""
    port = ports[source]
    log.alias(f"ports[{source}].destinations[{len(port.destinations)}]", path)
    ports[source] = replace(
        port, destinations=(*port.destinations, destination)
    )
