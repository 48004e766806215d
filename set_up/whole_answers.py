"""What lessons read of every answer, where a server leaves it out: a text, and how many tokens a request took."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from .reply_limit import LIMITS

Usage = Callable[[list[Any], str], Any]  # of the messages of a request and the text of its reply


class WholeAnswers:
    """Answers of Chat Completions as OpenAI sends them: no null where a text stands, and a usage.

    A usage that is missing is counted, and that is said once; so is a first reply that was cut off at a limit which the
    request did not set. What is streamed stays as it comes.
    """

    def __init__(self, usage: Usage, place: str, told: set[str]) -> None:
        """`usage(messages, text)` counts a request; `place` is the server, as it is named to the reader; `told` is what
        has been said already.
        """
        self._usage, self._place, self._told = usage, place, told

    def put_on(self, client: Any) -> None:
        """Let an `openai.OpenAI`, or the async one, return such answers."""
        whole = self._whole_async if hasattr(client, "__aenter__") else self._whole
        client.chat.completions.create = whole(client.chat.completions.create)

    def _whole(self, create: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(create)
        def whole(**request: Any) -> Any:
            return self._completed(create(**request), request)

        return whole

    def _whole_async(self, create: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(create)
        async def whole(**request: Any) -> Any:
            return self._completed(await create(**request), request)

        return whole

    def _completed(self, answer: Any, request: dict[str, Any]) -> Any:
        choices = getattr(answer, "choices", None)
        if request.get("stream") or not choices:
            return answer
        for choice in choices:
            if choice.message.content is None and not choice.message.tool_calls:
                choice.message.content = ""
        if answer.usage is None:
            answer.usage = self._usage(list(request["messages"]), choices[0].message.content or "")
            self._tell(f"{self._place} does not say how many tokens a request takes: they are counted here.")
        if choices[0].finish_reason == "length" and LIMITS.isdisjoint(request):
            self._tell("A reply was cut off at the limit; OPENAI_REPLY_LIMIT sets another. Others may be, too.")
        return answer

    def _tell(self, what: str) -> None:
        if what not in self._told:
            print(what, file=sys.stderr)
            self._told.add(what)
