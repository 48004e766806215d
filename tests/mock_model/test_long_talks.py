"""Long talks: what was said long ago is found, and what was corrected long afterwards is taken back."""

from __future__ import annotations

import pytest

from chat_memory.scoreboard import Talk, talks
from chat_memory.scoreboard.scoring import outcome
from chat_memory.scoreboard.talk import NEVER
from mock_model import get_mock_client

CLIENT = get_mock_client()
[SMALL_TALK] = talks(1, number=1, turns=80, each=1)


def reply(*said: tuple[str, str], question: str, talk: Talk = SMALL_TALK) -> str:
    """The reply to a question after a talk, in which two more turns are said: near its beginning, and near its end."""
    turns = [(turn.without_tools, turn.reply) for turn in talk.turns]
    for place, turn in zip((5, -5), said, strict=False):
        turns.insert(place, turn)
    messages = [
        {"role": role, "content": text}
        for turn in turns
        for role, text in zip(("user", "assistant"), turn, strict=True)
    ]
    messages.append({"role": "user", "content": question})
    return CLIENT.chat.completions.create(model="offline-model", messages=messages).choices[0].message.content


CORRECTIONS = {
    "dose of selenium": (
        "My dose of selenium is 75 mg.",
        "My doctor has changed my dose of selenium: it is 390 mg now.",
    ),
    "the code for the shed": ("The code for the shed is 8635.", "The code for the shed was changed, it is 2605 now."),
    "our tourguide's number": (
        "Our tourguide's number is 4711.",
        "We have changed our tourguide's number: it is 1899 now.",
    ),
}


@pytest.mark.parametrize("what", CORRECTIONS)
def test_a_correction_reaches_far_back(what):
    said, corrected = CORRECTIONS[what]
    told = reply(
        (said, "Understood."), (corrected, "All right."), question=f"What is {what.replace('dose', 'my dose')}?"
    )
    old, new = (next(word.strip(".") for word in text.split() if word[0].isdigit()) for text in (said, corrected))
    assert new in told
    assert old not in told


def test_what_the_assistant_has_chosen_is_answered_and_not_the_wish():
    chosen = ("Please pick a number of four digits for the lottery.", "The number for the lottery is 6928.")
    assert "6928" in reply(chosen, question="Which number did you pick for the lottery?")


@pytest.mark.parametrize("seed", [8, 20, 26])
def test_nearly_all_that_was_said_in_a_long_talk_is_found(seed):
    """Talks of 80 turns that nobody has written for it: what it misses there is what no scoreboard can measure."""
    [talk] = talks(seed, number=1)
    asked = [planted for planted in talk.planted if planted.kind != NEVER]
    right = [outcome(planted, reply(question=planted.question, talk=talk)) == "right" for planted in asked]
    assert sum(right) >= 0.95 * len(asked)
