"""vCPU schedulers.  To add one: write its file, add its line here."""

from collections.abc import Mapping
from types import MappingProxyType

from vpok.kernel.sched.base import Parameter, Policy, available
from vpok.kernel.sched.credit import Credit
from vpok.kernel.sched.edf import Edf
from vpok.kernel.sched.fixed_priority import FixedPriority
from vpok.kernel.sched.null import Null
from vpok.kernel.sched.round_robin import RoundRobin
from vpok.kernel.sched.server import Server

POLICIES: Mapping[str, type[Policy]] = MappingProxyType(
    {
        "null": Null,
        "round-robin": RoundRobin,
        "fixed-priority": FixedPriority,
        "edf": Edf,
        "server": Server,
        "credit": Credit,
    }
)

__all__ = ["POLICIES", "Parameter", "Policy", "available"]
