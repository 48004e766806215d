"""A copy of the workbook for the checkers: without solutions, mistakes, keys and anybody's work: nothing is there to copy."""

from __future__ import annotations

import hashlib
import os
import shutil
from functools import cache
from pathlib import Path

from tests.challenges.engine import files

PARTS = ("chat_memory", "mock_model", "set_up", "common.py", "pyproject.toml", "tests/__init__.py", "tests/challenges")
LEFT_OUT = {"solutions", "mistakes", "__pycache__", "readme.md", "misconceptions.md"}
NAMES = 8  # characters of a fingerprint


def copy_to(folder: Path, whole: bool = False) -> Path:
    """Copy what checkers need, `whole` with solutions and mistakes; compiled code too, so that nothing is compiled anew."""
    left_out = LEFT_OUT - {"__pycache__"} if not whole else set()
    for part in PARTS:
        source, target = files.ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(*left_out))
        else:
            shutil.copy2(source, target)
    return folder


@cache
def fingerprint(name: str) -> str:
    """Eight characters that say which edition of a challenge it is: its checker and starter, and all that they rest on."""
    digest = hashlib.sha256(_common_part())
    _add(digest, files.CHALLENGES / name)
    return digest.hexdigest()[:NAMES]


@cache
def _common_part() -> bytes:
    digest = hashlib.sha256()
    for part in ("chat_memory", "mock_model", "set_up", "common.py"):
        _add(digest, files.ROOT / part)
    for part in ("engine", "situations", "conftest.py"):
        _add(digest, files.CHALLENGES / part)
    return digest.digest()


def _add(digest: hashlib._Hash, place: Path) -> None:
    """Add the names and contents of code and data; line ends do not count, which git may change."""
    paths = [place] if place.is_file() else sorted(_files_below(place))
    for path in paths:
        digest.update(path.relative_to(files.ROOT).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")


def _files_below(place: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        found += [Path(folder) / name for name in names if name.endswith((".py", ".txt", ".json"))]
    return found


def commit_of(folder: Path) -> str | None:
    """The commit that a clone is at, in short, as its files say it: git itself is not asked, nor needed."""
    place = folder / ".git"
    try:
        if place.is_file():  # a second worktree
            place = (folder / place.read_text(encoding="utf-8").partition("gitdir:")[2].strip()).resolve()
        head = (place / "HEAD").read_text(encoding="utf-8").strip()
        return _commit_in(place, head)
    except (OSError, ValueError):
        return None


def _commit_in(place: Path, head: str) -> str | None:
    if not head.startswith("ref: "):
        return head[:NAMES] if _is_commit(head) else None
    name = head[5:]
    common = place / "commondir"
    for where in [
        place,
        *([(place / common.read_text(encoding="utf-8").strip()).resolve()] if common.is_file() else []),
    ]:
        if ".." not in name and (where / name).is_file():
            found = (where / name).read_text(encoding="utf-8").strip()
            return found[:NAMES] if _is_commit(found) else None
        if (where / "packed-refs").is_file():
            for line in (where / "packed-refs").read_text(encoding="utf-8").splitlines():
                if line.endswith(f" {name}") and _is_commit(line.split()[0]):
                    return line[:NAMES]
    return None


def _is_commit(text: str) -> bool:
    return len(text) in (40, 64) and all(char in "0123456789abcdef" for char in text)
