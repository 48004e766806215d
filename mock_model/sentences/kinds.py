"""Kinds: what a word means by WordNet and the thesaurus, so that a beagle is found as a dog and a Skoda as a car."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mock_model.sentences.lists import PEOPLE, sections
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import base, known, parts_of_speech

LEVELS = 5
KINDS = frozenset(line[0].rstrip(":") for line in sections("thesaurus.txt")["kinds"])  # that the thesaurus names


class Meaning(NamedTuple):
    """What a word can mean, as numbers of meanings; those of the thesaurus are texts."""

    own: frozenset  # itself, with its synonyms
    derived: frozenset  # what it comes from or leads to: bake, baker, bakery
    near: frozenset  # the kinds just above it, up to two levels
    above: frozenset  # all kinds above it


@lru_cache(maxsize=1)
def _thesaurus() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each base form its groups of words that mean nearly the same, and the kinds that it is one of."""
    found = sections("thesaurus.txt")
    alike: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for number, line in enumerate([*found["same"], *found["alike"]]):
        group = [base(word.replace("_", " ")) for word in line]
        apart = number >= len(found["same"]) and not PEOPLE.isdisjoint(
            line
        )  # a partner may be a wife, but no husband is
        for word in group:
            mine = {f"={number}"} if not apart else {f"={number} {w}" for w in (group if word == group[0] else [word])}
            alike.setdefault(word, set()).update(mine)
    for kind, *members in found["kinds"]:
        for member in members:
            kinds.setdefault(base(member.replace("_", " ")), set()).add(kind.rstrip(":"))
    return alike, kinds


@remembered(2048)
def meaning(word: str) -> Meaning:
    """What a base form can mean."""
    lines, spoken, _ = known()
    alike, kinds = _thesaurus()
    own, _, derived = spoken.get(word, "").partition("~")
    mine = {int(n) for n in own.split()[1:]}
    level, near, above = mine, set(), set()
    for depth in range(LEVELS):
        level = {int(n) for one in level for n in lines[one].split()[1:]} - above
        above |= level
        near |= level if depth < 2 else set()
    named = {f"#{kind}" for kind in kinds.get(word, ())}
    return Meaning(
        frozenset(mine | alike.get(word, set()) | {f"#{word}"}),
        frozenset(int(n) for n in derived.split()),
        frozenset(near | named),
        frozenset(above | named),
    )


@remembered(2048)
def is_verb(word: str) -> bool:
    """Whether a base form can be a verb."""
    return "v" in parts_of_speech(word)
