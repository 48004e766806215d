"""Admitting: the words for "nothing found", which are true whatever was said: what was looked through, and no more."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORTER = {  # how a reply begins that is not cut in the middle, and forms of it in fewer and fewer words
    r"I find no answer|The nearest I find": "I find no answer to that here.|I find no answer.|None found.|Unknown.",
    r"Which (season|place)": r"\g<0> do you mean?|\g<0>?|Which?",
    r"I can't (?:do|share) that(?=[:.])": r"\g<0>.|I can't.|Cannot.",
}


def _in(messages: Sequence[dict]) -> str:
    """All messages of the request count: instructions, replies, results of tools, and the question itself."""
    return "in this one message" if len(messages) == 1 else f"in these {len(messages)} messages"


def no_answer(messages: Sequence[dict]) -> str:
    """The reply to a question that nothing in the messages of a request answers."""
    return f"I find no answer to that {_in(messages)}."


def nearest(said: str, messages: Sequence[dict]) -> str:
    """The reply where something was said that is near to an answer, and may be none."""
    return f"The nearest I find {_in(messages)} is: {said}"


def nothing_to_keep(messages: Sequence[dict]) -> str:
    """The summary of a conversation in which there is nothing to summarise."""
    return f"I find nothing to keep {_in(messages)}."


def which(thing: str, messages: Sequence[dict]) -> str:
    """The question for a thing (a season, a place) that is needed and is named nowhere."""
    return f"Which {thing} do you mean? I find none {_in(messages)}."


def admits(sentence: str) -> bool:
    """Whether a sentence of the model's says that it found nothing, or nothing sure: no fact, if it is read again."""
    return bool(re.search(r"\bI find (?:no answer|none|nothing)\b|\bThe nearest I find\b", sentence, re.I))


def shortened(text: str, most: int) -> str:
    """At most so many words of a reply; what is said to be not found is so in fewer words too."""
    if len(text.split()) <= most:
        return text
    for start, forms in SHORTER.items():
        if found := re.search(rf"\b(?:{start})", text):
            known = text[: found.start()].split()[:most]
            fitting = [form for form in found.expand(forms).split("|") if len(form.split()) <= most - len(known)]
            return " ".join([*known, *fitting[:1]])
    return " ".join(text.split()[:most])
