"""
How Sphinx makes a site of the pages: `make docs`.

Its source is the whole repository, so that a link that works between files
works between pages.  Nothing is fetched, neither by the build nor by a
reader's browser.  Sphinx and not MkDocs: nobody keeps MkDocs 1 any more, and
the last day of its Material theme is announced (May 2027).
"""

from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent

project = "vpok"
author = "the vpok authors"
version = release = version_of("vpok")
html_title = f"vpok {version}"
html_last_updated_fmt = None  # the same pages from the same sources
html_show_copyright = False

extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "docs/index"
source_suffix = {".md": "markdown"}
include_patterns = [
    "docs/**.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "**/README.md",
]
exclude_patterns = [
    ".*",
    "*-compiled",
    "README.md",  # docs/index.md is its page
    "build",
    "changelog.d",
    "dist",
    "src",
]

myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
default_role = "code"
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 88
smartquotes = False  # `--raw` has two hyphens

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
templates_path = ["_templates"]
html_additional_pages = {"index": "to_index.html"}
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def setup(app: Sphinx) -> None:
    """Show the changelog's fragments; leave out how classes are made."""
    app.connect("source-read", with_fragments)
    app.connect("autodoc-process-signature", without_constructor)


def without_constructor(
    app: Sphinx, what: str, name: str, *rest: Any
) -> tuple[str, None] | None:
    """Show nothing of a constructor: `build` and `load` make all there is."""
    return ("", None) if what == "class" else None


def with_fragments(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the fragments of `changelog.d` where the changelog names them."""
    if page != "CHANGELOG":
        return
    head, _, _ = source[0].rpartition("The first version.")
    parts = [head]
    for kind in ("added", "changed", "fixed", "removed"):
        paths = sorted((ROOT / "changelog.d").glob(f"*.{kind}.md"))
        if paths:
            parts.append(f"### {kind.capitalize()}\n")
        parts += [item(path.read_text()) for path in paths]
    source[0] = "\n".join(parts)


def item(text: str) -> str:
    """Return a fragment as an item of a list."""
    return "- " + "\n  ".join(text.strip().splitlines())
