"""The offline model is asked some ten thousand times: what the client does to a request in Python alone is done quicker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..challenges.engine.recording_server import plain


@pytest.fixture(scope="session", autouse=True)
def requests_are_prepared_quickly() -> Iterator[None]:
    """`plain` gives what the openai client does: tests/test_challenges.py compares the two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("openai.resources.chat.completions.completions.maybe_transform", plain)
        yield
