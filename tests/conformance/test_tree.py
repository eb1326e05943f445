"""
Every system of a tree prints what it should.

The tree is `--pok DIR`, the user's own (POK's tests, say); without it, our
guests, whose expected texts were made by POK itself.
"""

from pathlib import Path

import pytest

from tests.conformance.runner import Case, check, find

GUESTS = Path(__file__).parent.parent / "guests"


def cases(config: pytest.Config) -> list[Case]:
    tree = config.getoption("--pok")
    count = config.getoption("--pok-count")
    return find(Path(tree).absolute(), count) if tree else find(GUESTS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        found = cases(metafunc.config)
        metafunc.parametrize("case", found, ids=[case.name for case in found])


def test_the_tree_holds_tests(pytestconfig: pytest.Config) -> None:
    """A run that compared nothing is no success."""
    oracles = [case.oracle() for case in cases(pytestconfig)]

    assert any(oracles), "no folder has config.yaml and expected.txt"


@pytest.mark.slow
def test_a_system_prints_what_it_should(
    case: Case, pytestconfig: pytest.Config
) -> None:
    if case.oracle() is None and pytestconfig.getoption("--pok"):
        pytest.skip("neither expected.txt nor expected.count")

    wrong = check(case, pytestconfig.getoption("--pok-for"))

    assert not wrong, f"{case.folder}\n{wrong}"
