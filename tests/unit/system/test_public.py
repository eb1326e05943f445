"""The names that vpok promises, and what importing them costs."""

import subprocess
import sys

import pytest

import vpok

HEAVY = ("unicorn", "ruamel", "elftools", "rich", "click", "ctypes")


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter then has."""
    program = (
        f"{statement}\nimport sys\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


def test_every_public_name_is_there() -> None:
    for name in vpok.__all__:
        assert getattr(vpok, name) is not None
    assert set(dir(vpok)) == set(vpok.__all__)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = vpok.nonsense


@pytest.mark.slow
def test_importing_vpok_is_cheap() -> None:
    assert not loaded_by("import vpok") & set(HEAVY)


@pytest.mark.slow
def test_a_system_described_in_python_needs_no_file_reader() -> None:
    loaded = loaded_by("import vpok; vpok.build")

    assert not loaded & {"unicorn", "ruamel", "elftools", "rich", "click"}


@pytest.mark.slow
def test_the_command_line_loads_nothing_before_a_verb() -> None:
    loaded = loaded_by("import vpok.cli")

    assert not loaded & {"unicorn", "ruamel", "elftools", "rich"}
