"""What the documents show is what happens."""

import contextlib
import io
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VPOK = f"{sys.executable} -m vpok"
PYTEST = (
    f"{sys.executable} -m pytest -p vpok.pytest_plugin -p no:cacheprovider"
)
FILE = re.compile(r"# (\w+\.py)\n")  # the first line of a block to be saved


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of each block of code, in order."""
    text = (ROOT / page).read_text()
    yield from re.findall(
        r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
    )


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Yield (command, what it shows) of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def run(command: str, folder: Path) -> str:
    """Run a command as a shell does; return all that it shows."""
    command = re.sub(r"^vpok\b", VPOK, command)
    command = re.sub(r"^pytest\b", PYTEST, command)
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={
            "PYTHONPATH": str(ROOT / "src"),
            "PATH": "/usr/bin:/bin",
            # The plugin is there, whether vpok is installed or not.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
    )
    code = f"[exit {done.returncode}]\n" if done.returncode else ""
    return done.stdout + code


def play(page: str, folder: Path) -> list[str]:
    """Do what *page* says; return what came out differently."""
    checker = OutputChecker()
    different = []
    names = {"__name__": page}
    for language, block in blocks(page):
        if language == "console":
            for command, shown in commands(block):
                out = run(command, folder)
                if not checker.check_output(
                    shown, out, ELLIPSIS | NORMALIZE_WHITESPACE
                ):
                    different.append(f"$ {command}\n{out}")
        elif language == "yaml" or FILE.match(block):
            name, _, text = block.removeprefix("# ").partition("\n")
            (folder / name).write_text(text)
        elif language == "python":
            code = compile(block, page, "exec")
            with (
                contextlib.chdir(folder),
                contextlib.redirect_stdout(io.StringIO()),
            ):
                exec(code, names)
    return different


# What can be typed, in a clone of the repository.
PAGES = [
    "docs/tour.md",
    "docs/scheduling.md",
    "docs/guest-os.md",
    *(
        str(path.relative_to(ROOT))
        for folder in ("howto", "tutorials")
        for path in sorted((ROOT / "docs" / folder).glob("*.md"))
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_typed(page: str, tmp_path: Path) -> None:
    for folder in ("examples", "src", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)

    assert play(page, tmp_path) == []


@pytest.mark.slow
def test_the_page_on_notebooks_is_a_notebook(tmp_path: Path) -> None:
    """In a real kernel: every last line shows itself, as it should."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    cells = []
    for language, block in blocks("docs/howto/notebooks.md"):
        if language == "yaml":
            (tmp_path / "flight.yaml").write_text(block)
        else:
            cells.append(nbformat.v4.new_code_cell(block))
    book = nbformat.v4.new_notebook(cells=cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "src"))
        patch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the client's own parts
            nbclient.NotebookClient(
                book, timeout=120, resources={"metadata": {"path": tmp_path}}
            ).execute()

    shown = [cell.outputs[0] for cell in book.cells]
    tables = [shown[place].data["text/html"] for place in (0, 3, 4)]
    for html, word in zip(tables, ("missed", "credit", "bound"), strict=True):
        assert "<table" in html
        assert word in html
    assert "<svg" in shown[1].data["text/html"]
    assert shown[1].data["image/svg+xml"].startswith("<svg")
    assert "control/0" in shown[2].text


@pytest.mark.slow
def test_the_readme_shows_a_real_run(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").symlink_to(ROOT / "src/vpok/demo/config.yaml")
    for name in ("sensors", "autopilot", "display"):
        (tmp_path / name).symlink_to(ROOT / "src/vpok/demo" / name)

    assert play("README.md", tmp_path) == []
