"""The workbook's own code as one wheel, so that a browser's Python has it where packages are and not among a learner's files."""

from __future__ import annotations

import base64
import hashlib
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("chat_memory", "mock_model", "set_up", "tests/challenges")
MODULES = ("common.py", "tests/__init__.py", "tests/benchmarks/meaning/in_short.txt")
DATA = {".py", ".txt", ".typed"}
OLDEST = (1980, 1, 1, 0, 0, 0)  # that a zip archive knows; one date, so that the same code makes the same wheel


def write(folder: Path) -> Path:
    """Write the wheel into a folder, the same to the byte for the same code; return where it is."""
    name, version = named()
    stem = f"{name.replace('-', '_')}-{version}"
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sources()}
    about = f"{stem}.dist-info"
    files[f"{about}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    files[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: workbook\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{file},sha256={digest(content)},{len(content)}\n" for file, content in files.items())
    files[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n".encode()
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, content in files.items():
            archive.writestr(zipfile.ZipInfo(file, OLDEST), content, zipfile.ZIP_DEFLATED)
    return wheel


def named() -> tuple[str, str]:
    """The project's name and version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["name"], project["version"]


def sources() -> Iterator[Path]:
    """The files of the wheel: what lessons import and what checks a learner's work, without tests of it and mistakes."""
    yield from (ROOT / module for module in MODULES)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            inside = path.relative_to(ROOT / package)
            tests = path.name.startswith("test_") or "mistakes" in inside.parts
            hidden = any(part.startswith((".", "__pycache__")) for part in inside.parts)
            if path.is_file() and path.suffix in DATA and not tests and not hidden:
                yield path


def digest(content: bytes) -> str:
    """As a wheel's RECORD writes it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
