"""A line a turn. The first line says how many bytes count: a turn is there once that number is changed, in one write."""

import json
import os
from pathlib import Path

WIDTH = 20


class DamagedFile(Exception):
    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{what} in {path}: nothing was changed. Look for an older copy of the file, and put it there."
        )


class Conflict(Exception):
    pass


class Lines:
    """An open file, locked by nobody else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)

    def __enter__(self) -> "Lines":
        if os.name == "nt":
            import msvcrt

            os.lseek(self.handle, 1 << 30, os.SEEK_SET)
            msvcrt.locking(self.handle, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.lockf(self.handle, fcntl.LOCK_EX)
        return self

    def __exit__(self, *error) -> None:
        os.close(self.handle)

    def read(self) -> tuple[list, int]:
        os.lseek(self.handle, 0, os.SEEK_SET)
        content = b""
        while piece := os.read(self.handle, 1 << 20):
            content += piece
        if not content:
            return [], WIDTH
        try:
            counts = int(content[:WIDTH])
            if not WIDTH <= counts <= len(content):
                raise ValueError
            lines = content[WIDTH:counts].splitlines()  # of bytes: at \n and \r, which JSON does not leave in a text
            messages = [message for line in lines for message in json.loads(line)]
            if not all(isinstance(message, dict) for message in messages):
                raise ValueError
            return messages, counts
        except (ValueError, TypeError):
            raise DamagedFile(self.path, "There are missing or strange lines") from None

    def write(self, place: int, content: bytes) -> None:
        os.lseek(self.handle, place, os.SEEK_SET)
        while content:
            content = content[os.write(self.handle, content) :]


def resume(path: Path) -> list[dict]:
    if not path.exists():
        return []
    with Lines(path) as lines:
        return lines.read()[0]


def save(path: Path, turn: list[dict], known: int) -> None:
    with Lines(path) as lines:
        messages, counts = lines.read()
        if len(messages) != known:
            raise Conflict(f"{len(messages)}, not {known}")
        added = json.dumps(turn).encode() + b"\n"
        if counts == WIDTH:
            lines.write(0, b"%019d\n" % WIDTH)
        lines.write(counts, added)
        os.fsync(lines.handle)
        lines.write(0, b"%019d\n" % (counts + len(added)))
        os.fsync(lines.handle)
