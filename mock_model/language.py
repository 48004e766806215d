"""English in small steps: text into sentences, sentences into words, words into what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from mock_model import lexicon as lx


class Word(NamedTuple):
    """One word or sign of a sentence."""

    text: str  # as it is written in a reply
    low: str  # lower case
    lemma: str  # what it means: base form, and one word for all its synonyms
    glued: bool = False  # no space before it
    possessive: bool = False  # "Tom's": the owner of what follows
    owner: str = ""  # whose it is: "you" for "your dog", "tom" for "Tom's dog"

    @property
    def key(self) -> str:
        """What the word stands for, with its owner: "you/sister" for the sister in "your sister"."""
        return f"{self.owner}/{self.lemma}" if self.owner else self.lemma


class Worded:
    """Something made of words, a statement or a question, and what is in it."""

    words: tuple[Word, ...]

    @cached_property
    def lemmas(self) -> frozenset[str]:
        return frozenset(w.lemma for w in self.words)

    @cached_property
    def said(self) -> frozenset[str]:
        """Its words as they stand, and their lemmas."""
        return self.lemmas | {w.low for w in self.words}


TOKEN = re.compile(
    r"""https?://[^\s<>"']+ | [\w.+-]+@[\w-]+\.[\w.-]+\w      # addresses
      | [$€£¥]\s?\d[\d,.]*(?:[kKmM]\b|\d|\b)                     # $4,500  £3k
      | \d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\b\.?)? | \d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.)(?!\w)   # 7:45 am
      | [+#]?\d[\d ]{7,}\d | \d{4}-\d{2}-\d{2} | \d{1,2}/\d{1,2}(?:/\d{2,4})?          # phone numbers, dates
      | \d{1,3}(?:[,.]\d{3})+(?:\.\d+)?\w* | \d+(?:\.\d+)?[\w%°]*(?:-\w+)*         # 4,500  14th  3.11  8-year-old
      | \w+(?:[._/@-]+\w+)*(?:['’]\w+)?['’]?(?=\W|$) | \w+      # words, file_names, e-mails, Tom's, cats'
      | \.\.\.|[^\w\s]""",
    re.VERBOSE | re.UNICODE,
)
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”')\]]*\s+|\n+|(?<=[。！？])")
ABBREVIATION = re.compile(
    r"\b(?:mr|mrs|ms|dr|st|prof|vs|approx|etc|e\.g|i\.e|jr|sr|dept|ave|inc|ltd|a\.m|p\.m|(?-i:[A-Z]))\.$", re.IGNORECASE
)
LONGEST = 100  # words: what is longer is no sentence that anybody reads, and is read in parts
WALL = 1_000  # times the same sign, a wall of which says no more than one
SAME_SIGN = re.compile(rf"([^\w\s])\1{{{WALL},}}")
BULLET = re.compile(r"^\s*(?:[-*•>]+|\d{1,2}[.)])\s+|[*_`#]{2,}|`")

CONTRACTIONS = {
    "n't": "not", "'m": "am", "’m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would",
}  # fmt: skip
CASUAL = {
    "im": "I am", "ive": "I have", "dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not",
    "wasnt": "was not",  "wont": "will not", "whats": "what is", "wheres": "where is",
    "whos": "who is", "whens": "when is", "thats": "that is", "theres": "there is", "hes": "he is", "shes": "she is",
    "u": "you", "ur": "your", "i": "I",  "won't": "will not", "shan't": "shall not", "gonna": "going to",
    "wanna": "want to", "let's": "we will", "lets": "we will", "y'all": "you", "youre": "you are", "theyre": "they are",
}  # fmt: skip
IS_AFTER_NAME = frozenset(
    "a an the in at on from not called named very so really now going been got your my our their to".split()
)
# Endings of words, what stands there in the base form, and how long a word must be to have it.
ENDINGS = (
    ("ies", "y", 5), ("sses", "ss", 5), ("xes", "x", 4), ("ches", "ch", 5), ("shes", "sh", 5), ("oes", "o", 5), ("ss", "ss", 3),
    ("us", "us", 3), ("is", "is", 3), ("s", "", 4), ("ing", "", 6), ("ied", "y", 5), ("ed", "", 5),
)  # fmt: skip
NOUN_ENDINGS = ("ations", "ation", "ances", "ance", "ences", "ence", "ments", "ment", "ness", "ate", "ant", "ent")


@lru_cache(maxsize=4096)
def lemma(low: str) -> str:
    """The base form of a lower-case word, and the first of its synonyms: "mum's" and "mothers" are "mother"."""
    if low in lx.CONCEPT:
        return lx.CONCEPT[low]
    base = lx.IRREGULAR.get(low) or (low if low in lx.WHOLE or low.endswith("eed") else _without_ending(low))
    return lx.CONCEPT.get(base, base)


def _without_ending(low: str) -> str:
    for ending, put, shortest in ENDINGS:
        if low.endswith(ending) and len(low) >= shortest:
            base = low[: -len(ending)] + put
            return _undouble(base) if ending in ("ing", "ed") else base
    return low


@lru_cache(maxsize=1)
def _related() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """The senses of each word of the thesaurus, and its phrases of two words.

    Words of one line share a sense. In a line about people only its first word has the sense of each other: a partner may
    be a husband or a wife, but a husband is no wife.
    """
    known: dict[str, set[str]] = {}
    phrases: set[str] = set()
    for number, line in enumerate(lx.ALIKE):
        group = [w if "_" in w else lemma(w) for w in line]
        phrases.update(w for w in group if "_" in w)
        people = any(w in lx.PERSONS or w in lx.PETS for w in group)
        for word in group:
            mine = {f"{number}"} if not people else {f"{number}.{word}"}
            if people and word == group[0]:
                mine = {f"{number}.{other}" for other in group}
            known.setdefault(word, set()).update(mine)
    return {word: frozenset(found) for word, found in known.items()}, frozenset(phrases)


def senses(clause: Sequence[Word]) -> tuple[frozenset[str], ...]:
    """For each word of a clause the senses it can have: two words that share one mean nearly the same."""
    known, phrases = _related()
    found = [known.get(w.lemma, frozenset()) | _stem(w.lemma) for w in clause]
    for index, (one, two) in enumerate(pairwise(clause)):
        for phrase in (f"{one.lemma}_{two.lemma}", f"{one.lemma}_{two.low}", f"{one.low}_{two.low}"):
            if phrase in phrases:
                found[index] |= known[phrase]
                break
    return tuple(found)


@lru_cache(maxsize=4096)
def _stem(low: str) -> frozenset[str]:
    """What "intolerant" and "intolerance", "deploy" and "deployment" have in common, as one more sense."""
    if len(low) < 3:
        return frozenset()
    for ending in NOUN_ENDINGS:
        if low.endswith(ending) and len(low) - len(ending) >= 5:
            return frozenset({"~" + low[: -len(ending)].rstrip("e")})
    return frozenset({"~" + low.rstrip("e")})


def _undouble(base: str) -> str:
    """The verb that "planned", "moved" and "working" come from."""
    if base in lx.VERBS or base in lx.CONCEPT:
        return base
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    if base + "e" in lx.VERBS or base + "e" in lx.CONCEPT or base.endswith(("v", "c", "dg", "at", "iz", "ut")):
        return base + "e"
    return base


def is_verb(word: Word) -> bool:
    """Whether the word can be the verb of a clause."""
    return _can_be_verb(word.low)


@lru_cache(maxsize=4096)
def _can_be_verb(low: str) -> bool:
    if low in lx.WHOLE:
        return False
    if low in lx.VERBS or low in lx.AUXILIARIES or lx.IRREGULAR.get(low) in lx.VERBS:
        return True
    forms = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"))
    regular = any(low.endswith(end) and low[: -len(end)] + put in lx.VERBS for end, put in forms)
    return regular or (low.endswith("ed") and _undouble(low[:-2]) in lx.VERBS)


def sentences(text: str) -> list[str]:
    """Split a text at the ends of sentences and lines, not after "Dr." or inside "3.11"."""
    return list(_sentences(text))


@lru_cache(maxsize=1024)
def _sentences(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for piece in SENTENCE_END.split(text):
        piece = BULLET.sub("", piece).strip()
        if not piece:
            continue
        if found and ABBREVIATION.search(found[-1]) and len(found[-1]) < 500:
            found[-1] += " " + piece
        elif len(piece) > 6 * LONGEST and len(parts := piece.split()) > LONGEST:
            found += [" ".join(parts[n : n + LONGEST]) for n in range(0, len(parts), LONGEST)]
        else:
            found.append(piece)
    return tuple(found)


def words(sentence: str) -> list[Word]:
    """Split one sentence into words, contractions written out ("I'm" is two words, and so is "what's")."""
    return list(_words(sentence))


@lru_cache(maxsize=4096)
def _words(sentence: str) -> tuple[Word, ...]:
    if len(sentence) > WALL:
        sentence = SAME_SIGN.sub(r"\1", sentence)
    raw = [
        (m.group().rstrip(), m.start() > 0 and not sentence[m.start() - 1].isspace())
        for m in TOKEN.finditer(sentence)
        if m.group().strip("'’ ")
    ]
    found: list[Word] = []
    for index, (text, glued) in enumerate(raw):
        following, after = (raw[at][0].lower() if at < len(raw) else "" for at in (index + 1, index + 2))
        found.extend(_expand(text.replace("’", "'"), glued, following, after))
    return tuple(found)


def _expand(text: str, glued: bool, following: str, after: str) -> list[Word]:
    low = text.lower()
    if low in ("cannot", "can't", "cant"):
        return [word("can", glued), word("not", True)]
    if low in CASUAL:
        parts = CASUAL[low].split()
        return [word(part, glued and n == 0) for n, part in enumerate(parts)]
    for ending, full in CONTRACTIONS.items():
        if low.endswith(ending) and len(low) > len(ending):
            return [word(text[: -len(ending)], glued), word(full)]
    if low.endswith("'s"):
        base = text[:-2]
        if base.lower() in lx.PRONOUNS | lx.WH | {"here", "there"} or base.lower() == "that":
            return [word(base, glued), word("has" if following in ("got", "been") else "is")]
        doing = following.endswith("ing") and after not in lx.AUXILIARIES  # not in "Ana's wedding is in May"
        if following not in ("is", "was") and (following in IS_AFTER_NAME or not following[:1].isalnum() or doing):
            return [word(base, glued), word("is")]
        return [word(text, glued)._replace(lemma=lemma(base.lower()), low=base.lower(), possessive=True)]
    if low.endswith("s'"):
        return [word(text, glued)._replace(lemma=lemma(low[:-1]), low=low[:-1], possessive=True)]
    return [word(text.rstrip("'"), glued)]


@lru_cache(maxsize=4096)
def word(text: str, glued: bool = False) -> Word:
    low = text.lower()
    return Word(text, low, lemma(low), glued)


def join(sentence: Iterable[Word]) -> str:
    """Words back into text."""
    return "".join(w.text if w.glued or n == 0 else " " + w.text for n, w in enumerate(sentence))


def as_sentence(text: str) -> str:
    """Text with a capital letter and a full stop, as a reply has it."""
    text = text.strip(" ,;:-–—")
    if not text:
        return ""
    first = text[0].upper() + text[1:] if not re.match(r"\w*[._/]\w|https?:", text) else text
    return first if first[-1] in '.!?…"”)' else first + "."
