"""What tests of systems expect, and what they are told instead."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import vpok
from vpok.kernel.errors import VpokError
from vpok.testing.bench import Bench
from vpok.testing.golden import Golden
from vpok.trace.files import open_trace

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "src" / "vpok" / "demo" / "config.yaml"
FLOOD = ROOT / "examples" / "flood" / "x86-64.yaml"
TASKS = """\
partitions:
  - name: control
    tasks:
      - {name: steer, period: 20ms, execution: 2ms}
      - {name: late, period: 20ms, deadline: 10ms, execution: 6ms}
      - {name: rare, kind: aperiodic, execution: 1ms, arrivals: [1h]}
kernel:
  scheduler:
    major_frame: 10ms
    windows: [{partition: control, start: 0, duration: 5ms}]
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(Golden(tmp_path, update=False), lambda: tmp_path)
    yield bench
    bench.close()


def told(expect: Callable[[], None]) -> str:
    with pytest.raises(AssertionError) as caught:
        expect()
    return str(caught.value)


# --- console ----------------------------------------------------------------


def test_texts_are_expected_in_their_order(bench: Bench) -> None:
    run = bench.run(DEMO, "200ms")

    run.assert_console("air data", "autopilot ready", "mode CLIMB")
    run.assert_console("ready", "mode CLIMB", partition="autopilot")
    assert "air data" not in run.console("autopilot")

    message = told(lambda: run.assert_console("CLIMB", "autopilot ready"))
    first, *rows = message.splitlines()
    assert first == "nobody printed 'autopilot ready' after line 5; printed:"
    assert rows[1] == "    2  autopilot ready, target 10000 ft"
    message = told(lambda: run.assert_console("air data", partition="display"))
    assert message == (
        "display did not print 'air data'; printed:\n    1  display ready\n"
        "    2  *** CLIMB *** (1500 ft/min)"
    )


def test_a_line_that_was_found_is_not_found_again(bench: Bench) -> None:
    run = bench.run(DEMO, "40ms")

    with pytest.raises(AssertionError):
        run.assert_console("display ready", "display ready")


def test_of_a_long_text_the_end_is_shown(bench: Bench) -> None:
    run = bench.run(DEMO)

    rows = told(lambda: run.assert_console("no such text")).splitlines()

    assert rows[1].startswith("  ... ")
    assert len(rows) == 22
    assert "end of flight" in rows[-1]


# --- golden files -----------------------------------------------------------


def test_the_text_of_a_file_is_expected(bench: Bench, tmp_path: Path) -> None:
    run = bench.run(DEMO, "40ms")
    path = tmp_path / "text" / "display.txt"

    missing = told(lambda: run.assert_console_is("text/display.txt"))
    assert missing == f"{path} does not exist: --vpok-update writes it"
    bench.golden = Golden(tmp_path, update=True)
    bench.run(DEMO, "40ms").assert_console_is("text/display.txt", "display")
    assert path.read_text() == "display ready\n"

    run.assert_console_is(path, "display")
    path.write_text("display redy\n")
    message = told(lambda: run.assert_console_is(path, "display"))
    assert message.startswith(f"not what {path} expects, line 1:\n")
    assert path.read_text() == "display redy\n"


def test_the_digest_of_a_file_is_expected(
    bench: Bench, tmp_path: Path
) -> None:
    path = tmp_path / "demo.digest"
    with vpok.load(DEMO).build(digest=True) as system:
        digest = str(system.run("40ms").digest)
    path.write_text(f"{digest}\n")

    bench.run(DEMO, "40ms").assert_digest("demo.digest")
    other = bench.run(DEMO, "80ms")
    message = told(lambda: other.assert_digest("demo.digest"))

    assert message.splitlines()[:2] == [
        f"not the run of {path}:",
        f"  expected: {digest}",
    ]
    bench.golden = Golden(tmp_path, update=True)
    bench.run(DEMO, "80ms").assert_digest("demo.digest")
    assert path.read_text() == f"{other.result.digest}\n"


# --- health -----------------------------------------------------------------


def test_errors_are_expected_by_their_words(bench: Bench) -> None:
    run = bench.run(DEMO)

    run.assert_errors("numeric error")
    run.assert_errors("numeric error", partition="display")
    run.assert_no_errors("sensors")

    one = (
        "\n  at 730008215 ns: display/0: numeric error (handled by the guest)"
    )
    assert told(run.assert_no_errors) == (
        f"the health monitor heard of 1 error{one}"
    )
    assert told(lambda: run.assert_errors("stack overflow")) == (
        f"the health monitor heard of 1 error; expected: stack overflow{one}"
    )
    assert told(lambda: run.assert_errors("fault", partition="sensors")) == (
        "the health monitor heard of 0 errors; expected: fault"
    )


# --- time -------------------------------------------------------------------


def test_deadlines_are_expected_to_be_met(bench: Bench) -> None:
    run = bench.run(TASKS, "100ms")

    run.assert_no_misses("control/steer")

    rows = told(run.assert_no_misses).splitlines()
    assert rows[:2] == [
        "deadlines were missed:",
        "  control/late: job 1, due at 10 ms",
    ]
    assert len(rows) == 6
    early = bench.run(TASKS, "10500us")
    assert told(early.assert_no_misses).splitlines()[1:] == [
        "  control/late: 1 job late, not ended",
    ]


