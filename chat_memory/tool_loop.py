"""The loop of a turn with tools: what is offered, which answers with calls are the last, and what was done if it fails."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .errors import IncompleteReply, carry, whole_number
from .line import Line, in_the_turn
from .messages import Message
from .replies.reply import Reply
from .replies.steps import Course, Request
from .tools.tool import Tool
from .tools.toolbox import Toolbox, results_of

MAX_STEPS = 10  # answers with calls


class ToolLoop:
    """What a memory's turns do with tools. Without tools it offers none, and a turn has one request."""

    def __init__(
        self,
        tools: Iterable[Callable[..., Any] | Tool] | None = None,
        max_steps: int = MAX_STEPS,
        parallel_tools: bool = False,
    ) -> None:
        """Raises TypeError or ValueError for what is no tool and no number of steps."""
        self._box = Toolbox(tools, bool(parallel_tools))
        self._max_steps = whole_number("max_steps", max_steps, least=1)
        self.definitions = self._box.definitions

    def check(self, *, awaited: bool) -> None:
        """Raises TypeError where a tool cannot be called by the kind of method that was called."""
        if self.definitions:
            self._box.check(awaited=awaited)

    def offered(self, request: Request, answers: int) -> Request:
        """The request after so many answers with calls, with the tools.

        A call that the caller has forced is forced once in a turn, or the model could never answer. After `max_steps`
        answers the model has to answer without calls; the tools are still there, so that the prompt cache works.
        """
        if not self.definitions:
            return request
        request = {**request, "tools": self.definitions}
        if answers == self._max_steps:
            request["tool_choice"] = "none"
        elif answers and request.get("tool_choice") not in (None, "auto", "none"):
            request["tool_choice"] = _not_forced(request["tool_choice"])
        return request

    def run(self, reply: Reply, answers: int, steps: list[Message], line: Line | None = None) -> Course[None]:
        """Run the calls of a reply; it and the results are added to the steps, these also where not all of them came.

        The turn is the one that is on its way in the `line`.
        """
        if answers == self._max_steps:
            raise IncompleteReply(
                f"The model calls tools again after {answers:,} answers with calls, although it was told that it cannot "
                "(tool_choice='none'). Raise max_steps, or look at what it calls: see this error's messages.",
                reply.text,
            )
        answer = reply.message(reasoning=True)
        run = in_the_turn(line, self._box.run(answer))
        steps.append(answer)
        try:
            yield run
        finally:
            steps.extend(results_of(run))


def _not_forced(choice: Any) -> Any:
    """The same choice of tools, of which none has to be called."""
    allowed = choice.get("allowed_tools") if isinstance(choice, dict) else None
    return {**choice, "allowed_tools": {**allowed, "mode": "auto"}} if isinstance(allowed, dict) else "auto"


def carry_what_was_done(error: BaseException, question: Sequence[Message], steps: Sequence[Message]) -> None:
    """Give the error that ends a turn in which tools were called its messages so far: the tools may have done something."""
    if steps:
        carry(error, messages=[*question, *steps])
