"""A learner's own copies of the lessons: clean, with links that hold, theirs once they have written in them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from .challenges import desk, lesson_copies, page
from .challenges.engine import files
from .challenges.engine.results import criteria_of

ROOT = Path(__file__).resolve().parents[1]

LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
LINKS = re.compile(r"""\]\(([^)\s]+)|^\[[^\]]+\]:\s*(\S+)|(?:src|href)=["']([^"']+)""", re.M)


def cell(kind: str, text: str) -> dict:
    """A cell as a lesson that is committed has it, with outputs where it is code."""
    code = {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["12\n"]}], "execution_count": 1}
    return {"cell_type": kind, "metadata": {}, "source": text} | (code if kind == "code" else {})


def lesson(*texts: str) -> str:
    """A lesson: a text, a cell for each of these, and the cell that checks the challenge."""
    cells = [cell("markdown", "# Lesson\nSee [the picture](images/one.svg).")]
    cells += [cell("code", text) for text in (*texts, "from common import check\n\ncheck(1)")]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


class Learner:
    """A workbook with two lessons, and the copies that somebody works in."""

    def __init__(self, folder: Path) -> None:
        self.lessons, self.folder = folder / "lessons", folder / "work" / "lessons"
        (self.lessons / "images").mkdir(parents=True)
        (self.lessons / "images" / "one.svg").touch()
        self.publish("01_calls", "print(12)", "print(13)")
        self.publish("02_loops", "print(12)", "print(13)")
        self.copy = self.folder / "01_calls.ipynb"

    def publish(self, name: str, *texts: str) -> None:
        (self.lessons / f"{name}.ipynb").write_text(lesson(*texts), encoding="utf-8")

    def start(self) -> list[str]:
        return list(lesson_copies.refresh(self.folder))

    def texts(self) -> list[str]:
        return [lesson_copies.text_of(one) for one in lesson_copies.read(self.copy)["cells"]]

    def run(self, cells: int) -> None:
        """Run the first code cells and save, as Jupyter does it."""
        notebook = json.loads(self.copy.read_text(encoding="utf-8"))
        for one in [one for one in notebook["cells"] if one["cell_type"] == "code"][:cells]:
            one |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["12\n"]}]}
        notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13"}
        self.save(notebook)

    def write(self, text: str, kind: str = "markdown") -> None:
        """Add a cell, and save."""
        notebook = json.loads(self.copy.read_text(encoding="utf-8"))
        notebook["cells"].append({"cell_type": kind, "metadata": {}, "source": [text]})
        self.save(notebook)

    def save(self, notebook: dict) -> None:
        self.copy.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setattr(lesson_copies, "LESSONS", tmp_path / "lessons")
    monkeypatch.setattr(desk, "WORK", tmp_path / "work")
    return Learner(tmp_path)


# The lessons there are


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_a_copy_is_the_lesson_without_outputs_and_every_link_in_it_leads_somewhere(path):
    found, ours = lesson_copies.clean(path), json.loads(path.read_text(encoding="utf-8"))
    assert [one["id"] for one in found["cells"]] == [one["id"] for one in ours["cells"]]
    for mine, theirs in zip(found["cells"], ours["cells"], strict=True):
        if mine["cell_type"] == "code":
            assert (mine["outputs"], mine["execution_count"]) == ([], None)
            assert lesson_copies.text_of(mine) == lesson_copies.text_of(theirs)
        for link in filter(None, (link for links in LINKS.findall(lesson_copies.text_of(mine)) for link in links)):
            name = unquote(link.partition("#")[0])
            if mine["cell_type"] == "markdown" and name and not re.match(r"[a-z]+:", name):
                there = Path(os.path.normpath(lesson_copies.COPIES / name)).exists() or name in [
                    one.name for one in LESSONS
                ]
                assert there, f"{path.name}: {link} leads nowhere from work/lessons"
    nbformat.validate(nbformat.from_dict(found))


