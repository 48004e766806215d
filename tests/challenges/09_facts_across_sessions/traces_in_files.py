"""What files still hold of a text that was forgotten: as it is, packed, encoded, or in whatever form."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\x00")  # how packed bytes begin
ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
UNPACK = {
    b"\x78": zlib.decompressobj,
    b"\x1f": lambda: zlib.decompressobj(31),
    b"B": bz2.BZ2Decompressor,
    b"\xfd": lzma.LZMADecompressor,
}


def files_near(folder: Path) -> dict[Path, bytes]:
    """The files in a folder and below it, and those beside it."""
    paths = sorted(path for path in (*folder.rglob("*"), *folder.parent.glob("*")) if path.is_file())
    return {path: path.read_bytes() for path in paths}


def words_left(content: bytes, words: list[str]) -> list[str]:
    """The words of which some bytes hold the end, in any form: an index leaves out how words begin."""
    read = [reading.lower() for reading in unpacked(content)]
    return [word for word in words if any(form in reading for reading in read for form in forms(word[2:].lower()))]


def forms(word: str) -> Iterator[bytes]:
    """How a word can stand in a file."""
    for text in (word, word[::-1]):
        yield from (text.encode(), text.encode("utf-16-le"))


def unpacked(content: bytes, depth: int = 3) -> Iterator[bytes]:
    """Bytes, and what they hold that is packed or written as hexadecimal digits or in base64."""
    yield content
    if not depth:
        return
    for match in PACKED.finditer(content):
        with suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            yield from unpacked(UNPACK[match[0][:1]]().decompress(content[match.start() :]), depth - 1)
    for match in ENCODED.finditer(content):
        with suppress(ValueError):
            yield from unpacked(bytes.fromhex(match[0].decode()), depth - 1)
        letters = match[0].rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        with suppress(ValueError):
            yield from unpacked(b64decode(letters + b"=" * (-len(letters) % 4)), depth - 1)


def signs_in(folder: Path) -> dict[str, list[int]]:
    """How often each byte stands in each file: what is the same whatever was forgotten, in whatever order the rest is kept."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: [content.count(byte) for byte in range(256)] for name, content in found.items()}
