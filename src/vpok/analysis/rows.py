"""What an analysis says of each task of a system, as plain data."""

from dataclasses import dataclass

from vpok.analysis.task import Critical, Excess

YES, NO, UNSHOWN, NONE = "yes", "no", "not shown", ""


@dataclass(frozen=True, slots=True)
class BoundRow:
    """
    One task under one plan; times are ns.

    *schedulable* is "yes": no phasing of the releases misses the deadline;
    "no": some phasing does, and `critical` or `excess` tells it; "not shown":
    the bound is above the deadline, or there is none, but it may be too high;
    "": there is no deadline.
    """

    plan: str  # "" where there is only one
    partition: str
    task: str
    vcpu: int  # -1: any of the partition's
    scheduler: str  # of the tasks: fixed-priority, edf
    supply: str  # what the vCPU gets, in words
    deadline: int  # relative to the arrival; 0: none
    bound: int | None  # of the response time, from the arrival
    schedulable: str
    why: str = ""  # there is no bound, or where it comes from
    critical: Critical | None = None
    excess: Excess | None = None
    observed: int | None = None  # the worst response of a run

    @property
    def breached(self) -> bool:
        """Whether a run contradicts the analysis: an error of vpok's."""
        return (
            self.observed is not None
            and self.bound is not None
            and self.observed > self.bound
        )
