"""Long conversations: many of their sentences share a word with a question by chance, and few of them answer it."""

from __future__ import annotations

import pytest

from mock_model import get_mock_client

CLIENT = get_mock_client()
BETWEEN = (
    "It has rained since breakfast, so I stayed in and sorted old newspapers.",
    "The neighbour's son plays the trumpet, always the same two bars.",
    "A new café has opened at the corner, and it is called Toast Project.",
    "My colleague calls each meeting a picnic, which it is not.",
    "The lift was out of order, and the sign that says so hung upside down.",
    "I burnt the rice again, though I had set the timer for the day before.",
    "There is a pigeon on the sill that comes at the same hour every day.",
    "The bus broke down on the hill, and the driver made a speech.",
    "Somebody has planted tulips on the roundabout, nobody knows who.",
    "I wore two different shoes to town, of the same colour at least.",
    "A film of three hours, in which people were sad in good coats.",
    "I found a letter from 1974 in an old book, about a borrowed ladder.",
    "The lady at the market keeps the ugly tomatoes for me.",
    "The dentist's waiting room has a fish tank now.",
    "I am told to drink more water, by a bottle with times of the day on it.",
    "The clock in the hall stopped on Tuesday, and I noticed on Thursday.",
    "We talked at lunch about whether soup is a drink.",
    "The queue next to mine is always the faster one.",
    "I made marmalade, and the whole kitchen was full of steam.",
    "A bat flew past when I sat outside without a jacket.",
)
NEAREST, NOTHING = "The nearest I find", "I find no answer"


def asked(question: str, *told: str | tuple[str, str]) -> str:
    """The reply to a question at the end of a long conversation in which this was told, by the user or to the user."""
    messages = []
    for n, said in enumerate((*told, *BETWEEN, *(f"{one[:-1]}, as I said." for one in BETWEEN))):
        user, reply = said if isinstance(said, tuple) else (said, ("Is that so?", "I see.")[n % 2])
        messages += [{"role": "user", "content": user}, {"role": "assistant", "content": reply}]
    messages.append({"role": "user", "content": question})
    return CLIENT.chat.completions.create(model="offline-model", messages=messages).choices[0].message.content or ""


@pytest.mark.parametrize(
    ("question", "told", "holds"),
    [
        ("What's my name?", ["I'm Ifeoma, by the way.", "There is a woman called Wrona who sews my coat."], "Ifeoma"),
        ("Which town do I live in?", ["I live in Bergen.", "Our printer is Danish and has lived in Aarhus."], "Bergen"),
        ("What is the name of my parrot?", ["I have a parrot named Zeno.", "The architect is called Beltrán."], "Zeno"),
        (
            "Which lamp did you advise me to buy?",
            [
                (
                    "I can't decide on the lamp. The paper one or the steel one? You know the room. Say which.",
                    "Take the paper one.",
                )
            ],
            "paper",
        ),
    ],
)
def test_what_is_told_once_is_found_among_much_else(question: str, told: list, holds: str) -> None:
    assert holds in asked(question, *told)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the name of the parrot?", ["Upstairs they have a parrot.", "The architect is called Beltrán."]),
        ("How much do the rings cost?", ["A goldsmith makes our rings.", "The menu costs 58 euros a head."]),
        ("What is Kadri's phone number?", ["I had a phone call with Kadri from the office."]),
        ("How old is Ketaki?", ["Ketaki comes from Pune.", "Our starter is from 2011."]),
    ],
)
def test_a_word_that_names_the_kind_of_an_answer_makes_no_answer(question: str, told: list[str]) -> None:
    """The name, the price, the number of something else is not given for what was never said"""
    assert asked(question, *told).startswith((NEAREST, NOTHING))


def test_a_correction_that_names_what_no_longer_holds_takes_it_back() -> None:
    told = [
        "The ceremony is in a chapel by the sea. We have it down for the 7th of June.",
        "No wait, it's the 14th, not the 7th: the priest has a baptism on that Saturday.",
    ]
    reply = asked("When is the ceremony?", *told)
    assert "14th" in reply and "the 7th of June" not in reply


def test_no_before_a_noun_is_no_correction() -> None:
    told = [
        "Petra is a nurse on the night ward, and nobody may drill before noon then.",
        "It matters to Petra: no drilling before noon.",
    ]
    assert "nurse" in asked("What is Petra's job?", *told)


def test_who_wants_to_know_has_not_said_it() -> None:
    told = "His mother wants to know who gives the first speech. It is my uncle Fiachra."
    assert "Fiachra" in asked("Who gives the first speech?", told)


def test_a_request_to_look_something_up_is_no_answer() -> None:
    told = (
        "Please see what the inspector has written about the kitchen.",
        "The inspector wants a sink in the kitchen.",
    )
    assert "sink" in asked("What does the inspector want in the kitchen?", told)
