"""Benchmarks report; they assert nothing about speed."""

from collections.abc import Callable

import pytest

LINES: list[str] = []


@pytest.fixture
def report() -> Callable[[str], None]:
    """Take a line for the end of the run."""
    return LINES.append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> None:
    """Show what was measured, whatever pytest-benchmark shows besides."""
    if LINES:
        terminalreporter.section("measured")
    for line in LINES:
        terminalreporter.write_line(line)
