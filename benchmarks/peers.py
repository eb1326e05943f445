"""
vpok beside SimSo: `python -m benchmarks.peers`, which needs only Python.

Makes environments of its own: SimSo, vpok as `pip install .` gives it, and
vpok compiled.  All run the task sets of `tasksets.py` in turns; a ratio is of
the processor time that the runs took in one round.  Then: same counts of jobs
and same worst responses (one ns off is SimSo's rounding), memory over virtual
time, and how cost grows (`scale.py`).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.pairs import spread
from benchmarks.tasksets import SETS, workload

HERE = Path(__file__).parent
SIMSO = "simso==0.8.5"
# Seconds of virtual time that SimSo runs; vpok so many times as long.
LENGTHS = {"a": 20.0, "b": 4.0, "c": 20.0, "ties": 2.0}
LONGER = 10
TEN_HOURS = 36_000
BUILDS = ("interpreted", "compiled")
Json = dict[str, Any]


def environment(folder: Path, *packages: str, compiled: bool = False) -> str:
    """Return the Python of a virtual environment with *packages*."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "install", "--quiet", *packages],
        cwd=HERE.parent,
        env={**os.environ, "VPOK_COMPILE": "1" if compiled else ""},
        check=True,
    )
    return str(python)


def pythons(given: argparse.Namespace) -> dict[str, str]:
    """Return who runs with which Python."""
    folder = given.environments
    found = {"simso": given.simso, **dict.fromkeys(BUILDS)}
    found |= dict(pair.split("=", 1) for pair in given.vpok)
    if not found["simso"]:
        found["simso"] = environment(folder / "simso", SIMSO)
    for build in BUILDS:
        if not found[build]:
            compiled = build == "compiled"
            found[build] = environment(folder / build, ".", compiled=compiled)
    return found


def program(python: str, name: str, *arguments: object) -> str:
    """Run a program of this folder; return what it prints."""
    command = [python, str(HERE / name), *map(str, arguments)]
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        command, env=variables, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


class Peers:
    """Who takes part, and the files of what they run."""

    def __init__(self, found: dict[str, str], folder: Path) -> None:
        self.pythons = found
        self.files = {name: folder / f"{name}.json" for name in SETS}
        for name, file in self.files.items():
            file.write_text(json.dumps(workload(name)))

    def run(self, who: str, name: str, seconds: float) -> Json:
        """Let one of them run a task set."""
        script = "peers_simso.py" if who == "simso" else "peers_vpok.py"
        python = self.pythons[who]
        text = program(python, script, self.files[name], seconds)
        result: Json = json.loads(text)
        assert result.get("build", who) == who
        return result

    # --- the same results ---------------------------------------------------

    def agree(self, name: str) -> str:
        """Compare what becomes of the tasks, in runs of equal length."""
        simso = self.run("simso", name, LENGTHS[name])["tasks"]
        lines = []
        for build in BUILDS:
            ours = self.run(build, name, LENGTHS[name])["tasks"]
            assert simso.keys() == ours.keys()
            counts = sum(simso[task][0] != ours[task][0] for task in simso)
            worst = max(abs(simso[task][1] - ours[task][1]) for task in simso)
            jobs = sum(count for count, _ in ours.values())
            lines.append(
                f"({name}) {build}: {jobs} jobs of {len(ours)} tasks in "
                f"{LENGTHS[name]:g} s; {counts} tasks with another number of "
                f"jobs than SimSo's, worst responses at most {worst} ns apart"
            )
        return "\n".join(lines)

    # --- speed --------------------------------------------------------------

    def speed(self, name: str, rounds: int) -> str:
        """Let all run in turns; return rates, and ratios round by round."""
        rates: dict[str, list[float]] = {}
        events: dict[str, list[float]] = {}
        for _ in range(rounds):
            for who in self.pythons:
                longer = 1 if who == "simso" else LONGER
                got = self.run(who, name, LENGTHS[name] * longer)
                rates.setdefault(who, []).append(got["jobs"] / got["seconds"])
                if "events" in got:
                    rate = got["events"] / got["seconds"]
                    events.setdefault(who, []).append(rate)
        simso = rates.pop("simso")
        lines = [f"({name}) simso: {spread(simso).show(1e-3, 1)} k jobs/s"]
        for who, rate in rates.items():
            ratio = [x / y for x, y in zip(rate, simso, strict=True)]
            lines.append(
                f"({name}) {who}: {spread(rate).show(1e-3, 0)} k jobs/s, "
                f"{spread(events[who]).show(1e-6)} M events/s, "
                f"{spread(ratio).show(1, 1)} times SimSo"
            )
        return "\n".join(lines)

    # --- size ---------------------------------------------------------------

    def memory(self) -> str:
        """Compare 10 seconds and 10 hours of (c)."""
        python = self.pythons["compiled"]
        lines = [
            program(python, "scale.py", self.files["c"], seconds).strip()
            for seconds in (10, TEN_HOURS)
        ]
        return "\n".join(lines)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--environments", type=Path, default=HERE.parent / ".venv-peers"
    )
    parser.add_argument("--simso", help="a Python that has SimSo")
    parser.add_argument(
        "--vpok",
        action="append",
        default=[],
        metavar="BUILD=PYTHON",
        help="a Python that has that build of vpok",
    )
    return parser.parse_args()


def load() -> str:
    """Return how busy the machine is."""
    busy = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"load of {os.cpu_count()} processors: {busy}"


if __name__ == "__main__":
    chosen = options()
    with TemporaryDirectory() as made:
        peers = Peers(pythons(chosen), Path(made))
        print(load())
        for each in SETS:
            print(peers.agree(each), flush=True)
        print("\nmedian (middle half), processor time")
        for each in SETS:
            print(peers.speed(each, chosen.rounds), flush=True)
        print(f"\n{load()}\n\npeak memory of (c)\n{peers.memory()}\n")
        for which in BUILDS:
            print(program(peers.pythons[which], "scale.py"), flush=True)
        print(load())
