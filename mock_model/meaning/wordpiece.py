"""A text as pieces of words: how BERT models for English without capital letters read it.

After J. Devlin and others, "BERT", 2018 (https://arxiv.org/abs/1810.04805): letters without case and accents, each mark and each
Chinese character by itself, and of every word the longest pieces that the vocabulary has, from left to right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100  # characters; a longer one is unknown
MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
CHINESE = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
           (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))  # fmt: skip


def pieces(text: str, vocabulary: Mapping[str, int], most: int) -> list[int]:
    """The numbers of the pieces of a text, between those that open and close it: at most `most`, the rest is not read."""
    read = chain.from_iterable(_pieces_of(word, vocabulary) for word in _words(text))
    inner = [number for _, number in zip(range(most - 2), read, strict=False)]
    return [vocabulary[FIRST], *inner, vocabulary[LAST]]


def _words(text: str) -> Iterator[str]:
    text = unicodedata.normalize("NFD", "".join(_kept(text)))
    plain = "".join(char for char in text if unicodedata.category(char) != "Mn").lower()
    yield from "".join(f" {char} " if _is_mark(char) else char for char in plain).split()


def _kept(text: str) -> Iterator[str]:
    """The characters that are read: no control characters, every space as one, and Chinese ones each by itself."""
    for char in text:
        if char in "\t\n\r" or unicodedata.category(char) == "Zs":
            yield " "
        elif char not in "\0\ufffd" and not unicodedata.category(char).startswith("C"):
            yield f" {char} " if any(low <= ord(char) <= high for low, high in CHINESE) else char


def _is_mark(char: str) -> bool:
    return char in MARKS or unicodedata.category(char).startswith("P")


def _pieces_of(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    found: list[int] = []
    start = 0
    while start < len(word) <= LONGEST_WORD:
        prefix = "##" if start else ""
        ends = (end for end in range(len(word), start, -1) if prefix + word[start:end] in vocabulary)
        if (end := next(ends, None)) is None:
            break
        found.append(vocabulary[prefix + word[start:end]])
        start = end
    return found if start == len(word) else [vocabulary[UNKNOWN]]
