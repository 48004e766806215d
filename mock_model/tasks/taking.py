"""Taking: the values of a type in a text: members of a list, yes or no, numbers, dates and other texts of a kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mock_model.api.schemas import FORMATS, Schema, types
from mock_model.finding.asking import NEGATIVE, Question
from mock_model.finding.brief import brief
from mock_model.finding.matching import how, ties
from mock_model.sentences.kinds import meaning
from mock_model.sentences.lists import MONTHS, PEOPLE, SMALL, phrases
from mock_model.sentences.reading import Said, sentence_of
from mock_model.sentences.stems import base
from mock_model.sentences.values import TIMES, numbers
from mock_model.sentences.words import join, spaced, words

HOME, MONEY, YOU = (phrases(name, "filling.txt") for name in ("home", "money", "you"))
ONE_NAME = {"first": 0, "given": 0, "last": -1, "family": -1}
NAME = re.compile(r"(?:(?:full|first|given|last|family) )?name")
_DAY, _MONTH = r"(\d{1,2})(?:st|nd|rd|th)?", rf"({'|'.join(sorted(MONTHS, key=len, reverse=True))})"
DATE = re.compile(
    rf"\b(?:{_DAY}(?: of)? {_MONTH}|{_MONTH}\.? {_DAY}),? (\d{{4}})\b", re.I
)  # 1 March 2027, May 3rd, 2027
LISTING = re.compile(r",\s*(?:and\s+)?|\s+and\s+", re.I)


def kind_of(schema: Schema) -> str:
    """The first type that a schema allows beside null."""
    return next((kind for kind in types(schema) if kind != "null"), "string")


def asking(schema: Schema, name: str, owner: str = "") -> list[Question]:
    """The questions for a property or a parameter: one made of its name, of a short description, of what it means."""
    asks = "How many" if kind_of(schema) in ("integer", "number") else "What"
    described, whose = str(schema.get("description") or "").rstrip(".?"), f"{owner}'s " if owner else ""
    found = [Question(f"{asks} {name.split(' ')[-1]} is my {whose}{name}?")]
    if 0 < len(described.split()) <= 10:
        found.append(Question(f"What is {described}?"))
    if HOME.fullmatch(name) and asks == "What":
        found += map(Question, [f"Where does my {owner} live?"] if owner else ["Where do I live?", "Where am I from?"])
    if asks == "What" and not owner and (YOU.fullmatch(name) or NAME.fullmatch(name)):
        found += [Question("What name is my name?"), Question("Who am I?")]
    return found


def called(name: str, value: Any) -> Any:
    """What a property of this name holds of a name: "Silva" of "Ana Silva" for a last name."""
    which = ONE_NAME.get(name.split(" ")[0]) if NAME.fullmatch(name) and isinstance(value, str) and value else None
    return value if which is None else value.split()[which]


def taken(schema: Schema, question: Question, text: str, parts: Sequence[str] | None = None) -> list[Any]:
    """All values for a question in a text, by their type: out of these parts of it, or else those of the kind that is wanted."""
    said, kind, form = sentence_of(text), kind_of(schema), schema.get("format")
    if listed := [schema["const"]] if "const" in schema else schema.get("enum"):
        spoken = " ".join(["", *(word.base for word in said.words), ""])
        named = {n: " ".join(["", *(word.base for word in words(spaced(str(v)))), ""]) for n, v in enumerate(listed)}
        at = {n: spoken.find(one) for n, one in named.items() if one.strip() and not isinstance(listed[n], bool)}
        told = [n for n in at if at[n] >= 0 and NEGATIVE.isdisjoint(spoken[: at[n]].split()[-2:])]
        return [listed[n] for n in sorted(told, key=lambda n: at[n])]  # what is denied is none
    if kind == "boolean":  # "with breakfast", "I have no children"
        bases, met = set(question.bases) or {question.words[1].base}, ties(question, said)
        place = next((n for n, word in enumerate(said.words) if word.base in bases), None)
        before = [word.low for word in said.words[:place]]
        told = bases <= {word.base for word in said.words} | {one for one in met if met[one] == "derived"}
        return [NEGATIVE.isdisjoint(" ".join(before).split(",")[-1].split())] if told else []
    if form in FORMATS:
        return written(form, text)
    if kind == "string":  # a clock is a time, and no date
        wanted = question.wanted
        wanted = wanted - {"clock", "duration"} if "date" in wanted else wanted - TIMES | wanted & {"clock"}
        parts = [one for kind, one in valued(text) if kind in wanted] if parts is None else parts
        return [one for one in parts if one]
    dated = TIMES - {"year"} if "year" in question.low else TIMES
    spoken = [text] if parts is None else parts
    found = [number for part in spoken for one, number in numbers(words(part)) if one not in dated]
    if any(MONEY.fullmatch(one) for one in question.bases):  # "3 rooms, at most 950 euros": the rent is no 3
        found = [number for kind, number in numbers(said.words) if kind == "money"] or found
    return [int(n) if n == int(n) else n for n in found if kind == "number" or n == int(n)]


def answering(schema: Schema, question: Question, told: Said, several: bool) -> list[Any]:
    """The values in a sentence that answers a question, the likeliest first; several where they stand side by side."""
    parts = [brief(question, told) or "", *(text for kind, text in valued(told.text) if kind in question.wanted)]
    if several and kind_of(schema) == "string":
        start = _start(told.text, told.text.find(parts[0])) if parts[0] else 0
        parts = [one.strip() for one in LISTING.split(told.text[start:].rstrip(".!")) if parts[0]]
        parts = parts if all(0 < len(one.split()) <= 4 for one in parts) else []
        if is_person(question.words[1].base):
            parts = [one for one in parts if one[0].isupper() or not PEOPLE.isdisjoint(map(base, one.lower().split()))]
    if question.where:
        parts = [
            one
            for one in parts
            if re.search(rf"\b(?:in|at|near|from) (?:the )?{re.escape(one)}", told.text, re.I) and one
        ]
    if question.low >= {"who", "am"}:
        parts = [one for one in parts if ("name", one) in valued(told.text)]
    return taken(schema, question, told.text, parts)


def _start(text: str, at: int) -> int:
    """Where the list begins that has a member here: with "nuts" in "allergic to nuts and shellfish"."""
    for before in reversed([*re.finditer(r"(\w+)(?:,\s*(?:and\s+)?|\s+and\s+)", text[:at], re.I)]):
        if before.end() != at or before[1].lower() in SMALL:
            break
        at = before.start()
    return at


def of_its_kind(question: Question, head: str, text: str, several: bool) -> list[str]:
    """What a text names of the kind that a property is: a Friday for a date, names for people, Rome for a city."""
    meant, wanted = meaning(base(head)), question.wanted
    person = is_person(base(head))
    wanted = wanted if several or wanted <= TIMES | {"duration"} else ()
    named = [(kind, one, person or how(base(head), meant, sentence_of(one)) == "kind") for kind, one in valued(text)]
    return [one for kind, one, fitting in named if kind in wanted or (kind == "name" and fitting)]


def is_person(noun: str) -> bool:
    """Whether a noun, in its base form, is a word for people."""
    meant = meaning(noun)
    return noun in PEOPLE or not meaning("person").own.isdisjoint(meant.own | meant.near)


def valued(text: str) -> list[tuple[str, str]]:
    """The values of a text, each with its kind, as they were written."""
    said = sentence_of(text)
    return [(v.kind, re.sub(r"['’]s$", "", join(said.words[v.start : v.end]))) for v in said.values]


def written(form: str, text: str) -> list[str]:
    """What has the form of a date, an address … (any word could be a hostname without a dot)."""
    found = re.findall(rf"(?<![\w.:@+-]){FORMATS[form][0]}(?![\w:@-]|\.\w)", text, re.A)
    if form == "date":
        found += [_as_date(one[1] or one[4], one[2] or one[3], one[5]) for one in DATE.finditer(text)]
    return [one for one in found if form != "hostname" or "." in one]


def _as_date(day: str, month: str, year: str) -> str:
    """A date as ISO 8601 writes it, whether there is such a day or not."""
    number = "jan feb mar apr may jun jul aug sep oct nov dec".split().index(month[:3].lower()) + 1
    return f"{year}-{number:02}-{int(day):02}"
