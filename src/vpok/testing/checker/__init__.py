"""
A checker of runs: what scheduling promises, against what was told.

It reads events and the specification, nothing of the kernel.  As a listener::

    checker = Checker(spec)
    with build(spec, sinks=[checker]) as system:
        result = system.run("1s")
    for violation in checker.finish(result):
        print(violation)

It judges a run from its start.  Not judged: the policies of partitions whose
vCPUs were pinned, moved or given other parameters from outside; who waits for
whom among real guests on several processors, where effects take `latency`.
"""

from vpok.testing.checker.checker import Checker, check
from vpok.testing.checker.rule import Violation

__all__ = ["Checker", "Violation", "check"]
