"""What a core knows of a guest, put aside."""

import ctypes


class Saved:
    """A context, at a fixed address."""

    __slots__ = ("address", "data")

    def __init__(self, data: bytes) -> None:
        """Copy *data*, a context of the library."""
        self.data = ctypes.create_string_buffer(data, len(data))
        self.address = ctypes.addressof(self.data)
