"""Scoring: exact words, no judge. No wrong value passes for a right one, and who does not know has not answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_memory.scoreboard import Planted
from chat_memory.scoreboard.scoring import names, outcome, says_unknown

DATE = Planted("corrected", "When is the dentist?", ("19 March", "March 19"), ("14 March", "March 14"))
EUROS = Planted("early", "How many euros is it?", ("45",))
DENIED = Planted("negated", "Am I allergic to walnuts?", ("no",), ("yes",))
NO_SCREENS = Planted("negated", "Are there screens in the hall?", ("no",), ("yes",))
NEVER = Planted("never said", "What is my shoe size?")


@pytest.mark.parametrize(
    ("planted", "reply", "worth"),
    [
        (DATE, "On 19 March.", "right"),
        (DATE, "It is on March 19th.", "right"),
        (DATE, "It was moved from 14 March to 19 March.", "right"),
        (DATE, "It was originally on 14 March, it is on 19 March now.", "right"),
        (DATE, "On 19 March, not on 14 March.", "right"),
        (DATE, "Forget 14 March, it is on 19 March.", "right"),
        (DATE, "On 14 March.", "false"),
        (DATE, "It was on 14 March.", "false"),
        (DATE, "The date of the dentist is 14 March.", "false"),
        (DATE, "It isn't on 14 March.", "missed"),
        (DATE, "On 14 March or on 19 March.", "false"),
        (DATE, "On 19 May.", "missed"),
        (DATE, "I do not know.", "missed"),
        (DATE, 'I am not sure. You said: "It is on 14 March".', "missed"),
        (EUROS, "45 euros.", "right"),
        (EUROS, "€45", "right"),
        (EUROS, "145 euros", "missed"),
        (EUROS, "4.45 euros", "missed"),
        (EUROS, "45.50 euros", "missed"),
        (EUROS, "order Q-45", "missed"),
        (EUROS, "", "missed"),
        (DENIED, "No.", "right"),
        (DENIED, "You are not allergic to walnuts.", "right"),
        (DENIED, "The test says that you aren't allergic to walnuts.", "right"),
        (DENIED, 'The nearest I find in these 9 messages is: You said: "I am not allergic to walnuts."', "right"),
        (DENIED, 'The nearest I find in these 9 messages is: You said: "I am allergic to walnuts."', "missed"),
        (DENIED, "Nobody is allergic to walnuts.", "right"),
        (NO_SCREENS, 'You said: "I have decided against screens in the hall."', "right"),
        (DENIED, "Yes, you are.", "false"),
        (DENIED, "You are allergic to walnuts.", "false"),
        (DENIED, "You haven't told me whether you are allergic to walnuts.", "missed"),
        (DENIED, "I find no answer to that in these 9 messages.", "missed"),
        (DENIED, "I know a lot about trees.", "missed"),
        (NEVER, "I do not know.", "right"),
        (NEVER, "You have not mentioned your shoe size.", "right"),
        (NEVER, "I find no answer to that in these 3 messages.", "right"),
        (NEVER, "There is no information about that.", "right"),
        (NEVER, "Your shoe size is 43.", "false"),
        (NEVER, "No.", "false"),
    ],
)
def test_a_reply_is_worth_what_it_says(planted, reply, worth):
    assert outcome(planted, reply) == worth


@given(
    st.integers(1, 9999),
    st.integers(0, 9),
    st.sampled_from(["{d}{n}", "{n}{d}", "{n}.{d}", "{d}.{n}", "A-{n}", "{n},{d}00"]),
)
def test_a_number_inside_another_one_is_not_that_number(number, digit, form):
    assert not names(f"It is {form.format(n=number, d=digit or 1)} euros.", [str(number)])
    assert names(f"It is {number:,} euros.", [str(number)])


@given(st.text(max_size=40), st.text(alphabet="abcxyz 0123456789-", min_size=1, max_size=12))
def test_any_reply_can_be_scored(reply, value):
    assert outcome(Planted("early", "What is it?", (value,)), reply) in ("right", "missed")
    assert outcome(NEVER, reply) in ("right", "false")
    assert outcome(DENIED, reply) in ("right", "missed", "false")


@pytest.mark.parametrize(
    "reply",
    [
        "I don't know.",
        "I'm not sure about that.",
        "You haven't told me that.",
        "That was never mentioned.",
        "I have no record of it.",
        "I couldn't find it in our conversation.",
        "I’m unable to tell.",
        "It isn't mentioned anywhere.",
    ],
)
def test_who_does_not_know_says_so_in_many_ways(reply):
    assert says_unknown(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "It is 45.",
        "You are not coming.",
        "Nothing beats the sea: Piran.",
        "The knot is blue.",
        "What cookbooks do not tell.",
    ],
)
def test_who_answers_does_not_say_that_they_do_not_know(reply):
    assert not says_unknown(reply)
