"""`vpok top`: the screen, its keys, and tables without a screen."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import vpok
from vpok.cli import run
from vpok.cli.top_session import MAX, Session, speed_name
from vpok.events import EventKind, Sink
from vpok.report.top import NAMES, ORDERS, Look, in_order, top_tables
from vpok.system import Loaded, System
from vpok.units import NS_PER_MS, NS_PER_S

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src" / "vpok" / "demo" / "config.yaml"
MINIKERNEL = ROOT / "examples" / "minikernel" / "x86-64.yaml"
MS = NS_PER_MS
TASKS = """\
partitions:
  - name: a
    tasks:
      - {name: hi, priority: 2, period: 10ms, execution: 1ms}
      - {name: lo, priority: 1, period: 20ms, execution: 3ms, deadline: 4ms}
  - name: b
    vcpus: {count: 2, policy: round-robin}
    tasks:
      - {name: x, vcpu: 1, period: 10ms, execution: 2ms}
kernel:
  scheduler:
    major_frame: 10ms
    windows:
      - {partition: a, start: 0, duration: 3ms}
      - {partition: b, start: 5ms, duration: 4ms}
"""

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.yaml"
    path.write_text(TASKS)
    return path


class Clock:
    """A clock that goes on by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Told(Loaded):
    """A loaded system whose runs have digests."""

    def build(self, **how: Any) -> System:
        return super().build(**{**how, "digest": True})


def session(path: Path, **how: Any) -> Session:
    loaded = vpok.load(path)
    return Session(Told(loaded.spec, loaded.notes), **how)


def digest(path: Path, until: int) -> str | None:
    with vpok.load(path).build(digest=True) as system:
        return system.run(until).digest


# --- without a screen ---------------------------------------------------------


def test_once_prints_the_tables(tasks: Path, capsys: Captured) -> None:
    assert run(["top", str(tasks), "--once", "--at", "40ms"]) == 0

    out = capsys.readouterr().out
    first, *tables = out.split("\n\n")
    assert first == "tasks: 40.00 ms"
    assert [table.split()[0] for table in tables] == [
        *("partition", "partition", "processor", "partition", "partition")
    ]
    assert tables[0].splitlines()[1].split()[:4] == ["a", "0", "0", "blocked"]


def test_vcpus_are_sorted(tasks: Path, capsys: Captured) -> None:
    assert (
        run(["top", str(tasks), "--once", "--at", "1s", "--sort", "use"]) == 0
    )

    rows = capsys.readouterr().out.split("\n\n")[1].splitlines()[1:]
    assert [row.split()[:2] for row in rows] == [
        *(["a", "0"], ["b", "1"], ["b", "0"])
    ]


def test_every_order_is_one(tasks: Path) -> None:
    with vpok.load(tasks).build() as system:
        look = Look(system.run("100ms"))

    for order in ORDERS:
        assert len(in_order(look, order)) == 3
    assert list(top_tables(look)) == [
        name for name in NAMES if name not in {"interrupts", "latencies"}
    ]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "top needs a terminal"),
        (["--speed", "0", "--once"], "take a number from 0.001"),
        (["--speed", "fast", "--once"], "or max"),
        (["--at", "soon", "--once"], "soon"),
        (["--sort", "name", "--once"], "name"),
    ],
)
def test_what_cannot_be_done_is_2(
    tasks: Path, capsys: Captured, options: list[str], why: str
) -> None:
    assert run(["top", str(tasks), *options]) == 2
    assert why in capsys.readouterr().err


