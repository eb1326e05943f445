"""Guests in Python of a file."""

from pathlib import Path

import pytest

from vpok.config import ConfigError, loads
from vpok.spec.model import PartitionSpec
from vpok.system import build
from vpok.testing.sink import RecordingSink

TEXT = (Path(__file__).parent / "python.yaml").read_text("utf-8")
GUEST = "def main(vcpu):\n    yield\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "control.py").write_text(GUEST)
    (tmp_path / "keys.txt").write_text("ab\n")
    return tmp_path


def control(place: Path, text: str = TEXT) -> PartitionSpec:
    known = text.replace("vpok_no_such_guest", "control.py")
    return loads(known, place).spec.partitions[0]


def test_a_guest_has_what_its_keys_say(place: Path) -> None:
    own = control(place)

    assert own.personality == "python"
    assert own.size == 0
    assert own.input == b"ab\n"
    assert own.features == {"shutdown", "plans"}
    assert own.model is not None
    assert own.model.guest == f"{place / 'control.py'}:main"
    assert own.model.seed == 7
    assert dict(own.model.args) == {
        "period": "2ms",
        "turns": 3,
        "loud": True,
        "offset": -4,
    }


def test_an_error_may_ask_for_a_plan(place: Path) -> None:
    own = control(place)

    assert own.health[1] == "plan safe"
    assert own.health[2] == own.health[0] == "ignore"


def test_whatever_is_wrong_with_guests_is_told_at_once(place: Path) -> None:
    (place / "control.py").write_text("import vpok_not_there\n")

    with pytest.raises(ConfigError) as caught:
        loads(TEXT, place)

    first, second = (problem.what for problem in caught.value.problems)
    assert "line 1 raises ModuleNotFoundError" in first
    assert second.startswith("there is no module vpok_no_such_guest")


def test_guests_do_not_share_what_a_file_defines(place: Path) -> None:
    """Each partition executes it anew, so globals are its own."""
    (place / "control.py").write_text(
        "from vpok.guest import print_, shutdown\n"
        "seen = []\n"
        "def main(vcpu):\n"
        "    seen.append(vcpu.partition)\n"
        "    yield print_(seen)\n"
    )
    text = TEXT.replace("vpok_no_such_guest", "control.py")
    sink = RecordingSink()
    with build(loads(text, place).spec, sinks=[sink]) as made:
        made.run("40ms")

    assert sink.text() == b"['control']\n['other']\n"
