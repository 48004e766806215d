"""Whether an error tells somebody who did not write the program what to do now."""

from __future__ import annotations

import re
from pathlib import Path

from ..engine.learner_code import Work

ADVICE = re.compile(  # what somebody is told who can do something; looked for only where the sentence is English
    r"\b(back-?up|restor\w*|recover\w*|repair\w*|mend\w*|fix\w*|replac\w*|renam\w*|remov\w*|delet\w*|mov(e|ing)|cop(y|ies)|"
    r"start|begin|try|use|look|edit|put|check|ask|bring|take|keep|save|choose|pick|contact|call|inspect|discard|throw|"
    r"download|undo|report|please|another|older|earlier|previous|revert\w*|roll(ing)?|swap|switch|run|rebuild|reload|recreate|"
    r"reset|go back|open (it|this|the file) (in|with))\b",
    re.I,
)
ENGLISH = re.compile(  # two of these, as one alone may be a word of another language
    r"\b(the|this|file|it|and|conversation|damaged|corrupt\w*|cannot|can't|could|read|unreadable|readable|invalid|valid|broken)\b",
    re.I,
)
SURELY_ENGLISH = re.compile(
    r"\b((is|was|could|does|can) ?not|(is|was) (damaged|corrupted|broken|invalid)|has been)\b", re.I
)
NO_SPACES = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # letters of languages that put none between words
WORD = re.compile(rf"[{NO_SPACES}]|[^\W\d_{NO_SPACES}]+")


def says_what_to_do(challenge: Work, error: BaseException, path: Path) -> bool:
    """Whether an error says in its own words, not in those of the error behind it, what to do with the file at `path`."""
    own = str(error)
    for other in (error.__cause__, error.__context__):
        if other and path.name not in str(other) and not challenge.raised_by_hand(other):
            own = own.replace(str(other), "")
    own = own.replace(str(path), "X").replace(path.name, "X")  # a word of the sentence
    english = SURELY_ENGLISH.search(own) or len({word.lower() for word in ENGLISH.findall(own)}) >= 2
    return bool(len(WORD.findall(own)) >= 4 and (ADVICE.search(own) or not english))
