"""Rigs of riscv64 that are closed after the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.engines.riscv64.asm import code
from tests.engines.riscv64.rig import HartRig

Make = Callable[..., HartRig]


@pytest.fixture
def make() -> Iterator[Make]:
    """Make rigs from words and halves, see `asm.code`."""
    rigs: list[HartRig] = []

    def build(*words: int | bytes, **options: Any) -> HartRig:
        rigs.append(HartRig(code(*words), **options))
        return rigs[-1]

    yield build
    for rig in rigs:
        rig.close()