def test_code_in_a_lesson_reads_nothing_that_is_only_beside_the_lesson():
    for path in LESSONS:
        code = "\n".join(
            lesson_copies.text_of(one) for one in lesson_copies.read(path)["cells"] if one["cell_type"] == "code"
        )
        assert not re.search(r"""["'](images/|\.\./(work|examples|lessons)/)""", code), path.name


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("[mine](../work/01_stateless_calls.py)", "[mine](../01_stateless_calls.py)"),
        ("[the next](02_chat_loop.ipynb#Recap)", "[the next](02_chat_loop.ipynb#Recap)"),
        ("![a card](images/context_window.svg)", "![a card](../../lessons/images/context_window.svg)"),
        (
            '<img src="images/context_window.svg" alt="x">',
            '<img src="../../lessons/images/context_window.svg" alt="x">',
        ),
        ("[r]: ../README.md\n[r] and [s][r]", "[r]: ../../README.md\n[r] and [s][r]"),
        (
            '[titled](../examples/01_stateless_calls.py "a title")',
            '[titled](../../examples/01_stateless_calls.py "a title")',
        ),
        (
            "[a](https://example.com/x) [b](#Recap) [c](nowhere.md)",
            "[a](https://example.com/x) [b](#Recap) [c](nowhere.md)",
        ),
        ("`history[0](x)` and f(images)", "`history[0](x)` and f(images)"),
    ],
)
def test_a_link_leads_to_the_same_place_from_a_copy(text, moved):
    assert lesson_copies.moved_links(text) == moved


# Making them


def test_all_copies_are_made_at_once_and_trusted(learner):
    assert learner.start() == []
    assert sorted(path.name for path in learner.folder.iterdir()) == ["01_calls.ipynb", "02_loops.ipynb"]
    assert "See [the picture](../../lessons/images/one.svg)." in learner.texts()[0]
    with NotebookNotary() as notary:
        assert Path(notary.data_dir).name == "jupyter"
        for path in learner.folder.iterdir():
            assert notary.check_signature(nbformat.read(path, as_version=4))
    before = learner.copy.read_bytes()
    assert learner.start() == [] and learner.copy.read_bytes() == before


def test_what_a_learner_has_written_is_never_overwritten(learner):
    learner.start()
    learner.run(2)
    learner.write("My guess: it knows nothing.")
    mine = learner.copy.read_bytes()
    assert learner.start() == [], "the lesson is as it was"
    learner.publish("01_calls", "print(12)", "print(14)")
    (said,) = learner.start()
    assert learner.copy.read_bytes() == mine
    assert said.startswith("Lesson 01 has changed since you began to write in yours") and "reset lesson 1" in said


@pytest.mark.parametrize("change", ["a cell is changed", "a cell is deleted", "a cell is added", "cells change places"])
def test_every_change_counts(learner, change):
    learner.start()
    notebook = lesson_copies.read(learner.copy)
    cells = notebook["cells"]
    {
        "a cell is changed": lambda: cells[1].update(source="print(12)  # mine"),
        "a cell is deleted": lambda: cells.pop(2),
        "a cell is added": lambda: cells.insert(1, {"cell_type": "markdown", "metadata": {}, "source": ["A note."]}),
        "cells change places": lambda: cells.insert(1, cells.pop(2)),
    }[change]()
    learner.save(notebook)
    learner.publish("01_calls", "print(14)")
    assert len(learner.start()) == 1 and lesson_copies.read(learner.copy) == notebook


def test_a_copy_in_which_nothing_is_written_follows_the_lesson(learner):
    learner.start()
    learner.publish("01_calls", "print(12)", "print(14)")
    (said,) = learner.start()
    assert "yours, in which you had written nothing, is the new one." in said and "kept" not in said
    assert learner.texts()[2] == "print(14)" and learner.start() == []


def test_a_copy_that_was_only_run_follows_the_lesson_and_its_outputs_are_kept(learner):
    learner.start()
    learner.run(3)
    learner.write("  \n", kind="code")  # as Jupyter adds one behind the last
    before = learner.copy.read_bytes()
    learner.publish("01_calls", "print(14)")
    (said,) = learner.start()
    kept = learner.copy.with_name("01_calls.1.bak.ipynb")
    assert f"work/lessons/{kept.name}" in said and kept.read_bytes() == before
    assert learner.texts()[1] == "print(14)" and learner.start() == []


def test_a_lesson_that_was_copied_by_hand_becomes_a_clean_copy(learner):
    learner.folder.mkdir(parents=True)
    learner.copy.write_text((learner.lessons / "01_calls.ipynb").read_text(encoding="utf-8"), encoding="utf-8")
    (said,) = learner.start()
    assert "work/lessons/01_calls.1.bak.ipynb" in said and learner.start() == []
    assert learner.texts()[0].endswith("(../../lessons/images/one.svg).")


