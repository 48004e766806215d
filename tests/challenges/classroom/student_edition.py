"""The edition for learners: the workbook without solutions, mistakes and what a teacher reads, as a folder and as a zip file.

Run it with: export --student [--to FOLDER or FILE.zip]. `chat_memory` stays whole: the lessons import it. What it has finished a
checker does not take for a learner's own work, but who reads it reads solutions.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.challenges.engine import files
from tests.challenges.engine.results import ME

NAME = "chat-memory-workbook"
WHOLE = (  # files and folders that are taken as they are
    *("LICENSE", "workbook.py", "common.py", "conftest.py", "pyproject.toml", "requirements.txt", "constraints.txt"),
    *(".env.example", ".gitignore", ".gitattributes", "chat_memory", "mock_model", "set_up", "lessons", "examples"),
    *("tests/__init__.py", "tests/quick_start.py", "tests/spending", "tests/requirements.txt", "tests/constraints.txt"),
    *("tests/lessons/__init__.py", "tests/lessons/warm_kernels.py", "tests/challenges"),
    *(f"tests/benchmarks/{name}.py" for name in ("compare", "own_memory", "price_first", "reasoning_off")),  # lesson 14
)
LEFT_OUT = {  # names of files and folders, wherever they are
    *("solutions", "mistakes", "misconceptions.py", "misconceptions.md", "slides"),
    *("under_load.py", "__pycache__", ".ipynb_checkpoints", ".DS_Store", ".env"),
}
CLASSROOM = Path("tests/challenges/classroom")  # of which the desk needs these
KEPT_OF_IT = {"__init__.py", "hints_read.py", "naming.py", "record.py", "workbook_copy.py"}
SECTIONS = ("## Tests", "## In this folder")  # of the README, about what is not here
# Its paragraphs for teachers, and the one that leads to where the solutions are.
ELSEWHERE = ("For a class:", "**To teach with it:**", "**With nothing to install:")
ABOUT = """
This is the edition for a class: it has no solutions. `python3 workbook.py hint 4` asks a question that leads on.
"""
MARK = ".student-edition"  # a file that says that a folder may be replaced


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the edition; return the exit code."""
    parser = argparse.ArgumentParser(prog=f"{ME} export", description="Make an edition of the workbook for learners.")
    parser.add_argument("--student", action="store_true", help="without solutions and mistakes")
    parser.add_argument("--to", type=Path, help=f"a folder, or a zip file (default: {NAME}-student here, both)")
    parser.add_argument("--from", dest="start", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if not options.student:
        print(f"Which edition? There is one so far, for learners: {ME} export --student", file=sys.stderr)
        return 2
    target = (options.start / (options.to or f"{NAME}-student")).resolve()
    try:
        made = export(target)
    except OSError as error:
        print(f"It could not be written ({error}).", file=sys.stderr)
        return 2
    print(
        f"The edition for learners: {' and '.join(map(str, made))}. It has no solutions and no mistakes; chat_memory is whole."
    )
    return 0


def export(target: Path) -> list[Path]:
    """Write the edition to a folder and to a zip file beside it, or to a zip file alone; return what was written."""
    if target.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            write_folder(Path(folder) / NAME)
            write_zip(Path(folder) / NAME, target)
        return [target]
    if target.exists():
        if any(target.iterdir()) and not (target / MARK).is_file():
            raise FileExistsError(f"{target} is there already, and holds something else: name another folder")
        shutil.rmtree(target)
    write_folder(target)
    archive = target.with_name(f"{target.name}.zip")
    write_zip(target, archive)
    return [target, archive]


def write_folder(folder: Path) -> None:
    """Write the edition into a new folder."""
    for source, name in sources():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)
    (folder / "README.md").write_text(
        readme((files.ROOT / "README.md").read_text(encoding="utf-8"), folder), encoding="utf-8", newline="\n"
    )
    (folder / MARK).write_text("", encoding="utf-8")


def sources() -> Iterator[tuple[Path, Path]]:
    """The files of the edition, and where in it they are. Of the work files, those that are handed out."""
    for part in WHOLE:
        place = files.ROOT / part
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            name = path.relative_to(files.ROOT)
            passed_over = LEFT_OUT & set(name.parts) or (name.parent == CLASSROOM and name.name not in KEPT_OF_IT)
            if path.is_file() and not path.is_symlink() and not passed_over:
                yield path, name
    for name in files.names():
        yield files.starter(name), Path("work") / f"{name}.py"


def readme(text: str, folder: Path) -> str:
    """The README without what this edition does not have, and without links to it."""
    parts = re.split(r"(?m)^(?=## )", text)
    text = "".join(part for part in parts if not part.startswith(SECTIONS))
    paragraphs = [part for part in text.split("\n\n") if not part.startswith(ELSEWHERE)]
    kept = [line for line in "\n\n".join(paragraphs).split("\n") if not re.match(r"\| (`solution |update )", line)]
    title, _, rest = "\n".join(kept).partition("\n")

    def link(found: re.Match) -> str:
        there = "://" in found[2] or (folder / found[2].split("#")[0]).exists()
        return found[0] if there else found[1]

    return title + "\n" + ABOUT + re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)", link, rest)


def write_zip(folder: Path, target: Path) -> None:
    """Write a folder as a zip file, with names that every system can unpack."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.half")
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"{NAME}/{path.relative_to(folder).as_posix()}")
    half.replace(target)


if __name__ == "__main__":
    sys.exit(main())
