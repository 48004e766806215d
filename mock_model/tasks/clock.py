"""Clock: the time that a message states, for who asks what time it is. The model has no clock of its own."""

from __future__ import annotations

from collections.abc import Sequence

from mock_model.finding.saying import quoted
from mock_model.sentences.lists import phrases
from mock_model.sentences.reading import Said, sentence_of
from mock_model.sentences.words import sentences


def time_told(asked: str, conversation: Sequence[Said]) -> str | None:
    """The newest sentence that states the time ("It is 10:05 now."), if a text asks for it; else None."""
    if not any(phrases("asks the time").match(sentence) for sentence in sentences(asked)):
        return None
    stating = [said for said in conversation if phrases("states the time").match(said.text)]
    return (
        quoted([said._replace(sentence=sentence_of(said.text.strip("()[]"))) for said in stating[-1:]])
        if stating
        else None
    )
