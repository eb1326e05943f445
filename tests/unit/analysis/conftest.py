"""Small sets often load a supply to the full: give up on them sooner."""

from collections.abc import Iterator

import pytest

from vpok.analysis import task


@pytest.fixture(autouse=True, scope="package")
def _little_patience() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task, "MOST_STEPS", 9000)
        yield
