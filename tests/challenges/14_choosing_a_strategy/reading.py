"""A model that reads well: it knows what stands in a request, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chat_memory.scoreboard.talk import Planted, Talk
from mock_model.tasks.admitting import no_answer

from ..engine.criteria import Message
from ..situations.told_facts import spoken
from .wordings import DENIALS, FORMS, INVENTIONS, LOOKUPS

THINGS = sorted({x for form in (*FORMS, *DENIALS, *INVENTIONS, *LOOKUPS) for x in form.things}, key=len, reverse=True)
NEAR = 200  # characters between a thing and what is said of it
DENIED = re.compile(
    r"\b(?:nobody|no|not|never|none|nothing|neither|nor|without|cannot|false|against|lack\w*|avoid\w*|exclud\w*|dislik\w*|"
    r"reject\w*|refus\w*)\b|n['’]t\b",
    re.I,
)
NO_MORE = re.compile(
    r"\b(?:was|were|from|formerly|previously|instead of|not|longer|old|earlier|before|than)[^\w.!?;\n]+(?:\w+[^\w.!?;\n]+)?$",
    re.I,
)
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")


def thing_of(question: str) -> str:
    """What a question is about."""
    return next(x for x in THINGS if x in question)


def read(planted: Planted, messages: Sequence[Message]) -> str:
    """The reply to a question, from a request that ends with it: what stands there nearest to its end."""
    text = without_the_question(messages, planted.question)
    thing = thing_of(planted.question)
    if planted.kind == "negated":
        about = [
            sentence for sentence in SENTENCE.split(text) if re.search(rf"\b{re.escape(bare(thing))}\b", sentence, re.I)
        ]
        return no_answer(messages) if not about else "No." if DENIED.search(about[-1]) else "Yes."
    places = {value: last_place(value, thing, text) for value in (*planted.answers, *planted.wrong)}
    newest = max(places, key=lambda value: places[value], default="")
    return f"That is {newest}." if newest and places[newest] >= 0 else no_answer(messages)


def without_the_question(messages: Sequence[Message], question: str) -> str:
    """What stands in a request: before its question, and behind it, where a tool was called to answer it."""
    said = [(role, text.rstrip()) for role, text in spoken(messages)]
    *_, number = (0, *(n for n, (role, _) in enumerate(said) if role == "user"))
    return "\n".join(text.removesuffix(question.strip()) if n == number else text for n, (_, text) in enumerate(said))


def last_place(value: str, thing: str, text: str) -> int:
    """Where a value stands last as one that holds ("was 20" does not), near to the thing that it is said of; -1 if nowhere."""
    for found in reversed([*re.finditer(rf"\b{re.escape(value)}\b", text, re.I)]):
        if NO_MORE.search(text[max(0, found.start() - 40) : found.start()]):
            continue
        around = text[max(0, found.start() - NEAR) : found.end() + NEAR]
        if re.search(rf"\b{re.escape(bare(thing))}\b", around, re.I):
            return found.start()
    return -1


def bare(thing: str) -> str:
    """A thing without its article, and of several words the last two: notes leave out what can be left out."""
    return " ".join(thing.removeprefix("the ").split()[-2:])


def standing_in(talk: Talk, text: str) -> list[tuple[Planted, str]]:
    """The facts of a talk that stand in a text, each as it is said there last, and what they answer."""
    found = []
    for planted in talk.planted:
        if planted.kind == "never said":
            continue
        thing = thing_of(planted.question)
        if planted.kind == "negated":
            said = re.search(rf"\b{re.escape(bare(thing))}\b", text, re.I)
            place, fact = (said.start() if said else -1), planted.said[-1].fact
        else:
            values = [*planted.wrong, *planted.answers]
            places = [last_place(value, thing, text) for value in values]
            place = max(places)
            fact = planted.said[min(places.index(place), len(planted.said) - 1)].fact
        if place >= 0:
            found.append((place, fact, planted))
    return [(planted, fact) for _, fact, planted in sorted(found, key=lambda each: each[:2])]
