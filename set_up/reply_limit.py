"""A limit for the replies that nobody has limited: a small model may not know when to stop."""

from __future__ import annotations

from collections import Counter
from typing import Any

LIMITS = {"max_tokens", "max_completion_tokens", "max_output_tokens"}
RESPONSES = "/responses"
MAY_REFUSE = {400, 404, 405, 413, 415, 422, 501}  # with these a server may refuse a limit, in whatever words
TWICE = 2  # a limit that was once in the way may have been so by chance
WORDLESS, CALL = "wordless", "call"


class ReplyLimit:
    """The limit that a client asks for by itself, in tokens, with each model until it needs more.

    A model that reasons before it replies spends these tokens on that too. What was cut off before its first word, or in
    a call or a form, is asked for again without a limit, and so is what is refused with it. A model of which no word came,
    or with which it was in the way twice, has none from then on. (What is streamed to its reader is not asked again.)
    """

    def __init__(self, parameter: str, tokens: int) -> None:
        """`parameter` is the name of the limit in Chat Completions, as the server knows it."""
        self._parameters = {"/chat/completions": parameter, RESPONSES: "max_output_tokens"}
        self._tokens = tokens
        self._in_the_way: Counter[str] = Counter()  # how often, of each model

    def put_on(self, client: Any) -> None:
        """Let an `openai.OpenAI`, or the async one, ask for it in requests that say nothing of a limit.

        So do its copies (`with_options`), and all ways to ask: `create`, `parse`, `stream`, with a raw response.
        """
        kind = type(client)
        ask = _asking_async if hasattr(client, "__aenter__") else _asking
        client.__class__ = type(kind.__name__, (kind,), {"request": ask(kind, self), "__module__": kind.__module__})

    def limited(self, options: Any) -> Any | None:
        """The options of a request with the limit in its body; None where it has one, or none belongs there."""
        name, body = self._parameters.get(options.url), options.json_data
        if name is None or options.method.lower() != "post" or not isinstance(body, dict):
            return None
        said = body.keys() | (options.extra_json or {}).keys()
        if not LIMITS.isdisjoint(said) or self._in_the_way[_model(options)] >= TWICE:
            return None
        return options.model_copy(update={"json_data": {**body, name: self._tokens}})

    def was_too_low(self, answer: Any, options: Any) -> bool:
        """Whether an answer was cut off at a limit, of whomever, before a word or in a call; without a word, its model thinks."""
        cut_off = _cut_off(answer)
        if cut_off == WORDLESS:
            self._in_the_way[_model(options)] += TWICE
        return cut_off is not None

    def may_be_why(self, error: Exception, options: Any) -> bool:
        """Whether it may be the limit because of which there is no answer: refused, or in the way of a form's end."""
        if completion := getattr(error, "completion", None):  # of the package, where a reply in a form is cut off
            self.was_too_low(completion, options)
            return True
        return isinstance(error, ValueError) or getattr(error, "status_code", None) in MAY_REFUSE

    def came_without(self, options: Any) -> None:
        """Remember that an answer came without the limit where none came with it."""
        self._in_the_way[_model(options)] += 1


def _model(options: Any) -> str:
    body = options.json_data
    return str(body.get("model")) if isinstance(body, dict) else ""


def _cut_off(answer: Any) -> str | None:
    """What came of a reply that was cut off at a limit before its first word, or in a call; None of any other."""
    if choice := next(iter(getattr(answer, "choices", None) or ()), None):
        message = getattr(choice, "message", None)
        if message is None or choice.finish_reason != "length":
            return None
        return CALL if message.tool_calls else _wordless(message.content or "")
    why = getattr(getattr(answer, "incomplete_details", None), "reason", None)
    if getattr(answer, "status", None) != "incomplete" or why not in (None, "max_output_tokens"):
        return None
    return CALL if any(item.type == "function_call" for item in answer.output) else _wordless(answer.output_text)


def _wordless(text: str) -> str | None:
    """Whether a text is empty, or thinking that has not come to its end."""
    text = text.strip()
    return WORDLESS if not text or (text.startswith("<think>") and not text.partition("</think>")[2].strip()) else None


def _asking(kind: Any, limit: ReplyLimit) -> Any:
    def request(self: Any, cast_to: Any, options: Any, **more: Any) -> Any:
        limited = limit.limited(options)
        try:
            answer = kind.request(self, cast_to, limited or options, **more)
            if not limit.was_too_low(answer, options) or limited is None:
                return answer
        except Exception as error:
            if limited is None or not limit.may_be_why(error, options):
                raise
        answer = kind.request(self, cast_to, options, **more)
        limit.came_without(options)
        return answer

    return request


def _asking_async(kind: Any, limit: ReplyLimit) -> Any:
    async def request(self: Any, cast_to: Any, options: Any, **more: Any) -> Any:
        limited = limit.limited(options)
        try:
            answer = await kind.request(self, cast_to, limited or options, **more)
            if not limit.was_too_low(answer, options) or limited is None:
                return answer
        except Exception as error:
            if limited is None or not limit.may_be_why(error, options):
                raise
        answer = await kind.request(self, cast_to, options, **more)
        limit.came_without(options)
        return answer

    return request
