"""Conversations: what is said in them, what may be changed in them, and what is left when they go."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.conversations import Conversation, ConversationDeletedResource, ConversationItemList

from mock_model import MockServer
from mock_model.api.completion import Reply

MODEL = "offline-model"
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"type": "function", "name": "weather", "description": "The weather in a city", "parameters": CITY}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def quick(**options: Any) -> MockServer:
    """A server that says yes to everything."""
    return MockServer(reply_to=lambda body, fits: Reply("Yes."), **options)


def texts(client: openai.OpenAI, id: str, **options: Any) -> list[str]:
    """What is said in a conversation, the oldest first."""
    found = client.conversations.items.list(id, order="asc", **options)
    return [item.content[0].text for item in found if item.type == "message"]


def ask(client: openai.OpenAI, text: str, **options: Any) -> Any:
    return client.responses.create(model=MODEL, input=text, **options)


def test_a_conversation_is_made_labelled_and_deleted() -> None:
    client = quick().client()
    made = client.conversations.create(metadata={"topic": "Japan"}, items=[user("Hello")])
    raw = client.conversations.with_raw_response
    for answer in (raw.retrieve(made.id), raw.update(made.id, metadata={"topic": "Peru"})):
        Conversation.model_validate_json(answer.http_response.read(), strict=True)
    assert client.conversations.retrieve(made.id).metadata == {"topic": "Peru"}
    gone = raw.delete(made.id).http_response.read()
    assert ConversationDeletedResource.model_validate_json(gone, strict=True).deleted
    for request in (client.conversations.retrieve, client.conversations.delete, client.conversations.items.list):
        with pytest.raises(openai.NotFoundError, match=f"Conversation with id '{made.id}' not found."):
            request(made.id)


def test_two_conversations_are_never_the_same() -> None:
    client = quick().client()
    assert client.conversations.create().id != client.conversations.create().id


def test_its_items_come_first_and_a_turn_is_added_when_it_is_done() -> None:
    client = MockServer().client()
    made = client.conversations.create(items=[user("My dog is called Rex.")])
    first = ask(client, "What is my dog called?", conversation=made.id)
    assert first.output_text == "Your dog is called Rex."
    assert first.conversation.id == made.id and first.previous_response_id is None
    second = ask(client, "My cat is called Tom.", conversation={"id": made.id})
    assert texts(client, made.id) == [
        "My dog is called Rex.", "What is my dog called?", first.output_text, "My cat is called Tom.", second.output_text,
    ]  # fmt: skip
    assert second.usage.input_tokens > first.usage.input_tokens
    counted = client.responses.input_tokens.count(model=MODEL, input="Hello", conversation=made.id)
    assert counted.input_tokens == ask(client, "Hello", conversation=made.id).usage.input_tokens


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", [429, 500, "timeout", "connection", "drop", "failed"])
def test_a_turn_that_fails_adds_nothing(kind: str | int, stream: bool) -> None:
    server = quick()
    client = server.client()
    made = client.conversations.create(items=[user("Hello")])
    server.fail_next(kind)
    with suppress(openai.APIError):
        answer = ask(client, "Are you there?", conversation=made.id, stream=stream)
        ended = [event.type for event in answer][-1] if stream else f"response.{answer.status}"
        assert ended == "response.failed"
    assert texts(client, made.id) == ["Hello"]
    ask(client, "Are you there?", conversation=made.id)
    assert texts(client, made.id) == ["Hello", "Are you there?", "Yes."]


def test_a_turn_with_tools_is_kept_as_it_was() -> None:
    calls = (("weather", {"city": "Oslo"}),)
    server = MockServer(
        reply_to=lambda body, fits: Reply(None, calls) if body["messages"][-1]["role"] == "user" else Reply("Rain.")
    )
    client = server.client()
    made = client.conversations.create()
    options = {"conversation": made.id, "tools": [TOOL]}
    call = ask(client, "How is Oslo?", **options).output[0]
    with pytest.raises(openai.BadRequestError, match=f"No tool output found for function call {call.call_id}."):
        ask(client, "And Rome?", **options)
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "4 degrees"}
    client.responses.create(model=MODEL, input=[output], **options)
    raw = client.conversations.items.with_raw_response.list(made.id, order="asc").http_response.read()
    kept = ConversationItemList.model_validate_json(raw, strict=True).data
    assert [item.type for item in kept] == ["message", "function_call", "function_call_output", "message"]


def test_a_response_of_a_conversation_can_be_continued_outside_it() -> None:
    client = MockServer().client()
    made = client.conversations.create()
    first = ask(client, "My dog is called Rex.", conversation=made.id)
    branch = ask(client, "What is my dog called?", previous_response_id=first.id)
    assert branch.output_text == "Your dog is called Rex." and branch.conversation is None
    assert len(texts(client, made.id)) == 2


def test_items_are_added_looked_at_and_taken_out() -> None:
    client = MockServer().client()
    made = client.conversations.create()
    added = client.conversations.items.create(
        made.id, items=[user("My dog is called Rex."), user("My cat is called Tom.")]
    )
    assert [item.content[0].text for item in added.data] == ["My dog is called Rex.", "My cat is called Tom."]
    first = added.data[0]
    assert client.conversations.items.retrieve(first.id, conversation_id=made.id) == first
    assert client.conversations.items.delete(first.id, conversation_id=made.id).id == made.id
    with pytest.raises(openai.NotFoundError):
        client.conversations.items.retrieve(first.id, conversation_id=made.id)
    assert texts(client, made.id) == ["My cat is called Tom."]
    assert "Rex" not in ask(client, "What is my dog called?", conversation=made.id).output_text
    assert ask(client, "What is my cat called?", conversation=made.id).output_text == "Your cat is called Tom."


def test_its_items_stay_when_a_conversation_is_deleted() -> None:
    client = MockServer().client()
    made = client.conversations.create(items=[user("My dog is called Rex.")])
    last = ask(client, "My cat is called Tom.", conversation=made.id)
    kept = client.conversations.items.list(made.id, order="asc").data
    client.conversations.delete(made.id)
    referred = [{"type": "item_reference", "id": kept[0].id}, user("What is my dog called?")]
    assert client.responses.create(model=MODEL, input=referred).output_text == "Your dog is called Rex."
    assert ask(client, "What is my cat called?", previous_response_id=last.id).output_text == "Your cat is called Tom."
    with pytest.raises(openai.NotFoundError):
        ask(client, "Hello", conversation=made.id)


def test_a_deleted_response_stays_in_its_conversation() -> None:
    client = MockServer().client()
    made = client.conversations.create()
    client.responses.delete(ask(client, "My dog is called Rex.", conversation=made.id).id)
    assert ask(client, "What is my dog called?", conversation=made.id).output_text == "Your dog is called Rex."


@settings(max_examples=12, deadline=None)
@given(number=st.integers(0, 45), limit=st.integers(1, 100), order=st.sampled_from(["asc", "desc"]))
def test_pages_hold_every_item_once_and_in_order(number: int, limit: int, order: str) -> None:
    client = quick().client()
    made = client.conversations.create()
    said = [f"Number {n}" for n in range(number)]
    for start in range(0, number, 20):
        client.conversations.items.create(made.id, items=[user(text) for text in said[start : start + 20]])
    found = [item.content[0].text for item in client.conversations.items.list(made.id, limit=limit, order=order)]
    assert found == (said if order == "asc" else said[::-1])


TOO_LONG = "array too long. Expected an array with maximum length 20, but got an array with length 21 instead."


@pytest.mark.parametrize(
    ("body", "param", "message"),
    [
        ({"items": [user("Hi")] * 21}, "items", f"Invalid 'items': {TOO_LONG}"),
        ({"items": [{"role": "user"}]}, "items[0].content", "Missing required parameter: 'items[0].content'."),
        ({"itmes": []}, "itmes", "Unknown parameter: 'itmes'. Did you mean 'items'?"),
        ({"metadata": {"a": 1}}, "metadata.a", "Invalid type for 'metadata.a': expected a string, but got an integer"),
        ({"items": [{"type": "mcp_call"}]}, "items[0]", "Items of type 'mcp_call' are not supported here"),
    ],
)
def test_what_a_conversation_refuses(body: dict[str, Any], param: str, message: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        quick().client().post("/conversations", body=body, cast_to=Conversation)
    assert caught.value.param == param and caught.value.body["message"].startswith(message)


def test_an_item_stands_in_a_conversation_once() -> None:
    client = quick().client()
    made = client.conversations.create(items=[user("Hello")])
    first = client.conversations.items.list(made.id).data[0].to_dict()
    with pytest.raises(openai.BadRequestError, match="Duplicate item found with id"):
        client.conversations.items.create(made.id, items=[first, user("And you?")])
    with pytest.raises(openai.BadRequestError, match="Duplicate item found with id"):
        client.responses.create(model=MODEL, input=[first], conversation=made.id)
    assert texts(client, made.id) == ["Hello"]


def test_a_conversation_has_no_end_of_life() -> None:
    now = 0.0
    client = MockServer(clock=lambda: now).client()
    made = client.conversations.create(items=[user("My dog is called Rex.")])
    now += 365 * 86_400
    assert ask(client, "What is my dog called?", conversation=made.id).output_text == "Your dog is called Rex."


@pytest.mark.parametrize("keeps", ["nothing", "refuses"])
def test_a_server_that_keeps_nothing_has_no_conversations(keeps: str) -> None:
    with pytest.raises(openai.NotFoundError, match="This server keeps no conversations"):
        quick(keeps=keeps).client().conversations.create()
