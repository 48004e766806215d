"""What the user has asked about is told by the calls that were made for it, or by its name in an earlier question."""

from __future__ import annotations

import json

import pytest

import mock_model

CLIENT = mock_model.get_mock_client()


def said(*messages: dict) -> str:
    return (
        CLIENT.chat.completions.create(model="offline-model", messages=list(messages)).choices[0].message.content or ""
    )


def user(text: str) -> dict:
    return {"role": "user", "content": text}


def looked_up(name: str, result: str, **given: str) -> list[dict]:
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": result},
        {"role": "assistant", "content": f"It is {result}."},
    ]


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ("How high is the tide in the harbour of Brest?", "Which harbour did I ask about?"),
        ("How high is the tide in Brest?", "Thanks. Which harbour did I ask you about?"),
        ("Is it high water in Brest?", "What harbour have I asked about?"),
    ],
)
def test_the_calls_tell_what_was_asked_about(asked: str, again: str) -> None:
    turn = [user(asked), *looked_up("tide_at", "6.85 metres", harbour="Brest")]
    assert said(*turn, user(again)) == "You asked about Brest."


def test_a_question_tells_it_without_calls() -> None:
    turn = [user("Who built the ship Halcyon?"), {"role": "assistant", "content": "I find no answer."}]
    assert said(*turn, user("Which ship did I ask about?")) == "You asked about Halcyon."


def test_of_several_all_are_told() -> None:
    turns = [
        user("How high is the tide in Brest?"),
        *looked_up("tide_at", "6.85 metres", harbour="Brest"),
        user("And in Roscoff?"),
        *looked_up("tide_at", "7.10 metres", harbour="Roscoff"),
    ]
    assert said(*turns, user("Which harbours did I ask about?")) == "You asked about Brest and Roscoff."


def test_what_was_not_asked_about_is_not_told() -> None:
    turn = [user("How high is the tide in Brest?"), *looked_up("tide_at", "6.85 metres", harbour="Brest")]
    assert "asked about" not in said(*turn, user("Which mountain did I ask about?"))
