"""
The Unicorn library through prototypes of our own.

The package's Python binding builds arrays at each call, which costs more than
the calls.  Here every function is typed once; short calls keep the
interpreter's lock, only `emu_start` releases it.
"""

import ctypes
from ctypes import POINTER, c_int, c_size_t, c_uint32, c_uint64, c_void_p
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from vpok.kernel.errors import EngineUnavailable

ARCH_X86: Final = 4
MODE_32: Final = 4
MODE_64: Final = 8
CPU_NEHALEM: Final = 15  # SSE4.2; neither RDRAND nor XSAVE
ARCH_RISCV: Final = 8
MODE_RISCV64: Final = 8
CPU_U54: Final = 3  # RV64IMAFDC, with user mode

HOOK_INTR: Final = 1 << 0
HOOK_CODE: Final = 1 << 2
HOOK_BLOCK: Final = 1 << 3
HOOK_UNMAPPED: Final = 0b11 << 4  # reads and writes of unmapped memory
HOOK_MEMORY: Final = 0b11 << 10  # every read and write
HOOK_EDGE: Final = 1 << 15
HOOK_TLB: Final = 1 << 17

READ: Final = 16
WRITE: Final = 17
FETCH: Final = 18
READ_UNMAPPED: Final = 19
WRITE_UNMAPPED: Final = 20

PROT_READ: Final = 1
PROT_WRITE: Final = 2
PROT_EXEC: Final = 4

OK: Final = 0
INSN_INVALID: Final = 10

# uc_ctl requests: number, arguments, direction.
_WRITE: Final = 1 << 30
_BOTH: Final = 3 << 30
CTL_USE_EXITS: Final = 4 | 1 << 26 | _WRITE
CTL_CPU_MODEL: Final = 7 | 1 << 26 | _WRITE
CTL_REQUEST_BLOCK: Final = 8 | 2 << 26 | _BOTH
CTL_REMOVE_BLOCKS: Final = 9 | 2 << 26 | _WRITE
CTL_FLUSH_BLOCKS: Final = 10 | _WRITE
CTL_FLUSH_TLB: Final = 11 | _WRITE
CTL_TLB_MODE: Final = 12 | 1 << 26 | _WRITE
CTL_BUFFER_SIZE: Final = 13 | 1 << 26 | _WRITE
TLB_VIRTUAL: Final = 1


class TlbEntry(ctypes.Structure):
    """What a fill hook answers."""

    _fields_ = (("paddr", c_uint64), ("perms", c_uint32))


class Block(ctypes.Structure):
    """A translated block, as the library describes it."""

    _fields_ = (
        ("pc", c_uint64),
        ("icount", ctypes.c_uint16),
        ("size", ctypes.c_uint16),
    )


FILL_HOOK: Final = ctypes.CFUNCTYPE(
    ctypes.c_bool, c_void_p, c_uint64, c_int, POINTER(TlbEntry), c_void_p
)
INTR_HOOK: Final = ctypes.CFUNCTYPE(None, c_void_p, c_uint32, c_void_p)
EDGE_HOOK: Final = ctypes.CFUNCTYPE(
    None, c_void_p, POINTER(Block), POINTER(Block), c_void_p
)
MEMORY_HOOK: Final = ctypes.CFUNCTYPE(
    ctypes.c_bool,
    *(c_void_p, c_int, c_uint64, c_int, ctypes.c_int64, c_void_p),
)


class Library:
    """The functions that the engine uses."""

    def __init__(self, path: Path) -> None:
        """Load the shared library at *path*; raises OSError."""
        short = ctypes.PyDLL(str(path))
        long = ctypes.CDLL(str(path))
        word, size, handle = c_uint64, c_size_t, c_void_p
        self.open = _bind(short, "uc_open", c_int, c_int, POINTER(handle))
        self.close = _bind(short, "uc_close", handle)
        self.emu_start = _bind(
            long, "uc_emu_start", handle, word, word, word, size
        )
        self.emu_stop = _bind(short, "uc_emu_stop", handle)
        self.mem_map_ptr = _bind(
            short, "uc_mem_map_ptr", handle, word, size, c_uint32, c_void_p
        )
        self.reg_read = _bind(short, "uc_reg_read", handle, c_int, c_void_p)
        self.reg_write = _bind(short, "uc_reg_write", handle, c_int, c_void_p)
        self.context_alloc = _bind(
            short, "uc_context_alloc", handle, POINTER(handle)
        )
        self.context_free = _bind(short, "uc_context_free", handle)
        self.context_size = _bind(short, "uc_context_size", handle)
        self.context_size.restype = c_size_t
        self.context_save = _bind(short, "uc_context_save", handle, c_void_p)
        self.context_restore = _bind(
            short, "uc_context_restore", handle, c_void_p
        )
        self.context_reg_read = _bind(
            short, "uc_context_reg_read", c_void_p, c_int, c_void_p
        )
        self.context_reg_write = _bind(
            short, "uc_context_reg_write", c_void_p, c_int, c_void_p
        )
        # Variadic: everything behind the fixed arguments is passed as it is.
        self.ctl = _bind(short, "uc_ctl", handle, c_uint32)
        self.hook_add = _bind(
            short,
            "uc_hook_add",
            *(handle, POINTER(size), c_int, c_void_p, c_void_p, word, word),
        )
        self.hook_del = _bind(short, "uc_hook_del", handle, size)
        # A function that looks at its first argument and does nothing.
        self.nothing = _address(short.uc_errno)
        self.stop_address = _address(short.uc_emu_stop)
        version = short.uc_version
        version.argtypes = (c_void_p, c_void_p)
        number = version(None, None)
        self.version = (
            f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}"
        )

    def check(self, error: int) -> None:
        """Raise on an error of the library that no guest can cause."""
        if error != OK:
            raise EngineUnavailable(
                f"Unicorn {self.version} refused a request (error {error}); "
                "install unicorn 2.1.4"
            )


def _address(function: Any) -> int:
    return ctypes.cast(function, c_void_p).value or 0


def _bind(dll: ctypes.CDLL, name: str, *types: Any) -> Any:
    function = dll[name]
    function.argtypes = types
    function.restype = c_int
    return function


@cache
def library() -> Library:
    """Return the library of the installed `unicorn` package."""
    spec = find_spec("unicorn")
    if spec is None or not spec.submodule_search_locations:
        raise EngineUnavailable(
            "the package `unicorn` is not installed: pip install unicorn"
        )
    problem: OSError | None = None
    for folder in spec.submodule_search_locations:
        for path in sorted((Path(folder) / "lib").glob("*unicorn*")):
            if path.suffix == ".a":
                continue
            try:
                return Library(path)
            except OSError as error:
                problem = error
    raise EngineUnavailable(
        "the package `unicorn` has no library for this machine"
        f" ({problem or 'none found'}): pip install --force-reinstall unicorn"
    )
