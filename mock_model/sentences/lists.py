"""The lists of words in data/words.txt and data/thesaurus.txt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files


def sections(name: str) -> dict[str, list[list[str]]]:
    """The sections of a file in data/: each a list of lines, each a list of words."""
    found: dict[str, list[list[str]]] = {}
    for line in files("mock_model.data").joinpath(name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[] "), [])
        elif line and not line.startswith("#"):
            section.append(line.split())
    return found


LISTS = {name: [word for line in lines for word in line] for name, lines in sections("words.txt").items()}


def words_of(*names: str) -> frozenset[str]:
    """The words of these lists."""
    return frozenset(word for name in names for word in LISTS[name])


def pairs_of(name: str) -> dict[str, str]:
    """A list of pairs."""
    return dict(zip(LISTS[name][::2], LISTS[name][1::2], strict=True))


AUXILIARIES, PRONOUNS, OWNERS, ASKING = (words_of(n) for n in ("auxiliaries", "pronouns", "owners", "asking"))
WEEKDAYS, MONTHS, SEASONS, MOMENTS = (words_of(n) for n in ("weekdays", "months", "seasons", "moments"))
UNITS, MEASURES, CURRENCIES, PEOPLE = (words_of(n) for n in ("units", "measures", "currencies", "people"))
GIVEN = words_of("given")  # names of people that are words too, but hardly any that a sentence begins with
OTHERS = PEOPLE | words_of("others")
NUMBERS = {word: float(number) for word, number in pairs_of("numbers").items()}
SMALL = AUXILIARIES | PRONOUNS | OWNERS | ASKING | words_of("prepositions", "conjunctions", "determiners", "fillers")


@cache
def phrases(name: str, file: str = "phrases.txt") -> re.Pattern[str]:
    """The phrases of a section as one pattern: a line each, a regular expression without the borders of words.

    "{name}" stands for the phrases of another section of the file.
    """
    text = files("mock_model.data").joinpath(file).read_text(encoding="utf-8")
    section = text.partition(f"\n[{name}]\n")[2].partition("\n[")[0]
    lines = [line for line in section.splitlines() if line and not line.startswith("#")]
    return pattern([re.sub(r"\{([a-z ]+)\}", lambda found: phrases(found[1], file).pattern, "|".join(lines))])


def pattern(parts: Iterable[str]) -> re.Pattern[str]:
    """One of these expressions, between the borders of words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def topics() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """The topics of data/topics.txt: their names, how they are asked for and how they are told."""
    text = files("mock_model.data").joinpath("topics.txt").read_text(encoding="utf-8")
    found = re.findall(r"^(\w.*)\n  asks: (.*)\n  tells: (.*)$", text, re.MULTILINE)
    return tuple((name, pattern([asks]), pattern([tells])) for name, asks, tells in found)
