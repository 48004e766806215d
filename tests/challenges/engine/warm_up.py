"""All that takes long is loaded when this is imported, so that a learner's time goes into the learner's code alone.

A vocabulary of tiktoken takes as long as some hundred requests, and it would be loaded in the learner's first one.
"""

import pytest  # noqa: F401
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    look_through_the_modules()


@settings(max_examples=20, database=None, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 99))
def look_through_the_modules(number: int) -> None:
    """Hypothesis looks once for the numbers and words in all modules that are there: as long as a short check takes."""


load()
