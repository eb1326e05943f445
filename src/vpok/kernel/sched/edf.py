"""`edf`: the vCPU whose deadline is the nearest runs, at once."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Parameter
from vpok.kernel.sched.ranked import Ranked
from vpok.kernel.vcpu import Vcpu

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "deadline": Parameter(
            "From each wake; 0: none, it is after those with one.",
            "ns",
            0,
            0,
        ),
    }
)


@mypyc_attr(allow_interpreted_subclasses=True)
class Edf(Ranked):
    """
    A deadline is the instant of the last wake plus `deadline`.

    It is the deadline of the job for which the vCPU woke: one that never
    blocks keeps its first.  (`server` renews deadlines with its periods.)
    A change takes effect at the next wake.
    """

    PARAMETERS: ClassVar[Mapping[str, Parameter]] = PARAMETERS

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Set its deadline."""
        relative = self.settings[vcpu.id]["deadline"]
        place = self.places[vcpu.id]
        if relative > 0:
            self.enter(place, 0, int(now) + relative, 0)
        else:
            self.enter(place, 1, 0, 0)
