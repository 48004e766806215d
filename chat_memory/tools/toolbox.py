"""The tools of one memory, by name, and the calls of an answer as jobs that can be run."""

import asyncio
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..messages import Call, Message
from ..replies.events import Called, Result
from ..replies.steps import Run
from .arguments import WrongCall
from .results import error_in_text, in_text
from .tool import Tool


@dataclass(frozen=True)
class ToolCall:
    """A call that a model has made. `tool` is None where there is none of that name: then the result says so."""

    called: Called
    tool: Tool | None
    names: tuple[str, ...]

    def run(self) -> Result:
        """Call the tool. Whatever it raises becomes the result, but for what ends the program or the task."""
        try:
            tool, arguments = self._found()
            value = tool.function(**arguments)
            if inspect.isawaitable(value):
                _give_up(value)
                raise TypeError(f"{tool.name} has to be awaited, and is called by a method without _async")
            return self._result(in_text(value, tool.name, tool.returns_nothing))
        except Exception as error:
            return self._result(error_in_text(error), failed=True)

    async def run_async(self) -> Result:
        """The same: an async function is awaited, and any other one called in a thread.

        A cancellation that comes from within the tool, while nobody cancels the caller, is what the tool raises.
        """
        try:
            tool, arguments = self._found()
            if tool.is_async:
                value = tool.function(**arguments)
            else:
                value = await asyncio.to_thread(_without_stop, tool.function, arguments)
            if inspect.isawaitable(value):
                value = await value
            return self._result(in_text(value, tool.name, tool.returns_nothing))
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            return self._result(error_in_text(error), failed=True)
        except Exception as error:
            return self._result(error_in_text(error), failed=True)

    def _found(self) -> tuple[Tool, dict[str, Any]]:
        if self.tool is None:
            raise WrongCall(f"There is no tool {self.called.name!r}. There are: {', '.join(self.names)}.")
        return self.tool, self.tool.arguments(self.called.arguments)

    def _result(self, content: str, failed: bool = False) -> Result:
        return Result(self.called.id, self.called.name, content, failed)


class Toolbox:
    """The tools that a model is offered. An empty one offers none."""

    def __init__(self, tools: Iterable[Callable[..., Any] | Tool] | None, at_once: bool) -> None:
        """Raises TypeError or ValueError for what is no tool, and for two tools of one name."""
        if tools is not None and (isinstance(tools, (str, dict, Tool)) or not hasattr(type(tools), "__iter__")):
            raise TypeError(f"tools must be a list of functions, got one {type(tools).__name__}.")
        self._tools: dict[str, Tool] = {}
        for function in tools or ():
            tool = function if isinstance(function, Tool) else Tool(function)
            if tool.name in self._tools:
                raise ValueError(f"Two tools have the name {tool.name}. Give one of them another: Tool(f, name='…').")
            self._tools[tool.name] = tool
        self._at_once = at_once
        self.definitions = [tool.definition for tool in self._tools.values()]

    def check(self, *, awaited: bool) -> None:
        """Raises TypeError where a tool has to be awaited by a method that cannot do so."""
        asynchronous = [name for name, tool in self._tools.items() if tool.is_async]
        if asynchronous and not awaited:
            raise TypeError(
                f"The tool {asynchronous[0]} is an async function. Ask with a method that ends in _async, and an "
                "openai.AsyncOpenAI, or make the tool a plain function."
            )

    def run(self, answer: Message) -> Run:
        """The calls of an answer, ready to be run."""
        return Run(tuple(self._job(call) for call in answer.get("tool_calls", ())), self._at_once)

    def _job(self, call: Call) -> ToolCall:
        called = call.get("function")
        name = called["name"] if called else call["custom"]["name"]
        arguments = called["arguments"] if called else call["custom"]["input"]
        return ToolCall(Called(call["id"], name, arguments), self._tools.get(name), tuple(self._tools))


def results_of(run: Run) -> list[Message]:
    """The results that are there, as messages, in the order of the calls."""
    found = [run.results[place] for place in range(len(run.jobs)) if place in run.results]
    return [{"role": "tool", "tool_call_id": result.id, "content": result.content} for result in found]


def _give_up(value: Any) -> None:
    """Close a coroutine, or Python warns that nobody awaited it."""
    close = getattr(value, "close", None) or getattr(value, "cancel", None)
    if callable(close):
        close()


def _without_stop(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Call it. No future can hold a StopIteration: asyncio would wait for ever."""
    try:
        return function(**arguments)
    except StopIteration as error:
        raise RuntimeError(f"StopIteration: {error}") from error
