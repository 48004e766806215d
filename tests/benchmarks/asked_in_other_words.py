"""What `bench_meaning.py` asks: facts and long talks of our own, with questions, read from the files in `meaning/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).with_name("meaning")
DEVELOPMENT, HELD_OUT = ("flat",), ("shop", "thesis")  # by the first, what `find` does was chosen
ROLES = {"u": "user", "a": "assistant"}
_LINE = re.compile(r"([ua])(?:#(\w+))?: (.+)")


class Asked(NamedTuple):
    """A question, the places of all that it needs, and of which kind it is."""

    question: str
    needed: frozenset[int]
    kind: str


@dataclass(frozen=True)
class Asking:
    """Texts that were told, and questions about them. Of a talk also who said each text, and on which day."""

    texts: list[str]
    asked: list[Asked]
    roles: list[str]
    days: list[date]


def facts(*, in_its_words: bool = False) -> Asking:
    """Facts about one user, with a question in other words for most of them, or with one in the words of the fact for some."""
    column = 2 if in_its_words else 1
    lines = [line.split(" | ") for line in _lines(FOLDER / "facts.txt")]
    asked = [Asked(line[column], frozenset([at]), "") for at, line in enumerate(lines) if len(line) > column]
    return Asking([line[0] for line in lines], asked, [], [])


def talk(name: str) -> Asking:
    """A long talk between a user and an assistant, and questions of the user's about it."""
    told, _, questions = "\n".join(_lines(FOLDER / f"talk_{name}.txt")).partition("\n??\n")
    places: dict[str, int] = {}
    talked = Asking([], [], [], [])
    for line in told.splitlines():
        if line.startswith("== "):
            day = date.fromisoformat(line[3:])
            continue
        match = _LINE.fullmatch(line)
        if match is None or match[2] in places:
            raise ValueError(f"This line of talk_{name}.txt is no message, or its name is taken: {line!r}")
        if match[2]:
            places[match[2]] = len(talked.texts)
        talked.texts.append(match[3])
        talked.roles.append(ROLES[match[1]])
        talked.days.append(day)
    for line in questions.splitlines():
        question, names, kind = line.split(" | ")
        talked.asked.append(Asked(question, frozenset(places[name] for name in names.split(", ")), kind))
    return talked


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
