"""Calls: which of the offered functions a turn still needs, and with which arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mock_model.api.functions import INPUT, callable_functions, made, named, parameters, required, turn_of
from mock_model.finding.asking import Question, questions
from mock_model.finding.matching import SHARED, ties
from mock_model.finding.ranking import find
from mock_model.finding.saying import said_again
from mock_model.sentences.reading import read, sentence_of
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import spaced
from mock_model.tasks.arguments import MOST, arguments, heard
from mock_model.tasks.automated import acts, called_again, destinations, not_handed_on
from mock_model.tasks.choosing import requests
from mock_model.tasks.filling import Source
from mock_model.tasks.picking import fitting
from mock_model.tasks.results import from_results, refuses
from mock_model.tasks.taking import kind_of
from mock_model.tasks.wording import rules

Need = tuple[str, list[dict], str | None]  # a function, the arguments of each call, and one that is missing


def calls_for(body: dict) -> tuple[tuple[str, dict | str], ...]:
    """The calls that a turn still needs, or must make: the name of each with its arguments, or a custom tool's input."""
    custom = {tool["custom"]["name"] for tool in body.get("tools") or () if tool["type"] == "custom"}
    calls = [(name, one) for name, found, missing in _needs(body) if not missing for one in found]
    calls = calls[: 1 if body.get("parallel_tool_calls") is False else MOST]
    return tuple((name, one[INPUT] if name in custom else one) for name, one in calls)


def asks_for(body: dict) -> str | None:
    """The question for the first argument that a needed call lacks, "Which city?", unless the last message asked just that."""
    if body["messages"][-1]["role"] != "user":
        return None
    before = text_of(body["messages"][-2:][0])
    return next((asked for *_, lacks in _needs(body) if lacks and (asked := f"Which {spaced(lacks)}?") != before), None)


def _needs(body: dict) -> list[Need]:
    """The functions that a turn still needs, with the arguments of each call, or with one that is missing.

    What the user asks for says which; a call that the turn has made is not made again, unless one is forced.
    """
    (functions, forced), messages = callable_functions(body), body["messages"]
    if not functions or not (forced or messages[-1]["role"] in ("user", "tool")):
        return []
    turn = turn_of(messages)
    before = messages[: len(messages) - len(turn)] or messages  # with the question, if there is one
    functions = functions if forced else not_handed_on(functions, messages)
    wanted = requests(before, functions, forced) if functions else []
    needs = [need for request in wanted for need in _filled(request, functions, messages, len(wanted) == 1, forced)]
    again = called_again(messages)
    now = [call for call in made(turn) if call not in again]
    rest = [(name, [one for one in calls if (name, one) not in now], lacks) for name, calls, lacks in needs]
    if forced:
        return [need for need in rest if need[1]] or _next(functions, messages, now) or needs
    return _unknown([need for need in rest if need[1] or need[2]], before) if wanted else []


def _next(functions: list[dict], messages: Sequence[dict], done: list[tuple[str, dict]]) -> list[Need]:
    """Where all that was asked for is called, and a call must be made: of the functions left, the one that holds the results.

    A class has a name with a capital letter: a form for the answer. Other functions hold something if it was in no call yet.
    """
    called = {name for name, _ in done}
    left = [function for function in functions if function["name"] not in called] if called else []
    calls = [arguments(function, "", _source(messages, messages, function), True)[0][0] for function in left]
    asked = [value for _, given in done for value in given.values()]

    def held(at: int) -> tuple[bool, float]:
        name, known = left[at]["name"], parameters(left[at])
        new = [value for key, value in calls[at].items() if value != known[key]["least"] and value not in asked]
        return bool(heard("last").search(spaced(name))) or name[0].isupper(), len(new) / max(len(known), 1)

    best = max(range(len(left)), key=held, default=0)
    return [(left[best]["name"], [calls[best]], None)] if left and any(held(best)) else []


