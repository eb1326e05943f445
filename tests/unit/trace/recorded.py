"""Traces of small systems, in files."""

from pathlib import Path

from vpok.config import loads
from vpok.spec.model import SystemSpec
from vpok.system import build
from vpok.trace.files import make_writer
from vpok.trace.head import head_of
from vpok.trace.record import End

TASKS = """\
partitions:
  - name: a
    tasks:
      - {name: hi, period: 10ms, execution: 1ms}
      - {name: lo, period: 20ms, execution: 3ms}
  - name: b
    tasks:
      - {name: t, period: 10ms, execution: 9ms, deadline: 10ms}
kernel:
  scheduler:
    windows:
      - {partition: a, start: 0, duration: 3ms}
      - {partition: b, start: 3ms, duration: 7ms}
"""


def of_spec(spec: SystemSpec, path: Path, until: int | str) -> Path:
    """Record a run of *spec*."""
    writer = make_writer(path, head_of(spec))
    with build(spec, sinks=[writer], digest=True) as system:
        result = system.run(until)
        digest = result.digest or ""
        writer.close(End(result.end, result.reason, digest, writer.events))
    assert not result.sink_failures
    return path


def of_text(text: str, path: Path, until: int | str = "40ms") -> Path:
    """Record a run of a configuration."""
    return of_spec(loads(text, ".").spec, path, until)
