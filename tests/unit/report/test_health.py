"""Errors in the words of a configuration."""

import pytest

from tests.properties.systems import DEMO, loaded
from vpok import names
from vpok.config.health import KINDS as CONFIGURED
from vpok.personalities.actions import code
from vpok.report.health import error_rows
from vpok.spec.model import HEALTH_ACTIONS


@pytest.mark.parametrize("personality", CONFIGURED)
def test_kinds_have_the_words_of_configurations(personality: str) -> None:
    for word, number in CONFIGURED[personality].items():
        assert names.error(personality, number) == word


def test_actions_have_the_words_of_configurations() -> None:
    numbers = [code(action) for action in HEALTH_ACTIONS]

    assert [names.action(number) for number in numbers] == list(HEALTH_ACTIONS)
    assert names.action(code("error-thread")) == "handled by the guest"
    assert names.action(code("plan safe")) == "plan"


def test_an_error_is_told_in_words() -> None:
    spec = loaded(DEMO)

    known, unknown = error_rows(spec, [(1500, 2, 0, 12, 4), (7, 0, 1, 99, 0)])

    assert str(known) == "at 1500 ns: display/0: numeric error (shutdown)"
    assert (unknown.partition, unknown.kind) == ("sensors", "error 99")
