"""Choosing: which of the offered functions a message asks for, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from mock_model.api.functions import made, named, required
from mock_model.finding.asking import Question
from mock_model.finding.matching import SHARED, WORTH, ties
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.reading import is_question, sentence_of
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import sentences, spaced, words
from mock_model.tasks.arguments import arguments, heard, telling
from mock_model.tasks.automated import acts, asks_on, explained, hands_to

PARTS = re.compile(r"(?<=[\w\"”'’)])(?=(?:,? (?:and|then)|[,;]) )")  # where one request may end and another begin
TELLS = re.compile(
    r"\W*(?:(?:and|then)\W+)?(?:my|our|i|we|it|he|she|they|this|that) ", re.I
)  # ", my boat is 8 metres long"
WHAT_IS = re.compile(r"\W*what(?:['’]s| is| are) (?:an? |the )?[\w-]+\W*", re.I)  # asks about the thing itself
ENOUGH, ANOTHER, LED = (
    1.2,
    2.0,
    1.0,
)  # that a request shares with a function; a further part of it; one that a verb begins
VERB, NAMED = 1.0, 0.3  # for the verb of a function's name; for the name of something that it needs
MOST = 8  # requests, and user messages that are looked back


def requests(messages: Sequence[dict], functions: list[dict], forced: bool) -> list[tuple[str, dict, dict]]:
    """What the last message asks for: a text, the function for it, and the arguments that an earlier call had."""
    users = [text_of(message) for message in messages if message["role"] == "user"] or [text_of(messages[-1])]
    functions = explained(functions, messages)
    if found := [(*request, {}) for request in islice(_asked(users[-1], functions), MOST)]:
        return found
    follows = heard("follow up").match(users[-1])  # "And in Rome?" after a call, "Paris." after "Which city?"
    for back in range(2, min(len(users), MOST) + 1) if follows or text_of(messages[-2:][0]).endswith("?") else ():
        for text, function in _asked(users[-back], functions):
            done = [call for name, call in made(messages) if name == function["name"]] or arguments(function, text)[0]
            whole = " for ".join([text.rstrip("?!. "), *users[1 - back :]])
            return [(users[-1], function, done[-1]) if follows else (whole, function, {})]
    if not forced:
        return []
    shared = {one["name"]: (_shared(one, users[-1]), _held(one, users[-1])) for one in functions}
    return [(users[-1], max(functions, key=lambda one: shared[one["name"]]), {})]


def _held(function: dict, text: str) -> int:
    """How many arguments of a function a text gives, less one if it lacks another."""
    found, missing = arguments(function, text)
    return len(found[0]) - bool(missing) if found else 0


def _asked(text: str, functions: list[dict]) -> Iterator[tuple[str, dict]]:
    """The parts of a message that ask for something that a function does, each with the function that fits it best."""
    for sentence in dict.fromkeys(sentences(text)):
        verbs = [is_verb(w.base) for w in words(heard("opening").sub("", sentence)) if w.low != "please"]
        asks = verbs[:1] == [True] or not any(verbs) or is_question(sentence) or heard("wish").match(sentence)
        if not asks or heard("thanks").match(sentence) or Question(sentence).of_assistant:
            continue
        found: list[tuple[str, dict]] = []
        for part in PARTS.split(sentence):
            shared, at = max((_fit(function, part), -n) for n, function in enumerate(functions))
            tells = bool(found) and bool(TELLS.match(part)) and not heard("wish").search(part)
            led = _verb(part) or (asks_on(functions[-at]) and not WHAT_IS.fullmatch(sentence))
            to_somebody = asks_on(functions[-at]) or hands_to(functions[-at]["name"])
            if heard("troubled").match(sentence) and not to_somebody:
                continue
            if not tells and shared >= (LED if led else ANOTHER if found else ENOUGH):
                found.append((part, functions[-at]))
            elif found:
                found[-1] = (found[-1][0] + part, found[-1][1])
        yield from found


def _fit(function: dict, asked: str) -> float:
    """How well a function fits a request: what they share; its verb; and, of several, what is named first."""
    named_first = [n for n, w in enumerate(words(asked)) if w.base in telling(function["name"])]
    first = words(spaced(function["name"]))[:1]
    same_verb = bool(first) and first[0].base == _verb(asked) and (acts(function) or bool(telling(first[0].text)))
    only_asks = is_question(asked) and not heard("wish").match(asked)
    return (
        _shared(function, asked)
        + VERB * same_verb
        + NAMED * any(sentence_of(asked).bases >= telling(name) > set() for name in required(function))
        + 0.1 / (1 + min(named_first, default=9))
        - (only_asks and acts(function))
    )


def _verb(asked: str) -> str:
    """The base form of the verb that a request begins with, if one does."""
    first = words(heard("opening").sub("", asked).strip(" ,;"))[:1]
    return first[0].base if first and is_verb(first[0].base) else ""


def _shared(function: dict, asked: str) -> float:
    """How much a request has in common with a function: 2 for a word of its name, 1 for one of its description.

    A word that names a parameter speaks for a value more than for the function: 1.5 in the name, none in the description.
    """
    values = frozenset().union(*map(telling, named(function)))
    name, described = telling(function["name"]), telling(function.get("description") or "")
    weighed = ((2, name - values), (1.5, name & values), (1, described - name - values))
    met = ((weight, ties(Question(" ".join(sorted(part))), sentence_of(asked)).values()) for weight, part in weighed)
    return sum(weight * WORTH[tie] for weight, found in met for tie in found if tie in SHARED)
