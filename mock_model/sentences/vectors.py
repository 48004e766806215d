"""Vectors: a text as a list of numbers, so that texts with like words lie near each other.

What they are worth: every word counts by its base form, by the words of nearly the same meaning that stand beside it in
`thesaurus.txt`, and by the kinds of thing it names there ("dog" is a pet, "Porto" a city); sums of money and dates count
as such. So "pet" lies near "dog", and "living" near "lives". That is all they know: a small list of synonyms and word
families, and no meaning. Word order, "not" and whatever the list lacks are lost on them. The vectors of a real model
know far more; code that uses these runs with those unchanged. The same text always has the same vector.
"""

from __future__ import annotations

import hashlib
import math
import struct
from array import array
from collections.abc import Iterator
from functools import lru_cache

from mock_model.sentences.kinds import KINDS, meaning
from mock_model.sentences.lists import SMALL as SMALL_WORDS
from mock_model.sentences.values import TIMES, values
from mock_model.sentences.words import Word, sentences, words

SMALL = 0.05  # the weight of "the", "my" and the like beside 1.0 for other words
FAINT = (SMALL_WORDS | {"user", "users", "assistant"}) - {"when"}  # notes speak of "the user" in every line
MEANING = 1.4  # the weight of what a word nearly means, all senses together
KIND = 1.5  # the weight of what it is, if that is one kind of thing
PROPER = frozenset("city country continent month weekday language season".split())  # a biscuit is food, Biscuit a dog
ABOUT = {  # words that ask for a kind of value or name one
    **dict.fromkeys(("money", "cost", "price", "pay", "spend", "budget", "save"), "money"),
    **dict.fromkeys(("when", "date", "deadline", "birth", "born", "birthday"), "time"),
}
SIGNS = bytes([1] * 128 + [255] * 128)  # bytes as 1 or -1
VALUES = {"money": "money", **dict.fromkeys(TIMES, "time")}


def vector(text: str, dimensions: int, model: str) -> list[float]:
    """The vector of a text, of length 1, each number as precise as 32 bits are.

    Fewer dimensions are the first ones of more, stretched to length 1 again. Vectors of two models share nothing.
    """
    sums = [0.0] * dimensions
    for feature, weight in sorted(_features(text).items()):
        signs = _signs(f"{model} {feature}", dimensions)
        sums = [total + weight * sign for total, sign in zip(sums, signs, strict=True)]
    length = math.sqrt(math.fsum(x * x for x in sums))
    packed = struct.pack(f"<{dimensions}f", *(x / length for x in sums)) if length else b""
    return list(struct.unpack(f"<{dimensions}f", packed)) if packed else [1.0, *[0.0] * (dimensions - 1)]


def _features(text: str) -> dict[str, float]:
    """What a text has in common with others, each with its weight; what stands there twice counts once."""
    found: dict[str, float] = {}
    for sentence in sentences(text):
        spoken = words(sentence)
        for place, word in enumerate(spoken):
            for feature, weight in _features_of(word, place > 0 and word.text[0].isupper()):
                found[feature] = max(weight, found.get(feature, 0.0))
        found |= {f"kind {VALUES[v.kind]}": KIND / 2 for v in values(spoken) if v.kind in VALUES}
    return found or {f"text {text}": 1.0}


def _features_of(word: Word, named: bool) -> Iterator[tuple[str, float]]:
    if not word.text[0].isalnum() and word.text[0] not in "$€£¥+#":
        return
    if word.low in FAINT:
        yield f"word {word.low}", SMALL
        return
    meant = meaning(word.base)
    near = [] if named else sorted(m for m in meant.own if str(m).startswith("="))
    kinds = {k for k in (m[1:] for m in (*meant.above, *meant.own) if str(m).startswith("#")) if k in KINDS}
    kinds = kinds & PROPER if named else kinds
    yield f"word {word.base.replace(',', '')}", 1.0
    yield from ((f"sense {group}", MEANING / len(near) ** 0.25) for group in near)
    yield from ((f"kind {kind}", KIND / len(kinds) ** 0.25) for kind in sorted(kinds))
    if word.base in ABOUT:
        yield f"kind {ABOUT[word.base]}", KIND / 2


@lru_cache(maxsize=2048)
def _signs(feature: str, dimensions: int) -> array:
    """A direction of its own for each feature, 1 or -1 in every dimension: two of them are nearly at right angles."""
    return array("b", hashlib.shake_256(feature.encode("utf-8", "replace")).digest(dimensions).translate(SIGNS))
