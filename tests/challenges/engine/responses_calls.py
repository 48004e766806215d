"""Calls of the Responses API in a learner's code: counted, and in a hurry prepared, as those of Chat Completions are.

That API is loaded only by those checkers that ask for it, all that takes long of it before a learner's time begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from openai.resources.responses import Responses, responses

from mock_model import MockServer

from . import preconditions, time_limit
from .recording_server import plain


@contextmanager
def watched() -> Iterator[None]:
    """While a checker asks a learner's code that calls `client.responses`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Responses, "create", time_limit.counted_less(Responses.create))
        if preconditions.HURRY > 1:
            patch.setattr(responses, "maybe_transform", plain)
        yield


def load() -> None:
    """Make a request of each kind once."""
    kept = MockServer().client().responses
    made = kept.create(model="offline-model", input="Hello!")
    for _ in kept.create(model="offline-model", input="Hello!", stream=True):
        pass
    kept.retrieve(made.id)
    for _ in kept.input_items.list(made.id):
        pass
    kept.delete(made.id)


load()
