"""What a core knows of a guest, put aside."""

import ctypes


class Saved:
    """A context, at a fixed address."""

    __slots__ = ("address", "data", "extra")

    def __init__(self, data: bytes) -> None:
        """Copy *data*, a context of the library."""
        self.data = ctypes.create_string_buffer(data, len(data))
        self.address = ctypes.addressof(self.data)
        self.extra = 0  # what is in no context of the library: `Target.stow`
