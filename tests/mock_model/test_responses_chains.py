"""Chains of responses: whatever was asked, in whatever branches, each reads and costs what its own items alone would."""

from __future__ import annotations

from typing import Any, NamedTuple

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model import MockServer

MODELS = ("offline-model", "offline-thinker", "gpt-4o-mini")
FACTS = ("My dog is called Pixel.", "I live in Oslo.", "My budget is 900 euros.", "What is the weather in Paris?")
QUESTIONS = ("What is my dog called?", "Where do I live?", "Hello!")
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


class Asked(NamedTuple):
    """One turn of a generated conversation: which response it continues, what it says, and how."""

    after: int  # of the responses before it, the place; the newest is the first
    text: str
    model: str
    instructions: str | None
    as_items: bool


turns = st.lists(
    st.builds(
        Asked,
        after=st.integers(0, 3),
        text=st.sampled_from(FACTS + QUESTIONS),
        model=st.sampled_from(MODELS),
        instructions=st.sampled_from((None, "Answer briefly.")),
        as_items=st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def plain_items(items: list[Any]) -> list[dict[str, Any]]:
    return [item.model_dump(exclude_none=True) for item in items]


def answers(response: Any) -> list[dict[str, Any]]:
    """What a program adds for the calls of a response."""
    calls = [item for item in response.output if item.type == "function_call"]
    return [{"type": "function_call_output", "call_id": call.call_id, "output": "18 degrees"} for call in calls]


@settings(max_examples=15, deadline=None)
@given(turns)
def test_a_chain_costs_and_says_what_the_same_items_do_without_a_state(asked: list[Asked]) -> None:
    kept, bare = MockServer().client(), MockServer().client()
    made: list[tuple[Any, list[dict[str, Any]]]] = []  # responses, with all the items up to them
    for turn in asked:
        before, items = made[-1 - turn.after % len(made)] if made else (None, [])
        given: list[dict[str, Any]] = answers(before) if before else []
        given.append({"role": "user", "content": turn.text})
        request = {"model": turn.model, "instructions": turn.instructions, "tools": [WEATHER]}
        one = kept.responses.create(
            **request,
            input=turn.text if len(given) == 1 and not turn.as_items else given,
            previous_response_id=before.id if before else None,
        )
        other = bare.responses.create(**request, input=items + given, store=False)
        assert one.output_text == other.output_text
        assert one.usage == other.usage
        assert [item.type for item in one.output] == [item.type for item in other.output]
        count = kept.responses.input_tokens.count(
            **request, input=given, previous_response_id=before.id if before else None
        )
        assert count.input_tokens == one.usage.input_tokens
        listed = list(kept.responses.input_items.list(one.id, order="asc", limit=3))
        assert [item.type for item in listed] == [item.get("type", "message") for item in items + given]
        made.append((one, items + given + plain_items(one.output)))


@settings(max_examples=15, deadline=None)
@given(st.permutations(["Pixel", "Rover", "Bello"]), st.integers(1, 3))
def test_a_branch_never_sees_another(names: list[str], depth: int) -> None:
    client = MockServer().client()
    root = client.responses.create(model="offline-model", input="I have a dog.")
    ends = []
    for name in names:
        end = client.responses.create(
            model="offline-model", input=f"My dog is called {name}.", previous_response_id=root.id
        )
        for _ in range(depth):
            end = client.responses.create(model="offline-model", input="Hello!", previous_response_id=end.id)
        ends.append(end)
    for name, end in zip(names, ends, strict=True):
        told = client.responses.create(
            model="offline-model", input="What is my dog called?", previous_response_id=end.id
        ).output_text
        assert [one in told for one in names] == [one == name for one in names]
    assert len({end.usage.input_tokens for end in ends}) == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 25), st.integers(120, 400))
def test_a_truncated_prompt_fits_and_keeps_the_end(number: int, window: int) -> None:
    client = MockServer(context_window=window).client()
    items = [{"role": "user", "content": f"Fact {at} is that the number {at * 7} counts."} for at in range(number)]
    items.append({"role": "user", "content": "My dog is called Pixel. What is my dog called?"})
    whole = MockServer().client().responses.input_tokens.count(model="offline-model", input=items).input_tokens
    request = {"model": "offline-model", "input": items, "instructions": "Answer briefly."}
    cut = client.responses.create(**request, truncation="auto")
    assert (cut.truncation, cut.status) == ("auto", "completed")
    assert "Pixel" in cut.output_text
    assert cut.usage.input_tokens <= window - window // 10
    if whole > window:
        with pytest.raises(openai.BadRequestError) as raised:
            client.responses.create(**request)
        assert (raised.value.param, raised.value.code) == ("input", "context_length_exceeded")


def test_truncation_drops_a_call_with_its_output_and_says_nothing_of_it() -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": '{"city":"Paris"}'}
    answer = {"type": "function_call_output", "call_id": "call_1", "output": "18 degrees and sunny. " * 12}
    items = [
        {"role": "user", "content": "My dog is called Pixel. What is the weather in Paris?"},
        call,
        answer,
        {"role": "assistant", "content": "It is sunny."},
        {"role": "user", "content": "What is my dog called?"},
    ]
    seen: list[list[dict[str, Any]]] = []
    whole = MockServer()
    reply_to = whole._reply_to
    server = MockServer(
        context_window=90, reply_to=lambda body, fits: seen.append(body["messages"]) or reply_to(body, fits)
    )
    cut = server.client().responses.create(model="offline-model", input=items, truncation="auto")
    assert [message["role"] for message in seen[-1]] == ["assistant", "user"]
    assert "Pixel" not in cut.output_text
    assert len(server.client().responses.input_items.list(cut.id).data) == len(items)


def test_truncation_leaves_out_no_more_for_a_limit_that_the_window_cannot_hold() -> None:
    client = MockServer(context_window=400).client()
    items = [{"role": "user", "content": f"Fact {at} is that the number {at * 7} counts."} for at in range(40)]
    costs = [
        client.responses.create(
            model="offline-model", input=items, truncation="auto", max_output_tokens=limit
        ).usage.input_tokens
        for limit in (None, 16_000)
    ]
    assert costs[0] == costs[1] > 300


def test_what_even_truncation_cannot_fit_is_refused() -> None:
    client = MockServer(context_window=30).client()
    with pytest.raises(openai.BadRequestError, match="exceeds the context window"):
        client.responses.create(model="offline-model", input="word " * 40, truncation="auto")


def test_a_long_chain_reads_its_prefix_from_the_cache() -> None:
    client = MockServer().client()
    first = client.responses.create(model="offline-model", input="The harbour is open from nine. " * 200)
    second = client.responses.create(model="offline-model", input="Hello!", previous_response_id=first.id)
    assert first.usage.input_tokens_details.cache_write_tokens > 1_024
    assert second.usage.input_tokens_details.cached_tokens == first.usage.input_tokens_details.cache_write_tokens
    messages = [
        {"role": "user", "content": "The harbour is open from nine. " * 200},
        {"role": "assistant", "content": first.output_text},
        {"role": "user", "content": "Hello!"},
    ]
    chat = client.chat.completions.create(model="offline-model", messages=messages)
    assert chat.usage.prompt_tokens_details.cached_tokens == chat.usage.prompt_tokens - 3  # it is the same cache