def _filled(
    request: tuple[str, dict, dict], functions: list[dict], messages: Sequence[dict], alone: bool, forced: bool
) -> Iterator[Need]:
    """The calls of a function that is asked for; where an argument is missing, another function may be asked for it first."""
    text, function, given = request
    turn = turn_of(messages)
    before = messages[: len(messages) - len(turn)] or messages
    if (led := destinations(function)) and required(function):
        yield function["name"], [_handed_on(function, led, text)], None
        return
    calls, missing = arguments(function, text, _source(messages, before, function) if forced else None, forced)
    if missing and text in (asked := text_of(before[-1])):  # another part of the message may say it
        calls, missing = _completed(calls, function, text, asked, alone)
    for heard_in in (turn, messages):  # what a function has answered comes before what was said
        if missing and heard_in and not given:
            found, missing = arguments(function, text, _source(heard_in, before, function))
            calls = [found[0] | one for one in calls]
    missing = None if missing in given else missing
    if missing and (first := _telling_of(missing, function, functions, text)):
        yield first
    yield function["name"], [given | one for one in calls], missing


def _handed_on(function: dict, led: dict[str, str], text: str) -> dict:
    """The arguments of a call that hands a request on: to whom, and the request itself for what else is a text."""
    known = parameters(function)
    to = next(
        (name for name in required(function) if re.search(r"agent|\bto\b|name", spaced(name))), required(function)[0]
    )
    given = {name: text if kind_of(known[name]) == "string" else known[name]["least"] for name in required(function)}
    return given | {to: fitting(led, text)}


def _completed(calls: list[dict], function: dict, text: str, asked: str, alone: bool) -> tuple[list[dict], str | None]:
    """The calls with what the rest of the message says for them: "find a hotel there" after "the weather in Faro"."""
    earlier = bool(heard("earlier").search(text))
    before = asked[: asked.find(text)]
    found, missing = arguments(function, before if earlier else asked)
    if alone and not earlier:
        return found, missing
    known = [name for name in required(function) if not _asked_for(spaced(name), before)]
    needed = [{name: one[name] for name in known if name in one} for one in (found[-1:] if earlier else found)]
    whole = [one | call for one in needed for call in calls]
    return whole, next((name for name in required(function) if name not in whole[0]), None)


def _asked_for(name: str, text: str) -> bool:
    """Whether a text asks for what another request needs: "In which town does she live, and how warm is it there?"."""
    return bool(re.search(rf"\b(?:which|what) {re.escape(name.split(' ')[-1])}\b", text, re.I))


def _source(messages: Sequence[dict], before: Sequence[dict], function: dict) -> Source:
    """What messages say for the arguments of a function; the answer, if it wants one, is in the results or before."""

    told = [message for message in messages if not refuses(message)]

    def answer() -> str:
        if messages[-1]["role"] == "tool" and told[-1:] == [messages[-1]]:
            return from_results(messages)
        said = read(before[:-1])
        known = [find(question, said) for question in questions(text_of(before[-1]))[:MOST]]
        return " ".join(said_again(one, said) for one in known if one.sure)

    return Source(told or before, rules(messages), answer, function.get("parameters") or {})


def _telling_of(missing: str, function: dict, functions: list[dict], text: str) -> Need | None:
    """The call of another function that tells what is missing, and lacks nothing itself: where somebody is, for a city."""
    thing = Question(spaced(missing))
    for other in functions:
        if other is not function and missing not in named(other) and not acts(other):
            told = sentence_of(f"{spaced(other['name'])} {other.get('description') or ''}")
            calls, lacks = arguments(other, text)
            if not lacks and any(tie in SHARED for tie in ties(thing, told).values()):
                return other["name"], calls, None
    return None


def _unknown(needs: list[Need], before: Sequence[dict]) -> list[Need]:
    """What is neither known nor called for in an earlier turn, unless it may have changed: "What's the weather now?"."""
    asked, said = text_of(before[-1]), read(before[:-1])
    known = [find(question, said) for question in questions(asked)[:MOST]]
    if not known or not all(one.told for one in known) or heard("afresh").search(asked):
        return needs
    sure, done = all(one.sure for one in known), list(made(before))
    left = [(name, [one for one in calls if (name, one) not in done], lacks) for name, calls, lacks in needs]
    return [need for need in left if need[1] and not (need[2] and sure)]
