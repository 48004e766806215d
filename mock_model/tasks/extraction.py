"""Extraction: facts about the user, asked for as JSON or one a line; from which messages, and in which form.

Prompt, known facts and messages may stand in a system message or a user's; else the conversation itself is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mock_model.sentences.lists import NUMBERS, phrases
from mock_model.sentences.quoting import Quoted, lists_in, text_in, without_lists
from mock_model.sentences.reading import sentence_of
from mock_model.sentences.transcript import LABELS, text_of
from mock_model.sentences.words import sentences
from mock_model.tasks.facts import facts_in
from mock_model.tasks.orders import instructing_text

ASKED, WANTED, LEAD, OTHERWISE, JSON, BY_LINE, LEFT_OUT, KNOWN, EXAMPLE, MOST, IF_NONE = (
    phrases(n, "facts.txt")
    for n in "asked wanted lead otherwise json by_line left_out known example most if_none".split()
)
MEANT = {name: phrases(name, "facts.txt") for name in ("replaces", "message", "text")}  # keys, by their names
LINE = re.compile(r"^\W*(\d*)\W*(user|assistant|human|customer|ai|bot|system)\b\W*?:[ \t]*", re.I | re.M)
LISTED = re.compile(rf"^[^\n:]*{KNOWN.pattern}[^\n:]*:[ \t]*\n((?:[ \t]*(?:[-*•\[(]|\d)[^\n]*\n?)+)", re.I | re.M)


class Task(NamedTuple):
    """Which facts are to be extracted, and how they are to be written."""

    messages: tuple[tuple[int, dict], ...]
    known: tuple[tuple[int, str], ...]
    instructions: bool  # those of users are listed too
    most: int | None  # facts
    none: str  # what is written one a line where there is no fact; empty for JSON
    keys: dict[str, str]  # of each object, with what they stand for; none: the facts are plain strings
    inside: str  # the key of an object around the list


def extraction_task(messages: Sequence[dict]) -> Task | None:
    """What the last message, or a system message before it, asks to extract; None where it asks for something else."""
    last = messages[-1]
    asking = [m for m in messages if (m is last or m["role"] in ("system", "developer")) and _asks(m)]
    if last["role"] != "user" or not asking:
        return None
    given = list(dict.fromkeys(text_of(m) for m in [*asking, last]))
    talk = [one for text in given for one in _messages(text)]
    if not talk:
        said = [m for m in messages if m["role"] in ("user", "assistant") and m not in asking]
        texts = [(m["role"], text_of(m)) for m in said] or [("user", _material(text_of(last)))]
        talk = [(place, {"role": role, "content": text}) for place, (role, text) in enumerate(texts, 1)]
    known = [fact for text in given for fact in _known(text)]
    prompt = "\n".join(instructing_text(m) for m in asking)
    most, none = MOST.search(prompt), IF_NONE.search(prompt)
    count = int(NUMBERS.get(most[1].lower()) or most[1]) if most else None
    listed = not any(re.search("instruction|order|command", s, re.I) and LEFT_OUT.search(s) for s in sentences(prompt))
    by_line = "" if JSON.search(prompt) else none[1] if none else "None"
    return Task(tuple(talk), tuple(known), listed, count, by_line, *_form("\n".join(map(text_of, asking))))


def _asks(message: dict) -> bool:
    own = instructing_text(message)
    asked = message["role"] in ("user", "system", "developer") and any(map(_wants, sentences(without_lists(own))))
    return asked and bool(JSON.search(own) or BY_LINE.search(own))


def _wants(sentence: str) -> bool:
    """Whether a sentence asks for facts about the user, now."""
    asked = (m for m in ASKED.finditer(sentence[:500]) if not re.search(r"\w", LEAD.sub("", sentence[: m.start()])))
    return any(WANTED.search(sentence, m.end(), m.end() + 180) for m in asked) and not OTHERWISE.search(sentence)


def _form(text: str) -> tuple[dict[str, str], str]:
    """The keys that a prompt shows in an example, or names, and the key around the list."""
    if example := next((q for q in lists_in(text) if _is_example(text, q)), None):
        around = re.search(r"\{\s*[\"'](\w+)[\"']\s*:\s*$", text[: example.start])
        return meanings(example.items[0]) if isinstance(example.items[0], dict) else {}, around[1] if around else ""
    drawn = re.search(r"\{[^{}]*[\"']\w+[\"']\s*:[^{}]*\}", text)  # [{"fact": …, "message": …}]
    named = re.search(r"\b(?:keys?|fields?|propert(?:y|ies))\b[^.\n]*", text, re.I)
    names = re.findall(r"[\"'](\w+)[\"']\s*:", drawn[0]) if drawn else []
    names = names or (re.findall(r"[\"'`“](\w+)[\"'`”]", named[0]) if named else [])
    return meanings(dict.fromkeys(names)), ""


def meanings(shown: dict) -> dict[str, str]:
    """What the keys of an object stand for: by their names, and the text also by its value."""
    found: dict[str, str] = {}
    for key, value in shown.items():
        names = [name for name, pattern in MEANT.items() if pattern.search(key) and name not in found.values()]
        told = isinstance(value, str) and " " in value and "text" not in found.values()
        found[key] = "text" if told else names[0] if names else ""
    if found and "text" not in found.values():
        found[next(iter(found))] = "text"
    return found


# ---- what is handed over ----


def _is_talk(quoted: Quoted) -> bool:
    return any(isinstance(item, dict) and "role" in item for item in quoted.items)


def _is_example(text: str, quoted: Quoted) -> bool:
    shown = EXAMPLE.search(text[max(quoted.start - 60, 0) : quoted.start])
    return not _is_talk(quoted) and bool(shown or not KNOWN.search(quoted.heading))


def _messages(text: str) -> Iterator[tuple[int, dict]]:
    """The messages of a text, each with its number or its place."""
    found = [item for q in lists_in(text) if _is_talk(q) for item in q.items if isinstance(item, dict)]
    for place, item in enumerate(found, 1):
        content = item.get("content") if isinstance(item.get("content"), (str, list)) else ""
        role = str(item.get("role", "user")).lower()
        yield _number(item, place), {"role": LABELS.get(role, role), "content": text_of({"content": content})}
    lines = [] if found else LINE.split(LISTED.sub("", without_lists(text)))[1:]
    for place, (number, who, said) in enumerate(zip(lines[::3], lines[1::3], lines[2::3], strict=True), 1):
        yield int(number or place), {"role": LABELS.get(who.lower(), who.lower()), "content": said.strip()}


def _known(text: str) -> Iterator[tuple[int, str]]:
    """The known facts of a text, each with its number or its place."""
    items = [item for q in lists_in(text) if not _is_talk(q) and not _is_example(text, q) for item in q.items]
    yield from ((_number(item, place), text_in(item)) for place, item in enumerate(items, 1) if text_in(item))
    for place, line in enumerate("".join(LISTED.findall(without_lists(text))[:1]).splitlines(), 1):
        if found := re.match(r"[\s\-*•\[(#]*(\d*)[\s\]).:]*(\S.*)", line):
            yield int(found[1] or place), found[2]


def _number(item: object, place: int) -> int:
    """The number that an object gives, or its place."""
    return next((n for n in item.values() if type(n) is int), place) if isinstance(item, dict) else place


def _material(text: str) -> str:
    """What a message says beside asking: "Extract the facts as JSON: I live in Porto."."""
    return "\n".join(s.partition(":")[2] if _wants(s) else s for s in sentences(without_lists(text)))


# ---- the reply ----


def extract(task: Task, fits: Callable[[str], bool]) -> str:
    """The facts, in the form that is asked for: all that fit into the reply limit, the heaviest first to be kept."""
    facts = fact_values(task)
    order, low, high = _by_weight(facts), 0, len(facts)
    while low < high:
        middle = (low + high + 1) // 2
        text = _written([facts[n] for n in sorted(order[:middle])], task)
        low, high = (middle, high) if fits(text) else (low, middle - 1)
    return _written([facts[n] for n in sorted(order[:low])], task)


def fact_values(task: Task) -> list[dict]:
    """The facts with what is known of each, the text under "text"."""
    found = facts_in(task.messages, task.known, task.instructions)
    facts = [{"text": fact.text, "message": fact.message, "replaces": fact.replaces} for fact in found]
    return [facts[n] for n in sorted(_by_weight(facts)[: task.most])]


def _by_weight(facts: Sequence[dict]) -> list[int]:
    """The places of the facts: first those with values, and of these those about the user."""
    texts = [fact["text"] for fact in facts]
    return sorted(range(len(texts)), key=lambda n: (not sentence_of(texts[n]).values, "user" not in texts[n], n))


def _written(facts: Sequence[dict], task: Task) -> str:
    told = [fact["text"] for fact in facts]
    if task.none:
        return "\n".join(told) or task.none
    listed = [{key: fact.get(meant) for key, meant in task.keys.items()} for fact in facts] if task.keys else told
    return json.dumps({task.inside: listed} if task.inside else listed, ensure_ascii=False)
