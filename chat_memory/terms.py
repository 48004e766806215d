"""The terms of a text, by which it is found: made here and not by a database, so that all databases find the same.

A term is a word without case, accents and English ending. Scripts that do not put spaces between words (Chinese, Japanese,
Thai, Lao, Khmer, Burmese), and Korean, which puts particles behind them, are cut into letters and overlapping pairs of
letters. An emoji is a term. Words such as "will" are terms only where they are written as a name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

from .stems import stem
from .words_that_say_nothing import (
    AUXILIARIES,
    BEFORE_NAMES,
    BEHIND_NAMES,
    BEHIND_NAMES_ALONE,
    CONTRACTED,
    FUNCTION_ENDS,
    FUNCTION_LETTERS,
    FUNCTION_RUNS,
    FUNCTION_WORDS,
    NEVER_FIRST,
    PRONOUNS,
)

LONGEST_QUESTION = 50_000  # characters that are read of a question
MOST_TERMS = 500  # of a question; a text of that many different ones is not asking for one thing
SHORT = 3  # letters: as many in Chinese are one word rather than a sentence
LONGEST_TERM = 100  # characters

# ---- one way to write a letter ----

_LETTERS = str.maketrans("’‘ʼʻ`´′‐‑łŁøØđĐðÐħĦŧŦı", "'''''''--lLoOdDdDhHtTi")
_LETTERS |= {
    ord(letter): two for letter, two in {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th"}.items()
}
_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # of Latin, Greek, Cyrillic letters, and of keys
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # vowels in Hebrew
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"  # and in Arabic, with its long line
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"  # what is not seen
)
_SENTENCE_ENDS = re.compile(r"[.!?…:;\n]")
_TITLE = re.compile(r"\b(Dr|Mr|Mrs|Ms|Prof|St)\.")  # no end of a sentence
_ACRONYM = re.compile(r"\b[A-Z](?:\.[A-Z])+\b\.?")


def folded(text: str) -> str:
    """The text without accents and wide letters, and with digits from 0 to 9; capital letters stay."""
    text = unicodedata.normalize("NFKC", text.translate(_LETTERS))
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(char, char)) for char in text)
    return _ACRONYM.sub(lambda found: found[0].replace(".", "") + " ", _TITLE.sub(r"\1 ", text))


# ---- what stands in a text ----

_SPACELESS = re.compile(
    "(?![\u0e3f\u0e4f\u0e5a\u0e5b\u104a-\u104f\u17d4-\u17db\u30a0\u30fb])"  # their marks
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f\ua9e0-\ua9fe\u3005-\u3007\u3040-\u312f\u31a0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\u1100-\u11ff\u3131-\u318e\uac00-\ud7af\ua000-\ua48c\U00020000-\U0003ffff]"
)
_CLUSTER = re.compile(  # a letter with what is written before, above, below or behind it
    "[\u0e40-\u0e44\u0ec0-\u0ec4]*.(?:[\u1039\u17d2].|[\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e"
    "\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u109a-\u109d\u17b4-\u17d3\u17dd])*",
    re.DOTALL,
)
_EMPTY = re.compile("|".join(sorted(FUNCTION_LETTERS, key=len, reverse=True)))
_EMPTY_END = re.compile(f"(?:{'|'.join(sorted(FUNCTION_ENDS, key=len, reverse=True))})$")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_FLAG_OR_SIGN = re.compile("[\U0001f1e6-\U0001f1ff]{2}|.", re.DOTALL)


class Word(NamedTuple):
    """A word: as it is written, whether it begins a sentence or is part of a longer one, and if it has an 's."""

    text: str
    begins: bool = False
    owns: bool = False
    part: bool = False


@lru_cache(maxsize=8_192)
def _kind(char: str) -> str:
    category = unicodedata.category(char)
    if _SPACELESS.match(char):
        return "spaceless"
    if category[0] in "LNM":
        return "word"
    return "sign" if category == "So" else char if char in "'-" else "between"


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for kind, chars in groupby(folded(text), _kind):
        yield kind, "".join(chars)


def _words(pieces: Iterable[tuple[str, str]]) -> list[Word]:
    """The words, in order. What is joined by an apostrophe or a hyphen is a word as a whole, and each part of it too."""
    words: list[Word] = []
    joined: list[str] = []  # words, and what joins them in between
    begins = True
    for kind, piece in [*pieces, ("between", "\n")]:
        if kind == "word" or (kind in ("'", "-") and joined and len(piece) == 1):
            joined.append(piece)
            continue
        if joined:
            words += _parts(joined, begins)
            joined, begins = [], False
        begins = (begins and kind != "spaceless") or bool(_SENTENCE_ENDS.search(piece))
    return words


def _parts(joined: list[str], begins: bool) -> list[Word]:
    parts, owns = joined[::2], False
    if len(parts) > 1 and joined[2 * len(parts) - 3] == "'":
        last = parts[-1].casefold()
        if last == "t" and parts[-2].casefold().endswith("n"):
            return []  # don't, isn't
        if last in ("s", "m", "d", "re", "ve", "ll"):
            owns, parts = last == "s", parts[:-1]
    if len(parts) == 1:
        return [Word(parts[0], begins, owns)]
    whole = Word("".join(parts), begins, owns)
    return [*(Word(part, begins and not n, part=True) for n, part in enumerate(parts)), whole]


# ---- what of it is a term ----


class _Sorted(NamedTuple):
    """The terms of a text, each once: what it is about, and what says nothing."""

    telling: list[str]
    idle: list[str]


