"""Models that the catalogue does not list: only with `any_model`, and then by the rules of their family."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from mock_model import MockServer
from mock_model.api.catalogue import EMBEDDING_MODELS, MODELS
from mock_model.api.families import chat_model, embedding_model

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture(scope="module")
def client() -> openai.OpenAI:
    return MockServer(any_model=True).client()


def ask(client: openai.OpenAI, model: str, **options: Any) -> Any:
    return client.chat.completions.create(model=model, messages=HELLO, **options)


@pytest.mark.parametrize("name", ["gpt-4o", "gpt-5-mini", "gpt-7", "o3-mini", "gpt-3.5-turbo", "chatgpt-4o-latest"])
def test_a_model_of_a_family_answers_under_its_own_name(client: openai.OpenAI, name: str) -> None:
    assert ask(client, name).model == client.models.retrieve(name).id == name
    assert client.responses.create(model=name, input="Hello").model == name
    with pytest.raises(openai.NotFoundError):
        ask(MockServer().client(), name)


@pytest.mark.parametrize("name", ["llama3", "gpt", "omni", "turbo-gpt-4", "claude-5", "offline-models", "o"])
def test_a_name_of_no_family_is_no_model(client: openai.OpenAI, name: str) -> None:
    with pytest.raises(openai.NotFoundError):
        ask(client, name)
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve(name)


@pytest.mark.parametrize("name", ["gpt-5", "gpt-5.6-sol", "gpt-6-astra", "o1", "o4-mini-2025-04-16"])
def test_models_that_reason_want_the_new_name_of_the_limit(client: openai.OpenAI, name: str) -> None:
    with pytest.raises(openai.BadRequestError, match="max_completion_tokens"):
        ask(client, name, max_tokens=10)
    assert ask(client, name, max_completion_tokens=50, reasoning_effort="low").choices[0].message.content


@pytest.mark.parametrize("name", ["gpt-4o", "gpt-4.1-nano", "gpt-4", "gpt-3.5-turbo", "gpt-5-chat-latest"])
def test_models_that_do_not_reason_take_what_they_always_took(client: openai.OpenAI, name: str) -> None:
    assert ask(client, name, max_tokens=10, temperature=0).choices[0].message.content
    with pytest.raises(openai.BadRequestError):
        ask(client, name, reasoning_effort="low")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("gpt-4o", "gpt-4o-mini", True),
        ("gpt-4-0613", "gpt-4", True),
        ("gpt-5.5", "gpt-5", True),
        ("gpt-5.6", "gpt-6-luna", True),
        ("gpt-4-turbo", "gpt-4", False),
        ("gpt-4.1", "gpt-4", False),
    ],
)
def test_a_name_leads_to_its_own_family(one: str, other: str, same: bool) -> None:
    windows = [found.context_window for name in (one, other) if (found := chat_model(name))]
    assert (windows[0] == windows[1]) is same


def test_what_the_catalogue_lists_stays_as_it_is() -> None:
    assert all(chat_model(name) is model for name, model in MODELS.items())
    assert all(embedding_model(name) is model for name, model in EMBEDDING_MODELS.items())


def test_embedding_models_have_families_too(client: openai.OpenAI) -> None:
    found = client.embeddings.create(model="text-embedding-3-large", input="a dog")
    assert (found.model, len(found.data[0].embedding)) == ("text-embedding-3-large", 3_072)
    with pytest.raises(openai.NotFoundError):
        MockServer().client().embeddings.create(model="text-embedding-3-large", input="a dog")
