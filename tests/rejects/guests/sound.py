"""A guest, and what is none."""

from vpok.guest import Guest, Guests, compute


def main(vcpu: Guest) -> Guests:
    """Compute for ever."""
    while True:
        yield compute("1ms")


def plain(vcpu: Guest) -> None:
    """Yield nothing."""
