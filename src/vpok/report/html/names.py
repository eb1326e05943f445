"""The names behind the numbers of events, as whoever has them gives them."""

from collections.abc import Sequence
from typing import Protocol

from vpok.report.interrupts import Source


class TaskNames(Protocol):
    """A modelled task."""

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        ...

    @property
    def period(self) -> int:
        """In ns; 0: aperiodic."""
        ...

    @property
    def deadline(self) -> int:
        """In ns, relative; 0: none."""
        ...


class PartitionNames(Protocol):
    """A partition, its virtual CPUs, and its tasks, if it is modelled."""

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        ...

    @property
    def personality(self) -> str:
        """What its guests see: whose numbers its calls have."""
        ...

    @property
    def policy(self) -> str:
        """Who chooses among its virtual CPUs."""
        ...

    @property
    def vcpus(self) -> int:
        """How many there are."""
        ...

    @property
    def tasks(self) -> Sequence[TaskNames]:
        """In the order of their numbers."""
        ...


class PortNames(Protocol):
    """A port; its place is its number."""

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        ...

    @property
    def kind(self) -> str:
        """One of sampling, queueing, virtual."""
        ...

    @property
    def partition(self) -> int:
        """Whose it is."""
        ...

    @property
    def direction(self) -> str:
        """One of in, out."""
        ...


class Names(Protocol):
    """A system; `vpok.trace.head.Head` is one."""

    @property
    def system(self) -> str:
        """What the configuration calls it."""
        ...

    @property
    def processors(self) -> int:
        """How many there are."""
        ...

    @property
    def clock(self) -> int:
        """In Hz."""
        ...

    @property
    def partitions(self) -> Sequence[PartitionNames]:
        """In the order of their numbers."""
        ...

    @property
    def ports(self) -> Sequence[PortNames]:
        """In the order of their numbers."""
        ...

    @property
    def sources(self) -> Sequence[Source]:
        """Of interrupts."""
        ...

    @property
    def plans(self) -> Sequence[str]:
        """In the order of their numbers."""
        ...

    @property
    def config(self) -> str:
        """The configuration's text; '' if it came from no file."""
        ...
