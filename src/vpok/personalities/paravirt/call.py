"""One hypercall, as its handler sees it."""

from typing import TYPE_CHECKING

from vpok.abi.paravirt import INTERRUPTS, MAX_NAME, MAX_TEXT
from vpok.abi.paravirt_calls import Error
from vpok.kernel.engine import CONTINUE
from vpok.kernel.vcpu import Vcpu
from vpok.machine.interrupts import Interrupts
from vpok.units import signed

if TYPE_CHECKING:
    from vpok.personalities.paravirt.personality import Paravirt


class Refused(Exception):  # noqa: N818 (it is an answer)
    """A call that is refused; carries the result."""

    def __init__(self, error: Error) -> None:
        """Refuse with *error*."""
        super().__init__(error)
        self.result = -int(error)


class Call:
    """
    The call that is being served; one object serves all of a partition.

    A handler returns the result, or None if the registers are not the
    caller's any more; it may set `verdict`.
    """

    def __init__(self, guest: "Paravirt") -> None:
        """Serve *guest*."""
        self.guest = guest
        self.kernel = guest.kernel
        self.partition = guest.partition
        self.memory = guest.partition.memory
        self.verdict = CONTINUE
        self.now = 0
        self.vcpu: Vcpu
        self.interrupts: Interrupts

    def begin(self, vcpu: Vcpu, interrupts: Interrupts, now: int) -> None:
        """Turn to a call of *vcpu*."""
        self.vcpu = vcpu
        self.interrupts = interrupts
        self.now = now
        self.verdict = CONTINUE

    # --- arguments; each raises Refused ------------------------------------

    def argument(self, place: int) -> int:
        """Return an argument, unsigned."""
        register = self.guest.isa.arguments[place]
        return int(self.vcpu.arch.machine.get(register))

    def signed(self, place: int) -> int:
        """Return an argument as a signed number."""
        return signed(self.argument(place))

    def target(self, place: int) -> Vcpu:
        """Return the vCPU of the partition that an argument names."""
        index = self.argument(place)
        if index >= len(self.partition.vcpus):
            raise Refused(Error.EINVAL)
        return self.partition.vcpus[index]

    def number(self, place: int) -> int:
        """Return the number of an interrupt."""
        number = self.argument(place)
        if number >= INTERRUPTS:
            raise Refused(Error.EINVAL)
        return number

    def registered(self, place: int) -> int:
        """Return the number of an interrupt that has a handler."""
        number = self.number(place)
        if not self.interrupts.registered(number):
            raise Refused(Error.ENODEV)
        return number

    def address(self, place: int, length: int) -> int:
        """Return an address with *length* bytes in the partition."""
        address = self.argument(place)
        if not self.memory.contains(address, length):
            raise Refused(Error.EFAULT)
        return address

    def length(self, place: int, most: int = MAX_TEXT) -> int:
        """Return a length of at most *most* bytes."""
        length = self.argument(place)
        if length > most:
            raise Refused(Error.EMSGSIZE)
        return length

    def code(self, place: int) -> int:
        """Return an address at which code may begin."""
        address = self.address(place, 1)
        if address % self.guest.isa.pc_alignment:
            raise Refused(Error.EFAULT)
        return address

    def name(self, place: int) -> str:
        """Return a name: address and length."""
        length = self.argument(place + 1)
        if length > MAX_NAME:
            raise Refused(Error.EINVAL)
        data = self.memory.read(self.address(place, length), length)
        return data.decode("ascii", "replace")
