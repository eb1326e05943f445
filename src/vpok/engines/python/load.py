"""From the name of a guest in Python to its function."""

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isgeneratorfunction
from pathlib import Path
from types import ModuleType
from typing import Any

from vpok.engines.python.story import line_of
from vpok.kernel.errors import VpokError


def find(guest: str | Callable[..., Any]) -> Callable[..., Any]:
    """
    Return a guest's main function: `module:function` or `file.py:function`.

    A file is executed for each guest anew, a module is imported once.
    Raises VpokError; whatever the guest's code raises is told by it.
    """
    if not isinstance(guest, str):
        return _checked(guest, guest)
    place, _, name = guest.rpartition(":")
    if not place or not name.isidentifier():
        raise VpokError(
            f"{guest[:60]!r} names no guest: write module:function or "
            "file.py:function"
        )
    try:
        module = _execute(place) if place.endswith(".py") else _import(place)
    except (Exception, SystemExit) as error:
        if isinstance(error, VpokError):
            raise
        what = f"{type(error).__name__}: {error}"
        raise VpokError(
            f"the guest {place} cannot be imported, line {line_of(error)} "
            f"raises {what[:200]}: mend it"
        ) from error
    function = getattr(module, name, None)
    if function is None:
        raise VpokError(f"there is no {name} in {place}: define it")
    return _checked(function, guest)


def _execute(place: str) -> ModuleType:
    path = Path(place)
    if not path.is_file():
        raise VpokError(f"the guest {place} does not exist: write it")
    name = f"vpok_guest_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # which dataclasses look for
    spec.loader.exec_module(module)
    return module


def _import(place: str) -> ModuleType:
    try:
        return import_module(place)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{place}.".startswith(f"{error.name}."):
            raise
        raise VpokError(
            f"there is no module {place}: install it, or name a file .py"
        ) from error


def _checked(function: Any, guest: object) -> Callable[..., Any]:
    if not callable(function) or not isgeneratorfunction(function):
        raise VpokError(
            f"{guest} is no generator function: a guest yields its calls"
        )
    found: Callable[..., Any] = function
    return found
