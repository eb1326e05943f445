"""The page: one file, put together of those in `report/web`."""

import base64
import html
import re
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Final

from vpok import __version__

# In this order: each needs only those before it.
PROGRAM: Final = (
    "search.js",
    "format.js",
    "theme.js",
    "decode.js",
    "view.js",
    "layout.js",
    "shapes.js",
    "overlay.js",
    "draw.js",
    "pick.js",
    "find.js",
    "panels.js",
    "tooltip.js",
    "overview.js",
    "labels.js",
    "input.js",
    "main.js",
)
_IMPORT: Final = re.compile(r"^import [^;]+;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)
_PLACE: Final = re.compile(r"\{\{(\w+)\}\}")


def page(system: str, payload: str) -> str:
    """Return the page; *payload* is base64, and the only data in it."""
    library, program = _web("uPlot.iife.min.js"), _program()
    return filled(
        _web("page.html"),
        {
            "hashes": f"{_hash(library)} {_hash(program)}",
            "version": html.escape(__version__),
            "title": html.escape(f"{system} - vpok"),
            "system": html.escape(system),
            "style": _web("uPlot.min.css") + _web("style.css"),
            "payload": payload,
            "library": library,
            "program": program,
        },
    )


def filled(template: str, values: Mapping[str, str]) -> str:
    """Put values into their places; what is in a value is left alone."""
    return _PLACE.sub(lambda place: values[place[1]], template)


def _program() -> str:
    """Return the modules as one: without imports and exports."""
    parts = [_EXPORT.sub("", _IMPORT.sub("", _web(name))) for name in PROGRAM]
    return "\n".join(parts)


def _hash(script: str) -> str:
    """Return what lets the browser run this script, and no other."""
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _web(name: str) -> str:
    return (files("vpok.report") / "web" / name).read_text("utf-8")
