"""Zip files from strangers: what is in them is read into memory, a little of it, and nothing is ever unpacked onto the disk."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from .found_files import MOST_BYTES, Found, Refused, is_wanted

MOST_ENTRIES = 100_000
MOST_IN_ALL = 64 << 20  # bytes that are unpacked of one zip file
MOST_NESTED = 100 << 20  # bytes of a zip file in a zip file
ROOM = 1 << 30  # bytes of all zip files in a zip file
DEPTH = 2  # zip files in zip files


def read_zip(source: Any, shown: str) -> Iterator[Found]:
    """The wanted files in a zip file. `source` is a path or a stream. Raises Refused with a sentence for all of it."""
    yield from _read_zip(source, shown, 0, [ROOM])


def _read_zip(source: Any, shown: str, depth: int, room: list[int]) -> Iterator[Found]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield from _entries(archive, shown, depth, room)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        ValueError,
        OSError,
    ) as error:
        raise Refused(f"{shown} cannot be read as a zip file ({_short(error)}): ask for it once more.") from None
    except RuntimeError:  # a password is wanted
        raise Refused(f"{shown} is locked with a password: ask for one without.") from None


def _entries(archive: zipfile.ZipFile, shown: str, depth: int, room: list[int]) -> Iterator[Found]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"{shown} holds {len(entries):,} files, and a workbook has far fewer: it was not opened.")
    for entry in entries:
        _expect_harmless(entry, shown)
    in_all = 0
    for entry in entries:
        path = PurePosixPath(_name(entry))
        if entry.is_dir():
            continue
        if path.suffix.lower() == ".zip" and depth < DEPTH and "__MACOSX" not in path.parts:
            inner = _read(archive, entry, shown, min(MOST_NESTED, room[0])) or b""
            room[0] -= len(inner)
            for found in _read_zip(BytesIO(inner), f"{shown}/{path}", depth + 1, room):
                yield found._replace(path=PurePosixPath(path.with_suffix("")) / found.path)
        elif is_wanted(path):
            content = _read(archive, entry, shown, MOST_BYTES)
            in_all += len(content or b"")
            if in_all > MOST_IN_ALL:
                raise Refused(
                    f"{shown} is more than {MOST_IN_ALL >> 20} MB when it is unpacked: it was not read further."
                )
            yield Found(path, content, entry.file_size, _when(entry))


def _expect_harmless(entry: zipfile.ZipInfo, shown: str) -> None:
    """Raise Refused where a name leads out of the folder, or to somewhere else."""
    name = _name(entry)
    path = PurePosixPath(name)
    if path.is_absolute() or name[1:2] == ":" or name.startswith("\\"):
        raise Refused(f"{shown} holds a file with an absolute path ({_quoted(name)}): it was not opened.")
    if ".." in path.parts:
        raise Refused(f"{shown} holds a file whose path climbs out of its folder ({_quoted(name)}): it was not opened.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(f"{shown} holds a link to another place ({_quoted(name)}): it was not opened.")
    if "\0" in entry.orig_filename:
        raise Refused(f"{shown} holds a file whose name hides a part of itself ({_quoted(name)}): it was not opened.")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shown: str, most: int) -> bytes | None:
    """What an entry holds; None where it is too large, whatever size it claims to have."""
    with archive.open(entry) as stream:
        content = stream.read(most + 1)
    if len(content) <= most:
        return content
    if _name(entry).lower().endswith(".zip"):
        raise Refused(f"{shown} holds zip files that are too large ({_quoted(_name(entry))}): it was not read further.")
    return None


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry. One that is not said to be UTF-8 may be so all the same, as macOS writes it."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = entry.orig_filename.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = entry.filename
    return name.replace("\\", "/") if name[1:2] != ":" and not name.startswith("\\") else name


def _when(entry: zipfile.ZipInfo) -> str | None:
    """When an entry was written, by the clock of whoever made the zip file."""
    try:
        return datetime(*entry.date_time).isoformat(timespec="seconds")
    except ValueError:
        return None


def _quoted(name: str) -> str:
    return repr(name if len(name) < 80 else f"{name[:77]}…")


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:120]
