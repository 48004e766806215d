"""Calling functions: which of the offered functions a message needs, and what their results say.

A function is needed when a question or a request shares words with its name or description. An argument that is
required and not said is asked for (`asks_for`), never invented.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mock_model import lexicon as lx
from mock_model.answering import answer
from mock_model.arguments import (
    GENERAL,
    MOST_CALLS,
    POLITE,
    WISH,
    arguments,
    kind_of,
    parameters,
    required,
    telling_words,
)
from mock_model.clauses import is_question
from mock_model.language import as_sentence, is_verb, lemma, sentences, words
from mock_model.questions import questions
from mock_model.reading import read
from mock_model.transcript import text_of

MOST_LINES = 8  # of a result that are told
DEFAULTS = {"integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}
FOLLOW_UP = re.compile(r"\W*(?:and|what about|how about|or)\b(?! (?:you|your|my|i)\b)", re.I)
AFRESH = re.compile(r"\b(?:again|now|currently|refresh|update[ds]?|once more|latest|new)\b", re.I)
THANKS = re.compile(r"\W*(?:thanks?|cheers|great|perfect|nice|good|ok|okay|cool)\b", re.I)
PARTS = re.compile(  # where one request ends and another begins
    r",? (?:and|then) (?=what|how|when|where|who|is\b|are\b|will\b|the \w+ (?:\w+ )?(?:in|of|for)\b"
    r"|[a-z]+ (?:me|the|an?)\b)|; ",
    re.I,
)
Call = tuple[str, dict]


class Need(NamedTuple):
    """A function that a request needs."""

    function: dict
    calls: list[dict]  # the arguments of each call
    missing: str | None  # a required argument that the request does not give


# ---- calls ----


def calls_for(body: dict) -> tuple[Call, ...]:
    """The calls that the last message needs: (function name, arguments) each, or nothing.

    `tool_choice` is obeyed: "none" calls nothing, "required" or a named function always calls. With
    `parallel_tool_calls` false there is one call at most. What has been called before is not called again where the
    messages answer the question, unless it says "now" or "again".
    """
    if not body.get("tools"):
        return ()
    messages = body["messages"]
    offered, forced = _offered(body)
    calls = [
        (n.function["name"], given) for n in _needs(messages, offered, forced) if not n.missing for given in n.calls
    ]
    done = [] if forced or AFRESH.search(text_of(messages[-1])) else list(_done(messages))
    if any(call in done for call in calls) and _is_known(messages):
        calls = [call for call in calls if call not in done]
    return tuple(calls[: 1 if body.get("parallel_tool_calls") is False else MOST_CALLS])


def asks_for(body: dict) -> str | None:
    """The question for the first argument that a needed call lacks: "Which city?"; None when none lacks any."""
    offered, forced = _offered(body)
    missing = next((n.missing for n in _needs(body["messages"], offered, forced) if n.missing), None)
    return f"Which {missing.replace('_', ' ')}?" if missing else None


def _offered(body: dict) -> tuple[list[dict], bool]:
    """The functions that may be called, and whether one must be."""
    choice = body.get("tool_choice") or "auto"
    functions = [t["function"] for t in body.get("tools") or () if t.get("type") == "function"]
    if isinstance(choice, dict) and "allowed_tools" in choice:
        allowed = choice["allowed_tools"]
        names = {tool["function"]["name"] for tool in allowed["tools"]}
        return [f for f in functions if f["name"] in names], allowed["mode"] == "required"
    if isinstance(choice, dict):
        return [f for f in functions if f["name"] == choice.get("function", {}).get("name")], True
    return [] if choice == "none" else functions, choice == "required"


def _done(messages: Sequence[dict]) -> Iterator[Call]:
    """The calls made so far."""
    for message in messages:
        for call in message.get("tool_calls") or ():
            try:
                yield call["function"]["name"], json.loads(call["function"]["arguments"])
            except (KeyError, ValueError):
                continue


def _is_known(messages: Sequence[dict]) -> bool:
    """Whether the messages answer what the last one asks."""
    notes = read(messages)
    asking = questions(text_of(messages[-1]), notes.topics)
    return bool(asking) and all(answer(question, notes) for question in asking)


def _needs(messages: Sequence[dict], offered: list[dict], forced: bool) -> list[Need]:
    """The functions that the last message needs."""
    if not offered or messages[-1]["role"] != "user":
        return []
    asked = text_of(messages[-1])
    users = [text_of(m) for m in messages if m["role"] == "user"]
    found = [need for request in _requests(asked, offered) for need in _by_parts(request, offered, users)]
    if not found and FOLLOW_UP.match(asked):
        found = _followed_up(messages, offered, asked)
    if not found and len(users) > 1 and messages[-2]["role"] == "assistant" and text_of(messages[-2]).endswith("?"):
        both = f"{users[-2].rstrip('?!. ')} {asked}"  # an answer to "Which city?"
        found = _by_parts(both, offered, users) if _requests(users[-2], offered) else []
    if not forced:
        return found
    best = max(offered, key=lambda f: _score(f, asked, users))
    found = found or [Need(best, *arguments(best, asked, users))]
    return [Need(n.function, _filled(n.function, n.calls, asked), None) for n in found]


def _filled(function: dict, found: list[dict], asked: str) -> list[dict]:
    """The arguments of a call that must be made, something of the right type where the request gives nothing."""
    known = parameters(function)
    defaults = {}
    for name in required(function):
        spec = known.get(name, {})
        defaults[name] = spec["enum"][0] if spec.get("enum") else DEFAULTS.get(kind_of(spec), asked.strip())
    return [{n: (defaults | given)[n] for n in (*known, *defaults) if n in defaults | given} for given in found or [{}]]


def _requests(asked: str, offered: list[dict]) -> list[str]:
    """The sentences of a message that ask or order something."""
    doing = lx.VERBS.union(*(telling_words(f["name"]) for f in offered))
    found = []
    for sentence in sentences(asked):
        spoken = words(POLITE.sub("", sentence, count=1))
        order = spoken and {spoken[0].low, spoken[0].lemma} & doing
        short = not THANKS.match(sentence) and not any(is_verb(w) for w in spoken)  # "Weather in Rome"
        if is_question(sentence) or WISH.match(sentence) or order or short:
            found.append(sentence)
    return found


def _by_parts(request: str, offered: list[dict], users: Sequence[str]) -> list[Need]:
    """What a request needs: a function for each of its parts, if each part needs one, or one for all of it."""
    parts = PARTS.split(request)
    each = [_best(part, offered, users) for part in parts]
    if len(parts) > 1 and all(need and not need.missing for need in each):
        return [need for need in each if need]
    best = _best(request, offered, users)
    return [best] if best else []


def _best(asked: str, offered: list[dict], users: Sequence[str]) -> Need | None:
    """The function that fits a request best, if one fits."""
    best = max(offered, key=lambda f: _score(f, asked, users))
    return Need(best, *arguments(best, asked, users)) if _score(best, asked, users) >= 1.5 else None


def _score(function: dict, asked: str, users: Sequence[str]) -> float:
    """How much a request has in common with a function: 2 for a word of its name, 1 for one of its description."""
    name = telling_words(function["name"])
    described = telling_words(function.get("description") or "")
    for parameter in parameters(function):  # "city" speaks for a value, not for the function
        described -= telling_words(parameter.lower())
    spoken = [w for w in words(asked) if w.text[0].isalpha()]
    said = {w.lemma for w in spoken} | {kind for w in spoken for kind in lx.KIND_OF.get(w.low, ())}
    common = 2 * len(said & name) + len(said & (described - name))
    if not common:
        return 0
    calls, missing = arguments(function, asked, users)
    return common - 0.5 if missing else common + bool(calls and calls[0])


def _followed_up(messages: Sequence[dict], offered: list[dict], asked: str) -> list[Need]:
    """ "And in Rome?" after a call: the same call with what is new."""
    for name, before in reversed(list(_done(messages))):
        function = next((f for f in offered if f["name"] == name), None)
        if function and isinstance(before, dict):
            calls, _ = arguments(function, asked)
            return [Need(function, [before | new for new in calls if new], None)]
    return []


# ---- results ----

FIELD = re.compile(r"(?P<name>[\w ]{1,40}): (?P<value>.*)")
SHOWN = {"True": "yes", "False": "no", "None": "unknown"}


def from_results(messages: Sequence[dict]) -> str:
    """What the functions said: the results at the end of the messages."""
    asked = next((text_of(m) for m in reversed(messages) if m["role"] == "user"), "")
    calls = {call.get("id"): call for m in messages for call in m.get("tool_calls") or ()}
    said: list[str] = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        said.insert(0, _told(text_of(message), _called(calls.get(message.get("tool_call_id"), {})), asked))
    return " ".join(said)


def _called(call: dict) -> str:
    """What a call was for: "weather for Paris" for get_weather(city="Paris")."""
    function = call.get("function") or {}
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", function.get("name") or "function").lower()
    try:
        given = json.loads(function.get("arguments") or "{}")
    except ValueError:
        given = {}
    shown = [str(v) for v in given.values() if v not in (None, "")] if isinstance(given, dict) else []
    first, _, rest = name.partition(" ")
    thing = rest if rest and lemma(first) in GENERAL else f"result of {name}"
    return f"{thing} for {', '.join(shown)}" if shown else thing


def _told(result: str, about: str, asked: str) -> str:
    """One result in words: the fields of JSON or the lines of a text; of many those with words of the question."""
    lines = [line.strip() for line in result.splitlines() if line.strip(" []{}")]
    if not lines or lines == ["None"]:
        return f"There is no {about}."
    wanted = {w.lemma for w in words(asked) if w.low not in lx.SMALL}
    order = sorted(range(len(lines)), key=lambda n: (-len(wanted & {w.lemma for w in words(lines[n])}), n))
    told = [lines[n] for n in sorted(order[:MOST_LINES])]
    more = [f"and {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
    fields = [FIELD.fullmatch(line) for line in told]
    if fields[0] and fields[0]["name"] == "error":
        return as_sentence(f"There is no {about}: {fields[0]['value']}")
    if not all(fields) and any(is_verb(w) for w in words(told[0])):
        return " ".join(as_sentence(t) for t in told + more)
    parts = [f"{f['name']} {SHOWN.get(f['value'], f['value'])}" if f else t for f, t in zip(fields, told, strict=True)]
    return as_sentence(f"The {about} is: {', '.join(p.rstrip('.') for p in parts + more)}")
