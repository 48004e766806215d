"""Talks that nobody has heard before: facts of eight kinds in between small talk, and the questions about them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from chat_memory.scoreboard.talk import Planted, Said, Talk, Turn

from .wordings import (
    COLOURS,
    CONTAINERS,
    DENIALS,
    FORMS,
    FOUND,
    HEARD,
    INVENTIONS,
    LOOKUPS,
    MONTHS,
    PLACES,
    READ,
    REPLIES,
    RULES,
    SMALL_TALK,
    SYLLABLES,
    TOPICS,
)

TURNS = 44
EARLY = 7  # turns in the beginning, in which the early facts are said
LATE = 3  # turns at the end
COUNTS = {
    "early": 3,
    "corrected": 2,
    "said twice": 1,
    "late": 1,
    "negated": 2,
    "by the assistant": 2,
    "in a tool result": 2,
}
NEVER = 2


class Maker:
    """Makes one talk. A thing is talked about once, and no value is drawn twice."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.drawn: set[str] = set()
        self.said: dict[int, list[str]] = {}  # what is told in a turn, by its number
        self.replies: dict[int, str] = {}
        self.planted: list[Planted] = []
        self.free = list(range(EARLY, TURNS - LATE))  # turns in the middle that hold nothing yet
        random.shuffle(self.free)
        self.values: dict[str, Callable[[], str]] = {
            "name": lambda: "".join(random.sample(SYLLABLES, 3)).capitalize(),
            "place": lambda: f"{random.choice(COLOURS)} {random.choice(CONTAINERS)}",
            "euros": lambda: str(random.randrange(205, 995, 10)),
            "day": lambda: f"{random.randrange(1, 29)} {random.choice(MONTHS)}",
            "code": lambda: str(random.randrange(1_000, 10_000)),
            "reference": lambda: f"{''.join(random.sample('ABCDEFGHKLMNPRSTVX', 2))}-{random.randrange(1_000, 10_000)}",
        }

    def draw(self, kind: str) -> str:
        """A value that no other fact of this talk has."""
        while (value := self.values[kind]()) in self.drawn:
            pass
        self.drawn.add(value)
        return value

    def thing(self, forms: tuple) -> tuple:
        """A form, and a thing that was not talked about yet."""
        while (drawn := (self.random.choice(forms))) and (x := self.random.choice(drawn.things)) in self.drawn:
            pass
        self.drawn.add(x)
        return drawn, x

    def tell(self, turn: int, wordings: tuple[str, ...], **words: str) -> None:
        said = self.random.choice(wordings)
        self.said.setdefault(turn, []).append(filled(said, **words))

    def plant(self, kind: str, turns: list[int]) -> None:
        """A fact of one of the forms, said in these turns: the first time as it is, then again, or corrected."""
        form, x = self.thing(FORMS)
        value = self.draw(form.value)
        self.tell(turns[0], form.said, x=x, v=value)
        said, wrong = [Said(turns[0], filled(form.fact, x=x, v=value))], ()
        for turn in turns[1:]:
            if kind == "corrected":
                wrong, value = (*wrong, value), self.draw(form.value)
            self.tell(turn, form.changed if kind == "corrected" else form.said, x=x, v=value)
            said.append(Said(turn, filled(form.fact, x=x, v=value)))
        self.planted.append(Planted(kind, filled(form.asked, x=x), (value,), wrong, tuple(said)))

    def deny(self, turn: int) -> None:
        form, x = self.thing(DENIALS)
        self.tell(turn, form.said, x=x)
        self.planted.append(
            Planted("negated", filled(form.asked, x=x), ("no",), ("yes",), (Said(turn, filled(form.fact, x=x)),))
        )

    def invent(self, turn: int) -> None:
        form, x = self.thing(INVENTIONS)
        value = self.draw(form.value)
        self.tell(turn, form.wished, x=x)
        self.replies[turn] = filled(self.random.choice(form.reply), x=x, v=value)
        said = (Said(turn, filled(form.fact, x=x, v=value)),)
        self.planted.append(Planted("by the assistant", filled(form.asked, x=x), (value,), (), said))

    def look_up(self, turn: int) -> None:
        form, x = self.thing(LOOKUPS)
        value, random = self.draw(form.value), self.random
        lines = [*random.sample(form.others, 3), form.line]
        random.shuffle(lines)
        text = random.choice(FOUND) + "\n".join(lines)
        self.said[turn] = [filled(text, x=x, v=value, n=str(random.randrange(2, 30)))]
        self.replies[turn] = random.choice(READ)
        said = (Said(turn, filled(form.fact, x=x, v=value)),)
        self.planted.append(Planted("in a tool result", filled(form.asked, x=x), (value,), (), said))

    def ask_for_nothing(self) -> None:
        """A question about a thing of which nothing was said, though the same was said of another one."""
        form, x = self.thing(FORMS)
        self.planted.append(Planted("never said", filled(form.asked, x=x)))

    def small_talk(self, wordings: tuple[str, ...]) -> list[str]:
        """Two sentences in which nothing is said that is asked for."""
        random = self.random
        return [
            filled(wording, n=str(random.randrange(3, 100)), p=random.choice(PLACES), t=random.choice(TOPICS))
            for wording in random.sample(wordings, 2)
        ]

    def turn(self, number: int) -> Turn:
        """What is said in a turn, and the reply: what has to be told, and around it small talk."""
        told = self.said.get(number, [])
        if any("\n" in text for text in told):  # the result of a tool stands alone
            return Turn(" ".join(told), self.replies[number])
        said = [*told, *self.small_talk(SMALL_TALK)]
        self.random.shuffle(said)
        heard = [self.replies[number]] if number in self.replies else [self.random.choice(HEARD)] if told else []
        replied = [*heard, *self.small_talk(REPLIES)][: 3 if number % 3 else 2]
        return Turn(" ".join(said), " ".join(replied))


def talk(seed: int) -> Talk:
    """The talk with this number: all that is said in it, and the questions in any order."""
    random = Random(seed)
    maker = Maker(random)
    early = iter(random.sample(range(EARLY), EARLY))
    for _ in range(COUNTS["early"]):
        maker.plant("early", [next(early)])
    for _ in range(COUNTS["corrected"]):
        maker.plant("corrected", [next(early), maker.free.pop()])
    for _ in range(COUNTS["said twice"]):
        maker.plant("said twice", [next(early), maker.free.pop()])
    maker.plant("late", [random.randrange(TURNS - LATE, TURNS)])
    for kind, add in (("negated", maker.deny), ("by the assistant", maker.invent), ("in a tool result", maker.look_up)):
        for _ in range(COUNTS[kind]):
            add(maker.free.pop())
    for _ in range(NEVER):
        maker.ask_for_nothing()
    turns = tuple(maker.turn(number) for number in range(TURNS))
    return Talk(f"talk {seed}", turns, tuple(random.sample(maker.planted, len(maker.planted))), RULES)


def filled(wording: str, **words: str) -> str:
    """A wording with its words in place; X is x at the beginning of a sentence."""
    x = words.get("x", "")
    return wording.format(**words | {"X": x[:1].upper() + x[1:]})
