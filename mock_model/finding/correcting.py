"""Correcting: which earlier sentence a correction takes back ("Scrap that, it's Thursday"). The correction always wins."""

from __future__ import annotations

from collections.abc import Sequence

from mock_model.sentences.lists import phrases
from mock_model.sentences.reading import Said, Sentence, content
from mock_model.sentences.remembering import remembered
from mock_model.sentences.values import TIMES
from mock_model.sentences.words import words

DECLARED, CHANGED, ONCE, MORE = (phrases(name) for name in ("declared", "changed", "one at a time", "more"))
MOST_BACK, MOST_OTHER = 600, 3  # sentences that a correction reaches back, and words of its own that it may have
NAMED = 2.0  # what it counts that a correction names the value that it takes back
FAR = 20  # sentences from which on it does not matter how far back it reaches
ONE_TOPIC = frozenset(("own name", "home", "job"))  # of which people have one at a time
DENIES = frozenset("not instead than forget scratch scrap isn't wasn't".split())  # words before what no longer holds
BETWEEN = frozenset("of on at in by to the a an about that is it's just".split())  # what may stand between
NUMBERS = frozenset(("money", "number", "counted", "measure", "percent", "duration"))


def corrected(said: Said, conversation: Sequence[Said], at: int) -> int | None:
    """The place of the sentence that the one at this place takes back, or None.

    The later one says that it corrects, and they share a word or have the same kind of value and it says little else; or it
    says the same of what there is one of at a time, with another value.
    """
    if said.role == "tool" or said.sentence.asks:
        return None
    declared = any(declares(one.text) for one in conversation[max(at - 2, 0) : at + 1] if one.message == said.message)
    kinds = _families(said.sentence)
    changed = declared or bool(CHANGED.search(said.text))
    once = bool(ONCE.search(said.text)) and not MORE.search(said.text)
    if not declared and not (kinds and (changed or once)):
        return None
    rest = (
        content(words(DECLARED.sub(" ", said.text))) - _in_values(said.sentence) - {"user"}
    )  # of whom all notes speak
    taken_back = denied(said.sentence)
    best, place = 0.0, None
    for earlier in range(at - 1, max(at - MOST_BACK, -1), -1):
        old = conversation[earlier]
        if old.sentence.asks or (said.role != "user" and old.role != said.role):
            continue
        if old.message == said.message and declares(old.text):
            continue
        other = len(rest - old.sentence.bases)
        shared = len(rest & old.sentence.bases)
        about_one = bool(shared or said.sentence.topics & old.sentence.topics & ONE_TOPIC)
        alike = kinds & _families(old.sentence)
        bare = (declared and other <= (MOST_OTHER if alike - {"name"} else 1)) or (about_one and other <= 1)
        again = alike and once and _says_again(said.sentence, old.sentence)
        named = old.role != "assistant" and any(value <= _in_values(old.sentence) for value in taken_back)
        if not again and not (changed and alike and bare) and not (declared and shared) and not named:
            continue
        score = shared + NAMED * named + (0.5 if old.role == said.role else 0.0) - 0.05 * min(at - earlier, FAR)
        if place is None or score > best:
            best, place = score, earlier
    return place


@remembered(4096)
def declares(text: str) -> bool:
    """Whether a sentence says that something said before no longer holds: "Scrap that"."""
    return bool(DECLARED.search(text))


@remembered(2048)
def denied(sentence: Sentence) -> tuple[frozenset[str], ...]:
    """The values that a sentence names as no longer true, where it has another of the same kind: "the 14th, not the 7th"."""
    found, held = [], set()
    for value in sentence.values:
        before = [w.low for w in sentence.words[max(value.start - 3, 0) : value.start]]
        while before and before[-1] in BETWEEN:
            before.pop()
        kind = _family(value.kind)
        if before and before[-1] in DENIES:
            found.append((kind, frozenset(w.base for w in sentence.words[value.start : value.end])))
        else:
            held.add(kind)
    return tuple(words for kind, words in found if kind in held)


def _says_again(new: Sentence, old: Sentence) -> bool:
    """Whether two sentences differ in a value only: "My rent is 900 euros.", but not in whom they speak of."""
    one_topic = new.topics & old.topics & ONE_TOPIC
    said = [s.bases - _in_values(s, bool(one_topic)) for s in (new, old)]
    return bool(said[0]) and said[0] == said[1]


@remembered(2048)
def _in_values(sentence: Sentence, names: bool = True) -> frozenset[str]:
    """The base forms of the words that its values stand in."""
    return frozenset(
        w.base for v in sentence.values if names or v.kind != "name" for w in sentence.words[v.start : v.end]
    )


@remembered(2048)
def _families(sentence: Sentence) -> frozenset[str]:
    """The kinds of its values, times and numbers together."""
    return frozenset(_family(v.kind) for v in sentence.values)


def _family(kind: str) -> str:
    return "time" if kind in TIMES else "number" if kind in NUMBERS else kind


def echoes(conversation: Sequence[Said], old: int, new: int) -> set[int]:
    """The places of replies between a sentence and its correction that say the old value again."""
    value = _in_values(conversation[old].sentence) - _in_values(conversation[new].sentence)
    between = range(old + 1, new)
    return {n for n in between if conversation[n].role == "assistant" and value & _in_values(conversation[n].sentence)}
