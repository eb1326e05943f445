"""
Doubles for tests of vpok and of what is built with it.

`make_world` builds a whole system of scripted guests: a `ScriptedEngine`
plays programs of `work`, `call` and `fault` steps, a `ScriptedPersonality`
serves the calls, a `RecordingSink` keeps every event.  A `Guest` with handlers
takes interrupts: see `vpok.testing.interrupts`.
"""

from vpok.testing.engine import (
    RecordingMachine,
    RecordingOps,
    ScriptedEngine,
)
from vpok.testing.personality import ScriptedPersonality
from vpok.testing.script import Cause, Program, Step, call, fault, work
from vpok.testing.sink import Event, RecordingSink
from vpok.testing.world import Guest, World, make_world, slots, windows

__all__ = [
    "Cause",
    "Event",
    "Guest",
    "Program",
    "RecordingMachine",
    "RecordingOps",
    "RecordingSink",
    "ScriptedEngine",
    "ScriptedPersonality",
    "Step",
    "World",
    "call",
    "fault",
    "make_world",
    "slots",
    "windows",
    "work",
]
