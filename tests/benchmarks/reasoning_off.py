"""A client for models that refuse tools in chat completions while they reason: they are then asked not to reason.

OpenAI's gpt-6-luna is one of them; others take tools as they are. So it is found out by the first refusal, which costs nothing.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import openai

PARAMETER = "reasoning_effort"


class ReasoningOffWithTools:
    """A client like the one that it asks, but for that."""

    def __init__(self, client: Any) -> None:
        self._client, self._off = client, False
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self._create))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def _create(self, **request: Any) -> Any:
        create = self._client.chat.completions.create
        if not request.get("tools") or PARAMETER in request:
            return create(**request)
        if self._off:
            return create(**request, **{PARAMETER: "none"})
        try:
            return create(**request)
        except openai.BadRequestError as error:
            if PARAMETER not in str(error):
                raise
            self._off = True
            return create(**request, **{PARAMETER: "none"})
