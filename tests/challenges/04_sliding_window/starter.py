"""04 · Sliding window: keep the system message and the last few turns.

A turn is a user message and everything until the next user message: replies, function calls, results. Write
`sliding_window` so that a conversation can go on for ever without its requests growing. Every history here begins with one
system message; then come turns. In some, the assistant says hello before the user has said anything: such a greeting is a
turn of its own, the oldest one. `keep_turns` is at least 1. Write it without the finished functions of chat_memory.

You have it when
- the system message, the first of the history, is always there, first, and once;
- the last `keep_turns` turns follow, whole and in order: no reply without its question, no result without its call;
- messages stay as they are, whatever is in them: a name, an empty content, one in parts, a very long one;
- a question that has no answer yet counts as a turn: it is the newest one;
- a greeting counts as a turn, and goes when there are `keep_turns` newer ones;
- it works for histories of thousands of messages, and for messages that are equal: people say the same twice;
- your caller's list is not changed.

Everything in this file may be edited, but the name and the arguments of the function stay.
"""


def sliding_window(history: list[dict], keep_turns: int) -> list[dict]:
    """Return the system message and the last `keep_turns` turns of a history."""
    raise NotImplementedError
