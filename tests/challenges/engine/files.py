"""Where the files of a challenge are: its folder has the name of its lesson."""

from __future__ import annotations

from pathlib import Path

CHALLENGES = Path(__file__).resolve().parents[1]
ROOT = CHALLENGES.parents[1]


def names() -> list[str]:
    """The names of all challenges, in order, such as "04_sliding_window"."""
    return sorted(path.parent.name for path in CHALLENGES.glob("[0-9][0-9]_*/checker.py"))


def checker(name: str) -> Path:
    return CHALLENGES / name / "checker.py"


def hints(name: str) -> Path:
    return CHALLENGES / name / "hints.py"


def starter(name: str) -> Path:
    return CHALLENGES / name / "starter.py"


def solutions(name: str) -> list[Path]:
    """Right code, written in different ways. `reference.py` is the one that a learner is shown."""
    return sorted((CHALLENGES / name / "solutions").glob("*.py"))


def reference(name: str) -> Path:
    return CHALLENGES / name / "solutions" / "reference.py"


def mistakes(name: str) -> list[Path]:
    """Wrong code, a misconception each, and at its head which criterion fails and with which hint."""
    return sorted((CHALLENGES / name / "mistakes").glob("*.py"))
