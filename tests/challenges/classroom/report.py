"""What becomes of a class: each learner's files checked once, and what is known already not checked again."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.challenges.engine import files
from tests.challenges.engine.results import Criterion, Result, not_started

from . import marking, record, table, workbook_copy
from .found_files import Learner, WorkFile, is_starter

KEPT = "checked.json"  # what was found out about each file, so that a second run need not find it out again
CSV, JSON = "class.csv", "class.json"
TOUCHES = {  # what a file does that no task asks for
    r"^\s*(?:import|from)\s+(pytest|_pytest|hypothesis|unittest|gc|inspect|ctypes|subprocess|socket|tests|mmap)\b": "imports {}",
    r"\b(sys\._getframe|os\._exit|os\.(?:kill|fork|system|environ)|sys\.modules|__subclasses__|__globals__)": "uses {}",
    r"\b(tb_frame|f_back|f_locals|f_globals|gi_frame|__traceback__|__import__)\b": "uses {}",
    r"\b(dir_fd|AF_UNIX|setpriority|sched_setaffinity)\b": "names {}",
    r"(\.hints\.json|OPENAI_API_KEY|\.env\b)": "names {}",
}


class Known:
    """Results of files that were checked before, by what is in them and by the edition of the checker."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / KEPT
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            found = {}
        self._results: dict[str, Any] = found if isinstance(found, dict) else {}

    def get(self, name: str, content: bytes) -> Result | None:
        try:
            criteria = [Criterion(**one) for one in self._results[key_of(name, content)]]
        except (KeyError, TypeError):
            return None
        return Result(int(name[:2]), name, criteria)

    def put(self, job: marking.Job) -> None:
        self._results[key_of(job.name, job.source)] = [asdict(criterion) for criterion in job.result.criteria]

    def write(self) -> None:
        write(self._path, json.dumps(self._results, ensure_ascii=False))


def key_of(name: str, content: bytes) -> str:
    """What a result is kept under."""
    return f"{name} {workbook_copy.fingerprint(name)} {hashlib.sha256(content).hexdigest()}"


def jobs_for(learners: Iterable[Learner], names: Sequence[str], known: Known) -> list[marking.Job]:
    """A job for each file that is to be checked: one for files that are the same, and none for a starter."""
    jobs: dict[str, marking.Job] = {}
    for learner in learners:
        for name, work in learner.work.items():
            if (
                name in names
                and not work.problem
                and not is_starter(name, work.content)
                and not known.get(name, work.content)
            ):
                jobs.setdefault(key_of(name, work.content), marking.Job(name, work.content))
    return sorted(jobs.values(), key=lambda job: job.name, reverse=True)  # those that take longest first


def of_class(learners: Iterable[Learner], names: Sequence[str], known: Known) -> list[dict[str, Any]]:
    """What is told of each learner. A file that was not come to is not in it as checked."""
    commit = workbook_copy.commit_of(files.ROOT)
    return [
        {
            "learner": learner.name,
            "commit": learner.commit,
            "notes": learner.notes,
            "challenges": [of_file(learner, name, known, commit) for name in names],
        }
        for learner in learners
    ]


def of_file(learner: Learner, name: str, known: Known, commit: str | None) -> dict[str, Any]:
    """The record of one learner's file for one challenge."""
    work = learner.work.get(name)
    version = {"workbook": workbook_copy.fingerprint(name), "commit": commit, "theirs": theirs(learner, name, work)}
    result, outcome, problem = Result(int(name[:2]), name), None, None
    if work is None and learner.refused:
        outcome, problem = table.UNREADABLE, learner.refused
    elif work is None:
        outcome, problem = table.MISSING, "There is no file."
    elif work.problem:
        outcome, problem = table.UNREADABLE, work.problem
    elif is_starter(name, work.content):
        result = not_started(name)
    elif found := known.get(name, work.content):
        result = found
    else:
        outcome, problem = table.UNREADABLE, "It was not come to: run the same command again."
    made = record.of(result, learner.hints, work.when if work else None, version)
    if outcome:
        made |= {"outcome": outcome, "problem": problem}
    look_at = looks(work.content) if work and not work.problem else []
    return made | {"file": work.shown if work else None, "look_at": look_at}


def theirs(learner: Learner, name: str, work: WorkFile | None) -> str | None:
    """Which edition of the workbook a file was written in: its commit, or whether the task at its head is ours."""
    if learner.commit:
        return f"commit {learner.commit}"
    if work is None or work.problem:
        return None
    return "the same task" if task_of(files.starter(name).read_bytes()) == task_of(work.content) else None


def task_of(source: bytes) -> str:
    """The docstring at the head of a work file, without looking at how it is laid out."""
    found = re.match(r'\s*"""(.*?)"""', source.decode("utf-8", "replace"), re.S)
    return " ".join(found[1].split()) if found else ""


def looks(source: bytes) -> list[str]:
    """What in a file a teacher may want to look at: no task asks for it, which does not make it wrong."""
    text = source.decode("utf-8", "replace")
    found = []
    for pattern, words in TOUCHES.items():
        for match in re.finditer(pattern, text, re.M):
            line = text.count("\n", 0, match.start(1)) + 1
            found.append(f"{words.format(match[1])}, line {line}")
    return found[:5]


def write(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8", newline="")
    os.replace(half, path)


def write_all(folder: Path, report: Sequence[dict[str, Any]], known: Known) -> None:
    """Write the tables, and what is known of each file."""
    write(folder / CSV, table.as_csv(report))
    write(folder / JSON, json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    known.write()


Tell = Callable[[marking.Job], None]
