"""What can be known about a user: facts of several kinds, the questions for them, and facts that matter to none."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from ..situations.told_facts import COLOURS, DAYS, NAMES, NUMBERS, THINGS

KINDS = {  # what is known: what is asked, and what can be known
    "The user's dog is called {}.": ("What is my dog called?", NAMES),
    "The user's locker number is {}.": ("What is my locker number?", NUMBERS),
    "The user's favourite colour is {}.": ("What is my favourite colour?", COLOURS),
    "The user's flight is on {}.": ("When is my flight?", DAYS),
    "The spare key is under the {}.": ("Where is the spare key?", THINGS),
    "The user's budget is {} euros.": ("What is my budget?", NUMBERS),
}
FOOD = "soup rice bread salad cheese toast pasta curry".split()


class Known(NamedTuple):
    """A fact, the question for it, and the word that only somebody who knows it can say."""

    text: str
    asked: str
    word: str


def some(random: Random, kinds: int = len(KINDS)) -> list[Known]:
    """Facts of different kinds."""
    texts = random.sample(sorted(KINDS), kinds)
    words: list[str] = []
    for text in texts:
        words.append(random.choice([word for word in KINDS[text][1] if word not in words]))
    return [Known(text.format(word), KINDS[text][0], word) for text, word in zip(texts, words, strict=True)]


def other(fact: Known, random: Random) -> Known:
    """The same kind of fact, with another word."""
    kind = next(text for text, (asked, _) in KINDS.items() if asked == fact.asked)
    word = random.choice([word for word in KINDS[kind][1] if word != fact.word])
    return Known(kind.format(word), fact.asked, word)


def lunches(random: Random, number: int) -> list[str]:
    """Facts that matter to no question here."""
    return [f"The lunch of day {day} is {random.choice(FOOD)}." for day in random.sample(range(1, 300), number)]
