"""One system, one digest: whatever the host, the tier and the cuts are."""

import os
import re
import subprocess
import sys
from random import Random

import pytest

from tests.properties.systems import (
    DEMO,
    ROOT,
    digest_of,
    examples,
    known,
    limit_of,
    preempted,
    spec_of,
)
from vpok.events import EventKind
from vpok.system import build
from vpok.testing import RecordingSink


@pytest.mark.parametrize("name", sorted(known()))
def test_a_system_has_the_digest_that_is_written_down(name: str) -> None:
    """Written by another version of Python, on another machine."""
    assert digest_of(spec_of(name), limit=limit_of(name)) == known()[name]


@pytest.mark.parametrize("name", sorted(known()))
def test_both_meter_tiers_give_the_same_digest(name: str) -> None:
    for tier in ("native", "count"):
        found = digest_of(spec_of(name), tier=tier, limit=limit_of(name))
        assert found == known()[name]


@pytest.mark.parametrize("name", sorted(known()))
@pytest.mark.parametrize("seed", range(3))
def test_cutting_a_run_changes_nothing(name: str, seed: int) -> None:
    """Cuts fall anywhere, also next to each other and twice in one place."""
    random = Random(seed)
    limit = limit_of(name)
    cuts = [random.randrange(limit) for _ in range(120)]
    cuts += [cut + random.randrange(-20, 20) for cut in cuts[:60]]
    cuts += [random.randrange(900_000, 3_000_000) for _ in range(60)]
    cuts += [limit // 2 + random.randrange(400) for _ in range(60)]

    spec = spec_of(name)
    cuts = [min(max(0, cut), limit) for cut in cuts]
    assert digest_of(spec, cuts, limit=limit) == known()[name]


@pytest.mark.parametrize("tier", ["native", "count"])
def test_ten_thousand_preemptions_cut_or_not(tier: str) -> None:
    """Strings, calls, floating point, stores; windows end at any ns."""
    spec = preempted(7, 400)
    random = Random(7)
    limit = 26 * spec.schedule.major_frame
    cuts = [random.randrange(limit) for _ in range(2000)]
    sink = RecordingSink()
    with build(spec, sinks=[sink], digest=True, tier="native") as system:
        reference = system.run(until=limit).digest
    switches = [e for e in sink.events if e.kind == EventKind.SWITCH]

    assert len(switches) > 10_000
    assert digest_of(spec, cuts, tier, limit) == reference


def test_hash_seed_and_process_do_not_show() -> None:
    """Three processes, three hash seeds."""
    found = set()
    for seed in ("0", "1", "4711"):
        out = subprocess.run(
            [
                sys.executable,
                "-m",
                "vpok",
                "run",
                str(DEMO / "config.yaml"),
                "--for",
                "300ms",
                "--digest",
                "--raw",
                "-q",
            ],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        digests = re.findall(r"[0-9a-f]{64}", out.stdout + out.stderr)
        found.add((out.stdout, *digests))

    assert len(found) == 1
    assert known()["demo"] in found.pop()


def test_hash_seed_and_process_do_not_show_in_examples() -> None:
    """Three processes, three hash seeds, every example."""
    code = (
        "from tests.properties.systems import *\n"
        "for name in examples():\n"
        "    print(name, digest_of(spec_of(name), limit=limit_of(name)))\n"
    )
    wanted = "".join(f"{name} {known()[name]}\n" for name in examples())
    for seed in ("0", "1", "4711"):
        out = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert out.stdout == wanted


def test_every_example_has_its_digest_written_down() -> None:
    assert examples()
    assert set(examples()) <= set(known())


@pytest.mark.parametrize("name", ["demo", *examples()])
def test_who_listens_does_not_show(name: str) -> None:
    """With and without console, summary and a sink that fails."""

    class Failing(RecordingSink):
        def emit(self, *event: int) -> None:
            message = "disk full"
            raise OSError(message)

    spec = spec_of(name)
    with build(spec, sinks=[RecordingSink(), Failing()], digest=True) as both:
        heard = both.run(until=limit_of(name))

    assert heard.digest == known()[name]
    assert len(heard.sink_failures) == 1
