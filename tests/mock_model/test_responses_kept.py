"""What a server keeps of responses: by which ids, who finds them, and what servers do that keep nothing."""

from __future__ import annotations

from typing import Any

import openai
import pytest

import common
from mock_model import MockServer

MODEL = "offline-model"


def ask(client: openai.OpenAI, given: Any, **options: Any) -> Any:
    return client.responses.create(**{"model": MODEL, "input": given, **options})


def test_the_same_calls_have_the_same_ids_in_a_fresh_server_and_no_two_kept_ones_share_one() -> None:
    def conversation() -> list[str]:
        client = MockServer().client()
        first = ask(client, "Hello!")
        again = ask(client, "Hello!")
        next = [ask(client, "And?", previous_response_id=one.id) for one in (first, again, first)]
        return [one.id for one in (first, again, *next)]

    ids = conversation()
    assert ids == conversation()
    assert len(set(ids)) == len(ids)


def test_what_is_not_kept_is_the_same_for_the_same_request() -> None:
    client = MockServer().client()
    first, second = (ask(client, "Hello!", store=False).model_dump() for _ in range(2))
    assert first == second


def test_a_response_can_be_looked_at_again_as_it_was_sent() -> None:
    client = MockServer().client()
    first = ask(client, "Hello!", metadata={"user": "ana"}, instructions="Be kind.", prompt_cache_key="ana")
    assert client.responses.retrieve(first.id) == first
    assert (first.metadata, first.instructions, first.prompt_cache_key) == ({"user": "ana"}, "Be kind.", "ana")
    streamed = list(ask(client, "Hello!", stream=True))[-1].response
    assert client.responses.retrieve(streamed.id) == streamed


def test_an_item_can_be_referred_to_as_long_as_its_response_is_kept() -> None:
    client = MockServer().client()
    first = ask(client, "My dog is called Pixel.")
    items = [item.id for item in client.responses.input_items.list(first.id)]
    given = [{"type": "item_reference", "id": items[0]}, {"role": "user", "content": "What is my dog called?"}]
    assert "Pixel" in ask(client, given, store=False).output_text
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError, match=f"Item with id '{items[0]}' not found"):
        ask(client, given)


def test_what_was_made_says_when_by_the_clock_of_the_server() -> None:
    now = 50.0
    client = MockServer(clock=lambda: now).client()
    first = ask(client, "Hello!")
    now += 7 * 86_400 + 9
    assert ask(client, "Hello!").created_at - first.created_at == 7 * 86_400


def test_a_later_link_of_a_chain_outlives_the_first() -> None:
    now = 0.0
    client = MockServer(clock=lambda: now).client()
    first = ask(client, "My dog is called Pixel.")
    now += 20 * 86_400
    second = ask(client, "I live in Oslo.", previous_response_id=first.id)
    now += 20 * 86_400
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    assert "Pixel" in ask(client, "What is my dog called?", previous_response_id=second.id).output_text


def test_a_server_that_keeps_nothing_ignores_the_id_without_a_word() -> None:
    client = MockServer(keeps="nothing").client()
    first = ask(client, "My dog is called Pixel.")
    second = ask(client, "What is my dog called?", previous_response_id=first.id)
    assert "Pixel" not in second.output_text
    assert (second.previous_response_id, second.store, second.status) == (None, False, "completed")
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)


def test_a_server_that_refuses_a_state_says_so() -> None:
    client = MockServer(keeps="refuses").client()
    first = ask(client, "Hello!")
    with pytest.raises(openai.BadRequestError, match=r"llama\.cpp does not support 'previous_response_id'"):
        ask(client, "And?", previous_response_id=first.id)


def test_a_server_keeps_in_one_of_three_ways() -> None:
    with pytest.raises(ValueError, match="one of all, nothing, refuses"):
        MockServer(keeps="some")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"limit": 0}, "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead."),
        ({"limit": 101}, "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead."),
        ({"order": "up"}, "Invalid value: 'up'. Supported values are: 'asc' and 'desc'."),
        ({"after": "msg_1"}, "Item with id 'msg_1' not found."),
    ],
)
def test_pages_that_there_are_not(asked: dict[str, Any], message: str) -> None:
    client = MockServer().client()
    first = ask(client, "Hello!")
    with pytest.raises(openai.BadRequestError) as raised:
        client.responses.input_items.list(first.id, **asked)
    assert raised.value.body["message"] == message


def test_what_does_not_fit_is_refused_when_it_is_counted_too() -> None:
    client = MockServer(context_window=40).client()
    for call in (client.responses.create, client.responses.input_tokens.count):
        with pytest.raises(openai.BadRequestError) as raised:
            call(model=MODEL, input="word " * 60)
        assert (raised.value.param, raised.value.code) == ("input", "context_length_exceeded")


def test_counting_takes_no_failure_and_changes_nothing() -> None:
    server = MockServer()
    client = server.client()
    server.fail_next(500)
    assert client.responses.input_tokens.count(model=MODEL, input="Hello!").input_tokens > 0
    with pytest.raises(openai.InternalServerError):
        ask(client, "Hello!")


@pytest.mark.skipif(not common.SETTINGS.offline, reason="it asks the offline model")
def test_all_clients_of_a_program_ask_one_server_and_one_of_its_own_finds_nothing() -> None:
    first = ask(common.get_client(), "My dog is called Pixel.")
    assert common.get_client().responses.retrieve(first.id) == first
    with pytest.raises(openai.NotFoundError):
        common.offline_server().client().responses.retrieve(first.id)
    silent = common.offline_server(keeps="nothing").client()
    assert ask(silent, "And?", previous_response_id=first.id).previous_response_id is None
