"""A wheel of tiktoken for a browser: the files of the tiktoken installed here, with `core_bpe` for what is compiled.

Its vocabularies are in a package of their own, and `mock_model` puts them where tiktoken looks.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CORE = Path(__file__).with_name("core_bpe.py")
LEFT_OUT = (".so", ".pyd", ".dylib", ".pyc", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "WHEEL")
TAGS = "Wheel-Version: 1.0\nGenerator: chat-memory-workbook\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write(folder: Path) -> Path:
    """Write the wheel into this folder, the same bytes each time. Raises ValueError."""
    version = distribution("tiktoken").version
    path, about = folder / f"tiktoken-{version}-py3-none-any.whl", f"tiktoken-{version}.dist-info"
    contents = dict(sorted(_contents())) | {f"{about}/WHEEL": TAGS.encode()}
    contents[f"{about}/RECORD"] = "".join(_recorded(contents, f"{about}/RECORD")).encode()
    with ZipFile(path, "w") as wheel:
        for name, data in contents.items():
            wheel.writestr(ZipInfo(name), data, ZIP_DEFLATED)
    return path


def _contents() -> Iterator[tuple[str, bytes]]:
    for file in distribution("tiktoken").files or ():
        if not file.name.endswith(LEFT_OUT):
            data = Path(str(file.locate())).read_bytes()
            yield file.as_posix(), CHANGED.get(file.name, bytes)(data)
    yield "tiktoken/_tiktoken.py", CORE.read_bytes()


def _without_regex(metadata: bytes) -> bytes:
    """What it says of itself, without the packages that it asks for: a browser has not got them, and it does without."""
    lines = metadata.decode().split("\n")
    return "\n".join(line for line in lines if not line.startswith("Requires-Dist:")).encode()


def _without_threads(core: bytes) -> bytes:
    """Its module `core`, which encodes many texts in threads. Raises ValueError where it is not as expected."""
    threads, in_turn = b"from concurrent.futures import ThreadPoolExecutor", b"from tiktoken._tiktoken import InTurn"
    if core.count(threads) != 1:
        raise ValueError(
            "tiktoken's core.py is another than this wheel was made for: look where its threads come from."
        )
    return core.replace(threads, in_turn + b" as ThreadPoolExecutor")


CHANGED = {"METADATA": _without_regex, "core.py": _without_threads}


def _recorded(contents: dict[str, bytes], itself: str) -> Iterator[str]:
    for name, data in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        yield f"{name},sha256={digest},{len(data)}\n"
    yield f"{itself},,\n"
