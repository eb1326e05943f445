"""The guard of dangerous instructions: see `guard.c`."""

import ctypes
from ctypes import c_uint32, c_uint64, c_void_p

from vpok.engines.unicorn.target import Danger


class Guard(ctypes.Structure):
    """The structure of `guard.c`."""

    _fields_ = (
        ("first", c_void_p),
        ("second", c_void_p),
        ("bad_first", c_uint32),
        ("bad_second", c_uint32),
        ("stopped", c_uint64),
        ("stop", c_void_p),
    )


def make_guard(danger: Danger, words: int, stop: int) -> Guard:
    """Return a guard of the registers at address *words*."""
    guard = Guard()
    guard.first = words + 8 * danger.first
    guard.second = words + 8 * danger.second
    guard.bad_first = danger.bad_first
    guard.bad_second = danger.bad_second
    guard.stop = stop
    return guard
