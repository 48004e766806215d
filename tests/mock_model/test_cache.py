"""The prompt cache: what a second request reads, what it writes, and what it reports."""

from __future__ import annotations

from typing import Any

import openai
import pytest

import mock_model
from mock_model.api.caching import MAX_ENTRIES, PromptCache
from mock_model.api.catalogue import MODELS
from mock_model.api.completion import Reply

LONG = {"role": "system", "content": "The museum of the harbour has a hall of ships. " * 120}
SHORT = {"role": "system", "content": "Be brief."}
FIRST = {"role": "user", "content": "Which ships?"}
REPLY = {"role": "assistant", "content": "Two sloops."}
SECOND = {"role": "user", "content": "And the oldest?"}
TOOL = {"type": "function", "function": {"name": "now"}}


def new_server() -> mock_model.MockServer:
    return mock_model.MockServer(reply_to=lambda body, fits: Reply("Yes."))


def tokens(*messages: dict[str, Any], **options: Any) -> int:
    """Prompt tokens of messages, without the 3 that prime a reply, by a client of their own."""
    return usage(new_server().client(), *messages, **options).prompt_tokens - 3


def usage(client: openai.OpenAI, *messages: dict[str, Any], model: str = "offline-model", **options: Any) -> Any:
    return client.chat.completions.create(model=model, messages=messages, max_completion_tokens=9, **options).usage


def figures(client: openai.OpenAI, *messages: dict[str, Any], **options: Any) -> tuple[int, int | None]:
    """Tokens read from the cache and written to it."""
    details = usage(client, *messages, **options).prompt_tokens_details
    return details.cached_tokens, details.cache_write_tokens


