"""Placing: which value of a request belongs to which property, by the words beside it; each value is given once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from typing import Any, NamedTuple

from mock_model.api.schemas import Schema
from mock_model.finding.asking import Question
from mock_model.finding.matching import SHARED, ties
from mock_model.sentences.kinds import meaning
from mock_model.sentences.lists import SMALL, UNITS, phrases
from mock_model.sentences.reading import sentence_of
from mock_model.sentences.stems import base
from mock_model.sentences.values import Value, numbers, values
from mock_model.sentences.words import Word, join, sentences, spaced, words
from mock_model.tasks.plausible import plausible
from mock_model.tasks.taking import MONEY, NAME, YOU, is_person, kind_of

ATTRIBUTES = phrases("attributes", "filling.txt")
COUNT, THING, CODE, FROM, TO, UNIT = (
    phrases(name, "placing.txt") for name in ("count", "thing", "code", "from", "to", "unit")
)
NEAR = 3  # words before a value that may say what it is
EXACT, SURE, LIKELY, POSSIBLE = 4, 3, 2, 1  # how well a value belongs to a property; POSSIBLE is enough in a row only
NUMERIC = frozenset("counted number duration measure money clock year percent".split())
Placed = dict[str, Any]


class Candidate(NamedTuple):
    """A value of a text with its neighbours."""

    text: str
    number: float | None
    kind: str  # that of the value; "thing" for what is counted
    before: tuple[str, ...]  # words, the nearest first
    unit: str  # what is counted or measured in
    of_another: bool  # it is said of somebody else than the user
    said: str  # the sentence
    of: str = ""  # what is measured out: flour, of "200 grams of flour"


def placed(properties: Mapping[str, Schema], text: str) -> dict[str, tuple[Any, bool]]:
    """The values of a text for these properties, each with whether that is sure; the likeliest pairs first."""
    found: dict[str, tuple[Any, bool]] = {}
    taken = set()
    pairs = [
        (-score, n, name, candidate)
        for n, candidate in enumerate(candidates(text, properties))
        for name, schema in properties.items()
        if (score := belongs(name, schema, candidate)) >= LIKELY
        and not (candidate.of_another and ATTRIBUTES.fullmatch(spaced(name)))
        and plausible(spaced(name), value_of(name, candidate, schema), candidate.said)
    ]
    for score, n, name, candidate in sorted(pairs, key=lambda pair: pair[:2]):
        if name not in found and n not in taken:
            found[name] = value_of(name, candidate, properties[name]), score <= -SURE
            taken.add(n)
    return found


def rows(properties: Mapping[str, Schema], text: str) -> list[Placed]:
    """The rows that a text tells, "3 hammers and 12 chisels": a row ends where a value could only go where one is already."""
    found, row = [], {}
    for candidate in candidates(text, properties):
        scores = {name: belongs(name, schema, candidate) for name, schema in properties.items()}
        fitting = sorted((name for name in scores if scores[name] >= POSSIBLE), key=lambda name: -scores[name])
        free = [name for name in fitting if name not in row]
        if fitting and not free:
            found, row, free = [*found, row], {}, fitting
        row |= {name: value_of(name, candidate, properties[name]) for name in free[:1]}
    return [one for one in [*found, row] if one.keys() == properties.keys()]


def value_of(name: str, candidate: Candidate, schema: Schema) -> Any:
    """A candidate as the type of a property has it."""
    if kind_of(schema) not in ("integer", "number"):
        unit = re.sub(r"[\d.,\s]", "", candidate.unit) if UNIT.fullmatch(spaced(name)) else ""  # "$50"
        return unit or candidate.text
    return int(candidate.number) if candidate.number == int(candidate.number) else candidate.number


def belongs(name: str, schema: Schema, candidate: Candidate) -> int:
    """How well a candidate belongs to a property: 0 for not at all."""
    name, kind = spaced(name), kind_of(schema)
    if kind in ("integer", "number"):
        fits = candidate.number is not None and (kind == "number" or candidate.number == int(candidate.number))
        return _counts(name, schema, candidate) if fits else 0
    if UNIT.fullmatch(name) and candidate.number is not None:  # of two, "from" what it is and "to" what it will be
        unit = kind == "string" and candidate.kind in ("money", "measure", "duration")
        return SURE if unit and not TO.match(name) and not {"enum", "const", "format"} & schema.keys() else 0
    if kind == "string" and candidate.number is not None and not {"enum", "const", "format"} & schema.keys():
        return _counts(name, schema, candidate)
    plain = kind == "string" and not {"enum", "const", "format", "pattern"} & schema.keys()
    return _names(name, candidate) if plain else 0


def _counts(name: str, schema: Schema, candidate: Candidate) -> int:
    """How well a number belongs to a property: by its unit, by the name before it, by what such a property counts."""
    own, unit = _bases(name), base(candidate.unit)
    if (unit and unit in own) or (candidate.of and base(candidate.of.split(" ")[-1]) in own):
        return EXACT
    if unit and _is_asked(name, candidate.unit):
        return SURE
    named = [word for word in candidate.before if word not in SMALL][:1] if kind_of(schema) == "string" else None
    if own & set(map(base, candidate.before[:2] if named is None else named)):
        return SURE
    if unit and unit in _bases(str(schema.get("description") or "")):
        return LIKELY
    if candidate.kind == "money" and (MONEY.search(name) or COUNT.fullmatch(name)):
        return LIKELY
    if COUNT.fullmatch(name) and candidate.kind in ("counted", "measure"):
        return LIKELY
    if (
        all(map(is_person, own)) and candidate.kind in ("clock", "number") and candidate.before[:1] == ("for",)
    ):  # a table for 5
        return LIKELY
    if own == {"age"} and candidate.kind == "number" and candidate.before[:1] != ("for",):
        return LIKELY if candidate.before[:1] in ((), ("aged",)) else POSSIBLE  # "Jonas Berg, 47"
    return 0


def _names(name: str, candidate: Candidate) -> int:
    """How well a text belongs to a property: by the name before it, by a preposition, by its kind."""
    last, led = name.split(" ")[-1], candidate.before[:1]
    if candidate.kind in ("name", "thing", "code") and base(last) in map(base, candidate.before[:1]):
        return SURE
    if candidate.kind == "code":
        return LIKELY if CODE.search(name) else 0
    if candidate.kind == "thing":
        return SURE if THING.fullmatch(name) and not candidate.before else POSSIBLE if last in ("name", "title") else 0
    if candidate.kind != "name":
        return 0
    if led in (("from",), ("to",)) and (FROM.fullmatch(name) or TO.fullmatch(name)):
        return SURE if (FROM if led == ("from",) else TO).fullmatch(name) else 0
    if led == ("by",):  # "the book Solaris by Stanislaw Lem"
        return SURE if is_person(base(last)) else 0
    is_place = not meaning("location").own.isdisjoint(meaning(base(last)).above | meaning(base(last)).near)
    if is_place:
        return LIKELY if led in (("in",), ("at",), ("near",), ("from",), ("to",)) else 0
    if led in (("in",), ("at",), ("near",), ("from",), ("to",)):
        return 0
    called = YOU.fullmatch(name) or NAME.fullmatch(name)
    return LIKELY if called and led == () else POSSIBLE if called or last in ("title", "person") else 0


@lru_cache(maxsize=1024)
def _is_asked(name: str, unit: str) -> bool:
    """Whether a property asks for what is counted in a unit: a distance for miles."""
    return any(tie in SHARED for tie in ties(Question(f"What is {name}?"), sentence_of(unit)).values())


@lru_cache(maxsize=1024)
def _bases(text: str) -> frozenset[str]:
    return frozenset(word.base for word in words(spaced(text)) if word.low not in SMALL or word.base in UNITS)


def candidates(text: str, properties: Mapping[str, Schema]) -> Iterator[Candidate]:
    """The values of a text in their order: numbers, names, codes, what is counted, and what follows a property's own name."""
    own = frozenset(base(spaced(name).split(" ")[-1]) for name in properties)
    for sentence in sentences(text):
        spoken, other = words(sentence), sentence_of(sentence).about == "other"
        given = {value.start: value for value in values(spoken)}
        inside = {at for value in given.values() for at in range(value.start, value.end)}
        for at in range(len(spoken)):
            before = _before(spoken, at)
            if at in given:
                yield from (
                    Candidate(*one[:5], other, sentence, *one[5:]) for one in _valued(spoken, given[at], before, own)
                )
            elif at and at not in inside and spoken[at - 1].base in own and (thing := _thing(spoken, at, own)):
                yield Candidate(thing, None, "thing", before, "", other, sentence)


