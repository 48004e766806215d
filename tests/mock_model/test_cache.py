"""The prompt cache: what a second request reads, what it writes, and what it reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import accumulate
from operator import eq
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mock_model
from mock_model.api.caching import MAX_ENTRIES, PromptCache
from mock_model.api.catalogue import MODELS
from mock_model.api.completion import Reply
from mock_model.api.prefixes import prompt_keys

LONG = {"role": "system", "content": "The museum of the harbour has a hall of ships. " * 120}
SHORT = {"role": "system", "content": "Be brief."}
FIRST = {"role": "user", "content": "Which ships?"}
REPLY = {"role": "assistant", "content": "Two sloops."}
SECOND = {"role": "user", "content": "And the oldest?"}
TOOL = {"type": "function", "function": {"name": "now"}}
OTHER_TOOL = {"type": "function", "function": {"name": "here"}}
IMPLICIT: dict[str, Any] = {}
EXPLICIT = {"extra_body": {"prompt_cache_options": {"mode": "explicit"}}}


def new_server(clock: Callable[[], float] = time.monotonic) -> mock_model.MockServer:
    return mock_model.MockServer(reply_to=lambda body, fits: Reply("Yes."), clock=clock)


def marked(message: dict[str, Any], **asked: str) -> dict[str, Any]:
    """The message with a breakpoint at its end."""
    mark = {"mode": "explicit", **asked}
    return {**message, "content": [{"type": "text", "text": message["content"], "prompt_cache_breakpoint": mark}]}


def tokens(*messages: dict[str, Any], **options: Any) -> int:
    """Prompt tokens of messages, without the 3 that prime a reply, by a client of their own."""
    return usage(new_server().client(), *messages, **options).prompt_tokens - 3


def usage(client: openai.OpenAI, *messages: dict[str, Any], model: str = "offline-model", **options: Any) -> Any:
    request = {"model": model, "messages": messages, "max_completion_tokens": 9, **options}
    return client.chat.completions.create(**request).usage


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
    other = {"role": "user", "content": "Where is it?"}
    figures(client, marked(LONG), FIRST)
    assert figures(client, marked(LONG), other) == (tokens(LONG), tokens(LONG, other) - tokens(LONG))


def test_a_mark_is_no_part_of_what_it_marks() -> None:
    client = new_server().client()
    figures(client, LONG, FIRST)
    assert figures(client, marked(LONG), FIRST, REPLY, SECOND)[0] == tokens(LONG, FIRST)
    assert figures(client, LONG, marked(FIRST), REPLY, marked(SECOND)) == (tokens(LONG, FIRST, REPLY, SECOND), 0)


def test_a_breakpoint_can_stand_within_a_message() -> None:
    client = new_server().client()
    question, other = ({"type": "text", "text": text} for text in ("Which ships?", "Where is it?"))
    page = marked(LONG)["content"][0]
    before, both = (tokens({"role": "user", "content": parts}) for parts in ([page], [page, question]))
    assert figures(client, {"role": "user", "content": [page, question]}) == (0, both)
    assert figures(client, {"role": "user", "content": [page, other]})[0] == before
    assert figures(client, {"role": "user", "content": [page, question, other]})[0] == before  # not up to the question


def test_explicit_mode_writes_and_reads_only_what_is_marked() -> None:
    client = new_server().client()
    assert figures(client, LONG, FIRST, **EXPLICIT) == (0, 0)
    assert figures(client, marked(LONG), FIRST, **EXPLICIT) == (0, tokens(LONG))
    assert figures(client, LONG, FIRST, **EXPLICIT) == (0, 0)
    figures(client, LONG, FIRST)  # writes the end of the question
    assert figures(client, marked(LONG), FIRST, **EXPLICIT) == (tokens(LONG), 0)


@pytest.mark.parametrize(("mode", "written"), [(IMPLICIT, 3), (EXPLICIT, 4)])
def test_a_request_writes_at_most_four_breakpoints(mode: dict[str, Any], written: int) -> None:
    client, pages = new_server().client(), [{"role": "user", "content": f"Hall {n}."} for n in range(6)]
    figures(client, LONG, *[marked(page) for page in pages], FIRST, **mode)
    for n in range(6):  # with another question after each mark
        read = figures(client, LONG, *pages[:n], marked(pages[n]), SECOND, **EXPLICIT)[0]
        assert read == (tokens(LONG, *pages[: n + 1]) if n >= 6 - written else 0)


def test_a_mark_in_a_message_of_the_model_does_nothing() -> None:
    client = new_server().client()
    assert figures(client, LONG, FIRST, marked(REPLY), SECOND, **EXPLICIT) == (0, 0)


@pytest.mark.parametrize(("after", "found"), [(49, 6), (50, 4)])
def test_the_first_two_and_the_latest_fifty_marks_are_looked_up(after: int, found: int) -> None:
    client = new_server().client()
    messages = [LONG, *({"role": "user", "content": f"Hall {n}."} for n in range(6))]
    for n in (2, 4, 6):
        messages[n] = marked(messages[n])
        figures(client, *messages[: n + 1], **EXPLICIT)
    others = [marked({"role": "user", "content": "Another."})] * after
    assert figures(client, *messages, *others, **EXPLICIT)[0] == tokens(*messages[: found + 1])


@pytest.mark.parametrize(("earlier", "found"), [(20, True), (21, False)])
def test_twenty_earlier_message_ends_are_looked_up(earlier: int, found: bool) -> None:
    client, more = new_server().client(), [{"role": "user", "content": f"Hall {n}."} for n in range(earlier)]
    figures(client, FIRST | {"content": LONG["content"]})
    read = figures(client, FIRST | {"content": LONG["content"]}, *[part for page in more for part in (REPLY, page)])[0]
    assert read == (tokens(FIRST | {"content": LONG["content"]}) if found else 0)


def test_the_opening_instructions_are_looked_up_however_long_the_conversation() -> None:
    client, more = new_server().client(), [{"role": "user", "content": f"Hall {n}."} for n in range(30)]
    figures(client, LONG)
    assert figures(client, LONG, *more)[0] == tokens(LONG)


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("model", "options", "seconds"),
    [
        ("offline-model", {}, 1_800),
        ("gpt-6-luna", {"prompt_cache_options": {"ttl": "30m"}}, 1_800),
        ("gpt-6-luna", {"prompt_cache_retention": "24h"}, 1_800),  # the most for what has a least
        ("gpt-4o-mini", {}, 600),
        ("gpt-4o-mini", {"prompt_cache_retention": "in_memory"}, 600),
        ("gpt-4o-mini", {"prompt_cache_retention": "24h"}, 86_400),
    ],
)
def test_a_prefix_lives_for_a_while_after_its_last_use(model: str, options: dict[str, Any], seconds: int) -> None:
    clock = Clock()
    client = new_server(clock).client()

    def is_read() -> bool:
        return figures(client, LONG, FIRST, model=model, extra_body=options)[0] > 0

    assert [is_read(), is_read()] == [False, True]
    for _ in range(3):  # each reading lengthens its life
        clock.now += seconds
        assert is_read()
    clock.now += seconds + 1
    assert [is_read(), is_read()] == [False, True]


def test_a_mark_can_ask_for_twelve_hours() -> None:
    clock = Clock()
    client = new_server(clock).client()
    figures(client, marked(LONG, ttl="12h"), FIRST)
    clock.now = 43_000
    assert figures(client, LONG, FIRST)[0] == tokens(LONG)  # the end of the question is forgotten
    assert figures(client, marked(LONG), SECOND)[0] == tokens(LONG)
    clock.now += 43_201
    assert figures(client, marked(LONG), SECOND)[0] == 0


@pytest.mark.parametrize(
    ("mark", "param"),
    [
        ({}, "mode"),
        ({"mode": "implicit"}, "mode"),
        ({"mode": "explicit", "ttl": "5m"}, "ttl"),
        ({"mode": "explicit", "size": 3}, "size"),
    ],
)
def test_a_mark_that_says_something_else_is_refused(mark: dict[str, Any], param: str) -> None:
    part = {"type": "text", "text": "Hello.", "prompt_cache_breakpoint": mark}
    with pytest.raises(openai.BadRequestError) as caught:
        usage(new_server().client(), {"role": "user", "content": [part]})
    assert caught.value.type == "invalid_request_error"
    assert caught.value.param == f"messages[0].content[0].prompt_cache_breakpoint.{param}"


@pytest.mark.parametrize(
    ("question", "options", "param"),
    [
        (FIRST, EXPLICIT, "prompt_cache_options"),
        (marked(FIRST), IMPLICIT, "messages[1].content[0].prompt_cache_breakpoint"),
    ],
)
def test_an_older_model_has_no_breakpoints(question: dict[str, Any], options: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        usage(new_server().client(), SHORT, question, model="gpt-4o-mini", **options)
    assert (caught.value.type, caught.value.param) == ("invalid_request_error", param)


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
        {"reasoning_effort": "low"},
        {"verbosity": "low"},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "ship", "schema": {"type": "object"}}}},
    ],
    ids=str,
)
def test_what_changes_the_beginning_reads_nothing(changed: dict[str, Any]) -> None:
    client = new_server().client()
    usage(client, LONG, FIRST)
    request = {"messages": [LONG, FIRST, REPLY, SECOND], **changed}
    assert figures(client, *request.pop("messages"), **{"reasoning_effort": "none", **request})[0] == 0
    assert figures(client, LONG, FIRST, REPLY, SECOND)[0] == tokens(LONG, FIRST)


@pytest.mark.parametrize(
    "changed",
    [
        {"tools": [TOOL]},
        {"tools": [OTHER_TOOL, TOOL]},
        {"tools": [TOOL, {**OTHER_TOOL, "function": {**OTHER_TOOL["function"], "description": "Where?"}}]},
        {"parallel_tool_calls": False},
    ],
    ids=str,
)
def test_what_changes_the_tools_reads_nothing(changed: dict[str, Any]) -> None:
    client, tools = new_server().client(), {"tools": [TOOL, OTHER_TOOL]}
    usage(client, LONG, FIRST, **tools)
    assert figures(client, LONG, FIRST, **tools | changed)[0] == 0
    assert figures(client, LONG, FIRST, **tools)[0] == tokens(LONG, FIRST, **tools)


@pytest.mark.parametrize(
    "changed",
    [
        {"tool_choice": "none"},
        {"tool_choice": {"type": "function", "function": {"name": "now"}}},
        {"parallel_tool_calls": True},
        {"reasoning_effort": "none"},
        {"verbosity": "medium"},
        {"response_format": {"type": "text"}},
        {"max_completion_tokens": 5, "temperature": 0.5},
    ],
    ids=str,
)
def test_what_is_no_part_of_the_beginning_changes_nothing(changed: dict[str, Any]) -> None:
    client, tools = new_server().client(), {"tools": [TOOL, OTHER_TOOL]}
    usage(client, LONG, FIRST, **tools)
    assert figures(client, LONG, FIRST, **tools, **changed) == (tokens(LONG, FIRST, **tools), 0)


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
        usage(client, LONG, FIRST, n=129)
    assert figures(client, LONG, FIRST)[0] == 0


def test_the_breakpoint_is_after_the_last_of_several_tool_results() -> None:
    client = new_server().client()
    calls = [{"id": f"call_{i}", "type": "function", "function": {"name": "now", "arguments": "{}"}} for i in (1, 2)]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "Noon."} for call in calls]
    messages = [LONG, FIRST, {"role": "assistant", "content": None, "tool_calls": calls}, *results]
    assert figures(client, *messages) == (0, tokens(*messages))
    assert figures(client, *messages, REPLY, SECOND)[0] == tokens(*messages)


POOL = [FIRST, SECOND, REPLY, SHORT, {"role": "tool", "tool_call_id": "a", "content": "Noon."}, marked(SECOND)]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["offline-model", "gpt-4o-mini"]),
    st.lists(st.tuples(st.lists(st.sampled_from(POOL), min_size=1, max_size=6), st.booleans()), max_size=8),
)
def test_only_what_was_sent_before_is_read(name: str, requests: list[tuple[list[dict[str, Any]], bool]]) -> None:
    """And what is read or written is never more than the prompt. Each message has 1,024 tokens here."""
    cache, model, sent = PromptCache(), MODELS[name], []
    for messages, is_explicit in requests:
        body = {"messages": messages, "prompt_cache_options": {"mode": "explicit" if is_explicit else "implicit"}}
        lengths = [1_024 * (n + 1) for n in range(len(messages))]
        read, written = cache.use(model, body, prompt_keys(body), lengths)
        plain = [SECOND if message == marked(SECOND) else message for message in messages]
        shared = max((sum(accumulate(map(eq, plain, earlier), min)) for earlier in sent), default=0)
        assert read <= 1_024 * shared and read + (written or 0) <= lengths[-1]
        sent.append(plain)


def test_the_cache_is_bounded() -> None:
    cache, model = PromptCache(), MODELS["offline-model"]
    body = {"messages": [FIRST]}

    def read(number: int) -> int:
        return cache.use(model, body, [b"", number.to_bytes(16, "big")], [2_000]).read

    for number in range(MAX_ENTRIES + 500):
        read(number)
    assert len(cache._seen) == MAX_ENTRIES
    assert read(1) == 0
    assert read(MAX_ENTRIES) == 2_000
