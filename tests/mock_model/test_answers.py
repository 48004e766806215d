"""Finding: what stands in the messages is found, told as it was said, and never denied nor made up."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model.finding.asking import questions
from mock_model.finding.features import NAMES
from mock_model.finding.ranking import find, weights
from mock_model.sentences.reading import read

from .measure import ask, measured, talks

QUOTED = re.compile(r'(?:You|I|The notes|The function) (?:said|say): "((?:[^"])*)"')

STEP = 3  # every third conversation is enough for a test; measure.py counts all of them


@lru_cache(maxsize=2)
def counted(name: str) -> dict[str, Counter]:
    """How many conversations of a set end in which way, by their type; corrections once more by themselves."""
    counts: dict[str, Counter] = {}
    for talk, _, became in measured(name, STEP):
        counts.setdefault(talk["type"], Counter())[became] += 1
        if talk.get("correction"):
            counts.setdefault("correction", Counter())[became] += 1
    return counts


def share(counts: Counter, *outcomes: str) -> float:
    return sum(counts[o] for o in outcomes) / sum(counts.values())


# ---- the two sets ----


@pytest.mark.parametrize("name", ["fit", "test"])
def test_the_sets_are_large_and_of_many_kinds(name: str) -> None:
    """At least 300 facts in 25 kinds, 100 near misses and 60 questions for what was never said, in 4 to 10 messages"""
    types = Counter(talk["type"] for talk in talks(name))
    assert types["fact"] >= 300 and types["near"] >= 100 and types["never"] >= 60
    assert len({talk["kind"] for talk in talks(name) if talk["type"] == "fact"}) >= 25
    assert all(4 <= len(talk["messages"]) <= 10 for talk in talks(name))


def test_no_conversation_stands_in_both_sets() -> None:
    one, two = ({talk["question"] + str(talk["messages"]) for talk in talks(name)} for name in ("fit", "test"))
    assert not one & two


ANSWERED = ("answered", "answered as the nearest")


@pytest.mark.parametrize(("name", "answered", "denied"), [("fit", 0.80, 0.06), ("test", 0.74, 0.11)])
def test_what_was_said_is_answered(name: str, answered: float, denied: float) -> None:
    """What was said is answered, seldom denied, and never falsified"""
    facts = counted(name)["fact"]
    assert share(facts, *ANSWERED) >= answered, facts
    assert share(facts, "denied") <= denied, facts
    assert share(facts, "false") <= 0.03, facts


@pytest.mark.parametrize("name", ["fit", "test"])
def test_something_similar_is_not_given_as_the_users_own(name: str) -> None:
    """Somebody else's, another time, a wish: the nearest, or told with whose it is"""
    assert share(counted(name)["near"], "as own") <= 0.04, counted(name)["near"]


@pytest.mark.parametrize("name", ["fit", "test"])
def test_what_was_never_said_is_not_answered(name: str) -> None:
    assert share(counted(name)["never"], "leaked") <= 0.02, counted(name)["never"]
    assert share(counted(name)["never"], "nothing") >= 0.85, counted(name)["never"]


# ---- only what was said ----


@pytest.mark.parametrize("name", ["fit", "test"])
def test_what_is_quoted_was_said_by_that_speaker(name: str) -> None:
    """Every quotation stands word for word in a message of the one who is said to have said it"""
    speakers = {
        "You": {"user"},
        "I": {"assistant"},
        "The notes": {"system", "developer", "user"},
        "The function": {"tool"},
    }
    seen = 0
    for talk, reply, _ in measured(name, STEP):
        for found in QUOTED.finditer(reply):
            seen += 1
            roles = speakers[found[0].partition(" sa")[0]]
            said = [" ".join(c.split()).replace('"', "'") for role, c in talk["messages"] if role in roles]
            assert any(" ".join(found[1].split()) in text for text in said), reply
    assert seen > 50


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["fit", "test"]))
def test_a_reply_is_a_function_of_its_request_alone(number: int, name: str) -> None:
    every = talks(name)
    one, other = every[number % len(every)], every[(number * 7 + 3) % len(every)]
    first = ask(one)
    ask(other)
    assert ask(one) == first


def test_where_nothing_is_shared_nothing_is_found() -> None:
    """A question that shares no word, kind of thing or topic with any sentence is answered by none"""
    said = read([{"role": "user", "content": "The kettle broke yesterday. I painted the fence."}])
    assert find(questions("Who is the president of the chess club?")[0], said).told == ()


# ---- whose, which kind, and what it stands beside ----


def answer(*messages: tuple[str, str] | str) -> str:
    sent = [("user", m) if isinstance(m, str) else m for m in messages]
    return ask({"messages": sent[:-1], "question": sent[-1][1]})


@pytest.mark.parametrize(
    ("told", "asked", "value"),
    [
        ("We have a beagle named Otto.", "What's my dog called?", "Otto"),
        ("I drive an old Skoda.", "What car do I have?", "Skoda"),
        ("My wife works as a paramedic.", "What is my wife's job?", "paramedic"),
        ("I had a plate of tagliatelle at noon.", "Which pasta did I eat?", "tagliatelle"),
        ("The invoice comes to 420 euros.", "How much is the bill?", "420"),
        ("We fly out from Porto at 7:45.", "What time does our plane leave?", "7:45"),
        ("Nadia looks after the garden because her knees allow it.", "Why does Nadia do the garden?", "knees"),
        ("My nephew Ivo collects stamps.", "What does Ivo collect?", "stamps"),
    ],
)
def test_kinds_of_things_and_of_answers_are_found(told: str, asked: str, value: str) -> None:
    """A beagle is a dog, a Skoda a car; what is asked for by its kind is found in other words"""
    around = [
        "I like long walks.",
        ("assistant", "They clear the head."),
        told,
        ("assistant", "Good to know."),
        "It rains.",
    ]
    assert value in answer(*around, asked)


def test_a_sentence_that_speaks_of_it_is_told_with_the_one_before() -> None:
    reply = answer("I bought a sailing boat. It is called Saltwife.", "What is my boat called?")
    assert "Saltwife" in reply and "boat" in reply


def test_every_feature_has_a_weight() -> None:
    assert len(weights()) == len(NAMES)
