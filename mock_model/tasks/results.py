"""Results: what the functions of a turn have answered, said in words, each with what it is for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from mock_model.api.functions import results
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.lists import phrases
from mock_model.sentences.reading import content, sentence_of
from mock_model.sentences.transcript import text_of
from mock_model.sentences.voice import as_sentence
from mock_model.sentences.words import spaced, words

heard = partial(phrases, file="tools.txt")
MOST = 8  # lines of a result that are told
MOST_TOLD = 16  # results of a long turn, the newest of them
KEY = 42  # characters of a field's name, at most


def from_results(messages: Sequence[dict]) -> str:
    """What the functions said, with what it is for: fields of JSON in words, or lines; of many those that were asked for."""
    asked = next((text_of(m) for m in reversed(messages) if m["role"] == "user"), "")
    said = [
        _told(text_of(message), name, given, asked) for message, name, given in list(results(messages))[-MOST_TOLD:]
    ]
    return " ".join(map(as_sentence, dict.fromkeys(said)))


def refuses(message: dict) -> bool:
    """Whether a message tells what was wrong with a call or a form, so that it is made again: no fact is in it."""
    return message["role"] in ("tool", "user") and bool(heard("refused").search(text_of(message)))


def _told(text: str, name: str, given: dict, asked: str) -> str:
    """One result."""
    if any(isinstance(value, str) and value.endswith("?") for value in given.values()) and text.strip():
        return as_sentence(text.strip())  # another agent has answered the question
    shown = ", ".join(str(value) for value in given.values() if value not in (None, ""))
    whose = f" for {shown}" if shown else ""
    lines = [line.strip() for line in text.splitlines() if line.strip(" []{}")]
    told = lines if len(lines) <= MOST else _asked_for(lines, content(words(asked)))
    verb, what = _parts(name)
    about = f"result of {spaced(name)}" if verb and not heard("general").fullmatch(verb) else what
    if not told:
        return f"There is no {about}{whose}"
    if (reason := _failure(lines)) is not None:
        return f"I could not {verb or 'get'} the {what}{whose}" + f": {reason}" * bool(reason)
    if not all(": " in line[:KEY] for line in told) and any(is_verb(word.base) for word in words(told[0])):
        return " ".join(map(as_sentence, told))
    many = "are" if about == what and re.search(r"[^sui]s\Z", about) else "is"
    return f"The {about}{whose} {many}: {', '.join(line.replace(': ', ' ', 1).rstrip('.') for line in told)}"


def _asked_for(lines: Sequence[str], about: frozenset[str]) -> list[str]:
    """Of many lines the few that share most with what is asked."""
    shared = [len(about & sentence_of(line).bases) for line in lines]
    best = sorted(range(len(lines)), key=lambda at: (-shared[at], at))[:MOST]
    return [lines[at] for at in sorted(best) if shared[at] * 2 > shared[best[0]] or not shared[best[0]]]


def _parts(name: str) -> tuple[str, str]:
    """The verb in the name of a function, if it begins with one, and what it is about: "cancel" and "order"."""
    verb, _, rest = spaced(name).partition(" ")
    leads = any(heard(kind).fullmatch(verb) for kind in ("general", "acting", "telling"))
    verb, what = (verb, rest) if rest and leads else ("", spaced(name))
    return verb, re.sub(r" (?:in|of|for|on|at|to|from|by|with)\Z", "", what) if " " in what else what


def _failure(lines: Sequence[str]) -> str | None:
    """Why a function has failed, perhaps in no words; None where it has not."""
    failed = next((line for line in lines if heard("failed").match(line)), None)
    if failed is None:
        return None
    if heard("says no more").fullmatch(failed):
        return ", ".join(line.replace(": ", " ", 1) for line in lines[:MOST] if line != failed)
    return heard("failure").sub("", lines[-1] if heard("trace").match(failed) else failed).strip(" :.")
