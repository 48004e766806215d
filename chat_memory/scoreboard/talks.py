"""Talks that nobody has read before: facts of eight kinds planted among small talk, drawn by a seed."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import NamedTuple, TypeVar

from ..errors import whole_number
from .other_words import in_other_words
from .small_talk import TOPICS
from .talk import KINDS, NEVER, Lookup, Planted, Said, Talk, Turn
from .values import Value, drawn
from .wordings import (
    ENTRIES,
    HEARD,
    IN_MID_SENTENCE,
    INVENTIONS,
    LEADS,
    MATTERS,
    NEGATIONS,
    TAILS,
    Entry,
    Invention,
    Matter,
    Negation,
)

Drawn = TypeVar("Drawn", Matter, Negation, Invention, Entry)
IN_OTHER_WORDS = 0.7  # of the questions that can be asked in other words, how many are
LEAST_TURNS = 2  # for each planted fact: one half of a talk is small talk
SPANS: dict[str, tuple[tuple[float, float], ...]] = {  # where in a talk each kind is said, as parts of its length
    "early": ((0, 0.12),),
    "late": ((0.9, 1),),
    "corrected": ((0.02, 0.35), (0.4, 0.65)),
    "said twice": ((0.02, 0.3), (0.35, 0.6)),
    "negated": ((0.1, 0.65),),
    "by the assistant": ((0.1, 0.65),),
    "in a tool result": ((0.1, 0.65),),
}


class _Plan(NamedTuple):
    """A planted fact before it has its place: the turns that say it, each with the fact as a sentence, and its span."""

    planted: Planted
    thing: str
    said: tuple[tuple[Turn, str], ...] = ()


def talks(seed: int, *, number: int = 2, turns: int = 80, each: int = 3) -> list[Talk]:
    """Talks of so many turns with `each` facts of each kind. The same seed gives the same talks, in any process.

    Raises TypeError or ValueError for sizes that are no whole numbers, or that leave too little small talk.
    """
    whole_number("seed", seed, least=0)
    whole_number("number", number, least=1)
    whole_number("turns", turns, least=LEAST_TURNS * (len(KINDS) + 1) * whole_number("each", each, least=1))
    return [_talk(Random(f"{seed}/{place}"), f"talk {seed}/{place + 1}", turns, each) for place in range(number)]


def _talk(random: Random, name: str, turns: int, each: int) -> Talk:
    plans = _asked_otherwise(Random(f"{name}, in other words"), _plans(random, each))
    places = _places(random, plans, turns)
    by_place = {place: said for of_plan in places.values() for place, said in of_plan}
    small, said = _small_talk(random), []
    for place in range(turns):
        filling = next(small)
        said.append(filling if place not in by_place else _beside(random, by_place[place][0], filling))
    planted = [
        replace(plan.planted, said=tuple(Said(place, fact) for place, (_, fact) in places.get(number, ())))
        for number, plan in enumerate(plans)
    ]
    random.shuffle(planted)
    return Talk(name, tuple(said), tuple(planted))


def _places(random: Random, plans: list[_Plan], turns: int) -> dict[int, list[tuple[int, tuple[Turn, str]]]]:
    """By the number of a plan, the turns in which it is said. The narrow spans choose first."""
    free, places = set(range(turns)), dict[int, list[tuple[int, tuple[Turn, str]]]]()
    wanted = [
        (span, number, said)
        for number, plan in enumerate(plans)
        for span, said in zip(SPANS.get(plan.planted.kind, ()), plan.said, strict=True)
    ]
    for (first, last), number, said in sorted(wanted, key=lambda each: (each[0][1] - each[0][0], each[1], each[0])):
        within = sorted(place for place in free if first * turns <= place < last * turns)
        place = random.choice(within or sorted(free))
        free.discard(place)
        places.setdefault(number, []).append((place, said))
    return {number: sorted(of_plan, key=lambda each: each[0]) for number, of_plan in places.items()}


def _plans(random: Random, each: int) -> list[_Plan]:
    """The planted facts, no two of them about the same thing. Half of what is never said is near to what was said."""
    used: set[str] = set()
    matters, negations = _things(random, MATTERS), _things(random, NEGATIONS)
    inventions, entries = _things(random, INVENTIONS), _things(random, ENTRIES)
    plans: list[_Plan] = []
    for kind in ("early", "late", "corrected", "said twice"):
        plans += [_stated(random, kind, *next(matters), used) for _ in range(each)]
    plans += [_denied(random, *next(negations)) for _ in range(each)]
    plans += [_made_up(random, *next(inventions), used) for _ in range(each)]
    plans += [_looked_up(random, *next(entries), used) for _ in range(each)]
    for _ in range(each):
        matter, thing = next(matters)
        plans.append(_Plan(Planted(NEVER, random.choice(matter.asked).format(x=thing)), thing))
    return plans


def _asked_otherwise(random: Random, plans: list[_Plan]) -> list[_Plan]:
    """The plans, with some of the questions in other words than the fact is said in. What is never said stays as it is."""
    things = [plan.thing for plan in plans]
    asked = list[_Plan]()
    for plan in plans:
        questions = in_other_words(plan.thing, things) if plan.planted.kind != NEVER else []
        if questions and random.random() < IN_OTHER_WORDS:
            plan = plan._replace(planted=replace(plan.planted, question=random.choice(questions)))
        asked.append(plan)
    return asked


def _things(random: Random, matters: tuple[Drawn, ...]) -> Iterator[tuple[Drawn, str]]:
    """Matters with a thing each, no thing twice; each matter comes once before any comes again."""
    left = {matter: random.sample(matter.things, len(matter.things)) for matter in matters}
    while any(left.values()):
        for matter in random.sample(matters, len(matters)):
            if left[matter]:
                yield matter, left[matter].pop()


def _stated(random: Random, kind: str, matter: Matter, thing: str, used: set[str]) -> _Plan:
    """A fact that the user states: once, twice, or first otherwise and then so."""
    value = drawn(matter.value, random, used)
    first, second = random.sample(matter.said, 2)
    wrong: tuple[str, ...] = ()
    said = [(_statement(random, first, thing, value), matter.fact.format(x=thing, v=value.text))]
    if kind == "said twice":
        said.append((_statement(random, second, thing, value), said[0][1]))
    if kind == "corrected":
        old, wrong = said[0], value.answers
        value = drawn(matter.value, random, used)
        new = _statement(random, random.choice(matter.changed), thing, value)
        said = [old, (new, matter.fact.format(x=thing, v=value.text))]
    return _Plan(Planted(kind, random.choice(matter.asked).format(x=thing), value.answers, wrong), thing, tuple(said))


def _statement(random: Random, wording: str, thing: str, value: Value) -> Turn:
    return Turn(_sentence(wording.format(x=thing, v=value.text)), random.choice(HEARD))


def _denied(random: Random, negation: Negation, thing: str) -> _Plan:
    turn = Turn(_sentence(random.choice(negation.said).format(x=thing)), random.choice(HEARD))
    question = _sentence(random.choice(negation.asked).format(x=thing))
    fact = _sentence(negation.fact.format(x=thing))
    return _Plan(Planted("negated", question, ("no",), ("yes",)), thing, ((turn, fact),))


def _made_up(random: Random, invention: Invention, thing: str, used: set[str]) -> _Plan:
    value = drawn(invention.value, random, used)
    user, reply = (random.choice(each).format(x=thing, v=value.text) for each in (invention.wished, invention.reply))
    planted = Planted("by the assistant", random.choice(invention.asked).format(x=thing), pattern=invention.pattern)
    planted = replace(planted, answers=value.answers)
    return _Plan(planted, thing, ((Turn(user, reply), invention.fact.format(x=thing, v=value.text)),))


def _looked_up(random: Random, entry: Entry, thing: str, used: set[str]) -> _Plan:
    value = drawn(entry.value, random, used)
    result = random.choice(entry.result).format(x=thing, v=value.text)
    turn = Turn(
        random.choice(entry.wished).format(x=thing),
        random.choice(entry.reply),
        Lookup(thing, _sentence(result) if "\n" not in result else result),
    )
    fact = entry.fact.format(x=thing, v=value.text)
    return _Plan(
        Planted("in a tool result", random.choice(entry.asked).format(x=thing), value.answers), thing, ((turn, fact),)
    )


def _beside(random: Random, turn: Turn, filling: Turn) -> Turn:
    """A turn that says something, as people say it: with a lead or a tail, or beside something else."""
    is_wish = bool(turn.lookup) or turn.reply not in HEARD
    if is_wish or random.random() < 0.5:
        return replace(turn, user=_led(random, turn.user) + ("" if is_wish else random.choice(TAILS)))
    if random.random() < 0.5:
        return replace(turn, user=f"{turn.user} {filling.user}", reply=filling.reply)
    return replace(turn, user=f"{filling.user} {_led(random, turn.user)}", reply=filling.reply)


def _led(random: Random, text: str) -> str:
    """A text with a lead, in the middle of whose sentence it may stand."""
    lead, first = random.choice(LEADS), text.split()[0]
    joined = lead.endswith((", ", "and ")) and first in IN_MID_SENTENCE
    return lead + (text[:1].lower() + text[1:] if joined else text)


def _small_talk(random: Random) -> Iterator[Turn]:
    """Turns in which nothing is said that is asked for later, no two of them alike."""
    lines = [(topic, thing, user) for topic in TOPICS for thing in topic.things for user in topic.user]
    number = 0
    while True:
        number += 1
        for topic, thing, user in random.sample(lines, len(lines)):
            again = "" if number == 1 else f"For the {number}. time I ask myself: "
            reply = " ".join(random.sample(topic.reply, random.randint(2, 4)))
            yield Turn(again + user.format(x=thing), _sentence(reply.format(x=thing)))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
