"""Tone: whether a text praises or complains, told from its words, for a choice such as positive, negative and neutral."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mock_model.finding.asking import NEGATIVE
from mock_model.sentences.lists import phrases
from mock_model.sentences.reading import Sentence

CHOICES = {name: phrases(name, "filling.txt") for name in ("positive", "negative", "mixed", "neutral")}
PRAISE, COMPLAINT = phrases("praise", "filling.txt"), phrases("complaint", "filling.txt")


def toned(listed: Sequence[Any], told: Iterable[Sentence]) -> list[Any]:
    """The choice that fits the tone of these sentences; none where the choices are about something else."""
    meant = {name: one for one in listed for name, form in CHOICES.items() if form.fullmatch(str(one).strip())}
    if not {"positive", "negative"} <= meant.keys():
        return []
    signs = [sign for sentence in told for sign in _signs(sentence)]
    if {1, -1} <= set(signs) and "mixed" in meant:
        return [meant["mixed"]]
    tone = "positive" if sum(signs) > 0 else "negative" if sum(signs) < 0 else "neutral"
    return [meant[tone]] if tone in meant else []


def _signs(sentence: Sentence) -> list[int]:
    """1 for each word of praise and -1 for each complaint, the other way round after a "not"."""
    found = []
    for n, word in enumerate(sentence.words):
        sign = bool(PRAISE.fullmatch(word.low)) - bool(COMPLAINT.fullmatch(word.low))
        denied = not NEGATIVE.isdisjoint(before.low for before in sentence.words[max(n - 3, 0) : n])
        found += [-sign if denied else sign] if sign else []
    return found