@pytest.mark.parametrize("model", ["offline-model", "gpt-6-luna"])
def test_a_growing_conversation_reads_what_it_wrote(model: str) -> None:
    client = new_server().client()
    opening, grown = tokens(LONG, FIRST), tokens(LONG, FIRST, REPLY, SECOND)
    assert opening > 1_024
    assert figures(client, LONG, FIRST, model=model) == (0, opening)
    assert figures(client, LONG, FIRST, model=model) == (opening, 0)
    assert figures(client, LONG, FIRST, REPLY, SECOND, model=model) == (opening, grown - opening)


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4"])
def test_before_breakpoints_the_cache_reads_in_steps_of_128(model: str) -> None:
    client = new_server().client()
    opening = tokens(LONG, FIRST, model=model)
    assert figures(client, LONG, FIRST, model=model) == (0, None)
    read, written = figures(client, LONG, FIRST, REPLY, SECOND, model=model)
    assert (read, written) == (opening // 128 * 128, None)
    assert read % 128 == 0 and opening - 128 < read <= opening


def test_the_instructions_that_open_a_conversation_can_be_read_alone() -> None:
    client = new_server().client()
    assert figures(client, LONG) == (0, tokens(LONG))
    assert figures(client, LONG, FIRST) == (tokens(LONG), tokens(LONG, FIRST) - tokens(LONG))


def test_without_breakpoints_any_shared_beginning_counts() -> None:
    client = new_server().client()
    other = {"role": "user", "content": "Where is it?"}
    figures(client, LONG, FIRST, model="gpt-4o-mini")
    assert figures(client, LONG, other, model="gpt-4o-mini")[0] == tokens(LONG) // 128 * 128


def test_with_breakpoints_a_shared_beginning_counts_only_where_one_was_written() -> None:
    client = new_server().client()
    other = {"role": "user", "content": "Where is it?"}
    figures(client, LONG, FIRST)
    assert figures(client, LONG, other) == (0, tokens(LONG, other))


def test_an_explicit_breakpoint_keeps_a_shared_beginning() -> None:
    client = new_server().client()
    part = {"type": "text", "text": LONG["content"], "prompt_cache_breakpoint": {"mode": "explicit"}}
    marked = {"role": "system", "content": [part]}
    other = {"role": "user", "content": "Where is it?"}
    figures(client, marked, FIRST)
    assert figures(client, marked, other) == (tokens(LONG), tokens(LONG, other) - tokens(LONG))


def test_explicit_mode_writes_only_what_is_marked() -> None:
    client = new_server().client()
    part = {"type": "text", "text": LONG["content"], "prompt_cache_breakpoint": {"mode": "explicit"}}
    options = {"extra_body": {"prompt_cache_options": {"mode": "explicit"}}}
    assert figures(client, LONG, FIRST, **options) == (0, 0)
    assert figures(client, {"role": "system", "content": [part]}, FIRST, **options) == (0, tokens(LONG))


@pytest.mark.parametrize("model", ["offline-model", "gpt-4o-mini"])
def test_less_than_1024_tokens_are_not_cached(model: str) -> None:
    client = new_server().client()
    word = {"role": "user", "content": " word" * (1_023 - tokens({"role": "user", "content": ""}))}
    assert tokens(word) == 1_023
    usage(client, word, model=model)
    assert figures(client, word, model=model)[0] == 0
    longer = {"role": "user", "content": word["content"] + " word"}
    usage(client, longer, model=model)
    assert figures(client, longer, model=model)[0] == 1_024


@pytest.mark.parametrize(
    "changed",
    [
        {"messages": [{**LONG, "content": LONG["content"] + "!"}, FIRST, REPLY, SECOND]},
        {"messages": [SHORT, LONG, FIRST, REPLY, SECOND]},
        {"messages": [{**LONG, "role": "developer"}, FIRST, REPLY, SECOND]},
        {"tools": [TOOL]},
        {"model": "gpt-6-luna"},
        {"prompt_cache_key": "another"},
    ],
    ids=str,
)
def test_what_changes_the_beginning_reads_nothing(changed: dict[str, Any]) -> None:
    client = new_server().client()
    usage(client, LONG, FIRST)
    request = {"messages": [LONG, FIRST, REPLY, SECOND], **changed}
    assert figures(client, *request.pop("messages"), **{"reasoning_effort": "none", **request})[0] == 0
    assert figures(client, LONG, FIRST, REPLY, SECOND)[0] == tokens(LONG, FIRST)


def test_each_server_has_a_cache_of_its_own() -> None:
    server = new_server()
    usage(server.client(), LONG, FIRST)
    assert figures(server.client(), LONG, FIRST)[0] == tokens(LONG, FIRST)
    assert figures(new_server().client(), LONG, FIRST)[0] == 0


def test_tokens_of_tools_count_and_are_cached() -> None:
    client = new_server().client()
    opening = tokens(LONG, FIRST, tools=[TOOL])
    assert opening > tokens(LONG, FIRST)
    assert figures(client, LONG, FIRST, tools=[TOOL]) == (0, opening)


def test_a_refused_request_writes_nothing() -> None:
    client = new_server().client()
    with pytest.raises(openai.BadRequestError):
        usage(client, LONG, FIRST, n=2)
    assert figures(client, LONG, FIRST)[0] == 0


def test_the_breakpoint_is_after_the_last_of_several_tool_results() -> None:
    client = new_server().client()
    calls = [{"id": f"call_{i}", "type": "function", "function": {"name": "now", "arguments": "{}"}} for i in (1, 2)]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "Noon."} for call in calls]
    messages = [LONG, FIRST, {"role": "assistant", "content": None, "tool_calls": calls}, *results]
    assert figures(client, *messages) == (0, tokens(*messages))
    assert figures(client, *messages, REPLY, SECOND)[0] == tokens(*messages)


def test_the_cache_is_bounded() -> None:
    cache, model = PromptCache(), MODELS["offline-model"]
    body = {"messages": [FIRST]}
    for number in range(MAX_ENTRIES + 500):
        cache.use(model, body, [number.to_bytes(16, "big")], [2_000])
    assert len(cache._seen) == MAX_ENTRIES
    assert cache.use(model, body, [(1).to_bytes(16, "big")], [2_000]).read == 0
    assert cache.use(model, body, [(MAX_ENTRIES).to_bytes(16, "big")], [2_000]).read == 2_000
