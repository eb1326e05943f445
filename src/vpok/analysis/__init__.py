"""
Worst-case response times of modelled tasks: pure functions on numbers.

`arrivals`, `supply` and `servers` bound what comes and what is given;
`fixed_priority` and `edf` turn these into bounds; `members` and `share` find
both in a system's specification, and `analyze` says all of it.
"""

from vpok.analysis.bounds import Bounds
from vpok.analysis.rows import BoundRow
from vpok.analysis.system import analyze, unbounded

__all__ = ["BoundRow", "Bounds", "analyze", "unbounded"]
