"""From the description of a guest in Python to an engine that executes it."""

from vpok.abi.paravirt import MAX_TEXT
from vpok.engines.python.engine import PythonEngine
from vpok.engines.python.load import find
from vpok.engines.python.machine import PythonMachine
from vpok.spec.model import SystemSpec


def make_python(spec: SystemSpec, index: int) -> PythonEngine:
    """Return an engine for partition *index*; raises VpokError."""
    partition = spec.partitions[index]
    model = partition.model
    assert model is not None
    machine = PythonMachine(partition.name, partition.vcpus.count)
    machine.args = dict(model.args)
    machine.seed = model.seed
    sizes = [p.size for p in spec.ports if p.partition == index]
    return PythonEngine(machine, find(model.guest), max(MAX_TEXT, *sizes, 0))
