"""The terms of a text, by which it is found: made here and not by a database, so that all databases find the same.

A term is a word without case, accents and English ending. Scripts that do not put spaces between words (Chinese, Japanese,
Thai, Lao, Khmer, Burmese), and Korean, which puts particles behind them, are cut into letters and overlapping pairs of
letters. An emoji is a term. A number is a term as a whole, however its digits are grouped, and so is one with its word:
"iPhone 15" is "iPhone15". Words such as "will" are terms only where they are written as a name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, groupby, pairwise, takewhile
from typing import NamedTuple

from .function_words import (
    AFTER_THE,
    ASKING,
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
    OPENERS,
    ORDINALS,
    PRONOUNS,
    SUBJECTS,
    TITLES,
    WORDS_OF_ONE_LETTER,
)
from .stems import stem

LONGEST_QUESTION = 50_000  # characters that are read of a question
MOST_TERMS = 500  # of a question; a text of that many different ones is not asking for one thing
SHORT = 3  # letters: as many in Chinese are one word rather than a sentence
LONGEST_TERM = 100  # characters
LONGEST_NAME = 12  # words that are looked at for where a name ends

# ---- one way to write a letter ----

_LETTERS: dict[int, int | str] = dict(str.maketrans("’‘ʼʻ`´′‐‑łŁøØđĐðÐħĦŧŦı", "'''''''--lLoOdDdDhHtTi"))
_LETTERS |= str.maketrans("یىکة", "ييكه")  # of a Persian and an Arabic keyboard, and what is written for each other
_LETTERS |= {
    ord(letter): two for letter, two in {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th"}.items()
}
_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # of Latin, Greek, Cyrillic letters, and of keys
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # vowels in Hebrew
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"  # and in Arabic, with its long line
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"  # what is not seen
)
_SENTENCE_ENDS = re.compile(r"[.!?…:;=\n]")
_TITLE = re.compile(r"\b(Dr|Mr|Mrs|Ms|Prof|St)\.", re.I)  # no end of a sentence
_WITH_SIGNS = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z])(\+\+|#)(?![A-Za-z0-9_])")  # C++, C#
_ACRONYM = re.compile(r"\b[A-Z](?:\.[A-Z])+\b\.?", re.I | re.A)


def folded(text: str) -> str:
    """The text without accents and wide letters, and with digits from 0 to 9; capital letters stay."""
    text = unicodedata.normalize("NFKC", text.translate(_LETTERS))
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(char, char)) for char in text)
    text = _WITH_SIGNS.sub(lambda found: found[1] + ("sharp" if found[2] == "#" else "plusplus"), text)
    return _ACRONYM.sub(lambda found: found[0].replace(".", "") + " ", _TITLE.sub(r"\1 ", text))


# ---- what stands in a text ----

_SPACELESS = re.compile(
    "(?![\u0e3f\u0e4f\u0e5a\u0e5b\u104a-\u104f\u17d4-\u17db\u30a0\u30fb])"  # their marks
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aad\u1b00-\u1b4c\ua980-\ua9df\uaa80-\uaadf"
    "\uaa60-\uaa7f\ua9e0-\ua9fe\u3005-\u3007\u3040-\u312f\u31a0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\u1100-\u11ff\u3131-\u318e\uac00-\ud7af\ua000-\ua48c\U00020000-\U0003ffff]"
)
_CLUSTER = re.compile(  # a letter with what is written before, above, below or behind it; so many that PostgreSQL takes it
    "[\u0e40-\u0e44\u0ec0-\u0ec4]{0,4}.(?:[\u1039\u17d2].|[\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e"
    "\u1963-\u1974\u19b0-\u19c9\u1a55-\u1a7f\u1b34-\u1b44\ua980-\ua983\ua9b3-\ua9c0\uaab0-\uaac2"
    "\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u109a-\u109d\u17b4-\u17d3\u17dd]){0,12}",
    re.DOTALL,
)
_EMPTY = re.compile("|".join(sorted(FUNCTION_LETTERS, key=len, reverse=True)))
_EMPTY_END = re.compile(f"(?:{'|'.join(sorted(FUNCTION_ENDS, key=len, reverse=True))})$")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_FLAG_OR_SIGN = re.compile("[\U0001f1e6-\U0001f1ff]{2}|.", re.DOTALL)


class Word(NamedTuple):
    """A word: as it is written, whether it begins a sentence or is part of a longer one, and if it has an 's.

    Also whether a comma or a bracket stands behind it, and whether its sentence ends with a question mark.
    """

    text: str
    begins: bool = False
    owns: bool = False
    part: bool = False
    pauses: bool = False
    asks: bool = False


@lru_cache(maxsize=8_192)
def _kind(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] in "LNM":
        return "spaceless" if _SPACELESS.match(char) else "word"
    return "sign" if category == "So" else char if char in "'-" else "between"


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for kind, chars in groupby(folded(text), _kind):
        yield kind, "".join(chars)


def _words(pieces: Iterable[tuple[str, str]]) -> list[Word]:
    """The words, in order. What is joined by an apostrophe or a hyphen is a word as a whole, and each part of it too."""
    words: list[Word] = []
    joined: list[str] = []  # words, and what joins them in between
    begins, sentence = True, 0
    for kind, piece in [*pieces, ("between", "\n")]:
        if kind == "word" or (kind in ("'", "-") and joined and len(piece) == 1):
            joined.append(piece)
            continue
        if joined:
            pauses = piece.lstrip().startswith((",", "(", "—", "–"))
            words += [word._replace(pauses=pauses) for word in _parts(joined, begins)]
            joined, begins = [], False
        if ends := bool(_SENTENCE_ENDS.search(piece)):
            words[sentence:] = [word._replace(asks="?" in piece) for word in words[sentence:]]
            sentence = len(words)
        begins = (begins and kind != "spaceless") or ends
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
    numbers = [*_numbers(text, pieces), *_digits(pieces)]
    return list(dict.fromkeys([*_of_words(pieces).telling, *letters, *pairs, *_signs(pieces), *numbers]))


def of_question(text: str) -> list[str]:
    """The terms by which a question finds facts: those that say what it is about, or else all of them."""
    if not isinstance(text, str):
        raise TypeError(f"A question is text, not {type(text).__name__}.")
    text = text[:LONGEST_QUESTION]
    pieces = list(_pieces(text))
    words, pairs = _of_words(pieces, asked=True), _of_runs(pieces)
    telling = [*words.telling, *pairs.telling, *_signs(pieces), *_numbers(text, pieces)]
    return list(dict.fromkeys(telling or [*words.idle, *pairs.idle]))[:MOST_TERMS]


def _of_words(pieces: list[tuple[str, str]], asked: bool = False) -> _Sorted:
    """Of what is asked, a letter that is a part of a word finds nothing: "e-mail" shall not find "e-bike"."""
    words = _words(pieces)
    if len(words) > 1 and not any(kind == "spaceless" or piece != piece.upper() for kind, piece in pieces):
        words = [
            word._replace(text=word.text.lower()) for word in words
        ]  # where all is in capitals, none says anything
    elif asked and _is_headline(words):
        words = [word if word.text.isupper() else word._replace(text=word.text.lower()) for word in words]
    telling: list[str] = []
    idle: list[str] = []
    for place, word in enumerate(words):
        plain = word.text.casefold()[:LONGEST_TERM]
        if plain in FUNCTION_WORDS:
            (telling if _is_name(words, place, asked) else idle).append(plain)
        else:
            (idle if asked and word.part and len(plain) == 1 else telling).append(stem(plain))
    if len(idle) > 1:  # a sentence: of its words one can be asked for at most, as in "who is an"
        last, before = idle[-1], words[-2].text.casefold() if len(words) > 1 else ""
        of_somebody = not (SUBJECTS - {"you"}).isdisjoint(idle) or last in PRONOUNS  # "it is so"
        idle = [last] if before in BEFORE_NAMES and not of_somebody else []
    return _Sorted(telling, idle)


def _is_headline(words: list[Word]) -> bool:
    """Whether Each Word Has a Capital, or almost: then it does not say which are names."""
    plain = [word.text.casefold() for word in words]
    asks = not NEVER_FIRST.isdisjoint(plain[1:]) or not ASKING.isdisjoint(plain[:1])
    return len(words) > 2 and asks and all(word.text[0].isupper() for word in words)


def _is_name(words: list[Word], place: int, asked: bool) -> bool:
    """Whether a word that says nothing else is written as a name: with a capital where it would have none, or an 's."""
    word, plain = words[place], words[place].text.casefold()
    before = words[place - 1].text.casefold() if place and not word.begins else ""
    behind = words[place + 1] if place + 1 < len(words) and not words[place + 1].begins else None
    if word.owns and (
        plain in AUXILIARIES | {"an"} or (word.text[0].isupper() and plain not in CONTRACTED | NEVER_FIRST)
    ):
        return True
    if before in TITLES or (before == "the" and plain in AFTER_THE):
        return True
    if not word.text[0].isupper():
        alone = place > 0 and word.begins and behind is None and not asked  # "brother: will"
        return (alone and plain in AUXILIARIES) or _is_name_all_the_same(plain, before, behind)
    if plain == "i":
        return False
    if len(plain) > 1 and word.text.isupper():  # IT, US
        return True
    if not word.begins:  # "Hello, Can you …" is a slip
        opens = asked and plain in AUXILIARIES | OPENERS | {"do"} and behind and behind.text.casefold() in SUBJECTS
        return not opens or before in BEFORE_NAMES
    return _is_name_at_the_start(words, place, behind, asked)


