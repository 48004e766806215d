"""The learner's own copies of the lessons, in work/lessons: without outputs, to run and to write in.

A copy that somebody has worked in is never overwritten; one that is as it was made follows the lesson when that changes.
A copy holds in its metadata what it was made from, so that the two can be told apart. Run alone, this makes all copies.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "lessons"
COPIES = ROOT / "work" / "lessons"
ME = "py workbook.py" if os.name == "nt" else "python3 workbook.py"
MADE_FROM = "made_from"  # in a copy's metadata: the fingerprint of what it was when it was made
# Where a link leads: [text](here), [text]: here at the start of a line, src="here" and href='here'.
LINK = re.compile(r"""(\]\(\s*<?|^\s{0,3}\[[^\]\n]+\]:\s*<?|\b(?:src|href)\s*=\s*["'])([^\s<>()"']+)""", re.M)

Notebook = dict[str, Any]


def lessons() -> dict[int, Path]:
    """The lessons there are, by number."""
    return {int(path.name[:2]): path for path in sorted(LESSONS.glob("[0-9][0-9]_*.ipynb"))}


def copy_of(lesson: Path, folder: Path = COPIES) -> Path:
    """Where the learner's copy of a lesson is, or will be."""
    return folder / lesson.name


def read(path: Path) -> Notebook | None:
    """A notebook; None where it cannot be read as one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    sound = isinstance(found, dict) and isinstance(found.get("cells", []), list)
    return found if sound and all(isinstance(cell, dict) for cell in found.get("cells", [])) else None


def text_of(cell: Notebook) -> str:
    """What is written in a cell: notebooks keep it as a text, or as a list of lines."""
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def fingerprint(notebook: Notebook) -> str:
    """What tells whether somebody has written in it: kinds and texts of its cells, without outputs and empty cells.

    Jupyter adds an empty cell where the last one is run with Shift-Enter, and some editors cut blanks at line ends.
    """
    cells = [(str(cell.get("cell_type")), text_of(cell)) for cell in notebook.get("cells", [])]
    plain = [(kind, "\n".join(line.rstrip() for line in text.strip().splitlines())) for kind, text in cells]
    return hashlib.sha256(json.dumps([one for one in plain if one[1]]).encode()).hexdigest()


def clean(lesson: Path, folder: Path = COPIES) -> Notebook:
    """The copy of a lesson as it is handed out: no outputs, no execution counts, and links that hold from its folder."""
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
            cell.get("metadata", {}).pop("execution", None)  # when it was run
        elif cell.get("cell_type") == "markdown":
            cell["source"] = moved_links(text_of(cell), folder).splitlines(keepends=True)
    notebook.setdefault("metadata", {})[MADE_FROM] = fingerprint(notebook)
    return notebook


def moved_links(text: str, folder: Path = COPIES) -> str:
    """A text of a lesson with its links to files as they are from a copy's folder; links to lessons lead to copies."""

    def moved(found: re.Match[str]) -> str:
        name, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", found[2], re.S).groups()
        target = LESSONS / unquote(name)
        if not name or re.match(r"[a-z][a-z0-9+.-]*:|/", name, re.I) or not target.exists():
            return found[0]
        if target.resolve() in [path.resolve() for path in lessons().values()]:
            return f"{found[1]}{quote(target.name)}{mark}{rest}"
        return f"{found[1]}{quote(Path(os.path.relpath(target, folder)).as_posix())}{mark}{rest}"

    return LINK.sub(moved, text)


def made_from(notebook: Notebook) -> Any:
    """What a copy says that it was when it was made; None where it says nothing."""
    metadata = notebook.get("metadata")
    return metadata.get(MADE_FROM) if isinstance(metadata, dict) else None


def is_untouched(notebook: Notebook | None, lesson: Path, folder: Path = COPIES) -> bool:
    """Whether nobody has written in a copy: it is what it was made as, or the lesson as it is now. Outputs do not count."""
    if notebook is None:
        return False
    now = (fingerprint(read(lesson) or {}), fingerprint(clean(lesson, folder)))
    return fingerprint(notebook) in (made_from(notebook), *now)


def is_run(cell: Notebook) -> bool:
    return bool(cell.get("execution_count") or cell.get("outputs"))


def cells_run(lesson: Path, folder: Path = COPIES) -> tuple[int, int]:
    """How many code cells of a learner's copy are run, as far as it is saved, and how many it has: (0, 0) without one.

    The cell that checks the challenge is not counted, nor is an empty one.
    """
    cells = (read(copy_of(lesson, folder)) or {}).get("cells", [])
    codes = [cell for cell in cells if cell.get("cell_type") == "code" and text_of(cell).strip()]
    counted = [cell for cell in codes if not re.search(r"^\s*check\(", text_of(cell), re.M)]
    return sum(map(is_run, counted)), len(counted)


def refresh(folder: Path = COPIES) -> Iterator[str]:
    """Make the copies that are missing, and those anew that nobody has written in and whose lesson has changed.

    Yields a line for each copy where that is worth saying. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, lesson in lessons().items():
        path, new = copy_of(lesson, folder), clean(lesson, folder)
        if not os.path.lexists(path):
            write(path, new)
            continue
        found = read(path)
        if found and made_from(found) == made_from(new):
            continue  # it was made from this very lesson
        anew = f"the new one: {ME} reset lesson {number} (yours is kept as a backup)"
        if found is None:
            yield f"{shown(path)} cannot be read as a notebook and stays as it is. For {anew}."
        elif not is_untouched(found, lesson, folder):
            yield f"Lesson {number:02} has changed since you began to write in yours, which stays. For {anew}."
        elif fingerprint(found) != made_from(new):
            kept = keep(path) if any(map(is_run, found.get("cells", []))) else None
            write(path, new)
            also = f" What your cells had printed is kept in {shown(kept)}." if kept else ""
            yield f"Lesson {number:02} has changed: yours, in which you had written nothing, is the new one.{also}"


def reset(number: int, folder: Path = COPIES) -> Path | None:
    """Make a clean copy of a lesson again; return where the learner's is kept, None where there is nothing to keep."""
    lesson = lessons()[number]
    path, found = copy_of(lesson, folder), read(copy_of(lesson, folder))
    folder.mkdir(parents=True, exist_ok=True)
    as_made = is_untouched(found, lesson, folder) and not any(map(is_run, found.get("cells", [])))
    kept = keep(path) if os.path.lexists(path) and not as_made else None
    write(path, clean(lesson, folder))
    return kept


def keep(path: Path) -> Path:
    """Move a copy aside; return where it is now."""
    backups = (path.with_name(f"{path.stem}.{number}.bak.ipynb") for number in range(1, 10_000))
    backup = next(place for place in backups if not os.path.lexists(place))
    os.replace(path, backup)
    return backup


def shown(path: Path) -> str:
    """A path as a learner reads it."""
    return f"{path.parent.parent.name}/{path.parent.name}/{path.name}"


def write(path: Path, notebook: Notebook) -> None:
    """Write a copy whole or not at all, and sign it. Two programs that do it at once do not meet in the same file."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.write_text(text, encoding="utf-8", newline="\n")
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
    sign(text)


def why_not(error: OSError, folder: Path = COPIES) -> str:
    """Why copies could not be written, and what to do."""
    if os.path.lexists(folder) and not folder.is_dir():
        return "work/lessons is not a folder, but your copies of the lessons belong there: move it away."
    reason = error.strerror or error
    return f"Your copies of the lessons could not be written to work/lessons ({reason}): free room, or allow yourself to write."


def sign(text: str) -> None:
    """Tell Jupyter that this notebook is trusted, so that it shows the pictures in it. Without that it runs all the same."""
    with contextlib.suppress(Exception):  # a database that is locked, a folder that cannot be written …
        import nbformat
        from nbformat.sign import NotebookNotary

        with NotebookNotary() as notary:
            notary.sign(nbformat.reads(text, as_version=4))  # as the server reads it


def main() -> int:
    """Bring all copies up to date."""
    try:
        for line in refresh():
            print(line, flush=True)
    except OSError as error:
        print(why_not(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    sys.exit(main())
