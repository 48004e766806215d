"""Admitting: the words for "nothing found", which are true whatever was said: what was looked through, and no more.

The model may not have understood what was said, so it never says that something was not said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_FOUND = "I find no answer"
_SAID = re.compile(r"\bI find (?:no answer|none|nothing)\b", re.IGNORECASE)
_SHORTER = ("I find no answer to that here.", f"{_FOUND}.", "None found.", "Unknown.")


def no_answer(messages: Sequence[dict]) -> str:
    """The reply to a question that nothing in the messages of a request answers."""
    return f"{_FOUND} to that in {_counted(messages)}."


def nothing_to_keep(messages: Sequence[dict]) -> str:
    """The summary of a conversation in which there is nothing to summarise."""
    return f"I find nothing to keep in {_counted(messages)}."


def which(thing: str, messages: Sequence[dict]) -> str:
    """The question for a thing (a season, a place) that is needed and is named nowhere."""
    return f"Which {thing} do you mean? I find none in {_counted(messages)}."


def _counted(messages: Sequence[dict]) -> str:
    """All messages of the request count: instructions, replies, results of tools, and the question itself."""
    return "the one message of this request" if len(messages) == 1 else f"the {len(messages)} messages of this request"


def admits(sentence: str) -> bool:
    """Whether a sentence of the model's says that it found nothing: no fact, wherever it is read again."""
    return bool(_SAID.search(sentence))


def shortened(text: str, most: int) -> str:
    """At most so many words of a reply; what is said to be not found is so in fewer words too."""
    said = text.split()
    if len(said) <= most:
        return text
    if asking := re.match(r"Which (?:season|place)\b", text):
        whole = text.partition("?")[0] + "?"
        return next((q for q in (whole, f"{asking[0]}?") if len(q.split()) <= most), "Which?")
    if text.startswith("I can't do that"):
        return "I can't do that." if most >= 4 else "I can't." if most > 1 else "Cannot."
    start = text.find(_FOUND)
    if start < 0:
        return " ".join(said[:most])
    known = text[:start].split()
    room = most - len(known)
    ending = next((form for form in _SHORTER if len(form.split()) <= room), "")
    return " ".join([*known[:most], *ending.split()])
