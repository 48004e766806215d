"""Voice: every sentence is put into the model's own, so that the user is "you" in facts, questions and replies alike."""

from __future__ import annotations

from collections.abc import Sequence

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb
from mock_model.language import word as make

USER_WORDS = {"user", "customer", "client", "human"}
FROM_USER = {"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you", "us": "you",
             "our": "your", "ours": "yours", "ourselves": "yourselves"}  # fmt: skip
FROM_OTHER = {"your": "my", "yours": "mine", "yourself": "myself"}


def in_own_voice(sentence: Sequence[Word], role: str, about_user: bool = False) -> list[Word]:
    """Put a sentence into the model's voice: the user is "you", the model is "I".

    role is who wrote it. In a user's message "I" is the user; in a system message "you" is the model and "the user" is the
    user; about_user says that "the user" is meant in other roles too, as in a summary.
    """
    if role == "user":
        sentence = _swap(sentence, FROM_USER, you_is_model=True)
    elif role in ("system", "developer"):
        sentence = _swap(sentence, {}, you_is_model=True)
    if about_user or role in ("system", "developer"):
        sentence = _user_to_you(sentence, USER_WORDS if role != "user" else {"user"})
    return _agree(sentence)


def _swap(sentence: Sequence[Word], table: dict[str, str], you_is_model: bool) -> list[Word]:
    found: list[Word] = []
    for index, word in enumerate(sentence):
        to = table.get(word.low)
        if to is None and you_is_model:
            if word.low == "you":
                after = sentence[index + 1] if index + 1 < len(sentence) else None
                subject = (
                    index == 0 or (after is not None and is_verb(after)) or sentence[index - 1].low in lx.AUXILIARIES
                )
                to = "I" if subject else "me"
            else:
                to = FROM_OTHER.get(word.low)
        found.append(word if to is None else make(to, word.glued))
    return found


def _user_to_you(sentence: Sequence[Word], names: set[str]) -> list[Word]:
    """ "The user's dog" is "your dog", "the user lives" is "you live"."""
    found: list[Word] = []
    swapped = 0
    for index, word in enumerate(sentence):
        the = bool(found) and found[-1].low == "the"
        if (
            word.low in ("assistant", "model", "bot")
            and the
            and not (index + 1 < len(sentence) and sentence[index + 1].low in ("is", "manager"))
        ):
            glued = found.pop().glued
            found.append(make("my" if word.possessive else "I", glued))
        elif word.low in names and (word.possessive or _acts(sentence, index)) and (the or index == 0):
            glued = found.pop().glued if the else word.glued
            found.append(make("your" if word.possessive else "you", glued))
            swapped = len(found)
        elif (
            found
            and swapped
            and len(found) - swapped <= 1
            and found[-1].low in ("you", "also", "still", "really", "now", "never", "always")
            and word.low not in lx.AUXILIARIES
            and _third(word)
        ):
            found.append(make(_third(word), word.glued))
        else:
            found.append(word)
    return found


def _acts(sentence: Sequence[Word], index: int) -> bool:
    """Whether somebody is meant and no thing: "the user has", but not "the user table" or "the client call"."""
    after = sentence[index + 1] if index + 1 < len(sentence) else None
    if after is None or not after.text[0].isalnum() or after.low in lx.SMALL:
        return True
    return after.low.endswith("ly") or after.low in lx.IRREGULAR or (is_verb(after) and after.low.endswith(("s", "ed")))


def _third(word: Word) -> str:
    """The plain form of a verb in the third person ("lives" is "live"), or nothing."""
    low = word.low
    if not low.endswith("s") or low.endswith("ss") or len(low) < 4:
        return ""
    for end, put in (("ies", "y"), ("es", ""), ("s", "")):
        if low.endswith(end) and (low[: -len(end)] + put) in lx.VERBS:
            return low[: -len(end)] + put
    return low[:-1]


TO_YOU = {"am": "are", "is": "are", "was": "were", "has": "have", "does": "do"}
TO_I = {"are": "am", "is": "am", "were": "was", "has": "have", "does": "do"}
BETWEEN = frozenset("not also still currently really actually never always now".split())


def _agree(sentence: Sequence[Word]) -> list[Word]:
    """Make "to be" agree with its new subject: "you am" is "you are", "are I" is "am I"."""
    found = list(sentence)
    for index, verb in enumerate(found):
        if verb.low not in TO_YOU and verb.low not in TO_I:
            continue
        subject = index - 1 if index and found[index - 1].low not in BETWEEN else index - 2
        before = found[subject].low if subject >= 0 else ""
        after = found[index + 1].low if index + 1 < len(found) else ""
        inside = subject > 0 and found[subject - 1].low in ("of", "for", "with", "to")  # "one of you is"
        to = verb.low
        if (before == "you" and (verb.low == "am" or not inside)) or (
            after == "you" and before not in ("i", "he", "she", "it")
        ):
            to = TO_YOU.get(verb.low, verb.low)
        elif "i" in (before, after):
            to = TO_I.get(verb.low, verb.low)
        if to != verb.low:
            found[index] = make(to if verb.text[0].islower() else to.capitalize(), verb.glued)
    return found


def plain_third(clause: list[Word]) -> list[Word]:
    """ "You lives in Rome" is "you live in Rome"."""
    verb = clause[1]
    if verb.low.endswith("s") and verb.low not in lx.AUXILIARIES and _third(verb):
        return [clause[0], make(_third(verb)), *clause[2:]]
    return clause
