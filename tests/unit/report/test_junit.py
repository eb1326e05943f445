"""Runs as JUnit's XML: its rules, and what counts as a failure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from vpok.config import loads
from vpok.report.health import ErrorRow
from vpok.report.interrupts import describe
from vpok.report.junit import SHOWN, Told, junit
from vpok.report.rows import InterruptRow, RunResult
from vpok.system import build

NOTHING = Told(errors=(), console="")
# What Jenkins' and GitLab's readers take: attributes and children.
RULES: dict[str, tuple[set[str], set[str], set[str]]] = {
    # element: attributes that must be there, that may, children
    "testsuites": (
        {"name", "tests", "failures", "errors", "time"},
        set(),
        {"testsuite"},
    ),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"skipped", "time"},
        {"properties", "testcase", "system-out"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name", "classname"}, {"time"}, {"failure"}),
    "failure": ({"type", "message"}, set(), set()),
    "system-out": (set(), set(), set()),
}


def follows_rules(element: ET.Element) -> bool:
    must, may, children = RULES[element.tag]
    given = set(element.attrib)
    time = element.get("time", "0")
    return (
        must <= given <= must | may
        and {child.tag for child in element} <= children
        and re.fullmatch(r"\d+(\.\d{3})?", time) is not None
        and all(map(follows_rules, element))
    )


def failures(data: bytes) -> dict[str, str | None]:
    """Check the rules; return the message of each case, or None."""
    root = ET.fromstring(data)
    [suite] = root
    cases = suite.findall("testcase")
    found: dict[str, str | None] = {}
    for case in cases:
        failure = case.find("failure")
        name = case.get("name", "")
        assert name not in found
        found[name] = None if failure is None else failure.get("message")
    failed = str(sum(message is not None for message in found.values()))
    for each in (root, suite):
        assert each.get("tests") == str(len(cases))
        assert each.get("failures") == failed
        assert each.get("errors") == "0"
    assert follows_rules(root)
    return found


HEAD = """\
partitions:
  - name: control
    tasks:
"""
KERNEL = """\
kernel:
  scheduler:
    major_frame: 10ms
    windows: [{partition: control, start: 0, duration: 5ms}]
"""


def ran(*tasks: str, until: str = "100ms") -> RunResult:
    rows = "".join(f"      - {{{task}}}\n" for task in tasks)
    text = f"name: lab\n{HEAD}{rows}{KERNEL}"
    with build(loads(text, ".").spec) as system:
        return system.run(until)


STEER = "name: steer, period: 20ms, execution: 2ms"
LATE = "name: late, period: 20ms, deadline: 10ms, execution: 6ms"


def changed(result: RunResult, **changes: object) -> RunResult:
    """Change what is told of the only partition."""
    [partition] = result.partitions
    return replace(
        result,
        partitions=(replace(partition, **changes),),  # type: ignore[arg-type]
    )


def text_of(data: bytes, case: str) -> Sequence[str]:
    found = ET.fromstring(data).find(f".//testcase[@name='{case}']/failure")
    assert found is not None
    return (found.text or "").splitlines()


def test_what_went_well_has_no_failure() -> None:
    result = ran(STEER, "name: free, period: 50ms, execution: 1ms")

    data = junit(result, NOTHING)

    assert failures(data) == {
        "run": None,
        "partition control": None,
        "task control/steer": None,
        "task control/free": None,
    }
    root = ET.fromstring(data)
    assert root[0].get("name") == "lab"
    assert root[0].get("time") == "0.100"


def test_the_same_run_gives_the_same_file() -> None:
    first, second = (junit(ran(STEER, LATE), NOTHING) for _ in range(2))

    assert first == second


def test_missed_deadlines_are_a_failure_with_their_instants() -> None:
    data = junit(ran(STEER, LATE), NOTHING)

    found = failures(data)
    assert found["task control/steer"] is None
    assert found["task control/late"] == "missed 5 deadlines of 5"
    assert text_of(data, "task control/late") == [
        *(f"job {n}: due at {20 * n - 10} ms" for n in range(1, 6)),
        "longest response: 11 ms, deadline: 10 ms",
    ]


def test_a_job_that_is_late_and_goes_on_has_missed_too() -> None:
    data = junit(ran(LATE, until="10500us"), NOTHING)

    assert failures(data)["task control/late"] == "missed 1 deadline of 1"
    assert text_of(data, "task control/late") == ["1 job late and not ended"]


def test_errors_are_a_failure_of_their_partition() -> None:
    result = changed(ran(STEER), errors=SHOWN + 3)
    errors = [
        ErrorRow(n, "control", 0, "fault", "stop") for n in range(SHOWN + 2)
    ]

    data = junit(result, Told(errors, ""))

    assert failures(data)["partition control"] == (
        f"the health monitor heard of {SHOWN + 3} errors"
    )
    lines = text_of(data, "partition control")
    assert lines[0] == "at 0 ns: control/0: fault (stop)"
    assert lines[-1] == "... 2 more"


def test_lost_interrupts_are_a_failure() -> None:
    result = ran(STEER)
    [vcpu] = result.partitions[0].vcpus
    good = InterruptRow(3, ("tick",), 9, 9, 9, 0, 0, 0)
    bad = InterruptRow(4, (), 9, 7, 7, 2, 0, 0)
    vcpu = replace(vcpu, interrupts=(good, bad))

    found = failures(junit(changed(result, vcpus=(vcpu,)), NOTHING))

    assert found["interrupt control/0/3 (tick)"] is None
    assert found["interrupt control/0/4"] == "lost 2 occurrences of 9"


@pytest.mark.parametrize(
    ("reason", "told", "message"),
    [
        ("quiet", NOTHING, None),
        ("error", NOTHING, "an error stopped the module"),
        ("limit", replace(NOTHING, interrupted=True), "interrupted at 100 ms"),
    ],
)
def test_the_run_itself_is_a_case(
    reason: str, told: Told, message: str | None
) -> None:
    result = replace(ran(STEER), reason=reason)

    assert failures(junit(result, told))["run"] == message


def test_so_is_the_text_that_was_expected() -> None:
    same = replace(NOTHING, expected="text.txt")
    other = replace(same, difference="line 1:\n  expected: 'x'")

    assert failures(junit(ran(STEER), same))["expected text"] is None
    data = junit(ran(STEER), other)

    assert failures(data)["expected text"] == "not what text.txt expects"
    assert text_of(data, "expected text") == ["line 1:", "  expected: 'x'"]


def test_whatever_guests_print_the_file_is_xml() -> None:
    """Characters that XML cannot have are written out, the others kept."""
    printed = "a\x00\x1b[1m<&>]]>\r\n\t\x85\ufffe\ud800 é \U0001f600\n"
    result = replace(ran(STEER), system='<"\x07&')

    data = junit(describe(result, (), {}), replace(NOTHING, console=printed))

    failures(data)
    root = ET.fromstring(data)
    assert root[0].get("name") == '<"\\x07&'
    assert root[0].findtext("system-out") == (
        "a\\x00\\x1b[1m<&>]]>\\x0d\n\t\\x85\\xfffe\\xd800 é \U0001f600\n"
    )
