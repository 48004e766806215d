"""The ledger: what a client is asked is noted, in whichever way it is asked."""

from __future__ import annotations

from typing import Any

import pytest

from chat_memory import count_tokens
from chat_memory.scoreboard import Ledger, Used
from common import MODEL, get_client


@pytest.mark.parametrize(
    "answer",
    [
        {"usage": {"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 3}}},
        {"usage": {"input_tokens": 7, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 3}}},
    ],
)
def test_usage_is_noted_in_either_api(answer):
    ledger = Ledger()
    ledger.note({}, answer)
    ledger.note({}, answer)
    assert ledger.used == Used(calls=2, tokens_in=14, cached=6, out=4, longest=7)


HELLO = [{"role": "user", "content": "My two cats are called Tofu and Mochi. What are my cats called?"}]


def plainly(client: Any) -> Any:
    return client.chat.completions.create(model=MODEL, messages=HELLO)


def through_parts(client: Any) -> Any:
    chat = client.chat
    return chat.completions.create(model=MODEL, messages=HELLO)


def raw(client: Any) -> Any:
    return client.chat.completions.with_raw_response.create(model=MODEL, messages=HELLO).parse()


def raw_from_the_client(client: Any) -> Any:
    return client.with_raw_response.chat.completions.create(model=MODEL, messages=HELLO).parse()


def streamed(client: Any) -> Any:
    for chunk in client.chat.completions.create(model=MODEL, messages=HELLO, stream=True):
        assert chunk.choices[0].delta is not None  # no piece comes that was not asked for


def streamed_with_usage(client: Any) -> Any:
    options = {"stream_options": {"include_usage": True}}
    assert list(client.chat.completions.create(model=MODEL, messages=HELLO, stream=True, **options))[-1].usage


def streamed_in_a_block(client: Any) -> Any:
    with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as chunks:
        list(chunks)


def streamed_by_the_package(client: Any) -> Any:
    with client.chat.completions.stream(model=MODEL, messages=HELLO) as events:
        for _ in events:
            pass


def with_other_options(client: Any) -> Any:
    return plainly(client.with_options(timeout=60).copy(max_retries=1))


def responses(client: Any) -> Any:
    return client.responses.create(model=MODEL, input=HELLO)


def responses_streamed(client: Any) -> Any:
    return list(client.responses.create(model=MODEL, input=HELLO, stream=True))


@pytest.mark.parametrize(
    "asked",
    [
        plainly,
        through_parts,
        raw,
        raw_from_the_client,
        streamed,
        streamed_with_usage,
        streamed_in_a_block,
        streamed_by_the_package,
        with_other_options,
        responses,
        responses_streamed,
    ],
)
def test_a_request_is_noted_in_whichever_way_it_is_made(asked):
    first, ledger = Ledger(), Ledger()
    plainly(first.client(get_client()))
    asked(ledger.client(get_client()))
    used = ledger.settled()
    assert (used.calls, used.tokens_in) == (1, first.used.tokens_in)
    assert used.out == pytest.approx(first.used.out, abs=2)
    assert used.out > 5
    assert not ledger.unseen


def test_a_stream_that_is_given_up_or_never_read_is_noted_with_what_is_known():
    ledger = Ledger()
    client = ledger.client(get_client())
    request = {"model": MODEL, "messages": HELLO, "stream": True}
    for number, _ in enumerate(stream := client.chat.completions.create(**request)):
        if number == 3:
            break
    stream.close()
    client.chat.completions.create(**request)
    used = ledger.settled()
    assert (used.calls, used.tokens_in) == (2, 2 * count_tokens(HELLO))
    assert used.out > 0
    assert ledger.settled() == Used()


def test_looking_at_a_client_costs_nothing():
    ledger = Ledger()
    client = ledger.client(get_client())
    assert client.base_url and client.max_retries is not None
    client.models.list()
    client.conversations.create()
    assert ledger.used == Used()
    assert not ledger.unseen


def test_embeddings_are_noted_too():
    ledger = Ledger()
    ledger.client(get_client()).embeddings.create(model="offline-embedding", input="I have a dog.")
    assert ledger.used.calls == 1
    assert ledger.used.tokens_in > 0
