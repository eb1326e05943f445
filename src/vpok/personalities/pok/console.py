"""Console calls (POK: kernel/arch/x86/x86-qemu/cons.c)."""

from vpok.abi.pok import Errno
from vpok.personalities.pok.call import Call

ESCAPE = 0xFF
CLEAR, COLOUR, SET_X, SET_Y = 1, 2, 3, 4


def printed(data: bytes) -> bytes:
    """
    Return what of *data* appears on the line.

    0xFF starts an escape of the screen: 1 clears, 2 to 4 take one argument;
    any other byte behind it is printed.
    """
    if ESCAPE not in data:
        return data
    out = bytearray()
    place = 0
    while place < len(data):
        byte = data[place]
        place += 1
        if byte != ESCAPE:
            out.append(byte)
            continue
        code = data[place] if place < len(data) else CLEAR
        place += 1
        if code in (COLOUR, SET_X, SET_Y):
            place += 1
        elif code != CLEAR:
            out.append(code)
    return bytes(out)


def write(call: Call) -> int | None:
    """CONSWRITE(text, length): an error if nothing was printed."""
    if not call.memory.contains(call.a1, call.a2):
        return Errno.EINVAL
    text = printed(call.memory.read(call.a1, call.a2))
    if not text:
        return Errno.EINVAL
    assert call.proc.vcpu is not None
    call.pok.kernel.console(call.now, call.proc.vcpu, text, 0)
    return Errno.OK


def get_char(call: Call) -> int | None:
    """GETCHAR(char out): stores nothing, for no input is connected."""
    return Errno.OK if call.memory.contains(call.a1, 0) else Errno.EINVAL
