"""One Unicorn instance: a processor in user mode, on a partition's memory."""

import ctypes
from collections.abc import Callable
from ctypes import c_size_t, c_uint64, c_void_p
from typing import Any, Final

from vpok.engines.unicorn import lib as uc
from vpok.engines.unicorn.mmu import COPY, HIDDEN, NOWHERE, Mmu
from vpok.engines.unicorn.registers import Registers
from vpok.engines.unicorn.saved import Saved
from vpok.engines.unicorn.target import Target
from vpok.machine.memory import PAGE

# Why a run of a core ended.
SPENT: Final = 0  # everything that it was allowed has been executed
UNFIT: Final = 1  # the next block must be looked at, or does not fit
FAULTED: Final = 2  # an exception: see `vector`
DENIED: Final = 3  # an access: see the Mmu
TRAPPED: Final = 4  # a call; what to do next is the engine's to know
FAILED: Final = 5  # an exception of our own: see `failure`
CAUGHT: Final = 6  # the next instruction is dangerous as things are

BUFFER: Final = 16 << 20  # bytes of translations


class Core:
    """What all cores have in common; `start` must be called once."""

    def __init__(self, library: uc.Library, mmu: Mmu, target: Target) -> None:
        """Make an instance; nothing has run on it yet."""
        self.target = target
        self.lib = library
        self.mmu = mmu
        handle = c_void_p()
        library.check(
            library.open(target.arch, target.mode, ctypes.byref(handle))
        )
        self.handle: int = handle.value or 0
        self.stale = False  # its TLB may be wrong
        self.outcome = SPENT
        self.vector = -1
        self.failure: BaseException | None = None
        self.own: Any = None  # what the target keeps of this core
        self.empty: set[int] = set()  # addresses of blocks of size 0
        self.serve: Callable[[Core, int], None] | None = None
        self.booting = True  # the hidden page is in sight
        self._forgetting = False
        self._running = False
        self._hooks: list[Any] = []
        self._control()
        self._map()
        self.hook(uc.HOOK_TLB, uc.FILL_HOOK(self._fill))
        self.hook(uc.HOOK_INTR, uc.INTR_HOOK(self._interrupt))
        mmu.cores.append(self)

    # --- setting up --------------------------------------------------------

    def _control(self) -> None:
        self.ctl(uc.CTL_CPU_MODEL, self.target.model)
        self.ctl(uc.CTL_BUFFER_SIZE, BUFFER)
        self.ctl(uc.CTL_USE_EXITS, 1)
        self.ctl(uc.CTL_TLB_MODE, uc.TLB_VIRTUAL)

    def _map(self) -> None:
        mmu = self.mmu
        self._hidden = self.target.hidden_page()
        rw = uc.PROT_READ | uc.PROT_WRITE
        rx = uc.PROT_READ | uc.PROT_EXEC
        for address, pages, rights in (
            (0, mmu.real, rw),
            (COPY, mmu.copy, rx),
            (NOWHERE, mmu.nowhere, rx),
            (HIDDEN, self._hidden, rw | rx),
        ):
            self.lib.check(
                self.lib.mem_map_ptr(
                    self.handle, address, pages.size, rights, pages.address
                )
            )

    def hook(self, kind: int, function: Any, data: int = 0) -> None:
        """Install a hook for all addresses, for good."""
        self._hooks.append(function)
        number = c_size_t()
        address = ctypes.cast(function, c_void_p)
        self.lib.check(
            self.lib.hook_add(
                self.handle, ctypes.byref(number), kind, address, data, 1, 0
            )
        )

    def watch(self, address: int, function: int, data: int) -> int:
        """Hook the instruction at *address*."""
        number = c_size_t()
        self.lib.check(
            self.lib.hook_add(
                self.handle,
                ctypes.byref(number),
                uc.HOOK_CODE,
                function,
                data,
                address,
                address,
            )
        )
        return number.value

    def unwatch(self, number: int) -> None:
        """Remove a hook of `watch`."""
        self.lib.check(self.lib.hook_del(self.handle, number))

    def ctl(self, request: int, *arguments: int) -> None:
        """Make a request that cannot fail."""
        values = [c_uint64(value) for value in arguments]
        self.lib.check(self.lib.ctl(self.handle, request, *values))

    def start(self) -> bytes:
        """Enter user mode; return the context of a guest that begins."""
        self.registers = Registers(self.lib, self.handle, self.target)
        self.target.enter(self)
        self.booting = False
        self.ctl(uc.CTL_FLUSH_TLB)
        self._context_size = self.lib.context_size(self.handle)
        context = self._first_context()
        self.spare = Saved(context)
        return context

    def travel(self, address: int) -> None:
        """Run the way to user mode, until the landing is denied."""
        self.lib.emu_start(self.handle, address, 0, 0, 0)

    def _first_context(self) -> bytes:
        context = c_void_p()
        self.lib.check(
            self.lib.context_alloc(self.handle, ctypes.byref(context))
        )
        self.lib.check(self.lib.context_save(self.handle, context))
        data = ctypes.string_at(context.value or 0, self._context_size)
        self.lib.check(self.lib.context_free(context))
        return data

    # --- hooks -------------------------------------------------------------

    def _fill(
        self, _uc: int, address: int, access: int, entry: Any, _data: int
    ) -> bool:
        try:
            answer = self.fill(address >> 12, access)
        except BaseException as error:  # noqa: BLE001 (re-raised by `run`)
            self.fail(error)
            return False
        if answer is None:
            return False
        result = entry[0]
        result.paddr, result.perms = answer
        return True

    def fill(self, page: int, access: int) -> tuple[int, int] | None:
        """Decide about an access to *page*."""
        if self.booting:
            if page == self.target.hidden_at // PAGE:
                return HIDDEN, uc.PROT_READ | uc.PROT_WRITE | uc.PROT_EXEC
            return None
        if self._forgetting:
            return self.mmu.fetched(page), uc.PROT_EXEC
        return self.mmu.fill(page, access)

    def _interrupt(self, _uc: int, vector: int, _data: int) -> None:
        """Serve an exception or a software interrupt."""
        try:
            if vector in self.target.calls and self.serve is not None:
                self.serve(self, vector)
                return
            self.target.arrived(self, vector)
            self.outcome = FAULTED
            self.vector = vector
            self.stop()
        except BaseException as error:  # noqa: BLE001 (re-raised by `run`)
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Keep an exception that must not cross the library; stop."""
        if self.failure is None:
            self.failure = error
        self.stop()

    def stop(self) -> None:
        """End the run at the next instruction."""
        self.lib.emu_stop(self.handle)

    # --- running -----------------------------------------------------------

    def run(self, limit: int) -> int:
        """
        Execute at most *limit* instructions; return how many.

        `outcome` tells why it ended.
        """
        raise NotImplementedError

    def executed(self) -> int:
        """Return how many instructions `run` has executed, inside a hook."""
        raise NotImplementedError

    def emulate(self, count: int) -> int:
        """Let the library run; return its error number."""
        if self.stale:
            self.flush()
        self.mmu.page = self.mmu.access = -1
        self.outcome = SPENT
        self.vector = -1
        self._running = True
        error: int = self.lib.emu_start(
            self.handle, self.registers.pc(), 0, 0, count
        )
        self._running = False
        return error

    def refused(self, error: int) -> bool:
        """
        Say why the library gave up with *error*.

        True if it was in the middle of an instruction, False if it could not
        get at the next one.
        """
        mmu = self.mmu
        if error == uc.INSN_INVALID:
            self.outcome, self.vector = FAULTED, self.target.invalid
        elif mmu.page < 0:
            self.outcome, self.vector = FAULTED, self.target.general
        else:
            self.outcome = DENIED
            return mmu.access != uc.FETCH
        return True

    def flush(self) -> None:
        """Ask the Mmu again about every page."""
        self.ctl(uc.CTL_FLUSH_TLB)
        self.stale = False

    def forget(self, start: int, end: int) -> None:
        """Drop translations of [start, end), which lies in one page."""
        # The library looks the page up as a fetch does, whatever it is now.
        self._forgetting = True
        if start in self.empty:
            # A block of size 0 is in no range that begins with it.
            self.empty.discard(start)
            if start % PAGE:
                start -= 1
            else:
                self.ctl(uc.CTL_FLUSH_BLOCKS)
        self.ctl(uc.CTL_REMOVE_BLOCKS, start, end)
        self._forgetting = False
        self.stale = True

    def shorten(self, instructions: int) -> bool:
        """Take *instructions* off the run's limit; say whether it is done."""
        return False

    def ask_in_sight(self, number: int, value: int) -> None:
        """Change a register of the library that needs the hidden page."""
        self.booting = True
        self.registers.ask(number, value)
        self.booting = False
        self.stale = True

    def save(self, context: int) -> None:
        """Copy the registers to the context at address *context*."""
        if self._running:
            self.target.settle(self)
        self.lib.context_save(self.handle, context)

    def load(self, context: int) -> None:
        """Copy the context at address *context* to the registers."""
        self.lib.context_restore(self.handle, context)

    def close(self) -> None:
        """Free the instance."""
        if self.handle:
            self.mmu.cores.remove(self)
            self.registers.words = None
            self.lib.close(self.handle)
            self.handle = 0
