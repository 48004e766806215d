"""Responses in the background: looked for until they are done, cancelled, streamed again from where a stream broke off."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import openai
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from mock_model import MockServer
from mock_model.api.completion import Reply

EVENT = TypeAdapter(ResponseStreamEvent)
ASKED = {"model": "offline-model", "input": "My dog is called Rex.", "background": True}


def server(**options: Any) -> MockServer:
    return MockServer(reply_to=lambda body, fits: Reply("A dog, then."), **options)


def until_done(client: openai.OpenAI, id: str) -> list[str]:
    """Each status that is seen by somebody who asks until a response is done."""
    seen = []
    while not seen or seen[-1] in ("queued", "in_progress"):
        seen.append(client.responses.retrieve(id).status)
    return seen


def test_it_is_queued_then_made_and_every_body_is_valid() -> None:
    client = server().client()
    raw = client.responses.with_raw_response
    bodies = [raw.create(**ASKED).http_response.read()]
    id = json.loads(bodies[0])["id"]
    bodies += [raw.retrieve(id).http_response.read() for _ in range(3)]
    states = [Response.model_validate_json(body, strict=True) for body in bodies]
    assert [state.status for state in states] == ["queued", "in_progress", "completed", "completed"]
    assert [state.output_text for state in states] == ["", "", "A dog, then.", "A dog, then."]
    assert states[1].usage is None and states[2].usage.output_tokens > 0
    assert all(state.background for state in states)


def test_it_says_what_one_that_is_waited_for_says() -> None:
    client = server().client()
    waited = client.responses.create(**ASKED | {"background": False})
    made = client.responses.create(**ASKED)
    until_done(client, made.id)
    found = client.responses.retrieve(made.id)
    assert (found.output_text, found.usage) == (waited.output_text, waited.usage)


def test_it_is_continued_once_it_is_done() -> None:
    client = MockServer().client()
    made = client.responses.create(**ASKED)
    again = {"model": "offline-model", "input": "What is my dog called?", "previous_response_id": made.id}
    with pytest.raises(openai.BadRequestError, match="is not done yet"):
        client.responses.create(**again)
    until_done(client, made.id)
    assert client.responses.create(**again).output_text == "Your dog is called Rex."


def test_a_conversation_gets_the_whole_turn_when_it_is_done() -> None:
    client = server().client()
    conversation = client.conversations.create()
    made = client.responses.create(**ASKED, conversation=conversation.id)
    sizes = []
    while made.status in ("queued", "in_progress"):
        sizes.append(len(client.conversations.items.list(conversation.id).data))
        made = client.responses.retrieve(made.id)
    assert set(sizes) == {0} and len(client.conversations.items.list(conversation.id).data) == 2


@pytest.mark.parametrize("looks", [0, 1])
def test_a_cancelled_one_stays_so(looks: int) -> None:
    client = server().client()
    made = client.responses.create(**ASKED)
    for _ in range(looks):
        client.responses.retrieve(made.id)
    raw = client.responses.with_raw_response.cancel(made.id).http_response.read()
    assert Response.model_validate_json(raw, strict=True).status == "cancelled"
    assert client.responses.cancel(made.id).status == client.responses.retrieve(made.id).status == "cancelled"
    assert client.responses.retrieve(made.id).output == []


def test_what_is_done_cannot_be_undone() -> None:
    client = server().client()
    made = client.responses.create(**ASKED)
    until_done(client, made.id)
    assert client.responses.cancel(made.id).status == "completed"
    waited = client.responses.create(**ASKED | {"background": False})
    with pytest.raises(openai.BadRequestError, match="Cannot cancel a synchronous response"):
        client.responses.cancel(waited.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.cancel("resp_1")


def test_a_deleted_one_is_not_made() -> None:
    client = server().client()
    made = client.responses.create(**ASKED)
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("failed", "failed"), ("length", "incomplete"), ("empty", "incomplete"), ("refusal", "completed")],
)
def test_what_befalls_the_answer_is_seen_when_it_is_made(kind: str, status: str) -> None:
    made_by = server()
    client = made_by.client()
    made_by.fail_next(kind)
    made = client.responses.create(**ASKED)
    assert made.status == "queued"
    assert until_done(client, made.id) == ["in_progress", status]
    raw = client.responses.with_raw_response.retrieve(made.id).http_response.read()
    assert (Response.model_validate_json(raw, strict=True).error is not None) == (status == "failed")


@pytest.mark.parametrize("kind", [429, "quota", 500, 503, "timeout", "connection"])
def test_what_befalls_the_request_comes_at_once(kind: str | int) -> None:
    made_by = server()
    made_by.fail_next(kind)
    with pytest.raises(openai.APIError):
        made_by.client().responses.create(**ASKED)
    assert made_by.client().responses.create(**ASKED).status == "queued"


def numbered(stream: Any) -> list[Any]:
    """The events until the stream ends or breaks."""
    events: list[Any] = []
    with suppress(openai.APIConnectionError):
        for event in stream:
            EVENT.validate_python(event.to_dict(), strict=True)
            events.append(event)
    return events


def test_a_broken_stream_goes_on_from_where_it_broke() -> None:
    made_by = server()
    client = made_by.client()
    whole = numbered(client.responses.create(**ASKED, stream=True))
    assert [event.type for event in whole][:3] == ["response.created", "response.queued", "response.in_progress"]
    assert [event.response.status for event in whole[:3]] == ["queued", "queued", "in_progress"]
    made_by.fail_next("drop")
    begun = numbered(client.responses.create(**ASKED, stream=True))
    assert 0 < len(begun) < len(whole)
    id, seen = begun[0].response.id, begun[-1].sequence_number
    rest = numbered(client.responses.retrieve(id, stream=True, starting_after=seen))
    assert [event.sequence_number for event in begun + rest] == list(range(len(whole)))
    assert rest[-1].response.output_text == "A dog, then."
    assert len(numbered(client.responses.retrieve(id, stream=True))) == len(whole)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"background": False}, "because it was not created with background=true."),
        ({}, "because it was not created with stream=true."),
    ],
)
def test_only_what_was_streamed_in_the_background_is_streamed_again(changes: dict[str, Any], message: str) -> None:
    client = server().client()
    made = client.responses.create(**ASKED | changes)
    with pytest.raises(openai.BadRequestError, match=message) as caught:
        client.responses.retrieve(made.id, stream=True)
    assert caught.value.param == "stream"


def test_a_stream_is_kept_for_five_minutes_and_an_unstored_response_for_ten() -> None:
    now = 0.0
    client = server(clock=lambda: now).client()
    [*_, last] = client.responses.create(**ASKED, stream=True, store=False)
    now += 301
    with pytest.raises(openai.BadRequestError, match="more than 5 minutes old"):
        client.responses.retrieve(last.response.id, stream=True)
    assert client.responses.retrieve(last.response.id).status == "completed"
    with pytest.raises(openai.BadRequestError, match="not found"):
        client.responses.create(model="offline-model", input="Hi", previous_response_id=last.response.id)
    now += 300
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(last.response.id)


def test_the_same_request_twice_makes_two() -> None:
    client = server().client()
    first, second = (client.responses.create(**ASKED, store=False) for _ in range(2))
    client.responses.cancel(first.id)
    assert until_done(client, second.id) == ["in_progress", "completed"]


def test_a_lost_answer_does_not_stop_it() -> None:
    made_by = server()
    client = made_by.client()
    conversation = client.conversations.create()
    made_by.fail_next("drop")
    begun = numbered(client.responses.create(**ASKED, stream=True, conversation=conversation.id))
    assert len(begun) > 1 and len(client.conversations.items.list(conversation.id).data) == 2


def test_async_clients_see_the_same() -> None:
    client = server().async_client()

    async def statuses() -> list[str]:
        made = await client.responses.create(**ASKED)
        return [made.status, *[(await client.responses.retrieve(made.id)).status for _ in range(2)]]

    assert asyncio.run(statuses()) == ["queued", "in_progress", "completed"]


@pytest.mark.parametrize("keeps", ["nothing", "refuses"])
def test_a_server_that_keeps_nothing_makes_none(keeps: str) -> None:
    with pytest.raises(openai.BadRequestError, match="keeps no responses"):
        server(keeps=keeps).client().responses.create(**ASKED)
