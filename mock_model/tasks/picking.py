"""Picking: which of the names that a message lists is asked for: the next speaker of a group, a label, the agent for a task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mock_model.finding.asking import Question
from mock_model.finding.matching import SHARED, WORTH, ties
from mock_model.sentences.reading import sentence_of
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import sentences, spaced
from mock_model.tasks.orders import own_words, without_quotes
from mock_model.tasks.wording import Rules, forbids

ORDER = re.compile(
    r"\b(?:select|choose|pick|return|name|decide|classify|reply with|answer with)\b[^.\n\[]{0,80}"
    r"\b(?:from|of|among|between|as|into)\b[^.\n\[]{0,30}\[(?P<names>(?:\s*['\"][^'\"\[\]\n]{1,60}['\"]\s*,?){2,50})\]",
    re.I,
)
NAME = re.compile(r"['\"]([^'\"]+)['\"]")
SPEAKER = re.compile(r"^\W*[\w-]{1,40}\W?:\s")
ABOUT = r"^\W*{}\W*:\s*(.*)$"
LINES, FADING, NAMED = 6, 0.4, 2.0  # lines that are looked back; what an earlier one counts; what a name counts


def picked(messages: Sequence[dict], found: Rules) -> str | None:
    """The name that fits what was said last; None where the last message asks for none of a list.

    Where nothing said fits, it is another's turn in a group that talks, and nobody's elsewhere.
    """
    last = text_of(messages[-1])
    if messages[-1]["role"] not in ("user", "system", "developer") or not (order := _order(last)):
        return None
    names = NAME.findall(order["names"])
    whole = "\n".join(text_of(message) for message in messages)
    about = {name: _described(name, whole) for name in names}
    told = "\n".join(text_of(message) for message in messages if message["role"] in ("user", "assistant"))
    alone = len(last.splitlines()) > 2 or messages[-1]["role"] != "user"
    said = [line for line in _said(last if alone else told, about) if not forbids(found, line)]
    spoke = next((name for line in said for name in names if line.lower().startswith(f"{name.lower()}:")), None)
    scores = {name: _score(name, about[name], said) for name in names}
    best = max(names, key=scores.__getitem__)
    if not scores[best]:
        return next(name for name in names if name != spoke) if spoke else None
    return best


@remembered(256)
def _order(text: str) -> re.Match[str] | None:
    """The order to pick that is the writer's own, and no part of what the text quotes."""
    last = without_quotes(text).rstrip().rpartition("\n\n")[2]  # behind a conversation
    own = " ".join(f"{own_words(text)}\n{'' if SPEAKER.match(last) else last}".split())
    return next((one for one in ORDER.finditer(text) if " ".join(one[0].partition("[")[0].split()) in own), None)


def fitting(about: dict[str, str], text: str) -> str:
    """The name that, with what is told of it, fits a text best."""
    return max(about, key=lambda name: _score(name, about[name], [text]))


def _described(name: str, text: str) -> str:
    """What the first line that begins with a name says of it."""
    found = re.search(ABOUT.format(re.escape(name)), text, re.M)
    return found[1] if found else ""


def _said(text: str, about: dict[str, str]) -> Iterator[str]:
    """The lines that are no order and describe no name, the last first."""
    for line in reversed(text.splitlines()):
        told = " ".join(one for one in sentences(line) if not ORDER.search(one))
        if told.strip() and not any(described and described in line for described in about.values()):
            yield told


def _score(name: str, about: str, said: Sequence[str]) -> float:
    """How much of a name and its description is in what was said, in the last line for most."""
    total, weight = 0.0, 1.0
    for line in said[:LINES]:
        heard = sentence_of(SPEAKER.sub("", line))
        for text, counts in ((spaced(name), NAMED), (about, 1.0)):
            total += weight * counts * sum(WORTH[tie] for tie in ties(Question(text), heard).values() if tie in SHARED)
        weight *= FADING
    return total