@pytest.mark.parametrize("found", ["", '{"cells": [', "[1, 2]", '{"cells": 3}', '{"cells": ["x"]}', "\xff"])
def test_a_copy_that_cannot_be_read_stays_and_is_named(learner, found):
    learner.start()
    learner.copy.write_bytes(found.encode("latin-1"))
    (said,) = learner.start()
    assert said.startswith("work/lessons/01_calls.ipynb cannot be read") and "reset lesson 1" in said
    assert learner.copy.read_bytes() == found.encode("latin-1")
    assert lesson_copies.reset(1, learner.folder).read_bytes() == found.encode("latin-1")
    assert learner.start() == []


def test_two_that_make_copies_at_once_do_not_take_each_others_away(learner, monkeypatch):
    """The second one is at work between the writing and the placing of the first"""
    learner.start()
    whole, place = learner.copy.read_bytes(), os.replace

    def interrupted(new: Path, path: Path) -> None:
        monkeypatch.setattr(os, "replace", place)
        monkeypatch.setattr(os, "getpid", lambda: 1)
        lesson_copies.write(path, json.loads(whole))
        place(new, path)

    monkeypatch.setattr(os, "replace", interrupted)
    lesson_copies.write(learner.copy, json.loads(whole))
    assert learner.copy.read_bytes() == whole
    assert [path.name for path in learner.folder.iterdir() if path.suffix != ".ipynb"] == []


def test_what_stands_in_the_place_of_the_folder_is_named(learner, monkeypatch, capsys):
    learner.folder.parent.mkdir(exist_ok=True)
    learner.folder.write_text("mine")
    with pytest.raises(OSError) as caught:
        lesson_copies.reset(1, learner.folder)
    assert "work/lessons is not a folder" in lesson_copies.why_not(caught.value, learner.folder)
    refused = PermissionError(13, "Permission denied")
    assert "could not be written to work/lessons (Permission denied)" in lesson_copies.why_not(
        refused, learner.folder.parent
    )
    assert desk.reset_lesson("1") == 1 and "Traceback" not in capsys.readouterr().err
    assert learner.folder.read_text() == "mine"


# Going on, and beginning anew


def test_reset_brings_a_clean_copy_back_and_keeps_what_was_there(learner, capsys):
    learner.start()
    clean = learner.copy.read_bytes()
    assert desk.main(["reset", "lesson", "1"]) == 0
    assert "kept" not in capsys.readouterr().out and learner.copy.read_bytes() == clean
    for number, text in enumerate(("first", "second"), start=1):
        learner.write(text)
        mine = learner.copy.read_bytes()
        assert desk.main(["reset", "lesson", "01"]) == 0
        assert f"Yours is kept as work/lessons/01_calls.{number}.bak.ipynb." in capsys.readouterr().out
        assert learner.copy.with_name(f"01_calls.{number}.bak.ipynb").read_bytes() == mine
        assert learner.copy.read_bytes() == clean
    learner.run(1)
    assert desk.main(["reset", "--lesson", "1"]) == 0
    assert ".3.bak" in capsys.readouterr().out, "what its cells had printed is kept too"
    learner.copy.unlink()
    assert desk.main(["reset", "lesson", "1"]) == 0 and learner.copy.read_bytes() == clean
    for wrong in ("3", "x", "0"):
        assert desk.main(["reset", "lesson", wrong]) == 2
        assert f"There is no lesson {wrong}: the numbers are 1, 2." in capsys.readouterr().err
    assert desk.main(["reset", "lesson"]) == 2 and "reset lesson 1" in capsys.readouterr().err


def test_next_says_how_to_go_on_with_the_lesson_and_then_with_its_challenge(learner):
    def said() -> str:
        return page.where_to_begin("01_calls", 1, desk.WORK / "lessons")

    assert said().startswith("Next: 01 Calls. Read its lesson") and "start 1" in said() and "check 1" in said()
    learner.start()
    assert said().startswith("Next: 01 Calls. Read its lesson")
    learner.run(1)
    assert said().startswith("Go on with lesson 01 Calls (1 of 2 cells are run): ") and "start 1" in said()
    learner.write("", kind="code")
    learner.run(2)
    assert said().startswith("Next: the challenge of lesson 01 Calls, which you have run: write into work/01_calls.py")
    assert "check 1" in said() and "hint 1" in said()