def _valued(spoken: tuple[Word, ...], value: Value, before: tuple[str, ...], own: frozenset[str]) -> Iterator[tuple]:
    """A value as a candidate, and after a number the thing that is counted or measured out."""
    said = join(spoken[value.start : value.end])
    number = next((number for _, number in numbers(spoken[value.start : value.end + 1])), None)
    if value.kind not in NUMERIC or number is None or (value.kind == "clock" and not said.isdigit()):
        yield re.sub(r"['’]s$", "", said), None, value.kind, before, ""
        return
    after = value.end if value.kind in ("counted", "number", "clock", "year") else value.end - 1
    units = [spoken[after].text] if value.kind in ("duration", "measure", "money") else _thing(spoken, after).split()
    of = next((n for n in (after + 1, after + 2) if n < len(spoken) and spoken[n].low == "of"), None)
    start = after if of is None else of + 1
    out = _thing(spoken, start) if of and value.kind == "measure" else ""
    yield said, number, value.kind, before, (units or [""])[-1], out
    if (value.kind == "counted" or (value.kind == "measure" and of)) and (thing := _thing(spoken, start, own)):
        yield thing, None, "thing", (), ""


def _before(spoken: tuple[Word, ...], at: int) -> tuple[str, ...]:
    """The words before a place, the nearest first, up to a sign or the start."""
    back = takewhile(
        lambda word: word.text[0].isalnum() and word.low not in ("and", "or", "but"),
        reversed(spoken[max(0, at - NEAR) : at]),
    )
    return tuple(word.low for word in back if word.low not in ("the", "a", "an", "is", "are", "called", "named"))


def _thing(spoken: tuple[Word, ...], start: int, own: frozenset[str] = frozenset()) -> str:
    """The words that name a thing: up to a sign, a small word or a value; without a property's own name before it."""
    there = {value.start for value in values(spoken) if value.kind != "colour"}
    start += start < len(spoken) and spoken[start].low in ("the", "a", "an")
    start += start + 1 < len(spoken) and spoken[start].base in own and spoken[start + 1].low not in SMALL

    def names(at: int) -> bool:
        return spoken[at].text[0].isalpha() and spoken[at].low not in SMALL and at not in there

    return join([spoken[at] for at in takewhile(names, range(start, min(start + 4, len(spoken))))])
