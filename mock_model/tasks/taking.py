"""Taking: the values of a type that one sentence gives for a property: a number, a member of a list, a date, few words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mock_model.api.schemas import FORMATS, Schema, types
from mock_model.finding.asking import NEGATIVE, Question
from mock_model.finding.brief import brief
from mock_model.finding.matching import how, ties
from mock_model.sentences.kinds import meaning
from mock_model.sentences.lists import NUMBERS, PEOPLE
from mock_model.sentences.reading import Said, Sentence, sentence_of
from mock_model.sentences.stems import base
from mock_model.sentences.values import TIMES
from mock_model.sentences.words import join, words
from mock_model.tasks.prompted import LISTING


def taken(schema: Schema, question: Question, told: Said, several: bool) -> list[Any]:
    """The values for a question, the likeliest first; several where they stand side by side."""
    said = told.sentence
    if listed := [schema["const"]] if "const" in schema else schema.get("enum"):
        return named(listed, said)
    if types(schema) == ["boolean"]:
        met = ties(question, said)
        return [NEGATIVE.isdisjoint(said.low)] if all(met.get(b) in ("same", "derived") for b in question.bases) else []
    if schema.get("format") in FORMATS:
        return written(schema["format"], said.text)
    found = [brief(question, told) or ""]
    if several and types(schema) == ["string"]:
        parts = [part.strip() for part in LISTING.split(said.text[said.text.find(found[0]) :].rstrip(".!"))]
        return parts if found[0] and all(0 < len(part.split()) <= 4 for part in parts) else []
    found += [join(said.words[v.start : v.end]) for v in said.values if v.kind in question.wanted]
    return typed(schema, found, said)


def of_its_kind(question: Question, head: str, said: Sentence, several: bool) -> list[str]:
    """What a sentence names of the kind that a property is: a Friday for a date, names for people, Rome for a city."""
    meant, found = meaning(base(head)), []
    person = base(head) in PEOPLE or not meaning("person").own.isdisjoint(meant.own | meant.near)
    for value in said.values:
        text = join(said.words[value.start : value.end])
        fitting = value.kind in question.wanted and (several or question.wanted <= TIMES | {"duration"})
        if fitting or (value.kind == "name" and (person or how(base(head), meant, sentence_of(text)) == "kind")):
            found.append(text)
    return found


def named(listed: Sequence[Any], said: Sentence) -> list[Any]:
    """The values of a list that a sentence names and does not deny, in its order."""
    spoken, found = [w.base for w in said.words], []
    for place, value in enumerate(listed):
        wanted = [w.base for w in words(re.sub(r"[_-]", " ", str(value)))] if not isinstance(value, bool) else []
        at = next((n for n in range(len(spoken)) if wanted and spoken[n : n + len(wanted)] == wanted), None)
        if at is not None and NEGATIVE.isdisjoint(spoken[max(at - 2, 0) : at]):
            found.append((at, place))
    return [listed[place] for _, place in sorted(found)]


def written(form: str, text: str) -> list[str]:
    """What has the form of a date, an address … (any word could be a hostname without a dot)."""
    found = re.findall(rf"(?<![\w.:@+-]){FORMATS[form][0]}(?![\w:@-]|\.\w)", text, re.A)
    return [one for one in found if form != "hostname" or "." in one]


def typed(schema: Schema, texts: Sequence[str], said: Sentence) -> list[Any]:
    """Texts as they are, or the numbers in them: "1,200 euros", "-7", "four"."""
    if types(schema) not in (["integer"], ["number"]):
        return [text for text in texts if text] if types(schema) in (["string"], []) else []
    found = []
    for text in texts:
        spoken = [NUMBERS[w.low] for w in words(text) if w.low in NUMBERS]
        digits = re.search(r"(\d[\d,]*(?:\.\d+)?)(k)?", text)
        if digits or len(spoken) == 1:
            value = float(digits[1].replace(",", "")) * (1000 if digits[2] else 1) if digits else spoken[0]
            value *= -1 if re.search(rf"(?:minus |(?<!\w)-){re.escape(text)}", said.text) else 1
            found.append(int(value) if value.is_integer() else value)
    return found