def of_fact(text: str) -> list[str]:
    """The terms under which a fact is found."""
    pieces = list(_pieces(text))
    runs = [_CLUSTER.findall(piece) for kind, piece in pieces if kind == "spaceless"]
    letters = [cluster for run in runs for cluster in run]
    pairs = [one + other for run in runs for one, other in pairwise(run)]
    return list(dict.fromkeys([*_of_words(pieces).telling, *letters, *pairs, *_signs(pieces)]))


def of_question(text: str) -> list[str]:
    """The terms by which a question finds facts: those that say what it is about, or else all of them."""
    if not isinstance(text, str):
        raise TypeError(f"A question is text, not {type(text).__name__}.")
    pieces = list(_pieces(text[:LONGEST_QUESTION]))
    words, pairs = _of_words(pieces, asked=True), _of_runs(pieces)
    telling = [*words.telling, *pairs.telling, *_signs(pieces)]
    return list(dict.fromkeys(telling or [*words.idle, *pairs.idle]))[:MOST_TERMS]


def _of_words(pieces: list[tuple[str, str]], asked: bool = False) -> _Sorted:
    """Of what is asked, a letter that is a part of a word finds nothing: "e-mail" shall not find "e-bike"."""
    words = _words(pieces)
    if len(words) > 1 and not any(kind == "spaceless" or piece != piece.upper() for kind, piece in pieces):
        words = [
            word._replace(text=word.text.lower()) for word in words
        ]  # where all is in capitals, none says anything
    telling, idle = [], []
    for place, word in enumerate(words):
        plain = word.text.casefold()[:LONGEST_TERM]
        if plain in FUNCTION_WORDS:
            (telling if _is_name(words, place, asked) else idle).append(plain)
        else:
            (idle if asked and word.part and len(plain) == 1 else telling).append(stem(plain))
    if len(idle) > 1 and not PRONOUNS.isdisjoint(
        idle
    ):  # "What may I do?" is a sentence, and "who is will" asks for him
        idle.clear()
    return _Sorted(telling, idle)


def _is_name(words: list[Word], place: int, asked: bool) -> bool:
    """Whether a word that says nothing else is written as a name: with a capital where it would have none, or an 's."""
    word, plain = words[place], words[place].text.casefold()
    before = words[place - 1].text.casefold() if place and not word.begins else ""
    behind = words[place + 1] if place + 1 < len(words) and not words[place + 1].begins else None
    if word.owns and (plain in AUXILIARIES or (word.text[0].isupper() and plain not in CONTRACTED | NEVER_FIRST)):
        return True
    if not word.text[0].isupper():
        can_only_be = before in BEFORE_NAMES or before.isdecimal() or (behind and behind.text in BEHIND_NAMES_ALONE)
        return plain in AUXILIARIES and bool(can_only_be)
    if plain == "i":
        return False
    if len(plain) > 1 and word.text.isupper():  # IT, US
        return True
    if not word.begins:
        return True
    if plain in AUXILIARIES and not asked:  # only questions and wishes begin with one
        return not behind or behind.text.casefold() not in NEVER_FIRST
    return plain not in NEVER_FIRST and (not behind or _follows_a_name(behind.text))


def _follows_a_name(text: str) -> bool:
    """Whether this is what follows a name at the start of a sentence: "… is", "… lives", "… moved", "… Smith"."""
    if text[0].isupper():
        return text != "I"
    return text in BEHIND_NAMES or (text.endswith(("s", "ed")) and len(text) > 3 and text not in FUNCTION_WORDS)


def _of_runs(pieces: list[tuple[str, str]]) -> _Sorted:
    """Of scripts without spaces: pairs of letters, and each letter that stands alone between others that say nothing."""
    telling, idle = [], []
    for kind, piece in pieces:
        clusters = _CLUSTER.findall(piece) if kind == "spaceless" else []
        empty = _empty(piece, clusters) if clusters else []
        for (one, other), both in zip(pairwise(clusters), pairwise(empty), strict=True):
            (idle if all(both) else telling).append(one + other)
        for place, cluster in enumerate(clusters):
            beside = [n for n in (place - 1, place + 1) if 0 <= n < len(clusters)]
            alone = all(empty[n] or _is_kana(clusters[n]) != _is_kana(cluster) for n in beside)
            if not beside or (alone and not empty[place] and not _is_kana(cluster)):
                (idle if empty[place] or _is_kana(cluster) else telling).append(cluster)
    return _Sorted(telling, idle)


def _empty(piece: str, clusters: list[str]) -> list[bool]:
    """Of each letter, whether it is of a word that says nothing."""
    if piece in FUNCTION_RUNS:
        return [True] * len(clusters)
    covered = bytearray(len(piece))
    for match in (*_EMPTY.finditer(piece), *_EMPTY_END.finditer(piece, 1)):
        covered[match.start() : match.end()] = b"\1" * len(match[0])
    if len(clusters) <= SHORT and not all(covered) and _HAN.fullmatch(piece):
        return [False] * len(clusters)  # the middle of "目的地" is no word of its own
    ends = list(accumulate(map(len, clusters)))
    return [all(covered[end - len(cluster) : end]) for cluster, end in zip(clusters, ends, strict=True)]


def _is_kana(cluster: str) -> bool:
    return "\u3040" <= cluster[0] <= "\u30ff"


def _signs(pieces: list[tuple[str, str]]) -> list[str]:
    return [sign for kind, piece in pieces if kind == "sign" for sign in _FLAG_OR_SIGN.findall(piece)]
