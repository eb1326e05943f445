"""Lock calls at the edges of memory."""

from types import SimpleNamespace
from typing import Any

import pytest

from vpok.abi.pok import LockKind, LockOperation
from vpok.machine.memory import PAGE, GuestMemory
from vpok.personalities.pok.locks import LockObject, operate
from vpok.personalities.pok.thread import Thread

MILLISECOND = 1_000_000


def locking_call(size: int, address: int) -> tuple[Any, list[int]]:
    """Return a call that locks a taken mutex, and where its limit goes."""
    limits: list[int] = []
    pages = -(-size // PAGE) * PAGE
    call = SimpleNamespace(
        memory=GuestMemory(memoryview(bytearray(pages)), size),
        a1=0,
        a2=address,
        clock=0,
        thread=Thread(1),
        elect=lambda: None,
        pok=SimpleNamespace(
            setup=SimpleNamespace(lock_low=0, debug=False),
            locks=[LockObject(kind=LockKind.MUTEX, value=0)],
        ),
        scheduler=SimpleNamespace(
            wait=lambda _thread, _queue, until, _action: limits.append(until)
        ),
    )
    return call, limits


@pytest.mark.parametrize("size", [PAGE, PAGE + 64])
def test_a_request_that_the_memorys_end_cuts_reads_zeros_behind_it(
    size: int,
) -> None:
    """POK checks 16 of its 20 bytes; the rest is half of the timeout."""
    call, limits = locking_call(size, size - 16)
    fields = (LockOperation.LOCK, LockKind.MUTEX, 0, MILLISECOND)
    request = b"".join(word.to_bytes(4, "little") for word in fields)
    call.memory.write(size - 16, request)

    operate(call)

    assert limits == [MILLISECOND]


def test_a_request_at_address_0_is_refused() -> None:
    call, limits = locking_call(PAGE, 0)

    assert operate(call) == 1
    assert limits == []
