"""A token budget: as many of the newest turns as fit, never more, and never without the newest question."""

from collections.abc import Iterable, Sequence

from .errors import BudgetError, whole_number
from .messages import AnyMessage, MessageLike, ToolLike
from .texts import DEFAULT_MODEL, Count
from .tokens import PRIMING_TOKENS, Counting, PartTokens, listed
from .tool_turns import steps_by_place, thin_turn
from .turns import INSTRUCTING, role_of

QUESTION = "the newest question"


def trim_to_budget(
    history: Iterable[AnyMessage],
    max_tokens: int,
    *,
    reply_tokens: int = 0,
    cut_to: int | None = None,
    model: str = DEFAULT_MODEL,
    tools: Iterable[ToolLike] | None = None,
    shorten_results: bool = False,
    count: Count | None = None,
    part_tokens: PartTokens | None = None,
) -> list[AnyMessage]:
    """Return the leading instructions and as many of the newest whole turns as fit into `max_tokens`.

    All sizes are in tokens, as `count_tokens` counts a request (with your `count` and `part_tokens`, if given): instructions,
    messages, `tools` and the priming of the reply. `reply_tokens` of the budget stay free for the reply. With
    `cut_to`, a history over `max_tokens` is cut down to this lower mark, so that the next turns only append to what was
    sent: pass the result back in with them, and the provider's prompt cache works for most turns. Turns are those of
    `split_turns`.

    The newest turn is never dropped. Where it alone is too large, its user message stays and as many of its newest
    steps as fit: a step is a message with all results of its calls, of tools or of older functions. (Where not even the
    newest step fits, only the question is left.) With `shorten_results` its results are shortened first, as `thin_turn`
    does it. In a history without any user message the newest step is what stays.

    One pass from the end: what is dropped is not even counted. The result is a new list of the caller's messages, or of
    copies where a result was shortened.

    Raises BudgetError, with the numbers, where instructions and newest question alone are too large; TypeError or
    ValueError for sizes that are no whole numbers, a `cut_to` above `max_tokens`, and what is no message.
    """
    history, counting = listed(history), Counting.of(model, count, part_tokens)  # no copy: it may be long
    limit = whole_number("max_tokens", max_tokens, least=1) - whole_number("reply_tokens", reply_tokens, least=0)
    lower = limit if cut_to is None else whole_number("cut_to", cut_to, least=1) - reply_tokens
    if lower > limit:
        raise ValueError(f"cut_to must be at most max_tokens, got cut_to={cut_to:,} and max_tokens={max_tokens:,}.")

    first = next((i for i, m in enumerate(history) if role_of(m, i) not in INSTRUCTING), len(history))
    fixed = {
        "the instructions": _tokens(history, range(first), counting),
        "the tools": counting.tools(tools),
        "priming the reply": PRIMING_TOKENS,
    }
    used, start = sum(fixed.values()), None  # start: where the window begins
    for i in range(len(history) - 1, first - 1, -1):
        begins_turn = role_of(history[i], i) == "user"
        used += counting.message(history[i], i)
        if used > limit:
            break
        if begins_turn and (used <= lower or start is None):
            start = i
    if used <= limit:
        return list(history)
    if start is not None:
        return [*history[:first], *history[start:]]

    must, steps, what = _newest_turn(history, first)
    needs = {what: _tokens(history, must, counting)} | fixed
    used = sum(needs.values())
    if used > limit:
        raise BudgetError(needs, max_tokens, reply_tokens)
    if shorten_results and what == QUESTION:
        thinned = thin_turn(
            history[must[0] :],
            limit - sum(fixed.values()),
            cut_to=max(lower - sum(fixed.values()), 0),
            cost=counting.message,
        )
        return [*history[:first], *thinned]
    kept: list[int] = []
    while steps and (used := used + _tokens(history, steps[-1], counting)) <= (
        lower if kept or what != QUESTION else limit
    ):
        kept = [*steps.pop(), *kept]
    return [*history[:first], *(history[i] for i in sorted([*must, *kept]))]


def _newest_turn(history: Sequence[MessageLike], first: int) -> tuple[list[int], list[list[int]], str]:
    """The places of what must stay of the newest turn, its question or else its newest step; its other steps; its name.

    A step is a message with the results that follow it, and what stands between a call and its results.
    """
    question = next((i for i in range(len(history) - 1, first - 1, -1) if role_of(history[i], i) == "user"), None)
    steps = steps_by_place(history, first if question is None else question + 1)
    if question is not None:
        return [question], steps, QUESTION
    return steps.pop() if steps else [], steps, "the newest message"


def _tokens(history: Sequence[MessageLike], places: Iterable[int], counting: Counting) -> int:
    return sum(counting.message(history[i], i) for i in places)
