"""Whole turns: a history is kept or dropped by the turn, never in the middle of one."""

from collections.abc import Iterable
from itertools import chain

from .errors import whole_number
from .messages import AnyMessage, MessageLike
from .tokens import listed, no_message

INSTRUCTING = ("system", "developer")


def split_turns(history: Iterable[AnyMessage]) -> tuple[list[AnyMessage], list[list[AnyMessage]]]:
    """Split a history into its leading instructions and its turns.

    The instructions are the system and developer messages that come first. A turn is a user message and everything
    until the next user message: replies, calls (of tools or older functions) with all their results, and system
    messages that come later. What stands between the instructions and the first user message, such as a greeting, is a
    turn without a user message.
    Joined together again, the parts are the history. The caller's messages are returned as they are, not copied.

    Raises TypeError or ValueError, naming the place, for what is no message.
    """
    instructions: list[AnyMessage] = []
    turns: list[list[AnyMessage]] = []
    for i, message in enumerate(listed(history)):
        role = role_of(message, i)
        if role in INSTRUCTING and not turns:
            instructions.append(message)
        elif role == "user" or not turns:
            turns.append([message])
        else:
            turns[-1].append(message)
    return instructions, turns


def sliding_window(history: Iterable[AnyMessage], keep_turns: int) -> list[AnyMessage]:
    """Return the leading instructions and the last `keep_turns` turns, as `split_turns` counts them.

    The result is a new list of the caller's messages. Raises what `split_turns` raises, and TypeError or ValueError
    where `keep_turns` is no whole number from 0.
    """
    whole_number("keep_turns", keep_turns, least=0)
    instructions, turns = split_turns(history)
    return [*instructions, *chain.from_iterable(turns[max(0, len(turns) - keep_turns) :])]


def role_of(message: MessageLike, i: int) -> str:
    """The role of message number `i` of a history. Raises TypeError or ValueError for what is no message."""
    role = message.get("role") if isinstance(message, dict) else None
    if not isinstance(role, str):
        raise no_message(message, f"messages[{i}]")
    return role