def _is_name_all_the_same(plain: str, before: str, behind: Word | None) -> bool:
    """The same for one in small letters: where it can be nothing else."""
    if plain == "an":  # it ends no sentence, and stands before a vowel
        return bool(before) and (behind is None or behind.text[0] in "bcdfgjklmnpqrstvwyz")
    can_only_be = (
        before in BEFORE_NAMES
        or before == plain
        or before.isdecimal()
        or (behind and behind.text in BEHIND_NAMES_ALONE)
    )
    return plain in AUXILIARIES and bool(can_only_be)


def _is_name_at_the_start(words: list[Word], place: int, behind: Word | None, asked: bool) -> bool:
    """The same for one with a capital that it would have in any case, for it begins a sentence."""
    plain = words[place].text.casefold()
    if plain in NEVER_FIRST:
        return False
    if words[place].pauses:  # "Will, my brother, …", but "So, …"
        return plain != "so"
    if plain in AUXILIARIES and not asked:  # only questions and wishes begin with one
        return not behind or behind.text in BEHIND_NAMES or behind.text.casefold() not in NEVER_FIRST
    if asked and (plain in OPENERS or (words[place].asks and plain in AUXILIARIES | {"do"})):
        return _is_asked_for(words[place + 1 : place + LONGEST_NAME])
    return not behind or _follows_a_name(behind.text)


