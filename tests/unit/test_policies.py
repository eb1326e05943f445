"""Policies of other packages: found by entry point, used as vpok's own."""

import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

import vpok
from vpok.analysis.system import analyze
from vpok.config.reference import page, schema
from vpok.kernel.sched import POLICIES as OWN
from vpok.kernel.sched.edf import Edf
from vpok.policies import GROUP, POLICIES, BadPolicyError

EXAMPLE = Path(__file__).parents[2] / "examples" / "policy"
CONFIG = EXAMPLE / "config.yaml"
LOTTERY = ("lottery", "vpok_lottery:Lottery")
POLICY = "partitions.work.vcpus.policy"


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """Let packages be installed that offer what is put into the list."""
    points: list[EntryPoint] = []

    def entry_points(**given: Any) -> EntryPoints:
        return EntryPoints(points).select(**given)

    monkeypatch.setattr(metadata, "entry_points", entry_points)
    monkeypatch.setattr(POLICIES, "found", {})
    monkeypatch.syspath_prepend(EXAMPLE)
    yield points
    sys.modules.pop("vpok_lottery", None)


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def why(**changes: str) -> str:
    given = {key.replace("__", "."): value for key, value in changes.items()}
    with pytest.raises(vpok.ConfigError) as caught:
        vpok.load(CONFIG, changes=given)
    return str(caught.value)


def test_who_has_more_tickets_runs_more_often(
    offer: list[EntryPoint],
) -> None:
    """Of 4000 turns: five standard deviations are 0.04."""
    offer.append(point(*LOTTERY))

    with vpok.load(CONFIG).build() as system:
        result = system.run(until="4s")

    shares = [vcpu.utilisation for vcpu in result.partitions[0].vcpus]
    assert sum(shares) == pytest.approx(1)
    assert shares == pytest.approx([0.5, 0.3, 0.2], abs=0.04)


def test_the_same_tickets_win_however_the_run_is_cut(
    offer: list[EntryPoint],
) -> None:
    offer.append(point(*LOTTERY))
    digests = set()
    for step in (50_000_000, 1_000_000, 333_333):
        with vpok.load(CONFIG).build(digest=True) as system:
            for until in range(step, 50_000_000, step):
                system.run(until=until)
            digests.add(system.run(until="50ms").digest)

    assert len(digests) == 1


def test_another_seed_is_another_run(offer: list[EntryPoint]) -> None:
    offer.append(point(*LOTTERY))
    digests = set()
    for seed in "12":
        each = f"{{tickets: 5, seed: {seed}}}"
        loaded = vpok.load(CONFIG, changes={"partitions.0.vcpus.each": each})
        with loaded.build(digest=True) as system:
            digests.add(system.run(until="50ms").digest)

    assert len(digests) == 2


def test_it_shares_several_processors_of_the_whole_module(
    offer: list[EntryPoint], tmp_path: Path
) -> None:
    offer.append(point(*LOTTERY))
    flat = CONFIG.read_text().split("kernel:")[0].replace("policy:", "#")
    (tmp_path / "config.yaml").write_text(
        f"{flat}\ntarget: {{nb_processors_number: 2}}\n"
        "kernel: {scheduler: {architecture: flat, policy: lottery, "
        "quantum: 1ms}}\n"
    )

    with vpok.load(tmp_path / "config.yaml").build() as system:
        result = system.run(until="1s")

    assert [each.idle for each in result.processors] == [0, 0]
    assert all(0 < v.utilisation < 1 for v in result.partitions[0].vcpus)


def test_its_parameters_can_be_set_at_run_time(
    offer: list[EntryPoint],
) -> None:
    offer.append(point(*LOTTERY))

    with vpok.load(CONFIG).build() as system:
        system.run(until="1ms")
        system.set_params("work", 2, tickets=1000)
        with pytest.raises(vpok.VpokError, match="tickets 0: take 1 to"):
            system.set_params("work", 2, tickets=0)
        result = system.run(until="1s")

    assert result.partitions[0].vcpus[2].utilisation > 0.85


def test_its_parameters_are_checked(offer: list[EntryPoint]) -> None:
    offer.append(point(*LOTTERY))
    each = "partitions__work__vcpus__each"

    assert "tickets 0: take 1 to" in why(**{each: "{tickets: 0}"})
    assert "did you mean 'tickets'?" in why(**{each: "{tikets: 1}"})
    assert "lottery has no parameter weight" in why(**{each: "{weight: 1}"})


def test_a_policy_that_nobody_offers_is_refused_with_advice(
    offer: list[EntryPoint],
) -> None:
    told = why()

    assert "there is no policy 'lottery': take null, round-robin" in told
    assert "by the entry point vpok.policies" in told
    assert "tickets" not in told  # which nobody can know now


def test_a_name_that_is_nearly_right_is_told(offer: list[EntryPoint]) -> None:
    offer.append(point(*LOTTERY))

    told = why(partitions__work__vcpus__policy="lotery")

    assert "did you mean 'lottery'?" in told


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("vpok_nowhere:Lottery", "cannot be imported: ModuleNotFoundError"),
        ("vpok_lottery:Raffle", "cannot be imported: AttributeError"),
        ("vpok_lottery:place", "is no subclass of vpok.kernel.sched.Policy"),
    ],
)
def test_a_policy_that_cannot_be_used_says_why(
    value: str, reason: str, offer: list[EntryPoint]
) -> None:
    offer.append(point("lottery", value))

    assert reason in why()
    with pytest.raises(BadPolicyError, match="'lottery'"):
        POLICIES["lottery"]


def test_two_packages_may_not_offer_one_name(offer: list[EntryPoint]) -> None:
    offer.extend([point(*LOTTERY), point("lottery", "other:Lottery")])

    assert "several packages offer the policy 'lottery'" in why()


def test_vpoks_own_names_are_vpoks_own(offer: list[EntryPoint]) -> None:
    offer.append(point("edf", LOTTERY[1]))

    assert POLICIES["edf"] is Edf
    assert POLICIES.offered() == []


def test_nothing_is_imported_that_no_system_names(
    offer: list[EntryPoint],
) -> None:
    offer.append(point(*LOTTERY))
    changes = {POLICY: "credit", "partitions.work.vcpus.each": "{weight: 3}"}

    vpok.load(CONFIG, changes=changes).build().close()

    assert "vpok_lottery" not in sys.modules
    assert list(POLICIES) == list(OWN)
    assert len(POLICIES) == len(OWN)


def test_editors_hear_of_it_and_the_reference_page_does_not(
    offer: list[EntryPoint],
) -> None:
    offer.append(point(*LOTTERY))
    offer.append(point("broken", "vpok_nowhere:Policy"))

    vcpus = str(schema()["properties"]["partitions"])
    flat = str(schema()["properties"]["kernel"])

    assert "'lottery'" in vcpus
    assert "'tickets'" in vcpus
    assert "'lottery'" in flat
    assert "tickets" not in page()


def test_the_analysis_says_that_it_knows_no_bound(
    offer: list[EntryPoint],
) -> None:
    offer.append(point(*LOTTERY))

    text = str(analyze(vpok.load(CONFIG).spec))

    assert "none is known for the policy lottery" in text
