"""Reports for the tests of the page."""

from pathlib import Path

import vpok
from vpok.report.html import Report
from vpok.trace.head import head_of

ROOT = Path(__file__).parent.parent.parent
DEMO = ROOT / "src/vpok/demo/config.yaml"
MINIKERNEL = ROOT / "examples/minikernel/x86-64.yaml"

LATE = """\
partitions:
  - name: control
    vcpus: {count: 2, policy: round-robin}
    tasks:
      - {name: steer, vcpu: 0, period: 20ms, execution: {uniform: [1ms, 5ms]}}
      - {name: log, vcpu: 0, period: 100ms, execution: 10ms, deadline: 28ms}
      - {name: route, vcpu: 1, period: 80ms, execution: {uniform: [10ms, 16ms]}}
  - name: display
    tasks:
      - {name: draw, period: 40ms, execution: {uniform: [2ms, 8ms]}}
kernel:
  scheduler:
    windows:
      - {partition: control, start: 0, duration: 6ms}
      - {partition: display, start: 6ms, duration: 4ms}
"""

STARVED = """\
partitions:
  - name: a
    tasks:
      - {name: greedy, period: 10ms, execution: 5ms}
      - {name: starved, period: 20ms, execution: 7ms}
kernel:
  scheduler:
    major_frame: 10ms
    windows:
      - {partition: a, start: 0, duration: 5ms}
"""


def report_of(config: Path, until: str, target: Path) -> Report:
    """Run a system and write its report."""
    loaded = vpok.load(config)
    report = Report(head_of(loaded.spec, config.read_text()))
    with loaded.build(sinks=[report], digest=True) as system:
        result = system.run(until)
    assert not result.sink_failures
    report.write(target, result)
    return report


def late(folder: Path, until: str) -> Path:
    """Write the report of tasks that miss deadlines."""
    config = folder / "control.yaml"
    config.write_text(LATE)
    target = folder / "control.html"
    report_of(config, until, target)
    return target
