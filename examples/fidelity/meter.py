"""
A model of examples/steal: a guest that measures what is taken from it.

It does what steal.c does, call by call; what that computes with instructions,
this one states as a time.
"""

from vpok.guest import (
    Guest,
    Guests,
    compute,
    print_,
    shared,
    shutdown,
    time,
    vcpu_info,
)

US = 1000
WINDOWS = 5


def main(vcpu: Guest) -> Guests:
    """Compute, look at the clock, and tell what was lost in between."""
    turn = vcpu.args["turn"]
    began = before = yield time()
    stolen = 0
    windows = 0
    while windows < WINDOWS:
        yield compute(turn)
        yield time()  # freshens the shared page
        page = yield shared()
        if page.steal == stolen:
            before = page.time
            continue
        state = yield vcpu_info(vcpu.index)
        waited = state.runnable + state.offline
        yield print_(
            f"at {before // US:5} us: ran for {(before - began) // US:4} us, "
            f"then lost {(page.steal - stolen) // US:4} us; "
            f"in all: ran {state.running // US:5} us, "
            f"waited {waited // US:5} us"
        )
        page = yield shared()
        began = before = page.time
        stolen = page.steal
        windows += 1
    yield shutdown()


def neighbour(vcpu: Guest) -> Guests:
    """Compute for ever."""
    while True:
        yield compute("1s")
