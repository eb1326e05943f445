"""`fixed-priority`: the most urgent vCPU runs, at once."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from vpok.kernel.sched.base import Parameter
from vpok.kernel.sched.ranked import Ranked
from vpok.kernel.vcpu import Vcpu

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "priority": Parameter(
            "Who has more is more urgent.", "", 0, 0, maximum=255
        ),
    }
)


@mypyc_attr(allow_interpreted_subclasses=True)
class FixedPriority(Ranked):
    """Preemptive; equals do not preempt each other."""

    PARAMETERS: ClassVar[Mapping[str, Parameter]] = PARAMETERS

    def adjust(self, vcpu: Vcpu, params: dict[str, int]) -> str:
        """Change its priority, at once."""
        refusal = super().adjust(vcpu, params)
        place = self.places[vcpu.id]
        if not refusal and place.ready:
            rank = -self.settings[vcpu.id]["priority"]
            self.enter(place, 0, rank, place.key[2])
        return refusal

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Let it stand among its equals."""
        rank = -self.settings[vcpu.id]["priority"]
        self.enter(self.places[vcpu.id], 0, rank, 0)
