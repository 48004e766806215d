"""Taking: the values of a type in one sentence: members of a list, yes or no, numbers, dates and other texts of a kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mock_model.api.schemas import FORMATS, Schema, types
from mock_model.finding.asking import NEGATIVE, Question
from mock_model.finding.brief import brief
from mock_model.finding.matching import how, ties
from mock_model.sentences.kinds import meaning
from mock_model.sentences.lists import PEOPLE, phrases
from mock_model.sentences.reading import Said, Sentence, sentence_of
from mock_model.sentences.stems import base
from mock_model.sentences.values import TIMES, numbers
from mock_model.sentences.words import join, spaced, words

NUMERIC = ("integer", "number")
LISTING = re.compile(r",\s*(?:and\s+)?|\s+and\s+", re.I)


def kind_of(schema: Schema) -> str:
    """The first type that a schema allows beside null."""
    return next((kind for kind in types(schema) if kind != "null"), "string")


def asking(schema: Schema, name: str, owner: str = "") -> list[Question]:
    """The questions for a property or a parameter: one made of its name, and one of a short description."""
    asks = "How many" if kind_of(schema) in NUMERIC else "What"
    described, whose = str(schema.get("description") or "").rstrip(".?"), f"{owner}'s " if owner else ""
    first = Question(f"{asks} {name.split(' ')[-1]} is my {whose}{name}?")
    return [first, Question(f"What is {described}?")][: 1 + (0 < len(described.split()) <= 10)]


def taken(schema: Schema, question: Question, said: Sentence) -> list[Any]:
    """All values for a question that a sentence gives, in order, by their type; texts are of the kind that is wanted."""
    kind = kind_of(schema)
    if listed := [schema["const"]] if "const" in schema else schema.get("enum"):
        return _named(listed, said)
    if kind in NUMERIC:
        dated = TIMES - {"year"} if "year" in question.low else TIMES
        found = [number for kind, number in numbers(said.words) if kind not in dated]
        return [int(n) if n == int(n) or kind == "integer" else n for n in found]
    if kind == "boolean":
        return _confirmed(question, said)
    if kind != "string" or schema.get("format") in FORMATS:
        return written(schema["format"], said.text) if kind == "string" else []
    dated = "date" in question.wanted  # a clock is a time, and no date
    wanted = question.wanted - {"clock", "duration"} if dated else question.wanted - TIMES | question.wanted & {"clock"}
    return [text for kind, text in valued(said) if kind in wanted]


def answering(schema: Schema, question: Question, told: Said, several: bool = False) -> list[Any]:
    """The values in a sentence that answers a question, the likeliest first; several where they stand side by side."""
    if {"const", "enum"} & schema.keys() or kind_of(schema) == "boolean" or schema.get("format") in FORMATS:
        return taken(schema, question, told.sentence)
    part = brief(question, told) or ""
    if several and kind_of(schema) == "string":
        parts = [one.strip() for one in LISTING.split(told.text[told.text.find(part) :].rstrip(".!"))]
        return parts if part and all(0 < len(one.split()) <= 4 for one in parts) else []
    return typed(schema, question, [part, *(text for kind, text in valued(told.sentence) if kind in question.wanted)])


def typed(schema: Schema, question: Question, texts: Sequence[str]) -> list[Any]:
    """Texts as they are, or what is of another type in them."""
    if kind_of(schema) != "string":
        return [one for text in texts for one in taken(schema, question, sentence_of(text))]
    return [text for text in texts if text] if not {"const", "enum"} & schema.keys() else []


def of_its_kind(question: Question, head: str, said: Sentence, several: bool) -> list[str]:
    """What a sentence names of the kind that a property is: a Friday for a date, names for people, Rome for a city."""
    meant, wanted = meaning(base(head)), question.wanted
    person = base(head) in PEOPLE or not meaning("person").own.isdisjoint(meant.own | meant.near)
    wanted = wanted if several or wanted <= TIMES | {"duration"} else ()
    names = [(kind, text, person or how(base(head), meant, sentence_of(text)) == "kind") for kind, text in valued(said)]
    return [text for kind, text, named in names if kind in wanted or (kind == "name" and named)]


def valued(said: Sentence) -> list[tuple[str, str]]:
    """The values of a sentence, each with its kind, as they were written."""
    return [(v.kind, re.sub(r"['’]s$", "", join(said.words[v.start : v.end]))) for v in said.values]


def _named(listed: Sequence[Any], said: Sentence) -> list[Any]:
    """The values of a list that a sentence names and does not deny, in its order."""
    spoken, found = [w.base for w in said.words], []
    for place, value in enumerate(listed):
        wanted = [w.base for w in words(spaced(str(value)))] if not isinstance(value, bool) else []
        at = next((n for n in range(len(spoken)) if wanted and spoken[n : n + len(wanted)] == wanted), None)
        if at is not None and NEGATIVE.isdisjoint(spoken[max(at - 2, 0) : at]):
            found.append((at, place))
    return [listed[place] for _, place in sorted(found)]


def _confirmed(question: Question, said: Sentence) -> list[bool]:
    """True or false where a sentence has all that a question is about: "with breakfast", "I have no children"."""
    bases = {base for base in question.bases if not phrases("general", "tools.txt").fullmatch(base)} or {question.words[1].base}
    places = [n for n, word in enumerate(said.words) if word.base in bases] or [len(said.words)]
    clause = " ".join(word.low for word in said.words[: places[0]]).split(",")[-1].split()
    met = said.bases | {word.base for word in said.words} | {b for b, tie in ties(question, said).items() if tie == "derived"}
    return [NEGATIVE.isdisjoint(clause)] if bases <= met else []


def written(form: str, text: str) -> list[str]:
    """What has the form of a date, an address … (any word could be a hostname without a dot)."""
    found = re.findall(rf"(?<![\w.:@+-]){FORMATS[form][0]}(?![\w:@-]|\.\w)", text, re.A)
    return [one for one in found if form != "hostname" or "." in one]
