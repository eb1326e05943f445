"""Rigs that are closed after the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.engines.rig import Rig

TIERS = ("native", "count")
Make = Callable[..., Rig]


@pytest.fixture(params=TIERS)
def tier(request: pytest.FixtureRequest) -> str:
    """Run the test in both tiers."""
    return str(request.param)


@pytest.fixture
def make() -> Iterator[Make]:
    """Make rigs from code in hexadecimal, or from bytes."""
    rigs: list[Rig] = []

    def build(code: str | bytes, **options: Any) -> Rig:
        data = bytes.fromhex(code) if isinstance(code, str) else code
        rigs.append(Rig(data, **options))
        return rigs[-1]

    yield build
    for rig in rigs:
        rig.close()