# With git


def git(folder: Path, *arguments: str) -> str:
    settings = ("user.name=x", "user.email=x@example.com", "commit.gpgsign=false")
    who = [word for setting in settings for word in ("-c", setting)]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_somebody_who_has_worked_in_every_lesson_can_still_pull(learner, tmp_path):
    published = tmp_path / "published"
    try:
        git(tmp_path, "init", "-q", "published")
    except OSError:
        pytest.skip("there is no git")
    (published / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    learner.lessons.rename(published / "lessons")
    git(published, "add", ".")
    git(published, "commit", "-qm", "one")
    git(tmp_path, "clone", "-q", "published", "mine")
    mine, lesson_copies.LESSONS = tmp_path / "mine", tmp_path / "mine" / "lessons"
    folder = mine / "work" / "lessons"
    list(lesson_copies.refresh(folder))
    for path in sorted(folder.iterdir()):
        learner.copy = path
        learner.run(3)
        learner.write("My note.")
        lesson_copies.reset(int(path.name[:2]), folder)
        learner.write("My other note.")
    assert git(mine, "status", "--porcelain") == ""
    (published / "lessons" / "02_loops.ipynb").write_text(lesson("print(15)"), encoding="utf-8")
    git(published, "commit", "-qam", "two")
    git(mine, "pull", "-q")
    assert git(mine, "status", "--porcelain") == "" and "print(15)" in (mine / "lessons/02_loops.ipynb").read_text()
    assert [line[:9] for line in lesson_copies.refresh(folder)] == ["Lesson 02"]
    assert learner.texts()[-1] == "My other note."


# A second copy of the workbook

SHOW = """
import chat_memory, common, mock_model, pathlib
places = [module.__file__ for module in (chat_memory, common, mock_model)]
pathlib.Path(__file__).with_suffix(".seen").write_text("\\n".join(places), encoding="utf-8")
"""


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second copy of the workbook, whose first challenge is solved, while the first copy is the one that is installed."""
    root = tmp_path_factory.mktemp("second")
    for name in ("common.py", "conftest.py", "pyproject.toml"):
        copy_into(root, name)
    for pattern in ("chat_memory/**/*", "mock_model/**/*", "tests/*.py", "tests/challenges/**/*.py"):
        for path in ROOT.glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts:
                copy_into(root, path.relative_to(ROOT).as_posix())
    (root / "lessons").mkdir()
    (root / "lessons" / "01_stateless_calls.ipynb").touch()  # it is what tells that a folder is a workbook
    (root / "work" / "lessons").mkdir(parents=True)
    solved = files.reference("01_stateless_calls")
    (root / "work" / "01_stateless_calls.py").write_text(solved.read_text(encoding="utf-8") + SHOW, encoding="utf-8")
    return root


def copy_into(root: Path, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes((ROOT / name).read_bytes())


@pytest.mark.parametrize(
    ("way", "folder", "met"),
    [
        (
            ["-c", "import common; common.check(1)"],
            "work/lessons",
            "Solved.",
        ),  # as in a notebook there; it calls desk.py
        (["-m", "pytest", "-o", "addopts=", "-q", "tests/challenges/01_stateless_calls/checker.py"], "", " passed in"),
    ],
    ids=["common.check", "pytest"],
)
def test_a_second_copy_in_the_same_environment_is_checked_with_its_own_code(second, way, folder, met):
    seen = second / "work" / "01_stateless_calls.seen"
    seen.unlink(missing_ok=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}  # the first copy is found first
    if "check" in way:
        environment["PYTHONOPTIMIZE"] = "2"  # without docstrings, which name the criteria
    done = subprocess.run(
        [sys.executable, *way], cwd=second / folder, env=environment, capture_output=True, encoding="utf-8", timeout=120
    )
    assert met in done.stdout and "failed" not in done.stdout, done.stdout + done.stderr
    for criterion in criteria_of("01_stateless_calls").values():
        assert "pytest" in way or (len(criterion.split()) > 3 and criterion in done.stdout)
    for place in seen.read_text(encoding="utf-8").splitlines():
        assert Path(place).resolve().is_relative_to(second.resolve())
