"""A history from elsewhere, as turns that a memory goes on from: whatever kept it, another program or a server."""

from collections.abc import Iterable, Sequence
from typing import cast

from .content import RESULTS, calls_of, in_words
from .messages import Message, MessageLike
from .tokens import listed
from .turns import split_turns


def turns_from_elsewhere(history: Iterable[MessageLike], system: Sequence[Message]) -> list[list[Message]]:
    """The turns of a history, without the instructions at its beginning, which have to be those of `system`.

    Raises TypeError or ValueError for what is no message, for other instructions, and for a call without its result, or a result
    without its call: no API takes it.
    """
    messages = listed(history)
    instructions, turns = split_turns(messages)
    said, known = (tuple(in_words(m, "history") for m in given) for given in (instructions, system))
    if said and said != known:
        raise ValueError(
            f"The history begins with instructions that are not those of this memory: {said[0]!r:.60}. Give them as "
            "system=, and as history what comes after them."
        )
    _check_calls(messages, len(instructions))
    return cast(list[list[Message]], turns)


def _check_calls(messages: Sequence[MessageLike], first: int) -> None:
    """Raises ValueError where a call is not followed by its result, or a result by no call: no API takes it."""
    waiting: list[tuple[int, str, str]] = []  # calls: the number of the message, the id, the name
    for i, message in enumerate(messages[first:], first):
        if message["role"] in RESULTS:
            named = str(message.get("tool_call_id") or message.get("name") or "")
            call = next((call for call in waiting if call[1] == named), None)
            if call is None:
                raise ValueError(
                    f"history[{i}] is the result of {named!r:.60}, and no call of that waits for one there. Results come right "
                    'after the message that calls; what a server has kept is listed oldest first with order="asc".'
                )
            waiting.remove(call)
            continue
        _check_answered(waiting)
        waiting = [(i, id or name, name) for id, name, _ in calls_of(message, f"history[{i}]")]
        if len({id for _, id, _ in waiting}) < len(waiting):
            raise ValueError(f"history[{i}] makes several calls under one id, and their results cannot be told apart.")
    _check_answered(waiting)


def _check_answered(waiting: Sequence[tuple[int, str, str]]) -> None:
    for i, _, name in waiting:
        raise ValueError(
            f"history[{i}] calls {name!r:.60}, and no result of that comes right after it. Add the result, or leave the call out."
        )
