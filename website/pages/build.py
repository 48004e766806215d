"""Builds the pages into a folder. `python -m website.pages.build FOLDER` does it alone, without the workbook in the browser."""

import argparse
import gc
import io
import sys
import tempfile
import time
from pathlib import Path

from .. import home
from . import finish
from .dead_links import dead
from .settings import settings
from .tree import Project, Tree, tree

ROOT = Path(__file__).resolve().parents[2]


def build(folder: Path, offline: bool = False) -> None:
    """Build the pages into a new or empty folder. Nothing is asked of a network, `offline` or not.

    Raises RuntimeError for what Sphinx warns of, and for links that lead nowhere, all of them in its words.
    """
    begun, folder = time.monotonic(), folder.resolve()
    made = tree(Project(ROOT, home.name(ROOT)))
    with tempfile.TemporaryDirectory() as place:
        write(made, Path(place) / "source")
        run_sphinx(
            Path(place) / "source",
            folder,
            Path(place) / "state",
            settings(f"https://github.com/{home.name(ROOT)}", made.navigation),
        )
    for name, content in made.pictures.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    finish.clean(folder)
    if problems := dead(folder):
        raise RuntimeError("Links that lead nowhere:\n" + "\n".join(problems))
    pages, size = len(list(folder.rglob("*.html"))), finish.size(folder)
    print(f"Pages: {pages}, {size / 1e6:.1f} MB, {time.monotonic() - begun:.1f} s, in {folder}")


def write(made: Tree, source: Path) -> None:
    """Write the documents, for Sphinx to read."""
    for name, text in made.documents.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8", newline="\n")


def run_sphinx(source: Path, folder: Path, state: Path, known: dict[str, object]) -> None:
    """Make the pages. Raises RuntimeError for everything that Sphinx warns of."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    warnings = io.StringIO()
    gc.disable()  # it would look through the same trees of nodes again and again: a fifth of the time, for 50 MB
    try:
        with patch_docutils(), docutils_namespace():
            app = Sphinx(source, None, folder, state, "html", known, status=None, warning=warnings, freshenv=True)
            app.build(force_all=True)
    finally:
        gc.enable()
    if said := warnings.getvalue().strip():
        raise RuntimeError(f"Sphinx warns:\n{said.replace(str(source), '')}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    try:
        build(parser.parse_args().folder)
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
