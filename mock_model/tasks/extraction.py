"""Extraction: facts about the user, asked for as JSON or one a line; from which messages, and in which form."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence

from mock_model.sentences.lists import NUMBERS, phrases
from mock_model.sentences.quoting import lists_in, text_in, without_lists
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import sentences
from mock_model.tasks.facts import facts_in, worth
from mock_model.tasks.handover import STRONG, Handed, handed
from mock_model.tasks.list_form import ListForm, list_form
from mock_model.tasks.orders import instructing_text
from mock_model.tasks.prompt_parts import number_in, parts_of

ASKED, WANTED, LEAD, OTHERWISE, JSON, BY_LINE, LEFT_OUT, MOST, IF_NONE = (
    phrases(n, "facts.txt") for n in "asked wanted lead otherwise json by_line left_out most if_none".split()
)
MEANT = {name: phrases(name, "facts.txt") for name in ("replaces", "message", "text")}  # keys, by their names
SHOWN = re.compile(r"[\"'](\w+)[\"']\s*:\s*(\[)?([\"'][^\"'\n]* )?")  # a key, whether a list is its value, and a text
NUMBERED = re.compile(r"[\s\-*•\[(#]*(\d*)[\s\]).:]*(\S.*)")  # "7. The user lives in Porto."


def extraction_task(messages: Sequence[dict], *, form: bool = False) -> Handed | None:
    """What the last message, or a system message before it, asks to extract; None where it asks for something else.

    `form`: the request gives the form, so that the messages need not say that it is JSON, or one a line.
    """
    asking = [instructing_text(m) for m in messages if m is messages[-1] or m["role"] in STRONG]
    asking.append(parts_of(text_of(messages[-1]), _asks).own)  # which may stand behind a conversation
    given = handed(messages, _asks) if messages[-1]["role"] == "user" and any(map(_asks, asking)) else None
    shown = form or JSON.search(given.own) or BY_LINE.search(given.own) or _list_form(given) if given else None
    return given if shown else None


def _list_form(task: Handed) -> ListForm | None:
    """The form of the list that the last message or the instructions show."""
    asking = (text_of(m) for m in task.sent if m is task.sent[-1] or m["role"] in STRONG)
    return next(filter(None, map(list_form, asking)), None)


@remembered(2048)
def _asks(text: str) -> bool:
    """Whether a sentence asks for facts about the user, now."""
    for sentence in sentences(without_lists(text)):
        asked = (m for m in ASKED.finditer(sentence[:500]) if not re.search(r"\w", LEAD.sub("", sentence[: m.start()])))
        if any(WANTED.search(sentence, m.end(), m.end() + 180) for m in asked) and not OTHERWISE.search(sentence):
            return True
    return False


def _known(text: str) -> list[tuple[int, str]]:
    """The known facts of a list or of lines, each with its number or its place."""
    items = [item for quoted in lists_in(text) for item in quoted.items if text_in(item)]
    found = [(number_in(item) if isinstance(item, dict) else None, text_in(item)) for item in items]
    found = found or [NUMBERED.match(line).groups() for line in text.splitlines() if line.strip()]
    return [(int(number or place), fact) for place, (number, fact) in enumerate(found, 1)]


def _form(text: str) -> tuple[dict[str, str], str]:
    """The keys that a prompt shows, or names, and the key around the list."""
    shown, named = SHOWN.findall(text), re.search(r"\b(?:keys?|fields?|propert(?:y|ies))\b[^.\n]*", text, re.I)
    inside = shown[0][0] if shown and shown[0][1] else ""
    names = re.findall(r"[\"'`“](\w+)[\"'`”]", named[0]) if named and not shown else []
    return meanings({key: value for key, _, value in shown if key != inside} or dict.fromkeys(names)), inside


def meanings(shown: dict) -> dict[str, str]:
    """What the keys of an object stand for: by their names, and the text also by its value."""
    found: dict[str, str] = {}
    for key, value in shown.items():
        names = [name for name, pattern in MEANT.items() if pattern.search(key) and name not in found.values()]
        told = isinstance(value, str) and " " in value and "text" not in found.values()
        found[key] = "text" if told else names[0] if names else ""
    return found if not found or "text" in found.values() else found | {next(iter(found)): "text"}


def extract(task: Handed, fits: Callable[[str], bool]) -> str:
    """The facts, in the form that is asked for: all that fit into the reply limit, the heaviest first to be kept."""
    facts = fact_values(task)
    most = bisect_left(range(1, len(facts) + 1), True, key=lambda n: not fits(_written(_heaviest(facts, n), task)))
    return _written(_heaviest(facts, most), task)


def fact_values(task: Handed) -> list[dict]:
    """The facts with what is known of each, the text under "text"."""
    told = (m for m in task.talk if m["role"] != "tool")
    talk = [(int(m.get("number") or n), {**m, "content": text_of(m)}) for n, m in enumerate(told, 1)]
    rules = (rule for rule in sentences(task.own) if re.search("instruction|order|command", rule, re.I))
    known = [fact for text in task.held for fact in _known(text)]
    most = MOST.search(task.own)
    if not task.talk:  # what is known is to be given again
        return [{"text": fact, "message": None, "replaces": None} for _, fact in known]
    facts = facts_in(talk, known, not any(map(LEFT_OUT.search, rules)))
    return _heaviest(facts, int(NUMBERS.get(most[1].lower()) or most[1]) if most else None)


def _heaviest(facts: Sequence[dict], most: int | None) -> list[dict]:
    order = sorted(range(len(facts)), key=lambda n: -worth(facts[n]["text"]))
    return [facts[n] for n in sorted(order[:most])]


def _written(facts: Sequence[dict], task: Handed) -> str:
    keys, inside = _form(task.own)
    told = [fact["text"] for fact in facts]
    if not JSON.search(task.own):
        form = _list_form(task) or ListForm("lines", empty=none[1] if (none := IF_NONE.search(task.own)) else "None")
        return form.write(told)
    listed = [{key: fact.get(meant) for key, meant in keys.items()} for fact in facts] if keys else told
    return json.dumps({inside: listed} if inside else listed, ensure_ascii=False)
