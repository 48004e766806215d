"""Which packages a learner's cell may still fetch by importing them: what only Pyodide's own distribution has, and from where."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FILE = "pyodide-lock.json"
FETCHED = ("matplotlib", "numpy")
CDN = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"


def lock(pyodide: Path, there: set[str], offline: bool) -> dict[str, Any]:
    """The lock of the site: FETCHED with what they need but the packages that are there, each with its hash and address.

    `pyodide` is npm's package, whose own lock says both. Offline it names nothing, so that nothing is asked for.
    """
    own = json.loads((pyodide / FILE).read_text(encoding="utf-8"))
    if offline:
        return {"info": own["info"], "packages": {}}
    version = json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"]
    wanted = needed(own["packages"], there)
    return {
        "info": own["info"],
        "packages": {
            name: package
            | {
                "file_name": CDN.format(version=version) + package["file_name"],
                "depends": [other for other in package["depends"] if other in wanted],
            }
            for name, package in own["packages"].items()
            if name in wanted
        },
    }


def needed(packages: dict[str, Any], there: set[str]) -> set[str]:
    """FETCHED and all that these need in turn, without the packages that are there."""
    wanted: set[str] = set()
    waiting = list(FETCHED)
    while waiting:
        name = waiting.pop()
        if name not in wanted and name not in there:
            wanted.add(name)
            waiting += packages[name]["depends"]
    return wanted


def names_of(wheels: Path) -> set[str]:
    """The names of the packages that a folder of wheels holds, as a lock writes them."""
    return {re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower() for wheel in wheels.glob("*.whl")}