def test_response_times_are_bounded(bench: Bench) -> None:
    run = bench.run(TASKS, "100ms")

    run.assert_response("control/late", at_most="11ms")
    run.assert_response("control/late", at_most=11_000_000)

    assert told(lambda: run.assert_response("control/late", "10ms")) == (
        "control/late: the job that arrived at 0 ns took 11 ms; at most "
        "10 ms was expected"
    )
    assert told(lambda: run.assert_response("control/rare", "1s")) == (
        "control/rare: no job is done"
    )


def test_latencies_are_bounded(bench: Bench) -> None:
    run = bench.run(FLOOD, "220ms")

    run.assert_latency("bell", at_most="149ms")
    run.assert_latency("receiver/0/0", at_most="149ms")

    message = told(lambda: run.assert_latency("bell", "1ms"))
    assert message.startswith("bell: delivered up to ")
    assert "at most 1 ms was expected (99 % within " in message
    never = bench.run(FLOOD, "1ms")
    assert told(lambda: never.assert_latency("bell", "1ms")) == (
        "bell: not delivered, 0 times raised"
    )


def test_utilisation_is_bounded(bench: Bench) -> None:
    run = bench.run(TASKS, "100ms")

    run.assert_utilisation("control", at_least=0.4, at_most=0.4)
    run.assert_utilisation("control/0", at_most=0.5)
    run.assert_utilisation("control", at_least=0.4)

    assert told(
        lambda: run.assert_utilisation("control", at_least=0.5, at_most=1)
    ) == (
        "control: used 0.4000 of a processor; between 0.5 and 1 was expected"
    )


# --- mistakes ---------------------------------------------------------------


def test_who_is_not_there_is_a_mistake(bench: Bench) -> None:
    run = bench.run(TASKS, "100ms")
    known = "name one of control$"

    with pytest.raises(VpokError, match=f"no 'nobody' in this run: {known}"):
        run.assert_console("x", partition="nobody")
    with pytest.raises(VpokError, match=f"no 'nobody' in this run: {known}"):
        run.assert_no_errors("nobody")
    with pytest.raises(VpokError, match="name one of control/steer, "):
        run.assert_no_misses("steer")
    with pytest.raises(VpokError, match="no 'tick' in this run: there are"):
        run.assert_latency("tick", "1ms")
    with pytest.raises(VpokError, match=r"name one of control, control/0$"):
        run.assert_utilisation("control/7", at_most=1)
    with pytest.raises(VpokError, match="demo has no modelled tasks"):
        bench.run(DEMO, "1ms").assert_no_misses()


def test_systems_come_from_files_texts_and_specifications(
    bench: Bench,
) -> None:
    spec = vpok.load(DEMO).spec

    assert bench.run(spec, 1000).result.end == 1000
    changes = {"partitions.control.tasks.steer.execution": "11ms"}
    steered = bench.run(TASKS, "100ms", changes=changes)
    assert "steer" in told(steered.assert_no_misses)
    with pytest.raises(VpokError, match="changes are for files and texts"):
        bench.run(spec, 1000, changes=changes)
    with pytest.raises(vpok.ConfigError, match="does not exist"):
        bench.run("nowhere.yaml")
    with pytest.raises(VpokError, match="name a configuration, here or in"):
        bench.run()
    with pytest.raises(vpok.ConfigError, match="clock"):
        bench.run(replace(spec, clock=0))


def test_a_system_is_run_on_and_looked_at_again(bench: Bench) -> None:
    system = bench.system(DEMO, events=True)

    first = bench.run(system, "40ms")
    second = bench.run(system, "400ms")

    assert system.now == second.result.end == 400_000_000
    assert "CLIMB" not in first.console()
    assert "CLIMB" in second.console()
    assert 0 < len(first.events) < len(second.events)
    with (
        vpok.load(DEMO).build() as foreign,
        pytest.raises(VpokError, match="build this one there"),
    ):
        bench.run(foreign)


# --- what is left -----------------------------------------------------------


def test_traces_are_kept_on_request_only(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    run = bench.run(DEMO, "40ms", events=True)
    bench.run(TASKS, "40ms", trace=False)

    first, second = bench.keep(folder, "test_x.py::test_it[a/b]")
    bench.close()

    assert (first.name, second.name) == ("demo", "system")
    assert first.text.startswith("40 ms, as asked\n")
    assert "display ready" in first.text
    assert second.trace is None
    assert first.trace == folder / "test_x.py-test_it-a-b--0.jsonl"
    with open_trace(first.trace) as trace:
        assert trace.head.config == DEMO.read_text()
        assert [event.time for event in trace] == [
            event.time for event in run.events
        ]
        assert trace.end.digest == run.result.digest
    assert list(tmp_path.iterdir()) == [folder]


def test_nothing_is_left_of_what_went_well(
    bench: Bench, tmp_path: Path
) -> None:
    bench.run(DEMO, "40ms")
    assert list(tmp_path.iterdir())

    bench.close()

    assert not list(tmp_path.iterdir())
