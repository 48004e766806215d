"""What is looked for in what a learner hands in: the work files, how many hints were read, and which edition it was."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from tests.challenges.engine import files

MOST_BYTES = 1 << 20  # of a work file: the longest solution has some thousand
PASSED_OVER = {  # folders with files of the same names that are nobody's work, or with thousands of others
    *(
        "examples",
        "lessons",
        "solutions",
        "mistakes",
        "site",
        "node_modules",
        "__pycache__",
        "__MACOSX",
        ".ipynb_checkpoints",
    ),
    *(".venv", ".venv-site", ".venv-bench", ".venv-clients", ".venv-local", "venv", ".hypothesis", ".git"),
}
HINTS = ".hints.json"
COPIED = r"(?:\s*\(\d+\)|\s*-\s*copy|-\d+)?\.py"  # what browsers and systems write behind a name
MOODLE = re.compile(r"^(?P<who>.+?)_\d+_assign(?:submission|feedback)?_?(?:file|onlinetext)?_?(?P<rest>.*)$")


class Refused(Exception):
    """Something is not read, and why, in a sentence."""


class Found(NamedTuple):
    """A file among what was handed in; its content is None where it is too large."""

    path: PurePosixPath
    content: bytes | None
    size: int
    when: str | None


@dataclass
class WorkFile:
    """A learner's file for one challenge."""

    content: bytes
    shown: str  # where it was found
    when: str | None
    problem: str | None = None  # why it cannot be checked


@dataclass
class Learner:
    """What one learner has handed in."""

    name: str
    work: dict[str, WorkFile] = field(default_factory=dict)  # by the name of the challenge
    hints: dict[str, Any] = field(default_factory=dict)  # as the desk keeps them
    commit: str | None = None
    notes: list[str] = field(default_factory=list)  # what the teacher should know
    refused: str | None = None  # why nothing of it was read


def is_wanted(path: PurePosixPath) -> bool:
    """Whether a file may be one of a learner's, by its path alone."""
    if path.parts[-2:] == (".git", "HEAD") or (".git" in path.parts and path.name in ("packed-refs", "main", "master")):
        return True
    if PASSED_OVER & set(path.parts[:-1]) or is_of_the_checkers(path) or path.name.startswith("._"):  # of a Mac
        return False
    return path.name == HINTS or challenge_of(path.name) is not None


def is_of_the_checkers(path: PurePosixPath) -> bool:
    return any(path.parts[place : place + 2] == ("tests", "challenges") for place in range(len(path.parts)))


def challenge_of(name: str) -> str | None:
    """The challenge that a file is for, by its name: what a website puts before it, or a browser behind it, does not matter."""
    plain = unicodedata.normalize("NFC", name).lower()
    return next((one for one in files.names() if re.search(rf"(?:^|[_\s-]){one}{COPIED}$", plain)), None)


def learner_of(name: str) -> str:
    """The learner's name in that of a folder or of a zip file: Moodle writes numbers behind it."""
    name = unicodedata.normalize("NFC", name)
    found = MOODLE.match(name)
    return (found["who"] if found else name).strip() or name


def number_of(name: str) -> str:
    """The number by which Moodle tells two people of one name apart."""
    found = re.search(r"_(\d+)_assign", name)
    return found[1] if found else ""


def sort_out(name: str, found: list[Found]) -> Learner:
    """What one learner has handed in, from all that was found."""
    learner = Learner(name)
    by_challenge: dict[str, list[Found]] = {}
    for one in found:
        if ".git" in one.path.parts:
            continue
        if one.path.name == HINTS:
            learner.hints = learner.hints or hints_in(one.content)
        elif challenge := challenge_of(one.path.name):
            by_challenge.setdefault(challenge, []).append(one)
    learner.commit = commit_in(found)
    for challenge, several in sorted(by_challenge.items()):
        several.sort(key=lambda one: (one.path.parent.name != "work", is_starter(challenge, one.content), *place(one)))
        taken, *others = several
        learner.work[challenge] = WorkFile(taken.content or b"", str(taken.path), taken.when, problem_of(taken))
        if any(other.content != taken.content for other in others):
            learner.notes.append(f"{len(several)} files for {challenge[:2]}: taken was {taken.path}")
    if not learner.work:
        learner.notes.append("no work file found, such as 04_sliding_window.py")
    return learner


def place(found: Found) -> tuple[int, str]:
    """How deep a file lies, and where."""
    return len(found.path.parts), str(found.path)


def is_starter(challenge: str, content: bytes | None) -> bool:
    """Whether a file is what was handed out; line ends may have changed on the way."""
    return (content or b"").replace(b"\r\n", b"\n").strip() == files.starter(challenge).read_bytes().strip()


def problem_of(found: Found) -> str | None:
    """Why a file is not worth a check."""
    if found.content is None:
        return f"The file has {found.size / (1 << 20):,.0f} MB: no work file is as large, and it was not read."
    if not found.content.strip(b"\xef\xbb\xbf \t\r\n"):
        return "The file is empty."
    if found.content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "The file is written in UTF-16, which Python does not read: have it saved as UTF-8."
    if b"\0" in found.content:
        return "The file is no text, but data of a program."
    return None


def hints_in(content: bytes | None) -> dict[str, Any]:
    """The desk's own record, as far as it can be read."""
    try:
        found = json.loads((content or b"{}").decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def commit_in(found: list[Found]) -> str | None:
    """The commit of a whole clone, in short, where the clone is among what was found."""
    by_name = {
        "/".join(one.path.parts[one.path.parts.index(".git") + 1 :]): (one.content or b"")
        .decode("utf-8", "replace")
        .strip()
        for one in found
        if ".git" in one.path.parts
    }
    head = by_name.get("HEAD", "")
    name = head.removeprefix("ref: ")
    packed = {line.split()[-1]: line.split()[0] for line in by_name.get("packed-refs", "").splitlines() if " " in line}
    commit = head if name == head else by_name.get(name) or packed.get(name, "")
    return commit[:8] if re.fullmatch(r"[0-9a-f]{40,64}", commit) else None
