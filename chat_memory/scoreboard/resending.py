"""The plain strategies: which messages of the whole history are sent again."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from ..budget import trim_to_budget
from ..content import field
from ..messages import Message
from ..texts import DEFAULT_MODEL
from ..tools.tool import Tool
from ..turns import sliding_window

MOST_STEPS = 5  # answers with calls in one turn
Chosen = Callable[[list[Message]], list[Message]]  # what is sent of a history


class Resending:
    """A conversation in which `choose` says what of the history is sent with a question.

    With `forgets`, what is not sent is never thought of again, so that the next requests only append to this one.
    """

    def __init__(
        self,
        client: Any,
        choose: Chosen,
        *,
        system: str,
        model: str = DEFAULT_MODEL,
        tools: Iterable[Callable[..., Any]] = (),
        forgets: bool = False,
    ) -> None:
        self._client, self._choose, self._model, self._forgets = client, choose, model, forgets
        self._functions = {tool.name: tool for tool in map(Tool, tools)}
        self.history: list[Message] = [{"role": "system", "content": system}]

    def __deepcopy__(self, memo: dict[int, Any]) -> "Resending":
        other = object.__new__(type(self))
        vars(other).update(vars(self) | {"history": list(self.history)})
        return other

    def ask(self, text: str) -> str:
        """Ask, let the model call what it calls, and keep the turn."""
        said: list[Message] = [*self.history, {"role": "user", "content": text}]
        for _ in range(MOST_STEPS):
            sent = self._choose(said)
            said = list(sent) if self._forgets else said
            answer = self._answer(sent)
            said.append(answer)
            if not (calls := answer.get("tool_calls")):
                break
            said += [
                {"role": "tool", "tool_call_id": call["id"], "content": self._called(call["function"])}
                for call in calls
            ]
        self.history = said
        return str(answer.get("content") or "")

    def _answer(self, sent: list[Message]) -> Message:
        tools = {"tools": [tool.definition for tool in self._functions.values()]} if self._functions else {}
        reply = self._client.chat.completions.create(model=self._model, messages=sent, **tools).choices[0].message
        answer: Message = {"role": "assistant", "content": field(reply, "content")}
        if calls := field(reply, "tool_calls"):
            answer["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.function.name, "arguments": call.function.arguments},
                }
                for call in calls
            ]
        return answer

    def _called(self, function: Any) -> str:
        return called(self._functions, function["name"], function["arguments"])


def called(functions: dict[str, Tool], name: str, arguments: str) -> str:
    """What a function returns, or what went wrong, in words for the model."""
    try:
        return str(functions[name].function(**json.loads(arguments or "{}")))
    except Exception as error:  # whatever the model has made up
        return f"{type(error).__name__}: {error}"


def all_of(history: list[Message]) -> list[Message]:
    """The whole history."""
    return history


def this_turn(history: list[Message]) -> list[Message]:
    """The instructions and the turn that is going on: no memory at all."""
    return sliding_window(history, 1)


def last_turns(turns: int) -> Chosen:
    """The instructions and the last turns, the one that is going on included."""
    return lambda history: sliding_window(history, turns)


def within(max_tokens: int, *, cut_to: int | None = None, model: str = DEFAULT_MODEL, tools: Any = ()) -> Chosen:
    """The instructions and the newest turns that fit into a budget, less a sixth of it that stays free for the reply."""
    definitions = [Tool(tool).definition for tool in tools]
    settings: dict[str, Any] = {"reply_tokens": max_tokens // 6, "cut_to": cut_to, "model": model, "tools": definitions}
    return lambda history: trim_to_budget(history, max_tokens, **settings)
