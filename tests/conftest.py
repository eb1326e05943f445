"""Options of the test suite, and how hard Hypothesis looks."""

import os

import pytest
from hypothesis import HealthCheck, settings

# `ci` draws the same examples each time; `nightly` draws others, and more.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly",
    max_examples=2000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a user bring a tree of systems to the conformance runner."""
    group = parser.getgroup("conformance")
    group.addoption(
        "--pok",
        metavar="DIR",
        help="run the systems below DIR (config.yaml, images, expected.txt) "
        "instead of our own guests",
    )
    group.addoption(
        "--pok-count",
        metavar="TEXT=NUMBER",
        help="for all of DIR: count TEXT instead of comparing expected.txt; "
        "NUMBER may be `partitions-1`",
    )
    group.addoption(
        "--pok-for",
        metavar="TIME",
        default="60s",
        help="stop a system at this virtual time (default: %(default)s)",
    )


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> None:
    """Show what tests have measured; they judge little by it."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in report.user_properties:
            if name == "measured":
                terminalreporter.write_line(f"measured: {value}")
