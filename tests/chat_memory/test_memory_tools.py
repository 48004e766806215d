"""A memory that calls tools: the loop runs to the answer, in every way to ask."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from chat_memory import ChatMemory, IncompleteReply
from chat_memory.tools import Called, Result, Text, Tool

from .tool_client import (
    WAYS,
    ToolClient,
    asked,
    call,
    calling,
    check_messages,
    talk,
    text_of,
    told,
    weather,
)

EACH_WAY = pytest.mark.parametrize("way", WAYS)
AT_ONCE = pytest.mark.parametrize("at_once", [False, True])


# The loop


@EACH_WAY
@AT_ONCE
def test_calls_are_answered_until_the_model_replies_and_the_turn_is_kept(way, at_once):
    first = calling(call("weather", {"city": "Rome"}), call("weather", {"city": "Atlantis"}), text="Let me look.")
    second = calling(call("weather", {"city": "Oslo"}))
    client, memory, came = asked(way, first, second, "Mild.", parallel_tools=at_once)
    assert (
        "".join(text_of(way, came))
        == {
            "a": "Mild.",
            "s": "Let me look.\n\nMild.",
            "e": "Let me look.Mild.",
        }[way[0]]
    )
    messages = memory.messages
    assert [message["role"] for message in messages] == [
        "user", "assistant", "tool", "tool", "assistant", "tool", "assistant",
    ]  # fmt: skip
    assert messages[1] == {"role": "assistant", "content": "Let me look.", "tool_calls": first["tool_calls"]}
    assert messages[2] == {"role": "tool", "tool_call_id": "call_0", "content": "Rome: 21 degrees"}
    assert messages[3]["content"] == "Error: LookupError: no such city"
    assert messages[4] == {"role": "assistant", "content": None, "tool_calls": second["tool_calls"]}
    assert messages[6] == {"role": "assistant", "content": "Mild."}
    assert [request["messages"] for request in client.requests] == [messages[:1], messages[:4], messages[:6]]
    assert all(request["tools"] == [Tool(weather).definition] for request in client.requests)
    assert not any("tool_choice" in request for request in client.requests)
    assert memory.usage.requests == 3 and memory.usage.prompt_tokens == 30


@pytest.mark.parametrize("way", ["events", "events_async"])
def test_events_come_as_it_happens(way):
    answer = calling(call("weather", {"city": "Rome"}), call("weather", {"city": "Atlantis"}), text="Let me look.")
    *_, came = asked(way, answer, "Mild.")
    assert came == [
        Text("Let"),
        Text(" me look."),
        Called("call_0", "weather", '{"city": "Rome"}'),
        Result("call_0", "weather", "Rome: 21 degrees", failed=False),
        Called("call_1", "weather", '{"city": "Atlantis"}'),
        Result("call_1", "weather", "Error: LookupError: no such city", failed=True),
        Text("Mil"),
        Text("d."),
    ]


@EACH_WAY
def test_what_is_wrong_in_a_call_goes_back_to_the_model(way):
    answer = calling(call("nothing"), call("weather", "{"), call("weather", {"town": "Rome"}))
    client, *_ = asked(way, answer, "Sorry.")
    results = [message["content"] for message in client.requests[1]["messages"][2:]]
    assert results[0] == "Error: There is no tool 'nothing'. There are: weather."
    assert results[1].startswith("Error: The arguments are no valid JSON") and "city: Field required" in results[2]


@EACH_WAY
def test_ids_that_are_missing_or_the_same_are_made_good(way):
    answer = calling(call("weather", {"city": "Rome"}, "a"), call("weather", {"city": "Oslo"}, "b"))
    answer["tool_calls"][0]["id"] = answer["tool_calls"][1]["id"] = None
    client, memory, _ = asked(way, answer, "Mild.")
    check_messages(memory.messages)
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["Rome: 21 degrees", "Oslo: 21 degrees"]
    assert client.requests[1]["messages"] == memory.messages[:-1]


@EACH_WAY
@pytest.mark.parametrize("reason", ["tool_calls", "stop", "tool_use", "TOOL_CALLS"])
def test_calls_are_calls_whatever_a_server_says_of_its_end(way, reason):
    _, memory, _ = asked(way, calling(call("weather", {"city": "Rome"}), finish_reason=reason), "Mild.")
    assert memory.messages[-1]["content"] == "Mild."


@EACH_WAY
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (calling(call("weather", '{"city": "Ro'), finish_reason="length"), "cut off"),
        ({"content": None, "finish_reason": "tool_calls"}, "holds no call"),
        (calling(call("weather", {"city": "Rome"}), refusal="No."), "refused"),
        ({"content": None, "function_call": {"name": "weather", "arguments": "{}"}}, "older form.* know"),
        ({"content": None}, "empty"),
    ],
)
def test_calls_that_are_not_whole_are_not_run(way, answer, words):
    with pytest.raises(IncompleteReply, match=words):
        asked(way, answer)


@EACH_WAY
def test_after_max_steps_the_model_has_to_answer_with_the_same_tools(way):
    step = calling(call("weather", {"city": "Rome"}))
    client, *_ = asked(way, step, step, "Mild.", max_steps=2)
    assert [request.get("tool_choice") for request in client.requests] == [None, None, "none"]
    assert all(request["tools"] for request in client.requests)
    client, memory = talk(way, step, step, step, tools=[weather], max_steps=2)
    with pytest.raises(
        IncompleteReply, match=r"calls tools again after 2 answers with calls.*Raise max_steps"
    ) as error:
        WAYS[way](memory, "How is Rome?")
    assert [m["role"] for m in error.value.messages] == ["user", *["assistant", "tool"] * 2] and memory.messages == []


@pytest.mark.parametrize("max_steps", [0, -1, 1.5, None, True])
def test_max_steps_is_a_number(max_steps):
    with pytest.raises((TypeError, ValueError), match="max_steps"):
        ChatMemory(ToolClient(), tools=[weather], max_steps=max_steps)


@EACH_WAY
@pytest.mark.parametrize(
    ("choice", "later"),
    [
        ("required", "auto"),
        ("none", "none"),
        ({"type": "function", "function": {"name": "weather"}}, "auto"),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
            {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}},
        ),
    ],
)
def test_a_call_that_is_forced_is_forced_once_in_a_turn(way, choice, later):
    options = {"tool_choice": choice, "parallel_tool_calls": False}
    step = calling(call("weather", {"city": "Rome"}), finish_reason="stop")
    client, memory, _ = asked(way, step, step, "Mild.", "And mild.", options=options)
    WAYS[way](memory, "Still?")
    assert [request["tool_choice"] for request in client.requests] == [choice, later, later, choice]
    assert all(request["parallel_tool_calls"] is False for request in client.requests)


def test_tools_are_no_option_and_the_error_says_where_they_go():
    for options in ({"tools": []}, {"extra_body": {"functions": []}}):
        with pytest.raises(ValueError, match=r"ChatMemory\(client, tools="):
            ChatMemory(ToolClient(), options=options)


@EACH_WAY
def test_a_model_without_tools_that_calls_one_all_the_same_is_refused(way):
    with pytest.raises(IncompleteReply, match="calls a function"):
        asked(way, calling(call("weather")), tools=[])


# Plain and async tools, one after the other and at once


async def weather_soon(city: str) -> str:
    """The weather, awaited."""
    await asyncio.sleep(0)
    return weather(city)


@EACH_WAY
def test_an_async_tool_is_awaited_and_refused_before_anything_is_sent_where_it_cannot_be(way):
    step = calling(call("weather_soon", {"city": "Rome"}), call("weather", {"city": "Oslo"}))
    client, memory = talk(way, step, "Mild.", tools=[weather, weather_soon])
    if not way.endswith("async"):
        with pytest.raises(TypeError, match=r"weather_soon is an async function.*_async"):
            WAYS[way](memory, "How is Rome?")
        assert not client.requests
        return
    WAYS[way](memory, "How is Rome?")
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["Rome: 21 degrees", "Oslo: 21 degrees"]


@EACH_WAY
def test_calls_run_at_once_where_asked_for_and_results_keep_the_order_of_the_calls(way):
    both, second_is_done = threading.Barrier(2, timeout=10), threading.Event()

    def meet(place: int) -> str:
        both.wait()
        if place == 0:
            assert second_is_done.wait(10)
        else:
            second_is_done.set()
        return str(place)

    answer = calling(call("meet", {"place": 0}), call("meet", {"place": 1}))
    _, memory, came = asked(way, answer, "Both.", tools=[meet], parallel_tools=True)
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["0", "1"]
    if way.startswith("events"):
        assert [kind for kind, *_ in told(came)] == ["called", "called", "result", "result", "text"]


@pytest.mark.parametrize("way", [way for way in WAYS if way.endswith("async")])
def test_coroutines_run_at_once_in_one_loop(way):
    there = []

    async def meet(place: int) -> str:
        there.append(asyncio.get_running_loop())
        while len(there) < 2:
            await asyncio.sleep(0)
        return str(place)

    answer = calling(call("meet", {"place": 0}), call("meet", {"place": 1}))
    _, memory, _ = asked(way, answer, "Both.", tools=[meet], parallel_tools=True)
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["0", "1"] and there[0] is there[1]


@EACH_WAY
def test_calls_run_one_after_the_other_otherwise(way):
    running, most = [], []

    def work(place: int) -> None:
        running.append(place)
        most.append(len(running))
        running.remove(place)

    asked(way, calling(*(call("work", {"place": place}) for place in range(3))), "Done.", tools=[work])
    assert most == [1, 1, 1]


USER = ContextVar("USER", default="nobody")


@EACH_WAY
@AT_ONCE
def test_tools_see_the_context_of_the_caller(way, at_once):
    def who() -> str:
        return USER.get()

    before = USER.set("Ana")
    try:
        _, memory, _ = asked(way, calling(call("who"), call("who")), "Ana.", tools=[who], parallel_tools=at_once)
    finally:
        USER.reset(before)
    assert [m["content"] for m in memory.messages if m["role"] == "tool"] == ["Ana", "Ana"]


# Reasoning


@EACH_WAY
@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_stays_in_a_turn_that_called_tools_and_goes_out_of_one_that_did_not(way, field):
    step = calling(call("weather", {"city": "Rome"}), **{field: "Look first."})
    client, memory, _ = asked(way, step, {"content": "Mild.", field: "So it is."}, {"content": "Yes.", field: "Easy."})
    WAYS[way](memory, "Sure?")
    messages = memory.messages
    assert client.requests[1]["messages"][1][field] == "Look first."
    assert messages[1][field] == "Look first." and messages[3] == {
        "role": "assistant",
        "content": "Mild.",
        field: "So it is.",
    }
    assert messages[-1] == {"role": "assistant", "content": "Yes."}
    assert client.requests[2]["messages"] == messages[:-1]


@EACH_WAY
def test_reasoning_in_parts_goes_back_as_it_came(way):
    details = [{"type": "reasoning.encrypted", "index": 0, "data": "x", "id": "r1"}]
    client, *_ = asked(way, calling(call("weather", {"city": "Rome"}), reasoning_details=details), "Mild.")
    assert client.requests[1]["messages"][1]["reasoning_details"] == details


@EACH_WAY
def test_blocks_of_thinking_go_back_with_the_calls_and_not_with_a_plain_reply(way):
    blocks = [{"type": "thinking", "thinking": "Look first.", "signature": "s"}]
    step = calling(call("weather", {"city": "Rome"}), thinking_blocks=blocks)
    client, memory, _ = asked(way, step, "Mild.", {"content": "Yes.", "thinking_blocks": blocks})
    WAYS[way](memory, "Sure?")
    assert client.requests[1]["messages"][1]["thinking_blocks"] == memory.messages[1]["thinking_blocks"] == blocks
    assert memory.messages[-1] == {"role": "assistant", "content": "Yes."}
