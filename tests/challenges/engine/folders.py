"""What a folder holds, and a folder that is on a disk of its own."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Files = dict[str, bytes | None]  # what a folder holds; None is a folder in it


def files_in(folder: Path) -> Files:
    """What a folder holds."""
    found: Files = {}
    for path in sorted(folder.rglob("*")):
        with suppress(OSError):  # it was there just now; or Windows lets nobody else read it
            found[path.relative_to(folder).as_posix()] = None if path.is_dir() else path.read_bytes()
    return found


def put(files: Files, folder: Path) -> Path:
    """Make a folder that holds these files."""
    folder.mkdir()
    for name, content in files.items():
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content)
    return folder


@contextmanager
def on_a_disk_of_its_own(folder: Path) -> Iterator[None]:
    """As if this folder were on another disk than all others: nothing can be renamed into it, or out of it."""

    def apart(rename: Callable) -> Callable:
        def renamed(source: Any, target: Any, **options: Any) -> None:
            sides = [folder in Path(os.path.abspath(os.fsdecode(side))).parents for side in (source, target)]
            if sides[0] != sides[1]:
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(target))
            rename(source, target, **options)

        return renamed

    really = os.rename, os.replace
    os.rename, os.replace = map(apart, really)
    try:
        yield
    finally:
        os.rename, os.replace = really
