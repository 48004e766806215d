"""Saying: an answer is what was said, turned to the reader where that is safe, else quoted with its speaker."""

from __future__ import annotations

from collections.abc import Sequence

from mock_model.finding.ranking import Found
from mock_model.sentences.reading import Said, spoken_of
from mock_model.sentences.voice import turned

SPEAKERS = {"user": "You said", "assistant": "I said", "tool": "The function said", "human": "You said"}
NOTES = "The notes say"


def said_again(found: Found, conversation: Sequence[Said]) -> str:
    """The sentences that were found, in their order, those of one message together."""
    places = {said: at for at, said in enumerate(conversation)}
    chosen = sorted(places[said] for said in found.told)
    if len(chosen) == 1 and (text := turned(conversation[chosen[0]])):
        return text
    chosen = sorted({*chosen, *(before for at in chosen if (before := spoken_of(conversation, at)) is not None)})
    groups: list[list[Said]] = []
    for n, at in enumerate(chosen):
        said = conversation[at]
        if n and at == chosen[n - 1] + 1 and groups[-1][-1][1:3] == said[1:3]:
            groups[-1].append(said)
        else:
            groups.append([said])
    return " ".join(quoted(group) for group in groups)


def quoted(group: Sequence[Said]) -> str:
    """Sentences of one message, quoted with who said them."""
    text = " ".join(said.text for said in group).rstrip(" ,;").replace('"', "'")
    return f'{SPEAKERS.get(group[0].role, NOTES)}: "{text}"'
