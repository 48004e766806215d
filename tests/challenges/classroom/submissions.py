"""Submissions: a folder, or a zip file, with the work of a class, read learner by learner. Nothing in it is changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from .found_files import (
    MOST_BYTES,
    PASSED_OVER,
    Found,
    Learner,
    Refused,
    challenge_of,
    is_wanted,
    learner_of,
    number_of,
    sort_out,
)
from .zip_files import read_zip

MOST_FILES = 200_000  # in the folder of one learner
ZIP = ".zip"
OF_SOMEBODY = (
    ".rar",
    ".7z",
    ".gz",
    ".tgz",
    ".tar",
    ".xz",
    ".bz2",
    ".ipynb",
    ".py",
    ".py.txt",
)  # handed in, but not read


def learners_in(place: Path) -> list[Learner]:
    """The learners whose work lies in a folder or in a zip file, by name. Raises Refused where there is none."""
    if not place.exists():
        raise Refused(f"There is no folder {place}: name the one that holds the work of your class.")
    if place.is_file():
        if place.suffix.lower() != ZIP:
            raise Refused(f"{place.name} is no folder and no zip file: name the one that holds the work of your class.")
        learners = of_a_class(list(read_zip(place, place.name)), learner_of(place.stem))
    else:
        learners = in_folder(place)
    if not any(learner.work or learner.notes for learner in learners):
        raise Refused(
            f"In {place} is no folder and no zip file of a learner with a file such as work/04_sliding_window.py."
        )
    return sorted(learners, key=lambda learner: learner.name.casefold())


def in_folder(place: Path) -> list[Learner]:
    """The learners in a folder: a folder each, a zip file each, or files with the learner's name before that of the challenge."""
    if any(path.is_file() for path in place.glob("work/[0-9][0-9]_*.py")) or is_one_learners(place):
        return [sort_out(learner_of(place.name), list(read_folder(place)))]
    entries = sorted(path for path in place.iterdir() if not path.name.startswith((".", "__MACOSX")))
    zips = [path for path in entries if path.suffix.lower() == ZIP and path.is_file()]
    found: list[tuple[str, list[Found], list[str]]] = []
    loose: dict[str, list[Found]] = {}
    for path in entries:
        if path.is_symlink():
            found.append((path.name, [], ["a link to another place: it was not followed"]))
        elif path.is_dir():
            found.append((path.name, *read_all(path)))
        elif path in zips and len(entries) == 1:
            return of_a_class(list(read_zip(path, path.name)), learner_of(path.stem))
        elif path in zips:
            found.append((path.stem, *read_all(path)))
        elif challenge := challenge_of(path.name):
            who = path.name[: path.name.lower().index(challenge)].rstrip("_- ") or place.name
            loose.setdefault(who, []).extend(read_file(path, PurePosixPath(path.name)))
        elif path.name.lower().endswith(OF_SOMEBODY):
            found.append((path.name, [], [f"{path.name} was not read: a folder, a zip file or a work file is needed"]))
    return [made(*one) for one in together([*found, *((who, files, []) for who, files in loose.items())])]


def is_one_learners(place: Path) -> bool:
    """Whether the work files of one learner lie loose in a folder."""
    return any(path.is_file() and challenge_of(path.name) == path.stem for path in place.glob("[0-9][0-9]_*.py"))


def together(found: list[tuple[str, list[Found], list[str]]]) -> list[tuple[str, list[Found], list[str]]]:
    """What several folders or zip files of one learner hold, as one. Two people of one name stay two."""
    by_name: dict[str, tuple[str, list[Found], list[str]]] = {}
    numbers: dict[str, set[str]] = {}
    for entry, _, _ in found:
        numbers.setdefault(learner_of(entry), set()).add(number_of(entry))
    for entry, files, notes in found:
        name = learner_of(entry)
        name = f"{name} ({number_of(entry)})" if len(numbers[name] - {""}) > 1 and number_of(entry) else name
        _, all_files, all_notes = by_name.setdefault(name, (name, [], []))
        all_files.extend(files)
        all_notes.extend(notes)
    return [*by_name.values()]


def made(name: str, found: list[Found], notes: list[str]) -> Learner:
    learner = sort_out(name, found)
    learner.notes = notes + (learner.notes if not notes or learner.work else [])
    learner.refused = notes[0] if notes and not learner.work else None
    return learner


def of_a_class(found: list[Found], name: str) -> list[Learner]:
    """The learners in one zip file: a folder each, or one learner's own."""
    tops = {one.path.parts[0] for one in found if len(one.path.parts) > 1}
    inner = {one.path.parts[1] for one in found if len(one.path.parts) > 2}
    skip = 1 if len(tops) == 1 and len(inner) > 1 and "work" not in inner | tops else 0
    if (
        len(tops) + skip < 2
        or "work" in tops
        or any(len(one.path.parts) == 1 and one.path.suffix == ".py" for one in found)
    ):
        loose: dict[str, list[Found]] = {}
        for one in found:
            challenge = challenge_of(one.path.name)
            before = one.path.name[: one.path.name.lower().index(challenge)].rstrip("_- ") if challenge else ""
            loose.setdefault(learner_of(before) if before else name, []).append(one)
        return [sort_out(who, files) for who, files in loose.items()] or [sort_out(name, [])]
    folders: dict[str, list[Found]] = {}
    for one in found:
        if len(one.path.parts) > skip + 1:
            inside = PurePosixPath(*one.path.parts[skip + 1 :])
            folders.setdefault(learner_of(one.path.parts[skip]), []).append(one._replace(path=inside))
    return [sort_out(who, files) for who, files in folders.items()]


def read_all(path: Path) -> tuple[list[Found], list[str]]:
    """The wanted files of one learner, and why some could not be read."""
    try:
        if path.is_dir():
            return list(read_folder(path)), []
        return list(read_zip(path, path.name)), []
    except (Refused, OSError) as error:
        return [], [str(error)]


def read_folder(place: Path) -> Iterator[Found]:
    """The wanted files below a folder, and in zip files there. Links are not followed."""
    count = 0
    for folder, folders, names in os.walk(place):
        inside = PurePosixPath(*Path(folder).relative_to(place).parts)
        folders[:] = sorted(name for name in folders if name == ".git" or name not in PASSED_OVER)
        if ".git" in inside.parts:
            folders[:] = [name for name in folders if name in ("refs", "heads")]
        count += len(names)
        if count > MOST_FILES:
            raise Refused(f"{place.name} holds more than {MOST_FILES:,} files: hand in the folder work alone.")
        for name in sorted(names):
            path, shown = Path(folder) / name, inside / name
            if path.suffix.lower() == ZIP and not path.is_symlink():
                inner = PurePosixPath(shown.with_suffix(""))
                yield from (found._replace(path=inner / found.path) for found in read_zip(path, str(shown)))
            elif is_wanted(shown) or (shown.parts[:1] == (".git",) and is_wanted(PurePosixPath("x") / shown)):
                yield from read_file(path, shown)


def read_file(path: Path, shown: PurePosixPath) -> Iterator[Found]:
    """A file, if it is one: no link, no pipe, no device."""
    state = path.lstat()
    if not stat.S_ISREG(state.st_mode):
        return
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    when = datetime.fromtimestamp(state.st_mtime).isoformat(timespec="seconds")
    yield Found(shown, content if len(content) <= MOST_BYTES else None, state.st_size, when)
