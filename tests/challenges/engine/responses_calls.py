"""Calls of the Responses API in a learner's code: counted, and in a hurry prepared, as those of Chat Completions are.

That API is loaded only by those checkers that ask for it: it takes an eighth of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from openai.resources.responses import Responses, responses

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
