"""Extracting: facts about the user, asked for as JSON or one a line, and told in the form that the prompt shows.

The prompt and what it is about may stand in a system message, in a user's, or in both: known facts with their numbers,
and messages with theirs, as JSON or line by line; else the conversation itself is meant. `learning` says which facts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mock_model.handover import BEFORE, LATER, ROLES, asks, parts, said_in
from mock_model.language import sentences
from mock_model.learning import Fact, Numbered, facts_in
from mock_model.lexicon import NUMBER_WORDS
from mock_model.orders import instructing_text
from mock_model.quoting import Quoted, lists_in, text_in, without_lists
from mock_model.transcript import text_of

# ---- is it asked for, and how? ----

WHO = r"(?:user|customer|client|person|speaker|human)"
ASKED = re.compile(
    rf"{BEFORE}(?:(?:read|go|look|study|from|given|using|for|in)\b[^.\n]{{1,90}}?(?:,|:|\band) *)?"
    r"(?:(?:you )?(?:extract|list|collect|gather|identify|find|note|record|pull|pick|return|output|write|give|keep|store"
    r"|save|remember)(?:s|es)?\b|(?:which|what)\b)"
    rf"(?!.*\byou (?:know|remember)\b).{{0,160}}?\b(?:facts?|memor(?:y|ies)|what (?:the |a |this |each )?{WHO}\b"
    rf"|about (?:the |this |a )?(?:{WHO}|themsel\w+|me)\b)",
    re.I | re.S,
)
AS_JSON = re.compile(r"\bJSON\b|\b(?:list|array) of (?:strings|objects)\b", re.I)
BY_LINE = re.compile(
    r"\bone (?:\w+ )?(?:per|a|each|to a|on each) line\b|\bon (?:a|its own|a new|a separate) line\b|\b(?:a|one) line each\b"
    r"|\beach line\b",
    re.I,
)
ORDERS = re.compile(r"\b(?:instructions?|orders?|commands?)\b", re.I)
UNLISTED = re.compile(
    r"(?:\bnot|\bnever|\bneither|\bnor|n['’]t)\b.*\b(?:list|extract|record|stor|includ|sav|keep|not(?:e|ed)\b|remember|add)"
    r"|\b(?:ignore|ignored|skip|omit|drop|exclude|leave (?:them )?out)\b",
    re.I,
)
MOST = re.compile(
    rf"\b(?:at most|up to|no more than|maximum(?: of)?) (\d{{1,3}}|{'|'.join(NUMBER_WORDS)}) (?:\w+ )?facts?\b", re.I
)
IF_NONE = re.compile(
    r"\b(?:write|answer|reply|say|return|output)(?: only| just)? [\"'“](\w+)[\"'”][^.]*\b(?:if|when)\b", re.I
)
MEANINGS = {  # what a key of the example stands for, by its name
    "replaces": re.compile("replac|correct|supersed|updat|old|known|previous|instead", re.I),
    "message": re.compile(r"message|source|turn|origin|index|line|number|\bid\b|_id$|said", re.I),
    "text": re.compile("fact|text|note|memory|statement|sentence|content|value", re.I),
}


class Form(NamedTuple):
    """How the facts are to be written."""

    keys: dict[str, str]  # of each object, with what they stand for; none: the facts are plain strings
    inside: str = ""  # the key of an object around the list
    by_line: bool = False  # no JSON
    none: str = "None"  # what is written by line where there is no fact


class Task(NamedTuple):
    """Which facts are to be extracted."""

    messages: tuple[tuple[int, dict], ...]
    known: tuple[Numbered, ...]
    form: Form
    instructions: bool  # those of users are listed too
    most: int | None  # facts


def extraction_task(messages: Sequence[dict]) -> Task | None:
    """What the last message, or a system message before it, asks to extract; None where it asks for something else."""
    last = messages[-1]
    prompts = [m for m in messages if m["role"] in ("system", "developer") and _asks(m)]
    mine = last["role"] == "user" and _asks(last)
    if last["role"] != "user" or not (prompts or mine):
        return None
    asking = [*prompts, *([last] if mine else [])]
    prompt = "\n".join(text_of(m) if m is not last else instructing_text(m) for m in asking)
    given = [text_of(m) for m in ([*prompts, last] if prompts else [last])]
    talk = [one for text in given for one in _messages(text)]
    if not talk:
        talk = _history(messages[:-1] if mine else messages)
    known = tuple(fact for text in given for fact in _known(text))
    most = MOST.search(prompt)
    ordered = any(ORDERS.search(s) and UNLISTED.search(s) for s in sentences(prompt))
    form = _form("\n".join(text_of(m) for m in asking), prompt)
    return Task(tuple(talk), known, form, not ordered, _whole(most[1]) if most else None)


def _asks(message: dict) -> bool:
    own = instructing_text(message)
    shown = own if message["role"] == "user" else text_of(message)
    own = without_lists(own)
    if not any(ASKED.match(s) and not LATER.search(s) for s in sentences(own)):
        return False
    return bool(AS_JSON.search(shown)) or (bool(BY_LINE.search(own)) and not asks(own))


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else int(NUMBER_WORDS[text.lower()])


def _form(text: str, prompt: str) -> Form:
    """The form that a prompt shows in an example, or describes."""
    if not AS_JSON.search(prompt):
        none = IF_NONE.search(prompt)
        return Form({}, by_line=True, none=none[1] if none else "None")
    example = next((q for q in lists_in(text) if _is_example(text, q)), None)
    around = re.search(r"\{\s*[\"'](\w+)[\"']\s*:\s*$", text[: example.start]) if example else None
    inside = around[1] if around else ""
    if example:
        shown = example.items[0]
        return Form(meanings(shown) if isinstance(shown, dict) else {}, inside)
    drawn = re.search(r"\{[^{}]*?[\"']\w+[\"']\s*:[^{}]*\}", text)  # [{"fact": …, "message": …}]
    named = re.search(r"\b(?:keys?|fields?|propert(?:y|ies))\b[^.\n]*", text, re.I)
    names = re.findall(r"[\"'](\w+)[\"']\s*:", drawn[0]) if drawn else []
    names = names or (re.findall(r"[\"'`“](\w+)[\"'`”]", named[0]) if named else [])
    return Form(meanings(dict.fromkeys(names)), inside)


def meanings(shown: dict) -> dict[str, str]:
    """What the keys of an object stand for: by their names, and the text also by its value."""
    found: dict[str, str] = {}
    for key, value in shown.items():
        names = [m for m, pattern in MEANINGS.items() if pattern.search(key) and m not in found.values()]
        if isinstance(value, str) and " " in value and "text" not in found.values():
            names = ["text"]
        found[key] = names[0] if names else ""
    if found and "text" not in found.values():
        found[next(iter(found))] = "text"
    return found


# ---- what is handed over ----


def _is_example(text: str, quoted: Quoted) -> bool:
    before = text[max(quoted.start - 60, 0) : quoted.start]
    shown = re.search(r"\b(?:example|such as|like|format|form|schema|e\.g\.)(?:[^.\n]|\.g\.)*$", before, re.I)
    return not _is_talk(quoted) and bool(shown or not re.search("known|already|stored|existing", quoted.heading, re.I))


def _is_talk(quoted: Quoted) -> bool:
    return any(isinstance(item, dict) and "role" in item for item in quoted.items)


def _messages(text: str) -> Iterator[tuple[int, dict]]:
    """The messages of a text, each with its number or its place."""
    found = [item for q in lists_in(text) if _is_talk(q) for item in q.items if isinstance(item, dict)]
    for place, item in enumerate(found, 1):
        role = str(item.get("role", "user")).lower()
        yield _number(item, place), {"role": ROLES.get(role, role), "content": said_in(item)}
    if found:
        return
    numbers = [int(n) for n in re.findall(r"^\W*(\d+)\W+(?:user|assistant|human|ai|system)\b", text, re.I | re.M)]
    talk = parts(_without_known(without_lists(text))).talk
    for place, message in enumerate(talk, 1):
        yield (numbers[place - 1] if len(numbers) == len(talk) else place), message


def _history(messages: Sequence[dict]) -> list[tuple[int, dict]]:
    """The conversation of the request itself, by its places."""
    said = [m for m in messages if m["role"] in ("user", "assistant")]
    return [(place, {"role": m["role"], "content": text_of(m)}) for place, m in enumerate(said, 1)]


KNOWN_LINES = re.compile(
    r"^\W*[^\n:]*\b(?:known|already|existing|stored)\b[^\n:]*:[ \t]*\n(?P<lines>(?:[ \t]*(?:[-*•\[(]|\d)[^\n]*\n?)+)",
    re.I | re.M,
)


def _known(text: str) -> Iterator[Numbered]:
    """The known facts of a text, each with its number or its place."""
    lists = [q for q in lists_in(text) if not _is_talk(q) and not _is_example(text, q)]
    items = [item for quoted in lists for item in quoted.items]
    for place, item in enumerate(items, 1):
        if said := text_in(item):
            yield _number(item, place) if isinstance(item, dict) else place, said
    lines = KNOWN_LINES.search(without_lists(text))
    for place, line in enumerate(lines["lines"].splitlines() if lines else (), 1):
        if found := re.match(r"[\s\-*•\[(#]*(\d+)?[\s\]).:]*(?P<said>\S.*)", line):
            yield int(found[1] or place), found["said"]


def _without_known(text: str) -> str:
    return KNOWN_LINES.sub("", text)


def _number(item: dict, place: int) -> int:
    """The number that an object gives, or its place."""
    return next((value for value in item.values() if type(value) is int), place)


# ---- the reply ----


def extract(task: Task, fits: Callable[[str], bool]) -> str:
    """The facts, in the form that is asked for: all that fit into the reply limit, the heaviest first to be kept."""
    facts = _facts(task)
    heaviest = sorted(range(len(facts)), key=lambda n: (-facts[n].weight, n))
    low, high = 0, len(facts) if task.most is None else min(len(facts), task.most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(_written(facts, heaviest[:middle], task.form)) else (low, middle - 1)
    return _written(facts, heaviest[:low], task.form)


def _facts(task: Task) -> Sequence[Fact]:
    return facts_in(task.messages, task.known, instructions=task.instructions)


def fact_values(task: Task) -> list[dict]:
    """The facts with what is known of each, the text under "text"."""
    facts = _facts(task)
    heaviest = sorted(sorted(range(len(facts)), key=lambda n: (-facts[n].weight, n))[: task.most])
    return [_values(facts[n]) for n in heaviest]


def _values(fact: Fact) -> dict:
    return {"text": fact.text, "message": fact.message, "replaces": fact.replaces}


def _written(facts: Sequence[Fact], chosen: Sequence[int], form: Form) -> str:
    told = [facts[n] for n in sorted(chosen)]
    if form.by_line:
        return "\n".join(fact.text for fact in told) or form.none
    listed: list = [fact.text for fact in told]
    if form.keys:
        listed = [{key: _values(fact).get(meaning) for key, meaning in form.keys.items()} for fact in told]
    return json.dumps({form.inside: listed} if form.inside else listed, ensure_ascii=False)
