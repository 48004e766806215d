"""05 · Token budget: as many of the newest turns as fit, never more, and room for the reply.

Write `trim_to_budget`. A history begins with the system message, then come turns, each with a user message first (no
greeting here), and it ends with the newest question, which has no answer yet. `message_tokens(message)` says what one
message costs, in tokens. A request costs what its messages cost, and 3 more, which prime the reply. The model's window holds
the request and the reply: of `max_tokens`, `reply_tokens` are kept free for the reply. The finished `trim_to_budget` of
chat_memory is not for use here; its `split_turns` is.

You have it when
- the system message is always there, first, and the newest question, last;
- a request never costs more than `max_tokens`, the 3 included;
- beside the request, `reply_tokens` of `max_tokens` stay free;
- turns stay whole, and none is left out in the middle;
- messages are counted and sent as they are, whatever is in them: a name, an empty content, one in parts;
- as many of the newest turns are there as fit;
- where system message, newest question, the 3 and `reply_tokens` are more than `max_tokens`, you raise a ValueError, and
  both numbers stand in its message: what these four need together, and `max_tokens`;
- your caller's list is not changed, even then;
- `message_tokens` is asked at most once about each message, because counting is what takes the time;
- it works for histories of thousands of messages, and for messages that are equal: people say the same twice.

Everything in this file may be edited, but the name and the arguments of the function stay.
"""

from collections.abc import Callable


def trim_to_budget(
    history: list[dict], max_tokens: int, message_tokens: Callable[[dict], int], reply_tokens: int = 0
) -> list[dict]:
    """Return the system message and as many of the newest turns as fit into `max_tokens`, with room for the reply."""
    raise NotImplementedError
