"""Correcting: which earlier sentence a correction takes back ("Scrap that, it's Thursday"). The correction always wins."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_model.sentences.reading import Said
from mock_model.sentences.values import TIMES

DECLARED = re.compile(  # words with which people say that they take something back
    r"\b(?:actually|correction|correcting|(?:scratch|scrap|forget|ignore) (?:that|what i said)|change of plans?|on second thoughts?|oops"
    r"|typo|my mistake|i was wrong|got that wrong|i misspoke|misread|(?:i|we) meant|make (?:that|it)|change (?:that|it|this)|no longer"
    r"|not any ?more|anymore|instead|in the end|after all|turns? out|has changed|(?:is|are|was) wrong|update|rather|no,? wait|wait"
    r"|sorry|scratch|should be|never ?mind|(?:hang|hold) on"
    r"|(?:moved|pushed|put|changed|bumped|shifted|switched|swapped|renamed|postponed|rescheduled|brought) (?:it|that|this|us|them|me)"
    r"|(?:been|was|is|got|it's) (?:now )?(?:moved|pushed|put|changed|bumped|shifted|postponed|rescheduled|brought|swapped)"
    r"|(?:pushed|put|moved|brought) (?:it |that |\w+ )?(?:back|forward))\b|^\W*no[,. ]",
    re.I,
)
CHANGED = re.compile(
    r"\b(?:now|new|changed?|moved?|switch\w*|renamed|different|from now on|these days|since then|not|swapped|will be|going to be|down to"
    r"|up to|talked \w+ down)\b",
    re.I,
)
NUMBERS = frozenset(("money", "number", "counted", "measure", "percent", "duration"))


def corrected(said: Said, conversation: Sequence[Said], at: int) -> int | None:
    """The place of the sentence that the one at this place takes back, or None."""
    if said.role in ("notes", "tool") or said.sentence.asks:
        return None
    declared = bool(DECLARED.search(said.text)) or (
        bool(at) and len(said.sentence.words) <= 12 and conversation[at - 1].message == said.message
        and bool(DECLARED.search(conversation[at - 1].text)) and len(conversation[at - 1].sentence.words) <= 8
    )  # fmt: skip
    if not declared and not CHANGED.search(said.text):
        return None
    kinds = _families(said)
    best, place = 0.0, None
    for earlier in range(at - 1, max(at - 60, -1), -1):
        old = conversation[earlier]
        if old.sentence.asks or old.message == said.message and old.place >= said.place - 1 and len(old.sentence.words) <= 8:
            continue
        shared = len(said.sentence.bases & old.sentence.bases)
        alike = bool(kinds & _families(old))
        if not alike or (not declared and not shared) or (kinds & _families(old) == {"name"} and not shared and at - earlier > 4):
            continue
        score = shared + (0.5 if old.role == said.role else 0.0) - 0.05 * (at - earlier)
        if place is None or score > best:
            best, place = score, earlier
    return place


def _families(said: Said) -> set[str]:
    """The kinds of its values, times and numbers together."""
    return {"time" if v.kind in TIMES else "number" if v.kind in NUMBERS else v.kind for v in said.sentence.values}
