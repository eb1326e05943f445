"""The tables of parameters: complete, checked, and documented."""

from pathlib import Path

import pytest

from tests.unit.kernel.sched.stage import Stage
from vpok.kernel.sched import POLICIES
from vpok.kernel.sched.reference import table

PAGE = Path(__file__).parents[4] / "docs/reference/semantics.md"
names = pytest.mark.parametrize("name", POLICIES)


@names
def test_the_defaults_are_allowed_and_in_force(name: str) -> None:
    kind = POLICIES[name]
    defaults = {key: p.default for key, p in kind.PARAMETERS.items()}
    stage = Stage(name, [{}])

    assert kind.check(defaults) == ""
    assert stage.policy.params(stage.vcpus[0]) == defaults


@names
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(
    name: str,
) -> None:
    kind = POLICIES[name]
    for key, parameter in kind.PARAMETERS.items():
        others = {"period": parameter.maximum} if key == "budget" else {}
        if key == "period":
            others = {"budget": 1}
        assert kind.check({**others, key: parameter.minimum}) == ""
        assert kind.check({**others, key: parameter.maximum}) == ""
        assert key in kind.check({key: parameter.minimum - 1})
        assert key in kind.check({key: parameter.maximum + 1})


@names
def test_a_parameter_that_a_policy_does_not_have_is_refused(
    name: str,
) -> None:
    assert "no parameter colour" in POLICIES[name].check({"colour": 1})


@names
def test_a_refused_change_changes_nothing(name: str) -> None:
    stage = Stage(name, [{}])
    vcpu = stage.vcpus[0]
    before = stage.policy.params(vcpu)

    assert stage.policy.adjust(vcpu, {"colour": 1})
    assert stage.policy.params(vcpu) == before


def test_the_documentation_has_the_table() -> None:
    assert table() in PAGE.read_text()
