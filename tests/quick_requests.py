"""A fixture for rooms that ask through the client some ten thousand times: what it does to a request in Python is done quicker.

The client compares each message with every type that a message may have, which takes more time than all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .challenges.engine.recording_server import plain


async def plain_async(value: Any, expected: object = None) -> Any:
    return plain(value)


@pytest.fixture(scope="module", autouse=True)
def requests_are_prepared_quickly() -> Iterator[None]:
    """`plain` gives what the openai client does: tests/test_challenges.py compares the two."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("chat.completions.completions", "responses.responses"):
            patch.setattr(f"openai.resources.{module}.maybe_transform", plain)
            patch.setattr(f"openai.resources.{module}.async_maybe_transform", plain_async)
        yield