def _is_asked_for(behind: list[Word]) -> bool:
    """Whether a question begins with a name: "Will?", "Will Smith?", "Will Smith's age?", "Will is …?"; not "Will Ana come?"."""
    behind = list(takewhile(lambda word: not word.begins, behind))
    named = list(takewhile(lambda word: _is_capital(word) or word.text in ("and", "or"), behind))
    rest = behind[len(named) :]
    if not rest or rest[0].text in BEHIND_NAMES:
        return True
    return bool(named) and named[-1].owns and len(rest) == 1


def _is_capital(word: Word) -> bool:
    return word.text[0].isupper() and word.text != "I"


def _follows_a_name(text: str) -> bool:
    """Whether this is what follows a name at the start of a sentence: "… is", "… lives", "… moved", "… Smith"."""
    if text[0].isupper():
        return text != "I"
    return text in BEHIND_NAMES or (text.endswith(("s", "ed")) and len(text) > 3 and text not in FUNCTION_WORDS)


def _of_runs(pieces: list[tuple[str, str]]) -> _Sorted:
    """Of scripts without spaces: pairs of letters, and each letter that stands alone between others that say nothing."""
    telling: list[str] = []
    idle: list[str] = []
    for kind, piece in pieces:
        clusters = _CLUSTER.findall(piece) if kind == "spaceless" else []
        empty = _empty(piece, clusters) if clusters else []
        for (one, other), both in zip(pairwise(clusters), pairwise(empty), strict=True):
            (idle if all(both) or (both[1] and _is_katakana(one) != _is_katakana(other)) else telling).append(
                one + other
            )
        for place, cluster in enumerate(clusters):
            beside = [n for n in (place - 1, place + 1) if 0 <= n < len(clusters)]
            alone = all(empty[n] or _is_kana(clusters[n]) != _is_kana(cluster) for n in beside)
            if cluster in WORDS_OF_ONE_LETTER and beside:
                telling.append(cluster)
            elif not beside or (alone and not empty[place] and not _is_kana(cluster)):
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


def _is_katakana(cluster: str) -> bool:
    return "\u30a0" <= cluster[0] <= "\u30ff"


_GROUPED = re.compile(r"[0-9](?:[ ()./-]{0,2}[0-9]){6,60}")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|[0-9]+")
UNIT = 3  # letters: as many can stand behind a number as its unit


def _numbers(text: str, pieces: list[tuple[str, str]]) -> list[str]:
    """Numbers as wholes: of digits in groups, as in a phone number, and with the word before or the unit behind them."""
    found = [re.sub("[^0-9]", "", match[0]) for match in _GROUPED.finditer(folded(text))]
    for (_, one), (_, between), (_, other) in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if between == " " and ((one.isalpha() and other.isdecimal()) or (one.isdecimal() and _is_unit(other))):
            found.append((one + other).casefold()[:LONGEST_TERM])
    for letters, digits in _mixed(pieces):
        found += [stem(part.casefold()[:LONGEST_TERM]) for part in letters if len(part) >= UNIT]
        found += digits if letters in ([ordinal] for ordinal in ORDINALS) else []
    return found


def _digits(pieces: list[tuple[str, str]]) -> list[str]:
    """The digits in a fact that have grown together with a word, for who asks for them alone; not those of "PS5"."""
    words = [digits for letters, digits in _mixed(pieces) if any(len(part) >= UNIT for part in letters)]
    return [part[:LONGEST_TERM] for digits in words for part in digits]


def _mixed(pieces: list[tuple[str, str]]) -> Iterator[tuple[list[str], list[str]]]:
    """Of the words of letters and digits, the letters and the digits."""
    for kind, piece in pieces:
        parts = _LETTERS_OR_DIGITS.findall(piece) if kind == "word" else []
        if len(parts) > 1:
            yield [part for part in parts if not part.isdecimal()], [part for part in parts if part.isdecimal()]


def _is_unit(text: str) -> bool:
    return text.isalpha() and len(text) <= UNIT and text.casefold() not in FUNCTION_WORDS


def _signs(pieces: list[tuple[str, str]]) -> list[str]:
    return [sign for kind, piece in pieces if kind == "sign" for sign in _FLAG_OR_SIGN.findall(piece)]
