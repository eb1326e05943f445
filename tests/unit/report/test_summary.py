"""The summary of a run, the list of its vCPUs, and JSON."""

import json
from dataclasses import replace

from vpok.report.rows import (
    PartitionRow,
    ProcessorRow,
    RunResult,
    VcpuRow,
)
from vpok.report.summary import (
    as_json,
    hard_affinity,
    state_flags,
    summary,
    vcpu_list,
)
from vpok.report.table import render

MS = 1_000_000
FIRST = VcpuRow(0, 0, 0, "running", 5 * MS, 15 * MS, 0, 0, 3, 7, 0)
SECOND = VcpuRow(1, 1, None, "runnable", 0, 20 * MS, 0, 0, 0, 0, 0)
NAV = PartitionRow(
    0, "nav", "normal", "null", (0, 2), 1, 2, 999, (FIRST, SECOND)
)
RESULT = RunResult(
    system="plane",
    end=20 * MS,
    reason="quiet",
    digest=None,
    partitions=(NAV,),
    processors=(
        ProcessorRow(0, 5 * MS, 15 * MS, 10),
        ProcessorRow(1, 0, 20 * MS, 0),
        ProcessorRow(2, 0, 20 * MS, 0),
    ),
    host_seconds=0.001,
    engine="scripted (exact)",
)


def test_the_summary_tells_it_all_in_80_columns() -> None:
    text = summary(RESULT)

    assert text == (
        "plane: 20.00 ms of virtual time, nothing is left that can happen\n"
        "999 instructions in 0.00 s on scripted (exact): 1.0 MIPS\n"
        "\n"
        "partition  vcpu   running  runnable  blocked  switches  syscalls"
        "  faults\n"
        "nav           0  5.000 ms  15.00 ms     0 ns         3         7"
        "       0\n"
        "nav           1      0 ns  20.00 ms     0 ns         0         0"
        "       0\n"
        "\n"
        "partition  mode    errors  restarts  instructions\n"
        "nav        normal       2         1           999\n"
        "\n"
        "processor      busy      idle  slack   load\n"
        "0          5.000 ms  15.00 ms  10 ns  25.0%\n"
        "1              0 ns  20.00 ms   0 ns   0.0%\n"
        "2              0 ns  20.00 ms   0 ns   0.0%\n"
    )
    assert max(len(line) for line in text.splitlines()) <= 80


def test_offline_time_is_shown_where_there_is_some() -> None:
    paused = replace(FIRST, state="offline", offline=3 * MS)
    result = replace(RESULT, partitions=(replace(NAV, vcpus=(paused,)),))

    assert "offline" in summary(result)
    assert "offline" not in summary(RESULT)


def test_vcpu_list_has_the_columns_of_xl() -> None:
    assert render(vcpu_list(RESULT)) == (
        "Name  ID  VCPU  CPU  State   Time(s)  Affinity (Hard / Soft)\n"
        "nav    0     0    0  r--    0.005000  0 / all\n"
        "nav    0     1    -  ---    0.000000  2 / all\n"
    )


def test_states_are_xls_letters() -> None:
    letters = [
        state_flags(replace(FIRST, state=state))
        for state in ("running", "runnable", "blocked", "offline")
    ]

    assert letters == ["r--", "---", "-b-", "--p"]


def test_affinity_is_a_processor_each_only_under_null() -> None:
    shared = replace(NAV, policy="round-robin")

    assert hard_affinity(NAV, SECOND) == (2,)
    assert hard_affinity(shared, SECOND) == (0, 2)


def test_a_vcpu_that_may_go_everywhere_says_all() -> None:
    everywhere = replace(NAV, policy="round-robin", processors=(0, 1, 2))

    text = render(vcpu_list(replace(RESULT, partitions=(everywhere,))))

    assert text.count("all / all") == 2


def test_json_is_complete_and_plain() -> None:
    report = json.loads(json.dumps(as_json(RESULT)))

    assert report["reason"] == "quiet"
    assert report["exit_status"] == 0
    assert report["instructions"] == 999
    assert report["partitions"][0]["vcpus"][0]["runnable"] == 15 * MS


def test_only_an_error_makes_a_run_fail() -> None:
    codes = {
        reason: replace(RESULT, reason=reason).exit_status
        for reason in ("limit", "quiet", "shutdown", "error")
    }

    assert codes == {"limit": 0, "quiet": 0, "shutdown": 0, "error": 1}


def test_speed_is_no_number_before_anything_ran() -> None:
    assert replace(RESULT, host_seconds=0.0).mips == 0.0
