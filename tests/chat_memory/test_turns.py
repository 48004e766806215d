"""A history is split into instructions and whole turns, whatever its roles, and nothing of it is changed or lost."""

from copy import deepcopy
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_memory import sliding_window, split_turns

from .histories import ANY, REPEATABLE

SYSTEM, DEVELOPER, USER, ASSISTANT = (
    {"role": role, "content": f"from {role}"} for role in ("system", "developer", "user", "assistant")
)
CALL = {
    "role": "assistant",
    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}],
}
RESULT = {"role": "tool", "tool_call_id": "c", "content": "sunny"}


@pytest.mark.parametrize(
    ("history", "instructions", "turns"),
    [
        pytest.param([], [], [], id="empty"),
        pytest.param([SYSTEM], [SYSTEM], [], id="instructions only"),
        pytest.param([SYSTEM, USER, ASSISTANT, USER], [SYSTEM], [[USER, ASSISTANT], [USER]], id="ordinary"),
        pytest.param([USER, ASSISTANT], [], [[USER, ASSISTANT]], id="no instructions"),
        pytest.param(
            [SYSTEM, DEVELOPER, SYSTEM, USER], [SYSTEM, DEVELOPER, SYSTEM], [[USER]], id="several instructions"
        ),
        pytest.param([USER, CALL, RESULT, ASSISTANT], [], [[USER, CALL, RESULT, ASSISTANT]], id="calls"),
        pytest.param([USER, SYSTEM, ASSISTANT], [], [[USER, SYSTEM, ASSISTANT]], id="system in the middle"),
        pytest.param([USER, DEVELOPER, USER], [], [[USER, DEVELOPER], [USER]], id="developer in the middle"),
        pytest.param([SYSTEM, ASSISTANT, USER], [SYSTEM], [[ASSISTANT], [USER]], id="greeting"),
        pytest.param([ASSISTANT, SYSTEM, USER], [], [[ASSISTANT, SYSTEM], [USER]], id="system after the greeting"),
        pytest.param([ASSISTANT, ASSISTANT], [], [[ASSISTANT, ASSISTANT]], id="no user"),
        pytest.param([RESULT, USER], [], [[RESULT], [USER]], id="orphan result"),
        pytest.param([USER, USER], [], [[USER], [USER]], id="two questions in a row"),
    ],
)
def test_a_turn_is_a_user_message_and_everything_until_the_next(history, instructions, turns):
    assert split_turns(history) == (instructions, turns)


@REPEATABLE
@given(ANY)
def test_joined_together_the_parts_are_the_history(history):
    before = deepcopy(history)
    instructions, turns = split_turns(history)
    joined = [*instructions, *chain.from_iterable(turns)]
    assert [id(message) for message in joined] == [id(message) for message in history]
    assert history == before
    assert all(message["role"] in ("system", "developer") for message in instructions)
    assert all(turn[0]["role"] == "user" for turn in turns[1:])
    assert all(message["role"] != "user" for turn in turns for message in turn[1:])


@REPEATABLE
@given(ANY, st.integers(0, 9))
def test_a_window_is_the_instructions_and_the_last_turns(history, keep_turns):
    before = deepcopy(history)
    instructions, turns = split_turns(history)
    kept = turns[-keep_turns:] if keep_turns else []
    window = sliding_window(history, keep_turns)
    assert [id(message) for message in window] == [id(m) for m in [*instructions, *chain.from_iterable(kept)]]
    assert history == before and window is not history


def test_a_history_may_be_read_only_once():
    assert split_turns(iter([SYSTEM, USER])) == ([SYSTEM], [[USER]])
    assert sliding_window(iter([SYSTEM, USER, USER]), 1) == [SYSTEM, USER]


def test_changing_a_turn_does_not_change_the_history():
    history = [SYSTEM, USER, ASSISTANT]
    instructions, turns = split_turns(history)
    instructions.clear()
    turns[0].clear()
    sliding_window(history, 5).clear()
    assert history == [SYSTEM, USER, ASSISTANT]


@pytest.mark.parametrize("function", [split_turns, lambda history: sliding_window(history, 1)])
@pytest.mark.parametrize(
    ("history", "error", "says"),
    [
        ([USER, "Hi"], TypeError, r"messages\[1\] must be a dict .* got str"),
        ([USER, USER, {"content": "Hi"}], ValueError, r"messages\[2\] needs a role"),
        ([{"role": 7, "content": "Hi"}], ValueError, r"messages\[0\] needs a role"),
        ("Hi", TypeError, r"messages\[0\] must be a dict"),
        (None, TypeError, r"messages must be a list .* got None\. An empty history is \[\]"),
        (7, TypeError, r"messages must be a list .* got int"),
    ],
)
def test_what_is_no_message_is_named_by_its_place(function, history, error, says):
    with pytest.raises(error, match=says):
        function(history)


@pytest.mark.parametrize(
    ("keep_turns", "error", "says"),
    [
        (-1, ValueError, "keep_turns must be at least 0, got -1"),
        (1.5, TypeError, "keep_turns must be a whole number, got 1.5"),
        (True, TypeError, "keep_turns must be a whole number, got True"),
        ("2", TypeError, "keep_turns must be a whole number, got '2'"),
    ],
)
def test_a_number_of_turns_is_a_whole_number_from_0(keep_turns, error, says):
    with pytest.raises(error, match=says):
        sliding_window([USER], keep_turns)
