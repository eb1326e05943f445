"""What a guest in Python yields, and what becomes of it."""

from collections.abc import Callable, Generator, Mapping
from random import Random
from typing import Any

from vpok.abi.paravirt_calls import Error

Guests = Generator["Request", Any, None]  # what a guest's function returns
Function = Callable[..., object]

AS_MANY = -1  # an answer of as many bytes as the result says


class Refused(Exception):  # noqa: N818 (it is an answer)
    """A call that is refused; raised where the guest yielded it."""

    def __init__(self, error: Error) -> None:
        """Carry the ABI's error, such as `Error.EAGAIN`."""
        super().__init__(error.name)
        self.error = error


Refused.__module__ = "vpok.guest"  # where guests know it from


class Request:
    """What a guest may yield; made by the functions of `vpok.guest`."""


class Compute(Request):
    """Let time pass."""

    def __init__(self, time: int) -> None:
        """Compute for *time* ns."""
        self.time = time


class Enable(Request):
    """Let interrupts come, or keep them."""

    def __init__(self, enabled: bool) -> None:
        """Enable them, or not."""
        self.enabled = enabled


class Look(Request):
    """Read the shared page."""

    def __init__(self, decode: Callable[[bytes], object]) -> None:
        """Answer what *decode* makes of its bytes."""
        self.decode = decode


class Room:
    """Stands for the address of a buffer that the call fills."""


ROOM = Room()
Argument = int | bytes | Room | Function


class Call(Request):
    """A call of the paravirtual ABI."""

    def __init__(
        self,
        number: int,
        *args: Argument,
        size: int = 0,
        decode: Callable[[int, bytes], object] | None = None,
    ) -> None:
        """
        Call *number* with its arguments, in the ABI's order.

        Bytes are copied to the guest's memory and ROOM is a buffer there, of
        which *decode* gets the first *size* bytes, with the result.
        """
        self.number = number
        self.args = args
        self.size = size
        self.decode = decode


class Guest:
    """
    A virtual CPU, as its functions see it.

    `memory` is the partition's: its vCPUs share it, a warm start keeps it, a
    cold one empties it.  `random` begins anew at each start of the vCPU.
    """

    def __init__(
        self,
        partition: str,
        index: int,
        count: int,
        args: Mapping[str, Any],
        memory: dict[str, Any],
        seed: int,
    ) -> None:
        """Describe vCPU *index* of *count* in *partition*."""
        self.partition = partition
        self.index = index
        self.count = count
        self.args = args
        self.memory = memory
        self.arg = 0  # what `vcpu_up` was given
        self.random = Random(f"{seed}/{partition}/{index}")  # noqa: S311

    def __repr__(self) -> str:
        """Name it as traces do."""
        return f"<vcpu {self.partition}/{self.index}>"
