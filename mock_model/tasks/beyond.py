"""Beyond: is something wanted that no message can hold: a joke, a poem, code, a translation, a sum, an opinion, a deed?

What counts is what is wanted: something to be made, of which there is none yet ("a poem", "another joke"), or a deed.
"The joke that I told you" and "my poem" were said: where nothing answers a question for them, no answer is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from mock_model.sentences.lists import MOMENTS, phrases
from mock_model.sentences.reading import content, read
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import base
from mock_model.sentences.words import sentences, words

_phrases = partial(phrases, file="beyond.txt")
COURTESY = re.compile(rf"\W*{_phrases('courtesy').pattern}\W*", re.I)


def is_beyond(text: str, messages: Sequence[dict]) -> bool:
    """Whether a text wants what no message can hold, or asks of the world what none of these messages speaks of."""
    made = any(wants_made(sentence) for sentence in sentences(text))
    return made or any(
        not any(one <= said.sentence.bases for said in read(messages[:-1])) for one in _of_the_world(text)
    )


@remembered(256)
def _of_the_world(text: str) -> tuple[frozenset[str], ...]:
    """What the questions of a text about the world are about, each without the moment that it asks of."""
    world = [s for s in sentences(text) if _phrases("world").search(s) and not _phrases("talk").search(s)]
    return tuple(frozenset(content(words(s)) - MOMENTS) for s in world)


def asks_for_said(text: str) -> bool:
    """Whether something known is wanted: "Show me my appointments.", "Repeat what I said."."""
    return any(_phrases("known").match(_bare(sentence)) for sentence in sentences(text))


@remembered(1024)
def wants_made(sentence: str) -> bool:
    """Whether a sentence wants something made or done, or an opinion: "Write a poem.", "Could you tell a joke?"."""
    bare = _bare(sentence)
    if _phrases("remark").match(bare) or (_phrases("said").search(bare) and not _phrases("changing").match(bare)):
        return False
    if _phrases("beyond").search(bare) or _phrases("beyond").search(sentence):
        return True
    if given := _phrases("given").match(bare):
        what = given["what"]  # "a joke about my dog", but not "one of my allergies", "a bit about Rex"
        return bool(_phrases("work").match(what) or not (_phrases("own").search(what) or re.search(r"\b[A-Z]\w", what)))
    told = _phrases("finite").search(re.split(r"[:.\"“]", bare)[0])  # a statement: "Play starts at 8."
    if making := _phrases("making").match(bare):
        return bool(not told or _phrases("free").match(bare[making.end() :].lstrip()))
    doing = _phrases("doing").match(bare)
    aimed = doing and _phrases("aimed").match(bare[doing.end() :].lstrip(" :"))
    return bool(not told and (aimed or _phrases("wish").match(bare)))


def _bare(sentence: str) -> str:
    """A sentence without the courtesies that lead to what is wanted; "… mind telling", "… if you told" say "tell"."""
    bare = sentence.strip()
    while (lead := COURTESY.match(bare)) and lead.end() < len(bare):
        bare = bare[lead.end() :]
    polite = re.search(r"\b(?:mind|if you)\b", sentence[: len(sentence) - len(bare)], re.I)
    return re.sub(r"^\w+", lambda m: base(m[0].lower()), bare) if polite else bare
