"""What `vpok new` writes."""

from pathlib import Path

import pytest

import vpok
from vpok.config import load
from vpok.config.template import create


def test_the_template_loads_without_problems_or_notes(tmp_path: Path) -> None:
    files = create(tmp_path / "new" / "system")

    assert files[0] == tmp_path / "new" / "system" / "config.yaml"
    assert all(file.is_file() for file in files)
    loaded = load(files[0])
    assert loaded.notes == ()
    assert [p.name for p in loaded.spec.partitions] == ["sensors", "display"]
    assert loaded.spec.name == "system"


@pytest.mark.slow
def test_the_template_runs_and_ends_by_itself(tmp_path: Path) -> None:
    config, *_ = create(tmp_path)

    with vpok.load(config).build() as system:
        result = system.run(until="2s")

    assert result.reason == "shutdown"
    assert [partition.mode for partition in result.partitions] == [
        "normal"
    ] * 2


@pytest.mark.parametrize("victim", ["config.yaml", "display/display.elf"])
def test_nothing_is_overwritten_and_nothing_written_then(
    victim: str, tmp_path: Path
) -> None:
    (tmp_path / victim).parent.mkdir(exist_ok=True)
    (tmp_path / victim).write_text("mine")

    with pytest.raises(FileExistsError, match=victim):
        create(tmp_path)

    assert (tmp_path / victim).read_text() == "mine"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written == [tmp_path / victim]
