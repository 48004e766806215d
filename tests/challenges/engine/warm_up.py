"""All that takes long is loaded when this is imported, so that a learner's time goes into the learner's code alone.

A vocabulary of tiktoken takes as long as some hundred requests, and it would be loaded in the learner's first one.
"""

import hypothesis  # noqa: F401
import pytest  # noqa: F401

import chat_memory
from mock_model import MockServer
from mock_model.api.vocabulary import VOCABULARIES, load_encoding

HELLO = [{"role": "user", "content": "Hello!"}]


def load() -> None:
    """Make a request of each kind, and count with each vocabulary, once."""
    chat_memory.count_tokens(HELLO)
    for name in VOCABULARIES:
        load_encoding(name)
    completions = MockServer().client().chat.completions
    completions.create(model="offline-model", messages=HELLO)
    with completions.create(model="offline-model", messages=HELLO, stream=True) as stream:
        for _ in stream:
            pass


load()
