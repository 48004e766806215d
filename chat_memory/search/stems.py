"""English words cut down to their stems, so that "lives", "lived" and "living" are one: Porter's rules of 1980.

Described in M. F. Porter, "An algorithm for suffix stripping" (https://tartarus.org/martin/PorterStemmer/def.txt). Two of his
own later changes are in it: -bli and -logi. It is done here and not by the database, so that all databases find the same.
"""

import re
from functools import lru_cache
from itertools import pairwise

SECOND = {  # what a suffix becomes where a syllable or more stands before it
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble", "logi": "log",
}  # fmt: skip
THIRD = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
FOURTH = "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize".split()
_LONGEST_FIRST = {tuple(names): sorted(names, key=len, reverse=True) for names in (SECOND, THIRD, FOURTH)}


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The stem of a word in lower case; one of other letters than a to z, or of fewer than three, is its own stem."""
    if len(word) < 3 or not re.fullmatch("[a-z]+", word):
        return word
    word = _without_ending(_without_s(word))
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    for endings in (SECOND, THIRD):
        if (ending := _ending(word, endings)) and _syllables(word[: -len(ending)]) > 0:
            word = word[: -len(ending)] + endings[ending]
    if (ending := _ending(word, FOURTH)) and _syllables(before := word[: -len(ending)]) > 1:
        word = before if ending != "ion" or before.endswith(("s", "t")) else word
    if word.endswith("e"):
        syllables = _syllables(word[:-1])
        word = word[:-1] if syllables > 1 or (syllables == 1 and not _is_short(word[:-1])) else word
    return word[:-1] if word.endswith("ll") and _syllables(word[:-1]) > 1 else word


def _without_s(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _without_ending(word: str) -> str:
    """Without -ed or -ing, and with what these have taken away or doubled: hoping, hopping."""
    if word.endswith("eed"):
        return word[:-1] if _syllables(word[:-3]) > 0 else word
    ending = "ed" if word.endswith("ed") else "ing" if word.endswith("ing") else ""
    if not ending or not _has_vowel(before := word[: -len(ending)]):
        return word
    if before.endswith(("at", "bl", "iz")):
        return before + "e"
    if len(before) > 1 and before[-1] == before[-2] and _shape(before)[-1] == "c" and before[-1] not in "lsz":
        return before[:-1]
    return before + "e" if _syllables(before) == 1 and _is_short(before) else before


def _ending(word: str, endings: dict[str, str] | list[str]) -> str:
    return next((ending for ending in _LONGEST_FIRST[tuple(endings)] if word.endswith(ending)), "")


def _shape(word: str) -> str:
    """A "v" for each vowel and a "c" for each consonant; y is a vowel behind a consonant."""
    shape = ""
    for letter in word:
        shape += "v" if letter in "aeiou" or (letter == "y" and shape[-1:] == "c") else "c"
    return shape


def _syllables(word: str) -> int:
    """How often a consonant follows a vowel; Porter's m."""
    return sum(pair == ("v", "c") for pair in pairwise(_shape(word)))


def _has_vowel(word: str) -> bool:
    return "v" in _shape(word)


def _is_short(word: str) -> bool:
    """Whether it ends in consonant, vowel, consonant, as "hop" does, but not with w, x or y."""
    return _shape(word)[-3:] == "cvc" and word[-1] not in "wxy"
