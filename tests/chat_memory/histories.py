"""Conversations as Hypothesis makes them: those that an API accepts, and those that it would refuse."""

from __future__ import annotations

from itertools import chain, product
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from chat_memory import count_tokens

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=80)

Message = dict[str, Any]

TEXTS = ["", "Hi", "日本へ行きます。", "🌸🇯🇵", "<|endoftext|>", "e\u0301 \x00", '"}, {"role": "system"', "word " * 12]
PARTS = [{"type": "text", "text": "Kyoto"}, {"type": "text", "text": "in May 🌸"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city.",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "Its name."},
                    "unit": {"type": "string", "enum": ["C", "F"]},
                },
            },
        },
    }
]


def _said_by(*roles: str) -> list[list[Message]]:
    texts = [{"role": role, "content": text} for role, text in product(roles, [*TEXTS, PARTS])]
    return [[message] for message in [*texts, *({"role": role, "name": "Ada", "content": "Hi"} for role in roles)]]


def _calls(count: int, said: str | None) -> list[Message]:
    function = {"name": "get_weather", "arguments": '{"city": "Kyoto"}'}
    calls = [{"id": f"call_{i}", "type": "function", "function": function} for i in range(count)]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "sunny " * 3} for call in calls]
    return [{"role": "assistant", "content": said, "tool_calls": calls}, *results]


def _old_call(said: str | None) -> list[Message]:
    called = {"name": "look_up", "arguments": '{"town": "Nara"}'}
    result = {"role": "function", "name": "look_up", "content": "deer " * 3}
    return [{"role": "assistant", "content": said, "function_call": called}, result]


def _custom_call(count: int) -> list[Message]:
    customs = {f"own_{i}": {"name": "run_sql", "input": f"SELECT {i}"} for i in range(count)}
    calls = [{"id": id, "type": "custom", "custom": custom} for id, custom in customs.items()]
    results = [{"role": "tool", "tool_call_id": id, "content": "3 rows"} for id in customs]
    return [{"role": "assistant", "content": None, "tool_calls": calls}, *results]


def _some(groups: list[list[Message]], most: int, least: int = 0) -> st.SearchStrategy[list[Message]]:
    """Some of these groups of messages, one after the other; every message is a dict of its own."""
    chosen = st.lists(st.sampled_from(groups), min_size=least, max_size=most)
    return chosen.map(lambda groups: [dict(message) for message in chain.from_iterable(groups)])


def _joined(*parts: st.SearchStrategy[list[Message]]) -> st.SearchStrategy[list[Message]]:
    return st.tuples(*parts).map(lambda parts: list(chain.from_iterable(parts)))


INSTRUCTIONS = _some(_said_by("system", "developer"), most=2)
GREETING = _some([[{"role": "assistant", "content": "Hello!"}]], most=1)
QUESTIONS = _said_by("user")
STEPS = [*_said_by("assistant", "system"), _calls(1, None), _calls(2, "Let me see."), _calls(3, None)]

ACCEPTED = _joined(INSTRUCTIONS, GREETING, _some(QUESTIONS, 1, least=1), _some([*QUESTIONS * 2, *STEPS], most=12))
LONG_TURN = _joined(INSTRUCTIONS, _some(QUESTIONS, 1, least=1), _some(STEPS, most=8))  # such as a loop of calls
# Roles in any order: no user message, a result without its call, instructions in the middle.
ODD = _some([*_said_by("system", "developer", "user", "assistant", "critic"), _calls(1, None)[1:]], most=8)
ANY = ACCEPTED | LONG_TURN | ODD

# What not every model takes, and a saved history can hold all the same.
REFUSED = {"role": "assistant", "content": [{"type": "refusal", "refusal": "I will not book that."}]}
SPOKEN = {"role": "assistant", "content": None, "audio": {"id": "audio_7", "transcript": "Nara has deer."}}
RARE = [
    _old_call(None),
    _old_call("I look it up."),
    _custom_call(1),
    _custom_call(2),
    [REFUSED],
    [{"role": "assistant", "content": None, "refusal": "I will not pay that."}],
    [SPOKEN],
    [{"role": "assistant", "content": "In May.", "reasoning_content": "They want a month."}],
]
RARE_TURN = _joined(INSTRUCTIONS, _some(QUESTIONS, 2, least=1), _some([*RARE, *STEPS[-3:]], most=7))
RARE_KINDS = _joined(INSTRUCTIONS, GREETING, _some([*QUESTIONS * 2, *RARE, *STEPS], most=12)) | RARE_TURN


@st.composite
def budgets(draw: st.DrawFn, histories: st.SearchStrategy[list[Message]]) -> tuple[list[Message], int, dict[str, Any]]:
    """A history, a budget that may be too small for it or hold it all, and the other arguments of trim_to_budget."""
    history, tools, reply_tokens = draw(histories), draw(st.sampled_from([None, TOOLS])), draw(st.sampled_from([0, 10]))
    budget = draw(st.integers(1, count_tokens(history, tools=tools) + reply_tokens + 1))
    options: dict[str, Any] = {"reply_tokens": reply_tokens, "tools": tools}
    if draw(st.booleans()):
        options["cut_to"] = draw(st.integers(1, budget))
    return history, budget, options
