"""What a learner finds in the browser: lessons to run, the same lessons executed to read, examples, and the files of work/."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from tests.challenges import lesson_copies

ROOT = Path(__file__).resolve().parents[2]
START = "start_here.ipynb"
KERNEL = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
READ = ROOT / "read"  # where the executed lessons seem to be


def write(folder: Path) -> None:
    """Write it all into a folder."""
    for name in ("lessons", "read", "examples", "work"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for lesson in lesson_copies.lessons().values():
        dump(lesson_copies.clean(lesson, ROOT / "lessons"), folder / "lessons" / lesson.name)
        dump(executed(lesson), folder / "read" / lesson.name)
    shutil.copytree(ROOT / "lessons" / "images", folder / "lessons" / "images", dirs_exist_ok=True)
    for script in sorted((ROOT / "examples").glob("[0-9][0-9]_*.py")):
        shutil.copyfile(script, folder / "examples" / script.name)
    for starter in sorted((ROOT / "tests" / "challenges").glob("[0-9][0-9]_*/starter.py")):
        shutil.copyfile(starter, folder / "work" / f"{starter.parent.name}.py")
    dump(start_here(), folder / START)


def executed(lesson: Path) -> dict[str, Any]:
    """A lesson with its outputs, to read. Its pictures are shown, though nobody has run it here.

    In a notebook that is not trusted JupyterLab shows no SVG, nor does it where its lines are a list: cells are marked as
    trusted, and lines joined.
    """
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = moved_links(lesson_copies.text_of(cell)).splitlines(keepends=True)
        for output in cell.get("outputs", []):
            cell["metadata"]["trusted"] = True
            for part in (output, output.get("data", {})):
                part.update({key: "".join(lines) for key, lines in part.items() if is_text(key, lines)})
    notebook["cells"].insert(0, to_run(lesson))
    return notebook


def is_text(key: str, lines: Any) -> bool:
    """Whether a part of an output is a text that is written as a list of its lines, which JupyterLite would show with commas."""
    return isinstance(lines, list) and key != "traceback"


def to_run(lesson: Path) -> dict[str, Any]:
    """The cell that says which copy this is, and where the other one is."""
    link = f"[lessons/{lesson.name}](../lessons/{lesson.name})"
    text = f"*This is the lesson as it was run, to read. To predict and to run it: {link}.*"
    return {"cell_type": "markdown", "id": "to-run", "metadata": {}, "source": [text]}


def moved_links(text: str) -> str:
    """A text of a lesson with its links as they are from read/: a lesson's to the one beside it, others where they led."""

    def moved(found: re.Match[str]) -> str:
        name, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", found[2], re.S).groups()
        target = (ROOT / "lessons" / unquote(name)).resolve()
        if not name or re.match(r"[a-z][a-z0-9+.-]*:|/", name, re.I) or not target.exists():
            return found[0]
        place = target.name if target.suffix == ".ipynb" else Path(os.path.relpath(target, READ)).as_posix()
        return f"{found[1]}{quote(place)}{mark}{rest}"

    return lesson_copies.LINK.sub(moved, text)


def start_here() -> dict[str, Any]:
    """The first page: how it works here, and the lessons."""
    rows = "\n".join(
        f"| {number} | [{title_of(path)}](lessons/{path.name}) | [read](read/{path.name}) "
        f"| [work/{path.stem}.py](work/{path.stem}.py) |"
        for number, path in lesson_copies.lessons().items()
    )
    text = START_TEXT.format(rows=rows)
    cell = {"cell_type": "markdown", "id": "start", "metadata": {}, "source": text.splitlines(keepends=True)}
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def title_of(lesson: Path) -> str:
    """A lesson's title, without its number."""
    first = lesson_copies.text_of(json.loads(lesson.read_text(encoding="utf-8"))["cells"][0])
    return re.sub(r"^#\s*(\d+\s*[·:.—-]\s*)?", "", first.splitlines()[0]).strip()


def dump(notebook: dict[str, Any], path: Path) -> None:
    """Write a notebook for the browser's kernel."""
    notebook["metadata"]["kernelspec"] = KERNEL
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


START_TEXT = """\
# The Chat Memory Workbook, in your browser

Nothing is installed and nothing leaves this browser: Python runs in this page, and the offline model answers.

1. Open a lesson below, predict, and run its cells with **Shift-Enter**. The first cell takes some seconds, while Python starts.
2. Write your answer to its challenge in the file of `work/`, and save it with **Ctrl-S** (on a Mac **⌘-S**).
3. Run `check(1)` at the end of the lesson; `hint(1)` asks you a question that helps.

| | lesson | executed, to read | your file |
|---|---|---|---|
{rows}

**What you write stays in this browser**, on this machine, also when the page is loaded again or the site is brought up to
date. A file that you have saved is never replaced, and a newer version of it from the site is not shown either. To get the
site's version, delete yours in the list of files. Clearing the browser's data deletes what you wrote, as does the end of a
private window: download what you want to keep (right-click on a file, *Download*).

**Another model** than the offline one, with a key or on this machine: `common.use` in a cell above a lesson's first one asks
for what it needs, and says what that means here.

**A cell that does not end** is stopped with *Kernel*, *Restart Kernel*: variables are lost, files are not. `check()` ends by
itself.

Open one tab at a time: two tabs with the same file overwrite each other's saves.
"""
