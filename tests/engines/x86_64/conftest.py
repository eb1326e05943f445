"""Rigs in 64-bit mode that are closed after the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.engines.x86_64.rig import LongRig

Make = Callable[..., LongRig]


@pytest.fixture
def make() -> Iterator[Make]:
    """Make rigs from code in hexadecimal, or from bytes."""
    rigs: list[LongRig] = []

    def build(code: str | bytes, **options: Any) -> LongRig:
        data = bytes.fromhex(code) if isinstance(code, str) else code
        rigs.append(LongRig(data, **options))
        return rigs[-1]

    yield build
    for rig in rigs:
        rig.close()
