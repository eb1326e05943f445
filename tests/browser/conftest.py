"""A headless Chromium, and reports to open in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SETTLED = "() => document.body.dataset.state || window.failed"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """
    Start the Chromium that this host has.

    No longer than for a module: while it runs, so does an event loop, and no
    other test of this process could run one.
    """
    api = pytest.importorskip(
        "playwright.sync_api", reason="needs the package playwright"
    )
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"needs one of {', '.join(NAMES)}")
    # Chromium's sandbox refuses root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found, args=arguments
        )
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open files; at the end nothing must have gone wrong in them."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def heard(told: Any) -> None:
        if told.type in {"error", "warning"}:
            wrong.append(told.text)

    def asked(request: Any) -> None:
        if not request.url.startswith(("file:", "blob:", "data:")):
            wrong.append(f"network: {request.url}")

    def open_page(path: Path, scheme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": 1400, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", asked)
        # A program that cannot even be read sets no state.
        page.add_init_script(
            "addEventListener('error', () => { window.failed = true })"
        )
        page.goto(path.as_uri())
        page.wait_for_function(SETTLED, timeout=20_000)
        assert not wrong
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong
