"""A turn with tools: no call without its results at any budget, results shortened before steps go, the question always there."""

from copy import deepcopy
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_memory import (
    BudgetError,
    count_tokens,
    message_tokens,
    reasoning_where_needed,
    shorten_result,
    split_steps,
    split_turns,
    thin_turn,
    trim_to_budget,
)
from chat_memory.tool_turns import LEAST_RESULT

from .histories import RARE_KINDS, REPEATABLE

QUESTION = {"role": "user", "content": "Which of the two towns is warmer?"}
ANSWER = {"role": "assistant", "content": "Nara is warmer."}
NUMBERS = " ".join(f"{day}: {day * 7 % 30} degrees," for day in range(200))


def tokens(messages):
    return sum(map(message_tokens, messages))


def step(number, *results, thought=None):
    calls = [
        {
            "id": f"call_{number}_{i}",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Nara"}'},
        }
        for i in range(len(results))
    ]
    made = {"role": "assistant", "content": None, "tool_calls": calls} | (
        {"reasoning_content": thought} if thought else {}
    )
    return [
        made,
        *({"role": "tool", "tool_call_id": c["id"], "content": r} for c, r in zip(calls, results, strict=True)),
    ]


RESULTS = st.text(alphabet="ab \n日🌸{}0", max_size=8).map(lambda text: text * 60) | st.sampled_from(
    ["", "sunny", NUMBERS]
)
TURNS = st.lists(st.lists(RESULTS, min_size=1, max_size=3), max_size=5).flatmap(
    lambda steps: st.sampled_from([[], [ANSWER]]).map(
        lambda end: [QUESTION, *chain.from_iterable(step(n, *results) for n, results in enumerate(steps)), *end]
    )
)


def is_whole(turn):
    """Whether each call has its results right after it, in order, and no result is without a call."""
    waiting = []
    for message in turn:
        if message["role"] == "tool":
            if waiting[:1] != [message["tool_call_id"]]:
                return False
            waiting.pop(0)
        elif waiting:
            return False
        waiting += [call["id"] for call in message.get("tool_calls", ())]
    return not waiting


@REPEATABLE
@given(TURNS, st.data())
def test_a_thinned_turn_fits_is_whole_and_has_its_question(turn, data):
    budget = data.draw(st.integers(message_tokens(QUESTION), tokens(turn) + 1))
    cut_to = data.draw(st.none() | st.integers(0, budget))
    before = deepcopy(turn)
    thin = thin_turn(turn, budget, cut_to=cut_to)
    assert turn == before
    assert tokens(thin) <= budget
    assert thin[0] == QUESTION
    assert is_whole(thin)
    if tokens(turn) <= budget:
        assert thin == turn


@REPEATABLE
@given(TURNS, st.data())
def test_results_are_shortened_before_a_step_goes(turn, data):
    """As long as all steps fit with every result shortened, no step is missing, and only results are changed."""
    small = [shorten_result(m, LEAST_RESULT) if m["role"] == "tool" else m for m in turn]
    budget = data.draw(st.integers(tokens(small), tokens(turn) + 1))
    thin = thin_turn(turn, budget)
    assert len(thin) == len(turn)
    assert all(now == before for now, before in zip(thin, turn, strict=True) if before["role"] != "tool")


def test_older_results_are_shortened_first_and_the_newest_stays_whole():
    turn = [QUESTION, *step(0, NUMBERS), *step(1, NUMBERS), *step(2, NUMBERS)]
    one = tokens(step(0, NUMBERS))
    thin = thin_turn(turn, tokens([QUESTION]) + 2 * one + 60)
    assert message_tokens(thin[2]) <= 40
    assert thin[3:] == turn[3:]
    assert thin[2]["content"].startswith("0: 0 degrees")
    assert thin[2]["content"].endswith("degrees,")


def test_the_results_of_the_newest_step_share_what_is_left():
    turn = [QUESTION, *step(0, NUMBERS, "Nara: 21 degrees", NUMBERS)]
    thin = thin_turn(turn, 600)
    assert thin[3] == turn[3]  # the small one stays whole
    sizes = [message_tokens(thin[place]) for place in (2, 4)]
    assert abs(sizes[0] - sizes[1]) <= 10
    assert 560 <= tokens(thin) <= 600


