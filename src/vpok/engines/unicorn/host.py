"""Memory that the host lends: whole pages, zero, at a fixed address."""

import ctypes
import mmap

from vpok.machine.memory import PAGE


class Pages:
    """Zeroed pages, readable and writable; executable if asked."""

    def __init__(self, size: int, *, executable: bool = False) -> None:
        """Take at least *size* bytes; raises OSError."""
        self.size = max(PAGE, (size + PAGE - 1) // PAGE * PAGE)
        protection = mmap.PROT_READ | mmap.PROT_WRITE
        if executable:
            protection |= mmap.PROT_EXEC
        self._map = mmap.mmap(
            -1, self.size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, protection
        )
        self.view = memoryview(self._map)
        self.address = ctypes.addressof(
            (ctypes.c_char * self.size).from_buffer(self._map)
        )
