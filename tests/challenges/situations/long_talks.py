"""Long talks, whose old turns go into a summary: what is said in them, and how it is found again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, takewhile, zip_longest
from random import Random
from typing import Any
from zlib import crc32

from ..engine.criteria import Message
from ..engine.learner_code import Work
from .told_facts import spoken

RULES = "You are a helpful assistant."
OTHER_RULES = "You are a patient guide. Be polite."
PETS = "dog cat parrot rabbit pony goat".split()
PET_NAMES = "Biscuit Pixel Pepper Waffle Ziggy Olive Mango Nutmeg".split()
PEOPLE = "sister brother uncle aunt cousin".split()
TOWNS = "Lisbon Oslo Cusco Ghent Turin Porto Krakow Bergen".split()
FOOD = "soup coffee tea bread rice cake juice salad cheese toast".split()
MANNERS = "cold late sweet salty dry warm small fresh".split()


@dataclass(frozen=True)
class Fact:
    """Something that the user says, a question for it, and the word that the answer must hold."""

    said: str
    question: str
    answer: str

    def is_known(self, reply: str, requests: Sequence[Sequence[Message]]) -> bool:
        """Whether the answer is in a reply, or in what was sent for it. (How well the model reads is no matter of memory.)"""
        return self.word.search(reply) is not None or any(map(self.is_in, requests))

    def is_in(self, messages: Sequence[Message]) -> bool:
        """Whether one of these messages has the answer in it."""
        return any(self.word.search(text) for _, text in spoken(messages))

    @cached_property
    def word(self) -> re.Pattern[str]:
        """The answer as a word: 17 is not in 4170."""
        return re.compile(rf"\b{self.answer}\b")


def drawn(challenge: Work, number: int) -> Random:
    """Chance that is the same whenever the same file is checked, and another one for each file: nobody can foresee it."""
    return Random(f"{crc32(challenge.path.read_bytes())} {number}")


def facts(random: Random) -> list[Fact]:
    """Three facts, of three kinds, in any order."""
    pet, person = random.choice(PETS), random.choice(PEOPLE)
    name, town = random.choice(PET_NAMES), random.choice(TOWNS)
    budget, locker = str(random.randrange(310, 980, 10)), str(random.randrange(311, 980, 10))
    found = [
        Fact(f"My {pet} is called {name}.", f"What is my {pet} called?", name),
        Fact(f"My {person} lives in {town}.", f"Where does my {person} live?", town),
        Fact(f"My budget is {budget} euros.", "How much is my budget?", budget),
        Fact(f"My locker number is {locker}.", "What is my locker number?", locker),
    ]
    return random.sample(found, 3)


def other_facts(random: Random, known: Sequence[Fact]) -> list[Fact]:
    """Three more facts, none of which has the answer of one of these."""
    while True:
        found = facts(random)
        if not {fact.answer for fact in found} & {fact.answer for fact in known}:
            return found


def words_of(count: int) -> str:
    """So many words, or a few less, that mean nothing."""
    return ("And so it went on. " * (count // 5)).strip()


def small_talk(random: Random, more: int = 0) -> Iterator[str]:
    """Sentences that need not be remembered, no two of them alike; each with so many words more."""
    ends = ("was {} today.", "was\n{}  today.")  # people write as they like
    said = [f"The {food} {ends[food == 'rice'].format(manner)}" for food in FOOD for manner in MANNERS]
    random.shuffle(said)
    for number in count():
        for text in said:
            yield f"{text.replace('today', f'on day {number}') if number else text} {words_of(more)}".strip()


def reply_of(text: str) -> str:
    """What is replied to a text where all that matters is that no other text gets the same reply."""
    return f"I see ({number_of(text)})."


def number_of(text: str) -> int:
    """A number of five digits that stands for a text."""
    return 10_000 + crc32(text.encode()) % 90_000


def in_order(wanted: Sequence[tuple[str, str]], found: Sequence[tuple[str, str]]) -> bool:
    """Whether all that is wanted is there, word for word and in this order, whatever stands between or before the words."""
    rest = iter(found)
    return all(any(there[0] == role and there[1].endswith(text) for there in rest) for role, text in wanted)


def unsaid(messages: Sequence[Any], said: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of these messages nobody has said in a talk: role and text, without the said words at its end."""
    found = []
    for role, text in spoken(messages):
        if role in ("user", "assistant") and (role, text) not in said:
            ends = [words for speaker, words in said if speaker == role and words and text.endswith(words)]
            found.append((role, text.removesuffix(max(ends, key=len, default=""))))
    return found


def beginning(one: str, other: str) -> str:
    """What two texts have in common at their beginning."""
    return "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def words_of_the_note(
    one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]], filling: str
) -> list[tuple[str, str]]:
    """What a user can say, and a model reply, to sound like a learner's note, of which two talks are known.

    What the notes of both have in common is the learner's, and not the summary's: whole messages, or how they begin and
    end. `filling` stands between. A user's part comes with the reply that follows it in the note.
    """
    parts = []
    for (role, text), (_, text_of_other) in zip(one, other, strict=False):
        start = beginning(text, text_of_other)
        end = beginning(*(words[len(start) :][::-1] for words in (text, text_of_other)))[::-1]
        parts.append((role, text if text == text_of_other else f"{start}{filling}{end}"))
    sayings = []
    for (role, text), (next_role, reply) in zip_longest(parts, parts[1:], fillvalue=("", "")):
        if role == "user":
            sayings.append((text, reply if next_role == "assistant" else ""))
        elif not sayings or sayings[-1][1] != text:
            sayings.append(("And then?", text))
    return list(dict.fromkeys(sayings))
