"""Responses: what the server keeps of a conversation, what each request costs, and who sees what, through the real client."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from mock_model import MockServer

MODEL = "offline-model"


@pytest.fixture
def client() -> openai.OpenAI:
    return MockServer().client()


def ask(client: openai.OpenAI, given: Any, **options: Any) -> Any:
    return client.responses.create(**{"model": MODEL, "input": given, **options})


def test_a_chain_knows_what_was_said_before(client: openai.OpenAI) -> None:
    first = ask(client, "My dog is called Pixel.")
    second = ask(client, "What is my dog called?", previous_response_id=first.id)
    assert second.output_text == "Your dog is called Pixel."
    assert second.previous_response_id == first.id
    assert "Pixel" not in ask(client, "What is my dog called?").output_text


def test_usage_is_that_of_the_whole_chain_and_that_of_chat_completions(client: openai.OpenAI) -> None:
    first = ask(client, "My dog is called Pixel.", instructions="Answer briefly.")
    second = ask(client, "What is my dog called?", previous_response_id=first.id, instructions="Answer briefly.")
    messages = [
        {"role": "system", "content": "Answer briefly."},
        {"role": "user", "content": "My dog is called Pixel."},
        {"role": "assistant", "content": first.output_text},
        {"role": "user", "content": "What is my dog called?"},
    ]
    chat = client.chat.completions.create(model=MODEL, messages=messages)
    assert second.usage.input_tokens == chat.usage.prompt_tokens
    assert second.usage.output_tokens == chat.usage.completion_tokens
    assert second.output_text == chat.choices[0].message.content


def test_instructions_are_not_carried_over(client: openai.OpenAI) -> None:
    first = ask(client, "Hello!", instructions="Always answer in capital letters.")
    second = ask(client, "What is two and two?", previous_response_id=first.id)
    assert first.output_text.isupper()
    assert not second.output_text.isupper()
    assert second.instructions is None


def test_a_branch_never_sees_the_other(client: openai.OpenAI) -> None:
    root = ask(client, "I have a dog.")
    left = ask(client, "It is called Pixel.", previous_response_id=root.id)
    right = ask(client, "It is called Rover.", previous_response_id=root.id)
    names = [ask(client, "What is it called?", previous_response_id=one.id).output_text for one in (left, right)]
    assert ["Pixel" in name for name in names] == [True, False]
    assert ["Rover" in name for name in names] == [False, True]


def test_what_is_not_stored_cannot_be_continued(client: openai.OpenAI) -> None:
    first = ask(client, "Hello!", store=False)
    with pytest.raises(openai.BadRequestError) as raised:
        ask(client, "And?", previous_response_id=first.id)
    assert raised.value.body["message"] == f"Previous response with id '{first.id}' not found."
    assert (raised.value.param, raised.value.code) == ("previous_response_id", "previous_response_not_found")


def test_a_deleted_response_is_gone_and_its_chain_is_not(client: openai.OpenAI) -> None:
    first = ask(client, "My dog is called Pixel.")
    second = ask(client, "I live in Oslo.", previous_response_id=first.id)
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError) as raised:
        client.responses.retrieve(first.id)
    assert raised.value.body["message"] == f"Response with id '{first.id}' not found."
    with pytest.raises(openai.NotFoundError):
        client.responses.delete(first.id)
    assert "Pixel" in ask(client, "What is my dog called?", previous_response_id=second.id).output_text


def test_input_items_page_by_page_in_both_orders(client: openai.OpenAI) -> None:
    last = None
    for number in range(5):
        last = ask(client, f"Fact number {number}.", previous_response_id=last and last.id)
    items = list(client.responses.input_items.list(last.id, order="asc", limit=2))
    assert [item.content[0].text for item in items[::2]] == [f"Fact number {number}." for number in range(5)]
    assert [item.id for item in client.responses.input_items.list(last.id, limit=3)] == [
        item.id for item in reversed(items)
    ]
    assert len({item.id for item in items}) == len(items) == 9


def test_responses_are_kept_for_thirty_days() -> None:
    now = 0.0
    client = MockServer(clock=lambda: now).client()
    first = ask(client, "My dog is called Pixel.")
    now = 30 * 86_400.0
    assert client.responses.retrieve(first.id).id == first.id
    now += 1
    with pytest.raises(openai.BadRequestError):
        ask(client, "And?", previous_response_id=first.id)
