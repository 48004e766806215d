"""A history from elsewhere, as turns that a memory goes on from: whatever kept it, another program or a server."""

from collections.abc import Iterable, Sequence
from typing import cast

from .content import calls_of, in_words
from .messages import Message, MessageLike
from .tokens import listed
from .turns import split_turns


def turns_from_elsewhere(history: Iterable[MessageLike], system: Sequence[Message]) -> list[list[Message]]:
    """The turns of a history, without the instructions at its beginning, which have to be those of `system`.

    Raises TypeError or ValueError for what is no message, for other instructions, and for a call without its result: no
    API takes it.
    """
    messages = listed(history)
    instructions, turns = split_turns(messages)
    said, known = (tuple(in_words(m, "history") for m in given) for given in (instructions, system))
    if said and said != known:
        raise ValueError(
            f"The history begins with instructions that are not those of this memory: {said[0]!r:.60}. Give them as "
            "system=, and as history what comes after them."
        )
    first = len(instructions)
    results = {str(message.get("tool_call_id") or message.get("name") or "") for message in messages[first:]}
    for i, message in enumerate(messages[first:], first):
        for id, name, _ in calls_of(message, f"history[{i}]"):
            if (id or name) not in results:
                raise ValueError(
                    f"history[{i}] calls {name!r:.60}, and no result of that comes after it. Add the result, or leave the "
                    "call out."
                )
    return cast(list[list[Message]], turns)
