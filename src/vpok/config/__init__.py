"""From files to a system's specification."""

from vpok.config.loader import Loaded, load, loads
from vpok.spec.problems import ConfigError

__all__ = ["ConfigError", "Loaded", "load", "loads"]
