"""Responses over the wire: bodies and events by the types of the openai client, streamed as whole, cut short or failing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from mock_model import MockServer
from mock_model.api.completion import Reply

EVENT = TypeAdapter(ResponseStreamEvent)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOLS = [
    {"type": "function", "name": "weather", "description": "The weather in a city.", "parameters": CITY},
    {"type": "custom", "name": "code", "description": "Runs code."},
]
REPLIES = {
    "text": Reply("The harbour is open from nine."),
    "text of all kinds": Reply(
        "  One two.\n\nThree \u2028 four\tfive \U0001f469\u200d\U0001f680 " + "漢字" * 40 + " \n"
    ),
    "nothing": Reply(""),
    "call": Reply(None, tool_calls=(("weather", {"city": "Paris"}),)),
    "two calls": Reply(None, tool_calls=(("weather", {"city": "Łódź"}), ("code", "print(7)"))),
    "text and call": Reply("One moment.", tool_calls=(("weather", {"city": "Paris"}),)),
    "reasoning": Reply("In spring.", reasoning="They ask when. Spring is mild, and not yet full of people; so be it."),
}


def server_that_says(reply: Reply) -> MockServer:
    return MockServer(reply_to=lambda body, fits: reply)


def sent(client: openai.OpenAI, **request: Any) -> bytes:
    """The bytes of an answer."""
    request = {"model": "offline-model", "input": "Hello", "store": False, **request}
    return client.responses.with_raw_response.create(**request).http_response.read()


def events_of(client: openai.OpenAI, **request: Any) -> list[dict[str, Any]]:
    """The events of a stream, each as JSON, whose first line repeats its type."""
    events = []
    for block in sent(client, **request, stream=True).decode().split("\n\n")[:-1]:
        first, second = block.split("\n")
        events.append(json.loads(second.removeprefix("data: ")))
        assert first == f"event: {events[-1]['type']}"
    return events


def plain(client: openai.OpenAI, **request: Any) -> dict[str, Any]:
    return json.loads(sent(client, **request))


@pytest.mark.parametrize("model", ["offline-model", "offline-thinker", "gpt-6-luna", "gpt-4o-mini", "gpt-4"])
@pytest.mark.parametrize("limit", [None, 16])
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_every_body_and_event_is_valid_by_the_types_of_openai(reply: Reply, limit: int | None, model: str) -> None:
    client = server_that_says(reply).client()
    tools = TOOLS if model in ("offline-model", "offline-thinker", "gpt-6-luna") else TOOLS[:1]
    summary = {"reasoning": {"summary": "auto"}} if not model.startswith("gpt-4") else {}
    request = {"model": model, "max_output_tokens": limit, "tools": tools, **summary}
    Response.model_validate_json(sent(client, **request), strict=True)
    for event in events_of(client, **request):
        EVENT.validate_json(json.dumps(event), strict=True)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("limit", [None, 16])
def test_a_stream_ends_in_the_plain_answer_and_says_each_piece_of_it(reply: Reply, limit: int | None) -> None:
    client = server_that_says(reply).client()
    request = {"tools": TOOLS, "max_output_tokens": limit, "reasoning": {"summary": "auto"}}
    whole, events = plain(client, **request), events_of(client, **request)
    assert events[-1]["response"] == whole
    assert events[-1]["type"] == f"response.{whole['status']}"
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done == whole["output"]
    for place, item in enumerate(whole["output"]):
        said = "".join(event["delta"] for event in events if event.get("output_index") == place and "delta" in event)
        texts = [part.get("text") for part in item.get("content") or item.get("summary") or ()]
        assert said == (texts[0] if texts else item.get("arguments", item.get("input", "")))


def test_the_events_of_a_text_in_their_order() -> None:
    events = events_of(server_that_says(Reply("Yes, it is.")).client())
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        *["output_text.delta"] * 3,
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event["response"]["status"] for event in (*events[:2], events[-1])] == ["in_progress"] * 2 + ["completed"]
    assert events[0]["response"]["output"] == events[2]["item"]["content"] == []
    assert events[0]["response"]["usage"] is None
    assert events[3]["part"]["text"] == ""


def test_reasoning_comes_first_and_its_summary_only_when_it_is_asked_for() -> None:
    client = server_that_says(REPLIES["reasoning"]).client()
    types = [event["type"] for event in events_of(client)]
    assert types[2:5] == ["response.output_item.added", "response.output_item.done", "response.output_item.added"]
    types = [event["type"] for event in events_of(client, reasoning={"summary": "auto"})]
    assert types[3] == "response.reasoning_summary_part.added"
    assert "response.reasoning_summary_text.done" in types
    item = plain(client)["output"][0]
    assert (item["type"], item["summary"]) == ("reasoning", [])
    assert "Spring" not in json.dumps(plain(client)["output"][0])


def test_pieces_hide_their_length_unless_told_otherwise() -> None:
    client = server_that_says(REPLIES["text"]).client()
    for options, hides in ((None, True), ({"include_obfuscation": False}, False)):
        for event in events_of(client, stream_options=options):
            assert ("obfuscation" in event) == (hides and "delta" in event)


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=200), city=st.text(max_size=30))
def test_the_pieces_of_a_stream_are_the_text_whatever_it_is(text: str, city: str) -> None:
    client = server_that_says(Reply(text, tool_calls=(("weather", {"city": city}),))).client()
    events = events_of(client, tools=TOOLS)
    said = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
    assert "".join(said) == text
    arguments = [event["delta"] for event in events if event["type"] == "response.function_call_arguments.delta"]
    assert json.loads("".join(arguments)) == {"city": city}


def test_a_limit_above_what_the_model_can_write_is_refused() -> None:
    with pytest.raises(openai.BadRequestError, match="max_output_tokens is too large: 16385") as raised:
        sent(server_that_says(Reply("Yes.")).client(), max_output_tokens=16_385)
    assert raised.value.param == "max_output_tokens"


def test_the_events_of_calls_and_of_a_refusal_in_their_order() -> None:
    events = events_of(server_that_says(REPLIES["two calls"]).client(), tools=TOOLS)
    assert [event["type"].removeprefix("response.") for event in events[2:-1]] == [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "output_item.added",
        "custom_tool_call_input.delta",
        "custom_tool_call_input.done",
        "output_item.done",
    ]
    assert events[2]["item"]["arguments"] == "" and events[6]["item"]["input"] == ""
    server = MockServer()
    server.fail_next("refusal")
    types = [event["type"] for event in events_of(server.client())]
    assert types[3] == "response.content_part.added" and types[4] == "response.refusal.delta"
    assert types[-4:-2] == ["response.refusal.done", "response.content_part.done"]


def test_a_limit_leaves_a_response_incomplete_perhaps_without_a_message() -> None:
    client = server_that_says(Reply("Spring.", reasoning="word " * 40)).client()
    cut = plain(client, max_output_tokens=16)
    assert (cut["status"], cut["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert [item["type"] for item in cut["output"]] == ["reasoning"]
    assert cut["usage"]["output_tokens"] == cut["usage"]["output_tokens_details"]["reasoning_tokens"] == 16
    client = server_that_says(Reply("word " * 40)).client()
    cut = plain(client, max_output_tokens=16)
    assert (cut["output"][0]["status"], cut["usage"]["output_tokens"]) == ("incomplete", 16)
    assert events_of(client, max_output_tokens=16)[-1]["type"] == "response.incomplete"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        ("timeout", openai.APITimeoutError),
        ("connection", openai.APIConnectionError),
        ("drop", openai.APIConnectionError),
    ],
)
def test_failures_on_request_leave_nothing_behind(kind: Any, error: type[Exception], stream: bool) -> None:
    server = MockServer()
    client = server.client()
    server.fail_next(kind)
    ids = []
    with pytest.raises(error):
        for event in client.responses.create(model="offline-model", input="Hello", stream=stream):
            ids.append(event.response.id if hasattr(event, "response") else ids[-1])
    for id in ids[:1]:
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(id)
    assert client.responses.create(model="offline-model", input="Hello").status == "completed"


def test_replies_that_fail_in_words() -> None:
    server = MockServer()
    client = server.client()
    for kind in ("empty", "length", "refusal"):
        server.fail_next(kind)
    empty, half, refused = (plain(client, input="I live in Oslo. Where do I live?") for _ in range(3))
    assert [item["type"] for item in empty["output"]] == ["reasoning"]
    assert (empty["status"], half["status"], refused["status"]) == ("incomplete", "incomplete", "completed")
    assert half["output"][0]["status"] == "incomplete"
    assert refused["output"][0]["content"][0]["type"] == "refusal"


def test_a_response_that_fails_says_so_and_a_stream_has_begun_to_speak() -> None:
    server = server_that_says(REPLIES["text"])
    client = server.client()
    server.fail_next("failed", 2)
    client.chat.completions.create(model="offline-model", messages=[{"role": "user", "content": "Hello"}])
    body = plain(client)
    Response.model_validate_json(json.dumps(body), strict=True)
    assert (body["status"], body["output"], body["usage"]) == ("failed", [], None)
    assert body["error"]["code"] == "server_error"
    events = events_of(client)
    said = "".join(event["delta"] for event in events if "delta" in event)
    assert events[-1]["type"] == "response.failed"
    assert said and said != "The harbour is open from nine." and "The harbour is open from nine.".startswith(said)


def test_the_async_client_has_the_same_answers() -> None:
    async def ask() -> tuple[str, str]:
        client = MockServer().async_client()
        first = await client.responses.create(model="offline-model", input="My dog is called Pixel.")
        async with client.responses.stream(
            model="offline-model", input="What is my dog called?", previous_response_id=first.id
        ) as stream:
            return first.id, (await stream.get_final_response()).output_text

    id, text = asyncio.run(ask())
    assert text == "Your dog is called Pixel."
    assert id == MockServer().client().responses.create(model="offline-model", input="My dog is called Pixel.").id