def test_whole_steps_go_the_oldest_first_and_the_newest_gets_their_room():
    turn = [QUESTION, *chain.from_iterable(step(n, NUMBERS) for n in range(6))]
    thin = thin_turn(turn, 200)
    assert thin[0] == QUESTION
    assert [m["tool_call_id"] for m in thin if m["role"] == "tool"][-1] == "call_5_0"
    assert 1 < len(thin) < len(turn)
    assert 150 <= tokens(thin) <= 200


def test_a_lower_mark_leaves_what_was_sent_alone_for_the_next_steps():
    """With it most steps only append to what was sent for the step before; without it nearly every step changes it."""

    def changed(cut_to):
        turn, sent, changes = [QUESTION], [], 0
        for number in range(20):
            turn += step(number, NUMBERS[:900])
            now = thin_turn(turn, 2_000, cut_to=cut_to)
            changes += now[: len(sent)] != sent
            sent = now
        return changes

    assert changed(1_000) <= 6
    assert changed(None) >= 12


def test_a_result_that_is_large_in_a_list_of_parts_is_shortened_as_text():
    parts = [{"type": "text", "text": NUMBERS}, {"type": "text", "text": NUMBERS}]
    message = {"role": "tool", "tool_call_id": "call_1", "content": parts}
    short = shorten_result(message, 100)
    assert message_tokens(short) <= 100
    assert short["tool_call_id"] == "call_1"
    assert f"{message_tokens(message):,} tokens in all" in short["content"]
    assert message["content"] is parts and len(parts) == 2


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "🌸" * 3_000, "日本 " * 4_000, " " * 30_000, "<|endoftext|>" * 400, '{"a": "' * 900]
)
@pytest.mark.parametrize("size", [0, 25, 500])
def test_any_text_can_be_shortened(text, size):
    message = {"role": "tool", "tool_call_id": "call_1", "content": text}
    short = shorten_result(message, size)
    assert message_tokens(short) <= max(size, 40)
    assert short["content"].encode("utf-8")
    assert shorten_result(message, message_tokens(message)) is message


def test_what_is_no_smaller_so_stays_as_it_is():
    message = {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}
    assert shorten_result(message, 0) is message


@REPEATABLE
@given(RARE_KINDS)
def test_steps_joined_again_are_the_turn(history):
    for turn in split_turns(history)[1]:
        question, steps = split_steps(turn)
        assert [*question, *chain.from_iterable(steps)] == turn
        assert [m["role"] for m in question] in ([], ["user"])
        assert all(step[0]["role"] not in ("tool", "function") for step in steps[1:])


@pytest.mark.parametrize(("max_tokens", "error"), [(-1, ValueError), (1.5, TypeError), (None, TypeError)])
def test_a_size_that_is_none_is_refused(max_tokens, error):
    with pytest.raises(error, match="max_tokens"):
        thin_turn([QUESTION], max_tokens)


def test_trimming_can_shorten_the_results_of_the_newest_turn():
    system = {"role": "system", "content": "Be brief."}
    old = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    history = [system, *old, QUESTION, *step(0, NUMBERS), *step(1, NUMBERS)]
    assert trim_to_budget(history, 300) == [system, QUESTION]
    sent = trim_to_budget(history, 300, shorten_results=True)
    assert [m["role"] for m in sent] == ["system", "user", "assistant", "tool", "assistant", "tool"]
    assert count_tokens(sent) <= 300
    assert trim_to_budget(history, 9_000, shorten_results=True) == history
    with pytest.raises(BudgetError):
        trim_to_budget(history, 12, shorten_results=True)


def test_reasoning_stays_in_turns_with_tools_and_goes_out_of_plain_ones():
    plain = [QUESTION, ANSWER | {"reasoning_content": "They ask about two towns."}]
    tools = [QUESTION, *step(0, "21", thought="I need the weather."), ANSWER | {"reasoning_content": "21 is more."}]
    history = [*plain, *tools, *plain]
    before = deepcopy(history)
    assert reasoning_where_needed(history) == [QUESTION, ANSWER, *tools, QUESTION, ANSWER]
    assert history == before