def test_a_missing_library_is_named(
    tasks: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("vpok.cli.top.find_spec", lambda _: None)

    assert run(["top", str(tasks)]) == 2
    assert "pip install 'vpok[top]'" in capsys.readouterr().err


# --- going on -----------------------------------------------------------------


def test_virtual_time_goes_as_fast_as_asked(tasks: Path) -> None:
    clock = Clock()
    watched = session(tasks, speed=0.1, clock=clock)

    clock.now += 0.5
    watched.tick()
    assert watched.system.now == 50 * MS
    watched.faster(2)
    assert watched.speed == 1.0
    clock.now += 0.5
    watched.tick()
    assert watched.system.now == 550 * MS
    watched.pause()
    clock.now += 5
    watched.tick()
    assert watched.system.now == 550 * MS
    watched.pause()
    clock.now += 0.25
    watched.tick()
    assert watched.system.now == 800 * MS
    watched.close()


def test_speeds_have_ends(tasks: Path) -> None:
    watched = session(tasks, speed=2.0)

    watched.faster(20)
    assert (watched.speed, speed_name(watched.speed)) == (MAX, "flat out")
    watched.faster(-1)
    assert speed_name(watched.speed) == "x100"
    watched.faster(-50)
    assert speed_name(watched.speed) == "x0.01"
    watched.close()


def test_it_pauses_where_it_was_asked_to(tasks: Path) -> None:
    watched = session(tasks, speed=MAX, until=35 * MS)
    while not watched.paused:
        watched.tick()

    assert watched.system.now == 35 * MS
    assert "paused" in watched.headline()
    watched.pause()
    watched.tick()
    assert watched.system.now > 35 * MS
    watched.close()


def test_watching_changes_nothing(tasks: Path) -> None:
    clock = Clock()
    watched = session(tasks, clock=clock)
    for passed in (0.013, 0.1, 0.0307):
        clock.now += passed
        watched.tick()
        watched.look()
        watched.news()
        for by in ("event", "slice", "window"):
            assert watched.step(by)
            watched.look()
        watched.pause()
    watched.system.advance(300 * MS)

    assert watched.look().result.digest == digest(tasks, 300 * MS)
    watched.restart()
    assert watched.system.now == 0
    watched.system.advance(300 * MS)
    assert watched.look().result.digest == digest(tasks, 300 * MS)
    watched.close()


ENDLESS = """\
partitions:
  - name: a
    tasks: [{name: t, kind: aperiodic, arrivals: [0], execution: 1h}]
kernel: {scheduler: {architecture: flat, policy: round-robin}}
"""


def test_a_step_ends_though_nothing_happens(tmp_path: Path) -> None:
    path = tmp_path / "endless.yaml"
    path.write_text(ENDLESS)
    watched = session(path)
    watched.system.advance(MS)

    assert not watched.step("window")
    assert watched.system.now == 101 * MS
    assert not watched.step("event")
    assert watched.system.now == 201 * MS
    watched.system.advance(300 * MS)
    assert watched.look().result.digest == digest(path, 300 * MS)
    watched.close()


def test_lately_is_about_the_last_second(tasks: Path) -> None:
    clock = Clock()
    watched = session(tasks, clock=clock)
    ends = []
    for _ in range(20):
        clock.now += 0.25
        watched.tick()
        look = watched.look()
        ends.append(look.lately)

    assert ends[-5:] == [NS_PER_S] * 5
    assert top_tables(look)["vcpus"].columns[4] == ">lately"
    watched.close()


def test_trouble_is_told_in_words(tasks: Path) -> None:
    watched = session(tasks)
    watched.system.advance(20 * MS)

    lines = watched.news()
    assert "a: lo misses its deadline of 4.000 ms (job 1)" in lines[-1]
    assert watched.news() == []
    watched.close()


@pytest.mark.slow
def test_errors_of_guests_are_told_in_words() -> None:
    watched = session(DEMO)
    watched.system.advance(2000 * MS)

    text = "\n".join(watched.news())
    assert "display: fault 0 at 0x" in text
    assert "display: numeric error: handled by the guest" in text
    assert "the module stops: shutdown" in text
    assert "ended: shutdown" in watched.headline()
    assert not watched.step("event")
    watched.close()


# --- the screen ---------------------------------------------------------------

Pilot = Any  # of textual, which may not be there
Act = Callable[[Pilot], Awaitable[None]]


def on_screen(watched: Session, act: Act) -> None:
    """Let *act* press keys; the screen is large enough for everything."""
    pytest.importorskip("textual")
    from vpok.cli.top_app import TopApp

    async def play() -> None:
        async with TopApp(watched).run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            await act(pilot)

    try:
        asyncio.run(play())
    finally:
        watched.close()


def text_of(pilot: Pilot) -> str:
    """Return what can be read on the screen."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in lines)


@pytest.mark.slow
def test_keys_pause_step_and_restart(tasks: Path) -> None:
    clock = Clock()
    watched = session(tasks, clock=clock)

    async def act(pilot: Pilot) -> None:
        await pilot.press("space")
        assert watched.paused
        assert "paused" in text_of(pilot)
        await pilot.press("w")
        opened = watched.system.now
        await pilot.press("w")
        assert watched.system.now in {3 * MS, 5 * MS}
        assert watched.system.now > opened
        await pilot.press("e", "l")
        assert watched.system.now > 3 * MS
        await pilot.press("minus")
        assert watched.speed == 0.3
        await pilot.press("plus", "plus")
        assert watched.speed == 3.0
        await pilot.press("r")
        assert watched.system.now == 0

    on_screen(watched, act)


@pytest.mark.slow
def test_a_vcpu_is_chosen_and_paused(tasks: Path) -> None:
    watched = session(tasks, clock=Clock())
    chosen = watched.system.kernel.partitions[1].vcpus[1]

    async def act(pilot: Pilot) -> None:
        await pilot.press("down", "down", "p")
        assert pilot.app.chosen() == (1, 1)
        assert chosen.pauses == 1
        assert "b/1: paused" in "".join(
            notice.message for notice in pilot.app._notifications
        )
        await pilot.press("o")  # sorted anew: the same vCPU stays chosen
        assert pilot.app.order == "use"
        assert pilot.app.chosen() == (1, 1)
        await pilot.press("p")
        assert chosen.pauses == 0

    on_screen(watched, act)


class Controls(Sink):
    """Notes interrupts that occur."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def emit(self, time: int, kind: int, *rest: int) -> None:
        if kind in {EventKind.IRQ_RAISE, EventKind.IRQ_DROP}:
            self.seen.append((int(time), int(rest[-2])))


@pytest.mark.slow
def test_an_interrupt_is_injected_or_refused() -> None:
    watched = session(MINIKERNEL, clock=Clock())
    heard = Controls()
    listeners = watched.system._listeners
    assert listeners is not None
    listeners.sinks.append(heard)

    async def act(pilot: Pilot) -> None:
        await pilot.press("space", "i", *"200", "enter")
        notices = "".join(n.message for n in pilot.app._notifications)
        assert "no interrupt 200" in notices
        await pilot.press("i", "x", "enter")
        notices = "".join(n.message for n in pilot.app._notifications)
        assert "no interrupt 'x'" in notices
        await pilot.press("i", "7")
        pilot.app.draw()  # goes on behind the question
        await pilot.press("escape")
        await pilot.press("i", "9", "enter")
        watched.system.advance(MS)
        assert [irq for time, irq in heard.seen if time == 0] == [9]

    on_screen(watched, act)


@pytest.mark.slow
def test_the_screen_shows_tables_console_and_health() -> None:
    watched = session(DEMO, clock=Clock())

    async def act(pilot: Pilot) -> None:
        watched.system.advance(1000 * MS)
        pilot.app.draw()
        await pilot.pause()
        text = text_of(pilot)
        assert "autopilot" in text
        assert "mean climb" in text
        assert "numeric error: handled by the guest" in text
        assert "running x1" in text
        assert "partitions" in text
        assert "responses" not in text  # there are no tasks

    on_screen(watched, act)


@pytest.mark.slow
def test_what_guests_print_is_no_markup(tmp_path: Path) -> None:
    watched = session(DEMO, clock=Clock())

    async def act(pilot: Pilot) -> None:
        watched.console.console(0, 0, 0, 0, b"[bold]x[/] \x1b[31m[@click=q]\n")
        pilot.app.draw()
        await pilot.pause()
        assert "[bold]x[/] \\x1b[31m[@click=q]" in text_of(pilot)

    on_screen(watched, act)


@pytest.mark.slow
def test_the_screen_goes_on_by_itself_and_ends(tasks: Path) -> None:
    watched = session(tasks, speed=MAX)

    async def act(pilot: Pilot) -> None:
        await pilot.pause(0.5)
        assert watched.system.now > NS_PER_S
        await pilot.press("q")
        assert pilot.app._exit
        pilot.app.draw()

    on_screen(watched, act)
