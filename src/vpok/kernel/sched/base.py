"""
What a vCPU scheduler must be: the second level, under the windows.

A policy serves one domain: some vCPUs and the processors that they may use.
It owns its scheduling data and never changes a vCPU.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from mypy_extensions import i64, mypyc_attr

from vpok.events import NOBODY, EventKind, Sink
from vpok.kernel.vcpu import RUNNABLE, RUNNING, Vcpu
from vpok.units import FAR, MAX_TIME

BUDGET: Final = int(EventKind.BUDGET)


class Parameter:
    """
    What a policy lets a user set for each vCPU.

    Units: `ns`, `%`, a word of *words* (its place is the value), or none.
    """

    def __init__(
        self,
        meaning: str,
        unit: str,
        default: int,
        minimum: int,
        maximum: int = MAX_TIME - 1,
        words: tuple[str, ...] = (),
    ) -> None:
        """Describe it; the range includes both ends."""
        self.meaning = meaning
        self.unit = unit
        self.default = default
        self.minimum = minimum
        self.maximum = maximum
        self.words = words


@mypyc_attr(allow_interpreted_subclasses=True)
class Policy:
    """Chooses among a domain's vCPUs; told what happens to them."""

    # What a user can set, by name.
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = MappingProxyType({})
    # Whether a wake may take a processor from the vCPU that runs there.
    preempts: ClassVar[bool] = False

    def __init__(self, pcpus: list[int], quantum: int) -> None:
        """Serve the processors *pcpus*; *quantum* in ns where one is used."""
        self.pcpus = pcpus
        self.quantum: i64 = quantum
        self.vcpus: list[Vcpu] = []
        # It serves the whole module: vCPUs of all partitions.
        self.flat = False
        # Who hears of budgets: bound by the kernel.
        self.sink: Sink | None = None
        # The parameters in force, by id of vCPU.
        self.settings: dict[int, dict[str, int]] = {}

    @classmethod
    def check(cls, params: dict[str, int]) -> str:
        """Return why parameters cannot be, or ''; those not named: default."""
        return out_of_range(cls.PARAMETERS, params)

    def add(self, vcpu: Vcpu, params: dict[str, int]) -> None:
        """Take a vCPU in, offline; they come in order of configuration."""
        refusal = self.check(params)
        assert not refusal, refusal
        self.vcpus.append(vcpu)
        settings = {}
        for name, parameter in self.PARAMETERS.items():
            settings[name] = params.get(name, parameter.default)
        self.settings[vcpu.id] = settings

    def remove(self, vcpu: Vcpu) -> None:
        """Forget a vCPU."""
        self.vcpus.remove(vcpu)
        del self.settings[vcpu.id]

    def adjust(self, vcpu: Vcpu, params: dict[str, int]) -> str:
        """Change parameters at run time; return a refusal, or ''."""
        settings = dict(self.settings[vcpu.id])
        settings.update(params)
        refusal = self.check(settings)
        if not refusal:
            self.settings[vcpu.id] = settings
        return refusal

    def params(self, vcpu: Vcpu) -> dict[str, int]:
        """Return the parameters that are in force."""
        return dict(self.settings[vcpu.id])

    def pin(self, vcpu: Vcpu, affinity: int) -> str:
        """Hear of the processors a vCPU may use; return a refusal, or ''."""
        for pcpu in self.pcpus:
            if affinity >> int(pcpu) & 1:
                return ""
        return "none of these processors is the partition's"

    def serves(self, vcpu: Vcpu, pcpu: i64) -> bool:
        """Say whether *vcpu* may get a window on *pcpu*."""
        return bool(vcpu.affinity >> int(pcpu) & 1)

    def migrate(self, vcpu: Vcpu, pcpu: i64) -> str:
        """Move a vCPU to a processor; return a refusal, or ''."""
        return "this policy moves vCPUs itself: pin it instead"

    def yielded(self, vcpu: Vcpu, now: i64) -> None:
        """Hear that *vcpu* lets others run first."""

    def wake(self, vcpu: Vcpu, now: i64) -> None:
        """Hear that *vcpu* became runnable."""

    def blocked(self, vcpu: Vcpu, now: i64) -> None:
        """Hear that *vcpu* no longer is."""

    def window(self, pcpu: i64, opened: bool, now: i64) -> None:
        """Hear that *pcpu* is the domain's from now on, or no longer."""

    def pick(self, pcpu: i64, now: i64) -> Vcpu | None:
        """
        Choose who runs on *pcpu*.

        Asking again at the same instant must give the same answer.
        """
        raise NotImplementedError

    def charge(self, vcpu: Vcpu, elapsed: i64, now: i64) -> None:
        """Hear that *vcpu* ran for *elapsed* ns, up to *now*."""

    def next_event(self, pcpu: i64, now: i64) -> i64:
        """Return the instant at which *pcpu* must ask again, or FAR."""
        return FAR

    def tell_budget(
        self, vcpu: Vcpu, left: i64, change: i64, now: i64
    ) -> None:
        """
        Tell that a budget is used up or there again, at the instant *now*.

        *left* in ns; *change*: the instant at which it changes next if the
        vCPU does not run.
        """
        if self.sink is None:
            return
        pcpu = vcpu.pcpu
        if pcpu < 0:
            pcpu = vcpu.partition.home
        partition = vcpu.partition.index
        self.sink.emit(
            now, BUDGET, pcpu, partition, vcpu.index, NOBODY, left, change
        )


def out_of_range(
    known: Mapping[str, Parameter], params: dict[str, int]
) -> str:
    """Return what is wrong with single parameters, or ''."""
    for name, value in params.items():
        if name not in known:
            return (
                f"no parameter {name} here: there is "
                f"{', '.join(known) or 'none'}"
            )
        parameter = known[name]
        if not parameter.minimum <= value <= parameter.maximum:
            return (
                f"{name} {value}: take {parameter.minimum} to "
                f"{parameter.maximum}"
            )
    return ""


def available(vcpu: Vcpu, pcpu: i64) -> bool:
    """Say whether *pcpu* may run it: runnable, or running there already."""
    if not vcpu.affinity >> int(pcpu) & 1:
        return False
    if vcpu.state == RUNNABLE:
        return True
    return vcpu.state == RUNNING and vcpu.pcpu == pcpu
