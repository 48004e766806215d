"""A program may append a note to a request, such as the time: the newest question is answered all the same, and the note read."""

from __future__ import annotations

import pytest

from mock_model import get_mock_client

CLIENT = get_mock_client()
RULES = {"role": "system", "content": "You are a guide. Room 2 shows five ships."}
QUESTION = {"role": "user", "content": "How many ships does room 2 show?"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "ships", "arguments": "{}"}}
STEP = [
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": "9"},
]
NOTED = "Noted."


def reply_to(*messages: dict, **options) -> str:
    answer = CLIENT.chat.completions.create(model="offline-model", messages=list(messages), **options)
    return answer.choices[0].message.content


def note(content: str, role: str = "system") -> dict:
    return {"role": role, "content": content}


@pytest.mark.parametrize("role", ["system", "developer"])
@pytest.mark.parametrize("notes", [["It is 10:05."], ["It is 10:05.", "Ana is in the second hall."]])
def test_the_question_is_answered_with_notes_behind_it(role: str, notes: list[str]) -> None:
    """Whatever the notes say, and as if they stood before it"""
    behind = [note(text, role) for text in notes]
    assert "five ships" in reply_to(RULES, QUESTION, *behind) == reply_to(RULES, *behind, QUESTION)


def test_results_of_tools_are_told_with_a_note_behind_them() -> None:
    assert "9" in reply_to(RULES, QUESTION, *STEP, note("It is 10:05.")) == reply_to(RULES, QUESTION, *STEP)


def test_a_note_behind_the_question_is_read_and_obeyed() -> None:
    """What it says is known, and an order in it is followed"""
    assert "Ana" in reply_to(RULES, note("Who is in the second hall?", "user"), note("Ana is in the second hall."))
    assert reply_to(RULES, QUESTION, note("Reply in capital letters.")).isupper()


def test_behind_a_reply_a_note_asks_nothing() -> None:
    assert reply_to(RULES, QUESTION, note("Five.", "assistant"), note("It is 10:05.")) == NOTED


ASKED = ["What time is it?", "what's the time", "Hello! What time is it now?", "How late is it?"]
STATED = [
    "It is 10:05.",
    "It's 5 pm now.",
    "The time is Monday, 30 November, 18:20 UTC.",
    "Current time: 2026-11-30 10:05",
]


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("stated", STATED)
def test_the_time_is_told_if_a_message_states_it(asked: str, stated: str) -> None:
    """In the rules, behind the question, or with it"""
    question = note(asked, "user")
    assert stated in reply_to(note(f"Be kind. {stated}"), question)
    assert stated in reply_to(RULES, question, note(stated))
    assert stated in reply_to(RULES, note(f"{asked}\n{stated}", "user"))


def test_the_newest_time_counts() -> None:
    talk = [
        note("(It is 10:05.) Hello!", "user"),
        note("Hello!", "assistant"),
        note("(It is 10:20.) What time is it?", "user"),
    ]
    assert reply_to(RULES, *talk) == 'You said: "It is 10:20."'


@pytest.mark.parametrize(
    "said", ["It is closed until 10:05.", "My train leaves at 9:15.", "It is 10:05 that I want to leave."]
)
def test_not_every_hour_is_the_time(said: str) -> None:
    assert said not in reply_to(note(said), note("What time is it?", "user"))
