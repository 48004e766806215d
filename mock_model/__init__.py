"""The offline model: a small rule-based stand-in, behind the real `openai` client.

It is not a language model. It finds, and tells what was said: the messages become sentences, a question ranks them by what
they share with it, and the best is turned to the reader or quoted. Where it finds nothing sure it says so, and what no
message could hold it refuses; asked for JSON (`response_format`), it fills the form with what the messages say. Around that,
requests are counted, limited, refused, streamed and cached as OpenAI's Chat Completions and Responses do it, so that code
written against it runs against the real one. Responses and conversations that later requests may name are kept in memory, as
long as the server lives. Nothing goes over a network. Its embeddings know the synonyms and word families of a small list, and
no meaning: `vectors` says what they are worth.

    client = get_mock_client()
    client.chat.completions.create(model="offline-model", messages=[{"role": "user", "content": "Hello"}])
    client.responses.create(model="offline-model", input="Hello")
    client.embeddings.create(model="offline-embedding", input="I have a dog.")
"""

from typing import Any

import openai

from mock_model.api.vocabulary import prepare
from mock_model.server import MockServer

__all__ = ["MockServer", "get_mock_async_client", "get_mock_client"]

prepare()


def get_mock_client(**options: Any) -> openai.OpenAI:
    """A real `openai.OpenAI`, answered by a `MockServer` of its own; `options` are the server's."""
    return MockServer(**options).client()


def get_mock_async_client(**options: Any) -> openai.AsyncOpenAI:
    """A real `openai.AsyncOpenAI`, answered by a `MockServer` of its own; `options` are the server's."""
    return MockServer(**options).async_client()
