"""A limit for the replies that nobody has limited: a small model may not know when to stop."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

LIMITS = {"max_tokens", "max_completion_tokens", "max_output_tokens"}


class ReplyLimit:
    """The limit that a client asks for by itself, in tokens, until a model is met that needs more.

    A model that reasons before it replies spends these tokens on that too. One that was cut off before its first word is
    asked again without a limit, and has none from then on. (What is streamed to its reader is not asked again.)
    """

    def __init__(self, parameter: str, tokens: int) -> None:
        """`parameter` is the name of the limit in Chat Completions, as the server knows it."""
        self._parameter, self._tokens, self._is_on = parameter, tokens, True

    def put_on(self, client: Any) -> None:
        """Let an `openai.OpenAI`, or the async one, ask for it in requests that say nothing of a limit."""
        limited = self._limited_async if hasattr(client, "__aenter__") else self._limited
        client.chat.completions.create = limited(client.chat.completions.create, self._parameter)
        client.responses.create = limited(client.responses.create, "max_output_tokens")

    def _limited(self, create: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(create)
        def limited(**request: Any) -> Any:
            answer = create(**self._with_limit(request, name))
            return create(**request) if self._was_too_low(answer, request) else answer

        return limited

    def _limited_async(self, create: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(create)
        async def limited(**request: Any) -> Any:
            answer = await create(**self._with_limit(request, name))
            return await create(**request) if self._was_too_low(answer, request) else answer

        return limited

    def _with_limit(self, request: dict[str, Any], name: str) -> dict[str, Any]:
        more = request.get("extra_body") or {}
        says_nothing = LIMITS.isdisjoint(request) and LIMITS.isdisjoint(more)
        return {**request, name: self._tokens} if self._is_on and says_nothing else request

    def _was_too_low(self, answer: Any, request: dict[str, Any]) -> bool:
        """Whether the answer was cut off at this limit before its first word; then the limit is off."""
        if not self._is_on or not LIMITS.isdisjoint(request) or request.get("stream"):
            return False
        first = next(iter(getattr(answer, "choices", None) or ()), None)
        if first is not None:
            self._is_on = not (first.finish_reason == "length" and not (first.message.content or "").strip())
        elif getattr(answer, "status", None) == "incomplete":
            self._is_on = bool(answer.output_text.strip())
        return not self._is_on
