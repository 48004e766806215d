"""The strategies in which the server keeps the conversation: a chain of responses, and one that it compacts."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from ..content import field
from ..texts import DEFAULT_MODEL
from ..tools.tool import Tool
from .resending import MOST_STEPS, called


class Chain:
    """A conversation through the Responses API: only the new turn is sent, with the id of the response before it.

    Instructions are not carried over, so they are sent each time. With `compact_at`, a number of tokens, the server
    compacts what is older once a request is larger than that.
    """

    def __init__(
        self,
        client: Any,
        *,
        system: str,
        model: str = DEFAULT_MODEL,
        tools: Iterable[Callable[..., Any]] = (),
        compact_at: int | None = None,
    ) -> None:
        self._client = client
        self._functions = {tool.name: tool for tool in map(Tool, tools)}
        self._before: str | None = None
        self._settings: dict[str, Any] = {"model": model, "instructions": system}
        if self._functions:
            definitions = [tool.definition["function"] for tool in self._functions.values()]
            self._settings["tools"] = [{"type": "function", "strict": False, **each} for each in definitions]
        if compact_at is not None:
            self._settings["context_management"] = [{"type": "compaction", "compact_threshold": compact_at}]

    def __deepcopy__(self, memo: dict[int, Any]) -> "Chain":
        return copy.copy(self)  # the conversation is the server's: a copy branches off from the same response

    def ask(self, text: str) -> str:
        """Ask, let the model call what it calls, and remember the id of the last response."""
        before, said = self._before, ""
        items: list[dict[str, Any]] = [{"role": "user", "content": text}]
        for _ in range(MOST_STEPS):
            known = {"previous_response_id": before} if before else {}
            response = self._client.responses.create(input=items, **known, **self._settings)
            before, said = response.id, str(field(response, "output_text") or "")
            calls = [item for item in response.output if field(item, "type") == "function_call"]
            if not calls:
                break
            items = [
                {
                    "type": "function_call_output",
                    "call_id": call.call_id,
                    "output": called(self._functions, call.name, call.arguments),
                }
                for call in calls
            ]
        self._before = before
        return said
