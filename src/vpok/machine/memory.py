"""The memory of one partition, as the hypervisor sees it."""

from struct import Struct

from mypy_extensions import mypyc_attr

U32 = Struct("<I")
U64 = Struct("<Q")

PAGE = 4096


@mypyc_attr(allow_interpreted_subclasses=True)
class GuestMemory:
    """
    `size` bytes from guest address 0, and not one more.

    Every access is checked by its caller with `contains` (POK's rule: the
    range must lie in the partition; an empty range may end at `size`).
    """

    def __init__(self, buffer: memoryview, size: int) -> None:
        """Own *buffer*, which may be longer than *size* (whole pages)."""
        self.buffer = buffer
        self.size = size
        # Pages that hold translated code, set by the engine: a write of the
        # hypervisor to one of them must reach `changed`.
        self.code_pages: set[int] = set()

    def contains(self, address: int, length: int) -> bool:
        """Say whether the range lies in the partition (unsigned)."""
        return 0 <= length <= self.size and (
            0 <= address <= self.size - length
        )

    def read(self, address: int, length: int) -> bytes:
        """Copy bytes out of the partition."""
        return bytes(self.buffer[address : address + length])

    def write(self, address: int, data: bytes) -> None:
        """Copy bytes into the partition."""
        end = address + len(data)
        self.buffer[address:end] = data
        if self.code_pages and data:
            page = address // PAGE
            last = (end - 1) // PAGE
            while page <= last:  # there is nearly always one
                if page in self.code_pages:
                    self.changed(page)
                page += 1

    def changed(self, page: int) -> None:
        """Hear that the hypervisor wrote to a page that holds code."""

    def u32(self, address: int) -> int:
        """Read an unsigned 32-bit word."""
        value: int = U32.unpack_from(self.buffer, address)[0]
        return value
