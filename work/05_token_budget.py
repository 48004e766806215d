"""05 · Token budget: as many of the newest turns as fit, and never more.

Write `trim_to_budget`. A history begins with the system message and ends with the newest question, which has no answer
yet. `message_tokens(message)` says what one message costs, in tokens. A request costs what its messages cost, and 3
more, which prime the reply.

You have it when
- the system message is always there, first, and the newest question, last;
- a request never costs more than `max_tokens`, the 3 included;
- turns stay whole, and none is left out in the middle;
- as many of the newest turns are there as fit;
- where system message, newest question and the 3 alone cost more than `max_tokens`, you raise a ValueError, and both
  numbers stand in its message: the tokens that these need together, and `max_tokens`;
- your caller's list is not changed, even then;
- `message_tokens` is asked at most once about each message, because counting is what takes the time.

Everything in this file may be edited, but the name and the arguments of the function stay.
"""

from collections.abc import Callable


def trim_to_budget(history: list[dict], max_tokens: int, message_tokens: Callable[[dict], int]) -> list[dict]:
    """Return the system message and as many of the newest turns as fit into `max_tokens`."""
    raise NotImplementedError
