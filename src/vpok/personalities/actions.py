"""What the health monitor does, as events and the kernel count it."""

from typing import Final

from vpok.kernel.services import Services
from vpok.spec.model import HEALTH_ACTIONS, SWITCH, SystemSpec

HANDLED: Final = len(HEALTH_ACTIONS)  # the guest's own error thread takes it
PLANNED: Final = HANDLED + 1


def code(action: str) -> int:
    """Return an action as an ERROR event has it."""
    if action.startswith(SWITCH):
        return PLANNED
    if action in HEALTH_ACTIONS:
        return HEALTH_ACTIONS.index(action)
    return HANDLED


def plan_names(spec: SystemSpec) -> list[str]:
    """Return the names of the plans, in order."""
    return [plan.name for plan in spec.schedule.plans]


def switch_plan(kernel: Services, plans: list[str], action: str) -> None:
    """Ask for a plan, if that is the action."""
    if action.startswith(SWITCH):
        kernel.request_plan(plans.index(action[len(SWITCH) :]))
