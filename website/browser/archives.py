"""Two archives in place of forty wheels: the packages, and Python's own library, both compiled and without what nobody runs.

A browser's Python would compile each module anew in each tab; here that is done once, by the same Python, in Node.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGES, LIBRARY = "packages.tar.zst", "python_stdlib.zip"
PACK = Path(__file__).with_name("pack.mjs")
OWN = "chat_memory_workbook-"  # our wheel: its modules keep their sources
# What neither a lesson nor a checker nor the kernel opens: how other libraries are tested, what says how they were built,
# and the types of libraries that are not here.
LEFT_OUT = re.compile(
    r"^(?!tests/)([^/]+/)+tests/|^sqlalchemy/testing/|\.dist-info/(RECORD|WHEEL|sboms/)|\.data/"
    r"|^jedi/third_party/(django-stubs|typeshed/stubs)/|^sqlalchemy/dialects/(mssql|mysql|oracle)/"
)


def make(wheels: Path, pyodide: Path, room: Path) -> tuple[Path, Path]:
    """Make both from wheels and npm's pyodide, in an empty folder; return where they are. Takes a minute.

    Raises SystemExit where Node cannot import what lessons and checkers do.
    """
    for wheel in sorted(wheels.glob("*.whl")):
        unzip(wheel, room / ("own" if wheel.name.startswith(OWN) else "packages"))
    unzip(pyodide / LIBRARY, room / "stdlib")
    done = subprocess.run(["node", PACK, pyodide, room], stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    if done.returncode:
        sys.exit(f"The packages for the browser could not be compiled in Node:\n{done.stderr.strip()}")
    return room / PACKAGES, room / LIBRARY


def unzip(archive: Path, folder: Path) -> None:
    """Unpack what is not left out."""
    with zipfile.ZipFile(archive) as found:
        found.extractall(folder, [name for name in found.namelist() if not LEFT_OUT.search(name)])
