"""Two archives in place of forty wheels: the packages, and Python's own library, both compiled and without what nobody runs.

A browser's Python would compile each module anew in each tab; here that is done once, by the same Python, in Node.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGES, LIBRARY = "packages.zip", "python_stdlib.zip"
COMPILE = Path(__file__).with_name("compile.mjs")
OWN = "chat_memory_workbook-"  # our wheel: its modules keep their sources
# What neither a lesson nor a checker nor the kernel opens: how other libraries are tested, what says how they were built,
# and the types of libraries that are not here.
LEFT_OUT = re.compile(
    r"^(?!tests/)([^/]+/)+tests/|^sqlalchemy/testing/|\.dist-info/(RECORD|WHEEL|sboms/)|\.data/"
    r"|^jedi/third_party/(django-stubs|typeshed/stubs)/|^sqlalchemy/dialects/(mssql|mysql|oracle)/"
)
UNZIPPED = ("own", "packages", "stdlib")
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip archive knows; one date, so that the same parts make the same archive


def make(wheels: Path, pyodide: Path, room: Path) -> tuple[Path, Path]:
    """Make both from wheels and npm's pyodide, in an empty folder; return where they are. Takes up to a minute."""
    for wheel in sorted(wheels.glob("*.whl")):
        unzip(wheel, room / ("own" if wheel.name.startswith(OWN) else "packages"))
    unzip(pyodide / LIBRARY, room / "stdlib")
    compile_all(pyodide, room)
    packages = zipped([room / "own", room / "packages"], room / PACKAGES)
    return packages, zipped([room / "stdlib"], room / LIBRARY)


def unzip(archive: Path, folder: Path) -> None:
    """Unpack what is not left out."""
    with zipfile.ZipFile(archive) as found:
        found.extractall(folder, [name for name in found.namelist() if not LEFT_OUT.search(name)])


def compile_all(pyodide: Path, room: Path) -> None:
    """Compile every Python file. Raises SystemExit where Node cannot do that."""
    done = subprocess.run(["node", COMPILE, pyodide, room], capture_output=True, encoding="utf-8")
    if done.returncode or not done.stdout.split()[-1:]:
        sys.exit(f"The Python files for the browser could not be compiled in Node:\n{done.stderr.strip()}")


def zipped(folders: list[Path], archive: Path) -> Path:
    """All files of some folders in one archive, the same to the byte for the same files."""
    files = {path.relative_to(folder).as_posix(): path for folder in folders for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(archive, "w") as made:
        for name in sorted(files):
            made.writestr(zipfile.ZipInfo(name, EARLIEST), files[name].read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return archive
