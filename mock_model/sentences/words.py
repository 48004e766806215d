"""Text into sentences, sentences into words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from mock_model.sentences.lists import ASKING, AUXILIARIES, PRONOUNS, pairs_of
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import base, parts_of_speech

LONGEST = 100  # words: what is longer is no sentence that anybody reads, and is read in parts
WALL = 1_000  # times the same sign, a wall of which says no more than one
SAME_SIGN = re.compile(rf"([^\w\s])\1{{{WALL},}}")
END = re.compile(r"(?<=[.!?…])[\"”')\]]*\s+|\n+|(?<=[。！？])|(?<!\s)\s+[–—]{1,2}\s+(?=(?:but|so|and|we|i|my)\b)")
ABBREVIATION = re.compile(
    r"\b(?:mr|mrs|ms|dr|st|prof|vs|approx|etc|e\.g|i\.e|jr|sr|dept|ave|inc|ltd|no|a\.m|p\.m|(?-i:[A-Z]))\.$", re.I
)
AND = re.compile(
    r"(?<=[;,])\s(?=(?:and|but)\s(?:I|I['’]m|my|our|we|the user)\b)|\s(?=and\s(?:my|our|I|we|the user)\b)|(?<=;)\s",
    re.I,
)
BULLET = re.compile(r"^\s*(?:[-*•>]+|\d{1,2}[.)])\s+|[*_`#]{2,}|`")
TOKEN = re.compile(
    r"""https?://[^\s<>"']+ | [\w.+-]+@[\w-]+\.[\w.-]+\w      # addresses
      | [$€£¥₹]\s?\d[\d,.]*(?:[kKmM]\b|\d|\b)                    # $4,500  £3k
      | \d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\b\.?)? | \d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.)(?!\w)   # 7:45 am
      | [+#]?\d[\d ]{7,}\d | \d{4}-\d{2}-\d{2} | \d{1,2}/\d{1,2}(?:/\d{2,4})?          # phone numbers, dates
      | \d{1,3}(?:[,.]\d{3})+(?:\.\d+)?\w* | \d+(?:\.\d+)?[\w%°]*(?:-\w+)*         # 4,500  14th  3.11  8-year-old
      | \w+(?:[._/@-]+\w+)*(?:['’]\w+)?['’]?(?=\W|$) | \w+      # words, file_names, Tom's, cats'
      | \.\.\.|[^\w\s]""",
    re.VERBOSE,
)
CONTRACTED = {"n't": "not", "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
CASUAL = pairs_of("casual")
IS_AFTER = frozenset(
    "a an the in at on from not called named very so really now going been got my your our their to".split()
)


class Word(NamedTuple):
    """One word or sign of a sentence."""

    text: str
    low: str
    base: str
    glued: bool = False  # no space before it
    owns: bool = False  # "Tom's": what follows is his


@remembered(1024)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, split at their ends and at lines, not after "Dr." or inside "3.11"."""
    found: list[str] = []
    for piece in END.split(text):
        piece = BULLET.sub("", piece).strip()
        if not piece:
            continue
        if found and ABBREVIATION.search(found[-1]) and len(found[-1]) < 500:
            found[-1] += " " + piece
        elif len(piece) > 6 * LONGEST and len(parts := piece.split()) > LONGEST:
            found += [" ".join(parts[n : n + LONGEST]) for n in range(0, len(parts), LONGEST)]
        else:
            found += _clauses(piece) if len(piece) <= 6 * LONGEST else [piece]
    return tuple(found)


def _clauses(piece: str) -> list[str]:
    """A sentence, or its halves where it says two things: "My name is Ana, and my dog is called Rex."."""
    for joint in AND.finditer(piece):
        halves = piece[: joint.start()], piece[joint.end() :]
        if all(_has_verb(half) for half in halves):
            return [halves[0], *_clauses(halves[1])]
    return [piece]


def _has_verb(half: str) -> bool:
    """Whether one of its first words is surely a verb: "is", "moved", "I like", but not the "house" of "my house"."""
    first = half.lower().removeprefix("and ").split()[:6]
    return any(
        low in AUXILIARIES
        or "'" in low
        or ("v" in parts_of_speech(base(low)) and (low != base(low) or before in ("i", "we")))
        for before, low in pairwise(first)
    ) or first[:1] == ["i'm"]


@remembered(2048)
def words(sentence: str) -> tuple[Word, ...]:
    """The words of one sentence, contractions written out ("I'm" is two words, and so is "what's")."""
    if len(sentence) > WALL:
        sentence = SAME_SIGN.sub(r"\1", sentence)
    raw = [
        (m.group().rstrip().replace("’", "'"), m.start() > 0 and not sentence[m.start() - 1].isspace())
        for m in TOKEN.finditer(sentence)
        if m.group().strip("'’ ")
    ]
    following = [text.lower() for text, _ in raw[1:]] + [""] * bool(raw)
    return tuple(
        word for (text, glued), after in zip(raw, following, strict=True) for word in _written_out(text, glued, after)
    )


def _written_out(text: str, glued: bool, following: str) -> list[Word]:
    low = text.lower()
    if low in ("cannot", "can't", "won't", "shan't"):
        return [word({"won't": "will", "shan't": "shall"}.get(low, "can"), glued), word("not")]
    if low in CASUAL:
        return [word(part, glued and n == 0) for n, part in enumerate(CASUAL[low].split("-"))]
    for ending, full in CONTRACTED.items():
        if low.endswith(ending) and len(low) > len(ending):
            return [word(text[: -len(ending)], glued), word(full)]
    if low.endswith("'s") and len(low) > 2:
        whole, bare = text[:-2], low[:-2]
        if bare in PRONOUNS | ASKING | {"here", "let"}:
            return [
                word(whole, glued),
                word("has" if following in ("got", "been") else "us" if bare == "let" else "is"),
            ]
        if following not in AUXILIARIES and (following in IS_AFTER or following.endswith("ing")):
            return [word(whole, glued), word("is")]
        return [Word(text, bare, base(bare), glued, True)]
    if low.endswith("s'"):
        return [Word(text, low[:-1], base(low[:-1]), glued, True)]
    return [word(text.rstrip("'"), glued)]


@remembered(2048)
def word(text: str, glued: bool = False) -> Word:
    """One word by itself."""
    low = text.lower()
    return Word(text, low, base(low), glued)


def spaced(name: str) -> str:
    """The words of a name in a program: "check in date" for checkInDate and check_in_date."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", name).strip().lower()


def join(spoken: Iterable[Word]) -> str:
    """Words back into text."""
    return "".join(w.text if w.glued or n == 0 else " " + w.text for n, w in enumerate(spoken))
