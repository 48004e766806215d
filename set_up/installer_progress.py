"""How far an installer is, in a few words, from what it writes and from what is there already."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

# Systems by which markers choose. A pin for another one than this is not counted.
SYSTEMS = {"darwin": sys.platform == "darwin", "win32": sys.platform == "win32", "nt": sys.platform == "win32"}
FETCHED = re.compile(r"\s*(?:Collecting|Using cached|Downloading|Processing) (?:\S*/)?([A-Za-z0-9][\w.-]*)(.*)")
SIZE = re.compile(r"\(([\d.]+) ?([kMG])i?B\)")


def expected(pins: str) -> int:
    """About how many packages are installed here from pins with their markers."""
    names = set()
    for line in pins.splitlines():
        pin, _, marker = line.partition(";")
        only = set(re.findall(r"== '(\w+)'", marker)) & {*SYSTEMS, "emscripten"}
        if "==" in pin and not line.startswith("#") and (not only or any(SYSTEMS.get(name) for name in only)):
            names.add(pin.partition("==")[0])
    return len(names)


def installed(folder: Path) -> int:
    """How many packages an environment holds."""
    return sum(1 for pattern in ("lib/python*", "Lib") for _ in folder.glob(f"{pattern}/site-packages/*.dist-info"))


def how_far(lines: Iterable[str], about: int, new: int) -> str:
    """What pip or uv is doing, from its lines; `about` packages are expected, and `new` ones are in place by now."""
    fetched: dict[str, str] = {}
    last, total, unpacking = "", 0, new > 0
    for line in list(lines):
        if found := FETCHED.match(line):
            last = re.split(r"[=<>~!;\[]|-\d", found[1])[0].replace("_", "-").lower()
            size = SIZE.search(found[2])
            fetched[last] = f" ({size[1]} {size[2]}B)" if size else fetched.get(last, "")
        elif found := re.match(r"(Resolved|Prepared) (\d+) packages", line):  # as uv says it
            total, unpacking = int(found[2]), unpacking or found[1] == "Prepared"
        elif line.startswith("Installing collected packages:"):  # as pip does
            total, unpacking = line.count(",") + 1, True
    if unpacking:
        return f"unpacking, {new} of {total or about} packages"
    if not last:
        return "asking what is needed"
    of = f"{total} packages" if total else f"{len(fetched)} of about {max(about, len(fetched))} packages"
    return f"{of}: {last}{fetched[last]}"
